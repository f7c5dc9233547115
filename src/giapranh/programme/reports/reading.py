"""Reads the tasks of a programme as they stood on the closing day of a period. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.db.models import Prefetch, Q

from giapranh.kernel.clock import VIETNAM, local_date
from giapranh.kernel.refs import RecordRef, resolve
from giapranh.people import queries as people
from giapranh.people.models import Office
from giapranh.programme.models import Extension, Product, Programme, Task, TaskEvent, TaskPart
from giapranh.programme.reports.facts import DONE, Clause, PartLine, ProductLine, Standing, TaskLine
from giapranh.programme.reports.naming import product_name
from giapranh.programme.rules.buckets import Bucket, Moment, bucket
from giapranh.programme.rules.periods import ReportingPeriod
from giapranh.programme.thresholds import Today, today

_REASON_VERBS = ("return", "pause")
_OWES_NOTHING = ("submitted", "accepted")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The programme as of one moment: its clauses with their tasks, and what comes due next."""

    as_of: datetime
    clauses: list[Clause]
    upcoming: list[TaskLine]

    @property
    def tasks(self) -> list[TaskLine]:
        return [task for clause in self.clauses for task in clause.tasks]


def closing(period: ReportingPeriod, at: datetime) -> datetime:
    """The moment the figures are taken: now, or the end of the last day once the period is over."""
    end = datetime.combine(period.end, time(23, 59, 59), VIETNAM)
    return min(at.astimezone(VIETNAM), end)


def snapshot(programme: Programme, period: ReportingPeriod, at: datetime) -> Snapshot:
    as_of = closing(period, at)
    now = today(as_of)
    tasks = _tasks(programme, as_of)
    names = _names(tasks, now.day)
    reasons = _reasons(tasks, as_of)
    lines = {
        task.pk: _line(task, as_of, now, names, reasons.get(task.pk, []))
        for task in tasks
        if not task.recurrence and task.state
    }
    clauses = _clauses(tasks, lines, period, as_of)
    upcoming = [
        line for task in tasks
        if (line := lines.get(task.pk)) and line.due_on and as_of.date() <= line.due_on <= period.next.end
        and line.standing in (Standing.IN_TIME, Standing.NEARLY_DUE)
    ]  # fmt: skip
    return Snapshot(as_of, clauses, sorted(upcoming, key=lambda line: (line.due_on or date.max, line.task_id)))


def _tasks(programme: Programme, as_of: datetime) -> list[Task]:
    parts = TaskPart.objects.select_related("office__unit", "given_to__unit")
    products = Product.objects.select_related("paper").filter(added_at__lte=as_of)
    extensions = Extension.objects.filter(asked_at__lte=as_of)
    return list(
        Task.objects.filter(programme=programme, given_on__lte=as_of.date())
        .select_related("series")
        .prefetch_related(
            Prefetch("parts", parts), Prefetch("products", products), Prefetch("extensions", extensions), "counterparts"
        )
        .order_by("order", "id")
    )


def _names(tasks: Iterable[Task], day: date) -> dict[int, str]:
    offices: dict[int, Office] = {}
    for task in tasks:
        for part in task.parts.all():
            for office in (part.office, part.given_to):
                if office is not None:
                    offices[office.pk] = office
    return people.display_names(offices.values(), day)


def _reasons(tasks: Sequence[Task], as_of: datetime) -> dict[int, list[str]]:
    """What was written down when a task was paused or returned."""
    found: dict[int, list[str]] = {}
    events = TaskEvent.objects.filter(task__in=tasks, verb__in=_REASON_VERBS, at__lte=as_of).exclude(note="")
    for event in events.order_by("at", "id").values("task_id", "note"):
        found.setdefault(event["task_id"], []).append(event["note"])
    return found


def _line(task: Task, as_of: datetime, now: Today, names: dict[int, str], notes: list[str]) -> TaskLine:
    standing = standing_of(task, as_of, now.moment)
    lead = next((part for part in task.parts.all() if part.role == "lead"), None)
    done_on = _done_on(task, as_of)
    waiting = next((each for each in task.extensions.all() if each.decision == "waiting"), None)
    return TaskLine(
        task_id=task.pk, text=task.text, lead=_office(lead, names), lead_id=lead.office_id if lead else None,
        standing=standing, occurrence_on=task.occurrence_on, due_on=task.due_on,
        due_proposed=task.due_kind == "proposed", original_due_on=task.original_due_on, done_on=done_on,
        days_late=_days_late(task, standing, done_on or as_of.date(), now),
        parts=[_part(part, as_of, names) for part in task.parts.all() if part.role != "lead"],
        counterparts=[counterpart.name for counterpart in task.counterparts.all()], progress=_told(task, lead, as_of),
        products=[_product(product) for product in task.products.all()],
        why_late=_why_late(task, notes) if standing in (Standing.OVERDUE, Standing.DONE_LATE) else [],
        asked_until=waiting.to_on if waiting else None, asked_reason=waiting.reason if waiting else "",
        illustrative=task.illustrative,
    )  # fmt: skip


