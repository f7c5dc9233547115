"""Checks of arriving values, each a plain function over arrays, with the flags of QARTOD.

``times`` are milliseconds since 1970 (UTC), ascending; NaN is a missing value. Written for this house after the rules
of QARTOD; two things are ours: a chemistry analyser repeats one value until it measures anew, so spike, rate and flat
line know the measuring cycle (``cycle_s``); and every test looks only at neighbours, so a window can be checked alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, IntFlag

import numpy as np
import numpy.typing as npt

from giapranh.kernel.errors import N_

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]
Flags = npt.NDArray[np.int16]


class Flag(IntEnum):
    PASS = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


class Reason(IntFlag):
    """Which check spoke, or why there is no value. Kept as one number beside the flag."""

    GROSS = 1
    CLIMATOLOGY = 2
    SPIKE = 4
    RATE = 8
    FLAT = 16
    CROSS = 32
    CALIBRATION = 64
    DEVICE = 128
    NOT_A_NUMBER = 256
    TOO_LARGE = 512
    EMPTY = 1024
    NOT_FINITE = 2048


FLAG_WORDS = {
    Flag.PASS: N_("đạt"),
    Flag.NOT_EVALUATED: N_("chưa kiểm tra"),
    Flag.SUSPECT: N_("nghi ngờ"),
    Flag.FAIL: N_("không đạt"),
    Flag.MISSING: N_("không có giá trị"),
}
REASON_WORDS = {
    Reason.GROSS: N_("ngoài khoảng đo"),
    Reason.CLIMATOLOGY: N_("lạ so với mùa"),
    Reason.SPIKE: N_("vọt đơn lẻ"),
    Reason.RATE: N_("đổi quá nhanh"),
    Reason.FLAT: N_("đứng yên quá lâu"),
    Reason.CROSS: N_("mâu thuẫn với thông số khác"),
    Reason.CALIBRATION: N_("thiết bị đang hiệu chuẩn"),
    Reason.DEVICE: N_("thiết bị báo lỗi"),
    Reason.NOT_A_NUMBER: N_("không phải là số"),
    Reason.TOO_LARGE: N_("số lớn bất thường"),
    Reason.EMPTY: N_("ô trống"),
    Reason.NOT_FINITE: N_("không phải số, hoặc vô cực"),
}


def words(reason: int) -> list[str]:
    """The reasons as message ids, in a fixed order."""
    return [text for bit, text in REASON_WORDS.items() if reason & bit]


@dataclass(frozen=True, slots=True)
class Span:
    """From ``low`` to ``high``, both included."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError("a span ends before it starts")


@dataclass(frozen=True, slots=True)
class Season:
    """What is usual in some months; ``fail`` is what cannot be."""

    months: tuple[int, ...]
    suspect: Span
    fail: Span | None = None


def _passed(values: Floats) -> Flags:
    return np.where(np.isnan(values), np.int16(Flag.MISSING), np.int16(Flag.PASS))


def _outside(values: Floats, span: Span) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return (values < span.low) | (values > span.high)


def gross_range(values: Floats, fail: Span | None, suspect: Span | None = None) -> Flags:
    """Outside what the device can measure, or outside what is plausible here."""
    flags = _passed(values)
    if suspect is not None:
        flags[_outside(values, suspect)] = Flag.SUSPECT
    if fail is not None:
        flags[_outside(values, fail)] = Flag.FAIL
    return flags


def months_of(times: Times) -> npt.NDArray[np.int64]:
    """Month 1–12 of each time, on Vietnam's calendar (UTC+7 without summer time since 1975)."""
    local = (times + 7 * 3_600_000).astype("datetime64[ms]").astype("datetime64[M]")
    months: npt.NDArray[np.int64] = local.astype(np.int64) % 12 + 1
    return months


