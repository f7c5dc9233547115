"""Station files from disk: every good line is stored once, every other line says why it was not."""

from __future__ import annotations

import codecs
import itertools
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.water import series as make_series
from tests.factories.water import station as make_station

from giapranh.water.intake import columns, station_files
from giapranh.water.intake.file_reports import FileReport, Given
from giapranh.water.intake.station_files import take_in
from giapranh.water.models import FileColumn, Observation, ObservationDetail, Series, SourceFile, Station
from giapranh.water.rules import station_files as rules
from giapranh.water.rules.quality import Flag, Reason
from giapranh.water.rules.station_names import BadFileName, file_name
from giapranh.water.services import store

AT = datetime(2026, 1, 2, tzinfo=UTC)
NAME = "LS_QT01_NUO001_20260101070000.txt"
FIRST = datetime(2026, 1, 1, 0, 0, tzinfo=UTC)  # 07:00 in Vietnam
GOOD = "Temp\t18.42\toC\t20260101070000\t00\npH\t7.31\t-\t20260101070000\t00\nNH4\t0.41\tmg/L\t20260101070000\t01\n"


@pytest.fixture
def at_river(db: None) -> Station:
    station = make_station(code="LS_QT01_NUO001", name="Hữu Lũng")
    for parameter, unit in (("temp", "°C"), ("ph", ""), ("nh4_n", "mg/L"), ("tss", "mg/L")):
        make_series(station, parameter, unit=unit)
    return station


def write(folder: Path, content: str | bytes, name: str = NAME) -> Given:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Given(path)


def one(folder: Path, content: str | bytes, name: str = NAME) -> FileReport:
    (report,) = take_in([write(folder, content, name)], at=AT).files
    return report


def rows() -> list[tuple[str, float | None, int, int]]:
    found = Observation.objects.order_by("time", "series_id").select_related("series")
    return [(row.series.parameter, row.value, row.flag, row.status) for row in found]


def whats(report: FileReport) -> list[tuple[int, str]]:
    return [(line.line, line.what) for line in report.lines]


def test_a_file_of_the_circular_is_stored_with_its_status(at_river: Station, tmp_path: Path) -> None:
    report = one(tmp_path, GOOD)

    assert (report.state, report.stored, report.known, report.refused) == ("taken", 3, 0, 0)
    assert rows() == [("temp", 18.42, 1, 0), ("ph", 7.31, 1, 0), ("nh4_n", 0.41, 4, 1)]
    source = SourceFile.objects.get()
    assert (source.name, source.station, source.rows_stored, source.size) == (NAME, at_river, 3, len(GOOD))
    assert set(Observation.objects.values_list("source_id", flat=True)) == {source.pk}


def test_the_same_file_again_is_known_without_being_read(at_river: Station, tmp_path: Path) -> None:
    one(tmp_path, GOOD)
    report = one(tmp_path, GOOD, "LS_QT01_NUO001_20260101070001.txt")

    assert (report.state, report.stored) == ("known", 0)
    assert SourceFile.objects.count() == 1


def test_a_doubled_line_in_another_file_is_known_and_another_value_refused(at_river: Station, tmp_path: Path) -> None:
    one(tmp_path, GOOD)
    report = one(tmp_path, GOOD.replace("7.31", "7.32"), "LS_QT01_NUO001_20260101070500.txt")

    assert (report.stored, report.known, report.refused) == (0, 2, 1)
    assert whats(report) == [(2, store.OTHER_VALUE)]


def test_a_dry_run_tells_everything_and_keeps_nothing(at_river: Station, tmp_path: Path) -> None:
    report = take_in([write(tmp_path, GOOD)], at=AT, dry_run=True)

    assert report.total("stored") == 3
    assert rows() == []
    assert (SourceFile.objects.count(), FileColumn.objects.count()) == (0, 0)


def test_matches_by_name_are_kept_to_be_seen(at_river: Station, tmp_path: Path) -> None:
    one(tmp_path, GOOD)

    kept = FileColumn.objects.order_by("symbol").values_list("symbol", "series__parameter", "unit_symbol", "factor")
    assert list(kept) == [("NH4", "nh4_n", "mg/L", 1.0), ("Temp", "temp", "oC", 1.0), ("pH", "ph", "", 1.0)]


def test_units_are_converted_exactly(at_river: Station, tmp_path: Path) -> None:
    one(tmp_path, "NH4\t300\tug/L\t20260101070000\t00\n")

    assert [row[1] for row in rows()] == [0.3]


