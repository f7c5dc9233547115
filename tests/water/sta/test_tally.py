"""``$count`` by value from the months that are over: the same number as counting the rows, whatever happened before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.water import series as make_series
from tests.factories.water import station as make_station
from tests.water.sta.conftest import Sta

from giapranh.water.models import MonthValues, Series
from giapranh.water.rules.observation_ids import observation_id
from giapranh.water.services import few, month_values, partitions, quality, store
from giapranh.water.services.store import Rows, milliseconds
from giapranh.water.sta import database, tally
from giapranh.water.sta.syntax import parse

AT = datetime(2026, 7, 2, tzinfo=UTC)
STARTS = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 7)]
TIMES = sorted(
    start + shift
    for start in STARTS
    for shift in (timedelta(milliseconds=-1), timedelta(0), timedelta(milliseconds=1), timedelta(days=9, hours=5))
)
VALUES = [None, -1.0, -0.0, 0.0, 0.1, 0.2, 0.1 + 0.2, 0.3, 7.0, 1e300]

row = st.tuples(st.integers(0, 1), st.sampled_from(TIMES), st.sampled_from(VALUES))
deed = st.one_of(
    st.tuples(st.just("store"), st.lists(row, min_size=1, max_size=12)),
    st.tuples(st.just("single"), row),
    st.tuples(st.just("keep")),
    st.tuples(st.just("delete"), row),
    st.tuples(st.just("change"), row),
    st.tuples(st.just("move"), row, st.sampled_from(TIMES)),
)
by_value = st.tuples(
    st.just("result"), st.sampled_from(["gt", "ge", "lt", "le", "eq"]),
    st.sampled_from(["-1", "0", "0.1", "0.2", "0.3", "0.30000000000000004", "7", "7.0", "1e300", "-5e-324"]),
)  # fmt: skip
by_time = st.tuples(
    st.just("phenomenonTime"), st.sampled_from(["gt", "ge", "lt", "le", "eq"]),
    st.sampled_from(TIMES).map(lambda at: at.isoformat(timespec="milliseconds").replace("+00:00", "Z")),
)  # fmt: skip
TURNED = {"gt": "lt", "ge": "le", "lt": "gt", "le": "ge", "eq": "eq"}


@st.composite
def filters(draw: st.DrawFn) -> str:
    bounds = draw(st.lists(st.one_of(by_value, by_time), min_size=1, max_size=4))
    turned = draw(st.lists(st.booleans(), min_size=len(bounds), max_size=len(bounds)))
    return " and ".join(
        f"{said} {TURNED[sign]} {path}" if around else f"{path} {sign} {said}"
        for (path, sign, said), around in zip(bounds, turned, strict=True)
    )


def plain(series: list[Series], text: str) -> int:
    """The number told by the rows alone."""
    from giapranh.water.sta.asking import Question
    from giapranh.water.sta.mapping import OBSERVATION
    from giapranh.water.sta.options import Options

    question = Question(OBSERVATION, Options(filter=parse(text)), None, lambda _table, _column: [])
    question.add("t.series_id = ANY(%s)", [[each.pk for each in series]])
    counted = database.fetch_one(
        f"SELECT count(*) FROM {question.source()} WHERE {question.condition()}", question.values
    )
    assert counted is not None
    return int(counted[0])


@pytest.fixture
def two(sta: Sta, monkeypatch: pytest.MonkeyPatch) -> list[Series]:
    monkeypatch.setattr(month_values, "LEAST_ROWS", 1)
    monkeypatch.setattr(month_values, "LEAST_REPEATED", 1)
    partitions.ensure(partitions.months_of(np.array([milliseconds(at) for at in TIMES])), at=AT)
    station = make_station()
    return [make_series(station, "", name=f"chuỗi {n}") for n in range(2)]


def do(what: tuple[Any, ...], two: list[Series], sta: Sta) -> None:
    name, *given_with = what
    if name == "keep":
        month_values.keep()
        return
    if name == "store":
        rows = given_with[0]
        store.store(
            Rows(
                np.array([two[n].pk for n, _at, _value in rows]),
                np.array([milliseconds(at) for _n, at, _value in rows]),
                np.array([np.nan if value is None else value for _n, _at, value in rows]),
            ),
            source=None, at=AT,
        )  # fmt: skip
        return
    n, at, value = given_with[0]
    here = f"Observations({observation_id(two[n].pk, milliseconds(at))})"
    if name == "single":
        body = {"phenomenonTime": at.isoformat(), "result": value, "Datastream": {"@iot.id": two[n].pk},
                "FeatureOfInterest": {"name": "đây", "description": "", "encodingType": "application/geo+json",
                                      "feature": {"type": "Point", "coordinates": [106, 21]}}}  # fmt: skip
        sta.ask("POST", "Observations", body)
    elif name == "delete":
        sta.ask("DELETE", here)
    elif name == "change":
        sta.ask("PATCH", here, {"result": value})
    else:
        sta.ask("PATCH", here, {"phenomenonTime": given_with[1].isoformat()})


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(deeds=st.lists(deed, min_size=2, max_size=10), asked=st.lists(filters(), min_size=1, max_size=4))
def test_counting_from_months_is_counting_rows(deeds: Any, asked: list[str], sta: Sta, two: list[Series]) -> None:
    few.forget()
    quality.forget()
    with transaction.atomic():
        for what in deeds:
            do(what, two, sta)
        month_values.keep()
        known = MonthValues.objects.exists()
        for text in asked:
            for chosen in ([two[0]], two):
                told = tally.count(parse(text), None, chosen[0].pk if len(chosen) == 1 else None)
                assert told is None or told == plain(chosen, text)
                assert told is not None or not known or len(chosen) == 1 or "phenomenonTime" in text
        transaction.set_rollback(True)


def fill(of: Series, *, months: int = 3) -> None:
    """Forty rows in each month, ten different values; the last has two rows."""
    for start in STARTS[:months]:
        times = milliseconds(start) + np.arange(40) * 3_600_000
        store.store(Rows(np.full(40, of.pk), times, np.arange(40) % 10 / 10), source=None, at=AT)
    last = milliseconds(STARTS[months]) + np.arange(2)
    store.store(Rows(np.full(2, of.pk), last, np.array([0.9, 0.1])), source=None, at=AT)


def test_whole_months_are_known_and_the_answer_says_the_same(sta: Sta, two: list[Series]) -> None:
    fill(two[0])
    path = f"Datastreams({two[0].pk})/Observations?$count=true&$top=0&$filter="
    before = sta.get(path + "result ge 0.5")["@iot.count"]

    assert month_values.keep() == 3
    assert month_values.keep() == 0
    assert sta.get(path + "result ge 0.5")["@iot.count"] == before == 61
    assert tally.count(parse("result ge 0.5"), None, two[0].pk) == 61


def test_a_late_row_drops_what_was_counted_of_its_month(sta: Sta, two: list[Series]) -> None:
    fill(two[0])
    month_values.keep()
    late = Rows(np.array([two[0].pk]), np.array([milliseconds(STARTS[1]) + 5]), np.array([0.7]))
    store.store(late, source=None, at=AT)

    assert MonthValues.objects.count() == 2
    assert tally.count(parse("result ge 0.5"), None, None) == 62
    assert month_values.keep() == 1
    assert tally.count(parse("result ge 0.5"), None, None) == 62


def test_a_month_whose_values_hardly_repeat_is_counted_from_its_rows(
    sta: Sta, two: list[Series], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(month_values, "LEAST_REPEATED", 5)
    fill(two[0])
    month_values.keep()

    assert MonthValues.objects.filter(values=None).count() == 3
    assert tally.count(parse("result ge 0.5"), None, None) is None
    assert sta.get("Observations?$count=true&$top=0&$filter=result ge 0.5")["@iot.count"] == 61


def test_only_stations_that_may_be_seen_are_counted(sta: Sta, two: list[Series]) -> None:
    other = make_series(make_station(name="nơi khác"), "")
    fill(two[0])
    fill(other)
    month_values.keep()

    assert tally.count(parse("result ge 0.5"), None, None) == 122
    assert tally.count(parse("result ge 0.5"), [other.station_id], None) == 61


@pytest.mark.parametrize(
    "text",
    ["result ne 1", "result gt 1 or result lt 0", "not result gt 1", "result eq 'a'", "result eq null", "result gt NaN",
     "result gt INF", "result add 1 gt 2", "id gt 1", "phenomenonTime gt 2026-01-01", "resultTime gt 2026-01-01T00:00:00Z",
     "phenomenonTime eq 2026-01-01T00:00:00Z/2026-02-01T00:00:00Z", "result/a gt 1", "parameters/qartod eq 1"],
)  # fmt: skip
def test_other_questions_are_left_to_the_rows(text: str) -> None:
    assert tally.bounds(parse(text)) is None
