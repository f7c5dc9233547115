"""Telling the MQTT side what came and what changed, through the database: heard only when it is committed.

Silent unless a broker is set, so that a node without one pays nothing.
"""

from __future__ import annotations

import json

import numpy as np

from giapranh.node import home
from giapranh.water.services import arrivals
from giapranh.water.services.arrivals import Arrived
from giapranh.water.sta import database

CHANNEL = "giapranh_sta"
MOST_IN_ONE = 100  # series in one message; PostgreSQL takes 8,000 bytes


def is_on() -> bool:
    return bool(home.setting("mqtt_broker"))


def of_rows(arrived: Arrived) -> None:
    """Runs inside the transaction that stores the rows."""
    if not is_on() or not len(arrived):
        return
    starts = np.concatenate(([0], np.flatnonzero(np.diff(arrived.series)) + 1))
    ends = np.concatenate((starts[1:], [len(arrived)])) - 1
    spans = [
        [int(arrived.series[start]), int(arrived.time_ms[start]), int(arrived.time_ms[end])]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    at = int(arrived.at.timestamp() * 1000)
    for begin in range(0, len(spans), MOST_IN_ONE):
        _send({"at": at, "rows": spans[begin : begin + MOST_IN_ONE]})


def of_entity(plural: str, row_id: int) -> None:
    if is_on():
        _send({"entity": plural, "id": row_id})


def of_row(series_id: int, time_ms: int) -> None:
    """An observation that was changed."""
    if is_on():
        _send({"at": 0, "rows": [[series_id, time_ms, time_ms]]})


def _send(message: dict[str, object]) -> None:
    database.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(message)])


def register() -> None:
    arrivals.register(of_rows, lambda _arrived: is_on())
