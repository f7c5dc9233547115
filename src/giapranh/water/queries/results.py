"""What the latest values of stations mean: class per parameter by the regulation of the day, the worst, VN_WQI."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from giapranh.kernel.clock import local_date, now
from giapranh.places.named import held_on
from giapranh.water.incident_settings import wqi_method
from giapranh.water.models import Sample, Series, Station, StationKind
from giapranh.water.rules import limits, parameters, wqi
from giapranh.water.rules.limits import Exceedance, ParameterClass, SampleClass
from giapranh.water.rules.quality import Flag
from giapranh.water.rules.readings import Reading
from giapranh.water.rules.wqi import Wqi

# Values of one look at the water: grabs of a round, the last hours of an automatic station.
TOGETHER = timedelta(days=2)
LATEST = """
SELECT s.id, o.time, o.value, o.flag, o.reason, o.status, o.censored, o.source_id, c.value, c.flag, c.id
FROM water_series s
JOIN water_observation o ON o.series_id = s.id AND o.time = s.last_time
LEFT JOIN LATERAL (SELECT id, value, flag FROM water_correction
                   WHERE series_id = s.id AND time = o.time ORDER BY at DESC, id DESC LIMIT 1) c ON true
WHERE s.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest row of one series, a person's word on it taken into account (``value``; ``raw`` as it came)."""

    series: Series
    at: datetime | None = None
    value: float | None = None
    raw: float | None = None
    flag: int = Flag.MISSING
    reason: int = 0
    status: int = -1
    censored: int = 0
    source_id: int | None = None
    corrected: bool = False
    cls: ParameterClass | None = None
    over: Exceedance | None = None

    @property
    def usable(self) -> bool:
        return self.value is not None and self.flag not in (Flag.FAIL, Flag.MISSING)

    @property
    def reading(self) -> Reading | None:
        """In the unit and basis of the list of parameters; None where they do not fit."""
        if not self.usable:
            return None
        row = self.series
        try:
            value = parameters.to_stored(row.parameter, self.value, row.unit_symbol or None, row.basis or None)
        except (parameters.UnknownParameter, parameters.UnknownUnit, parameters.UnitsDiffer, parameters.UnknownBasis):
            return None
        return Reading(float(value), self.censored)


@dataclass(frozen=True, slots=True)
class StationResult:
    """One look at the water of a station: values of the newest two days together."""

    station: Station
    at: datetime | None
    rows: tuple[Latest, ...]
    sample: SampleClass | None = None
    wqi: Wqi | None = None
    floating_rubbish: bool | None = None

    @property
    def over(self) -> tuple[Exceedance, ...]:
        """Above the limits that protect health, whatever the class."""
        return tuple(each for each in self.sample.table1 if each.exceeds) if self.sample else ()


def latest_classes(station_ids: Iterable[int], day: date | None = None) -> dict[int, StationResult]:
    """The newest result of each station by series that hold on ``day`` (today when not told); two queries for all."""
    stations = list(Station.objects.filter(pk__in=list(station_ids)))
    return latest_results(stations, day or local_date(now()))


def latest_results(stations: Sequence[Station], day: date) -> dict[int, StationResult]:
    of_station: dict[int, list[Series]] = {station.pk: [] for station in stations}
    series = Series.objects.filter(held_on(day), station__in=of_station).select_related("station")
    for row in series.order_by("parameter", "pk"):
        of_station[row.station_id].append(row)
    newest = latest_rows([row.pk for rows in of_station.values() for row in rows])
    rubbish = _rubbish([station for station in stations if station.kind != StationKind.AUTOMATIC])
    return {
        station.pk: result(
            station,
            [
                replace(newest[row.pk], series=row) if row.pk in newest else Latest(row)
                for row in of_station[station.pk]
            ],
            rubbish.get(station.pk, {}),
        )
        for station in stations
    }


def latest_rows(series_ids: list[int]) -> dict[int, Latest]:
    """The newest row of each series, found by its key."""
    with connection.cursor() as cursor:
        cursor.execute(LATEST, [series_ids])
        found = cursor.fetchall()
    return {row[0]: _latest(row) for row in found}


def _latest(row: tuple[Any, ...]) -> Latest:
    series_id, at, raw, flag, reason, status, censored, source_id, said, said_flag, correction = row
    value, flag, censored, changed = as_said(raw, flag, censored, said, said_flag, correction)
    return Latest(Series(pk=series_id), at, value, raw, flag, reason, status, censored, source_id, changed)


def as_said(
    raw: float | None, flag: int, censored: int, said: float | None, said_flag: int | None, correction: int | None
) -> tuple[float | None, int, int, bool]:
    """Value, flag, censoring of a row and whether a person has judged it. “<0,05” that was accepted stays “<0,05”."""
    if correction is None:
        return raw, flag, censored, False
    if said is None or said_flag is None:
        return None, Flag.FAIL, 0, True
    return said, said_flag, censored if said == raw else 0, True


def result(
    station: Station, rows: Sequence[Latest], rubbish: dict[datetime, bool | None], *, condition: str = ""
) -> StationResult:
    """What values mean together. Rows of one look: the newest and what was measured within two days before it."""
    newest = max((row.at for row in rows if row.at), default=None)
    if newest is None:
        return StationResult(station, None, tuple(rows))
    seen = rubbish.get(newest)
    day = local_date(newest)
    readings: dict[str, Reading] = {}
    for row in rows:
        if row.at and newest - row.at <= TOGETHER and (reading := row.reading) is not None:
            readings.setdefault(row.series.parameter, reading)
    if station.water_body == "wastewater":
        return StationResult(station, newest, tuple(rows), floating_rubbish=seen)
    body = "lake" if station.water_body == "lake" else "river"
    sample = _sample(readings, day, body, seen)
    judged = tuple(_judged(row, day, body, seen) for row in rows)
    condition = condition or ("automatic" if station.kind == StationKind.AUTOMATIC else "decision_1460")
    return StationResult(station, newest, judged, sample, index(readings, day, condition), seen)


def _sample(readings: dict[str, Reading], day: date, body: str, seen: bool | None) -> SampleClass | None:
    try:
        return limits.classify_sample(readings, day, body, floating_rubbish=seen)
    except limits.NoStandard:
        return None


def index(readings: dict[str, Reading], day: date, condition: str) -> Wqi | None:
    """VN_WQI of one look; None before the decision held."""
    try:
        return wqi.vn_wqi(readings, day, method=wqi_method(), condition=condition)
    except wqi.NoIndex:
        return None


def _judged(row: Latest, day: date, body: str, seen: bool | None) -> Latest:
    """One value by the regulation of the day it was measured on."""
    reading = row.reading
    if reading is None or row.at is None:
        return row
    day = local_date(row.at)
    try:
        cls = limits.classify(
            row.series.parameter, reading.value, day, body, floating_rubbish=seen, censored=reading.censored
        )
        over = limits.table1(row.series.parameter, reading.value, day, censored=reading.censored)
    except limits.NoStandard:
        return row
    return replace(row, cls=cls, over=over)


def _rubbish(stations: Sequence[Station]) -> dict[int, dict[datetime, bool | None]]:
    """What the samplers of the last weeks said about floating rubbish."""
    if not stations:
        return {}
    since = now() - timedelta(days=400)
    found: dict[int, dict[datetime, bool | None]] = {}
    rows = Sample.objects.filter(station__in=stations, taken_at__gte=since, floating_rubbish__isnull=False)
    for station_id, at, seen in rows.values_list("station", "taken_at", "floating_rubbish"):
        found.setdefault(station_id, {})[at] = seen
    return found
