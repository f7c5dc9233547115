"""The counting of headings: I. → 1. → a), with the Vietnamese alphabet (đ after d; no f, j, w, z)."""

from __future__ import annotations

LETTERS = "abcdđeghiklmnopqrstuvxy"
_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    if number < 1:
        raise ValueError("roman numbers start at 1")
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def letter(number: int) -> str:
    """``a`` for 1, ``đ`` for 5; after ``y`` the letters double, as officers write them."""
    if number < 1:
        raise ValueError("letters start at 1")
    turns, index = divmod(number - 1, len(LETTERS))
    return LETTERS[index] * (turns + 1)


class Counter:
    """Numbers the headings of one paper or annex in their order; a heading starts its lower levels anew."""

    def __init__(self) -> None:
        self._at = [0, 0, 0]

    def next(self, level: int) -> str:
        self._at[level - 1] += 1
        for lower in range(level, 3):
            self._at[lower] = 0
        number = self._at[level - 1]
        return {1: f"{roman(number)}.", 2: f"{number}.", 3: f"{letter(number)})"}[level]
