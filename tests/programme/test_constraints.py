from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from tests.factories.programme import AT, DAY, directive, make_confirmed_paper, make_product, make_programme, make_task

from giapranh.kernel.errors import Refused
from giapranh.programme import services
from giapranh.programme.models import Extension, Programme, Reminder, Snooze, Task, TaskPart, Thresholds
from giapranh.programme.queries.adoption import AlreadyAdopted

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(node, leader):
    return make_programme(node.agency, leader)


@pytest.fixture
def task(node, programme):
    return make_task(programme, node.water, node.minerals, due_on=DAY)


def breaks(name):
    """The database refuses, by the constraint of this name."""
    return pytest.raises(IntegrityError, match=name)


def test_programme_once_per_paper(node, leader):
    paper = make_confirmed_paper(leader, [])
    make_programme(node.agency, leader, paper=paper)
    with breaks("programme_once_per_paper"):
        make_programme(node.agency, leader, paper=paper)


def test_programme_period_in_order(node, leader):
    with breaks("programme_period_in_order"):
        make_programme(node.agency, leader, period_from=DAY, period_to=DAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"frozen_bucket": "in_time"}, "task_bucket_frozen_while_clock_stands"),
        ({"state": "paused", "frozen_bucket": ""}, "task_bucket_frozen_while_clock_stands"),
        ({"completed_at": AT}, "task_completed_by_and_at_together"),
        ({"occurrence_on": DAY}, "task_instance_has_its_day"),
        ({"due_on": None}, "task_due_kind_fits"),
        ({"due_kind": "none"}, "task_due_kind_fits"),
    ],
)
def test_a_task_that_contradicts_itself_is_refused(task, fields, name):
    with breaks(name):
        Task.objects.filter(pk=task.pk).update(**fields)


def test_task_series_is_no_instance_and_each_instance_once(node, programme, task):
    series = make_task(programme, node.water, recurrence="FREQ=MONTHLY")
    with breaks("task_series_is_no_instance"), transaction.atomic():
        Task.objects.filter(pk=series.pk).update(series=task, occurrence_on=DAY)
    make_task(programme, node.water, series=series, occurrence_on=DAY)
    with breaks("task_instance_once"):
        make_task(programme, node.water, series=series, occurrence_on=DAY)


def test_task_imported_once(node, programme):
    make_task(programme, node.water, import_key="k")
    with breaks("task_imported_once"):
        make_task(programme, node.water, import_key="k")


def test_a_task_has_one_lead_and_each_office_once(node, task):
    with breaks("part_one_lead"), transaction.atomic():
        TaskPart.objects.create(task=task, role="lead", office=node.clerks)
    with breaks("part_office_once"):
        TaskPart.objects.create(task=task, role="coordinating", office=node.minerals)


def test_a_part_has_an_office_or_words_and_a_report_when_submitted(task):
    with breaks("part_has_office_or_words"), transaction.atomic():
        TaskPart.objects.filter(task=task).update(office=None, as_written="")
    with breaks("part_submitted_has_report"):
        TaskPart.objects.filter(task=task).update(state="submitted")


def test_a_product_names_something(task, an):
    with breaks("product_names_something"):
        make_product(task, an, number="")


def test_an_extension_is_later_asked_in_time_and_alone(task, an):
    base = {"task": task, "asked_by": an, "asked_at": AT, "reason": "mưa", "from_on": DAY, "asked_on": DAY}
    with breaks("extension_is_later"), transaction.atomic():
        Extension.objects.create(**base, to_on=DAY)
    with breaks("extension_asked_in_time"), transaction.atomic():
        Extension.objects.create(**{**base, "asked_on": DAY + timedelta(days=1)}, to_on=date(2027, 1, 1))
    Extension.objects.create(**base, to_on=date(2027, 1, 1))
    with breaks("extension_one_waiting"), transaction.atomic():
        Extension.objects.create(**base, to_on=date(2027, 2, 1))
    with breaks("extension_decided_by_and_at_together"):
        Extension.objects.update(decision="granted")


def test_one_digest_a_day_one_snooze_per_task_one_row_of_thresholds(task, an):
    Reminder.objects.create(key="a", officer=an, day=DAY)
    with breaks("reminder_once_a_day"), transaction.atomic():
        Reminder.objects.create(key="b", officer=an, day=DAY)
    with breaks("snooze_has_reason"), transaction.atomic():
        Snooze.objects.create(task=task, officer=an, until=DAY, reason="", at=AT)
    with breaks("thresholds_one_row"):
        Thresholds.objects.create(
            id=2, nearly_due_days=1, part_days_before_lead=1, before_includes_day=True, remind_before=[1],
            remind_after_every=1, escalate_after=1, escalate_every=1, materialise_days_ahead=1,
        )  # fmt: skip


# --- two people at once ----------------------------------------------------------------------------------------------


def at_once(*works):
    """Run each work in a thread of its own, all let go together; what came of each."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(place, work):
        barrier.wait()
        try:
            results[place] = work()
        except Refused as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_people_who_adopt_the_same_paper_make_one_programme(node, leader):
    paper = make_confirmed_paper(leader, [directive("Quan trắc", lead=["Phòng Quản lý môi trường"])])
    found = at_once(*[lambda: services.adopt(paper_id=paper.pk, by=leader, at=AT)] * 2)
    assert sorted(type(each).__name__ for each in found) == ["AlreadyAdopted", "Programme"]
    assert isinstance(next(each for each in found if isinstance(each, Refused)), AlreadyAdopted)
    assert (Programme.objects.count(), Task.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_each_instance_once_and_remind_once(node, leader, an):
    programme = make_programme(node.agency, leader)
    make_task(programme, node.water, recurrence="FREQ=MONTHLY;BYMONTHDAY=14", due_kind="proposed")
    make_task(programme, node.water, due_on=DAY)
    assert sorted(at_once(*[lambda: services.materialise_recurrences(AT)] * 2)) == [0, 1]
    assert sorted(at_once(*[lambda: services.send_reminders(AT)] * 2)) == [0, 1]
    assert Reminder.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_task_confirmed_and_returned_at_once_has_one_outcome(node, leader, an):
    task = make_task(make_programme(node.agency, leader), node.water)
    make_product(task, an)
    services.start(task_id=task.pk, by=an, at=AT)
    services.ask_confirmation(task_id=task.pk, report="Xong", by=an, at=AT)
    found = at_once(
        lambda: services.confirm_completion(task_id=task.pk, by=leader, at=AT),
        lambda: services.return_task(task_id=task.pk, reason="thiếu", by=leader, at=AT),
    )
    assert sum(isinstance(each, Refused) for each in found) == 1
    task.refresh_from_db()
    assert task.state in {"completed", "returned"}
