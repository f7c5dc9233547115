"""What the tracing page shows: possible sources above, who is reached below, always as windows of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from giapranh.kernel.clock import VIETNAM, local_date
from giapranh.kernel.numbers import format_number
from giapranh.water import permissions, words
from giapranh.water.drawing.straight import Band, Border, Mark, Strip
from giapranh.water.models import Bank, FeatureKind, Station, Watercourse
from giapranh.water.queries import network
from giapranh.water.queries.graph import STATION, station_id
from giapranh.water.queries.neighbours import own_province, province_name
from giapranh.water.queries.river_page import Province, border_words, provinces_of, station_url, stretches
from giapranh.water.rules import tracing, transport
from giapranh.water.rules.datafiles import read_toml
from giapranh.water.rules.loads import load_kg_day
from giapranh.water.rules.speeds import season
from giapranh.water.rules.tracing import Arrival, Graph, Position, Speeds, Suspect

FRONTS = (6, 12, 24, 48, 72, 120, 168)  # hours after which the page says where the water is
LEAST_SHOWN_KM = 0.5
DEFAULT_HOURS = 72.0


@dataclass(frozen=True, slots=True)
class Flows:
    """What is known of the water: m³/s and mg/L. ``concentration``: of the effluent, or as it was measured below."""

    river: float
    background: float
    concentration: float
    effluent: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know."""

    river: Watercourse
    km: float
    station: Station | None
    bank: str
    start: datetime
    end: datetime | None
    back: bool
    speeds: Speeds
    speed_words: str
    max_hours: float
    flows: Flows | None = None
    width_m: float | None = None
    depth_m: float | None = None

    @property
    def place(self) -> str:
        where = f"{self.river.name}, {words.kilometre(self.km)}"
        return f"{self.station.name} ({where})" if self.station else where


@dataclass(frozen=True, slots=True)
class Line:
    """One possible source, or one thing that is reached."""

    name: str
    kind: str
    kind_words: str
    river: str
    river_key: str
    km: float
    bank: str
    province: str
    distance_km: float
    hours: tuple[float, float]
    earliest: datetime
    latest: datetime
    bank_note: str
    notes: tuple[str, ...]
    shared: bool = False
    url: str = ""
    km_lower: float | None = None  # a source that is spread along the river has no one place
    uncertainty: float = 0.0  # km; what may lie on either side of the place asked about is told

    @property
    def window(self) -> str:
        return words.window(self.earliest, self.latest)

    @property
    def hours_words(self) -> str:
        return words.hours(*self.hours) if self.hours[1] >= 0.05 else _("ngay tại đây")

    @property
    def place(self) -> str:
        where = f"{self.river}, {words.kilometre(self.km)}"
        if self.km_lower is not None:
            where += f"–{format_number(round(self.km_lower, 1))}"
        if self.uncertainty >= LEAST_SHOWN_KM:
            where += f" (±{format_number(round(self.uncertainty, 1))} km)"
        return f"{where}, {self.bank}" if self.bank else where


