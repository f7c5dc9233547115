"""When a duty is due: what the paper gives is taken as it is; what it leaves open gets a proposal with its rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.kernel.periods import valid_on
from giapranh.kernel.working_days import WorkCalendar
from giapranh.programme.rules import recurrence
from giapranh.programme.rules.periods import PeriodKind, containing


class DueKind(StrEnum):
    GIVEN = "given"
    PROPOSED = "proposed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Due:
    """A due date and where it comes from. ``rule_key`` and ``rule`` are empty for a date the paper gives."""

    on: date | None
    kind: DueKind
    at: time | None = None
    rule_key: str = ""
    rule: str = ""
    recurrence: str = ""


@dataclass(frozen=True, slots=True)
class DueRule:
    """One dated rule of ``data/due_rules.toml``: for ``topics`` (empty: any) and ``words`` (empty: any)."""

    key: str
    text: str
    method: str
    amount: int = 0
    period: str = ""
    topics: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""

    def fits(self, topic: str | None, text: str) -> bool:
        if self.topics and topic not in self.topics:
            return False
        folded = text.casefold()
        return not self.words or any(word.casefold() in folded for word in self.words)


DUE_ON_PAPER = {"date", "datetime", "month", "quarter", "year", "span"}
_RECEIPT = re.compile(r"nhận được|nhận văn bản|ban hành|ký ban hành|ngày ký", re.IGNORECASE)


def resolve(
    given: Mapping[str, Any],
    *,
    topic: str | None,
    text: str,
    day: date,
    issued_on: date | None,
    rules: Iterable[DueRule],
    calendar: WorkCalendar,
    before_includes_day: bool = True,
) -> Due:
    """The due date of a directive adopted on ``day``.

    ``given`` is the deadline as the reading states it (kind, date, time, before, recurrence, offset_days…).
    """
    kind = str(given.get("kind") or "none")
    if kind == "recurring" and given.get("recurrence"):
        anchored = recurrence.anchored(str(given["recurrence"]))
        due_kind = DueKind.PROPOSED if anchored.proposed else DueKind.GIVEN
        return Due(None, due_kind, rule_key="recurrence" if anchored.proposed else "", rule=anchored.rule_text,
                   recurrence=anchored.rrule)  # fmt: skip
    on = as_day(given.get("date") or given.get("end"))
    if kind in DUE_ON_PAPER and on is not None:
        strict = bool(given.get("before")) and not before_includes_day and kind == "date"
        return Due(on - timedelta(days=1) if strict else on, DueKind.GIVEN, as_time(given.get("time")))
    if kind == "relative" and given.get("offset_days") is not None:
        found = _relative(given, issued_on=issued_on, day=day, calendar=calendar)
        if found is not None:
            return found
    return propose(topic=topic, text=text, day=day, rules=rules, calendar=calendar)


def propose(
    *, topic: str | None, text: str, day: date, rules: Iterable[DueRule], calendar: WorkCalendar
) -> Due:  # fmt: skip
    """A proposal for a duty without a date, always a working day after ``day``; the narrowest rule wins."""
    held = [rule for rule in valid_on(rules, day) if rule.fits(topic, text)]
    if not held:
        return Due(None, DueKind.NONE)
    rule = max(held, key=lambda rule: (bool(rule.topics) + bool(rule.words), rule.valid_from or date.min))
    return Due(_by(rule, day, calendar), DueKind.PROPOSED, rule_key=rule.key, rule=rule.text)


def part_due(lead_due: date | None, *, day: date, working_days_before: int, calendar: WorkCalendar) -> date | None:
    """A coordinating office answers before the lead's own date, yet never before the day after the duty was given."""
    if lead_due is None:
        return None
    earliest = calendar.add(day, 1)
    wanted = calendar.add(lead_due, -working_days_before) if working_days_before else lead_due
    return min(max(wanted, earliest), max(lead_due, day))


def as_day(value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])


def as_time(value: object) -> time | None:
    if not value:
        return None
    return value if isinstance(value, time) else time.fromisoformat(str(value))


PART_RULE = N_("trước hạn của đơn vị chủ trì %(days)s ngày làm việc")
RELATIVE_RULE = N_("tính từ ngày của văn bản")


def _relative(given: Mapping[str, Any], *, issued_on: date | None, day: date, calendar: WorkCalendar) -> Due | None:
    """An offset counts from the paper's own date when the event is its issue or receipt; other events are unknown."""
    if not _RECEIPT.search(str(given.get("event") or "")):
        return None
    start, days = issued_on or day, int(given["offset_days"])
    on = calendar.add(start, days) if given.get("working_days") else start + timedelta(days=days)
    return Due(on, DueKind.PROPOSED, as_time(given.get("time")), "relative", RELATIVE_RULE)


def _by(rule: DueRule, day: date, calendar: WorkCalendar) -> date:
    match rule.method:
        case "working_days":
            return calendar.add(day, max(rule.amount, 1))
        case "period_end":
            return _period_end(PeriodKind(rule.period), day, rule.amount, calendar)
        case "month_end":
            return _month_end(day, rule.amount, calendar)
        case _:
            raise ValueError(f"unknown method {rule.method} in due rule {rule.key}")


def _period_end(kind: PeriodKind, day: date, room: int, calendar: WorkCalendar) -> date:
    """The last working day before the figures close, leaving at least ``room`` working days to do the work."""
    period = containing(kind, day)
    while True:
        end = _last_working(period.end, calendar)
        if end > day and calendar.between(day, end) >= room:
            return end
        period = period.next


def _month_end(day: date, room: int, calendar: WorkCalendar) -> date:
    first_of_next = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    end = _last_working(first_of_next - timedelta(days=1), calendar)
    if end > day and calendar.between(day, end) >= room:
        return end
    return _month_end(first_of_next, 1, calendar)


def _last_working(day: date, calendar: WorkCalendar) -> date:
    while not calendar.is_working(day):
        day -= timedelta(days=1)
    return day


def rules_from(rows: Sequence[Mapping[str, Any]]) -> tuple[DueRule, ...]:
    """Rules as the data file holds them."""
    return tuple(
        DueRule(**{**row, "topics": tuple(row.get("topics", ())), "words": tuple(row.get("words", ()))}) for row in rows
    )
