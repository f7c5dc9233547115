"""The neighbour's side: what comes in is checked, put in its place in the chain, judged, and receipted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger import envelope, receipts, rewind, rotation
from giapranh.exchange.ledger.chain import AFTER, Said, alarm, keep, key_at, peer_of, read_body, reopen
from giapranh.exchange.ledger.engine import Engine, Outcome
from giapranh.exchange.ledger.entry import Header
from giapranh.exchange.ledger.envelope import Sealed
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.judging import Verdict, judge
from giapranh.exchange.ledger.names import LANES, NOTHING, stream_name
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.receipts import Item
from giapranh.exchange.ledger.rows import Alarm, Entry, Head, Held, Place, Receipt, StreamKey
from giapranh.exchange.ledger.store import LedgerStore, LedgerTx

_SILENT = frozenset(("key-not-known-yet", "body-missing", "too-far-ahead"))  # not the sender's doing


@dataclass(frozen=True, slots=True)
class _Arrival:
    """An entry whose signature holds and whose turn it is."""

    sealed: Sealed
    header: Header
    head: Head
    body: bytes | None
    withheld: bytes | None


def stand(tx: LedgerTx, stream: str) -> Stand:
    """The last entry of the neighbour's stream that I hold: what I say when I ask for more."""
    head = tx.get(Head, stream)
    return Stand(head.epoch, head.seq, head.hash) if head else Stand(0, 0, NOTHING)


def stream_names(engine: Engine, peer: str) -> list[str]:
    """The neighbour's streams to me, in the order they are asked for."""
    return [stream_name(peer, engine.node, lane) for lane in LANES]


def receive(
    engine: Engine, store: LedgerStore, frames: Iterable[Frame], now: int, *, per_transaction: int = 50
) -> list[Outcome]:
    """Take entries in transactions of a few, with their receipts, and then what had waited for them."""
    outcomes: list[Outcome] = []
    source = iter(frames)
    while group := list(islice(source, per_transaction)):
        with store.transaction() as tx:
            outcomes += take_all(engine, tx, group, now)
    return outcomes


def take_all(engine: Engine, tx: LedgerTx, frames: Iterable[Frame], now: int) -> list[Outcome]:
    """The same inside a transaction that is open already."""
    outcomes: list[Outcome] = []
    items: list[Item] = []
    streams: dict[str, None] = {}
    for frame in frames:
        if frame.letter in "EWN":
            outcome = take(engine, tx, frame, now, items)
            outcomes.append(outcome)
            if outcome.settled and outcome.stream:
                streams[outcome.stream] = None
    for stream in streams:
        outcomes += drain(engine, tx, stream, now, items)
    receipts.give(engine, tx, items, now)
    return outcomes


def take(engine: Engine, tx: LedgerTx, frame: Frame, now: int, items: list[Item] | None = None) -> Outcome:
    """One entry. With ``items`` the receipts are only collected there; without, they are signed at once."""
    try:
        found = _admit(engine, tx, frame, now)
    except Broken as error:
        return _refused(engine, tx, frame, error, now)
    if isinstance(found, Outcome):
        return found
    outcome = _place(engine, tx, found, now)
    _receipt(engine, tx, outcome, items, now)
    if outcome.state == "applied" and outcome.kind in AFTER:
        AFTER[outcome.kind](engine, tx, found.head.peer, now)
    if outcome.state == "applied" and found.header.corrects:
        release(engine, tx, found.head.peer, now, outcome.subject)
    return outcome


def _receipt(engine: Engine, tx: LedgerTx, outcome: Outcome, items: list[Item] | None, now: int) -> None:
    item = receipts.item_for(outcome)
    if item is None:
        return
    if items is None:
        receipts.give(engine, tx, [item], now)
    else:
        items.append(item)


