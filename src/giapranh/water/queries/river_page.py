"""What the river page shows: each station as it stands, what lies on the river, who lies beside it, who has heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from giapranh.kernel.clock import local_date
from giapranh.kernel.numbers import format_number
from giapranh.water import words
from giapranh.water.drawing.straight import Band, BankStretch, Border, Mark, Strip
from giapranh.water.models import FeatureKind, RiverFeature, Station, TargetClass, Watercourse
from giapranh.water.queries import network
from giapranh.water.queries.neighbours import own_province, province_name
from giapranh.water.queries.states import ORDER, StationState, station_states
from giapranh.water.rules import limits

SAME_PLACE_KM = 1.0
MAJOR = {FeatureKind.INTAKE, FeatureKind.OUTFALL, FeatureKind.POLLUTION_SOURCE, FeatureKind.WEIR}


@dataclass(frozen=True, slots=True)
class Province:
    """A province on the banks, with the style it is drawn in."""

    code: str
    name: str
    tone: str


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station with its state and what the page says of it."""

    state: StationState
    words: str  # the class in words
    note: str  # value and age, or silence
    target: TargetClass | None = None
    fails_target: bool = False
    heard: str = ""  # who has been told

    @property
    def station(self) -> Station:
        return self.state.station

    @property
    def strip_note(self) -> str:
        """The word of the class before value and age, where only a letter stands beside it."""
        word = class_words(self.state.cls).rpartition("– ")[2] if self.state.cls else ""
        return f"{word} · {self.note}" if word and not self.state.silent else self.note

    @property
    def over_words(self) -> str:
        """What is above the limits that protect health."""
        return ", ".join(_over(each.parameter, each.multiple) for each in self.state.over)

    @property
    def rank(self) -> tuple[int, int, float]:
        """The worst first: class, then limits for health, then silence."""
        worst = ORDER.get(self.state.cls, 0) + (1 if self.state.over else 0)
        return (-worst, -int(self.state.silent), -(self.station.km or 0))


@dataclass(frozen=True, slots=True)
class RiverPage:
    river: Watercourse
    now: datetime
    rows: list[StationRow]
    features: list[RiverFeature]
    strip: Strip
    provinces: list[Province]
    targets: list[TargetClass]
    tributaries: list[Watercourse]
    borders: list[Any] = field(default_factory=list)

    @property
    def worst(self) -> StationRow | None:
        bad = [row for row in self.rows if ORDER.get(row.state.cls, 0) >= 3 or row.state.over or row.fails_target]
        return min(bad, key=lambda row: row.rank, default=None)

    @property
    def silent(self) -> list[StationRow]:
        return [row for row in self.rows if row.state.silent]

    @property
    def fresh(self) -> int:
        """Stations with a value of the last day."""
        return sum(1 for row in self.rows if row.state.at and (self.now - row.state.at).total_seconds() < 86400)

    @property
    def illustrative(self) -> bool:
        return any(row.station.illustrative for row in self.rows) or any(f.illustrative for f in self.features)

    @property
    def headline(self) -> str:
        """The answer in one sentence."""
        if not self.rows:
            return _("Chưa có trạm hay điểm lấy mẫu nào trên sông này.")
        worst = self.worst
        if worst is not None:
            return _("Xấu nhất: %(station)s, %(km)s: %(words)s, %(note)s.") % {
                "station": worst.station.name, "km": words.kilometre(worst.station.km or 0), "words": worst.words,
                "note": worst.note,
            }  # fmt: skip
        if not any(row.state.at for row in self.rows):
            return _("Chưa có số liệu nào từ các trạm trên sông này.")
        return _("Không trạm nào đang ở mức xấu theo số liệu mới nhất.")


def rows_of(user: Any, stations: Sequence[Station], now: datetime) -> list[StationRow]:
    """Each station with its state, the class it must meet and who has heard."""
    states = station_states(stations, now)
    heard = _heard(list(states))
    targets = list(network.targets_on(local_date(now)))
    return [_row(states[station.pk], now, heard.get(station.pk, ""), targets) for station in stations]


