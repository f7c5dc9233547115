"""The engine of the exchange over two real PostgreSQL databases: written, served and applied, commits and all.

    python benchmarks/exchange_postgres.py [entries]

Wall time of one process beside its own server. The Ed25519 operation and the bare inserts of the same rows are what
cannot be done without; catching up is serving and applying in batches of 500, transactions of 50, as the line does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psutil
from harness import node
from nacl.signing import SigningKey
from tests.exchange.bare import BareStore
from tests.exchange.houses import drop_database, fresh_database
from tests.exchange.ledger.nodes import Side, agree, clause, meet, side, unpack

from giapranh.exchange.ledger import inbox, outbox
from giapranh.exchange.ledger.rows import Body, Entry, Head, Place
from giapranh.exchange.ledger.store import LedgerStore

STREAM, RECORDS = "vn-20.vn-24.record", 2_000


def each(work: Callable[[], Any], count: int) -> float:
    """Microseconds on the clock for one of many."""
    start = time.perf_counter()
    work()
    return 1e6 * (time.perf_counter() - start) / count


def write_all(one: Side, entries: int) -> None:
    for begin in range(0, entries, 50):
        with one.store.transaction() as tx:
            for number in range(begin, begin + 50):
                data = {"name": f"Trạm {number % RECORDS}", "level": str(number), "text": "mực nước lên nhanh"}
                outbox.share(one.engine, tx, "vn-24", "note", f"note:{number % RECORDS}", data, one.tick())


def insert_alone(one: Side, store: LedgerStore, entries: int) -> None:
    """The rows of an entry without thinking: entry, content, place, head."""
    with one.store.transaction() as tx:
        place = tx.find(Place, stream=STREAM, kind="note", limit=1)[0]
        row, body = tx.get(Entry, STREAM, place.hash), tx.get(Body, STREAM, place.hash)
        head = tx.get(Head, STREAM)
    assert row is not None
    assert body is not None
    assert head is not None
    for begin in range(1, entries, 50):
        with store.transaction() as tx:
            for seq in range(begin, begin + 50):
                mark = f"{seq:064x}"
                tx.insert(replace(row, stream="x", hash=mark, seq=seq))
                tx.insert(replace(body, stream="x", hash=mark))
                tx.insert(replace(place, stream="x", hash=mark, seq=seq))
                tx.put(replace(head, stream="x", seq=seq, hash=mark))


def catch_up(one: Side, two: Side) -> list[float]:
    """Ask, apply, ask again; the memory of the process in MiB on the way."""
    memory: list[float] = []
    process, batch, begin = psutil.Process(), 0, time.perf_counter()
    while True:
        with two.store.transaction() as tx:
            stand = inbox.stand(tx, STREAM)
        with one.store.transaction() as tx:
            served = outbox.serve(one.engine, tx, STREAM, stand, one.tick())
        if not served.frames:
            return memory
        inbox.receive(two.engine, two.store, unpack(two.engine, served.frames), two.tick())
        if batch % 20 == 0:
            memory.append(process.memory_info().rss / 2**20)
            print(f"{batch * 500} after {time.perf_counter() - begin:.0f} s, {memory[-1]:.0f} MiB", flush=True)
        batch += 1


def measure(entries: int) -> None:
    one, two = (
        side(me, peer, 1, store=BareStore(f"bench_{me[-2:]}")) for me, peer in (("vn-20", "vn-24"), ("vn-24", "vn-20"))
    )
    meet(one, two)
    agree(one, two, clause("vn-20", "vn-24"))
    key, message = SigningKey(b"k" * 32), b"x" * 700
    signature = key.sign(message).signature
    sign = each(lambda: [key.sign(message) for _ in range(3_000)], 3_000)
    verify = each(lambda: [key.verify_key.verify(message, signature) for _ in range(3_000)], 3_000)
    write = each(lambda: write_all(one, entries), entries)
    insert = each(lambda: insert_alone(one, two.store, min(entries, 10_000)), min(entries, 10_000))
    print(f"{entries} written: {write * entries / 1e6:.0f} s, {1e6 / write:.0f}/s", flush=True)
    memory: list[float] = []
    apply = each(lambda: memory.extend(catch_up(one, two)), entries)
    print(f"{'one entry of ' + str(entries):44s}{'µs':>10s}{'per s':>10s}{'of the inserts':>16s}")
    for name, took in (
        ("sign alone", sign), ("verify alone", verify), ("inserts alone", insert), ("write: sign and commit", write),
        ("catch up: serve, verify, apply, receipt, commit", apply),
    ):  # fmt: skip
        print(f"{name:48s}{took:8.0f}{1e6 / took:10.0f}{took / insert:14.1f} ×")
    print(f"catch-up of {entries}: {apply * entries / 1e6:.0f} s; MiB on the way: {memory[0]:.0f} … {max(memory):.0f}")


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with node():
        for name in ("bench_20", "bench_24"):
            fresh_database(name)
        try:
            measure(entries)
        finally:
            for name in ("bench_20", "bench_24"):
                drop_database(name)


if __name__ == "__main__":
    main()
