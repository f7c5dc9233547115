"""Parameters of one station that contradict each other at the same instant: a part that is more than its whole.

Which parameters those are is data (``data/quality.toml``). What arrives is compared with what came along with it and
with what is there already; both values are doubted, for nobody can know which one is wrong.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from django.db import connection

from giapranh.water.models import Series
from giapranh.water.rules import parameters
from giapranh.water.rules.datafiles import read_toml

REMEMBERED_SECONDS = 60.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two series of one station. ``part_factor``, ``whole_factor``: into the unit both parameters are kept in."""

    part: int
    whole: int
    part_factor: float
    whole_factor: float
    tolerance: float
    slack: float

    def wrong(self, part: np.ndarray, whole: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore"):
            found: np.ndarray = part * self.part_factor > whole * self.whole_factor * (1 + self.tolerance) + self.slack
        return found


@dataclass(slots=True)
class Crossed:
    """New rows that contradict something (mask), and the times of old rows that do, by series."""

    rows: np.ndarray
    old: dict[int, np.ndarray]


@cache
def _rules() -> tuple[dict[str, Any], ...]:
    return tuple(read_toml("quality.toml")["cross"])


@cache
def _spoken_of() -> frozenset[str]:
    return frozenset(row[side] for row in _rules() for side in ("lesser", "greater"))


_known: dict[int, tuple[float, tuple[Pair, ...]]] = {}


def forget() -> None:
    _known.clear()


def pairs_of(ids: Iterable[int]) -> list[Pair]:
    """The pairs in which any of these series stands; asked of the database once a minute."""
    ids = list(ids)
    now = time.monotonic()
    unknown = [each for each in ids if each not in _known or _known[each][0] < now]
    if unknown:
        if len(_known) > 50_000:
            _known.clear()
        _learn(unknown, now + REMEMBERED_SECONDS)
    return list(dict.fromkeys(pair for each in ids for pair in _known[each][1]))


def _learn(ids: list[int], until: float) -> None:
    own = Series.objects.filter(pk__in=ids, parameter__in=_spoken_of()).values("station")
    of_station: dict[int, list[Series]] = defaultdict(list)
    for series in Series.objects.filter(parameter__in=_spoken_of(), station__in=own):
        of_station[series.station_id].append(series)
    found: dict[int, list[Pair]] = {each: [] for each in ids}
    for rows in of_station.values():
        for pair in _pairs(rows):
            for side in (pair.part, pair.whole):
                if side in found:
                    found[side].append(pair)
    _known.update({each: (until, tuple(pairs)) for each, pairs in found.items()})


def _pairs(rows: list[Series]) -> list[Pair]:
    factors = {row.pk: _factor(row) for row in rows}
    return [
        Pair(part.pk, whole.pk, factors[part.pk] or 0, factors[whole.pk] or 0, rule["tolerance"], rule["slack"])
        for rule in _rules()
        for part in rows
        for whole in rows
        if (part.parameter, whole.parameter) == (rule["lesser"], rule["greater"])
        and factors[part.pk] and factors[whole.pk]
    ]  # fmt: skip


def _factor(series: Series) -> float | None:
    """Into the unit and basis of the list of parameters; None for a unit that does not fit."""
    try:
        return float(parameters.to_stored(series.parameter, 1.0, series.unit_symbol or None, series.basis or None))
    except (parameters.UnknownParameter, parameters.UnknownUnit, parameters.UnitsDiffer, parameters.UnknownBasis):
        return None


def of_arrival(
    series: np.ndarray, time_ms: np.ndarray, value: np.ndarray, status: np.ndarray, censored: np.ndarray
) -> Crossed | None:
    """What new rows, sorted by (series, time), contradict; None when nothing does. A faulty one contradicts nothing."""
    pairs = pairs_of(set(series.tolist()))
    if not pairs:
        return None
    batch = _Batch(series, time_ms, np.where(status > 0, np.nan, value), censored)
    rows = np.zeros(len(series), bool)
    old: dict[int, list[Any]] = defaultdict(list)
    for pair in pairs:
        part, whole = batch.of(pair.part, below=False), batch.of(pair.whole, below=True)
        _mark(pair, part, whole, rows, old)
        alone, bare = np.setdiff1d(part.times, whole.times), np.setdiff1d(whole.times, part.times)
        _mark(pair, part, _there(pair.whole, alone, above=False), rows, old)
        _mark(pair, _there(pair.part, bare, above=True), whole, rows, old)
    if not rows.any():
        return None
    return Crossed(rows, {pk: np.unique(np.concatenate(times)) for pk, times in old.items()})


@dataclass(frozen=True, slots=True)
class _Side:
    """Rows of one series: times in order, values, and where they stand in the batch (none: they are old)."""

    series: int
    times: np.ndarray
    values: np.ndarray
    at: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class _Batch:
    series: np.ndarray
    time_ms: np.ndarray
    value: np.ndarray
    censored: np.ndarray

    def of(self, series_id: int, *, below: bool) -> _Side:
        """A part that is only known to be below its limit contradicts nothing, nor does a whole above its range."""
        start, end = np.searchsorted(self.series, [series_id, series_id + 1])
        at = np.arange(start, end)
        said = self.censored[at]
        at = at[~np.isnan(self.value[at]) & (said <= 0 if below else said >= 0)]
        return _Side(series_id, self.time_ms[at], self.value[at], at)


def _mark(pair: Pair, part: _Side, whole: _Side, rows: np.ndarray, old: dict[int, list[np.ndarray]]) -> None:
    _times, here, there = np.intersect1d(part.times, whole.times, assume_unique=True, return_indices=True)
    wrong = pair.wrong(part.values[here], whole.values[there])
    if not wrong.any():
        return
    for side, at in ((part, here[wrong]), (whole, there[wrong])):
        if side.at is not None:
            rows[side.at[at]] = True
        else:
            old[side.series].append(side.times[at])


THERE = """
SELECT (extract(epoch from time) * 1000)::bigint, value FROM water_observation
WHERE series_id = %s AND time BETWEEN %s AND %s AND time = ANY(%s) AND value IS NOT NULL AND status <= 0
  AND censored <> %s ORDER BY time
"""


def _there(series_id: int, times: np.ndarray, *, above: bool) -> _Side:
    """The rows in the table at these instants."""
    if not len(times):
        return _Side(series_id, _NOTHING, _NOTHING.astype(float))
    moments = [_instant(int(ms)) for ms in times]
    with connection.cursor() as cursor:
        cursor.execute(THERE, [series_id, moments[0], moments[-1], moments, -1 if above else 1])
        found = np.array(cursor.fetchall(), np.float64).reshape(-1, 2)
    return _Side(series_id, found[:, 0].astype(np.int64), found[:, 1])


def _instant(time_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=time_ms)


IN_TABLE = """
SELECT (extract(epoch from a.time) * 1000)::bigint
FROM water_observation a JOIN water_observation b ON b.time = a.time
WHERE a.series_id = %(part)s AND b.series_id = %(whole)s
  AND a.time BETWEEN %(start)s AND %(end)s AND b.time BETWEEN %(start)s AND %(end)s
  AND a.status <= 0 AND b.status <= 0 AND a.censored <> -1 AND b.censored <> 1
  AND a.value * %(pf)s > b.value * %(wf)s * (1 + %(tolerance)s) + %(slack)s
"""


def in_table(series_id: int, start_ms: int, end_ms: int) -> np.ndarray:
    """The times at which the stored rows of a series contradict another one."""
    found: list[int] = []
    for pair in pairs_of([series_id]):
        with connection.cursor() as cursor:
            cursor.execute(
                IN_TABLE,
                {"part": pair.part, "whole": pair.whole, "start": _instant(start_ms), "end": _instant(end_ms),
                 "pf": pair.part_factor, "wf": pair.whole_factor, "tolerance": pair.tolerance, "slack": pair.slack},
            )  # fmt: skip
            found.extend(ms for (ms,) in cursor.fetchall())
    return np.array(found, np.int64)
