"""An works in the office that owns the station, Bình in another of the agency, Chi at the neighbour's, Dũng nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from tests.factories import water as make
from tests.factories.people import make_officer

from giapranh.kernel.errors import Refused
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.water import permissions
from giapranh.water.queries import network

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(
    node: Any, an: Officer, binh: Officer, chi: Officer, dung: Officer, leader: Officer, auditor: Officer,
    administrator: Officer, clerk: Officer,
) -> dict[str, Officer]:  # fmt: skip
    return {
        "an": an, "binh": binh, "chi": chi, "dung": dung, "leader": leader, "auditor": auditor,
        "administrator": administrator, "clerk": clerk,
        "inspector": make_officer("Hà Kiểm Tra", office=node.minerals, role=Role.INSPECTOR),
        "focal": make_officer("Cao Đầu Mối", office=node.agency, role=Role.FOCAL_OFFICER),
        "head": make_officer("Lý Trưởng Phòng", office=node.minerals, role=Role.OFFICE_HEAD),
    }  # fmt: skip


CASES = {
    "see_station": {"an", "binh", "leader", "auditor", "administrator", "clerk", "inspector", "focal", "head"},
    "edit_station": {"an", "leader", "administrator", "focal", "head"},
    "enter_data": {"an", "leader", "administrator", "inspector", "focal", "head"},
    "judge_quality": {"an", "leader", "inspector", "focal", "head"},
    "handle_alerts": {"an", "leader", "inspector", "focal", "head"},
}
ALONE = {
    "change_network": {"leader", "administrator", "focal", "head"},
    "send_notice": {"leader", "focal"},
    "see_restricted": {"leader", "auditor", "inspector", "focal", "head"},
}


@pytest.mark.parametrize("what", CASES)
def test_who_may_do_what_with_a_station_of_ans_office(node: Any, people: dict[str, Officer], what: str) -> None:
    station = make.station(owner=node.water)
    can = getattr(permissions, f"can_{what}")
    assert {name for name, person in people.items() if can(person, station)} == CASES[what]


@pytest.mark.parametrize("what", ALONE)
def test_who_may_do_what_in_the_network(people: dict[str, Officer], what: str) -> None:
    can = getattr(permissions, f"can_{what}")
    assert {name for name, person in people.items() if can(person)} == ALONE[what]


def test_a_station_of_the_neighbour_is_read_and_never_written(people: dict[str, Officer]) -> None:
    station = make.station(node="bac-ninh")
    assert permissions.can_see_station(people["an"], station)
    for person in people.values():
        for check in (permissions.check_can_edit_station, permissions.check_can_enter_data):
            with pytest.raises(Refused):
                check(person, station)


def test_people_of_the_neighbour_see_the_stations_of_their_own_office_only(
    node: Any, people: dict[str, Officer]
) -> None:
    make.station(owner=node.water)
    theirs = make.station(owner=node.neighbour, name="Trạm Kép")
    assert list(network.stations(people["chi"])) == [theirs]
    assert list(network.stations(people["dung"])) == []
    with pytest.raises(permissions.NoSuchStation):
        network.station(people["dung"], theirs.pk)


def test_restricted_features_are_for_those_who_handle_incidents(people: dict[str, Officer]) -> None:
    thuong = make.river()
    make.feature(thuong, 39, "Nguồn nghi ngờ", "pollution_source", restricted=True)
    shown = make.feature(thuong, 43)
    assert list(network.features(people["an"], make.DAY)) == [shown]
    assert network.features(people["leader"], make.DAY).count() == 2
