"""Vietnamese text: one normal form, one key to search by, one key to sort by.

No database sorts Vietnamese without an ICU collation and none matches decomposed text, so rows keep these keys.
"""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"[\s\u200b\ufeff\u00ad]+")
_ETH = str.maketrans({"\u00d0": "Đ", "\u00f0": "đ"})
_D_BAR = str.maketrans({"Đ": "D", "đ": "d"})

# The order of the Vietnamese alphabet; tone marks come second, as in a dictionary: ngang huyền hỏi ngã sắc nặng.
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: chr(0x30 + index) for index, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_SHAPES = {"\u0302", "\u0306", "\u031b"}  # circumflex, breve, horn: part of the letter

# "hoà" and "hòa", "thuỷ" and "thủy" are one word; only open syllables differ, the final glide tells.
_OLD_TONE = re.compile(r"(?<![qQ])([oOuU])([aAeEyY])([\u0300\u0301\u0303\u0309\u0323])(?!\w)")


def nfc(text: str) -> str:
    """Text in the one form everything is kept in: NFC, with the Icelandic Ð read as the Vietnamese Đ."""
    return unicodedata.normalize("NFC", text).translate(_ETH)


def storable(text: str) -> str:
    """Text the database can hold: the name of a file may be bytes that are no text, or hold a NUL."""
    return text.encode("utf-8", errors="replace").decode("utf-8").replace("\0", "")


def one_line(text: str) -> str:
    """NFC text on one line: every run of white space is one space."""
    return _SPACES.sub(" ", nfc(text)).strip()


def clipped(text: str, most: int) -> str:
    """At most ``most`` letters of a text, cut between two words: half a word reads as another word."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    if not text[most - 1].isspace():
        kept = kept.rpartition(" ")[0] or kept
    return kept.rstrip(" ,;:–-(") + "…"


def modern_tone(text: str) -> str:
    """The same text with the tone of oa, oe, uy on the first vowel ("hòa", "thủy")."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", _OLD_TONE.sub(r"\1\3\2", decomposed))


def search_key(text: str) -> str:
    """What a search compares: no marks, no case, ``đ`` as ``d``, one space between words."""
    decomposed = unicodedata.normalize("NFD", nfc(text).translate(_D_BAR).casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACES.sub(" ", plain).strip()


def sort_key(text: str) -> str:
    """What a list is ordered by: the Vietnamese alphabet, then tones, then capitals after small letters.

    Numbers sort by value. ``ăn`` comes before ``Zuôn`` and ``đ`` directly after ``d``.
    """
    letters: list[str] = []
    tones: list[str] = []
    clean = one_line(modern_tone(text))
    for piece in re.findall(r"\d+|\D", clean.casefold()):
        if piece.isdigit():
            letters.append("\x21" + f"{len(piece.lstrip('0')):03d}" + piece.lstrip("0"))
            continue
        letter, tone = _split_tone(piece)
        letters.append(_RANK.get(letter, "\x20" if letter == " " else "\x22" + letter))
        tones.append(tone)
    return "".join(letters) + "\x01" + "".join(tones) + "\x01" + clean.swapcase()


def _split_tone(character: str) -> tuple[str, str]:
    decomposed = unicodedata.normalize("NFD", character)
    tone = next((_TONES[c] for c in decomposed if c in _TONES), "0")
    base = "".join(c for c in decomposed if not unicodedata.combining(c) or c in _SHAPES)
    return unicodedata.normalize("NFC", base), tone
