"""The rivers: which water is bad, where does it go, who knows?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from giapranh.kernel.clock import local_date, now
from giapranh.kernel.numbers import format_number
from giapranh.kernel.tables import XLSX_TYPE, Column, Status, Table
from giapranh.water import layers, permissions
from giapranh.water.queries import network
from giapranh.water.queries.overview import overview
from giapranh.water.queries.river_page import RiverPage, StationRow, class_words, river_page, station_url

TONES = {"class-1": "good", "class-2": "good", "class-3": "soon", "class-4": "bad", "class-5": "bad"}


@require_safe
def rivers(request: HttpRequest) -> HttpResponse:
    """All rivers, the worst first, with every station as a table."""
    page = overview(request.user, now())
    table = station_table(page.rows, request, river=True)
    if table.wants_xlsx:
        return _workbook(table, "tram-nuoc", illustrative=page.illustrative)
    context = {
        "page": page, "table": table, "illustrative": page.illustrative,
        "sees_all": permissions.sees_all_stations(request.user),
        "may_change": permissions.can_change_network(request.user),
    }  # fmt: skip
    return render(request, "water/rivers.html", context)


@require_safe
def river(request: HttpRequest, river: str) -> HttpResponse:
    """One river on the map and pulled straight."""
    page = river_page(request.user, river, now())
    table = station_table(page.rows, request)
    if table.wants_xlsx:
        return _workbook(table, page.river.key, illustrative=page.illustrative)
    context = {
        "page": page, "table": table, "features": feature_table(page, request), "banks": bank_table(page, request),
        "illustrative": page.illustrative, "may_change": permissions.can_change_network(request.user),
    }  # fmt: skip
    return render(request, "water/river.html", context)


@require_safe
def river_map(request: HttpRequest, river: str) -> HttpResponse:
    """The layers of one river, for the map that stands beside the straightened river."""
    return JsonResponse(layers.of_river(request.user, network.watercourse(river), now()))


@require_safe
def rivers_map(request: HttpRequest) -> HttpResponse:
    """All rivers with their stations."""
    return JsonResponse(layers.of_all(request.user, now()))


def station_table(rows: list[StationRow], request: HttpRequest, *, river: bool = False) -> Table:
    """Stations as a table: what the picture says, in words."""
    columns = [
        Column("station", _("Trạm"), value=lambda row: row.station.name, link=lambda row: station_url(row.station.pk)),
        *([Column("river", _("Sông"), value=_river_name)] if river else []),
        Column("km", _("Km"), "number", value=lambda row: row.station.km, places=1, filterable=False),
        Column("bank", _("Bờ"), value=_bank, hidden=True),
        Column("state", _("Nước"), "status", value=_status, filterable=False),
        Column("value", _("Vì"), value=lambda row: row.state.value, filterable=False),
        Column("over", _("Vượt giới hạn sức khỏe"), value=lambda row: row.over_words, filterable=False),
        Column("at", _("Đo lúc"), "date", value=lambda row: row.state.at, filterable=False),
        Column("heard", _("Ai đã biết"), value=lambda row: row.heard, filterable=False),
        Column("target", _("Mục tiêu"), value=_target, hidden=True),
        Column("missing", _("Chưa đo"), value=_missing, hidden=True, filterable=False),
        Column("kind", _("Loại trạm"), value=lambda row: row.station.get_kind_display(), hidden=True),
        Column("owner", _("Đơn vị quản lý"), value=_owner, hidden=True),
    ]  # fmt: skip
    return Table.of(
        rows, columns, request.GET, title=_("Trạm và điểm lấy mẫu"), row_url=lambda row: station_url(row.station.pk),
        empty=_("Chưa có trạm nào. Nạp danh sách trạm hoặc thêm từng trạm."),
    )  # fmt: skip


def feature_table(page: RiverPage, request: HttpRequest) -> Table:
    """What stands on the river."""
    columns = [
        Column("km", _("Km"), "number", places=1), Column("name", _("Tên")),
        Column("kind", _("Là gì"), value=lambda row: row.get_kind_display()),
        Column("bank", _("Bờ"), value=lambda row: row.get_bank_display() if row.bank else ""),
        Column("about", _("Ghi chú"), value=_about), Column("confidence", _("Độ tin cậy"), hidden=True),
        Column("source", _("Nguồn"), hidden=True),
    ]  # fmt: skip
    return Table.of(
        page.features, columns, request.GET, name="ct", title=_("Công trình, nguồn thải, mốc"), page_size=100,
        compact=True, empty=_("Chưa khai công trình nào trên sông này."),
    )  # fmt: skip


def bank_table(page: RiverPage, request: HttpRequest) -> Table:
    """Who lies on the banks."""
    columns = [
        Column("km_upper", _("Từ km"), "number", places=1), Column("km_lower", _("Đến km"), "number", places=1),
        Column("side", _("Bờ"), value=lambda row: _("trái") if row.side == "left" else _("phải")),
        Column("name", _("Xã, phường")),
        Column("province", _("Tỉnh"), value=lambda row: next((p.name for p in page.provinces if p.tone == row.province), "")),
    ]  # fmt: skip
    return Table.of(
        list(page.strip.banks), columns, request.GET, name="bo", title=_("Xã, phường hai bờ (nhìn xuôi dòng)"),
        page_size=100, compact=True, empty=_("Chưa khai hai bờ sông này."),
    )  # fmt: skip


def _river_name(row: StationRow) -> str:
    return row.station.watercourse.name if row.station.watercourse else ""


def _bank(row: StationRow) -> str:
    return row.station.get_bank_display() if row.station.bank else ""


def _status(row: StationRow) -> Status:
    """The class in words; its colour follows the worst that is known of the water."""
    said = class_words(row.state.cls) if row.state.cls else row.words
    said = said[:1].upper() + said[1:]
    if row.state.silent:
        return Status(_("Im lặng"), "soon", "pause", _("trước đó: %(words)s") % {"words": said})
    tone = "bad" if row.state.over or row.fails_target else TONES.get(row.state.tone, "")
    icon = {"good": "check", "soon": "half", "bad": "warning"}.get(tone, "minus")
    return Status(
        said,
        tone,
        icon,
        _("mục tiêu %(cls)s") % {"cls": row.target.class_code} if row.fails_target and row.target else "",
    )


def _target(row: StationRow) -> str:
    return f"{row.target.class_code} · {row.target.decision}" if row.target else ""


def _missing(row: StationRow) -> str:
    from giapranh.water.rules import parameters

    known = parameters.all_parameters()
    return ", ".join(known[key].symbol if key in known else key for key in row.state.missing)


def _owner(row: StationRow) -> str:
    return row.station.owner.name if row.station.owner else row.station.owner_name


def _about(row: Any) -> str:
    parts = [str(row.details[key]) for key in ("serves", "releases", "note") if row.details.get(key)]
    if row.details.get("m3_per_day"):
        parts.append(_("%(volume)s m³/ngày") % {"volume": format_number(row.details["m3_per_day"])})
    if row.km_uncertainty:
        parts.append(f"±{format_number(row.km_uncertainty)} km")
    if row.restricted:
        parts.append(_("hạn chế xem"))
    return " · ".join(parts)


def _workbook(table: Table, name: str, *, illustrative: bool) -> HttpResponse:
    note = _("Dữ liệu minh họa, không phải số liệu thật.") if illustrative else ""
    answer = HttpResponse(table.to_xlsx(note), content_type=XLSX_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}-{local_date(now()):%Y-%m-%d}.xlsx"'
    return answer
