"""The board: tasks × offices × time. The database counts, so a page costs the same at ten tasks and ten thousand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from giapranh.kernel.dates import UnclearDate, format_date, parse_date
from giapranh.kernel.text import search_key
from giapranh.people.models import Office
from giapranh.programme.models import Task, TaskPart
from giapranh.programme.queries.tasks import listed, live, visible_in, visible_tasks, with_buckets
from giapranh.programme.rules.buckets import Bucket, Moment
from giapranh.programme.rules.states import CLOSED, TaskState
from giapranh.programme.thresholds import today

# The columns of time, the most pressing first; "done" and "awaiting" stand beside the buckets of open work.
COLUMNS = ("overdue", "nearly_due", "in_time", "no_date", "awaiting", "paused", "completed")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the query string asks for. Unknown values are ignored, wrong dates are said."""

    programme: int | None = None
    office: int | None = None
    role: str = ""
    column: str = ""
    topic: str = ""
    clause: str = ""
    words: str = ""
    due_from: date | None = None
    due_to: date | None = None
    mine: bool = False
    refused: tuple[str, ...] = ()

    @classmethod
    def of(cls, params: Mapping[str, str]) -> Filters:
        refused: list[str] = []
        return cls(
            programme=_number(params.get("chuong-trinh")), office=_number(params.get("don-vi")),
            role=params.get("vai-tro", "") if params.get("vai-tro") in {"lead", "coordinating"} else "",
            column=params.get("han", "") if params.get("han") in COLUMNS else "", topic=params.get("linh-vuc", ""),
            clause=params.get("muc", ""), words=params.get("q", "").strip(),
            due_from=_day(params.get("tu"), refused), due_to=_day(params.get("den"), refused),
            mine=params.get("cua-toi") == "1", refused=tuple(refused),
        )  # fmt: skip

    @property
    def active(self) -> bool:
        """Whether anything but the programme narrows the list."""
        plain = (self.office, self.role, self.column, self.topic, self.words, self.due_from, self.due_to, self.refused)
        return any(value not in (None, "", ()) for value in plain) or bool(self.clause) or self.mine

    def query(self, **changes: Any) -> str:
        """The query string of these filters with some changed; None takes one out."""
        values: dict[str, Any] = {
            "chuong-trinh": self.programme, "don-vi": self.office, "vai-tro": self.role, "han": self.column,
            "linh-vuc": self.topic, "muc": self.clause, "q": self.words, "tu": format_date(self.due_from),
            "den": format_date(self.due_to), "cua-toi": "1" if self.mine else None, **changes,
        }  # fmt: skip
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True, slots=True)
class BoardCell:
    column: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One office (or words nobody matched) and its counts per column of time."""

    office_id: int | None
    name: str
    cells: tuple[BoardCell, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Board:
    rows: tuple[BoardRow, ...]
    totals: dict[str, int]
    total: int
    tasks: QuerySet[Task] = field(repr=False)
    illustrative: bool = False


def list_of(user: Any, filters: Filters, at: datetime) -> QuerySet[Task]:
    """The tasks behind a board or a number of it, ready to be shown."""
    return listed(_filtered(user, filters, today(at).moment))


def board(user: Any, filters: Filters, at: datetime) -> Board:
    """Counts per lead office and column of time, and the tasks behind them."""
    moment = today(at).moment
    tasks = _filtered(user, filters, moment)
    counts: dict[int | None, dict[str, int]] = {}
    grouped = (
        TaskPart.objects.filter(role="lead", task__in=tasks.order_by().values("pk"))
        .annotate(column=_column(moment, "task__"), made_up=F("task__illustrative"))
        .values("office", "column", "made_up")
        .annotate(count=Count("pk"))
        .order_by()
    )
    illustrative = False
    for row in grouped:
        found = counts.setdefault(row["office"], {})
        found[row["column"]] = found.get(row["column"], 0) + row["count"]
        illustrative |= row["made_up"]
    names: dict[int | None, str] = dict(
        Office.objects.filter(pk__in=[pk for pk in counts if pk]).order_by("sort_key", "pk").values_list("pk", "name")
    )
    order = [*([None] if None in counts else []), *names]
    base = filters.query(**{"don-vi": None, "han": None})
    base += "&" if len(base) > 1 else ""
    rows = tuple(_row(pk, names.get(pk, ""), counts[pk], base) for pk in order)
    totals = {column: sum(found.get(column, 0) for found in counts.values()) for column in COLUMNS}
    return Board(rows, totals, sum(totals.values()), listed(tasks), illustrative)


def _row(office: int | None, name: str, found: Mapping[str, int], base: str) -> BoardRow:
    cells = tuple(
        BoardCell(column, found.get(column, 0), f"{base}don-vi={office or 0}&han={column}") for column in COLUMNS
    )
    return BoardRow(office, name, cells, sum(found.values()))


def _filtered(user: Any, filters: Filters, moment: Moment) -> QuerySet[Task]:
    seen = visible_in(user, filters.programme) if filters.programme else visible_tasks(user)
    tasks = with_buckets(live(seen), moment)
    if filters.office is not None or filters.role:
        tasks = tasks.filter(_in_office(filters))
    if filters.mine:
        tasks = tasks.filter(Exists(TaskPart.objects.filter(task=OuterRef("pk"), officer=user)))
    if filters.column:
        tasks = tasks.filter(_in_column(filters.column))
    if filters.topic:
        tasks = tasks.filter(topic=filters.topic)
    if filters.clause:
        tasks = tasks.filter(n=filters.clause)
    if filters.due_from:
        tasks = tasks.filter(due_on__gte=filters.due_from)
    if filters.due_to:
        tasks = tasks.filter(due_on__lte=filters.due_to)
    for word in search_key(filters.words).split():
        tasks = tasks.filter(search_key__contains=word)
    return tasks


def _in_office(filters: Filters) -> Exists:
    """Office 0 stands for the parts whose office nobody knows yet. A board counts tasks under their lead."""
    parts = TaskPart.objects.filter(task=OuterRef("pk"), role=filters.role or "lead")
    if filters.office == 0:
        parts = parts.filter(office=None)
    elif filters.office:
        parts = parts.filter(office=filters.office)
    return Exists(parts)


def _in_column(column: str) -> Q:
    if column in {TaskState.AWAITING, TaskState.PAUSED, TaskState.COMPLETED}:
        return Q(state=column)
    return Q(bucket=column) & ~Q(state__in=[TaskState.AWAITING, TaskState.PAUSED, *CLOSED])


def _column(moment: Moment, prefix: str) -> Any:
    """The column of a task seen from its part: the state where the clock stands, else the bucket."""
    stopped = [TaskState.AWAITING, TaskState.PAUSED, TaskState.COMPLETED]
    due, hour = f"{prefix}due_on", f"{prefix}due_time"
    return Case(
        *[When(**{f"{prefix}state": state}, then=Value(state.value)) for state in stopped],
        When(**{due: None}, then=Value(Bucket.NO_DATE.value)),
        When(Q(**{f"{due}__lt": moment.day}) | Q(**{due: moment.day, f"{hour}__lt": moment.clock}),
             then=Value(Bucket.OVERDUE.value)),
        When(**{f"{due}__lte": moment.near_until}, then=Value(Bucket.NEARLY_DUE.value)),
        default=Value(Bucket.IN_TIME.value),
        output_field=CharField(),
    )  # fmt: skip


def lead_offices(user: Any, filters: Filters) -> list[tuple[str, str]]:
    """The lead offices that a filter can name: those of the programme, or of everything the person sees."""
    tasks = live(visible_in(user, filters.programme) if filters.programme else visible_tasks(user))
    leads = TaskPart.objects.filter(role="lead", task__in=tasks.order_by().values("pk"))
    found = Office.objects.filter(pk__in=leads.order_by().values("office")).order_by("sort_key", "pk")
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")]


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 12 else None


def _day(text: str | None, refused: list[str]) -> date | None:
    if not text or not text.strip():
        return None
    try:
        return parse_date(text)
    except UnclearDate as refusal:
        refused.append(str(refusal))
        return None
