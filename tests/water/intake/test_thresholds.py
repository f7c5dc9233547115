"""The limits of the checks of a series with their dates, medians for relative limits, parameters that contradict."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from django.test import Client
from tests.conftest import World
from tests.factories.water import series as make_series
from tests.factories.water import station as make_station

from giapranh.kernel import clock
from giapranh.people.models import AuditEvent, Officer
from giapranh.water.models import Observation, QualityThreshold, Series, Station
from giapranh.water.rules.quality import Flag, Reason, Span
from giapranh.water.rules.quality_run import Thresholds, defaults
from giapranh.water.services import few, quality, store, thresholds
from giapranh.water.services.store import Rows, milliseconds

ClientOf = Callable[[Officer | None], Client]
WHY = "nước lũ sông này đục"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    quality.forget()
    few.forget()


@pytest.fixture
def station(node: World) -> Station:
    return make_station(owner=node.water)


def put(series: Series, values: list[float], start: datetime, *, censored: int = 0, status: int = 0) -> None:
    n = len(values)
    times = milliseconds(start) + np.arange(n, dtype=np.int64) * 300_000
    rows = Rows(np.full(n, series.pk), times, np.array(values, float), np.full(n, status, np.int16),
                censored=np.full(n, censored, np.int16))  # fmt: skip
    assert store.store(rows, source=None, at=clock.now()).stored == n


def flags(series: Series) -> list[int]:
    return list(Observation.objects.filter(series=series).order_by("time").values_list("flag", flat=True))


def reasons(series: Series) -> list[int]:
    return list(Observation.objects.filter(series=series).order_by("time").values_list("reason", flat=True))


# --- limits with dates -----------------------------------------------------------------------------------------------


def test_own_limits_hold_from_their_day_and_what_came_since_is_judged_again(station: Station, an: Officer) -> None:
    series = make_series(station, "ph", unit="")
    today = clock.today()
    before, since = clock.now() - timedelta(days=3), clock.now() - timedelta(hours=2)
    put(series, [10.0], before)
    put(series, [10.0], since)
    assert flags(series) == [Flag.SUSPECT, Flag.SUSPECT]
    wide = Thresholds(gross_fail=Span(0, 14), gross_suspect=Span(4, 11))
    changed = thresholds.set_thresholds(
        series_id=series.pk, thresholds=wide, valid_from=clock.local_date(since), why=WHY, by=an, at=clock.now()
    )
    assert (changed, flags(series)) == (1, [Flag.SUSPECT, Flag.PASS])
    assert AuditEvent.objects.filter(what="water.thresholds").exists()

    thresholds.back_to_defaults(series_id=series.pk, valid_from=clock.local_date(since), why="thử xong", by=an,
                                at=clock.now())  # fmt: skip
    assert flags(series) == [Flag.SUSPECT, Flag.SUSPECT]
    assert not QualityThreshold.objects.filter(valid_to=None, valid_from__lte=today).exists()


def test_one_batch_over_the_day_of_a_change_is_judged_by_both(station: Station, an: Officer) -> None:
    series = make_series(station, "ph", unit="")
    QualityThreshold.objects.create(
        series=series, settings=Thresholds(gross_suspect=Span(4, 11)).as_dict(), valid_from=date(2026, 3, 2),
        by=an, at=clock.now(),
    )  # fmt: skip
    put(series, [10.0, 10.1, 10.0], datetime(2026, 3, 1, 16, 55, tzinfo=UTC))  # 23:55, 00:00 and 00:05 in Vietnam
    assert flags(series) == [Flag.SUSPECT, Flag.PASS, Flag.PASS]
    assert quality.check_again(series_id=series.pk, start=datetime(2026, 2, 1, tzinfo=UTC), end=clock.now()) == 0


def test_a_second_change_ends_the_first_on_the_day_before(station: Station, an: Officer) -> None:
    series = make_series(station, "ph", unit="")
    for day, high in ((date(2026, 1, 1), 10.0), (date(2026, 6, 1), 11.0), (date(2026, 3, 1), 12.0)):
        thresholds.set_thresholds(series_id=series.pk, thresholds=Thresholds(gross_suspect=Span(4, high)), why=WHY,
                                  valid_from=day, by=an, at=clock.now())  # fmt: skip
    held = [(row.valid_from, row.valid_to) for row in QualityThreshold.objects.order_by("valid_from")]
    assert held == [
        (date(2026, 1, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 5, 31)), (date(2026, 6, 1), None),
    ]  # fmt: skip


@pytest.mark.parametrize("wrong", [
    Thresholds(gross_fail=Span(0, 10), gross_suspect=Span(0, 11)), Thresholds(spike_suspect=2, spike_fail=1),
    Thresholds(rate_suspect=2, rate_fail=1), Thresholds(flat_suspect_s=7200, flat_fail_s=3600),
])  # fmt: skip
def test_limits_that_contradict_themselves_are_refused(station: Station, an: Officer, wrong: Thresholds) -> None:
    series = make_series(station, "ph", unit="")
    with pytest.raises(thresholds.BadThresholds):
        thresholds.set_thresholds(series_id=series.pk, thresholds=wrong, valid_from=clock.today(), why=WHY, by=an,
                                  at=clock.now())  # fmt: skip
    assert not QualityThreshold.objects.exists()


# --- the page --------------------------------------------------------------------------------------------------------


def sent(**values: str) -> dict[str, str]:
    return {"gross_fail_low": "0", "gross_fail_high": "14", "gross_suspect_low": "4", "gross_suspect_high": "11",
            "flat_tolerance": "0,02", "valid_from": "01/01/2026", "why": WHY, **values}  # fmt: skip


def test_the_page_says_what_holds_and_takes_a_change(station: Station, an: Officer, client_of: ClientOf) -> None:
    series = make_series(station, "ph", unit="")
    address = f"/song-ngoi/chat-luong/{series.pk}/nguong/"
    page = client_of(an).get(address).content.decode()
    assert "ngưỡng chung của thông số" in page
    assert 'value="5,5"' in page

    answer = client_of(an).post(address, sent(seasons="5-9: 4,5 - 9,5\n11-2: 6 - 9", spike_suspect="0,3"))
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    held = Thresholds.from_dict(QualityThreshold.objects.get().settings)
    assert (held.gross_suspect, held.spike_suspect, held.spike_fail) == (Span(4, 11), 0.3, None)
    assert [(each.months, each.suspect) for each in held.seasons] == [
        ((5, 6, 7, 8, 9), Span(4.5, 9.5)), ((11, 12, 1, 2), Span(6, 9)),
    ]  # fmt: skip
    page = client_of(an).get(address).content.decode()
    assert WHY in page
    assert "5-9: 4,5 - 9,5" in page
    dropped = {"drop": "1", "drop_from": "01/02/2026", "drop_why": "thử xong"}
    assert client_of(an).post(address, dropped).status_code == 302
    assert QualityThreshold.objects.get().valid_to == date(2026, 1, 31)


@pytest.mark.parametrize(("wrong", "what"), [
    ({"gross_suspect_high": "15"}, "phải nằm trong"), ({"gross_fail_high": ""}, "cả hai đầu"),
    ({"gross_fail_high": "1.250"}, "chưa rõ"), ({"why": " "}, "id_why"), ({"seasons": "mùa mưa"}, "Không đọc được dòng"),
    ({"seasons": "5-13: 1 - 2"}, "từ 1 đến 12"), ({"seasons": "5-9: 3 - 2"}, "lớn hơn"), ({"valid_from": ""}, "valid_from"),
    ({"spike_fail": "1e400"}, "không phải là số"), ({"gross_fail_low": "15"}, "lớn hơn"),
])  # fmt: skip
def test_wrong_limits_are_told_beside_their_field(
    station: Station, an: Officer, client_of: ClientOf, wrong: dict[str, str], what: str
) -> None:
    series = make_series(station, "ph", unit="")
    answer = client_of(an).post(f"/song-ngoi/chat-luong/{series.pk}/nguong/", sent(**wrong))
    assert answer.status_code == 422
    assert what in answer.content.decode()
    assert not QualityThreshold.objects.exists()


def test_who_may_not_judge_reads_and_changes_nothing(
    station: Station, auditor: Officer, binh: Officer, client_of: ClientOf
) -> None:
    series = make_series(station, "ph", unit="")
    address = f"/song-ngoi/chat-luong/{series.pk}/nguong/"
    page = client_of(auditor).get(address)
    assert page.status_code == 200
    assert "Ghi ngưỡng" not in page.content.decode()
    for officer in (auditor, binh):
        assert client_of(officer).post(address, sent()).status_code in (403, 404)
    assert not QualityThreshold.objects.exists()


# --- relative limits -------------------------------------------------------------------------------------------------


def test_spikes_are_measured_against_the_median_once_there_is_one(station: Station) -> None:
    series = make_series(station, "tss")
    start = clock.now().replace(microsecond=0) - timedelta(hours=10)
    calm = [20.0 + 0.7 * (n % 3) for n in range(30)]
    put(series, [*calm[:10], 95.0, *calm[10:]], start)
    assert not reasons(series)[10] & Reason.SPIKE  # nothing to measure it against yet
    assert quality.take_references(at=clock.now()) == 1
    series.refresh_from_db()
    assert series.quality_reference == pytest.approx(20.7)
    put(series, [20.0, 95.0, 20.7], start + timedelta(hours=4))
    assert flags(series)[-2] == Flag.FAIL
    quality.check_again(series_id=series.pk, start=start, end=clock.now())
    assert flags(series)[10] == Flag.FAIL
    assert reasons(series)[10] & Reason.SPIKE


def test_a_handful_of_rows_is_no_median(station: Station) -> None:
    series = make_series(station, "tss")
    put(series, [20.0] * 5, clock.now() - timedelta(hours=2))
    assert quality.take_references(at=clock.now()) == 0
    assert defaults("tss").spike_relative


def test_limits_are_in_the_unit_of_the_series(station: Station) -> None:
    """4.000 µg/L are 4 mg/L: plausible, where 4.000 mg/L are not."""
    micro, milli = make_series(station, "nh4_n", unit="µg/L"), make_series(station, "no2_n", unit="mg/L")
    ion = make_series(make_station(), "nh4_n", basis="NH4")
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for series, values in ((micro, [4000.0, 60000.0]), (milli, [4000.0]), (ion, [60.0, 65.0])):
        put(series, values, at)
    assert [flag == Flag.FAIL for flag in flags(micro)] == [False, True]
    assert flags(milli)[0] != Flag.PASS
    assert [flag == Flag.FAIL for flag in flags(ion)] == [False, True]  # 50 mg/L as nitrogen are 64 as the ion
    wrong = make_series(station, "temp", unit="mg/L")
    put(wrong, [20.0], at)
    assert flags(wrong) == [Flag.NOT_EVALUATED]


# --- parameters that contradict each other ---------------------------------------------------------------------------


@pytest.fixture
def nitrogen(station: Station) -> tuple[Series, Series]:
    """Ammonium as the ion, total nitrogen in µg/L: as devices give them."""
    return make_series(station, "nh4_n", basis="NH4"), make_series(station, "tn", unit="µg/L")


def test_a_part_above_its_whole_in_one_batch_makes_both_doubtful(nitrogen: tuple[Series, Series]) -> None:
    part, whole = nitrogen
    times = milliseconds(datetime(2026, 3, 1, tzinfo=UTC)) + np.arange(3, dtype=np.int64) * 300_000
    rows = Rows(np.repeat([part.pk, whole.pk], 3), np.tile(times, 2), np.array([1.0, 1.9, 1.1, 1000.0, 1010.0, 1020.0]))
    store.store(rows, source=None, at=clock.now())
    assert flags(part) == [Flag.PASS, Flag.SUSPECT, Flag.PASS]  # 1.9 mg/L of the ion are 1.475 mg/L of nitrogen
    assert flags(whole)[1] == Flag.SUSPECT
    assert [bool(reason & Reason.CROSS) for reason in reasons(whole)] == [False, True, False]


@pytest.mark.parametrize("first", ["part", "whole"])
def test_what_is_there_already_is_doubted_with_what_comes(nitrogen: tuple[Series, Series], first: str) -> None:
    part, whole = nitrogen
    at = datetime(2026, 3, 1, tzinfo=UTC)
    order: list[tuple[Series, list[float]]] = [(part, [1.0, 1.9]), (whole, [1000.0, 1010.0])]
    for series, values in order if first == "part" else order[::-1]:
        put(series, values, at)
    assert flags(part) == [Flag.PASS, Flag.SUSPECT]
    assert flags(whole)[1] == Flag.SUSPECT
    put(part, [1.0], at + timedelta(minutes=10))  # judges its left neighbour again: what was found stays
    assert flags(part)[1] == Flag.SUSPECT
    for series in nitrogen:
        assert quality.check_again(series_id=series.pk, start=at, end=at + timedelta(days=1)) == 0
        series.refresh_from_db()
    assert whole.last_flag == Flag.SUSPECT


def test_below_detection_and_faulty_devices_contradict_nothing(nitrogen: tuple[Series, Series]) -> None:
    part, whole = nitrogen
    at = datetime(2026, 3, 1, tzinfo=UTC)
    put(whole, [300.0, 310.0], at)
    put(part, [1.9], at, censored=-1)
    put(part, [1.9], at + timedelta(minutes=5), status=2)
    assert not any(reason & Reason.CROSS for reason in [*reasons(part), *reasons(whole)])


def test_other_stations_have_nothing_to_do_with_it(nitrogen: tuple[Series, Series]) -> None:
    part, _whole = nitrogen
    elsewhere = make_series(make_station(), "tn")
    at = datetime(2026, 3, 1, tzinfo=UTC)
    put(elsewhere, [0.1], at)
    put(part, [1.9], at)
    assert not any(reason & Reason.CROSS for reason in reasons(part))


def test_single_posts_are_compared_too(nitrogen: tuple[Series, Series]) -> None:
    part, whole = nitrogen
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for minute, (series, value) in enumerate([(part, 1.0), (whole, 1000.0), (whole, 1010.0), (part, 1.9)]):
        when = at + timedelta(minutes=5 * (minute in (2, 3)))
        few.store_few(Rows([series.pk], [milliseconds(when)], [value]), at=clock.now())  # type: ignore[arg-type]
    assert (flags(part), flags(whole)) == ([Flag.PASS, Flag.SUSPECT], [Flag.PASS, Flag.SUSPECT])
