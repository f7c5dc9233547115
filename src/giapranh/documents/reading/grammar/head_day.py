"""The line of place and day, in all the ways it is printed, misread and cut."""

from __future__ import annotations

import re

from ..schema import DateParts
from . import dates
from .head import Head
from .lines import Line, part_of

_DAY_LINE = re.compile(
    r"(?:^|(?<=[\s|]))(?P<place>(?:tp\. ?|t\.p ?)?[^,|:;.]{2,40}?)\s?[,.]\s*ng.{1,3}y\s*(?P<d>.{0,9}?)\s*th.{1,2}ng\s*(?P<m>.{0,8}?)\s*n.{1,2}m\s*(?P<y>\d{3,4}|[.…_ ]*)",
    re.I,
)
# A copy may have lost the comma after the place, or the place itself.
_DAY_BARE = re.compile(
    r"(?:^|\s{2,}|\|\s*)(?P<place>(?:[A-Z][\w.]*\s?-?\s?){1,5}?)\s+ngay\s+(?P<d>.{0,6}?)\s*thang\s*(?P<m>.{0,6}?)\s*nam\s*(?P<y>\d{4})\W*$"
)
_DAY_ALONE = re.compile(r"^[Nn]gay\s+(?P<d>.{0,6}?)\s*thang\s*(?P<m>.{0,6}?)\s*nam\s*(?P<y>\d{4})\W*$")
# OCR may have changed letters of "ngày", "tháng" and "năm" themselves.
_DAY_FAR = re.compile(
    r"(?:^|(?<=[\s|]))(?P<place>(?:[A-Z][\w.]*\s?-?\s?){1,5}?)\s?[,.]\s*\S{2,6}?\s*(?P<d>\d{0,2})\s+\S{3,6}\s+(?P<m>\d{1,2})\s+\S{2,4}\s+(?P<y>(?:19|20)\d\d)\W*$"
)
_DAY_NUMERIC = re.compile(rf"(?P<place>(?:tp\. ?)?[^,|:;.]{{2,40}}?)\s?,\s*ngay\s+{dates.NUMERIC}\s*\|?\s*$")
# What no line of this kind lacks, and few others have; the patterns themselves are slow to say no.
_ROUGH_DAY = re.compile(r"ng.{1,3}y\s*.{0,9}?\s*th.{1,2}ng")
_ROUGH_YEAR = re.compile(r"(?:19|20)\d\d\W*$")


def find_day(top: list[Line], head: Head, number_at: int | None) -> int | None:
    """Take the place and day from the first line that shows them; the answer is which line."""
    for i, line in enumerate(top[:120]):
        begin = max(head.symbol.end - line.start, 0) if head.symbol and i == number_at else 0
        m = _day_on(line, begin)
        if not m:
            near_number = (number_at or 0) <= i < (number_at or 0) + 6 and _ROUGH_YEAR.search(line.bare)
            far = _DAY_FAR.search(line.bare, begin) if near_number else None
            if far is not None and far.group("place").split()[0][0].isupper():
                head.place = part_of(line, far.start("place"), far.end("place"))
                head.day_line = part_of(line, far.end("place") + 1, far.end())
                head.day, head.day_noise = _day(far, line)
                head.used.add(i)
                return i
            if head.place is None and (alone := _DAY_ALONE.match(line.bare)) and len(line.text) < 60:
                head.day_line = part_of(line, 0, len(line.text))
                head.day, head.day_noise = _day(alone, line)
                head.used.add(i)
                return i
            continue
        place = re.split(r"\s{3,}|\|", line.text[m.start("place") : m.end("place")])[-1].strip(" *_-")
        if (
            not place
            or not place[0].isupper()
            or len(place.split()) > 7
            or (len(line.text) > 150 and "|" not in line.text)
        ):
            continue
        if len(line.text[m.end() :].strip(" .|*_")) > 12:
            continue
        at = line.text.find(place, m.start("place"))
        head.place = part_of(line, at, at + len(place))
        head.day_line = part_of(line, m.end("place") + 1, m.end())
        head.day, head.day_noise = _day(m, line)
        head.used.add(i)
        return i
    return None


def shows_day(line: Line) -> bool:
    """Whether the line shows a place and a day in the common way."""
    return bool(_ROUGH_DAY.search(line.folded)) and bool(_DAY_LINE.search(line.bare))


def _day_on(line: Line, begin: int) -> re.Match[str] | None:
    """The place and day on a line, in one of the ways they are printed."""
    found = _DAY_LINE.search(line.bare, begin) if _ROUGH_DAY.search(line.folded) else None
    if found or "ngay" not in line.folded:
        return found
    return _DAY_NUMERIC.search(line.folded, begin) or (
        _DAY_BARE.search(line.bare, begin) if "thang" in line.folded else None
    )


def _day(m: re.Match[str], line: Line) -> tuple[DateParts, bool]:
    groups = m.groupdict()
    if "d" not in groups:
        day = dates.of(m, 2) if m.re.groups >= 7 else dates.parts(*m.groups()[1:4])
        return day or DateParts(None, None, None), False
    numbers, noise = [], False
    for name, most in (("d", 31), ("m", 12), ("y", 2199)):
        words = groups[name] or ""
        digits = re.fullmatch(r"[\s.…_-]*(\d{1,4})[\s.…_-]*", words)
        value = int(digits.group(1)) if digits else None
        noise = noise or bool(re.search(r"\w", words) and value is None)
        noise = noise or (value is not None and not 1 <= value <= most)
        numbers.append(value if value is not None and 1 <= value <= most else None)
    day = DateParts(*numbers)
    if day.day and day.month and day.year and not dates.exists(day):
        return DateParts(None, day.month, day.year), True
    return day, noise
