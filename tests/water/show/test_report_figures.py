"""The report of a programme that watches the rivers draws what their statistics say, frozen with its numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.conftest import World
from tests.factories import programme as make_work
from tests.factories import water as make

from giapranh.people.models import Officer
from giapranh.programme.indicators import measure
from giapranh.programme.models import IndicatorTarget, Programme
from giapranh.programme.reports import facts as frozen
from giapranh.programme.reports.gathering import gather
from giapranh.programme.reports.outline import report_paper
from giapranh.programme.rules.periods import parse_period
from giapranh.programme.rules.scope import Scope

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 10, 3, tzinfo=UTC)
PERIOD = parse_period("2026-Q3")


@pytest.fixture
def programme(node: World, leader: Officer) -> Programme:
    found = make_work.make_programme(node.agency, leader)
    task = make_work.make_task(found, node.water, due_on=date(2026, 9, 1))
    IndicatorTarget.objects.create(task=task, indicator="water.stations_reporting")
    point = make.station(make.river(), 40, name="Cầu Sơn", kind="manual", owner=node.water)
    samples = make.series(point, "nh4_n", cycle_seconds=None)
    for day, value in ((1, 0.2), (20, 1.4), (40, 0.1)):
        make.observations(samples, [value], start=datetime(2026, 7, 1, tzinfo=UTC) + timedelta(days=day))
    return found


def test_the_report_has_the_figures_of_the_period(programme: Programme, leader: Officer) -> None:
    facts = gather(programme, PERIOD, by=leader, at=AT)
    (over, *_classes) = facts.figures
    assert over.rows[0].counts == {"over": 1, "within": 2}
    assert "Cầu Sơn" in over.rows[0].label
    assert frozen.from_json(frozen.to_json(facts)) == facts
    assert "Số liệu theo dõi" in str(report_paper(facts))


def test_a_programme_that_does_not_watch_the_rivers_has_none(programme: Programme, leader: Officer) -> None:
    IndicatorTarget.objects.all().delete()
    assert gather(programme, PERIOD, by=leader, at=AT).figures == []


def test_meetings_are_counted_by_their_minutes(programme: Programme, leader: Officer, an: Officer) -> None:
    from tests.factories.documents import make_paper

    from giapranh.documents.models import Paper
    from giapranh.programme.models import Product

    task = programme.tasks.get()
    subjects = [("Biên bản", "Họp giao ban quý III với Sở tỉnh Bắc Ninh"), ("Biên bản", "Bàn giao máy đo"),
                ("Thông báo", "Kết luận cuộc họp về sông Thương"), ("Công văn", "Mời họp")]  # fmt: skip
    for n, (kind, subject) in enumerate(subjects):
        paper = make_paper(an)
        Paper.objects.filter(pk=paper.pk).update(kind=kind, subject=subject, issued_on=date(2026, 8, 1 + n))
        Product.objects.create(task=task, paper=paper, number="", added_by=an, added_at=AT)
    found = measure("programme.meetings", PERIOD, Scope(programme=programme.pk))
    assert found.value == 2
    assert all(cited.ref.startswith("paper:") for cited in found.citations)
