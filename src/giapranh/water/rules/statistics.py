"""Statistics officers report: how often a limit is exceeded, percentiles with detection limits, control charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from giapranh.kernel.errors import N_
from giapranh.water.rules.readings import Censored
from giapranh.water.rules.standards import Bound

Floats = npt.NDArray[np.float64]
NOISE = 1e-12  # of means and conversions: a value this near to a limit is the limit
Z_95 = 1.959963984540054
FEW = 10
FEW_NOTE = N_("Ít hơn 10 kết quả: chỉ nêu số lần, không nêu tỷ lệ.")


@dataclass(frozen=True, slots=True)
class Rate:
    """``k`` of ``n`` exceed; ``low`` and ``high`` are the 95 % interval. ``enough``: whether a rate may be shown.

    ``undecided``: results below a detection limit that itself lies above the limit; they are not in ``n``.
    """

    k: int
    n: int
    rate: float | None
    low: float | None
    high: float | None
    undecided: int = 0
    note: str = ""

    @property
    def enough(self) -> bool:
        return self.n >= FEW


def wilson(k: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """The Wilson interval of a share."""
    if not 0 <= k <= n or n == 0:
        raise ValueError("k of n needs 0 <= k <= n and n > 0")
    share, z2 = k / n, z * z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return (0.0 if k == 0 else max(0.0, middle - half)), (1.0 if k == n else min(1.0, middle + half))


def rate(k: int, n: int, undecided: int = 0) -> Rate:
    if n == 0:
        return Rate(0, 0, None, None, None, undecided, FEW_NOTE)
    low, high = wilson(k, n)
    return Rate(k, n, k / n, low, high, undecided, FEW_NOTE if n < FEW else "")


def exceedance_rate(
    values: Floats, limit: Bound | float, *, censored: npt.NDArray[np.integer] | None = None, below: bool = False
) -> Rate:
    """How often results leave a limit: a ``Bound``, or a number (``below``: less than it is an exceedance)."""
    low, high = _ends(limit, below)
    sign = np.zeros(len(values), dtype=np.int8) if censored is None else np.asarray(censored)
    present = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        too_low, over = values < low * (1 - NOISE), values > high * (1 + NOISE)
        too_high = values >= high
    outside = too_low | over
    exact = present & (sign == Censored.EXACT)
    under_mdl, above = present & (sign == Censored.BELOW), present & (sign == Censored.ABOVE)
    exceeds = (exact & outside) | (under_mdl & too_low) | (above & too_high)
    within = exact & ~outside
    if low == -math.inf:
        within |= under_mdl & ~outside
    if high == math.inf:
        within |= above & ~outside
    n = int((exceeds | within).sum())
    return rate(int(exceeds.sum()), n, int(present.sum()) - n)


def _ends(limit: Bound | float, below: bool) -> tuple[float, float]:
    if isinstance(limit, Bound):
        return (-math.inf if limit.low is None else float(limit.low),
                math.inf if limit.high is None else float(limit.high))  # fmt: skip
    return (float(limit), math.inf) if below else (-math.inf, float(limit))


def received_enough(rate: float, threshold: float) -> bool:
    """Whether enough of the expected records came; ``threshold`` from ``monitoring.rule("received_share", day)``."""
    return rate >= threshold - 1e-12


@dataclass(frozen=True, slots=True)
class Percentile:
    """``censored``: the value lies below the detection limit ``value``, nobody knows where."""

    p: float
    value: float
    censored: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    n: int
    below: int
    least: float | None
    most: float | None
    mean: float | None
    percentiles: tuple[Percentile, ...]

    @property
    def median(self) -> float | None:
        return next((one.value for one in self.percentiles if one.p == 50), None)


def percentiles(
    values: Floats, ps: Sequence[float] = (10, 25, 50, 75, 90, 95), *, censored: npt.NDArray[np.integer] | None = None
) -> tuple[Percentile, ...]:
    """Percentiles by straight lines between ranks. Results below detection rank lowest; a percentile that falls
    among them says so."""
    present = ~np.isnan(values)
    if not present.any():
        return ()
    kept = values[present]
    below = np.zeros(len(kept), dtype=bool) if censored is None else np.asarray(censored)[present] == Censored.BELOW
    if not below.any():
        return tuple(Percentile(p, float(value)) for p, value in zip(ps, np.percentile(kept, ps), strict=True))
    highest = float(kept[below].max())
    # Everything under the highest detection limit is one tie: it cannot be ranked.
    tied = np.where(below | (kept < highest), highest, kept)
    found = np.percentile(tied, ps)
    return tuple(Percentile(p, float(value), bool(value <= highest)) for p, value in zip(ps, found, strict=True))


def summary(values: Floats, *, censored: npt.NDArray[np.integer] | None = None) -> Summary:
    """Counts, ends, mean (half the detection limit for results below it) and percentiles."""
    present = ~np.isnan(values)
    kept = values[present]
    below = np.zeros(len(kept), dtype=bool) if censored is None else np.asarray(censored)[present] == Censored.BELOW
    if len(kept) == 0:
        return Summary(0, 0, None, None, None, ())
    mean = float(np.where(below, kept / 2, kept).mean())
    return Summary(len(kept), int(below.sum()), float(kept.min()), float(kept.max()), mean,
                   percentiles(values, censored=censored))  # fmt: skip


@dataclass(frozen=True, slots=True)
class ControlChart:
    """Where a series leaves its own habit. ``out`` rows outside the band, ``ewma`` and ``cusum`` rows of slow drifts."""

    centre: Floats
    low: Floats
    high: Floats
    out: npt.NDArray[np.bool_]
    ewma: npt.NDArray[np.bool_]
    cusum: npt.NDArray[np.bool_]


def control_chart(
    values: Floats, seasons: npt.NDArray[np.integer] | None = None, *, log: bool = False, weight: float = 0.2
) -> ControlChart:
    """Median ± 3·1.4826·MAD per season; EWMA (λ = ``weight``, L = 3) and CUSUM (k = 0.5σ, h = 5σ) of what is left.

    ``log`` for turbid things: TSS, coliform, ammonia. Values that cannot be logged stand aside.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = np.where(values > 0, np.log(values), np.nan) if log else values.astype(np.float64)
    groups = np.zeros(len(values), dtype=np.int64) if seasons is None else np.asarray(seasons)
    centre, spread = np.full(len(values), np.nan), np.full(len(values), np.nan)
    for group in np.unique(groups):
        here = groups == group
        known = scaled[here & ~np.isnan(scaled)]
        if len(known):
            centre[here] = np.median(known)
            spread[here] = 1.4826 * np.median(np.abs(known - np.median(known)))
    low, high = centre - 3 * spread, centre + 3 * spread
    with np.errstate(invalid="ignore", divide="ignore"):
        out = (scaled < low) | (scaled > high)
        score = np.where(spread > 0, (scaled - centre) / spread, np.nan)
    ewma, cusum = _drifts(score, weight)
    if log:
        centre, low, high = np.exp(centre), np.exp(low), np.exp(high)
    return ControlChart(centre, low, high, out, ewma, cusum)


def _drifts(score: Floats, weight: float) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Slow drifts in units of spread; missing rows leave both sums as they are."""
    ewma, cusum = np.zeros(len(score), dtype=bool), np.zeros(len(score), dtype=bool)
    smooth = up = down = 0.0
    seen = 0
    for row, value in enumerate(score.tolist()):
        if math.isnan(value):
            continue
        seen += 1
        smooth = weight * value + (1 - weight) * smooth
        limit = 3 * math.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * seen)))
        ewma[row] = abs(smooth) > limit
        up, down = max(0.0, up + value - 0.5), max(0.0, down - value - 0.5)
        cusum[row] = max(up, down) > 5
    return ewma, cusum
