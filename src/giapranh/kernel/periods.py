"""Periods of validity: days from ``valid_from`` to ``valid_to``, both included; an open end is None."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both ends included. ``Period(None, None)`` is always."""

    valid_from: date | None
    valid_to: date | None

    def __post_init__(self) -> None:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("a period ends before it starts")

    def covers(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def overlaps(self, other: Period) -> bool:
        starts_in_time = self.valid_from is None or other.valid_to is None or self.valid_from <= other.valid_to
        ends_in_time = other.valid_from is None or self.valid_to is None or other.valid_from <= self.valid_to
        return starts_in_time and ends_in_time

    def ended_before(self, day: date) -> Period:
        """The same period, closed on the day before ``day``."""
        return Period(self.valid_from, day - timedelta(days=1))


class Dated(Protocol):
    """A row with dates of validity. Properties, so that model fields fit too."""

    @property
    def valid_from(self) -> date | None: ...

    @property
    def valid_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


def valid_on(rows: Iterable[D], day: date) -> list[D]:
    """The rows that held on ``day``."""
    return [row for row in rows if Period(row.valid_from, row.valid_to).covers(day)]
