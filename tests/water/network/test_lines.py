"""Kilometres of a river: measured, found, and kept when a better line is brought."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.water.rules import lines

# Due south along one meridian: one degree of latitude is 111.195 km.
STRAIGHT = [(106.5, 21.5), (106.5, 21.3), (106.5, 21.1)]


def test_a_line_is_measured_from_its_top_and_numbered_from_its_mouth() -> None:
    assert lines.measure(STRAIGHT) == pytest.approx([0, 22.239, 44.478], abs=1e-3)
    assert [round(km, 3) for km, _, _ in lines.chained(STRAIGHT)] == [44.478, 22.239, 0]


def test_a_point_is_found_with_its_offset_and_its_bank_looking_downstream() -> None:
    course = lines.chained(STRAIGHT)
    east = lines.locate(course, 106.51, 21.2)
    assert east.km == pytest.approx(11.12, abs=0.01)
    assert east.offset_m == pytest.approx(1037, abs=3)
    assert east.bank == "left"  # going south, east is to the left
    assert lines.locate(course, 106.49, 21.2).bank == "right"
    assert lines.locate(course, 106.5, 21.2).bank == ""


def test_beyond_the_ends_the_end_answers() -> None:
    course = lines.chained(STRAIGHT)
    assert lines.locate(course, 106.5, 21.9).km == pytest.approx(course[0][0])
    assert lines.point_at(course, 999) == (106.5, 21.5)
    assert lines.point_at(course, -1) == (106.5, 21.1)


def test_a_better_line_keeps_the_stated_kilometres() -> None:
    """The stated chainage says 50 km for what the new line measures as 44.5; both ends and the middle agree with it."""
    stated = [(50.0, 106.5, 21.5), (20.0, 106.5, 21.3), (0.0, 106.5, 21.1)]
    detailed = [(106.5, 21.5), (106.5, 21.4), (106.5, 21.3), (106.5, 21.2), (106.5, 21.1)]
    assert [round(km, 6) for km, _, _ in lines.laid_on(detailed, stated)] == [50, 35, 20, 10, 0]


def test_a_line_that_runs_on_above_the_stated_course_counts_on_with_its_own_length() -> None:
    stated = [(20.0, 106.5, 21.3), (0.0, 106.5, 21.1)]
    laid = lines.laid_on(STRAIGHT, stated)
    assert [round(km, 2) for km, _, _ in laid] == [42.24, 20, 0]


def test_a_line_shorter_than_the_stated_course_keeps_the_kilometres_it_reaches() -> None:
    stated = [(50.0, 106.5, 21.5), (20.0, 106.5, 21.3), (0.0, 106.5, 21.1)]
    assert [round(km, 6) for km, _, _ in lines.laid_on(STRAIGHT[1:], stated)] == [20, 0]


@given(st.floats(0, 44.47))
def test_what_is_put_on_the_line_is_found_on_it_again(km: float) -> None:
    course = lines.chained(STRAIGHT)
    lon, lat = lines.point_at(course, km)
    assert lines.locate(course, lon, lat).km == pytest.approx(km, abs=1e-6)
