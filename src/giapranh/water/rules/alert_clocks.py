"""Clocks of an alert: quiet hours, the time to take it over, the steps by which it climbs, reminders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import N_, BadInput


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


SEVERITY_WORDS: Mapping[Severity, str] = {
    Severity.INFO: N_("theo dõi"),
    Severity.WARNING: N_("cảnh báo"),
    Severity.CRITICAL: N_("khẩn cấp"),
}


class Ladder(StrEnum):
    """Whom an alert that nobody takes climbs to."""

    OFFICE_HEAD = "office_head"
    FOCAL_OFFICER = "focal_officer"
    LEADER = "leader"


LADDER_WORDS: Mapping[Ladder, str] = {
    Ladder.OFFICE_HEAD: N_("trưởng đơn vị"),
    Ladder.FOCAL_OFFICER: N_("cán bộ đầu mối"),
    Ladder.LEADER: N_("lãnh đạo cơ quan"),
}
REMIND_EVERY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours (Vietnam) in which only the critical rings. ``start`` later than ``end`` goes over midnight."""

    start: time | None = None
    end: time | None = None

    def covers(self, at: datetime) -> bool:
        if self.start is None or self.end is None or self.start == self.end:
            return False
        local = at.astimezone(VIETNAM).time()
        if self.start < self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def over_at(self, at: datetime) -> datetime:
        """When the quiet that covers ``at`` is over."""
        if not self.covers(at) or self.end is None:
            return at
        local = at.astimezone(VIETNAM)
        end = local.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)

    def begins_after(self, at: datetime) -> datetime:
        """When the next quiet begins, seen from an instant that is not quiet."""
        local = at.astimezone(VIETNAM)
        assert self.start is not None
        begin = local.replace(hour=self.start.hour, minute=self.start.minute, second=0, microsecond=0)
        return begin if begin > local else begin + timedelta(days=1)

    def awake(self, start: datetime, end: datetime) -> timedelta:
        """How much of a span is not quiet."""
        if self.start is None or self.end is None or self.start == self.end:
            return end - start
        total, at = timedelta(), self.over_at(start)
        while at < end:
            begins = min(self.begins_after(at), end)
            total += begins - at
            at = self.over_at(begins)
        return total


NEVER_QUIET = Quiet()


def tell_at(at: datetime, severity: Severity, quiet: Quiet) -> datetime:
    """When people hear of what happened at ``at``."""
    return at if severity == Severity.CRITICAL else quiet.over_at(at)


@dataclass(frozen=True, slots=True)
class Rung:
    """After so many minutes without anybody taking the alert, tell these."""

    after_minutes: int
    to: Ladder


class BadLadder(BadInput):
    code = "bad_ladder"


DEFAULT_LADDER = (Rung(30, Ladder.OFFICE_HEAD), Rung(60, Ladder.FOCAL_OFFICER), Rung(120, Ladder.LEADER))


def ladder_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Rung, ...]:
    rungs = tuple(Rung(int(row["after_minutes"]), Ladder(row["to"])) for row in rows)
    if any(rung.after_minutes <= 0 for rung in rungs):
        raise BadLadder(N_("Mỗi bậc báo lên cấp trên cần số phút lớn hơn 0."))
    if list(rungs) != sorted(rungs, key=lambda rung: rung.after_minutes):
        raise BadLadder(N_("Các bậc báo lên cấp trên phải theo thứ tự thời gian tăng dần."))
    return rungs


def ladder_as_rows(rungs: Sequence[Rung]) -> list[dict[str, Any]]:
    return [{"after_minutes": rung.after_minutes, "to": rung.to.value} for rung in rungs]


def rungs_due(
    rungs: Sequence[Rung], *, told_at: datetime | None, climbed: int, at: datetime, quiet: Quiet = NEVER_QUIET
) -> list[tuple[int, Rung]]:
    """The rungs whose time has come and that were not climbed yet, numbered from 1.

    The clock runs from when people were told, not from when the alert opened, and stands still in quiet hours: nobody
    answers for them.
    """
    if told_at is None or climbed >= len(rungs) or quiet.covers(at):
        return []
    waited = quiet.awake(told_at, at)
    return [
        (number, rung) for number, rung in enumerate(rungs, 1)
        if number > climbed and waited >= timedelta(minutes=rung.after_minutes)
    ]  # fmt: skip


def reminder_due(*, acknowledged_at: datetime | None, reminded_at: datetime | None, at: datetime) -> bool:
    """Once a day to whoever has taken an alert and has not ended it."""
    last = reminded_at or acknowledged_at
    return acknowledged_at is not None and last is not None and at - last >= REMIND_EVERY
