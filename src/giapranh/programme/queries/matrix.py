"""The leader's matrix: offices × clauses of one programme, each cell a number, a word and a colour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _

from giapranh.kernel.tables import Status
from giapranh.people.models import Office
from giapranh.programme.models import Programme, TaskPart
from giapranh.programme.queries.tasks import bucket_expression, live, visible_in
from giapranh.programme.rules.buckets import Bucket
from giapranh.programme.rules.states import TaskState
from giapranh.programme.thresholds import today


@dataclass(frozen=True, slots=True)
class Clause:
    n: str
    words: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """How many tasks, how many are done, late, nearly due; ``url`` opens exactly these tasks."""

    total: int
    done: int
    late: int
    near: int
    waiting: int
    url: str

    @property
    def status(self) -> Status:
        done = _("%(done)s/%(total)s xong") % {"done": self.done, "total": self.total}
        if self.late:
            return Status(done, "bad", note=_("%(count)s quá hạn") % {"count": self.late})
        if self.near or self.waiting:
            notes = []
            if self.near:
                notes.append(_("%(count)s sắp đến hạn") % {"count": self.near})
            if self.waiting:
                notes.append(_("%(count)s chờ xác nhận") % {"count": self.waiting})
            return Status(done, "soon", note=", ".join(notes))
        return Status(done, "good")


@dataclass(frozen=True, slots=True)
class MatrixRow:
    office_id: int | None
    name: str
    cells: tuple[MatrixCell | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    clauses: tuple[Clause, ...]
    rows: tuple[MatrixRow, ...]


def matrix(user: Any, programme: Programme, at: datetime) -> Matrix:
    """Which office stands where with which clause; a fixed number of queries."""
    moment = today(at).moment
    tasks = live(visible_in(user, programme.pk))
    buckets = tasks.annotate(bucket=bucket_expression(moment))
    running = ~Q(task__state__in=[TaskState.AWAITING, TaskState.PAUSED, TaskState.COMPLETED])
    late = Q(task__in=buckets.filter(bucket=Bucket.OVERDUE).order_by().values("pk"))
    near = Q(task__in=buckets.filter(bucket=Bucket.NEARLY_DUE).order_by().values("pk"))
    grouped = (
        TaskPart.objects.filter(role="lead", task__in=tasks.order_by().values("pk"))
        .values("office", "task__n")
        .annotate(
            total=Count("pk"),
            done=Count("pk", filter=Q(task__state=TaskState.COMPLETED)),
            late=Count("pk", filter=late & running),
            near=Count("pk", filter=near & running),
            waiting=Count("pk", filter=Q(task__state=TaskState.AWAITING)),
            first=Min("task__order"),
        )
        .order_by("first")
    )
    cells: dict[tuple[int | None, str], MatrixCell] = {}
    for row in grouped:
        url = f"/chuong-trinh/{programme.pk}/?don-vi={row['office'] or 0}&muc={row['task__n']}"
        cells[row["office"], row["task__n"]] = MatrixCell(
            row["total"], row["done"], row["late"], row["near"], row["waiting"], url
        )
    clauses = _clauses(tasks)
    offices = {office for office, _n in cells}
    names: dict[int | None, str] = dict(
        Office.objects.filter(pk__in=[pk for pk in offices if pk]).order_by("sort_key", "pk").values_list("pk", "name")
    )
    order = [*([None] if None in offices else []), *names]
    rows = [MatrixRow(pk, names.get(pk, ""), tuple(cells.get((pk, clause.n)) for clause in clauses)) for pk in order]
    return Matrix(tuple(clauses), tuple(rows))


def _clauses(tasks: Any) -> list[Clause]:
    """Each clause once, in the order of the paper, with the first words of its first task."""
    first: dict[str, str] = dict(tasks.order_by("n", "order", "pk").distinct("n").values_list("n", "text"))
    order = tasks.order_by().values("n").annotate(first=Min("order")).order_by("first", "n")
    return [Clause(row["n"], first[row["n"]][:120]) for row in order]
