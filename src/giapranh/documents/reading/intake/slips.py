"""Slips of the recogniser that can be undone without guessing what the paper says."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from giapranh.kernel.text import search_key

from .canvas import Piece

_SLIPS = (("QĐÐ", "QĐ"), ("ĐÐ", "Đ"), ("ĐĐ", "Đ"), ("Đđ", "Đ"), ("“", '"'), ("”", '"'), ("—", "-"), ("ˆ", "-"))
_REQUEST = re.compile(r"(?<=/)T(?:T?[Il|]|T)r(?=-)")  # a stroke too many in the mark of a tờ trình
_SPECK_BEFORE_NUMBER = re.compile(r"^[.,'`]+(?=\d{1,5}/)")
_DIGITS = str.maketrans(
    {"l": "1", "I": "1", "|": "1", "]": "1", "!": "1", "O": "0", "o": "0", "Q": "0", "S": "5", "Š": "5"}
)
_MOST = {"ngay": 31, "thang": 12, "nam": 2999}


def tidy(word: str) -> str:
    """One word, its known slips mended."""
    for wrong, right in _SLIPS:
        word = word.replace(wrong, right)
    word = _SPECK_BEFORE_NUMBER.sub("", _REQUEST.sub("TTr", word))
    return unicodedata.normalize("NFC", word)


def tidy_dates(line: list[Piece]) -> list[Piece]:
    """After "ngày", "tháng" and "năm" a sign that looks like a digit is one; it stays doubtful."""
    out = list(line)
    for at in range(1, len(out)):
        most = _MOST.get(search_key(out[at - 1].text))
        word = out[at].text
        if most is None or word.isdigit() or not any(c.isdigit() for c in word):
            continue
        core = word.rstrip(".,;:)")
        digits = core.translate(_DIGITS)
        if digits.isdigit() and 0 < int(digits) <= most:
            out[at] = replace(out[at], text=digits + word[len(core) :], sure=min(out[at].sure, 0.6))
    return out