def _admit(engine: Engine, tx: LedgerTx, frame: Frame, now: int) -> Outcome | _Arrival:
    sealed = envelope.read(frame.first, limit=engine.limits.envelope)
    header = entries.read_header(sealed)
    route = header.route
    if route.taker != engine.node:
        raise Broken("another-peer", header.stream)
    head = tx.lock(Head, header.stream)
    if head is None or head.direction != "in":
        raise Broken("unknown-peer", route.giver)
    if known := _seen(tx, head, header, sealed):
        return known
    peer = peer_of(tx, head.peer)
    if peer.state != "active" and header.seq > head.seq:
        raise Broken("succeeded", peer.successor)
    signed = _check_signature(tx, head, header, sealed, peer.recovery)
    if header.seq <= head.seq:
        if header.kind == "key" and peer.recovery == signed and _follows(tx, header):
            head = rewind.wind_back(engine, tx, head, header.seq, now)
        else:
            place = tx.get(Place, head.stream, header.seq)
            return _fork(engine, tx, head, header, sealed, place.hash if place else "", now)
    body, withheld = _content(frame, header, engine)
    if header.seq > head.seq + 1:
        return _hold(engine, tx, head, header, sealed, body, withheld, now)
    if header.prev != head.hash or header.epoch < head.epoch:
        return _fork(engine, tx, head, header, sealed, head.hash, now)
    if header.epoch > head.epoch and header.kind not in {"epoch", "key"}:
        raise Broken("epoch-not-opened", f"{header.epoch}")
    if withheld is not None:
        _check_notice(tx, engine, header, sealed, withheld)
    return _Arrival(sealed, header, head, body, withheld)


def _seen(tx: LedgerTx, head: Head, header: Header, sealed: Sealed) -> Outcome | None:
    """An entry I have: no effect, and the receipt it got then."""
    if header.seq <= head.seq:
        place = tx.get(Place, head.stream, header.seq)
        if place is not None and place.hash == sealed.hash:
            return _outcome(header, sealed.hash, "duplicate", "duplicate")
    if tx.get(Entry, head.stream, sealed.hash) is not None:
        return _outcome(header, sealed.hash, "duplicate", "old-branch")
    return None


def _check_signature(tx: LedgerTx, head: Head, header: Header, sealed: Sealed, recovery: str) -> str:
    """The key that signed and may sign here; the recovery key only announces a new key."""
    key = key_at(tx, head.stream, header.seq)
    allowed = [key.public] if key else []
    if header.kind == "key":
        allowed.insert(0, recovery)
    if header.kind == "key" and not _all_hold(sealed):
        raise Broken("forged", f"{header.epoch}.{header.seq} second signature")
    if found := sealed.signed_by(allowed):
        return found[0]
    others = [row.public for row in tx.find(StreamKey, stream=head.stream) if row.public not in allowed]
    if sealed.signed_by(others):
        raise Broken("key-out-of-range", f"{header.epoch}.{header.seq}")
    if header.seq > head.seq + 1:
        raise Broken("key-not-known-yet", f"{header.epoch}.{header.seq}")
    raise Broken("forged", f"{header.epoch}.{header.seq}")


def _all_hold(sealed: Sealed) -> bool:
    """A new key signs beside the old one. The hash of an entry does not cover signatures: one that was damaged on the
    way must not use up the number of a key change."""
    keys = [public for public, _ in sealed.signatures]
    return len(keys) == 2 and len(sealed.signed_by(keys)) == 2


def _follows(tx: LedgerTx, header: Header) -> bool:
    before = tx.get(Place, header.stream, header.seq - 1)
    return header.prev == (before.hash if before else NOTHING) and header.epoch > (before.epoch if before else 0)


def _content(frame: Frame, header: Header, engine: Engine) -> tuple[bytes | None, bytes | None]:
    """The content if it is the one that was signed; nothing when it is too long to read, or withheld."""
    if header.problem or header.body_size > engine.limits.body:
        return None, None
    if frame.letter == "W":
        return None, frame.second
    if frame.letter == "N" or (frame.skipped == 0 and not frame.second and header.body_size):
        raise Broken("body-missing", f"{header.epoch}.{header.seq}")
    if len(frame.second) != header.body_size or entries.sha256(frame.second) != header.body_hash:
        raise Broken("body-tampered", f"{header.epoch}.{header.seq}")
    return frame.second, None


