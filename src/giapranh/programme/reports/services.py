"""What is done with reports and letters: drafted, registered, sent to urge. One transaction each, with an audit row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from giapranh.documents import services as documents
from giapranh.documents.models import Paper
from giapranh.documents.services.records import keep_blob
from giapranh.documents.writing import OfficialPaper, write_docx
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.people.models import Officer
from giapranh.people.services import audit
from giapranh.programme.models import Programme, Report, ReportNumber
from giapranh.programme.reports import permissions, queries
from giapranh.programme.reports.answering import answer_paper, decided_extension
from giapranh.programme.reports.facts import Number, Remarks, ReportFacts, to_json
from giapranh.programme.reports.gathering import gather
from giapranh.programme.reports.letterheads import agency_of
from giapranh.programme.reports.outline import plain_text, report_paper, subject
from giapranh.programme.reports.signing import Authority
from giapranh.programme.reports.urging import LETTER, UrgingOptions, urged_tasks, urging_paper
from giapranh.programme.rules.periods import ReportingPeriod, parse_period

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class NotStarted(BadInput):
    code = "period_not_started"


class AlreadyRegistered(Conflict):
    code = "report_already_registered"


class NothingChosen(BadInput):
    code = "nothing_chosen"


def draft_report(
    *,
    programme_id: int,
    period: str | ReportingPeriod,
    by: Officer,
    at: datetime,
    remarks: Remarks | None = None,
    signer_id: int | None = None,
    mark: Authority | None = None,
) -> Report:
    """A report over ``period``, frozen: its facts, its numbers with their seals, and the .docx itself."""
    programme = queries.get_programme(by, programme_id)
    permissions.check_can_draft(by, programme)
    wanted = parse_period(period) if isinstance(period, str) else period
    if wanted.start > local_date(at):
        raise NotStarted(
            N_("%(period)s chưa bắt đầu (từ %(start)s). Hãy chọn kỳ đã hoặc đang diễn ra."),
            period=wanted.label, start=f"{wanted.start:%d/%m/%Y}",
        )  # fmt: skip
    facts = gather(programme, wanted, by=by, at=at, remarks=remarks, signer_id=signer_id, mark=mark)
    data = write_docx(report_paper(facts), fonts=queries.fonts())
    with transaction.atomic():
        blob = keep_blob(data, DOCX)
        report = Report.objects.create(
            programme=programme, period=wanted.key, blob=blob, frozen=to_json(facts), drafted_by=by, drafted_at=at,
            illustrative=facts.illustrative,
        )  # fmt: skip
        ReportNumber.objects.bulk_create(_row(report, number) for number in facts.numbers)
        audit(
            "report.drafted", "report", report.pk, by, at, programme=programme.pk, period=wanted.key, sha256=blob.sha256
        )
    return report


def _row(report: Report, number: Number) -> ReportNumber:
    return ReportNumber(
        report=report, key=number.key[:120], value=number.value, unit=number.unit[:30], target=number.target,
        citations=[{"label": c.label, "ref": c.ref, "url": c.url, "note": c.note} for c in number.citations],
        query=number.query, sha=number.sha,
    )  # fmt: skip


def register_report(*, report_id: int, by: Officer, at: datetime) -> Paper:
    """Put the drafted report among the outgoing papers, where it gets its number and its signature."""
    report = queries.get_report(by, report_id)
    permissions.check_can_draft(by, report.programme)
    data, facts = queries.docx_of(report), queries.facts_of(report)
    with transaction.atomic():
        report = Report.objects.select_for_update(of=("self",)).select_related("programme__owner").get(pk=report.pk)
        if report.paper_id:
            raise AlreadyRegistered(N_("Báo cáo này đã có trong văn bản đi. Hãy mở văn bản đó để cấp số."))
        report.paper = _outgoing(report_paper(facts), data, queries.file_name(report), report.programme, facts, by, at)
        report.save(update_fields=["paper"])
        audit("report.registered", "report", report.pk, by, at, paper=report.paper.pk)
    return report.paper


def _outgoing(
    paper: OfficialPaper, data: bytes, name: str, programme: Programme, facts: ReportFacts, by: Officer, at: datetime
) -> Paper:
    return documents.create_outgoing(
        kind=paper.kind, subject=subject(facts), data=data, name=name, by=by, at=at, symbol=paper.symbol,
        issuer=agency_of(programme, local_date(at)), recipients=[*paper.addressees, *paper.recipients],
        signer_name=paper.signer.name, signer_title=" ".join(paper.signer.authority[-1:]), text=plain_text(paper),
        answers=programme.paper, illustrative=facts.illustrative,
    )  # fmt: skip


def urging_letter(
    task_ids: Sequence[int],
    *,
    by: Officer,
    at: datetime,
    answer_by: date | None = None,
    signer_id: int | None = None,
    mark: Authority | None = None,
) -> Paper:
    """A letter that urges the offices of overdue tasks, ready to be signed: a draft among the outgoing papers."""
    if not task_ids:
        raise NothingChosen(N_("Chưa chọn việc nào để đôn đốc."))
    tasks = urged_tasks(task_ids, at)
    programme = tasks[0].programme
    permissions.check_can_draft(by, programme)
    paper = urging_paper(tasks, programme, UrgingOptions(answer_by, signer_id, mark), by=by, at=at)
    with transaction.atomic():
        letter = _letter(paper, f"don-doc-{local_date(at):%Y-%m-%d}.docx", programme, by, at)
        for task in tasks:
            audit("task.urged", "task", task.pk, by, at, paper=letter.pk)
    return letter


def extension_letter(
    *, extension_id: int, by: Officer, at: datetime, signer_id: int | None = None, mark: Authority | None = None
) -> Paper:
    """The answer to a decided request for a later date: a draft among the outgoing papers."""
    extension = decided_extension(extension_id)
    programme = extension.task.programme
    permissions.check_can_draft(by, programme)
    paper = answer_paper(extension, UrgingOptions(None, signer_id, mark), by=by, at=at)
    with transaction.atomic():
        letter = _letter(paper, f"gia-han-{extension.pk}.docx", programme, by, at)
        audit("extension.answered", "extension", extension.pk, by, at, paper=letter.pk)
    return letter


def _letter(paper: OfficialPaper, name: str, programme: Programme, by: Officer, at: datetime) -> Paper:
    return documents.create_outgoing(
        kind=LETTER, subject=paper.subject, data=write_docx(paper), name=name, by=by, at=at, symbol=paper.symbol,
        issuer=agency_of(programme, local_date(at)), recipients=paper.addressees, signer_name=paper.signer.name,
        signer_title=" ".join(paper.signer.authority[-1:]), text=plain_text(paper), answers=programme.paper,
        illustrative=bool(paper.mark),
    )  # fmt: skip
