"""Dated instances of duties that come back. Running it twice makes nothing twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from giapranh.people.services import audit
from giapranh.programme.models import Counterpart, IndicatorTarget, Role, Task, TaskEvent, TaskPart
from giapranh.programme.rules.due_dates import DueKind, part_due
from giapranh.programme.rules.recurrence import due_now
from giapranh.programme.rules.states import RUNNING, TaskState
from giapranh.programme.services.records import tell_neighbours
from giapranh.programme.thresholds import Today, today


def materialise_recurrences(at: datetime, programme_id: int | None = None) -> int:
    """Make every instance that must exist now; the number made. Series that are paused or cancelled make none."""
    now = today(at)
    series = Task.objects.exclude(recurrence="").filter(state__in=RUNNING, programme__state="active")
    if programme_id is not None:
        series = series.filter(programme=programme_id)
    return sum(_of_series(pk, now, at) for pk in list(series.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _of_series(series_id: int, now: Today, at: datetime) -> int:
    # The lock makes a second worker wait and then find the instances already there.
    series = Task.objects.select_for_update(of=("self",)).select_related("programme").get(pk=series_id)
    ahead = now.limits.materialise_days_ahead
    wanted = due_now(series.recurrence, start=series.given_on, day=now.day, ahead=ahead)
    there = set(Task.objects.filter(series=series).values_list("occurrence_on", flat=True))
    fresh = [day for day in wanted if day not in there]
    if fresh:
        _make(series, fresh, now, at)
    return len(fresh)


def _make(series: Task, days: Iterable[date], now: Today, at: datetime) -> None:
    parts, counterparts = list(series.parts.all()), list(series.counterparts.all())
    indicators = list(series.indicators.all())
    made = [_instance(series, day, now, at) for day in days]
    Task.objects.bulk_create(made)
    TaskPart.objects.bulk_create(_part(task, part, now) for task in made for part in parts)
    Counterpart.objects.bulk_create(
        Counterpart(task=task, name=row.name, office_id=row.office_id) for task in made for row in counterparts
    )
    IndicatorTarget.objects.bulk_create(
        IndicatorTarget(task=task, indicator=row.indicator, target=row.target, proposed=row.proposed)
        for task in made
        for row in indicators
    )
    TaskEvent.objects.bulk_create(TaskEvent(task=task, verb="give", to_state=task.state, at=at) for task in made)
    audit("task.materialised", "task", series.pk, None, at, days=[day.isoformat() for day in days])
    if counterparts:
        tell_neighbours(made, at)


def _instance(series: Task, day: date, now: Today, at: datetime) -> Task:
    kind = series.due_kind if series.due_kind != DueKind.NONE else DueKind.GIVEN
    # A day found by rule moves back to a day people work; a day the paper names stays as the paper has it.
    due = day if kind == DueKind.GIVEN or now.calendar.is_working(day) else now.calendar.add(day, -1)
    task = Task(
        programme=series.programme, directive_index=series.directive_index, n=series.n, order=series.order,
        text=series.text, topic=series.topic, mode=series.mode, report_to=series.report_to, state=TaskState.GIVEN,
        due_on=due, due_time=series.due_time, due_kind=kind,
        due_rule=series.due_rule, due_words=series.due_words, original_due_on=due, series=series, occurrence_on=day,
        given_on=now.day, source_words=series.source_words, illustrative=series.illustrative, created_at=at,
        changed_at=at,
    )  # fmt: skip
    task.set_keys()
    return task


def _part(task: Task, part: TaskPart, now: Today) -> TaskPart:
    on, kind, rule = task.due_on, task.due_kind, task.due_rule
    if part.role == Role.COORDINATING:
        before = now.limits.part_days_before_lead
        on = part_due(task.due_on, day=task.given_on, working_days_before=before, calendar=now.calendar)
        kind, rule = DueKind.PROPOSED, part.due_rule
    return TaskPart(
        task=task, role=part.role, office_id=part.office_id, given_to_id=part.given_to_id, as_written=part.as_written,
        officer_id=part.officer_id, due_on=on, due_kind=kind if on else DueKind.NONE, due_rule=rule,
    )  # fmt: skip