def test_what_an_officer_decided_wins(at_river: Station, tmp_path: Path) -> None:
    tss = Series.objects.get(parameter="tss")
    FileColumn.objects.create(station=at_river, symbol="X9", series=tss, unit_symbol="g/L", factor=1000)
    FileColumn.objects.create(station=at_river, symbol="Temp", ignored=True)
    report = one(tmp_path, "X9\t0.5\t\t20260101070000\t00\nTemp\t20\toC\t20260101070000\t00\n")

    assert (report.stored, report.refused) == (1, 0)
    assert rows() == [("tss", 500.0, 1, 0)]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Quái\t1\tmg/L", columns.NO_MEANING),
        ("COD\t1\tmg/L", columns.NO_SERIES),
        ("TSS\t1\t", columns.NO_UNIT),
        ("TSS\t1\toC", columns.BAD_UNIT),
        ("TSS\t1\tblah", columns.BAD_UNIT),
    ],
)
def test_a_symbol_without_meaning_is_refused_and_read_again_once_it_has_one(
    at_river: Station, tmp_path: Path, line: str, what: str
) -> None:
    content = GOOD + line + "\t20260101070000\t00\n"
    report = one(tmp_path, content)
    assert (report.stored, report.refused, whats(report)) == (3, 1, [(4, what)])

    symbol = line.split("\t")[0]
    tss = Series.objects.get(parameter="tss")
    FileColumn.objects.create(station=at_river, symbol=symbol, series=tss, unit_symbol="")
    report = one(tmp_path, content)
    assert (report.stored, report.known, report.refused) == (1, 3, 0)
    source = SourceFile.objects.get()
    assert (source.rows_stored, source.rows_known, source.rows_refused, source.refusals) == (4, 3, 0, [])


def test_a_device_that_was_replaced_goes_on_in_its_new_series(at_river: Station, tmp_path: Path) -> None:
    old = Series.objects.get(parameter="ph")
    old.valid_to = date(2025, 12, 31)
    old.save()
    new = make_series(at_river, "ph", unit="", valid_from=date(2026, 1, 1))
    FileColumn.objects.create(station=at_river, symbol="pH", series=old)
    one(tmp_path, "pH\t7\t-\t20251231235500\t00\npH\t7.1\t-\t20260101000000\t00\n")

    assert list(Observation.objects.order_by("time").values_list("series", "value")) == [(old.pk, 7.0), (new.pk, 7.1)]


@pytest.mark.parametrize("name", ["x.txt", "../LS_QT01_NUO001_20260101070000.txt", "LS_QT01_NUO001_20261301070000.txt"])
def test_a_name_that_tells_no_station_is_refused_and_kept_on_record(
    at_river: Station, tmp_path: Path, name: str
) -> None:
    (tmp_path / "in").mkdir()
    report = one(tmp_path / "in", GOOD, name)
    if "/" in name:  # what lies outside is read by its last part only
        assert report.stored == 3
        return
    assert (report.stored, report.refused) == (0, 1)
    source = SourceFile.objects.get()
    assert (source.station, source.rows_refused, source.refusals[0]["line"]) == (None, 1, 0)


def test_an_unknown_station_and_a_file_in_a_foreign_folder_are_refused(at_river: Station, tmp_path: Path) -> None:
    other = make_station(code="LS_QT01_NUO002", name="Khác")
    strange = write(tmp_path, GOOD, "LS_QT01_NUO009_20260101070000.txt")
    foreign = Given(write(tmp_path, GOOD).path, other.pk)
    reports = take_in([strange, foreign], at=AT).files

    assert [whats(report) for report in reports] == [
        [(0, station_files.UNKNOWN_STATION)],
        [(0, station_files.OTHER_STATION)],
    ]


def test_a_name_in_small_letters_finds_its_station_without_a_folder(at_river: Station, tmp_path: Path) -> None:
    small = write(tmp_path, GOOD, "ls_qt01_nuo001_20260101070000.txt")

    assert take_in([small], at=AT).total("stored") == 3


def test_in_the_folder_of_a_station_any_name_will_do(at_river: Station, tmp_path: Path) -> None:
    given_ = Given(write(tmp_path, GOOD, "data.csv").path, at_river.pk)

    assert take_in([given_], at=AT).total("stored") == 3


