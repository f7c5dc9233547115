"""Slips of the recogniser that are mended, and those that are left because mending would be guessing."""

from __future__ import annotations

import pytest

from giapranh.documents.reading.intake.canvas import Piece
from giapranh.documents.reading.intake.slips import tidy, tidy_dates


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        (".92/TTIr-UBND", "92/TTr-UBND"),
        ("15/TIr-STNMT", "15/TTr-STNMT"),
        ("239/TTr-UBND", "239/TTr-UBND"),
        ("47/QĐÐ-UBND", "47/QĐ-UBND"),
        ("./.", "./."),
        ("TIr", "TIr"),
    ],
)
def test_words(seen, meant):
    assert tidy(seen) == meant


def _line(words):
    return [Piece(word, 10.0 * at, 0, 10.0 * at + 9, 10, 0.9) for at, word in enumerate(words.split())]


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("ngày 2l tháng I1 năm 2O26", "ngày 21 tháng 11 năm 2026"),
        ("Ngày 1S tháng 4", "Ngày 15 tháng 4"),
        ("ngày 4l tháng 4", "ngày 4l tháng 4"),
        ("ngày & tháng l năm", "ngày & tháng l năm"),
        ("điểm 2l khoản", "điểm 2l khoản"),
    ],
)
def test_dates(seen, meant):
    assert " ".join(piece.text for piece in tidy_dates(_line(seen))) == meant


def test_a_mended_digit_stays_doubtful():
    assert tidy_dates(_line("ngày 2l"))[1].sure == 0.6
