"""One year of the working calendar, as a page lists it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import holidays

from giapranh.people.models import SwapDay


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its weekday says. ``swap`` is set when somebody entered it here."""

    day: date
    working: bool
    reason: str
    swap: SwapDay | None = None


def asked(text: str, today: date) -> int:
    """The year in ``text`` when it is one of ours, else this year."""
    return int(text) if text.isdecimal() and 2000 <= int(text[:5]) <= 2100 else today.year


def special_days(year: int, swaps: Iterable[SwapDay]) -> list[SpecialDay]:
    """Public holidays and swap days of ``year`` by date; a swap day wins over the holiday of its date."""
    names = holidays.country_holidays("VN", years=year, language="vi")
    days = {day: SpecialDay(day, False, name) for day, name in names.items()}
    for swap in swaps:
        if swap.day.year == year:
            days[swap.day] = SpecialDay(swap.day, swap.working, swap.decision, swap)
    return [days[day] for day in sorted(days)]
