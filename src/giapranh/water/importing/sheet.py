"""Rows of a CSV that somebody else made: any usual encoding, separator and heading, in English or Vietnamese."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from giapranh.kernel.dates import parse_date
from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.kernel.text import one_line, search_key
from giapranh.places.importing import ImportReport, Line

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 50_000
MAX_CELL = 4_000

# What a heading may be called, by its words without marks.
HEADINGS = {
    "ten": "name", "ten tram": "name", "ma": "code", "ma tram": "code", "song": "river", "ly trinh": "km", "kp": "km",
    "km_uncertainty": "km_uncertainty", "sai so km": "km_uncertainty", "kinh do": "lon", "vi do": "lat", "bo": "bank",
    "loai": "kind", "nguon": "source", "ghi chu": "note", "mo ta": "description", "tu ngay": "valid_from",
    "den ngay": "valid_to", "don vi": "unit", "don vi quan ly": "owner", "do sau": "depth_m", "xa": "commune",
    "ma tinh": "province_code", "han che": "restricted", "phuc vu": "serves", "cong suat": "m3_per_day",
    "do tin cay": "confidence", "tram": "station", "thong so": "parameter", "cac thong so": "parameters",
    "tinh theo": "basis", "chu ky": "cycle_seconds", "thiet bi": "device", "tram doi ung": "counterpart",
}  # fmt: skip
YES, NO = {"1", "true", "yes", "x", "co", "c"}, {"", "0", "false", "no", "khong", "k"}


class BadSheet(BadInput):
    code = "bad_sheet"


@dataclass
class Report(ImportReport):
    """What an import did, or with ``dry_run`` would do, in words."""

    changes: list[str] = field(default_factory=list)

    def refuse(self, file: str, where: str, refusal: Refused) -> None:
        self.refused.append(Line(file, where, refusal))

    def flag(self, file: str, where: str, refusal: Refused) -> None:
        self.flagged.append(Line(file, where, refusal))


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One line of a sheet: its number in the file and its cells by heading."""

    number: int
    cells: Mapping[str, str]

    def text(self, *names: str, most: int = MAX_CELL) -> str:
        """The first of ``names`` that is filled in."""
        for name in names:
            if found := one_line(self.cells.get(name, "").replace("\0", "")):
                if len(found) > most:
                    raise BadSheet(N_("cột %(column)s dài hơn %(limit)s ký tự."), column=name, limit=most)
                return found
        return ""

    def needed(self, name: str, *others: str, most: int = MAX_CELL) -> str:
        found = self.text(name, *others, most=most)
        if not found:
            raise BadSheet(N_("thiếu %(column)s."), column=name)
        return found

    def number_of(self, name: str, *, low: float = -math.inf, high: float = math.inf) -> float | None:
        """A number with a decimal point or comma; no signs between thousands."""
        text = self.text(name).replace("\u2212", "-")
        if not text:
            return None
        if text.count(",") + text.count(".") > 1:
            raise BadSheet(N_("%(column)s “%(text)s”: chỉ viết một dấu thập phân, không ngăn hàng nghìn."),
                           column=name, text=text)  # fmt: skip
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            raise BadSheet(N_("%(column)s “%(text)s” không phải là số."), column=name, text=text) from None
        if not math.isfinite(value) or not low <= value <= high:
            raise BadSheet(N_("%(column)s “%(text)s” ngoài khoảng cho phép."), column=name, text=text)
        return value

    def whole(self, name: str, *, low: int = 0, high: int = 10**9) -> int | None:
        value = self.number_of(name, low=low, high=high)
        if value is not None and value != int(value):
            raise BadSheet(N_("%(column)s phải là số nguyên."), column=name)
        return None if value is None else int(value)

    def day(self, name: str) -> date | None:
        text = self.text(name)
        return parse_date(text) if text else None

    def yes(self, name: str) -> bool:
        text = search_key(self.text(name))
        if text not in YES | NO:
            raise BadSheet(N_("%(column)s “%(text)s”: viết “có” hoặc “không”."), column=name, text=text)
        return text in YES

    def choice(self, name: str, choices: Iterable[tuple[str, Any]], *, default: str = "") -> str:
        """The value whose code or Vietnamese name stands in the cell."""
        text = self.text(name)
        if not text:
            return default
        key = search_key(text)
        known = {search_key(str(word)): value for value, label in choices for word in (value, label) if str(word)}
        if key not in known:
            raise BadSheet(N_("%(column)s “%(text)s” không có trong danh sách."), column=name, text=text)
        return known[key]

    def point(self) -> tuple[float, float] | None:
        """(lon, lat), in WGS 84 and in Vietnam."""
        from giapranh.places.rules.geojson import check_point

        lon, lat = self.number_of("lon"), self.number_of("lat")
        if lon is None and lat is None:
            return None
        if lon is None or lat is None:
            raise BadSheet(N_("chỉ có một trong hai tọa độ (lon, lat)."))
        check_point([lon, lat])
        return lon, lat


def read(path: Path, needed: Iterable[str] = ()) -> list[SheetRow]:
    """The rows of a file. A file that cannot be read at all is refused."""
    if path.stat().st_size > MAX_BYTES:
        raise BadSheet(N_("Tệp lớn hơn %(limit)s MB. Hãy tách tệp."), limit=MAX_BYTES // 1024 // 1024)
    return read_bytes(path.read_bytes(), needed)


def read_bytes(data: bytes, needed: Iterable[str] = ()) -> list[SheetRow]:
    text = _decoded(data)
    if not text.strip():
        raise BadSheet(N_("Tệp rỗng."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    try:
        head = [_heading(cell) for cell in next(reader)]
        _check_head(head, needed)
        rows: list[SheetRow] = []
        for cells in reader:
            if len(rows) >= MAX_ROWS:
                raise BadSheet(N_("Tệp có hơn %(limit)s dòng."), limit=MAX_ROWS)
            if any(cell.strip() for cell in cells):
                rows.append(SheetRow(reader.line_num, dict(zip(head, cells, strict=False))))
    except csv.Error:
        raise BadSheet(N_("Dòng %(line)s của tệp không đọc được như CSV."), line=reader.line_num) from None
    return rows


def headings(data: bytes) -> set[str]:
    """The columns of a file, to tell what it is."""
    text = _decoded(data[:65536], cut=True)
    first = next(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)), [])
    return {_heading(cell) for cell in first}


def _decoded(data: bytes, *, cut: bool = False) -> str:
    errors = "ignore" if cut else "strict"
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16", errors)
        return data.decode("utf-8-sig", errors)
    except UnicodeDecodeError:
        raise BadSheet(N_("Tệp không ở dạng UTF-8. Hãy xuất lại với bảng mã UTF-8.")) from None


def _separator(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _heading(cell: str) -> str:
    words = one_line(cell).lower()
    return HEADINGS.get(search_key(words), words.replace(" ", "_"))


def _check_head(head: list[str], needed: Iterable[str]) -> None:
    missing = [name for name in needed if name not in head]
    if missing:
        raise BadSheet(N_("Thiếu cột %(columns)s."), columns=", ".join(missing))
    twice = sorted({name for name in head if name and head.count(name) > 1})
    if twice:
        raise BadSheet(N_("Cột %(columns)s có hai lần."), columns=", ".join(twice))
