"""Figures of the rivers for reports: patterns instead of colours, labels on the lines, one drawing for page and paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from giapranh.documents.writing.drawing import Drawing, Line, Pattern, Rect, Shape, Text
from giapranh.documents.writing.figures import Bucket, bars_by_bucket, clipped

WIDTH = 620
LEFT = 250
ROW = 26
BAR = 14


@dataclass(frozen=True, slots=True)
class RateBar:
    """One line: how often a limit was exceeded, with the interval where there are enough values."""

    label: str
    rate: float
    low: float | None
    high: float | None
    words: str


def rates(bars: Sequence[RateBar], *, title: str) -> Drawing:
    """Lying bars from 0 to 100 %, each with its 95 % interval as a whisker and its numbers behind it."""
    room = WIDTH - LEFT - 130
    shapes: list[Shape] = []
    bottom = 10 + ROW * len(bars)
    for percent in (0, 25, 50, 75, 100):
        x = LEFT + room * percent / 100
        shapes.append(Line(x, 6, x, bottom, 0.5 if percent else 1))
        shapes.append(Text(x, bottom + 16, f"{percent} %", 12, "middle"))
    for n, bar in enumerate(bars):
        y = 10 + n * ROW
        middle = y + BAR / 2
        shapes.append(Text(LEFT - 10, middle + 4.5, clipped(bar.label, LEFT - 16), 13, "end"))
        shapes.append(Rect(LEFT, y, max(1.0, room * bar.rate), BAR, "light"))
        if bar.low is not None and bar.high is not None:
            a, b = LEFT + room * bar.low, LEFT + room * bar.high
            shapes += [Line(a, middle, b, middle, 2), Line(a, middle - 4, a, middle + 4, 2),
                       Line(b, middle - 4, b, middle + 4, 2)]  # fmt: skip
        shapes.append(Text(LEFT + room + 12, middle + 4.5, bar.words, 12))
    return Drawing(WIDTH, bottom + 26, shapes, title)


def classes(
    rows: Sequence[tuple[str, dict[str, int]]], names: Sequence[tuple[str, str]], *, title: str, empty: str
) -> Drawing:
    """One lying bar per station, its parts by class from best to worst."""
    patterns: tuple[Pattern, ...] = ("empty", "light", "dots", "hatch", "dark")
    buckets = [Bucket(key, label, patterns[min(n, 4)]) for n, (key, label) in enumerate(names)]
    return bars_by_bucket(rows, buckets, title=title, empty=empty)