def climatology(values: Floats, times: Times, seasons: Sequence[Season]) -> Flags:
    """Against what is usual in the month; months nobody described are not evaluated."""
    flags = np.where(np.isnan(values), np.int16(Flag.MISSING), np.int16(Flag.NOT_EVALUATED))
    months = months_of(times)
    present = ~np.isnan(values)
    for season in seasons:
        here = present & np.isin(months, season.months)
        flags[here] = Flag.PASS
        flags[here & _outside(values, season.suspect)] = Flag.SUSPECT
        if season.fail is not None:
            flags[here & _outside(values, season.fail)] = Flag.FAIL
    return flags


def spike(
    values: Floats,
    suspect: float | None,
    fail: float | None,
    *,
    method: str = "average",
    times: Times | None = None,
    cycle_s: float = 0,
    gap_s: float = 0,
) -> Flags:
    """Away from both neighbours. ``average`` also touches the good neighbours of a spike, ``differential`` does not.

    With ``cycle_s`` the neighbours stand one measuring cycle before and after, not one row; with ``gap_s`` a row
    further away than that is no neighbour.
    """
    left, right = _neighbours(values, times, cycle_s, gap_s)
    if method == "average":
        away = np.abs(values - (left + right) / 2)
    elif method == "differential":
        before, after = values - left, values - right
        away = np.where(before * after > 0, np.minimum(np.abs(before), np.abs(after)), 0 * (before + after))
    else:
        raise ValueError(f"unknown spike method {method}")
    flags = np.where(np.isnan(away), np.int16(Flag.NOT_EVALUATED), np.int16(Flag.PASS))
    with np.errstate(invalid="ignore"):
        if suspect is not None:
            flags[away > suspect] = Flag.SUSPECT
        if fail is not None:
            flags[away > fail] = Flag.FAIL
    flags[np.isnan(values)] = Flag.MISSING
    return flags


def _neighbours(values: Floats, times: Times | None, cycle_s: float, gap_s: float) -> tuple[Floats, Floats]:
    left, right = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    if times is None or not cycle_s:
        left[1:], right[:-1] = values[:-1], values[1:]
        if times is not None and gap_s:
            far = np.diff(times) > gap_s * 1000
            left[1:][far] = np.nan
            right[:-1][far] = np.nan
        return left, right
    step = int(cycle_s * 1000)
    before = np.searchsorted(times, times - step, side="right") - 1
    after = np.searchsorted(times, times + step, side="left")
    # A neighbour further away than two cycles says nothing about a spike.
    has_before = (before >= 0) & (times - times[np.maximum(before, 0)] <= 2 * step)
    last = len(times) - 1
    has_after = (after <= last) & (times[np.minimum(after, max(last, 0))] - times <= 2 * step)
    left[has_before] = values[before[has_before]]
    right[has_after] = values[after[has_after]]
    return left, right


def rate_of_change(
    values: Floats,
    times: Times,
    suspect: float | None,
    fail: float | None = None,
    *,
    cycle_s: float = 0,
    gap_s: float = 0,
) -> Flags:
    """Units per second since the row before; a step of an analyser counts over its measuring cycle.

    Rows apart by more than ``gap_s`` are not compared.
    """
    flags = _passed(values)
    if len(values) < 2:
        return flags
    apart = np.diff(times) / 1000
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.abs(np.diff(values)) / np.maximum(apart, cycle_s)
        if gap_s:
            rate[apart > gap_s] = np.nan
        if suspect is not None:
            flags[1:][rate > suspect] = Flag.SUSPECT
        if fail is not None:
            flags[1:][rate > fail] = Flag.FAIL
    return flags


def flat_line(
    values: Floats,
    times: Times,
    suspect_s: float | None,
    fail_s: float | None,
    tolerance: float,
    *,
    cycle_s: float = 0,
    gap_s: float = 0,
) -> Flags:
    """Within ``tolerance`` for so long. A gap longer than ``gap_s`` breaks the line: silence is not standing still.

    A device that measures every ``cycle_s`` must repeat itself over four cycles at least before anything is said.
    """
    flags = _passed(values)
    present = np.flatnonzero(~np.isnan(values))
    if len(present) < 2:
        return flags
    seen, when = values[present], times[present]
    first = _unbroken_since(when, gap_s)
    told = flags[present]
    for seconds, flag in ((suspect_s, Flag.SUSPECT), (fail_s, Flag.FAIL)):
        if seconds is not None:
            told[_still(seen, when, first, max(seconds, 4 * cycle_s), tolerance)] = flag
    flags[present] = told
    return flags


