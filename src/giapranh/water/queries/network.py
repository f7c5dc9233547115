"""Reads of rivers and stations. Every question takes the day it is asked about, and who asks where that matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from giapranh.kernel.errors import N_, NotFound
from giapranh.kernel.text import search_key
from giapranh.places.named import held_on
from giapranh.water import permissions
from giapranh.water.models import (
    Bank,
    BankReach,
    CoursePoint,
    FeatureKind,
    Reach,
    RiverFeature,
    Series,
    Station,
    StationKind,
    TargetClass,
    Watercourse,
)

if TYPE_CHECKING:
    from giapranh.water.rules.tracing import Graph

STATION_KINDS: list[tuple[str, Any]] = list(StationKind.choices)
FEATURE_KINDS: list[tuple[str, Any]] = list(FeatureKind.choices)
BANKS: list[tuple[str, Any]] = list(Bank.choices)


class NoSuchRiver(NotFound):
    code = "no_such_river"


# --- rivers ----------------------------------------------------------------------------------------------------------


def watercourses() -> QuerySet[Watercourse]:
    """Every river, those that flow into no other of ours first, the long ones before the short."""
    return Watercourse.objects.select_related("flows_into").order_by("-length_km", "sort_key")


def watercourse(key: str) -> Watercourse:
    found = watercourses().filter(key=key).first()
    if found is None:
        raise NoSuchRiver(N_("Không có sông “%(river)s” trong mạng lưới."), river=key)
    return found


def course(river: Watercourse) -> list[tuple[float, float, float]]:
    """(km, lon, lat) from the source down to the mouth."""
    return list(CoursePoint.objects.filter(watercourse=river).order_by("-km").values_list("km", "lon", "lat"))


def tributaries(river: Watercourse) -> QuerySet[Watercourse]:
    return Watercourse.objects.filter(flows_into=river).order_by("-joins_at_km")


def banks(river: Watercourse, day: date) -> QuerySet[BankReach]:
    """Who lies on the banks, from the source down."""
    return (
        BankReach.objects.filter(held_on(day), watercourse=river).select_related("unit").order_by("-km_upper", "bank")
    )


def reaches(river: Watercourse, day: date) -> QuerySet[Reach]:
    return Reach.objects.filter(held_on(day), watercourse=river).order_by("-km_upper", "-km_lower", "pk")


def border_reaches(day: date) -> QuerySet[Reach]:
    """Where the river itself is the border: one sample belongs to both sides."""
    return Reach.objects.filter(held_on(day), is_border=True).select_related("watercourse").order_by("-km_upper")


def targets(river: Watercourse, day: date) -> QuerySet[TargetClass]:
    """The classes that reaches of ``river`` had to meet on ``day``."""
    return (
        TargetClass.objects.filter(held_on(day), reach__watercourse=river)
        .select_related("reach")
        .order_by("-reach__km_upper", "pk")
    )


def target_at(river_id: int | None, km: float | None, day: date) -> TargetClass | None:
    """The class the water had to meet at a kilometre on ``day``."""
    if river_id is None or km is None:
        return None
    return nearest_target(targets_on(day).filter(reach__watercourse=river_id), river_id, km)


def targets_on(day: date) -> QuerySet[TargetClass]:
    return TargetClass.objects.filter(held_on(day)).select_related("reach")


def targets_between(first: date, last: date) -> QuerySet[TargetClass]:
    """Those that held on any day from ``first`` to ``last``."""
    begun = Q(valid_from=None) | Q(valid_from__lte=last)
    not_over = Q(valid_to=None) | Q(valid_to__gte=first)
    return TargetClass.objects.filter(begun, not_over).select_related("reach")


def nearest_target(found: Iterable[TargetClass], river_id: int | None, km: float | None) -> TargetClass | None:
    """Of several reaches around a kilometre the shortest speaks."""
    if km is None:
        return None
    around = [
        each for each in found
        if each.reach.watercourse_id == river_id and each.reach.km_lower <= km <= each.reach.km_upper
    ]  # fmt: skip
    return min(around, key=lambda each: each.reach.km_upper - each.reach.km_lower, default=None)


# --- what stands on them ---------------------------------------------------------------------------------------------


def features(user: Any, day: date, *, river: Watercourse | None = None) -> QuerySet[RiverFeature]:
    """What stands on the rivers on ``day``; restricted ones only for those who handle incidents."""
    found = RiverFeature.objects.filter(held_on(day)).select_related("watercourse", "unit")
    if river is not None:
        found = found.filter(watercourse=river)
    if not permissions.can_see_restricted(user):
        found = found.filter(restricted=False)
    return found.order_by("watercourse__sort_key", "-km", "sort_key")


def intakes(day: date) -> QuerySet[RiverFeature]:
    return (
        RiverFeature.objects.filter(held_on(day), kind=FeatureKind.INTAKE)
        .select_related("watercourse", "unit")
        .order_by("watercourse__sort_key", "-km")
    )


# --- stations --------------------------------------------------------------------------------------------------------


def stations(
    user: Any,
    day: date | None = None,
    *,
    river: Watercourse | None = None,
    kinds: Iterable[str] = (),
    only_ours: bool = False,
) -> QuerySet[Station]:
    """The stations ``user`` may see, from the source down; of ``day``, or of all time when None."""
    found = Station.objects.filter(permissions.visible_stations(user)).select_related("watercourse", "owner", "unit")
    if day is not None:
        found = found.filter(held_on(day))
    if river is not None:
        found = found.filter(watercourse=river)
    if kinds := list(kinds):
        found = found.filter(kind__in=kinds)
    if only_ours:
        found = found.filter(node="")
    return found.order_by("watercourse__sort_key", "-km", "sort_key", "pk")


def station(user: Any, station_id: int) -> Station:
    """One station, or a refusal that does not tell whether it exists."""
    found = Station.objects.select_related("watercourse", "owner", "unit", "counterpart", "feature").filter(
        permissions.visible_stations(user), pk=station_id
    )
    row = found.first()
    if row is None:
        raise permissions.NoSuchStation(N_("Không có trạm này, hoặc trạm không thuộc đơn vị của bạn."))
    return row


def station_by_code(code: str, day: date) -> Station | None:
    return Station.objects.filter(held_on(day), code=code).first()


def find_stations(user: Any, words: str, day: date) -> QuerySet[Station]:
    """Stations whose name or code holds every one of ``words``, marks or not."""
    found = stations(user, day)
    for word in search_words(words):
        found = found.filter(search_key__contains=word)
    return found


def search_words(words: str) -> list[str]:
    """The words as ``search_key`` holds them."""
    return search_key(words).split()


def series_of(found: Station, day: date | None = None) -> QuerySet[Series]:
    rows = Series.objects.filter(station=found).select_related("observed_property", "sensor")
    if day is not None:
        rows = rows.filter(held_on(day))
    return rows.order_by("parameter", "name", "pk")


# --- the graph that tracing walks ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StationPoint:
    """A station as tracing needs it."""

    pk: int
    river: str
    km: float


def river_graph(day: date, *, user: Any = None) -> Graph:
    """The network of ``day`` as ``rules.tracing`` walks it.

    Without ``user`` everything is in it (a service that shows nothing by itself); with ``user`` only what they may see.
    """
    from giapranh.water.queries.graph import graph_of

    open_only = user is not None and not permissions.can_see_restricted(user)
    rows = RiverFeature.objects.filter(held_on(day)).select_related("watercourse", "unit")
    seen = Q() if user is None else permissions.visible_stations(user)
    posts = Station.objects.filter(held_on(day), seen, watercourse__isnull=False, km__isnull=False)
    return graph_of(
        rivers=list(Watercourse.objects.select_related("flows_into")),
        features=list(rows.filter(restricted=False) if open_only else rows),
        stations=list(posts.select_related("watercourse", "unit")),
        banks=list(BankReach.objects.filter(held_on(day)).select_related("watercourse")),
    )
