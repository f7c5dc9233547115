"""Number and day that an electronic issue shows only in signature fields, put back into the blanks (documents §4.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..schema import Box, DateParts, SourceText, StampedField


@dataclass(frozen=True, slots=True)
class Stamps:
    """The stamped number and parts of the day, where there are any, with their boxes."""

    number: int | None = None
    number_box: Box | None = None
    day: DateParts | None = None
    day_boxes: tuple[Box, ...] = ()


def stamps_of(source: SourceText) -> Stamps:
    """Sort the digits of the signature fields: the number stands left, then day, month, year on one line at the right."""
    fields = [
        (f, int(f.text.strip())) for f in source.stamped if re.fullmatch(r"\s*\d{1,6}\s*", f.text) and f.box.page == 1
    ]
    if not fields:
        return Stamps()
    fields.sort(key=lambda x: x[0].box.x0)
    right = [(f, n) for f, n in fields if f.box.x0 > 0.42]
    left = [(f, n) for f, n in fields if f.box.x0 <= 0.42]
    if not left and len(right) > 3:
        left, right = right[:1], right[1:]
    if not right and len(left) > 1:
        # Boxes that tell nothing apart: the order of reading does.
        left, right = left[:1], left[1:]
    number: tuple[StampedField, int] | None = left[0] if left else None
    day, boxes = _day(right)
    return Stamps(number[1] if number else None, number[0].box if number else None, day, boxes)


def _day(fields: list[tuple[StampedField, int]]) -> tuple[DateParts | None, tuple[Box, ...]]:
    year = next((x for x in fields if 1900 < x[1] < 2200), None)
    rest = [x for x in fields if x is not year]
    small = [x for x in rest if x[1] <= 31]
    day = small[0] if small else None
    month = next((x for x in small[1:] if x[1] <= 12), None)
    if not (day or month or year):
        return None, ()
    used = [x for x in (day, month, year) if x]
    return DateParts(day[1] if day else None, month[1] if month else None, year[1] if year else None), tuple(
        x[0].box for x in used
    )
