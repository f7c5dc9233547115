"""Times of station files: ``yyyyMMddHHmmss`` of Vietnam in bulk, other spellings one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.int64]
NO_TIME = np.iinfo(np.int64).min

_DAY_FIRST = re.compile(rb"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})[ T]+(\d{1,2})[:h](\d{2})(?::(\d{2}))?")
_YEAR_FIRST = re.compile(rb"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T]+(\d{1,2})[:h](\d{2})(?::(\d{2})(?:\.\d+)?)?")
_TWELVE = re.compile(rb"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})()")
_ZULU = re.compile(rb"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?Z")


def milliseconds(texts: Sequence[bytes], utc_offset_s: int = 7 * 3600) -> Times:
    """Each time as milliseconds since 1970 (UTC); ``NO_TIME`` where the text is no time."""
    width = np.array(texts, dtype="S15")
    if len(width) == 0:
        return np.zeros(0, dtype=np.int64)
    # Lines of one file carry one time: each run of equal texts is reckoned once.
    first = np.flatnonzero(np.concatenate(([True], width[1:] != width[:-1])))
    lengths = np.diff(np.append(first, len(width)))
    signs = width[first].view(np.uint8).reshape(-1, 15)
    digits = signs[:, :14].astype(np.int64) - 48
    plain = ((digits >= 0) & (digits <= 9)).all(axis=1) & (signs[:, 14] == 0)
    found = np.repeat(np.where(plain, _instants(digits, utc_offset_s), NO_TIME), lengths)
    for row in np.flatnonzero(np.repeat(~plain, lengths)).tolist():
        found[row] = one(texts[row], utc_offset_s)
    return found


def _number(digits: npt.NDArray[np.int64], start: int, end: int) -> npt.NDArray[np.int64]:
    value = digits[:, start].copy()
    for place in range(start + 1, end):
        value *= 10
        value += digits[:, place]
    return value


def _instants(digits: npt.NDArray[np.int64], utc_offset_s: int) -> Times:
    year, month, day = _number(digits, 0, 4), _number(digits, 4, 6), _number(digits, 6, 8)
    hour, minute, second = _number(digits, 8, 10), _number(digits, 10, 12), _number(digits, 12, 14)
    fine = (year >= 1900) & (year <= 2200) & (month >= 1) & (month <= 12) & (day >= 1)
    fine &= (hour <= 23) & (minute <= 59) & (second <= 59)
    months = np.where(fine, (year - 1970) * 12 + month - 1, 0)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    fine &= day <= after - first
    seconds = (first + day - 1) * 86_400 + hour * 3600 + minute * 60 + second - utc_offset_s
    return np.where(fine, seconds * 1000, NO_TIME)


def one(text: bytes, utc_offset_s: int = 7 * 3600) -> int:
    """Other spellings: ``31/01/2026 07:05``, ``2026-01-31 07:05:00``, ``202601310705``; day first, always."""
    clean = text.strip().strip(b"\"'")
    if found := _ZULU.fullmatch(clean):
        return _of(found.groups(), 0)
    if found := _YEAR_FIRST.fullmatch(clean) or _TWELVE.fullmatch(clean):
        return _of(found.groups(), utc_offset_s)
    if found := _DAY_FIRST.fullmatch(clean):
        day, month, year, *clock = found.groups()
        return _of((year, month, day, *clock), utc_offset_s)
    if len(clean) == 14 and clean.isdigit() and clean != text:
        return int(milliseconds([clean], utc_offset_s)[0])
    return NO_TIME


def _of(parts: Sequence[bytes | None], utc_offset_s: int) -> int:
    year, month, day, hour, minute, second = (int(part) if part else 0 for part in parts)
    digits = f"{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}"
    if len(digits) != 14:
        return NO_TIME
    return int(_instants(np.array([[int(d) for d in digits]], dtype=np.int64), utc_offset_s)[0])
