"""Days as official papers print them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from ..schema import DateParts

# All patterns read folded text.
NUMERIC = r"(\d{1,2}) ?[/.-] ?(\d{1,2}) ?[/.-] ?(\d{4})(?!\d)"
WORDED = r"(\d{1,2}) +thang +(\d{1,2}),? +nam +(\d{4})(?!\d)"
FULL = re.compile(rf"(?:{NUMERIC}|{WORDED})")
AFTER_NUMBER = re.compile(
    rf" ?[,;(]? ?(?:(?:de|ky|ban hanh|duoc ban hanh) )?(?:cua [^,;.()]{{3,70}}? )?,? ?(?:de |ky |ban hanh )?(?:(?:deu )?cung )?n[gq]?\w{{1,2}}[yvj]:? ?(?:{NUMERIC}|{WORDED})"
)
SAME_YEAR = re.compile(r"(\d{1,2}) ?[/-] ?(\d{1,2})(?![\d/-])")


def parts(day: str | None, month: str | None, year: str | None) -> DateParts | None:
    """The three numbers as a day that exists, else None."""
    if not (day and month and year):
        return None
    found = DateParts(int(day), int(month), int(year))
    return found if exists(found) else None


def of(match: re.Match[str], first: int = 1) -> DateParts | None:
    """The day in a match of FULL (or of a pattern whose groups from ``first`` are those of FULL)."""
    a = match.groups()[first - 1 : first + 5]
    return parts(*a[:3]) or parts(*a[3:6])


def exists(day: DateParts) -> bool:
    """Whether there is such a day (1900–2199)."""
    if not (day.day and day.month and day.year):
        return False
    return 1900 <= day.year < 2200 and 1 <= day.month <= 12 and 1 <= day.day <= monthrange(day.year, day.month)[1]


def last_of_month(year: int, month: int) -> date | None:
    """The last day of a month."""
    if not (1900 <= year < 2200 and 1 <= month <= 12):
        return None
    return date(year, month, monthrange(year, month)[1])
