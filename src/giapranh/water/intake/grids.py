"""A laboratory's file as a grid of cells: .xlsx, or .csv in whatever encoding and with whatever separator."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from datetime import time as clock_time
from typing import Any

from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.kernel.text import nfc
from giapranh.water.rules.station_text import utf8_lines

Cell = str | int | float | date | datetime | None
MOST_BYTES = 30 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 200


_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
# A formula whose result nobody kept: a program wrote the file, and no spreadsheet has reckoned it yet.
_NOT_RECKONED = re.compile(
    rb'<(?:\w+:)?c\b(?![^>]{0,300}\bt="str")[^>]{0,300}?\br="([A-Z]{1,3}\d{1,7})"[^>]{0,300}>\s*'
    rb"<(?:\w+:)?f\b[^>]{0,300}?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_CHUNK = 1024 * 1024


class BadSheet(BadInput):
    code = "bad_lab_sheet"


class Grid(list[list[Cell]]):
    """Rows of cells. ``merged``: one cell drawn over several rows holds its text in the first of them only:
    (column, first row, last row), counted from 0."""

    merged: tuple[tuple[int, int, int], ...] = ()


def read_grid(data: bytes, name: str) -> Grid:
    """The cells of the first sheet that has any; rows are numbered as they stand in the file."""
    return next(iter(read_grids(data, name).values()))


def read_grids(data: bytes, name: str) -> Mapping[str, Grid]:
    """The cells of every worksheet that has any, by its name; a text file is one without a name."""
    if not data.strip():
        raise BadSheet(N_("Tệp %(name)s rỗng."), name=name[:80])
    if len(data) > MOST_BYTES:
        raise BadSheet(N_("Tệp lớn hơn %(limit)s MB. Hãy chia thành nhiều tệp."), limit=MOST_BYTES // 1024 // 1024)
    if data.startswith(b"PK"):
        return _workbook(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadSheet(N_("Tệp .xls đời cũ: hãy mở bằng Excel và lưu lại dạng .xlsx."))
    return {"": _text(data)}


def _workbook(data: bytes) -> dict[str, Grid]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(item.file_size for item in archive.infolist()) > MOST_UNPACKED:
                raise BadSheet(N_("Tệp giải nén quá lớn, không phải phiếu kết quả."))
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False, read_only=True)
        found: dict[str, Grid] = {}
        for sheet in book.worksheets:
            rows = [
                [_cell(value) for value in row]
                for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True)
            ]
            if any(cell is not None for row in rows for cell in row):
                found[str(sheet.title)] = _checked(rows)
                found[str(sheet.title)].merged = _merged(sheet)
    except Refused:
        raise
    except Exception as error:  # openpyxl raises whatever it stumbles over
        raise BadSheet(N_("Không đọc được tệp Excel. Hãy lưu lại dạng .xlsx rồi thử lại.")) from error
    if not found:
        raise BadSheet(N_("Tệp Excel không có dòng nào."))
    return found


def _merged(sheet: Any) -> tuple[tuple[int, int, int], ...]:
    """Cells merged over rows of one column; formulas without result are refused. Read past openpyxl, which knows them only with the whole sheet in memory."""
    from openpyxl.utils import column_index_from_string

    found: dict[tuple[int, int, int], None] = {}
    with sheet.parent._archive.open(sheet._worksheet_path) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            if formula := _NOT_RECKONED.search(rest + chunk):
                raise BadSheet(
                    N_("Ô %(cell)s là công thức chưa có kết quả. Hãy mở tệp bằng Excel, lưu lại rồi thử lại."),
                    cell=formula[1].decode(),
                )
            for left, first, right, last in _MERGED.findall(rest + chunk):
                if left == right and int(first) < int(last) <= MOST_ROWS:
                    found[column_index_from_string(left.decode()) - 1, int(first) - 1, int(last) - 1] = None
            rest = chunk[-2000:]
    return tuple(found)


def _cell(value: Any) -> Cell:
    if value is None or (isinstance(value, int | float | date | datetime) and not isinstance(value, bool)):
        return value
    if isinstance(value, clock_time):
        return f"{value:%H:%M}"
    text = nfc(str(value)).strip()
    return text or None


def _text(data: bytes) -> Grid:
    plain, _encoding = utf8_lines(data)
    text = plain.decode("utf-8", errors="replace")
    sign = max("\t;,", key=lambda sign: (_regular(text, sign), text.count(sign)))
    try:
        rows = [[_cell(cell) for cell in row[:MOST_COLUMNS]] for row in csv.reader(io.StringIO(text), delimiter=sign)]
    except csv.Error:
        raise BadSheet(N_("Không đọc được tệp CSV. Hãy lưu lại dạng .xlsx rồi thử lại.")) from None
    return _checked(rows)


def _regular(text: str, sign: str) -> int:
    """How many lines of the beginning have this sign, all in one number: a comma of decimals is not regular."""
    counts = [line.count(sign) for line in text.split("\n", 40)[:40] if line.strip()]
    common = max((n for n in set(counts) if n), key=counts.count, default=0)
    return counts.count(common) if common else 0


def _checked(rows: list[list[Cell]]) -> Grid:
    if len(rows) > MOST_ROWS:
        raise BadSheet(N_("Phiếu có hơn %(limit)s dòng. Hãy chia thành nhiều tệp."), limit=MOST_ROWS)
    width = max((len(row) for row in rows), default=0)
    return Grid(row + [None] * (width - len(row)) for row in rows)
