"""From an exceedance back to what could have caused it, and forward to whom it reaches: windows, never one time.

What is found are *possible* sources. The windows come from distance and a range of velocities; what a person entered
and what is unsure travels along in ``notes``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from giapranh.kernel.errors import N_, BadInput
from giapranh.water.rules.courses import Course, Located, OffTheRiver, locate, shipped_courses
from giapranh.water.rules.datafiles import read_toml
from giapranh.water.rules.river_graph import (
    BOTH,
    CLOSE_KM,
    LEFT,
    RIGHT,
    BadNetwork,
    BankReach,
    Feature,
    Graph,
    Leg,
    Position,
    River,
    shipped_graph,
)
from giapranh.water.rules.speeds import BadSpeed, ReachSpeed, Speeds

__all__ = [
    "SOURCES", "Arrival", "BadNetwork", "BadSpeed", "BadWindow", "BankReach", "Course", "Feature", "Graph", "Leg",
    "Located", "OffTheRiver", "Position", "Reach", "ReachSpeed", "River", "Speeds", "Suspect", "Window", "locate",
    "reaches_back", "shipped_courses", "shipped_graph", "trace_back", "trace_forward",
]  # fmt: skip

SOURCES = ("outfall", "pollution_source", "reservoir", "weir")
RECEPTORS = ("intake", "station", "gauge", "weir", "landmark")

OTHER_BANK = N_("khác bờ và chưa hòa trộn hết bề ngang: ít khả năng hơn, không loại trừ")
SAME_BANK = N_("cùng bờ, chưa hòa trộn hết bề ngang: nồng độ ở bờ này có thể cao hơn")
MIXED = N_("đã hòa trộn gần hết bề ngang: bờ không còn ý nghĩa")
UNSURE_SPEED = N_("Vận tốc là ước chừng: nhập vận tốc đo được hoặc thời gian thả chất chỉ thị nếu có.")
SHARED = N_("đoạn sông là ranh giới hai tỉnh: thuộc trách nhiệm cả hai")


class BadWindow(BadInput):
    code = "bad_window"


@dataclass(frozen=True, slots=True)
class Window:
    earliest: datetime
    latest: datetime

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.earliest <= end and start <= self.latest


@dataclass(frozen=True, slots=True)
class Suspect:
    """A possible source and when it would have had to release. ``path`` are the rivers from it down to the place."""

    feature: Feature
    distance_km: float
    hours: tuple[float, float]
    window: Window
    path: tuple[str, ...]
    bank_note: str
    notes: tuple[str, ...]

    @property
    def possible(self) -> bool:
        return self.bank_note != OTHER_BANK


@dataclass(frozen=True, slots=True)
class Reach:
    """A stretch the water may have come from, with the hours from its lower and upper end."""

    river: str
    km_upper: float
    km_lower: float
    hours_lower: tuple[float, float]
    hours_upper: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the water reaches and when. ``kind``: a feature's kind, "commune", "province", "confluence" or "end"."""

    kind: str
    name: str
    river: str
    km: float
    bank: str
    province: str
    distance_km: float
    hours: tuple[float, float]
    window: Window
    shared_border: bool
    bank_note: str
    feature: Feature | None = None
    notes: tuple[str, ...] = ()


def trace_back(
    graph: Graph,
    at: Position,
    seen_from: datetime,
    speeds: Speeds,
    *,
    seen_to: datetime | None = None,
    bank: str = "",
    kinds: Sequence[str] = SOURCES,
    max_hours: float | None = None,
    max_km: float | None = None,
    mixing_km: float | None = None,
) -> list[Suspect]:
    """Everything upstream that could have caused what was seen at ``at``, nearest first.

    A source at distance L released between ``seen_from − most`` and ``seen_to − least`` hours.
    """
    last = _ordered(seen_from, seen_to)
    mixing = _mixing(mixing_km)
    found = []
    for way, leg in graph.upstream(at):
        before = _hours(speeds, way)
        gone = sum(one.length for one in way)
        path = (leg.river, *(one.river for one in way))
        for feature in graph.features_on(leg, kinds):
            near, far = _span(feature, leg)
            least = before[0] + speeds.hours(leg.river, leg.km_lower, near)[0]
            most = before[1] + speeds.hours(leg.river, leg.km_lower, far)[1]
            distance = gone + max(0.0, feature.ends_km - leg.km_lower)
            if (max_hours is not None and least > max_hours) or (max_km is not None and distance > max_km):
                continue
            window = Window(seen_from - timedelta(hours=most), last - timedelta(hours=least))
            side = _side(graph, leg, way) if way else feature.bank
            note = _bank_note(side, bank, way[-1].length if way else distance, mixing)
            found.append(Suspect(feature, distance, (least, most), window, path, note, _notes(speeds, feature)))
    return sorted(found, key=lambda one: (one.distance_km, one.feature.key))


