from __future__ import annotations

import pytest
from tests.factories.people import make_officer
from tests.factories.programme import make_programme, make_task

from giapranh.kernel.errors import Refused
from giapranh.people.roles import Role
from giapranh.programme import permissions, queries
from giapranh.programme.queries.tasks import visible_in

pytestmark = pytest.mark.django_db

PEOPLE = ["an", "binh", "chi", "dung", "leader", "focal", "head", "clerk", "administrator", "auditor"]

# An leads, Bình coordinates, Chi is the neighbour, Dũng is nobody.
CASES = {
    "see": {"an", "binh", "leader", "focal", "head", "auditor"},
    "work": {"an", "leader", "head"},
    "report_part": {"binh", "leader"},
    "give": {"leader", "focal"},
    "confirm": {"leader", "focal"},
    "adopt": {"leader", "focal"},
    "set_thresholds": {"leader", "administrator"},
}


@pytest.fixture
def focal(node):
    return make_officer("Đầu Mối", office=node.clerks, role=Role.FOCAL_OFFICER)


@pytest.fixture
def head(node):
    return make_officer("Trưởng Phòng", office=node.water, role=Role.OFFICE_HEAD)


@pytest.fixture
def task(node, leader):
    return make_task(make_programme(node.agency, leader), node.water, node.minerals)


def asked(name, user, task):
    part = task.parts.get(role="coordinating")
    return {
        "see": lambda can: (permissions.can_see if can else permissions.check_can_see)(user, task),
        "work": lambda can: (permissions.can_work if can else permissions.check_can_work)(user, task),
        "report_part": lambda can: (permissions.can_report if can else permissions.check_can_report)(user, part),
        "give": lambda can: (permissions.can_give if can else permissions.check_can_give)(user, task.programme),
        "confirm": lambda can: (permissions.can_confirm if can else permissions.check_can_confirm)(user, task),
        "adopt": lambda can: (permissions.can_adopt if can else permissions.check_can_adopt)(user),
        "set_thresholds": lambda can: (permissions.can_set_thresholds if can else permissions.check_can_set_thresholds)(
            user
        ),
    }[name]


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", CASES)
def test_who_may_do_what(name, who, task, request):
    user = request.getfixturevalue(who)
    ask = asked(name, user, task)
    assert ask(True) is (who in CASES[name])
    if who in CASES[name]:
        ask(False)
    else:
        with pytest.raises(Refused):
            ask(False)


def test_a_leader_of_the_neighbour_gives_nothing_here(node, task):
    theirs = make_officer("Lãnh Đạo Bạn", office=node.neighbour, role=Role.LEADER)
    assert not permissions.can_give(theirs, task.programme)
    assert not permissions.can_see(theirs, task)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_programme_is_seen_by_whom_one_of_its_tasks_is_seen(who, task, request):
    user = request.getfixturevalue(who)
    assert queries.visible_programmes(user).exists() is (who in CASES["see"])


@pytest.mark.parametrize("who", PEOPLE)
def test_the_short_way_into_a_whole_programme_shows_the_same_tasks(who, node, task, request):
    make_task(task.programme, node.clerks)
    user = request.getfixturevalue(who)
    short = set(visible_in(user, task.programme_id))
    assert short == set(queries.visible_tasks(user).filter(programme=task.programme_id))