@pytest.mark.parametrize(
    "encoded",
    [
        codecs.BOM_UTF8 + GOOD.encode(),
        GOOD.encode("utf-16"),
        GOOD.encode("utf-16-be"),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.rstrip("\n").encode(),
    ],
)
def test_encodings_and_line_ends_are_read(at_river: Station, tmp_path: Path, encoded: bytes) -> None:
    assert one(tmp_path, encoded).stored == 3


def test_bytes_that_are_no_text_are_refused(at_river: Station, tmp_path: Path) -> None:
    report = one(tmp_path, bytes(range(256)) * 20)

    assert (report.stored, report.refused) == (0, 1)


@pytest.mark.parametrize(
    ("value", "kept", "reason"),
    [
        ("nan", None, Reason.NOT_FINITE),
        ("inf", None, Reason.NOT_FINITE),
        ("1e308", None, Reason.TOO_LARGE),
        ("", None, Reason.EMPTY),
        ("abc", None, Reason.NOT_A_NUMBER),
        ("0", 0.0, 0),
    ],
)
def test_what_is_no_number_is_null_with_its_reason_and_its_text(
    at_river: Station, tmp_path: Path, value: str, kept: float | None, reason: int
) -> None:
    report = one(tmp_path, f"NH4\t{value}\tmg/L\t20260101070000\t00\n")

    assert report.stored == 1
    row = Observation.objects.get()
    assert (row.value, row.reason & ~int(Reason.GROSS)) == (kept, reason)
    if kept is None:
        assert row.flag == Flag.MISSING
        assert ObservationDetail.objects.get().raw_text == value


def test_a_decimal_comma_is_refused_unless_the_station_writes_so(at_river: Station, tmp_path: Path) -> None:
    content = "NH4\t0,41\tmg/L\t20260101070000\t00\n"
    assert whats(one(tmp_path, content)) == [(1, rules.DECIMAL_COMMA)]

    at_river.file_columns = "comma_decimal"
    at_river.save()
    one(tmp_path, content)
    assert [row[1] for row in rows()] == [0.41]


@pytest.mark.parametrize("key", [key for key in rules.LAYOUTS if key not in {"comma_decimal"}])
def test_other_orders_of_columns_are_read_when_declared(at_river: Station, tmp_path: Path, key: str) -> None:
    at_river.file_columns = key
    at_river.save()
    FileColumn.objects.create(
        station=at_river, symbol="NH4", series=Series.objects.get(parameter="nh4_n"), unit_symbol="mg/L"
    )
    layout = rules.LAYOUTS[key]
    cells = {"symbol": "NH4", "value": "0.41", "unit": "mg/L", "time": "20260101070000", "status": "00"}
    sign = " " if layout.separator == "space" else layout.separator
    one(tmp_path, sign.join(cells[name] for name in layout.columns) + "\n")

    assert [row[1] for row in rows()] == [0.41]


def test_an_unknown_declaration_of_columns_is_said(at_river: Station, tmp_path: Path) -> None:
    at_river.file_columns = "made-up"
    at_river.save()

    assert one(tmp_path, GOOD).refused == 1


def test_swapped_columns_are_refused_line_by_line(at_river: Station, tmp_path: Path) -> None:
    report = one(tmp_path, "7.31\tpH\t-\t20260101070000\t00\npH\t20260101070000\t-\t7.31\t00\n")

    assert (report.stored, [line.line for line in report.lines]) == (0, [1, 2])


def test_value_and_unit_in_each_others_place_are_refused(at_river: Station, tmp_path: Path) -> None:
    report = one(tmp_path, "pH\t-\t7.31\t20260101070000\t00\nTSS\tmg/L\t34.7\t20260101070000\t00\n")

    assert (report.stored, whats(report)) == (0, [(1, rules.BAD_UNIT), (2, rules.BAD_UNIT)])


def test_semicolons_with_decimal_commas_are_a_layout(at_river: Station, tmp_path: Path) -> None:
    at_river.file_columns = "semicolon_comma"
    at_river.save()
    one(tmp_path, "NH4;0,41;mg/L;20260101070000;00\n")

    assert [row[1] for row in rows()] == [0.41]


def test_future_and_jumping_clocks_are_refused_late_rows_taken(at_river: Station, tmp_path: Path) -> None:
    lines = [
        ("20260101070000", "7.30"),
        ("20260101060000", "7.31"),  # an hour back: late, taken
        ("20260103120000", "7.32"),  # ahead of us
        ("19700101000000", "7.33"),  # a clock that was reset
        ("20260101076100", "7.34"),
        ("2026-01-01 07:05", "7.35"),
    ]
    report = one(tmp_path, "".join(f"pH\t{value}\t-\t{time}\t00\n" for time, value in lines))

    assert sorted(row[1] or 0 for row in rows())[:2] == [7.3, 7.31]
    assert [(line.line, line.what) for line in report.lines[:2]] == [(3, rules.FUTURE), (4, rules.TOO_OLD)]
    assert report.stored + report.refused == 6


