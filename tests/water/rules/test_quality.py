"""Checks of arriving values: published vectors, then laws that must hold for any series."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from giapranh.water.rules.quality import (
    Flag,
    Reason,
    Season,
    Span,
    climatology,
    flat_line,
    gaps,
    gross_range,
    rate_of_change,
    reception,
    roll_up,
    spike,
    words,
)
from giapranh.water.rules.quality_run import (
    BadThreshold,
    Thresholds,
    check,
    context,
    cross_check,
    defaults,
    with_reference,
)

NAN = float("nan")
X = np.array([7.2, 7.2, 7.3, 12.5, 7.3, 7.3, 7.3, 7.3, 7.3, -1, 16, NAN])
T = np.arange(12) * 300_000
MINUTE = 60_000


def listed(flags: object) -> str:
    return " ".join(str(int(flag)) for flag in flags)  # type: ignore[attr-defined]


def test_gross_range_by_the_published_vector() -> None:
    assert listed(gross_range(X, Span(0, 14), Span(5.5, 9))) == "1 1 1 3 1 1 1 1 1 4 4 9"


def test_spike_by_the_published_vectors() -> None:
    assert listed(spike(X, 0.5, 1.5)) == "2 1 4 4 4 1 1 1 4 4 2 9"
    assert listed(spike(X, 0.5, 1.5, method="differential")) == "2 1 1 4 1 1 1 1 1 4 2 9"


def test_rate_of_change_by_the_published_vector() -> None:
    assert listed(rate_of_change(X, T, 0.5 / 3600)) == "1 1 3 3 3 1 1 1 1 3 3 9"


def test_flat_line_by_the_published_vector() -> None:
    assert listed(flat_line(X, T, 600, 1200, 0.01)) == "1 1 1 1 1 1 3 3 4 1 1 9"


def test_roll_up_takes_the_worst_and_missing_only_when_all_say_so() -> None:
    a = np.array([1, 1, 3, 2, 9, 9, 2], dtype=np.int16)
    b = np.array([2, 3, 4, 2, 9, 1, 9], dtype=np.int16)
    assert listed(roll_up(a, b)) == "1 3 4 2 9 1 2"


def test_an_analyser_that_repeats_its_value_for_an_hour_is_not_flat() -> None:
    hourly = np.repeat([12.1, 12.6, 11.9, 12.4, 12.2, 12.8], 12)
    times = np.arange(len(hourly)) * 5 * MINUTE
    assert (flat_line(hourly, times, 1800, 86_400, 0.1, cycle_s=3600) == Flag.PASS).all()
    assert (flat_line(hourly, times, 1800, 86_400, 0.1) == Flag.SUSPECT).any()


def test_a_spike_of_one_measuring_cycle_is_seen_in_all_its_rows() -> None:
    hourly = np.repeat([12.0, 12.2, 60.0, 12.1, 12.0], 12)
    times = np.arange(len(hourly)) * 5 * MINUTE
    flags = spike(hourly, 6, 20, method="differential", times=times, cycle_s=3600)
    assert (flags[24:36] == Flag.FAIL).all()
    assert not (flags[:24] == Flag.FAIL).any()
    assert not (flags[36:] == Flag.FAIL).any()


def test_a_step_of_an_analyser_counts_over_its_cycle() -> None:
    values, times = np.array([10.0, 10.0, 18.0]), np.array([0, 5, 10]) * MINUTE
    assert listed(rate_of_change(values, times, 20 / 3600)) == "1 1 3"
    assert listed(rate_of_change(values, times, 20 / 3600, cycle_s=3600)) == "1 1 1"


def test_silence_is_not_standing_still() -> None:
    values = np.array([7.0, 7.0, 7.0, 7.0])
    times = np.array([0, 5, 24 * 60, 24 * 60 + 5]) * MINUTE
    assert listed(flat_line(values, times, 3600, 7200, 0.1, gap_s=7200)) == "1 1 1 1"


def test_climatology_knows_the_month_in_vietnam() -> None:
    seasons = [Season((11, 12, 1, 2), Span(12, 26), Span(5, 32)), Season((7,), Span(24, 34))]
    times = np.array(["2026-01-15T00:00", "2026-01-15T01:00", "2026-06-30T18:00", "2026-04-01T00:00", "2026-01-02T00:00"],
                     dtype="datetime64[ms]").astype(np.int64)  # fmt: skip
    flags = climatology(np.array([20.0, 28.0, 20.0, 20.0, 40.0]), times, seasons)
    assert listed(flags) == "1 3 3 2 4"  # 18:00 UTC on 30 June is July in Vietnam; April is described nowhere


def test_gaps_and_reception_count_slots_once() -> None:
    step = 5 * MINUTE
    times = np.array([0, 1, 1, 2, 6, 7]) * step
    found = gaps(times, 0, 10 * step, 300)
    assert [(g.after // step, g.before // step, g.missing) for g in found] == [(2, 6, 3), (7, 10, 2)]
    seen = reception(times, 0, 10 * step, 300)
    assert (seen.expected, seen.received, seen.rate) == (10, 5, 0.5)
    assert reception(times, 0, 0, 300).rate is None


def test_a_day_of_five_minutes_has_288_rows() -> None:
    assert reception(np.arange(231) * 5 * MINUTE, 0, 86_400_000, 300).rate == pytest.approx(231 / 288)


def test_device_status_fails_the_row_and_makes_it_no_neighbour() -> None:
    values = np.array([7.0, 7.1, 50.0, 7.1, 7.0])
    times = np.arange(5) * 5 * MINUTE
    status = np.array([0, 0, 1, 0, 2])
    checked = check(values, times, Thresholds(gross_fail=Span(0, 14), rate_suspect=0.5), status=status)
    assert listed(checked.flags) == "1 3 4 1 4"
    assert checked.reasons[2] == Reason.CALIBRATION
    assert checked.reasons[4] == Reason.DEVICE
    assert words(int(checked.reasons[1])) == ["đổi quá nhanh"]


def test_relative_spike_needs_the_median_of_the_series() -> None:
    values = np.array([20.0, 21.0, 95.0, 20.0, 22.0])
    times = np.arange(5) * 5 * MINUTE
    limits = defaults("tss")
    assert check(values, times, limits).flags[2] != Flag.FAIL
    assert check(values, times, with_reference(limits, values)).flags[2] == Flag.FAIL


def test_thresholds_pass_through_json() -> None:
    limits = Thresholds(gross_fail=Span(0, 14), seasons=(Season((1, 2), Span(1, 2), Span(0, 3)),), cycle_s=3600)
    assert Thresholds.from_dict(limits.as_dict()) == limits
    assert Thresholds.from_dict(defaults("nh4_n").as_dict()) == defaults("nh4_n")


@pytest.mark.parametrize("bad", [{"groß": 1}, {"gross_fail": [3, 1]}, {"gross_fail": [1]}, {"gross_fail": "abc"},
                                 {"seasons": [{"months": [1], "suspect": None}]}])  # fmt: skip
def test_bad_thresholds_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(BadThreshold):
        Thresholds.from_dict(bad)


def test_nothing_to_check_by_is_not_a_pass() -> None:
    checked = check(np.array([1.0, NAN]), np.array([0, 300_000]), defaults("unheard_of"))
    assert listed(checked.flags) == "2 9"


def test_a_part_larger_than_its_whole_is_found() -> None:
    found = cross_check(
        {"nh4_n": np.array([1.0, 3.0, NAN]), "tn": np.array([2.0, 2.0, 2.0]), "cod": np.array([9.0] * 3)}
    )
    assert [(f.rule_key, f.mask.tolist()) for f in found] == [("nh4_in_tn", [False, True, False])]


VALUES = st.one_of(st.just(NAN), st.sampled_from([7.0, 7.005, 7.3, 12.5]), st.floats(-2, 16, allow_nan=False))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_chunks_with_their_context_give_what_the_whole_gives(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 60))
    steps = data.draw(st.lists(st.sampled_from([300, 300, 300, 900, 9000]), min_size=n, max_size=n))
    times = np.cumsum(np.array(steps, dtype=np.int64)) * 1000
    values = np.array(data.draw(st.lists(VALUES, min_size=n, max_size=n)))
    status = np.array(data.draw(st.lists(st.sampled_from([0, 0, 0, 1, 2]), min_size=n, max_size=n)))
    limits = Thresholds(
        gross_fail=Span(0, 14), gross_suspect=Span(5, 9), spike_suspect=0.5, spike_fail=1.5,
        spike_method=data.draw(st.sampled_from(["average", "differential"])), rate_suspect=0.5, flat_suspect_s=600,
        flat_fail_s=1500, flat_tolerance=0.01, seasons=(Season((1,), Span(6, 8), Span(0, 13)),), cycle_s=data.draw(st.sampled_from([0, 900])), gap_s=3600,
    )  # fmt: skip
    whole = check(values, times, limits, status=status)
    need = context(limits)
    flags, reasons = np.zeros(n, np.int16), np.zeros(n, np.int16)
    start = 0
    while start < n:
        end = data.draw(st.one_of(st.just(start + 1), st.integers(start + 1, n)))
        since = int(np.searchsorted(times, times[start] - need * 1000))
        part = check(values[since:end], times[since:end], limits, status=status[since:end], left=start - since)
        first = since + part.changed_from
        flags[first:end], reasons[first:end] = part.flags[part.changed_from :], part.reasons[part.changed_from :]
        start = end
    assert listed(flags) == listed(whole.flags)
    assert listed(reasons) == listed(whole.reasons)


@given(st.lists(VALUES, max_size=40))
def test_every_row_gets_one_known_flag(values: list[float]) -> None:
    array = np.array(values, dtype=float)
    times = np.arange(len(array)) * 300_000
    for parameter in ("ph", "cod", "tss", "nh4_n"):
        flags = check(array, times, with_reference(defaults(parameter), array)).flags
        assert set(flags.tolist()) <= {flag.value for flag in Flag}
        assert (np.isnan(array) == (flags == Flag.MISSING)).all()
