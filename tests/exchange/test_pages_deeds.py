"""What the buttons of the neighbours' pages do, and for whom."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from tests.exchange.pages import address
from tests.factories import neighbour_house
from tests.factories.neighbour_house import TASK, THEM, Neighbour

from giapranh.exchange import seeds
from giapranh.exchange.house import now_ms, store
from giapranh.exchange.ledger import agreements, bundle, records, succession
from giapranh.exchange.ledger.rows import Peer as PeerRow
from giapranh.exchange.models import (
    Agreement,
    Alarm,
    Draft,
    Known,
    Line,
    Notice,
    Peer,
    Place,
    Receipt,
    Record,
    StreamKey,
    Withdrawal,
)  # fmt: skip
from giapranh.exchange.services import keeping, lines
from giapranh.exchange.verifier.giapranh_verify import Verifier
from giapranh.kernel import clock
from giapranh.people.models import Officer

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Officer | None], Client]
ROOT = "/lang-gieng/"
ONE = f"{ROOT}nut/{THEM}/"


@pytest.fixture(autouse=True)
def own_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "_path", lambda: tmp_path / "secrets" / "exchange-keys.json")


@pytest.fixture
def boss(node: Any, leader: Officer, client_of: ClientOf) -> Client:
    return client_of(leader)


@pytest.fixture
def them(node: Any) -> Neighbour:
    return neighbour_house.met_and_agreed()


@pytest.fixture
def with_task(them: Neighbour) -> Neighbour:
    them.share(TASK, **neighbour_house.task())
    them.talk()
    return them


def page_of(answer: Any) -> str:
    return str(answer.content.decode())


# --- keys and meeting ------------------------------------------------------------------------------------------------


def test_keys_are_made_once_and_the_recovery_key_is_shown_once(boss: Client) -> None:
    made = boss.post(f"{ROOT}the/tao-khoa/")
    recovery = made.context["recovery"]
    assert len(recovery.split("-")) == 17
    assert made.headers["Cache-Control"].count("no-store") == 1
    later = page_of(boss.get(f"{ROOT}the/"))
    assert recovery not in later
    assert all(word in later for word in made.context["card"].words)
    assert boss.post(f"{ROOT}the/tao-khoa/").status_code == 409


def test_a_neighbour_is_met_by_the_words_that_were_heard(boss: Client) -> None:
    neighbour_house.make_keys()
    stranger = neighbour_house.stranger()
    card = neighbour_house.card_of(stranger)
    raw = boss.post(f"{ROOT}gap/", {"text": _card_text(stranger)})
    assert raw.status_code == 200
    assert "Bắc Ninh" in page_of(raw)
    assert " ".join(card.words) not in page_of(raw)
    handed = {"card": raw.context["words"].initial["card"], "address": "", "certificate": ""}
    wrong = boss.post(f"{ROOT}gap/", handed | {"words": "sai " * 12})
    assert wrong.status_code == 422
    assert "không khớp" in page_of(wrong)
    assert not Peer.objects.filter(node=THEM).exists()
    met = boss.post(f"{ROOT}gap/", handed | {"words": " ".join(card.words)})
    assert met.headers["Location"] == f"{ONE}thoa-thuan/"
    assert Peer.objects.get(node=THEM).root == card.root


def _card_text(them: Neighbour) -> str:
    from giapranh.exchange.ledger import meeting

    with them.store.transaction() as tx:
        return meeting.card(them.engine, tx).decode()


@pytest.mark.parametrize(
    "given", [{}, {"text": "không phải thẻ"}, {"address": "ftp://x"}, {"text": '{"format":"giapranh-card/1"}'}]
)
def test_what_is_no_card_is_refused_beside_the_form(given: dict[str, str], boss: Client) -> None:
    neighbour_house.make_keys()
    answer = boss.post(f"{ROOT}gap/", given)
    assert answer.status_code == 422
    assert 'role="alert"' in page_of(answer) or "alert" in page_of(answer)


def test_the_card_and_the_verifier_are_files(boss: Client) -> None:
    neighbour_house.make_keys()
    assert boss.get(f"{ROOT}the/tai-ve/").json()["node"] == "lang-son"
    assert b"giapranh-proof/1" in boss.get(f"{ROOT}kiem-tra/giapranh_verify.py").content


def test_the_line_is_changed_and_a_wrong_address_refused(boss: Client, them: Neighbour) -> None:
    assert boss.post(f"{ONE}duong-truyen/", {"address": "javascript:x", "enabled": "on"}).status_code == 422
    assert boss.post(f"{ONE}duong-truyen/", {"address": "https://a.example.vn"}).status_code == 302
    line = Line.objects.get(peer=THEM)
    assert (line.address, line.enabled) == ("https://a.example.vn", False)


def test_asking_now_puts_the_neighbour_first(boss: Client, them: Neighbour) -> None:
    Line.objects.update(next_try_at=None, hinted=False)
    assert boss.post(f"{ONE}goi-ngay/").status_code == 302
    assert Line.objects.get(peer=THEM).hinted


def test_keys_change_only_when_somebody_is_sure(boss: Client, them: Neighbour) -> None:
    assert boss.post(f"{ROOT}the/doi-khoa/").status_code == 422
    assert not StreamKey.objects.filter(cause="rotated").exists()
    assert boss.post(f"{ROOT}the/doi-khoa/", {"sure": "on"}).status_code == 302
    assert StreamKey.objects.filter(cause="rotated").count() == 3
    them.talk()
    assert them.store.transaction  # the neighbour read the new key without a refusal
    assert not Place.objects.filter(state="quarantined").exists()


def test_the_printed_key_makes_a_new_one(node: Any, boss: Client) -> None:
    made = neighbour_house.make_keys()
    neighbour_house.meet(neighbour_house.stranger())
    assert boss.post(f"{ROOT}the/khoi-phuc/", {"recovery": "0000", "sure": "on"}).status_code == 422
    assert boss.post(f"{ROOT}the/khoi-phuc/", {"recovery": made.recovery}).status_code == 422
    assert boss.post(f"{ROOT}the/khoi-phuc/", {"recovery": made.recovery, "sure": "on"}).status_code == 302
    assert StreamKey.objects.filter(cause="recovered").count() == 3


# --- agreement -------------------------------------------------------------------------------------------------------

CLAUSE = {
    "kind": "contact-list", "giver": "lang-son", "f_agency": "on", "f_officers": "on", "areas": ["20"], "delay_days": "0",
    "since": "01/01/2026", "until": "31/12/2027", "purpose": "gọi cho nhau", "source": "Quy chế 15/QCPH",
}  # fmt: skip


def test_a_clause_is_written_changed_and_dropped(boss: Client, node: Any) -> None:
    neighbour_house.make_keys()
    neighbour_house.meet(neighbour_house.stranger())
    assert boss.post(f"{ONE}soan/dieu-khoan/", CLAUSE).status_code == 302
    clause = Draft.objects.get(peer=THEM).clauses[0]
    assert (clause["id"], clause["fields"], clause["areas"]) == (
        "lang-son-contact-list", ["agency", "officers"], ["20"],
    )  # fmt: skip
    assert (clause["since"], clause["until"]) == ("2026-01-01", "2027-12-31")
    page = page_of(boss.get(f"{ONE}soan/"))
    assert "tỉnh Lạng Sơn" in page
    assert "31/12/2027" in page
    form = page_of(boss.get(f"{ONE}soan/dieu-khoan/lang-son-contact-list/"))
    assert "gọi cho nhau" in form
    changed = CLAUSE | {"p_agency": "decimals:1", "fine": "officers.phone\nofficers.name = day"}
    assert boss.post(f"{ONE}soan/dieu-khoan/lang-son-contact-list/", changed).status_code == 302
    clause = Draft.objects.get(peer=THEM).clauses[0]
    assert clause["precision"] == {"agency": "decimals:1", "officers.name": "day"}
    assert "officers.phone" in clause["fields"]
    assert boss.post(f"{ONE}soan/", {"note": "Thử trong quý"}).status_code == 302
    assert Draft.objects.get(peer=THEM).note == "Thử trong quý"
    assert boss.post(f"{ONE}soan/dieu-khoan/lang-son-contact-list/bo/").status_code == 302
    assert Draft.objects.get(peer=THEM).clauses == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"f_agency": "", "f_officers": ""}, {"purpose": ""}, {"source": " "}, {"until": "01/01/2020"}, {"fine": "a b"},
        {"delay_days": "-1"}, {"since": "hôm nay"}, {"other_areas": "<x>"}, {"areas": ["99999"]},
    ],
)  # fmt: skip
def test_a_clause_that_says_nothing_is_refused_and_stays_typed(wrong: dict[str, Any], boss: Client, node: Any) -> None:
    neighbour_house.make_keys()
    neighbour_house.meet(neighbour_house.stranger())
    answer = boss.post(f"{ONE}soan/dieu-khoan/", {k: v for k, v in (CLAUSE | wrong).items() if v != ""})
    assert answer.status_code == 422
    assert not Draft.objects.exists()
    assert 'value="contact-list"' in page_of(answer)


def test_a_kind_nobody_registered_cannot_be_agreed_on(boss: Client, them: Neighbour) -> None:
    assert boss.get(f"{ONE}soan/dieu-khoan/?kind=secrets&giver=lang-son").status_code == 404
    assert boss.get(f"{ONE}soan/dieu-khoan/?kind=task&giver=ha-noi").status_code == 404


def test_the_draft_is_signed_and_sent_or_thrown_away(boss: Client, them: Neighbour) -> None:
    assert boss.post(f"{ONE}soan/ky/").status_code == 404  # nothing was drafted
    boss.post(f"{ONE}soan/dieu-khoan/", CLAUSE)
    assert boss.post(f"{ONE}soan/bo/").status_code == 302
    assert not Draft.objects.exists()
    boss.post(f"{ONE}soan/dieu-khoan/", CLAUSE)
    assert boss.post(f"{ONE}soan/ky/").status_code == 302
    assert Agreement.objects.get(peer=THEM, version=2).state == "proposed"
    assert "ký đề xuất phiên bản 2" in page_of(boss.get(f"{ONE}thoa-thuan/"))


@pytest.fixture
def offered(them: Neighbour) -> Neighbour:
    parties = (THEM, them.me)
    text = agreements.Text(2, parties, (neighbour_house.clause(THEM, them.me, "task"),), "")
    them.do(agreements.propose, text)
    them.talk()
    return them


def test_what_they_signed_is_signed_here(boss: Client, offered: Neighbour) -> None:
    assert boss.post(f"{ONE}thoa-thuan/2/ky/").status_code == 302
    assert Agreement.objects.get(peer=THEM, version=2).state == "in-force"
    assert boss.post(f"{ONE}thoa-thuan/2/ky/").status_code == 409


def test_not_signing_needs_a_reason(boss: Client, offered: Neighbour) -> None:
    assert boss.post(f"{ONE}thoa-thuan/2/khong-ky/", {"why": " "}).status_code == 422
    assert boss.post(f"{ONE}thoa-thuan/2/khong-ky/", {"why": "thiếu căn cứ"}).status_code == 302
    assert Agreement.objects.get(peer=THEM, version=2).state == "withdrawn"
    assert "thiếu căn cứ" in page_of(boss.get(f"{ONE}thoa-thuan/2/"))


@pytest.mark.parametrize("clause", ["lang-son-task", "*"])
def test_a_clause_or_all_is_withdrawn_with_a_reason(clause: str, boss: Client, them: Neighbour) -> None:
    assert boss.post(f"{ONE}thoa-thuan/rut/", {"clause": clause}).status_code == 422
    assert boss.post(f"{ONE}thoa-thuan/rut/", {"clause": "khac", "why": "x"}).status_code == 422
    assert boss.post(f"{ONE}thoa-thuan/rut/", {"clause": clause, "why": "hết việc"}).status_code == 302
    assert Withdrawal.objects.get(peer=THEM).clause == clause


def test_what_would_leave_is_shown_on_real_records(boss: Client, them: Neighbour) -> None:
    page = boss.get(f"{ONE}se-di/")
    first = page.context["tallies"][0]
    assert (first.kind_title, first.leave, first.stay) == ("Danh bạ cán bộ đầu mối", 1, 0)
    boss.post(f"{ONE}soan/dieu-khoan/lang-son-contact-list/", CLAUSE | {"f_officers": "", "areas": ["24"]})
    clauses = Draft.objects.get(peer=THEM).clauses
    assert clauses[0]["areas"] == ["24"]
    draft = boss.get(f"{ONE}se-di/?ban=soan&ho-so=contact-list:lang-son")
    assert draft.context["tallies"][0].stay == 1
    assert draft.context["one"].reason == "outside-area"
    assert "ngoài địa bàn" in page_of(draft)
    book = boss.get(f"{ONE}se-di/?xuat=xlsx")
    assert book.content[:2] == b"PK"
    assert boss.get(f"{ONE}se-di/?ban=7").status_code == 404


def test_without_an_agreement_nothing_would_leave(boss: Client, node: Any) -> None:
    neighbour_house.make_keys()
    neighbour_house.meet(neighbour_house.stranger())
    assert "Mặc định là không" in page_of(boss.get(f"{ONE}se-di/"))


def test_what_left_is_shown_by_day_and_goes_into_a_sheet(boss: Client, them: Neighbour) -> None:
    page = boss.get(f"{ONE}da-di/")
    day, number, _size = page.context["days"][0]
    assert (day, number) == (clock.today(), 2)  # the agreement and the contact list
    assert boss.get(f"{ONE}da-di/?tu=01/01/2020&den=02/01/2020").context["days"] == []
    assert boss.get(f"{ONE}da-di/?tu=khi+nao").status_code == 422
    assert boss.get(f"{ONE}da-di/?xuat=xlsx").content[:2] == b"PK"
    assert boss.get(f"{ONE}thoa-thuan/1/?xuat=xlsx").content[:2] == b"PK"


# --- records ---------------------------------------------------------------------------------------------------------


def step(client: Client, name: str, subject: str = TASK, **typed: str) -> Any:
    return client.post(f"{ONE}viec/{name}/", {"subject": subject, **typed})


def test_a_record_is_read_and_answered_once_for_each_post(boss: Client, with_task: Neighbour) -> None:
    assert step(boss, "read", answer="đã rõ").status_code == 302
    receipt = Receipt.objects.get(status="read")
    assert receipt.answer == "đã rõ"
    assert "Sở" in receipt.reader or receipt.reader
    step(boss, "read", answer="đã rõ")
    assert Receipt.objects.filter(status="read").count() == 1


def test_an_error_is_reported_and_a_change_proposed(boss: Client, with_task: Neighbour) -> None:
    assert step(boss, "report", field="due_on", text=" ").status_code == 422
    assert step(boss, "report", field="due_on", text="đã họp đổi hạn").status_code == 302
    assert step(boss, "propose", v_due_on="2026-12-15", v_progress="đã khảo sát").status_code == 422  # nothing changed
    assert step(boss, "propose", v_due_on="2026-12-20", v_progress="đã khảo sát").status_code == 302
    assert sorted(Notice.objects.filter(direction="out").values_list("kind", flat=True)) == ["error-report", "proposal"]
    page = page_of(boss.get(f"{ROOT}viec/"))
    assert "20/12/2026" in page


def test_ours_is_recalled_with_a_reason_and_offered(boss: Client, them: Neighbour) -> None:
    own = "contact-list:lang-son"
    assert step(boss, "offer", own, why="đổi đầu mối").status_code == 302
    assert Record.objects.get(subject=own).state == "offered"
    assert step(boss, "recall", own, why="nhầm").status_code == 404  # not while it is offered
    with them.store.transaction() as tx:
        event = tx.find(neighbour_house.Notice, peer=them.me)
    assert event == []
    them.talk()
    with them.store.transaction() as tx:
        event = tx.find(neighbour_house.Notice, peer=them.me)
    them.do(records.answer_offer, event[0].event_id, False, "để bên đó giữ")
    them.talk()
    assert step(boss, "recall", own, why="").status_code == 422
    assert step(boss, "recall", own, why="nhầm").status_code == 302
    assert Record.objects.get(subject=own).state == "recalled"
    assert "đã được thu hồi" in page_of(boss.get(f"{ONE}ho-so/{own}/"))


def test_nobody_takes_a_step_that_is_not_there(boss: Client, with_task: Neighbour) -> None:
    assert step(boss, "recall", why="của bên kia").status_code == 404
    assert step(boss, "khong-co").status_code == 404
    assert step(boss, "read", "task:khong-co").status_code == 404


def test_what_they_ask_is_answered(boss: Client, them: Neighbour) -> None:
    own = f"contact-list:{them.me}"
    them.do(records.propose, own, {"agency": "Sở mới"})
    them.do(records.report_error, own, "officers", "sai số")
    them.talk()
    first, second = Notice.objects.filter(direction="in").order_by("kind")
    where = f"{ONE}tra-loi/"
    assert boss.post(f"{where}{first.event_id}/", {"accepted": "0", "text": ""}).status_code == 422
    assert boss.post(f"{where}{first.event_id}/", {"accepted": "0", "text": "số đúng"}).status_code == 302
    assert boss.post(f"{where}{second.event_id}/", {"accepted": "1"}).status_code == 302
    assert boss.post(f"{where}{second.event_id}/", {"accepted": "1"}).status_code == 409
    assert sorted(Notice.objects.values_list("state", flat=True)) == ["accepted", "declined"]


def test_an_entry_aside_is_judged_again(boss: Client, with_task: Neighbour, monkeypatch: pytest.MonkeyPatch) -> None:
    with_task.share("task:x", **neighbour_house.task(state="lạ"))
    with_task.talk()
    place = Place.objects.get(state="quarantined")
    where = f"{ROOT}cach-ly/{place.stream}/{place.seq}/xet-lai/"
    assert "vẫn chưa" in page_of(boss.post(where, follow=True))
    assert boss.post(f"{ROOT}cach-ly/{place.stream}/999/xet-lai/").status_code == 302
    assert Place.objects.filter(state="quarantined").count() == 1


def test_a_proof_is_downloaded_and_holds(boss: Client, with_task: Neighbour, tmp_path: Path) -> None:
    answer = boss.get(f"{ONE}chung-minh/{TASK}/")
    path = tmp_path / "ho-so.proof"
    path.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    report = Verifier({"bac-ninh": with_task.engine.keys.root}).verify(path)
    assert report.subject == TASK
    assert boss.get(f"{ONE}chung-minh/task:khong-co/").status_code == 404


# --- one node follows another ----------------------------------------------------------------------------------------


def succeed(client: Client, name: str, data: bytes, **typed: str) -> Any:
    return client.post(f"{ROOT}the/ke-thua/{name}/", {"file": SimpleUploadedFile("x.json", data), **typed})


def test_this_node_hands_on_to_the_one_that_follows(boss: Client, them: Neighbour) -> None:
    new = neighbour_house.stranger("Lạng Sơn mới", "lang-son-moi")
    card = _card_text(new).encode()
    assert succeed(boss, "draft", b"no card", since="01/01/2027", why="Nghị quyết").status_code == 422
    assert succeed(boss, "draft", card, since="", why="Nghị quyết").status_code == 422
    text = succeed(boss, "draft", card, since="01/01/2027", why="Nghị quyết").content
    with new.store.transaction() as tx:
        signed = succession.accept(new.engine, tx, text)
    assert succeed(boss, "tell", signed).status_code == 422  # nobody said that they are sure
    assert Peer.objects.get(node="lang-son").state == "active"
    told = succeed(boss, "tell", signed, sure="on")
    assert told.headers["Content-Disposition"].endswith('.zip"')
    assert b"".join(told.streaming_content)[:2] == b"PK"
    assert Peer.objects.get(node="lang-son").state == "succeeded"
    them.talk()
    with them.store.transaction() as tx:
        assert tx.get(PeerRow, "lang-son").successor == "lang-son-moi"


def test_what_is_no_inheritance_is_refused(boss: Client, them: Neighbour) -> None:
    assert succeed(boss, "inherit", b"no zip").status_code == 422
    assert succeed(boss, "accept", b"{}").status_code == 422
    assert succeed(boss, "khong-co", b"{}").status_code == 404


# --- files and checks ------------------------------------------------------------------------------------------------


def test_a_bundle_goes_out_and_one_comes_in(boss: Client, them: Neighbour) -> None:
    them.share(TASK, **neighbour_house.task())
    made = boss.post(f"{ROOT}goi/lap/", {"peer": THEM, "with_files": "on"})
    assert made.headers["Content-Disposition"].startswith('attachment; filename="lang-son-bac-ninh-')
    data = b"".join(made.streaming_content)  # type: ignore[attr-defined]
    taken = bundle.read(them.engine, them.store, io.BytesIO(data), now_ms())
    assert taken.peer == them.me
    back = io.BytesIO()
    bundle.write(them.engine, them.store, them.me, back, now_ms())
    file = SimpleUploadedFile("ve.giapranh", back.getvalue())
    page = boss.post(f"{ROOT}goi/nhan/", {"file": file})
    assert page.status_code == 200
    assert "Đã nhận gói của Bắc Ninh" in page_of(page)
    assert Record.objects.get(subject=TASK).state == "live"
    again = boss.post(f"{ROOT}goi/nhan/", {"file": SimpleUploadedFile("ve.giapranh", back.getvalue())})
    assert again.status_code == 200


def test_what_is_no_bundle_is_refused_in_one_line(boss: Client, them: Neighbour) -> None:
    answer = boss.post(f"{ROOT}goi/nhan/", {"file": SimpleUploadedFile("x.giapranh", b"PK not a bundle")})
    assert answer.status_code == 422
    assert "Không nhận được gói này" in page_of(answer)
    assert boss.post(f"{ROOT}goi/nhan/").status_code == 422
    assert boss.post(f"{ROOT}goi/lap/", {"peer": "khong-co"}).status_code == 422


def test_the_nightly_check_is_shown_with_what_it_found(boss: Client, them: Neighbour) -> None:
    keeping.verify(at=clock.now())
    assert "nguyên vẹn" in page_of(boss.get(f"{ROOT}kiem-tra/"))
    with store().transaction(), connection.cursor() as cursor:
        cursor.execute("update exchange_place set hash = repeat('0', 64) where seq = 1 and stream like 'lang-son%%'")
    keeping.verify(at=clock.now())
    page = page_of(boss.get(f"{ROOT}kiem-tra/"))
    assert "thiếu một mục" in page or "bị hỏng" in page


# --- what must be known ----------------------------------------------------------------------------------------------


def refused(them: Neighbour) -> None:
    """The neighbour's record breaks a rule here: an alarm about a record that has a title."""
    them.share(TASK, **neighbour_house.task(state="lạ"))
    them.talk()


