"""Classes by the regulation of the day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.water.rules import limits, parameters
from giapranh.water.rules.limits import (
    WORSE,
    Censored,
    ClassState,
    NoStandard,
    Reading,
    bound,
    bounds_on,
    classify,
    classify_sample,
    column_exceedance,
    compare,
    meets_target,
    standard_on,
    table1,
)
from giapranh.water.rules.parameters import UnknownParameter, to_stored
from giapranh.water.rules.standards import _bounds

NOW, OLD = date(2026, 3, 1), date(2020, 3, 1)


def test_the_regulation_is_that_of_the_day_of_the_sample() -> None:
    assert standard_on(date(2023, 9, 11)).key == "qcvn_08mt_2015"
    assert standard_on(date(2023, 9, 12)).key == "qcvn_08_2023"
    assert standard_on(date(2016, 3, 1)).key == "qcvn_08mt_2015"
    with pytest.raises(NoStandard):
        standard_on(date(2016, 2, 29))


@pytest.mark.parametrize(("parameter", "value", "cls"), [
    ("ph", 6.5, "A"), ("ph", 8.5, "A"), ("ph", 6.4, "B"), ("ph", 6.0, "B"), ("ph", 5.9, "D"), ("ph", 8.6, "D"),
    ("bod5", 4, "A"), ("bod5", 4.1, "B"), ("bod5", 6, "B"), ("bod5", 10, "C"), ("bod5", 10.01, "D"),
    ("cod", 10, "A"), ("cod", 15, "B"), ("cod", 20, "C"), ("cod", 21, "D"), ("toc", 8, "C"), ("toc", 8.1, "D"),
    ("do", 6.0, "A"), ("do", 5.99, "B"), ("do", 4.0, "C"), ("do", 2.0, "D"), ("do", 1.99, WORSE),
    ("tp", 0.1, "A"), ("tp", 0.300001, "C"), ("tp", 0.30000000000000004, "B"), ("tp", 0.3, "B"), ("tn", 0.6, "A"), ("tn", 2.1, "D"),
    ("coliform", 1000, "A"), ("coliform", 7500, "C"), ("coliform", 7501, "D"), ("thermo_coliform", 200, "A"),
    ("tss", 25, "A"), ("tss", 100, "B"),
])  # fmt: skip
def test_classes_of_2023_for_rivers(parameter: str, value: float, cls: str) -> None:
    found = classify(parameter, value, NOW)
    assert (found.cls, found.state) == (cls, ClassState.CLASSED)


def test_floating_rubbish_decides_between_c_and_d() -> None:
    assert classify("tss", 130, NOW).state is ClassState.NEEDS_RUBBISH
    assert classify("tss", 130, NOW).possible == ("C", "D")
    assert classify("tss", 130, NOW, floating_rubbish=False).cls == "C"
    assert classify("tss", 130, NOW, floating_rubbish=True).cls == "D"
    assert classify("tss", 60, NOW, floating_rubbish=True).cls == "B"
    assert classify("tss", 16, NOW, "lake", floating_rubbish=False).cls == "C"
    assert classify("tss", 5, NOW, "lake").cls == "A"


def test_chlorophyll_is_for_lakes_and_its_lower_classes_are_unsure() -> None:
    assert classify("chlorophyll_a", 10, NOW).state is ClassState.NO_LIMIT
    assert classify("chlorophyll_a", 10, NOW, "lake").unsure is False
    found = classify("chlorophyll_a", 20, NOW, "lake")
    assert (found.cls, found.unsure) == ("B", True)
    assert found.notes


@pytest.mark.parametrize(("parameter", "value", "cls"), [
    ("ph", 5.9, "B1"), ("ph", 6, "A1"), ("ph", 9.1, WORSE), ("bod5", 16, "B2"), ("nh4_n", 0.3, "A1"), ("nh4_n", 0.31, "B1"),
    ("nh4_n", 0.91, WORSE), ("do", 3.9, "B2"), ("no3_n", 15.1, WORSE), ("hg", 0.0015, "B2"), ("coliform", 9000, "B2"),
    ("cl", 351, "B2"), ("toc", 5, "A2"), ("aldrin", 0.11, WORSE),
])  # fmt: skip
def test_columns_of_2015(parameter: str, value: float, cls: str) -> None:
    assert classify(parameter, value, OLD).cls == cls


def test_a_column_without_a_limit_is_said() -> None:
    assert classify("cl", 400, OLD).notes == (limits.NO_COLUMN,)


def test_old_reports_quote_multiples_of_a_column() -> None:
    found = column_exceedance("nh4_n", 2.7, "A1", date(2021, 4, 1))
    assert found is not None
    assert found.exceeds
    assert found.multiple == pytest.approx(9)
    assert column_exceedance("toc", 9, "B1", OLD) is None
    just = classify("cod", 12, NOW)
    assert (just.cls, just.limit and just.limit.cls, just.multiple) == ("B", "A", 1.2)


def test_table_1_is_apart_and_knows_what_is_unsure() -> None:
    found = table1("nh4_n", 0.3, NOW)
    assert found is not None
    assert (found.exceeds, found.unsure) == (False, False)
    over = table1("nh4_n", 0.45, NOW)
    assert over is not None
    assert (over.exceeds, over.multiple) == (True, 1.5)
    unsure = table1("ecoli", 25, NOW)
    assert unsure is not None
    assert (unsure.exceeds, unsure.unsure) == (True, True)
    assert table1("cod", 25, NOW) is None
    assert table1("as", 10, NOW, unit="µg/L").exceeds is False  # type: ignore[union-attr]
    assert table1("as", 0.02, OLD) is None


def test_below_detection_is_not_zero() -> None:
    clean = classify("tp", 0.05, NOW, censored=Censored.BELOW)
    assert (clean.cls, clean.state) == ("A", ClassState.CLASSED)
    coarse = classify("tp", 0.4, NOW, censored=Censored.BELOW)
    assert (coarse.cls, coarse.state, coarse.possible) == ("", ClassState.OPEN, ("A", "B", "C"))
    assert classify("coliform", 7500, NOW, censored=Censored.ABOVE).cls == "D"
    assert classify("coliform", 1000, NOW, censored=Censored.ABOVE).possible == ("B", "C", "D")
    hg = bound("hg", "table1", NOW)
    assert hg is not None
    assert compare(0.002, hg, Censored.BELOW).exceeds is None
    assert compare(0.001, hg, Censored.BELOW).exceeds is False
    assert compare(0.001, hg, Censored.ABOVE).exceeds is True


def test_a_sample_says_what_is_missing_and_whose_rule_the_worst_is() -> None:
    found = classify_sample({"ph": 7.2, "do": 5.8, "cod": 21, "tss": Reading(140.0), "nh4_n": 0.45, "bod5": None}, NOW)
    assert found.limiting == "D"
    assert found.limiting_parameters == ("cod",)
    assert found.undecided == ("tss",)
    assert set(found.missing) == {"bod5", "toc", "tp", "tn", "coliform", "thermo_coliform"}
    assert "cách gộp của phần mềm" in found.label
    assert [(e.parameter, e.exceeds) for e in found.table1] == [("nh4_n", True)]


def test_an_automatic_station_never_gets_one_class_without_the_missing_ones() -> None:
    found = classify_sample({"ph": 7.2, "do": 6.5, "tss": 12}, NOW)
    assert found.limiting == "A"
    assert {"bod5", "coliform"} <= set(found.missing)


def test_waste_water_has_no_class_of_surface_water() -> None:
    found = classify_sample({"cod": 400, "nh4_n": 60}, NOW, "wastewater")
    assert (found.classes, found.table1, found.limiting, found.missing) == ((), (), "", ())


def test_targets_compare_inside_one_regulation() -> None:
    assert meets_target("A", "B", "qcvn_08_2023_table_2") is True
    assert meets_target("C", "B", "qcvn_08_2023") is False
    assert meets_target(WORSE, "D", "qcvn_08_2023") is False
    assert meets_target("A2", "B", "qcvn_08_2023") is None
    assert meets_target("", "B", "qcvn_08_2023") is None


def test_nothing_measured_and_things_unknown() -> None:
    assert classify("cod", None, NOW).state is ClassState.NOT_MEASURED
    assert classify("cod", float("nan"), NOW).state is ClassState.NOT_MEASURED
    assert classify("ec", 300, NOW).state is ClassState.NO_LIMIT
    with pytest.raises(UnknownParameter):
        classify("plutonium", 1, NOW)
    with pytest.raises(limits.NotFinite):
        classify("cod", float("inf"), NOW)


def test_lines_of_a_chart_are_those_of_the_day() -> None:
    assert [(b.cls, float(b.high or 0)) for b in bounds_on("cod", NOW)] == [("A", 10), ("B", 15), ("C", 20)]
    assert [b.cls for b in bounds_on("nh4_n", NOW)] == ["table1"]
    assert [b.cls for b in bounds_on("nh4_n", OLD)] == ["A1", "A2", "B1", "B2"]


@pytest.mark.parametrize("key", ["qcvn_08_2023", "qcvn_08mt_2015"])
def test_every_limit_has_a_source_dates_and_the_unit_its_parameter_is_kept_in(key: str) -> None:
    for parameter, rows in _bounds(key).items():
        for row in rows:
            assert row.source
            assert row.valid_from
            assert row.unit == parameters.parameter(parameter).unit
    assert len(_bounds(key)) >= 34


PARAMETERS = ["bod5", "cod", "toc", "tp", "tn", "coliform", "do"]


@given(st.sampled_from(PARAMETERS), st.floats(0, 50000), st.floats(0, 50000))
def test_more_is_never_better_except_for_oxygen(parameter: str, a: float, b: float) -> None:
    held = standard_on(NOW)
    low, high = (held.rank(classify(parameter, value, NOW).cls) for value in sorted((a, b)))
    assert low >= high if parameter == "do" else low <= high


@given(st.sampled_from(PARAMETERS), st.floats(0, 50000))
def test_the_class_of_a_censored_result_holds_the_plain_one(parameter: str, value: float) -> None:
    plain = classify(parameter, value, NOW).cls
    assert plain in classify(parameter, value, NOW, censored=Censored.BELOW).possible


def test_a_result_that_equals_the_limit_after_a_conversion_or_a_mean_does_not_exceed_it() -> None:
    exact = to_stored("nh4_n", 0.3864, "mg/L", "NH4")  # 0,3 of N, and some noise
    found = table1("nh4_n", exact, date(2026, 1, 1))
    assert found is not None
    assert found.exceeds is False
    assert table1("nh4_n", 0.300001, date(2026, 1, 1)).exceeds is True  # type: ignore[union-attr]


def test_oxygen_below_detection_is_sure_to_miss_its_limit() -> None:
    limit = bound("do", "B", date(2026, 1, 1))
    assert limit is not None
    assert compare(0.5, limit, Censored.BELOW).exceeds is True
    assert compare(20, limit, Censored.ABOVE).exceeds is False
    assert compare(6, limit, Censored.BELOW).exceeds is None
    assert compare(3, limit, Censored.ABOVE).exceeds is None
