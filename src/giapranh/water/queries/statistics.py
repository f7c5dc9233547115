"""Tables of a quarter or a year: how often limits were exceeded, percentiles, trends, loads, what arrived.

Automatic stations count by the day (daily means): values minutes apart are no separate witnesses. Samples count each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput
from giapranh.water.incident_settings import received_share
from giapranh.water.models import Sample, Series, Station
from giapranh.water.models.observations import MEAN
from giapranh.water.queries import network, series
from giapranh.water.queries.comparison import newest_series
from giapranh.water.queries.series import Rows, day_ms, from_ms
from giapranh.water.queries.station_page import Received, received_since
from giapranh.water.rules import limits, loads, parameters, statistics, trends, wqi_series
from giapranh.water.rules.limits import Bound
from giapranh.water.rules.readings import Censored, Reading
from giapranh.water.rules.statistics import Rate, Summary
from giapranh.water.rules.trends import Trend

TREND_YEARS = 5
MOST_ROWS = 400


class BadPeriod(BadInput):
    code = "bad_period"


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar quarter or year; ``end`` is the day after."""

    key: str
    start: date
    end: date

    @property
    def is_year(self) -> bool:
        return "-" not in self.key

    @property
    def instants(self) -> tuple[datetime, datetime]:
        return from_ms(day_ms(self.start)), from_ms(day_ms(self.end))


def period_of(text: str) -> Period:
    """``2026-Q3`` or ``2026``."""
    year_text, _sign, quarter = text.strip().upper().partition("-")
    if not (year_text.isdecimal() and len(year_text) == 4 and 1980 <= int(year_text) <= 2099):
        raise BadPeriod(N_("Không hiểu kỳ “%(text)s”. Viết như 2026-Q3 hoặc 2026."), text=text[:20])
    year = int(year_text)
    if not quarter:
        return Period(f"{year}", date(year, 1, 1), date(year + 1, 1, 1))
    if quarter not in {"Q1", "Q2", "Q3", "Q4"}:
        raise BadPeriod(N_("Không hiểu kỳ “%(text)s”. Viết như 2026-Q3 hoặc 2026."), text=text[:20])
    n = int(quarter[1])
    end = date(year + 1, 1, 1) if n == 4 else date(year, 3 * n + 1, 1)
    return Period(f"{year}-Q{n}", date(year, 3 * n - 2, 1), end)


def periods(first: date, today: date) -> list[Period]:
    """Quarters and years that may hold data, the newest first."""
    found = []
    for year in range(today.year, max(first.year, today.year - 15) - 1, -1):
        quarters = [period_of(f"{year}-Q{n}") for n in (4, 3, 2, 1)]
        found += [each for each in quarters if each.start <= today and each.end > first]
        found.append(period_of(f"{year}"))
    return found


