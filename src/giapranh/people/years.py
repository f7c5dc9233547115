"""One year of the working calendar, as a page lists it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from giapranh.kernel.working_days import holiday_names, made_up_days
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
    """Public holidays and swap days of ``year`` by date; a day entered here wins over what the program knows."""
    days = {day: SpecialDay(day, False, name) for day, name in holiday_names(year, get_language() or "vi").items()}
    days |= {day: SpecialDay(day, True, _("Làm bù cho ngày nghỉ hoán đổi")) for day in made_up_days(year)}
    for swap in swaps:
        if swap.day.year == year:
            days[swap.day] = SpecialDay(swap.day, swap.working, swap.decision, swap)
    return [days[day] for day in sorted(days)]
