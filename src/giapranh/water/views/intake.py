"""Bringing data in: which stations send, what came, what was refused and why; the columns and the door of a station."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.kernel.clock import now
from giapranh.kernel.errors import BadInput, Refused
from giapranh.kernel.tables import Column, Status, Table
from giapranh.node import home
from giapranh.people.access import check_may_write, may_write
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import refused_line, workbook
from giapranh.water import permissions, words
from giapranh.water.forms.intake import DoorForm, LabSheetForm, StationFilesForm
from giapranh.water.intake import door_accounts, folder, station_files
from giapranh.water.intake.file_reports import Given, Report
from giapranh.water.queries import network, observations
from giapranh.water.rules.station_files import LAYOUTS
from giapranh.water.services import entering
from giapranh.water.services.entering import Meaning
from giapranh.water.services.keys import can_keep_keys

MOST_UPLOADED = 500


@require_safe
def intake(request: HttpRequest) -> HttpResponse:
    """Which stations send, what came in, what was refused."""
    table = _sources_table(request)
    if table.wants_xlsx:
        return workbook(table, "so-lieu-vao")
    senders = observations.senders(request.user, now())
    context = {
        "table": table, "senders": senders, "files_form": StationFilesForm(), "sheet_form": LabSheetForm(),
        "refused_files": folder.refused_count(), "may_write": _may_write(request),
        "may_keep_keys": can_keep_keys(signed_in(request)),
        "may_retry": permissions.can_change_network(request.user),
        "illustrative": any(sender.station.illustrative for sender in senders),
    }  # fmt: skip
    return render(request, "water/intake.html", context)


def _may_write(request: HttpRequest) -> bool:
    return may_write(request.user)


def _sources_table(request: HttpRequest) -> Table:
    columns = [
        Column("received_at", _("Nhận lúc"), "date", field="received_at"),
        Column("name", _("Tệp"), field="name", value=lambda row: row.name or row.get_kind_display()),
        Column("kind", _("Cách vào"), field="kind", value=lambda row: row.get_kind_display(), filterable=False),
        Column("station", _("Trạm"), field="station__name", sort_field="station__sort_key", search="station__search_key",
               value=lambda row: row.station.name if row.station else ""),
        Column("rows_stored", _("Mới"), "number", field="rows_stored"),
        Column("rows_known", _("Đã có"), "number", field="rows_known"),
        Column("rows_refused", _("Không nhận"), "status", field="rows_refused", value=_refused, filterable=False),
    ]  # fmt: skip
    return Table.of(
        observations.sources(request.user), columns, request.GET, title=_("Đã nhận"), sort="-received_at", page_size=25,
        row_url=lambda row: f"/song-ngoi/so-lieu/nguon/{row.pk}/", empty=_("Chưa nhận tệp nào."),
    )  # fmt: skip


def _refused(row: Any) -> Status:
    if row.rows_refused:
        return Status(_("%(n)s dòng") % {"n": row.rows_refused}, "soon", "warning")
    return Status("0", "good", "check")


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Station files from the officer's machine: the folder of a station that cannot send by itself."""
    by = signed_in(request)
    check_may_write(by)
    files = request.FILES.getlist("sent")
    if not files:
        raise BadInput(_("Chưa chọn tệp nào."))
    if len(files) > MOST_UPLOADED:
        raise BadInput(
            _("Mỗi lần tối đa %(n)s tệp. Nhiều hơn thì dùng lệnh giapranh import station-files."), n=MOST_UPLOADED
        )
    with tempfile.TemporaryDirectory(dir=home.home(), prefix="nhan-") as place:
        given = []
        for number, file in enumerate(files):
            path = Path(place) / str(number) / Path(file.name or "").name
            path.parent.mkdir()
            with path.open("wb") as out:
                for chunk in file.chunks():
                    out.write(chunk)
            given.append(Given(path))
        report = station_files.take_in_by(given, by=by, at=now())
    _tell(request, report)
    return redirect("water:intake")


