"""Campaigns of sampling: which visits are due, what came out, who is late?"""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.kernel.clock import local_date, now
from giapranh.kernel.errors import Refused
from giapranh.kernel.numbers import format_number
from giapranh.kernel.tables import XLSX_TYPE, Column, Status, Table
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import refused_line
from giapranh.water.campaign_permissions import can_plan, check_can_plan
from giapranh.water.forms.campaigns import CampaignForm, MonthlyForm, PlanForm
from giapranh.water.intake.grids import read_grid
from giapranh.water.queries import campaigns as reads
from giapranh.water.queries import network
from giapranh.water.queries.campaigns import CampaignPage, PlanRow, SampleResult, Visit
from giapranh.water.queries.chart import places_of
from giapranh.water.queries.river_page import class_words
from giapranh.water.queries.station_page import method_words, symbols
from giapranh.water.rules.plan_sheet import RefusedLine, keys_of, read_plan
from giapranh.water.services import campaigns as services

TONES = {"taken": "good", "late": "bad", "now": "soon", "ahead": ""}
SHOWN_REFUSALS = 50


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    columns = [
        Column("name", _("Chiến dịch"), sort_field="sort_key", search="search_key"),
        Column("starts_on", _("Từ ngày"), "date", field="starts_on", filterable=False),
        Column("ends_on", _("Đến ngày"), "date", field="ends_on", filterable=False),
        Column("done", _("Đã lấy mẫu"), value=lambda row: f"{row.taken_visits}/{row.all_visits}", filterable=False),
        Column("late", _("Tình hình"), "status", value=_standing, filterable=False, sortable=False),
        Column("office", _("Đơn vị"), value=lambda row: row.office.name if row.office else "", filterable=False),
        Column("joint_with", _("Cùng với"), filterable=False, hidden=True),
    ]  # fmt: skip
    table = Table.of(
        reads.campaigns(request.user, now()), columns, request.GET, title=_("Chiến dịch lấy mẫu"), sort="-starts_on",
        row_url=lambda row: reverse("water:campaign", args=[row.pk]), empty=_("Chưa có chiến dịch nào."),
    )  # fmt: skip
    illustrative = any(row.record.illustrative for row in table.rows)
    if table.wants_xlsx:
        return _workbook(table, "chien-dich", illustrative)
    context = {"table": table, "may_plan": can_plan(request.user), "illustrative": illustrative}
    return render(request, "water/campaigns.html", context)


def _standing(row: Any) -> Status:
    if row.late_visits:
        return Status(_("Chậm"), "bad", note=_("%(n)s lượt") % {"n": row.late_visits})
    if row.all_visits and row.taken_visits == row.all_visits:
        return Status(_("Đã lấy đủ"), "good")
    return Status(_("Đúng kế hoạch"), "good") if row.all_visits else Status(_("Chưa có kế hoạch"))


@require_safe
def campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    page = reads.campaign_page(request.user, campaign_id, now())
    result = result_table(page, request)
    if result.wants_xlsx:
        return _workbook(result, f"chien-dich-{campaign_id}", page.campaign.illustrative)
    plan = plan_table(page, request)
    if plan.wants_xlsx:
        return _workbook(plan, f"ke-hoach-{campaign_id}", page.campaign.illustrative)
    context = {
        "page": page, "result": result, "plan": plan, "may_plan": can_plan(request.user),
        "matrix": [(station, [(visit, _cell(visit)) for visit in visits]) for station, visits in page.matrix],
        "heads": [_window(*window) for window in page.windows], "illustrative": page.campaign.illustrative,
    }  # fmt: skip
    return render(request, "water/campaign.html", context)


def _window(first: date, last: date) -> str:
    if first == last:
        return f"{first:%d/%m/%Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%d}–{last:%d/%m/%Y}"
    return f"{first:%d/%m} – {last:%d/%m/%Y}"


def _cell(visit: Visit | None) -> Status | None:
    if visit is None:
        return None
    if visit.state == "taken":
        taken = f"{local_date(visit.samples[0].taken_at):%d/%m}"
        if visit.missing:
            return Status(
                _("Lấy %(day)s") % {"day": taken}, "soon", "half", _("thiếu %(n)s kết quả") % {"n": len(visit.missing)}
            )
        return Status(_("Lấy %(day)s") % {"day": taken}, "good", "check")
    if visit.state == "late":
        return Status(_("Chậm"), "bad", "warning", _("%(n)s ngày") % {"n": visit.days_late})
    return Status(_("Đang đến lượt"), "soon", "clock") if visit.state == "now" else Status(_("Chưa đến"), "", "minus")


