"""Working days in Vietnam: weekends, public holidays with Tết, and the swap days set each year.

The ``holidays`` package knows the public holidays and the swap days of the years it was written for; what a decision
of a later year adds or moves, or what the package has wrong, comes in as data and wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of ``year`` as the ``holidays`` package has them, Tết included."""
    return frozenset(_known(year))


@lru_cache(maxsize=64)
def made_up_days(year: int) -> frozenset[date]:
    """Saturdays and Sundays of ``year`` that are worked, because a working day was swapped for them."""
    # A day may be made up in the year before or after the day off, so the neighbouring years are asked as well.
    swapped = {day for each in (year - 1, year, year + 1) for day in _known(each).weekend_workdays}
    return frozenset(day for day in swapped if day.year == year)


def holiday_names(year: int, language: str = "vi") -> dict[date, str]:
    """The public holidays of ``year`` with their names; Vietnamese, or English for any other language."""
    return dict(_known(year, "vi" if language.startswith("vi") else "en_US"))


def _known(year: int, language: str = "vi") -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year, language=language)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days count. ``days_off`` and ``working`` are the swap days of a year and win over everything else."""

    days_off: frozenset[date] = field(default_factory=frozenset)
    working: frozenset[date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, *, days_off: Iterable[date] = (), working: Iterable[date] = ()) -> WorkCalendar:
        return cls(frozenset(days_off), frozenset(working))

    def is_working(self, day: date) -> bool:
        if day in self.working:
            return True
        if day in self.days_off:
            return False
        if day.weekday() >= 5:
            return day in made_up_days(day.year)
        return day not in public_holidays(day.year)

    def add(self, day: date, working_days: int) -> date:
        """The day ``working_days`` after ``day`` (before it, when negative); 0 gives the next day that works."""
        step = timedelta(days=-1 if working_days < 0 else 1)
        left = abs(working_days)
        if left == 0:
            while not self.is_working(day):
                day += step
            return day
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before ``start``."""
        if end < start:
            return -self.between(end, start)
        span = (end - start).days
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, span + 1))
