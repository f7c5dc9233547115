"""One table for every list: sort, filter row, choice of columns, page size and Excel, all from the query string.

``Table.of`` takes a Django queryset or any sequence of rows. A queryset is sorted, filtered and cut by the database
(a column needs ``field``); a sequence is sorted and filtered here. The page shows it with ``{% table table %}``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal
from urllib.parse import urlencode

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.dates import UnclearDate, format_date, parse_date
from giapranh.kernel.numbers import format_number
from giapranh.kernel.text import search_key, sort_key

Kind = Literal["text", "number", "date", "status", "link"]
PAGE_SIZES = (25, 50, 100, 200)
LONG_TEXT = 36
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Status:
    """The value of a ``status`` column: a word with its tone: good, soon, bad, accent or "" (grey)."""

    word: str
    tone: str = ""
    icon: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.word} · {self.note}" if self.note else self.word


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Without ``value`` the cell is the attribute (or mapping key) ``key``; dots walk deeper.

    ``field`` is the ORM path a queryset is sorted and filtered by; ``sort_field`` sorts by another (``sort_key``);
    ``search`` names a field that holds a ``search_key``, so that the filter finds words with and without marks.
    ``choices`` makes the filter a list of (value, label); ``field`` is then compared for equality.
    """

    key: str
    label: str
    kind: Kind = "text"
    value: Callable[[Any], Any] | None = None
    field: str = ""
    sort_field: str = ""
    search: str = ""
    link: Callable[[Any], str | None] | None = None
    choices: Sequence[tuple[str, str]] = ()
    sortable: bool = True
    filterable: bool = True
    hidden: bool = False
    places: int | None = None

    def of(self, row: Any) -> Any:
        if self.value:
            return self.value(row)
        found: Any = row
        for part in self.key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else getattr(found, part, None)
        return found() if callable(found) else found

    def text(self, row: Any) -> str:
        return as_text(self.of(row), self.places)


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    value: Any
    text: str
    url: str

    @property
    def is_long(self) -> bool:
        """Sentences and long names need a wide column, or they become a tower of single words."""
        return self.column.kind in ("text", "link") and len(self.text) > LONG_TEXT


@dataclass(frozen=True, slots=True)
class Row:
    record: Any
    url: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Heading:
    """What the head of one column needs: its sort address, its direction, its filter."""

    column: Column
    sort_url: str
    direction: Literal["", "ascending", "descending"]
    filter_name: str
    filter_value: str