def _check_notice(tx: LedgerTx, engine: Engine, header: Header, sealed: Sealed, notice: bytes) -> None:
    about, value = entries.read_withheld(notice, limit=engine.limits.envelope)
    said = (header.stream, header.epoch, header.seq, sealed.hash)
    keys = [row.public for row in tx.find(StreamKey, stream=header.stream)]
    if tuple(value[name] for name in ("stream", "epoch", "seq", "hash")) != said or not about.signed_by(keys):
        raise Broken("bad-withholding", f"{header.epoch}.{header.seq}")


def _hold(
    engine: Engine,
    tx: LedgerTx,
    head: Head,
    header: Header,
    sealed: Sealed,
    body: bytes | None,
    withheld: bytes | None,
    now: int,
) -> Outcome:
    limits = engine.limits
    key = (head.stream, header.seq, sealed.hash)
    if tx.get(Held, *key) is None:
        if header.seq > head.seq + limits.held_ahead or tx.count(Held, stream=head.stream) >= limits.held:
            raise Broken("too-far-ahead", f"{header.epoch}.{header.seq}")
        tx.insert(Held(*key, header.epoch, sealed.raw, body, withheld, now))
    return _outcome(header, sealed.hash, "held", "gap")


def _fork(engine: Engine, tx: LedgerTx, head: Head, header: Header, sealed: Sealed, mine: str, now: int) -> Outcome:
    """Two signed entries that cannot stand in one chain: keep both as evidence, apply neither again."""
    row = tx.get(Entry, head.stream, mine)
    alarm(
        engine, tx, head.peer, "fork", f"{head.stream} {sealed.hash}", now,
        f"{header.epoch}.{header.seq} {header.kind} {header.subject}", sealed.raw, row.envelope if row else b"",
    )  # fmt: skip
    return _outcome(header, sealed.hash, "refused", "fork")


def _refused(engine: Engine, tx: LedgerTx, frame: Frame, error: Broken, now: int) -> Outcome:
    """Counted and shown, with the first bytes as evidence; nothing is used up."""
    try:
        header = entries.read_header(envelope.read(frame.first, limit=engine.limits.envelope))
        peer, stream, seq, epoch = header.route.giver, header.stream, header.seq, header.epoch
    except Broken:
        peer, stream, seq, epoch = "", "", 0, 0
    if error.reason not in _SILENT:
        known = tx.get(Head, stream) if stream else None
        alarm(
            engine, tx, known.peer if known else "", error.reason, stream if known else peer[:40], now, error.detail,
            frame.first, frame.second,
        )  # fmt: skip
    return Outcome("refused", error.reason, error.detail, stream, epoch, seq)


def _outcome(header: Header, hash: str, state: str, reason: str, detail: str = "") -> Outcome:
    return Outcome(
        state, reason, detail, header.stream, header.epoch, header.seq, hash, header.id, header.subject, header.kind
    )


def _place(engine: Engine, tx: LedgerTx, found: _Arrival, now: int) -> Outcome:
    header, sealed = found.header, found.sealed
    said = Said(header, sealed.hash, {}, (), found.head.peer, now, sealed, found.body or b"")
    verdict = None
    if header.problem:
        verdict = Verdict("quarantined", header.problem, header.where)
    elif found.withheld is not None or _signed_as_withheld(tx, header.stream, sealed.hash):
        found = replace(found, body=None)
        verdict = Verdict("withheld", "withheld")
    elif found.body is None:
        verdict = Verdict("quarantined", "too-large", f"{header.body_size} bytes")
    else:
        try:
            content = read_body(engine, found.body)
            said = replace(said, data=content.data, blobs=content.blobs)
        except Broken as error:
            verdict = Verdict("quarantined", error.reason, error.detail)
    verdict = judge(engine, tx, said, verdict)
    offset = now - header.sent_at if header.sent_at else 0
    keep(tx, said, found.body, found.head, *verdict, offset=offset)
    if header.sent_at and abs(offset) > engine.limits.skew and header.kind == "receipt":
        _notice_skew(engine, tx, found.head.peer, offset, now)
    return _outcome(header, sealed.hash, *verdict)


