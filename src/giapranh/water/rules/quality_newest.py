"""The checks of ``quality`` for one row at the end of a series, without arrays: what a single arrival needs.

Gives what ``quality_run.check`` gives (a law in the tests), thirty times as fast for one row. Only for series whose
device measures anew with every row: a longer measuring cycle changes more rows than the last two.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from giapranh.water.rules.quality import Flag, Reason, Season, Span, Times, months_of

_RANK = {Flag.MISSING: 0, Flag.NOT_EVALUATED: 1, Flag.PASS: 2, Flag.SUSPECT: 3, Flag.FAIL: 4}


class Limits(Protocol):
    """What of ``Thresholds`` is asked here."""

    @property
    def gross_fail(self) -> Span | None: ...
    @property
    def gross_suspect(self) -> Span | None: ...
    @property
    def spike_suspect(self) -> float | None: ...
    @property
    def spike_fail(self) -> float | None: ...
    @property
    def spike_method(self) -> str: ...
    @property
    def rate_suspect(self) -> float | None: ...
    @property
    def rate_fail(self) -> float | None: ...
    @property
    def flat_suspect_s(self) -> float | None: ...
    @property
    def flat_fail_s(self) -> float | None: ...
    @property
    def flat_tolerance(self) -> float: ...
    @property
    def gap_s(self) -> float: ...
    @property
    def seasons(self) -> tuple[Season, ...]: ...


class Rows:
    """The end of a series, read cell by cell; rows of a faulty or calibrating device count as missing."""

    def __init__(self, values: npt.NDArray[np.float64], times: Times, status: npt.NDArray[Any] | None) -> None:
        self.values, self.times, self.status = values, times, status
        self.last = len(values) - 1

    def value(self, row: int) -> float:
        if not 0 <= row <= self.last or self.state(row) > 0:
            return math.nan
        return float(self.values.item(row))

    def state(self, row: int) -> int:
        return -1 if self.status is None else int(self.status.item(row))

    def present(self, row: int) -> tuple[Times, npt.NDArray[np.float64]]:
        """Times and values up to ``row`` without the missing ones."""
        values, times = self.values[: row + 1], self.times[: row + 1]
        here = ~np.isnan(values)
        if self.status is not None:
            here &= self.status[: row + 1] <= 0
        return times[here], values[here]

    def seconds(self, earlier: int, later: int) -> float:
        return (self.times.item(later) - self.times.item(earlier)) / 1000


def judge(rows: Rows, row: int, given: Limits, spike_scale: float | None) -> tuple[int, int]:
    """Flag and reasons of one row by all checks of ``given``."""
    reason = 0
    state = rows.state(row)
    if state > 0:
        return int(Flag.FAIL), int({1: Reason.CALIBRATION, 2: Reason.DEVICE}.get(state, 0))
    value = rows.value(row)
    if math.isnan(value):
        return int(Flag.MISSING), 0
    worst: int = -1
    for why, flag in _checks(rows, row, value, given, spike_scale):
        worst = max(worst, _RANK[flag])
        if flag in {Flag.SUSPECT, Flag.FAIL}:
            reason |= why
    if worst < 0:
        return int(Flag.NOT_EVALUATED), 0
    return int(next(flag for flag, rank in _RANK.items() if rank == worst)), reason


def _checks(rows: Rows, row: int, value: float, given: Limits, spike_scale: float | None) -> list[tuple[Reason, Flag]]:
    found = []
    if given.gross_fail or given.gross_suspect:
        found.append((Reason.GROSS, _gross(value, given.gross_fail, given.gross_suspect)))
    if given.seasons:
        found.append((Reason.CLIMATOLOGY, _season(value, rows.times[row : row + 1], given.seasons)))
    if spike_scale is not None:
        found.append((Reason.SPIKE, _spike(rows, row, value, given, spike_scale)))
    if given.rate_suspect is not None or given.rate_fail is not None:
        found.append((Reason.RATE, _rate(rows, row, value, given)))
    if given.flat_suspect_s is not None or given.flat_fail_s is not None:
        found.append((Reason.FLAT, _flat(rows, row, value, given)))
    return found


def _gross(value: float, fail: Span | None, suspect: Span | None) -> Flag:
    if fail is not None and not fail.low <= value <= fail.high:
        return Flag.FAIL
    if suspect is not None and not suspect.low <= value <= suspect.high:
        return Flag.SUSPECT
    return Flag.PASS


def _season(value: float, time: Times, seasons: tuple[Season, ...]) -> Flag:
    month = int(months_of(time)[0])
    held = [season for season in seasons if month in season.months]
    return _gross(value, held[-1].fail, held[-1].suspect) if held else Flag.NOT_EVALUATED


def _over(amount: float, suspect: float | None, fail: float | None) -> Flag:
    if fail is not None and amount > fail:
        return Flag.FAIL
    return Flag.SUSPECT if suspect is not None and amount > suspect else Flag.PASS


def _spike(rows: Rows, row: int, value: float, given: Limits, scale: float) -> Flag:
    left, right = rows.value(row - 1), rows.value(row + 1)
    if math.isnan(left) or math.isnan(right):
        return Flag.NOT_EVALUATED
    if given.gap_s and max(rows.seconds(row - 1, row), rows.seconds(row, row + 1)) > given.gap_s:
        return Flag.NOT_EVALUATED
    if given.spike_method == "average":
        away = abs(value - (left + right) / 2)
    else:
        before, after = value - left, value - right
        away = min(abs(before), abs(after)) if before * after > 0 else 0.0
    suspect, fail = (None if t is None else t * scale for t in (given.spike_suspect, given.spike_fail))
    return _over(away, suspect, fail)


def _rate(rows: Rows, row: int, value: float, given: Limits) -> Flag:
    before = rows.value(row - 1)
    if math.isnan(before):
        return Flag.PASS
    apart = rows.seconds(row - 1, row)
    if apart <= 0 or (given.gap_s and apart > given.gap_s):
        return Flag.PASS
    suspect, fail = (None if t is None else t / 3600 for t in (given.rate_suspect, given.rate_fail))
    return _over(abs(value - before) / apart, suspect, fail)


LOOKED_AT_ONE_BY_ONE = 8


def _flat(rows: Rows, row: int, value: float, given: Limits) -> Flag:
    """Water moves: the last few rows mostly tell that the line is not flat. Only then the whole window is looked at."""
    low = high = value
    for earlier in range(row - 1, max(row - 1 - LOOKED_AT_ONE_BY_ONE, -1), -1):
        seen = rows.value(earlier)
        if not math.isnan(seen):
            low, high = min(low, seen), max(high, seen)
    shortest = min(s for s in (given.flat_suspect_s, given.flat_fail_s) if s is not None)
    first = max(row - LOOKED_AT_ONE_BY_ONE, 0)
    if not high - low < given.flat_tolerance and rows.seconds(first, row) <= shortest:
        return Flag.PASS
    when, seen_values = rows.present(row)
    for seconds, flag in ((given.flat_fail_s, Flag.FAIL), (given.flat_suspect_s, Flag.SUSPECT)):
        if seconds is not None and _still(when, seen_values, seconds, given):
            return flag
    return Flag.PASS


def _still(when: Times, seen: npt.NDArray[np.float64], seconds: float, given: Limits) -> bool:
    """Whether the values of the last ``seconds`` up to the last row stay within the tolerance without a gap."""
    start = int(np.searchsorted(when, when[-1] - int(seconds * 1000), side="right")) - 1
    if start < 0 or (given.gap_s and (np.diff(when[start:]) > given.gap_s * 1000).any()):
        return False
    window = seen[start:]
    return bool(window.max() - window.min() < given.flat_tolerance)
