"""Laws of the watch that must hold for any sequence of values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from giapranh.water.rules.alert_checks import band_of, level_verdicts, quality_verdicts, rate_verdicts, runs_of
from giapranh.water.rules.alert_states import (
    BURNING,
    NEXT,
    AlertState,
    AlertVerb,
    Phase,
    Run,
    Terms,
    Verdict,
    Watch,
    WrongAlertState,
    follow,
    move,
)

MINUTE = 60_000
VALUES = st.lists(
    st.one_of(st.sampled_from([0.1, 0.26, 0.28, 0.29, 0.3, 0.31, 0.5, 2.0, float("nan")]), st.floats(0, 3)),
    min_size=1, max_size=60,
)  # fmt: skip
TERMS = st.builds(
    Terms, grace_ms=st.sampled_from([0, 5 * MINUTE, 30 * MINUTE]), min_values=st.integers(1, 4),
    clear_ms=st.sampled_from([0, 10 * MINUTE, 60 * MINUTE]),
)  # fmt: skip
BAND = band_of(None, 0.3, hysteresis_percent=10)


def runs(values: list[float], start: int = 0) -> list[Run]:
    array = np.array(values)
    times = np.arange(start, start + len(values), dtype=np.int64) * 5 * MINUTE
    flags = np.where(np.isnan(array), 9, 1)
    return runs_of(level_verdicts(array, flags, BAND), times, array)


@given(VALUES, TERMS, st.data())
@settings(max_examples=300)
def test_cutting_the_rows_into_other_batches_gives_the_same_watch(values, terms, data):
    cut = data.draw(st.integers(0, len(values)))
    whole, ended = follow(Watch(), runs(values), terms)
    first, ended_first = follow(Watch(), runs(values[:cut]), terms)
    second, ended_second = follow(first, runs(values[cut:], cut), terms)
    assert second == whole
    assert ended_first + ended_second == ended


@given(VALUES, TERMS)
@settings(max_examples=300)
def test_there_are_no_more_episodes_than_times_the_water_was_calm_again(values, terms):
    watch, ended = follow(Watch(), runs(values), terms)
    codes = [code for run in runs(values) for code in [run.verdict]]
    calm_after_breach = sum(
        code == Verdict.CALM and any(before >= Verdict.TENDENCY for before in codes[:index])
        for index, code in enumerate(codes)
    )
    assert len(ended) <= calm_after_breach
    assert len(ended) + watch.burning <= calm_after_breach + 1


@given(st.lists(st.floats(0.271, 0.3), min_size=1, max_size=40), TERMS)
def test_values_between_the_clearing_value_and_the_limit_neither_begin_nor_end_anything(values, terms):
    assert follow(Watch(), runs(values), terms) == (Watch(), [])
    burning = Watch(Phase.FIRING, 3, 0, None, 1, 1, 0.9, 0)
    after, ended = follow(burning, runs(values, 1), terms)
    assert ended == []
    assert (after.phase, after.count, after.peak, after.level) == (Phase.FIRING, 1, 0.9, 3)


@given(st.lists(st.floats(0.31, 5), min_size=2, max_size=12, unique=True), st.randoms())
def test_late_rows_in_any_order_add_up_to_the_same_count_and_peak(values, random):
    times = [n * 5 * MINUTE for n in range(len(values))]
    newest = Run(Verdict.EXCEEDED, times[-1], times[-1], 1, values[-1], times[-1])
    late = [Run(Verdict.EXCEEDED, t, t, 1, v, t) for t, v in zip(times[:-1], values[:-1], strict=True)]
    shuffled = list(late)
    random.shuffle(shuffled)
    one, _ended = follow(Watch(), [newest, *late], Terms())
    other, _ended = follow(Watch(), [newest, *shuffled], Terms())
    assert one == other
    assert (one.count, one.peak, one.phase) == (len(values), max(values), Phase.FIRING)


@given(VALUES, TERMS)
def test_missing_and_failed_rows_prove_nothing(values, terms):
    array = np.array(values)
    codes = level_verdicts(array, np.full(len(array), 4), BAND)
    assert set(codes.tolist()) == {Verdict.UNKNOWN}
    assert follow(Watch(Phase.FIRING, 3, 0, None, 1, 1), runs_of(codes, np.arange(len(array)), array), terms)[1] == []


def test_grace_asks_for_time_and_for_values():
    short = runs([0.5, 0.5])
    assert follow(Watch(), short, Terms(grace_ms=10 * MINUTE))[0].phase == Phase.PENDING
    assert follow(Watch(), runs([0.5, 0.5, 0.5]), Terms(grace_ms=10 * MINUTE))[0].phase == Phase.FIRING
    assert follow(Watch(), short, Terms(min_values=3))[0].phase == Phase.PENDING
    assert follow(Watch(), [*short, *runs([0.1], 2)], Terms(min_values=3)) == (Watch(), [])


def test_crossing_back_and_forth_is_one_episode_that_grows():
    values = [0.5, 0.1, 0.6, 0.1, 0.9, 0.1, 0.4]
    watch, ended = follow(Watch(), runs(values), Terms(clear_ms=30 * MINUTE))
    assert ended == []
    assert (watch.phase, watch.count, watch.peak, watch.since_ms) == (Phase.FIRING, 4, 0.9, 0)


def test_an_episode_ends_only_after_the_water_was_calm_long_enough():
    calm = [0.1] * 6
    watch, ended = follow(Watch(), runs([0.5, *calm]), Terms(clear_ms=30 * MINUTE))
    assert (watch.phase, ended) == (Phase.CLEARING, [])
    watch, ended = follow(Watch(), runs([0.5, *calm, 0.1]), Terms(clear_ms=30 * MINUTE))
    assert (watch.phase, [each.peak for each in ended]) == (Phase.CALM, [0.5])


def test_levels_rise_to_seventy_ninety_and_a_hundred_percent():
    band = band_of(None, 1.0, hysteresis_percent=0, tendency=True, preparing=True)
    codes = level_verdicts(np.array([0.5, 0.71, 0.91, 1.01, 1.0]), None, band)
    assert codes.tolist() == [
        Verdict.CALM, Verdict.TENDENCY, Verdict.PREPARING, Verdict.EXCEEDED, Verdict.PREPARING
    ]  # fmt: skip


def test_oxygen_breaches_below_its_limit_and_its_worst_is_the_lowest():
    band = band_of(5.0, None, hysteresis_percent=10, preparing=True)
    values = np.array([6.5, 5.4, 4.9, 3.2, 5.0, 6.2])
    codes = level_verdicts(values, None, band)
    low, none = Verdict.PREPARING, Verdict.CALM
    assert codes.tolist() == [none, low, Verdict.EXCEEDED, Verdict.EXCEEDED, low, none]
    found = runs_of(codes, np.arange(6) * MINUTE, values, falling=band.falling)
    assert min(run.peak for run in found if run.peak is not None) == 3.2


def test_a_range_breaches_on_both_sides():
    band = band_of(6.0, 8.5, hysteresis_percent=2, tendency=True)
    codes = level_verdicts(np.array([5.9, 6.05, 7.0, 8.45, 8.6]), None, band)
    assert codes.tolist() == [Verdict.EXCEEDED, Verdict.BETWEEN, Verdict.CALM, Verdict.BETWEEN, Verdict.EXCEEDED]


def test_below_detection_is_no_exceedance_even_where_the_device_cannot_see_the_limit():
    values, censored = np.array([0.5, 0.5, 0.1]), np.array([-1, 0, -1])
    codes = level_verdicts(values, None, BAND, censored)
    assert codes.tolist() == [Verdict.UNKNOWN, Verdict.EXCEEDED, Verdict.CALM]


def test_rate_is_taken_from_the_usable_value_before():
    times = np.array([0, 30, 60]) * MINUTE
    codes, rates = rate_verdicts(
        times, np.array([1.0, np.nan, 3.0]), np.array([1, 9, 1]), per_hour=1.5, direction="up",
        before=(-60 * MINUTE, 0.9),
    )  # fmt: skip
    assert codes.tolist() == [Verdict.CALM, Verdict.UNKNOWN, Verdict.EXCEEDED]
    assert rates[2] == pytest.approx(2.0)
    falling, _rates = rate_verdicts(times, np.array([3.0, 2.0, 1.0]), None, per_hour=1.0, direction="down")
    assert falling.tolist() == [Verdict.UNKNOWN, Verdict.EXCEEDED, Verdict.EXCEEDED]
    assert rate_verdicts(times, np.array([3.0, 2.0, 1.0]), None, per_hour=1.0, direction="up")[0][1] == Verdict.CALM


def test_only_failed_rows_are_bad_quality():
    assert quality_verdicts(np.array([1, 2, 3, 4, 9])).tolist() == [0, -1, 0, Verdict.EXCEEDED, -1]


@given(VALUES, TERMS)
def test_a_watch_survives_being_written_down(values, terms):
    watch, _ended = follow(Watch(), runs(values), terms)
    assert Watch.from_dict(watch.as_dict()) == watch


def test_every_state_is_in_the_table_and_an_end_is_an_end():
    assert set(NEXT) == set(AlertState)
    assert NEXT[AlertState.ENDED] == {}
    assert {Phase.FIRING, Phase.CLEARING} == BURNING
    with pytest.raises(WrongAlertState, match="đã kết thúc"):
        move(AlertState.ENDED, AlertVerb.ACKNOWLEDGE)
