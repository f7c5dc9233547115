"""Which parameter a symbol in a station file, or a head in a laboratory's sheet, speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from giapranh.kernel.errors import N_
from giapranh.kernel.text import nfc, search_key
from giapranh.water.rules.parameters import all_parameters, bases, basis_factor, parameter
from giapranh.water.rules.units import find_unit

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋−–", "0123456789+-0123456789+---")
_BRACKETS = re.compile(r"[\[(（【]([^\[\]()（）【】]*)[\])）】]")
_AS_ELEMENT = re.compile(r"\b(?:tinh )?theo ([np])\b|\bas ([np])\b|^([np])[- ]|[-_ ]([np])$")
_AS_ION = re.compile(r"\b(?:tinh )?theo (nh4|no3|no2|po4|nh3)\b|\bas (nh4|no3|no2|po4|nh3)\b")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+")  # “1. pH”, “2) DO”
_NOT_LETTERS = re.compile(r"[^a-z0-9+%]+")

UNKNOWN_BASIS = N_("Không rõ giá trị tính theo N (P) hay theo ion: hỏi đơn vị vận hành rồi ghi vào khai báo trạm.")
FIELD_SYMBOL = N_("Ký hiệu gặp ở trạm, không có trong danh mục của Thông tư 10/2021/TT-BTNMT.")


@dataclass(frozen=True, slots=True)
class Match:
    """``basis`` is what the text tells: "N", "P", the ion ("NH4"), or "" when it does not say."""

    parameter: str
    unit: str = ""
    basis: str = ""
    sure: bool = True
    note: str = ""


def fold(text: str) -> str:
    """A head as it is compared: no marks, no case, raised figures on the line, words apart by one space."""
    plain = search_key(nfc(text).translate(_RAISED)).replace("α", "anpha").replace("β", "beta")
    return " ".join(_NOT_LETTERS.sub(" ", plain).split())


def symbol_key(text: str) -> str:
    return nfc(text).translate(_RAISED).strip().casefold()


@cache
def _symbols() -> dict[str, str]:
    found: dict[str, str] = {}
    for one in all_parameters().values():
        for symbol in one.station_symbols:
            found.setdefault(symbol_key(symbol), one.key)
    return found


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for one in all_parameters().values():
        if one.group != "air":
            for name in (one.vi, one.en, one.symbol, *one.aliases, one.key, *one.station_symbols):
                found.setdefault(fold(name), one.key)
    return found


def match(text: str, *, water: bool = True) -> Match | None:
    """The parameter ``text`` speaks of, or nothing. Heads of sheets may carry unit and basis: “Amoni (theo N), mg/L”.

    ``NO2`` and ``H2S`` are gases in the Circular's list; with ``water`` they are what is dissolved.
    """
    text = _NUMBERED.sub("", text)
    key = _symbols().get(symbol_key(text))
    if key and water and all_parameters()[key].group == "air":
        key = _names().get(fold(text), key)
    if key:
        return _told(key, "", fold(text), symbol=True)
    whole = _by_name(text)
    bare, unit_code = _without_unit(text)
    key = _symbols().get(symbol_key(bare)) or _by_name(bare) or whole
    if key is None or (whole and not unit_code):
        return _told(whole, "", fold(text), symbol=False) if whole else None
    if key == "do" and unit_code == "%":
        key = "do_percent"
    return _told(key, unit_code, fold(bare), symbol=False)


def factor_of(found: Match) -> float:
    """What a value is multiplied by to reach the basis it is kept in; 1 where the text does not tell."""
    one = parameter(found.parameter)
    return basis_factor(one.key, found.basis, one.basis) if found.basis and one.basis else 1.0


def _told(key: str, unit_code: str, name: str, *, symbol: bool) -> Match:
    one = parameter(key)
    if key not in bases():
        return Match(key, unit_code, one.basis, note=FIELD_SYMBOL if one.unsure and symbol else "")
    basis = _basis(name)
    note = UNKNOWN_BASIS if not basis else (FIELD_SYMBOL if one.unsure and symbol else "")
    return Match(key, unit_code, basis, sure=bool(basis), note=note)


def _basis(name: str) -> str:
    ion = _AS_ION.search(name)
    if ion:
        return next(word for word in ion.groups() if word).upper()
    element = _AS_ELEMENT.search(name)
    if element:
        return next(word for word in element.groups() if word).upper()
    return ""


def _without_unit(text: str) -> tuple[str, str]:
    """The head without its unit: brackets or the part behind the last comma, slash or space that is one."""
    clean = nfc(text).translate(_RAISED).strip()
    for inside in _BRACKETS.finditer(clean):
        if (code := _unit_in(inside[1])) is not None:
            return (clean[: inside.start()] + " " + clean[inside.end() :]).strip(" ,;:-"), code
    for sign in (",", ";", ":", " - ", " "):
        head, _, tail = clean.rpartition(sign)
        if head and tail.strip(" -") and (code := _unit_in(tail)) is not None:
            return head.strip(" ,;:-"), code
    return clean, ""


def unit_in_head(text: str) -> str:
    """The unit written in a head, whatever else it says; "" when there is none."""
    return _without_unit(text)[1]


def _unit_in(text: str) -> str | None:
    clean = text.strip()
    if clean.casefold().startswith(("đơn vị", "đvt", "unit")):
        clean = re.sub(r"^(đơn vị( tính)?|đvt|unit)\s*:?\s*", "", clean, flags=re.IGNORECASE)
    if len(clean) < 2 and clean not in {"%", "‰", "m"}:
        return None
    found = find_unit(clean)
    if found is None or clean.casefold() == "ph":
        return None
    return found.code


def _by_name(text: str) -> str | None:
    """By the whole head, by the head without what stands in brackets, then by the brackets alone."""
    inside = [piece for piece in _BRACKETS.findall(text) if not _AS_ELEMENT.search(fold(piece))]
    tries = [text, _BRACKETS.sub(" ", text), *inside]
    for attempt in tries:
        name = fold(attempt)
        for candidate in (name, *_shorter(name)):
            if candidate in _names():
                return _names()[candidate]
    return None


def _shorter(name: str) -> list[str]:
    """The name without words that tell the basis, the method or politeness."""
    drop = re.compile(
        r"\b(?:(?:tinh )?theo (?:n|p|nh4|no3|no2|po4|caco3)|as (?:n|p)|o? ?20 ?o?c|ham luong|nong do|gia tri|thong so|chi so)\b\+?"
    )
    short = " ".join(drop.sub(" ", name).split())
    return [short] if short and short != name else []
