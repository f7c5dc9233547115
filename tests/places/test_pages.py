"""The pages of units, borders, points and the map's data."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from giapranh.places import queries, services
from giapranh.places.urls import urlpatterns

PEOPLE = ("an", "binh", "chi", "dung", "auditor")
NAMES = ("units", "border", "point", "layers", "unit")


@pytest.fixture
def seeded(node):
    """The facts of the program beside the node's own two provinces."""
    services.load_seed(at=datetime(2026, 11, 23, tzinfo=UTC))
    return node.province


def test_every_page_of_the_room_is_tried():
    assert {pattern.name for pattern in urlpatterns} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("who", PEOPLE)
def test_whoever_is_signed_in_may_look(name, who, seeded, client_of, request):
    address = reverse(f"places:{name}", args=[seeded.uid] if name == "unit" else [])
    assert client_of(request.getfixturevalue(who)).get(address).status_code == 200
    assert client_of(None).get(address).status_code == 302
    assert client_of(request.getfixturevalue(who)).post(address).status_code in (403, 405)


def test_the_list_shows_the_units_of_the_day_asked_for(seeded, an, client_of):
    client = client_of(an)
    before = client.get("/dia-gioi/", {"ngay": "30/06/2025"}).content.decode()
    after = client.get("/dia-gioi/", {"ngay": "01/07/2025"}).content.decode()
    assert "huyện Hữu Lũng" in before
    assert "huyện Hữu Lũng" not in after
    assert "Mã tỉnh 24 đổi nghĩa" in after


def test_a_day_that_is_no_day_is_told(seeded, an, client_of):
    answer = client_of(an).get("/dia-gioi/", {"ngay": "31/02/2025"})
    assert answer.status_code == 422
    assert "Không có ngày 31/02/2025 trong lịch" in answer.content.decode()


def test_a_unit_of_the_past_shows_what_it_became(seeded, an, client_of):
    old = queries.unit_by_code("24", date(2024, 1, 1), "province")
    text = client_of(an).get(reverse("places:unit", args=[old.uid])).content.decode()
    assert "Tỉnh Bắc Giang (nay là Bắc Ninh)" in text
    assert "Nghị quyết 202/2025/QH15" in text


def test_a_point_is_answered_with_its_vn2000_coordinates(seeded, an, client_of):
    text = client_of(an).get("/dia-gioi/diem/", {"lat": "21,85", "lon": "106,76"}).content.decode()
    assert "Tỉnh Lạng Sơn" in text
    assert "KTT 107°15′" in text


@pytest.mark.parametrize("lat", ["abc", "106,5", ""])
def test_a_point_that_is_no_point_keeps_what_was_typed(lat, seeded, an, client_of):
    answer = client_of(an).get("/dia-gioi/diem/", {"lat": lat, "lon": "106,76"})
    assert answer.status_code == 422
    assert "106,76" in answer.content.decode()


def test_the_map_says_that_it_decides_nothing(seeded, an, client_of):
    answer = client_of(an).get("/dia-gioi/lop/", {"ngay": "2026-01-01"}).json()
    assert answer["note"].startswith("Bản đồ tham khảo")
    assert {layer["id"] for layer in answer["layers"]} == {"provinces", "rivers", "border-schematic"}


def test_a_list_costs_the_same_queries_however_long(seeded, an, client_of):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(an)
    client.get("/dia-gioi/")  # what the frame looks up once is looked up
    counts = []
    for size in ("25", "200"):
        with CaptureQueriesContext(connection) as caught:
            client.get("/dia-gioi/", {"dong": size})
        counts.append(len(caught))
    assert counts[0] == counts[1] < 12
