"""The water of the demonstration: made by seeded functions, never measured. Values in, values out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
STEP_MS = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Water:
    """What the water at a station is usually like: middle, daily swing, wandering, effect of rain, resolution."""

    middle: float
    swing: float
    wander: float
    rain: float
    resolution: float
    least: float = 0.0


USUAL = {
    "temp": Water(24.5, 0.9, 0.35, -0.8, 0.1),
    "ph": Water(7.25, 0.08, 0.03, -0.12, 0.01),
    "do": Water(6.3, 0.55, 0.12, -0.5, 0.01, 2.5),
    "tss": Water(26, 1.5, 2.2, 95, 0.1, 3),
    "cod": Water(8.6, 0.5, 0.35, 3.2, 0.1, 3),
    "nh4_n": Water(0.16, 0.015, 0.012, 0.05, 0.01, 0.02),
}


@dataclass(frozen=True, slots=True)
class Pulse:
    """A discharge as it passes a station: when its middle comes by, how long it takes, what it adds at the peak."""

    middle_ms: int
    spread_hours: float
    adds: dict[str, float]


def season(parameter: str, times: Times, seed: int, factor: float, rains: list[int], pulses: list[Pulse]) -> Floats:
    """One parameter at one station over the season."""
    usual = USUAL[parameter]
    random = np.random.default_rng([seed, *parameter.encode()])
    values = usual.middle * factor + usual.swing * np.sin(2 * np.pi * (times % DAY_MS) / DAY_MS + 0.9)
    if parameter == "temp":  # summer into late autumn
        values += 4.0 * np.cos(2 * np.pi * (times - times[0]) / (365 * DAY_MS)) - 1.5
    if parameter == "do":
        values += 0.35 * (times - times[0]) / (times[-1] - times[0])
    values += usual.wander * _wandering(random, len(times))
    for rain in rains:
        since = (times - rain) / HOUR_MS
        values += np.where(since > 0, usual.rain * (since / 14) * np.exp(1 - since / 14), 0)
    for pulse in pulses:
        shape = np.exp(-0.5 * ((times - pulse.middle_ms) / (pulse.spread_hours * HOUR_MS)) ** 2)
        values += pulse.adds.get(parameter, 0.0) * shape
    values = np.maximum(values, usual.least)
    decimals = 2 if usual.resolution < 0.1 else 1
    return np.round(np.round(values / usual.resolution) * usual.resolution, decimals)


def _wandering(random: np.random.Generator, n: int) -> Floats:
    """Noise with a memory of some hours."""
    memory = 0.35 * 0.94 ** np.arange(160)
    return np.convolve(random.standard_normal(n), memory)[:n]


def faults(parameter: str, values: Floats, seed: int) -> tuple[Floats, npt.NDArray[np.int16]]:
    """What devices do: calibrate once a month, spike now and then, stand still for a while, fall out for some hours."""
    random = np.random.default_rng([seed, 7, *parameter.encode()])
    values, status = values.copy(), np.zeros(len(values), np.int16)
    for start in range(900, len(values) - 10, 2880):
        status[start : start + 3] = 1
    for at in random.integers(200, len(values) - 700, 4):
        values[at] *= 3.5 if parameter in {"tss", "cod", "nh4_n"} else 1.4
    out = int(random.integers(1000, len(values) - 1500))
    status[out : out + 8] = 2
    if parameter in {"do", "ph"}:
        still = int(random.integers(500, len(values) - 1500))
        values[still : still + 110] = values[still]
    return values, status


def present(n: int, seed: int, lost_share: float) -> npt.NDArray[np.bool_]:
    """Which rows arrived: a few hours are missing here and there."""
    random = np.random.default_rng([seed, 11])
    here = np.ones(n, bool)
    while here.mean() > 1 - lost_share:
        start = int(random.integers(0, n - 80))
        here[start : start + int(random.integers(4, 60))] = False
    return here


# --- samples of a laboratory -----------------------------------------------------------------------------------------

# Middle, spread, change per year, what the wet months add; and the detection limit where results lie below it at times.
LAB: dict[str, tuple[float, float, float, float, float | None]] = {
    "temp": (24, 1.0, 0.0, 3.5, None),
    "ph": (7.2, 0.15, 0.0, -0.1, None),
    "do": (6.1, 0.35, -0.04, -0.3, None),
    "tss": (30, 7, 0.3, 45, None),
    "bod5": (4.6, 0.7, 0.14, 0.6, None),
    "cod": (10.2, 1.3, 0.35, 1.8, None),
    "nh4_n": (0.19, 0.05, 0.022, -0.03, 0.02),
    "no3_n": (1.6, 0.35, 0.03, 0.4, None),
    "no2_n": (0.03, 0.012, 0.001, 0.004, 0.01),
    "po4_p": (0.08, 0.02, 0.002, 0.01, 0.02),
    "tp": (0.14, 0.03, 0.003, 0.02, 0.02),
    "tn": (1.15, 0.2, 0.02, 0.2, None),
    "coliform": (3400, 900, 60, 1800, None),
    "pb": (0.004, 0.002, 0.0, 0.001, 0.005),
    "as": (0.003, 0.001, 0.0, 0.0, 0.002),
}
PLACES = {"ph": 2, "nh4_n": 2, "no2_n": 3, "po4_p": 2, "tp": 2, "pb": 4, "as": 4, "coliform": 0}


def lab_result(parameter: str, year: float, month: int, seed: int, factor: float) -> tuple[float, int]:
    """One result and whether it lies below detection (then the value is the limit)."""
    middle, spread, slope, wet, limit = LAB[parameter]
    random = np.random.default_rng([seed, month, int(year * 12), *parameter.encode()])
    season = np.exp(-0.5 * ((month - 7.5) / 1.7) ** 2)
    scale = factor if parameter not in {"ph", "temp", "do"} else 1.0
    value = (middle + slope * (year - 2021)) * scale + wet * season + spread * random.standard_normal()
    value = float(np.round(max(value, 0.0005), PLACES.get(parameter, 1)))
    if limit is not None and value < limit:
        return limit, -1
    return value, 0
