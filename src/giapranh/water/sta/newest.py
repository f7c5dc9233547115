"""The newest (or oldest) observations over all series without an index on time.

The key is (series, time), so a page ordered by time alone would read and sort everything. But each series can say
quickly when its k-th newest row was; from that follows an instant behind which enough rows are certain to lie, and
only what lies behind it is read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from giapranh.water.sta import database

MOST_SERIES = 2_000


def bound(stations: list[int] | None, wanted: int, *, newest_first: bool) -> datetime | None:
    """An instant with at least ``wanted`` rows on the asked side of it; None when that cannot be told cheaply."""
    end = "last_time" if newest_first else "first_time"
    where, values = ("", []) if stations is None else (" AND station_id = ANY(%s)", [stations])
    series = database.fetch(
        f"SELECT id, count FROM water_series WHERE count > 0{where}"
        f" ORDER BY {end} {'DESC' if newest_first else 'ASC'} LIMIT {MOST_SERIES + 1}",
        values,
    )
    if not series or len(series) > MOST_SERIES:
        return None
    found = [
        instant
        for share in _shares(len(series), wanted)
        if (instant := _guaranteed(series, share, wanted, newest_first=newest_first)) is not None
    ]
    if not found:
        return None
    return max(found) if newest_first else min(found)


def _shares(series: int, wanted: int) -> list[int]:
    """How many rows to count on from each series: an even share, and more for the case that few are busy."""
    even = -(-wanted // series)
    return sorted({even, min(wanted, even * 8), wanted if series <= 8 else min(wanted, even * 8)})


def _guaranteed(series: list[tuple[Any, ...]], share: int, wanted: int, *, newest_first: bool) -> datetime | None:
    """The instant of the share-th row of as many series as are needed to have ``wanted`` together."""
    needed = -(-wanted // share)
    able = [row[0] for row in series if row[1] >= share][: max(needed, 50)]
    if len(able) < needed:
        return None
    direction = "DESC" if newest_first else "ASC"
    rows = database.fetch(
        "SELECT o.time FROM unnest(%s::int[]) AS k(id) CROSS JOIN LATERAL (SELECT t.time FROM water_observation t"
        f" WHERE t.series_id = k.id ORDER BY t.time {direction} OFFSET %s LIMIT 1) o ORDER BY o.time {direction}",
        [able, share - 1],
    )
    return rows[needed - 1][0] if len(rows) >= needed else None
