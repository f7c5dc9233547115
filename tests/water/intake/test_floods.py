"""Too much at once, or nonsense of great size: refused with a line, nothing lost, memory bounded."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.factories.water import series as make_series
from tests.factories.water import station as make_station

from giapranh.water.intake import folder
from giapranh.water.intake.file_reports import Given
from giapranh.water.intake.folder import Watch
from giapranh.water.intake.station_files import take_in
from giapranh.water.models import FileColumn, Observation, Series, SourceFile, Station
from giapranh.water.rules.station_names import file_name

AT = datetime(2026, 3, 1, tzinfo=UTC)
CODE = "LS_QT01_NUO001"


@pytest.fixture
def at_river(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Station:
    monkeypatch.setenv("GIAPRANH_STATIONS_FOLDER", str(tmp_path / "stations"))
    monkeypatch.setenv("GIAPRANH_STATIONS_SETTLE_SECONDS", "0")
    station = make_station(code=CODE, name="Hữu Lũng")
    make_series(station, "ph", unit="")
    make_series(station, "nh4_n", unit="mg/L")
    return station


@pytest.fixture
def memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def test_two_gigabytes_of_nothing_are_refused_in_little_memory(at_river: Station, tmp_path: Path, memory: None) -> None:
    """A hole of 2 GB with a good line behind it: it takes no room on the disk and is no station file."""
    path = tmp_path / file_name(CODE, AT - timedelta(days=59))
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
        file.seek(0, 2)
        file.write(b"pH\t7.3\t-\t20260101070000\t00\n")
    began = time.monotonic()
    (report,) = take_in([Given(path)], at=AT).files
    assert (report.stored, report.refused) == (0, 1)
    assert tracemalloc.get_traced_memory()[1] < 80_000_000
    assert time.monotonic() - began < 120
    assert Observation.objects.count() == 0


def test_ten_thousand_files_at_once_all_come_in(at_river: Station) -> None:
    inbox = folder.inbox() / CODE
    inbox.mkdir()
    first = AT - timedelta(days=40)
    for n in range(10_000):
        at = first + timedelta(minutes=5 * n)
        local = (at + timedelta(hours=7)).strftime("%Y%m%d%H%M%S")
        (inbox / file_name(CODE, at)).write_bytes(f"pH\t7.{n % 10}\t-\t{local}\t00\n".encode())
    report = folder.round_now(at=AT, watch=Watch())
    assert report is not None
    assert (report.total("stored"), report.count("taken"), report.total("refused")) == (10_000, 10_000, 0)
    assert Observation.objects.count() == SourceFile.objects.count() == 10_000
    assert Series.objects.get(parameter="ph").count == 10_000
    assert not list(folder.inbox().rglob("*.txt"))


@pytest.mark.parametrize("unit", ["", "-", "?", "lít"])
def test_a_line_without_a_unit_waits_for_somebody_to_say_which(at_river: Station, tmp_path: Path, unit: str) -> None:
    path = tmp_path / file_name(CODE, AT - timedelta(days=59))
    path.write_text(f"NH4\t0.41\t{unit}\t20260101070000\t00\n", encoding="utf-8")
    (report,) = take_in([Given(path)], at=AT).files
    assert (report.stored, report.refused) == (0, 1)
    assert "đơn vị" in report.lines[0].what
    if unit in ("", "-"):
        nh4 = Series.objects.get(parameter="nh4_n")
        FileColumn.objects.create(station=at_river, symbol="NH4", series=nh4, unit_symbol="mg/L")
        (report,) = take_in([Given(path)], at=AT).files
        assert (report.stored, report.refused) == (1, 0)
