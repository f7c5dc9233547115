"""The straightened river: everything at its kilometre, no label over another, both banks on their sides."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.water.drawing import straight
from giapranh.water.drawing.straight import BankStretch, Border, Mark, Strip


def strip(*marks: Mark, **more: object) -> Strip:
    return Strip("Sông Thương", 158.0, marks=marks, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("wide", [True, False])
def test_kilometres_run_down_the_page_from_the_source_to_the_mouth(wide: bool) -> None:
    drawn = straight.draw(strip(), wide=wide)
    ticks = {words.text: words.y for words in drawn.ticks}
    assert next(iter(ticks)) == "0"
    assert ticks["0"] == pytest.approx(drawn.river.y + drawn.river.height, abs=0.1)
    assert ticks["150"] < ticks["0"]


def test_the_right_bank_is_on_the_left_of_the_picture() -> None:
    banks = [BankStretch("left", 93, 82, "Kép", "bn"), BankStretch("right", 93, 82, "Tuấn Sơn", "ls")]
    drawn = straight.draw(strip(banks=banks), wide=True)
    left, right = drawn.banks
    assert left.title == "Kép"
    assert left.x > drawn.river.x
    assert right.title == "Tuấn Sơn"
    assert right.x < drawn.river.x
    assert [words.text for words in drawn.bank_names] == ["Kép", "Tuấn Sơn"]
    assert straight.draw(strip(banks=banks), wide=False).bank_names == []


def test_a_border_reach_lies_across_the_river_and_both_banks() -> None:
    drawn = straight.draw(strip(borders=[Border(93.2, 82.4, "Sông là ranh giới")]), wide=True)
    band = drawn.borders[0]
    assert band.x < drawn.river.x
    assert band.x + band.width > drawn.river.x + drawn.river.width
    assert band.height == pytest.approx((93.2 - 82.4) * drawn.river.height / 158, abs=0.2)


def test_what_has_no_room_on_a_phone_is_left_out_there() -> None:
    marks = (Mark(43, "intake", "Nhà máy nước"), Mark(66.5, "landmark", "Bố Hạ", minor=True))
    assert len(straight.draw(strip(*marks), wide=True).labels) == 2
    assert [each.mark.title for each in straight.draw(strip(*marks), wide=False).labels] == ["Nhà máy nước"]


def test_a_long_name_takes_two_lines_and_is_cut_after_them() -> None:
    name = "Trạm quan trắc nước mặt tự động, liên tục " * 6
    label = straight.draw(strip(Mark(50, "station", name)), wide=False).labels[0]
    assert len(label.lines) == 2
    assert label.lines[1].endswith("…")


@given(st.lists(st.floats(0, 158), min_size=1, max_size=60), st.booleans())
def test_no_label_lies_over_another_or_leaves_the_picture(kms: list[float], wide: bool) -> None:
    drawn = straight.draw(strip(*(Mark(km, "station", "Trạm", note="x", badge="A") for km in kms)), wide=wide)
    tops = [label.y for label in drawn.labels]
    assert all(b - a >= 2 * straight.LINE for a, b in itertools.pairwise(tops))
    assert tops[0] >= 0
    assert tops[-1] + 2 * straight.LINE <= drawn.height
    assert [label.mark.km for label in drawn.labels] == sorted(kms, reverse=True)


def test_labels_with_room_stand_at_their_kilometre() -> None:
    drawn = straight.draw(strip(Mark(120, "station", "A"), Mark(60, "station", "B")), wide=True)
    for label in drawn.labels:
        assert label.y + straight.LINE / 2 == pytest.approx(label.dot_y, abs=0.2)
