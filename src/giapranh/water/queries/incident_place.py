"""Where an incident is and where its water goes: banks, provinces, what lies downstream and when the water may be there.

Arrival is always a window: a range of velocities gives an earliest and a latest time, never one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from giapranh.kernel.clock import local_date
from giapranh.water.models import FeatureKind, Incident, RiverFeature, Watercourse
from giapranh.water.queries import neighbours, network
from giapranh.water.queries.neighbours import Neighbour
from giapranh.water.rules import tracing
from giapranh.water.rules.incidents import WHY_WORDS, Concerned, Extent, Why, concerned, proposed_extent
from giapranh.water.rules.speeds import season
from giapranh.water.rules.tracing import Speeds

MOST_HOURS = 240.0
HERE_KM = 0.05  # where the incident is, the water need not arrive
KINDS = ("intake", "station")
SHOWN = {"intake", "station", "commune", "province"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something downstream: an intake, a station, a weir, or the first bank of another unit."""

    kind: str
    name: str
    river: str
    km: float
    distance_km: float
    hours: tuple[float, float]
    window: tuple[datetime, datetime]
    province: str = ""
    commune: str = ""
    note: str = ""

    @property
    def is_intake(self) -> bool:
        return self.kind == FeatureKind.INTAKE


@dataclass(frozen=True, slots=True)
class Hearing:
    """A province that must hear, with whom to write to."""

    neighbour: Neighbour
    why: str
    hours: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``known`` is False where the network says nothing of the place: then nobody may read “no neighbour”."""

    known: bool
    banks: dict[str, str] = field(default_factory=dict)  # bank → province code
    communes: tuple[str, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    hearing: tuple[Hearing, ...] = ()
    extent: Extent = Extent.COMMUNE
    provinces: tuple[str, ...] = ()
    border: bool = False

    @property
    def intakes(self) -> list[Arrival]:
        return [each for each in self.arrivals if each.is_intake]


def around(incident: Incident, at: datetime) -> Surroundings:
    """Everything the network of the day says of the place of an incident."""
    day = local_date(incident.seen_at)
    graph = network.river_graph(day)
    place = tracing.Position(incident.watercourse.key, incident.km)
    if place.river not in graph.rivers:
        return Surroundings(known=False)
    banks = graph.provinces_at(place)
    found = tracing.trace_forward(
        graph, place, incident.seen_at, speeds_of(day), bank=incident.bank, kinds=KINDS, max_hours=MOST_HOURS
    )
    hidden = set(RiverFeature.objects.filter(restricted=True).values_list("name", flat=True))
    arrivals = _arrivals([one for one in found if one.name not in hidden], day)
    own = neighbours.own_province()
    told = concerned(
        at_place=banks, downstream=[(one.province, one.hours) for one in found if one.kind == "province"],
        upstream=_upstream(graph, place, own), own=own,
    )  # fmt: skip
    communes = tuple(dict.fromkeys(
        one.unit_name for one in graph.banks
        if one.river == place.river and one.km_lower <= place.km <= one.km_upper
    ))  # fmt: skip
    provinces = tuple(dict.fromkeys([*banks.values(), *(one.province for one in told if one.why != Why.UPSTREAM)]))
    return Surroundings(
        known=bool(banks), banks=banks, communes=communes, arrivals=tuple(arrivals),
        hearing=tuple(_hearing(one, day) for one in told), provinces=provinces,
        extent=proposed_extent(provinces, communes), border=len({code for code in banks.values() if code}) > 1,
    )  # fmt: skip


def speeds_of(day: date) -> Speeds:
    """Velocities that somebody entered for a river; those of the season, said to be unsure, for the others."""
    rows = [
        tracing.ReachSpeed(river.key, river.length_km, 0.0, river.velocity_low, river.velocity_high)
        for river in Watercourse.objects.order_by("pk")
        if river.velocity_low is not None and river.velocity_high is not None
    ]
    otherwise = tracing.Speeds.regime(season(day))
    return tracing.Speeds.by_reach(rows, otherwise) if rows else otherwise


def _arrivals(found: Sequence[tracing.Arrival], day: date) -> list[Arrival]:
    """Each place once, the nearest first; both banks of one commune are one place."""
    shown: dict[tuple[str, str, str], Arrival] = {}
    names: dict[str, str] = {}
    for one in found:
        if one.kind not in SHOWN or (one.distance_km < HERE_KM and one.kind != FeatureKind.INTAKE):
            continue
        province = names.setdefault(one.province, neighbours.province_name(one.province, day)) if one.province else ""
        name = province if one.kind == "province" else one.name
        shown.setdefault(
            (one.kind, name, one.river),
            Arrival(
                one.kind, _named(one.kind, name), one.river, one.km, one.distance_km, one.hours,
                (one.window.earliest, one.window.latest), "" if one.kind == "province" else province, one.bank_note,
            ),
        )  # fmt: skip
    return list(shown.values())


def _named(kind: str, name: str) -> str:
    return _("ranh giới %(province)s") % {"province": name} if kind == "province" else name


def _upstream(graph: tracing.Graph, place: tracing.Position, own: str) -> list[str]:
    """Provinces on the banks above the place, the nearest first."""
    codes: list[str] = []
    for _way, leg in graph.upstream(place):
        rows = [one for one in graph.banks if one.river == leg.river and one.km_upper > leg.km_lower]
        codes += [one.province_code for one in sorted(rows, key=lambda one: one.km_lower)]
    return [code for code in dict.fromkeys(codes) if code != own]


def _hearing(one: Concerned, day: date) -> Hearing:
    return Hearing(neighbours.neighbour(one.province, day), _(WHY_WORDS[one.why]), one.hours)
