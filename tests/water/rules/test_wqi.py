"""VN_WQI: the worked examples, every edge of the curves, laws, and the series against the single sample."""

from __future__ import annotations

import itertools
import math
import random
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from giapranh.water.rules import wqi, wqi_series
from giapranh.water.rules.readings import Censored, Reading
from giapranh.water.rules.wqi import CensoredRule, Method, NoIndex, do_saturation, half_up, level_of, sub_index, vn_wqi
from giapranh.water.rules.wqi_data import index_on

DAY = date(2026, 3, 1)
NAN = float("nan")
A = {"ph": 7.2, "temp": 27.5, "do": 5.8, "bod5": 9, "cod": 21, "nh4_n": 0.45, "no3_n": 1.2, "no2_n": 0.03, "po4_p": 0.15,
     "coliform": 4200}  # fmt: skip
B = {"ph": 7.0, "temp": 22.0, "do": 3.9, "bod5": 14, "cod": 28, "nh4_n": 2.7, "no3_n": 6.5, "no2_n": 0.35, "po4_p": 0.25,
     "coliform": 9000, "as": 0.004, "cd": 0.001, "pb": 0.01, "zn": 0.6}  # fmt: skip
C = {"ph": 8.88, "aldrin": 0.021, "bhc": 0.048, "dieldrin": 0.047, "ddts": 0.052, "as": 0.021, "cd": 0.004, "pb": 0.009,
     "cr6": 0.007, "cu": 0.001, "zn": 0.074, "hg": 0.002, "do": 7.095, "temp": 25, "bod5": 8.28, "cod": 23.253,
     "toc": 17.855, "nh4_n": 0.163, "no3_n": 0.93, "no2_n": 0.18, "po4_p": 0, "coliform": 1300, "ecoli": 92}  # fmt: skip


@pytest.mark.parametrize(
    ("temp", "expected"), [(15, 10.0342), (20, 9.0218), (25, 8.1757), (30, 7.4374), (27.5, 7.796688)]
)
def test_oxygen_at_saturation(temp: float, expected: float) -> None:
    assert do_saturation(temp) == pytest.approx(expected, abs=5e-5)


def test_example_a() -> None:
    found = vn_wqi(A, DAY)
    expected = {
        "do_percent": 74.391,
        "bod5": 66.667,
        "cod": 65,
        "nh4_n": 62.5,
        "no3_n": 100,
        "no2_n": 100,
        "po4_p": 87.5,
    }
    assert {key: round(found.sub_indices[key], 3) for key in expected} == expected
    assert found.groups == pytest.approx({"I": 100, "IV": 79.436747, "V": 83.0}, abs=1e-6)
    assert found.exact == pytest.approx(80.6072, abs=1e-4)
    assert (found.value, found.level and found.level.vi, found.method_id) == (81, "Tốt", "agg_cuberoot")
    by_root = vn_wqi(A, DAY, method="agg_sqrt")
    assert (by_root.value, by_root.method_id) == (81, "agg_sqrt")
    assert by_root.exact == pytest.approx(81.1988, abs=1e-4)
    without = vn_wqi({key: value for key, value in A.items() if key != "coliform"} | {"as": 0.001}, DAY)
    assert (without.value, without.method_id) == (79, "agg_iv_only")
    assert without.exact == pytest.approx(79.4367, abs=1e-4)


def test_example_b() -> None:
    found = vn_wqi(B, DAY)
    assert found.groups == pytest.approx({"I": 100, "III": 98.725854, "IV": 44.337011, "V": 35.0}, abs=1e-6)
    assert found.sub_indices["nh4_n"] == pytest.approx(18.415, abs=1e-3)
    assert found.exact == pytest.approx(40.4543, abs=1e-4)
    assert (found.value, found.level and found.level.vi) == (40, "Xấu")
    by_root = vn_wqi(B, DAY, method=Method.SQRT)
    assert by_root.exact == pytest.approx(38.8909, abs=1e-4)
    assert by_root.value == 39
    without = vn_wqi({key: value for key, value in B.items() if key != "coliform"}, DAY)
    assert without.exact == pytest.approx(43.7721, abs=1e-4)
    assert without.value == 44


