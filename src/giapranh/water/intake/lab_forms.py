"""The form of a laboratory's sheet: which row holds the heads, what each column means, and remembering it.

A column is a duty (station, day, hour, bank, rubbish, code …), a parameter with unit and basis, or left out. What an
officer decided for a form is kept under the fingerprint of its heads, so the next sheet of the same form is ready.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from openpyxl.utils import get_column_letter

from giapranh.kernel.errors import N_, Refused
from giapranh.kernel.text import one_line, search_key
from giapranh.water.intake.grids import BadSheet, Cell, Grid
from giapranh.water.models import FileColumn
from giapranh.water.rules import matching
from giapranh.water.rules.parameters import all_parameters
from giapranh.water.rules.quality_run import defaults
from giapranh.water.rules.readings import UnclearReading, read_result
from giapranh.water.rules.units import all_units, find_unit, fold

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
# What stands among the samples and is none: limits of a standard or of the method, means, remarks.
_NO_SAMPLE = re.compile(
    r"^(quy chuan|tieu chuan|phuong phap|don vi|nguong|(gia tri )?(gioi han|trung binh|nho nhat|lon nhat)|(gia tri )?(lod|loq|mdl)\b"
    r"|(muc|cot|loai) [abcd][12]?$|min$|max$|tb$|ket luan|danh gia|nhan xet|ghi chu|do khong dam bao)|\bqcvn\b|\btcvn\b"
)
_VALUE = re.compile(r"[<>≤≥]?\s*\d")
HEAD_LINES = 2  # so many lines above or below may complete the heads
SWAPPED = N_("Hai cột “%(one)s” và “%(other)s” có vẻ đổi chỗ cho nhau: phần lớn giá trị nằm ngoài khoảng đo.")
NO_UNIT = N_("Phiếu không ghi đơn vị: đang hiểu là đơn vị trong ô bên. Hỏi phòng thí nghiệm nếu chưa chắc.")
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
    worksheet: str = ""
    worksheets: list[str] = field(default_factory=list)  # of the same file, those that hold a table
    known: bool = False  # an officer has confirmed this form before
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    merged: tuple[tuple[int, int, int], ...] = ()  # as in ``grids.Grid``

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
    upright, turned = _heads(grid), _heads(_on_side(grid))
    on_side = turned[1] > upright[1]
    head_row, hits = turned if on_side else upright
    if hits < 1:
        raise BadSheet(N_("Không thấy hàng tên thông số (pH, DO, COD…) trong tệp. Kiểm tra lại phiếu."))
    used = _on_side(grid) if on_side else [list(row) for row in grid]
    above = _names_line(used, head_row) if on_side else head_row
    if on_side:
        used = [row[above:] for row in used]
    heads = _joined(used, head_row)
    units, first = _units(used, heads.last, on_side)
    columns = [_column(n, head, units.get(n) or heads.units.get(n, "")) for n, head in enumerate(heads.texts) if head]
    if on_side:
        columns = _samples_named(used, columns, head_row, heads.texts)
        columns = [column for column in columns if column.means or _says_something(used, column.index, first)]
    else:
        columns = _with_unnamed(used, columns, first)
    form = Form(
        used, columns, first, on_side, _decimal(used, columns, first), _fingerprint(columns), _title(grid[:above])
    )
    form.merged = () if on_side or not isinstance(grid, Grid) else grid.merged
    form.columns = [_with_unit(column) for column in columns]
    _recall(form)
    form.notes = plausibility(form)
    return form


def _on_side(grid: list[list[Cell]]) -> list[list[Cell]]:
    return [list(row) for row in zip(*grid, strict=True)]


def _title(rows: list[list[Cell]]) -> str:
    """The text above the table, a row after the other; a label and its value in the next cell stay together."""
    lines = (" ".join(_as_text(cell) for cell in row if cell is not None) for row in rows)
    return " · ".join(line for line in lines if line)[:2000]


def _as_text(cell: Cell) -> str:
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)


def is_no_sample(cell: Cell) -> bool:
    """Whether what stands where a sample is named says that it is none."""
    if not isinstance(cell, str):
        return False
    plain = search_key(cell)
    return _LEFT_OUT.match(plain) is not None or _NO_SAMPLE.search(plain) is not None


def _names_line(grid: list[list[Cell]], head_row: int) -> int:
    """In a sheet on its side: which line names the samples, where it also names method and unit."""
    heads = grid[head_row]
    first = next((n for n, cell in enumerate(heads) if isinstance(cell, str) and matching.match(cell)), 0)
    counts = [sum(is_no_sample(row[n]) for row in grid) for n in range(first)]
    if any(counts):
        return counts.index(max(counts))
    line = max(first - 1, 0)
    while line > 0 and _speaks(heads[line]):  # day, hour, bank stand between the names and the first parameter
        line -= 1
    return line


def _samples_named(grid: list[list[Cell]], columns: list[Column], head_row: int, heads: list[str]) -> list[Column]:
    """On its side, a sheet names its samples in its first line, or in the second below a common head of the first.

    What is no sample (method, unit, limits) is blanked.
    """
    second = len(heads) > 1 and not heads[1]
    group: Cell = None
    for number, row in enumerate(grid):
        if number == head_row:
            continue
        group = row[0] if row[0] is not None else group
        name = row[1] if second else None
        if is_no_sample(group) or is_no_sample(name):
            grid[number] = [None] * len(row)
        elif name is not None:
            row[0] = name
    if any(column.means == "@station" for column in columns):
        return columns
    others = [column for column in columns if column.index != 0]
    return [Column(0, one_line(str(grid[head_row][0] or "")), means="@station", sure=False), *others]


def _says_something(grid: list[list[Cell]], index: int, first: int) -> bool:
    return any(row[index] is not None for row in grid[first:])


def _with_unnamed(grid: list[list[Cell]], columns: list[Column], first: int) -> list[Column]:
    """A column of numbers between others that has no head is asked about like one whose head is unknown."""
    places = [column.index for column in columns if column.is_parameter]
    named = {column.index for column in columns}
    if not places:
        return columns
    unnamed = [
        Column(n, f"({get_column_letter(n + 1)})")
        for n in range(places[0], max(named))
        if n not in named and any(is_value(row[n]) for row in grid[first : first + 500])
    ]
    return sorted([*columns, *unnamed], key=lambda column: column.index)


def _heads(grid: list[list[Cell]]) -> tuple[int, int]:
    """The row that names most parameters, and how many."""
    best = (0, 0)
    for number, row in enumerate(grid[:60]):
        texts = [one_line(cell) for cell in row if isinstance(cell, str) and len(cell) < 80]
        hits = len({found.parameter for text in texts if (found := matching.match(text)) is not None})
        if hits > best[1]:
            best = (number, hits)
    return best


@dataclass(frozen=True, slots=True)
class _Heads:
    """The heads of all columns (merged cells stand in one row of several), units written over groups of them."""

    texts: list[str]
    units: dict[int, str]
    last: int


def _joined(grid: list[list[Cell]], head_row: int) -> _Heads:
    """Heads may stand in two or three rows: a merged cell is written in the first of its rows only."""
    first = last = head_row
    while first > max(head_row - HEAD_LINES, 0) and any(
        _speaks(cell) and all(row[n] is None for row in grid[first : last + 1])
        for n, cell in enumerate(grid[first - 1])
    ):
        first -= 1
    while last + 1 < min(head_row + HEAD_LINES + 1, len(grid)) and _completes(grid, first, last + 1):
        last += 1
    texts, units = [], {}
    for n in range(len(grid[head_row])):
        said = [(r, one_line(str(grid[r][n]))) for r in range(last, first - 1, -1) if grid[r][n] is not None]
        row, head = next(((r, text) for r, text in said if _speaks(text)), said[0] if said else (last, ""))
        texts.append(head)
        below = next((text.strip("()[] ") for r, text in said if r > row), "")
        units[n] = below if below and find_unit(below) is not None else _unit_over(grid, row, n)
    return _Heads(texts, units, last)


def _completes(grid: list[list[Cell]], first: int, number: int) -> bool:
    """Whether a row below the heads names parameters where the heads have none, or only a group."""
    row = grid[number]
    if any(is_value(cell) for cell in row):
        return False
    return any(
        _speaks(cell) and not any(_speaks(above[n]) for above in grid[first:number]) for n, cell in enumerate(row)
    )


def _unit_over(grid: list[list[Cell]], row: int, index: int) -> str:
    """The unit in the head of the group a column belongs to: “Kim loại nặng (µg/L)” over As, Pb, Cd."""
    for line in grid[max(row - HEAD_LINES, 0) : row][::-1]:
        group = next((cell for cell in line[index::-1] if cell is not None), None)
        if isinstance(group, str) and (unit := matching.unit_in_head(group)):
            return unit
    return ""


def _speaks(cell: Cell) -> bool:
    """Whether a cell says what a column is. Single letters are too often something else (T: trái, x: a mark)."""
    if not isinstance(cell, str) or not 1 < len(cell) < 80 or ":" in cell:
        return False
    return matching.match(one_line(cell)) is not None or bool(_duty(search_key(cell)))


def is_value(cell: Cell) -> bool:
    return isinstance(cell, int | float) or (isinstance(cell, str) and _VALUE.match(cell) is not None)


def _units(grid: list[list[Cell]], head_row: int, on_side: bool) -> tuple[dict[int, str], int]:
    """The row of units below the heads, when there is one; and the first row of values.

    Every text of that row is a unit: one that nobody knows is refused later instead of being passed over.
    """
    between = False  # on its side, a sheet may have its results before its units
    for number in range(head_row + 1, min(head_row + (12 if on_side else 4), len(grid))):
        row = grid[number]
        texts = {n: one_line(cell).strip("()[] ") for n, cell in enumerate(row) if isinstance(cell, str)}
        units = [text for text in texts.values() if text == "-" or find_unit(text) is not None]
        values = sum(is_value(cell) for cell in row)
        if set(units) - {"-"} and not values and len(units) * 2 >= len(texts):
            grid[number] = [None] * len(row)
            return texts, _first(grid, head_row if between else number)
        between = between or values > 0
        if between and not on_side:
            break
    return {}, _first(grid, head_row)


def _first(grid: list[list[Cell]], above: int) -> int:
    """The first row of values: a row that only numbers the columns, (1) (2) (3), is none."""
    number = above + 1
    while number < len(grid):
        texts = [str(cell).strip("() ") for cell in grid[number] if cell is not None]
        if len(texts) < 3 or texts != [str(n + 1) for n in range(len(texts))]:
            break
        number += 1
    return number


def _duty(plain: str) -> str:
    return next((duty for duty, words in _DUTY_WORDS if re.search(words, plain)), "")


def _column(index: int, head: str, unit: str) -> Column:
    plain = search_key(head)
    if _LEFT_OUT.match(plain):
        return Column(index, head, unit, means="-")
    if duty := _duty(plain):
        return Column(index, head, means=duty)
    found = matching.match(head)
    if found is None:
        return Column(index, head, unit)
    stated = find_unit(unit) if unit and unit != "-" else None
    own = all_units()[all_parameters()[found.parameter].unit].dimension
    told = stated.display if stated else found.unit or unit.strip("-")
    if (stated is None and own == "ph") or (found.unit and stated and stated.dimension != own):
        told = found.unit
    return Column(index, head, told, found.parameter, found.basis, sure=found.sure, note=found.note)


def _with_unit(column: Column) -> Column:
    """A parameter nobody wrote a unit for: the usual one, shown and to be confirmed."""
    if not column.is_parameter or column.unit:
        return column
    about = all_parameters()[column.means]
    if all_units()[about.unit].dimension == "ph":
        return column
    return replace(column, unit=about.unit_display, sure=False, note=column.note or NO_UNIT)


def _decimal(grid: list[list[Cell]], columns: list[Column], first: int) -> str:
    """The sign of decimals: a point only where no result has a comma behind which a number ends."""
    texts = [
        cell for row in grid[first : first + 500] for column in columns if column.is_parameter
        if isinstance(cell := row[column.index], str)
    ]  # fmt: skip
    commas = sum(bool(re.search(r"\d,\d", text)) for text in texts)
    points = sum(bool(re.search(r"\d\.\d", text)) for text in texts)
    return "." if points > commas else ","


def _fingerprint(columns: list[Column]) -> str:
    """The same heads with other units are another form: what was decided for mg/L must not hold for µg/L."""
    words = "|".join(f"{search_key(column.head)}={fold(column.unit)}" for column in columns)
    return "lab:" + hashlib.sha256(words.encode()).hexdigest()[:24]


# --- remembering -----------------------------------------------------------------------------------------------------


def _recall(form: Form) -> None:
    kept = {column.symbol: column for column in FileColumn.objects.filter(sheet=form.key, station=None)}
    if not kept:
        return
    form.known = True
    form.columns = [_decided(column, kept.get(name)) for column, name in _named(form.columns)]


def _named(columns: list[Column]) -> list[tuple[Column, str]]:
    """What each column is kept under: its head, numbered from the second that says the same."""
    before: Counter[str] = Counter()
    named = []
    for column in columns:
        head = column.head[:180]
        before[head] += 1
        named.append((column, f"{head} #{before[head]}" if before[head] > 1 else column.head[:200]))
    return named


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
        if not means:
            raise BadSheet(N_("Cột “%(head)s” chưa ghép: hãy chọn thông số, hoặc chọn bỏ qua."), head=column.head)
        if means not in known:
            raise BadSheet(N_("Cột “%(head)s”: không có thông số “%(means)s”."), head=column.head, means=means)
        if means in all_parameters() and unit:
            from giapranh.water.rules.parameters import to_stored

            try:
                to_stored(means, 1.0, unit, basis or None)
            except Refused as refusal:
                raise BadSheet(N_("Cột “%(head)s”: %(why)s"), head=column.head, why=str(refusal)) from refusal
        doubt = column.note if column.note == matching.UNKNOWN_BASIS and not basis and means == column.means else ""
        columns.append(replace(column, means=means, unit=unit, basis=basis, sure=True, note=doubt))
    made = replace(form, columns=columns)
    made.notes = plausibility(made)
    return made


def remember(form: Form) -> None:
    """Keep what was decided, for the next sheet of this form."""
    for column, name in _named(form.columns):
        FileColumn.objects.update_or_create(
            station=None, sheet=form.key, symbol=name,
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
