"""The urging letter (công văn đôn đốc): which duties of which offices are overdue, and what is asked now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from giapranh.documents.writing import Block, Column, OfficialPaper, Paragraph, Signer, Table
from giapranh.documents.writing.paper import Words
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.text import clipped
from giapranh.people import queries as people
from giapranh.people.models import Officer
from giapranh.programme.models import Programme, Task, TaskPart
from giapranh.programme.permissions import NoSuchTask
from giapranh.programme.reports import signing
from giapranh.programme.reports.letterheads import letterhead, officer_named, signers
from giapranh.programme.reports.naming import cited
from giapranh.programme.reports.outline import ILLUSTRATIVE, NO_REPORT
from giapranh.programme.reports.signing import Authority
from giapranh.programme.rules.buckets import Bucket, bucket
from giapranh.programme.rules.states import RUNNING
from giapranh.programme.thresholds import Today, today

LETTER = "Công văn"


class NotOverdue(Conflict):
    code = "not_overdue"


class TwoProgrammes(BadInput):
    code = "two_programmes"


@dataclass(frozen=True, slots=True)
class UrgingOptions:
    answer_by: date | None = None
    signer_id: int | None = None
    mark: Authority | None = None


@dataclass(frozen=True, slots=True)
class UrgedDuty:
    """One line of the letter: what an office owes, lead or coordinating."""

    office: str
    text: str
    due_on: date
    days: int
    role: str
    progress: str


def urged_tasks(task_ids: Sequence[int], at: datetime) -> list[Task]:
    """The tasks of the letter; each must be overdue now, and all of one programme."""
    rows = Task.objects.select_related("programme__owner__unit", "programme__owner__parent", "programme__paper")
    tasks = list(rows.filter(pk__in=task_ids).prefetch_related("parts__office").order_by("order", "id"))
    if len(tasks) != len(set(task_ids)):
        raise NoSuchTask(N_("Không có việc này, hoặc việc không giao cho đơn vị của bạn."))
    if len({task.programme_id for task in tasks}) > 1:
        raise TwoProgrammes(N_("Một công văn đôn đốc chỉ cho các việc của một chương trình. Hãy chọn lại."))
    moment = today(at).moment
    for task in tasks:
        if task.state not in RUNNING or bucket(task.due_on, task.due_time, moment) is not Bucket.OVERDUE:
            raise NotOverdue(N_("Việc “%(task)s” không quá hạn nên không đưa vào công văn đôn đốc."), task=str(task))
    return tasks


def urging_paper(
    tasks: Sequence[Task], programme: Programme, options: UrgingOptions, *, by: Officer, at: datetime
) -> OfficialPaper:
    now = today(at)
    duties = [duty for task in tasks for duty in _duties(task, now)]
    offices = list(dict.fromkeys(duty.office for duty in duties))
    answer_by = options.answer_by or now.calendar.add(now.day, signing.answer_days())
    head = letterhead(
        programme, now.day, by=by, signer=officer_named(signers(programme, now.day), options.signer_id),
        mark=options.mark, addressees=offices, recipients=["Như trên", "Lãnh đạo cơ quan"],
    )  # fmt: skip
    return OfficialPaper(
        kind=LETTER, subject="đôn đốc thực hiện nhiệm vụ quá hạn", issuer=head.issuer, issuer_parent=head.issuer_parent,
        symbol=letter_symbol(head.symbol_of, head.archive), place=head.place, month=now.day.month, year=now.day.year,
        addressees=offices, body=_body(duties, programme, head.issuer, answer_by, now), recipients=head.recipients,
        archive=head.archive, signer=Signer(head.authority, head.signer), made_at=at,
        mark=ILLUSTRATIVE if any(task.illustrative for task in tasks) else "",
    )  # fmt: skip


def letter_symbol(agency: str, archive: str) -> str:
    """``SNNMT-NKS``: the agency and the office that drafted."""
    office = archive.removeprefix("VT").strip(", ")
    return "-".join(part for part in (agency, office) if part)


def _duties(task: Task, now: Today) -> list[UrgedDuty]:
    """What the lead owes, and what coordinating offices still owe to it after their own date."""
    assert task.due_on is not None
    duties = []
    for part in task.parts.all():
        due = task.due_on if part.role == "lead" else part.due_on
        owed = part.role == "lead" or part.state in ("given", "returned")
        if owed and due is not None and due < now.day:
            duties.append(_duty(task, part, due, now))
    return duties or [_duty(task, lead, task.due_on, now) for lead in task.parts.all() if lead.role == "lead"]


def _duty(task: Task, part: TaskPart, due: date, now: Today) -> UrgedDuty:
    name = people.display_name(part.office, now.day) if part.office else part.as_written
    role = "chủ trì" if part.role == "lead" else "phối hợp"
    progress = task.progress.strip() if part.role == "lead" else ""
    return UrgedDuty(name, task.text, due, now.calendar.between(due, now.day), role, progress)


def _body(duties: Sequence[UrgedDuty], programme: Programme, issuer: str, answer_by: date, now: Today) -> list[Block]:
    source = cited(programme.paper) if programme.paper else f"chương trình “{programme.name}”"
    return [
        Paragraph(
            f"Thực hiện {source}, {issuer} đã giao các đơn vị triển khai các nhiệm vụ. Qua theo dõi, đến ngày "
            f"{format_date(now.day)} còn {len(duties)} nhiệm vụ, phần việc đã quá hạn, cụ thể như sau:"
        ),
        _table(duties),
        Paragraph(
            f"Để bảo đảm tiến độ, {issuer} đề nghị các đơn vị có tên trên khẩn trương hoàn thành, gửi kết quả (kèm số, "
            "ký hiệu văn bản) hoặc báo cáo rõ nguyên nhân chậm, thời hạn hoàn thành trước ngày "
            f"{format_date(answer_by)}."
        ),
        Paragraph("Đề nghị Thủ trưởng các đơn vị quan tâm, chỉ đạo thực hiện."),
    ]


def _table(duties: Sequence[UrgedDuty]) -> Table:
    columns = (
        Column("STT", 0.4, "center"), Column("Nhiệm vụ", 3), Column("Đơn vị", 1.7), Column("Vai trò", 0.8, "center"),
        Column("Hạn", 1.1, "center"), Column("Số ngày làm việc quá hạn", 1, "center"), Column("Tình trạng", 1.5),
    )  # fmt: skip
    rows: list[list[Words]] = [
        [str(n), _cut(duty.text), duty.office, duty.role, format_date(duty.due_on), str(duty.days),
         " ".join(duty.progress.split()) or NO_REPORT]
        for n, duty in enumerate(duties, start=1)
    ]  # fmt: skip
    return Table(columns, rows)


def _cut(text: str) -> str:
    clean = " ".join(text.split())
    return clipped(clean, 300)
