"""What the form of a rule offers, and its values there and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput
from giapranh.places.named import held_on
from giapranh.water.models import AlertRule, Reach, Series, Station
from giapranh.water.queries import on_call
from giapranh.water.rules import parameters as known
from giapranh.water.rules.alert_clocks import Ladder, Rung, ladder_from

MOST_SERIES = 2000
RUNGS = (1, 2, 3)


def places(at: datetime) -> list[tuple[str, Any]]:
    """Stations, reaches and single series, as groups of a choice."""
    day = local_date(at)
    stations = Station.objects.filter(held_on(day)).order_by("sort_key")
    reaches = (
        Reach.objects.filter(held_on(day)).select_related("watercourse").order_by("watercourse__sort_key", "-km_upper")
    )
    series = Series.objects.filter(held_on(day)).select_related("station").order_by("station__sort_key", "name")
    return [
        (_("Trạm"), [(f"station:{each.pk}", each.name) for each in stations]),
        (_("Đoạn sông"), [(f"reach:{each.pk}", f"{each.watercourse.name}: {each.name}") for each in reaches]),
        (_("Chuỗi số liệu"), [(f"series:{each.pk}", _series_words(each)) for each in series[:MOST_SERIES]]),
    ]  # fmt: skip


def _series_words(series: Series) -> str:
    """The station once: most series are named after it, and said twice the parameter is cut off on a phone."""
    station = series.station.name
    return series.name if series.name.startswith(station) else f"{station}: {series.name}"


def parameters() -> list[tuple[str, str]]:
    return known.choices(get_language() or "vi")


def offices(at: datetime) -> list[tuple[str, str]]:
    return [(str(office.pk), office.name) for office in on_call.offices_here(local_date(at))]


def values_of(rule: AlertRule) -> dict[str, Any]:
    """A rule as the form shows it."""
    plain = (
        "name", "kind", "parameter", "limit_source", "class_code", "low", "high", "with_tendency", "with_preparing",
        "per_hour", "rate_direction", "wqi_at_most", "silence_minutes", "severity", "acknowledge_minutes",
        "grace_minutes", "min_values", "hysteresis_percent", "clear_value", "clear_minutes", "max_age_hours",
        "quiet_from", "quiet_to", "valid_from", "valid_to", "note",
    )  # fmt: skip
    values = {name: getattr(rule, name) for name in plain}
    for name in ("station", "reach", "series"):
        if (pk := getattr(rule, f"{name}_id")) is not None:
            values["place"] = f"{name}:{pk}"
    values["owner"] = str(rule.owner_id or "")
    values |= {f"ladder_{n}_minutes": None for n in RUNGS}
    for number, rung in enumerate(ladder_from(rule.ladder)[: len(RUNGS)], 1):
        values |= {f"ladder_{number}_minutes": rung.after_minutes, f"ladder_{number}_to": rung.to.value}
    return values


_PLACES: dict[str, Any] = {"station": Station, "reach": Reach, "series": Series}


def chosen(form: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as the values of a rule."""
    values = {key: value for key, value in form.items() if not key.startswith("ladder_") and key != "place"}
    kind, _sep, pk = str(form["place"]).partition(":")
    if kind not in _PLACES or not pk.isdecimal():
        raise BadInput(N_("Chọn một nơi: một chuỗi số liệu, một trạm hoặc một đoạn sông."))
    values[kind] = _PLACES[kind].objects.filter(pk=int(pk)).first()
    office = values.pop("owner")
    values["owner"] = next(
        (each for each in on_call.offices_here(local_date(_now())) if str(each.pk) == office), None
    )  # fmt: skip
    if values["hysteresis_percent"] is None:
        values["hysteresis_percent"] = 5.0
    values["ladder"] = tuple(
        Rung(form[f"ladder_{n}_minutes"], Ladder(form[f"ladder_{n}_to"] or "leader"))
        for n in RUNGS if form.get(f"ladder_{n}_minutes")
    )  # fmt: skip
    values["rate_direction"] = values["rate_direction"] or "both"
    return values


def _now() -> datetime:
    from giapranh.kernel.clock import now

    return now()
