"""Writing at the end of my own chains, and what every entry of mine and of the neighbour's means for the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger import envelope
from giapranh.exchange.ledger.engine import Engine, Written
from giapranh.exchange.ledger.entry import Blob, Header
from giapranh.exchange.ledger.envelope import Sealed
from giapranh.exchange.ledger.names import LANES, event_id, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Alarm, Body, Entry, Head, Peer, Place, StreamKey
from giapranh.exchange.ledger.store import LedgerTx

CONTROL = frozenset(
    ("receipt", "epoch", "key", "agreement", "recall", "offer", "answer", "proposal", "error-report", "succession")
)
RESERVED = CONTROL | {"withheld", "heads", "agreement-text", "snapshot", "bundle", "card", "request"}


@dataclass(frozen=True, slots=True)
class Said:
    """An entry with its content, on its way into the tables."""

    header: Header
    hash: str
    data: dict[str, Any]
    blobs: tuple[Blob, ...]
    peer: str
    now: int
    sealed: Sealed
    body: bytes
    returned: bool = False  # mine, given back by the peer after a rollback


Meaning = Callable[[Engine, LedgerTx, Said], None]
OWN: dict[str, Meaning] = {}  # what an entry of mine does to my tables, when written and when given back
THEIRS: dict[str, Meaning] = {}  # what a control entry of the peer does; ``Broken`` quarantines it
AFTER: dict[str, Callable[[Engine, LedgerTx, str, int], None]] = {}  # what may go on once such an entry stands
AGAIN: dict[str, Callable[[Engine, LedgerTx, Said], bool]] = {}  # how it is written again after a rollback


def own(kind: str) -> Callable[[Meaning], Meaning]:
    def register(meaning: Meaning) -> Meaning:
        OWN[kind] = meaning
        return meaning

    return register


def theirs(kind: str) -> Callable[[Meaning], Meaning]:
    def register(meaning: Meaning) -> Meaning:
        THEIRS[kind] = meaning
        return meaning

    return register


def again(kind: str) -> Callable[[Callable[..., bool]], Callable[..., bool]]:
    def register(way: Callable[..., bool]) -> Callable[..., bool]:
        AGAIN[kind] = way
        return way

    return register


def key_at(tx: LedgerTx, stream: str, seq: int) -> StreamKey | None:
    """The key that signs this number of a stream."""
    found = tx.find(StreamKey, stream=stream, after=(stream, seq + 1), reverse=True, limit=1)
    return found[0] if found else None


def peer_of(tx: LedgerTx, node: str) -> Peer:
    peer = tx.get(Peer, node)
    if peer is None:
        raise Broken("unknown-peer", node)
    return peer


def append(
    engine: Engine,
    tx: LedgerTx,
    peer: str,
    kind: str,
    data: dict[str, Any],
    now: int,
    *,
    lane: str = "record",
    subject: str = "",
    clause: str = "",
    version: int = 0,
    base: int = 0,
    corrects: str = "",
    blobs: tuple[Blob, ...] = (),
    major: int = 1,
    minor: int = 0,
    event: str = "",
    sent_at: int | None = None,
    new_epoch: bool = False,
    sign: Callable[[bytes, str], Sealed] | None = None,
) -> Written:
    """Write one entry at the end of my stream to this peer, and do what it means."""
    stream = stream_name(engine.node, peer, lane)
    head = tx.lock(Head, stream)
    if head is None:
        raise Broken("unknown-peer", peer)
    body = entries.body_bytes(data, blobs, engine.random(16))
    if len(body) > engine.limits.body:
        raise Broken("too-large", f"{len(body)} bytes")
    header = Header(
        stream=stream,
        epoch=next_epoch(tx, head) if new_epoch else head.epoch,
        seq=head.seq + 1,
        prev=head.hash,
        id=event or event_id(now, engine.random(10)),
        source=engine.node,
        kind=kind,
        major=major,
        minor=minor,
        subject=subject,
        sent_at=now if sent_at is None else sent_at,
        body_hash=entries.sha256(body),
        body_size=len(body),
        clause=clause,
        version=version,
        base=base,
        corrects=corrects,
    )
    payload, payload_type = entries.header_bytes(header), entries.payload_type(kind, major)
    if sign is not None:
        sealed = sign(payload, payload_type)
    else:
        key = key_at(tx, stream, header.seq)
        if key is None:
            raise Broken("own-key-missing", stream)
        sealed = envelope.seal(payload, payload_type, engine.keys, key.public)
    said = Said(header, sealed.hash, data, blobs, peer, now, sealed, body)
    keep(tx, said, body, head, "written")
    mean(engine, tx, said)
    if kind in AFTER:
        AFTER[kind](engine, tx, peer, now)
    return Written(stream, header.epoch, header.seq, sealed.hash, header.id)


def next_epoch(tx: LedgerTx, head: Head) -> int:
    """Beyond every epoch this stream ever saw, also on branches that lost. Each begins with one of these two kinds."""
    begun = [row.epoch for kind in ("epoch", "key") for row in tx.find(Entry, stream=head.stream, kind=kind)]
    return max([head.epoch, *begun]) + 1


def mean(engine: Engine, tx: LedgerTx, said: Said) -> None:
    OWN.get(said.header.kind, OWN["record"])(engine, tx, said)


def keep(
    tx: LedgerTx,
    said: Said,
    body: bytes | None,
    head: Head,
    state: str,
    reason: str = "",
    detail: str = "",
    offset: int = 0,
) -> None:
    """Entry, content, place and head: the chain grows by one."""
    keep_entry(tx, said.header, said.sealed, said.now)
    if body is not None and tx.get(Body, head.stream, said.hash) is None:
        tx.insert(Body(head.stream, said.hash, body))
    header = said.header
    tx.put(
        Place(
            head.stream, header.seq, said.hash, header.epoch, header.id, header.kind, header.subject,
            state, reason, detail[:500], said.now, offset,
        )
    )  # fmt: skip
    tx.put(replace(head, epoch=header.epoch, seq=header.seq, hash=said.hash, at=said.now))


def keep_entry(tx: LedgerTx, header: Header, sealed: Sealed, now: int) -> None:
    if tx.get(Entry, header.stream, sealed.hash) is None:
        tx.insert(
            Entry(
                header.stream, sealed.hash, header.epoch, header.seq, header.prev, header.id, header.kind,
                header.subject, header.clause, header.version, header.base, header.sent_at, header.body_hash,
                header.body_size, sealed.raw, now,
            )
        )  # fmt: skip


def forget(tx: LedgerTx, giver: str, taker: str, subject: str, but: str) -> None:
    """Drop the contents of a recalled record from the streams of one direction; headers and questions stay."""
    for lane in LANES:
        stream = stream_name(giver, taker, lane)
        for row in tx.find(Entry, stream=stream, subject=subject):
            if row.hash != but and row.kind not in {"recall", "offer", "answer"}:
                tx.drop(Body, stream, row.hash)


def reopen(engine: Engine, tx: LedgerTx, row: Entry, peer: str, now: int) -> Said:
    """A kept entry with its content, read again from its own bytes."""
    sealed = envelope.read(row.envelope, limit=engine.limits.envelope)
    header = entries.read_header(sealed)
    body = tx.get(Body, row.stream, row.hash)
    if body is None:
        return Said(header, row.hash, {}, (), peer, now, sealed, b"")
    content = read_body(engine, body.data)
    return Said(header, row.hash, content.data, content.blobs, peer, now, sealed, body.data)


def read_body(engine: Engine, data: bytes) -> entries.Body:
    limits = engine.limits
    return entries.read_body(data, limit=limits.body, depth=limits.depth, blobs=limits.blobs, blob=limits.blob)


def alarm(
    engine: Engine,
    tx: LedgerTx,
    peer: str,
    kind: str,
    mark: str,
    now: int,
    detail: str = "",
    evidence: bytes = b"",
    other: bytes = b"",
) -> None:
    """Keep what a person must know; the same again only counts up, so a flood costs one row."""
    limit = engine.limits.evidence
    row = tx.lock(Alarm, peer, kind, mark[:200])
    if row is None:
        tx.put(Alarm(peer, kind, mark[:200], detail[:500], evidence[:limit], other[:limit], 1, now, now))
    else:
        tx.put(replace(row, detail=detail[:500] or row.detail, count=row.count + 1, last_at=max(now, row.last_at)))
