"""The demonstration, as a newcomer runs it: the dispatch becomes a programme and a report, two houses exchange."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time

import docx
import httpx
import psutil
import pytest

pytestmark = pytest.mark.timeout(1800)

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
    "incidents": list(Incident.objects.order_by("pk").values_list("state", flat=True)),
    "notices": list(Notice.objects.order_by("n").values_list("kind", "state")),
    "alerts": sorted(Alert.objects.values_list("rule__kind", flat=True)),
    "letters": sorted(set(Delivery.objects.values_list("state", flat=True))),
}))
"""


NEIGHBOUR = """
import json
from giapranh.cli import setting_up
setting_up.set_up()
from giapranh.programme.models import Programme, Task
from giapranh.water.models import Incident, Notice, Station
print(json.dumps({
    "incidents": list(Incident.objects.values_list("state", "illustrative")),
    "notices": list(Notice.objects.values_list("incoming", "state", "illustrative")),
    "tasks": list(Task.objects.values_list("state", "illustrative")),
    "joint": [words.startswith("task:") and words.endswith("@lang-son")
              for words in Task.objects.values_list("joint_with", flat=True)],
    "theirs": Station.objects.filter(node="lang-son").count(),
    "real": Programme.objects.filter(illustrative=False).count() + Station.objects.filter(illustrative=False).count(),
}))
"""
EXCHANGE = """
import json
from giapranh.cli import setting_up
setting_up.set_up()
from giapranh.exchange.models import Agreement, Alarm, Place
from giapranh.programme.models import Task
from giapranh.programme.queries import joint
from giapranh.water.models import Notice, Station
notice = Notice.objects.get(state="answered")
halves = [half for task in Task.objects.exclude(counterparts=None).distinct() for half in joint.card_of(task).halves]
print(json.dumps({
    "agreements": list(Agreement.objects.values_list("version", "state")),
    "acknowledged": notice.acknowledged_words, "answer": notice.answer_words,
    "halves": [[half.state_word, half.standing.state] for half in halves],
    "refused": list(Place.objects.filter(state="quarantined").values_list("stream", "subject", "reason")),
    "alarms": sorted(Alarm.objects.exclude(kind="last-statement").values_list("kind", flat=True)),
    "bo_ha": list(Station.objects.filter(node="bac-ninh", series__last_time__isnull=False).distinct()
                  .values_list("owner_name", flat=True)),
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
            timeout=900,  # both houses are built, on a machine that may be busy
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
    assert counted["incidents"] == ["closed", "acknowledged"]
    assert sorted(counted["notices"]) == [
        ["end", "acknowledged"], ["information", "acknowledged"], ["warning", "acknowledged"], ["warning", "answered"],
    ]  # fmt: skip
    assert {"level", "silence"} <= set(counted["alerts"])
    assert "/song-ngoi/thuong/" in said


def test_two_houses_have_met_and_a_notice_was_sent_acknowledged_and_answered(demonstration):
    _home, run, said = demonstration
    told = json.loads(run("-c", EXCHANGE, at="demo").stdout)
    assert told["agreements"] == [[1, "in-force"]]
    assert told["acknowledged"].startswith("Cán bộ đầu mối, Sở Nông nghiệp và Môi trường, Bắc Ninh")
    assert "Chi cục trưởng" in told["answer"]
    assert "Trao đổi với Bắc Ninh" in said
    assert "http://127.0.0.1:8024" in said


def test_a_joint_task_has_two_halves_and_the_station_of_the_neighbour_is_theirs(demonstration):
    _home, run, said = demonstration
    told = json.loads(run("-c", EXCHANGE, at="demo").stdout)
    assert told["halves"] == [["Đang thực hiện", "under_way"]]
    assert any("Bắc Ninh" in name for name in told["bo_ha"])
    assert "bên kia đang thực hiện" in said


def test_what_went_past_the_agreement_is_refused_with_its_reason(demonstration):
    _home, run, said = demonstration
    told = json.loads(run("-c", EXCHANGE, at="demo").stdout)
    [[stream, subject, reason]] = told["refused"]
    assert (stream, subject.partition(":")[0], reason) == ("bac-ninh.lang-son.record", "water-station", "over-fields")
    assert told["alarms"] == ["over-share"]
    assert "Cách ly 1 mục" in said


def test_the_second_house_is_small_and_marked_illustrative(demonstration):
    _home, run, _said = demonstration
    told = json.loads(run("-c", NEIGHBOUR, at="demo-bac-ninh").stdout)
    assert told["incidents"] == [["suspected", True]]
    assert told["notices"] == [[True, "answered", True]]
    assert told["tasks"] == [["doing", True]]
    assert told["joint"] == [True]
    assert told["theirs"] > 0
    assert told["real"] == 0


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
    assert "1/13" not in again.stdout
    assert "Trao đổi với Bắc Ninh" in again.stdout
    assert [line for line in again.stdout.splitlines() if "mật khẩu" in line] == [
        line for line in said.splitlines() if "mật khẩu" in line
    ]


def test_opened_it_answers_at_both_ports_and_ends_with_nothing_left(demonstration):
    home, _run, _said = demonstration
    ports = [_free_port(), _free_port()]
    command = [sys.executable, "-m", "giapranh", "demo", "--port", str(ports[0]), "--neighbour-port", str(ports[1])]
    process = subprocess.Popen(
        command, env={**os.environ, "GIAPRANH_HOME": str(home)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        cookies = [_cookies_of(port) for port in ports]
        children = psutil.Process(process.pid).children(recursive=True)
    finally:
        process.terminate()
        process.wait(120)
    assert cookies[0]
    assert not cookies[0] & cookies[1]
    _gone, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []
    if os.name != "nt":  # there the process is ended without a word
        assert not any((home / house / "postgres" / "data" / "postmaster.pid").exists() for house in HOUSES)


HOUSES = ("demo", "demo-bac-ninh")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _cookies_of(port: int) -> set[str]:
    """The names of the cookies the sign-in page sets, once the house answers."""
    for _ in range(1200):
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/", follow_redirects=True, timeout=20, trust_env=False)
            return set(answer.cookies)
        except httpx.TransportError:
            time.sleep(0.25)
    raise AssertionError(f"nobody answers at {port}")
