"""Who hears what on which day. One digest per person and day, whatever the number of duties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from giapranh.kernel.errors import N_
from giapranh.kernel.working_days import WorkCalendar


class Occasion(StrEnum):
    """Why a line stands in a digest; the order is the order of the digest."""

    ESCALATED = "escalated"
    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"


OCCASION_WORDS: Mapping[Occasion, str] = {
    Occasion.ESCALATED: N_("Báo lãnh đạo"),
    Occasion.OVERDUE: N_("Quá hạn"),
    Occasion.TODAY: N_("Hạn hôm nay"),
    Occasion.SOON: N_("Sắp đến hạn"),
}
_ORDER = list(Occasion)


@dataclass(frozen=True, slots=True)
class ReminderSettings:
    """In working days: when before the date, how often after it, and when the leader hears of it."""

    before: tuple[int, ...] = (5, 3, 1)
    after_every: int = 2
    escalate_after: int = 3
    escalate_every: int = 5


@dataclass(frozen=True, slots=True)
class Owed:
    """One duty somebody owes: a task (``part`` None) or a part of one."""

    task: int
    part: int | None
    title: str
    due_on: date
    owners: tuple[int, ...]
    leaders: tuple[int, ...]
    snoozed: Mapping[int, date]  # officer -> the last day on which this duty stays quiet for that officer


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a digest; ``days_left`` in working days, negative once the date has passed."""

    task: int
    part: int | None
    title: str
    due_on: date
    occasion: Occasion
    days_left: int


def occasion(due_on: date, day: date, calendar: WorkCalendar, settings: ReminderSettings) -> Occasion | None:
    """Whether a duty due on ``due_on`` is spoken of on ``day``. Nobody is disturbed on a day off."""
    if not calendar.is_working(day):
        return None
    left = calendar.between(day, due_on)
    if due_on == day:
        return Occasion.TODAY
    if due_on > day:
        return Occasion.SOON if left in settings.before else None
    late = max(-left, 1)
    return Occasion.OVERDUE if (late - 1) % max(settings.after_every, 1) == 0 else None


def escalates(due_on: date, day: date, calendar: WorkCalendar, settings: ReminderSettings) -> bool:
    """Whether the leader hears of the duty on ``day``."""
    if due_on >= day or not calendar.is_working(day):
        return False
    late = -calendar.between(day, due_on) - settings.escalate_after
    return late >= 0 and late % max(settings.escalate_every, 1) == 0


def decide(
    owed: Iterable[Owed], *, day: date, calendar: WorkCalendar, settings: ReminderSettings
) -> dict[int, list[Line]]:
    """One list of lines per officer for ``day``, the most pressing first. Officers with nothing are absent."""
    digests: dict[int, dict[tuple[int, int | None], Line]] = defaultdict(dict)
    for duty in owed:
        found = occasion(duty.due_on, day, calendar, settings)
        if found is not None:
            _add(digests, duty, duty.owners, found, day, calendar)
        if escalates(duty.due_on, day, calendar, settings):
            _add(digests, duty, duty.leaders, Occasion.ESCALATED, day, calendar)
    return {officer: sorted(lines.values(), key=_pressing) for officer, lines in digests.items()}


def key_of(officer: int, day: date) -> str:
    """The one key under which a person's digest of a day may ever be sent."""
    return f"reminder:{officer}:{day.isoformat()}"


def _add(
    digests: dict[int, dict[tuple[int, int | None], Line]],
    duty: Owed,
    people: Iterable[int],
    found: Occasion,
    day: date,
    calendar: WorkCalendar,
) -> None:
    left = calendar.between(day, duty.due_on)
    line = Line(duty.task, duty.part, duty.title, duty.due_on, found, left)
    for officer in people:
        if (until := duty.snoozed.get(officer)) is not None and day <= until:
            continue
        digests[officer].setdefault((duty.task, duty.part), line)


def _pressing(line: Line) -> tuple[int, date, int]:
    return (_ORDER.index(line.occasion), line.due_on, line.task)
