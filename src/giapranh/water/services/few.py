"""A handful of new rows in one round trip: what single posts of many clients need.

``store`` asks, copies and counts in six trips to the database, which is right for thousands of rows and slow for four.
Here what is remembered of the series is taken at its word: one statement inserts the rows and counts them, on
condition that count and last arrival of every series are still what they were. Where they are not, or where a row is
late, doubled or odd in any way, everything goes back and ``store`` does it. Checks and alert rules run as they do
there. Rows that nobody awaits and that change nothing old need no transaction around that statement: it is one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from functools import partial

import numpy as np
import psycopg
from django.db import DatabaseError, connection, transaction

from giapranh.exchange.services import sharing
from giapranh.water.services import partitions, quality
from giapranh.water.services.arrivals import Arrived, announce, awaited
from giapranh.water.services.heads import Head, lock_heads
from giapranh.water.services.store import Outcome, Rows, Stored, pg_array, store

FEW = 64
REMEMBERED_SECONDS = 30.0  # so long a change of the checks' limits may take to reach single posts

Ask = Callable[[str, list[object]], list[tuple[object, ...]]]

WRITE = f"""
WITH e AS (
    SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::int[], %s::bigint[], %s::bigint[], %s::float8[],
        %s::int[]) AS e(id, expected, arrived, n, first, last, value, flag)
), held AS (
    SELECT s.id FROM water_series s JOIN e ON s.id = e.id AND s.count = e.expected
        AND coalesce((extract(epoch FROM s.last_arrived) * 1000000)::bigint, -1) = e.arrived
    ORDER BY s.id FOR NO KEY UPDATE OF s
), fit AS (
    SELECT (SELECT count(*) FROM held) = %s AND NOT (%s AND {sharing.ANYBODY}) AS fits
), counted AS (
    UPDATE water_series s SET
        count = s.count + e.n,
        first_time = least(s.first_time, 'epoch'::timestamptz + e.first * interval '1 millisecond'),
        last_time = 'epoch'::timestamptz + e.last * interval '1 millisecond',
        last_value = nullif(e.value, 'NaN'),
        last_flag = e.flag,
        last_arrived = %s::timestamptz,
        next_due_at = CASE WHEN s.cycle_seconds IS NULL THEN s.next_due_at ELSE 'epoch'::timestamptz
            + e.last * interval '1 millisecond' + 3 * s.cycle_seconds * interval '1 second' END
    FROM e WHERE s.id = e.id AND (SELECT fits FROM fit)
), written AS (
    INSERT INTO water_observation (time, arrived, value, series_id, flag, reason, status, censored)
    SELECT 'epoch'::timestamptz + k.ms * interval '1 millisecond', %s::timestamptz, nullif(k.value, 'NaN'), k.series_id,
        k.flag, k.reason, k.status, k.censored
    FROM unnest(%s::int[], %s::bigint[], %s::float8[], %s::int2[], %s::int2[], %s::int2[], %s::int2[])
        AS k(series_id, ms, value, flag, reason, status, censored)
    WHERE (SELECT fits FROM fit)
)
SELECT fits FROM fit
"""  # noqa: S608 - nothing from outside

_heads: dict[int, tuple[float, Head]] = {}
_months: set[np.datetime64] = set()


class _Stale(Exception):
    """The series moved on since it was last seen."""


def store_few(rows: Rows, *, at: datetime, ask: Ask) -> Stored:
    """As ``store`` for rows without a source. ``ask`` runs a prepared question on this thread's connection."""
    order = np.lexsort((rows.time_ms, rows.series))
    if len(rows) <= FEW and not rows.details and _plain(rows, order):
        try:
            return _write(rows, order, at, ask)
        except (_Stale, DatabaseError, psycopg.Error):
            for series_id in set(rows.series.tolist()):
                _heads.pop(series_id, None)
    stored = store(rows, source=None, at=at)
    _note_months(rows.time_ms[stored.outcome == Outcome.STORED])
    return stored


def _plain(rows: Rows, order: np.ndarray) -> bool:
    """Finite numbers, distinct keys, months that have their table."""
    series, times = rows.series[order], rows.time_ms[order]
    doubled = (series[1:] == series[:-1]) & (times[1:] == times[:-1])
    if doubled.any() or np.isinf(rows.value).any():
        return False
    months = set(np.unique(partitions.months_of(times)))
    return months <= _months