def test_a_file_that_ends_in_mid_line_waits_until_it_is_said_to_be_whole(at_river: Station, tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "TSS\t30.").path
    (report,) = take_in([Given(path, finish=False)], at=AT).files
    assert (report.state, rows()) == ("waiting", [])

    (report,) = take_in([Given(path, finish=True)], at=AT).files
    assert (report.state, report.stored, report.refused) == ("taken", 3, 1)


@pytest.mark.parametrize("cut", ["NH4\t0.41\tmg/L\t20260101070000\t0", "NH4\t0.41\tmg/L\t20260101070000", "NH4"])
def test_a_last_line_that_could_be_read_but_is_cut_waits(at_river: Station, tmp_path: Path, cut: str) -> None:
    path = write(tmp_path, "pH\t7.31\t-\t20260101070000\t00\n" + cut).path
    assert take_in([Given(path, finish=False)], at=AT).files[0].state == "waiting"

    path.write_text("pH\t7.31\t-\t20260101070000\t00\nNH4\t0.41\tmg/L\t20260101070000\t01", encoding="ascii")
    (report,) = take_in([Given(path, finish=False)], at=AT).files
    assert (report.state, rows()[1]) == ("taken", ("nh4_n", 0.41, 4, 1))


def test_an_empty_file_waits_for_what_will_be_written(at_river: Station, tmp_path: Path) -> None:
    path = write(tmp_path, "").path
    (report,) = take_in([Given(path, finish=False)], at=AT).files
    assert (report.state, SourceFile.objects.count()) == ("waiting", 0)

    path.write_text(GOOD, encoding="ascii")
    (report,) = take_in([Given(path, finish=False)], at=AT).files
    assert (report.state, report.stored) == ("taken", 3)


def test_twice_a_second_is_only_more_rows(at_river: Station, tmp_path: Path) -> None:
    one(tmp_path, "".join(f"pH\t7.3\t-\t2026010107{n // 60:02}{n % 60:02}\t00\n" * 2 for n in range(600)))

    assert Observation.objects.count() == 600


