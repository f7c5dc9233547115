"""What the forms of incidents and drills offer, and their values there and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from giapranh.kernel.clock import VIETNAM, local_date
from giapranh.kernel.errors import N_
from giapranh.kernel.numbers import format_number
from giapranh.places.models import AdministrativeUnit, UnitKind
from giapranh.places.named import held_on
from giapranh.water.models import Alert, Incident, RiverFeature, Sample
from giapranh.water.permissions import visible_stations
from giapranh.water.queries import alert_words, neighbours, network
from giapranh.water.queries.incident_place import Surroundings
from giapranh.water.queries.network import NoSuchRiver

SUSPECTS = ("outfall", "pollution_source", "weir", "reservoir")


def rivers() -> list[tuple[str, str]]:
    return [(river.key, river.name) for river in network.watercourses()]


def provinces(at: datetime, around: Surroundings | None = None) -> list[tuple[str, str]]:
    """Those the network names first, then every other that lies on a bank of our rivers; ours among them."""
    day = local_date(at)
    own = neighbours.own_province()
    codes = list(around.provinces) if around else []
    codes += [each.neighbour.province for each in around.hearing] if around else []
    codes += [each.province for each in neighbours.bordering(day)] + [own]
    return [(code, neighbours.province_name(code, day)) for code in dict.fromkeys(filter(None, codes))]


def others(at: datetime, around: Surroundings | None = None) -> list[tuple[str, str]]:
    """The same without our own province; where the network knows nobody, every province."""
    own = neighbours.own_province()
    found = [(code, name) for code, name in provinces(at, around) if code != own]
    if found:
        return found
    rows = AdministrativeUnit.objects.filter(held_on(local_date(at)), kind=UnitKind.PROVINCE).exclude(
        code__in=["", own]
    )
    return [(row.code, row.full_name) for row in rows.order_by("sort_key")]


def suspects(incident: Incident) -> list[tuple[str, str]]:
    """Sources on the same river, those above the place first."""
    rows = RiverFeature.objects.filter(watercourse=incident.watercourse, kind__in=SUSPECTS).order_by("km")
    above = [row for row in rows if row.km >= incident.km]
    below = [row for row in rows if row.km < incident.km]
    return [(str(row.pk), f"{row.name} (km {format_number(round(row.km, 2))})") for row in [*above, *reversed(below)]]


def samples(incident: Incident, user: Any) -> list[tuple[int, str]]:
    """Water taken on the same river from two days before it was seen, newest first; without what is linked already."""
    rows = Sample.objects.filter(
        visible_stations(user, "station__"), station__watercourse=incident.watercourse,
        taken_at__gte=incident.seen_at - timedelta(days=2),
    ).exclude(incidents=incident)  # fmt: skip
    return [(row.pk, sample_words(row)) for row in rows.select_related("station").order_by("-taken_at", "-pk")[:40]]


def sample_words(row: Sample) -> str:
    words = [f"{row.taken_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}", row.station.name, row.sample_code, row.laboratory]
    return ", ".join(word for word in words if word)


def facts_from(form: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as the facts of an incident."""
    values = {key: value for key, value in form.items() if key != "river"}
    try:
        values["watercourse"] = network.watercourse(form["river"])
    except NoSuchRiver:
        raise NoSuchRiver(N_("Không có sông “%(river)s” trong mạng lưới."), river=form["river"]) from None
    values["signs"] = tuple(values.get("signs") or ())
    return values


def values_of(incident: Incident) -> dict[str, Any]:
    names = (
        "name", "km", "bank", "commune", "seen_at", "finder", "signs", "description", "steps", "lat", "lon", "cause",
        "effect", "water_level", "flow", "samples_words", "next_report_at",
    )  # fmt: skip
    return {**{name: getattr(incident, name) for name in names}, "river": incident.watercourse.key}


def from_alert(alert_id: int, user: Any, at: datetime) -> dict[str, Any]:
    """The form of an incident, filled from an alert."""
    alert = Alert.objects.select_related("station__watercourse", "station__unit", "rule").filter(pk=alert_id).first()
    if alert is None or alert.station.watercourse is None:
        return {"seen_at": at}
    station, river = alert.station, alert.station.watercourse
    return {
        "name": f"{station.name}: {alert_words.what_words(alert)}"[:200], "river": river.key,
        "km": station.km, "bank": station.bank, "seen_at": alert.since, "finder": f"{station.name}", "lat": station.lat,
        "lon": station.lon, "signs": ["readings"], "commune": station.unit.full_name if station.unit else "",
    }  # fmt: skip


def from_trace(given: Mapping[str, str]) -> dict[str, Any]:
    """Place and time as the tracing page links here: ``song``, ``km``, ``luc``. What is no place or time is left out."""
    found: dict[str, Any] = {"river": given["song"]} if given.get("song") else {}
    try:
        if 0 <= (km := float(given.get("km", "nan"))) < 10_000:
            found["km"] = km
        if (seen_at := datetime.fromisoformat(given.get("luc", ""))).tzinfo is not None:
            found["seen_at"] = seen_at
    except ValueError:
        pass
    return found
