"""Programmes: is the promise being kept?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from giapranh.kernel.clock import local_date, now
from giapranh.kernel.tables import Column, Status, Table
from giapranh.programme import indicators, permissions, queries, services
from giapranh.programme.forms import ThresholdsForm
from giapranh.programme.queries import Filters, joint
from giapranh.programme.queries.board import COLUMNS, lead_offices
from giapranh.programme.reference import topics
from giapranh.programme.rules.periods import PeriodKind, containing, parse_period
from giapranh.programme.rules.scope import Scope
from giapranh.programme.thresholds import NAMES, limits, today
from giapranh.programme.views import shown


@require_safe
def programmes(request: HttpRequest) -> HttpResponse:
    """Which programmes run, and how far is each?"""
    at = now()
    columns = [
        Column("name", _("Chương trình"), sort_field="sort_key", search="search_key"),
        Column("owner", _("Cơ quan giao"), value=lambda row: row.owner.name, sort_field="owner__sort_key",
               search="owner__search_key"),
        Column("done", _("Hoàn thành"), value=lambda row: f"{row.tasks_done}/{row.tasks_all}",
               sortable=False, filterable=False),
        Column("late", _("Tình hình"), "status", value=_standing, sortable=False, filterable=False),
        Column("created_at", _("Giao ngày"), "date", value=lambda row: local_date(row.created_at), sort_field="created_at",
               filterable=False),
    ]  # fmt: skip
    table = Table.of(
        queries.programmes(request.user, today(at).moment), columns, request.GET, title=_("Chương trình"),
        sort="-created_at", row_url=lambda row: f"/chuong-trinh/{row.pk}/",
    )  # fmt: skip
    illustrative = any(row.record.illustrative for row in table.rows)
    if table.wants_xlsx:
        return shown.workbook(table, "chuong-trinh.xlsx", illustrative=illustrative)
    return render(
        request,
        "programme/programmes.html",
        {
            "table": table,
            "may_adopt": permissions.can_adopt(request.user),
            "may_set": permissions.can_set_thresholds(request.user),
            "sees_neighbours": joint.may_see(request.user),
            "from_neighbours": joint.waiting(request.user),
            "illustrative": illustrative,
        },
    )


def _standing(row: Any) -> Status:
    if row.tasks_late:
        return Status(_("Quá hạn"), "bad", note=_("%(n)s việc") % {"n": row.tasks_late})
    if row.tasks_near:
        return Status(_("Sắp đến hạn"), "soon", note=_("%(n)s việc") % {"n": row.tasks_near})
    return Status(_("Đúng hạn"), "good") if row.tasks_all else Status(_("Chưa có việc"))


@require_safe
def board(request: HttpRequest, programme_id: int | None = None) -> HttpResponse:
    """Who stands where with which task? One programme, or everything the person may see."""
    at = now()
    programme = queries.get_programme(request.user, programme_id) if programme_id is not None else None
    filters = _filters(request, programme_id)
    found = queries.board(request.user, filters, at)
    table = shown.task_table(found.tasks, request.GET, today(at), programme=programme is None)
    if table.wants_xlsx:
        return shown.workbook(table, "viec.xlsx", illustrative=found.illustrative)
    context = _around(request, programme, filters, "board") | {
        "board": found,
        "table": table,
        "columns": [(key, shown.COLUMN_WORDS[key]) for key in COLUMNS],
        "rows": [(row, [(shown.COLUMN_WORDS[cell.column], cell) for cell in row.cells]) for row in found.rows],
        # Without a filter the board itself names every lead office.
        "offices": lead_offices(request.user, filters)
        if filters.active
        else [(str(row.office_id), row.name) for row in found.rows if row.office_id],
        "topics": {topic.key: _(topic.title) for topic in topics()},
        "illustrative": found.illustrative or bool(programme and programme.illustrative),
    }
    return render(request, "programme/board.html", context)


@require_safe
def timeline(request: HttpRequest, programme_id: int | None = None) -> HttpResponse:
    """What falls due when?"""
    programme = queries.get_programme(request.user, programme_id) if programme_id is not None else None
    filters = _filters(request, programme_id)
    at = now()
    found, moment = queries.timeline(request.user, filters, at), today(at)
    rows = [(bar, shown.time_status(bar.task, moment)) for bar in found.bars]
    context = _around(request, programme, filters, "timeline") | {
        "timeline": found,
        "rows": rows,
        "offices": lead_offices(request.user, filters),
        "topics": {topic.key: _(topic.title) for topic in topics()},
        "columns": [(key, shown.COLUMN_WORDS[key]) for key in COLUMNS],
        "illustrative": any(bar.task.illustrative for bar in found.bars),
    }
    return render(request, "programme/timeline.html", context)


@require_safe
def matrix(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Which office stands where with which clause?"""
    programme = queries.get_programme(request.user, programme_id)
    found = queries.matrix(request.user, programme, now())
    context = _around(request, programme, Filters(programme=programme_id), "matrix") | {
        "matrix": found,
        "rows": [(row, list(zip(found.clauses, row.cells, strict=True))) for row in found.rows],
        "illustrative": programme.illustrative,
    }
    return render(request, "programme/matrix.html", context)


