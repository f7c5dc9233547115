"""The daily verify job: every chain from its first entry, every signature, every content, every mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger import envelope
from giapranh.exchange.ledger.chain import key_at, peer_of
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.names import NOTHING
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Alarm, Body, Entry, Head, Place
from giapranh.exchange.ledger.store import LedgerTx

PAGE = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """Something stored is not what was signed. Words: entry-missing, entry-damaged, chain-broken, bad-signature,
    content-damaged, content-missing, head-differs."""

    stream: str
    seq: int
    what: str
    detail: str = ""


def verify(engine: Engine, tx: LedgerTx, peer: str = "") -> Iterator[Finding]:
    """Everything stored about one neighbour, or all, entry by entry; a damaged one does not hide the next."""
    wanted: dict[str, Any] = {"peer": peer} if peer else {}
    for head in tx.find(Head, **wanted):
        yield from verify_stream(engine, tx, head)


def verify_stream(engine: Engine, tx: LedgerTx, head: Head) -> Iterator[Finding]:
    prev, seq = _begin(engine, tx, head)
    while places := tx.find(Place, stream=head.stream, after=(head.stream, seq), limit=PAGE):
        for place in places:
            if place.seq != seq + 1:
                yield Finding(head.stream, seq + 1, "entry-missing")
            seq = place.seq
            yield from _check(engine, tx, head, place, prev)
            prev = place.hash
    if (head.seq, head.hash) != (seq, prev):
        yield Finding(head.stream, seq, "head-differs", f"{head.seq} {head.hash}")


def _begin(engine: Engine, tx: LedgerTx, head: Head) -> tuple[str, int]:
    """A node that began from a snapshot has the chain from there on."""
    base = tx.get(Alarm, head.peer, "snapshot", head.stream)
    if base is None or not base.detail.isdecimal():
        return NOTHING, 0
    place = tx.get(Place, head.stream, int(base.detail))
    row = tx.get(Entry, head.stream, place.hash) if place else None
    return (row.prev, row.seq - 1) if row else (NOTHING, 0)


def _check(engine: Engine, tx: LedgerTx, head: Head, place: Place, prev: str) -> Iterator[Finding]:
    row = tx.get(Entry, head.stream, place.hash)
    if row is None:
        yield Finding(head.stream, place.seq, "entry-missing", place.hash)
        return
    try:
        sealed = envelope.read(row.envelope, limit=engine.limits.envelope)
        header = entries.read_header(sealed)
    except Broken as error:
        yield Finding(head.stream, place.seq, "entry-damaged", str(error.reason))
        return
    if sealed.hash != place.hash or (header.stream, header.seq, header.epoch) != (place.stream, place.seq, place.epoch):
        yield Finding(head.stream, place.seq, "entry-damaged", sealed.hash)
        return
    if header.prev != prev:
        yield Finding(head.stream, place.seq, "chain-broken", header.prev)
    if not sealed.signed_by(_allowed(tx, head, header)):
        yield Finding(head.stream, place.seq, "bad-signature")
    if (row.event_id, row.kind, row.subject) != (header.id, header.kind, header.subject) and not header.problem:
        yield Finding(head.stream, place.seq, "entry-damaged", "columns")
    body = tx.get(Body, head.stream, place.hash)
    if body is not None and entries.sha256(body.data) != header.body_hash and not header.problem:
        yield Finding(head.stream, place.seq, "content-damaged")


def _allowed(tx: LedgerTx, head: Head, header: entries.Header) -> list[str]:
    key = key_at(tx, head.stream, header.seq)
    allowed = [key.public] if key else []
    if header.kind == "key":
        allowed.append(peer_of(tx, header.route.giver).recovery)
    return allowed