def test_example_c() -> None:
    found = vn_wqi(C, DAY)
    assert found.groups["I"] == pytest.approx(62.0)
    assert found.groups["II"] == pytest.approx(56.234, abs=1e-3)
    assert found.groups["III"] == pytest.approx(78.605, abs=1e-3)
    assert found.groups["IV"] == pytest.approx(72.553988, abs=1e-6)
    assert found.groups["V"] == pytest.approx(77.0)
    factor = found.groups["I"] * found.groups["II"] * found.groups["III"] / 1e6
    assert factor == pytest.approx(0.274057, abs=1e-6)
    assert found.exact == pytest.approx(20.2821, abs=1e-4)
    assert vn_wqi(C, DAY, method="agg_sqrt").exact == pytest.approx(20.4841, abs=1e-4)
    assert (found.value, found.level and found.level.vi) == (20, "Kém")


EDGES = [
    ("nh4_n", 0.29999, 100), ("nh4_n", 0.3, 75), ("nh4_n", 5, 10), ("cd", 0.005, 75), ("cd", 0.0049, 100), ("hg", 0.001, 75),
    ("pb", 0.02, 75), ("bod5", 5, 87.5), ("bod5", 50, 10), ("bod5", 400, 10), ("cod", 100, 17.5), ("cod", 10, 100),
    ("po4_p", 0.45, 31.25), ("no3_n", 15, 25), ("no3_n", 15.01, 10), ("no2_n", 0.05, 100), ("no2_n", 0.0501, 10),
    ("coliform", 10000, 25), ("coliform", 10001, 10), ("ecoli", 200, 25), ("ecoli", 201, 10), ("as", 0.1, 25), ("as", 0.11, 10),
    ("ph", 5.49, 10), ("ph", 5.5, 50), ("ph", 5.75, 75), ("ph", 6, 100), ("ph", 8.5, 100), ("ph", 8.75, 75), ("ph", 9, 50),
    ("ph", 9.01, 10), ("do_percent", 19.9, 10), ("do_percent", 20, 25), ("do_percent", 35, 37.5), ("do_percent", 60, 60),
    ("do_percent", 80, 84.615), ("do_percent", 88, 100), ("do_percent", 112, 100), ("do_percent", 118, 88.462),
    ("do_percent", 140, 60), ("do_percent", 180, 35), ("do_percent", 200, 25), ("do_percent", 201, 10),
    ("aldrin", 0.1, 100), ("aldrin", 0.11, 10), ("bhc", 0.02, 100), ("ddts", 1.01, 10), ("cr6", 0.1, 10), ("cu", 2, 10),
    ("zn", 3, 10), ("zn", 0.6, 95), ("toc", 0, 100), ("hg", 0.05, 10),
]  # fmt: skip


@pytest.mark.parametrize(("parameter", "value", "quality"), EDGES)
def test_edges_of_the_curves(parameter: str, value: float, quality: float) -> None:
    assert sub_index(parameter, value, DAY) == pytest.approx(quality, abs=5e-4)
    curve = index_on(DAY).curves[parameter]
    assert wqi_series.qualities(curve, np.array([value]))[0] == pytest.approx(quality, abs=5e-4)


def test_not_enough_data_is_said_with_reasons_and_is_never_zero() -> None:
    found = vn_wqi({"ph": 7, "cod": 12, "nh4_n": 0.2}, DAY)
    assert (found.value, found.exact, found.level) == (None, None, None)
    assert [str(reason) for reason in found.reasons] == [
        "Chỉ có 2/5 nhóm thông số, cần ít nhất 3 nhóm.",
        "Nhóm IV (hữu cơ, dinh dưỡng) chỉ có 2 thông số, cần ít nhất 3.",
    ]
    assert vn_wqi({}, DAY).value is None
    assert not vn_wqi({"ph": 7, "do": 6, "temp": 20, "cod": 9, "nh4_n": 0.1}, DAY).enough
    assert vn_wqi({"ph": 7, "do": 6, "temp": 20, "cod": 9, "nh4_n": 0.1}, DAY, condition="automatic").enough


def test_oxygen_without_temperature_cannot_serve() -> None:
    assert vn_wqi({**A, "temp": None}, DAY).left_out == (("do", wqi.NEEDS_TEMP),)
    assert vn_wqi({**A, "temp": 90}, DAY).left_out == (("do", wqi.ODD_TEMP),)
    assert vn_wqi({**A, "temp": None, "do_percent": 74.390566}, DAY).exact == pytest.approx(80.6072, abs=1e-4)
    assert ("cod", wqi.NEGATIVE) in vn_wqi({**A, "cod": -1}, DAY).left_out