def reaches_back(
    graph: Graph, at: Position, speeds: Speeds, *, max_hours: float | None = None, max_km: float | None = None
) -> list[Reach]:
    """The stretches upstream the water may come from, for the map; cut where even the fastest water takes longer."""
    found = []
    for way, leg in graph.upstream(at):
        before = _hours(speeds, way)
        gone = sum(one.length for one in way)
        top = leg.km_upper
        if max_km is not None:
            top = min(top, leg.km_lower + max_km - gone)
        if max_hours is not None:
            top = min(top, _reached(speeds, leg, max_hours - before[0]))
        if top > leg.km_lower + CLOSE_KM:
            least, most = speeds.hours(leg.river, leg.km_lower, top)
            found.append(Reach(leg.river, top, leg.km_lower, before, (before[0] + least, before[1] + most)))
    return found


def trace_forward(
    graph: Graph,
    at: Position,
    released_from: datetime,
    speeds: Speeds,
    *,
    released_to: datetime | None = None,
    bank: str = "",
    kinds: Sequence[str] = RECEPTORS,
    max_hours: float | None = None,
    mixing_km: float | None = None,
) -> list[Arrival]:
    """Whom the water reaches from ``at`` on: intakes, stations, communes on the banks, provinces, confluences.

    Arrival lies between ``released_from + least`` and ``released_to + most`` hours.
    """
    last = _ordered(released_from, released_to)
    mixing = _mixing(mixing_km)
    found: list[Arrival] = []
    seen = _Seen(set(graph.provinces_at(at).values()), set())
    gone, before, side = 0.0, (0.0, 0.0), bank
    for leg in graph.downstream(at):
        for km_near, km_far, told in _met(graph, leg, kinds, seen):
            least = before[0] + speeds.hours(leg.river, leg.km_upper, km_near)[0]
            most = before[1] + speeds.hours(leg.river, leg.km_upper, km_far)[1]
            distance = gone + leg.km_upper - min(told.km, leg.km_upper)
            window = Window(released_from + timedelta(hours=least), last + timedelta(hours=most))
            shared = graph.is_shared(Position(leg.river, min(told.km, leg.km_upper)))
            notes = _notes(speeds, told.feature) + ((SHARED,) if shared else ())
            bank_note = "" if told.kind == "confluence" else _bank_note(told.bank, side, distance - gone, mixing)
            found.append(Arrival(told.kind, told.name, leg.river, told.km, told.bank, told.province, distance,
                                 (least, most), window, shared, bank_note, told.feature, notes))  # fmt: skip
        before = _add(before, speeds.hours(leg.river, leg.km_upper, leg.km_lower))
        gone += leg.length
        side = graph.rivers[leg.river].joins_bank
    kept = [one for one in found if max_hours is None or one.hours[0] <= max_hours]
    return sorted(kept, key=lambda one: (one.distance_km, one.kind, one.bank, one.name))


# --- what is met on the way down ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Met:
    kind: str
    name: str
    km: float
    bank: str = ""
    province: str = ""
    feature: Feature | None = None


@dataclass(slots=True)
class _Seen:
    """Provinces the water runs along now, and communes it has reached."""

    provinces: set[str]
    communes: set[tuple[str, str]]


