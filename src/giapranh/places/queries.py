"""Reads of the places room. Every question takes the day it is asked about."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from giapranh.kernel import clock
from giapranh.kernel.text import search_key
from giapranh.places import outlines, seed
from giapranh.places.models import AdministrativeUnit, BorderPair, River, UnitKind, UnitSuccession
from giapranh.places.named import held_on
from giapranh.places.rules.coordinates import Zone

COMMUNE_KINDS = (UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP, UnitKind.SPECIAL_ZONE)


def at(day: date) -> QuerySet[AdministrativeUnit]:
    """The units that held on ``day``, without their outlines."""
    return AdministrativeUnit.objects.filter(held_on(day)).select_related("parent").order_by("sort_key", "pk")


def provinces(day: date) -> QuerySet[AdministrativeUnit]:
    return at(day).filter(kind=UnitKind.PROVINCE)


def unit_by_code(code: str, day: date, kind: str | None = None) -> AdministrativeUnit | None:
    """The unit that bore ``code`` on ``day``. Provinces, districts and communes have codes of different length."""
    found = at(day).filter(code=code)
    return (found.filter(kind=kind) if kind else found).first()


def successors(unit: AdministrativeUnit) -> list[AdministrativeUnit]:
    """The units that took over ``unit`` or a part of it."""
    return [link.successor for link in unit.became.select_related("successor__parent").order_by("on", "pk")]


def predecessors(unit: AdministrativeUnit) -> list[AdministrativeUnit]:
    return [link.predecessor for link in unit.came_from.select_related("predecessor__parent").order_by("on", "pk")]


def border_pairs(day: date) -> QuerySet[BorderPair]:
    return (
        BorderPair.objects.filter(held_on(day))
        .select_related("unit_a__parent", "unit_b__parent")
        .order_by("unit_a__sort_key", "unit_b__sort_key")
    )


def find(words: str, day: date) -> QuerySet[AdministrativeUnit]:
    """Units of ``day`` whose name or code holds every one of ``words``, marks or not."""
    found = at(day)
    for word in search_key(words).split():
        found = found.filter(search_key__contains=word)
    return found


def rivers() -> QuerySet[River]:
    return River.objects.order_by("sort_key")


def display_name(unit: AdministrativeUnit, day: date | None = None) -> str:
    """The name, and what it is called on ``day``: ``Bắc Giang (nay là Bắc Ninh)``."""
    day = day or clock.today()
    if unit.valid_to is None or unit.valid_to >= day:
        return unit.name
    names = dict.fromkeys(other.name for other in _heirs(unit, day) if other.name != unit.name)
    return f"{unit.name} (nay là {', '.join(names)})" if names else unit.name


def _heirs(unit: AdministrativeUnit, day: date) -> list[AdministrativeUnit]:
    found: dict[int, AdministrativeUnit] = {}
    seen = {unit.pk}
    waiting = successors(unit)
    while waiting:
        current = waiting.pop(0)
        if current.pk in seen:
            continue
        seen.add(current.pk)
        if current.valid_to is None or current.valid_to >= day:
            found[current.pk] = current
        else:
            waiting += successors(current)
    return list(found.values())


def unit(uid: UUID) -> AdministrativeUnit | None:
    return AdministrativeUnit.objects.select_related("parent").filter(uid=uid).first()


def unit_of_point(lon: float, lat: float, day: date, kind: str | None = None) -> AdministrativeUnit | None:
    """The smallest unit the point lay in on ``day``, or the one of a level: province, district, commune."""
    kinds: tuple[str, ...] = () if kind is None else COMMUNE_KINDS if kind == UnitKind.COMMUNE else (kind,)
    found = outlines.units_of_points([(lon, lat)], day, kinds)[0]
    if found is None and kind == UnitKind.PROVINCE:
        # A province of the past may have no outline of its own while its districts have.
        smallest = outlines.units_of_points([(lon, lat)], day)[0]
        return province_of(smallest) if smallest else None
    return found


def province_of(unit: AdministrativeUnit) -> AdministrativeUnit:
    """The province a unit lies in; a province is its own."""
    while unit.kind != UnitKind.PROVINCE and unit.parent is not None:
        unit = unit.parent
    return unit


def zone_of(unit: AdministrativeUnit) -> Zone | None:
    """The VN-2000 zone of a province (or of the province a unit lies in), from data/."""
    province = province_of(unit)
    found = [row for row in seed.rows("giapranh.places", "vn2000_zones.csv") if row["province"] == province.seed_key]
    return Zone(int(found[0]["epsg"]), found[0]["central_meridian"], found[0]["note"]) if found else None


UNIT_KINDS: list[tuple[str, Any]] = list(UnitKind.choices)


def successor_links(unit: AdministrativeUnit) -> QuerySet[UnitSuccession]:
    """What the unit became: each with its day and legal basis."""
    return unit.became.select_related("successor__parent").order_by("on", "successor__sort_key")


def predecessor_links(unit: AdministrativeUnit) -> QuerySet[UnitSuccession]:
    links = unit.came_from.select_related("predecessor__parent")
    return links.order_by("on", "predecessor__sort_key")


def below(unit: AdministrativeUnit) -> list[AdministrativeUnit]:
    """The units directly below, whenever they held."""
    return list(unit.children.order_by("sort_key", "valid_from"))


def neighbours(unit: AdministrativeUnit) -> list[tuple[AdministrativeUnit, BorderPair]]:
    """Who lies across the border."""
    pairs = BorderPair.objects.filter(Q(unit_a=unit) | Q(unit_b=unit)).select_related(
        "unit_a__parent", "unit_b__parent"
    )
    return [(pair.unit_b if pair.unit_a_id == unit.pk else pair.unit_a, pair) for pair in pairs.order_by("-km")]


def same_code(unit: AdministrativeUnit) -> list[AdministrativeUnit]:
    """Other units that bore the same code at another time."""
    if not unit.code:
        return []
    found = AdministrativeUnit.objects.filter(code=unit.code, kind=unit.kind).exclude(pk=unit.pk)
    return list(found.order_by("valid_from"))


def code_changes() -> list[tuple[str, list[AdministrativeUnit]]]:
    """Province codes that changed meaning: the code with its bearers in order of time."""
    twice = (
        AdministrativeUnit.objects.filter(kind=UnitKind.PROVINCE).exclude(code="").values("code")
        .annotate(n=Count("pk")).filter(n__gt=1).values_list("code", flat=True).order_by("code")
    )  # fmt: skip
    return [
        (code, list(AdministrativeUnit.objects.filter(code=code, kind=UnitKind.PROVINCE)
                    .order_by(F("valid_to").asc(nulls_last=True))))
        for code in twice
    ]  # fmt: skip
