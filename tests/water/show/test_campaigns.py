"""Campaigns: plans from tables, what was taken, who is late, who may plan."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.factories import water as factory

from giapranh.kernel.clock import now
from giapranh.water.intake.grids import read_grid
from giapranh.water.models import PlannedSample, Sample
from giapranh.water.permissions import NotYourDuty
from giapranh.water.queries import campaigns as reads
from giapranh.water.queries.campaigns import PlanRow
from giapranh.water.rules.plan_sheet import read_plan
from giapranh.water.services import campaigns
from giapranh.water.services.campaigns import BadCampaign, PlanInUse

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def point(thuong: Any, node: Any) -> Any:
    return factory.station(thuong, 50, name="Điểm Kép", code="LS_LM_01", owner=node.water, kind="manual")


@pytest.fixture
def campaign(specialist: Any) -> Any:
    return campaigns.make_campaign(
        name="Quan trắc 2026", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), by=specialist, at=AT
    )


def plan(campaign: Any, point: Any, by: Any, first: date, last: date, *keys: str) -> Any:
    campaigns.add_rows(campaign_id=campaign.pk, rows=[PlanRow(point, first, last, keys)], by=by, at=AT)
    return PlannedSample.objects.get(station=point, from_day=first)


# --- tables ----------------------------------------------------------------------------------------------------------


def test_a_table_pasted_from_a_workbook_is_read() -> None:
    text = "Điểm\tTừ ngày\tĐến ngày\tThông số\nLS_LM_01\t05/03/2026\t15/03/2026\tpH; DO, BOD5 (20°C)\n"
    lines, refused = read_plan(read_grid(text.encode(), "bang.csv"))
    assert refused == []
    assert [(line.point, line.first, line.last, line.parameters) for line in lines] == [
        ("LS_LM_01", date(2026, 3, 5), date(2026, 3, 15), ("ph", "do", "bod5"))
    ]


def test_a_table_without_heads_goes_by_its_order_and_one_day_is_enough() -> None:
    lines, refused = read_plan([["Điểm Kép", "05/03/2026", None, "COD"]])
    assert (refused, lines[0].last, lines[0].parameters) == ([], date(2026, 3, 5), ("cod",))


def test_each_bad_line_is_told_by_its_number() -> None:
    grid = [
        ["Điểm", "Từ ngày", "Đến ngày", "Thông số"],
        ["", "05/03/2026", "", ""],
        ["A", "31/02/2026", "", ""],
        ["A", "05/03/2026", "01/03/2026", ""],
        ["A", "05/03/2026", "", "xyzzy"],
        ["A", "05/03/2026", "", "pH"],
    ]
    lines, refused = read_plan(grid)
    assert [line.number for line in lines] == [6]
    assert [each.number for each in refused] == [2, 3, 4, 5]


def test_points_are_found_by_code_and_by_name(point: Any, specialist: Any) -> None:
    lines, _refused = read_plan([["ls_lm_01", "05/03/2026"], ["diem kep", "06/03/2026"], ["ở đâu đó", "07/03/2026"]])
    rows, refused = reads.settled_rows(specialist, lines, date(2026, 11, 20))
    assert [row.station for row in rows] == [point, point]
    assert [each.number for each in refused] == [3]


# --- plans -----------------------------------------------------------------------------------------------------------


def test_a_visit_outside_the_campaign_is_refused_and_nothing_is_added(
    campaign: Any, point: Any, specialist: Any
) -> None:
    rows = [
        PlanRow(point, date(2026, 3, 5), date(2026, 3, 9), ("ph",)),
        PlanRow(point, date(2027, 1, 5), date(2027, 1, 9), ("ph",)),
    ]
    with pytest.raises(BadCampaign):
        campaigns.add_rows(campaign_id=campaign.pk, rows=rows, by=specialist, at=AT)
    assert PlannedSample.objects.count() == 0


def test_the_same_visit_twice_takes_the_newer_window(campaign: Any, point: Any, specialist: Any) -> None:
    for last in (9, 12):
        plan(campaign, point, specialist, date(2026, 3, 5), date(2026, 3, last), "ph")
    assert [row.to_day.day for row in PlannedSample.objects.all()] == [12]


def test_the_neighbour_may_not_plan(campaign: Any, point: Any, chi: Any) -> None:
    with pytest.raises(NotYourDuty):
        plan(campaign, point, chi, date(2026, 3, 5), date(2026, 3, 9))


def test_a_visit_with_a_sample_stays_in_the_plan(campaign: Any, point: Any, specialist: Any) -> None:
    visit = plan(campaign, point, specialist, date(2026, 3, 5), date(2026, 3, 9))
    Sample.objects.create(station=point, planned=visit, taken_at=AT, at=AT)
    with pytest.raises(PlanInUse):
        campaigns.remove_row(planned_id=visit.pk, by=specialist, at=AT)


def test_samples_find_their_visit_by_point_and_day(campaign: Any, point: Any, specialist: Any) -> None:
    visit = plan(campaign, point, specialist, date(2026, 3, 5), date(2026, 3, 9))
    inside = Sample.objects.create(station=point, taken_at=datetime(2026, 3, 9, 16, 59, tzinfo=UTC), at=AT)
    Sample.objects.create(station=point, taken_at=datetime(2026, 3, 9, 17, 1, tzinfo=UTC), at=AT)
    assert campaigns.bind_samples(campaign.pk) == 1
    assert list(visit.samples.all()) == [inside]


# --- the page --------------------------------------------------------------------------------------------------------


def test_a_visit_is_taken_late_running_or_to_come(campaign: Any, point: Any, specialist: Any) -> None:
    taken = plan(campaign, point, specialist, date(2026, 3, 5), date(2026, 3, 9), "ph", "cod")
    plan(campaign, point, specialist, date(2026, 11, 1), date(2026, 11, 15), "ph")
    plan(campaign, point, specialist, date(2026, 11, 18), date(2026, 11, 25), "ph")
    plan(campaign, point, specialist, date(2026, 12, 1), date(2026, 12, 5), "ph")
    when = datetime(2026, 3, 6, 3, tzinfo=UTC)
    Sample.objects.create(station=point, planned=taken, taken_at=when, at=AT)
    factory.observations(factory.series(point, "ph", unit="pH", cycle_seconds=None), [7.1], start=when)
    page = reads.campaign_page(specialist, campaign.pk, AT)
    assert [visit.state for visit in page.visits] == ["taken", "late", "now", "ahead"]
    assert [visit.days_late for visit in page.late] == [5]
    assert page.waiting[0].missing == ("cod",)
    assert (page.due, page.taken) == (3, 1)


def test_results_carry_the_class_of_their_own_day(campaign: Any, point: Any, specialist: Any) -> None:
    visit = plan(campaign, point, specialist, date(2026, 3, 5), date(2026, 3, 9), "cod")
    when = datetime(2026, 3, 6, 3, tzinfo=UTC)
    Sample.objects.create(station=point, planned=visit, taken_at=when, at=AT)
    factory.observations(factory.series(point, "cod", cycle_seconds=None), [17.5], start=when)
    [found] = reads.campaign_page(specialist, campaign.pk, AT).results
    assert found.values["cod"].cls is not None
    assert found.values["cod"].cls.cls == "C"
    assert found.result.wqi is not None
    assert found.result.wqi.value is None


def test_a_campaign_is_made_and_planned_on_its_pages(client: Client, specialist: Any, point: Any) -> None:
    client.force_login(specialist)
    today = now().date()
    made = client.post("/song-ngoi/chien-dich/moi/", {
        "name": "Mùa khô", "starts_on": f"{today:%d/%m/%Y}", "ends_on": f"{today + timedelta(days=60):%d/%m/%Y}",
    })  # fmt: skip
    assert made.status_code == 302
    day = f"{today + timedelta(days=3):%d/%m/%Y}"
    answer = client.post(
        made["Location"], {"table": "1", "text": f"LS_LM_01\t{day}\t{day}\tpH, COD", "only_check": "on"}
    )
    assert "Đọc được 1 lượt" in answer.content.decode()
    assert PlannedSample.objects.count() == 0
    answer = client.post(made["Location"], {"table": "1", "text": f"LS_LM_01\t{day}\t{day}\tpH, COD"})
    assert answer.status_code == 302
    assert PlannedSample.objects.get().parameters == ["ph", "cod"]


def test_a_bad_line_on_the_page_is_named_and_nothing_is_added(client: Client, specialist: Any, campaign: Any) -> None:
    client.force_login(specialist)
    answer = client.post(f"/song-ngoi/chien-dich/{campaign.pk}/ke-hoach/", {"table": "1", "text": "Đâu đó\t05/03/2026"})
    assert answer.status_code == 422
    assert "Dòng 1" in answer.content.decode()


def test_every_month_the_same_is_one_form(client: Client, specialist: Any, campaign: Any, point: Any) -> None:
    client.force_login(specialist)
    client.post(f"/song-ngoi/chien-dich/{campaign.pk}/ke-hoach/", {
        "monthly": "1", "stations": [str(point.pk)], "first_day": "25", "last_day": "31", "parameters": "pH",
    })  # fmt: skip
    assert [row.to_day.day for row in PlannedSample.objects.order_by("from_day")][:3] == [31, 28, 31]
    assert PlannedSample.objects.count() == 12


def test_the_campaigns_of_others_are_not_there(client: Client, chi: Any, campaign: Any) -> None:
    client.force_login(chi)
    assert client.get(f"/song-ngoi/chien-dich/{campaign.pk}/").status_code == 404
    assert "Quan trắc 2026" not in client.get("/song-ngoi/chien-dich/").content.decode()


def test_a_page_of_campaigns_costs_the_same_for_one_and_for_three(
    client: Client, specialist: Any, campaign: Any, django_assert_max_num_queries: Any
) -> None:
    client.force_login(specialist)
    client.get("/song-ngoi/chien-dich/")
    with django_assert_max_num_queries(40) as one:
        client.get("/song-ngoi/chien-dich/")
    for n in range(2):
        campaigns.make_campaign(
            name=f"Thêm {n}", starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1), by=specialist, at=AT
        )
    with django_assert_max_num_queries(len(one)):
        client.get("/song-ngoi/chien-dich/")
