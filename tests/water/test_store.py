"""The one door for rows: new ones are written once, known ones left, other values refused; counts follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tests.factories.water import series as make_series
from tests.factories.water import station as make_station

from giapranh.water.models import Observation, ObservationDetail, Series, SourceFile, SourceKind
from giapranh.water.rules.quality import Reason
from giapranh.water.services import arrivals, partitions, quality, store
from giapranh.water.services.store import Outcome, Rows, milliseconds

AT = datetime(2026, 3, 2, tzinfo=UTC)
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def series(db: None) -> Series:
    return make_series(make_station(), "ph", unit="")


def rows(series: Series, values: list[float], *, start: datetime = START, step_s: float = 300) -> Rows:
    times = milliseconds(start) + (np.arange(len(values)) * step_s * 1000).astype(np.int64)
    return Rows(np.full(len(values), series.pk), times, np.array(values, float), np.zeros(len(values), np.int16))


def kept(series: Series) -> list[tuple[datetime, float | None]]:
    return list(Observation.objects.filter(series=series).order_by("time").values_list("time", "value"))


def test_new_rows_are_written_and_counted(series: Series) -> None:
    done = store.store(rows(series, [7.1, 7.11, 7.12]), source=None, at=AT)

    assert (done.stored, done.known, done.refused) == (3, 0, [])
    assert kept(series) == [(START + timedelta(minutes=5 * n), v) for n, v in enumerate([7.1, 7.11, 7.12])]
    series.refresh_from_db()
    assert (series.count, series.first_time, series.last_time) == (3, START, START + timedelta(minutes=10))
    assert (series.last_value, series.last_flag, series.last_arrived) == (7.12, 1, AT)


def test_same_rows_again_are_known(series: Series) -> None:
    store.store(rows(series, [7.1, float("nan"), 7.3]), source=None, at=AT)
    done = store.store(rows(series, [7.1, float("nan"), 7.3, 7.4]), source=None, at=AT)

    assert (done.stored, done.known, done.refused) == (1, 3, [])
    assert done.outcome.tolist() == [Outcome.KNOWN] * 3 + [Outcome.STORED]


def test_other_value_is_refused_and_raw_stays(series: Series) -> None:
    store.store(rows(series, [7.1, 7.2]), source=None, at=AT)
    done = store.store(rows(series, [7.1, 8.2]), source=None, at=AT)

    assert (done.stored, done.known) == (0, 1)
    assert [(r.index, r.what, r.params) for r in done.refused] == [
        (1, store.OTHER_VALUE, {"stored": 7.2, "given": 8.2})
    ]
    assert [value for _time, value in kept(series)] == [7.1, 7.2]


def test_a_value_where_none_was_stored_is_refused(series: Series) -> None:
    store.store(rows(series, [float("nan")]), source=None, at=AT)
    done = store.store(rows(series, [7.0]), source=None, at=AT)

    assert [refusal.params for refusal in done.refused] == [{"stored": "–", "given": 7.0}]


def test_within_one_batch_the_first_row_of_a_key_counts(series: Series) -> None:
    twice = rows(series, [7.0, 7.0, 7.5], step_s=0)
    done = store.store(twice, source=None, at=AT)

    assert done.outcome.tolist() == [Outcome.STORED, Outcome.KNOWN, Outcome.REFUSED]


def test_repeats_of_a_row_that_is_in_the_table_are_told_by_the_table(series: Series) -> None:
    store.store(rows(series, [7.0]), source=None, at=AT)
    done = store.store(rows(series, [8.0, 8.0, 7.0], step_s=0), source=None, at=AT)

    assert done.outcome.tolist() == [Outcome.REFUSED, Outcome.REFUSED, Outcome.KNOWN]


def test_rows_in_any_order_of_several_series_answer_in_their_order(series: Series) -> None:
    other = make_series(series.station, "temp")
    ids = np.array([other.pk, series.pk, other.pk, 999_999, series.pk])
    times = np.array([5, 3, 1, 2, -1]) * 300_000 + np.array([milliseconds(START)] * 4 + [-(10**13)])
    done = store.store(Rows(ids, times, np.array([20.0, 7.0, 21.0, 1.0, 7.0])), source=None, at=AT)

    assert done.outcome.tolist() == [0, 0, 0, 2, 2]
    assert [(r.index, r.what) for r in done.refused] == [(3, store.NO_SERIES), (4, store.BAD_TIME)]
    assert [v for _t, v in kept(other)] == [21.0, 20.0]


def test_no_value_is_null_and_endless_is_none(series: Series) -> None:
    done = store.store(rows(series, [float("nan"), float("inf"), 1e308]), source=None, at=AT)

    assert [value for _time, value in kept(series)] == [None, None, 1e308]
    assert done.flag.tolist() == [9, 9, 4]
    assert list(Observation.objects.order_by("time").values_list("reason", flat=True))[1] == Reason.NOT_FINITE


def test_rows_of_several_months_go_to_their_tables(series: Series) -> None:
    store.store(
        rows(series, [7.0, 7.1, 7.2], start=datetime(2026, 1, 31, 12, tzinfo=UTC), step_s=86400), source=None, at=AT
    )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text, count(*) FROM water_observation GROUP BY 1 ORDER BY 1")
        assert cursor.fetchall() == [("water_observation_y2026m01", 1), ("water_observation_y2026m02", 2)]


def test_far_future_rows_wait_in_the_rest_and_move_when_their_month_is_made(series: Series) -> None:
    from django.db import connection

    later = datetime(2027, 5, 3, tzinfo=UTC)
    store.store(rows(series, [7.0], start=later), source=None, at=AT)
    assert partitions.make_ahead(later) == [f"water_observation_y2027m{m:02d}" for m in (5, 6, 7, 8)]
    assert partitions.make_ahead(later) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM water_observation")
        assert cursor.fetchall() == [("water_observation_y2027m05",)]
    assert store.store(rows(series, [7.0], start=later), source=None, at=AT).known == 1


def test_the_source_counts_what_it_brought(series: Series) -> None:
    source = SourceFile.objects.create(kind=SourceKind.HAND, received_at=AT)
    store.store(rows(series, [7.0, 7.1]), source=source, at=AT)
    store.store(rows(series, [7.0, 7.2, 7.3]), source=source, at=AT)

    source.refresh_from_db()
    assert (source.rows_stored, source.rows_known, source.rows_refused) == (3, 1, 1)
    assert set(Observation.objects.values_list("source_id", flat=True)) == {source.pk}


def test_details_stand_beside_the_rows_that_were_stored(series: Series) -> None:
    given = rows(series, [7.0, 7.0])
    given.time_ms[1] = given.time_ms[0]
    given.details = {0: ObservationDetail(raw_text="7,0"), 1: ObservationDetail(raw_text="again")}
    store.store(given, source=None, at=AT)

    assert list(ObservationDetail.objects.values_list("series", "time", "raw_text")) == [(series.pk, START, "7,0")]


def test_a_spike_is_told_once_its_right_neighbour_is_there(series: Series) -> None:
    store.store(rows(series, [7.2, 7.2, 8.0]), source=None, at=AT)
    store.store(rows(series, [7.2], start=START + timedelta(minutes=15)), source=None, at=AT)

    flags = dict(Observation.objects.values_list("time", "reason"))
    assert flags[START + timedelta(minutes=10)] & Reason.SPIKE


def test_in_parts_or_whole_backwards_or_shuffled_the_flags_are_the_same(series: Series) -> None:
    values = [7.2, 7.2, 7.3, 12.5, 7.3, -1.0, 16.0, float("nan"), 7.2, 7.21] * 6
    whole = rows(series, values)
    store.store(whole, source=None, at=AT)
    expected = list(Observation.objects.order_by("time").values_list("time", "value", "flag", "reason"))

    order = np.random.default_rng(1).permutation(len(values))
    other = make_series(series.station, "ph", unit="")
    for part in np.array_split(order, 23):
        columns = (c[part] for c in (np.full(len(values), other.pk), whole.time_ms, whole.value, whole.status))
        store.store(Rows(*columns), source=None, at=AT)
    found = Observation.objects.filter(series=other).order_by("time").values_list("time", "value", "flag", "reason")
    assert list(found) == expected


def test_listeners_hear_what_was_stored_sorted(series: Series, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[arrivals.Arrived] = []
    monkeypatch.setattr(arrivals, "_listeners", {heard.append: lambda _arrived: True})
    given = rows(series, [7.0, 7.1])
    store.store(Rows(given.series, given.time_ms[::-1], given.value), source=None, at=AT)
    store.store(given, source=None, at=AT)  # the other way round: both refused

    assert [a.value.tolist() for a in heard] == [[7.1, 7.0]]


@pytest.mark.django_db(transaction=True)
def test_what_is_remembered_of_a_series_gives_the_same_flags() -> None:
    series = make_series(make_station(), "ph", unit="")
    values = [7.2, 7.2, 7.3, 12.5, 7.3, -1.0, 16.0, float("nan"), 7.2, 7.21] * 6
    whole = rows(series, values)
    for n in range(len(values)):
        store.store(Rows(*(c[n : n + 1] for c in (whole.series, whole.time_ms, whole.value, whole.status))), source=None, at=AT)  # fmt: skip
    by_memory = list(Observation.objects.order_by("time").values_list("time", "flag", "reason"))
    other = make_series(series.station, "ph", unit="")
    store.store(Rows(np.full(len(values), other.pk), whole.time_ms, whole.value, whole.status), source=None, at=AT)
    found = Observation.objects.filter(series=other).order_by("time").values_list("time", "flag", "reason")
    assert list(found) == by_memory
    quality.forget()
