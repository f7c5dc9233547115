"""What each series knows of its own rows: how many, first, last. Kept in the transaction that changes the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

NEVER = -1  # before 1970, so every row is newer


@dataclass(slots=True)
class Head:
    """A series as it stood when it was locked; times in milliseconds since 1970."""

    id: int
    count: int
    first_ms: int
    last_ms: int
    arrived: datetime | None
    parameter: str
    cycle_s: int  # how often the device measures anew; 0: what is usual for the parameter
    thresholds: list[dict[str, Any]]  # {"settings", "from", "to"} of this series, newest first
    reference: float | None = None  # median of its late good rows
    unit: str = ""
    basis: str = ""
    after: int = -1  # rows, once this batch is written
    written: datetime | None = None


LOCK = """
SELECT s.id, s.count, (extract(epoch from s.first_time) * 1000)::bigint, (extract(epoch from s.last_time) * 1000)::bigint,
       s.last_arrived, s.parameter, coalesce(s.measuring_cycle_seconds, 0),
       (SELECT json_agg(json_build_object('settings', t.settings, 'from', t.valid_from, 'to', t.valid_to)
                        ORDER BY t.valid_from DESC NULLS LAST, t.id DESC)
        FROM water_qualitythreshold t WHERE t.series_id = s.id), s.quality_reference, s.unit_symbol, s.basis
FROM water_series s WHERE s.id = ANY(%s) ORDER BY s.id FOR NO KEY UPDATE OF s
"""


def lock_heads(ids: np.ndarray) -> dict[int, Head]:
    """The series of a batch, locked in the order of their ids, so that two batches never wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [ids.tolist()])
        rows = cursor.fetchall()
    return {row[0]: _head(*row) for row in rows}


def _head(
    pk: int, count: int, first_ms: int | None, last_ms: int | None, arrived: datetime | None, parameter: str,
    cycle_s: int, thresholds: list[dict[str, Any]] | None, reference: float | None, unit: str, basis: str,
) -> Head:  # fmt: skip
    first, last = (NEVER if ms is None else ms for ms in (first_ms, last_ms))
    return Head(pk, count, first, last, arrived, parameter, cycle_s, thresholds or [], reference, unit, basis)


WRITE = """
UPDATE water_series s SET
    count = s.count + k.n,
    first_time = least(s.first_time, 'epoch'::timestamptz + k.first * interval '1 millisecond'),
    last_time = greatest(s.last_time, 'epoch'::timestamptz + k.last * interval '1 millisecond'),
    last_value = CASE WHEN k.newest THEN k.value ELSE s.last_value END,
    last_flag = CASE WHEN k.newest THEN k.flag ELSE s.last_flag END,
    last_arrived = %s,
    next_due_at = CASE WHEN k.newest AND s.cycle_seconds IS NOT NULL
        THEN 'epoch'::timestamptz + k.last * interval '1 millisecond' + 3 * s.cycle_seconds * interval '1 second'
        ELSE s.next_due_at END
FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::float8[], %s::int[], %s::bool[])
    AS k(id, n, first, last, value, flag, newest)
WHERE s.id = k.id
"""


def write_heads(
    heads: dict[int, Head], series: np.ndarray, time_ms: np.ndarray, value: np.ndarray, flag: np.ndarray, at: datetime
) -> None:
    """Add rows sorted by (series, time) to what their series know."""
    if not len(series):
        return
    first = np.ones(len(series), bool)
    first[1:] = series[1:] != series[:-1]
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(series)) - 1
    ids = series[starts].tolist()
    last = time_ms[ends].tolist()
    values = [None if v != v else v for v in value[ends].tolist()]
    newest = [heads[i].last_ms < ms for i, ms in zip(ids, last, strict=True)]
    counts = (ends - starts + 1).tolist()
    for i, n in zip(ids, counts, strict=True):
        heads[i].after, heads[i].written = heads[i].count + n, at
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            [at, ids, counts, time_ms[starts].tolist(), last, values, flag[ends].tolist(), newest],
        )
