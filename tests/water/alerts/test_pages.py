"""The pages of alerts, incidents, notices and drills, walked as an officer walks them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.factories import water as make
from tests.factories.alerts import rule
from tests.water.alerts.conftest import bring

from giapranh.desk import bench
from giapranh.kernel.clock import VIETNAM, now
from giapranh.water.models import Alert, AlertRule, Drill, Incident, Notice, OnCall

pytestmark = pytest.mark.django_db


@pytest.fixture
def burning(ammonium, thuong):
    make.bank(thuong, "both", 160, 60, "xã Tuấn Sơn", "20")
    make.bank(thuong, "both", 60, 0, "xã Mỹ Thái", "24")
    make.feature(thuong, 43, "Nhà máy nước", province_code="24")
    rule(ammonium)
    bring(ammonium, [0.1, 0.9], first=now() - timedelta(minutes=10), at=now())
    return Alert.objects.get()


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_desk_says_what_burns_whose_and_how_long(burning, an, client_of):
    page = words(client_of(an).get("/song-ngoi/canh-bao/"))
    assert "1 cảnh báo đang mở." in page
    assert "để nhận" in page
    assert "Phòng Quản lý môi trường" in page
    taken = client_of(an).post(f"/song-ngoi/canh-bao/{burning.pk}/buoc/acknowledge/", {"ve": "ban"})
    assert taken.url == "/song-ngoi/canh-bao/"
    assert "Đã nhận xử lý" in words(client_of(an).get("/song-ngoi/canh-bao/"))


def test_the_way_to_the_sources_begins_when_the_water_was_bad(burning, an, client_of):
    """Not when somebody looks: the windows would be wrong by as much."""
    Alert.objects.update(since="2026-11-20T01:00:00Z", last_at="2026-11-20T04:30:00Z")
    page = words(client_of(an).get(f"/song-ngoi/canh-bao/{burning.pk}/"))
    assert "luc=20/11/2026%2008%3A00&amp;den_luc=20/11/2026%2011%3A30" in page
    made = client_of(an).get(f"/song-ngoi/truy-nguon/?song=thuong&tram={burning.station_id}&luc=20/11/2026%2008%3A00")
    assert "08:00" in words(made)


def test_an_alert_of_quiet_hours_says_when_somebody_will_hear(ammonium, an, client_of):
    local = now().astimezone(VIETNAM)
    until = (local + timedelta(hours=2)).replace(second=0, microsecond=0)
    rule(ammonium, quiet_from=(local - timedelta(hours=1)).time(), quiet_to=until.time())
    bring(ammonium, [0.1, 0.9], first=now() - timedelta(minutes=10), at=now())
    found = Alert.objects.get()
    page = words(client_of(an).get(f"/song-ngoi/canh-bao/{found.pk}/"))
    assert f"lúc {until:%H:%M %d/%m/%Y}, khi hết giờ yên lặng; chưa ai được báo" in page


def test_a_series_is_offered_with_its_station_said_once(station, ammonium, focal, client_of):
    type(ammonium).objects.filter(pk=ammonium.pk).update(name=f"{station.name} – Amoni")
    plain = make.series(station, "cod", name="COD")
    page = words(client_of(focal).get("/song-ngoi/canh-bao/quy-tac/moi/"))
    assert f'<option value="series:{ammonium.pk}">{station.name} – Amoni</option>' in page
    assert f'<option value="series:{plain.pk}">{station.name}: COD</option>' in page


def test_ending_without_words_comes_back_with_the_form(burning, an, client_of):
    client = client_of(an)
    refused = client.post(f"/song-ngoi/canh-bao/{burning.pk}/buoc/end/", {"words": ""})
    assert refused.status_code == 422
    client.post(f"/song-ngoi/canh-bao/{burning.pk}/buoc/end/", {"words": "Cống đã đóng"})
    page = words(client.get(f"/song-ngoi/canh-bao/{burning.pk}/"))
    assert "Cống đã đóng" in page
    assert "im lặng cho đến khi" in page
    desk = words(client.get("/song-ngoi/canh-bao/"))
    assert "đang im lặng" in desk
    assert "Mọi nơi được theo dõi đều bình thường" not in desk  # one is not


def test_a_place_beyond_the_river_is_refused_in_numbers_people_write(thuong, an, client_of):
    form = {"name": "Cá chết", "river": thuong.key, "km": "500,5", "seen_at": "07:00 20/11/2026", "finder": "An"}
    page = words(client_of(an).post("/song-ngoi/su-co/moi/", form))
    assert f"dài {str(float(thuong.length_km)).removesuffix('.0').replace('.', ',')} km; km 500,5 nằm ngoài" in page


def test_the_neighbour_and_strangers_see_none_of_it(burning, chi, dung, client_of):
    for person in (chi, dung):
        for url in (
            "/song-ngoi/canh-bao/",
            f"/song-ngoi/canh-bao/{burning.pk}/",
            "/song-ngoi/su-co/",
            "/song-ngoi/dien-tap/",
        ):
            assert client_of(person).get(url).status_code == 404


def test_a_rule_is_made_and_read_back_as_a_sentence(station, ammonium, focal, client_of):
    client = client_of(focal)
    form = {
        "name": "Amoni", "kind": "level", "place": f"station:{station.pk}", "parameter": "nh4_n", "limit_source": "table1",
        "severity": "critical", "acknowledge_minutes": "30", "grace_minutes": "15", "min_values": "2",
        "hysteresis_percent": "5", "clear_minutes": "60", "max_age_hours": "72", "rate_direction": "both",
        "ladder_1_minutes": "30", "ladder_1_to": "office_head", "quiet_from": "22:00", "quiet_to": "06:00",
        "high": "1.250",
    }  # fmt: skip
    refused = client.post("/song-ngoi/canh-bao/quy-tac/moi/", form)
    assert refused.status_code == 422
    assert "1250 nếu là hàng nghìn" in words(refused)
    assert client.post("/song-ngoi/canh-bao/quy-tac/moi/", {**form, "high": ""}).status_code == 302
    made = AlertRule.objects.get()
    assert (made.min_values, made.ladder) == (2, [{"after_minutes": 30, "to": "office_head"}])
    page = words(client.get("/song-ngoi/canh-bao/quy-tac/"))
    assert "Trạm Hữu Lũng ra ngoài ≤ 0,3 mg/L (Bảng 1 của quy chuẩn), kéo dài ít nhất 15 phút" in page
    assert client.get(f"/song-ngoi/canh-bao/quy-tac/{made.pk}/").status_code == 200
    client.post(f"/song-ngoi/canh-bao/quy-tac/{made.pk}/ket-thuc/")
    made.refresh_from_db()
    assert made.valid_to is not None


def test_officers_are_put_on_call(focal, an, node, client_of):
    client = client_of(focal)
    form = {"office": node.water.pk, "officer": an.pk, "starts_at": "08:00 01/12/2026", "ends_at": "01/12/2026"}
    assert client.post("/song-ngoi/canh-bao/truc/", form).status_code == 422
    assert client.post("/song-ngoi/canh-bao/truc/", {**form, "ends_at": "08/12/2026 8h"}).status_code == 302
    row = OnCall.objects.get()
    assert (row.ends_at - row.starts_at).days == 7
    assert "Nguyễn Văn An" in words(client.get("/song-ngoi/canh-bao/truc/"))
    client.post(f"/song-ngoi/canh-bao/truc/{row.pk}/bo/")
    assert OnCall.objects.count() == 0


def test_from_an_alert_to_a_sent_notice(burning, an, focal, leader, client_of):
    filled = words(client_of(an).get(f"/song-ngoi/su-co/moi/?canh-bao={burning.pk}"))
    assert 'value="95"' in filled
    form = {"name": "Amoni cao ở Hữu Lũng", "river": "thuong", "km": "95,5", "seen_at": "08:00 01/06/2026",
            "finder": "Trạm", "signs": ["readings"], "canh-bao": burning.pk}  # fmt: skip
    assert client_of(an).post("/song-ngoi/su-co/moi/", {**form, "km": "995"}).status_code == 422
    client_of(an).post("/song-ngoi/su-co/moi/", form)
    found = Incident.objects.get()
    assert list(found.alerts.all()) == [burning]
    client = client_of(focal)
    page = words(client.get(f"/song-ngoi/su-co/{found.pk}/"))
    assert "Thông báo cho" not in page  # nobody has confirmed it
    client.post(f"/song-ngoi/su-co/{found.pk}/buoc/confirm/", {"extent": "national", "provinces": ["20", "24"]})
    page = words(client.get(f"/song-ngoi/su-co/{found.pk}/"))
    assert "Thông báo cho tỉnh Bắc Ninh" in page
    assert "Nhà máy nước" in page
    shown = words(client.get(f"/song-ngoi/su-co/{found.pk}/thong-bao/"))
    assert "Đúng những gì dưới đây rời khỏi cơ quan" in shown
    assert "cảnh báo sự cố nguồn nước SC-" in shown
    assert Notice.objects.count() == 0
    given = {"kind": "warning", "provinces": ["24"], "words": "Gọi 0205", "even_incomplete": "on"}
    assert "Gọi 0205" in words(client.post(f"/song-ngoi/su-co/{found.pk}/thong-bao/", {**given, "preview": "1"}))
    assert Notice.objects.count() == 0
    client.post(f"/song-ngoi/su-co/{found.pk}/thong-bao/", {**given, "send": "1"})
    notice = Notice.objects.get()
    sent = {"sent_at": f"{now() + timedelta(hours=7):%H:%M %d/%m/%Y}", "words": "Điện thoại cho bà Bắc"}
    answer = client.post(f"/song-ngoi/thong-bao/{notice.pk}/buoc/send/", sent)
    assert answer.status_code == 302
    assert "để xác nhận" in words(client.get(f"/song-ngoi/thong-bao/{notice.pk}/"))
    assert client.get(f"/song-ngoi/thong-bao/{notice.pk}/bang-chung/").content[:2] == b"PK"
    assert client_of(an).post(f"/song-ngoi/thong-bao/{notice.pk}/buoc/withdraw/", {"words": "x"}).status_code == 403


def test_alerts_and_notices_are_on_the_desk_of_the_officer(burning, an, binh):
    mine = bench.bench_of(an, now())
    assert [line.url for line in mine.owed.lines] == [f"/song-ngoi/canh-bao/{burning.pk}/"]
    assert bench.bench_of(binh, now()).owed.lines == []


def test_a_drill_is_started_and_scored_on_its_page(thuong, focal, leader, client_of):
    client = client_of(focal)
    form = {"name": "Tàu dầu chìm", "river": "thuong", "km": "40", "province": "24", "description": "Dầu loang",
            "answer_hours": "6"}  # fmt: skip
    assert client.post("/song-ngoi/dien-tap/", form).status_code == 302
    drill = Drill.objects.get()
    assert "DIỄN TẬP – không phải sự cố thật" in words(client.get(f"/song-ngoi/su-co/{drill.incident_id}/"))
    client.post(f"/song-ngoi/dien-tap/{drill.pk}/ket-thuc/", {})
    assert "Đã chấm" in words(client.get("/song-ngoi/dien-tap/"))


def test_a_list_costs_the_same_at_one_and_at_five_alerts(
    burning, thuong, node, an, client_of, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(an)
    client.get("/song-ngoi/canh-bao/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/song-ngoi/canh-bao/")
    for n in range(4):
        series = make.series(make.station(thuong, 90.0 - n, name=f"Trạm {n}", owner=node.water), "nh4_n")
        rule(series)
        bring(series, [0.9], first=now() - timedelta(minutes=10), at=now())
    with CaptureQueriesContext(connection) as five:
        client.get("/song-ngoi/canh-bao/")
    assert len(five) == len(one)
