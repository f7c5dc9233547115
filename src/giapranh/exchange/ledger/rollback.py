"""A node restored from an older backup: the neighbour holds later entries of mine, so they come home first.

Take them back, check my own signature on each, put them in their places, open a new epoch, and append again what I
wrote meanwhile, except what came home already. Keys are told again. What both branches changed, a person is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger import envelope, frames, inbox
from giapranh.exchange.ledger.chain import (
    AGAIN,
    Said,
    again,
    alarm,
    append,
    keep,
    key_at,
    mean,
    own,
    peer_of,
    read_body,
    reopen,
    theirs,
)  # fmt: skip
from giapranh.exchange.ledger.engine import Engine, Written
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.names import NOTHING
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import Body, Entry, Head, Place, StreamKey
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.exchange.ledger.unwinding import unwind


@dataclass(frozen=True, slots=True)
class TakenBack:
    returned: int  # entries of mine that came home
    rebased: int  # entries I had written meanwhile, appended again
    conflicts: tuple[str, ...]  # subjects that both branches changed, and entries that could not be written again
    foreign: int = 0  # entries that are not mine: signed by a key I had revoked


def locator(tx: LedgerTx, stream: str) -> list[Stand]:
    """Some of my places, dense at the end and thin before: enough to find where two copies part."""
    head = tx.get(Head, stream)
    found, seq, step = [], head.seq if head else 0, 1
    while seq > 0:
        place = tx.get(Place, stream, seq)
        if place is not None:
            found.append(Stand(place.epoch, place.seq, place.hash))
        seq -= step
        step = step * 2 if len(found) > 8 else 1
    return [*found, Stand(0, 0, NOTHING)]


def returned(
    engine: Engine, tx: LedgerTx, stream: str, known: Iterable[Stand], *, limit: int | None = None
) -> list[bytes]:
    """What I hold of the neighbour's stream beyond the last place it still knows, as it came."""
    common = 0
    for stand in known:
        place = tx.get(Place, stream, stand.seq) if stand.seq else None
        if place is not None and place.hash == stand.hash:
            common = max(common, stand.seq)
    parts = []
    for place in tx.find(Place, stream=stream, after=(stream, common), limit=limit):
        row, body = tx.get(Entry, stream, place.hash), tx.get(Body, stream, place.hash)
        if row is None:
            break
        parts.append(frames.write(Frame("E", row.envelope, body.data) if body else Frame("N", row.envelope)))
    return parts


def take_back(engine: Engine, tx: LedgerTx, stream: str, given: Iterable[Frame], now: int) -> TakenBack:
    """Everything in one transaction. Called again with more it goes on from where it is."""
    head = tx.lock(Head, stream)
    if head is None or head.direction != "out":
        raise Broken("another-peer", stream)
    came, foreign = _mine(engine, tx, head, given, now)
    if not came:
        return TakenBack(0, 0, (), foreign)
    begin = came[0].header.seq
    lost = _leave_branch(engine, tx, head, begin, now)
    ids, subjects = set(), set()
    for said in came:
        current = tx.lock(Head, stream)
        if current is None:
            raise Broken("another-peer", stream)
        keep(tx, said, said.body or None, current, "written")
        mean(engine, tx, said)
        ids.add(said.header.id)
        subjects.add(said.header.subject)
    written = _open_epoch(engine, tx, head, "take-back", len(came), len(lost), now)
    rebased, conflicts = _append_again(engine, tx, lost, ids, subjects, now)
    _tell(engine, tx, head, came, rebased, conflicts, written, now)
    inbox.release(engine, tx, head.peer, now)
    return TakenBack(len(came), rebased, tuple(conflicts), foreign)


def _mine(engine: Engine, tx: LedgerTx, head: Head, given: Iterable[Frame], now: int) -> tuple[list[Said], int]:
    """The entries that I did sign and no longer have, in one chain from my last common place."""
    came: list[Said] = []
    keys: list[StreamKey] = tx.find(StreamKey, stream=head.stream)
    before: tuple[int, str] | None = None
    for frame in given:
        if frame.letter not in "EN":
            continue
        sealed = envelope.read(frame.first, limit=engine.limits.envelope)
        header = entries.read_header(sealed)
        if header.stream != head.stream or header.problem:
            raise Broken("another-peer", header.stream)
        place = tx.get(Place, head.stream, header.seq)
        if not came and place is not None and place.hash == sealed.hash:
            continue
        if before is None:
            parent = tx.get(Place, head.stream, header.seq - 1)
            before = (header.seq - 1, parent.hash if parent else NOTHING)
            if header.seq > 1 and parent is None:
                raise Broken("gap", f"{header.seq}")
            keys = [key for key in keys if key.said_at < header.seq or _revokes(key, header.seq)]
        if (header.seq - 1, header.prev) != before:
            raise Broken("fork", f"{header.seq}")
        if not _signed_by_me(engine, tx, keys, sealed, header):
            mark = f"{head.stream} {_last_hash(engine, frame, given)}"
            alarm(engine, tx, head.peer, "stolen-key-used", mark, now, f"{header.epoch}.{header.seq}", sealed.raw)
            return came, 1
        said = _said(engine, head, header, sealed, frame, now)
        if header.kind == "key" and said.data:
            action = said.data.get("action")
            from_seq = header.seq + 1 if action == "rotate" else header.seq
            keys.append(StreamKey(head.stream, from_seq, str(said.data.get("public")), "rotated", header.seq))
        came.append(said)
        before = (header.seq, sealed.hash)
    return came, 0


