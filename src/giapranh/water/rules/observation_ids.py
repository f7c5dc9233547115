"""One integer names an observation: the series in the upper bits, the milliseconds since 1970 in the lower 42.

No column and no index is needed for it. 42 bits reach to the year 2109; what lies before 1970 or after 2099 is refused.
"""

from __future__ import annotations

from typing import Any

from giapranh.kernel.errors import N_, BadInput

BITS = 42
MASK = (1 << BITS) - 1
FIRST_MS = 0
END_MS = 4_102_444_800_000  # 2100-01-01T00:00:00Z, the first instant that is too late


class TimeOutOfRange(BadInput):
    code = "time_out_of_range"


def observation_id(series_id: int, time_ms: int) -> int:
    check_time(time_ms)
    return series_id << BITS | time_ms


def parts(observation: int) -> tuple[int, int]:
    """(series id, milliseconds since 1970)."""
    return observation >> BITS, observation & MASK


def check_time(time_ms: int) -> None:
    if not FIRST_MS <= time_ms < END_MS:
        raise TimeOutOfRange(N_("Thời điểm nằm ngoài khoảng từ năm 1970 đến hết năm 2099. Hãy kiểm tra lại thời gian."))


def observation_ids(series_ids: Any, times_ms: Any) -> Any:
    """The same for columns (int64 arrays); the caller has checked the times with ``in_range``."""
    return series_ids << BITS | times_ms


def in_range(times_ms: Any) -> Any:
    """Which of the times may be kept."""
    return (times_ms >= FIRST_MS) & (times_ms < END_MS)
