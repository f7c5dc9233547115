"""The pages of rivers and stations: what they say, to whom, and at what cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories import water as make

from giapranh.kernel import clock
from giapranh.people.models import Officer
from giapranh.places import services as places
from giapranh.water.models import Series, Station, TargetClass, Watercourse
from giapranh.water.services import network as services

pytestmark = pytest.mark.django_db
Visit = Callable[[Officer | None], Client]


@pytest.fixture
def rivers(node: Any) -> dict[str, Watercourse]:
    services.load_seed(at=make.AT)
    return {river.key: river for river in Watercourse.objects.all()}


def measured(river: Watercourse, km: float, name: str, *, minutes_ago: int = 5, **values: float) -> Station:
    station = make.station(river, km, name=name)
    for parameter, value in values.items():
        row = make.series(
            station, parameter, unit="mg/L" if parameter != "ph" else "pH", basis="N" if parameter == "nh4_n" else ""
        )
        make.observations(row, [value], start=clock.now() - timedelta(minutes=minutes_ago))
    return station


# --- all rivers ------------------------------------------------------------------------------------------------------


def test_the_overview_names_the_worst_water_first(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    measured(rivers["luc-nam"], 53, "Trạm Chũ", do=7.0, ph=7.2)
    measured(rivers["hoa"], 5, "Trạm Hóa", do=3.0)
    page = client_of(an).get("/song-ngoi/").content.decode()
    assert page.index("Sông Hóa</a></h2>") < page.index("Sông Lục Nam</a></h2>")
    assert "Mức D – rất xấu" in page
    assert "2 trạm và điểm lấy mẫu: 1 nơi nước xấu, 0 trạm im lặng." in page


def test_without_stations_the_overview_still_leads_to_the_rivers(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    page = client_of(an).get("/song-ngoi/").content.decode()
    assert "Chưa có trạm nào." in page
    assert "/song-ngoi/thuong/" in page


# --- one river -------------------------------------------------------------------------------------------------------


def test_the_river_page_answers_in_one_sentence(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    measured(rivers["thuong"], 101.5, "Trạm Hữu Lũng", do=7.0)
    measured(rivers["thuong"], 66, "Trạm Bố Hạ", do=7.0, nh4_n=1.9)
    page = client_of(an).get("/song-ngoi/thuong/").content.decode()
    assert (
        "Xấu nhất: Trạm Bố Hạ, km 66: mức A – tốt; vượt giới hạn sức khỏe: N-NH₄⁺ 6,3 lần, "
        "N-NH₄⁺ 1,9 mg/L · 5 phút trước."
    ) in page
    assert "Sông là ranh giới: bờ trái tỉnh Bắc Ninh, bờ phải tỉnh Lạng Sơn" in page


def test_a_silent_station_is_said_to_be_silent_whatever_its_last_value(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    measured(rivers["thuong"], 101.5, "Trạm Hữu Lũng", minutes_ago=600, do=7.0)
    page = client_of(an).get("/song-ngoi/thuong/").content.decode()
    assert "1 trạm im lặng" in page
    assert "im lặng, số cuối 10 giờ trước" in page
    assert "class-hatch" in page


def test_a_faulty_value_decides_nothing(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    station = make.station(rivers["thuong"], 66, name="Trạm Bố Hạ")
    make.observations(make.series(station, "do"), [0.1], start=clock.now() - timedelta(minutes=5), flag=4)
    page = client_of(an).get("/song-ngoi/thuong/").content.decode()
    assert "Chưa đủ để xếp mức" in page
    assert "Mức D" not in page.split("river-legend")[0]


def test_water_worse_than_the_target_of_its_reach_is_said_to_fail_it(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    make.target(make.reach(rivers["thuong"], 93, 36), "B")
    measured(rivers["thuong"], 66, "Trạm Bố Hạ", do=4.5)
    page = client_of(an).get("/song-ngoi/thuong/").content.decode()
    assert "mục tiêu B" in page
    assert "phải đạt mức B theo 123/QĐ-UBND" in page


def test_restricted_sources_stand_on_the_page_of_those_who_handle_incidents_only(
    rivers: dict[str, Watercourse], an: Officer, leader: Officer, client_of: Visit
) -> None:
    for address in ("/song-ngoi/thuong/", "/song-ngoi/thuong/ban-do/", "/song-ngoi/ban-do/", "/dia-gioi/lop/"):
        assert "phân đạm" not in client_of(an).get(address).content.decode()
    assert "phân đạm" in client_of(leader).get("/song-ngoi/thuong/").content.decode()


def test_people_of_the_neighbour_see_the_river_and_none_of_our_stations(
    rivers: dict[str, Watercourse], node: Any, chi: Officer, dung: Officer, client_of: Visit
) -> None:
    measured(rivers["thuong"], 101.5, "Trạm Hữu Lũng", do=7.0)
    for person in (chi, dung):
        for address in ("/song-ngoi/", "/song-ngoi/thuong/", "/song-ngoi/thuong/ban-do/", "/dia-gioi/lop/"):
            answer = client_of(person).get(address)
            assert answer.status_code == 200
            assert "Trạm Hữu Lũng" not in answer.content.decode()


def test_people_of_elsewhere_are_not_led_to_pages_they_may_not_open(
    rivers: dict[str, Watercourse], an: Officer, chi: Officer, client_of: Visit
) -> None:
    measured(rivers["thuong"], 93.4, "Giáp ranh", cod=5)
    page = client_of(chi).get("/song-ngoi/").content.decode()
    assert "Bạn không có trạm nào để xem" in page
    assert 'href="/song-ngoi/canh-bao/"' not in page
    assert 'href="/song-ngoi/su-co/"' not in page
    assert 'href="/song-ngoi/canh-bao/"' in client_of(an).get("/song-ngoi/").content.decode()
    for path in ("so-sanh/", "thong-ke/", "so-lieu/", "so-lieu/nhap-tay/", "chat-luong/"):
        assert 'href="/song-ngoi/tram/moi/"' not in client_of(chi).get(f"/song-ngoi/{path}").content.decode()


def test_before_the_first_station_each_page_says_what_to_do_next(
    rivers: dict[str, Watercourse], leader: Officer, client_of: Visit
) -> None:
    for path in ("", "so-sanh/", "thong-ke/", "so-lieu/", "so-lieu/nhap-tay/"):
        assert 'href="/song-ngoi/tram/moi/"' in client_of(leader).get(f"/song-ngoi/{path}").content.decode(), path


def test_an_unknown_river_is_not_found(node: Any, an: Officer, client_of: Visit) -> None:
    assert client_of(an).get("/song-ngoi/khong-co/").status_code == 404


def test_a_page_costs_the_same_with_one_station_and_with_six(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    client = client_of(an)
    measured(rivers["thuong"], 140, "Trạm 1", do=7.0)
    client.get("/song-ngoi/thuong/")

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get("/song-ngoi/thuong/")
        return len(seen)

    one = cost()
    for n in range(5):
        measured(rivers["thuong"], 10 + n * 20, f"Trạm {n + 2}", do=4.0, nh4_n=1.0)
    assert cost() == one


def test_the_table_leaves_as_a_workbook(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    measured(rivers["thuong"], 66, "Trạm Bố Hạ", do=4.5)
    answer = client_of(an).get("/song-ngoi/thuong/?xuat=xlsx")
    assert answer.content[:2] == b"PK"


# --- map, search, references -----------------------------------------------------------------------------------------


def test_the_map_draws_the_river_below_a_station_in_its_class(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    measured(rivers["thuong"], 66, "Trạm Bố Hạ", do=4.5)
    layers = {each["key"]: each for each in client_of(an).get("/song-ngoi/thuong/ban-do/").json()["layers"]}
    assert {key for key, layer in layers.items() if layer["fit"]} == {"water"}
    drawn = layers["water-class"]["data"]["features"][0]
    assert drawn["properties"]["tone"] == "class-3"
    tile = layers["water-stations"]["data"]["features"][0]["properties"]
    assert (tile["label"], tile["tone"]) == ("C", "class-3")
    assert "Trạm Bố Hạ" in tile["name"]
    house = {layer["key"] for layer in client_of(an).get("/dia-gioi/lop/").json()["layers"]}
    assert {"water-class", "water-features", "water-stations"} <= house


def test_search_finds_stations_and_rivers_without_marks(
    rivers: dict[str, Watercourse], an: Officer, dung: Officer, client_of: Visit
) -> None:
    measured(rivers["thuong"], 66, "Trạm Bố Hạ", do=4.5)
    page = client_of(an).get("/tim/?q=tram+bo+ha").content.decode()
    assert "Trạm Bố Hạ" in page
    assert "Sông Thương, km 66" in page
    assert "/song-ngoi/thuong/" in client_of(an).get("/tim/?q=thuong").content.decode()
    assert "Trạm Bố Hạ" not in client_of(dung).get("/tim/?q=tram+bo+ha").content.decode()


def test_a_reference_to_a_station_leads_to_its_page(rivers: dict[str, Watercourse]) -> None:
    from giapranh.kernel.refs import RecordRef, resolve

    station = make.station(rivers["thuong"], 66, name="Trạm Bố Hạ")
    for key in (str(station.pk), str(station.uid)):
        found = resolve(RecordRef("station", key))
        assert found is not None
        assert found.title == "Trạm Bố Hạ"
    assert resolve(RecordRef("station", "0")) is None
    assert resolve(RecordRef("station", "không phải số")) is None


# --- stations by hand ------------------------------------------------------------------------------------------------

FORM = {
    "name": "Trạm Tuấn Sơn", "code": "LS_QT09", "kind": "automatic", "water_body": "river", "river": "thuong", "km": "92,5",
    "bank": "right", "lat": "", "lon": "", "valid_from": "01/07/2025", "owner": "", "counterpart": "",
}  # fmt: skip


def test_a_leader_adds_a_station_and_what_it_measures(
    rivers: dict[str, Watercourse], node: Any, leader: Officer, client_of: Visit
) -> None:
    client = client_of(leader)
    answer = client.post("/song-ngoi/tram/moi/", FORM | {"owner": str(node.water.pk)})
    made = Station.objects.get()
    assert answer.headers["Location"] == f"/song-ngoi/tram/{made.pk}/khai-bao/"
    assert (made.km, made.bank, made.owner, f"{made.valid_from}") == (92.5, "right", node.water, "2025-07-01")
    client.post(
        f"/song-ngoi/tram/{made.pk}/thong-so/",
        {"parameter": "nh4_n", "cycle_seconds": "300", "measuring_cycle_seconds": "3600"},
    )
    row = Series.objects.get()
    assert (row.parameter, row.unit_symbol, row.basis, row.cycle_seconds, row.measuring_cycle_seconds) == (
        "nh4_n", "mg/L", "N", 300, 3600)  # fmt: skip
    client.post(f"/song-ngoi/thong-so/{row.pk}/ket-thuc/", {"on": "31/12/2026"})
    row.refresh_from_db()
    assert f"{row.valid_to}" == "2026-12-31"


def test_the_kilometre_of_a_station_comes_from_its_point_when_none_is_given(
    rivers: dict[str, Watercourse], leader: Officer, client_of: Visit
) -> None:
    client_of(leader).post("/song-ngoi/tram/moi/", FORM | {"km": "", "lat": "21.4342", "lon": "106,3328"})
    assert Station.objects.get().km == pytest.approx(93.0, abs=0.1)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"km": "1.250"}, "chưa rõ"), ({"km": "nhiều"}, "không phải là số"), ({"km": "900"}, "vượt chiều dài"),
        ({"lat": "21,4"}, "cả vĩ độ và kinh độ"), ({"valid_to": "01/01/2020"}, "trước ngày bắt đầu"),
        ({"name": ""}, "bắt buộc"), ({"river": "khong-co"}, ""),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_beside_its_field_and_nothing_is_kept(
    rivers: dict[str, Watercourse], leader: Officer, client_of: Visit, wrong: dict[str, str], what: str
) -> None:
    answer = client_of(leader).post("/song-ngoi/tram/moi/", FORM | wrong)
    assert answer.status_code == 422
    assert what in answer.content.decode()
    assert not Station.objects.exists()


def test_a_code_is_given_once(rivers: dict[str, Watercourse], leader: Officer, client_of: Visit) -> None:
    client_of(leader).post("/song-ngoi/tram/moi/", FORM)
    again = client_of(leader).post("/song-ngoi/tram/moi/", FORM)
    assert "Đã có trạm mang mã LS_QT09." in again.content.decode()


def test_who_may_not_change_the_network_is_refused(
    rivers: dict[str, Watercourse], binh: Officer, auditor: Officer, dung: Officer, client_of: Visit
) -> None:
    station = make.station(rivers["thuong"], 66)
    for person in (binh, auditor, dung):
        client = client_of(person)
        assert client.post("/song-ngoi/tram/moi/", FORM).status_code == 403
        assert client.post("/song-ngoi/thuong/muc-tieu/", {}).status_code == 403
        assert client.post(f"/song-ngoi/tram/{station.pk}/khai-bao/", FORM).status_code in (403, 404)
        assert client.post(f"/song-ngoi/tram/{station.pk}/thong-so/", {"parameter": "do"}).status_code in (403, 404)
    assert Station.objects.count() == 1


# --- targets ---------------------------------------------------------------------------------------------------------

TARGET = {
    "name": "Từ ranh giới đến Bắc Giang", "km_upper": "93,2", "km_lower": "36", "target": "qcvn_08_2023/B",
    "decision": "123/QĐ-UBND", "valid_from": "01/01/2026",
}  # fmt: skip


def test_a_target_is_set_with_its_decision_and_ends_the_one_before(
    rivers: dict[str, Watercourse], leader: Officer, an: Officer, client_of: Visit
) -> None:
    client = client_of(leader)
    assert client.post("/song-ngoi/thuong/muc-tieu/", TARGET).status_code == 302
    later = TARGET | {"target": "qcvn_08_2023/A", "decision": "9/QĐ-UBND", "valid_from": "01/01/2027"}
    assert client.post("/song-ngoi/thuong/muc-tieu/", later).status_code == 302
    rows = TargetClass.objects.order_by("valid_from").values_list("class_code", "valid_to", "reach__km_upper")
    assert [(code, str(end), km) for code, end, km in rows] == [("B", "2026-12-31", 93.2), ("A", "None", 93.2)]
    assert "9/QĐ-UBND" in client_of(an).get("/song-ngoi/thuong/muc-tieu/").content.decode()
    earlier = client.post("/song-ngoi/thuong/muc-tieu/", TARGET | {"valid_from": "01/06/2026"})
    assert "đã có mục tiêu" in earlier.content.decode()


def test_a_target_upside_down_is_refused(rivers: dict[str, Watercourse], leader: Officer, client_of: Visit) -> None:
    answer = client_of(leader).post("/song-ngoi/thuong/muc-tieu/", TARGET | {"km_upper": "36", "km_lower": "93,2"})
    assert answer.status_code == 422
    assert not TargetClass.objects.exists()


def test_a_target_is_ended_on_a_day(rivers: dict[str, Watercourse], leader: Officer, client_of: Visit) -> None:
    made = make.target(make.reach(rivers["thuong"], 93, 36), "B")
    client_of(leader).post(f"/song-ngoi/muc-tieu/{made.pk}/ket-thuc/", {"on": "31/12/2026"})
    made.refresh_from_db()
    assert f"{made.valid_to}" == "2026-12-31"


@pytest.fixture(autouse=True)
def _places_are_there(request: pytest.FixtureRequest) -> None:
    """Names of provinces come from the room below."""
    if "node" in request.fixturenames:
        return
    places.load_seed(at=make.AT)


# --- who has heard ---------------------------------------------------------------------------------------------------


def test_the_table_says_who_has_heard_of_bad_water(
    rivers: dict[str, Watercourse], node: Any, an: Officer, client_of: Visit
) -> None:
    from tests.factories.alerts import rule

    from giapranh.water.models import Alert

    station = measured(rivers["thuong"], 66, "Trạm Bố Hạ", nh4_n=1.9)
    alert = Alert.objects.create(
        rule=rule(station.series.get(), owner=node.water), station=station, state="open", severity="warning", since=make.AT,
        opened_at=make.AT, owner=node.water,
    )  # fmt: skip
    assert "cảnh báo, chờ Phòng Quản lý môi trường nhận" in client_of(an).get("/song-ngoi/thuong/").content.decode()
    Alert.objects.filter(pk=alert.pk).update(acknowledged_at=make.AT, acknowledged_by=an, assigned=an)
    assert "cảnh báo, Nguyễn Văn An đã nhận" in client_of(an).get("/song-ngoi/").content.decode()
