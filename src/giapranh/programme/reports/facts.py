"""What a report says, before it is put into words: plain values that freeze as JSON and come back the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from giapranh.kernel.errors import N_


class Standing(StrEnum):
    """Where a task stands on the closing day; every task of a report has exactly one."""

    DONE_IN_TIME = "done_in_time"
    DONE_LATE = "done_late"
    AWAITING = "awaiting"
    IN_TIME = "in_time"
    NEARLY_DUE = "nearly_due"
    OVERDUE = "overdue"
    NO_DATE = "no_date"
    PAUSED = "paused"
    CANCELLED = "cancelled"


STANDING_WORDS = {
    Standing.DONE_IN_TIME: N_("Hoàn thành đúng hạn"),
    Standing.DONE_LATE: N_("Hoàn thành quá hạn"),
    Standing.AWAITING: N_("Chờ xác nhận"),
    Standing.IN_TIME: N_("Đang thực hiện, trong hạn"),
    Standing.NEARLY_DUE: N_("Sắp đến hạn"),
    Standing.OVERDUE: N_("Quá hạn"),
    Standing.NO_DATE: N_("Đang thực hiện, không hạn"),
    Standing.PAUSED: N_("Tạm dừng"),
    Standing.CANCELLED: N_("Đã hủy"),
}
DONE = (Standing.DONE_IN_TIME, Standing.DONE_LATE)
COUNTED = tuple(standing for standing in Standing if standing is not Standing.CANCELLED)


@dataclass(frozen=True, slots=True)
class Cited:
    """One record a number was counted from."""

    label: str
    ref: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a report. ``index`` is its small mark on the page; ``how`` says in words how it is counted."""

    key: str
    title: str
    value: Decimal | None
    unit: str
    how: str
    query: dict[str, Any]
    citations: list[Cited] = field(default_factory=list)
    out_of: Decimal | None = None
    target: Decimal | None = None
    note: str = ""
    index: int = 0

    @property
    def sha(self) -> str:
        """The seal over the value and everything it was counted from."""
        return seal(self)


def seal(number: Number) -> str:
    content = {
        "key": number.key,
        "value": _plain(number.value),
        "out_of": _plain(number.out_of),
        "unit": number.unit,
        "target": _plain(number.target),
        "query": number.query,
        "citations": [[cited.ref, cited.note] for cited in number.citations],
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Decimal | None) -> str | None:
    """One writing of one number, whatever zeros the database put behind it."""
    return None if value is None else format(value.normalize(), "f")


@dataclass(frozen=True, slots=True)
class PartLine:
    office: str
    reported: bool
    due_on: date | None = None
    report: str = ""


@dataclass(frozen=True, slots=True)
class ProductLine:
    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task as the report tells it. ``why_late`` holds what was recorded, never a guess."""

    task_id: int
    text: str
    lead: str
    standing: Standing
    lead_id: int | None = None
    occurrence_on: date | None = None
    due_on: date | None = None
    due_proposed: bool = False
    original_due_on: date | None = None
    done_on: date | None = None
    days_late: int | None = None
    parts: list[PartLine] = field(default_factory=list)
    counterparts: list[str] = field(default_factory=list)
    progress: str = ""
    products: list[ProductLine] = field(default_factory=list)
    why_late: list[str] = field(default_factory=list)
    asked_until: date | None = None
    asked_reason: str = ""
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the paper: what was asked, and its tasks. ``numbers`` are keys of the report's numbers."""

    key: str
    label: str
    text: str
    tasks: list[TaskLine] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, to whom, and who signs: frozen too, for the agency may be called otherwise next year."""

    issuer: str
    issuer_parent: str = ""
    symbol_of: str = ""
    place: str = ""
    addressees: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    archive: str = ""
    authority: list[str] = field(default_factory=list)
    signer: str = ""


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the drafter adds in their own words, by part of the report."""

    steering: str = ""
    causes: str = ""
    plans: str = ""
    proposals: str = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    label: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """Lying bars that another room gives to the report. ``parts``: key, words and pattern, in the order of the bar."""

    title: str
    parts: list[tuple[str, str, str]]
    rows: list[FigureRow]
    source: str = ""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    programme: str
    programme_id: int
    period_key: str
    period_label: str
    start: date
    end: date
    as_of: datetime
    drafted_at: datetime
    paper: str
    bases: list[str]
    letterhead: Letterhead
    clauses: list[Clause]
    numbers: list[Number]
    upcoming: list[TaskLine]
    remarks: Remarks = field(default_factory=Remarks)
    illustrative: bool = False
    figures: list[OwnFigure] = field(default_factory=list)

    def number(self, key: str) -> Number | None:
        return next((number for number in self.numbers if number.key == key), None)

    @property
    def tasks(self) -> list[TaskLine]:
        return [task for clause in self.clauses for task in clause.tasks]


def indexed(numbers: Sequence[Number]) -> list[Number]:
    """The numbers with their marks, 1 onwards."""
    return [replace(number, index=index) for index, number in enumerate(numbers, start=1)]


def to_json(facts: ReportFacts) -> dict[str, Any]:
    """The facts as JSON values."""
    return json.loads(msgspec.json.encode(facts))  # type: ignore[no-any-return]


def from_json(data: dict[str, Any]) -> ReportFacts:
    return msgspec.convert(data, ReportFacts)
