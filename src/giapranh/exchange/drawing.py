"""Days of a neighbour's figures as one small picture: least to most as a band, the mean as a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDTH, HEIGHT, EDGE = 1000.0, 240.0, 6.0


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    low: Decimal | None
    mean: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Picture:
    """Points as SVG wants them. A day without figures breaks the band and the line; the labels stand beside it."""

    first: date
    last: date
    least: Decimal
    most: Decimal
    bands: list[str]
    lines: list[str]
    dots: list[tuple[str, str]]  # days that stand alone


def draw(days: Sequence[Day]) -> Picture | None:
    """Nothing to draw before there are two days with figures. ``days``: oldest first, each once."""
    told = [day for day in days if _middle(day) is not None]
    if len(told) < 2:
        return None
    values = [value for day in told for value in (day.low, day.mean, day.high) if value is not None]
    least, most = min(values), max(values)
    first, last = told[0].day, told[-1].day
    x_step = (WIDTH - 2 * EDGE) / max((last - first).days, 1)
    y_step = (HEIGHT - 2 * EDGE) / float(most - least or 1)

    def x(day: Day) -> str:
        return f"{EDGE + (day.day - first).days * x_step:.1f}"

    def y(value: Decimal | None) -> str:
        return f"{HEIGHT - EDGE - float((value or least) - least) * y_step:.1f}"

    bands, lines, dots = [], [], []
    for run in _runs(told):
        if len(run) == 1:
            dots.append((x(run[0]), y(_middle(run[0]))))
            continue
        lines.append(" ".join(f"{x(day)},{y(_middle(day))}" for day in run))
        if all(day.low is not None and day.high is not None for day in run):
            upper = [f"{x(day)},{y(day.high)}" for day in run]
            lower = [f"{x(day)},{y(day.low)}" for day in reversed(run)]
            bands.append(" ".join([*upper, *lower]))
    return Picture(first, last, least, most, bands, lines, dots)


def _middle(day: Day) -> Decimal | None:
    return next((value for value in (day.mean, day.high, day.low) if value is not None), None)


def _runs(days: Sequence[Day]) -> list[list[Day]]:
    """Days one after the other, without a gap."""
    runs: list[list[Day]] = []
    for day in days:
        if runs and (day.day - runs[-1][-1].day).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
