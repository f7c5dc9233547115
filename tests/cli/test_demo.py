"""The demonstration, as a newcomer runs it: the dispatch becomes a programme and the programme a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import docx
import pytest

COUNT = """
import json
from giapranh.cli import setting_up
setting_up.set_up()
from giapranh.documents.models import Paper
from giapranh.people.models import Delivery
from giapranh.programme.models import Programme, Report, Task
real = {
    "papers": Paper.objects.filter(illustrative=False).exclude(direction="stub").count(),
    "programmes": Programme.objects.filter(illustrative=False).count(),
    "tasks": Task.objects.filter(illustrative=False).count(),
}
from giapranh.water.models import Alert, Incident, Notice, Sample, Series, Station
for model in (Station, Series, Sample, Alert, Incident, Notice):
    real[model.__name__] = model.objects.filter(illustrative=False).count()
moved = Task.objects.get(n="3+").parts.get(role="lead")
print(json.dumps({
    "real": real, "states": sorted(set(Task.objects.values_list("state", flat=True))),
    "reports": Report.objects.count(), "moved_from": moved.given_to.name, "moved_to": moved.office.agency.name,
    "incidents": list(Incident.objects.values_list("state", flat=True)),
    "notices": list(Notice.objects.order_by("n").values_list("kind", "state")),
    "alerts": sorted(Alert.objects.values_list("rule__kind", flat=True)),
    "letters": sorted(set(Delivery.objects.values_list("state", flat=True))),
}))
"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory):
    home = tmp_path_factory.mktemp("xem thử")
    environment = {**os.environ, "GIAPRANH_HOME": str(home), "GIAPRANH_LANGUAGE": "vi", "COLUMNS": "200"}

    def run(*words: str, at: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words],
            env={**environment, **({"GIAPRANH_HOME": str(home / at)} if at else {})},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=170,
        )

    done = run("-m", "giapranh", "demo", "--once")
    assert done.returncode == 0, done.stdout + done.stderr
    return home, run, done.stdout


def test_it_ends_by_itself_with_a_summary_and_the_sign_ins(demonstration):
    _home, _run, said = demonstration
    assert "Dữ liệu minh họa" in said
    assert "http://127.0.0.1:8020" in said
    assert "giamdoc" in said


def test_everything_it_made_is_marked_illustrative_and_work_moved_with_the_portfolio(demonstration):
    _home, run, _said = demonstration
    counted = json.loads(run("-c", COUNT, at="demo").stdout)
    assert set(counted["real"].values()) == {0}
    assert {"completed", "given", "awaiting"} <= set(counted["states"])
    assert counted["reports"] == 1
    assert counted["moved_from"] == "Phòng Quản lý Tài nguyên nước và Khoáng sản"
    assert counted["moved_to"] == "Sở Công Thương"
    assert counted["letters"] == ["sent"]


def test_the_incident_on_the_river_is_played_to_its_end(demonstration):
    _home, run, said = demonstration
    counted = json.loads(run("-c", COUNT, at="demo").stdout)
    assert counted["incidents"] == ["closed"]
    assert counted["notices"] == [["warning", "acknowledged"], ["information", "acknowledged"], ["end", "acknowledged"]]
    assert {"level", "silence"} <= set(counted["alerts"])
    assert "/song-ngoi/thuong/" in said


def test_the_report_opens_in_word_and_says_it_is_illustrative(demonstration):
    home, _run, _said = demonstration
    paper = docx.Document(str(home / "demo" / "bao-cao-quy-III-2026.docx"))
    text = "\n".join(p.text for p in paper.paragraphs)
    assert "quý III/2026" in text
    assert "chưa có báo cáo" in text
    headers = "\n".join(
        p.text
        for section in paper.sections
        for part in (section.header, section.first_page_header)
        for p in part.paragraphs
    )
    assert "MINH HỌA" in headers.upper().replace("HOẠ", "HỌA")


def test_a_second_run_shows_the_same_node(demonstration):
    _home, run, said = demonstration
    again = run("-m", "giapranh", "demo", "--once")
    assert again.returncode == 0
    assert "1/9" not in again.stdout
    assert [line for line in again.stdout.splitlines() if "mật khẩu" in line] == [
        line for line in said.splitlines() if "mật khẩu" in line
    ]
