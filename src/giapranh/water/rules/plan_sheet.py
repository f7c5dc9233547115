"""A plan of sampling as a table: point, days, parameters. Cells in, rows with refusals out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from giapranh.kernel.dates import parse_date
from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.kernel.text import one_line, search_key
from giapranh.water.rules.matching import match
from giapranh.water.rules.parameters import all_parameters

HEADS = {
    "diem": "point", "diem lay mau": "point", "tram": "point", "ma": "point", "ma tram": "point", "ten diem": "point",
    "tu": "first", "tu ngay": "first", "ngay": "first", "ngay lay mau": "first", "den": "last", "den ngay": "last",
    "thong so": "parameters", "cac thong so": "parameters",
}  # fmt: skip
ORDER = ("point", "first", "last", "parameters")
PARTS = (";", "|", "\n")


class BadPlanRow(BadInput):
    code = "bad_plan_row"


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One visit as it was written; the point is still a name or a code."""

    number: int
    point: str
    first: date
    last: date
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefusedLine:
    number: int
    refusal: Refused


def read_plan(grid: Sequence[Sequence[Any]]) -> tuple[list[PlanLine], list[RefusedLine]]:
    """The rows of a table; its first row may name the columns, else they are point, first day, last day, parameters."""
    columns, start = _columns(grid)
    lines: list[PlanLine] = []
    refused: list[RefusedLine] = []
    for number, cells in enumerate(grid[start:], start + 1):
        if not any(cell not in (None, "") for cell in cells):
            continue
        try:
            lines.append(_line(number, {name: cells[at] for name, at in columns.items() if at < len(cells)}))
        except Refused as refusal:
            refused.append(RefusedLine(number, refusal))
    return lines, refused


def _columns(grid: Sequence[Sequence[Any]]) -> tuple[dict[str, int], int]:
    if grid:
        named = {HEADS[key]: at for at, cell in enumerate(grid[0]) if (key := search_key(str(cell or ""))) in HEADS}
        if "point" in named and "first" in named:
            return named, 1
    return {name: at for at, name in enumerate(ORDER)}, 0


def _line(number: int, cells: dict[str, Any]) -> PlanLine:
    point = one_line(str(cells.get("point") or ""))
    if not point:
        raise BadPlanRow(N_("Thiếu tên hoặc mã điểm lấy mẫu."))
    first = _day(cells.get("first"))
    if first is None:
        raise BadPlanRow(N_("Thiếu ngày lấy mẫu."))
    last = _day(cells.get("last")) or first
    if last < first:
        raise BadPlanRow(N_("Ngày cuối trước ngày đầu."))
    return PlanLine(number, point, first, last, keys_of(str(cells.get("parameters") or "")))


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = one_line(str(cell or ""))
    return parse_date(text) if text else None


def keys_of(text: str) -> tuple[str, ...]:
    """Parameters named in one cell: ``pH; DO, BOD5`` – by key, symbol or usual name."""
    for sign in PARTS:
        text = text.replace(sign, ",")
    found: list[str] = []
    for word in (one_line(part) for part in text.split(",")):
        if not word:
            continue
        key = word if word in all_parameters() else getattr(match(word), "parameter", None)
        if key is None:
            raise BadPlanRow(N_("Không rõ thông số “%(word)s”."), word=word[:60])
        found.append(key)
    return tuple(dict.fromkeys(found))
