"""The engine of the exchange in memory, against the Ed25519 operations it cannot do without.

    python benchmarks/exchange_engine.py

Processor time of one process. Writing needs one signature an entry; reading one verification, and one signature for
the receipts of a hundred.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import harness  # noqa: F401 - puts the source on the path
from nacl.signing import SigningKey
from tests.exchange.ledger.nodes import Side, pair, unpack

from giapranh.exchange.ledger import envelope, frames, inbox, outbox
from giapranh.exchange.ledger.entry import read_header
from giapranh.exchange.ledger.outbox import Stand

ENTRIES, RECORDS, CATCH_UP = 20_000, 2_000, 100_000
STREAM = "vn-20.vn-24.record"


def each(work: Callable[[], Any], count: int) -> float:
    """Microseconds of processor time for one of many."""
    start = time.process_time()
    work()
    return 1e6 * (time.process_time() - start) / count


def write_all(one: Side) -> None:
    for begin in range(0, ENTRIES, 100):
        with one.store.transaction() as tx:
            for number in range(begin, begin + 100):
                data = {"name": f"Trạm {number % RECORDS}", "level": str(number), "text": "mực nước lên nhanh"}
                outbox.share(one.engine, tx, "vn-24", "note", f"note:{number % RECORDS}", data, one.tick())


def serve_all(one: Side, stand: Stand) -> Iterator[bytes]:
    while True:
        with one.store.transaction() as tx:
            served = outbox.serve(one.engine, tx, STREAM, stand, one.tick())
        if not served.frames:
            return
        yield from served.frames
        last = envelope.read(unpack(one.engine, served.frames[-1:])[0].first, limit=99_999)
        header = read_header(last)
        stand = Stand(header.epoch, header.seq, last.hash)


def main() -> None:
    key, message = SigningKey(b"k" * 32), b"x" * 700
    signature = key.sign(message).signature
    sign = each(lambda: [key.sign(message) for _ in range(3_000)], 3_000)
    verify = each(lambda: [key.verify_key.verify(message, signature) for _ in range(3_000)], 3_000)
    one, two = pair()
    with two.store.transaction() as tx:
        stand = inbox.stand(tx, STREAM)
    share = each(lambda: write_all(one), ENTRIES)
    parts: list[bytes] = []
    serve = each(lambda: parts.extend(serve_all(one, stand)), ENTRIES)
    apply = each(lambda: two.receive(parts, per_transaction=100), ENTRIES)
    again = each(lambda: two.receive(parts, per_transaction=100), ENTRIES)
    size = sum(map(len, parts)) / len(parts)
    print(f"{'one entry':44s}{'µs':>10s}{'per s':>10s}{'of one Ed25519':>20s}")
    for name, took, base in (
        ("sign alone", sign, sign), ("write (project, chain, sign)", share, sign), ("verify alone", verify, verify),
        ("serve (check the agreement again)", serve, verify), ("apply (verify, chain, agreement, receipt)", apply, verify),
        ("the same again (duplicate)", again, verify),
    ):  # fmt: skip
        print(f"{name:44s}{took:10.0f}{1e6 / took:10.0f}{took / base:18.1f} ×")
    print(f"{'bytes of an entry on the line':44s}{size:10.0f}")
    held(two, parts)
    catch_up()


def catch_up() -> None:
    """A hundred thousand entries in batches of 500, as a node does that was away for a year."""
    one, two = pair(2)
    for _ in range(CATCH_UP // ENTRIES):
        write_all(one)
    with two.store.transaction() as tx:
        stand = inbox.stand(tx, STREAM)
    start, batch, count = time.process_time(), [], 0
    for part in serve_all(one, stand):
        batch.append(part)
        if len(batch) == 500:
            count += len(two.receive(batch))
            batch = []
    count += len(two.receive(batch))
    took = time.process_time() - start
    print(f"catch-up of {count} entries: {took:.0f} s of processor, {count / took:.0f}/s")


def held(two: Side, parts: list[bytes]) -> None:
    """What reading takes beside the tables: one frame, whatever the length of the stream."""
    data, at = b"".join(parts), [0]

    def read(wanted: int) -> bytes:
        piece = data[at[0] : at[0] + wanted]
        at[0] += len(piece)
        return piece

    tracemalloc.start()
    count = sum(1 for _ in frames.read(read, two.engine.limits))
    print(f"{f'peak memory of reading {count} frames, KiB':44s}{tracemalloc.get_traced_memory()[1] / 1024:10.0f}")
    tracemalloc.stop()


if __name__ == "__main__":
    main()
