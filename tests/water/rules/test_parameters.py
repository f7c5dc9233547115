"""Parameters, units, bases, and which column of a file or a sheet is which."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.water.rules import matching, parameters, units
from giapranh.water.rules.matching import UNKNOWN_BASIS, Match, factor_of, match
from giapranh.water.rules.parameters import UnitsDiffer, UnknownBasis, UnknownParameter, UnknownUnit, to_stored


@pytest.mark.parametrize(("head", "key", "unit", "basis"), [
    ("Amoni (NH4+ tính theo N), mg/L", "nh4_n", "mg/L", "N"), ("N-NH₄⁺ (mg/L)", "nh4_n", "mg/L", "N"),
    ("Độ đục (NTU)", "turbidity", "[NTU]", ""), ("BOD5 (20°C)", "bod5", "", ""), ("BOD₅ (mg/L)", "bod5", "mg/L", ""),
    ("Nhiệt độ (oC)", "temp", "Cel", ""), ("Nhiệt độ", "temp", "", ""), ("Nhiệt độ, °C", "temp", "Cel", ""),
    ("Oxy hoà tan", "do", "", ""), ("Oxi hòa tan (DO) mg/l", "do", "mg/L", ""), ("DO (%)", "do_percent", "%", ""),
    ("Tổng Coliform (MPN/100ml)", "coliform", "{MPN}/(100.mL)", ""), ("E.Coli", "ecoli", "", ""),
    ("Nitrat (NO3- tính theo N) (mg/l)", "no3_n", "mg/L", "N"), ("Nitrit tính theo NO2 (mg/L)", "no2_n", "mg/L", "NO2"),
    ("Phosphat (PO43- tính theo P)", "po4_p", "", "P"), ("Hàm lượng TSS [mg/L]", "tss", "mg/L", ""),
    ("Thuỷ ngân (Hg) µg/L", "hg", "ug/L", ""), ("Chì (Pb), mg/L", "pb", "mg/L", ""), ("Crom VI (Cr6+)", "cr6", "", ""),
    ("Clorua (Cl-)", "cl", "", ""), ("Lưu lượng (m3/h)", "flow", "m3/h", ""), ("Mực nước (m)", "water_level", "m", ""),
    ("Tổng dầu, mỡ (oils & grease)", "oil_grease", "", ""), ("TỔNG NITƠ", "tn", "", "N"), ("pH", "ph", "", ""),
    ("As", "as", "", ""), ("dieldrin", "dieldrin", "", ""), ("Total phosphorus (mg/L)", "tp", "mg/L", "P"),
])  # fmt: skip
def test_heads_of_laboratory_sheets(head: str, key: str, unit: str, basis: str) -> None:
    found = match(head)
    assert found is not None
    assert (found.parameter, found.unit, found.basis) == (key, unit, basis)


@pytest.mark.parametrize(
    "head", ["", "STT", "Ngày lấy mẫu", "Vị trí", "Ghi chú", "Mẫu", "(mg/L)", "Kết quả", "  ", "🐟"]
)
def test_other_heads_match_nothing(head: str) -> None:
    assert match(head) is None


@pytest.mark.parametrize(("symbol", "key"), [
    ("Temp", "temp"), ("pH", "ph"), ("PH", "ph"), ("TSS", "tss"), ("COD", "cod"), ("TP", "tp"), ("TN", "tn"), ("TOC", "toc"),
    ("Flow", "flow"), ("Color", "color"), ("PM2,5", "pm25"), ("PM10", "pm10"), ("VHg", "hg_vapour"), ("Turb", "turbidity"),
    ("EC", "ec"), ("Cl", "cl_residual"), ("SO2", "so2_air"),
])  # fmt: skip
def test_symbols_of_station_files(symbol: str, key: str) -> None:
    found = match(symbol)
    assert found is not None
    assert found.parameter == key


def test_a_symbol_that_does_not_tell_its_basis_is_not_sure() -> None:
    for symbol in ("NH4", "NO3", "PO4", "NO2"):
        found = match(symbol)
        assert found is not None
        assert (found.sure, found.basis, found.note) == (False, "", UNKNOWN_BASIS)
        assert factor_of(found) == 1
    assert match("NO2", water=False) == Match("no2_air")
    dissolved = match("H2S")
    assert dissolved is not None
    assert dissolved.parameter == "h2s"


def test_bases() -> None:
    ion = match("Amoni tính theo NH4 (mg/L)")
    assert ion is not None
    assert factor_of(ion) == pytest.approx(1 / 1.288)
    assert to_stored("nh4_n", 1.288, "mg/L", "NH4") == pytest.approx(1)
    assert to_stored("no3_n", 4.427, basis="NO3") == pytest.approx(1)
    assert to_stored("po4_p", Decimal("3.066"), "mg/l", "ion") == pytest.approx(Decimal(1))
    assert parameters.basis_factor("no2_n", "N", "NO2") == pytest.approx(3.284)
    assert parameters.basis_factor("cod", "", "") == 1
    assert parameters.basis_factor("nh4_n", "NH4", "ion") == 1
    with pytest.raises(UnknownBasis):
        parameters.basis_factor("nh4_n", "NO3", "N")


def test_units_convert_exactly() -> None:
    assert parameters.convert(300, "µg/L", "mg/L") == 0.3
    assert parameters.convert(Decimal(300), "ug/l", "mg/L") == Decimal("0.3")
    assert parameters.convert(np.array([3600.0, 1800.0]), "m3/h", "m3/s").tolist() == [1.0, 0.5]
    assert parameters.convert(0.5, "mS/cm", "uS/cm") == 500
    assert parameters.convert(86400, "m3/ngày", "m3/s") == 1
    assert parameters.convert(120, "CFU/100ml", "MPN/100 mL") == 120
    assert to_stored("chlorophyll_a", 14, "mg/m3") == 14
    assert to_stored("pm25", 1, "mg/m3") == 1000
    assert to_stored("cod", 12.5, "-") == 12.5
    with pytest.raises(UnitsDiffer):
        parameters.convert(1, "mg/L", "m3/s")
    with pytest.raises(UnknownUnit):
        parameters.convert(1, "furlong", "m")


@given(st.sampled_from(sorted(units.all_units())), st.floats(1e-3, 1e6))
def test_there_and_back_is_where_it_was(code: str, value: float) -> None:
    dimension = units.all_units()[code].dimension
    for other in units.all_units().values():
        if other.dimension == dimension:
            assert units.convert(units.convert(value, code, other.code), other.code, code) == pytest.approx(value)


@given(st.text(max_size=60))
def test_any_text_is_matched_or_not_but_never_breaks(text: str) -> None:
    found = match(text)
    assert found is None or found.parameter in parameters.all_parameters()


def test_the_list_is_whole() -> None:
    for key, one in parameters.all_parameters().items():
        assert one.unit in units.all_units(), key
        assert one.vi, key
        assert one.en, key
        assert one.source, key
        assert one.direction in {"", "max", "min", "range"}
        found = match(one.vi, water=one.group != "air")
        if one.group != "air":
            assert found is not None, one.vi
            assert found.parameter == key
    assert {"temp", "nh4_n", "chlorophyll_a", "flow", "pm25"} <= set(parameters.all_parameters())
    assert dict(parameters.choices("en"))["temp"] == "Water temperature"
    assert [key for key, _name in parameters.choices(groups=("microbe",))] == ["thermo_coliform", "ecoli", "coliform"]
    with pytest.raises(UnknownParameter):
        parameters.parameter("luck")


def test_no_symbol_stands_for_two_parameters_of_water() -> None:
    seen: dict[str, str] = {}
    for one in parameters.all_parameters().values():
        for symbol in one.station_symbols:
            key = matching.symbol_key(symbol)
            assert seen.setdefault(key, one.key) == one.key, symbol


@pytest.mark.parametrize(("head", "key"), [("1. pH", "ph"), ("12) DO (mg/L)", "do"), ("1,4-Dioxane", "dioxane")])
def test_a_number_before_a_head_does_not_hide_it(head: str, key: str) -> None:
    found = match(head)
    assert found is not None
    assert found.parameter == key
