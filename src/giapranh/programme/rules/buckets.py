"""The time bucket of a duty: in time, nearly due, overdue, or without a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import lru_cache

from giapranh.kernel.errors import N_
from giapranh.kernel.working_days import WorkCalendar

NEAR_DAYS = 3


class Bucket(StrEnum):
    IN_TIME = "in_time"
    NEARLY_DUE = "nearly_due"
    OVERDUE = "overdue"
    NO_DATE = "no_date"


BUCKET_WORDS: Mapping[Bucket, str] = {
    Bucket.IN_TIME: N_("Đúng hạn"),
    Bucket.NEARLY_DUE: N_("Sắp đến hạn"),
    Bucket.OVERDUE: N_("Quá hạn"),
    Bucket.NO_DATE: N_("Không hạn"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A day and time in Vietnam, and the last day that counts as nearly due: what a query compares with."""

    day: date
    clock: time
    near_until: date

    @classmethod
    def at(cls, day: date, clock: time, calendar: WorkCalendar, near_days: int = NEAR_DAYS) -> Moment:
        return cls(day, clock, calendar.add(day, near_days) if near_days > 0 else day)


def bucket(due_on: date | None, due_time: time | None, moment: Moment) -> Bucket:
    """Where a duty stands at ``moment``. The day itself is still in time, up to the hour if the paper gives one."""
    if due_on is None:
        return Bucket.NO_DATE
    if due_on < moment.day or (due_on == moment.day and due_time is not None and due_time < moment.clock):
        return Bucket.OVERDUE
    return Bucket.NEARLY_DUE if due_on <= moment.near_until else Bucket.IN_TIME


def frozen(due_on: date | None, due_time: time | None, moment: Moment) -> Bucket:
    """The bucket that stays when the clock stops: handed in before the date is in time, however close it was."""
    found = bucket(due_on, due_time, moment)
    return Bucket.IN_TIME if found is Bucket.NEARLY_DUE else found


def days_left(due_on: date | None, day: date, calendar: WorkCalendar) -> int | None:
    """Working days until ``due_on`` (negative when it has passed); None without a date."""
    return None if due_on is None else _between(calendar, day, due_on)


@lru_cache(maxsize=8192)
def _between(calendar: WorkCalendar, day: date, due_on: date) -> int:
    """Counted day by day; the same few dates come back on every line of every list of the day."""
    return calendar.between(day, due_on)
