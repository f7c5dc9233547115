"""The form of a laboratory's sheet: which row holds the heads, what each column means, and remembering it.

A column is a duty (station, day, hour, bank, rubbish, code …), a parameter with unit and basis, or left out. What an
officer decided for a form is kept under the fingerprint of its heads, so the next sheet of the same form is ready.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Any

from giapranh.kernel.errors import N_, Refused
from giapranh.kernel.text import one_line, search_key
from giapranh.water.intake.grids import BadSheet, Cell
from giapranh.water.models import FileColumn
from giapranh.water.rules import matching
from giapranh.water.rules.parameters import all_parameters
from giapranh.water.rules.quality_run import defaults
from giapranh.water.rules.readings import UnclearReading, read_result
from giapranh.water.rules.units import find_unit

DUTIES = {
    "@station": N_("trạm, vị trí lấy mẫu"), "@date": N_("ngày lấy mẫu"), "@time": N_("giờ lấy mẫu"),
    "@bank": N_("bờ"), "@depth": N_("độ sâu (m)"), "@rubbish": N_("có rác nổi không"), "@code": N_("ký hiệu mẫu"),
    "@seal": N_("số niêm phong"), "@taken_by": N_("người lấy mẫu"), "@note": N_("ghi chú"),
}  # fmt: skip
_DUTY_WORDS = (
    ("@rubbish", r"rac noi|floating"),
    ("@date", r"(ngay|thoi gian|thoi diem).*(lay mau|do|quan trac)|^ngay$|^date$|ngay lay|sampling date|^thoi gian$|^thoi diem$"),
    ("@time", r"^gio\b|gio lay|^time$"),
    ("@station", r"(tram|vi tri|diem|dia diem)( quan trac| lay mau| do)?$|^vi tri\b|ten diem|ma diem|ma tram|^station|^site"),
    ("@code", r"ky hieu( mau)?$|ma mau|^mau$|ten mau|sample (code|id)|ma so mau"),
    ("@bank", r"^bo\b|bo song|^bank$"),
    ("@depth", r"do sau|^depth"),
    ("@seal", r"niem phong|^seal"),
    ("@taken_by", r"nguoi lay|sampler"),
    ("@note", r"ghi chu|^note"),
)  # fmt: skip
_LEFT_OUT = re.compile(r"^(stt|tt|so tt|no\.?|phuong phap.*|qcvn.*|tcvn.*|gioi han.*|don vi.*|method.*)$")
SWAPPED = N_("Hai cột “%(one)s” và “%(other)s” có vẻ đổi chỗ cho nhau: phần lớn giá trị nằm ngoài khoảng đo.")
UNLIKELY = N_("Cột “%(one)s”: phần lớn giá trị nằm ngoài khoảng đo của %(parameter)s. Kiểm tra cột và đơn vị.")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``means``: a duty, a parameter's key, "" not decided, "-" left out."""

    index: int
    head: str
    unit: str = ""
    means: str = ""
    basis: str = ""
    sure: bool = True
    note: str = ""

    @property
    def is_parameter(self) -> bool:
        return bool(self.means) and self.means[0] not in "@-"


@dataclass(slots=True)
class Form:
    """What was recognised of a grid, columns upright even when the sheet lies on its side."""

    grid: list[list[Cell]]
    columns: list[Column]
    first_row: int
    turned: bool
    decimal: str
    key: str
    title: str  # text above the table: often says where and when
    known: bool = False  # an officer has confirmed this form before
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def column(self, duty: str) -> Column | None:
        return next((column for column in self.columns if column.means == duty), None)

    @property
    def parameters(self) -> list[Column]:
        return [column for column in self.columns if column.is_parameter]

    @property
    def undecided(self) -> list[Column]:
        return [column for column in self.columns if not column.means]


