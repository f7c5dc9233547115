"""A river's line and its kilometres: measure, find a point, lay a new line onto a chainage that is stated already.

A course is a list of (km, lon, lat) from the source down: kilometres fall towards the mouth. Distances on the ground
are reckoned on a sphere, good to a few thousandths at the length of a province.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EARTH_KM = 6371.0088
Course = Sequence[tuple[float, float, float]]
Line = Sequence[tuple[float, float]]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a point lies on a course: the kilometre, how far off the line, and on which side looking downstream."""

    km: float
    offset_m: float
    bank: str  # "left" | "right" | "" on the line


def measure(line: Line) -> list[float]:
    """Kilometres along a line from its first point."""
    if len(line) < 2:
        return [0.0] * len(line)
    return [0.0, *np.cumsum(_steps(np.asarray(line, dtype=np.float64))).tolist()]


def chained(line: Line) -> list[tuple[float, float, float]]:
    """A line drawn downstream as a course of its own: km 0 at its end."""
    along = measure(line)
    return [(along[-1] - s, lon, lat) for s, (lon, lat) in zip(along, line, strict=True)]


def locate(course: Course, lon: float, lat: float) -> Found:
    """The nearest place on the course."""
    km, x, y = _flat(course, lat)
    px, py = _project(np.array([lon]), np.array([lat]), lat)
    dx, dy = np.diff(x), np.diff(y)
    square = np.maximum(dx * dx + dy * dy, 1e-12)
    share = np.clip(((px - x[:-1]) * dx + (py - y[:-1]) * dy) / square, 0, 1)
    off_x, off_y = px - (x[:-1] + share * dx), py - (y[:-1] + share * dy)
    distance = np.hypot(off_x, off_y)
    n = int(np.argmin(distance))
    side = float(dx[n] * off_y[n] - dy[n] * off_x[n])
    offset = float(distance[n]) * 1000
    bank = "" if offset < 1 else "left" if side > 0 else "right"
    return Found(float(km[n] + share[n] * (km[n + 1] - km[n])), offset, bank)


def point_at(course: Course, km: float) -> tuple[float, float]:
    """(lon, lat) at a kilometre; beyond the ends the end itself."""
    rows = np.asarray(course, dtype=np.float64)[::-1]
    return float(np.interp(km, rows[:, 0], rows[:, 1])), float(np.interp(km, rows[:, 0], rows[:, 2]))


def part(course: Course, km_upper: float, km_lower: float) -> list[tuple[float, float]]:
    """The line between two kilometres, drawn downstream."""
    inside = [(lon, lat) for km, lon, lat in course if km_lower < km < km_upper]
    return [point_at(course, km_upper), *inside, point_at(course, km_lower)]


def laid_on(line: Line, stated: Course) -> list[tuple[float, float, float]]:
    """A better drawn line with the kilometres of a chainage that holds already.

    The points of the stated course are looked up on the new line; between them its own length is stretched evenly.
    Above and below the stretch both know, kilometres run on with the length on the ground.
    """
    own = chained(line)
    pairs: list[tuple[float, float]] = []  # (own km, stated km), both falling
    for km, lon, lat in stated:
        found = locate(own, lon, lat)
        at_end = found.km <= 1e-9 or found.km >= own[0][0] - 1e-9
        if at_end and found.offset_m > 1500:
            continue  # the new line does not reach so far
        if not pairs or (found.km < pairs[-1][0] - 1e-6 and km < pairs[-1][1]):
            pairs.append((found.km, km))
    if len(pairs) < 2:
        return own
    own_km = np.array([each[0] for each in pairs][::-1])
    stated_km = np.array([each[1] for each in pairs][::-1])
    wanted = np.array([km for km, _, _ in own])
    placed = np.interp(wanted, own_km, stated_km)
    placed = np.where(wanted > own_km[-1], stated_km[-1] + wanted - own_km[-1], placed)
    placed = np.where(wanted < own_km[0], stated_km[0] - (own_km[0] - wanted), placed)
    return [(float(km), lon, lat) for km, (_, lon, lat) in zip(placed, own, strict=True)]


def _steps(points: Floats) -> Floats:
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    half = np.sin(np.diff(lat) / 2) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(half)))


def _flat(course: Course, lat0: float) -> tuple[Floats, Floats, Floats]:
    rows = np.asarray(course, dtype=np.float64)
    x, y = _project(rows[:, 1], rows[:, 2], lat0)
    return rows[:, 0], x, y


def _project(lon: Floats, lat: Floats, lat0: float) -> tuple[Floats, Floats]:
    """Kilometres east and north, true near ``lat0``."""
    return np.radians(lon) * EARTH_KM * np.cos(np.radians(lat0)), np.radians(lat) * EARTH_KM
