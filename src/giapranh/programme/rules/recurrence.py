"""Duties that come back: an RFC 5545 rule becomes dated instances, each date once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrule, rrulestr  # type: ignore[import-untyped]

from giapranh.kernel.errors import N_, BadInput
from giapranh.programme.rules.periods import CLOSING_DAY

MOST = 400  # instances of one series that one run may make
_FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
_PART = re.compile(r"[A-Z]+=[A-Z0-9,+\-]+")


class BadRecurrence(BadInput):
    code = "bad_recurrence"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule with its anchor: ``rule_text`` says how the day was found when the paper names none."""

    rrule: str
    proposed: bool = False
    rule_text: str = ""


def parts_of(text: str) -> dict[str, str]:
    """The parts of an RRULE, or a refusal: dates only, nothing finer than a day."""
    clean = text.strip().removeprefix("RRULE:").rstrip(";")
    pieces = clean.split(";")
    if not all(_PART.fullmatch(piece) for piece in pieces):
        raise BadRecurrence(N_("Không hiểu quy tắc định kỳ “%(text)s”."), text=text)
    parts = dict(piece.split("=", 1) for piece in pieces)
    if parts.get("FREQ") not in _FREQUENCIES or {"BYHOUR", "BYMINUTE", "BYSECOND"} & parts.keys():
        raise BadRecurrence(N_("Định kỳ phải theo ngày, tuần, tháng hoặc năm: “%(text)s”."), text=text)
    return parts


def anchored(text: str) -> Recurrence:
    """The same rule with a day in it. "hàng tháng" alone falls on the closing days of Decree 09/2019/NĐ-CP."""
    parts = parts_of(text)
    if any(key.startswith("BY") and key != "BYMONTH" for key in parts):
        return Recurrence(_join(parts))
    frequency, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    if frequency == "WEEKLY":
        return Recurrence(_join({**parts, "BYDAY": "FR"}), True, N_("định kỳ tuần không nêu ngày: thứ Sáu"))
    months = _CLOSING_MONTHS.get((frequency, interval))
    if months is None:
        return Recurrence(_join(parts))
    fixed = {"FREQ": "YEARLY", "BYMONTH": parts.get("BYMONTH", months), "BYMONTHDAY": str(CLOSING_DAY)}
    if frequency == "MONTHLY" and interval == 1:
        fixed = {**parts, "BYMONTHDAY": str(CLOSING_DAY)}
    bounds = {key: value for key, value in parts.items() if key in {"UNTIL", "COUNT"}}
    return Recurrence(
        _join({**fixed, **bounds}), True, N_("định kỳ không nêu ngày: ngày chốt số liệu theo Nghị định 09/2019/NĐ-CP")
    )


_CLOSING_MONTHS: Mapping[tuple[str, int], str] = {
    ("MONTHLY", 1): "",
    ("MONTHLY", 3): "3,6,9,12",
    ("MONTHLY", 6): "6,12",
    ("MONTHLY", 12): "12",
    ("YEARLY", 1): "12",
}


def occurrences(text: str, *, start: date, until: date, most: int = MOST) -> list[date]:
    """The days of the rule from ``start`` to ``until``, both included, in order, each once."""
    parts_of(text)
    if until < start:
        return []
    rule = _build(text, start)
    last = datetime.combine(until, time.max)
    days: list[date] = []
    for moment in rule:
        if moment > last or len(days) >= most:
            break
        if not days or days[-1] != moment.date():
            days.append(moment.date())
    return days


def next_occurrence(text: str, *, start: date, after: date) -> date | None:
    """The first day of the rule later than ``after``."""
    found = _build(text, start).after(datetime.combine(after + timedelta(days=1), time.min), inc=True)
    return found.date() if found else None


def due_now(text: str, *, start: date, day: date, ahead: int) -> list[date]:
    """What must exist on ``day``: everything up to ``ahead`` days from now, and always the next one."""
    parts_of(text)
    soon = occurrences(text, start=start, until=day + timedelta(days=ahead))
    following = next_occurrence(text, start=start, after=day)
    return sorted({*soon, following}) if following else soon


def _build(text: str, start: date) -> rrule:
    # A rule whose UNTIL carries a time zone and a start without one do not mix: dates only.
    clean = re.sub(r"(UNTIL=\d{8})T\d{6}Z?", r"\1", text.strip().removeprefix("RRULE:"))
    try:
        built = rrulestr(clean, dtstart=datetime.combine(start, time.min))
    except (ValueError, TypeError) as error:
        raise BadRecurrence(N_("Không hiểu quy tắc định kỳ “%(text)s”."), text=text) from error
    if not isinstance(built, rrule):
        raise BadRecurrence(N_("Không hiểu quy tắc định kỳ “%(text)s”."), text=text)
    return built


def _join(parts: Mapping[str, str]) -> str:
    return ";".join(f"{key}={value}" for key, value in parts.items() if value)
