"""What a page of a station waits for: a window of a series for its chart and its table.

    python benchmarks/water_show.py

A year of 5-minute rows read and parsed row by row is 1. Then the same rows in one answer of arrays, thinned for a
chart, then days of a table; then windows of a day, a month and a year of a series of ten years, to show that the cost
is that of the window, not of the series.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from harness import milliseconds, node, tell

START = datetime(2016, 1, 1, tzinfo=UTC)
YEARS = 10
YEAR_ROWS = 105_120


def main() -> None:
    with node():
        one = _filled()
        _windows(one)


def _filled() -> Any:
    """A series of ten years at five minutes, a million rows, beside another of the same length."""
    from django.db import connection
    from tests.factories import water as factory

    rows = [factory.series(parameter="nh4_n", basis="N"), factory.series(parameter="cod")]
    with connection.cursor() as cursor:
        factory._make_months({(year, month) for year in range(2016, 2016 + YEARS) for month in range(1, 13)})
        for row in rows:
            cursor.execute(
                "insert into water_observation (time, arrived, value, series_id, flag)"
                " select t, t, 0.2 + 0.1 * sin(extract(epoch from t) / 40000) + 0.02 * random(), %s,"
                " case when random() < 0.002 then 3 else 1 end"
                " from generate_series(%s::timestamptz, %s::timestamptz, '5 min') t",
                [row.pk, START, START.replace(year=START.year + YEARS)],
            )
            cursor.execute(
                "update water_series set (count, first_time, last_time) ="
                " (select count(*), min(time), max(time) from water_observation where series_id = %s) where id = %s",
                [row.pk, row.pk],
            )
        cursor.execute("vacuum analyze water_observation")
    rows[0].refresh_from_db()
    print(f"{rows[0].count:,} rows in the series", flush=True)
    return rows[0]


def _windows(row: Any) -> None:
    from giapranh.water.queries import series

    end = datetime(2025, 12, 1, tzinfo=UTC)
    year = (row.pk, end - timedelta(days=365), end)
    base = milliseconds(lambda: _row_by_row(*year), times=3)
    print("\na year of 5-minute rows; fetched row by row is 1")
    tell("rows fetched one by one", base, base)
    tell("all rows as arrays", milliseconds(lambda: series.rows(*year)), base)
    tell("thinned for a chart of 4,000 points", milliseconds(lambda: series.window(*year, 4000)), base)
    tell("a table of days", milliseconds(lambda: series.days(*year)), base)
    print("\nthe cost is of the window, not of the series; a day is 1")
    day = milliseconds(lambda: series.window(row.pk, end - timedelta(days=1), end, 4000))
    tell("a day of ten years", day, day)
    for words, days in (("a month of ten years", 30), ("a year of ten years", 365), ("all ten years", 3653)):
        took = milliseconds(lambda days=days: series.window(row.pk, end - timedelta(days=days), end, 4000), times=3)
        tell(words, took, day)
    points = len(series.window(*year, 4000).rows)
    print(f"a year leaves {points:,} of {YEAR_ROWS:,} points for the chart")


def _row_by_row(series_id: int, start: datetime, end: datetime) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select time, value, flag, reason, status, censored, source_id from water_observation"
            " where series_id = %s and time >= %s and time < %s order by time",
            [series_id, start, end],
        )
        return cursor.fetchall()


if __name__ == "__main__":
    main()
