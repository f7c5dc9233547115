"""Tasks and programmes a person may see, and the time bucket as the database computes it."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    JSONField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import JSONObject

from giapranh.kernel.errors import N_
from giapranh.programme import permissions
from giapranh.programme.models import Programme, Task, TaskPart
from giapranh.programme.permissions import NoSuchTask
from giapranh.programme.rules.buckets import Bucket, Moment
from giapranh.programme.rules.states import RUNNING, TaskState

# Late or nearly due is what somebody can still act on; what is handed in, paused or done has its own column.
LATE = Q(bucket=Bucket.OVERDUE, state__in=RUNNING)
NEAR = Q(bucket=Bucket.NEARLY_DUE, state__in=RUNNING)
NO_PROGRAMME = N_("Không có chương trình này, hoặc không có việc nào của đơn vị bạn trong đó.")


def visible_tasks(user: Any) -> QuerySet[Task]:
    """The tasks ``user`` may see, series included."""
    return Task.objects.filter(permissions.visible(user))


def visible_in(user: Any, programme_id: int) -> QuerySet[Task]:
    """The tasks of one programme. Who sees all of it is not asked about each task: that is most of the time of a page."""
    programme = Programme.objects.filter(pk=programme_id).first()
    tasks = Task.objects.filter(programme=programme_id)
    if programme is not None and permissions.sees_whole(user, programme):
        return tasks
    return tasks.filter(permissions.visible(user))


def live(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """What is counted: dated instances instead of their series, nothing cancelled."""
    return tasks.filter(recurrence="").exclude(state=TaskState.CANCELLED)


def get_task(user: Any, task_id: int) -> Task:
    task = (
        visible_tasks(user).select_related("programme__owner", "programme__paper", "series").filter(pk=task_id).first()
    )
    if task is None:
        raise NoSuchTask(N_("Không có việc này, hoặc việc không giao cho đơn vị của bạn."))
    return task


def get_part(user: Any, part_id: int) -> TaskPart:
    part = TaskPart.objects.select_related("task__programme", "office").filter(pk=part_id).first()
    if part is None or not permissions.can_see(user, part.task):
        raise NoSuchTask(N_("Không có phần việc này, hoặc không giao cho đơn vị của bạn."))
    return part


def visible_programmes(user: Any) -> QuerySet[Programme]:
    return Programme.objects.filter(permissions.visible_programmes(user))


def get_programme(user: Any, programme_id: int) -> Programme:
    programme = visible_programmes(user).select_related("owner", "paper").filter(pk=programme_id).first()
    if programme is None:
        raise NoSuchTask(NO_PROGRAMME)
    return programme


def programmes(user: Any, moment: Moment) -> QuerySet[Programme]:
    """Programmes with what their tasks come to, counted over the tasks ``user`` may see."""
    counted = live(with_buckets(visible_tasks(user), moment)).filter(programme=OuterRef("pk")).order_by()
    # One object of four counts: four separate counts would walk the tasks of each programme four times.
    per_programme = counted.values("programme").annotate(
        counts=JSONObject(
            all=Count("pk"),
            done=Count("pk", filter=Q(state=TaskState.COMPLETED)),
            late=Count("pk", filter=LATE),
            near=Count("pk", filter=NEAR),
        )
    )
    return (
        visible_programmes(user)
        .select_related("owner", "paper")
        .annotate(tasks_counts=Subquery(per_programme.values("counts")[:1], output_field=JSONField()))
    )


def bucket_expression(moment: Moment) -> Case:
    """``rules.buckets.bucket`` in SQL; where the clock stands still, the frozen bucket."""
    return Case(
        When(~Q(frozen_bucket=""), then=F("frozen_bucket")),
        When(due_on=None, then=Value(Bucket.NO_DATE.value)),
        When(
            Q(due_on__lt=moment.day) | Q(due_on=moment.day, due_time__lt=moment.clock),
            then=Value(Bucket.OVERDUE.value),
        ),
        When(due_on__lte=moment.near_until, then=Value(Bucket.NEARLY_DUE.value)),
        default=Value(Bucket.IN_TIME.value),
        output_field=CharField(),
    )


def with_buckets(tasks: QuerySet[Task], moment: Moment) -> QuerySet[Task]:
    return tasks.annotate(bucket=bucket_expression(moment))


def listed(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Tasks as a list needs them: programme, parts and offices in a fixed number of queries."""
    lead = TaskPart.objects.filter(task=OuterRef("pk"), role="lead")
    parts = TaskPart.objects.select_related("office").order_by("-role", "pk")
    return (
        tasks.select_related("programme")
        .annotate(lead_sort=Subquery(lead.values("office__sort_key")[:1]))
        .prefetch_related(Prefetch("parts", queryset=parts, to_attr="listed_parts"))
    )


def lead_part(task: Task) -> TaskPart | None:
    """The lead of a task from ``listed``, without a query."""
    return next((part for part in task.listed_parts if part.role == "lead"), None)  # type: ignore[attr-defined]


def office_word(part: TaskPart | None) -> str:
    if part is None:
        return ""
    return part.office.name if part.office else part.as_written
