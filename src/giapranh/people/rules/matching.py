"""Which office do these words mean? Names are written in many ways; the surest reading comes first."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from giapranh.kernel.text import modern_tone, one_line, search_key

K = TypeVar("K", bound=Hashable)

LIKE_ENOUGH = 0.7  # two words this alike are one word with a slip
_SMALL_WORDS = {"va", "quan", "ly", "cua", "thuoc", "ve"}
_LEADING = re.compile(r"^(?:các?\s+|ông\s+|bà\s+)", re.IGNORECASE)
_EDGES = re.compile(r"^[\s,.;:()\"“”]+|[\s,.;:()\"“”]+$")
# "QL", "TN&MT" and the like are how officers shorten long names on paper.
_SHORT_WORDS = (
    (r"\bTN\s*(?:&|và)\s*MT\b", "tài nguyên và môi trường"),
    (r"\bNN\s*(?:&|và)\s*MT\b", "nông nghiệp và môi trường"),
    (r"\bNN\s*(?:&|và)\s*PTNT\b", "nông nghiệp và phát triển nông thôn"),
    (r"\bTN\s*(?:&|và)\s*KS\b|\bTNN?\s*(?:&|và)\s*KS\b", "tài nguyên nước và khoáng sản"),
    (r"\bBVMT\b", "bảo vệ môi trường"),
    (r"\bUBND\b", "ủy ban nhân dân"),
    (r"\bQL\b", "quản lý"),
    (r"\bTP\b\.?", "thành phố"),
)


@dataclass(frozen=True, slots=True)
class Names:
    """The forms an office goes by, and the same with its agency or province behind."""

    forms: tuple[str, ...]
    long_forms: tuple[str, ...] = ()


def rank(words: str, names: Mapping[K, Names]) -> list[K]:
    """The keys whose names fit ``words``, best first; equally good ones in the order given. Empty when none fits."""
    clean = _EDGES.sub("", _LEADING.sub("", one_line(words)))
    if not clean:
        return []
    scores = {key: _fit(clean, known) for key, known in names.items()}
    return sorted((key for key, score in scores.items() if score > 0), key=lambda key: -scores[key])


def _fit(words: str, names: Names) -> float:
    if not names.forms:
        return 0.0
    same_case = _exact(words)
    if same_case == _exact(names.forms[0]):
        return 6.0
    if same_case in map(_exact, (*names.forms, *names.long_forms)):
        return 5.0
    folded = _folded(words)
    if folded in map(_folded, names.forms):
        return 4.0
    if folded in map(_folded, names.long_forms):
        return 3.0
    return max((_likeness(folded, _folded(form)) for form in _long_enough(names)), default=0.0)


def _long_enough(names: Names) -> list[str]:
    """Abbreviations are compared whole or not at all: NKS and NTS are two offices."""
    return [form for form in (*names.forms, *names.long_forms) if " " in form]


def _likeness(one: str, other: str) -> float:
    """How alike two folded names are when they differ by small words or slips of the pen; 0 when by more.

    A whole word that differs ("Bắc Giang" for "Lạng Sơn") names another office, however much else is the same.
    """
    left, right = _telling(one), _telling(other)
    if len(left) != len(right) or len(left) < 2:
        return 0.0
    slips = [(a, b) for a, b in zip(left, right, strict=True) if a != b]
    if len(slips) > max(1, len(left) // 5):
        return 0.0
    if any(min(len(a), len(b)) < 3 or _ratio(a, b) < LIKE_ENOUGH for a, b in slips):
        return 0.0
    return 0.9 - 0.1 * len(slips)


def _telling(folded: str) -> list[str]:
    return [word for word in folded.split() if word not in _SMALL_WORDS]


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _exact(text: str) -> str:
    return modern_tone(one_line(text)).casefold()


def _folded(text: str) -> str:
    for pattern, long_form in _SHORT_WORDS:
        text = re.sub(pattern, long_form, text, flags=re.IGNORECASE)
    return re.sub(r"[\s,.\-–&]+", " ", search_key(text)).strip()


def now_called(name: str, following: list[str]) -> str:
    """``name (nay là …)``; just the name when nothing follows or the name stayed."""
    others = [other for other in dict.fromkeys(following) if other != name]
    return f"{name} (nay là {', '.join(others)})" if others else name
