"""What every verb of this room needs: the locked task, the line of its history, who hears of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, override

from giapranh.exchange.services import sharing
from giapranh.kernel.clock import today
from giapranh.kernel.errors import N_
from giapranh.kernel.text import clipped
from giapranh.people import queries as people
from giapranh.people.models import Office, Officer
from giapranh.people.roles import Role
from giapranh.people.services import audit, notify
from giapranh.programme.models import Task, TaskEvent, TaskPart
from giapranh.programme.permissions import NoSuchTask
from giapranh.programme.queries.owing import givers_of


def locked(task_id: int) -> Task:
    """The task, held until the transaction ends: two people at once see one after the other."""
    task = Task.objects.select_for_update(of=("self",)).select_related("programme__owner").filter(pk=task_id).first()
    if task is None:
        raise NoSuchTask(N_("Không có việc này, hoặc việc không giao cho đơn vị của bạn."))
    return task


def locked_part(part_id: int) -> TaskPart:
    part = (
        TaskPart.objects.select_for_update(of=("self",)).select_related("task__programme", "office")
        .filter(pk=part_id).first()
    )  # fmt: skip
    if part is None:
        raise NoSuchTask(N_("Không có phần việc này, hoặc không giao cho đơn vị của bạn."))
    return part


def lead_of(task: Task) -> TaskPart:
    return TaskPart.objects.select_related("office").get(task=task, role="lead")


def happened(
    task: Task, verb: str, *, by: Any, at: datetime, before: str = "", part: TaskPart | None = None, note: str = ""
) -> None:
    """One line of history, one audit row, the time of the last change; neighbours hear what an agreement lets them.

    Called last, when the rows say what they shall say.
    """
    after = part.state if part else task.state
    TaskEvent.objects.create(
        task=task, part=part, verb=verb, from_state=before, to_state=after if before else "", note=note, by=by, at=at
    )
    Task.objects.filter(pk=task.pk).update(changed_at=at)
    audit(f"task.{verb}", "task", task.pk, by, at, **({"part": part.pk} if part else {}))
    sharing.record_changed("task", str(task.uid), at=at)


def tell_neighbours(tasks: Iterable[Task], at: datetime) -> None:
    """Tasks that were made or changed together, in the transaction that does so; only joint ones are told."""
    sharing.records_changed("task", (str(task.uid) for task in tasks), at=at)


def title_of(task: Task) -> str:
    words = f"{task.n}. {task.text}" if task.n else task.text
    return clipped(words, 90)


def url_of(task: Task) -> str:
    return f"/viec/{task.pk}/"


def tell_office(office: Office | None, message: str, task: Task, *, besides: Any = None) -> None:
    """One line under the bell of those who run an office: its heads, else everybody in it."""
    if office is None:
        return
    heads = people.officers_in(office, Role.OFFICE_HEAD) or people.officers_in(office)
    tell(heads, message, task, besides=besides)


def tell_givers(message: str, task: Task, *, besides: Any = None) -> None:
    tell(givers_of(task.programme.owner_id, today()), message, task, besides=besides)


def tell(officers: Iterable[Officer], message: str, task: Task, *, besides: Any = None) -> None:
    """``message`` is a message id with ``%(task)s``; each officer reads it in their own language."""
    for officer in dict.fromkeys(officers):
        if officer != besides:
            notify(officer, line_for(officer, message, task=title_of(task)), url_of(task), "task")


def line_for(officer: Officer, message: str, **params: Any) -> str:
    with override(officer.language or "vi"):
        return gettext(message) % params
