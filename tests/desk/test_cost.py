"""The desk costs the same number of queries however much lies on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.factories.documents import make_paper
from tests.factories.programme import make_programme, make_task

from giapranh.kernel.clock import today
from giapranh.people.models import Notice, Officer


def queries_of(client: Client, path: str) -> int:
    client.get(path)  # what is read once per process is not counted
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def fill(node: Any, leader: Officer, an: Officer, times: int) -> None:
    for _ in range(times):
        make_paper(an)
        programme = make_programme(node.agency, leader)
        make_task(programme, node.water, node.minerals, due_on=today() + timedelta(days=2))
        Notice.objects.create(officer=an, text="Việc mới", kind="task")


def test_the_desk_and_the_search_cost_the_same_at_one_and_at_five(node: Any, leader: Officer, an: Officer):
    client = Client()
    client.force_login(an)
    fill(node, leader, an, 1)
    before = {path: queries_of(client, path) for path in ("/", "/thong-bao/", "/tim/?q=nguon+nuoc")}
    fill(node, leader, an, 4)
    assert {path: queries_of(client, path) for path in before} == before
    assert max(before.values()) < 40