def test_an_alarm_names_the_record_and_is_known_until_it_happens_again(
    boss: Client, leader: Officer, with_task: Neighbour
) -> None:
    refused(with_task)
    row = Alarm.objects.get(kind="quarantined")
    page = page_of(boss.get(ONE))
    assert re.search(
        rf'<p class="meta mb-0"><a href="{ONE}ho-so/{TASK}/">[^<]*Kiểm tra chung đoạn giáp ranh[^<]*</a>: ', page
    )
    assert "Đã biết:" not in page.replace('aria-label="Đã biết:', "")
    answer = boss.post(f"{ONE}da-biet/", {"kind": row.kind, "mark": row.mark}, follow=True)
    page = page_of(answer)
    assert "Đã biết: 1" in page
    assert f"Đã biết: {leader}" in page
    assert page.index("Đã biết: 1") < page.index(f"ho-so/{TASK}/")
    assert "Điều phải biết" not in page_of(boss.get(ROOT))
    Alarm.objects.filter(mark=row.mark).update(count=row.count + 1)
    assert "Đã biết: 1" not in page_of(boss.get(ONE))
    assert "Điều phải biết" in page_of(boss.get(ROOT))


def test_only_an_alarm_that_is_there_is_known(boss: Client, them: Neighbour) -> None:
    them.talk()
    for kind in ("quarantined", "last-statement", "x" * 300):
        assert boss.post(f"{ONE}da-biet/", {"kind": kind, "mark": ""}).status_code == 404
    assert not Known.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("administrator", 302), ("leader", 302), ("an", 403), ("auditor", 403)])