def plan_table(page: CampaignPage, request: HttpRequest) -> Table:
    columns = [
        Column("station", _("Điểm"), value=lambda row: row.planned.station.name,
               link=lambda row: reverse("water:station", args=[row.planned.station_id])),
        Column("from", _("Từ ngày"), "date", value=lambda row: row.planned.from_day, filterable=False),
        Column("to", _("Đến ngày"), "date", value=lambda row: row.planned.to_day, filterable=False),
        Column("state", _("Tình hình"), "status", value=_cell, filterable=False),
        Column("parameters", _("Thông số"), value=lambda row: symbols(row.planned.parameters), filterable=False),
        Column("missing", _("Còn thiếu kết quả"), value=lambda row: symbols(row.missing), filterable=False),
        Column("office", _("Đơn vị"), value=lambda row: row.office_name),
    ]  # fmt: skip
    return Table.of(page.visits, columns, request.GET, name="kh", title=_("Kế hoạch"), page_size=25,
                    empty=_("Chưa có lượt lấy mẫu nào trong kế hoạch."))  # fmt: skip


def result_table(page: CampaignPage, request: HttpRequest) -> Table:
    def value_of(key: str) -> Any:
        return lambda row: _result_words(row, key)

    columns = [
        Column("station", _("Điểm"), value=lambda row: row.sample.station.name,
               link=lambda row: reverse("water:station", args=[row.sample.station_id])),
        Column("day", _("Ngày lấy"), "date", value=lambda row: local_date(row.sample.taken_at), filterable=False),
        Column("class", _("Mức kém nhất"), "status", value=_limiting, filterable=False, sortable=False),
        Column("wqi", "VN_WQI", value=_wqi, filterable=False, sortable=False),
        *(Column(f"p_{key}", symbols([key]), value=value_of(key), filterable=False, sortable=False)
          for key in page.parameters),
        Column("code", _("Mã mẫu"), value=lambda row: row.sample.sample_code, hidden=True),
        Column("laboratory", _("Phòng thí nghiệm"), value=lambda row: row.sample.laboratory, hidden=True),
    ]  # fmt: skip
    return Table.of(
        page.results, columns, request.GET, name="kq", title=_("Kết quả theo thông số, kèm mức"), page_size=25,
        empty=_("Chưa có mẫu nào."),
    )  # fmt: skip


def _result_words(row: SampleResult, key: str) -> str:
    """``0,42 · C``: the value and its class; ``!`` when it is above the limit that protects health."""
    found = row.values.get(key)
    if found is None or found.value is None:
        return "–"
    sign = {-1: "< ", 1: "> "}.get(found.censored, "")
    text = sign + format_number(round(found.value, max(places_of(found.series), 4 if found.value < 0.01 else 0)))
    cls = {"worse": ">D"}.get(found.cls.cls, found.cls.cls) if found.cls else ""
    over = " !" if found.over is not None and found.over.exceeds else ""
    return f"{text} · {cls}{over}" if cls else f"{text}{over}"


def _limiting(row: SampleResult) -> Status:
    sample = row.result.sample
    if sample is None or not sample.limiting:
        return Status(_("Chưa xếp mức"), "", "minus")
    tone = {"A": "good", "A1": "good", "B": "good", "A2": "good", "C": "soon", "B1": "soon"}.get(sample.limiting, "bad")
    words = class_words(sample.limiting)
    decided = sample.limiting_parameters
    note = symbols(decided[:3]) + (f" +{len(decided) - 3}" if len(decided) > 3 else "")
    return Status(words[:1].upper() + words[1:], tone, note=note)


def _wqi(row: SampleResult) -> str:
    found = row.result.wqi
    if found is None:
        return "–"
    if found.value is None:
        return _("chưa đủ dữ liệu")
    return f"{found.value} ({method_words(found)})"


