"""A handful of rows in one round trip: nothing may come out otherwise than by the one door for rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.water import series as make_series
from tests.factories.water import station as make_station

from giapranh.exchange.models import Agreement
from giapranh.exchange.services import sharing
from giapranh.water.models import Observation, Series
from giapranh.water.services import arrivals, few, quality, store
from giapranh.water.services.few import store_few
from giapranh.water.services.store import Rows, Stored, milliseconds

AT = datetime(2026, 3, 2, tzinfo=UTC)
START = milliseconds(datetime(2026, 3, 1, tzinfo=UTC))
COLUMNS = "time", "value", "flag", "reason"
COUNTED = "count", "first_time", "last_time", "last_value", "last_flag", "last_arrived"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sharing, "_somebody_until", 0.0)
    few.forget()
    quality.forget()
    yield
    few.forget()
    quality.forget()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each arrival was told within a transaction, by a listener who says he awaits nothing."""
    told: list[bool] = []
    listeners = {lambda _arrived: told.append(connection.in_atomic_block): lambda _arrived: False}
    monkeypatch.setattr(arrivals, "_listeners", listeners)
    return told


def rows(series: Series, batch: list[tuple[int, float]]) -> Rows:
    return Rows(
        np.full(len(batch), series.pk), np.array([START + 300_000 * n for n, _value in batch]),
        np.array([value for _n, value in batch]),
    )  # fmt: skip


def put(series: Series, *batch: tuple[int, float], minute: int = 0) -> Stored:
    return store_few(rows(series, list(batch)), at=AT + timedelta(minutes=minute))


def looks(series: Series) -> tuple[list[tuple[object, ...]], tuple[object, ...]]:
    found = list(Observation.objects.filter(series=series).order_by("time").values_list(*COLUMNS))
    return found, Series.objects.values_list(*COUNTED).get(pk=series.pk)


VALUES = st.sampled_from([7.0, 7.1, 7.2, 12.5, -1.0, 16.0, float("nan")])
BATCHES = st.lists(st.lists(st.tuples(st.integers(0, 25), VALUES), min_size=1, max_size=5), max_size=10)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=BATCHES)
def test_it_is_as_if_the_rows_had_come_by_the_one_door(batches: list[list[tuple[int, float]]]) -> None:
    """In order, late, doubled, odd; and what is remembered of a series between the batches never misleads."""
    station = make_station()
    fast, slow = make_series(station, "ph", unit=""), make_series(station, "ph", unit="")
    for minute, batch in enumerate(batches):
        by_few = put(fast, *batch, minute=minute)
        by_store = store.store(rows(slow, batch), source=None, at=AT + timedelta(minutes=minute))
        assert by_few.outcome.tolist() == by_store.outcome.tolist()
        assert by_few.flag.tolist() == by_store.flag.tolist()
    assert looks(fast) == looks(slow)


def test_rows_nobody_awaits_are_written_without_telling(heard: list[bool]) -> None:
    series = make_series(make_station(), "ph", unit="")
    put(series, (0, 7.0))  # by the one door: the month has no table yet
    del heard[:]
    assert put(series, (1, 7.1), (2, 7.2)).stored == 2
    assert heard == []
    assert looks(series)[1][0] == 3


def test_who_awaits_rows_is_told_in_their_transaction(heard: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    series = make_series(make_station(), "ph", unit="")
    put(series, (0, 7.0))
    del heard[:]
    monkeypatch.setattr(arrivals, "_listeners", dict.fromkeys(arrivals._listeners, lambda _arrived: True))
    put(series, (1, 7.1))
    assert heard == [True]


def test_an_agreement_made_elsewhere_a_moment_ago_counts_at_once(heard: list[bool]) -> None:
    series = make_series(make_station(), "ph", unit="")
    put(series, (0, 7.0))
    put(series, (1, 7.1))
    del heard[:]
    Agreement.objects.create(peer="bac-ninh", version=1, state="in-force", envelope=b"", at=0)
    put(series, (2, 7.2))
    assert heard == [True]
    assert looks(series)[1][0] == 3


def test_rows_another_process_wrote_meanwhile_are_not_counted_away() -> None:
    series = make_series(make_station(), "ph", unit="")
    put(series, (0, 7.0))
    put(series, (1, 7.1))
    known = dict(few._heads)
    store.store(rows(series, [(2, 7.2), (3, 7.3)]), source=None, at=AT)  # few has not heard of it
    few._heads.update(known)
    assert put(series, (3, 7.3)).known == 1
    few._heads.update(known)
    assert put(series, (4, 7.4)).stored == 1
    found, counted = looks(series)
    assert [row[1] for row in found] == [7.0, 7.1, 7.2, 7.3, 7.4]
    assert counted[0] == 5
    known = dict(few._heads)
    store.store(rows(series, [(6, 7.6)]), source=None, at=AT)
    few._heads.update(known)
    assert put(series, (5, 7.5)).stored == 1  # late, though it is newer than what is remembered
    assert looks(series)[1][3] == 7.6


def test_a_row_of_a_month_whose_table_is_gone_is_stored_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    series = make_series(make_station(), "ph", unit="")
    put(series, (0, 7.0))
    later = 12 * 24 * 365 * 50  # in five minutes: a month nobody has written to
    monkeypatch.setattr(few, "_days", {*few._days, (START + 300_000 * later) // few.DAY_MS})
    assert put(series, (later, 7.1)).stored == 1
    assert looks(series)[1][0] == 2


def test_a_session_the_server_ended_is_opened_again(heard: list[bool]) -> None:
    series = make_series(make_station(), "ph", unit="")
    put(series, (0, 7.0))
    put(series, (1, 7.1))
    del heard[:]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                       "WHERE length(query) > 500 AND starts_with(%s, query)", [few.WRITE])  # fmt: skip
        assert cursor.rowcount == 1
    assert put(series, (2, 7.2)).stored == 1
    assert put(series, (3, 7.3)).stored == 1
    assert heard == [True]
    assert looks(series)[1][0] == 4