@dataclass
class Table:
    """A list cut to what one page shows. Make it with ``Table.of``."""

    name: str
    title: str
    columns: list[Column]
    params: dict[str, list[str]]
    headings: list[Heading] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    total: int = 0
    page: int = 1
    pages: int = 1
    page_size: int = PAGE_SIZES[0]
    refused: list[str] = field(default_factory=list)
    empty: str = ""
    chosen: list[Column] = field(default_factory=list)
    compact: bool = False
    _rows: Any = None
    _row_url: Callable[[Any], str | None] | None = None

    @classmethod
    def of(
        cls,
        rows: Any,
        columns: Sequence[Column],
        params: Mapping[str, Any] | None = None,
        *,
        name: str = "",
        title: str = "",
        row_url: Callable[[Any], str | None] | None = None,
        sort: str = "",
        page_size: int = 50,
        empty: str = "",
        compact: bool = False,
    ) -> Table:
        """The page of ``rows`` that ``params`` (such as ``request.GET``) ask for.

        ``sort`` is the column key the list starts with (``-key`` for the other way round); ``name`` keeps the
        parameters of two tables on one page apart; ``compact`` leaves out filters and tools.
        """
        table = cls(name, title, list(columns), _lists(params), empty=empty, compact=compact, _row_url=row_url)
        table._choose_columns()
        found = table._sort(table._filter(rows), sort)
        table._rows = found
        table._cut(found, page_size)
        table._make_headings(sort)
        return table

    # --- parameters --------------------------------------------------------------------------------------------------

    def param(self, word: str) -> str:
        """The name of a parameter of this table: sap, trang, dong, cot, xuat, loc_<column>."""
        return f"{self.name}_{word}" if self.name else word

    def _get(self, word: str) -> str:
        values = self.params.get(self.param(word), [])
        return values[-1].replace("\0", "").strip() if values else ""

    def url(self, **changes: str | None) -> str:
        """The query string with some of this table's parameters changed; None takes one out."""
        params = dict(self.params)
        for word, value in changes.items():
            params.pop(self.param(word), None)
            if value:
                params[self.param(word)] = [value]
        return "?" + urlencode(params, doseq=True)

    def kept(self, *without: str) -> list[tuple[str, str]]:
        """Every parameter as (name, value) for hidden fields, except those named and all filters if "loc" is."""
        dropped = {self.param(word) for word in without}
        filters = self.param("loc_") if "loc" in without else None
        return [
            (name, value)
            for name, values in self.params.items()
            if name not in dropped and not (filters and name.startswith(filters))
            for value in values
        ]

    @property
    def id(self) -> str:
        return f"table-{self.name}" if self.name else "table"

    @property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        return self.kept("trang", "loc", "xuat")

    @property
    def kept_by_columns(self) -> list[tuple[str, str]]:
        return self.kept("cot", "xuat")

    @property
    def kept_by_page_size(self) -> list[tuple[str, str]]:
        return self.kept("dong", "trang", "xuat")

    @property
    def export_url(self) -> str:
        return self.url(xuat="xlsx", trang=None)

    @property
    def wants_xlsx(self) -> bool:
        """Whether the page was asked for as a workbook: answer with ``to_xlsx()``."""
        return self._get("xuat") == "xlsx"

    @property
    def previous_url(self) -> str:
        return self.url(trang=str(self.page - 1)) if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url(trang=str(self.page + 1)) if self.page < self.pages else ""

    @property
    def clear_url(self) -> str:
        return "?" + urlencode(self.kept("trang", "loc", "xuat"))

    @property
    def page_sizes(self) -> list[int]:
        return sorted({*PAGE_SIZES, self.page_size})

    @property
    def filtered(self) -> bool:
        return any(heading.filter_value for heading in self.headings)

    @property
    def first(self) -> int:
        return (self.page - 1) * self.page_size + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.page * self.page_size, self.total)

    # --- work --------------------------------------------------------------------------------------------------------

    def _choose_columns(self) -> None:
        wanted = set(self.params.get(self.param("cot"), []))
        chosen = [c for c in self.columns if c.key in wanted] or [c for c in self.columns if not c.hidden]
        self.chosen = chosen or self.columns

    def _filter(self, rows: Any) -> Any:
        for column in self.columns:
            wanted = self._get(f"loc_{column.key}")
            if not wanted or not column.filterable:
                continue
            try:
                rows = _filter_queryset(rows, column, wanted) if _is_queryset(rows) else _keep(rows, column, wanted)
            except UnclearDate as refusal:
                self.refused.append(str(refusal))
        return rows

    def _sort(self, rows: Any, default: str) -> Any:
        asked = self._get("sap") or default
        column = next((c for c in self.columns if c.key == asked.lstrip("-") and c.sortable), None)
        if column is None:
            return rows
        if _is_queryset(rows):
            path = column.sort_field or column.field
            return rows.order_by(("-" if asked.startswith("-") else "") + path, "pk") if path else rows
        return _sorted(rows, column, asked.startswith("-"))

    def _cut(self, rows: Any, page_size: int) -> None:
        asked = self._get("dong")
        self.page_size = int(asked) if asked.isdecimal() and len(asked) < 9 and int(asked) in PAGE_SIZES else page_size
        self.total = rows.count() if _is_queryset(rows) else len(rows)
        self.pages = max(1, -(-self.total // self.page_size))
        page = self._get("trang")
        self.page = min(max(1, int(page)), self.pages) if page.isdecimal() and len(page) < 9 else 1
        start = (self.page - 1) * self.page_size
        self.rows = [self._row(record) for record in rows[start : start + self.page_size]]

    def _row(self, record: Any) -> Row:
        url = (self._row_url(record) if self._row_url else None) or ""
        cells = [self._cell(column, record) for column in self.chosen]
        return Row(record, url, cells)

    def _cell(self, column: Column, record: Any) -> Cell:
        value = column.of(record)
        return Cell(column, value, as_text(value, column.places), (column.link(record) if column.link else None) or "")

    def _make_headings(self, default: str) -> None:
        asked = self._get("sap") or default
        queryset = _is_queryset(self._rows)
        for column in self.chosen:
            here = asked.lstrip("-") == column.key
            can_sort = column.sortable and (not queryset or bool(column.sort_field or column.field))
            can_filter = column.filterable and (not queryset or bool(column.search or column.field))
            direction: Literal["", "ascending", "descending"] = ""
            if here and can_sort:
                direction = "descending" if asked.startswith("-") else "ascending"
            turned = f"-{column.key}" if direction == "ascending" else column.key
            self.headings.append(
                Heading(
                    column,
                    self.url(sap=turned, trang=None, xuat=None) if can_sort else "",
                    direction,
                    self.param(f"loc_{column.key}") if can_filter else "",
                    self._get(f"loc_{column.key}") if can_filter else "",
                )
            )

    def to_xlsx(self, note: str = "") -> bytes:
        """All rows that pass the filters, as a workbook. ``note`` stands above the head ("Dữ liệu minh họa")."""
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Font
        from openpyxl.utils import get_column_letter

        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = (search_key(self.title or self.name or "Danh sach")[:28] or "Danh sach").translate(_NOT_IN_TITLES)
        lines = [line for line in (self.title, note) if line]
        for number, line in enumerate(lines, 1):
            write_cell(sheet.cell(number, 1), line)
            sheet.cell(number, 1).font = Font(bold=number == 1)
        head = len(lines) + 1
        widths = [len(str(column.label)) for column in self.chosen]
        for place, column in enumerate(self.chosen, 1):
            write_cell(sheet.cell(head, place), str(column.label))
            sheet.cell(head, place).font = Font(bold=True)
        for offset, record in enumerate(self._rows, head + 1):
            for place, column in enumerate(self.chosen, 1):
                value = column.of(record)
                write_cell(sheet.cell(offset, place), value)
                sheet.cell(offset, place).alignment = Alignment(vertical="top", wrap_text=True)
                widths[place - 1] = max(widths[place - 1], len(as_text(value, column.places)))
        for place, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(place)].width = min(max(width + 2, 8), 60)
        sheet.freeze_panes = f"A{head + 1}"
        sheet.print_title_rows = f"{head}:{head}"
        stream = BytesIO()
        book.save(stream)
        return stream.getvalue()


_NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


def as_text(value: Any, places: int | None = None) -> str:
    """A value as a cell shows it: dates day first, numbers with a comma, nothing for nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, datetime):
        return f"{value.astimezone(VIETNAM) if value.tzinfo else value:%H:%M %d/%m/%Y}"
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, int | float | Decimal):
        return format_number(value, places)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(as_text(item, places) for item in value)
    return str(value)


def _lists(params: Mapping[str, Any] | None) -> dict[str, list[str]]:
    """Plain lists of values from a QueryDict or any mapping."""
    if params is None:
        return {}
    if hasattr(params, "lists"):
        return {name: [str(v) for v in values] for name, values in params.lists()}
    return {k: [str(i) for i in v] if isinstance(v, list | tuple) else [str(v)] for k, v in params.items()}


def _is_queryset(rows: Any) -> bool:
    return hasattr(rows, "order_by") and hasattr(rows, "filter")


def _filter_queryset(rows: Any, column: Column, wanted: str) -> Any:
    if column.choices:
        known = any(wanted == str(value) for value, _label in column.choices)
        return rows.filter(**{column.field: wanted}) if column.field and known else rows
    if column.search:
        for word in search_key(wanted).split():
            rows = rows.filter(**{f"{column.search}__contains": word})
        return rows
    if not column.field:
        return rows
    if column.kind == "date":
        return rows.filter(**{_day_of(rows, column.field): parse_date(wanted)})
    return rows.filter(**{f"{column.field}__icontains": wanted})


def _day_of(rows: Any, path: str) -> str:
    """The lookup that compares a day: a moment in time has many on it."""
    kind = rows.query.annotations.get(path)
    if kind is None:
        model = rows.model
        for part in path.split("__"):
            kind = model._meta.get_field(part)
            model = kind.related_model
    held = getattr(kind, "output_field", kind)
    return f"{path}__date" if held.get_internal_type() == "DateTimeField" else path


def _keep(rows: Iterable[Any], column: Column, wanted: str) -> list[Any]:
    if column.choices:
        return [row for row in rows if str(_plain(column.of(row))) == wanted or column.text(row) == wanted]
    words = search_key(wanted).split()
    return [row for row in rows if all(word in search_key(column.text(row)) for word in words)]


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


def _sorted(rows: Iterable[Any], column: Column, backwards: bool) -> list[Any]:
    """Empty cells come last whichever way the column is sorted."""
    full: list[Any] = []
    blank: list[Any] = []
    for row in rows:
        (blank if column.of(row) in (None, "") else full).append(row)
    return sorted(full, key=lambda row: _sort_value(column.of(row)), reverse=backwards) + blank


def _sort_value(value: Any) -> tuple[int, Any]:
    if isinstance(value, datetime):
        return 0, value if value.tzinfo else value.replace(tzinfo=VIETNAM)
    if isinstance(value, date):
        return 0, datetime(value.year, value.month, value.day, tzinfo=VIETNAM)
    if isinstance(value, bool | int | float | Decimal):
        return 1, value
    if isinstance(value, timedelta):
        return 2, value
    return 3, sort_key(str(value))


def write_cell(cell: Any, value: Any) -> None:
    """Numbers as numbers, dates as dates, all else as text that never runs."""
    if isinstance(value, datetime):
        cell.value = value.astimezone(VIETNAM).replace(tzinfo=None) if value.tzinfo else value
        cell.number_format = "hh:mm dd/mm/yyyy"
    elif isinstance(value, date):
        cell.value = value
        cell.number_format = "dd/mm/yyyy"
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        cell.value = value
    else:
        text = "".join(c for c in as_text(value) if c >= " " or c in "\n\t")
        cell.value = text[:32_000]
        # A text that begins with "=" stays a text: what officers typed must never run as a formula.
        cell.data_type = "s"
