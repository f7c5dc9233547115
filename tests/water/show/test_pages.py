"""Pages of a station, of a comparison, of statistics: what they say, and to whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np
import openpyxl
import pytest
from django.test import Client
from tests.factories import water as factory
from tests.factories.people import make_officer

from giapranh.kernel.clock import now
from giapranh.water.queries import comparison, statistics
from giapranh.water.queries.series import settled_rows, to_ms

START = datetime(2026, 11, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def station(thuong: Any, node: Any) -> Any:
    return factory.station(thuong, 93.4, name="Giáp ranh", owner=node.water)


@pytest.fixture
def ammonium(station: Any) -> Any:
    row = factory.series(station, "nh4_n", basis="N")
    factory.observations(row, [0.1, 0.2, None, 0.9], start=START)
    return row


def page_of(client: Client, officer: Any, path: str) -> Any:
    client.force_login(officer)
    return client.get(path)


def test_a_station_page_says_value_class_and_age(client: Client, specialist: Any, station: Any) -> None:
    factory.observations(factory.series(station, "cod"), [17.5], start=now() - timedelta(minutes=7))
    text = page_of(client, specialist, f"/song-ngoi/tram/{station.pk}/").content.decode()
    assert "Mức C – xấu" in text
    assert "7 phút trước" in text
    assert "cách gộp của phần mềm" in text
    assert "BOD" in text  # what was not measured


def test_the_page_of_a_neighbours_station_is_not_there_for_them(client: Client, chi: Any, station: Any) -> None:
    assert page_of(client, chi, f"/song-ngoi/tram/{station.pk}/").status_code == 404


def test_the_data_of_a_chart_follow_the_station(client: Client, chi: Any, ammonium: Any) -> None:
    path = f"/song-ngoi/chuoi/{ammonium.pk}/so-lieu.json?tu=0&den=1"
    assert page_of(client, chi, path).status_code == 404
    assert page_of(client, chi, f"/song-ngoi/chuoi/{ammonium.pk}/tai-ve/").status_code == 404


def test_the_chart_gets_exactly_what_is_stored(client: Client, specialist: Any, ammonium: Any) -> None:
    span = f"tu={to_ms(START)}&den={to_ms(START + timedelta(hours=1))}"
    data = page_of(client, specialist, f"/song-ngoi/chuoi/{ammonium.pk}/so-lieu.json?{span}").json()
    assert data["v"] == [0.1, 0.2, None, 0.9]
    assert data["f"] == [1, 1, 9, 1]
    assert (data["total"], data["bucket"], data["gap"]) == (4, 0, 900_000)
    assert [line["label"] for line in data["limits"]] == ["giới hạn sức khỏe"]


@pytest.mark.parametrize("query", ["", "tu=x&den=1", "tu=5&den=5", "tu=-1&den=5", "tu=0&den=99999999999999"])
def test_a_window_that_makes_no_sense_is_refused(client: Client, specialist: Any, ammonium: Any, query: str) -> None:
    assert page_of(client, specialist, f"/song-ngoi/chuoi/{ammonium.pk}/so-lieu.json?{query}").status_code == 422


def test_the_csv_holds_every_row_with_flag_and_source(client: Client, specialist: Any, ammonium: Any) -> None:
    answer = page_of(client, specialist, f"/song-ngoi/chuoi/{ammonium.pk}/tai-ve/?ky=tat-ca")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Thời điểm (UTC+7),Giá trị gốc,Giá trị dùng")
    assert lines[2].startswith("2026-11-01 07:00:00,0.1,0.1,mg/L,1,đạt")
    assert len(lines) == 6


def test_the_workbook_holds_the_same(client: Client, specialist: Any, ammonium: Any) -> None:
    answer = page_of(client, specialist, f"/song-ngoi/chuoi/{ammonium.pk}/tai-ve/?ky=tat-ca&dang=xlsx")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    assert [row[1] for row in sheet.iter_rows(min_row=3, values_only=True)] == [0.1, 0.2, None, 0.9]


def test_a_formula_in_a_name_stays_a_text(client: Client, specialist: Any, station: Any) -> None:
    from giapranh.water.models import SourceFile

    row = factory.series(station, "cod")
    factory.observations(row, [9.0], start=START)
    source = SourceFile.objects.create(kind="demo", name="=1+1", received_at=START)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("update water_observation set source_id = %s where series_id = %s", [source.pk, row.pk])
    answer = page_of(client, specialist, f"/song-ngoi/chuoi/{row.pk}/tai-ve/?ky=tat-ca")
    assert ",'=1+1" in b"".join(answer.streaming_content).decode()


def test_each_value_of_a_short_window_leads_to_where_a_person_may_judge_it(
    client: Client, specialist: Any, ammonium: Any
) -> None:
    """Also one that passed its checks: what was typed wrong may look good."""
    path = f"/song-ngoi/tram/{ammonium.station_id}/?chuoi={ammonium.pk}&tu=01/11/2026&den=01/11/2026&sap=time"
    text = page_of(client, specialist, path).content.decode()
    at = to_ms(START)
    link = f"/song-ngoi/chat-luong/{ammonium.pk}/?tu={at}&den={at + 999}"
    assert link.replace("&", "&amp;") in text
    assert client.get(link).context["single"]
    assert client.get(link).context["may_judge"]


def test_a_long_window_is_a_table_of_days(client: Client, specialist: Any, station: Any) -> None:
    row = factory.series(station, "cod")
    factory.observations(row, [9.0] * 3000, start=START)
    text = page_of(client, specialist, f"/song-ngoi/tram/{station.pk}/?chuoi={row.pk}&ky=tat-ca").content.decode()
    assert "theo ngày" in text
    assert "288" in text


def test_dates_nobody_can_read_are_said_and_the_page_still_shows(
    client: Client, specialist: Any, ammonium: Any
) -> None:
    answer = page_of(client, specialist, f"/song-ngoi/tram/{ammonium.station_id}/?tu=31/02/2026")
    assert answer.status_code == 200
    assert "Không có ngày 31/02/2026" in answer.content.decode()


# --- comparison ------------------------------------------------------------------------------------------------------


def test_pairs_follow_the_water_not_the_clock(thuong: Any, node: Any, specialist: Any) -> None:
    up, down = factory.station(thuong, 93.4, owner=node.water), factory.station(thuong, 82.6, owner=node.water)
    hours = np.arange(24 * 40)
    wave = 0.3 + 0.2 * np.sin(2 * np.pi * hours / 240)
    above = factory.series(up, "nh4_n", basis="N", cycle_seconds=3600)
    below = factory.series(down, "nh4_n", basis="N", cycle_seconds=3600)
    factory.observations(above, wave.tolist(), start=START, step=timedelta(hours=1))
    factory.observations(below, (np.roll(wave, 15) * 1.2).tolist(), start=START, step=timedelta(hours=1))
    page = comparison.compare_page(
        specialist, down, up, "nh4_n", START, START + timedelta(days=40), "low", lag=(15.0, 15.0)
    )
    assert (page.up, page.down) == (up, down)  # whoever was named first
    assert page.kilometres == pytest.approx(10.8)
    assert page.by_day
    assert page.result.median_ratio == pytest.approx(1.2, abs=0.01)
    assert page.worse == "down"


def test_samples_of_one_round_pair_though_the_lower_one_was_taken_first(
    thuong: Any, node: Any, specialist: Any
) -> None:
    up, down = (factory.station(thuong, km, owner=node.water, kind="manual") for km in (102.0, 90.5))
    for station, minutes, value in ((up, 31, 4.0), (down, 30, 5.0)):
        row = factory.series(station, "bod5", cycle_seconds=None)
        for month in range(1, 7):
            factory.observations(row, [value], start=datetime(2026, month, 9, 2, minutes, tzinfo=UTC))
    page = comparison.compare_page(specialist, up, down, "bod5", datetime(2026, 1, 1, tzinfo=UTC), START, "low")
    assert (page.result.n, page.result.median_difference) == (6, 1.0)
    assert page.rows[-1].day.isoformat() == "2026-01-09"


def test_the_comparison_of_nothing_in_common_says_so(client: Client, specialist: Any, thuong: Any, node: Any) -> None:
    a, b = factory.station(thuong, 90, owner=node.water), factory.station(thuong, 80, owner=node.water)
    answer = page_of(client, specialist, f"/song-ngoi/so-sanh/?a={a.pk}&b={b.pk}")
    assert "chưa có thông số chung" in answer.content.decode()


def test_half_a_lag_is_refused(client: Client, specialist: Any, thuong: Any, node: Any) -> None:
    rows = [factory.series(factory.station(thuong, km, owner=node.water), "cod") for km in (90, 80)]
    for row in rows:
        factory.observations(row, [9.0, 9.5], start=START)
    answer = page_of(client, specialist, f"/song-ngoi/so-sanh/?a={rows[0].station_id}&b={rows[1].station_id}&tre_tu=5")
    assert answer.status_code == 422
    assert "Ghi cả hai số giờ" in answer.content.decode()


# --- statistics ------------------------------------------------------------------------------------------------------


def test_automatic_series_count_by_days_and_samples_each(thuong: Any, node: Any, specialist: Any) -> None:
    station = factory.station(thuong, 50, owner=node.water)
    hourly = factory.series(station, "cod", cycle_seconds=3600)
    factory.observations(hourly, [12.0] * 48 + [30.0] * 24, start=datetime(2026, 10, 31, 17, tzinfo=UTC),
                         step=timedelta(hours=1))  # fmt: skip
    point = factory.station(thuong, 40, owner=node.water, kind="manual")
    factory.observations(factory.series(point, "cod", cycle_seconds=None), [9.0, 22.0], start=START,
                         step=timedelta(days=7))  # fmt: skip
    page = statistics.statistics_page(specialist, statistics.period_of("2026-Q4"), now())
    assert [(row.by_day, row.rate.k, row.rate.n) for row in page.rows if row.rate] == [(True, 1, 3), (False, 1, 2)]
    assert [row.bound_key for row in page.rows] == ["B", "B"]


def test_the_target_of_a_reach_is_the_limit_to_count_against(thuong: Any, node: Any, specialist: Any) -> None:
    factory.target(factory.reach(thuong, 60, 40), "A")
    point = factory.station(thuong, 50, owner=node.water, kind="manual")
    factory.observations(factory.series(point, "cod", cycle_seconds=None), [12.0], start=START)
    [row] = statistics.statistics_page(specialist, statistics.period_of("2026"), now()).rows
    assert (row.bound_key, row.rate.k if row.rate else None) == ("target", 1)


def test_samples_of_quarters_are_tested_by_quarters(thuong: Any, node: Any, specialist: Any) -> None:
    point = factory.station(thuong, 50, owner=node.water, kind="manual")
    row = factory.series(point, "bod5", cycle_seconds=None)
    for n in range(16):
        when = datetime(2023 + n // 4, 2 + 3 * (n % 4), 10, 3, tzinfo=UTC)
        factory.observations(row, [3.0 + 0.2 * (n // 4) + 0.5 * (n % 4)], start=when)
    [found] = statistics.statistics_page(specialist, statistics.period_of("2026"), now()).trends
    assert (found.season, found.trend.direction) == (4, "up")
    assert found.trend.slope == pytest.approx(0.2)


def test_loads_need_discharge_of_the_same_day(thuong: Any, node: Any, specialist: Any) -> None:
    station = factory.station(thuong, 50, owner=node.water)
    for parameter, value, unit in (("cod", 10.0, "mg/L"), ("flow", 20.0, "m³/s")):
        row = factory.series(station, parameter, unit=unit, cycle_seconds=3600)
        factory.observations(row, [value] * 48, start=datetime(2026, 10, 31, 17, tzinfo=UTC), step=timedelta(hours=1))
    [load] = statistics.statistics_page(specialist, statistics.period_of("2026-Q4"), now()).loads
    assert (load.days, round(load.mean_kg_day), round(load.total_t, 2)) == (2, 17280, 34.56)


@pytest.mark.parametrize("text", ["2026-Q5", "26", "", "2026-13", "năm"])
def test_a_period_nobody_can_read_is_refused(text: str) -> None:
    with pytest.raises(statistics.BadPeriod):
        statistics.period_of(text)


def test_statistics_come_as_page_workbook_and_figures(client: Client, specialist: Any, ammonium: Any) -> None:
    base = "/song-ngoi/thong-ke/?ky=2026-Q4"
    assert "Tỷ lệ vượt giới hạn" in page_of(client, specialist, base).content.decode()
    book = openpyxl.load_workbook(BytesIO(client.get(base + "&xuat=ca-so").content))
    assert book.sheetnames == ["Vuot gioi han", "Muc", "Xu the", "Tai luong", "So lieu nhan"]


def test_where_limits_were_exceeded_comes_first(client: Client, specialist: Any, thuong: Any, node: Any) -> None:
    for km, value in ((136, 5.0), (93, 40.0)):
        point = factory.station(thuong, km, name=f"km {km}", owner=node.water, kind="manual")
        row = factory.series(point, "cod", cycle_seconds=None)
        factory.observations(row, [value], start=START)
    answer = page_of(client, specialist, "/song-ngoi/thong-ke/?ky=2026-Q4")
    assert [row.record.station.name for row in answer.context["tables"][0].rows] == ["km 93", "km 136"]
    assert "1 chuỗi có giá trị vượt" in answer.content.decode()


def test_the_statistics_of_nothing_are_an_empty_page(client: Client, specialist: Any) -> None:
    answer = page_of(client, specialist, "/song-ngoi/thong-ke/?ky=2019")
    assert answer.status_code == 200
    assert "Không có trạm nào bạn được xem" in answer.content.decode()


def test_each_sample_is_counted_against_the_regulation_of_its_day(thuong: Any, node: Any, specialist: Any) -> None:
    """COD 16: above column A2 (15) and above class B (15); oil 2: above column A2 (0.5), within Table 1 (5)."""
    point = factory.station(thuong, 50, owner=node.water, kind="manual")
    oil = factory.series(point, "oil_grease", cycle_seconds=None)
    for day in (datetime(2023, 9, 11, 3, tzinfo=UTC), datetime(2023, 9, 12, 3, tzinfo=UTC)):
        factory.observations(oil, [2.0], start=day)
    [row] = statistics.statistics_page(specialist, statistics.period_of("2023-Q3"), now()).rows
    assert row.rate is not None
    assert (row.rate.k, row.rate.n) == (1, 2)
    assert [(one.since.isoformat(), one.bound_key) for one in row.judged] == [
        ("2023-09-11", "A2"),
        ("2023-09-12", "table1"),
    ]


def test_a_target_counts_from_the_day_its_plan_holds(thuong: Any, node: Any, specialist: Any) -> None:
    factory.target(factory.reach(thuong, 60, 40), "A", valid_from=date(2026, 11, 5))
    point = factory.station(thuong, 50, owner=node.water, kind="manual")
    row = factory.series(point, "cod", cycle_seconds=None)
    for n in (1, 5, 9):
        factory.observations(row, [12.0], start=datetime(2026, 11, n, 3, tzinfo=UTC))
    [found] = statistics.statistics_page(specialist, statistics.period_of("2026"), now()).rows
    assert found.rate is not None
    assert (found.rate.k, found.rate.n, [one.bound_key for one in found.judged]) == (2, 3, ["B", "target"])


def test_nothing_is_expected_of_a_series_before_it_begins_or_after_it_ends(
    thuong: Any, node: Any, specialist: Any
) -> None:
    station = factory.station(thuong, 50, owner=node.water)
    began = date(2026, 9, 21)
    row = factory.series(station, "cod", cycle_seconds=3600, valid_from=began, valid_to=date(2026, 9, 25))
    factory.observations(row, [9.0] * 60, start=datetime(2026, 9, 20, 17, tzinfo=UTC), step=timedelta(hours=1))
    [found] = statistics.statistics_page(specialist, statistics.period_of("2026-Q3"), now()).received
    assert found.months[:2] == (None, None)
    assert (found.received.expected, found.received.received) == (120, 60)
    station.valid_to = date(2026, 9, 23)
    station.save()
    [found] = statistics.statistics_page(specialist, statistics.period_of("2026-Q3"), now()).received
    assert found.received.expected == 72


def test_classes_of_samples_know_detection_limits_rubbish_and_second_samples(
    thuong: Any, node: Any, specialist: Any
) -> None:
    from giapranh.water.models import Sample
    from giapranh.water.services import store

    point = factory.station(thuong, 50, owner=node.water, kind="manual")
    tss, bod = (factory.series(point, key, cycle_seconds=None) for key in ("tss", "bod5"))
    morning, noon = datetime(2026, 11, 2, 1, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC)
    factory.observations(tss, [150.0], start=morning)
    Sample.objects.create(station=point, taken_at=morning, floating_rubbish=True, at=morning)
    factory.observations(bod, [3.0], start=morning)
    factory.observations(bod, [9.0], start=noon)
    store.store_one(
        series_id=bod.pk, time=noon + timedelta(days=3), value=8.0, at=noon + timedelta(days=3), censored=-1
    )
    [found] = statistics.statistics_page(specialist, statistics.period_of("2026-Q4"), now()).classes
    assert found.counts == {"D": 1, "C": 1}  # “<8” may be A, B or C: no class


def test_what_a_person_rejected_makes_no_trend(thuong: Any, node: Any, specialist: Any) -> None:
    from giapranh.water.models import Correction

    station = factory.station(thuong, 50, owner=node.water)
    row = factory.series(station, "cod", cycle_seconds=86400)
    by = make_officer("nguoi-loai")
    for n in range(36):
        at = datetime(2023 + n // 12, 1 + n % 12, 10, 3, tzinfo=UTC)
        factory.observations(row, [10.0 + n % 12 + (n // 12) * 5], start=at)
        if n >= 12:  # later years were a wrong calibration
            Correction.objects.create(series=row, time=at, value=10.0 + n % 12, flag=1, why="hiệu chuẩn", by=by, at=at)
    page = statistics.statistics_page(specialist, statistics.period_of("2025"), now(), station_id=station.pk)
    [found] = page.trends
    assert (found.trend.slope, found.trend.direction) == (0, "none")


def test_one_number_like_1e200_does_not_keep_the_statistics_from_being_shown(
    client: Client, thuong: Any, node: Any, specialist: Any
) -> None:
    station = factory.station(thuong, 50, owner=node.water)
    row = factory.series(station, "oil_grease", cycle_seconds=86400)
    for n in range(36):
        start = datetime(2023 + n // 12, 1 + n % 12, 10, 3, tzinfo=UTC)
        factory.observations(row, [1e200 if n == 5 else 1.0 + n % 12, 2.0], start=start, step=timedelta(days=1))
    page = statistics.statistics_page(specialist, statistics.period_of("2025"), now(), station_id=station.pk)
    assert page.trends[0].trend.slope == 0
    page_of(client, specialist, f"/song-ngoi/thong-ke/?ky=2023&tram={station.pk}")


def test_loads_of_sampled_discharge_count_each_day_once_whatever_is_looked_at(
    thuong: Any, node: Any, specialist: Any
) -> None:
    from giapranh.water.services import store

    point = factory.station(thuong, 50, owner=node.water, kind="manual")
    flow = factory.series(point, "flow", unit="m³/s", cycle_seconds=None)
    cod = factory.series(point, "cod", cycle_seconds=None)
    factory.observations(flow, [20.0], start=START)
    factory.observations(cod, [8.0, 12.0], start=START, step=timedelta(hours=3))
    store.store_one(series_id=cod.pk, time=START + timedelta(days=2), value=4.0, at=START, censored=-1)
    factory.observations(flow, [10.0], start=START + timedelta(days=2))
    [load] = statistics.statistics_page(specialist, statistics.period_of("2026-Q4"), now(), parameter="cod").loads
    assert (load.days, round(load.total_t, 3)) == (2, round((10 * 20 + 2 * 10) * 86.4 / 1000, 3))


def test_the_workbook_of_a_quarter_holds_numbers_and_the_marks_of_detection(
    client: Client, specialist: Any, thuong: Any, node: Any
) -> None:
    from giapranh.water.services import store

    point = factory.station(thuong, 50, name="=1+1", owner=node.water, kind="manual")
    cod = factory.series(point, "cod", cycle_seconds=None)
    factory.observations(cod, [9.5, 12.25, 22.0], start=START, step=timedelta(days=7))
    for n in range(5):
        at = START + timedelta(days=22 + n)
        store.store_one(series_id=cod.pk, time=at, value=3.0, at=at, censored=-1)
    answer = page_of(client, specialist, "/song-ngoi/thong-ke/?ky=2026-Q4&xuat=ca-so")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    sheet = book["Vuot gioi han"]
    head = next(n for n in range(1, 6) if sheet.cell(n, 1).value == "Trạm")
    found = {sheet.cell(head, n).value: sheet.cell(head + 1, n) for n in range(1, sheet.max_column + 1)}
    assert (found["Trạm"].value, found["Trạm"].data_type) == ("=1+1", "s")
    assert [found[name].value for name in ("Số lần vượt", "Số giá trị so được", "Tỷ lệ vượt (%)", "Đơn vị")] == [
        1, 8, 12.5, "mg/L",
    ]  # fmt: skip
    assert (found["Trung vị"].value, found["Cao nhất"].value, found["Dưới phát hiện"].value) == ("< 3", 22, 5)
    assert isinstance(found["P90"].value, float)
    classes = [[cell.value for cell in row] for row in book["Muc"].iter_rows()][-2:]
    assert classes[0][0] == "Trạm"
    assert classes[1][-1] == 8


@pytest.mark.parametrize(("parameter", "cls", "value"), [("cod", "D", 90.0), ("tss", "C", 300.0)])
def test_a_target_that_bears_any_value_is_not_counted_against_a_stricter_class(
    thuong: Any, node: Any, specialist: Any, parameter: str, cls: str, value: float
) -> None:
    factory.target(factory.reach(thuong, 60, 40), cls)
    point = factory.station(thuong, 50, owner=node.water, kind="manual")
    factory.observations(factory.series(point, parameter, cycle_seconds=None), [value], start=START)
    [row] = statistics.statistics_page(specialist, statistics.period_of("2026"), now()).rows
    assert (row.bound_key, row.rate) == ("open", None)


def test_a_series_in_a_unit_nobody_can_convert_is_not_judged(thuong: Any, node: Any, specialist: Any) -> None:
    point = factory.station(thuong, 50, owner=node.water, kind="manual")
    factory.observations(factory.series(point, "cod", unit="NTU", cycle_seconds=None), [90.0], start=START)
    page = statistics.statistics_page(specialist, statistics.period_of("2026"), now())
    assert [(row.rate, row.bound) for row in page.rows] == [(None, None)]
    assert page.classes == []


def test_what_lies_below_different_detection_limits_is_no_difference(thuong: Any, node: Any, specialist: Any) -> None:
    from giapranh.water.services import store

    up, down = (factory.station(thuong, km, owner=node.water, kind="manual") for km in (102.0, 90.5))
    for station, value, censored in ((up, 0.5, -1), (down, 0.2, 0)):
        row = factory.series(station, "bod5", cycle_seconds=None)
        for month in range(1, 10):
            at = datetime(2026, month, 9, 2, tzinfo=UTC)
            store.store_one(series_id=row.pk, time=at, value=value, at=at, censored=censored)
    page = comparison.compare_page(specialist, up, down, "bod5", datetime(2026, 1, 1, tzinfo=UTC), START, "low")
    assert (page.result.n, page.result.median_difference, page.result.p, page.below) == (9, 0.0, None, 0.5)


def test_clocks_a_second_early_or_late_lose_nothing_of_what_was_received(
    thuong: Any, node: Any, specialist: Any
) -> None:
    from giapranh.water import indicators

    start = datetime(2026, 9, 30, 17, tzinfo=UTC)
    station = factory.station(thuong, 50, owner=node.water)
    row = factory.series(station, "cod", cycle_seconds=3600, valid_from=date(2026, 10, 1), valid_to=date(2026, 10, 2))
    for n in range(48):
        factory.observations(row, [9.0], start=start + timedelta(hours=n, seconds=(1, -1)[n % 2]))
    [found] = statistics.statistics_page(specialist, statistics.period_of("2026-Q4"), now()).received
    assert (found.received.received, found.received.expected) == (48, 48)
    [told] = indicators.received(start, start + timedelta(days=2))
    assert (told.count, told.expected) == (48, 48)


def test_a_station_nobody_dated_is_expected_from_its_first_value_on(thuong: Any, node: Any, specialist: Any) -> None:
    from giapranh.water import indicators

    first = datetime(2026, 8, 31, 17, tzinfo=UTC)
    row = factory.series(factory.station(thuong, 50, owner=node.water), "cod", cycle_seconds=3600)
    factory.observations(row, [9.0] * 24 * 30, start=first, step=timedelta(hours=1))
    [found] = statistics.statistics_page(specialist, statistics.period_of("2026-Q3"), now()).received
    assert (found.received.received, found.received.expected) == (720, 720)
    assert [month and month.expected for month in found.months] == [None, None, 720]
    [told] = indicators.received(datetime(2026, 6, 30, 17, tzinfo=UTC), first + timedelta(days=30))
    assert (told.count, told.expected) == (720, 720)
    row.valid_from = date(2026, 7, 1)  # somebody says it should have worked since then
    row.save()
    [found] = statistics.statistics_page(specialist, statistics.period_of("2026-Q3"), now()).received
    assert (found.received.received, found.received.expected) == (720, 92 * 24)


@pytest.mark.parametrize(("value", "counted"), [(8.0, (0, 1)), (40.0, (1, 0))])
def test_a_result_below_detection_that_was_judged(
    thuong: Any, node: Any, specialist: Any, value: float, counted: tuple[int, int]
) -> None:
    """Accepted it is still “<8”; put right it is a number."""
    from giapranh.water.models import Correction
    from giapranh.water.queries import results
    from giapranh.water.services import store

    point = factory.station(thuong, 50, owner=node.water, kind="manual")
    row = factory.series(point, "cod", cycle_seconds=None)
    store.store_one(series_id=row.pk, time=START, value=8.0, at=START, censored=-1)
    Correction.objects.create(series=row, time=START, value=value, flag=1, why="xem lại", by=specialist, at=START)
    [found] = statistics.statistics_page(specialist, statistics.period_of("2026"), now()).rows
    assert found.rate is not None
    assert (found.rate.k, found.summary.below) == counted
    assert results.latest_rows([row.pk])[row.pk].censored == -counted[1]
    assert settled_rows(row.pk, START, START + timedelta(days=1)).censored.tolist() == [-counted[1]]


def test_the_newest_value_as_put_right_stands_beside_the_raw_one(
    client: Client, specialist: Any, station: Any, ammonium: Any
) -> None:
    from giapranh.water.models import Correction

    ammonium.next_due_at = now() + timedelta(days=1)
    ammonium.save()
    Correction.objects.create(
        series=ammonium, time=ammonium.last_time, value=0.3, flag=1, why="đọc lại sổ", by=specialist, at=now()
    )
    text = page_of(client, specialist, f"/song-ngoi/tram/{station.pk}/").content.decode()
    assert "giá trị gốc 0,9" in text
