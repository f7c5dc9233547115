"""Working days, with Tết and the swap days of a year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.kernel.periods import Period
from giapranh.kernel.working_days import WorkCalendar, public_holidays

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
