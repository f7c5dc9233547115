"""Times as the standard writes them: ISO 8601 with an offset, an instant or an interval ``start/end``.

A time that cannot be read is refused, never replaced. Fractions finer than a millisecond are refused unless they are
zeros: cutting them off would let two different instants fall on one key.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np

from giapranh.kernel.errors import N_
from giapranh.water.rules.observation_ids import check_time, in_range
from giapranh.water.sta.errors import Malformed

_INSTANT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?([Zz]|[+-]\d\d(?::?\d\d)?)", re.ASCII
)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def milliseconds(text: Any) -> int:
    """One instant in milliseconds since 1970."""
    match = _INSTANT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        shown = text if isinstance(text, str) else type(text).__name__
        raise Malformed(
            N_("“%(text)s” không phải là thời điểm. Hãy viết như 2026-01-31T07:00:00Z hoặc 2026-01-31T14:00:00+07:00."),
            text=str(shown)[:60],
        )
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    if fraction and fraction[3:].strip("0"):
        raise Malformed(
            N_("Thời điểm “%(text)s” mịn hơn một phần nghìn giây; hệ thống chỉ giữ đến phần nghìn giây."),
            text=text[:60],
        )
    try:
        zone = _zone(offset)
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=zone)
        whole = (at.astimezone(UTC) - EPOCH) // MILLISECOND  # in the year 1 and 9999 UTC may have no such day
    except (ValueError, OverflowError) as error:
        raise Malformed(
            N_("“%(text)s” không phải là thời điểm có thật trên lịch. Hãy kiểm tra ngày, giờ và múi giờ."),
            text=text[:60],
        ) from error
    return whole + int((fraction or "0")[:3].ljust(3, "0"))


def _zone(offset: str) -> timezone:
    if offset in "Zz":
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[2:])
    if minutes > 59:
        raise ValueError(offset)
    shift = timedelta(hours=int(digits[:2]), minutes=minutes)
    return timezone(-shift if offset[0] == "-" else shift)


def instant(text: Any) -> datetime:
    return from_milliseconds(milliseconds(text))


def stored_milliseconds(text: Any) -> int:
    """One instant that may be kept as the key of an observation."""
    at = milliseconds(text)
    check_time(at)
    return at


def interval(text: Any) -> tuple[int, int | None]:
    """(start, end) in milliseconds; the end is None for a mere instant."""
    if not isinstance(text, str) or "/" not in text:
        return milliseconds(text), None
    start, _slash, end = text.partition("/")
    first, last = milliseconds(start), milliseconds(end)
    if last < first:
        raise Malformed(N_("Khoảng thời gian “%(text)s” kết thúc trước khi bắt đầu."), text=text[:80])
    return first, last


def day(text: str) -> datetime:
    match = _DATE.fullmatch(text)
    try:
        year, month, number = map(int, match.groups() if match else ())
        return datetime(year, month, number, tzinfo=UTC)
    except ValueError as error:
        raise Malformed(N_("“%(text)s” không phải là ngày. Hãy viết như 2026-01-31."), text=text[:60]) from error


def from_milliseconds(at: int) -> datetime:
    return EPOCH + at * MILLISECOND


def to_milliseconds(at: datetime) -> int:
    return (at - EPOCH) // MILLISECOND


def written(at: int) -> str:
    """Milliseconds as text: to the second where the fraction is nought."""
    text = (EPOCH + at * MILLISECOND).isoformat(timespec="milliseconds")
    return f"{text[:19]}Z" if text[20:23] == "000" else f"{text[:23]}Z"


def written_time(at: datetime) -> str:
    return written(to_milliseconds(at))


def written_interval(start: datetime, end: datetime | None) -> str:
    return f"{written_time(start)}/{written_time(start if end is None else end)}"


def written_column(times_ms: Any) -> list[str]:
    """A whole column of milliseconds as text."""
    if not len(times_ms):
        return []
    column = np.asarray(times_ms, dtype=np.int64)
    if not (column % 1000).any():
        return [f"{text}Z" for text in np.datetime_as_string(column.astype("datetime64[ms]"), unit="s").tolist()]
    texts = np.datetime_as_string(column.astype("datetime64[ms]"), unit="ms").tolist()
    return [f"{text[:19]}Z" if text.endswith("000") else f"{text}Z" for text in texts]


# --- many at once ----------------------------------------------------------------------------------------------------

_PLACES = {  # offsets of the digits within a text of that length
    20: (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18),
    24: (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22),
    25: (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 23, 24),
}
_MARK_PLACES = {
    20: ((4, b"-"), (7, b"-"), (10, b"T"), (13, b":"), (16, b":"), (19, b"Z")),
    24: ((4, b"-"), (7, b"-"), (10, b"T"), (13, b":"), (16, b":"), (19, b"."), (23, b"Z")),
    25: ((4, b"-"), (7, b"-"), (10, b"T"), (13, b":"), (16, b":"), (22, b":")),
}


def column_of_milliseconds(texts: list[Any]) -> tuple[Any, dict[int, Malformed]]:
    """(int64 milliseconds, refusals by row). Texts of one common form are read all at once, others one by one."""
    column = _alike(texts)
    if column is not None:
        return column, {}
    times = np.zeros(len(texts), dtype=np.int64)
    refused: dict[int, Malformed] = {}
    for row, text in enumerate(texts):
        try:
            times[row] = milliseconds(text)
        except Malformed as refusal:
            refused[row] = refusal
    return times, refused


def _alike(texts: list[Any]) -> Any | None:
    """The column when every text has the same one of the three usual lengths and is in order; else None."""
    try:
        width = len(texts[0])
        raw = "".join(texts).encode("ascii")
    except (TypeError, IndexError, UnicodeEncodeError):
        return None
    if width not in _PLACES or len(raw) != width * len(texts) or any(len(text) != width for text in texts):
        return None
    grid = np.frombuffer(raw, dtype=np.uint8).reshape(len(texts), width)
    for place, mark in _MARK_PLACES[width]:
        if (grid[:, place] != mark[0]).any():
            return None
    digits = grid[:, _PLACES[width]].astype(np.int64) - 48
    if ((digits < 0) | (digits > 9)).any():
        return None
    return _assembled(digits, grid, width)


def _assembled(digits: Any, grid: Any, width: int) -> Any | None:
    year = digits[:, 0] * 1000 + digits[:, 1] * 100 + digits[:, 2] * 10 + digits[:, 3]
    month, of_month, hour, minute, second = (digits[:, 4 + 2 * n] * 10 + digits[:, 5 + 2 * n] for n in range(5))
    whole = (month >= 1) & (month <= 12) & (of_month >= 1) & (hour <= 23) & (minute <= 59) & (second <= 59)
    if not (whole & (year >= 1)).all():
        return None
    months = (year - 1970) * 12 + month - 1
    firsts = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    nexts = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    days = firsts + of_month - 1
    if (days >= nexts).any():
        return None
    times = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000
    if width == 24:
        times += digits[:, 14] * 100 + digits[:, 15] * 10 + digits[:, 16]
    if width == 25:
        sign = np.where(grid[:, 19] == ord("-"), -1, 1)
        offset_minutes = digits[:, 16] * 10 + digits[:, 17]
        hours = digits[:, 14] * 10 + digits[:, 15]
        if not np.isin(grid[:, 19], (ord("+"), ord("-"))).all() or (offset_minutes > 59).any() or (hours > 23).any():
            return None
        times -= sign * (hours * 60 + offset_minutes) * 60_000
    return times


__all__ = [
    "column_of_milliseconds",
    "day",
    "from_milliseconds",
    "in_range",
    "instant",
    "interval",
    "milliseconds",
    "stored_milliseconds",
    "to_milliseconds",
    "written",
    "written_column",
    "written_interval",
    "written_time",
]