def test_below_detection_counts_as_half_or_whole_by_choice() -> None:
    values = {**A, "nh4_n": Reading(0.6, Censored.BELOW)}
    assert vn_wqi(values, DAY).sub_indices["nh4_n"] == 75
    assert vn_wqi(values, DAY, censored=CensoredRule.FULL).sub_indices["nh4_n"] == 50
    unknown = vn_wqi({**A, "nh4_n": Reading(None, Censored.BELOW)}, DAY)
    assert unknown.left_out == (("nh4_n", wqi.NO_MDL),)
    assert wqi.ABOVE_RANGE in vn_wqi({**A, "coliform": Reading(11000, Censored.ABOVE)}, DAY).notes


def test_both_methods_are_shown_when_they_part_the_levels() -> None:
    clean = {"ph": 7, "do_percent": 100, "bod5": 2, "cod": 5, "nh4_n": 0.1, "coliform": 5000}
    found = vn_wqi(clean, DAY)
    assert found.other is not None
    assert (found.level, found.other.level) != (None, None)
    assert found.level != found.other.level
    assert found.other.method_id == "agg_sqrt"
    assert wqi.OTHER_LEVEL in found.notes
    assert vn_wqi(A, DAY).other is None


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (80.5, 81),
        (79.5, 80),
        (2.5, 3),
        (63.5, 64),
        (8.999999999999, 9),
        (26.4999999999999, 27),
        (26.4999, 26),
        (50.49, 50),
    ],
)
def test_halves_go_up_and_the_noise_of_binary_fractions_does_not_decide(value: float, rounded: int) -> None:
    assert half_up(value) == rounded
    assert wqi_series.half_up(np.array([value]))[0] == half_up(value)


@pytest.mark.parametrize(("value", "key"), [(100, "very_good"), (91, "very_good"), (90, "good"), (76, "good"), (75, "medium"), (51, "medium"),
                                            (50, "bad"), (26, "bad"), (25, "poor"), (10, "poor"), (9, "very_poor"), (0, "very_poor")])  # fmt: skip
def test_levels(value: int, key: str) -> None:
    assert level_of(value, DAY).key == key


def test_levels_touch_and_cover_everything() -> None:
    bands = sorted((level.low, level.high) for level in wqi.levels(DAY))
    assert bands[0][0] == 0
    assert bands[-1][1] == 100
    assert all(low == high + 1 for (_l, high), (low, _h) in itertools.pairwise(bands))


def test_before_the_decision_there_is_no_such_index() -> None:
    with pytest.raises(NoIndex):
        vn_wqi(A, date(2019, 11, 11))
    with pytest.raises(wqi.UnknownCondition):
        vn_wqi(A, DAY, condition="hope")


CURVES = index_on(DAY).curves
FALLING = sorted(set(CURVES) - {"ph", "do_percent"})


@given(st.sampled_from(sorted(CURVES)), st.floats(0, 1e6))
def test_quality_stays_between_10_and_100(parameter: str, value: float) -> None:
    assert 10 <= sub_index(parameter, value, DAY) <= 100


