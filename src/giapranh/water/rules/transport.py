"""Transport along a river: travel, dispersion, dilution, mixing over the width, the peak of a pulse."""

from __future__ import annotations

import math
from dataclasses import dataclass

from giapranh.kernel.errors import N_, BadInput

GRAVITY = 9.81


class BadHydraulics(BadInput):
    code = "bad_hydraulics"


def _positive(**values: float) -> None:
    for name, value in values.items():
        if not (value > 0 and math.isfinite(value)):
            raise BadHydraulics(N_("Số liệu thủy lực “%(name)s” phải lớn hơn 0: %(value)s."), name=name, value=value)


def travel_hours(km: float, velocity: float) -> float:
    _positive(velocity=velocity)
    return km / velocity / 3.6


def shear_velocity(depth: float, slope: float) -> float:
    """u* = √(g·h·S), m/s."""
    _positive(depth=depth, slope=slope)
    return math.sqrt(GRAVITY * depth * slope)


def fischer_dispersion(velocity: float, width: float, depth: float, shear: float) -> float:
    """Longitudinal dispersion E in m²/s after Fischer; good to a factor of three."""
    _positive(velocity=velocity, width=width, depth=depth, shear=shear)
    return 0.011 * velocity**2 * width**2 / (depth * shear)


def mix(river_flow: float, river_c: float, effluent_flow: float, effluent_c: float) -> float:
    """Concentration when an effluent is fully mixed into a river."""
    _positive(flow=river_flow + effluent_flow)
    return (river_flow * river_c + effluent_flow * effluent_c) / (river_flow + effluent_flow)


def effluent_needed(river_flow: float, river_c: float, effluent_flow: float, mixed_c: float) -> float:
    """The concentration an effluent must have had so that fully mixed the river has ``mixed_c``."""
    _positive(flow=river_flow + effluent_flow, effluent_flow=effluent_flow)
    return (mixed_c * (river_flow + effluent_flow) - river_flow * river_c) / effluent_flow


def dilution(upper_flow: float, lower_flow: float) -> float:
    """What share of a concentration is left when the river has grown from one flow to the other."""
    _positive(upper_flow=upper_flow, lower_flow=lower_flow)
    return min(1.0, upper_flow / lower_flow)


def mixing_length_m(velocity: float, width: float, depth: float, slope: float) -> float:
    """Metres until a discharge at the bank is mixed over the width; before that, left and right bank differ."""
    _positive(velocity=velocity, width=width)
    transverse = 0.6 * depth * shear_velocity(depth, slope)
    return 0.4 * velocity * width**2 / transverse


@dataclass(frozen=True, slots=True)
class Pulse:
    """A sudden release when it comes past: middle, spread, window (two spreads either side), highest concentration."""

    hours: float
    sigma_hours: float
    earliest_hours: float
    latest_hours: float
    peak_mg_l: float
    dispersion: float


def pulse(mass_kg: float, km: float, velocity: float, width: float, depth: float, slope: float) -> Pulse:
    """An instant release of ``mass_kg``, dispersed along the river; no decay, no side storage."""
    _positive(mass=mass_kg, distance=km)
    e = fischer_dispersion(velocity, width, depth, shear_velocity(depth, slope))
    seconds = km * 1000 / velocity
    sigma = math.sqrt(2 * e * km * 1000 / velocity**3)
    peak = mass_kg * 1000 / (width * depth * math.sqrt(4 * math.pi * e * seconds))  # g/m³ is mg/L
    hours, spread = seconds / 3600, sigma / 3600
    return Pulse(hours, spread, max(0.0, hours - 2 * spread), hours + 2 * spread, peak, e)
