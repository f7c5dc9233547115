"""What the page of a station says: the newest values and what they mean, how much arrived, one series over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _

from giapranh.kernel.clock import VIETNAM, local_date
from giapranh.water.incident_settings import received_share, wqi_method
from giapranh.water.models import Series, Station, StationKind
from giapranh.water.queries import network, results, series
from giapranh.water.queries.results import Latest, StationResult
from giapranh.water.queries.river_page import StationRow, rows_of
from giapranh.water.queries.states import ORDER
from giapranh.water.rules import parameters, wqi, wqi_series

WQI_DAYS = 14
WQI_HOURS = 24
LOOKED_AT = ("nh4_n", "cod", "do")


@dataclass(frozen=True, slots=True)
class Received:
    """How many of the expected values have arrived since ``since``."""

    expected: int
    received: int
    enough: bool

    @property
    def rate(self) -> float | None:
        return self.received / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class LatestRow:
    latest: Latest
    received: Received | None
    silent: bool

    @property
    def series(self) -> Series:
        return self.latest.series


@dataclass(frozen=True, slots=True)
class WqiMean:
    """The index of one day or hour."""

    at: datetime
    value: int | None
    level: wqi.Level | None

    @property
    def day(self) -> date:
        return local_date(self.at)


@dataclass(frozen=True, slots=True)
class WqiMeans:
    """VN_WQI from daily or hourly means, with what it was made of."""

    period: str  # "day" | "hour"
    rows: list[WqiMean]
    used: tuple[str, ...]
    missing_groups: tuple[str, ...]
    method_id: str
    label: str


@dataclass(frozen=True, slots=True)
class StationPage:
    station: Station
    now: datetime
    row: StationRow
    result: StationResult
    rows: list[LatestRow]
    chosen: Series | None
    wqi_means: WqiMeans | None
    month: date

    @property
    def received(self) -> Received | None:
        """All series together."""
        counted = [each.received for each in self.rows if each.received]
        if not counted:
            return None
        expected, got = sum(each.expected for each in counted), sum(each.received for each in counted)
        return Received(expected, got, bool(expected) and got / expected >= float(received_share()))


def station_page(user: Any, station_id: int, series_id: int | None, now: datetime, wqi_by: str = "day") -> StationPage:
    station = network.station(user, station_id)
    day = local_date(now)
    [row] = rows_of(user, [station], now)
    result = results.latest_results([station], day)[station.pk]
    if not result.rows:  # a station that is over: its last series
        result = results.latest_results([station], station.valid_to or day)[station.pk]
    month = day.replace(day=1)
    got = received_since([each.series for each in result.rows], series.from_ms(series.day_ms(month)), now)
    rows = [
        LatestRow(each, got.get(each.series.pk), bool(each.series.next_due_at and each.series.next_due_at < now))
        for each in result.rows
    ]
    rows.sort(key=lambda row: in_usual_order(row.series))
    chosen = _chosen(station, rows, row, series_id)
    means = wqi_means(station, [each.series for each in rows], result.at, wqi_by) if result.at else None
    return StationPage(station, now, row, result, rows, chosen, means, month)


def in_usual_order(row: Any) -> tuple[int, str]:
    """The order of series: that of the list of parameters; unknown ones last."""
    known = list(parameters.all_parameters())
    return (known.index(row.parameter) if row.parameter in known else len(known), row.name)


def _chosen(station: Station, rows: Sequence[LatestRow], row: StationRow, series_id: int | None) -> Series | None:
    """The one that was asked for; else the one that makes the water bad; else what officers look at first."""
    of_station = {each.series.pk: each.series for each in rows}
    if series_id is not None:
        found = of_station.get(series_id) or Series.objects.filter(pk=series_id, station=station).first()
        if found is not None:
            return found
    state = row.state
    if state.deciding is not None and (state.over or ORDER.get(state.cls, 0) >= 3):
        return of_station.get(state.deciding.series.pk)
    measured = [each.series for each in rows if each.series.last_time]
    first = next((each for key in LOOKED_AT for each in measured if each.parameter == key), None)
    return first or next(iter(measured), next(iter(of_station.values()), None))


# --- how much arrived ------------------------------------------------------------------------------------------------

SLOTS = """
SELECT s.id, count(DISTINCT ceil((extract(epoch FROM o.time) - %s) / s.cycle_seconds - 0.5))
FROM water_series s JOIN water_observation o ON o.series_id = s.id AND o.time >= %s AND o.time < %s
WHERE s.id = ANY(%s) AND s.cycle_seconds > 0 AND o.value IS NOT NULL GROUP BY s.id
"""


def received_since(found: Sequence[Series], start: datetime, end: datetime) -> dict[int, Received]:
    """Expected and received values of series that come in a cycle: distinct slots with a value, so that doubles and
    two loggers never make more than all. A slot lies around its moment: clocks are a second early or late."""
    clocked = [row for row in found if row.cycle_seconds]
    if not clocked or end <= start:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SLOTS, [start.timestamp(), start, end, [row.pk for row in clocked]])
        counts = dict(cursor.fetchall())
    threshold = float(received_share())
    answer = {}
    for row in clocked:
        first, last = _held(row, start, end)
        expected = int((last - first).total_seconds() // (row.cycle_seconds or 1))
        if expected > 0:
            got = min(counts.get(row.pk, 0), expected)
            answer[row.pk] = Received(expected, got, got / expected >= threshold)
    return answer


def _held(row: Series, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """A series that began or ended in the middle, or whose station did, is expected for its own time only. Where
    nobody said when it began, it began with its first value: a year is not lost to months before the station stood."""
    if row.valid_from is None and row.station.valid_from is None and row.first_time is not None:
        start = max(start, row.first_time)
    for dated in (row, row.station):
        if dated.valid_from is not None:
            start = max(start, datetime.combine(dated.valid_from, time(), VIETNAM))
        if dated.valid_to is not None:
            end = min(end, datetime.combine(dated.valid_to + timedelta(days=1), time(), VIETNAM))
    return start, end


# --- VN_WQI by day and by hour ---------------------------------------------------------------------------------------


def wqi_means(station: Station, found: Sequence[Series], newest: datetime, period: str = "day") -> WqiMeans | None:
    """The index of each of the last days, or hours, of an automatic station, from means."""
    if station.kind != StationKind.AUTOMATIC or station.water_body == "wastewater":
        return None
    end = newest + timedelta(minutes=1)
    first = local_date(newest) - timedelta(days=WQI_DAYS - 1)
    start = newest - timedelta(hours=WQI_HOURS) if period == "hour" else series.from_ms(series.day_ms(first))
    columns, starts = mean_columns(found, start, end, period)
    if not columns:
        return None
    day = local_date(newest)
    try:
        index = wqi_series.series(columns, day, method=wqi_method())
        levels = wqi.levels(day)
    except wqi.NoIndex:
        return None
    rows = [
        WqiMean(series.from_ms(at), int(value) if value >= 0 else None, levels[level] if level >= 0 else None)
        for at, value, level in zip(starts, index.value.tolist(), index.level.tolist(), strict=True)
    ]
    good = index.value >= 0
    method = index.methods[int(np.bincount(index.method[good]).argmax())] if good.any() else ""
    return WqiMeans(period, rows[::-1], index.used, index.missing_groups, method, index.label)


def mean_columns(
    found: Sequence[Series], start: datetime, end: datetime, period: str = "day"
) -> tuple[dict[str, np.ndarray], list[int]]:
    """Means per parameter in the unit of the list, over the same periods; those without enough values are NaN."""
    means: dict[str, dict[int, float]] = {}
    for row in found:
        factor = series.factor_of(row) if row.parameter else None
        if factor is None or row.parameter in means:
            continue
        rows = series.settled_rows(row.pk, start, end)
        values = np.where(rows.good, rows.values, np.nan) * factor
        times, columns = wqi_series.means(rows.times, {row.parameter: values}, period, step_s=row.cycle_seconds or 3600)
        means[row.parameter] = dict(zip(times.tolist(), columns[row.parameter].tolist(), strict=True))
    starts = sorted({at for column in means.values() for at in column})
    return {key: np.array([column.get(at, np.nan) for at in starts]) for key, column in means.items()}, starts


# --- words -----------------------------------------------------------------------------------------------------------


def method_words(found: wqi.Wqi) -> str:
    return {
        "agg_cuberoot": _("căn bậc ba"), "agg_sqrt": _("căn bậc hai"), "agg_iv_only": _("chỉ nhóm IV"),
    }.get(found.method_id, found.method_id)  # fmt: skip


def symbols(keys: Sequence[str]) -> str:
    known = parameters.all_parameters()
    return ", ".join(known[key].symbol if key in known else key for key in keys)
