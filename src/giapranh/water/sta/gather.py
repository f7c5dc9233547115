"""Single observations from many clients at once share one transaction.

Whoever comes while nobody writes becomes the writer and takes along all that wait; the others are answered only when
their row is committed, exactly as if each had had a transaction of its own. Nobody waits for company: a lone client
is written at once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.db import connection

from giapranh.kernel import clock
from giapranh.water.models import ObservationDetail
from giapranh.water.services.store import Outcome, Refusal, Rows, Stored, store

MOST = 500


@dataclass(slots=True)
class Item:
    """One row and, when it is done, what became of it."""

    series_id: int
    time_ms: int
    value: float
    detail: ObservationDetail | None = None
    done: threading.Event = field(default_factory=threading.Event)
    outcome: int = Outcome.STORED
    refusal: Refusal | None = None
    error: BaseException | None = None


class Gatherer:
    def __init__(self) -> None:
        self._waiting: list[Item] = []
        self._guard = threading.Lock()
        self._writing = threading.Lock()

    def put(self, item: Item) -> None:
        """Return when the row is committed or refused."""
        if connection.in_atomic_block:  # part of a larger deed: it is committed with the rest
            write([item], at=clock.now())
            return
        with self._guard:
            self._waiting.append(item)
        while not item.done.is_set():
            if self._writing.acquire(timeout=0.05):
                try:
                    self._write_waiting(item)
                finally:
                    self._writing.release()
        if item.error is not None:
            raise item.error

    def _write_waiting(self, own: Item) -> None:
        if own.done.is_set():
            return
        with self._guard:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            write(batch, at=clock.now())
        except BaseException as error:
            self._one_by_one(batch, error)
        for item in batch:
            item.done.set()

    @staticmethod
    def _one_by_one(batch: list[Item], error: BaseException) -> None:
        """A row that breaks the transaction must not take the others with it."""
        if len(batch) == 1:
            batch[0].error = error
            return
        for item in batch:
            try:
                write([item], at=clock.now())
            except BaseException as own:
                item.error = own


def write(items: list[Item], *, at: datetime) -> Stored:
    rows = Rows(
        series=np.array([item.series_id for item in items], np.int32),
        time_ms=np.array([item.time_ms for item in items], np.int64),
        value=np.array([item.value for item in items], np.float64),
        details={n: item.detail for n, item in enumerate(items) if item.detail is not None},
    )
    stored = store(rows, source=None, at=at)
    for item, outcome in zip(items, stored.outcome.tolist(), strict=True):
        item.outcome = outcome
    for refusal in stored.refused:
        items[refusal.index].refusal = refusal
    return stored


gatherer = Gatherer()
