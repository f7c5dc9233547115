"""Verdicts for many values at once: level, rate of change, quality. Arrays in, arrays of ``Verdict`` out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from giapranh.water.rules.alert_states import Run, Verdict

# The platform of the ministry warns at 70 and 90 percent of a limit (water.md, seed values); a rule may switch each on.
TENDENCY_SHARE = 0.7
PREPARING_SHARE = 0.9
HOUR_MS = 3_600_000
BAD_FLAGS = (4, 9)  # failed, missing: a broken device proves nothing about the water

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Band:
    """The water must stay from ``low`` to ``high`` (either may be None).

    ``clear_*``: where a value must be back to count as calm; between that and the limit nothing changes.
    """

    low: float | None = None
    high: float | None = None
    clear_low: float | None = None
    clear_high: float | None = None
    tendency: bool = False
    preparing: bool = False

    @property
    def falling(self) -> bool:
        """Whether the worst value is the lowest."""
        return self.high is None

    @property
    def middle(self) -> float | None:
        """Of a range: the worst value is the farthest from it, on whichever side."""
        return None if self.low is None or self.high is None else (self.low + self.high) / 2


def band_of(
    low: float | None,
    high: float | None,
    *,
    hysteresis_percent: float = 5.0,
    clear_value: float | None = None,
    tendency: bool = False,
    preparing: bool = False,
) -> Band:
    """The band of a limit. Without ``clear_value`` a value must be ``hysteresis_percent`` better than the first step."""
    if low is not None and high is not None:
        tendency = preparing = False  # a range has no “70 %”
    share = hysteresis_percent / 100
    first_high = _first(high, tendency, preparing, rising=True)
    first_low = _first(low, tendency, preparing, rising=False)
    one_sided = (low is None) != (high is None)
    clear_high = None if first_high is None else first_high - abs(first_high) * share
    clear_low = None if first_low is None else first_low + abs(first_low) * share
    if clear_value is not None and one_sided:
        clear_high = None if first_high is None else min(clear_value, first_high)
        clear_low = None if first_low is None else max(clear_value, first_low)
    return Band(low, high, clear_low, clear_high, tendency, preparing)


def _first(limit: float | None, tendency: bool, preparing: bool, *, rising: bool) -> float | None:
    if limit is None or not (tendency or preparing):
        return limit
    share = TENDENCY_SHARE if tendency else PREPARING_SHARE
    return limit * share if rising else limit / share


def usable(values: Array, flags: Array | None) -> Array:
    """Which rows may speak: a number, and not marked as failed. Suspect ones may: real incidents look suspect."""
    good = np.isfinite(values)
    return good if flags is None else good & ~np.isin(flags, BAD_FLAGS)


def level_verdicts(values: Array, flags: Array | None, band: Band, censored: Array | None = None) -> Array:
    """One verdict a value. A value below detection is calm, or unknown where the device cannot see the limit."""
    codes = np.zeros(len(values), np.int8)
    with np.errstate(invalid="ignore"):
        if band.high is not None:
            codes[values > _or(band.clear_high, band.high)] = Verdict.BETWEEN
            _raise(codes, values > band.high * TENDENCY_SHARE, Verdict.TENDENCY, band.tendency)
            _raise(codes, values > band.high * PREPARING_SHARE, Verdict.PREPARING, band.preparing)
            codes[values > band.high] = Verdict.EXCEEDED
        if band.low is not None:
            codes[(values < _or(band.clear_low, band.low)) & (codes < Verdict.BETWEEN)] = Verdict.BETWEEN
            _raise(codes, values < band.low / TENDENCY_SHARE, Verdict.TENDENCY, band.tendency)
            _raise(codes, values < band.low / PREPARING_SHARE, Verdict.PREPARING, band.preparing)
            codes[values < band.low] = Verdict.EXCEEDED
    if censored is not None:
        blind = (censored < 0) & (codes != Verdict.CALM)
        codes[blind if band.low is None else censored != 0] = Verdict.UNKNOWN
    codes[~usable(values, flags)] = Verdict.UNKNOWN
    return codes


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _raise(codes: Array, where: Array, verdict: Verdict, on: bool) -> None:
    if on:
        codes[where & (codes < verdict)] = verdict


def rate_verdicts(
    times: Array,
    values: Array,
    flags: Array | None,
    *,
    per_hour: float,
    direction: str = "both",
    before: tuple[int, float] | None = None,
    hysteresis_percent: float = 5.0,
) -> tuple[Array, Array]:
    """Verdicts and the change per hour from the usable value before. ``direction``: up, down, both."""
    codes = np.full(len(values), Verdict.UNKNOWN, np.int8)
    rates = np.full(len(values), np.nan)
    good = np.flatnonzero(usable(values, flags))
    if not len(good):
        return codes, rates
    at, was = times[good].astype(np.float64), values[good]
    if before is not None:
        at, was = np.concatenate(([before[0]], at)), np.concatenate(([before[1]], was))
    else:
        good = good[1:]
    hours = np.diff(at) / HOUR_MS
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(hours > 0, np.diff(was) / hours, np.nan)
    rates[good] = change
    size = {"up": change, "down": -change}.get(direction, np.abs(change))
    found = np.where(size > per_hour, Verdict.EXCEEDED, Verdict.CALM)
    found = np.where((size <= per_hour) & (size > per_hour * (1 - hysteresis_percent / 100)), Verdict.BETWEEN, found)
    codes[good] = np.where(np.isnan(size), Verdict.UNKNOWN, found)
    return codes, rates


def quality_verdicts(flags: Array) -> Array:
    """Failed rows breach; passed and suspect ones are calm; one missing or not judged says nothing."""
    codes = np.full(len(flags), Verdict.CALM, np.int8)
    codes[flags == 4] = Verdict.EXCEEDED
    codes[(flags == 9) | (flags == 2)] = Verdict.UNKNOWN
    return codes


def runs_of(
    codes: Array, times: Array, values: Array, *, falling: bool = False, middle: float | None = None
) -> list[Run]:
    """Rows in the order of time, as runs of one verdict. Unknown rows fall out."""
    known = np.flatnonzero(codes != Verdict.UNKNOWN)
    if not len(known):
        return []
    codes, times, values = codes[known], times[known], values[known]
    starts = np.concatenate(([0], np.flatnonzero(np.diff(codes)) + 1))
    ends = np.concatenate((starts[1:], [len(codes)]))
    runs = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        peak = peak_ms = None
        if codes[start] >= Verdict.TENDENCY and np.isfinite(values[start:end]).any():
            piece = values[start:end] if middle is None else np.abs(values[start:end] - middle)
            worst = start + int(np.nanargmin(piece) if falling else np.nanargmax(piece))
            peak, peak_ms = float(values[worst]), int(times[worst])
        runs.append(Run(Verdict(int(codes[start])), int(times[start]), int(times[end - 1]), end - start, peak, peak_ms))
    return runs