@dataclass(frozen=True, slots=True)
class Judged:
    """What results were counted against from a day on. None where the regulation has no limit for it."""

    since: date
    bound: Bound | None
    bound_key: str  # "target", "table1", a class, or "open": a target that bears any value


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One series over the period. ``rate`` against the limits of the days its values are of, oldest first."""

    series: Series
    by_day: bool
    summary: Summary
    judged: tuple[Judged, ...]
    rate: Rate | None

    @property
    def bound(self) -> Bound | None:
        return self.judged[-1].bound

    @property
    def bound_key(self) -> str:
        return self.judged[-1].bound_key

    @property
    def station(self) -> Station:
        return self.series.station


@dataclass(frozen=True, slots=True)
class TrendRow:
    series: Series
    trend: Trend
    first: date
    last: date
    season: int  # 12: by months; 4: by quarters


@dataclass(frozen=True, slots=True)
class LoadRow:
    series: Series
    days: int
    mean_kg_day: float
    total_t: float
    weighted_mean: float | None


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    station: Station
    received: Received
    months: tuple[Received | None, ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """How many looks at the water of a station fell into which class."""

    station: Station
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Statistics:
    period: Period
    stations: list[Station]
    rows: list[SeriesRow]
    trends: list[TrendRow]
    loads: list[LoadRow]
    received: list[ReceivedRow]
    classes: list[ClassRow]
    months: list[date]
    left_out: int = 0

    @property
    def illustrative(self) -> bool:
        return any(station.illustrative for station in self.stations)


def statistics_page(
    user: Any, period: Period, now: datetime, *, station_id: int | None = None, parameter: str = ""
) -> Statistics:
    found = network.stations(user, None)
    if station_id is not None:
        found = found.filter(pk=station_id)
    stations = list(found)
    listed = list(
        Series.objects.filter(
            station__in=stations, last_time__gte=period.instants[0], first_time__lt=period.instants[1]
        )
        .select_related("station", "station__watercourse")
        .exclude(parameter="")
        .order_by("station__watercourse__sort_key", "-station__km", "station__sort_key", "pk")
    )
    known = list(parameters.all_parameters())
    listed = [each for each in listed if each.parameter in known and (not parameter or each.parameter == parameter)]
    listed.sort(key=lambda each: known.index(each.parameter))
    listed.sort(key=lambda each: (each.station.watercourse_id or 0, -(each.station.km or 0), each.station_id))
    shown = listed[:MOST_ROWS]
    sampled = _samples([each.pk for each in shown if not each.cycle_seconds], _trend_start(period), period.instants[1])
    days = {each.pk: _days(each, sampled, *period.instants) for each in shown}
    bounds = _Bounds(period)
    return Statistics(
        period, [each for each in stations if any(row.station_id == each.pk for row in shown)],
        [row for each in shown if (row := _series_row(each, days[each.pk], bounds)) is not None],
        _trends(shown, sampled, period, everything=station_id is not None or bool(parameter)),
        _loads(shown, days, period),
        _received(shown, period, now), _classes(shown, days, period), _months(period), len(listed) - len(shown),
    )  # fmt: skip


# --- values ----------------------------------------------------------------------------------------------------------


def _days(row: Series, sampled: dict[int, Rows], start: datetime, end: datetime) -> Rows:
    """Daily means of an automatic series; each sample of another. In the unit of the list of parameters."""
    if not row.cycle_seconds:
        rows = sampled.get(row.pk, series.NO_ROWS)
        inside = (rows.times >= series.to_ms(start)) & (rows.times < series.to_ms(end))
        return _in_list_unit(row, rows.take(inside & rows.good))
    rows = _in_list_unit(row, series.settled_rows(row.pk, start, end))
    values = np.where(rows.good, rows.values, np.nan)
    times, columns = wqi_series.means(rows.times, {"x": values}, "day", step_s=row.cycle_seconds)
    kept = ~np.isnan(columns["x"])
    zeros = np.zeros(int(kept.sum()), np.int16)
    return Rows(times[kept], columns["x"][kept], zeros + 1, zeros, zeros, zeros, zeros.astype(np.int64))


def _in_list_unit(row: Series, rows: Rows) -> Rows:
    factor = series.factor_of(row)
    return rows if factor in (None, 1.0) else replace(rows, values=rows.values * factor)


SAMPLES = """
SELECT o.series_id, o.time, CASE WHEN c.id IS NULL THEN o.value ELSE c.value END,
       CASE WHEN c.id IS NULL THEN o.flag WHEN c.value IS NULL THEN 4 ELSE c.flag END,
       CASE WHEN c.id IS NULL OR c.value = o.value THEN o.censored ELSE 0 END
FROM water_observation o
LEFT JOIN LATERAL (SELECT id, value, flag FROM water_correction
                   WHERE series_id = o.series_id AND time = o.time ORDER BY at DESC, id DESC LIMIT 1) c ON true
