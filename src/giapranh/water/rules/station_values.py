"""Numbers of station files in bulk. What is no number is kept as nothing with a reason, never as 0."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from giapranh.water.rules.quality import Reason

_NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?")
_COMMA = re.compile(rb"[+-]?\d+,\d+")
_NOT_FINITE = re.compile(rb"[+-]?(?:nan|inf|infinity|1\.#\w+)", re.IGNORECASE)


class Numbers(NamedTuple):
    """``comma``: rows that write a decimal comma where the layout has a point."""

    value: npt.NDArray[np.float64]
    reason: npt.NDArray[np.int16]
    comma: npt.NDArray[np.bool_]


def numbers(texts: Sequence[bytes], file: npt.NDArray[np.int32], decimal: str, largest: float) -> Numbers:
    """``decimal``: “.”, “,” or “auto” (a comma when no value of the file has a point and one cannot be thousands)."""
    value, plain = _plain_numbers(texts)
    reason = np.zeros(len(texts), dtype=np.int16)
    comma = np.zeros(len(texts), dtype=bool)
    others = np.flatnonzero(~plain).tolist()
    if others:
        with_comma = _comma_files(texts, file) if decimal == "auto" else set()
        for row in others:
            accepts = decimal == "," or (bool(with_comma) and int(file[row]) in with_comma)
            value[row], reason[row], comma[row] = _one(texts[row], accepts)
        with np.errstate(invalid="ignore"):
            large = np.abs(value) > largest
        value[large] = np.nan
        reason[large] = Reason.TOO_LARGE
    return Numbers(value, reason, comma)


_WIDTH = 12
_POWERS = 10.0 ** np.arange(_WIDTH + 1)


def _plain_numbers(texts: Sequence[bytes]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """All numbers of the form ``-12.34`` at once, column of figures by column; the quotient is correctly rounded.

    Eleven figures at most stay far below ``largest``; whatever looks otherwise is left for ``_one``.
    """
    signs = np.array(texts, dtype=f"S{_WIDTH + 1}").view(np.uint8).reshape(-1, _WIDTH + 1).T
    used = int(np.flatnonzero(signs.any(axis=1))[-1]) + 1 if signs.any() else 0
    plain = signs[_WIDTH] == 0
    negative = signs[0] == 45
    mantissa = np.zeros(len(texts), dtype=np.int64)
    behind = np.zeros(len(texts), dtype=np.int8)
    pointed = np.zeros(len(texts), dtype=bool)
    figures = np.zeros(len(texts), dtype=bool)
    for place in range(min(used, _WIDTH)):
        sign = np.ascontiguousarray(signs[place])
        digit = sign - np.uint8(48)
        is_digit = digit < 10
        mantissa = np.where(is_digit, mantissa * 10 + digit, mantissa)
        behind += pointed & is_digit
        point = sign == 46
        known = is_digit | (sign == 0) | (point & ~pointed)
        if place == 0:
            known |= negative
        plain &= known
        pointed |= point
        figures |= is_digit
    value = mantissa / _POWERS[behind]
    np.negative(value, out=value, where=negative)
    return value, plain & figures


def _one(text: bytes, accepts_comma: bool) -> tuple[float, int, bool]:
    clean = text.strip().strip(b'"').replace(b"\xe2\x88\x92", b"-")
    if _NUMBER.fullmatch(clean):
        number = float(clean)
        return (number, 0, False) if np.isfinite(number) else (np.nan, int(Reason.TOO_LARGE), False)
    if _COMMA.fullmatch(clean):
        return (float(clean.replace(b",", b".")), 0, False) if accepts_comma else (np.nan, 0, True)
    if not clean or clean in {b"-", b"--", b"---"}:
        return np.nan, int(Reason.EMPTY), False
    if _NOT_FINITE.fullmatch(clean):
        return np.nan, int(Reason.NOT_FINITE), False
    return np.nan, int(Reason.NOT_A_NUMBER), False


def _comma_files(texts: Sequence[bytes], file: npt.NDArray[np.int32]) -> set[int]:
    """Files whose commas can only be decimal: none of their values has a point, one has not three figures behind."""
    clear: set[int] = set()
    pointed: set[int] = set()
    for text, number in zip(texts, file.tolist(), strict=True):
        clean = text.strip()
        if b"." in clean:
            pointed.add(number)
        elif _COMMA.fullmatch(clean) and len(clean.rpartition(b",")[2]) != 3:
            clear.add(number)
    return clear - pointed
