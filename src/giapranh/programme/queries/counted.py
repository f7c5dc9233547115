"""The records behind the first indicators: each function returns exactly what its number was counted from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from giapranh.documents.models import Direction, Paper
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_
from giapranh.kernel.text import clipped
from giapranh.programme.models import Counterpart, Product, Task, TaskPart
from giapranh.programme.rules.buckets import Bucket
from giapranh.programme.rules.scope import Scope
from giapranh.programme.rules.states import TaskState


@dataclass(frozen=True, slots=True)
class CountedTask:
    pk: int
    label: str
    on_time: bool
    note: str


@dataclass(frozen=True, slots=True)
class CountedPart:
    pk: int
    task_id: int
    label: str
    received: bool
    note: str


@dataclass(frozen=True, slots=True)
class CountedPaper:
    pk: int
    label: str
    note: str


def tasks_in(scope: Scope) -> QuerySet[Task]:
    """The tasks of a scope: no series (their instances count), nothing cancelled."""
    tasks = Task.objects.filter(recurrence="").exclude(state=TaskState.CANCELLED)
    if scope.programme is not None:
        tasks = tasks.filter(programme=scope.programme)
    if scope.tasks is not None:
        tasks = tasks.filter(Q(pk__in=scope.tasks) | Q(series__in=scope.tasks))
    return tasks


def tasks_due(scope: Scope, start: date, end: date) -> list[CountedTask]:
    """The tasks whose date lies in the period; on time when handed in or completed by it."""
    rows = tasks_in(scope).filter(due_on__range=(start, end)).order_by("due_on", "pk")
    return [_counted_task(task) for task in rows.only("n", "text", "state", "due_on", "frozen_bucket")]


def _counted_task(task: Task) -> CountedTask:
    handed_in = task.state in {TaskState.AWAITING, TaskState.COMPLETED}
    on_time = handed_in and task.frozen_bucket == Bucket.IN_TIME
    if on_time:
        said = N_("đúng hạn")
    else:
        said = N_("quá hạn") if handed_in else N_("chưa xong")
    return CountedTask(task.pk, _label(task.n, task.text), on_time, f"{format_date(task.due_on)}, {said}")


def parts_reported(scope: Scope, start: date, end: date) -> list[CountedPart]:
    """The parts that were due in the period or reported in it."""
    parts = (
        TaskPart.objects.filter(task__in=tasks_in(scope))
        .filter(Q(due_on__range=(start, end)) | Q(reported_at__date__range=(start, end)))
        .exclude(state="cancelled")
        .select_related("task", "office")
        .order_by("task_id", "pk")
    )
    return [_counted_part(part) for part in parts]


def _counted_part(part: TaskPart) -> CountedPart:
    received = part.state in {"submitted", "accepted"}
    who = part.office.name if part.office else part.as_written
    note = format_date(part.reported_at.date()) if received and part.reported_at else N_("chưa có báo cáo")
    return CountedPart(part.pk, part.task_id, f"{who}: {_label(part.task.n, part.task.text)}", received, note)


def papers(scope: Scope, start: date, end: date) -> list[CountedPaper]:
    """Products of the tasks and papers from their counterparts, issued (or, undated, added) in the period."""
    tasks = tasks_in(scope)
    products = Product.objects.filter(task__in=tasks, paper__isnull=False)
    made = products.filter(
        Q(paper__issued_on__range=(start, end)) | Q(paper__issued_on=None, added_at__date__range=(start, end))
    ).values("paper")
    counterparts = Counterpart.objects.filter(task__in=tasks, office__isnull=False).values("office")
    received = Q(direction=Direction.INCOMING, issuer__in=counterparts, issued_on__range=(start, end))
    rows = Paper.objects.filter(Q(pk__in=made) | received).order_by("issued_on", "pk").distinct()
    return [
        CountedPaper(paper.pk, str(paper), f"{format_date(paper.issued_on)} {paper.issuer_name}".strip())
        for paper in rows
    ]


MINUTES, ANNOUNCEMENT = "Biên bản", "Thông báo"
MEETING_WORDS = ("họp", "làm việc", "hội nghị", "hội đàm", "giao ban", "trao đổi")


def meetings(scope: Scope, start: date, end: date) -> list[CountedPaper]:
    """Minutes of the period, and announcements of what a meeting concluded, among the papers of the scope."""
    subject = Q()
    for word in MEETING_WORDS:
        subject |= Q(subject__icontains=word)
    concluded = Q(kind__iexact=ANNOUNCEMENT, subject__icontains="kết luận")
    found = [paper.pk for paper in papers(scope, start, end)]
    rows = Paper.objects.filter(Q(kind__iexact=MINUTES) | concluded, subject, pk__in=found).order_by("issued_on", "pk")
    return [
        CountedPaper(paper.pk, str(paper), f"{format_date(paper.issued_on)} {paper.issuer_name}".strip())
        for paper in rows
    ]


def _label(n: str, text: str) -> str:
    words = f"{n}. {text}" if n else text
    return clipped(words, 100)
