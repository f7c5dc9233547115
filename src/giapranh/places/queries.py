"""Reads of the places room. Every question takes the day it is asked about."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from giapranh.kernel import clock
from giapranh.kernel.text import search_key
from giapranh.places.models import AdministrativeUnit, BorderPair, River, UnitKind
from giapranh.places.named import held_on

COMMUNE_KINDS = (UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP, UnitKind.SPECIAL_ZONE)


def at(day: date) -> QuerySet[AdministrativeUnit]:
    """The units that held on ``day``, without their outlines."""
    return (
        AdministrativeUnit.objects.filter(held_on(day))
        .defer("geometry")
        .select_related("parent")
        .order_by("sort_key", "pk")
    )


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
        .defer("unit_a__geometry", "unit_b__geometry", "unit_a__parent__geometry", "unit_b__parent__geometry")
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