@require_safe
def proofs(request: HttpRequest, programme_id: int) -> HttpResponse:
    """The indicators of a programme over a period, each with where it comes from."""
    programme = queries.get_programme(request.user, programme_id)
    period = _period(request)
    scope = Scope(programme=programme.pk)
    measured = [
        (each, indicators.measure(each.key, period, scope), indicators.evidence_url(each.key, period, scope))
        for each in indicators.registered()
    ]
    context = _around(request, programme, Filters(programme=programme_id), "proofs") | {
        "measured": measured,
        "period": period,
        "periods": _periods(),
        "illustrative": programme.illustrative,
    }
    return render(request, "programme/proofs.html", context)


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """From where is this number? Exactly the records it was counted from."""
    period = _period(request)
    programme_id = request.GET.get("chuong-trinh", "")
    tasks = tuple(int(value) for value in request.GET.getlist("viec") if value.isdecimal() and len(value) < 12)
    scope = Scope(int(programme_id) if programme_id.isdecimal() and len(programme_id) < 12 else None, tasks or None)
    indicator, measured = queries.evidence_of(request.user, request.GET.get("chi-so", ""), period, scope)
    made_up = queries.is_illustrative(scope)
    columns = [
        Column("label", _("Bản ghi"), link=lambda row: row.url or None),
        Column("note", _("Chi tiết")),
        Column("ref", _("Mã"), hidden=True),
    ]
    table = Table.of(list(measured.citations), columns, request.GET, title=_(indicator.title))
    if table.wants_xlsx:
        return shown.workbook(table, "nguon-so-lieu.xlsx", illustrative=made_up)
    context = {"indicator": indicator, "measured": measured, "period": period, "periods": _periods(), "table": table, "illustrative": made_up,
               "kept": [(k, v) for k in ("chi-so", "chuong-trinh", "viec") for v in request.GET.getlist(k)]}  # fmt: skip
    return render(request, "programme/evidence.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def thresholds(request: HttpRequest) -> HttpResponse:
    """When does the machine speak up?"""
    permissions.check_can_set_thresholds(request.user)
    held = limits()
    initial = {name: getattr(held, name) for name in NAMES}
    initial["remind_before"] = ", ".join(map(str, held.remind_before))
    form = ThresholdsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.set_thresholds(new=form.limits, by=shown.me(request), at=now())
        messages.success(request, _("Đã lưu ngưỡng nhắc việc."))
        return redirect("programme:thresholds")
    return render(request, "programme/thresholds.html", {"form": form}, status=422 if form.errors else 200)


def _filters(request: HttpRequest, programme_id: int | None) -> Filters:
    params = {name: str(value) for name, value in request.GET.items()}
    if programme_id is not None:
        params["chuong-trinh"] = str(programme_id)
    return Filters.of(params)


def _around(request: HttpRequest, programme: Any, filters: Filters, tab: str) -> dict[str, Any]:
    """What every page of a programme shows around its content."""
    return {
        "programme": programme,
        "bases": list(programme.bases.select_related("paper")) if programme else [],
        "filters": filters,
        "tab": tab,
        "may_give": bool(programme and permissions.can_give(request.user, programme)),
        "period": containing(PeriodKind.QUARTER, today(now()).day),
    }


def _period(request: HttpRequest) -> Any:
    asked = request.GET.get("ky", "").strip()
    return parse_period(asked) if asked else containing(PeriodKind.QUARTER, today(now()).day)


def _periods() -> list[Any]:
    """The last four quarters and the last two years, newest first."""
    quarter = containing(PeriodKind.QUARTER, today(now()).day)
    year = containing(PeriodKind.YEAR, today(now()).day)
    quarters = [quarter]
    for _step in range(3):
        quarters.append(quarters[-1].previous)
    return [*quarters, year, year.previous]
