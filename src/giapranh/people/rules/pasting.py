"""A list of offices as it comes out of Excel: pasted text (columns by tabs) or the cells of a sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from giapranh.kernel.dates import UnclearDate, parse_date
from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import one_line, search_key

MAX_ROWS = 2000
Cell = str | int | float | date | datetime | bool | None

# What people write over a column, folded → what the column is.
_HEADINGS = {
    "name": ("ten don vi", "don vi", "ten phong", "ten", "co quan", "ten co quan", "phong ban", "ten co quan, don vi"),
    "abbreviation": ("ten tat", "viet tat", "ten viet tat", "chu viet tat"),
    "symbol": ("ky hieu", "ky hieu van ban"),
    "kind": ("loai", "loai don vi", "loai hinh"),
    "parent": ("thuoc", "truc thuoc", "thuoc don vi", "don vi cap tren", "cap tren", "co quan chu quan"),
    "valid_from": ("tu ngay", "ngay thanh lap", "hieu luc tu", "ngay hieu luc"),
    "organ_code": ("ma dinh danh", "ma don vi", "ma"),
    "aliases": ("ten khac", "ten goi khac"),
    "email": ("thu dien tu", "email", "e-mail", "hop thu"),
}
_KIND_BY_START = (
    ("van phong dang ky", "centre"),
    ("chi cuc", "sub_department"),
    ("thanh tra", "inspectorate"),
    ("trung tam", "centre"),
    ("ban quan ly", "centre"),
    ("quy ", "centre"),
    ("phong", "division"),
    ("uy ban nhan dan xa", "commune_committee"),
    ("uy ban nhan dan phuong", "commune_committee"),
    ("ubnd xa", "commune_committee"),
    ("ubnd phuong", "commune_committee"),
    ("uy ban nhan dan", "committee"),
    ("ubnd", "committee"),
    ("so ", "agency"),
    ("bo ", "ministry"),
)


class BadList(BadInput):
    code = "bad_list"


@dataclass(frozen=True, slots=True)
class PastedOffice:
    """One row as read. ``faults`` are lines for the person; a row with faults is not saved."""

    row: int
    name: str
    kind: str
    abbreviation: str = ""
    symbol: str = ""
    parent: str = ""
    organ_code: str = ""
    aliases: tuple[str, ...] = ()
    email: str = ""
    valid_from: date | None = None
    faults: tuple[BadInput, ...] = field(default=())


def cells_of_text(text: str) -> list[list[Cell]]:
    """Rows and cells of pasted text. Excel separates cells by tabs; a list without tabs is one column."""
    return [list(line.split("\t")) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def read(rows: Sequence[Sequence[Cell]]) -> list[PastedOffice]:
    """The offices of a sheet. Empty rows are passed over, a heading row anywhere above the list is recognised."""
    filled = [(n, row) for n, row in enumerate(rows, 1) if any(_text(cell) for cell in row)]
    if not filled:
        raise BadList(N_("Danh sách rỗng. Chép các dòng từ Excel rồi dán vào đây."))
    if len(filled) > MAX_ROWS:
        raise BadList(N_("Danh sách có hơn %(limit)s dòng. Hãy dán từng phần."), limit=MAX_ROWS)
    columns, start = _columns(filled)
    offices: list[PastedOffice] = []
    seen: dict[tuple[str, str], int] = {}
    for number, row in filled[start:]:
        office = _office(number, row, columns)
        if office is None:
            continue
        key = (search_key(office.name), search_key(office.parent))
        if key in seen:
            fault = BadList(N_("trùng với dòng %(row)s."), row=seen[key])
            office = PastedOffice(number, office.name, office.kind, parent=office.parent, faults=(fault,))
        seen.setdefault(key, number)
        offices.append(office)
    if not offices:
        raise BadList(N_("Không thấy tên đơn vị nào. Cột tên cần tiêu đề “Tên đơn vị”, hoặc đứng đầu."))
    return offices


def guess_kind(name: str) -> str:
    folded = search_key(name) + " "
    return next((kind for start, kind in _KIND_BY_START if folded.startswith(start)), "other")


def _columns(filled: list[tuple[int, Sequence[Cell]]]) -> tuple[dict[str, int], int]:
    """Which column is what, and how many rows stand above the list."""
    for position, (_number, row) in enumerate(filled[:10]):
        found = {}
        for place, cell in enumerate(row):
            words = search_key(_text(cell)).strip(" .:*")
            for name, headings in _HEADINGS.items():
                if words in headings and name not in found:
                    found[name] = place
        if "name" in found:
            return found, position + 1
    return _by_place(filled), 0


def _by_place(filled: list[tuple[int, Sequence[Cell]]]) -> dict[str, int]:
    """Without headings: the first column is the name, after a running number if there is one."""
    numbers = sum(bool(re.fullmatch(r"\d+\.?|[IVX]+", _text(row[0]))) for _n, row in filled if row)
    first = 1 if numbers * 2 > len(filled) else 0
    return {"name": first, "abbreviation": first + 1, "parent": first + 2}


def _office(number: int, row: Sequence[Cell], columns: dict[str, int]) -> PastedOffice | None:
    def cell(name: str) -> Cell:
        place = columns.get(name, -1)
        return row[place] if 0 <= place < len(row) else None

    name = _text(cell("name"))
    if not name:
        return None
    faults: list[BadInput] = []
    if len(name) > 255:
        faults.append(BadList(N_("tên dài hơn 255 chữ.")))
    try:
        start = _day(cell("valid_from"))
    except UnclearDate as fault:
        start = None
        faults.append(fault)
    if not re.search(r"[^\W\d_]", name):
        faults.append(BadList(N_("“%(name)s” không phải là tên đơn vị."), name=name))
    return PastedOffice(
        number, name[:255], guess_kind(_text(cell("kind"))) if _text(cell("kind")) else guess_kind(name),
        abbreviation=_text(cell("abbreviation"))[:40], symbol=_text(cell("symbol"))[:40], parent=_text(cell("parent")),
        organ_code=_text(cell("organ_code"))[:40], email=_text(cell("email")),
        aliases=tuple(alias.strip() for alias in re.split("[;|]", _text(cell("aliases"))) if alias.strip()),
        valid_from=start, faults=tuple(faults),
    )  # fmt: skip


def _day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _text(cell)
    return parse_date(text) if text else None


def _text(cell: Cell) -> str:
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    return one_line(str(cell))
