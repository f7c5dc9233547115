"""What a succession of offices moves in this room: open parts of tasks and the programmes an agency owns.

``given_to`` and the words of the paper are never touched, so old papers keep the names of their day.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from giapranh.kernel.text import clipped
from giapranh.people.models import Office
from giapranh.people.succession import Effect, Move
from giapranh.programme.models import Programme, Task, TaskEvent, TaskPart
from giapranh.programme.reference import topics
from giapranh.programme.rules.states import CLOSED, PartState
from giapranh.programme.services.records import tell_neighbours

SHOWN = 200  # lines of a preview; the rest is one line with their number


def preview(moves: list[Move]) -> list[Effect]:
    """What would move, one line each. Changes nothing."""
    return [effect for move in moves for effect in _effects(move)]


def apply(moves: list[Move], by: Any, at: datetime) -> None:
    """Move it, inside the transaction of the succession."""
    for move in moves:
        _move_parts(move, by, at)
        if not move.duty and move.successor_id is not None:
            Programme.objects.filter(owner=move.predecessor_id).update(owner=move.successor_id)


def _effects(move: Move) -> list[Effect]:
    parts = _open_parts(move).select_related("task").order_by("due_on", "task_id", "pk")
    lines = [
        Effect(
            "task" if part.role == "lead" else "part", _title(part.task), move.predecessor_name, move.successor_name,
            f"/viec/{part.task_id}/", f"{part.due_on:%d/%m/%Y}" if part.due_on else "",
        )
        for part in parts[:SHOWN]
    ]  # fmt: skip
    if (rest := parts.count() - SHOWN) > 0:
        lines.append(Effect("task", f"+ {rest}", move.predecessor_name, move.successor_name))
    if not move.duty:
        owned = Programme.objects.filter(owner=move.predecessor_id, state="active").order_by("pk")
        lines += [
            Effect("report_line", row.name, move.predecessor_name, move.successor_name, f"/chuong-trinh/{row.pk}/")
            for row in owned
        ]
    return lines


def _open_parts(move: Move) -> QuerySet[TaskPart]:
    parts = TaskPart.objects.filter(office=move.predecessor_id).exclude(task__state__in=CLOSED)
    parts = parts.exclude(state__in=[PartState.ACCEPTED, PartState.CANCELLED])
    if move.duty:
        keys = [topic.key for topic in topics() if topic.duty == move.duty]
        parts = parts.filter(task__topic__in=keys)
    return parts


def _move_parts(move: Move, by: Any, at: datetime) -> None:
    parts = list(_open_parts(move).select_related("task"))
    if not parts:
        return
    if move.successor_id is not None:
        _make_room(move, parts)
    note = f"{move.predecessor_name} → {move.successor_name or '?'}"
    TaskEvent.objects.bulk_create(
        TaskEvent(task=part.task, part=part, verb="succession", note=note, by=by, at=at) for part in parts
    )
    # An office without a successor leaves its words, so that the part shows up as one nobody holds.
    words = Coalesce(NullIf(F("as_written"), Value("")), Value(move.predecessor_name))
    TaskPart.objects.filter(pk__in=[part.pk for part in parts]).update(
        office=move.successor_id, given_to=Coalesce("given_to", "office"), as_written=words, officer=None
    )
    moved = Task.objects.filter(pk__in={part.task_id for part in parts})
    moved.update(changed_at=at)
    tell_neighbours(moved.exclude(counterparts=None), at)


def _make_room(move: Move, parts: list[TaskPart]) -> None:
    """Where the successor has a part in the same task already, the coordinating one of the two is closed."""
    tasks = {part.task_id: part for part in parts}
    there = TaskPart.objects.filter(task__in=tasks, office=move.successor_id)
    for other in there:
        mine = tasks[other.task_id]
        closed = other if mine.role == "lead" else mine
        TaskPart.objects.filter(pk=closed.pk).update(
            office=None, given_to=Coalesce("given_to", "office"), state=PartState.CANCELLED,
            as_written=Coalesce(NullIf(F("as_written"), Value("")), Value(_name(closed.office_id))),
        )  # fmt: skip
        if closed is mine:
            parts.remove(mine)


def _name(office_id: int | None) -> str:
    named = Office.objects.filter(pk=office_id or 0).values_list("name", flat=True)
    return named.first() or "?"


def _title(task: Task) -> str:
    words = f"{task.n}. {task.text}" if task.n else task.text
    return clipped(words, 110)
