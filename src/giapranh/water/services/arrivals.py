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
Awaits = Callable[[Arrived], bool]
_listeners: dict[Listener, Awaits] = {}


def register(listener: Listener, awaits: Awaits) -> None:
    """``listener(arrived)`` runs inside the transaction that stores the rows; once, however often registered.

    ``awaits(arrived)`` says without a question to the database whether it would do anything with these rows.
    """
    _listeners[listener] = awaits


def awaited(arrived: Arrived) -> bool:
    """Whether anybody needs the transaction in which these rows are stored."""
    return any(awaits(arrived) for awaits in _listeners.values())


def announce(arrived: Arrived) -> None:
    for listener in _listeners:
        listener(arrived)
