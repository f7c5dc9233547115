from __future__ import annotations

from datetime import date

import pytest
from tests.factories.people import make_office
from tests.factories.programme import AT, make_product, make_programme, make_task

from giapranh.people.succession import Move, hooks
from giapranh.programme import queries, services
from giapranh.programme.models import Task, TaskEvent

pytestmark = pytest.mark.django_db
ON = date(2026, 10, 19)


@pytest.fixture
def programme(node, leader):
    return make_programme(node.agency, leader)


@pytest.fixture
def heir(node):
    return make_office("Phòng Tài nguyên nước", parent=node.agency)


def move(office, heir, duty=""):
    return Move(office.pk, office.name, heir.pk if heir else None, heir.name if heir else "", ON, duty)


def carried_out(moves, by):
    hooks()["programme"][1](moves, by, AT)


def test_the_preview_names_open_tasks_and_parts_and_changes_nothing(node, programme, heir, leader):
    task = make_task(programme, node.water, n="2", text="Quan trắc", due_on=date(2026, 10, 30))
    make_task(programme, node.minerals, node.water, n="3", text="Kiểm tra")
    closed = make_task(programme, node.water)
    services.cancel(task_id=closed.pk, reason="trùng", by=leader, at=AT)
    effects = hooks()["programme"][0]([move(node.water, heir)])
    assert [(each.kind, each.title, each.to_name, each.note) for each in effects] == [
        ("task", "2. Quan trắc", "Phòng Tài nguyên nước", "30/10/2026"),
        ("part", "3. Kiểm tra", "Phòng Tài nguyên nước", ""),
    ]
    assert task.parts.get().office == node.water


def test_open_work_moves_and_the_old_name_stays(node, programme, heir, leader, an):
    task = make_task(programme, node.water)
    done = make_task(programme, node.water)
    make_product(done, an)
    services.start(task_id=done.pk, by=an, at=AT)
    services.ask_confirmation(task_id=done.pk, report="Xong", by=an, at=AT)
    services.confirm_completion(task_id=done.pk, by=leader, at=AT)
    carried_out([move(node.water, heir)], leader)
    assert (task.parts.get().office, task.parts.get().given_to) == (heir, node.water)
    assert done.parts.get().office == node.water
    assert (
        TaskEvent.objects.get(task=task, verb="succession").note == "Phòng Quản lý môi trường → Phòng Tài nguyên nước"
    )


def test_without_a_successor_the_part_waits_for_somebody_to_decide(node, programme, leader):
    task = make_task(programme, node.water)
    carried_out([move(node.water, None)], leader)
    part = task.parts.get()
    assert (part.office, part.given_to, part.as_written) == (None, node.water, "Phòng Quản lý môi trường")


def test_two_parts_that_fall_to_one_office_become_one(node, programme, leader):
    lead_moves = make_task(programme, node.water, node.minerals)
    part_moves = make_task(programme, node.minerals, node.water)
    carried_out([move(node.water, node.minerals)], leader)
    for task in (lead_moves, part_moves):
        rows = {part.role: (part.office, part.state) for part in task.parts.all()}
        assert rows == {"lead": (node.minerals, "given"), "coordinating": (None, "cancelled")}


def test_a_duty_moves_only_its_own_topics(node, programme, leader):
    sct = make_office("Phòng Khoáng sản Sở Công Thương", parent=node.neighbour)
    minerals = make_task(programme, node.minerals, topic="minerals")
    protection = make_task(programme, node.minerals, topic="mineral_protection")
    other = make_task(programme, node.minerals, topic="water")
    carried_out([move(node.minerals, sct, "minerals")], leader)
    held = {task.pk: task.parts.get().office for task in Task.objects.all()}
    assert held == {minerals.pk: sct, protection.pk: sct, other.pk: node.minerals}


def test_the_programmes_of_an_agency_go_to_its_successor(node, programme, leader):
    heir = make_office("Sở mới", kind="agency")
    assert [each.kind for each in hooks()["programme"][0]([move(node.agency, heir)])] == ["report_line"]
    carried_out([move(node.agency, heir)], leader)
    programme.refresh_from_db()
    assert programme.owner == heir


def test_the_task_page_shows_who_had_it_and_who_has_it(node, programme, heir, leader):
    task = make_task(programme, node.water)
    carried_out([move(node.water, heir)], leader)
    page = queries.task_page(leader, task.pk, AT)
    assert page.lead.name == "Phòng Quản lý môi trường → Phòng Tài nguyên nước"
