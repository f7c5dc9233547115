from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories.people import make_officer
from tests.factories.programme import AT, DAY, make_paper, make_product, make_programme, make_task

from giapranh.people.roles import Role
from giapranh.programme import queries, services
from giapranh.programme.models import Task, TaskPart
from giapranh.programme.permissions import NoSuchTask
from giapranh.programme.queries import Filters
from giapranh.programme.queries.board import COLUMNS
from giapranh.programme.rules.buckets import bucket
from giapranh.programme.rules.periods import parse_period
from giapranh.programme.rules.scope import Scope
from giapranh.programme.thresholds import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(node, leader):
    return make_programme(node.agency, leader)


def finished(task, an, leader):
    make_product(task, an)
    services.start(task_id=task.pk, by=an, at=AT)
    services.ask_confirmation(task_id=task.pk, report="Xong", by=an, at=AT)
    return services.confirm_completion(task_id=task.pk, by=leader, at=AT)


def test_the_database_and_the_rule_name_the_same_bucket(node, programme, leader):
    for offset in (-400, -3, -1, 0, 1, 2, 3, 4, 5, 6, 30, None):
        make_task(programme, node.water, due_on=None if offset is None else DAY + timedelta(days=offset))
    moment = today(AT).moment
    for task in queries.with_buckets(queries.visible_tasks(leader), moment):
        assert task.bucket == bucket(task.due_on, task.due_time, moment)


def test_who_sees_which_task(node, programme, an, binh, chi, dung, leader, auditor, administrator):
    mine = make_task(programme, node.water)
    shared = make_task(programme, node.clerks, node.water)
    other = make_task(programme, node.clerks)
    theirs = make_task(make_programme(node.neighbour, leader, name="Của bạn"), node.neighbour)
    seen = {officer.username: set(queries.visible_tasks(officer)) for officer in (an, binh, chi, dung, administrator)}
    assert seen == {"an": {mine, shared}, "binh": set(), "chi": {theirs}, "dung": set(), "quantri": {shared, other}}
    assert set(queries.visible_tasks(leader)) == {mine, shared, other}
    assert set(queries.visible_tasks(auditor)) == {mine, shared, other, theirs}
    with pytest.raises(NoSuchTask):
        queries.get_task(an, other.pk)


def test_the_board_counts_by_lead_office_and_time(node, programme, an, leader):
    make_task(programme, node.water, due_on=date(2026, 10, 1))
    make_task(programme, node.water, due_on=date(2026, 10, 20))
    make_task(programme, node.minerals, node.water, due_on=date(2026, 12, 1))
    make_task(programme, None)
    make_task(programme, node.water, recurrence="FREQ=MONTHLY")
    finished(make_task(programme, node.water, due_on=DAY), an, leader)
    cancelled = make_task(programme, node.water)
    services.cancel(task_id=cancelled.pk, reason="trùng", by=leader, at=AT)
    found = queries.board(leader, Filters(programme=programme.pk), AT)
    assert [(row.name, {cell.column: cell.count for cell in row.cells if cell.count}) for row in found.rows] == [
        ("", {"no_date": 1}),
        ("Phòng Khoáng sản", {"in_time": 1}),
        ("Phòng Quản lý môi trường", {"overdue": 1, "nearly_due": 1, "completed": 1}),
    ]
    assert found.total == 5
    assert found.tasks.count() == 5


def test_every_number_of_the_board_opens_exactly_its_tasks(node, programme, an, leader):
    for offset in (-5, -1, 1, 2, 40, None):
        make_task(programme, node.water, due_on=None if offset is None else DAY + timedelta(days=offset))
    make_task(programme, None, due_on=DAY)
    finished(make_task(programme, node.water, due_on=DAY), an, leader)
    for row in queries.board(leader, Filters(programme=programme.pk), AT).rows:
        for cell in row.cells:
            params = dict(pair.split("=") for pair in cell.url.lstrip("?").split("&"))
            assert queries.list_of(leader, Filters.of(params), AT).count() == cell.count, (row.name, cell.column)


def test_filters_of_the_query_string_ignore_nonsense_and_say_wrong_dates():
    found = Filters.of({"don-vi": "abc", "han": "x", "tu": "31/02/2026", "den": "05/02/2026", "q": " sông "})
    assert (found.office, found.column, found.due_from, found.due_to, found.words) == (
        None, "", None, date(2026, 2, 5), "sông",
    )  # fmt: skip
    assert found.refused == ("Không có ngày 31/02/2026 trong lịch.",)
    assert set(COLUMNS) >= {"overdue", "completed"}