def standing_of(task: Task, as_of: datetime, moment: Moment) -> Standing:
    """Where ``task`` stood at ``as_of``: what was handed in or confirmed later had not been so yet."""
    if task.completed_at and task.completed_at <= as_of:
        return Standing.DONE_LATE if task.frozen_bucket == Bucket.OVERDUE else Standing.DONE_IN_TIME
    if task.state in ("awaiting", "completed") and task.handed_in_at and task.handed_in_at <= as_of:
        return Standing.AWAITING
    if task.state == "cancelled":
        return Standing.CANCELLED
    if task.state == "paused":
        return Standing.PAUSED
    return Standing(bucket(task.due_on, task.due_time, moment).value)


def _done_on(task: Task, as_of: datetime) -> date | None:
    handed_in = task.handed_in_at or task.completed_at
    return local_date(handed_in) if handed_in and handed_in <= as_of else None


def _days_late(task: Task, standing: Standing, until: date, now: Today) -> int | None:
    if task.due_on is None or until <= task.due_on or standing not in (Standing.OVERDUE, Standing.DONE_LATE):
        return None
    return now.calendar.between(task.due_on, until)


def _office(part: TaskPart | None, names: dict[int, str]) -> str:
    """The office as the paper names it, with what it is called now; words nobody matched yet say so."""
    if part is None:
        return "chưa rõ đơn vị"
    if part.given_to_id and part.given_to_id in names:
        return names[part.given_to_id]
    if part.office_id and part.office_id in names:
        return names[part.office_id]
    return f"{part.as_written} (chưa rõ đơn vị)"


def _part(part: TaskPart, as_of: datetime, names: dict[int, str]) -> PartLine:
    reported = part.state in _OWES_NOTHING and part.reported_at is not None and part.reported_at <= as_of
    return PartLine(_office(part, names), reported, part.due_on, part.report if reported else "")


def _told(task: Task, lead: TaskPart | None, as_of: datetime) -> str:
    """The result in the words of the lead office: what it handed in, else how far it said it was."""
    if lead is not None and lead.report and lead.reported_at is not None and lead.reported_at <= as_of:
        return lead.report
    return task.progress


def _product(product: Product) -> ProductLine:
    if product.paper_id:
        return ProductLine(product_name(product), f"/van-ban/{product.paper_id}/")
    if product.record_ref and not product.number:
        found = resolve(RecordRef.parse(product.record_ref))
        return ProductLine(found.title, found.url) if found else ProductLine(product_name(product))
    return ProductLine(product_name(product))


def _why_late(task: Task, notes: list[str]) -> list[str]:
    """Reasons somebody recorded: of extensions asked, of steps taken. Nothing recorded gives nothing."""
    reasons = [extension.reason for extension in task.extensions.all()] + notes
    return list(dict.fromkeys(reason.strip() for reason in reasons if reason.strip()))


# --- clauses ---------------------------------------------------------------------------------------------------------


def _clauses(
    tasks: Sequence[Task], lines: dict[int, TaskLine], period: ReportingPeriod, as_of: datetime
) -> list[Clause]:
    """The clauses in the order of the paper, each with the tasks that belong to the period."""
    found: dict[str, Clause] = {}
    for task in tasks:
        key = clause_key(task)
        if key not in found:
            found[key] = Clause(key, _label(task), task.text)
        line = lines.get(task.pk)
        if line is not None and _belongs(task, line, period, as_of):
            found[key].tasks.append(line)
    return list(found.values())


def clause_key(task: Task) -> str:
    """Tasks of one directive stand together; tasks of a tracking sheet by their number there."""
    if task.directive_index is not None:
        return str(task.directive_index)
    return f"n:{task.n}" if task.n else f"t:{task.series_id or task.pk}"


def _label(task: Task) -> str:
    number = task.n.strip().rstrip(".)")
    return f"Mục {number}" if number else "Mục không đánh số"


def _belongs(task: Task, line: TaskLine, period: ReportingPeriod, as_of: datetime) -> bool:
    """What was open during the period or closed in it; of a series only the days that have come."""
    if task.occurrence_on and task.occurrence_on > as_of.date() and line.standing not in DONE:
        return False
    if line.standing in DONE:
        closed = task.completed_at
        return closed is not None and local_date(closed) >= period.start
    if line.standing is Standing.CANCELLED:
        return local_date(task.changed_at) >= period.start
    return True


def part_owed(tasks: Iterable[TaskLine]) -> list[tuple[TaskLine, PartLine]]:
    return [(task, part) for task in tasks if task.standing is not Standing.CANCELLED for part in task.parts]


def with_numbers(clauses: Sequence[Clause], keys: dict[str, list[str]]) -> list[Clause]:
    return [replace(clause, numbers=keys.get(clause.key, [])) for clause in clauses]


def watched(programme: Programme) -> dict[str, dict[str, Any]]:
    """Per clause: which indicators are watched, over which tasks, with which target."""
    found: dict[str, dict[str, Any]] = {}
    rows = Task.objects.filter(Q(programme=programme)).prefetch_related("indicators").order_by("order", "id")
    for task in rows:
        for target in task.indicators.all():
            entry = found.setdefault(clause_key(task), {}).setdefault(target.indicator, {"tasks": [], "target": None})
            entry["tasks"].append(task.pk)
            if target.target is not None and entry["target"] is None:
                entry["target"] = target.target
    return found
