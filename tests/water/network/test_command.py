"""``giapranh import rivers | river-features | stations``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.factories import water as make
from typer.testing import CliRunner

from giapranh.cli.app import app
from giapranh.kernel.errors import Refused
from giapranh.water.models import RiverFeature, Station, Watercourse

pytestmark = pytest.mark.django_db


def run(*words: object) -> tuple[int, list[str]]:
    """Exit code and lines; a refusal is its one line, as ``main`` prints it."""
    done = CliRunner().invoke(app, ["import", *(str(word) for word in words)])
    if isinstance(done.exception, Refused):
        return 1, [str(done.exception)]
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output.splitlines()


def test_a_folder_of_rivers_is_shown_first_and_brought_in_after(node: Any, tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[106.5, 21.5], [106.5, 21.1]]}
    feature = {"type": "Feature", "properties": {"name": "Sông Lớn"}, "geometry": line}
    (tmp_path / "rivers.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    (tmp_path / "river_features.csv").write_text(
        "river,kind,name,km\nSông Lớn,intake,Nhà máy nước,20\nSông Lớn,intake,Xa quá,90\n", encoding="utf-8"
    )
    refused = "river_features.csv dòng 3: km 90 vượt chiều dài Sông Lớn (44,5 km)."
    code, lines = run("rivers", tmp_path, "--dry-run")
    assert code == 1
    assert lines == [
        "Sông Lớn: mới, 44,5 km.", "Nhà máy nước (Sông Lớn, km 20): mới.", refused,
        "Mới: 2 · thay đổi: 0 · đã có: 0 · không nhận: 1.", "Mới xem thử, chưa ghi gì.",
    ]  # fmt: skip
    assert not Watercourse.objects.exists()
    run("rivers", tmp_path)
    assert RiverFeature.objects.get().name == "Nhà máy nước"
    assert run("rivers", tmp_path) == (1, [refused, "Mới: 0 · thay đổi: 0 · đã có: 2 · không nhận: 1."])


def test_stations_and_features_come_from_one_file(node: Any, tmp_path: Path) -> None:
    make.river()
    stations = tmp_path / "tram.csv"
    stations.write_text("code,name,river,km\nLS_QT01,Trạm Hữu Lũng,thuong,102\n", encoding="utf-8")
    assert run("stations", stations)[0] == 0
    assert Station.objects.get().km == 102
    features = tmp_path / "ct.csv"
    features.write_text("river,kind,name,km\nthuong,đập\\, cống,Đập,90\n".replace("\\,", ","), encoding="utf-8")
    assert (
        run("river-features", features)[0] == 1
    )  # a comma inside a word needs quotes: the line is refused, not guessed
    features.write_text('river,kind,name,km\nthuong,"đập, cống",Đập,90\n', encoding="utf-8")
    assert run("river-features", features)[0] == 0


@pytest.mark.parametrize("words", [("rivers", "khong-co"), ("stations", "."), ("song", "x")])
def test_what_is_not_there_is_one_line(node: Any, tmp_path: Path, words: tuple[str, str]) -> None:
    code, lines = run(words[0], tmp_path / words[1])
    assert code == 1
    assert len(lines) == 1