# --- making and planning ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    check_can_plan(request.user)
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make_campaign(**form.cleaned_data, by=signed_in(request), at=now())
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            messages.success(request, _("Đã tạo chiến dịch. Tiếp theo: lập kế hoạch lấy mẫu."))
            return redirect("water:plan_campaign", campaign_id=made.pk)
    return render(request, "water/campaign_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, campaign_id: int) -> HttpResponse:
    check_can_plan(request.user)
    row = reads.campaign(request.user, campaign_id)
    start = {
        "name": row.name, "starts_on": row.starts_on, "ends_on": row.ends_on, "joint_with": row.joint_with,
        "note": row.note, "paper_number": row.paper.full_number if row.paper else "",
    }  # fmt: skip
    form = CampaignForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_campaign(campaign_id=campaign_id, **form.cleaned_data, by=signed_in(request), at=now())
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            messages.success(request, _("Đã ghi chiến dịch."))
            return redirect("water:campaign", campaign_id=campaign_id)
    context = {"form": form, "campaign": row, "illustrative": row.illustrative}
    return render(request, "water/campaign_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Visits from a pasted table, a file, or month by month."""
    check_can_plan(request.user)
    row = reads.campaign(request.user, campaign_id)
    stations = [(str(each.pk), each.name) for each in network.stations(request.user, local_date(now()))]
    monthly = MonthlyForm(request.POST if "monthly" in request.POST else None, stations=stations)
    table = PlanForm(
        request.POST if "table" in request.POST else None, request.FILES if "table" in request.POST else None
    )
    refused: list[tuple[int, str]] = []
    found: list[PlanRow] = []
    form = monthly if "monthly" in request.POST else table
    if request.method == "POST" and form.is_valid():
        try:
            found, lines = _monthly_rows(request, row, monthly) if form is monthly else _table_rows(request, table)
            refused = [(each.number, refused_line(each.refusal)) for each in lines[:SHOWN_REFUSALS]]
            if not refused and not (form is table and table.cleaned_data["only_check"]):
                count = services.add_rows(campaign_id=campaign_id, rows=found, by=signed_in(request), at=now())
                services.bind_samples(campaign_id)
                messages.success(request, _("Đã thêm %(n)s lượt lấy mẫu.") % {"n": count})
                return redirect("water:campaign", campaign_id=campaign_id)
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
    context = {
        "campaign": row, "table_form": table, "monthly": monthly, "refused": refused, "found": found,
        "checked": request.method == "POST" and form.is_valid(), "illustrative": row.illustrative,
        "open_visits": [each for each in reads.campaign_page(request.user, campaign_id, now()).visits if not each.samples],
    }  # fmt: skip
    return render(request, "water/campaign_plan.html", context, status=422 if form.errors or refused else 200)


def _table_rows(request: HttpRequest, form: PlanForm) -> tuple[list[PlanRow], list[RefusedLine]]:
    lines, refused = read_plan(read_grid(*form.content()))
    rows, unknown = reads.settled_rows(request.user, lines, local_date(now()))
    return rows, sorted([*refused, *unknown], key=lambda each: each.number)


def _monthly_rows(request: HttpRequest, row: Any, form: MonthlyForm) -> tuple[list[PlanRow], list[RefusedLine]]:
    """The same window of every month of the campaign, as far as it lies within it."""
    values = form.cleaned_data
    keys = keys_of(values["parameters"])
    stations = [network.station(request.user, int(pk)) for pk in values["stations"]]
    rows = []
    month = row.starts_on.replace(day=1)
    while month <= row.ends_on:
        last = min(values["last_day"], calendar.monthrange(month.year, month.month)[1])
        start, end = month.replace(day=values["first_day"]), month.replace(day=last)
        if start >= row.starts_on and end <= row.ends_on:
            rows += [PlanRow(station, start, end, keys) for station in stations]
        month = (month.replace(day=28) + (date(2000, 1, 5) - date(2000, 1, 1))).replace(day=1)
    return rows, []


@require_POST
def remove_visit(request: HttpRequest, planned_id: int) -> HttpResponse:
    campaign_id = services.remove_row(planned_id=planned_id, by=signed_in(request), at=now())
    messages.success(request, _("Đã bỏ lượt lấy mẫu khỏi kế hoạch."))
    return redirect("water:campaign", campaign_id=campaign_id)


def _workbook(table: Table, name: str, illustrative: bool) -> HttpResponse:
    note = _("Dữ liệu minh họa, không phải số liệu thật.") if illustrative else ""
    answer = HttpResponse(table.to_xlsx(note), content_type=XLSX_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}-{local_date(now()):%Y-%m-%d}.xlsx"'
    return answer