def river_page(
    user: Any, key: str, now: datetime, *, bands: Sequence[Band] = (), here: Mark | None = None
) -> RiverPage:
    river = network.watercourse(key)
    day = local_date(now)
    rows = rows_of(user, list(network.stations(user, day, river=river)), now)
    features = list(network.features(user, day, river=river))
    banks = list(network.banks(river, day))
    provinces = provinces_of({bank.province_code for bank in banks}, day)
    tones = {province.code: province.tone for province in provinces}
    borders = [reach for reach in network.reaches(river, day) if reach.is_border]
    tributaries = list(network.tributaries(river))
    strip = Strip(
        river.name, river.length_km,
        marks=[*_station_marks(rows), *_feature_marks(features), *_mouths(tributaries, features),
               *([here] if here else [])],
        banks=stretches(banks, tones),
        borders=[Border(reach.km_upper, reach.km_lower, border_words(reach, day)) for reach in borders],
        bands=bands, into=_into(river),
    )  # fmt: skip
    return RiverPage(
        river, now, sorted(rows, key=lambda row: -(row.station.km or 0)), features, strip, provinces,
        list(network.targets(river, day)), tributaries, borders,
    )  # fmt: skip


def class_words(cls: str) -> str:
    """``mức C – xấu``."""
    known = limits.class_names().get(cls)
    if known is None:
        return _("mức %(cls)s") % {"cls": cls} if cls else ""
    name = words.said(known)
    return name[:1].lower() + name[1:]


def fails(state: StationState, target: TargetClass | None) -> bool:
    """Whether the water is worse than the class the reach must meet, by the same regulation."""
    if target is None or not state.cls:
        return False
    try:
        if limits.standard(target.regulation).key != state.standard:
            return False
        return limits.meets_target(state.cls, target.class_code, target.regulation) is False
    except limits.NoStandard:
        return False


def provinces_of(codes: set[str], day: date) -> list[Province]:
    """Provinces on the banks, our own first."""
    own = own_province()
    ordered = sorted(filter(None, codes), key=lambda code: (code != own, code))
    return [Province(code, province_name(code, day), f"province-{min(n, 4)}") for n, code in enumerate(ordered, 1)]


def border_words(reach: Any, day: date) -> str:
    names = [province_name(code, day) for code in reach.border_provinces[:2]]
    if len(names) < 2:
        return _("Sông là ranh giới hai tỉnh: một mẫu thuộc cả hai bên")
    return _("Sông là ranh giới: bờ trái %(left)s, bờ phải %(right)s") % {"left": names[0], "right": names[1]}


# --- a station -------------------------------------------------------------------------------------------------------


def _row(state: StationState, now: datetime, heard: str, targets: Sequence[TargetClass]) -> StationRow:
    station = state.station
    target = network.nearest_target(targets, station.watercourse_id, station.km)
    return StationRow(state, _class_of(state), _note(state, now), target, fails(state, target), heard)


def _class_of(state: StationState) -> str:
    if state.at is None:
        return _("chưa có số liệu")
    said = class_words(state.cls) if state.cls else _("chưa đủ để xếp mức")
    over = ", ".join(_over(each.parameter, each.multiple) for each in state.over)
    return f"{said}; {_('vượt giới hạn sức khỏe')}: {over}" if over else said


def _over(parameter: str, multiple: float | None) -> str:
    from giapranh.water.rules import parameters

    about = parameters.all_parameters().get(parameter)
    name = about.symbol if about else parameter
    return _("%(name)s %(times)s lần") % {"name": name, "times": words.times(multiple)} if multiple else name


def _note(state: StationState, now: datetime) -> str:
    if state.at is None:
        return _("chưa có số liệu")
    old = words.age(state.at, now)
    if state.silent:
        return _("im lặng, số cuối %(age)s") % {"age": old}
    if state.silent_parts:
        old += " · " + _("%(n)s/%(all)s thông số im lặng") % {"n": state.silent_parts, "all": state.parts}
    return f"{state.value} · {old}" if state.value else old


def _station_marks(rows: Sequence[StationRow]) -> list[Mark]:
    return [
        Mark(
            row.station.km, "station", row.station.name, row.strip_note, station_url(row.station.pk), row.state.badge,
            row.state.tone, row.station.bank, silent=row.state.silent or row.state.at is None,
        )
        for row in rows if row.station.km is not None
    ]  # fmt: skip


def station_url(station_id: int) -> str:
    """The page of a station."""
    try:
        return reverse("water:station", args=[station_id])
    except NoReverseMatch:
        return reverse("water:edit_station", args=[station_id])


