"""Rows for charts: everything read back exactly, thinned without losing a peak or a doubtful value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from tests.factories import water as factory
from tests.factories.people import make_officer

from giapranh.water.models import Correction
from giapranh.water.queries import series

START = datetime(2026, 3, 1, tzinfo=UTC)
FIVE = timedelta(minutes=5)
pytestmark = pytest.mark.django_db


def test_rows_come_back_as_they_were_stored() -> None:
    made = factory.series()
    factory.observations(made, [1.5, None, 2.25], start=START)
    found = series.rows(made.pk, START, START + timedelta(hours=1))
    assert found.times.tolist() == [series.to_ms(START + FIVE * n) for n in range(3)]
    assert found.values[[0, 2]].tolist() == [1.5, 2.25]
    assert np.isnan(found.values[1])
    assert found.flags.tolist() == [1, 9, 1]


def test_the_end_of_a_window_is_not_in_it() -> None:
    made = factory.series()
    factory.observations(made, [1.0, 2.0], start=START)
    assert series.rows(made.pk, START, START + FIVE).values.tolist() == [1.0]


def test_a_window_without_rows_is_empty() -> None:
    made = factory.series()
    found = series.window(made.pk, START, START + timedelta(days=1))
    assert (len(found.rows), found.total, found.bucket_ms) == (0, 0, 0)


def test_few_rows_are_all_given() -> None:
    made = factory.series()
    factory.observations(made, [float(n) for n in range(300)], start=START)
    found = series.window(made.pk, START, START + timedelta(days=2), 1000)
    assert (len(found.rows), found.bucket_ms) == (300, 0)


def test_thinning_keeps_peaks_and_doubtful_rows() -> None:
    made = factory.series()
    values = [5.0 + 0.001 * (n % 7) for n in range(6000)]
    values[3333], values[4444] = 99.0, 0.5
    times = factory.observations(made, values, start=START)
    _flag(made, times[2000], 3)
    _flag(made, times[2001], 4)
    found = series.window(made.pk, START, times[-1] + FIVE, 500)
    assert found.total == 6000
    assert len(found.rows) < 700
    kept = dict(zip(found.rows.times.tolist(), found.rows.values.tolist(), strict=True))
    assert kept[series.to_ms(times[3333])] == 99.0
    assert kept[series.to_ms(times[4444])] == 0.5
    flags = dict(zip(found.rows.times.tolist(), found.rows.flags.tolist(), strict=True))
    assert flags[series.to_ms(times[2001])] == 4
    assert series.to_ms(times[0]) in kept
    assert series.to_ms(times[-1]) in kept


def test_a_failed_spike_does_not_hide_the_highest_good_value() -> None:
    made = factory.series()
    values = [1.0] * 2000
    values[1000], values[1001] = 1e6, 3.0
    times = factory.observations(made, values, start=START)
    _flag(made, times[1000], 4)
    found = series.window(made.pk, START, times[-1] + FIVE, 200)
    assert found.rows.values[found.rows.good].max() == 3.0


def test_slices_give_the_same_as_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    made = factory.series()
    times = factory.observations(made, np.random.default_rng(1).random(5000).tolist(), start=START)
    whole = series.window(made.pk, START, times[-1] + FIVE, 600)
    monkeypatch.setattr(series, "SLICE_ROWS", 700)
    parts = series.window(made.pk, START, times[-1] + FIVE, 600)
    assert parts.total == whole.total
    assert set(whole.rows.times.tolist()) <= set(parts.rows.times.tolist())  # slices add their own edges


def test_the_newest_correction_stands_in_for_the_raw_value() -> None:
    made = factory.series()
    times = factory.observations(made, [1.0, 2.0, 3.0], start=START)
    for hour, value in ((1, 8.0), (2, 2.5)):
        _correct(made, times[1], value, START + timedelta(hours=hour))
    _correct(made, times[2], None, START)
    found = series.settled_rows(made.pk, START, START + timedelta(hours=1))
    assert found.values[:2].tolist() == [1.0, 2.5]
    assert found.good.tolist() == [True, True, False]
    window = series.window(made.pk, START, START + timedelta(hours=1))
    assert window.rows.values.tolist() == [1.0, 2.0, 3.0]
    assert window.corrected.values[0] == 2.5


def test_days_are_those_of_vietnam() -> None:
    made = factory.series()
    factory.observations(made, [1.0, 3.0], start=datetime(2026, 3, 1, 16, 57, tzinfo=UTC))
    rows = series.days(made.pk, START, START + timedelta(days=2), (None, 2.0))
    assert [(row.day, row.count, row.over) for row in rows] == [(date(2026, 3, 2), 1, 1), (date(2026, 3, 1), 1, 0)]


def test_limits_follow_the_regulation_of_the_day() -> None:
    made = factory.series(parameter="nh4_n", basis="N")
    lines = series.limit_lines(made, made.station, datetime(2023, 9, 1, tzinfo=UTC), datetime(2023, 10, 1, tzinfo=UTC))
    change = series.day_ms(date(2023, 9, 12))
    old = [line for line in lines if line.regulation == "qcvn_08mt_2015"]
    new = [line for line in lines if line.regulation == "qcvn_08_2023"]
    assert [(line.key, line.high) for line in old] == [("A1", 0.3), ("A2", 0.3), ("B1", 0.9), ("B2", 0.9)]
    assert {line.end_ms for line in old} == {change}
    assert [(line.key, line.high, line.start_ms) for line in new] == [("table1", 0.3, change)]


def test_limits_are_given_in_the_unit_of_the_series() -> None:
    made = factory.series(parameter="nh4_n", basis="N", unit="µg/L")
    [line] = series.limit_lines(made, made.station, START, START + timedelta(days=1))
    assert line.high == pytest.approx(300)


def test_the_class_the_reach_must_meet_is_marked() -> None:
    river = factory.river()
    factory.target(factory.reach(river, 100, 50), "B")
    made = factory.series(factory.station(river, 80), parameter="cod")
    lines = series.limit_lines(made, made.station, START, START + timedelta(days=1))
    assert [(line.key, line.high, line.decision) for line in lines if line.is_target] == [("B", 15.0, "123/QĐ-UBND")]


def test_a_chart_over_years_shows_each_target_over_its_own_days() -> None:
    river = factory.river()
    reach = factory.reach(river, 100, 50)
    factory.target(reach, "C", valid_to=date(2025, 6, 30), decision="1/QĐ")
    factory.target(reach, "A", valid_from=date(2025, 7, 1), decision="2/QĐ")
    factory.target(reach, "A2", regulation="qcvn_08mt_2015", valid_to=date(2023, 9, 11), decision="0/QĐ")
    made = factory.series(factory.station(river, 80), parameter="cod")
    lines = series.limit_lines(made, made.station, datetime(2023, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    change, second = series.day_ms(date(2023, 9, 12)), series.day_ms(date(2025, 7, 1))
    assert [(line.key, line.high, line.start_ms, line.end_ms) for line in lines if line.is_target] == [
        ("A2", 15.0, series.day_ms(date(2023, 1, 1)), change), ("C", 20.0, change, second),
        ("A", 10.0, second, series.day_ms(date(2026, 1, 2))),
    ]  # fmt: skip


def _flag(made: Any, at: datetime, flag: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("update water_observation set flag = %s where series_id = %s and time = %s", [flag, made.pk, at])


def _correct(made: Any, at: datetime, value: float | None, when: datetime) -> None:
    by = make_officer(f"nguoi{when:%H}{value}")
    Correction.objects.create(series=made, time=at, value=value, flag=1 if value else 4, why="thử", by=by, at=when)