@dataclass(frozen=True, slots=True)
class Front:
    """Where the water is (or was) some hours later (or before): a stretch, on each river it lies on."""

    hours: int
    words: str
    parts: dict[str, tuple[float, float]]  # river → km from, km to
    window: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One window on the line of time; places in hundredths of its width."""

    line: Line
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Timeline:
    bars: list[Bar]
    ticks: list[Tick]
    start_x: float


@dataclass(frozen=True, slots=True)
class Tell:
    """A province that should hear, with the address where the notice begins."""

    name: str
    url: str
    why: str


@dataclass(frozen=True, slots=True)
class TracePage:
    asked: Asked
    lines: list[Line]
    stretches: list[Line]  # diffuse sources along a stretch
    fronts: list[Front]
    strips: list[Strip]
    provinces: list[Province]
    timeline: Timeline | None
    tell: list[Tell]
    notes: list[str]
    mixing: str
    dilution: list[str]
    hidden: bool  # restricted sources exist that this person may not see
    units: list[Line] = field(default_factory=list)  # communes that are reached


def regimes(day: date) -> tuple[list[tuple[str, str]], str]:
    """The ranges of velocity kept in data, and the one of the season of ``day``."""
    kept = read_toml("velocities.toml")["regime"]
    named = [
        (key, _("%(label)s: %(low)s–%(high)s m/s") % {
            "label": _(row["label"]), "low": format_number(row["low"]), "high": format_number(row["high"])})
        for key, row in kept.items()
    ]  # fmt: skip
    return named, season(day)


def trace_page(user: Any, asked: Asked, now: datetime) -> TracePage:
    day = local_date(asked.start)
    graph = network.river_graph(day, user=user)
    top = graph.rivers[asked.river.key].top_km
    # A station may stand a little above the first point of the line.
    at = graph.check(Position(asked.river.key, min(asked.km, top) if asked.km < top + 1 else asked.km))
    found = _back(graph, at, asked, day) if asked.back else _forward(graph, at, asked, day)
    points = [line for line in found if line.kind not in ("commune", "province", "end", "confluence", "reach")]
    fronts = _fronts(graph, at, asked)
    provinces = provinces_of({reach.province_code for reach in graph.banks}, day)
    main = [line for line in found if line.kind != "commune" and line.km_lower is None]
    return TracePage(
        asked, main, [line for line in found if line.km_lower is not None], fronts,
        _strips(asked, graph, found, fronts, day), provinces,
        _timeline(main if not asked.back else points, asked), _tell(graph, at, asked, day),
        _notes(asked), _mixing(asked), _dilution(asked), _hides(user, day),
        [line for line in found if line.kind == "commune"],
    )  # fmt: skip


# --- up and down -----------------------------------------------------------------------------------------------------


def _back(graph: Graph, at: Position, asked: Asked, day: date) -> list[Line]:
    suspects = tracing.trace_back(graph, at, asked.start, asked.speeds, seen_to=asked.end, bank=asked.bank,
                                  max_hours=asked.max_hours, mixing_km=_mixing_km(asked))  # fmt: skip
    return [_suspect(graph, one, day) for one in suspects]


def _suspect(graph: Graph, one: Suspect, day: date) -> Line:
    feature = one.feature
    return Line(
        feature.name, feature.kind, _kind_words(feature.kind), graph.rivers[feature.river].name, feature.river,
        feature.km, _bank_words(feature.bank), province_name(feature.province, day) if feature.province else "",
        one.distance_km, one.hours, one.window.earliest, one.window.latest, _(one.bank_note) if one.bank_note else "",
        tuple(_(note) for note in one.notes), url=_feature_url(feature.key), km_lower=feature.km_lower,
        uncertainty=feature.km_uncertainty,
    )  # fmt: skip


def _forward(graph: Graph, at: Position, asked: Asked, day: date) -> list[Line]:
    kinds = ("intake", "station", "weir")
    arrivals = tracing.trace_forward(graph, at, asked.start, asked.speeds, released_to=asked.end, bank=asked.bank,
                                     kinds=kinds, max_hours=asked.max_hours,
                                     mixing_km=_mixing_km(asked))  # fmt: skip
    itself = f"{STATION}{asked.station.pk}" if asked.station else ""
    return [_arrival(graph, one, day) for one in arrivals if not (one.feature and one.feature.key == itself)]


def _arrival(graph: Graph, one: Arrival, day: date) -> Line:
    names = {
        "province": lambda: province_name(one.province, day),
        "confluence": lambda: _("nhập vào %(river)s") % {"river": one.name},
        "end": lambda: _("hết %(river)s trong mạng lưới") % {"river": one.name},
    }
    province = province_name(one.province, day) if one.province and one.kind != "province" else ""
    return Line(
        names[one.kind]() if one.kind in names else one.name, one.kind, _kind_words(one.kind),
        graph.rivers[one.river].name, one.river, one.km, _bank_words(one.bank), province, one.distance_km, one.hours,
        one.window.earliest, one.window.latest, _(one.bank_note) if one.bank_note else "",
        tuple(_(note) for note in one.notes), one.shared_border,
        _feature_url(one.feature.key) if one.feature else "",
        uncertainty=one.feature.km_uncertainty if one.feature else 0.0,
    )  # fmt: skip


def _kind_words(kind: str) -> str:
    own = {
        "station": _("trạm, điểm lấy mẫu"), "commune": _("xã, phường"), "province": _("tỉnh"),
        "confluence": _("ngã ba sông"), "end": _("cuối mạng lưới"),
    }  # fmt: skip
    return own[kind] if kind in own else str(FeatureKind(kind).label)


def _bank_words(bank: str) -> str:
    return str(Bank(bank).label) if bank else ""


def _feature_url(key: str) -> str:
    pk = station_id(key)
    return station_url(pk) if pk is not None else ""


# --- where the water is after some hours -----------------------------------------------------------------------------


def _fronts(graph: Graph, at: Position, asked: Asked) -> list[Front]:
    """How far the fastest and the slowest water came; where they stand on two rivers, both are named.

    Bad water that passed for some hours is as much longer: its first part has run (or came from) further.
    """
    found: list[Front] = []
    lasted = (asked.end - asked.start).total_seconds() / 3600 if asked.end else 0.0
    for hours in FRONTS:
        if hours > asked.max_hours:
            break
        if asked.back:
            far = _up(graph, at, asked.speeds, hours + lasted, fast=True)
            near = _up(graph, at, asked.speeds, hours, fast=False)
            moment = asked.start - timedelta(hours=hours)
        else:
            far = _down(graph, at, asked.speeds, hours + lasted, fast=True)
            near = _down(graph, at, asked.speeds, hours, fast=False)
            moment = (asked.end or asked.start) + timedelta(hours=hours)
        upper, lower = (far, near) if asked.back else (near, far)
        if found and _is_point(upper, lower):
            break  # everything is at the end of the network
        found.append(
            Front(hours, _between(graph, upper, lower), _parts(graph, upper, lower), words.moment(moment))
        )  # fmt: skip
    return found


def _is_point(upper: Position, lower: Position) -> bool:
    return upper.river == lower.river and abs(upper.km - lower.km) < LEAST_SHOWN_KM


def _parts(graph: Graph, upper: Position, lower: Position) -> dict[str, tuple[float, float]]:
    """The stretch between two places along the water, river by river."""
    parts = {}
    for leg in graph.downstream(upper):
        last = leg.river == lower.river
        parts[leg.river] = (leg.km_upper, lower.km if last else leg.km_lower)
        if last:
            break
    return parts


def _between(graph: Graph, upper: Position, lower: Position) -> str:
    """``Sông Thương km 93,2 – 82,4``, with both rivers where they differ."""
    start = f"{graph.rivers[upper.river].name} {words.kilometre(upper.km)}"
    if upper.river == lower.river:
        return f"{start} – {format_number(round(lower.km, 1))}"
    return f"{start} – {graph.rivers[lower.river].name} {words.kilometre(lower.km)}"


def _down(graph: Graph, at: Position, speeds: Speeds, hours: float, *, fast: bool) -> Position:
    left = hours
    for leg in graph.downstream(at):
        needed = speeds.hours(leg.river, leg.km_lower, leg.km_upper)[0 if fast else 1]
        if needed > left:
            return Position(leg.river, _cut(speeds, leg.river, leg.km_upper, leg.km_lower, left, fast))
        left -= needed
        last = Position(leg.river, leg.km_lower)
    return last


def _up(graph: Graph, at: Position, speeds: Speeds, hours: float, *, fast: bool) -> Position:
    """Along the river itself; its tributaries have sources of their own in the table."""
    top = graph.rivers[at.river].top_km
    if speeds.hours(at.river, at.km, top)[0 if fast else 1] <= hours:
        return Position(at.river, top)
    return Position(at.river, _cut(speeds, at.river, at.km, top, hours, fast))


def _cut(speeds: Speeds, river: str, start: float, end: float, hours: float, fast: bool) -> float:
    """The kilometre between ``start`` and ``end`` that is ``hours`` away from ``start``."""
    near, far = start, end
    for _step in range(40):
        middle = (near + far) / 2
        if speeds.hours(river, *sorted((start, middle)))[0 if fast else 1] <= hours:
            near = middle
        else:
            far = middle
    return near


# --- drawn -----------------------------------------------------------------------------------------------------------


def _strips(asked: Asked, graph: Graph, found: Sequence[Line], fronts: Sequence[Front], day: date) -> list[Strip]:
    """The river of the question and those the water runs on to, or came from; each cut to what matters."""
    shown = [line for line in found if line.kind not in ("commune", "end") and line.km_lower is None]
    keys = [asked.river.key, *(line.river_key for line in shown), *(key for front in fronts for key in front.parts)]
    order = [leg.river for leg in graph.downstream(Position(asked.river.key, 0.0))]
    rivers = sorted(dict.fromkeys(keys), key=lambda key: (order.index(key) if key in order else 99, key))
    return [_strip(graph, asked, key, shown, fronts, day) for key in rivers]


def _strip(graph: Graph, asked: Asked, key: str, found: Sequence[Line], fronts: Sequence[Front], day: date) -> Strip:
    marks = [_mark(line) for line in found if line.river_key == key]
    kms = [mark.km for mark in marks]
    if key == asked.river.key:
        title = asked.station.name if asked.station else _("Nơi xét")
        marks.insert(0, Mark(asked.km, "here", title, f"{words.kilometre(asked.km)} · {words.moment(asked.start)}",
                             bank=asked.bank))  # fmt: skip
        kms.append(asked.km)
    bands = [
        Band(*front.parts[key], front_words(front, back=asked.back), _("%(n)sg") % {"n": front.hours}, _tone(n))
        for n, front in enumerate(fronts) if key in front.parts
    ]  # fmt: skip
    kms += [km for band in bands for km in (band.km_upper, band.km_lower)]
    river = network.watercourse(key)
    top, bottom = min(max(kms) + 4, river.length_km), max(min(kms) - 4, 0.0)
    banks = network.banks(river, day)
    tones = {each.code: each.tone for each in provinces_of({bank.province_code for bank in graph.banks}, day)}
    borders = [each for each in network.reaches(river, day) if each.is_border]
    return Strip(
        river.name, top, marks, stretches(list(banks), tones),
        [Border(each.km_upper, each.km_lower, border_words(each, day)) for each in borders
         if each.km_lower < top and each.km_upper > bottom],
        bands, bottom_km=bottom,
    )  # fmt: skip


def _mark(line: Line) -> Mark:
    kind = "mouth" if line.kind == "confluence" else "border" if line.kind == "province" else line.kind
    return Mark(line.km, kind, line.name, line.window, line.url)


def _tone(n: int) -> str:
    return "band-soft" if n % 2 else ""


def front_words(front: Front, *, back: bool) -> str:
    form = _("%(hours)s giờ trước (%(at)s): %(place)s") if back else _("sau %(hours)s giờ (%(at)s): %(place)s")
    return form % {"hours": front.hours, "at": front.window, "place": front.words}


def _timeline(lines: Sequence[Line], asked: Asked) -> Timeline | None:
    """Windows as bars over time, the nearest above."""
    shown = sorted(lines, key=lambda line: (line.distance_km, line.earliest))[:30]
    if not shown:
        return None
    first = min([line.earliest for line in shown] + [asked.start])
    last = max([line.latest for line in shown] + [asked.end or asked.start])
    span = max((last - first).total_seconds(), 3600.0)

    def x(at: datetime) -> float:
        return round((at - first).total_seconds() / span * 100, 2)

    bars = [Bar(line, x(line.earliest), max(round(x(line.latest) - x(line.earliest), 2), 0.6)) for line in shown]
    return Timeline(bars, _ticks(first, last, x), x(asked.start))


def _ticks(first: datetime, last: datetime, x: Any) -> list[Tick]:
    hours = (last - first).total_seconds() / 3600
    step = next(s for s in (1, 2, 3, 6, 12, 24, 48, 96, 192, 384, 768) if hours / s <= 4 or s == 768)
    at = first.astimezone(VIETNAM).replace(minute=0, second=0, microsecond=0)
    at = at.replace(hour=at.hour - at.hour % min(step, 24))
    ticks = []
    while at <= last:
        if at >= first:
            place = x(at)
            anchor = "start" if place < 8 else "end" if place > 92 else "middle"
            # Short words, or they lie upon each other on a phone: the day where it begins, else the hour.
            ticks.append(Tick(place, f"{at:%d/%m}" if at.hour == 0 or step >= 24 else f"{at:%H:%M}", anchor))
        at += timedelta(hours=step)
    return ticks


# --- words -----------------------------------------------------------------------------------------------------------


def _tell(graph: Graph, at: Position, asked: Asked, day: date) -> list[Tell]:
    """The other provinces that the water touches, here or further down, with the way to tell them."""
    own = own_province()
    here = {code for code in graph.provinces_at(at).values() if code and code != own}
    told = {code: _("bờ sông tại đây") for code in here}
    if not asked.back:
        for reach in tracing.trace_forward(graph, at, asked.start, asked.speeds, kinds=(), max_hours=asked.max_hours):
            if reach.kind == "province" and reach.province not in (own, ""):
                told.setdefault(reach.province, _("nước đến sau %(hours)s") % {"hours": words.hours(*reach.hours)})
    query = {"song": asked.river.key, "km": f"{asked.km:g}", "luc": asked.start.isoformat()}
    if asked.station:
        query["tram"] = str(asked.station.pk)
    return [
        Tell(province_name(code, day), f"{_notice_page()}?{urlencode(query | {'tinh': code})}", why)
        for code, why in sorted(told.items())
    ]


def _notice_page() -> str:
    for name in ("water:new_incident", "water:incidents"):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return reverse("water:rivers")


def _notes(asked: Asked) -> list[str]:
    return list(dict.fromkeys(_(note) for note in asked.speeds.notes))


def _mixing_km(asked: Asked) -> float | None:
    """Of this river where width and depth are given, in its fastest water; None: the length kept in data."""
    if asked.width_m is None or asked.depth_m is None:
        return None
    slope = read_toml("velocities.toml")["mixing"]["slope"]
    return transport.mixing_length_m(_fastest(asked), asked.width_m, asked.depth_m, slope) / 1000


def _fastest(asked: Asked) -> float:
    """m/s at the place."""
    km = min(asked.km, asked.river.length_km)
    part = 0.1 if km < 0.1 else -0.1
    return 0.1 / asked.speeds.hours(asked.river.key, km, km + part)[0] / 3.6


def _mixing(asked: Asked) -> str:
    kept = read_toml("velocities.toml")["mixing"]
    km, note = _mixing_km(asked), _(kept["note"])
    if km is not None and asked.width_m is not None and asked.depth_m is not None:
        note = _("tính cho sông rộng %(width)s m, sâu %(depth)s m, %(speed)s m/s, độ dốc %(slope)s") % {
            "width": format_number(asked.width_m), "depth": format_number(asked.depth_m),
            "speed": format_number(round(_fastest(asked), 2)), "slope": format_number(kept["slope"]),
        }  # fmt: skip
    return _(
        "Nước xả từ một bờ chỉ hòa đều cả bề ngang sau khoảng %(km)s km (%(note)s). Gần hơn thì hai bờ khác nhau: "
        "mẫu lấy ở bờ kia có thể vẫn tốt."
    ) % {"km": format_number(round(kept["length_km"] if km is None else km, 1)), "note": note}


def _dilution(asked: Asked) -> list[str]:
    """What is left of a discharge, or what a discharge must have been: fully mixed, nothing decayed."""
    flows = asked.flows
    if flows is None:
        return []
    told = _released(flows) if asked.back else _diluted(flows)
    return [*told, _("Tính khi đã hòa đều, chưa kể nước các nhánh vào thêm, phân hủy và lắng đọng.")]


def _diluted(flows: Flows) -> list[str]:
    assert flows.effluent is not None
    mixed = transport.mix(flows.river, flows.background, flows.effluent, flows.concentration)
    return [
        _("%(effluent)s m³/s nước xả %(c)s mg/L hòa vào %(river)s m³/s nước sông (nền %(background)s mg/L): còn khoảng "
          "%(mixed)s mg/L, loãng %(times)s lần.") % {
            **_figures(flows), "effluent": format_number(flows.effluent), "mixed": _rounded(mixed),
            "times": _rounded((flows.river + flows.effluent) / flows.effluent),
        }
    ]  # fmt: skip


def _released(flows: Flows) -> list[str]:
    if flows.concentration <= flows.background:
        return [_("Nồng độ đo được không cao hơn nền: không tính được phần do xả thêm.")]
    load = load_kg_day(flows.concentration - flows.background, flows.river)
    told = [
        _("%(c)s mg/L trong %(river)s m³/s, cao hơn nền %(background)s mg/L: phải có thêm khoảng %(load)s kg/ngày.")
        % {**_figures(flows), "load": _rounded(load)}
    ]
    if flows.effluent is not None:
        # The river was measured with the effluent already in it.
        above = max(flows.river - flows.effluent, 0.0)
        needed = transport.effluent_needed(above, flows.background, flows.effluent, flows.concentration)
        told.append(_("Nếu xả %(effluent)s m³/s thì nước xả phải khoảng %(needed)s mg/L.") % {
            "effluent": format_number(flows.effluent), "needed": _rounded(needed)})  # fmt: skip
    return told


def _figures(flows: Flows) -> dict[str, str]:
    return {
        "river": format_number(flows.river), "background": format_number(flows.background),
        "c": format_number(flows.concentration),
    }  # fmt: skip


def _rounded(value: float) -> str:
    """Four figures: more would be false."""
    return format_number(float(f"{value:.4g}"))


def _hides(user: Any, day: date) -> bool:
    if permissions.can_see_restricted(user):
        return False
    from giapranh.places.named import held_on
    from giapranh.water.models import RiverFeature

    return RiverFeature.objects.filter(held_on(day), restricted=True).exists()
