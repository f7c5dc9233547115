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
from giapranh.water.models import Series, Station
from giapranh.water.queries import network, series
from giapranh.water.queries.comparison import newest_series
from giapranh.water.queries.series import Rows, day_ms, from_ms
from giapranh.water.queries.station_page import Received, received_since
from giapranh.water.rules import limits, loads, parameters, statistics, trends, wqi_series
from giapranh.water.rules.limits import Bound
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
class SeriesRow:
    """One series over the period. ``rate`` against ``bound``; None where the regulation has no limit for it."""

    series: Series
    by_day: bool
    summary: Summary
    bound: Bound | None
    bound_key: str  # "target", "table1", or a class
    rate: Rate | None

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
    times, columns = wqi_series.means(rows.times, {"x": values}, "day", minimum_share=0.5, step_s=row.cycle_seconds)
    kept = ~np.isnan(columns["x"])
    zeros = np.zeros(int(kept.sum()), np.int16)
    return Rows(times[kept], columns["x"][kept], zeros + 1, zeros, zeros, zeros, zeros.astype(np.int64))


def _in_list_unit(row: Series, rows: Rows) -> Rows:
    factor = series.factor_of(row)
    return rows if factor in (None, 1.0) else replace(rows, values=rows.values * factor)


SAMPLES = """
SELECT o.series_id, o.time, CASE WHEN c.id IS NULL THEN o.value ELSE c.value END,
       CASE WHEN c.id IS NULL THEN o.flag WHEN c.value IS NULL THEN 4 ELSE c.flag END,
       CASE WHEN c.id IS NULL THEN o.censored ELSE 0 END
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
    bound, key = bounds.telling(row)
    rate = statistics.exceedance_rate(rows.values, bound, censored=rows.censored) if bound is not None else None
    return SeriesRow(row, bool(row.cycle_seconds), summary, bound, key, rate)


class _Bounds:
    """The limits of the last day of a period; what reaches must meet is asked once."""

    def __init__(self, period: Period) -> None:
        self.day = period.end - timedelta(days=1)
        self.targets = list(network.targets_on(self.day))

    def telling(self, row: Series) -> tuple[Bound | None, str]:
        """What is counted against: the class the reach must meet, else health (Table 1), else class B (A2)."""
        station = row.station
        if station.water_body == "wastewater":
            return None, ""
        body = "lake" if station.water_body == "lake" else "river"
        try:
            held = limits.standard_on(self.day)
        except limits.NoStandard:
            return None, ""
        target = network.nearest_target(self.targets, station.watercourse_id, station.km)
        wanted = [(limits.TABLE_1, "table1"), (held.classes[1], held.classes[1])]
        if target is not None and target.regulation.startswith(held.key):
            wanted.insert(0, (target.class_code, "target"))
        for cls, key in wanted:
            found = limits.bound(row.parameter, cls, self.day, body)
            if found is not None and (found.low is not None or found.high is not None):
                return found, key
        return None, ""


# --- trends ----------------------------------------------------------------------------------------------------------

MONTHLY = """
SELECT (extract(year FROM local) * 12 + extract(month FROM local) - 1)::int, avg(value)
FROM (SELECT time AT TIME ZONE 'Asia/Ho_Chi_Minh' AS local, value FROM water_observation
      WHERE series_id = %s AND time >= %s AND time < %s AND value IS NOT NULL AND flag NOT IN (4, 9)) AS found
GROUP BY 1 ORDER BY 1
"""


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
        cursor.execute(MONTHLY, [row.pk, start, end])
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
        discharge = days[flow.pk] if flow.pk in days else _days(flow, {}, *period.instants)
        of_day = dict(zip(_day_numbers(discharge), discharge.values.tolist(), strict=True))
        for row in found:
            if row.station_id != station.pk or parameters.all_parameters()[row.parameter].unit != "mg/L":
                continue
            if row.parameter == "do":
                continue
            values = days[row.pk]
            both = [
                (c, of_day[n]) for n, c in zip(_day_numbers(values), values.values.tolist(), strict=True) if n in of_day
            ]
            if both:
                rows.append(_load(row, both))
    return rows


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
    for station in {each.station_id: each.station for each in found}.values():
        if station.water_body == "wastewater":
            continue
        body = "lake" if station.water_body == "lake" else "river"
        looks: dict[int, dict[str, float]] = {}
        for row in found:
            if row.station_id == station.pk:
                values = days[row.pk]
                for number, value in zip(_day_numbers(values), values.values.tolist(), strict=True):
                    looks.setdefault(number, {})[row.parameter] = value
        counts: dict[str, int] = {}
        for number, values_of_day in looks.items():
            try:
                sample = limits.classify_sample(values_of_day, date(1970, 1, 1) + timedelta(days=number), body)
            except limits.NoStandard:
                continue
            if sample.limiting:
                counts[sample.limiting] = counts.get(sample.limiting, 0) + 1
        if counts:
            rows.append(ClassRow(station, counts))
    return rows
