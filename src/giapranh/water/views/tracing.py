"""Where may bad water have come from, and whom does it reach?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from giapranh.kernel.clock import local_date, now
from giapranh.kernel.errors import Refused
from giapranh.kernel.numbers import format_number
from giapranh.kernel.tables import Column, Table
from giapranh.people.views.answers import refused_line
from giapranh.water import layers
from giapranh.water.forms.tracing import BACK, OWN, TRACER, TraceForm
from giapranh.water.queries import forms as choices
from giapranh.water.queries import network
from giapranh.water.queries.tracing_page import DEFAULT_HOURS, Asked, Flows, TracePage, regimes, trace_page
from giapranh.water.rules.tracing import Speeds

ASKED_BY_LINK = ("song", "tram", "km", "luc", "huong", "bo")


@require_safe
def trace(request: HttpRequest) -> HttpResponse:
    """The form, and below it the answer as soon as place and time are given."""
    at = now()
    found = network.stations(request.user, local_date(at)).exclude(watercourse=None).exclude(km=None)
    named, season = regimes(local_date(at))
    lists: dict[str, Any] = {
        "rivers": choices.rivers(),
        "stations": [(each.pk, _station_words(each)) for each in found],
        "banks": network.BANKS,
        "regimes": named,
    }
    start = {"huong": BACK, "van_toc": season, "gio": DEFAULT_HOURS, "luc": at}
    form = TraceForm(_filled_up(request.GET, start, found), **lists) if _is_asked(request) else TraceForm(
        initial=start | {name: request.GET[name] for name in ASKED_BY_LINK if request.GET.get(name)}, **lists
    )  # fmt: skip
    page = _answer(request, form, found) if form.is_bound and form.is_valid() else None
    if page is not None and request.GET.get("ban-do"):
        return JsonResponse(layers.of_trace(page))
    context: dict[str, Any] = {"form": form, "page": page, "asked": form.is_bound}
    if page is not None:
        context |= {"table": _table(page, request), "units": _units(page, request)}
        context["illustrative"] = bool(page.asked.station and page.asked.station.illustrative)
    return render(request, "water/trace.html", context, status=422 if form.errors else 200)


def _is_asked(request: HttpRequest) -> bool:
    return bool(request.GET.get("tram") or request.GET.get("km"))


def _filled_up(given: QueryDict, start: dict[str, Any], found: Any) -> dict[str, Any]:
    """A link may name only the station: the rest is what the empty form would have said."""
    form = TraceForm.base_fields
    data = {name: form[name].prepare_value(value) for name, value in start.items()}
    data |= {name: given[name] for name in form if name in given and (given[name] or name not in data)}
    if not data.get("song") and str(data.get("tram", "")).isdecimal():
        station = next((each for each in found if str(each.pk) == data["tram"]), None)
        data["song"] = station.watercourse.key if station and station.watercourse else ""
    return data


def _station_words(station: Any) -> str:
    return f"{station.name} ({station.watercourse.name}, km {format_number(round(station.km, 1))})"


def _answer(request: HttpRequest, form: TraceForm, found: Any) -> TracePage | None:
    values = form.cleaned_data
    station = next((each for each in found if each.pk == values["tram"]), None)
    river = station.watercourse if station is not None else network.watercourse(values["song"])
    assert river is not None
    try:
        speeds, words = _speeds(values)
        asked = Asked(
            river, station.km if station is not None else values["km"], station,
            values["bo"] or (station.bank if station is not None else ""), values["luc"], values["den_luc"],
            values["huong"] == BACK, speeds, words, values["gio"] or DEFAULT_HOURS, _flows(values), values["rong"],
            values["sau"],
        )  # fmt: skip
        return trace_page(request.user, asked, now())
    except Refused as refusal:
        form.add_error("km", refused_line(refusal))
        return None


def _flows(values: dict[str, Any]) -> Flows | None:
    if values["q_song"] is None or values["c_xa"] is None:
        return None
    return Flows(values["q_song"], values["c_nen"] or 0.0, values["c_xa"], values["q_xa"])


def _speeds(values: dict[str, Any]) -> tuple[Speeds, str]:
    """The velocities and the words that say which were used."""
    if values["van_toc"] == OWN:
        low, high = values["v_thap"], values["v_cao"]
        words = _("vận tốc tự nhập %(low)s–%(high)s m/s") % {"low": format_number(low), "high": format_number(high)}
        return Speeds.uniform(low, high, words), words
    if values["van_toc"] == TRACER:
        speeds = Speeds.tracer(values["dd_gio"], values["dd_km"])
        row = speeds.rows[0]
        words = _("chất chỉ thị đi %(km)s km trong %(hours)s giờ (%(low)s–%(high)s m/s, ±20 %%)") % {
            "km": format_number(values["dd_km"]), "hours": format_number(values["dd_gio"]),
            "low": format_number(round(row.low, 2)), "high": format_number(round(row.high, 2)),
        }  # fmt: skip
        return Speeds(speeds.rows, (words,)), words
    named = dict(regimes(local_date(values["luc"]))[0])
    return Speeds.regime(values["van_toc"]), named[values["van_toc"]]


def _table(page: TracePage, request: HttpRequest) -> Table:
    back = page.asked.back
    columns = [
        Column("name", _("Nguồn có thể") if back else _("Nước đến"), link=lambda line: line.url),
        Column("kind_words", _("Là gì")),
        Column("place", _("Ở đâu")),
        Column("province", _("Tỉnh")),
        Column("distance_km", _("Cách (km)"), "number", places=1),
        Column("hours_words", _("Nước đi mất")),
        Column("window", _("Nếu từ đây thì xả trong khoảng") if back else _("Đến trong khoảng")),
        Column("bank_note", _("Hai bờ")),
    ]  # fmt: skip
    return Table.of(
        [*page.lines, *page.stretches], columns, request.GET, name="kq", compact=True, page_size=100,
        title=_("Nguồn có thể (chưa phải kết luận)") if back else _("Nước đến đâu, khi nào"),
        empty=_("Không có nguồn thải nào được khai trong khoảng đó. Điều này không có nghĩa là không có nguồn.") if back
        else _("Không có nơi nào được khai ở hạ lưu trong khoảng đó."),
    )  # fmt: skip


def _units(page: TracePage, request: HttpRequest) -> Table:
    columns = [
        Column("name", _("Xã, phường")), Column("province", _("Tỉnh")), Column("place", _("Từ đâu")),
        Column("hours_words", _("Nước đi mất")), Column("window", _("Đến trong khoảng")),
    ]  # fmt: skip
    return Table.of(page.units, columns, request.GET, name="xa", compact=True, page_size=200,
                    title=_("Xã, phường hai bờ mà nước đi qua"))  # fmt: skip
