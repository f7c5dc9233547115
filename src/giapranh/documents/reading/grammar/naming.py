"""How names of bodies are spelt: out of capitals, mended after OCR, shortened to initials."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from .data import bodies
from .folding import fold, key, near

_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W_]+")


@cache
def _spellings() -> tuple[tuple[str, str, str], ...]:
    """Known names, their folded form and its first word."""
    data = bodies()
    names = sorted(data["names"] + data["heads"], key=len)
    return tuple((name, fold(name), _WORD.findall(fold(name))[0]) for name in names)


def spellings_in(folded: str) -> list[tuple[str, str]]:
    """Known names a text may hold with their folded form, short ones first so that longer ones have the last word."""
    words = set(_WORD.findall(folded))
    return [(name, small) for name, small, first in _spellings() if first in words]


def may_be(printed: str, name: str) -> bool:
    """Whether printed words may be a known name: marks may be lost, but other ones are another word ("Lạng", "Làng")."""
    changed = [a for a, b in zip(printed.lower(), name.lower(), strict=False) if a != b]
    return all(letter.isascii() for letter in changed) or (len(changed) == 1 and len(name) > 8)


def spelt_small(text: str) -> str:
    """Capitals as running text, letter for letter: known bodies as the dictionary spells them, the rest small."""
    small = text.lower()
    if len(small) != len(text):
        return text
    folded = fold(small)
    out = list(small[:1].upper() + small[1:])
    for name, key_ in spellings_in(folded):
        at = folded.find(key_)
        while at >= 0:
            before, after = folded[at - 1 : at], folded[at + len(name) : at + len(name) + 1]
            whole = not (at and before.isalnum()) and not after.isalnum()
            if whole and may_be(small[at : at + len(name)], name):
                out[at : at + len(name)] = list(name)
            at = folded.find(key_, at + 1)
    for m in re.finditer(r"(?:tinh|thanh pho|huyen|xa|phuong) (?=\w)", folded):
        rest = re.match(r"[^\W\d_]+(?: [^\W\d_]+){0,2}", small[m.end() :])
        if rest and fold(rest.group().split()[0]) not in ("ven", "bien", "gioi", "giap", "lien", "tren", "va", "uy"):
            out[m.end() : m.end() + rest.end()] = list(rest.group().title())
    return "".join(out)


def nearest_known(name: str) -> str:
    """The department a misread name stands for ("SởửY tế", "Sở Nội vự"), or the name as it is."""
    if name[:1] not in "SŠ" or len(name) > 60 or not fold(name).startswith("so"):
        return name
    mine = key(name).replace(" ", "")
    known = _departments()
    if mine in known:
        return known[mine] if name.lower() != known[mine].lower() else name
    return next((v for k, v in known.items() if abs(len(mine) - len(k)) <= 1 and near(mine, k, 1)), name)


@cache
def _departments() -> dict[str, str]:
    return {key(f"Sở {known}").replace(" ", ""): f"Sở {known}" for known in reversed(bodies()["names"])}


@lru_cache(maxsize=2048)
def initials(name: str) -> str:
    """The abbreviation a name would have ("Sở Tài nguyên và Môi trường" and "Sở TN&MT": "stnmt")."""
    out = []
    for word in _LETTERS.findall(name):
        if fold(word) in ("va", "cua", "cac"):
            continue
        out.append(word if word.isupper() or sum(c.isupper() for c in word) > 1 else word[0])
    return fold("".join(out))
