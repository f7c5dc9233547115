"""Laboratory sheets and values typed by hand."""

from __future__ import annotations

import base64
import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import BadInput, Refused
from giapranh.kernel.tables import as_text
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import refused_line
from giapranh.water import permissions
from giapranh.water.forms.intake import HandForm, LabSheetForm, WholeForm
from giapranh.water.intake import lab_forms, lab_sheets
from giapranh.water.intake.lab_sheets import Whole
from giapranh.water.queries import forms as choices
from giapranh.water.queries import network
from giapranh.water.queries.station_page import in_usual_order
from giapranh.water.rules.quality import Flag
from giapranh.water.rules.units import find_unit
from giapranh.water.services import entering
from giapranh.water.services.entering import About
from giapranh.water.services.store import OTHER_VALUE, milliseconds
from giapranh.water.words import refusal, said

SALT = "water.lab-sheet"
MOST_BYTES = 5 * 1024 * 1024
SAMPLES_SHOWN = 6


@require_http_methods(["GET", "HEAD", "POST"])
def lab_sheet(request: HttpRequest) -> HttpResponse:
    """What is in the sheet, what each column means; then: take it in."""
    from giapranh.people import access

    access.check_may_write(request.user)
    stations = [(row.pk, row.name) for row in network.stations(request.user, today())]
    form = LabSheetForm(request.POST or None, request.FILES or None)
    whole = WholeForm(request.POST or None, stations=stations)
    context: dict[str, Any] = {"form": form, "whole": whole}
    if request.method != "POST":
        return render(request, "water/lab_sheet.html", context)
    if "sheet" in request.POST:
        return _decide(request, context)
    if not form.is_valid():
        return render(request, "water/lab_sheet.html", context, status=422)
    file = form.cleaned_data["file"]
    context["whole"] = WholeForm(stations=stations)
    return _show(request, context, file.read(MOST_BYTES + 1), file.name)


def _show(request: HttpRequest, context: dict[str, Any], data: bytes, name: str, worksheet: str = "") -> HttpResponse:
    try:
        if len(data) > MOST_BYTES:
            raise BadInput(_("Phiếu lớn hơn 5 MB: dùng lệnh giapranh import lab-sheet."))
        sheet = lab_sheets.look(data, name=name, worksheet=worksheet)
    except Refused as refused:
        context["form"].add_error("file", refused_line(refused))
        return render(request, "water/lab_sheet.html", context, status=422)
    context |= _looked_at(sheet, name) | {"sheet": _sealed(data)}
    return render(request, "water/lab_sheet.html", context)


def _sealed(data: bytes) -> str:
    """The sheet travels with the page, sealed, so that nothing half taken in is ever stored."""
    return signing.dumps(base64.b85encode(data).decode(), salt=SALT, compress=True)


def _looked_at(sheet: lab_forms.Form, name: str) -> dict[str, Any]:
    rows = sheet.grid[sheet.first_row :]
    shown = [
        {"column": column, "values": [as_text(row[column.index]) for row in rows if row[column.index] is not None][:SAMPLES_SHOWN],
         "unit": _unit_words(column.unit), "note": _(column.note) if column.note else ""}
        for column in sheet.columns
    ]  # fmt: skip
    meanings = [*((key, _(word)) for key, word in lab_forms.DUTIES.items())]
    return {
        "looked": sheet, "columns": shown, "duties": meanings, "parameters": choices.parameters(), "sheet_name": name,
        "notes": [_(what) % params for what, params in sheet.notes],
    }  # fmt: skip


def _unit_words(unit: str) -> str:
    """The unit as people write it, which is read back the same."""
    known = find_unit(unit) if unit else None
    return known.display if known else unit