def _tell(request: HttpRequest, report: Report) -> None:
    words = _("%(files)s tệp: %(stored)s giá trị mới, %(known)s đã có, %(refused)s dòng không nhận.") % {
        "files": len(report.files), "stored": report.total("stored"), "known": report.total("known"),
        "refused": report.total("refused"),
    }  # fmt: skip
    (messages.warning if report.total("refused") else messages.success)(request, words)


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Read the refused files once more."""
    permissions.check_can_change_network(request.user)
    count = folder.retry()
    messages.success(request, _("%(n)s tệp sẽ được đọc lại trong vòng một phút.") % {"n": count})
    return redirect("water:intake")


@require_safe
def source(request: HttpRequest, source_id: int) -> HttpResponse:
    """What one file gave, and each line it was refused for."""
    found = observations.source(request.user, source_id)
    lines = [{"line": line["line"], "text": line.get("text", ""), "what": _said(line)} for line in found.refusals]
    context = {"source": found, "lines": lines, "illustrative": bool(found.station and found.station.illustrative)}
    return render(request, "water/source.html", context)


def _said(line: dict[str, Any]) -> str:
    try:
        return words.refusal(line["what"], line.get("params", {}))
    except (KeyError, TypeError, ValueError):
        return str(line.get("what", ""))


@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, station_id: int) -> HttpResponse:
    """What the symbols of this station's files stand for."""
    station = network.station(request.user, station_id)
    permissions.check_can_see_station(request.user, station)
    may_edit = permissions.can_edit_station(request.user, station)
    refused = ""
    if request.method == "POST":
        permissions.check_can_edit_station(request.user, station)
        try:
            entering.set_columns(
                station_id=station.pk, meanings=_meanings(request), by=signed_in(request), at=now(),
                file_columns=request.POST.get("file_columns", ""),
            )  # fmt: skip
        except Refused as refusal:
            refused = refused_line(refusal)
        else:
            count = folder.retry(station)
            messages.success(request, _("Đã ghi. %(n)s tệp trước đây không nhận sẽ được đọc lại.") % {"n": count})
            return redirect("water:station_columns", station_id=station.pk)
    context = _columns_context(request, station) | {"may_edit": may_edit, "refused": refused, "door_form": DoorForm()}
    return render(request, "water/station_columns.html", context, status=422 if refused else 200)


def _columns_context(request: HttpRequest, station: Any) -> dict[str, Any]:
    series = list(network.series_of(station))
    rows = [
        {"symbol": column.symbol, "chosen": "-" if column.ignored else str(column.series_id or ""),
         "unit": column.unit_symbol, "factor": f"{column.factor:g}".replace(".", ","), "why": ""}
        for column in observations.columns_of(station)
    ] + [
        {"symbol": symbol, "chosen": "", "unit": "", "factor": "1", "why": _(what) % {
            "symbol": symbol, "unit": "?", "wanted": "?"}}
        for symbol, what in observations.unmatched_symbols(station, now())
    ]  # fmt: skip
    return {
        "station": station, "rows": rows, "series": [(str(row.pk), f"{row.name} ({row.unit_symbol})" if row.unit_symbol else row.name) for row in series],
        "layouts": [(key, _(one.label)) for key, one in LAYOUTS.items()], "layout": station.file_columns or "circular_10",
        "illustrative": station.illustrative, "door_port": home.setting("door_port", "2121"),
        "door_open": home.switch("door"),
    }  # fmt: skip


def _meanings(request: HttpRequest) -> list[Meaning]:
    from giapranh.kernel.numbers import parse_number

    found = []
    rows = zip(*(request.POST.getlist(name) for name in ("symbol", "series", "unit", "factor")), strict=False)
    for symbol, chosen, unit, factor in rows:
        if not symbol.strip():
            continue
        found.append(
            Meaning(
                symbol.strip()[:200], int(chosen) if chosen.isdecimal() and len(chosen) < 10 else None, unit.strip()[:40],
                float(parse_number(factor or "1")), ignored=chosen == "-",
            )
        )  # fmt: skip
    return found


@require_POST
def open_door(request: HttpRequest, station_id: int) -> HttpResponse:
    """Give the station an account at the file door; the password is shown on this page once."""
    station = network.station(request.user, station_id)
    permissions.check_can_edit_station(request.user, station)
    form = DoorForm(request.POST)
    password = ""
    if form.is_valid():
        try:
            password = door_accounts.open_account(
                station_id=station.pk, account=form.cleaned_data["account"], by=signed_in(request), at=now()
            )
        except Refused as refusal:
            form.add_error("account", refused_line(refusal))
    station.refresh_from_db()
    context = _columns_context(request, station) | {"may_edit": True, "door_form": form, "password": password}
    answer = render(request, "water/station_columns.html", context, status=422 if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def close_door(request: HttpRequest, station_id: int) -> HttpResponse:
    station = network.station(request.user, station_id)
    permissions.check_can_edit_station(request.user, station)
    door_accounts.close_account(station_id=station.pk, by=signed_in(request), at=now())
    messages.success(request, _("Đã đóng tài khoản nhận tệp của trạm."))
    return redirect("water:station_columns", station_id=station.pk)
