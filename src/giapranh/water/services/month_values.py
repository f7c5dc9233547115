"""How often each value stands in a month that is over, so that counting by value need not read the rows.

A month is over for a series when a row of a later month is there. Its rows are counted within the minute. Whoever stores a row
of such a month, or changes one, drops what was counted in the same transaction; both hold the lock on the series, so
what stands here is always true.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
from django.db import connection, transaction

from giapranh.water.services import partitions

LEAST_ROWS = 2000  # of a series: the rows of a shorter one are read as quickly
LEAST_REPEATED = 4  # rows to a value: below that the list is hardly shorter than the rows and takes their room again

DROP = """
DELETE FROM water_monthvalues m USING unnest(%s::int[], %s::date[]) AS k(id, month)
WHERE m.series_id = k.id AND m.month = k.month
"""
DROP_ALL = "DELETE FROM water_monthvalues WHERE series_id = ANY(%s::int[])"
MISSING = """
SELECT s.id, array_agg(g.month::date ORDER BY g.month) FROM water_series s
CROSS JOIN LATERAL generate_series(date_trunc('month', s.first_time AT TIME ZONE 'UTC'),
    date_trunc('month', s.last_time AT TIME ZONE 'UTC') - interval '1 day', interval '1 month') AS g(month)
WHERE s.count >= %s AND NOT EXISTS (SELECT FROM water_monthvalues m WHERE m.series_id = s.id AND m.month = g.month::date)
GROUP BY s.id ORDER BY s.id
"""
LOCK = "SELECT coalesce(last_time >= %s, FALSE) FROM water_series WHERE id = %s FOR NO KEY UPDATE"
KEEP = """
INSERT INTO water_monthvalues (series_id, month, rows, values, up_to)
SELECT %(series)s, %(month)s, c.rows, CASE WHEN c.repeated THEN c.values END, CASE WHEN c.repeated THEN c.up_to END
FROM (
    SELECT coalesce(sum(k.n), 0) AS rows, count(k.value) * %(least)s <= coalesce(sum(k.n), 0) AS repeated,
        coalesce(array_agg(k.value ORDER BY k.value) FILTER (WHERE k.value IS NOT NULL), '{}') AS values,
        coalesce(array_agg(k.up_to ORDER BY k.value) FILTER (WHERE k.value IS NOT NULL), '{}') AS up_to
    FROM (SELECT value, count(*) AS n, sum(count(*)) OVER (ORDER BY value)::int AS up_to FROM water_observation
          WHERE series_id = %(series)s AND time >= %(since)s AND time < %(until)s GROUP BY value) k
) c ON CONFLICT DO NOTHING
"""


def drop(series: np.ndarray, time_ms: np.ndarray) -> None:
    """Rows of months that may be over were stored."""
    keys = np.unique(np.stack([series.astype(np.int64), partitions.months_of(time_ms).astype(np.int64)]), axis=1)
    months = [date(1970 + month // 12, month % 12 + 1, 1) for month in keys[1].tolist()]
    with connection.cursor() as cursor:
        cursor.execute(DROP, [keys[0].tolist(), months])


def drop_all(series_ids: Sequence[int]) -> None:
    """Rows of these series were changed or deleted."""
    with connection.cursor() as cursor:
        cursor.execute(DROP_ALL, [list(series_ids)])


def keep() -> int:
    """Count what is over and not counted yet; how many months. Each in its own transaction: rows go on arriving."""
    with connection.cursor() as cursor:
        cursor.execute(MISSING, [LEAST_ROWS])
        missing = cursor.fetchall()
    return sum(_keep_one(series_id, month) for series_id, months in missing for month in months)


@transaction.atomic
def _keep_one(series_id: int, month: date) -> int:
    since = datetime(month.year, month.month, 1, tzinfo=UTC)
    until = (since + timedelta(days=32)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [until, series_id])
        row = cursor.fetchone()
        if row is None or not row[0]:  # deleted meanwhile, or its newest rows were
            return 0
        cursor.execute(
            KEEP, {"series": series_id, "month": month, "least": LEAST_REPEATED, "since": since, "until": until}
        )
        return int(cursor.rowcount)
