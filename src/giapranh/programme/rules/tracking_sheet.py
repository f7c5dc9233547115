"""The tracking sheet that wards and offices keep in Excel: found by its headings, read row by row.

Titles stand above the head, cells are merged, dates are typed every way. A row that cannot be understood is refused
with its line and its cell; the others stand.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from giapranh.kernel.dates import UnclearDate, format_date, parse_date
from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import nfc, one_line, search_key
from giapranh.programme.rules.states import TaskState

HEAD_WITHIN = 40  # rows of titles that may stand above the head
MOST_ROWS = 20_000

# Column → the words its heading may hold (folded); the order decides where two would fit.
HEADINGS: dict[str, tuple[str, ...]] = {
    "stt": ("stt", "tt", "so tt", "so thu tu"),
    "issued_on": ("ngay ban hanh", "ngay van ban", "ngay thang van ban", "ngay vb"),
    "number": ("so van ban", "so, ky hieu", "so ky hieu", "van ban giao", "van ban chi dao", "so vb"),
    "due_on": ("han", "thoi han", "han xu ly", "han hoan thanh", "thoi gian hoan thanh", "thoi han hoan thanh"),
    "lead": ("chu tri", "don vi chu tri", "co quan chu tri", "don vi thuc hien"),
    "coordinating": ("phoi hop", "don vi phoi hop", "co quan phoi hop"),
    "leader": ("lanh dao", "lanh dao chi dao", "lanh dao phu trach"),
    "progress": ("tien do", "tien do thuc hien"),
    "status": ("trang thai", "tinh trang"),
    "result": ("ket qua", "ket qua thuc hien", "san pham", "van ban ket qua"),
    "note": ("ghi chu",),
    "text": ("noi dung", "noi dung cong viec", "noi dung nhiem vu", "nhiem vu", "cong viec", "noi dung chi dao"),
}
LABELS = {
    "stt": N_("STT"), "text": N_("Nội dung"), "number": N_("Số văn bản"), "issued_on": N_("Ngày ban hành"),
    "due_on": N_("Hạn"), "lead": N_("Chủ trì"), "coordinating": N_("Phối hợp"), "leader": N_("Lãnh đạo"),
    "progress": N_("Tiến độ"), "status": N_("Trạng thái"), "result": N_("Kết quả"), "note": N_("Ghi chú"),
}  # fmt: skip
_STATES = (
    ("chua hoan thanh", TaskState.DOING), ("hoan thanh", TaskState.COMPLETED), ("da xong", TaskState.COMPLETED),
    ("cho xac nhan", TaskState.AWAITING), ("dang", TaskState.DOING), ("chua thuc hien", TaskState.NOT_STARTED),
    ("chua trien khai", TaskState.NOT_STARTED), ("moi giao", TaskState.GIVEN), ("tam dung", TaskState.PAUSED),
    ("tam hoan", TaskState.PAUSED), ("huy", TaskState.CANCELLED), ("tra lai", TaskState.RETURNED),
    ("thuc hien lai", TaskState.RETURNED), ("trong han", TaskState.DOING), ("qua han", TaskState.DOING),
)  # fmt: skip
_NO_DATE = {"", "-", "–", "khong", "khong co", "khong han", "thuong xuyen", "khong neu", "hang nam", "hang thang"}
_NUMBER = re.compile(r"\b\d{1,5}[a-z]?\s*[/-]\s*(?:\d{4}\s*[/-]\s*)?[A-ZĐ][\wĐđ&]*(?:\s?[-/]\s?[\wĐđ&]+)*")
_DAY = re.compile(r"\b\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b")
_EXCEL_EPOCH = date(1899, 12, 30)


class NotATrackingSheet(BadInput):
    code = "not_a_tracking_sheet"


@dataclass(frozen=True, slots=True)
class SheetRefusal:
    """Why one row is not taken: its line in the sheet, the column, and what to do. ``template`` is a message id."""

    line: int
    column: str
    template: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template % self.params if self.params else self.template


@dataclass(frozen=True, slots=True)
class TrackedRow:
    """One task of a tracking sheet."""

    line: int
    text: str
    number: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    lead: str = ""
    coordinating: str = ""
    leader: str = ""
    progress: str = ""
    state: TaskState = TaskState.GIVEN
    late: bool | None = None  # what the status words themselves say
    result: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        """The same task in another edition of the sheet: its words, its paper, its lead."""
        words = "\n".join(search_key(piece) for piece in (self.text, self.number, self.lead))
        return hashlib.sha256(words.encode()).hexdigest()

    @property
    def result_number(self) -> str:
        """The number of the answering paper, when the result names one."""
        found = _NUMBER.search(one_line(self.result))
        return re.sub(r"\s+", "", found.group()) if found else ""

    @property
    def finished_on(self) -> date | None:
        """The date the result names, when it names one."""
        found = _DAY.search(self.result) or _DAY.search(self.progress)
        try:
            return parse_date(found.group()) if found else None
        except UnclearDate:
            return None


@dataclass(frozen=True, slots=True)
class Reading:
    rows: tuple[TrackedRow, ...]
    refusals: tuple[SheetRefusal, ...]
    head_line: int


def read(grid: Sequence[Sequence[Any]]) -> Reading:
    """The rows of a sheet. ``grid`` holds the cell values, merged cells filled down and across."""
    head, columns = _head(grid)
    rows: list[TrackedRow] = []
    refusals: list[SheetRefusal] = []
    seen: set[tuple[str, date | None]] = set()
    body = grid[head + 1 :]
    if len(body) > MOST_ROWS:
        raise NotATrackingSheet(N_("Bảng có hơn %(most)s dòng. Hãy tách thành nhiều tệp."), most=MOST_ROWS)
    for offset, cells in enumerate(body, head + 2):
        values = {name: cells[place] for name, place in columns.items() if place < len(cells)}
        if _is_empty_or_heading(values):
            continue
        row, refusal = _row(offset, values)
        if refusal is not None:
            refusals.append(refusal)
        elif row is not None and (row.key, row.due_on) not in seen:  # a row merged over two lines is one task
            seen.add((row.key, row.due_on))
            rows.append(row)
    return Reading(tuple(rows), tuple(refusals), head + 1)


def split_offices(words: str, known: Callable[[str], bool]) -> list[str]:
    """The offices a cell names: line by line, then at commas where the whole is not one office."""
    pieces: list[str] = []
    for piece in re.split(r"[\n;]+|(?:^|\s)[-+•]\s", words):
        clean = one_line(piece).strip(" ,.-+•")
        if not clean:
            continue
        pieces += [clean] if "," not in clean or known(clean) else _at_commas(clean, known)
    return list(dict.fromkeys(pieces))


def _at_commas(words: str, known: Callable[[str], bool]) -> list[str]:
    """The longest runs that are known offices; "Sở Văn hóa, Thể thao và Du lịch" is one."""
    parts = [part.strip() for part in words.split(",") if part.strip()]
    found: list[str] = []
    while parts:
        for length in range(len(parts), 0, -1):
            run = ", ".join(parts[:length])
            if length == 1 or known(run):
                found.append(run)
                parts = parts[length:]
                break
    return found


def _head(grid: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    """The row of headings and the place of each column. A head of two rows counts as its lower one."""
    best: tuple[int, dict[str, int]] | None = None
    for index, cells in enumerate(grid[:HEAD_WITHIN]):
        columns = _columns(cells)
        if "text" in columns and len(columns) >= 3 and (best is None or len(columns) >= len(best[1])):
            if best is not None and index > best[0] + 1:
                break
            best = (index, columns)
    if best is None:
        raise NotATrackingSheet(
            N_(
                "Không thấy hàng tiêu đề. Bảng cần có cột “Nội dung” và ít nhất hai cột như “Hạn”, “Chủ trì”, “Trạng thái”."
            )
        )
    return best


def _columns(cells: Iterable[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        words = search_key(str(cell or "")).strip(" .:()")
        if not words or len(words) > 60:
            continue
        name = _heading(words)
        if name and name not in found:
            found[name] = place
    return found


def _heading(words: str) -> str | None:
    exact = next((name for name, forms in HEADINGS.items() if words in forms), None)
    if exact:
        return exact
    return next((name for name, forms in HEADINGS.items() for form in forms if len(form) > 3 and form in words), None)


def _is_empty_or_heading(values: dict[str, Any]) -> bool:
    """Nothing at all, or one text merged across the row ("I. Lĩnh vực môi trường")."""
    filled = {name: _text(value) for name, value in values.items() if _text(value)}
    told = {text for name, text in filled.items() if name != "stt"}
    if not told:
        return True
    only_text = set(filled) <= {"stt", "text"}
    roman = re.fullmatch(r"[IVXLA-Z]+\.?", filled.get("stt", "")) is not None
    return (len(told) == 1 and len(filled) > 2) or (only_text and roman)


def _row(line: int, values: dict[str, Any]) -> tuple[TrackedRow | None, SheetRefusal | None]:
    text = _text(values.get("text"))
    if not text:
        return None, SheetRefusal(line, "text", N_("Dòng %(line)s: thiếu nội dung."), {"line": line})
    dates: dict[str, date | None] = {}
    for name in ("issued_on", "due_on"):
        found, refusal = _date(line, name, values.get(name))
        if refusal:
            return None, refusal
        dates[name] = found
    issued, due = dates["issued_on"], dates["due_on"]
    if issued and due and due < issued:
        return None, SheetRefusal(
            line, "due_on", N_("Dòng %(line)s, cột Hạn: %(due)s trước ngày ban hành %(issued)s."),
            {"line": line, "due": format_date(due), "issued": format_date(issued)},
        )  # fmt: skip
    words = _text(values.get("status"))
    state = _state(words)
    if state is None:
        return None, SheetRefusal(
            line, "status", N_("Dòng %(line)s, cột Trạng thái: không hiểu “%(words)s”."), {"line": line, "words": words}
        )
    given = {
        name: _text(values.get(name))
        for name in ("number", "lead", "coordinating", "leader", "progress", "result", "note")
    }
    return TrackedRow(line, text, issued_on=issued, due_on=due, state=state, late=_late(words), **given), None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime | date):
        return format_date(value if not isinstance(value, datetime) else value.date())
    lines = [one_line(line) for line in nfc(str(value)).splitlines()]
    return "\n".join(line for line in lines if line)


def _date(line: int, name: str, value: Any) -> tuple[date | None, SheetRefusal | None]:
    try:
        found = _as_date(value)
    except UnclearDate as refusal:
        return None, SheetRefusal(
            line, name, N_("Dòng %(line)s, cột %(column)s: %(why)s"),
            {"line": line, "column": LABELS[name], "why": str(refusal)},
        )  # fmt: skip
    if found is not None and not 1990 <= found.year <= 2100:
        return None, SheetRefusal(
            line, name, N_("Dòng %(line)s, cột %(column)s: năm %(year)s không hợp lý."),
            {"line": line, "column": LABELS[name], "year": found.year},
        )  # fmt: skip
    return found, None


def _as_date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or value is None:
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if 30_000 < value < 80_000:  # a date that lost its format
            return _EXCEL_EPOCH + timedelta(days=int(value))
        raise UnclearDate(N_("“%(text)s” không phải là ngày. Viết như 05/02/2026."), text=value)
    text = one_line(str(value))
    if search_key(text) in _NO_DATE:
        return None
    return parse_date(re.sub(r"^(?:trước|chậm nhất|đến|ngày)\s+(?:ngày\s+)?", "", text, flags=re.IGNORECASE))


def _state(words: str) -> TaskState | None:
    key = search_key(words)
    if not key:
        return TaskState.GIVEN
    return next((state for form, state in _STATES if form in key), None)


def _late(words: str) -> bool | None:
    key = search_key(words)
    if "qua han" in key or "tre han" in key or "cham" in key:
        return True
    return False if "dung han" in key or "trong han" in key or "truoc han" in key else None
