"""Single observations that share a transaction: who waits for whom."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any

import pytest

from giapranh.water.sta import gather
from giapranh.water.sta.gather import Gatherer, Item


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The times of the items of each batch; writing takes two hundredths of a second."""
    written: list[list[int]] = []

    def write(items: list[Item], *, at: datetime) -> Any:
        time.sleep(0.02)
        written.append([item.time_ms for item in items])

    monkeypatch.setattr(gather, "write", write)
    monkeypatch.setattr(gather, "SHARE", 1000)
    monkeypatch.setattr(gather, "LONGEST_S", 2)
    return written


def test_a_lone_client_waits_for_nobody(batches: list[list[int]]) -> None:
    gatherer = Gatherer()
    start = time.perf_counter()
    for n in range(5):
        gatherer.put(Item(1, n, 7.0))

    assert batches == [[0], [1], [2], [3], [4]]
    assert time.perf_counter() - start < 2


def test_clients_that_come_again_at_once_are_written_together(batches: list[list[int]]) -> None:
    gatherer = Gatherer()
    rounds, clients = 6, 4

    def client(number: int) -> None:
        for n in range(rounds):
            gatherer.put(Item(number, 10 * number + n, 7.0))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
        time.sleep(0.005)  # all of them come while the first one writes
    for thread in threads[1:]:
        thread.join()
    threads[0].join()

    assert sorted(time for batch in batches for time in batch) == sorted(
        10 * number + n for number in range(clients) for n in range(rounds)
    )
    assert sum(len(batch) == clients for batch in batches) >= rounds // 2


def test_who_does_not_come_back_is_waited_for_once(batches: list[list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "LONGEST_S", 0.3)
    gatherer = Gatherer()
    other = threading.Thread(target=gatherer.put, args=(Item(2, 100, 7.0),))
    other.start()
    time.sleep(0.005)
    gatherer.put(Item(1, 0, 7.0))
    other.join()
    waits = []
    for n in range(1, 4):
        start = time.perf_counter()
        gatherer.put(Item(1, n, 7.0))
        waits.append(time.perf_counter() - start)

    assert batches[-3:] == [[1], [2], [3]]
    assert sum(wait >= 0.3 for wait in waits) <= 1


def test_a_row_that_breaks_the_batch_is_the_only_one_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(items: list[Item], *, at: datetime) -> Any:
        if any(item.value < 0 for item in items):
            raise ValueError("broken")

    monkeypatch.setattr(gather, "write", write)
    gatherer = Gatherer()
    items = [Item(1, 0, 7.0), Item(1, 1, -1.0), Item(1, 2, 7.0)]
    gatherer._one_by_one(items, ValueError("broken"))

    assert [type(item.error) for item in items] == [type(None), ValueError, type(None)]
