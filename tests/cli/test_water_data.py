"""``giapranh import station-files|lab-sheet``: files and folders in, a line per refusal, a dry run that keeps nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.test_records import run
from tests.conftest import World
from tests.factories.water import series as make_series
from tests.factories.water import station as make_station

from giapranh.people.models import Officer
from giapranh.water.models import Observation, Station

pytestmark = pytest.mark.django_db
GOOD = "pH\t7.31\t-\t20260101070000\t00\n"
NAME = "LS_QT01_NUO001_20260101070000.txt"


@pytest.fixture
def station(node: World) -> Station:
    station = make_station(code="LS_QT01_NUO001", name="Hữu Lũng", owner=node.water)
    make_series(station, "ph", unit="")
    return station


def test_a_folder_of_station_files_comes_in_and_stays_where_it_is(station: Station, tmp_path: Path) -> None:
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / NAME).write_text(GOOD, encoding="ascii")
    status, lines = run("import", "station-files", tmp_path, "--dry-run")
    assert (status, Observation.objects.count()) == (0, 0)
    assert "1 giá trị mới" in lines[0]

    status, lines = run("import", "station-files", tmp_path)
    assert (status, Observation.objects.count()) == (0, 1)
    assert (tmp_path / "2026" / NAME).exists()
    assert "1 đã nhận trước đây" in run("import", "station-files", tmp_path)[1][0]


def test_each_refused_line_is_told_with_its_number_and_the_command_ends_with_one(
    station: Station, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    path.write_text(GOOD + "pH\tx\n", encoding="ascii")
    status, lines = run("import", "station-files", path, tmp_path / NAME)

    assert status == 1
    assert f"{path} dòng 2: Dòng phải có 5 cột, gặp 2 cột" in lines[0]
    assert Observation.objects.count() == 1


def test_a_path_that_is_not_there_is_said(station: Station, tmp_path: Path) -> None:
    assert run("import", "station-files", tmp_path / "none")[0] == 1


def test_a_laboratory_sheet_comes_in_in_somebodys_name(station: Station, an: Officer, tmp_path: Path) -> None:
    path = tmp_path / "phieu.csv"
    path.write_text("Trạm;Ngày lấy mẫu;pH\nHữu Lũng;05/02/2026;7,2\nNơi khác;05/02/2026;7\n", encoding="utf-8")
    status, lines = run("import", "lab-sheet", path, "--by", "an")

    assert (status, Observation.objects.get().value) == (1, 7.2)
    assert "dòng 3" in lines[0]
    assert "1 mẫu: 1 giá trị mới" in lines[-1]