def test_a_long_file_is_read_in_blocks_with_little_memory(
    at_river: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tracemalloc

    monkeypatch.setattr(station_files, "BYTES_AT_ONCE", 2_000_000)
    monkeypatch.setattr("giapranh.water.rules.station_text.BLOCK", 1_000_000)
    monkeypatch.setattr("giapranh.water.rules.station_text.blocks.__defaults__", (1_000_000,))
    start = datetime(2024, 1, 1)  # noqa: DTZ001 - local, as a logger writes it
    lines = (
        f"pH\t{7 + n % 10 / 100:.2f}\t-\t{start + timedelta(minutes=5 * n):%Y%m%d%H%M%S}\t00\n" for n in range(200_000)
    )
    path = tmp_path / NAME
    path.write_text("".join(lines) + "rubbish\n", encoding="ascii")
    tracemalloc.start()
    (report,) = take_in([Given(path)], at=AT).files
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert report.stored + report.refused == 200_001
    assert report.lines[-1].line == 200_001
    assert peak < 60_000_000
    assert (take_in([Given(path)], at=AT).files[0].state, SourceFile.objects.count()) == ("taken", 1)


@pytest.fixture
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long files are those of 20 kB, read 10 kB by 10 kB."""
    monkeypatch.setattr(station_files, "BYTES_AT_ONCE", 20_000)
    monkeypatch.setattr("giapranh.water.rules.station_text.blocks.__defaults__", (10_000,))


def long_text() -> str:
    start = datetime(2024, 1, 1)  # noqa: DTZ001 - local, as a logger writes it
    times = (f"{start + timedelta(minutes=5 * n):%Y%m%d%H%M%S}" for n in range(2000))
    return "".join(f"pH\t7.{n % 10}\t-\t{at}\t00\n" for n, at in enumerate(times))


@pytest.mark.parametrize("encoding", ["ascii", "utf-16"])
@pytest.mark.usefixtures("short_blocks")
def test_a_long_file_that_ends_in_mid_line_waits_too(at_river: Station, tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, (long_text() + "pH\t7.3\t-\t20250101000000\t0").encode(encoding)).path
    (report,) = take_in([Given(path, finish=False)], at=AT).files
    assert (report.state, Observation.objects.count(), SourceFile.objects.count()) == ("waiting", 0, 0)

    path.write_bytes((long_text() + "pH\t7.3\t-\t20250101000000\t01\n").encode(encoding))
    (report,) = take_in([Given(path, finish=False)], at=AT).files
    assert (report.state, report.stored) == ("taken", 2001)
    assert Observation.objects.latest("time").status == 1


@pytest.mark.usefixtures("short_blocks")
def test_what_stands_before_an_end_of_zeros_comes_in(at_river: Station, tmp_path: Path) -> None:
    path = write(tmp_path, long_text() + "\0" * 200_000).path
    (report,) = take_in([Given(path, finish=False)], at=AT).files
    assert (report.state, report.stored > 1000, report.refused) == ("taken", True, 1)


@pytest.mark.usefixtures("short_blocks")
def test_a_long_file_that_was_interrupted_goes_on_with_its_source(
    at_river: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_, store_, calls = write(tmp_path, long_text()), station_files._store, itertools.count()

    def third_fails(*block: object) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        store_(*block)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(station_files, "_store", third_fails)
        with pytest.raises(KeyboardInterrupt):
            take_in([given_], at=AT)
    half = SourceFile.objects.get()
    assert half.sha256
    assert (half.rows_stored, half.refusals[0]["what"]) == (Observation.objects.count(), station_files.NOT_DONE)

    (report,) = take_in([given_], at=AT).files
    done = SourceFile.objects.get()
    assert (report.stored, report.known) == (2000 - half.rows_stored, half.rows_stored)
    assert (done.pk, done.rows_stored, done.rows_refused, done.refusals) == (half.pk, 2000, 0, [])
    assert take_in([given_], at=AT).files[0].state == "known"


@pytest.mark.usefixtures("short_blocks")
def test_a_long_file_read_again_keeps_the_count_of_its_rows(at_river: Station, tmp_path: Path) -> None:
    given_ = write(tmp_path, long_text() + "rubbish\n")
    for known in (0, 2000):
        take_in([given_], at=AT)
        source = SourceFile.objects.get()
        assert (source.rows_stored, source.rows_known, source.rows_refused) == (2000, known, 1)


@pytest.mark.usefixtures("short_blocks")
def test_a_long_file_of_nobody_is_on_record_once(at_river: Station, tmp_path: Path) -> None:
    given_ = write(tmp_path, long_text(), "LS_QT01_NOBODY_20260101070000.txt")
    for _ in range(2):
        (report,) = take_in([given_], at=AT).files
        assert (report.state, whats(report)) == ("taken", [(0, station_files.UNKNOWN_STATION)])
    assert SourceFile.objects.get().rows_refused == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_once", [20_000, 16_000_000])
def test_the_same_file_from_two_sides_at_once_has_one_source(
    at_river: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(station_files, "BYTES_AT_ONCE", at_once)
    given_, together = write(tmp_path, long_text()), threading.Barrier(2)

    def side(_number: int) -> int:
        try:
            together.wait(timeout=60)
            return take_in([given_], at=AT).total("stored")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as sides:
        assert sum(sides.map(side, range(2))) == 2000
    source = SourceFile.objects.get()
    assert (source.rows_stored, source.rows_refused, Observation.objects.count()) == (2000, 0, 2000)


def test_a_name_that_is_no_text_stops_no_other_file(at_river: Station, tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/LS_QT01_\xd0\xff_20260101070000.txt"))
    odd.write_bytes(b"pH\t7.3\t-\t20260101080000\t00\n")
    report = take_in([Given(odd), write(tmp_path, GOOD)], at=AT)

    assert [(one.stored, one.refused) for one in report.files] == [(0, 1), (3, 0)]
    assert SourceFile.objects.get(rows_refused=1).refusals[0]["params"]["name"] == "LS_QT01_??_20260101070000.txt"


def test_a_file_in_the_folder_of_a_code_belongs_to_who_bore_it_then(at_river: Station, tmp_path: Path) -> None:
    at_river.valid_to = date(2025, 12, 31)
    at_river.save()
    now = make_station(code=at_river.code, name="Hữu Lũng mới", valid_from=date(2026, 1, 1))
    make_series(now, "ph", unit="")
    late = write(tmp_path, "pH\t7.3\t-\t20251230070000\t00\n", "LS_QT01_NUO001_20251230070000.txt").path
    report = take_in([Given(late, now.pk), Given(write(tmp_path, GOOD).path, now.pk)], at=AT)

    assert [one.station_id for one in report.files] == [at_river.pk, now.pk]


def test_many_files_at_once_are_one_transaction(at_river: Station, tmp_path: Path) -> None:
    given_ = []
    for n in range(500):
        at = FIRST + timedelta(minutes=5 * n) - timedelta(days=2)
        local = (at + timedelta(hours=7)).strftime("%Y%m%d%H%M%S")
        given_.append(write(tmp_path, f"pH\t7.{n % 10}\t-\t{local}\t00\n", file_name("LS_QT01_NUO001", at)))
    report = take_in(given_, at=AT)

    assert (report.total("stored"), report.count("taken")) == (500, 500)
    assert SourceFile.objects.filter(rows_stored=1).count() == 500


def test_each_of_many_files_keeps_its_own_refusals(at_river: Station, tmp_path: Path) -> None:
    names = [file_name("LS_QT01_NUO001", FIRST + timedelta(minutes=5 * n) - timedelta(days=4)) for n in range(700)]
    bad = [f"pH\t7,3\t-\t{name[-18:-4]}\t00\nrubbish\n" for name in names]
    report = take_in([write(tmp_path, content, name) for content, name in zip(bad, names, strict=True)], at=AT)

    assert {(one.refused, len(one.lines) > 0) for one in report.files} == {(2, True)}
    assert SourceFile.objects.filter(rows_refused=2).exclude(refusals=[]).count() == 700
    at_river.file_columns = "comma_decimal"
    at_river.save()
    again = [Given(tmp_path / name) for name in names]
    assert take_in(again, at=AT).total("stored") == 700


FILES = [
    "".join(f"{symbol}\t{value}\t{unit}\t202601010{h}{m:02}00\t00\n" for symbol, value, unit in rows_)
    for h, m, rows_ in [
        (7, 0, [("pH", "7.2", "-"), ("Temp", "18.1", "oC")]),
        (7, 5, [("pH", "7.2", "-"), ("Temp", "18.2", "oC")]),
        (7, 10, [("pH", "12.5", "-"), ("Temp", "", "oC")]),
        (7, 15, [("pH", "7.3", "-"), ("NH4", "0.4", "mg/L")]),
        (7, 20, [("pH", "7.3", "-")]),
        (9, 40, [("pH", "-1", "-"), ("NH4", "0.5", "mg/L")]),
    ]
]


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, len(FILES) - 1), max_size=12), st.lists(st.integers(0, 3), max_size=6), st.randoms())
def test_any_order_and_repetition_of_the_same_files_gives_the_same_rows(
    at_river: Station, tmp_path_factory: pytest.TempPathFactory, more: list[int], cuts: list[int], chance: object
) -> None:
    from django.db import transaction

    order = [*range(len(FILES)), *more]
    chance.shuffle(order)  # type: ignore[attr-defined]
    folder = tmp_path_factory.mktemp("files")
    with transaction.atomic():
        _take_in_parts(folder, [list(range(len(FILES)))])
        whole = _all_rows()
        transaction.set_rollback(True)
    with transaction.atomic():
        edges = sorted({0, len(order), *(cut * 3 for cut in cuts if cut * 3 < len(order))})
        _take_in_parts(folder, [order[a:b] for a, b in itertools.pairwise(edges)])
        assert _all_rows() == whole
        transaction.set_rollback(True)


def _take_in_parts(folder: Path, parts: list[list[int]]) -> None:
    for number, part in enumerate(parts):
        names = [f"LS_QT01_NUO001_2026010107{number:02}{i:02}.txt" for i in range(len(part))]
        take_in([write(folder, FILES[n], name) for n, name in zip(part, names, strict=True)], at=AT)


def _all_rows() -> list[tuple[object, ...]]:
    fields = ("series__parameter", "time", "value", "flag", "reason", "status")
    return list(Observation.objects.order_by("series_id", "time").values_list(*fields))


def test_names_of_files_never_lead_out(at_river: Station) -> None:
    from giapranh.water.rules.station_names import parse_name

    for name in ("../../etc/passwd", "LS_QT01_..\\NUO001_20260101070000.txt", "/etc/LS_A_B_20260101070000.txt"):
        with pytest.raises(BadFileName):
            parse_name(name)
