"""Reads of reports: lists, the frozen facts, what has changed since, the choices of the forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.staticfiles import finders
from django.db.models import QuerySet
from django.utils.translation import gettext

from giapranh.documents import queries as documents
from giapranh.documents.writing import OfficialPaper, write_html
from giapranh.documents.writing.fonts import FontBook, find_fonts
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, NotFound
from giapranh.programme.models import Extension, ExtensionDecision, Programme, Report, ReportNumber, Task
from giapranh.programme.reports import permissions, signing
from giapranh.programme.reports.facts import Number, ReportFacts, from_json
from giapranh.programme.reports.letterheads import signers
from giapranh.programme.reports.numbers import recount
from giapranh.programme.reports.outline import report_paper
from giapranh.programme.reports.permissions import NoSuchReport
from giapranh.programme.rules.buckets import Bucket, bucket
from giapranh.programme.rules.periods import PeriodKind, ReportingPeriod, containing, parse_period
from giapranh.programme.rules.states import RUNNING
from giapranh.programme.thresholds import today

_WEB_FONT = "dist/be-vietnam-pro-{alphabet}-{weight}-normal.woff2"


class NoSuchProgramme(NotFound):
    code = "no_such_programme"


def visible_reports(user: Any) -> QuerySet[Report]:
    """The reports ``user`` may see, newest first."""
    return (
        Report.objects.filter(permissions.visible(user))
        .select_related("programme", "paper", "drafted_by")
        .order_by("-drafted_at", "-pk")
    )


def get_report(user: Any, report_id: int) -> Report:
    report = (
        Report.objects.filter(permissions.visible(user), pk=report_id)
        .select_related("programme__owner", "programme__paper", "paper", "blob", "drafted_by")
        .first()
    )
    if report is None:
        raise NoSuchReport(N_("Không có báo cáo này, hoặc bạn không thuộc cơ quan lập báo cáo."))
    return report


def programmes_for_reports(user: Any) -> QuerySet[Programme]:
    """The programmes ``user`` may report on."""
    return Programme.objects.filter(permissions.reportable(user)).select_related("owner", "paper").order_by("-pk")


def get_programme(user: Any, programme_id: int) -> Programme:
    programme = programmes_for_reports(user).filter(pk=programme_id).first()
    if programme is None:
        raise NoSuchProgramme(N_("Không có chương trình này, hoặc chương trình của cơ quan khác."))
    return programme


def facts_of(report: Report) -> ReportFacts:
    """What the report said on the day it was drafted."""
    return from_json(report.frozen)


def paper_of(report: Report) -> OfficialPaper:
    return report_paper(facts_of(report))


def preview(report: Report) -> str:
    """The report as HTML, everything escaped."""
    return write_html(paper_of(report))


def docx_of(report: Report) -> bytes:
    """The very bytes that were written when the report was drafted."""
    if report.blob_id is None:
        raise NoSuchReport(N_("Báo cáo này chưa có tệp. Hãy lập lại báo cáo."))
    return documents.open_blob(report.blob_id)


def file_name(report: Report) -> str:
    return f"bao-cao-{report.programme_id}-{report.period}.docx"


def fonts() -> FontBook:
    """What the pictures are lettered with: the machine's fonts, else those the pages are shown in."""
    return find_fonts([(_web_files("400"), _web_files("700"))])


def _web_files(weight: str) -> list[Any]:
    from pathlib import Path

    found = [finders.find(_WEB_FONT.format(alphabet=alphabet, weight=weight)) for alphabet in ("latin", "vietnamese")]
    return [Path(str(path)) for path in found if path]


# --- what has changed since ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drift:
    """One number that no longer matches: as it was frozen, and as it would be counted now."""

    index: int
    title: str
    unit: str
    then: Decimal | None
    now: Decimal | None
    then_out_of: Decimal | None
    now_out_of: Decimal | None
    added: list[str]
    removed: list[str]
    changed: list[str]
    sealed: bool

    @property
    def same_value(self) -> bool:
        return self.then == self.now and self.then_out_of == self.now_out_of


def report_drift(report: Report, at: datetime) -> list[Drift]:
    """The numbers of ``report`` that would come out differently at ``at``, with both values.

    A number whose own seal no longer fits what is stored is listed too: somebody has touched the frozen row.
    """
    facts = facts_of(report)
    stored = {row.key: row for row in ReportNumber.objects.filter(report=report)}
    again = recount(report.programme, [(number.key, number.query) for number in facts.numbers], at)
    return [
        drift for number in facts.numbers
        if (drift := _drift(number, again.get(number.key), stored.get(number.key))) is not None
    ]  # fmt: skip


