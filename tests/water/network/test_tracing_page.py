"""Where may bad water have come from, and whom does it reach: windows, possible sources, never the polluter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from tests.factories import water as make

from giapranh.people.models import Officer
from giapranh.water.models import Watercourse
from giapranh.water.services import network as services

pytestmark = pytest.mark.django_db
Visit = Callable[[Officer | None], Client]
AT = {"luc": "23/11/2026 08:00", "van_toc": "mean", "gio": "72"}


@pytest.fixture
def rivers(node: Any) -> dict[str, Watercourse]:
    services.load_seed(at=make.AT)
    return {river.key: river for river in Watercourse.objects.all()}


def ask(client: Client, **asked: str) -> str:
    answer = client.get("/song-ngoi/truy-nguon/", AT | asked)
    assert answer.status_code == 200, answer.content.decode()
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("hours", [2, 5, 15, 30, 70, 300, 2000])
def test_words_below_the_line_of_time_leave_each_other_room(hours: int) -> None:
    """On a phone the line is some 200 pixels wide and a letter of it some 6."""
    from datetime import UTC, datetime, timedelta

    from giapranh.water.queries import tracing_page

    first = datetime(2026, 11, 23, 11, 21, tzinfo=UTC)
    last = first + timedelta(hours=hours)
    ticks = tracing_page._ticks(first, last, lambda at: (at - first) / (last - first) * 100)
    left = {"start": 0.0, "middle": 0.5, "end": 1.0}
    spans = [(t.x * 2 - left[t.anchor] * len(t.words) * 6, len(t.words) * 6) for t in ticks]
    assert len(ticks) >= 2
    assert all(x + width <= following for (x, width), (following, _w) in pairwise(spans)), spans


def test_the_empty_page_proposes_the_velocity_of_the_season(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime

    from giapranh.water.views import tracing

    for month, proposed in ((1, "low"), (5, "mean"), (8, "flood"), (12, "low")):
        monkeypatch.setattr(tracing, "now", lambda month=month: datetime(2026, month, 15, tzinfo=UTC))
        page = client_of(an).get("/song-ngoi/truy-nguon/").content.decode()
        assert f'<option value="{proposed}" selected' in page


def test_backwards_the_sources_above_come_with_the_window_in_which_they_would_have_let_it_in(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    """21.6 km at 0.3–0.6 m/s: 10 to 20 hours before."""
    make.feature(rivers["thuong"], 64.6, "Cống xả Bố Hạ", "outfall", bank="right")
    make.feature(rivers["thuong"], 20, "Cống xả dưới xuôi", "outfall")
    page = ask(client_of(an), song="thuong", km="43", huong="nguoc", van_toc="rieng", v_thap="0,3", v_cao="0,6")
    assert "Cống xả Bố Hạ" in page
    assert "10–20 giờ" in page
    assert "12:00 – 22:00 22/11" in page
    assert "Cống xả dưới xuôi" not in page
    assert "vận tốc tự nhập 0,3–0,6 m/s" in page
    assert "Nguồn có thể (chưa phải kết luận)" in page
    assert "Không nguồn nào bị kết luận ở đây" in page


def test_a_tributary_is_searched_too(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    make.feature(rivers["hoa"], 3, "Cống xả sông Hóa", "outfall")
    page = ask(client_of(an), song="thuong", km="110", huong="nguoc")
    assert "Cống xả sông Hóa" in page
    assert "Sông Hóa, km 3" in page


def test_on_the_hoa_the_source_above_is_the_neighbours(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    page = ask(client_of(an), song="hoa", km="2", huong="nguoc")
    assert "Hồ Cấm Sơn (đập)" in page
    forward = ask(client_of(an), song="hoa", km="8", huong="xuoi")
    assert "Thông báo cho tỉnh Bắc Ninh" in forward  # its own bank here, and again far below


def test_forwards_it_crosses_the_confluence_and_names_intakes_communes_and_provinces(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    page = ask(client_of(an), song="hoa", km="2", huong="xuoi", gio="240")
    for words in (
        "nhập vào Sông Thương", "Công trình lấy nước Kè Sơn", "Công trình lấy nước Xuân Hương", "Tuấn Sơn", "Tiên Lục",
        "tỉnh Bắc Ninh", "Nước này sẽ đến đâu, khi nào?",
    ):  # fmt: skip
        assert words in page
    assert page.index("Kè Sơn") < page.index("Xuân Hương")
    assert "Thông báo cho tỉnh Bắc Ninh" in page
    assert "song=hoa&amp;km=2&amp;luc=2026-11-23T08%3A00%3A00%2B07%3A00&amp;tinh=24" in page


def test_the_times_of_the_facts_sheet_come_out(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    """From Hữu Lũng (km 102.7) at 0.3 m/s: Bố Hạ 34 h, Bắc Giang 62 h."""
    make.station(rivers["thuong"], 66.5, name="Điểm Bố Hạ")
    make.station(rivers["thuong"], 36, name="Điểm Bắc Giang")
    page = ask(client_of(an), song="thuong", km="102,7", huong="xuoi", gio="100", van_toc="rieng", v_thap="0,3",
               v_cao="0,3")  # fmt: skip
    assert "34–34 giờ" in page
    assert "2,6–2,6 ngày" in page


def test_a_tracer_time_is_used_and_said_to_be_used(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    page = ask(client_of(an), song="thuong", km="102,7", huong="xuoi", van_toc="danh-dau", dd_gio="10", dd_km="18")
    assert "chất chỉ thị đi 18 km trong 10 giờ (0,4–0,6 m/s, ±20 %)" in page


def test_a_station_in_the_link_is_enough(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    station = make.station(rivers["luc-nam"], 53, name="Trạm Chũ", bank="left")
    page = client_of(an).get(f"/song-ngoi/truy-nguon/?tram={station.pk}").content.decode()
    assert "Trạm Chũ (Sông Lục Nam, km 53)" in page


def test_restricted_sources_are_named_to_those_who_handle_incidents_only(
    rivers: dict[str, Watercourse], an: Officer, leader: Officer, client_of: Visit
) -> None:
    make.feature(rivers["thuong"], 60, "Nguồn đang điều tra", "pollution_source", restricted=True)
    for_an = ask(client_of(an), song="thuong", km="43", huong="nguoc")
    assert "Nguồn đang điều tra" not in for_an
    assert "Có nguồn hạn chế xem mà vai trò của bạn không thấy." in for_an
    assert "Nguồn đang điều tra" in ask(client_of(leader), song="thuong", km="43", huong="nguoc")


def test_on_the_border_reach_the_neighbour_is_told_wherever_the_water_comes_from(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    page = ask(client_of(an), song="thuong", km="88", huong="nguoc")
    assert "bờ sông tại đây" in page
    assert "Thông báo cho tỉnh Bắc Ninh" in page


def test_the_other_bank_is_less_likely_and_not_ruled_out(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    make.feature(rivers["thuong"], 45, "Cống gần, bờ phải", "outfall", bank="right")
    page = ask(client_of(an), song="thuong", km="43", bo="left", huong="nguoc")
    assert "khác bờ và chưa hòa trộn hết bề ngang: ít khả năng hơn, không loại trừ" in page
    assert "chỉ hòa đều cả bề ngang sau khoảng 10,3 km" in page


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"km": "999"}, "ngoài"), ({"km": "1.250"}, "chưa rõ"), ({"km": "-3"}, "từ 0"), ({"luc": "hôm qua"}, "23/11/2026 08:10"),
        ({"song": "khong-co"}, ""), ({"van_toc": "rieng"}, "Hãy ghi số này"),
        ({"van_toc": "rieng", "v_thap": "0,6", "v_cao": "0,3"}, "phải lớn hơn"),
        ({"van_toc": "rieng", "v_thap": "0", "v_cao": "0"}, "từ 0,01"), ({"van_toc": "danh-dau", "dd_gio": "3"}, "Hãy ghi số này"),
        ({"den_luc": "22/11/2026 08:00"}, "phải sau"), ({"tram": "999999"}, ""), ({"huong": "ngang"}, ""),
        ({"luc": "31/12/9999 23:59", "gio": "720"}, "Năm phải"), ({"luc": "01/01/0001 00:00"}, "Năm phải"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_told_beside_its_field(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit, wrong: dict[str, str], what: str
) -> None:
    answer = client_of(an).get("/song-ngoi/truy-nguon/", AT | {"song": "thuong", "km": "43", "huong": "nguoc"} | wrong)
    assert answer.status_code == 422
    assert what in answer.content.decode()


def test_strangers_to_the_agency_may_reckon_and_see_no_station_of_ours(
    rivers: dict[str, Watercourse], chi: Officer, client_of: Visit
) -> None:
    make.station(rivers["thuong"], 66, name="Trạm Bố Hạ")
    assert "Trạm Bố Hạ" not in ask(client_of(chi), song="thuong", km="88", huong="xuoi")


def test_what_is_left_of_a_discharge_and_what_it_must_have_been(
    rivers: dict[str, Watercourse], an: Officer, client_of: Visit
) -> None:
    flows = {"song": "thuong", "km": "43", "q_song": "8", "c_nen": "0,25", "q_xa": "0,5"}
    page = ask(client_of(an), **flows, huong="xuoi", c_xa="18")
    assert "còn khoảng 1,294 mg/L, loãng 17 lần" in page
    page = ask(client_of(an), **flows | {"q_song": "8,5"}, huong="nguoc", c_xa="1,29412")
    assert "phải có thêm khoảng 766,8 kg/ngày" in page
    assert "nước xả phải khoảng 18 mg/L" in page
    assert "không cao hơn nền" in ask(client_of(an), **flows, huong="nguoc", c_xa="0,2")
    answer = client_of(an).get(
        "/song-ngoi/truy-nguon/", AT | {"song": "thuong", "km": "43", "huong": "xuoi", "q_song": "8"}
    )
    assert answer.status_code == 422


def test_a_narrow_river_mixes_sooner(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    make.feature(rivers["thuong"], 48, "Cống bờ phải", "outfall", bank="right")
    asked = {
        "song": "thuong",
        "km": "43",
        "bo": "left",
        "huong": "nguoc",
        "van_toc": "rieng",
        "v_thap": "0,3",
        "v_cao": "0,3",
    }
    assert "khác bờ và chưa hòa trộn" in ask(client_of(an), **asked)
    assert "sau khoảng 10,3 km" in ask(client_of(an), **asked, rong="80", sau="2,5")
    page = ask(client_of(an), **asked, rong="30", sau="2")
    assert "sau khoảng 2" in page
    assert "đã hòa trộn gần hết bề ngang" in page


def test_bad_water_that_lasts_reaches_further(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    """At 1 m/s: six hours after the end of a discharge of ten hours its first water has run sixteen hours."""
    asked = {
        "song": "thuong",
        "km": "100",
        "van_toc": "rieng",
        "v_thap": "1",
        "v_cao": "1",
        "den_luc": "23/11/2026 18:00",
    }
    assert "km 78,4 – 42,4" in ask(client_of(an), **asked, huong="xuoi")
    assert "km 157,6 – 121,6" in ask(client_of(an), **asked, huong="nguoc")


def test_an_intake_at_the_very_place_is_told(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    page = ask(client_of(an), song="thuong", km="43", huong="xuoi")
    assert "Công trình lấy nước Xuân Hương" in page
    assert "km 43 (±3 km)" in page


def test_the_answer_is_drawn_on_the_map(rivers: dict[str, Watercourse], an: Officer, client_of: Visit) -> None:
    """From 8 km up the Lục Nam at 1 m/s: after six hours it has passed the confluence."""
    make.feature(rivers["thuong"], 5, "Cống dưới", "intake")
    asked = AT | {"song": "luc-nam", "km": "8", "huong": "xuoi", "van_toc": "rieng", "v_thap": "0,3", "v_cao": "0,6"}
    assert "ban-do=1" in ask(client_of(an), **asked)
    answer = client_of(an).get("/song-ngoi/truy-nguon/", asked | {"ban-do": "1"}).json()
    layers = {layer["key"]: layer["data"]["features"] for layer in answer["layers"]}
    fronts = [each["properties"]["name"] for each in layers["trace-fronts"]]
    assert sum("sau 6 giờ" in name for name in fronts) == 2  # a stretch on each of two rivers
    assert any("Cống dưới" in each["properties"]["name"] for each in layers["water-features"])
    [here] = layers["trace-here"]
    assert 106 < here["geometry"]["coordinates"][0] < 108


def test_the_way_to_it_from_a_station_brings_the_moment_of_its_newest_value(
    rivers: dict[str, Watercourse], an: Officer, node: Any, client_of: Visit
) -> None:
    station = make.station(rivers["thuong"], 53, name="Trạm cũ", owner=node.water)
    make.observations(make.series(station, "cod"), [90.0], start=make.AT)
    for page in (f"/song-ngoi/tram/{station.pk}/", "/song-ngoi/thuong/"):
        told = client_of(an).get(page).content.decode()
        assert f"tram={station.pk}&amp;luc=20/11/2026%2008%3A00" in told


def test_an_incident_runs_with_the_velocity_of_its_season(rivers: dict[str, Watercourse]) -> None:
    from giapranh.water.queries.incident_place import speeds_of

    for month, hours in ((1, (10 / 0.3 / 3.6, 10 / 0.1 / 3.6)), (8, (10 / 2 / 3.6, 10 / 3.6))):
        assert speeds_of(date(2026, month, 15)).hours("luc-nam", 60, 50) == pytest.approx(hours)
