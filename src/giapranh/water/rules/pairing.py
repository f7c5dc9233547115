"""Upstream against downstream, paired by the time the water takes, not by the clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from giapranh.kernel.errors import N_, BadInput

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

LEAST = 6
FEW = N_("Ít hơn 6 cặp khác nhau: không kiểm định.")
NO_PAIRS = N_("Không có cặp nào trong khoảng trễ: kiểm tra khoảng cách và vận tốc.")
DEPENDENT = N_("Các cặp cách nhau chưa đến một ngày nên không độc lập: giá trị p chỉ để tham khảo.")


class BadLag(BadInput):
    code = "bad_lag"


@dataclass(frozen=True, slots=True)
class Pairs:
    """One row per downstream value with upstream values in its window: their mean, and how many there were."""

    times: Times
    up: Floats
    down: Floats
    count: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, slots=True)
class Comparison:
    """``median_difference`` is down less up; ``median_ratio`` down over up. ``p`` of the Wilcoxon signed-rank test."""

    n: int
    median_up: float | None
    median_down: float | None
    median_difference: float | None
    median_ratio: float | None
    statistic: float | None
    p: float | None
    notes: tuple[str, ...]


def pair(
    up_times: Times, up_values: Floats, down_times: Times, down_values: Floats, lag_low_s: float, lag_high_s: float
) -> Pairs:
    """Each downstream value with the mean of the upstream values that left ``lag_low_s`` to ``lag_high_s`` before.

    Times are milliseconds, ascending; missing values (NaN) pair with nothing.
    """
    if not 0 <= lag_low_s <= lag_high_s:
        raise BadLag(N_("Khoảng trễ phải không âm, số nhỏ trước."))
    good_up, good_down = ~np.isnan(up_values), ~np.isnan(down_values)
    times, values = up_times[good_up], up_values[good_up]
    down_at, down = down_times[good_down], down_values[good_down]
    first = np.searchsorted(times, down_at - int(lag_high_s * 1000), side="left")
    last = np.searchsorted(times, down_at - int(lag_low_s * 1000), side="right")
    count = last - first
    has = count > 0
    return Pairs(down_at[has], _sums(values, first[has], last[has]) / count[has], down[has], count[has])


def _sums(values: Floats, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> Floats:
    """Each window by itself: differences of running sums carry the noise of all rows before into every window."""
    if not len(first):
        return np.zeros(0)
    ends = np.column_stack((first, last)).ravel()
    found: Floats = np.add.reduceat(np.append(values, 0.0), ends)[::2]
    return found


def _differences(pairs: Pairs) -> Floats:
    """Down less up, without the noise of means: a difference of 1e-16 is none, and equal ones are ties for the test."""
    size = np.maximum(np.abs(pairs.up), np.abs(pairs.down))
    usual = float(np.median(size[size > 0])) if size.any() else 1.0
    step = 10.0 ** (math.floor(math.log10(usual)) - 10)
    found: Floats = np.round((pairs.down - pairs.up) / step) * step
    return found


def compare(pairs: Pairs) -> Comparison:
    if len(pairs) == 0:
        return Comparison(0, None, None, None, None, None, None, (NO_PAIRS,))
    difference = _differences(pairs)
    ratios = pairs.down[pairs.up > 0] / pairs.up[pairs.up > 0]
    notes: tuple[str, ...] = ()
    statistic = p = None
    if np.count_nonzero(difference) < LEAST:
        notes = (FEW,)
    else:
        tested = stats.wilcoxon(difference)
        statistic, p = float(tested.statistic), float(tested.pvalue)
        if np.median(np.diff(pairs.times)) < 86_400_000:
            notes = (DEPENDENT,)
    return Comparison(
        len(pairs), float(np.median(pairs.up)), float(np.median(pairs.down)), float(np.median(difference)),
        float(np.median(ratios)) if len(ratios) else None, statistic, p, notes,
    )  # fmt: skip
