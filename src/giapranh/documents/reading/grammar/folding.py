"""Text without marks, letter for letter: offsets in the folded text are offsets in the paper."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def _table() -> dict[int, str]:
    # A code that is missing costs an exception inside ``translate``, so common ones stand for themselves.
    table = {code: chr(code) for code in (*range(0x300), *range(0x1E00, 0x2100))}
    for code in (*range(0xC0, 0x250), *range(0x1EA0, 0x1EFA)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base
    table |= {ord("Đ"): "D", ord("đ"): "d", 0xD0: "D", 0xF0: "d"}
    table |= dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212, 0x00AD), "-")
    table |= dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F, 0x200B, 0xFEFF, 0x09), " ")
    table |= dict.fromkeys((0x201C, 0x201D, 0x201E, 0xAB, 0xBB), '"')
    table |= dict.fromkeys((0x2018, 0x2019, 0x60, 0xB4), "'")
    return table


_BARE = _table()
_WORDS = re.compile(r"[a-z0-9]+")


def bare(text: str) -> str:
    """The text without marks, case kept, one character for one (NFC in)."""
    return text.translate(_BARE)


def fold(text: str) -> str:
    """The text without marks or case, one character for one (NFC in)."""
    if text.isascii() and "\t" not in text:
        return text.lower().replace("`", "'")
    folded = text.translate(_BARE).lower()
    # A few capitals ("İ") have a longer small form, which would move every offset after them.
    return folded if len(folded) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in bare(text))


@lru_cache(maxsize=8192)  # the same names are compared again and again
def key(text: str) -> str:
    """What two names are compared by: words without marks, case and punctuation."""
    return " ".join(_WORDS.findall(fold(text)))


def _unlike(a: str, b: str) -> tuple[str, str]:
    """What is left of two words without the beginning and the end they share."""
    first, last = 0, min(len(a), len(b))
    while first < last and a[first] == b[first]:
        first += 1
    a, b = a[first:], b[first:]
    last, end = min(len(a), len(b)), 0
    while end < last and a[-1 - end] == b[-1 - end]:
        end += 1
    return a[: len(a) - end], b[: len(b) - end]


def _letters_apart(a: str, b: str) -> int:
    """How many letters of ``b`` are too few in ``a``: no way from one to the other is shorter."""
    return sum(max(0, b.count(letter) - a.count(letter)) for letter in set(b))


@lru_cache(maxsize=8192)
def near(a: str, b: str, most: int) -> bool:
    """Whether ``a`` becomes ``b`` with at most ``most`` insertions, deletions or changes of letters."""
    if abs(len(a) - len(b)) > most:
        return False
    a, b = _unlike(a, b)
    if not a or not b or most == 0:
        return max(len(a), len(b)) <= most
    if most == 1:
        return len(a) == len(b) == 1
    if len(a) > 8 and _letters_apart(a, b) > most:
        return False
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
        if min(row) > most:
            return False
    return row[-1] <= most