@given(st.sampled_from(FALLING), st.floats(0, 300), st.floats(0, 300))
def test_more_pollution_is_never_better(parameter: str, a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert sub_index(parameter, low, DAY) >= sub_index(parameter, high, DAY) - 1e-9


def test_quality_is_continuous_inside_and_best_at_the_start() -> None:
    for key in FALLING:
        curve = CURVES[key]
        assert sub_index(key, 0, DAY) == 100
        qualities = [quality for _point, quality in curve.points]
        assert qualities == sorted(qualities, reverse=True)
        assert [point for point, _quality in curve.points] == sorted(point for point, _quality in curve.points)


SAMPLE = st.fixed_dictionaries({}, optional={
    "ph": st.floats(4, 10), "temp": st.floats(0, 45), "do": st.floats(0, 20), "do_percent": st.floats(0, 250),
    **{key: st.floats(0, CURVES[key].points[-1][0] * 1.3) for key in FALLING},
})  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    SAMPLE, st.sampled_from(["agg_cuberoot", "agg_sqrt"]), st.sampled_from(["decision_1460", "automatic"]), st.randoms()
)
def test_series_gives_what_the_single_sample_gives_in_any_order(
    sample: dict[str, float], method: str, condition: str, chance: random.Random
) -> None:
    one = vn_wqi(sample, DAY, method=method, condition=condition)
    order = list(sample)
    chance.shuffle(order)
    assert vn_wqi({key: sample[key] for key in order}, DAY, method=method, condition=condition) == one
    columns = {key: np.array([sample[key], NAN, sample[key]]) for key in order}
    many = wqi_series.series(columns, DAY, method=method, condition=condition)
    if one.value is None or one.exact is None:
        assert many.value.tolist() == [-1] * len(many.value)
        return
    assert 0 < one.exact <= 100 + 1e-9
    # A sub-index close to 0 is a difference of large numbers: its last digits depend on the order of the sums.
    assert many.exact[0] == pytest.approx(one.exact, rel=1e-10)
    assert many.value.tolist() == [one.value, -1, one.value]
    assert wqi.levels(DAY)[many.level[0]] == one.level
    assert many.methods[many.method[0]] == one.method_id
    assert set(many.used) == set(one.used)


def test_a_series_says_which_groups_it_lacks() -> None:
    found = wqi_series.series({"ph": np.array([7.0]), "cod": np.array([9.0]), "nh4_n": np.array([0.1]),
                               "do": np.array([6.0]), "temp": np.array([20.0])}, DAY)  # fmt: skip
    assert found.missing_groups == ("II", "III", "V")
    assert "trạm tự động" in found.label
    assert wqi_series.series({}, DAY).value.tolist() == []


def test_hourly_means_stand_on_enough_rows_that_did_not_fail() -> None:
    step = 300_000
    times = np.arange(24) * step
    values = np.where(np.arange(24) < 12, 5.0, 7.0)
    values[[0, 1, 2]] = NAN
    flags = np.ones(24, dtype=np.int16)
    flags[[12, 13, 14, 15]] = 4
    starts, found = wqi_series.means(times, {"do": values}, "hour", flags={"do": flags})
    assert starts.tolist() == [0, 3_600_000]
    assert found["do"][0] == 5.0  # nine of twelve rows are enough
    assert math.isnan(found["do"][1])  # eight are not


def test_days_are_those_of_vietnam() -> None:
    times = np.arange(0, 48 * 3_600_000, 300_000)
    starts, _found = wqi_series.means(times, {"ph": np.full(len(times), 7.0)}, "day")
    assert starts.tolist() == [-7 * 3_600_000, 17 * 3_600_000, 41 * 3_600_000]


def test_rows_without_a_result_get_no_quality_for_it_in_a_series() -> None:
    """Nitrite and the pesticides have one breakpoint only."""
    columns = {
        "ph": np.array([7.0, 7.0]), "coliform": np.array([2000.0, 2000.0]), "cod": np.array([20.0, 20.0]),
        "nh4_n": np.array([0.4, 0.4]), "po4_p": np.array([0.25, 0.25]), "no2_n": np.array([0.04, NAN]),
        "aldrin": np.array([0.2, NAN]),
    }  # fmt: skip
    many = wqi_series.series(columns, DAY, condition="decision_1460")
    for row in range(2):
        one = vn_wqi({key: column[row] for key, column in columns.items()}, DAY)
        assert many.exact[row] == pytest.approx(one.exact, rel=1e-12)
    two = {key: column for key, column in columns.items() if key not in {"po4_p", "no2_n"}}
    assert wqi_series.series(two | {"no2_n": np.array([NAN, 0.04])}, DAY).value[0] == -1  # two of group IV only


def test_the_noise_of_conversions_and_means_does_not_move_a_value_over_a_breakpoint() -> None:
    nitrite = 0.1642 / 3.284  # as the ion: exactly 0,05 of N
    assert sub_index("no2_n", 0.05 * (1 + 2e-16), DAY) == sub_index("no2_n", nitrite, DAY) == 100
    assert sub_index("nh4_n", 0.3 * (1 - 2e-16), DAY) == 75
    assert wqi_series.qualities(CURVES["no2_n"], np.array([0.05 * (1 + 2e-16), 0.0501])).tolist() == [100, 10]
