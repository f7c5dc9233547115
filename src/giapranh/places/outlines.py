"""Which unit does a point lie in? One search tree per set of outlines, kept until an outline or a date changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry import shape

from giapranh.places.models import AdministrativeUnit, Outline, UnitKind
from giapranh.places.named import held_on

# The smallest level answers first.
_LEVEL = {UnitKind.PROVINCE: 2, UnitKind.DISTRICT: 1}


@dataclass(frozen=True, slots=True)
class _Tree:
    tree: shapely.STRtree
    ids: tuple[int, ...]
    ranks: tuple[tuple[int, float], ...]


def units_of_points(
    points: Sequence[tuple[float, float]], day: date, kinds: Sequence[str] = ()
) -> list[AdministrativeUnit | None]:
    """For each (lon, lat) the smallest unit it lay in on ``day``, or None where no outline is known."""
    rows = AdministrativeUnit.objects.filter(held_on(day)).exclude(geometry_stamp="").order_by("pk")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    known = _tree(tuple(rows.values_list("pk", "geometry_stamp")))
    if not known.ids:
        return [None] * len(points)
    best: dict[int, int] = {}
    places, found = known.tree.query(shapely.points(points), predicate="intersects")
    for place, position in zip(places.tolist(), found.tolist(), strict=True):
        if place not in best or known.ranks[position] < known.ranks[best[place]]:
            best[place] = position
    units = AdministrativeUnit.objects.select_related("parent").in_bulk(
        {known.ids[position] for position in best.values()}
    )
    return [units[known.ids[best[n]]] if n in best else None for n in range(len(points))]


@lru_cache(maxsize=8)
def _tree(key: tuple[tuple[int, str], ...]) -> _Tree:
    """The tree of a set of outlines; the stamps in ``key`` change when an outline does."""
    ids = tuple(pk for pk, _ in key)
    rows: dict[int, tuple[str, Any]] = {
        pk: (kind, shape(geometry))
        for pk, kind, geometry in Outline.objects.filter(unit__in=ids).values_list("unit_id", "unit__kind", "geometry")
    }
    shapes = [rows[pk][1] for pk in ids]
    ranks = tuple((_LEVEL.get(UnitKind(rows[pk][0]), 0), rows[pk][1].area) for pk in ids)
    return _Tree(shapely.STRtree(shapes), ids, ranks)