WHERE o.series_id = ANY(%s) AND o.time >= %s AND o.time < %s ORDER BY o.series_id, o.time
"""


def _samples(series_ids: list[int], start: datetime, end: datetime) -> dict[int, Rows]:
    """Years of samples of many series at once: they are few, and a query for each would cost more than they do."""
    with connection.cursor() as cursor:
        cursor.execute(SAMPLES, [series_ids, start, end])
        found = cursor.fetchall()
    grouped: dict[int, list[Any]] = {}
    for row in found:
        grouped.setdefault(row[0], []).append(row)
    return {pk: _as_rows(rows) for pk, rows in grouped.items()}


def _as_rows(found: list[Any]) -> Rows:
    zeros = np.zeros(len(found), np.int16)
    return Rows(
        np.array([series.to_ms(row[1]) for row in found], np.int64),
        np.array([np.nan if row[2] is None else row[2] for row in found]),
        np.array([row[3] for row in found], np.int16), zeros, zeros, np.array([row[4] for row in found], np.int16),
        zeros.astype(np.int64),
    )  # fmt: skip


def _series_row(row: Series, rows: Rows, bounds: _Bounds) -> SeriesRow | None:
    if not len(rows):
        return None
    summary = statistics.summary(rows.values, censored=rows.censored)
    judged = bounds.judged(row, local_date(from_ms(rows.times[0])), local_date(from_ms(rows.times[-1])))
    edges = np.searchsorted(rows.times, [day_ms(one.since) for one in judged])
    parts = [
        statistics.exceedance_rate(rows.values[first:last], one.bound, censored=rows.censored[first:last])
        for one, first, last in zip(judged, edges, [*edges[1:], len(rows)], strict=True)
        if one.bound is not None and one.bound_key != "open"
    ]  # fmt: skip
    rate = statistics.rate(*(sum(getattr(part, name) for part in parts) for name in ("k", "n", "undecided")))
    return SeriesRow(row, bool(row.cycle_seconds), summary, judged, rate if parts else None)


class _Bounds:
    """The limits of the days of a period; what reaches must meet is asked once."""

    def __init__(self, period: Period) -> None:
        self.targets = list(network.targets_between(period.start, period.end - timedelta(days=1)))
        firsts = [held.valid_from for held in limits.standards()] + [row.valid_from for row in self.targets]
        ends = [row.valid_to + timedelta(days=1) for row in self.targets if row.valid_to is not None]
        self.changes = sorted({day for day in (*firsts, *ends) if day is not None})

    def judged(self, row: Series, first: date, last: date) -> tuple[Judged, ...]:
        """Each result by the limit of its day: a new one from the day a regulation or a plan changes."""
        found: list[Judged] = []
        for day in (first, *(day for day in self.changes if first < day <= last)):
            told = self._telling(row, day)
            if not found or told != (found[-1].bound, found[-1].bound_key):
                found.append(Judged(day, *told))
        return tuple(found)

    def _telling(self, row: Series, day: date) -> tuple[Bound | None, str]:
        """What is counted against: the class the reach must meet, else health (Table 1), else class B (A2)."""
        station = row.station
        if station.water_body == "wastewater" or series.factor_of(row) is None:
            return None, ""
        body = "lake" if station.water_body == "lake" else "river"
        try:
            held = limits.standard_on(day)
        except limits.NoStandard:
            return None, ""
        targets = [one for one in self.targets if one.holds_on(day) and one.regulation.startswith(held.key)]
        target = network.nearest_target(targets, station.watercourse_id, station.km)
        wanted = [(limits.TABLE_1, "table1"), (held.classes[1], held.classes[1])]
        if target is not None:
            wanted.insert(0, (target.class_code, "target"))
            asked = limits.bound(row.parameter, target.class_code, day, body)
            # The class bears any value of it: nothing to count, and no stricter class in its place.
            if asked is not None and asked.low is None and asked.high is None:
                return asked, "open"
            if asked is None and row.parameter in limits.classed_parameters(day, body):
                return None, ""
        for cls, key in wanted:
            found = limits.bound(row.parameter, cls, day, body)
            if found is not None and (found.low is not None or found.high is not None):
                return found, key
        return None, ""


# --- trends ----------------------------------------------------------------------------------------------------------

MONTHLY = f"""
WITH said AS (SELECT DISTINCT ON (time) time, value, flag FROM water_correction
              WHERE series_id = %(series)s AND time >= %(start)s AND time < %(end)s ORDER BY time, at DESC, id DESC)
SELECT (extract(year FROM local) * 12 + extract(month FROM local) - 1)::int, {MEAN.format(v="value")}
FROM (SELECT o.time AT TIME ZONE 'Asia/Ho_Chi_Minh' AS local,
             CASE WHEN said.time IS NULL THEN o.value ELSE said.value END AS value,
             CASE WHEN said.time IS NULL THEN o.flag ELSE said.flag END AS flag
      FROM water_observation o LEFT JOIN said ON said.time = o.time
      WHERE o.series_id = %(series)s AND o.time >= %(start)s AND o.time < %(end)s) AS found
