"""The newest values of a station and what they mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.factories import water as factory
from tests.factories.people import make_officer

from giapranh.water.models import Correction, Sample
from giapranh.water.queries.results import latest_classes
from giapranh.water.rules.limits import ClassState

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DAY = AT.date()
pytestmark = pytest.mark.django_db
UNITS = {"ph": "pH", "temp": "°C", "coliform": "MPN/100 mL"}


def measured(station: Any, *, at: datetime = AT, **values: float) -> dict[str, Any]:
    made = {}
    for key, value in values.items():
        made[key] = factory.series(station, key, unit=UNITS.get(key, "mg/L"), basis="N" if key == "nh4_n" else "")
        factory.observations(made[key], [value], start=at)
    return made


def test_the_worst_class_decides_and_the_rest_is_listed_as_missing() -> None:
    station = factory.station()
    measured(station, ph=7.2, do=6.5, cod=18.0, nh4_n=0.41)
    found = latest_classes([station.pk], DAY)[station.pk]
    assert found.sample is not None
    assert (found.sample.limiting, found.sample.limiting_parameters) == ("C", ("cod",))
    assert "bod5" in found.sample.missing
    assert [(each.parameter, round(each.multiple or 0, 2)) for each in found.over] == [("nh4_n", 1.37)]


def test_a_value_that_failed_its_checks_decides_nothing() -> None:
    station = factory.station()
    row = factory.series(station, "cod")
    factory.observations(row, [90.0], start=AT, flag=4)
    measured(station, do=6.5)
    found = latest_classes([station.pk], DAY)[station.pk]
    assert found.sample is not None
    assert found.sample.limiting == "A"
    assert [each.cls for each in found.rows if each.series.parameter == "cod"] == [None]


def test_what_a_person_said_counts_instead_of_the_raw_value() -> None:
    station = factory.station()
    row = measured(station, cod=90.0)["cod"]
    by = make_officer("nguoi-ket-luan")
    Correction.objects.create(series=row, time=AT, value=9.0, flag=1, why="đo lại", by=by, at=AT)
    [latest] = latest_classes([station.pk], DAY)[station.pk].rows
    assert (latest.raw, latest.value, latest.corrected) == (90.0, 9.0, True)
    assert latest.cls is not None
    assert latest.cls.cls == "A"


def test_values_two_days_older_than_the_newest_belong_to_another_look() -> None:
    station = factory.station()
    measured(station, do=6.5)
    measured(station, at=AT - timedelta(days=3), cod=90.0)
    found = latest_classes([station.pk], DAY)[station.pk]
    assert found.sample is not None
    assert found.sample.limiting == "A"


def test_a_value_below_detection_stays_below_detection() -> None:
    from giapranh.water.services import store

    station = factory.station(kind="manual")
    row = factory.series(station, "bod5", cycle_seconds=None, mdl=5)
    store.store_one(series_id=row.pk, time=AT, value=5.0, at=AT, censored=-1)
    [latest] = latest_classes([station.pk], DAY)[station.pk].rows
    assert latest.cls is not None
    assert (latest.cls.state, latest.cls.possible) == (ClassState.OPEN, ("A", "B"))


def test_rubbish_seen_by_the_sampler_tells_tss_classes_apart() -> None:
    station = factory.station(kind="manual")
    measured(station, tss=150.0)
    Sample.objects.create(station=station, taken_at=AT, floating_rubbish=True, at=AT)
    [latest] = latest_classes([station.pk], DAY)[station.pk].rows
    assert latest.cls is not None
    assert latest.cls.cls == "D"


def test_wqi_says_why_there_is_none() -> None:
    station = factory.station(kind="manual")
    measured(station, ph=7.2, do=6.5)
    found = latest_classes([station.pk], DAY)[station.pk]
    assert found.wqi is not None
    assert found.wqi.value is None
    assert len(found.wqi.reasons) == 2


def test_a_unit_of_the_series_is_turned_into_the_unit_of_the_limit() -> None:
    station = factory.station()
    row = factory.series(station, "nh4_n", unit="µg/L", basis="N")
    factory.observations(row, [410.0], start=AT)
    [over] = latest_classes([station.pk], DAY)[station.pk].over
    assert round(over.multiple or 0, 2) == 1.37


def test_many_stations_cost_as_many_queries_as_one(django_assert_max_num_queries: Any) -> None:
    for _n in range(5):
        measured(factory.station(), ph=7.2, do=6.5)
    from giapranh.water.models import Station

    with django_assert_max_num_queries(4):
        latest_classes(Station.objects.values_list("pk", flat=True), DAY)


@pytest.mark.parametrize(
    ("chosen", "method"), [("", "agg_cuberoot"), ("agg_sqrt", "agg_sqrt"), ("sai", "agg_cuberoot")]
)
def test_the_node_may_choose_how_the_groups_come_together(
    monkeypatch: pytest.MonkeyPatch, chosen: str, method: str
) -> None:
    monkeypatch.setenv("GIAPRANH_WQI_METHOD", chosen)
    station = factory.station(kind="manual")
    measured(station, ph=7.2, temp=27.5, do=5.8, bod5=9.0, cod=21.0, nh4_n=0.45, coliform=4200.0)
    found = latest_classes([station.pk], DAY)[station.pk].wqi
    assert found is not None
    assert (found.value is not None, found.method_id) == (True, method)