def _signed_as_withheld(tx: LedgerTx, stream: str, hash: str) -> bool:
    """I was restored or begin anew, and signed once that the content was kept from me: it stays so, also when the
    sender would let it go by now, or a node that replays its ledger would come to another state than I did."""
    if tx.get(Receipt, stream, hash, "withheld", "") is None:
        return False
    return not any(tx.get(Receipt, stream, hash, status, "") for status in ("applied", "quarantined"))


def _notice_skew(engine: Engine, tx: LedgerTx, peer: str, offset: int, now: int) -> None:
    """Clocks only warn; one warning per neighbour, the last offset in it."""
    row = tx.get(Alarm, peer, "clock", "")
    if row is None or row.detail != f"{offset // 60_000}":
        alarm(engine, tx, peer, "clock", "", now, f"{offset // 60_000}")


def drain(engine: Engine, tx: LedgerTx, stream: str, now: int, items: list[Item] | None = None) -> list[Outcome]:
    """Take what was held, as long as the next number is there; drop what came too late."""
    outcomes: list[Outcome] = []
    while (head := tx.get(Head, stream)) is not None:
        first = tx.find(Held, stream=stream, limit=1)
        if not first or first[0].seq > head.seq + 1:
            break
        held = first[0]
        tx.drop(Held, *held.key)
        if held.seq <= head.seq:
            place = tx.get(Place, stream, held.seq)
            if place is not None and place.hash == held.hash:
                continue
        frame = (
            Frame("W", held.envelope, held.withheld) if held.withheld else Frame("E", held.envelope, held.body or b"")
        )
        outcomes.append(take(engine, tx, frame, now, items))
    return outcomes


def release(engine: Engine, tx: LedgerTx, peer: str, now: int, subject: str = "") -> list[Outcome]:
    """Try again what is parked, in the order it came; what was overtaken by a correction is only marked."""
    outcomes: list[Outcome] = []
    wanted: dict[str, Any] = {"subject": subject} if subject else {}
    for stream in stream_names(engine, peer):
        for place in tx.find(Place, stream=stream, state="parked", **wanted):
            if outcome := _retry(engine, tx, place, peer, now):
                outcomes.append(outcome)
    receipts.give(engine, tx, [item for item in map(receipts.item_for, outcomes) if item], now)
    return outcomes


def retry(engine: Engine, tx: LedgerTx, stream: str, seq: int, now: int) -> Outcome | None:
    """Judge a quarantined record again, after the software that refused it was mended."""
    head, place = tx.lock(Head, stream), tx.get(Place, stream, seq)
    if head is None or place is None or place.state != "quarantined" or not place.subject:
        return None
    outcome = _retry(engine, tx, place, head.peer, now)
    if outcome is not None:
        receipts.give(engine, tx, [item for item in [receipts.item_for(outcome)] if item], now)
        release(engine, tx, head.peer, now, place.subject)
    return outcome


def _retry(engine: Engine, tx: LedgerTx, place: Place, peer: str, now: int) -> Outcome | None:
    row = tx.get(Entry, place.stream, place.hash)
    if row is None:
        return None
    said = reopen(engine, tx, row, peer, now)
    if not said.body:
        return None
    verdict = judge(engine, tx, said, None)
    if (verdict.state, verdict.reason) == (place.state, place.reason):
        return None
    tx.put(replace(place, state=verdict.state, reason=verdict.reason, detail=verdict.detail[:500]))
    return _outcome(said.header, place.hash, *verdict)


def _agreement_changed(engine: Engine, tx: LedgerTx, peer: str, now: int) -> None:
    release(engine, tx, peer, now)


AFTER["agreement"] = _agreement_changed
_ = rotation  # its meanings register on import
