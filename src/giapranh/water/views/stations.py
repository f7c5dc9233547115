"""Adding and mending a station and its series; the classes reaches must meet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import N_, Refused
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import refused_line
from giapranh.water import permissions
from giapranh.water.forms.network import EndForm, SeriesForm, StationForm, TargetForm
from giapranh.water.queries import forms as choices
from giapranh.water.queries import network
from giapranh.water.services import network as services

NO_DAY = N_("Hãy ghi ngày cuối, ví dụ 31/12/2026.")
STATION_VALUES = (
    "name", "code", "kind", "water_body", "km", "bank", "depth_m", "lat", "lon", "owner_name", "file_layout",
    "valid_from", "valid_to", "description",
)  # fmt: skip


@require_http_methods(["GET", "POST"])
def new_station(request: HttpRequest) -> HttpResponse:
    permissions.check_can_change_network(request.user)
    form = StationForm(request.POST or None, initial={"river": request.GET.get("song", "")},
                       **choices.for_station(request.user, today()))  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_station(values=form.cleaned_data, by=signed_in(request), at=now())
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            messages.success(request, _("Đã thêm trạm. Khai tiếp các thông số trạm đo."))
            return redirect("water:edit_station", station_id=made.pk)
    return render(request, "water/station_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit_station(request: HttpRequest, station_id: int) -> HttpResponse:
    """The station itself, and below it what it measures."""
    found = network.station(request.user, station_id)
    permissions.check_can_edit_station(request.user, found)
    form = _filled(request, found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_station(station_id=station_id, values=form.cleaned_data, by=signed_in(request), at=now())
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            messages.success(request, _("Đã ghi thông tin trạm."))
            return redirect("water:edit_station", station_id=station_id)
    return _station_page(request, found, form, SeriesForm(parameters=choices.parameters()))


@require_POST
def add_series(request: HttpRequest, station_id: int) -> HttpResponse:
    found = network.station(request.user, station_id)
    permissions.check_can_edit_station(request.user, found)
    form = SeriesForm(request.POST, parameters=choices.parameters())
    if form.is_valid():
        try:
            services.add_series(station_id=station_id, values=form.values(), by=signed_in(request), at=now())
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            messages.success(request, _("Đã thêm thông số trạm đo."))
            return redirect("water:edit_station", station_id=station_id)
    return _station_page(request, found, _filled(request, found), form)


@require_POST
def end_series(request: HttpRequest, series_id: int) -> HttpResponse:
    """The last day a station measures something; what was measured stays."""
    form = EndForm(request.POST)
    if not form.is_valid():
        raise services.BadStation(NO_DAY)
    ended = services.end_series(series_id=series_id, on=form.cleaned_data["on"], by=signed_in(request), at=now())
    messages.success(request, _("Đã ghi ngày cuối của thông số."))
    return redirect("water:edit_station", station_id=ended.station_id)


def _filled(request: HttpRequest, found: Any, posted: Any = None) -> StationForm:
    initial = {name: getattr(found, name) for name in STATION_VALUES} | {
        "river": found.watercourse.key if found.watercourse else "", "owner": found.owner_id,
        "counterpart": found.counterpart_id,
    }  # fmt: skip
    return StationForm(posted, initial=initial, **choices.for_station(request.user, today(), station=found))


def _station_page(request: HttpRequest, found: Any, form: StationForm, series_form: SeriesForm) -> HttpResponse:
    context = {
        "form": form, "station": found, "series": network.series_of(found), "series_form": series_form,
        "today": today(), "illustrative": found.illustrative,
    }  # fmt: skip
    return render(request, "water/station_form.html", context, status=422 if form.errors or series_form.errors else 200)


@require_http_methods(["GET", "POST"])
def targets(request: HttpRequest, river: str) -> HttpResponse:
    """The classes reaches of a river must meet, and by which decision."""
    course = network.watercourse(river)
    may_change = permissions.can_change_network(request.user)
    if request.method == "POST":
        permissions.check_can_change_network(request.user)
    form = TargetForm(request.POST or None, classes=choices.classes(today()))
    if request.method == "POST" and form.is_valid():
        try:
            services.set_target(river=river, **form.values(), by=signed_in(request), at=now())
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            messages.success(request, _("Đã ghi mục tiêu chất lượng nước."))
            return redirect("water:targets", river=river)
    context = {
        "river": course, "form": form if may_change else None, "targets": choices.all_targets(course),
        "today": today(), "reaches": network.reaches(course, today()),
    }  # fmt: skip
    return render(request, "water/targets.html", context, status=422 if form.errors else 200)


@require_POST
def end_target(request: HttpRequest, target_id: int) -> HttpResponse:
    form = EndForm(request.POST)
    if not form.is_valid():
        raise services.BadTarget(NO_DAY)
    river = services.end_target(target_id=target_id, on=form.cleaned_data["on"], by=signed_in(request), at=now())
    messages.success(request, _("Đã kết thúc mục tiêu."))
    return redirect("water:targets", river=river)
