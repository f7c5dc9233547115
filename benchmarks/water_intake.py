"""Observations into the table: PostgreSQL's own COPY of ready bytes against the door for rows and station files on disk.

    python benchmarks/water_intake.py

COPY of the same rows in the order of arrival, nothing checked, is 1. Then rows through ``services.store`` (known and
refused ones told apart, quality checks, counts, alert rules), station files from disk to the end, the same files
again, late rows, and what an observation takes on disk. A last pair shows that cost does not grow with a series.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from harness import node, pace

START = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 1, tzinfo=UTC)
BATCH = 5_000
BATCHES = 60
PARAMETERS = {"temp": "°C", "ph": "", "do": "mg/L", "tss": "mg/L", "cod": "mg/L", "nh4_n": "mg/L", "tn": "mg/L",
              "tp": "mg/L", "toc": "mg/L", "turbidity": "NTU"}  # fmt: skip
SYMBOLS = {"temp": ("Temp", "oC"), "ph": ("pH", "-"), "do": ("DO", "mg/L"), "tss": ("TSS", "mg/L"),
           "cod": ("COD", "mg/L"), "nh4_n": ("NH4", "mg/L"), "tn": ("TN", "mg/L"), "tp": ("TP", "mg/L"),
           "toc": ("TOC", "mg/L"), "turbidity": ("Turb", "NTU")}  # fmt: skip


def main() -> None:
    with node():
        from giapranh.water.intake import station_files  # noqa: F401 - loaded before the collector is told so

        gc.freeze()  # as the worker does
        bare = _rates(_bare_copy)
        limit = median(bare)
        print("observations per second, median and range; COPY of ready bytes in the order of arrival is 1")
        _tell("COPY of ready bytes", bare, limit)
        _tell("rows in 5,000s, one series, unchecked parameter", _rates(_through_store, ""), limit)
        _tell("rows in 5,000s, one series, quality checks", _rates(_through_store, "ph"), limit)
        _tell("the same rows again: all known", _rates(_again), limit)
        print(pace())
        _files(limit)
        print(pace())
        each = _bytes_each()
        _growth()
        print(f"\n{each:.1f} bytes per observation on disk after the above in the order of arrival, index included")


def _tell(name: str, rates: list[float], base: float) -> None:
    """The median of the rounds, and the lowest and highest of them."""
    shown = f"{median(rates):12,.0f} /s{median(rates) / base:8.2f} ×   {min(rates):,.0f} to {max(rates):,.0f}"
    print(f"{name:58s}{shown}", flush=True)


def _rates(work: Callable[..., tuple[int, float]], *args: Any, rounds: int = 5) -> list[float]:
    return [rows / seconds for rows, seconds in (work(*args) for _round in range(rounds))]


def _columns(n: int) -> tuple[np.ndarray, np.ndarray]:
    from giapranh.water.services.store import milliseconds

    times = milliseconds(START) + (np.arange(BATCH) + n * BATCH) * 60_000
    return times, 7 + np.random.default_rng(n).random(BATCH) / 50


def _bare_copy() -> tuple[int, float]:
    """The limit: rows of one series into a table like ours, in 5,000s, each batch committed."""
    from django.db import connection

    from giapranh.water.services import store

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE water_observation INCLUDING DEFAULTS, PRIMARY KEY (series_id, time))")
    ready = []
    for n in range(BATCHES):
        times, values = _columns(n)
        batch = store._Batch(store.Rows(np.ones(BATCH), times, values), np.arange(BATCH))
        ready.append(_bytes_of(batch))
    start = time.perf_counter()
    for rows in ready:
        store._send("bare", rows)
    took = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare")
    return BATCH * BATCHES, took


def _bytes_of(batch: Any) -> bytes:
    from unittest import mock

    from giapranh.water.services import store

    kept: list[bytes] = []
    with (
        mock.patch.object(store, "_send", lambda _table, rows: kept.append(rows)),
        mock.patch.object(store.partitions, "ensure", return_value={np.datetime64("2026-01", "M"): "bare"}),
    ):
        fresh = np.arange(BATCH)
        store._copy(batch, fresh, np.ones(BATCH, np.int16), np.zeros(BATCH, np.int16), None, AT)
    return b"".join(kept)


def _through_store(parameter: str) -> tuple[int, float]:
    from tests.factories.water import series

    from giapranh.water.services import store

    target = series(parameter=parameter, unit="")
    batches = [store.Rows(np.full(BATCH, target.pk), *_columns(n), np.zeros(BATCH)) for n in range(BATCHES)]
    start = time.perf_counter()
    for rows in batches:
        store.store(rows, source=None, at=AT)
    return BATCH * BATCHES, time.perf_counter() - start


def _again() -> tuple[int, float]:
    from giapranh.water.models import Series
    from giapranh.water.services import store

    target = Series.objects.filter(parameter="ph").latest("pk")
    batches = [store.Rows(np.full(BATCH, target.pk), *_columns(n)) for n in range(BATCHES // 6)]
    start = time.perf_counter()
    known = sum(store.store(rows, source=None, at=AT).known for rows in batches)
    assert known == len(batches) * BATCH
    return known, time.perf_counter() - start


def _files(limit: float) -> None:
    """Files of ten parameters each: every five minutes, then a day in one file, from disk to the end."""
    from giapranh.water.intake.station_files import take_in

    for name, days, stations, per_file, rounds in (
        ("five minutes each (10 rows)", 7, 5, 1, 7),
        ("a day each (2,880 rows)", 20, 10, 288, 3),
    ):
        fresh, again = [], []
        for _round in range(rounds):
            with tempfile.TemporaryDirectory(prefix="giapranh-bench-") as folder:
                given = _write_files(Path(folder), days, stations, per_file)
                start = time.perf_counter()
                report = take_in(given, at=AT)
                fresh.append(report.total("stored") / (time.perf_counter() - start))
                assert report.total("refused") == 0, report.files[0].lines
                start = time.perf_counter()
                assert take_in(given, at=AT).count("known") == len(given)
                again.append(report.total("stored") / (time.perf_counter() - start))
        _tell(f"{len(given):,} files of {name}", fresh, limit)
        _tell("   the same files again", again, limit)


_made = 0


def _write_files(folder: Path, days: int, stations: int, per_file: int) -> list[Any]:
    from tests.factories.alerts import rule
    from tests.factories.people import make_agency
    from tests.factories.water import series, station

    from giapranh.people.models import Office
    from giapranh.water.intake.file_reports import Given

    owner = Office.objects.first() or make_agency()
    global _made
    given = []
    chance = np.random.default_rng(5)
    for _n in range(stations):
        _made += 1
        code = f"LS_QT01_NUO{_made:03}"
        at = station(code=code, name=code, owner=owner)
        made = {parameter: series(at, parameter, unit=unit) for parameter, unit in PARAMETERS.items()}
        rule(made["nh4_n"], high=7.015, owner=owner)  # every fourth value is over it
        for first in range(0, days * 288, per_file):
            lines = []
            for step in range(first, first + per_file):
                local = (START + timedelta(minutes=5 * step, hours=7)).strftime("%Y%m%d%H%M%S")
                values = chance.random(10) / 50
                lines += [
                    f"{symbol}\t{7 + value:.2f}\t{unit}\t{local}\t00\n"
                    for (symbol, unit), value in zip(SYMBOLS.values(), values, strict=True)
                ]
            path = folder / f"{code}_{local}.txt"
            path.write_text("".join(lines), encoding="ascii")
            given.append(Given(path))
    return given


def _growth() -> None:
    """One batch of 500 rows behind a short and behind a long series, then late into the middle of the long one."""
    from tests.factories.water import series

    from giapranh.water.services import store
    from giapranh.water.services.store import Rows, milliseconds

    def batch(target: Any, at_ms: int, step: int = 60_000) -> float:
        times = at_ms + np.arange(500) * step
        start = time.perf_counter()
        store.store(Rows(np.full(500, target.pk), times, np.full(500, 7.1)), source=None, at=AT)
        return (time.perf_counter() - start) * 1000

    short, long = series(parameter="ph", unit=""), series(parameter="ph", unit="")
    first = milliseconds(START)
    for n in range(40):
        rows = first + (np.arange(10_000) + n * 10_000) * 60_000
        store.store(Rows(np.full(10_000, long.pk), rows, np.full(10_000, 7.1)), source=None, at=AT)
    batch(short, first)
    near = np.median([batch(short, first + (n + 1) * 500 * 60_000) for n in range(15)])
    far = np.median([batch(long, first + 400_000 * 60_000 + n * 500 * 60_000) for n in range(15)])
    late = np.median([batch(long, first + 1000 + n * 20_000 * 60_000) for n in range(15)])
    print("\n500 rows at the end of a series")
    for name, took in (("of 8,000 rows", near), ("of 400,000 rows", far), ("late, between 400,000 rows", late)):
        print(f"{name:58s}{took:12.1f} ms{took / near:7.2f} ×")


def _bytes_each() -> float:
    """What each row of the table takes after all of the above."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(inhrelid)), (SELECT count(*) FROM water_observation)"
            " FROM pg_inherits WHERE inhparent = 'water_observation'::regclass"
        )
        size, rows = cursor.fetchone()
    return float(size) / float(rows)


if __name__ == "__main__":
    main()