def test_words_find_tasks_with_and_without_marks(node, programme, leader):
    task = make_task(programme, node.water, text="Quan trắc sông Thương")
    make_task(programme, node.water, text="Kiểm tra mỏ đá")
    assert list(queries.list_of(leader, Filters(words="song thuong"), AT)) == [task]
    assert list(queries.list_of(leader, Filters(words="sông Thương"), AT)) == [task]


def test_the_matrix_says_number_word_and_tone(node, programme, an, leader):
    make_task(programme, node.water, n="2", order=200, due_on=date(2026, 10, 1))
    finished(make_task(programme, node.water, n="2", order=201, due_on=DAY), an, leader)
    make_task(programme, node.minerals, n="3", order=300, due_on=date(2026, 10, 21))
    make_task(programme, node.minerals, n="10", order=1000, due_on=date(2026, 12, 30))
    found = queries.matrix(leader, programme, AT)
    assert [clause.n for clause in found.clauses] == ["2", "3", "10"]
    said = {
        row.name: [(str(cell.status), cell.status.tone) if cell else None for cell in row.cells] for row in found.rows
    }
    assert said == {
        "Phòng Khoáng sản": [None, ("0/1 xong · 1 sắp đến hạn", "soon"), ("0/1 xong", "good")],
        "Phòng Quản lý môi trường": [("1/2 xong · 1 quá hạn", "bad"), None, None],
    }


def test_the_timeline_counts_months_and_draws_bars(node, programme, leader):
    make_task(programme, node.water, due_on=date(2026, 10, 23))
    moved = make_task(programme, node.water, due_on=date(2026, 12, 4), original_due_on=date(2026, 11, 6))
    make_task(programme, node.water)
    found = queries.timeline(leader, Filters(programme=programme.pk), AT)
    assert [(month.day, month.total) for month in found.months] == [(date(2026, 10, 1), 1), (date(2026, 12, 1), 1)]
    assert found.undated == 1
    assert [(bar.task, bar.moved_x is not None) for bar in found.bars][1] == (moved, True)
    assert all(0 <= bar.x <= 1000 and bar.width > 0 for bar in found.bars)


# --- my desk ---------------------------------------------------------------------------------------------------------


def kinds(items):
    return [(item.kind, item.task_id) for item in items]


def test_the_desk_says_what_i_owe_wait_for_and_what_is_new(node, programme, an, binh, leader):
    task = make_task(programme, node.water, node.minerals, due_on=date(2026, 10, 23))
    services.start(task_id=task.pk, by=an, at=AT)
    assert kinds(queries.desk_of(an, AT).owe) == [("lead", task.pk)]
    assert kinds(queries.desk_of(an, AT).wait) == [("others_part", task.pk)]
    assert kinds(queries.desk_of(binh, AT).owe) == [("part", task.pk)]
    part = task.parts.get(role="coordinating")
    services.submit_part(part_id=part.pk, report="Đã làm", by=binh, at=AT)
    assert kinds(queries.desk_of(an, AT).owe) == [("lead", task.pk), ("judge", task.pk)]
    make_product(task, an)
    services.ask_confirmation(task_id=task.pk, report="Xong", by=an, at=AT)
    assert kinds(queries.desk_of(an, AT).wait) == [("awaiting", task.pk)]
    assert kinds(queries.desk_of(leader, AT).owe) == [("confirm", task.pk)]
    fresh = make_task(programme, node.water, created_at=AT)
    assert kinds(queries.desk_of(an, AT).new) == [("new", fresh.pk)]


def test_a_task_handed_to_one_person_leaves_the_desks_of_the_others(node, programme, an, leader):
    other = make_officer("Hoàng Khác", office=node.water, role=Role.OFFICE_HEAD)
    task = make_task(programme, node.water)
    services.assign_officer(part_id=task.parts.get().pk, officer=other, by=an, at=AT)
    assert kinds(queries.desk_of(an, AT).owe) == []
    assert kinds(queries.desk_of(other, AT).owe) == [("lead", task.pk)]


def test_a_leader_decides_and_is_not_given_the_work_of_the_divisions(node, programme, an, leader):
    task = make_task(programme, node.water, due_on=date(2026, 10, 23))
    assert kinds(queries.desk_of(leader, AT).owe) == []
    services.ask_extension(task_id=task.pk, to_on=date(2026, 11, 5), reason="mưa", by=an, at=AT)
    assert kinds(queries.desk_of(leader, AT).owe) == [("extension", task.pk)]


