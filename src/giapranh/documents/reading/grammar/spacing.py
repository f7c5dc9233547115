"""Words that a PDF broke before their marked letters ("ch ủ trì"), put together again for reading."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import fields, is_dataclass, replace
from typing import Any

from ..schema import Span

_VOWEL = "aăâeêioôơuưyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
_MARKED = "ăâêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"
_ONSET = r"(?:ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdđghklmnpqrstvx])"
_ONSETS = re.compile(_ONSET, re.I)
# From the space outwards: most texts have no such place, and this finds that out soonest.
_LETTER = "[bcdđghiklmnpqrstuvxBCDĐGHIKLMNPQRSTUVX]"
_BROKEN = re.compile(
    rf" (?=[{_VOWEL}{_VOWEL.upper()}])(?:(?<=\W{_LETTER} )|(?<=\W{_LETTER}{{2}} )|(?<=\W{_LETTER}{{3}} ))"
)
_BROKEN_LATER = re.compile(rf"(?<!\w)({_ONSET}(?:[iuy]|uy)) (?=([{_MARKED}]\w*))", re.I)
# Words of their own that begin with a vowel; they stay apart from what stands before them.
_WHOLE = frozenset(
    [
        "ảnh",
        "ấy",
        "ăn",
        "ấn",
        "áp",
        "án",
        "ác",
        "ám",
        "ân",
        "ấm",
        "ẩm",
        "ẩn",
        "ấp",
        "ở",
        "ổ",
        "ốc",
        "ốm",
        "ồn",
        "ổn",
        "ơn",
        "ớt",
        "ủy",
        "uỷ",
        "ưu",
        "ứng",
        "ước",
        "ức",
        "ưa",
        "ý",
        "ép",
        "êm",
        "ủng",
        "út",
        "úng",
        "ùn",
        "ủ",
        "ích",
        "ít",
        "ướt",
        "ướp",
        "ưng",
        "ủi",
        "úy",
        "ưỡn",
        "ắt",
        "ẵm",
        "ắc",
        "ẩu",
        "ôn",
        "ông",
        "ôm",
        "ô",
        "âm",
        "ấu",
        "ầm",
        "ám",
        "ác",
        "ách",
        "ải",
        "ái",
        "ào",
        "áo",
        "ảo",
        "ốp",
        "ốm",
        "ống",
        "ướm",
        "ùa",
        "ứ",
    ]
)
_ENOUGH = 4


def _place(m: re.Match[str]) -> int:
    return m.start() - 1  # searched with a space before the text


def _after_onset(text: str, place: int) -> bool:
    word = re.search(r"(?<!\w)\w+$", text[max(0, place - 4) : place])
    return word is not None and _ONSETS.fullmatch(word.group()) is not None


def breaks_in(text: str) -> list[int]:
    """Where spaces stand inside words; none unless the text does so again and again."""
    first = [place for place in map(_place, _BROKEN.finditer(" " + text)) if _after_onset(text, place)]
    if len(first) < _ENOUGH:
        return []
    later = [m.end() - 1 for m in _BROKEN_LATER.finditer(text) if m.group(2).lower() not in _WHOLE]
    return sorted({*first, *later})


def without(text: str, breaks: list[int]) -> str:
    """The text without those spaces."""
    out, at = [], 0
    for place in breaks:
        out.append(text[at:place])
        at = place + 1
    return "".join([*out, text[at:]])


def moved(x: Any, breaks: list[int]) -> Any:
    """The same values with every span moved back to the text as it was given."""
    if isinstance(x, Span):
        return Span(_back(x.start, breaks), _back(x.end - 1, breaks) + 1 if x.end > x.start else _back(x.end, breaks))
    if is_dataclass(x) and not isinstance(x, type):
        changed = {f.name: moved(getattr(x, f.name), breaks) for f in fields(x)}
        return replace(x, **changed)
    if isinstance(x, tuple):
        return tuple(moved(v, breaks) for v in x)
    return x


def _back(at: int, breaks: list[int]) -> int:
    lost = [place - k for k, place in enumerate(breaks)]
    return at + bisect_right(lost, at)
