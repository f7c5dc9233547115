"""The figures of a report: tasks by time bucket and clause, and the time line. Labels stand on the bars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from giapranh.documents.writing.drawing import Drawing, Line, Pattern, Polygon, Rect, Shape, Text
from giapranh.documents.writing.widths import width_mm

_WIDTH = 620
_MONTH_ROOM = 56
_LABEL_ROOM = (70, 270)
"""The labels take what the longest needs, between these."""
_ROW = 30
_BAR = 18
_MM_PER_UNIT = 25.4 / 72
"""Texts are measured as if a unit were a point."""
_WIDER = 1.3
"""The sans serif faces of page and picture are wider than the serif face that is measured."""


@dataclass(frozen=True, slots=True)
class Bucket:
    key: str
    label: str
    fill: Pattern


@dataclass(frozen=True, slots=True)
class Stay:
    """One line of the time line: given, due, and done on; a bar may be open at either end."""

    label: str
    start: date
    due: date | None
    done: date | None = None


def bars_by_bucket(
    rows: Sequence[tuple[str, Mapping[str, int]]], buckets: Sequence[Bucket], *, title: str, empty: str
) -> Drawing:
    """One lying bar per row, its parts by bucket, each with its count; the legend below."""
    shapes: list[Shape] = []
    most = max((sum(counts.values()) for _, counts in rows), default=0) or 1
    left = _label_room(label for label, _ in rows)
    unit = (_WIDTH - left - 50) / most
    y = 8.0
    for label, counts in rows:
        middle = y + _BAR / 2 + 5
        shapes.append(Text(left - 10, middle, clipped(label, left - 14), anchor="end"))
        shapes += _bar(counts, buckets, left, y, unit)
        if not sum(counts.values()):
            shapes.append(Text(left + 6, middle, empty))
        y += _ROW
    shapes.insert(0, Line(left, 2, left, y - 4))
    y += 12
    used = [bucket for bucket in buckets if any(counts.get(bucket.key) for _, counts in rows)]
    legend, height = _legend(used, y)
    return Drawing(_WIDTH, height, shapes + legend, title)


def _bar(counts: Mapping[str, int], buckets: Sequence[Bucket], left: float, y: float, unit: float) -> list[Shape]:
    shapes: list[Shape] = []
    x = left
    for bucket in buckets:
        count = counts.get(bucket.key, 0)
        if not count:
            continue
        width = count * unit
        shapes.append(Rect(x, y, width, _BAR, bucket.fill))
        shapes += _count(count, x + width / 2, y, bucket.fill)
        x += width
    total = sum(counts.values())
    if total:
        shapes.append(Text(x + 8, y + _BAR / 2 + 5, str(total), bold=True))
    return shapes


def _count(count: int, x: float, y: float, fill: Pattern) -> list[Shape]:
    """The number on its part of the bar: on a white plate where the pattern would make it hard to read."""
    words = str(count)
    if fill in ("dark", "empty", "light"):
        return [Text(x, y + _BAR / 2 + 4.5, words, 12, "middle", bold=True, light=fill == "dark")]
    plate = width_mm(words, 12, bold=True) / _MM_PER_UNIT + 6
    return [
        Rect(x - plate / 2, y + 2.5, plate, _BAR - 5, "empty", outline=False),
        Text(x, y + _BAR / 2 + 4.5, words, 12, "middle", bold=True),
    ]


def _legend(buckets: Sequence[Bucket], y: float) -> tuple[list[Shape], float]:
    shapes: list[Shape] = []
    x = 10.0
    for bucket in buckets:
        width = 24 + width_mm(bucket.label, 13) / _MM_PER_UNIT * _WIDER + 18
        if x + width > _WIDTH:
            x, y = 10.0, y + 20
        shapes += [Rect(x, y, 16, 12, bucket.fill), Text(x + 22, y + 11, bucket.label, 12)]
        x += width
    return shapes, y + 20


def timeline(
    stays: Sequence[Stay], *, first: date, last: date, today: date, title: str, words: Mapping[str, str]
) -> Drawing:
    """Each task as a bar from its start to its due day; a diamond where it was done, hatching where it runs late.

    ``words`` names the marks: ``today``, ``due``, ``done``, ``late``, ``running``.
    """
    span = max((last - first).days, 1)
    left = _label_room(stay.label for stay in stays)

    def at(day: date) -> float:
        return left + (_WIDTH - left - 16) * min(max((day - first).days, 0), span) / span

    height = 26.0 + _ROW * 0.85 * len(stays)
    shapes: list[Shape] = [*_months(first, last, left, at, height)]
    y = 26.0
    for stay in stays:
        shapes += _stay(stay, left, y, at, today)
        y += _ROW * 0.85
    if first <= today <= last:
        shapes.append(Line(at(today), 14, at(today), height, 1.4, dashed=True))
        shapes.append(Text(at(today), height + 14, words["today"], 11, "middle"))
    return Drawing(_WIDTH, height + 46, shapes + _marks(height + 26, words), title)


def _months(first: date, last: date, left: float, at: Callable[[date], float], height: float) -> list[Shape]:
    shapes: list[Shape] = [Line(left, 18, _WIDTH - 16, 18)]
    month = first.replace(day=1)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    step = -(-count // 10)
    for index in range(count):
        if month >= first and index % step == 0 and at(month) <= _WIDTH - _MONTH_ROOM:
            shapes.append(Line(at(month), 14, at(month), height, 0.4))
            shapes.append(Text(at(month) + 3, 12, f"{month.month}/{month.year}", 11))
        month = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return shapes


def _stay(stay: Stay, left: float, y: float, at: Callable[[date], float], today: date) -> list[Shape]:
    end = stay.done or today
    due = stay.due or end
    shapes: list[Shape] = [Text(left - 10, y + 12, clipped(stay.label, left - 14, 12), 12, "end")]
    shapes.append(Rect(at(stay.start), y + 3, max(at(max(due, stay.start)) - at(stay.start), 1), 10, "light"))
    if stay.due and end > stay.due:
        shapes.append(Rect(at(stay.due), y + 3, max(at(end) - at(stay.due), 1), 10, "hatch"))
    if stay.due:
        shapes.append(Line(at(stay.due), y, at(stay.due), y + 16, 2))
    if stay.done:
        x, middle = at(stay.done), y + 8
        shapes.append(Polygon(((x, middle - 6), (x + 6, middle), (x, middle + 6), (x - 6, middle))))
    return shapes


def _marks(y: float, words: Mapping[str, str]) -> list[Shape]:
    shapes: list[Shape] = []
    x = 10.0
    for key in ("running", "late", "due", "done"):
        match key:
            case "running":
                shapes.append(Rect(x, y, 16, 10, "light"))
            case "late":
                shapes.append(Rect(x, y, 16, 10, "hatch"))
            case "due":
                shapes.append(Line(x + 8, y - 2, x + 8, y + 13, 2))
            case _:
                shapes.append(Polygon(((x + 8, y - 1), (x + 14, y + 5), (x + 8, y + 11), (x + 2, y + 5))))
        shapes.append(Text(x + 22, y + 10, words[key], 12))
        x += 40 + width_mm(words[key], 12) / _MM_PER_UNIT * _WIDER
    return shapes


def clipped(words: str, width: float, size: float = 13) -> str:
    """``words``, cut with an ellipsis where they would be wider than ``width`` units."""
    limit = width * _MM_PER_UNIT / _WIDER
    if width_mm(words, size) <= limit:
        return words
    while words and width_mm(words + "…", size) > limit:
        words = words[:-1]
    return words.rstrip() + "…"


def _label_room(labels: Iterable[str]) -> float:
    low, high = _LABEL_ROOM
    widest = max((width_mm(label, 13) for label in labels), default=0.0)
    return float(min(max(round(widest / _MM_PER_UNIT * _WIDER) + 16, low), high))