WHERE value IS NOT NULL AND flag NOT IN (4, 9) GROUP BY 1 ORDER BY 1
"""  # noqa: S608 - nothing from outside


def _trend_start(period: Period) -> datetime:
    return from_ms(day_ms(date(period.end.year - TREND_YEARS, period.end.month, 1)))


def _trends(found: Sequence[Series], sampled: dict[int, Rows], period: Period, *, everything: bool) -> list[TrendRow]:
    """Seasonal Kendall over the last years. Long automatic series only where somebody asked for one station or one
    parameter: years of them are many rows."""
    rows = []
    for row in found:
        if row.cycle_seconds and not everything:
            continue
        if row.first_time is None or row.last_time is None or row.last_time - row.first_time < timedelta(days=365):
            continue
        censored: dict[int, int] = {}
        if row.cycle_seconds:
            values = _monthly_means(row, _trend_start(period), period.instants[1])
        else:
            values, censored = _monthly_samples(_in_list_unit(row, sampled.get(row.pk, series.NO_ROWS)))
        if values:
            rows.append(_tested(row, values, censored))
    return rows


def _tested(row: Series, values: dict[int, float], censored: dict[int, int]) -> TrendRow:
    """By months where every month of the year was measured at least twice, else by quarters."""
    first, last = min(values), max(values)
    season = 12
    if any(sum(1 for month in values if month % 12 == n) < 2 for n in range(12)):
        season, values, censored = 4, *_quarterly(values, censored)
    start, end = min(values) // season * season, max(values)  # from the first season of its year on
    steps = range(start, end + 1)
    column = np.array([values.get(step, np.nan) for step in steps])
    signs = np.array([censored.get(step, 0) for step in steps])
    return TrendRow(
        row, trends.seasonal_trend(column, season, censored=signs), date(first // 12, first % 12 + 1, 1),
        date(last // 12, last % 12 + 1, 1), season,
    )  # fmt: skip


def _quarterly(values: dict[int, float], censored: dict[int, int]) -> tuple[dict[int, float], dict[int, int]]:
    """The middle month of each quarter."""
    months: dict[int, list[int]] = {}
    for month in values:
        months.setdefault(month // 3, []).append(month)
    middle = {quarter: sorted(each, key=lambda m: values[m])[len(each) // 2] for quarter, each in months.items()}
    return ({quarter: values[month] for quarter, month in middle.items()},
            {quarter: censored.get(month, 0) for quarter, month in middle.items()})  # fmt: skip


def _monthly_means(row: Series, start: datetime, end: datetime) -> dict[int, float]:
    factor = series.factor_of(row) or 1.0
    with connection.cursor() as cursor:
        cursor.execute(MONTHLY, {"series": row.pk, "start": start, "end": end})
        return {month: mean * factor for month, mean in cursor.fetchall()}


def _monthly_samples(rows: Rows) -> tuple[dict[int, float], dict[int, int]]:
    """The median sample of each month."""
    by_month: dict[int, list[int]] = {}
    for n in np.flatnonzero(rows.good).tolist():
        day = local_date(from_ms(rows.times[n]))
        by_month.setdefault(day.year * 12 + day.month - 1, []).append(n)
    middle = {month: sorted(each, key=lambda n: rows.values[n])[len(each) // 2] for month, each in by_month.items()}
    return ({month: float(rows.values[n]) for month, n in middle.items()},
            {month: int(rows.censored[n]) for month, n in middle.items()})  # fmt: skip


# --- loads, received, classes ----------------------------------------------------------------------------------------


def _loads(found: Sequence[Series], days: dict[int, Rows], period: Period) -> list[LoadRow]:
    """Where discharge is measured at the same station."""
    rows = []
    for station in {each.station_id: each.station for each in found}.values():
        flow = newest_series(station, "flow")
        if flow is None:
            continue
        discharge = days.get(flow.pk)
        if discharge is None:  # another parameter is looked at
            discharge = _days(flow, _samples([flow.pk], *period.instants), *period.instants)
        of_day = _by_day(discharge)
        for row in found:
            if row.station_id != station.pk or parameters.all_parameters()[row.parameter].unit != "mg/L":
                continue
            if row.parameter == "do" or None in (series.factor_of(row), series.factor_of(flow)):
                continue
            both = [(c, of_day[day]) for day, c in _by_day(days[row.pk]).items() if day in of_day]
            if both:
                rows.append(_load(row, both))
    return rows


def _by_day(rows: Rows) -> dict[int, float]:
    """One value a day, the mean where there are several samples; half the limit for one below detection."""
    found: dict[int, list[float]] = {}
    values = np.where(rows.censored == Censored.BELOW, rows.values / 2, rows.values)
    for day, value in zip(_day_numbers(rows), values.tolist(), strict=True):
        found.setdefault(day, []).append(value)
    return {day: sum(several) / len(several) for day, several in found.items()}


def _day_numbers(rows: Rows) -> list[int]:
    numbers: list[int] = ((rows.times + 7 * 3_600_000) // series.DAY_MS).tolist()
    return numbers


def _load(row: Series, both: list[tuple[float, float]]) -> LoadRow:
    daily = [loads.load_kg_day(c, q) for c, q in both]
    weighted = loads.flow_weighted_mean(np.array([c for c, _q in both]), np.array([q for _c, q in both]))
    return LoadRow(row, len(both), sum(daily) / len(daily), sum(daily) / 1000, weighted)


def _months(period: Period) -> list[date]:
    found, day = [], period.start
    while day < period.end:
        found.append(day)
        day = (day.replace(day=28) + timedelta(days=7)).replace(day=1)
    return found


def _received(found: Sequence[Series], period: Period, now: datetime) -> list[ReceivedRow]:
    """Per automatic station all its series together, month by month and over the period up to now."""
    clocked = [each for each in found if each.cycle_seconds]
    months = _months(period)
    spans = [(day, months[n + 1] if n + 1 < len(months) else period.end) for n, day in enumerate(months)]
    by_month = [
        received_since(clocked, from_ms(day_ms(first)), min(from_ms(day_ms(last)), now)) for first, last in spans
    ]
    rows = []
    for station in {each.station_id: each.station for each in clocked}.values():
        own = [each.pk for each in clocked if each.station_id == station.pk]
        monthly = [_together([got[pk] for pk in own if pk in got]) for got in by_month]
        whole = _together([each for each in monthly if each is not None])
        if whole is not None:
            rows.append(ReceivedRow(station, whole, tuple(monthly)))
    return rows


def _together(found: list[Received]) -> Received | None:
    expected = sum(each.expected for each in found)
    got = sum(each.received for each in found)
    if not expected:
        return None
    return Received(expected, got, statistics.received_enough(got / expected, float(received_share())))


def _classes(found: Sequence[Series], days: dict[int, Rows], period: Period) -> list[ClassRow]:
    """The worst class of each day (automatic) or sample: how many of which."""
    rows = []
    stations = {each.station_id: each.station for each in found}
    rubbish = _rubbish(list(stations), period)
    for station in stations.values():
        if station.water_body == "wastewater":
            continue
        body = "lake" if station.water_body == "lake" else "river"
        own = [row for row in found if row.station_id == station.pk and series.factor_of(row) is not None]
        looks = _looks([days[row.pk] for row in own], [row.parameter for row in own])
        counts: dict[str, int] = {}
        for (number, _nth), readings in looks.items():
            day = date(1970, 1, 1) + timedelta(days=number)
            seen = rubbish.get((station.pk, day))
            try:
                sample = limits.classify_sample(readings, day, body, floating_rubbish=seen)
            except limits.NoStandard:
                continue
            if sample.limiting:
                counts[sample.limiting] = counts.get(sample.limiting, 0) + 1
        if counts:
            rows.append(ClassRow(station, counts))
    return rows


def _looks(columns: Sequence[Rows], names: Sequence[str]) -> dict[tuple[int, int], dict[str, Reading]]:
    """What was measured together: by day, and where a day has several samples the first of each, the second of each."""
    looks: dict[tuple[int, int], dict[str, Reading]] = {}
    for rows, name in zip(columns, names, strict=True):
        taken: dict[int, int] = {}
        for day, value, censored in zip(_day_numbers(rows), rows.values.tolist(), rows.censored.tolist(), strict=True):
            taken[day] = taken.get(day, -1) + 1
            looks.setdefault((day, taken[day]), {}).setdefault(name, Reading(value, censored))
    return looks


def _rubbish(station_ids: list[int], period: Period) -> dict[tuple[int, date], bool]:
    """What samplers said about floating rubbish; once seen on a day, seen."""
    start, end = period.instants
    rows = Sample.objects.filter(
        station__in=station_ids, taken_at__gte=start, taken_at__lt=end, floating_rubbish__isnull=False
    )
    found: dict[tuple[int, date], bool] = {}
    for station_id, at, seen in rows.values_list("station", "taken_at", "floating_rubbish"):
        key = station_id, local_date(at)
        found[key] = found.get(key, False) or bool(seen)
    return found
