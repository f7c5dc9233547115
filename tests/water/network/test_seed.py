"""The rivers that ship: one chainage, the border, who flows where, and nothing that a department brought overwritten."""

from __future__ import annotations

import pytest
from tests.factories import water as make

from giapranh.places import services as places
from giapranh.water.models import BankReach, CoursePoint, FeatureKind, Reach, RiverFeature, Watercourse
from giapranh.water.queries import network
from giapranh.water.rules.tracing import Position
from giapranh.water.services import network as services

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded(db: None) -> None:
    places.load_seed(at=make.AT)
    services.load_seed(at=make.AT)


def test_the_rivers_ship_with_one_stated_chainage(seeded: None) -> None:
    rows = Watercourse.objects.values_list("key", "flows_into__key", "joins_at_km", "joins_bank")
    assert set(rows) == {
        ("thuong", None, None, ""), ("luc-nam", "thuong", 10.0, "left"), ("trung", "thuong", 102.7, "right"),
        ("hoa", "thuong", 122.8, "left"), ("cam-dan", "luc-nam", 97.7, "right"),
    }  # fmt: skip
    assert len(set(Watercourse.objects.values_list("chainage_version", flat=True))) == 1
    for river in Watercourse.objects.all():
        course = network.course(river)
        assert course[0][0] == pytest.approx(river.length_km, abs=0.2)
        assert course[-1][0] == 0


def test_loading_it_again_adds_nothing_and_changes_nothing(seeded: None) -> None:
    Watercourse.objects.filter(key="hoa").update(name="Sông Hoá")
    counts = [model.objects.count() for model in (Watercourse, CoursePoint, BankReach, Reach, RiverFeature)]
    assert services.load_seed(at=make.AT) == 0
    assert [model.objects.count() for model in (Watercourse, CoursePoint, BankReach, Reach, RiverFeature)] == counts
    assert Watercourse.objects.get(key="hoa").name == "Sông Hoá"


def test_the_thuong_is_the_border_for_ten_kilometres_and_belongs_to_both(seeded: None) -> None:
    reach = network.border_reaches(make.DAY).get()
    assert (reach.watercourse.key, reach.km_upper, reach.km_lower) == ("thuong", 93.2, 82.4)
    graph = network.river_graph(make.DAY)
    assert graph.provinces_at(Position("thuong", 88)) == {"left": "24", "right": "20"}
    assert graph.is_shared(Position("thuong", 88))
    assert graph.provinces_at(Position("thuong", 100)) == {"left": "20", "right": "20"}


def test_below_the_last_confluence_the_left_bank_is_a_third_province(seeded: None) -> None:
    assert network.river_graph(make.DAY).provinces_at(Position("thuong", 5)) == {"left": "31", "right": "24"}


def test_on_the_hoa_the_neighbour_is_upstream(seeded: None) -> None:
    graph = network.river_graph(make.DAY)
    assert graph.provinces_at(Position("hoa", 9)) == {"left": "24", "right": "24"}
    assert graph.provinces_at(Position("hoa", 1)) == {"left": "20", "right": "20"}


def test_communes_on_the_border_are_known_by_their_unit(seeded: None) -> None:
    bank = BankReach.objects.get(watercourse__key="thuong", km_upper=93.2, bank="right")
    assert bank.unit is not None
    assert bank.unit.full_name == "xã Tuấn Sơn"


def test_intakes_say_whom_they_serve_and_a_works_by_name_is_kept_apart(seeded: None) -> None:
    intake = RiverFeature.objects.get(kind=FeatureKind.INTAKE, km=43)
    assert intake.details["serves"] == "khoảng 180.000 người"
    named = RiverFeature.objects.filter(restricted=True)
    assert named
    assert all("km_lower" not in row.details for row in named)
    assert all(row.source and row.confidence for row in RiverFeature.objects.all())


def test_a_river_the_department_brought_first_stays_its_own(db: None) -> None:
    places.load_seed(at=make.AT)
    make.river("thuong", "Sông Thương", length_km=120)
    services.load_seed(at=make.AT)
    own = Watercourse.objects.get(key="thuong")
    assert (own.length_km, own.features.count(), own.points.count()) == (120, 0, 2)
    assert Watercourse.objects.get(key="luc-nam").flows_into == own
