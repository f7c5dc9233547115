"""The pages of the neighbours: what each says, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.exchange.pages import address
from tests.factories import neighbour_house
from tests.factories.neighbour_house import TASK, THEM

from giapranh.exchange import queries, seeds
from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import status
from giapranh.exchange.ledger.chain import append
from giapranh.exchange.models import Place
from giapranh.exchange.queries import neighbours
from giapranh.exchange.queries.line import status_line
from giapranh.exchange.services import agreements, records
from giapranh.kernel import clock
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Officer | None], Client]


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has the folder of a fresh node."""
    monkeypatch.setattr(seeds, "_path", lambda: tmp_path / "secrets" / "exchange-keys.json")


@pytest.fixture
def values(node: Any, leader: Officer) -> dict[str, Any]:
    found = neighbour_house.furnish(node, leader)
    cache.clear()
    return found


PAGES = {
    "neighbours": "Cách ly 1 mục", "neighbour": "theo thứ tự", "card": "mười hai từ", "meet": "Gặp ai?",
    "received": "Kiểm tra chung", "notices": "Sở tên mới", "quarantine": "Hồ sơ trái quy tắc", "bundles": "Lập gói",
    "checks": "Sổ còn nguyên vẹn", "line": "bac-ninh.example.vn", "heads": "bac-ninh.lang-son.record",
    "agreement": "Quy chế 15/QCPH", "version": "Ai ký, lúc nào", "draft": "bản soạn", "new_clause": "Trường được chia sẻ",
    "clause": "Căn cứ pháp lý", "will_leave": "sẽ đi", "left": "Danh bạ cán bộ đầu mối", "ledger": "Sổ cái",
    "entry": "chữ ký đúng", "record": "Đề nghị sửa", "succession": "Nút kế thừa ký",
}  # fmt: skip
FOR_THE_HOUSE = {"neighbours", "neighbour", "card", "agreement", "version"}
TO_WRITE = {"meet", "new_clause", "clause"}  # forms: for those who sign


