"""Stations and their series from a table."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from giapranh.kernel.errors import N_
from giapranh.kernel.numbers import format_number
from giapranh.water.importing.features import BANK_WORDS, each_row, keep
from giapranh.water.importing.known import Known
from giapranh.water.importing.sheet import BadSheet, Report, SheetRow
from giapranh.water.models import Station, StationKind
from giapranh.water.rules import folders
from giapranh.water.rules.station_files import LAYOUTS
from giapranh.water.services.series import make_series

STATIONS = ("name",)
SERIES = ("station", "parameter")
WATER_BODIES = [("river", "sông"), ("lake", "hồ"), ("wastewater", "nước thải")]


def take_stations(path: Path, report: Report, known: Known) -> None:
    each_row(path, STATIONS, report, lambda row: _station(row, path.name, report, known))


def take_series(path: Path, report: Report, known: Known) -> None:
    each_row(path, SERIES, report, lambda row: _series(row, report))


def _station(row: SheetRow, file: str, report: Report, known: Known) -> str:
    name, code = row.needed("name", most=500), row.text("code", most=60)
    river = known.river(words) if (words := row.text("river")) else None
    km, bank_told, point = known.km_of(river, row) if river else (None, "", row.point())
    unit, _province = known.unit_at(point)
    owner_words = row.text("owner", most=200)
    owner = known.office(owner_words) if owner_words else None
    start = row.day("valid_from")
    found = _known_station(code, name, start)
    if found is not None and found.node:
        raise BadSheet(N_("trạm %(station)s do tỉnh bạn quản lý, không sửa ở đây."), station=found.name)
    layout = row.text("file_layout", most=40)
    if layout and layout not in folders.layouts():
        raise BadSheet(N_("%(column)s “%(text)s” không có trong danh sách."), column="file_layout", text=layout)
    columns = row.text("file_columns", most=60)
    if columns and columns not in LAYOUTS:
        raise BadSheet(N_("%(column)s “%(text)s” không có trong danh sách."), column="file_columns", text=columns)
    values = {
        "name": name, "description": row.text("description"),
        "kind": row.choice("kind", StationKind.choices, default=StationKind.OTHER),
        "water_body": row.choice("water_body", WATER_BODIES, default="river"),
        "watercourse": river, "km": km, "bank": row.choice("bank", BANK_WORDS, default=bank_told),
        "depth_m": row.number_of("depth_m", low=0, high=1000), "lon": point[0] if point else None,
        "lat": point[1] if point else None, "unit": unit, "owner": owner,
        "owner_name": "" if owner else owner_words, "counterpart": _counterpart(row),
        "file_layout": layout, "file_columns": columns, "source": row.text("source") or file,
        "valid_to": row.day("valid_to"), "illustrative": row.yes("illustrative"),
    }  # fmt: skip
    where = f" ({river.name}, km {format_number(km)})" if river and km is not None else ""
    fresh = found or Station(code=code, valid_from=start)
    state = keep(fresh, values, f"{code} {name}{where}".strip(), report)
    if owner_words and owner is None:
        report.flag(file, f"dòng {row.number}", BadSheet(
            N_("không khớp đơn vị nào tên “%(office)s”: chỉ ghi tên, chưa giao cho ai."), office=owner_words))  # fmt: skip
    made = [make_series(fresh, key, cycle_seconds=row.whole("cycle_seconds", low=1))[1]
            for key in re.split(r"[;,\s]+", row.text("parameters")) if key]  # fmt: skip
    return "updated" if state == "unchanged" and any(made) else state


def _known_station(code: str, name: str, start: date | None) -> Station | None:
    if code:
        return Station.objects.filter(code=code, valid_from=start).first()
    return Station.objects.filter(code="", name=name, valid_from=start).first()


def _counterpart(row: SheetRow) -> Station | None:
    code = row.text("counterpart", most=60)
    if not code:
        return None
    found = Station.objects.filter(code=code).order_by("-valid_from").first()
    if found is None:
        raise BadSheet(N_("không có trạm mang mã %(station)s."), station=code)
    return found


def _series(row: SheetRow, report: Report) -> str:
    code = row.needed("station", most=60)
    found = Station.objects.filter(code=code, node="").order_by("-valid_from").first()
    if found is None:
        raise BadSheet(N_("không có trạm mang mã %(station)s."), station=code)
    made, fresh = make_series(
        found, row.needed("parameter", most=120), unit=row.text("unit", most=40), basis=row.text("basis", most=20),
        cycle_seconds=row.whole("cycle_seconds", low=1),
        measuring_cycle_seconds=row.whole("measuring_cycle_seconds", low=1), device=row.text("device", most=200),
        mdl=row.number_of("mdl", low=0), valid_from=row.day("valid_from"), valid_to=row.day("valid_to"),
    )  # fmt: skip
    if not fresh:
        return keep(made, _given(row), made.name, report)
    report.changes.append(made.name)
    return "created"


def _given(row: SheetRow) -> dict[str, object]:
    """What the row says about a series that is there already; empty cells change nothing."""
    values = {
        "cycle_seconds": row.whole("cycle_seconds", low=1),
        "measuring_cycle_seconds": row.whole("measuring_cycle_seconds", low=1), "mdl": row.number_of("mdl", low=0),
        "valid_to": row.day("valid_to"),
    }  # fmt: skip
    return {name: value for name, value in values.items() if value is not None}
