"""Notices by the exchange: theirs acknowledged, answered and made an incident here; ours moved on by their word."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from tests.factories import neighbour_house
from tests.factories import water as make
from tests.factories.neighbour_house import NOTICE, THEM

from giapranh.exchange import seeds
from giapranh.exchange.ledger import receipts
from giapranh.exchange.ledger.agreement import Clause
from giapranh.exchange.ledger.engine import Kind
from giapranh.exchange.ledger.rows import Receipt
from giapranh.exchange.models import Alarm, Entry
from giapranh.exchange.queries import record_of
from giapranh.kernel import clock
from giapranh.people.models import Notice as Bell
from giapranh.water import shares
from giapranh.water.incident_permissions import NoSuchIncident, NotYours
from giapranh.water.models import Incident, Notice, Station
from giapranh.water.services import incidents, neighbour_notices, notices
from giapranh.water.services.incidents import Facts
from giapranh.water.services.notice_clocks import notice_round
from giapranh.water.services.store import store_one

pytestmark = pytest.mark.django_db
UID = UUID(NOTICE.partition(":")[2])
CONTACTS = f"contact-list:{THEM}"


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    monkeypatch.setattr(seeds, "_path", lambda: tmp_path / "secrets" / "exchange-keys.json")


@pytest.fixture
def them(node, thuong):
    """Bắc Ninh, met; notices, stations and contact lists may go both ways."""
    make.bank(thuong, "left", 160, 0, "xã Kép", "24")
    neighbour_house.make_keys()
    them = neighbour_house.stranger()
    neighbour_house.meet(them, "https://bac-ninh.example.vn")
    kinds = {one.name: tuple(one.fields) for one in shares.kinds()} | {"contact-list": ("agency", "node", "area")}
    agreed = ("water-notice", "water-station", "water-latest", "contact-list")
    neighbour_house.agree(
        them,
        [
            Clause(f"{giver}-{kind}", giver, taker, kind, kinds[kind], purpose="phối hợp", source="Quy chế")
            for giver, taker in ((them.me, THEM), (THEM, them.me))
            for kind in agreed
        ],
    )
    them.share(CONTACTS, agency="Sở", node=THEM, area="24")
    them.talk()
    return them


@pytest.fixture
def theirs(them):
    them.share(NOTICE, **neighbour_house.notice())
    them.talk()
    return them


@pytest.fixture
def sent(them, thuong, focal):
    """Our own notice, on its way."""
    facts = Facts(name="Cá chết", finder="dân", seen_at=clock.now() - timedelta(hours=1), watercourse=thuong, km=91.0)
    made = incidents.report_incident(facts=facts, by=focal, at=clock.now())
    incidents.confirm(incident_id=made.pk, extent="national", provinces=["20", "24"], by=focal, at=clock.now())
    [notice] = notices.prepare(
        incident_id=made.pk, kind="warning", provinces=["24"], even_incomplete=True, by=focal, at=clock.now()
    )
    notices.send(notice_id=notice.pk, words="kênh trao đổi", sent_at=clock.now(), by=focal, at=clock.now())
    them.talk()
    return notice


def read_there(them, notice, answer=""):
    subject = f"water-notice:{notice.uid}"
    them.do(lambda *args: receipts.mark_read(*args, answer), subject, "Trực ban, Sở bạn")
    them.talk()
    notice.refresh_from_db()


def test_their_receipt_acknowledges_our_notice_and_the_incident(them, sent, focal):
    read_there(them, sent)
    assert (sent.state, sent.incident.state) == ("acknowledged", "acknowledged")
    assert sent.acknowledged_words == "Trực ban, Sở bạn, Bắc Ninh (qua kênh trao đổi giữa hai nút)"
    assert sent.sent_at <= sent.acknowledged_at <= clock.now()
    assert Bell.objects.filter(officer=focal, text__contains="đã nhận thông báo").exists()
    assert record_of("water-notice", str(sent.uid))[0].data["acknowledgedAt"]


def test_their_answer_is_written_down_once(them, sent):
    read_there(them, sent)
    read_there(them, sent, "Đã cử tổ kiểm tra")
    assert (sent.state, sent.answer_words.splitlines()[0]) == ("answered", "Đã cử tổ kiểm tra")
    read_there(them, sent, "Đã cử tổ kiểm tra")
    assert sent.incident.events.filter(what="answered").count() == 1


def test_an_answer_without_a_word_before_acknowledges_too(them, sent):
    read_there(them, sent, "Đang xem")
    assert (sent.state, sent.acknowledged_at) == ("answered", sent.answered_at)


def test_the_word_of_another_neighbour_is_not_the_addressees(them, sent):
    them.share(CONTACTS, agency="Sở", node=THEM, area="19")
    them.talk()
    read_there(them, sent)
    assert sent.state == "sent"


def test_a_notice_of_theirs_rings_and_waits_until_somebody_signs(focal, theirs, client_of):
    bell = Bell.objects.get(officer=focal)
    assert bell.text.startswith("Bắc Ninh gửi thông báo")
    listed = client_of(focal).get("/song-ngoi/su-co/").content.decode()
    assert "Cảnh báo SC-2026-007/1 của Bắc Ninh" in listed
    assert "1 thông báo của tỉnh bạn chưa ai xác nhận" in listed
    assert client_of(focal).get(bell.url).status_code == 200
    neighbour_notices.acknowledge(peer=THEM, uid=UID, by=focal, at=clock.now())
    theirs.talk()
    signed = theirs.do(lambda engine, tx, peer, now: [r.reader for r in tx.find(Receipt, status="read")])
    assert len(signed) == 1
    assert "chưa ai xác nhận" not in client_of(focal).get("/song-ngoi/su-co/").content.decode()


def test_a_notice_of_theirs_that_nobody_signs_in_time_rings_once_more(focal, leader, them):
    by = clock.now() + timedelta(hours=3)
    told = {"acknowledgeBy": f"{by:%Y-%m-%dT%H:%M:%S.000Z}"}
    them.share(NOTICE, **neighbour_house.notice(**told))
    them.talk()
    late = Bell.objects.filter(text__startswith="Quá hạn mà bên mình chưa xác nhận: Cảnh báo SC-2026-007/1")
    notice_round(by - timedelta(minutes=1))
    assert late.count() == 0
    for minutes in (1, 2):
        notice_round(by + timedelta(minutes=minutes))
    assert {bell.officer for bell in late} == {focal, leader}
    assert late.count() == 2


def test_a_notice_of_theirs_that_was_signed_does_not_ring_again(focal, them):
    by = clock.now() + timedelta(hours=3)
    them.share(NOTICE, **neighbour_house.notice(acknowledgeBy=f"{by:%Y-%m-%dT%H:%M:%S.000Z}"))
    them.talk()
    neighbour_notices.acknowledge(peer=THEM, uid=UID, by=focal, at=clock.now())
    assert notice_round(by + timedelta(minutes=1)) == 0


def test_one_click_makes_it_an_incident_here(theirs, thuong, focal):
    incident = neighbour_notices.open_incident(peer=THEM, uid=UID, by=focal, at=clock.now())
    assert (incident.state, incident.km, incident.watercourse) == ("suspected", 91.5, thuong)
    kept = Notice.objects.get(uid=UID)
    assert (kept.incoming, kept.state, kept.province, kept.n) == (True, "sent", "24", 1)
    assert str(kept) == "SC-2026-007/1"  # as their letter calls it, whatever number our incident has
    with pytest.raises(neighbour_notices.OpenedAlready):
        neighbour_notices.open_incident(peer=THEM, uid=UID, by=focal, at=clock.now())
    neighbour_notices.answer(peer=THEM, uid=UID, words="Đã cử người", by=focal, at=clock.now())
    kept.refresh_from_db()
    assert kept.state == "answered"
    assert Entry.objects.filter(kind="receipt", stream=f"{theirs.me}.{THEM}.alert").exists()


def test_a_second_notice_about_the_same_joins_the_incident(theirs, focal):
    first = neighbour_notices.open_incident(peer=THEM, uid=UID, by=focal, at=clock.now())
    again = UUID(int=99)
    theirs.share(f"water-notice:{again}", **neighbour_house.notice(uid=str(again), n=2, kind="information"))
    theirs.talk()
    assert neighbour_notices.open_incident(peer=THEM, uid=again, by=focal, at=clock.now()) == first
    assert Incident.objects.count() == 1
    assert sorted(first.notices.values_list("n", flat=True)) == [1, 2]


def test_a_notice_without_a_river_we_know_says_what_to_do(theirs, focal):
    theirs.share(NOTICE, **neighbour_house.notice(river="song-la"))
    theirs.talk()
    with pytest.raises(neighbour_notices.NoRiver, match="ghi tay"):
        neighbour_notices.open_incident(peer=THEM, uid=UID, by=focal, at=clock.now())
    assert not Incident.objects.exists()


def test_whoever_may_not_handle_incidents_signs_nothing(theirs, an, chi):
    with pytest.raises(NotYours):
        neighbour_notices.acknowledge(peer=THEM, uid=UID, by=an, at=clock.now())
    with pytest.raises((NotYours, NoSuchIncident)):
        neighbour_notices.open_incident(peer=THEM, uid=UID, by=chi, at=clock.now())


# --- stations --------------------------------------------------------------------------------------------------------

STATION = UUID(int=41)
SERIES = UUID(int=42)
TOLD = {
    "uid": str(STATION), "name": "Thương – Bố Hạ", "code": "", "kind": "automatic", "river": "thuong", "km": "66.5",
    "bank": "left", "owner": "Chi cục BVMT", "illustrative": False,
    "series": [{"uid": str(SERIES), "parameter": "nh4_n", "basis": "N", "unit": "mg/L", "cycleSeconds": 900}],
}  # fmt: skip


def with_stations(them):
    for kind in ("water-station", "water-latest"):
        them.engine.kinds[kind] = Kind(kind)
    return them


def test_their_station_and_newest_value_stand_on_our_pages(them, focal, client_of):
    with_stations(them)
    them.share(f"water-station:{STATION}", **TOLD)
    at = (clock.now() - timedelta(minutes=20)).isoformat()
    values = [{"series": str(SERIES), "parameter": "nh4_n", "unit": "mg/L", "at": at, "value": "0.31", "flag": 1}]
    them.share(f"water-latest:{STATION}", station=str(STATION), name="Bố Hạ", at=at, values=values)
    them.talk()
    station = Station.objects.get(uid=STATION)
    assert (station.node, station.km, station.owner_name) == (THEM, 66.5, "Chi cục BVMT, Bắc Ninh")
    assert station.series.get().last_value == 0.31
    page = client_of(focal).get(f"/song-ngoi/tram/{station.pk}/").content.decode()
    assert "Phía bạn: Bắc Ninh" in page
    assert client_of(focal).get(f"/song-ngoi/tram/{station.pk}/khai-bao/").status_code in {403, 404}


def test_a_station_of_ours_cannot_be_taken_over(them, thuong, node):
    ours = make.station(thuong, 100.0, owner=node.water, name="Của ta")
    with_stations(them).share(f"water-station:{ours.uid}", **TOLD | {"uid": str(ours.uid)})
    them.talk()
    ours.refresh_from_db()
    assert (ours.name, ours.node) == ("Của ta", "")


def test_a_new_value_of_ours_is_told_in_the_transaction_that_stores_it(them, thuong, node):
    series = make.series(make.station(thuong, 100.0, owner=node.water), "nh4_n")
    store_one(series_id=series.pk, time=clock.now() - timedelta(minutes=5), value=0.4, at=clock.now())
    told = record_of("water-latest", str(series.station.uid))[0]
    assert told.data["values"][0]["value"] == "0.4"
    assert not Alarm.objects.filter(kind="not-shared").exists()
