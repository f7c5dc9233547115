"""Pages of units, borders and points, and the data of the map."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from giapranh.kernel.clock import today
from giapranh.kernel.dates import parse_date
from giapranh.kernel.errors import N_, NotFound
from giapranh.kernel.tables import XLSX_TYPE, Column, Table
from giapranh.places import layers, queries
from giapranh.places.forms import PointForm
from giapranh.places.rules.coordinates import to_vn2000


class NoSuchUnit(NotFound):
    code = "no_such_unit"


def _asked_day(request: HttpRequest) -> date:
    text = request.GET.get("ngay", "").strip()
    return parse_date(text) if text else today()


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """Which units there were on a day."""
    day = _asked_day(request)
    rows = queries.at(day)
    columns = [
        Column("name", _("Tên"), value=lambda u: u.full_name, field="name", sort_field="sort_key",
               search="search_key"),
        Column("code", _("Mã"), field="code"),
        Column("kind", _("Cấp"), value=lambda u: u.get_kind_display(), field="kind", choices=queries.UNIT_KINDS),
        Column("parent", _("Thuộc"), value=lambda u: u.parent.full_name if u.parent else "", field="parent__name",
               sort_field="parent__sort_key", search="parent__search_key"),
        Column("valid_from", _("Từ ngày"), "date", field="valid_from"),
        Column("valid_to", _("Đến ngày"), "date", field="valid_to"),
        Column("note", _("Ghi chú"), field="note", hidden=True),
    ]  # fmt: skip
    table = Table.of(
        rows, columns, request.GET, title=_("Đơn vị hành chính"), sort="name", row_url=_unit_url,
        empty=_("Không có đơn vị nào vào ngày này."),
    )  # fmt: skip
    if table.wants_xlsx:
        return _workbook(table, "dia-gioi")
    context = {
        "table": table, "day": day, "provinces": list(queries.provinces(day)), "code_changes": queries.code_changes(),
        "illustrative": rows.filter(illustrative=True).exists(),
    }  # fmt: skip
    return render(request, "places/units.html", context)


def _unit_url(unit: Any) -> str:
    return reverse("places:unit", args=[unit.uid])


@require_GET
def unit(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One unit: its dates, what it came from, what it became, whom it touches."""
    found = queries.unit(uid)
    if found is None:
        raise NoSuchUnit(N_("Không có đơn vị hành chính này."))
    context = {
        "unit": found,
        "name_now": queries.display_name(found, today()),
        "predecessors": queries.predecessor_links(found),
        "successors": queries.successor_links(found),
        "below": queries.below(found),
        "neighbours": queries.neighbours(found),
        "same_code": queries.same_code(found),
        "zone": queries.zone_of(found),
        "illustrative": found.illustrative,
    }
    return render(request, "places/unit.html", context)


@require_GET
def border(request: HttpRequest) -> HttpResponse:
    """Which communes touch across the border."""
    day = _asked_day(request)
    columns = [
        Column("a", _("Bên này"), value=lambda p: p.unit_a.full_name, field="unit_a__name",
               sort_field="unit_a__sort_key", search="unit_a__search_key", link=lambda p: _unit_url(p.unit_a)),
        Column("province_a", _("Tỉnh"), value=lambda p: _province(p.unit_a), sortable=False, filterable=False),
        Column("b", _("Bên kia"), value=lambda p: p.unit_b.full_name, field="unit_b__name",
               sort_field="unit_b__sort_key", search="unit_b__search_key", link=lambda p: _unit_url(p.unit_b)),
        Column("province_b", _("Tỉnh bạn"), value=lambda p: _province(p.unit_b), sortable=False, filterable=False),
        Column("km", _("Ranh giới chung (km)"), "number", field="km", filterable=False, places=1),
        Column("source", _("Nguồn"), field="source", hidden=True),
    ]  # fmt: skip
    pairs = queries.border_pairs(day)
    table = Table.of(
        pairs, columns, request.GET, title=_("Xã, phường giáp ranh"), page_size=100,
        empty=_("Không có cặp xã giáp ranh nào vào ngày này."),
    )  # fmt: skip
    if table.wants_xlsx:
        return _workbook(table, "giap-ranh")
    total = sum(pair.km for pair in pairs if pair.km)
    return render(request, "places/border.html", {"table": table, "day": day, "total": total})


def _province(unit: Any) -> str:
    return str(unit.parent.name) if unit.parent else ""


@require_GET
def point(request: HttpRequest) -> HttpResponse:
    """Which unit a point lay in on a day, with its coordinates as officials write them."""
    form = PointForm(request.GET or None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        lon, lat = form.cleaned_data["lon"], form.cleaned_data["lat"]
        day = form.cleaned_data["ngay"] or today()
        found = queries.unit_of_point(lon, lat, day)
        zone = queries.zone_of(found) if found else None
        context |= {
            "asked": True, "day": day, "unit": found, "zone": zone,
            "vn2000": to_vn2000(lon, lat, zone) if zone else None,
        }  # fmt: skip
    return render(request, "places/point.html", context, status=422 if form.errors else 200)


@require_GET
def map_layers(request: HttpRequest) -> HttpResponse:
    """The layers of a day as JSON, for the map that takes the place of the table."""
    return JsonResponse(layers.as_json(_asked_day(request), request.user))


def _workbook(table: Table, name: str) -> HttpResponse:
    answer = HttpResponse(table.to_xlsx(), content_type=XLSX_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer
