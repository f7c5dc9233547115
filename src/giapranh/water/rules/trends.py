"""Trends: Mann–Kendall and seasonal Kendall with Sen's slope, and when there is no honest test.

The sums are pymannkendall's. Its seasonal slope fails on plain lists, so arrays go in; its doubtful cases (few values,
many below detection) are answered here before it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pymannkendall  # type: ignore[import-untyped]

from giapranh.kernel.errors import N_
from giapranh.water.rules.readings import Censored

Floats = npt.NDArray[np.float64]

LEAST, MOST = 10, 4000
FEW = N_("Ít hơn 10 kết quả: chưa kiểm định xu thế.")
MANY = N_("Quá nhiều kết quả: gộp theo ngày, tháng hoặc quý rồi kiểm định.")
CENSORED = N_("Hơn một nửa kết quả dưới giới hạn phát hiện: không kiểm định xu thế.")
NO_SEASON = N_("Không mùa nào có từ hai năm số liệu: chưa kiểm định theo mùa.")
CONSTANT = N_("Mọi kết quả bằng nhau: không có xu thế để kiểm định.")
TIED = N_("Kết quả dưới giới hạn phát hiện cao nhất được coi là bằng nhau.")
SHORT = N_("Chưa đủ năm năm: xem kết quả một cách thận trọng.")


@dataclass(frozen=True, slots=True)
class Trend:
    """``direction`` is "up", "down", "none", or "" when there was no test (``reasons``). Slope is per step, or per
    full period for seasonal data."""

    test: str
    n: int
    s: float | None = None
    var_s: float | None = None
    z: float | None = None
    p: float | None = None
    tau: float | None = None
    slope: float | None = None
    intercept: float | None = None
    direction: str = ""
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def tested(self) -> bool:
        return not self.reasons


def trend(
    values: Sequence[float] | Floats,
    *,
    censored: npt.NDArray[np.integer] | None = None,
    autocorrelated: bool = False,
    alpha: float = 0.05,
) -> Trend:
    """Of values in equal steps, NaN where one is missing. ``autocorrelated`` (hours, days): after Hamed and Rao."""
    test = "hamed_rao" if autocorrelated else "mann_kendall"
    array, reasons, notes = _prepared(values, censored)
    if reasons:
        return Trend(test, int((~np.isnan(array)).sum()), reasons=reasons, notes=notes)
    run = pymannkendall.hamed_rao_modification_test if autocorrelated else pymannkendall.original_test
    return _told(test, array, run(array, alpha=alpha), notes)


def seasonal_trend(
    values: Sequence[float] | Floats,
    period: int,
    *,
    censored: npt.NDArray[np.integer] | None = None,
    alpha: float = 0.05,
) -> Trend:
    """Of values in equal steps of which ``period`` make a year (4 quarters, 12 months); NaN where one is missing.

    Sums S and its variance over the seasons, so that a wet season is only compared with wet seasons.
    """
    array, reasons, notes = _prepared(values, censored)
    if not reasons:
        padded = np.pad(array, (0, -len(array) % period), constant_values=np.nan).reshape(-1, period)
        per_season = (~np.isnan(padded)).sum(axis=0)
        if (per_season < 2).all():  # a season measured once, or never (two rounds a year), only adds nothing
            reasons = (NO_SEASON,)
        elif len(padded) < 5:
            notes = (*notes, SHORT)
    if reasons:
        return Trend("seasonal_kendall", int((~np.isnan(array)).sum()), reasons=reasons, notes=notes)
    return _told("seasonal_kendall", array, pymannkendall.seasonal_test(array, period=period, alpha=alpha), notes,
                 pymannkendall.seasonal_sens_slope(array, period=period))  # fmt: skip


def _prepared(
    values: Sequence[float] | Floats, censored: npt.NDArray[np.integer] | None
) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """The values as an array, ties made where detection limits forbid a ranking, and why there may be no test."""
    array = np.array(values, dtype=np.float64)
    array[~np.isfinite(array)] = np.nan
    present = ~np.isnan(array)
    notes: tuple[str, ...] = ()
    if censored is not None and (below := present & (np.asarray(censored) == Censored.BELOW)).any():
        if below.sum() * 2 > present.sum():
            return array, (CENSORED,), notes
        # A detection limit that falls over the years would look like a falling trend: all under the highest tie.
        highest = array[below].max()
        with np.errstate(invalid="ignore"):
            array[below | (present & (array < highest))] = highest / 2
        notes = (TIED,)
    n = int(present.sum())
    if n < LEAST:
        return array, (FEW,), notes
    if n > MOST:
        return array, (MANY,), notes
    if np.ptp(array[present]) == 0:
        return array, (CONSTANT,), notes
    return array, (), notes


def _told(test: str, array: Floats, found: Any, notes: tuple[str, ...], slope: Any = None) -> Trend:
    direction = {"increasing": "up", "decreasing": "down"}.get(found.trend, "none")
    line = slope or found
    return Trend(
        test, int((~np.isnan(array)).sum()), float(found.s), float(found.var_s), float(found.z), float(found.p),
        float(found.Tau), float(line.slope), float(line.intercept), direction, notes=notes,
    )  # fmt: skip
