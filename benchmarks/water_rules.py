"""The plain rules of the rivers: station files read, values checked, VN_WQI of a year, each against a row-by-row way.

    python benchmarks/water_rules.py

Processor time of one process (a busy machine changes it less than the clock on the wall). The row-by-row way does
less: it refuses nothing and keeps no reasons.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import harness  # noqa: F401 - puts the source on the path
import numpy as np

from giapranh.water.rules import wqi, wqi_series
from giapranh.water.rules.quality_run import check, defaults
from giapranh.water.rules.station_files import parse, parse_many, parse_stream

SYMBOLS = (("Temp", "oC"), ("pH", "-"), ("DO", "mg/L"), ("TSS", "mg/L"), ("COD", "mg/L"), ("NH4", "mg/L"), ("TP", "mg/L"),
           ("TN", "mg/L"))  # fmt: skip
FILES, YEAR, STATIONS = 20_000, 105_120, 100
DAY = date(2026, 1, 1)


def seconds(work: Callable[[], Any], times: int = 5) -> float:
    best = float("inf")
    for _turn in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def files() -> list[bytes]:
    chance = np.random.default_rng(1)
    made = []
    for number in range(FILES):
        at = f"202601{number % 28 + 1:02}{number // 12 % 24:02}{number % 12 * 5:02}00"
        numbers = chance.uniform(0, 40, len(SYMBOLS))
        lines = [f"{s}\t{v:.2f}\t{u}\t{at}\t00\n" for (s, u), v in zip(SYMBOLS, numbers, strict=True)]
        made.append("".join(lines).encode())
    return made


def row_by_row(content: bytes) -> list[tuple[str, float, str, float, str]]:
    rows = []
    for line in content.decode().split("\n"):
        if line:
            symbol, value, unit, at, status = line.split("\t")
            when = datetime.strptime(at + "+0700", "%Y%m%d%H%M%S%z").timestamp()
            rows.append((symbol, float(value), unit, when, status))
    return rows


def reading() -> None:
    contents = files()
    lines = FILES * len(SYMBOLS)
    joined = b"".join(contents)
    base = lines / seconds(lambda: [row_by_row(content) for content in contents], 1)
    print(f"\n{'station files':44s}{'lines/s':>12s}{'':>4s}ratio")
    tell("row by row, strptime", base, base)
    tell(f"{FILES:,} files, joined by 500", lines / seconds(by_500(contents)), base)
    tell("one large file", lines / seconds(lambda: parse(joined)), base)
    tell("the same as a stream", lines / seconds(lambda: sum(map(len, parse_stream(io.BytesIO(joined))))), base)


def by_500(contents: list[bytes]) -> Callable[[], Any]:
    return lambda: [parse_many(contents[start : start + 500]) for start in range(0, len(contents), 500)]


def checking() -> None:
    chance = np.random.default_rng(2)
    values = 7.2 + chance.normal(0, 0.05, YEAR)
    times = np.arange(YEAR) * 300_000
    limits = defaults("ph")
    one = seconds(lambda: [check(values[:300], times[:300], limits, left=299) for _ in range(500)]) / 500
    print(f"\n{'quality checks (pH, all of them)':44s}{'rows/s':>12s}{'':>4s}ratio")
    tell("one arrival behind 299 old rows", 1 / one, 1 / one)
    tell("a year at once", YEAR / seconds(lambda: check(values, times, limits)), 1 / one)


def index() -> None:
    chance = np.random.default_rng(3)
    columns = {"ph": chance.uniform(6, 9, YEAR), "temp": chance.uniform(15, 32, YEAR), "do": chance.uniform(3, 9, YEAR),
               "cod": chance.uniform(5, 40, YEAR), "nh4_n": chance.uniform(0, 3, YEAR),
               "no3_n": chance.uniform(0, 9, YEAR), "toc": chance.uniform(1, 12, YEAR)}  # fmt: skip
    some = [{key: float(column[row]) for key, column in columns.items()} for row in range(2000)]
    base = 2000 / seconds(lambda: [wqi.vn_wqi(sample, DAY, condition="automatic") for sample in some])
    took = seconds(lambda: [wqi_series.series(columns, DAY) for _station in range(STATIONS)], 1)
    print(f"\n{'VN_WQI':44s}{'rows/s':>12s}{'':>4s}ratio")
    tell("sample by sample, everything explained", base, base)
    tell(f"{STATIONS} stations, a year of 5 minutes", STATIONS * YEAR / took, base)
    print(f"{STATIONS} stations, a year of 5 minutes: {took:.1f} s on one core")


def tell(name: str, rate: float, base: float) -> None:
    print(f"{name:44s}{rate:12,.0f}{rate / base:8.1f} ×")


if __name__ == "__main__":
    reading()
    checking()
    index()