@pytest.mark.parametrize("view", ["desk", "board", "matrix", "timeline", "programmes"])
def test_a_list_costs_the_same_queries_at_one_and_three_rows(view, node, programme, an, leader):
    def run():
        if view == "desk":
            queries.desk_of(an, AT)
        elif view == "board":
            found = queries.board(leader, Filters(programme=programme.pk), AT)
            list(found.tasks[:50])
        elif view == "matrix":
            queries.matrix(leader, programme, AT)
        elif view == "timeline":
            queries.timeline(leader, Filters(programme=programme.pk), AT)
        else:
            list(queries.programmes(leader, today(AT).moment))

    def cost():
        for officer in (an, leader):
            for name in ("_appointments_today", "_office_ids_below", "_programme_agencies"):
                officer.__dict__.pop(name, None)
        with CaptureQueriesContext(connection) as caught:
            run()
        return len(caught)

    make_task(programme, node.water, node.minerals, due_on=DAY)
    one = cost()
    make_task(programme, node.water, node.minerals, due_on=DAY, n="7")
    make_task(programme, node.clerks, node.water, due_on=DAY, n="8")
    assert cost() == one


# --- indicators ------------------------------------------------------------------------------------------------------


def test_indicators_are_counted_from_what_they_cite(node, programme, an, leader):
    period = parse_period("2026-Q4")
    good = finished(make_task(programme, node.water, due_on=DAY), an, leader)
    late = make_task(programme, node.water, due_on=date(2026, 10, 1))
    scope = Scope(programme=programme.pk)
    _, found = queries.evidence_of(leader, "programme.tasks_on_time", period, scope)
    assert (found.value, found.out_of) == (1, 2)
    assert [(each.ref, each.url) for each in found.citations] == [
        (f"task:{late.pk}", f"/viec/{late.pk}/"), (f"task:{good.pk}", f"/viec/{good.pk}/"),
    ]  # fmt: skip


def test_papers_exchanged_are_products_and_letters_of_counterparts(node, programme, an, leader):
    period = parse_period("2026-Q4")
    task = make_task(programme, node.water)
    task.counterparts.create(name="Sở bạn", office=node.neighbour)
    ours = make_paper(an)
    services.attach_product(task_id=task.pk, paper_id=ours.pk, by=an, at=AT)
    theirs = make_paper(an, direction="incoming", issuer=node.neighbour)
    make_paper(an, direction="incoming", issuer=node.neighbour, issued_on=date(2026, 3, 3))
    _, found = queries.evidence_of(leader, "programme.papers_exchanged", period, Scope(programme=programme.pk))
    assert sorted(each.ref for each in found.citations) == sorted([f"paper:{ours.pk}", f"paper:{theirs.pk}"])
    assert found.value == 2


def test_reports_received_counts_parts(node, programme, an, binh, leader):
    period = parse_period("2026-Q4")
    task = make_task(programme, node.water, node.minerals, due_on=date(2026, 10, 23))
    services.submit_part(part_id=task.parts.get(role="coordinating").pk, report="Đã làm", by=binh, at=AT)
    _, found = queries.evidence_of(an, "programme.reports_received", period, Scope(tasks=(task.pk,)))
    assert (found.value, found.out_of, len(found.citations)) == (1, 2, 2)


def test_evidence_of_a_task_one_may_not_see_is_refused(node, programme, binh, leader):
    task = make_task(programme, node.water)
    with pytest.raises(NoSuchTask):
        queries.evidence_of(binh, "programme.tasks_on_time", parse_period("2026-Q4"), Scope(tasks=(task.pk,)))


def test_the_board_asks_as_often_at_two_thousand_tasks_as_at_one(node, programme, leader):
    def cost():
        with CaptureQueriesContext(connection) as caught:
            list(queries.board(leader, Filters(programme=programme.pk), AT).tasks[:50])
        return len(caught)

    first = make_task(programme, node.water, due_on=DAY)
    cost()
    one = cost()
    tasks = [Task(programme=programme, n=str(n), order=n, text=f"Việc {n}", given_on=DAY) for n in range(2000)]
    Task.objects.bulk_create(tasks)
    TaskPart.objects.bulk_create(TaskPart(task=task, role="lead", office=node.minerals) for task in tasks)
    assert cost() == one
    assert queries.board(leader, Filters(programme=programme.pk), AT).total == 2001
    assert first in queries.list_of(leader, Filters(programme=programme.pk), AT)