def test_a_leader_finds_on_each_page_what_it_is_for(
    values: dict[str, Any], leader: Officer, client_of: ClientOf
) -> None:
    client = client_of(leader)
    wrong = []
    for name, words in PAGES.items():
        answer = client.get(address(name, values))
        if answer.status_code != 200 or words not in answer.content.decode():
            wrong.append((name, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("who", ["an", "binh", "chi", "dung", "auditor"])
def test_who_sees_which_page(
    who: str, values: dict[str, Any], client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    """An and Bình work here: how it stands and what was agreed. Chi and Dũng do not: nothing. The auditor reads on."""
    client = client_of(request.getfixturevalue(who))
    passed = {name for name in PAGES if client.get(address(name, values)).status_code == 200}
    wanted = {"an": FOR_THE_HOUSE, "binh": FOR_THE_HOUSE, "auditor": set(PAGES) - TO_WRITE}.get(who, set())
    assert passed == wanted


def test_a_stranger_is_asked_to_sign_in(values: dict[str, Any], client_of: ClientOf) -> None:
    for name in PAGES:
        assert client_of(None).get(address(name, values)).status_code == 302


def test_without_keys_the_page_says_how_two_people_meet(node: Any, leader: Officer, client_of: ClientOf) -> None:
    page = client_of(leader).get("/lang-gieng/").content.decode()
    assert "hai người, mười phút" in page
    assert "Tạo khóa của nút này" in page
    assert "đồng bộ" not in page


def test_nothing_is_called_received_before_the_neighbour_signed(
    node: Any, leader: Officer, client_of: ClientOf
) -> None:
    them = neighbour_house.met_and_agreed()
    page = client_of(leader).get("/lang-gieng/").content.decode()
    assert "đã ký nhận hết" in page
    agreements.withdraw(THEM, f"{them.me}-task", "hết việc chung", by=None, at=clock.now())
    page = client_of(leader).get("/lang-gieng/").content.decode()
    assert "đã ký nhận hết" not in page
    assert "ký nhận 1 mục" in page
    them.talk()
    assert "đã ký nhận hết" in client_of(leader).get("/lang-gieng/").content.decode()


def test_an_over_shared_content_is_shown_to_nobody(node: Any, leader: Officer, client_of: ClientOf) -> None:
    them = neighbour_house.met_and_agreed()
    task = neighbour_house.task()
    with them.store.transaction() as tx:
        append(them.engine, tx, them.me, "task", task | {"counterparts": ["zqxjkv"]}, now_ms(), lane="record",
               subject=TASK, clause=f"{THEM}-task@1", version=1)  # fmt: skip
    them.push_unchecked("record")
    stream = f"{THEM}.{them.me}.record"
    seq = Place.objects.get(stream=stream, state="quarantined").seq
    page = client_of(leader).get(f"/lang-gieng/nut/{THEM}/so/{stream}/{seq}/").content.decode()
    assert "Có trường nằm ngoài điều khoản" in page
    assert "zqxjkv" not in page


def test_the_line_of_every_page_costs_one_statement_and_is_kept(node: Any, an: Officer, client_of: ClientOf) -> None:
    neighbour_house.met_and_agreed()
    cache.clear()
    with CaptureQueriesContext(connection) as asked:
        first = status_line()
    assert len(asked) == 1
    assert (first[0].name, first[0].waiting, first[0].quarantined, first[0].tone) == ("Bắc Ninh", 0, 0, "good")
    with CaptureQueriesContext(connection) as asked:
        assert status_line() == first
    assert len(asked) == 0
    page = client_of(an).get("/")
    assert "chờ gửi 0 · cách ly 0" in page.content.decode()


def test_the_line_counts_what_waits(node: Any, leader: Officer) -> None:
    values = neighbour_house.furnish(node, leader)
    records.report_error(values["peer"], TASK, "", "sai cả", by=leader, at=clock.now())
    cache.clear()
    assert [(one.waiting, one.quarantined, one.tone) for one in status_line()] == [(1, 1, "bad")]


def test_the_page_counts_as_the_engine_does(values: dict[str, Any], leader: Officer) -> None:
    records.report_error(THEM, TASK, "", "sai cả", by=leader, at=clock.now())
    with store().transaction() as tx:
        told = status.of(engine(), tx, THEM, now_ms())
        counted = neighbours._status("lang-son", tx, THEM)
    assert (counted.out, counted.into) == (told.out, told.into)
    assert (counted.last_heard, counted.last_applied) == (told.last_heard, told.last_applied)
    assert sum(lane.waiting for lane in counted.out) == 1


def test_no_page_leads_nowhere(values: dict[str, Any], leader: Officer, client_of: ClientOf) -> None:
    client = client_of(leader)
    pages = {address(name, values): "" for name in PAGES}
    links = set()
    for page in pages:
        links |= set(re.findall(r'href="(/lang-gieng/[^"?#]*)', client.get(page).content.decode()))
    assert {link for link in links if client.get(link).status_code != 200} == set()


def test_who_holds_no_post_does_not_see_the_line(node: Any, dung: Officer, client_of: ClientOf) -> None:
    neighbour_house.met_and_agreed()
    cache.clear()
    assert "frame-neighbours" not in client_of(dung).get("/").content.decode()


def test_other_rooms_ask_for_records_and_receipts(values: dict[str, Any]) -> None:
    assert ["Kiểm tra chung đoạn giáp ranh" in one.title for one in queries.received("task")] == [True]
    assert queries.received("task", "nobody") == []
    side = queries.record_of("task", TASK.partition(":")[2])[0]
    assert (side.mine, side.owner_name) == (False, "Bắc Ninh")
    assert [(name, one.status) for name, one in queries.receipts_of("task", TASK.partition(":")[2])] == [
        ("Bắc Ninh", "applied"), ("Bắc Ninh", "read"),
    ]  # fmt: skip
    ours = queries.record_of("contact-list", "lang-son")[0]
    assert ours.mine
    assert [(one.status, one.reader) for one in ours.signed] == [("applied", ""), ("read", "Trưởng phòng")]


def test_the_card_for_pages_of_other_rooms(values: dict[str, Any]) -> None:
    def shown(kind: str, record_id: str) -> str:
        template = Template("{% load neighbours %}{% neighbour_side kind id %}")
        return template.render(Context({"kind": kind, "id": record_id}))

    assert "chỉ đọc" in shown("task", TASK.partition(":")[2])
    own = shown("contact-list", "lang-son")
    assert "Trưởng phòng" in own
    assert "đã nhận" in own
    assert shown("task", "nobody-knows").strip() == ""
