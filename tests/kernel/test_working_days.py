"""Working days, with Tết and the swap days of a year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.kernel.periods import Period
from giapranh.kernel.working_days import WorkCalendar, holiday_names, public_holidays

DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 6, 30))


def test_tet_and_the_kings_are_holidays():
    assert date(2026, 2, 17) in public_holidays(2026)  # the first day of the year Bính Ngọ
    assert date(2026, 4, 26) in public_holidays(2026)  # the tenth of the third lunar month


def test_a_week_of_tet_is_stepped_over():
    assert WorkCalendar().add(date(2026, 2, 13), 1) == date(2026, 2, 23)


def test_swap_days_win_over_the_week():
    calendar = WorkCalendar.of(days_off=[date(2026, 3, 2)], working=[date(2026, 3, 7)])
    assert not calendar.is_working(date(2026, 3, 2))
    assert calendar.is_working(date(2026, 3, 7))


@pytest.mark.parametrize(
    ("made_up", "off"),
    [(date(2024, 5, 4), date(2024, 4, 29)), (date(2025, 4, 26), date(2025, 5, 2)),
     (date(2026, 8, 22), date(2026, 8, 31))],
)  # fmt: skip
def test_a_saturday_worked_for_a_day_off_counts_as_worked(made_up, off):
    assert made_up.weekday() == 5
    assert WorkCalendar().is_working(made_up)
    assert not WorkCalendar().is_working(off)
    assert WorkCalendar().add(made_up - timedelta(days=1), 1) == made_up


def test_a_holiday_the_program_knows_is_worked_when_a_decision_says_so():
    day = date(2026, 11, 24)
    assert not WorkCalendar().is_working(day)
    assert WorkCalendar.of(working=[day]).is_working(day)


def test_holidays_have_names_in_both_languages():
    assert holiday_names(2026)[date(2026, 9, 2)] == "Quốc khánh"
    assert holiday_names(2026, "en")[date(2026, 9, 2)] == "National Day"


@given(DAYS, st.integers(min_value=1, max_value=40))
def test_adding_working_days_and_counting_them_agree(day, count):
    calendar = WorkCalendar()
    assert calendar.between(day, calendar.add(day, count)) == count
    assert calendar.is_working(calendar.add(day, count))


@given(DAYS)
def test_adding_none_gives_a_day_that_works(day):
    assert WorkCalendar().is_working(WorkCalendar().add(day, 0))


def test_a_period_includes_both_its_ends():
    period = Period(date(2024, 1, 1), date(2025, 6, 30))
    assert period.covers(date(2025, 6, 30))
    assert not period.covers(date(2025, 7, 1))
    assert period.ended_before(date(2025, 3, 1)) == Period(date(2024, 1, 1), date(2025, 2, 28))
    with pytest.raises(ValueError, match="ends before"):
        Period(date(2025, 1, 2), date(2025, 1, 1))


def test_open_periods_overlap_everything_they_touch():
    assert Period(None, date(2025, 1, 1)).overlaps(Period(date(2025, 1, 1), None))
    assert not Period(None, date(2025, 1, 1)).overlaps(Period(date(2025, 1, 2), None))
