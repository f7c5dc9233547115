"""A handful of new rows in one round trip: what single posts of many clients need.

``store`` asks, copies and counts in six trips to the database, which is right for thousands of rows and slow for four.
Here what is remembered of the series is taken at its word: one statement inserts the rows and counts them, on
condition that count and last arrival of every series are still what they were. Where they are not, or where a row is
late, doubled or odd in any way, everything goes back and ``store`` does it. Checks and alert rules run as they do
there. Rows that nobody awaits and that change nothing old need no transaction around that statement: it is one.

Up to ``FEW`` rows are quicker as lists than as arrays.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

import numpy as np
import psycopg
from django.db import DatabaseError, connection, transaction

from giapranh.exchange.services import sharing
from giapranh.water.services import partitions, quality
from giapranh.water.services.arrivals import Arrived, announce, awaited
from giapranh.water.services.heads import Head, lock_heads
from giapranh.water.services.session import Session
from giapranh.water.services.store import Outcome, Rows, Stored, store

FEW = 64
REMEMBERED_SECONDS = 30.0  # so long a change of the checks' limits may take to reach single posts
DAY_MS = 86_400_000

WRITE = f"""
WITH e AS (
    SELECT * FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::int[], $5::bigint[], $6::bigint[], $7::float8[],
        $8::int[]) AS e(id, expected, arrived, n, first, last, value, flag)
), held AS (
    SELECT s.id FROM water_series s JOIN e ON s.id = e.id AND s.count = e.expected
        AND coalesce((extract(epoch FROM s.last_arrived) * 1000000)::bigint, -1) = e.arrived
    ORDER BY s.id FOR NO KEY UPDATE OF s
), fit AS (
    SELECT (SELECT count(*) FROM held) = $9::int AND NOT ($10::bool AND {sharing.ANYBODY}) AS fits
), counted AS (
    UPDATE water_series s SET
        count = s.count + e.n,
        first_time = least(s.first_time, 'epoch'::timestamptz + e.first * interval '1 millisecond'),
        last_time = 'epoch'::timestamptz + e.last * interval '1 millisecond',
        last_value = nullif(e.value, 'NaN'),
        last_flag = e.flag,
        last_arrived = $11::timestamptz,
        next_due_at = CASE WHEN s.cycle_seconds IS NULL THEN s.next_due_at ELSE 'epoch'::timestamptz
            + e.last * interval '1 millisecond' + 3 * s.cycle_seconds * interval '1 second' END
    FROM e WHERE s.id = e.id AND (SELECT fits FROM fit)
), written AS (
    INSERT INTO water_observation (time, arrived, value, series_id, flag, reason, status, censored)
    SELECT 'epoch'::timestamptz + k.ms * interval '1 millisecond', $11::timestamptz, nullif(k.value, 'NaN'),
        k.series_id, k.flag, k.reason, k.status, k.censored
    FROM unnest($12::int[], $13::bigint[], $14::float8[], $15::int2[], $16::int2[], $17::int2[], $18::int2[])
        AS k(series_id, ms, value, flag, reason, status, censored)
    WHERE (SELECT fits FROM fit)
)
SELECT fits FROM fit
"""  # noqa: S608 - nothing from outside

_alone = Session(WRITE)
_heads: dict[int, tuple[float, Head]] = {}
_days: set[int] = set()  # days since 1970 in months that have their table


class _Stale(Exception):
    """The series moved on since it was last seen."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The new rows of one series: from ``first`` to ``last``, both included."""

    series: int
    first: int
    last: int

    @property
    def rows(self) -> int:
        return self.last - self.first + 1


def store_few(rows: Rows, *, at: datetime) -> Stored:
    """As ``store`` for rows without a source."""
    order = np.lexsort((rows.time_ms, rows.series))
    if len(rows) <= FEW and not rows.details and _plain(rows, order):
        try:
            return _write(rows, order, at)
        except (_Stale, DatabaseError, psycopg.Error):
            for series_id in set(rows.series.tolist()):
                _heads.pop(series_id, None)
    stored = store(rows, source=None, at=at)
    _note_months(rows.time_ms[stored.outcome == Outcome.STORED])
    return stored