def test_who_may_say_that_an_alarm_is_known(
    who: str, status: int, with_task: Neighbour, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    refused(with_task)
    row = Alarm.objects.get(kind="quarantined")
    answer = client_of(request.getfixturevalue(who)).post(f"{ONE}da-biet/", {"kind": row.kind, "mark": row.mark})
    assert answer.status_code == status
    assert Known.objects.count() == (status == 302)


def test_a_call_tells_that_it_waits_and_then_what_came(boss: Client, them: Neighbour) -> None:
    there = boss.post(f"{ONE}goi-ngay/").headers["Location"]
    page = page_of(boss.get(there))
    assert "Đang gọi" in page
    assert 'hx-trigger="every 2s"' in page
    them.share(TASK, **neighbour_house.task())
    them.talk()
    line = Line.objects.get()
    lines.went_well(line, clock.now())
    part = page_of(boss.get(there, headers={"HX-Request": "true"}))
    assert part.startswith("<div")
    assert "bên kia trả lời" in part
    assert "Nhận thêm 1 mục" in part
    assert "hx-trigger" not in part
    lines.failed(line, "Không liên lạc được", clock.now())
    assert "Không liên lạc được" in page_of(boss.get(there))
    for wild in ("1", "9" * 15, "x", "-1", "²"):
        assert "asked-now" not in page_of(boss.get(f"{ONE}?goi={wild}"))


def test_a_call_that_nobody_makes_is_said_so(boss: Client, them: Neighbour) -> None:
    long_ago = now_ms() - 200_000
    assert "tiến trình nền" in page_of(boss.get(f"{ONE}?goi={long_ago}"))


# --- who may ---------------------------------------------------------------------------------------------------------

DEEDS = (
    "make_keys", "rotate", "recover", "meet", "line", "ask_now", "know", "countersign", "decline", "withdraw", "draft", "propose",
    "drop_draft", "succession_step", "new_clause", "clause", "drop_clause", "judge_again", "make_bundle", "take_bundle", "record_step",
    "answer",
)  # fmt: skip


@pytest.mark.parametrize("who", ["an", "binh", "chi", "dung", "auditor", None])
def test_nobody_else_does_any_of_it(
    who: str | None, node: Any, leader: Officer, client_of: ClientOf, request: pytest.FixtureRequest
) -> None:
    values = neighbour_house.furnish(node, leader)
    client = client_of(request.getfixturevalue(who) if who else None)
    typed = CLAUSE | {"sure": "on", "why": "x", "subject": TASK, "accepted": "1", "answer": "x", "note": "x"}
    before = (Place.objects.count(), Draft.objects.get().clauses, Agreement.objects.count(), Line.objects.get().address)
    passed = {}
    for name in DEEDS:
        status = client.post(address(name, values), typed).status_code
        if status not in ((302,) if who is None else (403, 404)):
            passed[name] = status
    assert passed == {}
    after = (Place.objects.count(), Draft.objects.get().clauses, Agreement.objects.count(), Line.objects.get().address)
    assert after == before
