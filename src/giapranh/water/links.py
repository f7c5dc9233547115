"""How other rooms reach this one: the page behind a reference to a station, stations in the search of the house."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from giapranh.kernel.refs import RecordRef, Resolved
from giapranh.water import words
from giapranh.water.models import Station, Watercourse
from giapranh.water.queries import network
from giapranh.water.queries.river_page import station_url


def resolve_station(ref: RecordRef) -> Resolved | None:
    """The station a reference names, by its number or its uid."""
    key = _key(ref.id)
    if key is None:
        return None
    found = Station.objects.filter(**key, node=ref.node).first()
    return Resolved(found.name, station_url(found.pk)) if found else None


def resolve_river(ref: RecordRef) -> Resolved | None:
    found = Watercourse.objects.filter(key=ref.id).first()
    return Resolved(found.name, reverse("water:river", args=[found.key])) if found else None


def find_stations(user: Any, wanted: str, day: date, most: int) -> list[tuple[str, str, str]]:
    """(address, title, note) of the stations and rivers the words may mean."""
    rivers = network.watercourses()
    for word in network.search_words(wanted):
        rivers = rivers.filter(search_key__contains=word)
    found = [(reverse("water:river", args=[river.key]), river.name, "") for river in rivers[:most]]
    found += [(station_url(row.pk), row.name, _note(row)) for row in network.find_stations(user, wanted, day)[:most]]
    return found[:most]


def any_illustrative(user: Any, day: date) -> bool:
    """Whether a map of ``day`` would show this person a station made for demonstration."""
    return network.stations(user, day).filter(illustrative=True).exists()


def _note(row: Station) -> str:
    place = f"{row.watercourse.name}, {words.kilometre(row.km)}" if row.watercourse and row.km is not None else ""
    return " · ".join(filter(None, [row.code, place, _("dữ liệu minh họa") if row.illustrative else ""]))


def _key(text: str) -> dict[str, int | UUID] | None:
    if text.isdecimal() and len(text) < 19:
        return {"pk": int(text)}
    try:
        return {"uid": UUID(text)}
    except ValueError:
        return None
