"""Loads where discharge is known: kilograms a day, load duration by how often a flow is exceeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from giapranh.kernel.errors import N_

Floats = npt.NDArray[np.float64]
KG_PER_DAY = 86.4  # mg/L × m³/s
ZONES = (
    (10.0, N_("lũ lớn")),
    (40.0, N_("nước nhiều")),
    (60.0, N_("nước trung bình")),
    (90.0, N_("nước ít")),
    (100.0, N_("kiệt")),
)


def load_kg_day(c_mg_l: float, q_m3_s: float) -> float:
    return c_mg_l * q_m3_s * KG_PER_DAY


def flow_weighted_mean(c: Floats, q: Floats) -> float | None:
    """The mean concentration weighted by discharge; None where no sample has both."""
    both = ~(np.isnan(c) | np.isnan(q)) & (q > 0)
    total = float(q[both].sum())
    return float((c[both] * q[both]).sum() / total) if total > 0 else None


@dataclass(frozen=True, slots=True)
class Zone:
    """Flows exceeded up to ``until`` % of the time: samples in it and how many lie over the limit curve."""

    name: str
    until: float
    n: int
    over: int


@dataclass(frozen=True, slots=True)
class LoadDuration:
    """Per sample with a discharge, highest flow first: how often that flow is exceeded (%), load, limit (kg/day)."""

    exceeded: Floats
    flow: Floats
    load: Floats
    limit: Floats
    zones: tuple[Zone, ...]


def load_duration(c: Floats, q: Floats, limit: float, flows: Floats | None = None) -> LoadDuration:
    """``flows``: a longer record of discharge to rank by; without it the samples' own flows rank each other."""
    both = ~(np.isnan(c) | np.isnan(q)) & (q >= 0)
    order = np.argsort(-q[both], kind="stable")
    flow, load = q[both][order], (c[both] * q[both])[order] * KG_PER_DAY
    record = np.sort(flow if flows is None else flows[~np.isnan(flows)])
    higher = len(record) - np.searchsorted(record, flow, side="left")
    exceeded = 100 * higher / (len(record) + 1)
    curve = limit * flow * KG_PER_DAY
    zones = []
    since = -1.0
    for until, name in ZONES:
        here = (exceeded > since) & (exceeded <= until)
        zones.append(Zone(name, until, int(here.sum()), int((load[here] > curve[here]).sum())))
        since = until
    return LoadDuration(exceeded, flow, load, curve, tuple(zones))