def _decide(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Looked at again with what was chosen, or taken in for good."""
    try:
        data = base64.b85decode(signing.loads(request.POST["sheet"], salt=SALT, max_age=3600))
    except (signing.BadSignature, ValueError):
        messages.error(request, _("Trang đã để quá lâu. Hãy chọn lại tệp."))
        return redirect("water:lab_sheet")
    name, worksheet = request.POST.get("sheet_name", "")[:200], request.POST.get("worksheet", "")[:100]
    form = context["whole"]
    if "turn" in request.POST:
        return _another(request, context, data, name, request.POST["turn"][:100])
    if not form.is_valid():
        return _again(request, context, data, name)
    whole = Whole(form.cleaned_data["station"], form.cleaned_data["day"], form.cleaned_data["laboratory"])
    trial = "take" not in request.POST
    try:
        done = lab_sheets.take_in(
            data, name=name, by=signed_in(request), at=now(), choices=_choices(request), whole=whole,
            worksheet=worksheet, dry_run=trial,
        )  # fmt: skip
    except Refused as refused:
        form.add_error(None, refused_line(refused))
        return _again(request, context, data, name)
    if trial:
        context["trial"] = _Trial(
            done, [{"line": line.line, "what": refusal(line.what, line.params)} for line in done.lines]
        )
        return _again(request, context, data, name, status=200)
    messages.success(request, _("Đã nhận %(samples)s mẫu, %(stored)s giá trị mới, %(refused)s không nhận.") % {
        "samples": done.samples, "stored": done.stored, "refused": done.refused})  # fmt: skip
    worksheets = lab_sheets.look(data, name=name, worksheet=worksheet).worksheets
    if later := worksheets[worksheets.index(worksheet) + 1 :] if worksheet in worksheets else []:
        messages.info(request, _("Tệp còn trang tính “%(name)s”: xem và ghi tiếp ở đây.") % {"name": later[0]})
        return _another(request, context, data, name, later[0])
    return redirect("water:source", source_id=done.source_id)


def _another(request: HttpRequest, context: dict[str, Any], data: bytes, name: str, worksheet: str) -> HttpResponse:
    """Another worksheet of the file: its place and day are its own."""
    stations = [(row.pk, row.name) for row in network.stations(request.user, today())]
    laboratory = request.POST.get("laboratory", "")[:200]
    context["whole"] = WholeForm(stations=stations, initial={"laboratory": laboratory})
    return _show(request, context, data, name, worksheet)


@dataclass(slots=True)
class _Trial:
    done: lab_sheets.Done
    lines: list[dict[str, Any]]


def _again(request: HttpRequest, context: dict[str, Any], data: bytes, name: str, status: int = 422) -> HttpResponse:
    sheet = lab_sheets.look(data, name=name, worksheet=request.POST.get("worksheet", "")[:100])
    with contextlib.suppress(Refused):  # already said; the choices stay as the sheet has them
        sheet = lab_forms.decide(sheet, _choices(request))
    context |= _looked_at(sheet, name) | {"sheet": request.POST["sheet"]}
    return render(request, "water/lab_sheet.html", context, status=status)


def _choices(request: HttpRequest) -> dict[int, tuple[str, str, str]]:
    """Column → (meaning, unit, basis)."""
    found = {}
    for number in request.POST.getlist("column")[:200]:
        if number.isdecimal() and len(number) < 4:
            words = [request.POST.get(f"{name}{number}", "")[:60].strip() for name in ("means", "unit", "basis")]
            found[int(number)] = (words[0], words[1], words[2])
    return found


# --- by hand ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Box:
    """One series of the form, as it is asked for."""

    pk: int
    label: str


@require_http_methods(["GET", "HEAD", "POST"])
def by_hand(request: HttpRequest) -> HttpResponse:
    """Which point? Then its boxes, on a phone beside the water."""
    from giapranh.people import access

    access.check_may_write(request.user)
    chosen = request.POST.get("station") or request.GET.get("tram", "")
    stations = [row for row in network.stations(request.user, today()) if permissions.can_enter_data(request.user, row)]
    station = next((row for row in stations if str(row.pk) == chosen), None)
    if station is None:
        may_change = permissions.can_change_network(request.user)
        return render(request, "water/by_hand.html", {"stations": stations, "may_change": may_change})
    found = sorted(network.series_of(station, today()), key=in_usual_order)
    boxes = [_Box(row.pk, _label(row)) for row in found]
    form = HandForm(
        request.POST or None, series=boxes, banks=network.BANKS, initial={"taken_at": now(), "bank": station.bank}
    )
    context = {"station": station, "form": form, "boxes": boxes, "illustrative": station.illustrative}
    if request.method == "POST" and form.is_valid():
        try:
            sitting = _enter(request, station.pk, form)
        except Refused as refused:
            form.add_error(None, refused_line(refused))
        else:
            return _entered(request, station, sitting)
    return render(request, "water/by_hand.html", context, status=422 if form.errors else 200)


def _label(series: Any) -> str:
    from giapranh.water.rules.parameters import all_parameters

    known = all_parameters().get(series.parameter)
    name = said(known) if known else series.name
    basis = f" ({_('theo')} {series.basis})" if series.basis and not (known and known.basis == series.basis) else ""
    return f"{name}{basis}" + (f", {series.unit_symbol}" if series.unit_symbol not in {"", "-", name} else "")


def _enter(request: HttpRequest, station_id: int, form: HandForm) -> entering.Sitting:
    values = form.cleaned_data
    rubbish = {"yes": True, "no": False}.get(values["floating_rubbish"])
    return entering.enter(
        station_id=station_id, taken_at=values["taken_at"], readings=form.readings, by=signed_in(request), at=now(),
        about=About(values["bank"], values["depth_m"], rubbish, values["sample_code"], values["note"]),
    )  # fmt: skip


def _entered(request: HttpRequest, station: Any, sitting: entering.Sitting) -> HttpResponse:
    stored = sitting.stored
    for row in stored.refused:
        messages.warning(request, f"{sitting.names[row.index]}: {refusal(row.what, row.params)}")
    for index in np.flatnonzero(stored.flag >= Flag.SUSPECT).tolist():
        messages.warning(
            request, _("%(name)s: bị đánh dấu khi kiểm tra. Nếu gõ nhầm, hãy ghi đính chính ở trang Chất lượng.")
            % {"name": sitting.names[index]},
        )  # fmt: skip
    if stored.stored:
        messages.success(request, _("Đã ghi %(n)s giá trị.") % {"n": stored.stored})
    elif not stored.refused:
        messages.info(request, _("Các giá trị này đã có."))
    other = next((row for row in stored.refused if row.what == OTHER_VALUE), None)
    if other is not None and permissions.can_judge_quality(request.user, station):
        at = milliseconds(sitting.sample.taken_at)
        page = reverse("water:quality_series", args=[sitting.series[other.index]])
        return redirect(f"{page}?tu={at}&den={at}")
    return redirect("water:station", station_id=station.pk)