def recognise(grid: list[list[Cell]]) -> Form:
    """The form of a sheet. Raises when no row and no column names parameters."""
    upright, turned = _heads(grid), _heads([list(row) for row in zip(*grid, strict=True)])
    on_side = turned[1] > upright[1]
    head_row, hits = turned if on_side else upright
    if hits < 1:
        raise BadSheet(N_("Không thấy hàng tên thông số (pH, DO, COD…) trong tệp. Kiểm tra lại phiếu."))
    used = [list(row) for row in zip(*grid, strict=True)] if on_side else grid
    heads = [one_line(str(cell)) if cell is not None else "" for cell in used[head_row]]
    units, first = _units(used, head_row)
    columns = [_column(n, head, units.get(n, "")) for n, head in enumerate(heads) if head]
    if on_side:
        columns = _samples_named(used, columns, head_row)
    title = " · ".join(str(cell) for row in grid[: head_row if not on_side else 12] for cell in row if cell is not None)
    form = Form(used, columns, first, on_side, _decimal(used, columns, first), _fingerprint(heads), title[:2000])
    _recall(form)
    form.notes = plausibility(form)
    return form


def _samples_named(grid: list[list[Cell]], columns: list[Column], head_row: int) -> list[Column]:
    """On its side, a sheet names its samples where it also names method and unit: what is no sample is blanked."""

    def no_sample(cell: Cell) -> bool:
        return isinstance(cell, str) and _LEFT_OUT.match(search_key(cell)) is not None

    names = max(range(len(grid[0])), key=lambda n: sum(no_sample(row[n]) for row in grid), default=0)
    for number, row in enumerate(grid):
        if number != head_row and no_sample(row[names]):
            grid[number] = [None] * len(row)
    if any(column.means == "@station" for column in columns):
        return columns
    head = one_line(str(grid[head_row][names] or ""))
    others = [column for column in columns if column.index != names]
    return sorted([*others, Column(names, head, means="@station", sure=False)], key=lambda column: column.index)


def _heads(grid: list[list[Cell]]) -> tuple[int, int]:
    """The row that names most parameters, and how many."""
    best = (0, 0)
    for number, row in enumerate(grid[:60]):
        texts = [one_line(cell) for cell in row if isinstance(cell, str) and len(cell) < 80]
        hits = len({found.parameter for text in texts if (found := matching.match(text)) is not None})
        if hits > best[1]:
            best = (number, hits)
    return best


def _units(grid: list[list[Cell]], head_row: int) -> tuple[dict[int, str], int]:
    """The row of units below the heads, when there is one; and the first row of values."""
    for number in range(head_row + 1, min(head_row + 4, len(grid))):
        row = grid[number]
        texts = {n: one_line(cell).strip("()[] ") for n, cell in enumerate(row) if isinstance(cell, str)}
        units = {n: text for n, text in texts.items() if text == "-" or find_unit(text) is not None}
        values = sum(isinstance(cell, int | float) for cell in row)
        if units and len(units) > values and len(units) * 2 >= len(texts):
            return units, number + 1
    return {}, head_row + 1


def _column(index: int, head: str, unit: str) -> Column:
    plain = search_key(head)
    if _LEFT_OUT.match(plain):
        return Column(index, head, unit, means="-")
    for duty, words in _DUTY_WORDS:
        if re.search(words, plain):
            return Column(index, head, means=duty)
    found = matching.match(head)
    if found is None:
        return Column(index, head, unit)
    stated = find_unit(unit) if unit and unit != "-" else None
    return Column(
        index, head, stated.display if stated else found.unit or unit.strip("-"), found.parameter, found.basis,
        sure=found.sure, note=found.note,
    )  # fmt: skip


def _decimal(grid: list[list[Cell]], columns: list[Column], first: int) -> str:
    """The sign of decimals: a point only where no result has a comma behind which a number ends."""
    texts = [
        cell for row in grid[first : first + 500] for column in columns if column.is_parameter
        if isinstance(cell := row[column.index], str)
    ]  # fmt: skip
    commas = sum(bool(re.search(r"\d,\d", text)) for text in texts)
    points = sum(bool(re.search(r"\d\.\d", text)) for text in texts)
    return "." if points > commas else ","


