"""Statistics: published vectors, counting by hand, and laws."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from giapranh.water.rules import monitoring
from giapranh.water.rules.limits import bound
from giapranh.water.rules.loads import flow_weighted_mean, load_duration, load_kg_day
from giapranh.water.rules.pairing import DEPENDENT, FEW, NO_PAIRS, BadLag, compare, pair
from giapranh.water.rules.readings import Censored
from giapranh.water.rules.statistics import (
    control_chart,
    exceedance_rate,
    percentiles,
    rate,
    received_enough,
    summary,
    wilson,
)
from giapranh.water.rules.trends import CENSORED, CONSTANT, MANY, NO_SEASON, SHORT, TIED, seasonal_trend, trend
from giapranh.water.rules.trends import FEW as TOO_FEW

NAN = float("nan")
DAY = date(2026, 3, 1)
HOUR = 3_600_000
TEN = [5.1, 5.4, 5.0, 5.8, 6.1, 5.9, 6.4, 6.2, 6.9, 7.0]
SEASONS = [2.1, 3.4, 1.8, 2.6, 2.3, 3.3, 2.0, 2.9, 2.6, 3.8, 2.2, 3.1, 2.8, 3.9, 2.1, 3.0]


def test_mann_kendall_by_the_published_vector() -> None:
    found = trend(TEN)
    assert (found.s, found.var_s, found.direction) == (37, 125, "up")
    assert found.z == pytest.approx(3.21994, abs=1e-5)
    assert found.p == pytest.approx(0.0012822, abs=1e-7)
    assert found.tau == pytest.approx(0.82222, abs=1e-5)
    assert (found.slope, found.intercept) == pytest.approx((0.211111, 5.05), abs=1e-6)


@pytest.mark.parametrize("given_as", [list, tuple, np.array])
def test_seasonal_kendall_by_the_published_vector_also_from_a_plain_list(given_as: type) -> None:
    found = seasonal_trend(given_as(SEASONS), 4)
    assert found.s == 18
    assert found.var_s == pytest.approx(34.6667, abs=1e-4)
    assert found.z == pytest.approx(2.88731, abs=1e-5)
    assert found.p == pytest.approx(0.0038856, abs=1e-7)
    assert (found.slope, found.intercept) == pytest.approx((0.2, 2.325))
    assert found.notes == (SHORT,)


def test_when_there_is_no_honest_test() -> None:
    assert trend(TEN[:9]).reasons == (TOO_FEW,)
    assert trend([1.0] * 20).reasons == (CONSTANT,)
    assert trend(np.arange(5000.0)).reasons == (MANY,)
    assert trend([*TEN, NAN, NAN]).n == 10
    assert seasonal_trend(TEN, 12).reasons == (NO_SEASON,)
    assert not trend([]).tested


def test_a_falling_detection_limit_is_no_falling_trend() -> None:
    limits = np.array([0.1] * 5 + [0.05] * 5 + [0.01] * 2)
    values = np.concatenate((limits, [0.3, 0.2, 0.4, 0.3, 0.2, 0.3, 0.4, 0.2, 0.3, 0.3, 0.2, 0.4, 0.3]))
    order = np.argsort(np.arange(len(values)) % 2, kind="stable")
    censored = np.array([-1] * 12 + [0] * 13)
    told = trend(values[order], censored=censored[order])
    assert told.notes == (TIED,)
    assert trend(values, censored=np.array([-1] * 20 + [0] * 5)).reasons == (CENSORED,)
    only_limits = np.concatenate(([0.5, 0.6, 0.5, 0.6, 0.55, 0.6, 0.5], [0.1, 0.08, 0.06, 0.04, 0.02, 0.01]))
    flags = np.array([0] * 7 + [-1] * 6)
    tied = trend(only_limits, censored=flags)
    assert tied.s is not None
    plain = trend(only_limits)
    assert plain.s is not None
    assert tied.s > plain.s


def test_autocorrelated_series_get_the_adjusted_test() -> None:
    chance = np.random.default_rng(1)
    steps = chance.normal(size=200).cumsum()
    assert trend(steps, autocorrelated=True).test == "hamed_rao"
    assert trend(steps, autocorrelated=True).var_s != trend(steps).var_s


@given(st.lists(st.floats(0, 100), min_size=10, max_size=40))
def test_turning_time_round_turns_the_trend(values: list[float]) -> None:
    there, back = trend(values), trend(values[::-1])
    if there.tested:
        assert there.s == -(back.s or 0)
        assert there.p == pytest.approx(back.p)


def test_wilson_by_hand() -> None:
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1), abs=1e-4)
    with pytest.raises(ValueError, match="k of n"):
        wilson(1, 0)


@given(st.integers(1, 500), st.data())
def test_the_interval_holds_the_share(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1


def test_exceedance_counts_what_can_be_decided() -> None:
    limit = bound("cod", "B", DAY)
    assert limit is not None
    values = np.array([10, 15, 15.1, 20, NAN, 12, 30, 14])
    censored = np.array([0, 0, 0, 0, 0, -1, -1, 1])
    found = exceedance_rate(values, limit, censored=censored)
    assert (found.k, found.n, found.undecided) == (2, 5, 2)  # “<30” and “>14” cannot be decided, “<12” can
    assert not found.enough
    assert found.note
    ph = bound("ph", "A", DAY)
    assert ph is not None
    assert exceedance_rate(np.array([6.4, 7, 8.6]), ph).k == 2
    assert exceedance_rate(np.array([3.0, 5.0]), 4.0, below=True).k == 1
    assert rate(0, 0).rate is None


def test_percentiles_below_detection_say_so() -> None:
    values = np.array([0.02, 0.02, 0.02, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 2.0])
    censored = np.array([-1, -1, -1] + [0] * 7)
    found = {one.p: one for one in percentiles(values, (10, 50, 90), censored=censored)}
    assert (found[10].value, found[10].censored) == (0.02, True)
    assert not found[50].censored
    assert percentiles(np.array([NAN])) == ()
    told = summary(values, censored=censored)
    assert (told.n, told.below, told.median) == (10, 3, pytest.approx(0.65))
    assert told.mean == pytest.approx((0.03 + 6.5) / 10)
    assert summary(np.array([])).n == 0


def test_pairs_follow_the_water_and_not_the_clock() -> None:
    times = np.arange(48) * HOUR
    up = np.where((times >= 10 * HOUR) & (times < 14 * HOUR), 5.0, 1.0)
    down = np.where((times >= 22 * HOUR) & (times < 26 * HOUR), 4.0, 1.0)
    by_lag = compare(pair(times, up, times, down, 11.5 * 3600, 12.5 * 3600))
    by_clock = pair(times, up, times, down, 0, 0)
    paired = pair(times, up, times, down, 12 * 3600, 12 * 3600)
    assert len(paired) == 36
    assert paired.up[paired.down == 4.0].tolist() == [5.0] * 4
    assert by_clock.up[by_clock.down == 4.0].tolist() == [1.0] * 4
    assert by_lag.median_difference == 0
    assert compare(pair(times, up, times[:0], down[:0], 0, 0)).notes == (NO_PAIRS,)
    with pytest.raises(BadLag):
        pair(times, up, times, down, 5, 1)


def test_a_steady_rise_downstream_is_told() -> None:
    days = np.arange(30) * 24 * HOUR
    chance = np.random.default_rng(2)
    up = chance.uniform(0.2, 0.4, 30)
    found = compare(pair(days, up, days + 12 * HOUR, up * 2, 6 * 3600, 18 * 3600))
    assert found.n == 30
    assert found.p is not None
    assert found.p < 1e-6
    assert found.median_ratio == pytest.approx(2)
    assert found.notes == ()
    assert compare(pair(days[:5], up[:5], days[:5], up[:5] * 2, 0, 0)).notes == (FEW,)
    hourly = compare(pair(days // 24, up, days // 24, up * 2, 0, 0))
    assert hourly.notes == (DEPENDENT,)


def test_the_noise_of_means_is_no_difference() -> None:
    """Equal water above and below has no p value, and differences of one step of the device are ties to the test."""
    days = np.arange(2000) * 24 * HOUR
    chance = np.random.default_rng(1)
    tenths = np.round(70 + 3 * chance.normal(size=2000))
    same = compare(pair(days, tenths / 10, days, tenths / 10, 0, 0))
    assert (same.n, same.p, same.notes) == (2000, None, (FEW,))
    other = tenths + np.where(days < 300 * 24 * HOUR, chance.choice([-1, 1], 2000), 0)
    found = compare(pair(days, tenths / 10, days, other / 10, 0, 0))
    assert found.p == pytest.approx(float(stats.wilcoxon(other - tenths).pvalue))
    after_giant = pair(days[:4], np.array([1e15, 1, 0.1, 0.2]), days[:4], np.ones(4), 0, 0)
    assert after_giant.up.tolist() == [1e15, 1, 0.1, 0.2]


def test_missing_values_pair_with_nothing() -> None:
    times = np.arange(4) * HOUR
    found = pair(times, np.array([1, NAN, 3, 4]), times, np.array([1, 2, NAN, 4]), 0, 3600)
    assert found.times.tolist() == [0, HOUR, 3 * HOUR]
    assert found.up.tolist() == [1, 1, 3.5]
    assert found.count.tolist() == [1, 1, 2]


def test_loads() -> None:
    assert load_kg_day(0.5, 40) == pytest.approx(1728)
    c, q = np.array([1.0, 2.0, NAN, 4.0]), np.array([10.0, 100.0, 5.0, NAN])
    assert flow_weighted_mean(c, q) == pytest.approx(210 / 110)
    assert flow_weighted_mean(c[:0], q[:0]) is None
    found = load_duration(np.array([0.2, 0.4, 0.4]), np.array([100.0, 10.0, 50.0]), 0.3)
    assert found.exceeded.tolist() == [25, 50, 75]
    assert found.flow.tolist() == [100, 50, 10]
    assert found.load.tolist() == pytest.approx([1728, 1728, 345.6])
    assert [(zone.n, zone.over) for zone in found.zones] == [(0, 0), (1, 0), (1, 1), (1, 1), (0, 0)]
    record = np.concatenate((np.arange(1, 100.0), [NAN]))
    assert load_duration(np.array([1.0]), np.array([90.0]), 1, record).exceeded.tolist() == [10]


def test_control_charts_see_jumps_and_drifts() -> None:
    chance = np.random.default_rng(3)
    values = chance.normal(10, 1, 100)
    values[50] = 25
    values[80:] += 2
    values[10] = NAN
    chart = control_chart(values)
    assert chart.out[50]
    assert not chart.out[10]
    assert chart.ewma[85:].any()
    assert chart.cusum[85:].any()
    assert not chart.cusum[:40].any()
    logged = control_chart(np.exp(values / 5), log=True)
    assert logged.out[50]
    assert control_chart(np.array([NAN, NAN])).out.tolist() == [False, False]
    assert control_chart(np.array([1.0, 1.0, 5.0]), np.array([1, 1, 2])).out.tolist() == [False, False, False]


def test_the_share_of_received_data_is_a_dated_unsure_rule() -> None:
    found = monitoring.rule("received_share", DAY)
    assert (found.value, found.unsure) == (0.8, True)
    assert received_enough(231 / 288, found.value)
    assert not received_enough(230 / 288, found.value)
    assert received_enough(0.1 + 0.7, 0.8)
    with pytest.raises(monitoring.UnknownRule):
        monitoring.rule("received_share", date(2020, 1, 1))
    assert Censored.BELOW == -1


def test_oxygen_below_detection_counts_as_too_low() -> None:
    limit = bound("do", "B", DAY)
    assert limit is not None
    values, censored = np.array([0.5, 6.0, 20.0, 3.0, 5.0]), np.array([-1, -1, 1, 1, 0])
    found = exceedance_rate(values, limit, censored=censored)
    assert (found.k, found.n, found.undecided) == (1, 3, 2)  # “<6” and “>3” cannot be decided


def test_a_mean_that_equals_the_limit_does_not_exceed_it() -> None:
    limit = bound("nh4_n", "table1", DAY)
    assert limit is not None
    noisy = np.add.reduceat(np.full(288, 0.3), [0]) / 288
    assert exceedance_rate(np.array([noisy[0], 0.1 + 0.2, 0.3, 0.30001]), limit).k == 1
    assert exceedance_rate(np.array([0.3]), limit, censored=np.array([1])).k == 1


def test_two_rounds_a_year_are_two_seasons() -> None:
    """Quarters nobody sampled add nothing; a test needs some season that was measured twice."""
    column = np.full(24, NAN)
    column[0::4], column[2::4] = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5], [3.0, 3.1, 3.2, 3.3, 3.4, 3.5]
    found = seasonal_trend(column, 4)
    assert (found.tested, found.n, found.s, found.direction) == (True, 12, 30, "up")
    assert found.slope == pytest.approx(0.1)