def _revokes(key: StreamKey, seq: int) -> bool:
    """A recovery of mine bars what the old key signed after it, also on a branch the neighbour believed."""
    return key.cause == "recovered" and key.said_at <= seq


def _last_hash(engine: Engine, frame: Frame, rest: Iterable[Frame]) -> str:
    """The hash of the last entry given: what the neighbour takes for my head."""
    last = [frame, *rest][-1]
    return envelope.read(last.first, limit=engine.limits.envelope).hash


def _signed_by_me(
    engine: Engine, tx: LedgerTx, keys: list[StreamKey], sealed: envelope.Sealed, header: entries.Header
) -> bool:
    allowed = [key.public for key in keys if key.from_seq <= header.seq][-1:]
    if header.kind == "key":
        allowed.append(peer_of(tx, engine.node).recovery)
    return bool(sealed.signed_by(allowed))


def _said(engine: Engine, head: Head, header: entries.Header, sealed: envelope.Sealed, frame: Frame, now: int) -> Said:
    body = frame.second
    if not body:
        return Said(header, sealed.hash, {}, (), head.peer, now, sealed, b"", returned=True)
    if entries.sha256(body) != header.body_hash:
        raise Broken("body-tampered", f"{header.seq}")
    content = read_body(engine, body)
    return Said(header, sealed.hash, content.data, content.blobs, head.peer, now, sealed, body, returned=True)


def _leave_branch(engine: Engine, tx: LedgerTx, head: Head, begin: int, now: int) -> list[Said]:
    """Take what I wrote since out of its places; the entries themselves stay kept."""
    lost = []
    for place in tx.find(Place, stream=head.stream, after=(head.stream, begin - 1)):
        row = tx.get(Entry, head.stream, place.hash)
        if row is not None:
            lost.append(reopen(engine, tx, row, head.peer, now))
        tx.drop(Place, head.stream, place.seq)
    for key in tx.find(StreamKey, stream=head.stream):
        if key.said_at >= begin:
            tx.drop(StreamKey, *key.key)
    unwind(engine, tx, lost)
    last = tx.get(Place, head.stream, begin - 1)
    tx.put(replace(head, epoch=last.epoch if last else 0, seq=begin - 1, hash=last.hash if last else NOTHING, at=now))
    return lost


def _open_epoch(engine: Engine, tx: LedgerTx, head: Head, cause: str, came: int, lost: int, now: int) -> Written:
    key = key_at(tx, head.stream, 2**53)
    if key is None or key.public not in engine.keys:
        raise Broken("own-key-missing", key.public[:16] if key else "")
    data: dict[str, Any] = {"cause": cause, "returned": came, "again": lost}
    return append(engine, tx, head.peer, "epoch", data, now, lane=head.lane, new_epoch=True)


def _append_again(
    engine: Engine, tx: LedgerTx, lost: list[Said], ids: set[str], subjects: set[str], now: int
) -> tuple[int, list[str]]:
    rebased, conflicts = 0, []
    for said in lost:
        header = said.header
        if header.id in ids or header.kind == "epoch":
            continue
        if header.subject and header.subject in subjects and header.kind != "receipt":
            conflicts.append(header.subject)
        done = AGAIN.get(header.kind, AGAIN["record"])(engine, tx, said)
        rebased += done
        if not done and header.kind not in {"receipt", "key"}:
            conflicts.append(header.subject or header.kind)
    return rebased, list(dict.fromkeys(conflicts))


def _tell(
    engine: Engine,
    tx: LedgerTx,
    head: Head,
    came: list[Said],
    rebased: int,
    conflicts: list[str],
    written: Written,
    now: int,
) -> None:
    mark = f"{head.stream} {written.epoch}"
    detail = f"{len(came)} entries came home, {rebased} written again, epoch {written.epoch}"
    alarm(engine, tx, head.peer, "rollback-healed", mark, now, detail)
    for subject in conflicts:
        alarm(engine, tx, head.peer, "conflict", f"{subject} {written.epoch}", now, subject)
    unknown = [said for said in came if said.header.kind == "epoch"]
    if unknown:
        alarm(
            engine, tx, head.peer, "twice-running", mark, now,
            "a new epoch came home that this node did not open: restored again, or two copies of it are running",
            unknown[0].sealed.raw,
        )  # fmt: skip


def declare_restore(engine: Engine, tx: LedgerTx, now: int) -> list[Written]:
    """Say at once that this node was restored: a new epoch in every stream, so that no number is signed twice."""
    return [
        _open_epoch(engine, tx, head, "restore", 0, 0, now)
        for head in tx.find(Head, direction="out")
        if peer_of(tx, head.peer).state == "active"
    ]


@own("epoch")
@theirs("epoch")
def opened(engine: Engine, tx: LedgerTx, said: Said) -> None:
    """Nothing but the fact: the head carries the epoch."""
    if said.header.source != engine.node:
        alarm(
            engine, tx, said.peer, "peer-restored", f"{said.header.stream} {said.header.epoch}", said.now,
            f"epoch {said.header.epoch} from {said.header.seq}: {said.data.get('cause', '')}"[:200],
        )  # fmt: skip


@again("epoch")
def never(engine: Engine, tx: LedgerTx, said: Said) -> bool:
    return False
