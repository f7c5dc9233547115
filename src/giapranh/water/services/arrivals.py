"""What hears of new observations: the alert rules, and whatever else registers (the MQTT side of SensorThings)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np


@dataclass(frozen=True, slots=True)
class Arrived:
    """Rows that were just stored, sorted by series and time. No value is NaN."""

    series: np.ndarray  # int32
    time_ms: np.ndarray  # int64, milliseconds since 1970 UTC
    value: np.ndarray  # float64
    flag: np.ndarray  # int16
    at: datetime

    def __len__(self) -> int:
        return len(self.series)


Listener = Callable[[Arrived], None]
_listeners: list[Listener] = []


def register(listener: Listener) -> None:
    """``listener(arrived)`` runs inside the transaction that stores the rows; once, however often registered."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(arrived: Arrived) -> None:
    for listener in _listeners:
        listener(arrived)
