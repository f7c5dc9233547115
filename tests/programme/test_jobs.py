from __future__ import annotations

import pytest
from procrastinate.contrib.django import app
from tests.factories.programme import make_programme, make_task

from giapranh.kernel.refs import RecordRef, resolve
from giapranh.programme import jobs
from giapranh.programme.models import Task

pytestmark = pytest.mark.django_db


def test_the_worker_knows_the_jobs_of_this_room():
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {"programme.recurrences", "programme.reminders"} <= periodic


@pytest.mark.django_db(transaction=True)
def test_the_jobs_run_any_number_of_times(node, leader):
    programme = make_programme(node.agency, leader)
    make_task(programme, node.water, recurrence="FREQ=MONTHLY;BYMONTHDAY=14", due_kind="proposed")
    jobs.recurrences(0)
    made = Task.objects.count()
    jobs.recurrences(0)
    jobs.reminders(0)
    jobs.reminders(0)
    assert (made > 1, Task.objects.count()) == (True, made)


def test_a_task_is_found_by_its_reference(node, leader):
    task = make_task(make_programme(node.agency, leader), node.water)
    for key in (task.pk, task.uid):
        found = resolve(RecordRef("task", str(key)))
        assert found is not None
        assert found.url == f"/viec/{task.pk}/"
    assert resolve(RecordRef("task", "999999")) is None
    assert resolve(RecordRef("task", "việc nào đó")) is None
    assert resolve(RecordRef("task", "9" * 40)) is None
