"""Opening a workbook somebody uploaded, without trusting it."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from io import BytesIO
from typing import Any

import openpyxl

from giapranh.kernel.errors import N_
from giapranh.people.rules.pasting import MAX_ROWS, BadList, Cell

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_COLUMNS = 40


def cells_of_workbook(data: bytes) -> list[list[Cell]]:
    """The cells of the first sheet; a merged area carries its value in every cell."""
    if len(data) > MAX_BYTES:
        raise BadList(N_("Tệp lớn hơn %(limit)s MB."), limit=MAX_BYTES // 1024 // 1024)
    _check_archive(data)
    try:
        book = openpyxl.load_workbook(BytesIO(data), data_only=True, keep_links=False)
        sheet = book.worksheets[0]
    except Exception as error:  # openpyxl raises whatever it stumbles over
        raise BadList(N_("Không đọc được tệp Excel. Hãy lưu lại dạng .xlsx rồi thử lại.")) from error
    merged: dict[tuple[int, int], Any] = {
        (row, column): sheet.cell(area.min_row, area.min_col).value
        for area in list(sheet.merged_cells.ranges)[:2000]
        for row in range(area.min_row, min(area.max_row, area.min_row + MAX_ROWS) + 1)
        for column in range(area.min_col, min(area.max_col, MAX_COLUMNS) + 1)
        if area.max_col - area.min_col < 3  # wider ones are titles over the list, not values of it
    }
    rows = min(sheet.max_row or 0, MAX_ROWS + 20)
    columns = min(sheet.max_column or 0, MAX_COLUMNS)
    return [
        [_value(merged.get((row, column), sheet.cell(row, column).value)) for column in range(1, columns + 1)]
        for row in range(1, rows + 1)
    ]


def _value(cell: Any) -> Cell:
    return cell if cell is None or isinstance(cell, str | int | float | date | datetime) else str(cell)


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
            known = "xl/workbook.xml" in archive.namelist()
    except zipfile.BadZipFile:
        raise BadList(N_("Tệp không phải Excel .xlsx. Hãy lưu lại dạng .xlsx, hoặc chép các dòng rồi dán.")) from None
    if unpacked > MAX_UNPACKED:
        raise BadList(N_("Tệp giải nén quá lớn, không phải một danh sách đơn vị."))
    if not known:
        raise BadList(N_("Tệp không phải Excel .xlsx. Hãy lưu lại dạng .xlsx, hoặc chép các dòng rồi dán."))


def as_text(cells: list[list[Cell]]) -> str:
    """The same cells as they would look copied from Excel: columns by tabs."""
    return "\n".join("\t".join(_plain(cell) for cell in row) for row in cells)


def _plain(cell: Cell) -> str:
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    return " ".join(str(cell).split())
