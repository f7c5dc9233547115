"""What a node keeps about its ledgers: one frozen dataclass per table, its key first.

``KEY`` names the fields that make a row unique. ``ONCE`` marks the tables that are only ever added to.
Times are milliseconds since 1970 (UTC), hashes and keys lower-case hex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ()
    ONCE: ClassVar[bool] = False

    @property
    def key(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.KEY)


@dataclass(frozen=True, slots=True)
class Peer(Row):
    """A neighbour as two people met it: its first key and its recovery key, compared by words."""

    KEY: ClassVar = ("node",)
    node: str
    name: str
    root: str
    recovery: str
    state: str  # active | succeeded
    successor: str  # the node that took over, or ""
    at: int


@dataclass(frozen=True, slots=True)
class Head(Row):
    """Where a stream ends: mine ("out") or the part of the neighbour's that I hold ("in")."""

    KEY: ClassVar = ("stream",)
    stream: str
    peer: str
    lane: str
    direction: str  # out | in
    epoch: int
    seq: int
    hash: str
    at: int


@dataclass(frozen=True, slots=True)
class Entry(Row):
    """A signed entry as it was written or came in; kept for ever, also when another branch won."""

    KEY: ClassVar = ("stream", "hash")
    ONCE: ClassVar = True
    stream: str
    hash: str
    epoch: int
    seq: int
    prev: str
    event_id: str
    kind: str
    subject: str
    clause: str
    version: int
    base: int
    sent_at: int
    body_hash: str
    body_size: int
    envelope: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Body(Row):
    """The content of an entry; it may be dropped (recall) and the chain still verifies."""

    KEY: ClassVar = ("stream", "hash")
    stream: str
    hash: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Place(Row):
    """Which entry stands at a sequence number of the present chain, and what became of it.

    States of my own entries: written. Of the neighbour's: applied, parked, quarantined, withheld, repeated
    (an event that had its effect before), superseded (older than what is known, or overtaken by a correction).
    """

    KEY: ClassVar = ("stream", "seq")
    stream: str
    seq: int
    hash: str
    epoch: int
    event_id: str
    kind: str
    subject: str
    state: str
    reason: str
    detail: str
    at: int
    offset: int  # my clock minus the sender's, milliseconds


@dataclass(frozen=True, slots=True)
class Held(Row):
    """An entry that came before its predecessor."""

    KEY: ClassVar = ("stream", "seq", "hash")
    stream: str
    seq: int
    hash: str
    epoch: int
    envelope: bytes
    body: bytes | None
    withheld: bytes | None
    at: int


@dataclass(frozen=True, slots=True)
class StreamKey(Row):
    """A key of the writer of a stream, and the sequence numbers it may sign there."""

    KEY: ClassVar = ("stream", "from_seq")
    stream: str
    from_seq: int
    public: str
    cause: str  # met | rotated | recovered
    said_at: int  # the sequence number of the entry that said so; 0 when it was pinned at the meeting


@dataclass(frozen=True, slots=True)
class Effect(Row):
    """The effect of an event, once. ``hash`` says which entry brought it."""

    KEY: ClassVar = ("peer", "event_id")
    peer: str
    event_id: str
    stream: str
    hash: str
    at: int


@dataclass(frozen=True, slots=True)
class Record(Row):
    """The shared face of a record: mine as last told to this peer, or the peer's as last applied here."""

    KEY: ClassVar = ("peer", "subject")
    peer: str
    subject: str
    kind: str
    owner: str
    version: int
    stream: str  # the stream that last changed it
    hash: str
    clause: str
    state: str  # live | offered (frozen while the answer is out) | recalled
    blocked_by: str  # event id of the quarantined or parked entry that later ones wait behind
    data: bytes | None  # canonical JSON
    sent_at: int
    at: int


@dataclass(frozen=True, slots=True)
class Receipt(Row):
    """What the receiver of a stream signed about one entry; on my streams by the peer, on the peer's by me."""

    KEY: ClassVar = ("stream", "hash", "status", "reader")
    stream: str
    hash: str
    status: str  # received | withheld | applied | quarantined | read
    reader: str  # position of the person, for "read"; "" otherwise
    epoch: int
    seq: int
    event_id: str
    reason: str
    answer: str  # what the reader answered, for "read"
    by_stream: str  # the entry that carries the receipt
    by_hash: str
    at: int


@dataclass(frozen=True, slots=True)
class Agreement(Row):
    """One version of the agreement with a peer."""

    KEY: ClassVar = ("peer", "version")
    peer: str
    version: int
    state: str  # proposed | offered (countersignature asked of me) | in-force | replaced | withdrawn
    envelope: bytes  # DSSE; one signature while proposed, two in force
    why: str
    at: int


@dataclass(frozen=True, slots=True)
class Withdrawal(Row):
    """A clause that one side ended before its time ("*": all clauses)."""

    KEY: ClassVar = ("peer", "version", "clause")
    peer: str
    version: int
    clause: str
    by: str
    why: str
    at: int


@dataclass(frozen=True, slots=True)
class Notice(Row):
    """What waits for a person or for the other side: proposal, error report, offer of a record."""

    KEY: ClassVar = ("peer", "event_id")
    peer: str
    event_id: str
    kind: str  # proposal | error-report | offer
    subject: str
    direction: str  # out | in
    state: str  # open | accepted | declined | answered
    base: int
    body: bytes
    answer: str
    at: int


@dataclass(frozen=True, slots=True)
class BlobNeed(Row):
    """A blob that an entry names: the entry waits until the whole of it is here."""

    KEY: ClassVar = ("peer", "sha256")
    peer: str
    sha256: str
    size: int
    direction: str  # out (I offer it) | in (I wait for it)
    here: bool
    subject: str  # the record that named it last
    at: int


@dataclass(frozen=True, slots=True)
class Alarm(Row):
    """Something a person must know of, with the bytes that prove it; the same thing again only counts up."""

    KEY: ClassVar = ("peer", "kind", "mark")
    peer: str
    kind: str
    mark: str
    detail: str
    evidence: bytes
    other: bytes
    count: int
    first_at: int
    last_at: int


TABLES: tuple[type[Row], ...] = (
    Peer, Head, Entry, Body, Place, Held, StreamKey, Effect, Record, Receipt,
    Agreement, Withdrawal, Notice, BlobNeed, Alarm,
)  # fmt: skip
