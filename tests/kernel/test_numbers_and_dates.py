"""Numbers and dates as Vietnamese officers write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.kernel.dates import UnclearDate, format_date, in_words, parse_date
from giapranh.kernel.errors import BadInput
from giapranh.kernel.numbers import UnclearNumber, format_number, parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [("1250", "1250"), ("1.250,5", "1250.5"), ("1.250.000", "1250000"), ("0,25", "0.25"), ("-7,125", "-7.125")],
)
def test_clear_numbers_are_read(text, value):
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["1.250", "7.125", "1,250.5", "1.25", "12 tấn", "", "1..2", "∞", "1e5"])
def test_doubtful_numbers_are_refused_and_the_line_says_how_to_write_them(text):
    with pytest.raises(UnclearNumber) as refusal:
        parse_number(text)
    assert "iết" in str(refusal.value)


def test_the_refusal_of_a_doubtful_group_offers_both_readings():
    with pytest.raises(UnclearNumber, match="viết 1250 nếu là hàng nghìn, hoặc 1,250 nếu là số lẻ"):
        parse_number("1.250")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=3))
def test_a_number_that_was_written_is_read_back(value):
    written = format_number(value)
    try:
        assert parse_number(written) == value
    except UnclearNumber:
        assert written.count(".") == 1  # one group of three alone is the doubtful form, even our own


def test_numbers_are_written_with_point_for_thousands_and_comma_for_decimals():
    assert format_number(Decimal("1250.5")) == "1.250,5"
    assert format_number(1000) == "1.000"
    assert format_number(2, 2) == "2,00"


def test_the_day_comes_first():
    assert parse_date("05/02/2026") == date(2026, 2, 5)
    assert parse_date("ngày 05 tháng 02 năm 2026") == date(2026, 2, 5)
    assert parse_date("2026-02-05") == date(2026, 2, 5)


@pytest.mark.parametrize("text", ["31/02/2026", "2026/02/05", "5/2/26", "hôm qua", "", "13-13-2026"])
def test_a_day_that_is_none_is_refused_in_one_line(text):
    with pytest.raises(UnclearDate) as refusal:
        parse_date(text)
    assert "\n" not in str(refusal.value)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_date_that_was_written_is_read_back(day):
    assert parse_date(format_date(day)) == day
    assert parse_date(in_words(day.day, day.month, day.year)) == day


def test_blank_parts_of_a_date_line_stay_blank():
    assert in_words(None, 11, 2024) == "ngày      tháng 11 năm 2024"
    assert in_words(5, 1, 2020) == "ngày 05 tháng 01 năm 2020"


def test_a_refusal_writes_its_numbers_the_same_way():
    assert str(BadInput("Km %(km)s nằm ngoài (đến %(top)s km), %(n)s", km=500.0, top=159.5, n=3)) == (
        "Km 500 nằm ngoài (đến 159,5 km), 3"
    )
    assert str(BadInput("còn %(free).1f GB", free=2.25)) == "còn 2.2 GB"  # a form of its own stays
