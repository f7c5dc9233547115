"""The timeline: what falls due when. Months are counted by the database; bars are drawn for one page of tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from giapranh.programme.models import Task
from giapranh.programme.queries.board import Filters, _filtered
from giapranh.programme.queries.tasks import LATE, lead_part, listed, office_word
from giapranh.programme.rules.states import TaskState
from giapranh.programme.thresholds import today

BARS = 60
WIDTH = 1000.0  # of the drawing, in its own units


@dataclass(frozen=True, slots=True)
class Month:
    """One month: how many tasks fall due, how many of them are done or late."""

    day: date
    total: int
    done: int
    late: int
    x: float = 0.0

    @property
    def last(self) -> date:
        return (self.day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One task from the day it was given to the day it is due; ``moved_x`` marks the first date of an extended one."""

    task: Task
    office: str
    x: float
    width: float
    moved_x: float | None


@dataclass(frozen=True, slots=True)
class Timeline:
    months: tuple[Month, ...]
    bars: tuple[Bar, ...]
    undated: int
    more: int
    today_x: float | None
    ticks: tuple[tuple[date, float], ...] = field(default=())

    @property
    def labels(self) -> list[tuple[str, float]]:
        """What stands over the lines of the months: “T8”, with the year where it begins; the place in per cent."""
        named: list[tuple[str, float]] = []
        for number, (day, x) in enumerate(self.ticks):
            year = number == 0 or day.year != self.ticks[number - 1][0].year
            named.append((f"T{day.month}/{day:%y}" if year else f"T{day.month}", round(100 * x / WIDTH, 2)))
        return named


def timeline(user: Any, filters: Filters, at: datetime) -> Timeline:
    now = today(at)
    tasks = _filtered(user, filters, now.moment)
    months = [
        Month(row["month"], row["total"], row["done"], row["late"])
        for row in tasks.filter(due_on__isnull=False)
        .annotate(month=TruncMonth("due_on"))
        .values("month")
        .annotate(
            total=Count("pk"), done=Count("pk", filter=Q(state=TaskState.COMPLETED)), late=Count("pk", filter=LATE)
        )
        .order_by("month")
    ]
    undated = tasks.filter(due_on=None).count()
    shown = list(listed(tasks).filter(due_on__isnull=False).order_by("due_on", "order", "pk")[: BARS + 1])
    bars, ticks, today_x = _draw(shown[:BARS], now.day)
    more = max(sum(month.total for month in months) - BARS, 0)
    return Timeline(tuple(months), bars, undated, more, today_x, ticks)


def _draw(tasks: list[Task], day: date) -> tuple[tuple[Bar, ...], tuple[tuple[date, float], ...], float | None]:
    if not tasks:
        return (), (), None
    start = min(min(task.given_on, task.due_on) for task in tasks if task.due_on).replace(day=1)
    end = max(max(task.due_on, task.original_due_on or task.due_on) for task in tasks if task.due_on)
    end = (end.replace(day=28) + timedelta(days=4)).replace(day=1)
    span = max((end - start).days, 1)

    def x(on: date) -> float:
        return round((on - start).days / span * WIDTH, 1)

    bars = []
    for task in tasks:
        assert task.due_on is not None
        left = x(min(task.given_on, task.due_on))
        moved = task.original_due_on if task.original_due_on != task.due_on else None
        bars.append(
            Bar(
                task, office_word(lead_part(task)), left, max(x(task.due_on) - left, 4.0),
                x(moved) if moved else None,
            )
        )  # fmt: skip
    return tuple(bars), _ticks(start, end, x), x(day) if start <= day <= end else None


def _ticks(start: date, end: date, x: Any) -> tuple[tuple[date, float], ...]:
    """The first of each month; over long spans only every third or twelfth."""
    months = (end.year - start.year) * 12 + end.month - start.month
    step = 1 if months <= 14 else 3 if months <= 42 else 12
    ticks, on = [], start
    while on < end:
        ticks.append((on, x(on)))
        month = on.month - 1 + step
        on = date(on.year + month // 12, month % 12 + 1, 1)
    return tuple(ticks)
