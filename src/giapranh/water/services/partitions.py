"""The months of the table of observations. Made ahead by a job, and on demand when a row of a new month arrives."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from django.db import connection, transaction

_LOCK = 0x6769_6170  # of pg_advisory_xact_lock: one process makes partitions at a time
_FIRST_MONTH = np.datetime64("1990-01", "M")
MONTHS_AHEAD = 3

MAKE = """
CREATE TABLE {name} (LIKE water_observation INCLUDING DEFAULTS);
WITH moved AS (DELETE FROM water_observation_default WHERE time >= '{start}' AND time < '{end}' RETURNING *)
INSERT INTO {name} SELECT * FROM moved;
ALTER TABLE water_observation ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}');
"""


def months_of(times_ms: np.ndarray) -> np.ndarray:
    """The month (UTC) of each time, as ``datetime64[M]``."""
    return times_ms.astype("datetime64[ms]").astype("datetime64[M]")


def table_of(month: np.datetime64) -> str:
    year, number = str(month).split("-")
    return f"water_observation_y{year}m{number}"


def ensure(months: np.ndarray, *, at: datetime) -> dict[np.datetime64, str]:
    """The table for each of ``months``, made when absent. What lies far off goes to the table for the rest."""
    last = np.datetime64(at.astimezone(UTC).strftime("%Y-%m"), "M") + MONTHS_AHEAD
    wanted = {month: table_of(month) for month in np.unique(months) if _FIRST_MONTH <= month <= last}
    absent = _absent(wanted)
    if absent:
        _make(absent)
    return {month: wanted.get(month, "water_observation_default") for month in np.unique(months)}


def make_ahead(at: datetime) -> list[str]:
    """The tables of this month and the next ones; returns the names of those that were new."""
    first = np.datetime64(at.astimezone(UTC).strftime("%Y-%m"), "M")
    wanted = {month: table_of(month) for month in first + np.arange(MONTHS_AHEAD + 1)}
    absent = _absent(wanted)
    if absent:
        _make(absent)
    return list(absent.values())


def _absent(wanted: dict[np.datetime64, str]) -> dict[np.datetime64, str]:
    with connection.cursor() as cursor:
        # Read from pg_class: to_regclass may answer from a cache that has not heard of another process's table yet.
        cursor.execute(
            "SELECT n FROM unnest(%s::text[]) n WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.relname = n)",
            [list(wanted.values())],
        )
        names = {name for (name,) in cursor.fetchall()}
    return {month: name for month, name in wanted.items() if name in names}


@transaction.atomic
def _make(wanted: dict[np.datetime64, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for month, name in _absent(wanted).items():  # asked again: another process may have been first
            cursor.execute(MAKE.format(name=name, start=f"{month}-01 00:00+00", end=f"{month + 1}-01 00:00+00"))
