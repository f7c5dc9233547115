"""A record with its history and receipts as one text file that proves itself, without any node running.

Lines of JSON. First who the two nodes are; then the streams from their first entry, so that every key and every
link can be followed; contents only of what concerns the record, of keys and of the agreement. Everything else is
there as its signed header, which tells nothing but a hash. ``giapranh_verify.py`` reads it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from giapranh.exchange.ledger import canonical
from giapranh.exchange.ledger.chain import peer_of, read_body
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Body, Entry, Place
from giapranh.exchange.ledger.store import LedgerTx

FORMAT = "giapranh-proof/1"
PAGE = 500


def export(engine: Engine, tx: LedgerTx, peer: str, subject: str) -> bytes:
    return b"".join(lines(engine, tx, peer, subject))


def lines(engine: Engine, tx: LedgerTx, peer: str, subject: str) -> Iterator[bytes]:
    """The file, line by line: memory stays flat however long the streams are."""
    wanted = {row.hash for row in tx.find(Entry, subject=subject)} if subject else set()
    lanes = [lane for lane in LANES if lane == "record" or _speaks_of(tx, engine, peer, lane, subject)]
    if not wanted:
        raise Broken("bad-control", "no entry of this record")
    nodes = [
        {"name": row.name, "node": row.node, "recovery": row.recovery, "root": row.root}
        for row in (peer_of(tx, engine.node), peer_of(tx, peer))
    ]
    yield _line({"format": FORMAT, "nodes": nodes, "subject": subject})
    for lane in lanes:
        for giver, taker in ((engine.node, peer), (peer, engine.node)):
            yield from _stream(engine, tx, stream_name(giver, taker, lane), subject, wanted)


def _speaks_of(tx: LedgerTx, engine: Engine, peer: str, lane: str, subject: str) -> bool:
    ends = ((engine.node, peer), (peer, engine.node))
    return any(tx.find(Place, stream=stream_name(a, b, lane), subject=subject, limit=1) for a, b in ends)


def _stream(engine: Engine, tx: LedgerTx, stream: str, subject: str, wanted: set[str]) -> Iterator[bytes]:
    seq = 0
    while places := tx.find(Place, stream=stream, after=(stream, seq), limit=PAGE):
        for place in places:
            row = tx.get(Entry, stream, place.hash)
            if row is None:
                raise Broken("not-an-entry", f"{stream} {place.seq}")
            body = tx.get(Body, stream, place.hash)
            told = body is not None and _told(engine, place, body.data, subject, wanted)
            content = base64.b64encode(body.data).decode("ascii") if told and body else None
            yield _line({"body": content, "envelope": base64.b64encode(row.envelope).decode("ascii")})
        seq = places[-1].seq


def _told(engine: Engine, place: Place, body: bytes, subject: str, wanted: set[str]) -> bool:
    if place.kind in {"key", "agreement"} or place.subject == subject:
        return True
    if place.kind != "receipt":
        return False
    items = read_body(engine, body).data.get("items", [])
    return any(item.get("hash") in wanted for item in items if type(item) is dict)


def _line(value: dict[str, Any]) -> bytes:
    return canonical.dump(value, depth=4) + b"\n"
