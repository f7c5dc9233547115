"""My desk: what I owe, what I wait for, what is new. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from giapranh.kernel.text import clipped
from giapranh.people import access
from giapranh.people import queries as people
from giapranh.people.roles import Role
from giapranh.programme import permissions
from giapranh.programme.models import Extension, Programme, Task, TaskPart
from giapranh.programme.queries.tasks import programmes, visible_tasks
from giapranh.programme.rules.buckets import Bucket, bucket, days_left
from giapranh.programme.rules.states import PART_OWED, RUNNING, TaskState
from giapranh.programme.thresholds import Today, today

MOST = 12
NEW_DAYS = 7


@dataclass(frozen=True, slots=True)
class DeskItem:
    """One line of the desk. ``what`` is a word such as “Chủ trì”, ``bucket`` and ``days_left`` are for the pill."""

    kind: str  # lead | part | confirm | extension | judge | awaiting | others_part | new
    what: str
    title: str
    url: str
    task_id: int
    due_on: date | None = None
    bucket: Bucket = Bucket.NO_DATE
    days_left: int | None = None
    note: str = ""
    at: datetime | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """``owe_total`` and the like say how many there are; the lists hold the first few, the most pressing first."""

    owe: tuple[DeskItem, ...]
    wait: tuple[DeskItem, ...]
    new: tuple[DeskItem, ...]
    owe_total: int
    wait_total: int
    new_total: int
    programmes: tuple[Programme, ...]
    illustrative: bool


def desk_of(user: Any, at: datetime) -> Desk:
    """Everything the desk shows about tasks, for the offices the person is appointed to and the giver's decisions."""
    now = today(at)
    offices = _offices(user)
    gives = access.has_role(user, *permissions.GIVERS)
    owe = [*_owed(user, offices, now), *_to_judge(offices, now)]
    wait = [*_awaiting(offices, now), *_parts_of_others(offices, now)]
    if gives:
        owe += [*_to_confirm(user, now), *_to_decide(user, now)]
    new = _new(user, offices, now, at)
    owe.sort(key=lambda item: (item.due_on or date.max, item.task_id))
    wait.sort(key=lambda item: (item.due_on or date.max, item.task_id))
    mine = tuple(programmes(user, now.moment).filter(state="active").order_by("-created_at")[:5])
    return Desk(
        tuple(owe[:MOST]), tuple(wait[:MOST]), tuple(new[:MOST]), len(owe), len(wait), len(new), mine,
        any(item.illustrative for item in (*owe, *wait, *new)) or any(row.illustrative for row in mine),
    )  # fmt: skip


def _offices(user: Any) -> set[int]:
    """The offices the person is appointed to, not those below: a leader decides, the divisions do the work."""
    own = {office.pk for office in access.offices_today(user)}
    return own | people.ids_of_predecessors(own) if own else set()


def _parts(offices: Iterable[int]) -> QuerySet[TaskPart]:
    return (
        TaskPart.objects.filter(office__in=offices, task__recurrence="", task__programme__state="active")
        .select_related("task", "office")
        .order_by("due_on", "task_id", "pk")
    )


def _owed(user: Any, offices: set[int], now: Today) -> list[DeskItem]:
    """The lead's running tasks and the parts still owed. What was handed to one person leaves the desks of the others,
    but never that of the head: people go on leave."""
    mine = Q(officer=None) | Q(officer=user)
    if access.has_role(user, Role.OFFICE_HEAD):
        mine = Q()
    found = _parts(offices).filter(mine, task__state__in=RUNNING)
    found = found.filter(Q(role="lead") | Q(role="coordinating", state__in=PART_OWED))
    return [
        _item(
            "lead" if part.role == "lead" else "part", _("Chủ trì") if part.role == "lead" else _("Phối hợp"),
            part.task, part.due_on, now,
            note=_("bị trả lại") if "returned" in {part.state, part.task.state} else "",
        )
        for part in found
    ]  # fmt: skip


def _to_judge(offices: set[int], now: Today) -> list[DeskItem]:
    """Parts that coordinating offices have handed in to a lead of mine."""
    led = Task.objects.filter(parts__role="lead", parts__office__in=offices, state__in=RUNNING).order_by().values("pk")
    found = TaskPart.objects.filter(task__in=led, role="coordinating", state="submitted").select_related(
        "task", "office"
    )
    return [
        _item("judge", _("Xem phần phối hợp"), part.task, part.due_on, now, note=_who(part))
        for part in found.order_by("reported_at", "pk")
    ]


def _to_confirm(user: Any, now: Today) -> list[DeskItem]:
    found = Task.objects.filter(state=TaskState.AWAITING, programme__owner__in=permissions.agencies_of(user)).exclude(
        handed_in_by=user
    )
    return [_item("confirm", _("Xác nhận"), task, task.due_on, now) for task in found.order_by("handed_in_at")]


def _to_decide(user: Any, now: Today) -> list[DeskItem]:
    found = Extension.objects.filter(
        decision="waiting", task__programme__owner__in=permissions.agencies_of(user)
    ).exclude(asked_by=user)
    return [
        _item("extension", _("Quyết định gia hạn"), row.task, row.from_on, now, note=row.reason)
        for row in found.select_related("task").order_by("from_on", "pk")
    ]


def _awaiting(offices: set[int], now: Today) -> list[DeskItem]:
    found = _parts(offices).filter(role="lead", task__state=TaskState.AWAITING)
    return [_item("awaiting", _("Chờ xác nhận"), part.task, part.task.due_on, now) for part in found]


def _parts_of_others(offices: set[int], now: Today) -> list[DeskItem]:
    """What coordinating offices still owe to a lead of mine."""
    led = Task.objects.filter(parts__role="lead", parts__office__in=offices, state__in=RUNNING).order_by().values("pk")
    found = TaskPart.objects.filter(task__in=led, role="coordinating", state__in=PART_OWED).select_related(
        "task", "office"
    )
    return [
        _item("others_part", _("Chờ phần phối hợp"), part.task, part.due_on, now, note=_who(part))
        for part in found.order_by("due_on", "pk")
    ]


def _new(user: Any, offices: set[int], now: Today, at: datetime) -> list[DeskItem]:
    found = visible_tasks(user).filter(
        created_at__gte=at - timedelta(days=NEW_DAYS), recurrence="", state=TaskState.GIVEN
    )
    if not access.has_role(user, *permissions.GIVERS):
        found = found.filter(parts__office__in=offices).distinct()
    return [
        _item("new", _("Việc mới"), task, task.due_on, now, at=task.created_at)
        for task in found.order_by("-created_at", "order", "pk")[: MOST * 4]
    ]


def _item(
    kind: str, what: str, task: Task, due_on: date | None, now: Today, *, note: str = "", at: datetime | None = None
) -> DeskItem:
    found = Bucket(task.frozen_bucket) if task.frozen_bucket else bucket(due_on, task.due_time, now.moment)
    left = None if task.frozen_bucket else days_left(due_on, now.day, now.calendar)
    return DeskItem(
        kind, what, _title(task), f"/viec/{task.pk}/", task.pk, due_on, found, left, note, at, task.illustrative
    )


def _title(task: Task) -> str:
    words = " ".join(f"{task.n}. {task.text}".split() if task.n else task.text.split())
    return clipped(words, 110)


def _who(part: TaskPart) -> str:
    return part.office.name if part.office else part.as_written
