"""Oxygen behind an organic load (Streeter–Phelps), and the share of ammonia that harms fish."""

from __future__ import annotations

import math
from dataclasses import dataclass

from giapranh.water.rules.transport import BadHydraulics, _positive
from giapranh.water.rules.wqi import do_saturation

__all__ = ["BadHydraulics", "Sag", "oconnor_reaeration", "streeter_phelps", "unionised_ammonia", "unionised_share"]

THETA_DECAY, THETA_REAERATION = 1.047, 1.024


@dataclass(frozen=True, slots=True)
class Sag:
    """The oxygen curve behind a load. Rates per day at the water's temperature; deficits and oxygen in mg/L."""

    decay: float
    reaeration: float
    load: float
    first_deficit: float
    saturation: float

    def deficit(self, days: float) -> float:
        kd, ka = self.decay, self.reaeration
        if abs(ka - kd) < 1e-9:
            grown = kd * days * self.load * math.exp(-kd * days)
        else:
            grown = kd * self.load / (ka - kd) * (math.exp(-kd * days) - math.exp(-ka * days))
        return grown + self.first_deficit * math.exp(-ka * days)

    def oxygen(self, days: float) -> float:
        return max(0.0, self.saturation - self.deficit(days))

    @property
    def critical_days(self) -> float:
        """When oxygen is lowest; 0 when it only rises."""
        kd, ka, load, d0 = self.decay, self.reaeration, self.load, self.first_deficit
        if abs(ka - kd) < 1e-9:
            return max(0.0, (1 - d0 / load) / kd)
        inside = ka / kd * (1 - d0 * (ka - kd) / (kd * load))
        return max(0.0, math.log(inside) / (ka - kd)) if inside > 0 else 0.0

    @property
    def lowest(self) -> float:
        return self.oxygen(self.critical_days)

    def critical_km(self, velocity: float) -> float:
        return self.critical_days * 86.4 * velocity


def streeter_phelps(load: float, first_deficit: float, temp: float, *, decay_20: float = 0.3,
                    reaeration_20: float = 0.6) -> Sag:  # fmt: skip
    """``load``: ultimate BOD in mg/L; rates per day at 20 °C, carried to ``temp``."""
    _positive(load=load, decay=decay_20, reaeration=reaeration_20)
    return Sag(decay_20 * THETA_DECAY ** (temp - 20), reaeration_20 * THETA_REAERATION ** (temp - 20), load,
               first_deficit, do_saturation(temp))  # fmt: skip


def oconnor_reaeration(velocity: float, depth: float) -> float:
    """Reaeration per day at 20 °C after O'Connor and Dobbins."""
    _positive(velocity=velocity, depth=depth)
    return 3.93 * math.sqrt(velocity) / (depth * math.sqrt(depth))


def unionised_share(ph: float, temp: float) -> float:
    """The share of total ammonia that is NH₃, which harms fish."""
    pka = 0.09018 + 2729.92 / (273.15 + temp)
    return 1 / (1 + math.exp(math.log(10) * (pka - ph)))


def unionised_ammonia(nh4_n: float, ph: float, temp: float) -> float:
    """NH₃-N in mg/L from total ammonia as N; fish suffer from about 0,02–0,05 mg/L."""
    return nh4_n * unionised_share(ph, temp)
