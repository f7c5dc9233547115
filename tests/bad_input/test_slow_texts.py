"""Texts made to keep the reader busy: four times as long may take a little more than four times as long, not sixteen."""

from __future__ import annotations

import time

import pytest
from tests.bad_input import files

from giapranh.documents.reading import read_paper

SIZE = 20_000
PARTS = {
    "blanks": " ",
    "dots": ".",
    "digits": "1",
    "slashes": "1/",
    "brackets": "(",
    "capitals": "ÁB ",
    "semicolons": "a; ",
    "dashes": "- ",
    "days": "ngày ",
    "numbers": "số 1, ",
    "columns": "\t|",
    "offices": "phòng a, ",
    "citations": "Căn cứ Quyết định số 12/QĐ-UBND ngày 01/02/2024; ",
}


def seconds(part: str, size: int) -> float:
    data = (files.GOOD_TEXT + part * (size // len(part))).encode()
    start = time.process_time()
    read_paper(data, "a.txt")
    return time.process_time() - start


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_time_grows_with_the_length_and_not_with_its_square(part: str) -> None:
    seconds(part, 100)  # what is loaded once is loaded
    short, long = (min(seconds(part, size) for _ in range(2)) for size in (SIZE, 4 * SIZE))
    assert long < 0.5 + 8 * short