def _unbroken_since(when: Times, gap_s: float) -> npt.NDArray[np.int64]:
    """For each row, the first row of the stretch without a gap it belongs to."""
    starts = np.zeros(len(when), dtype=np.int64)
    if gap_s:
        breaks = np.flatnonzero(np.diff(when) > gap_s * 1000) + 1
        starts[breaks] = breaks
        np.maximum.accumulate(starts, out=starts)
    return starts


def _still(
    seen: Floats, when: Times, first: npt.NDArray[np.int64], seconds: float, tolerance: float
) -> npt.NDArray[np.bool_]:
    """Whether the range over the last ``seconds`` up to each row stays below ``tolerance``."""
    start = np.searchsorted(when, when - int(seconds * 1000), side="right") - 1
    rows = np.flatnonzero((start >= first) & (start >= 0))
    still = np.zeros(len(seen), dtype=bool)
    if len(rows) == 0:
        return still
    still[rows] = _ranges(seen, start[rows], rows) < tolerance
    return still


def _ranges(seen: Floats, start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]) -> Floats:
    """Highest less lowest value of each window ``[start, end]``: two overlapping blocks of a power of two cover it."""
    level = np.frexp((end - start + 1).astype(np.float64))[1] - 1
    low, high = seen, seen
    found = np.empty(len(start))
    width = 1
    for power in range(int(level.max()) + 1):
        here = np.flatnonzero(level == power)
        if len(here):
            a, b = start[here], end[here] - width + 1
            found[here] = np.maximum(high[a], high[b]) - np.minimum(low[a], low[b])
        low = np.minimum(low[:-width], low[width:])
        high = np.maximum(high[:-width], high[width:])
        width *= 2
    return found


def roll_up(*flags: Flags) -> Flags:
    """One flag per row: fail before suspect before pass before not evaluated; missing only when all say so."""
    order = np.array([0, 3, 2, 4, 5, 0, 0, 0, 0, 1], dtype=np.int16)
    back = np.array(
        [Flag.NOT_EVALUATED, Flag.MISSING, Flag.NOT_EVALUATED, Flag.PASS, Flag.SUSPECT, Flag.FAIL], np.int16
    )
    ranks = order[flags[0]]
    for more in flags[1:]:
        ranks = np.maximum(ranks, order[more])
    return back[ranks]


@dataclass(frozen=True, slots=True)
class Gap:
    """Nothing between ``after`` and ``before`` (milliseconds); so many rows are missing."""

    after: int
    before: int
    missing: int


def gaps(times: Times, start: int, end: int, expected_s: float, *, factor: float = 1.5) -> list[Gap]:
    """Stretches of ``[start, end)`` without a row for more than ``factor`` × the expected step."""
    step = expected_s * 1000
    inside = times[(times >= start) & (times < end)]
    edges = np.concatenate(([start - step], inside.astype(np.float64), [float(end)]))
    widths = np.diff(edges)
    wide = np.flatnonzero(widths > factor * step)
    return [
        Gap(int(max(edges[at], start)), int(edges[at + 1]), max(1, round(widths[at] / step) - 1))
        for at in wide
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reception:
    """How many of the expected slots of a stretch hold a row; a row sent twice counts once."""

    expected: int
    received: int

    @property
    def rate(self) -> float | None:
        return self.received / self.expected if self.expected else None


def reception(times: Times, start: int, end: int, expected_s: float) -> Reception:
    step = int(expected_s * 1000)
    expected = max(0, -(-(end - start) // step))
    inside = times[(times >= start) & (times < end)]
    return Reception(expected, len(np.unique((inside - start) // step)))


def local_day(day: date) -> tuple[int, int]:
    """Start and end of a Vietnam day in milliseconds since 1970."""
    start = (day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000 - 7 * 3_600_000
    return start, start + 86_400_000