def _write(rows: Rows, order: np.ndarray, at: datetime, ask: Ask) -> Stored:
    assert rows.status is not None
    assert rows.reason is not None
    assert rows.censored is not None
    series, times, value = rows.series[order], rows.time_ms[order], rows.value[order]
    first = np.ones(len(series), bool)
    first[1:] = series[1:] != series[:-1]
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(series)) - 1
    ids = series[starts]
    heads = _known(ids)
    if any(head.last_ms >= int(times[start]) for head, start in zip(heads.values(), starts, strict=True)):
        raise _Stale  # a late row: it may be there already
    status, reason, censored = rows.status[order], rows.reason[order], rows.censored[order]
    judged = quality.judge(heads, series, times, value, status, reason, censored)
    counts = ends - starts + 1
    for head, n in zip(heads.values(), counts.tolist(), strict=True):
        head.after, head.written = head.count + n, at
    arrived = Arrived(series, times, value, judged.flag, at)
    alone = judged.is_settled and not awaited(arrived)
    with nullcontext() if alone and not connection.in_atomic_block else transaction.atomic():
        _ask(ask, at, heads, ids, counts, times[starts], times[ends], value[ends], judged.flag[ends],
             (series, times, value, judged.flag, judged.reason, status, censored), alone=alone)  # fmt: skip
        judged.settle()
        if not alone:
            announce(arrived)
        transaction.on_commit(partial(_remember, heads, times[starts], times[ends], at))
    flags = np.zeros(len(series), np.int16)
    flags[order] = judged.flag
    return Stored(len(series), 0, [], np.full(len(series), Outcome.STORED, np.int8), flags)


def _ask(
    ask: Ask, at: datetime, heads: dict[int, Head], ids: np.ndarray, counts: np.ndarray, firsts: np.ndarray,
    lasts: np.ndarray, values: np.ndarray, flags: np.ndarray, columns: tuple[np.ndarray, ...], *, alone: bool,
) -> None:  # fmt: skip
    expected = "{" + ",".join(str(head.count) for head in heads.values()) + "}"
    arrived = "{" + ",".join(str(_microseconds(head.arrived)) for head in heads.values()) + "}"
    about = [pg_array(ids), expected, arrived, *map(pg_array, (counts, firsts, lasts, values, flags))]
    if ask(WRITE, [*about, len(ids), alone, at, at, *map(pg_array, columns)]) != [(True,)]:
        raise _Stale


def _microseconds(at: datetime | None) -> int:
    if at is None:
        return -1
    since = at - quality._EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _known(ids: np.ndarray) -> dict[int, Head]:
    """What is remembered of these series; those that are not are locked and read."""
    now = time.monotonic()
    held = {int(each): _heads.get(int(each)) for each in ids}
    if all(entry is not None and entry[0] > now for entry in held.values()):
        return {each: entry[1] for each, entry in held.items() if entry is not None}
    for each in held:
        _heads.pop(each, None)
    heads = lock_heads(ids)
    if len(heads) != len(ids):
        raise _Stale  # a series that is not there: ``store`` says so
    return {int(each): heads[int(each)] for each in ids}


def _remember(heads: dict[int, Head], firsts: np.ndarray, lasts: np.ndarray, at: datetime) -> None:
    """What the series are now that the rows are committed."""
    until = time.monotonic() + REMEMBERED_SECONDS
    if len(_heads) > 20_000:
        _heads.clear()
    for head, start, last in zip(heads.values(), firsts.tolist(), lasts.tolist(), strict=True):
        kept_until = _heads[head.id][0] if head.id in _heads else until  # its thresholds are as old as that
        fresh = Head(
            head.id, head.after, start if head.count == 0 else head.first_ms, last, at, head.parameter, head.cycle_s,
            head.thresholds, head.reference, head.unit, head.basis,
        )  # fmt: skip
        _heads[head.id] = (kept_until, fresh)


def _note_months(times_ms: np.ndarray) -> None:
    """After ``store`` made the tables of these months, single rows may go there."""
    last = np.datetime64("2100-01", "M")
    _months.update(month for month in np.unique(partitions.months_of(times_ms)) if month < last)


def forget() -> None:
    _heads.clear()
    _months.clear()
