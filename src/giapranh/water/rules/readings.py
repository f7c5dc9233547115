"""What a laboratory writes in a cell: a number, “below detection”, “above the range”, or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.numbers import parse_number
from giapranh.kernel.text import one_line, search_key


class Censored(IntEnum):
    """BELOW: less than ``value``, the detection limit. ABOVE: more than ``value``, the end of the method's range."""

    BELOW = -1
    EXACT = 0
    ABOVE = 1


class UnclearReading(BadInput):
    code = "unclear_reading"


@dataclass(frozen=True, slots=True)
class Reading:
    """One result. ``value`` None: measured, but nothing can be said (below a detection limit nobody wrote down)."""

    value: float | None
    censored: int = Censored.EXACT


_SIGNED = re.compile(r"(<=|>=|<|>|≤|≥)\s*(.+)")
_IN_WORDS = re.compile(r"(?:kph|khong phat hien|nd|n\.d\.?|not detected|<?\s*(?:lod|mdl|loq))\W*(.*)")
_NOTHING = {"", "-", "--", "—", "/", "x", "n/a", "na", "khong do", "khong quan trac", "khong phan tich", "kqt", "kpt"}
# A point multiplies only where the power is raised or has its “^”: “2.100” and “0.105” are numbers.
_POWER = re.compile(r"([\d.,]+)\s*(?:[x×*]\s*10\s*\^?|\.\s*10\s*\^)\s*(\d{1,2})", re.IGNORECASE)
_FEW_BEHIND_POINT = re.compile(r"\d{1,2}\.\d{1,2}")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_WITH_POINT = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?)(?:[eE][+-]?\d{1,3})?")
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


def read_result(cell: Any, *, mdl: float | None = None, decimal: str = ",") -> Reading | None:
    """The reading in a cell; None when nothing was measured.

    ``KPH``, ``ND``, ``<LOD`` are below ``mdl`` (or the limit written behind them); ``<0,01`` is below 0,01.
    ``decimal``: the sign of the sheet, “,” or “.”; a number that is unclear with it is refused.
    """
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        return Reading(_finite(float(cell), cell))
    text = _RAISED_RUN.sub(lambda run: "^" + run[0].translate(_RAISED), one_line(str(cell)))
    plain = search_key(text)
    if plain in _NOTHING:
        return None
    if words := _IN_WORDS.fullmatch(plain):
        limit = re.sub(r"[^\d.,]", "", words[1])
        return Reading(_number(limit, decimal) if limit else mdl, Censored.BELOW)
    if signed := _SIGNED.fullmatch(text):
        side = Censored.BELOW if signed[1] in {"<", "<=", "≤"} else Censored.ABOVE
        return Reading(_number(signed[2], decimal), side)
    return Reading(_number(text, decimal))


def _number(text: str, decimal: str) -> float:
    if power := _POWER.fullmatch(text.strip()):
        # Before a power nobody groups thousands: a point there is one of decimals, in any sheet.
        sign = "." if _FEW_BEHIND_POINT.fullmatch(power[1]) else decimal
        return _finite(_number(power[1], sign) * 10.0 ** int(power[2]), text)
    clean = text.strip()
    if decimal == ".":
        if _ONE_GROUP.fullmatch(clean):  # 1250, or 1,25 with three figures from another hand
            raise UnclearReading(
                N_("Số “%(text)s” chưa rõ: viết %(thousands)s nếu là hàng nghìn, hoặc %(decimal)s nếu là số lẻ."),
                text=text[:40], thousands=clean.replace(",", ""), decimal=clean.replace(",", "."),
            )  # fmt: skip
        if not _WITH_POINT.fullmatch(clean):
            raise UnclearReading(N_("“%(text)s” không phải là số viết với dấu chấm thập phân."), text=text[:40])
        return _finite(float(clean.replace(",", "")), text)
    return _finite(float(parse_number(clean)), text)


def _finite(value: float, text: object) -> float:
    if not abs(value) <= 1e12:
        raise UnclearReading(N_("“%(text)s” lớn bất thường hoặc không phải là số."), text=str(text)[:40])
    return value
