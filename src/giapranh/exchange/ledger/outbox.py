"""My side of a stream: sharing a record, seeing before what would leave, and serving what the neighbour lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from giapranh.exchange.ledger import agreement, agreements, canonical, envelope, frames
from giapranh.exchange.ledger.agreement import Clause
from giapranh.exchange.ledger.chain import CONTROL, Said, again, alarm, append, key_at, own, read_body, reopen
from giapranh.exchange.ledger.engine import Change, Engine, Kind, NotShared, Written
from giapranh.exchange.ledger.entry import WITHHELD, Blob, withheld_payload
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.names import NOTHING, read_stream
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import (
    Agreement,
    Alarm,
    BlobNeed,
    Body,
    Entry,
    Head,
    Peer,
    Place,
    Receipt,
    Record,
    StreamKey,
)  # fmt: skip
from giapranh.exchange.ledger.store import LedgerTx


@dataclass(frozen=True, slots=True)
class Preview:
    """What would leave for one peer, under which clause; or why nothing."""

    peer: str
    clause: Clause | None
    data: dict[str, Any] | None
    dropped: tuple[str, ...]
    reason: str
    until: int = 0
    version: int = 0  # of the agreement


@dataclass(frozen=True, slots=True)
class Left:
    """One entry that was written for a peer: what left, under which clause, and what the peer signed about it."""

    entry: Entry
    data: dict[str, Any] | None
    receipts: list[Receipt]


@dataclass(frozen=True, slots=True)
class Stand:
    """The last entry of a stream that somebody holds."""

    epoch: int
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Served:
    frames: list[bytes]
    more: bool
    unknown: bool  # the peer holds entries of mine that I do not know: fetch them back


def preview(
    engine: Engine, tx: LedgerTx, peer: str, kind: str, data: Mapping[str, Any], now: int, clause: str = ""
) -> Preview:
    """Default deny: without a clause that fits nothing leaves."""
    known = engine.kind(kind)
    text = agreements.in_force(tx, peer)
    best = Preview(peer, None, None, (), "no-clause")
    if known is None or text is None:
        return best
    for found in agreements.clauses_from(tx, engine.node, peer, kind):
        if clause and found.id != clause:
            continue
        cut = agreement.project(found, known, dict(data), now)
        best = Preview(peer, found, cut.data, cut.dropped, cut.reason, cut.until, text.version)
        if cut.data is not None:
            break
    return best


def share(
    engine: Engine,
    tx: LedgerTx,
    peer: str,
    kind: str,
    subject: str,
    data: Mapping[str, Any],
    now: int,
    *,
    blobs: tuple[Blob, ...] = (),
    clause: str = "",
) -> Written | NotShared:
    """Write the present state of a record of mine into the ledger for one peer, as far as the agreement lets it go."""
    if not subject or len(subject) > 300:
        raise Broken("bad-body", "subject")
    if any(row is not None and row.state != "active" for row in (tx.get(Peer, engine.node), tx.get(Peer, peer))):
        return NotShared(peer, "succeeded")
    record = tx.lock(Record, peer, subject)
    if refusal := _not_mine(engine, record):
        return NotShared(peer, refusal)
    seen = preview(engine, tx, peer, kind, data, now, clause)
    if seen.data is None or seen.clause is None:
        return NotShared(peer, seen.reason, seen.until)
    told = canonical.dump(seen.data)
    same = record is not None and record.data == told and record.clause == f"{seen.clause.id}@{seen.version}"
    if same and record is not None and not record.blocked_by:
        return NotShared(peer, "unchanged")
    known = engine.kinds[kind]
    version = record.version if record else 0
    return append(
        engine, tx, peer, kind, seen.data, now,
        lane=known.lane, subject=subject, clause=f"{seen.clause.id}@{seen.version}", version=version + 1, base=version,
        corrects=record.blocked_by if record else "", blobs=blobs, major=known.major, minor=known.minor,
    )  # fmt: skip


def share_with_all(
    engine: Engine,
    tx: LedgerTx,
    kind: str,
    subject: str,
    data: Mapping[str, Any],
    now: int,
    *,
    blobs: tuple[Blob, ...] = (),
) -> list[Written | NotShared]:
    peers = [peer.node for peer in tx.find(Peer, state="active") if peer.node != engine.node]
    return [share(engine, tx, peer, kind, subject, data, now, blobs=blobs) for peer in peers]


def _not_mine(engine: Engine, record: Record | None) -> str:
    if record is None:
        return ""
    if record.owner != engine.node:
        return "not-owner"
    if record.state == "offered" and record.blocked_by:
        return ""  # the offer waits at the peer behind what it refused: only a correction lets it be answered
    return record.state if record.state in {"offered", "recalled"} else ""


@own("record")
def told(engine: Engine, tx: LedgerTx, said: Said) -> None:
    """A record of mine as this peer is told it; or as I had told it, when it comes back after a rollback."""
    header = said.header
    record = tx.lock(Record, said.peer, header.subject)
    for blob in said.blobs:
        need = tx.get(BlobNeed, said.peer, blob.sha256)
        if need is None or need.direction == "out":
            tx.put(BlobNeed(said.peer, blob.sha256, blob.size, "out", True, header.subject, said.now))
        else:  # both sides send each other the same file: I still wait for it, and the peer may have it of me
            tx.put(replace(need, subject=header.subject))
    if record is not None and header.version < record.version:
        return
    data = canonical.dump(said.data) if said.body else None
    # what I wrote before I gave the record away may come home after the answer that took it
    owner = record.owner if record is not None and said.returned and record.version else engine.node
    tx.put(
        Record(
            said.peer, header.subject, header.kind, owner, header.version, header.stream, said.hash, header.clause,
            "offered" if record and record.state == "offered" else "live", _blocked(tx, said, record), data,
            header.sent_at, said.now,
        )
    )  # fmt: skip
    kind = engine.kind(header.kind)
    if said.returned and kind is not None and said.body:
        kind.returned(tx, change_of(said, engine.node, said.data, "taken-back"))


def _blocked(tx: LedgerTx, said: Said, record: Record | None) -> str:
    """What the peer refused and still waits for; after a rollback its receipts may have come before my entry."""
    before = record.blocked_by if record else ""
    if record is not None and record.state == "offered" and before and before == said.header.corrects:
        return ""  # one correction while the offer is out: the peer may answer as soon as it has it
    if said.returned:
        refused, applied, withheld, kept = (
            tx.get(Receipt, said.header.stream, said.hash, status, "")
            for status in ("quarantined", "applied", "withheld", "received")
        )
        refused = refused or withheld
        if (
            kept is not None
            and kept.reason == "agreement-unknown"
            and agreements.beyond(tx, said.peer, said.header.clause)
        ):
            refused = kept
        if applied is not None and before in {said.header.corrects, said.header.id}:
            return ""
        if refused is not None and applied is None:
            return said.header.id
    return before


def change_of(said: Said, owner: str, data: dict[str, Any] | None, why: str = "written") -> Change:
    h = said.header
    return Change(said.peer, h.kind, h.subject, owner, h.version, data, h.clause, h.id, h.sent_at, said.now, why)


@again("record")
def told_again(engine: Engine, tx: LedgerTx, said: Said) -> bool:
    """What I wrote on a branch that lost, on top of what came back: a new version, if the agreement still lets it go."""
    header = said.header
    record = tx.lock(Record, said.peer, header.subject)
    if _not_mine(engine, record) or not said.body:
        return False
    kind = engine.kind(header.kind)
    if kind is None or why_not(engine, tx, said.peer, kind, header.clause, said.data, header.sent_at, said.now):
        return False
    version = record.version if record else 0
    append(
        engine, tx, said.peer, header.kind, said.data, said.now,
        lane=kind.lane, subject=header.subject, clause=header.clause, version=version + 1, base=version,
        corrects=record.blocked_by if record else "", blobs=said.blobs, major=header.major, minor=header.minor,
        event=header.id, sent_at=header.sent_at,
    )  # fmt: skip
    return True


def why_not(
    engine: Engine,
    tx: LedgerTx,
    peer: str,
    kind: Kind,
    named: str,
    data: dict[str, Any],
    sent_at: int,
    now: int,
    giver: str = "",
) -> str:
    """Why an entry may not cross under the agreement of today: sender before sending and receiver on receipt ask it."""
    text = agreements.in_force(tx, peer)
    name, _, version = named.partition("@")
    if text is None or int(version or 0) > text.version:
        ended = text is None and any(tx.find(Agreement, peer=peer, state="withdrawn", limit=1))
        return "clause-withdrawn" if ended else "agreement-unknown"
    clause = text.clause(name)
    if clause is None or clause.giver != (giver or engine.node) or clause.kind != kind.name:
        return "no-clause"
    if agreements.withdrawn(tx, peer, text.version, name):
        return "clause-withdrawn"
    return agreement.check(clause, kind, data, sent_at, now)


def recall(engine: Engine, tx: LedgerTx, peer: str, subject: str, why: str, now: int) -> Written:
    """Take a record back: the neighbour drops the content and signs that it did; the fact stays in both ledgers."""
    record = tx.lock(Record, peer, subject)
    if record is None or record.owner != engine.node or record.state == "offered":
        raise Broken("not-owner", subject)
    lane = read_stream(record.stream).lane
    return append(
        engine, tx, peer, "recall", {"subject": subject, "why": why[:2000]}, now,
        lane=lane, subject=subject, version=record.version + 1, base=record.version,
    )  # fmt: skip


def left(tx: LedgerTx, engine: Engine, peer: str, lane: str, after: int = 0, limit: int = 100) -> list[Left]:
    """What was written for a peer in one lane, in order; the content as it left."""
    stream = f"{engine.node}.{peer}.{lane}"
    found = []
    for place in tx.find(Place, stream=stream, after=(stream, after), limit=limit):
        row = tx.get(Entry, stream, place.hash)
        body = tx.get(Body, stream, place.hash)
        if row is not None:
            data = read_body(engine, body.data).data if body else None
            found.append(Left(row, data, tx.find(Receipt, stream=stream, hash=place.hash)))
    return found


def serve(
    engine: Engine,
    tx: LedgerTx,
    stream: str,
    stand: Stand,
    now: int,
    *,
    limit: int | None = None,
    max_bytes: int | None = None,
) -> Served:
    """The entries after what the peer says it holds, each checked again against the agreement of this moment."""
    head = tx.get(Head, stream)
    if head is None or head.direction != "out":
        raise Broken("another-peer", stream)
    begin = stand.seq
    if not _known(tx, stream, stand):
        begin = _after_a_theft(tx, head, stand)
        if begin < 0:
            return Served([], False, True)
    _notice_rollback(engine, tx, head, stand, now)
    limit = min(limit or engine.limits.batch_entries, engine.limits.batch_entries)
    room = min(max_bytes or engine.limits.batch_bytes, engine.limits.batch_bytes)
    parts: list[bytes] = []
    last = begin
    for place in tx.find(Place, stream=stream, after=(stream, begin), limit=limit):
        part = frames.write(frame_of(engine, tx, head.peer, place, now))
        if parts and len(part) > room:
            break
        room -= len(part)
        parts.append(part)
        last = place.seq
    return Served(parts, last < head.seq, False)


def _known(tx: LedgerTx, stream: str, stand: Stand) -> bool:
    if stand.seq == 0:
        return stand.hash in {"", NOTHING}
    place = tx.get(Place, stream, stand.seq)
    return place is not None and place.hash == stand.hash


def _after_a_theft(tx: LedgerTx, head: Head, stand: Stand) -> int:
    """The peer holds what a thief signed: after that was seen (``rollback.take_back``) it is served from the recovery."""
    seen = tx.get(Alarm, head.peer, "stolen-key-used", f"{head.stream} {stand.hash}")
    if seen is None:
        return -1
    cuts = [key.said_at for key in tx.find(StreamKey, stream=head.stream) if key.cause == "recovered"]
    return min((cut for cut in cuts if cut <= stand.seq), default=0) - 1


def _notice_rollback(engine: Engine, tx: LedgerTx, head: Head, stand: Stand, now: int) -> None:
    """The peer signed for more than it now says it holds: it was restored from an older backup, and gets it again."""
    place = tx.get(Place, head.stream, stand.seq + 1)
    if place is not None and tx.get(Receipt, head.stream, place.hash, "applied", "") is not None:
        last = tx.get(Alarm, head.peer, "peer-rolled-back", f"{head.stream} {place.hash}")
        if last is None:
            alarm(
                engine, tx, head.peer, "peer-rolled-back", f"{head.stream} {place.hash}", now,
                f"holds {stand.epoch}.{stand.seq}, had signed for {place.epoch}.{place.seq}",
            )  # fmt: skip


def frame_of(engine: Engine, tx: LedgerTx, peer: str, place: Place, now: int) -> Frame:
    row = tx.get(Entry, place.stream, place.hash)
    if row is None:
        raise Broken("not-an-entry", f"{place.stream} {place.seq}")
    said = reopen(engine, tx, row, peer, now)
    reason = _keep_back(engine, tx, said)
    if not reason:
        return Frame("E", row.envelope, said.body)
    payload = withheld_payload(row.stream, row.epoch, row.seq, row.hash, reason)
    return Frame("W", row.envelope, envelope.seal(payload, WITHHELD, engine.keys, _signer(engine, tx, row)).raw)


def _keep_back(engine: Engine, tx: LedgerTx, said: Said) -> str:
    if not said.body:
        return "recalled"
    header = said.header
    if header.kind in CONTROL and header.kind != "proposal":
        return ""
    record = tx.get(Record, said.peer, header.subject)
    if record is not None and record.state == "recalled":
        return "recalled"
    kind = engine.kind(header.kind)
    if kind is None or header.kind == "proposal":
        return ""
    return why_not(engine, tx, said.peer, kind, header.clause, said.data, header.sent_at, said.now)


def _signer(engine: Engine, tx: LedgerTx, row: Entry) -> str:
    """The key of that number, or the present one when it is gone."""
    for seq in (row.seq, 2**53):
        key = key_at(tx, row.stream, seq)
        if key is not None and key.public in engine.keys:
            return key.public
    raise Broken("own-key-missing", row.stream)
