"""The line of a river on the map: kilometre → point, point → kilometre, the stretch between two kilometres."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.rules.datafiles import read_csv

KM_PER_DEGREE = math.pi * 6371.0088 / 180


class OffTheRiver(BadInput):
    code = "off_the_river"


@dataclass(frozen=True, slots=True)
class Course:
    """Points (km, lon, lat) of one river, upwards from the mouth."""

    river: str
    points: tuple[tuple[float, float, float], ...]

    def __post_init__(self) -> None:
        if len(self.points) < 2 or any(a[0] >= b[0] for a, b in pairwise(self.points)):
            raise OffTheRiver(N_("Đường sông phải có ít nhất hai điểm, km tăng dần từ cửa sông."))

    @property
    def top_km(self) -> float:
        return self.points[-1][0]

    def point_at(self, km: float) -> tuple[float, float]:
        """(lon, lat) at a kilometre; beyond the ends, the end."""
        kms = [point[0] for point in self.points]
        place = bisect_left(kms, km)
        if place == 0 or place == len(kms):
            _km, lon, lat = self.points[min(place, len(kms) - 1)]
            return lon, lat
        (km_a, lon_a, lat_a), (km_b, lon_b, lat_b) = self.points[place - 1], self.points[place]
        share = (km - km_a) / (km_b - km_a)
        return lon_a + share * (lon_b - lon_a), lat_a + share * (lat_b - lat_a)

    def line(self, km_a: float, km_b: float) -> list[tuple[float, float]]:
        """The stretch between two kilometres as (lon, lat), in the direction of the water."""
        low, high = max(min(km_a, km_b), self.points[0][0]), min(max(km_a, km_b), self.top_km)
        inner = [(lon, lat) for km, lon, lat in reversed(self.points) if low < km < high]
        return [self.point_at(high), *inner, self.point_at(low)]

    def nearest(self, lon: float, lat: float) -> tuple[float, float]:
        """The kilometre nearest to a point, and how far away the line is in metres."""
        scale = math.cos(math.radians(lat))
        best = (math.inf, 0.0)
        for (km_a, lon_a, lat_a), (km_b, lon_b, lat_b) in pairwise(self.points):
            dx, dy = (lon_b - lon_a) * scale, lat_b - lat_a
            px, py = (lon - lon_a) * scale, lat - lat_a
            length = dx * dx + dy * dy
            share = min(1.0, max(0.0, (px * dx + py * dy) / length)) if length else 0.0
            away = math.hypot(px - share * dx, py - share * dy)
            best = min(best, (away, km_a + share * (km_b - km_a)))
        return best[1], best[0] * KM_PER_DEGREE * 1000


@dataclass(frozen=True, slots=True)
class Located:
    river: str
    km: float
    offset_m: float


def locate(lon: float, lat: float, courses: dict[str, Course], *, at_most_m: float = 5000) -> Located:
    """The river and kilometre next to a point; refused when every river is further than ``at_most_m``."""
    if not (math.isfinite(lon) and math.isfinite(lat)):
        raise OffTheRiver(N_("Tọa độ không phải là số."))
    found = [Located(key, *course.nearest(lon, lat)) for key, course in courses.items()]
    best = min(found, key=lambda one: one.offset_m, default=None)
    if best is None or best.offset_m > at_most_m:
        raise OffTheRiver(
            N_("Điểm này cách mọi sông trong mạng hơn %(most)s m: kiểm tra tọa độ hoặc chọn sông và km."),
            most=at_most_m,
        )
    return best


@cache
def shipped_courses() -> dict[str, Course]:
    points: dict[str, list[tuple[float, float, float]]] = {}
    for row in read_csv("course_points.csv"):
        points.setdefault(row["river"], []).append((float(row["km"]), float(row["lon"]), float(row["lat"])))
    return {river: Course(river, tuple(sorted(line))) for river, line in points.items()}