def _drift(frozen: Number, now: Number | None, row: ReportNumber | None) -> Drift | None:
    sealed = row is not None and row.sha == frozen.sha and row.value == frozen.value
    if sealed and now is not None and now.sha == frozen.sha:
        return None
    before = {cited.ref: cited for cited in frozen.citations}
    after = {cited.ref: cited for cited in now.citations} if now else {}
    return Drift(
        index=frozen.index, title=frozen.title, unit=frozen.unit, then=frozen.value, now=now.value if now else None,
        then_out_of=frozen.out_of, now_out_of=now.out_of if now else None,
        added=[after[ref].label for ref in after if ref not in before],
        removed=[before[ref].label for ref in before if ref not in after],
        changed=[
            f"{before[ref].label}: {before[ref].note} → {after[ref].note}"
            for ref in before if ref in after and before[ref].note != after[ref].note
        ],
        sealed=sealed,
    )  # fmt: skip


# --- choices ---------------------------------------------------------------------------------------------------------


def period_choices(day: date, also: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """The periods one would report on ``day``: the running one and those before it, by kind; and ``also`` that one."""
    groups = [
        (N_("Quý"), PeriodKind.QUARTER, 6), (N_("Tháng"), PeriodKind.MONTH, 12),
        (N_("6 tháng"), PeriodKind.HALF, 4), (N_("Năm"), PeriodKind.YEAR, 3),
    ]  # fmt: skip
    choices = [(name, [_choice(period) for period in _back(kind, day, count)]) for name, kind, count in groups]
    if also and also not in {key for _, options in choices for key, _ in options}:
        choices.append((N_("Kỳ khác"), [_choice(parse_period(also))]))
    return choices


def _choice(period: ReportingPeriod) -> tuple[str, str]:
    return period.key, f"{_said(period)} ({period.start:%d/%m/%Y} – {period.end:%d/%m/%Y})"


def _back(kind: PeriodKind, day: date, count: int) -> list[ReportingPeriod]:
    periods = [containing(kind, day)]
    while len(periods) < count:
        periods.append(periods[-1].previous)
    return periods


def period_label(key: str) -> str:
    return _said(parse_period(key))


def _said(period: ReportingPeriod) -> str:
    return gettext(period.template) % period.params


def answer_by(at: datetime) -> date:
    """By when an urged office is asked to answer, unless the letter says otherwise."""
    now = today(at)
    return now.calendar.add(now.day, signing.answer_days())


def likely_period(day: date) -> str:
    """The quarter that closed last, or the running one in its last ten days."""
    running = containing(PeriodKind.QUARTER, day)
    return (running if (running.end - day).days <= 10 else running.previous).key


def signer_choices(programme: Programme, day: date) -> list[tuple[str, str]]:
    return [
        (str(officer.pk), f"{officer.full_name} – {title}" if title else officer.full_name)
        for officer, title in signers(programme, day)
    ]


# --- overdue duties, for urging --------------------------------------------------------------------------------------


def decided_extensions(programme: Programme, limit: int = 20) -> list[Extension]:
    """Requests for a later date that were decided lately: each may be answered by a letter."""
    rows = Extension.objects.filter(task__programme=programme).exclude(decision=ExtensionDecision.WAITING)
    return list(rows.select_related("task", "asked_by").order_by("-decided_at", "-pk")[:limit])


@dataclass(frozen=True, slots=True)
class OverdueTask:
    task: Task
    lead: str
    days: int


@dataclass(frozen=True, slots=True)
class OverdueOffice:
    name: str
    tasks: list[OverdueTask]


def overdue_by_office(programme: Programme, at: datetime) -> list[OverdueOffice]:
    """The overdue tasks of a programme under the office that leads each, the longest overdue first."""
    now = today(at)
    rows = (
        Task.objects.filter(programme=programme, state__in=sorted(RUNNING), due_on__lte=local_date(at), recurrence="")
        .prefetch_related("parts__office")
        .order_by("due_on", "order", "id")
    )
    found: dict[str, list[OverdueTask]] = {}
    for task in rows:
        if bucket(task.due_on, task.due_time, now.moment) is Bucket.OVERDUE:
            lead = next((part for part in task.parts.all() if part.role == "lead"), None)
            name = str(lead.office or lead.as_written) if lead else ""
            days = now.calendar.between(task.due_on, now.day) if task.due_on else 0
            found.setdefault(name, []).append(OverdueTask(task, name, days))
    return [OverdueOffice(name, tasks) for name, tasks in found.items()]