def _heard(station_ids: list[int]) -> dict[int, str]:
    """Per station the word on its open alert or incident: nobody yet, who took it, or that the neighbour knows."""
    from giapranh.water.models import Alert, Notice
    from giapranh.water.rules.alert_states import AlertState

    told: dict[int, str] = {}
    alerts = Alert.objects.filter(station__in=station_ids).exclude(state=AlertState.ENDED)
    for alert in alerts.select_related("assigned", "owner").order_by("severity", "pk"):
        who = alert.assigned or alert.owner
        told[alert.station_id] = (
            _("cảnh báo, %(who)s đã nhận") % {"who": alert.acknowledged_by}
            if alert.acknowledged_by_id and (alert.acknowledged_by is not None)
            else _("cảnh báo, chờ %(who)s nhận") % {"who": who} if who
            else _("cảnh báo, chưa ai nhận")
        )  # fmt: skip
    notices = Notice.objects.filter(
        Q(sent_at__isnull=False) | Q(incoming=True), withdrawn_at=None, incident__closed_at=None,
        incident__alerts__station__in=station_ids,
    )  # fmt: skip
    for station_id, name, known in notices.values_list(
        "incident__alerts__station", "neighbour_name", "acknowledged_at"
    ).order_by("pk"):
        told[station_id] = (
            _("%(who)s đã xác nhận") % {"who": name} if known else _("đã báo %(who)s, chưa xác nhận") % {"who": name}
        )
    return told


# --- what else is drawn ----------------------------------------------------------------------------------------------


def _feature_marks(features: Sequence[RiverFeature]) -> list[Mark]:
    """What stands at one place. Diffuse sources lie along a stretch: the table names them."""
    placed = [feature for feature in features if "km_lower" not in feature.details]
    major = [_feature_mark(feature) for feature in placed if feature.kind in MAJOR]
    return major + _together([_feature_mark(feature) for feature in placed if feature.kind not in MAJOR])


def _feature_mark(feature: RiverFeature) -> Mark:
    return Mark(
        feature.km, feature.kind, feature.name, _feature_note(feature), bank=feature.bank,
        minor=feature.kind not in MAJOR,
    )  # fmt: skip


def _together(marks: Sequence[Mark]) -> list[Mark]:
    """Small things at nearly one place share one label."""
    shared: list[Mark] = []
    for mark in sorted(marks, key=lambda each: -each.km):
        if shared and shared[-1].km - mark.km < SAME_PLACE_KM:
            shared[-1] = replace(shared[-1], title=f"{shared[-1].title} · {mark.title}")
        else:
            shared.append(mark)
    return shared


def _feature_note(feature: RiverFeature) -> str:
    if feature.kind not in MAJOR:
        return ""
    parts = [str(FeatureKind(feature.kind).label)]
    if volume := feature.details.get("m3_per_day"):
        parts = [_("%(volume)s m³/ngày") % {"volume": format_number(volume)}]
    if feature.km_uncertainty >= 1:
        parts.append(_("±%(km)s km") % {"km": format_number(feature.km_uncertainty)})
    if serves := feature.details.get("serves"):
        parts.append(str(serves))
    return " · ".join(parts)


def _mouths(tributaries: Sequence[Watercourse], features: Sequence[RiverFeature]) -> list[Mark]:
    """Where other rivers come in; a confluence entered as a feature is drawn once."""
    drawn = [feature.km for feature in features if feature.kind == FeatureKind.CONFLUENCE]
    return [
        Mark(river.joins_at_km, "mouth", _("%(river)s nhập vào") % {"river": river.name},
             url=reverse("water:river", args=[river.key]), bank=river.joins_bank)
        for river in tributaries
        if river.joins_at_km is not None and not any(abs(km - river.joins_at_km) < 0.6 for km in drawn)
    ]  # fmt: skip


def stretches(banks: Sequence[Any], tones: dict[str, str]) -> list[BankStretch]:
    """The banks by side; communes that share a stretch stand together on it."""
    named: dict[tuple[str, float, float, str], list[str]] = {}
    for bank in banks:
        for side in ("left", "right") if bank.bank == "both" else (bank.bank,):
            if side in ("left", "right"):
                names = named.setdefault((side, bank.km_upper, bank.km_lower, bank.province_code), [])
                if bank.unit_name not in names:
                    names.append(bank.unit_name)
    return [
        BankStretch(side, upper, lower, ", ".join(names), tones.get(code, ""))
        for (side, upper, lower, code), names in named.items()
    ]


def _into(river: Watercourse) -> str:
    if river.flows_into is None:
        return ""
    return _("vào %(river)s, %(km)s") % {
        "river": river.flows_into.name, "km": words.kilometre(river.joins_at_km or 0)}  # fmt: skip
