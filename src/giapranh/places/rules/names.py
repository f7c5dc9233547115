"""The word before a unit's name, and when two spellings are one name."""

from __future__ import annotations

from giapranh.kernel.text import modern_tone, one_line

# word before the name → (kind of unit at commune level or above, the word as written after another word)
_WORDS = {
    "tỉnh": "province",
    "huyện": "district",
    "thị xã": "district",
    "quận": "district",
    "xã": "commune",
    "phường": "ward",
    "thị trấn": "township",
    "đặc khu": "special_zone",
}


def split_name(full_name: str, level: str) -> tuple[str, str, str]:
    """``Huyện Hữu Lũng`` → (``district``, ``huyện``, ``Hữu Lũng``); the level decides what ``thành phố`` is."""
    clean = one_line(full_name)
    lower = clean.casefold()
    for word in sorted([*_WORDS, "thành phố"], key=len, reverse=True):
        if lower.startswith(word + " "):
            kind = _WORDS.get(word) or ("province" if level == "province" else "district")
            return kind, word, clean[len(word) + 1 :]
    return ("province", "tỉnh", clean) if level == "province" else ("", "", clean)


def same_name(one: str, other: str) -> bool:
    """``Hoà`` and ``Hòa``, ``Thuỵ`` and ``Thụy`` are one spelling."""
    return name_key(one) == name_key(other)


def name_key(name: str) -> str:
    return modern_tone(one_line(name)).casefold()
