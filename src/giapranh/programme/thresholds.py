"""The thresholds of following up as they hold now: the node's own, else the defaults of ``data/settings.toml``."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.working_days import WorkCalendar
from giapranh.people import queries as people
from giapranh.programme.models import Thresholds
from giapranh.programme.reference import default_thresholds
from giapranh.programme.rules.buckets import Moment
from giapranh.programme.rules.reminders import ReminderSettings


@dataclass(frozen=True, slots=True)
class Limits:
    """Working days everywhere but ``materialise_days_ahead``, which are days of the calendar."""

    nearly_due_days: int
    part_days_before_lead: int
    before_includes_day: bool
    remind_before: tuple[int, ...]
    remind_after_every: int
    escalate_after: int
    escalate_every: int
    materialise_days_ahead: int

    @property
    def reminders(self) -> ReminderSettings:
        return ReminderSettings(self.remind_before, self.remind_after_every, self.escalate_after, self.escalate_every)


NAMES = tuple(field.name for field in fields(Limits))


def limits() -> Limits:
    row = Thresholds.objects.filter(pk=1).values(*NAMES).first() or default_thresholds()
    return Limits(**{**row, "remind_before": tuple(row["remind_before"])})


@dataclass(frozen=True, slots=True)
class Today:
    """What every question about time needs, read once: the day, the calendar, the limits, the bucket edges."""

    day: date
    calendar: WorkCalendar
    limits: Limits
    moment: Moment


def today(at: datetime) -> Today:
    local = at.astimezone(VIETNAM)
    calendar, held = people.calendar(), limits()
    moment = Moment.at(local.date(), local.time().replace(tzinfo=None), calendar, held.nearly_due_days)
    return Today(local.date(), calendar, held, moment)