def _fingerprint(heads: list[str]) -> str:
    words = "|".join(search_key(head) for head in heads)
    return "lab:" + hashlib.sha256(words.encode()).hexdigest()[:24]


# --- remembering -----------------------------------------------------------------------------------------------------


def _recall(form: Form) -> None:
    kept = {column.symbol: column for column in FileColumn.objects.filter(sheet=form.key, station=None)}
    if not kept:
        return
    form.known = True
    form.columns = [_decided(column, kept.get(column.head[:200])) for column in form.columns]


def _decided(column: Column, kept: FileColumn | None) -> Column:
    if kept is None:
        return column
    means = "-" if kept.ignored else kept.parameter
    return replace(column, means=means, basis=kept.basis, unit=kept.unit_symbol, sure=True, note="")


def decide(form: Form, choices: dict[int, tuple[str, str, str]]) -> Form:
    """The form with what an officer chose: column → (meaning, unit, basis)."""
    known = {**DUTIES, **all_parameters(), "-": "", "": ""}
    columns = []
    for column in form.columns:
        means, unit, basis = choices.get(column.index, (column.means, column.unit, column.basis))
        if means not in known:
            raise BadSheet(N_("Cột “%(head)s”: không có thông số “%(means)s”."), head=column.head, means=means)
        if means in all_parameters() and unit:
            from giapranh.water.rules.parameters import to_stored

            try:
                to_stored(means, 1.0, unit, basis or None)
            except Refused as refusal:
                raise BadSheet(N_("Cột “%(head)s”: %(why)s"), head=column.head, why=str(refusal)) from refusal
        columns.append(replace(column, means=means or "-", unit=unit, basis=basis, sure=True, note=""))
    made = replace(form, columns=columns)
    made.notes = plausibility(made)
    return made


def remember(form: Form) -> None:
    """Keep what was decided, for the next sheet of this form."""
    for column in form.columns:
        FileColumn.objects.update_or_create(
            station=None, sheet=form.key, symbol=column.head[:200],
            defaults={
                "parameter": "" if column.means == "-" else column.means, "ignored": column.means == "-",
                "basis": column.basis, "unit_symbol": column.unit[:40],
            },
        )  # fmt: skip


# --- does it look right? ---------------------------------------------------------------------------------------------


def plausibility(form: Form) -> list[tuple[str, dict[str, Any]]]:
    """Columns whose values cannot be what the head says; where two would fit each other's head, that is said."""
    values = {column.index: _numbers(form, column) for column in form.parameters}
    odd = [column for column in form.parameters if _share_outside(values[column.index], column) > 0.5]
    notes: list[tuple[str, dict[str, Any]]] = []
    paired: set[int] = set()
    for column in odd:
        if column.index in paired:
            continue
        for other in form.parameters:
            if other.index != column.index and _would_fit(values, column, other):
                notes.append((SWAPPED, {"one": column.head, "other": other.head}))
                paired |= {column.index, other.index}
                break
        else:
            notes.append((UNLIKELY, {"one": column.head, "parameter": all_parameters()[column.means].vi}))
    return notes


def _would_fit(values: dict[int, list[float]], one: Column, other: Column) -> bool:
    return bool(values[other.index]) and not (
        _share_outside(values[other.index], one) or _share_outside(values[one.index], other)
    )


def _numbers(form: Form, column: Column) -> list[float]:
    found = []
    for row in form.grid[form.first_row : form.first_row + 300]:
        try:
            reading = read_result(row[column.index], decimal=form.decimal)
        except UnclearReading:
            continue
        except Refused:
            continue
        if reading is not None and reading.value is not None:
            found.append(reading.value)
    return found


def _share_outside(values: list[float], column: Column) -> float:
    from giapranh.water.rules.parameters import to_stored

    span = defaults(column.means).gross_fail
    if span is None or not values:
        return 0.0
    try:
        stored = [to_stored(column.means, value, column.unit or None, column.basis or None) for value in values]
    except Refused:
        return 0.0
    return sum(not span.low <= value <= span.high for value in stored) / len(stored)