def _plain(rows: Rows, order: np.ndarray) -> bool:
    """Finite numbers, distinct keys, months that have their table."""
    times = rows.time_ms.tolist()
    if len(set(zip(rows.series.tolist(), times, strict=True))) < len(rows):
        return False
    return all(ms // DAY_MS in _days for ms in times) and not any(map(math.isinf, rows.value.tolist()))


def _write(rows: Rows, order: np.ndarray, at: datetime) -> Stored:
    assert rows.status is not None
    assert rows.reason is not None
    assert rows.censored is not None
    series, times, value = rows.series[order], rows.time_ms[order], rows.value[order]
    status, reason, censored = rows.status[order], rows.reason[order], rows.censored[order]
    runs = _runs(series.tolist())
    heads = _known([run.series for run in runs])
    moments = times.tolist()
    if any(heads[run.series].last_ms >= moments[run.first] for run in runs):
        raise _Stale  # a late row: it may be there already
    judged = quality.judge(heads, series, times, value, status, reason, censored)
    for run in runs:
        head = heads[run.series]
        head.after, head.written = head.count + run.rows, at
    arrived = Arrived(series, times, value, judged.flag, at)
    columns = [column.tolist() for column in (series, times, value, judged.flag, judged.reason, status, censored)]
    if judged.is_settled and not connection.in_atomic_block and not awaited(arrived):
        if _alone.ask(_values(runs, heads, columns, at, alone=True)) != b"t":
            raise _Stale
        judged.settle()
        _remember(runs, heads, moments, at)
    else:
        _write_awaited(runs, heads, columns, arrived, judged)
    flags = np.zeros(len(series), np.int16)
    flags[order] = judged.flag
    return Stored(len(series), 0, [], np.full(len(series), Outcome.STORED, np.int8), flags)


@transaction.atomic
def _write_awaited(
    runs: list[_Run], heads: dict[int, Head], columns: list[list[float]], arrived: Arrived, judged: quality.Judged
) -> None:
    """Rows that change old ones, or that somebody must hear of before they are committed."""
    with psycopg.RawCursor(connection.connection) as cursor:
        cursor.execute(WRITE.encode(), _values(runs, heads, columns, arrived.at, alone=False), prepare=True)
        if cursor.fetchone() != (True,):
            raise _Stale
    judged.settle()
    announce(arrived)
    moments = arrived.time_ms.tolist()
    transaction.on_commit(lambda: _remember(runs, heads, moments, arrived.at))


def _runs(series: list[int]) -> list[_Run]:
    runs, first = [], 0
    for each, rows in groupby(series):
        last = first + sum(1 for _row in rows) - 1
        runs.append(_Run(each, first, last))
        first = last + 1
    return runs


def _values(
    runs: list[_Run], heads: dict[int, Head], columns: list[list[float]], at: datetime, *, alone: bool
) -> list[str]:
    """The parameters of ``WRITE``, as PostgreSQL reads them."""
    _series, times, value, flag, *_rest = columns
    mine = [heads[run.series] for run in runs]
    lasts = [run.last for run in runs]
    about: list[list[float]] = [
        [head.id for head in mine], [head.count for head in mine], [_microseconds(head.arrived) for head in mine],
        [run.rows for run in runs], [times[run.first] for run in runs], [times[n] for n in lasts],
        [value[n] for n in lasts], [flag[n] for n in lasts],
    ]  # fmt: skip
    return [*map(_array, about), str(len(runs)), "t" if alone else "f", at.isoformat(), *map(_array, columns)]


def _array(column: Iterable[float]) -> str:
    return "{" + ",".join(map(str, column)) + "}"


def _microseconds(at: datetime | None) -> int:
    return -1 if at is None else (at - _EPOCH) // _MICROSECOND


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _known(ids: list[int]) -> dict[int, Head]:
    """What is remembered of these series; those that are not are locked and read."""
    now = time.monotonic()
    held = {each: _heads.get(each) for each in ids}
    if all(entry is not None and entry[0] > now for entry in held.values()):
        return {each: entry[1] for each, entry in held.items() if entry is not None}
    for each in ids:
        _heads.pop(each, None)
    heads = lock_heads(np.array(ids))
    if len(heads) != len(ids):
        raise _Stale  # a series that is not there: ``store`` says so
    return {each: heads[each] for each in ids}


def _remember(runs: list[_Run], heads: dict[int, Head], times: list[int], at: datetime) -> None:
    """What the series are now that the rows are committed."""
    until = time.monotonic() + REMEMBERED_SECONDS
    if len(_heads) > 20_000:
        _heads.clear()
    for run in runs:
        head = heads[run.series]
        held = _heads.get(head.id)
        fresh = Head(
            head.id, head.after, times[run.first] if head.count == 0 else head.first_ms, times[run.last], at,
            head.parameter, head.cycle_s, head.thresholds, head.reference, head.unit, head.basis,
        )  # fmt: skip
        _heads[head.id] = (until if held is None else held[0], fresh)  # its thresholds are as old as that


def _note_months(times_ms: np.ndarray) -> None:
    """After ``store`` made the tables of these months, single rows may go there."""
    for month in np.unique(partitions.months_of(times_ms)):
        if month < np.datetime64("2100-01", "M"):
            first, end = (each.astype("datetime64[D]").astype(int) for each in (month, month + 1))
            _days.update(range(first, end))


def forget() -> None:
    _heads.clear()
    _days.clear()
    _alone.close()
