"""Whether the clock of a station's logger is right, by comparing what its lines say with when its files were made.

Vietnam keeps UTC+7 all year: a logger that jumps by an hour was set to a country with summer time, one that is off by
whole hours to another zone. Nothing is moved by itself; a person is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from giapranh.kernel.errors import N_

Seconds = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

LATE_AT_MOST = 1800  # a file is made within half an hour of what it tells, unless it was kept back
HOUR = 3600
NEAR = 300


class Clock(StrEnum):
    RIGHT = "right"
    AHEAD = "ahead"
    ZONE = "zone"
    JUMPED = "jumped"
    UNKNOWN = "unknown"


CLOCK_WORDS = {
    Clock.RIGHT: N_("đồng hồ của bộ ghi khớp với giờ lập tệp"),
    Clock.AHEAD: N_("đồng hồ của bộ ghi chạy trước giờ lập tệp"),
    Clock.ZONE: N_("đồng hồ của bộ ghi lệch tròn giờ: có thể đặt sai múi giờ"),
    Clock.JUMPED: N_("đồng hồ của bộ ghi nhảy một giờ: có thể đang theo giờ mùa hè của nước khác"),
    Clock.UNKNOWN: N_("chưa đủ tệp để xét đồng hồ của bộ ghi"),
}


@dataclass(frozen=True, slots=True)
class ClockFinding:
    """``seconds``: how far lines lie behind their files now (negative: ahead). ``since``: the file after a jump."""

    kind: Clock
    seconds: float
    since: int | None = None


def offsets(file: npt.NDArray[np.int32], times: Times, made: Times) -> Seconds:
    """Per file, by how many seconds its newest line lies behind the time the file was made; NaN for an empty file.

    ``file`` and ``times`` as parsed; ``made`` one time per file, from its name or its arrival.
    """
    newest = np.full(len(made), np.iinfo(np.int64).min)
    np.maximum.at(newest, file, times)
    empty = newest == np.iinfo(np.int64).min
    return np.where(empty, np.nan, (made - np.where(empty, 0, newest)) / 1000)


def judge_clock(behind: Seconds) -> ClockFinding:
    """From the offsets of files in the order they were made. Files sent late lie far behind and tell nothing, so the
    middle of the newest twelve counts."""
    known = behind[~np.isnan(behind)]
    places = np.flatnonzero(~np.isnan(behind))
    if len(known) < 3:
        return ClockFinding(Clock.UNKNOWN, float(np.median(known)) if len(known) else 0.0)
    now = float(np.median(known[-12:]))
    steps = np.diff(known)
    jumps = np.flatnonzero(np.abs(np.abs(steps) - HOUR) < NEAR)
    for at in jumps[::-1].tolist():
        before, after = known[max(0, at - 5) : at + 1], known[at + 1 : at + 7]
        if len(before) >= 2 and len(after) >= 2 and abs(abs(np.median(after) - np.median(before)) - HOUR) < NEAR:
            return ClockFinding(Clock.JUMPED, now, int(places[at + 1]))
    if now < -NEAR:
        whole = abs(now / HOUR - round(now / HOUR)) * HOUR < NEAR and abs(now) > HOUR - NEAR
        return ClockFinding(Clock.ZONE if whole else Clock.AHEAD, now)
    if now > LATE_AT_MOST and abs(now / HOUR - round(now / HOUR)) * HOUR < NEAR and np.ptp(known[-12:]) < NEAR:
        return ClockFinding(Clock.ZONE, now)
    return ClockFinding(Clock.RIGHT, now)
