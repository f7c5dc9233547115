"""Everything a task page shows, and what the person in front of it may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from giapranh.kernel.refs import RecordRef, Resolved, resolve
from giapranh.people import access
from giapranh.people import queries as people
from giapranh.people.models import Appointment, Officer
from giapranh.places.named import held_on
from giapranh.programme import indicators, permissions
from giapranh.programme.indicators import Indicator, Measurement
from giapranh.programme.models import Extension, IndicatorTarget, LegalBasis, Product, Snooze, Task, TaskEvent, TaskPart
from giapranh.programme.queries.joint import JointCard, card_of
from giapranh.programme.queries.tasks import get_task
from giapranh.programme.reference import topics
from giapranh.programme.rules.buckets import Bucket, bucket, days_left
from giapranh.programme.rules.periods import ReportingPeriod
from giapranh.programme.rules.scope import Scope
from giapranh.programme.rules.states import CLOSED, PART_OWED, RUNNING, PartState, TaskState, TaskVerb, verbs
from giapranh.programme.thresholds import today


@dataclass(frozen=True, slots=True)
class PartLine:
    part: TaskPart
    name: str
    bucket: Bucket
    days_left: int | None
    can_report: bool
    can_judge: bool
    colleagues: tuple[Officer, ...]


@dataclass(frozen=True, slots=True)
class ProductLine:
    product: Product
    title: str
    url: str
    can_remove: bool


@dataclass(frozen=True, slots=True)
class IndicatorLine:
    """An indicator measured now; ``evidence_url`` opens exactly the records it was counted from."""

    row: IndicatorTarget
    indicator: Indicator
    measured: Measurement
    evidence_url: str


@dataclass(frozen=True, slots=True)
class TaskPage:
    task: Task
    lead: PartLine
    parts: tuple[PartLine, ...]
    products: tuple[ProductLine, ...]
    bases: tuple[LegalBasis, ...]
    events: tuple[TaskEvent, ...]
    extensions: tuple[Extension, ...]
    instances: tuple[Task, ...]
    indicators: tuple[IndicatorLine, ...]
    other_indicators: tuple[Indicator, ...]
    period: ReportingPeriod
    bucket: Bucket
    days_left: int | None
    topic: str
    can: frozenset[str]
    waiting: Extension | None
    snooze: Snooze | None
    joint: JointCard


def task_page(user: Any, task_id: int, at: datetime, period: ReportingPeriod | None = None) -> TaskPage:
    task = get_task(user, task_id)
    now = today(at)
    period = period or indicators.current_period(now.day)
    parts = list(
        TaskPart.objects.filter(task=task)
        .select_related("office__parent", "given_to", "officer", "reported_by")
        .order_by("-role", "office__sort_key", "pk")
    )
    named = [office for part in parts if (office := part.given_to or part.office) is not None]
    names = people.display_names(named, now.day)
    works = permissions.can_work(user, task)
    staff = _staff([part.office_id for part in parts if part.office_id], now.day)
    lines = [_part(part, task, names, user, works, now, staff) for part in parts]
    extensions = tuple(task.extensions.select_related("asked_by", "decided_by"))
    waiting = next((row for row in extensions if row.decision == "waiting"), None)
    products = tuple(
        _product(row, works, task) for row in task.products.select_related("paper", "added_by", "part__office")
    )
    return TaskPage(
        task=task, lead=next(line for line in lines if line.part.role == "lead"),
        parts=tuple(line for line in lines if line.part.role != "lead"), products=products,
        bases=tuple(task.programme.bases.select_related("paper")),
        events=tuple(task.events.select_related("by", "part__office").order_by("-at", "-pk")), extensions=extensions,
        instances=tuple(task.instances.order_by("occurrence_on")) if task.recurrence else (),
        **_indicators(task, period), period=period,
        bucket=Bucket(task.frozen_bucket) if task.frozen_bucket else bucket(task.due_on, task.due_time, now.moment),
        days_left=None if task.frozen_bucket else days_left(task.due_on, now.day, now.calendar),
        topic=next((topic.title for topic in topics() if topic.key == task.topic), task.topic),
        can=_can(user, task, works, waiting, bool(products), now.day), waiting=waiting,
        snooze=Snooze.objects.filter(task=task, officer=user, until__gte=now.day).first(), joint=card_of(task),
    )  # fmt: skip


def _part(
    part: TaskPart, task: Task, names: dict[int, str], user: Any, works: bool, now: Any, staff: dict[int, list[Officer]]
) -> PartLine:
    named = part.given_to or part.office
    name = names[named.pk] if named else part.as_written
    if part.given_to and part.office and part.given_to_id != part.office_id and part.office.name not in name:
        name = f"{part.given_to.name} → {part.office.name}"
    open_task = task.state not in CLOSED and not task.recurrence
    owed = part.state in PART_OWED
    reports = open_task and permissions.can_report(user, part)
    stopped = part.state in {PartState.SUBMITTED, PartState.ACCEPTED, PartState.CANCELLED}
    return PartLine(
        part, name, bucket(part.due_on, None, now.moment),
        None if stopped else days_left(part.due_on, now.day, now.calendar),
        reports and owed and part.role != "lead",
        open_task and works and part.state == PartState.SUBMITTED and part.role != "lead",
        tuple(staff.get(part.office_id or 0, ())) if reports else (),
    )  # fmt: skip


def _staff(offices: list[int], day: date) -> dict[int, list[Officer]]:
    """Who may be handed a part, for all its offices in one query."""
    held = Appointment.objects.filter(held_on(day), office__in=offices, officer__is_active=True)
    found: dict[int, list[Officer]] = {}
    for appointment in held.select_related("officer").order_by("officer__sort_key", "officer_id"):
        people_here = found.setdefault(appointment.office_id, [])
        if appointment.officer not in people_here:
            people_here.append(appointment.officer)
    return found


def _product(row: Product, works: bool, task: Task) -> ProductLine:
    title, url = str(row), ""
    if row.paper_id:
        title, url = str(row.paper), f"/van-ban/{row.paper_id}/"
    elif row.record_ref:
        found: Resolved | None = resolve(RecordRef.parse(row.record_ref))
        title, url = (found.title, found.url) if found else (row.record_ref, "")
    return ProductLine(row, title, url, works and task.state in RUNNING)


def _indicators(task: Task, period: ReportingPeriod) -> dict[str, Any]:
    scope = Scope(programme=task.programme_id, tasks=(task.pk,))
    rows = [row for row in task.indicators.all() if indicators.is_registered(row.indicator)]
    lines = tuple(
        IndicatorLine(
            row, indicators.get(row.indicator), indicators.measure(row.indicator, period, scope, row.target),
            indicators.evidence_url(row.indicator, period, scope),
        )
        for row in rows
    )  # fmt: skip
    watched = {row.indicator for row in rows}
    return {
        "indicators": lines,
        "other_indicators": tuple(each for each in indicators.registered() if each.key not in watched),
    }


def _can(user: Any, task: Task, works: bool, waiting: Extension | None, has_product: bool, day: date) -> frozenset[str]:
    """The names of the forms the page shows; the services check again."""
    open_verbs = set(verbs(TaskState(task.state)))
    if task.recurrence:
        open_verbs &= {TaskVerb.PAUSE, TaskVerb.RESUME, TaskVerb.CANCEL}
    gives, running = permissions.can_give(user, task.programme), task.state in RUNNING
    asked = {
        "receive": works and TaskVerb.RECEIVE in open_verbs,
        "start": works and TaskVerb.START in open_verbs,
        "progress": works and running and not task.recurrence,
        "product": works and running and not task.recurrence,
        "ask_confirmation": works and has_product and TaskVerb.ASK_CONFIRMATION in open_verbs,
        "confirm": TaskVerb.CONFIRM in open_verbs and permissions.can_confirm(user, task),
        "return": gives and TaskVerb.RETURN in open_verbs,
        "pause": gives and TaskVerb.PAUSE in open_verbs,
        "resume": gives and TaskVerb.RESUME in open_verbs,
        "cancel": gives and TaskVerb.CANCEL in open_verbs,
        "ask_extension": works and running and task.due_on is not None and task.due_on >= day and waiting is None,
        "decide_extension": gives and waiting is not None and waiting.asked_by_id != user.pk,
        "propose_due": (works or gives) and running and task.due_kind != "given" and not task.recurrence,
        "accept_due": gives and running and task.due_kind != "given" and not task.recurrence,
        "set_office": gives and task.state not in CLOSED,
        "indicator": (works or gives) and task.state not in CLOSED,
        "snooze": running and access.may_write(user),
        "give": gives,
        "work": works,
    }
    return frozenset(name for name, allowed in asked.items() if allowed)


def evidence_of(user: Any, key: str, period: ReportingPeriod, scope: Scope) -> tuple[Indicator, Measurement]:
    """The number and its records, for the page behind “từ đâu”. The scope must be one the person may see."""
    from giapranh.programme.queries.tasks import get_programme, visible_tasks

    if scope.programme is not None and scope.tasks is None:
        get_programme(user, scope.programme)
    for task_id in scope.tasks or ():
        get_task(user, task_id)
    if scope.programme is None and scope.tasks is None:
        scope = Scope(tasks=tuple(visible_tasks(user).values_list("pk", flat=True)))
    return indicators.get(key), indicators.measure(key, period, scope)


def is_illustrative(scope: Scope) -> bool:
    """Whether a number of this scope was counted from made-up records."""
    from giapranh.programme.queries.counted import tasks_in

    return tasks_in(scope).filter(illustrative=True).exists()
