"""The registry of indicators, and the first ones: tasks on time, papers exchanged, reports received.

Any room registers a measure at start-up; this room calls it with a period and a scope and never knows who it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from giapranh.kernel.errors import N_, NotFound
from giapranh.programme.rules.periods import ReportingPeriod


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record a number was counted from: its name, its reference (``kind:id``), the address of its page."""

    label: str
    ref: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a measure looks at: one programme, some of its tasks, or everything of the node."""

    programme: int | None = None
    tasks: tuple[int, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        return {"programme": self.programme, "tasks": list(self.tasks) if self.tasks is not None else None}


@dataclass(frozen=True, slots=True)
class Measurement:
    """A number and where it comes from. ``value`` None means not measured, which is not 0.

    ``out_of`` is the whole it is part of (14 of 21 tasks); ``query`` says how to count it again.
    """

    value: Decimal | None
    unit: str
    citations: tuple[Evidence, ...] = ()
    target: Decimal | None = None
    out_of: Decimal | None = None
    note: str = ""
    query: dict[str, Any] = field(default_factory=dict)


Measure = Callable[[ReportingPeriod, Scope], Measurement]


@dataclass(frozen=True, slots=True)
class Indicator:
    key: str
    title: str
    unit: str
    measure: Measure


class NoSuchIndicator(NotFound):
    code = "no_such_indicator"


_registered: dict[str, Indicator] = {}


def indicator(key: str, *, title: str, unit: str) -> Callable[[Measure], Measure]:
    """Register a measure under ``key`` ("room.name"). Called by each room at start-up."""

    def register(measure: Measure) -> Measure:
        _registered[key] = Indicator(key, title, unit, measure)
        return measure

    return register


def registered() -> list[Indicator]:
    return list(_registered.values())


def keys() -> list[str]:
    return list(_registered)


def is_registered(key: str) -> bool:
    return key in _registered


def get(key: str) -> Indicator:
    if key not in _registered:
        raise NoSuchIndicator(N_("Không có chỉ số “%(key)s”."), key=key)
    return _registered[key]


def measure(key: str, period: ReportingPeriod, scope: Scope, target: Decimal | None = None) -> Measurement:
    """The number of one indicator now, with its target and the query that gave it."""
    found = get(key).measure(period, scope)
    query = {"indicator": key, "period": period.key, "scope": scope.as_json(), **found.query}
    return replace(found, target=target if target is not None else found.target, query=query)


def evidence_url(key: str, period: ReportingPeriod, scope: Scope) -> str:
    """The page that lists exactly the records the number was counted from."""
    params: list[tuple[str, str]] = [("chi-so", key), ("ky", period.key)]
    if scope.programme is not None:
        params.append(("chuong-trinh", str(scope.programme)))
    params += [("viec", str(task)) for task in scope.tasks or ()]
    return f"/chuong-trinh/bang-chung/?{urlencode(params)}"


# --- the first three -------------------------------------------------------------------------------------------------


@indicator("programme.tasks_on_time", title=N_("Việc đúng hạn"), unit=N_("việc"))
def tasks_on_time(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Of the tasks whose date falls into the period: how many were handed in by it."""
    from giapranh.programme.queries import counted

    rows = counted.tasks_due(scope, period.start, period.end)
    on_time = [task for task in rows if task.on_time]
    return Measurement(
        Decimal(len(on_time)), N_("việc"), tuple(_task_evidence(rows)), out_of=Decimal(len(rows)),
    )  # fmt: skip


@indicator("programme.papers_exchanged", title=N_("Văn bản trao đổi"), unit=N_("văn bản"))
def papers_exchanged(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Papers of the period that are products of the tasks, or came from an office the tasks name as counterpart."""
    from giapranh.programme.queries import counted

    papers = counted.papers(scope, period.start, period.end)
    cited = tuple(Evidence(paper.label, f"paper:{paper.pk}", f"/van-ban/{paper.pk}/", paper.note) for paper in papers)
    return Measurement(Decimal(len(cited)), N_("văn bản"), cited)


@indicator("programme.meetings", title=N_("Cuộc họp, làm việc có biên bản"), unit=N_("cuộc"))
def meetings(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Meetings of which a paper tells: minutes, or the announcement of what was concluded."""
    from giapranh.programme.queries import counted

    found = counted.meetings(scope, period.start, period.end)
    cited = tuple(Evidence(paper.label, f"paper:{paper.pk}", f"/van-ban/{paper.pk}/", paper.note) for paper in found)
    return Measurement(Decimal(len(cited)), N_("cuộc"), cited)


@indicator("programme.reports_received", title=N_("Báo cáo đã nhận"), unit=N_("báo cáo"))
def reports_received(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Of the parts due in the period: how many offices have reported; reports of the period count with them."""
    from giapranh.programme.queries import counted

    parts = counted.parts_reported(scope, period.start, period.end)
    received = [part for part in parts if part.received]
    cited = tuple(
        Evidence(part.label, f"part:{part.pk}", f"/viec/{part.task_id}/#phan-{part.pk}", part.note) for part in parts
    )
    return Measurement(Decimal(len(received)), N_("báo cáo"), cited, out_of=Decimal(len(parts)))


def _task_evidence(rows: Sequence[Any]) -> list[Evidence]:
    return [Evidence(row.label, f"task:{row.pk}", f"/viec/{row.pk}/", row.note) for row in rows]


def current_period(day: date) -> ReportingPeriod:
    """The quarter whose figures are being counted on ``day``."""
    from giapranh.programme.rules.periods import PeriodKind, containing

    return containing(PeriodKind.QUARTER, day)