def _met(graph: Graph, leg: Leg, kinds: Sequence[str], seen: _Seen) -> Iterator[tuple[float, float, _Met]]:
    """Each thing on a stretch with the kilometres where it is reached at the earliest and at the latest."""
    for feature in graph.features_on(leg, kinds):
        if feature.km - feature.km_uncertainty <= leg.km_upper + CLOSE_KM:
            near = min(leg.km_upper, feature.km + feature.km_uncertainty)
            far = max(leg.km_lower, feature.km - feature.km_uncertainty)
            yield near, far, _Met(feature.kind, feature.name, feature.km, feature.bank, feature.province, feature)
    for start, met in _along(graph, leg, seen):
        yield start, start, met
    river = graph.rivers[leg.river]
    if river.joins is not None:
        into = graph.rivers[river.joins.river]
        yield 0.0, 0.0, _Met("confluence", into.name, 0.0, river.joins_bank)
    else:
        yield 0.0, 0.0, _Met("end", river.name, 0.0)


def _along(graph: Graph, leg: Leg, seen: _Seen) -> Iterator[tuple[float, _Met]]:
    """Communes when they are first reached, and every change of province: a river may leave one and come back."""
    reaches = [one for one in graph.banks if one.river == leg.river and one.km_lower < leg.km_upper - CLOSE_KM]
    for start in sorted({min(one.km_upper, leg.km_upper) for one in reaches}, reverse=True):
        here = [one for one in reaches if min(one.km_upper, leg.km_upper) >= start > one.km_lower]
        banks: dict[tuple[str, str], set[str]] = {}
        for one in here:
            banks.setdefault((one.unit_name, one.province_code), set()).add(one.bank)
        for (name, province), sides in banks.items():
            if (name, province) not in seen.communes:
                seen.communes.add((name, province))
                yield start, _Met("commune", name, start, _both(sides), province)
        provinces = {one.province_code for one in here}
        for province in sorted(provinces - seen.provinces):
            sides = {one.bank for one in here if one.province_code == province}
            yield start, _Met("province", province, start, _both(sides), province)
        seen.provinces = provinces


def _both(sides: set[str]) -> str:
    return next(iter(sides)) if len(sides) == 1 else BOTH


# --- small sums --------------------------------------------------------------------------------------------------------


def _ordered(start: datetime, end: datetime | None) -> datetime:
    if start.tzinfo is None or (end is not None and end.tzinfo is None):
        raise BadWindow(N_("Thời điểm phải có múi giờ."))
    if end is not None and end < start:
        raise BadWindow(N_("Thời điểm kết thúc trước thời điểm bắt đầu."))
    return end or start


def _mixing(given: float | None) -> float:
    return read_toml("velocities.toml")["mixing"]["length_km"] if given is None else given


def _hours(speeds: Speeds, way: Sequence[Leg]) -> tuple[float, float]:
    total = (0.0, 0.0)
    for leg in way:
        total = _add(total, speeds.hours(leg.river, leg.km_upper, leg.km_lower))
    return total


def _add(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return a[0] + b[0], a[1] + b[1]


def _span(feature: Feature, leg: Leg) -> tuple[float, float]:
    """Lowest and highest kilometre of the stretch a feature may lie at, its uncertainty counted in."""
    near = max(leg.km_lower, feature.ends_km - feature.km_uncertainty)
    far = min(leg.km_upper, feature.km + feature.km_uncertainty)
    return near, max(near, far)


def _reached(speeds: Speeds, leg: Leg, hours: float) -> float:
    """How far up the fastest water comes from within ``hours``."""
    if hours <= 0:
        return leg.km_lower
    if speeds.hours(leg.river, leg.km_lower, leg.km_upper)[0] <= hours:
        return leg.km_upper
    low, high = leg.km_lower, leg.km_upper
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if speeds.hours(leg.river, leg.km_lower, middle)[0] <= hours else (low, middle)
    return low


def _side(graph: Graph, leg: Leg, way: Sequence[Leg]) -> str:
    """From a tributary everything comes in on the bank it joins; "" where nobody said which."""
    return graph.rivers[way[-2].river if len(way) > 1 else leg.river].joins_bank


def _bank_note(one: str, other: str, distance: float, mixing: float) -> str:
    if one not in {LEFT, RIGHT} or other not in {LEFT, RIGHT}:
        return ""
    if distance >= mixing:
        return MIXED
    return SAME_BANK if one == other else OTHER_BANK


def _notes(speeds: Speeds, feature: Feature | None) -> tuple[str, ...]:
    notes = (*speeds.notes, *((UNSURE_SPEED,) if speeds.unsure else ()))
    return (*notes, feature.note) if feature is not None and feature.note else notes
