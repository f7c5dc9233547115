"""Single observations from many clients at once share one transaction.

Whoever comes while nobody writes becomes the writer and takes along all that wait; the others are answered only when
their row is committed, exactly as if each had had a transaction of its own. A lone client is written at once. Where
the last batch had company, the writer gives those who were just answered a moment to come back with their next row:
otherwise the clients fall into two halves that wait for each other's flush to the disk.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from giapranh.kernel import clock
from giapranh.water.models import ObservationDetail
from giapranh.water.services.few import store_few
from giapranh.water.services.store import Outcome, Refusal, Rows, Stored

MOST = 500
SHARE = 0.5  # so much of the time the last batch took is waited for company, at most
LONGEST_S = 0.003


def _closed_lock() -> Any:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class Item:
    """One row and, when it is done, what became of it."""

    series_id: int
    time_ms: int
    value: float
    detail: ObservationDetail | None = None
    outcome: int = Outcome.STORED
    refusal: Refusal | None = None
    error: BaseException | None = None
    leads: bool = False  # woken to write what waits, itself included
    bell: Any = field(default_factory=_closed_lock)


class Gatherer:
    def __init__(self) -> None:
        self._waiting: list[Item] = []
        self._guard = threading.Lock()
        self._busy = False
        self._company = 1  # how many were at it when the last batch ended
        self._took = 0.0  # seconds of the last batch
        self._wanted = 0  # a writer waits for so many
        self._enough = threading.Event()

    def put(self, item: Item) -> None:
        """Return when the row is committed or refused."""
        with self._guard:
            self._waiting.append(item)
            item.leads, self._busy = not self._busy, True
            if self._wanted and len(self._waiting) >= self._wanted:
                self._enough.set()
        if not item.leads:
            item.bell.acquire()
        if item.leads:
            self._lead(item)
        if item.error is not None:
            raise item.error

    def _lead(self, own: Item) -> None:
        """Write one batch, wake those who were in it, and pass the pen to one who came meanwhile."""
        self._gather()
        with self._guard:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        start = time.perf_counter()
        try:
            write(batch, at=clock.now())
        except BaseException as error:
            self._one_by_one(batch, error)
        with self._guard:
            self._took, self._company = time.perf_counter() - start, len(batch) + len(self._waiting)
            following = self._waiting[0] if self._waiting else None
            self._busy = following is not None
            if following is not None:
                following.leads = True
        if following is not None:
            following.bell.release()
        for item in batch:
            if item is not own:
                item.bell.release()

    def _gather(self) -> None:
        """Wait for those who were there the last time; not for long, and not when there were none."""
        with self._guard:
            if len(self._waiting) >= self._company:
                return
            self._wanted = self._company
            self._enough.clear()
        self._enough.wait(min(self._took * SHARE, LONGEST_S))
        with self._guard:
            self._wanted = 0

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
    stored = store_few(rows, at=at)
    for item, outcome in zip(items, stored.outcome.tolist(), strict=True):
        item.outcome = outcome
    for refusal in stored.refused:
        items[refusal.index].refusal = refusal
    return stored


gatherer = Gatherer()
