"""The first indicators: tasks on time, papers exchanged, meetings, reports received. They register on import."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.programme.indicators import Evidence, Measurement, indicator
from giapranh.programme.queries import counted
from giapranh.programme.rules.periods import ReportingPeriod
from giapranh.programme.rules.scope import Scope


@indicator("programme.tasks_on_time", title=N_("Việc đúng hạn"), unit=N_("việc"))
def tasks_on_time(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Of the tasks whose date falls into the period: how many were handed in by it."""
    rows = counted.tasks_due(scope, period.start, period.end)
    on_time = [task for task in rows if task.on_time]
    return Measurement(
        Decimal(len(on_time)), N_("việc"), tuple(_task_evidence(rows)), out_of=Decimal(len(rows)),
    )  # fmt: skip


@indicator("programme.papers_exchanged", title=N_("Văn bản trao đổi"), unit=N_("văn bản"))
def papers_exchanged(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Papers of the period that are products of the tasks, or came from an office the tasks name as counterpart."""
    papers = counted.papers(scope, period.start, period.end)
    cited = tuple(Evidence(paper.label, f"paper:{paper.pk}", f"/van-ban/{paper.pk}/", paper.note) for paper in papers)
    return Measurement(Decimal(len(cited)), N_("văn bản"), cited)


@indicator("programme.meetings", title=N_("Cuộc họp, làm việc có biên bản"), unit=N_("cuộc"))
def meetings(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Meetings of which a paper tells: minutes, or the announcement of what was concluded."""
    found = counted.meetings(scope, period.start, period.end)
    cited = tuple(Evidence(paper.label, f"paper:{paper.pk}", f"/van-ban/{paper.pk}/", paper.note) for paper in found)
    return Measurement(Decimal(len(cited)), N_("cuộc"), cited)


@indicator("programme.reports_received", title=N_("Báo cáo đã nhận"), unit=N_("báo cáo"))
def reports_received(period: ReportingPeriod, scope: Scope) -> Measurement:
    """Of the parts due in the period: how many offices have reported; reports of the period count with them."""
    parts = counted.parts_reported(scope, period.start, period.end)
    received = [part for part in parts if part.received]
    cited = tuple(
        Evidence(part.label, f"part:{part.pk}", f"/viec/{part.task_id}/#phan-{part.pk}", part.note) for part in parts
    )
    return Measurement(Decimal(len(received)), N_("báo cáo"), cited, out_of=Decimal(len(parts)))


def _task_evidence(rows: Sequence[Any]) -> list[Evidence]:
    return [Evidence(row.label, f"task:{row.pk}", f"/viec/{row.pk}/", row.note) for row in rows]
