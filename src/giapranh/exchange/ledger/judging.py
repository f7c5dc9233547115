"""What becomes of an entry whose place in the chain is certain: applied, parked, quarantined, or without effect."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from giapranh.exchange.ledger import canonical
from giapranh.exchange.ledger.chain import CONTROL, RESERVED, THEIRS, Said, alarm, reopen
from giapranh.exchange.ledger.engine import Engine, Kind
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.outbox import change_of, why_not
from giapranh.exchange.ledger.reasons import Broken, Waits
from giapranh.exchange.ledger.rows import BlobNeed, Effect, Entry, Place, Receipt, Record
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.kernel.errors import Refused, Unavailable

OVER_SHARED = frozenset(
    ("no-clause", "clause-withdrawn", "clause-ended", "clause-not-begun", "over-fields", "over-area", "over-period",
     "over-precision", "too-early")
)  # fmt: skip
_WAIT_BEHIND = frozenset(("offer",))  # control entries about the content of a record


class Verdict(NamedTuple):
    state: str
    reason: str = ""
    detail: str = ""


def judge(engine: Engine, tx: LedgerTx, said: Said, verdict: Verdict | None = None) -> Verdict:
    """The effect of an entry, all of it or none. What the content does wrong is the sender's: quarantine. What the
    machine does wrong (database, disk) goes up, and the whole transaction with it. ``verdict``: it is known already."""
    if verdict is not None:
        _block(engine, tx, said, verdict)
        return verdict
    try:
        with tx.savepoint():
            verdict = _control(engine, tx, said) if said.header.kind in CONTROL else _record(engine, tx, said)
    except Broken as error:
        verdict = Verdict("quarantined", error.reason, error.detail)
    except Waits:
        verdict = Verdict("parked", "record-waits")
    except Unavailable:
        raise
    except (Refused, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        verdict = Verdict("quarantined", "rule", str(error) or type(error).__name__)
    _block(engine, tx, said, verdict)
    return verdict


def _control(engine: Engine, tx: LedgerTx, said: Said) -> Verdict:
    header = said.header
    if header.major != 1:
        return Verdict("parked", "unknown-major")
    if tx.get(Effect, said.peer, header.id) is not None:
        return Verdict("repeated", "repeated")
    if header.kind in _WAIT_BEHIND:
        record = tx.get(Record, said.peer, header.subject)
        if record is not None and record.blocked_by not in {"", header.id}:
            return Verdict("parked", "record-waits")
    THEIRS[header.kind](engine, tx, said)
    tx.insert(Effect(said.peer, header.id, header.stream, said.hash, said.now))
    return Verdict("applied")


def _record(engine: Engine, tx: LedgerTx, said: Said) -> Verdict:
    header = said.header
    if not header.subject or not header.version or not header.clause or header.base >= header.version:
        raise Broken("bad-header", "a record needs subject, clause, version and base")
    record = tx.lock(Record, said.peer, header.subject)
    if record is not None and record.owner == engine.node:
        late = record.version >= header.version  # written before the record became mine
        return Verdict("superseded", "stale") if late else Verdict("quarantined", "not-owner")
    signed = _signed_for(tx, said)
    if signed is not None and signed.reason == "stale":
        return Verdict("superseded", "stale")  # a newer version had overtaken it, and comes again behind it
    if record is not None and not _opens(tx, said, record):
        return Verdict("parked", "record-waits")
    kind = None if header.kind in RESERVED else engine.kind(header.kind, header.major)
    if kind is None:
        return Verdict("parked", "unknown-major" if engine.kind(header.kind) else "unknown-kind")
    reason = why_not(engine, tx, said.peer, kind, header.clause, said.data, header.sent_at, said.now, giver=said.peer)
    if reason == "agreement-unknown" and record is not None and record.version >= header.version:
        return Verdict("superseded", "stale")
    if reason and signed is None:
        return Verdict("parked" if reason == "agreement-unknown" else "quarantined", reason)
    if record is not None and record.state == "recalled":
        return Verdict("superseded", "recalled")
    if tx.get(Effect, said.peer, header.id) is not None:
        return Verdict("repeated", "repeated")
    if record is not None and record.version >= header.version:
        return Verdict("superseded", "stale")
    if not _blobs_here(tx, said):
        return Verdict("parked", "blobs-missing")
    if record is not None and record.blocked_by:
        _overtake(engine, tx, said)
    _apply(engine, tx, said, kind)
    return Verdict("applied")


def _signed_for(tx: LedgerTx, said: Said) -> Receipt | None:
    """I took it once and was restored since, or begin anew: it was within the agreement of that day, and what I signed
    comes home before what I signed for, so the agreement of today would judge it wrongly."""
    signed = {row.status: row for row in tx.find(Receipt, stream=said.header.stream, hash=said.hash)}
    received = signed.get("received")
    return signed.get("applied") or (received if received and received.reason == "blobs-missing" else None)


def _opens(tx: LedgerTx, said: Said, record: Record) -> bool:
    """Whether nothing stands in the way: no refusal, or this entry replaces what was refused, or something later."""
    header = said.header
    if record.blocked_by in {"", header.id, header.corrects}:
        return True
    if _waits_for_files(tx, header.stream, record.blocked_by):
        return True  # this entry brings the whole record anew
    if not header.corrects:
        return False
    refused, replaced = (
        tx.find(Entry, stream=header.stream, event_id=event, limit=1) for event in (record.blocked_by, header.corrects)
    )
    return bool(refused and replaced) and refused[0].seq <= replaced[0].seq


def _waits_for_files(tx: LedgerTx, stream: str, event: str) -> bool:
    row = next(iter(tx.find(Entry, stream=stream, event_id=event, limit=1)), None)
    place = tx.get(Place, stream, row.seq) if row is not None else None
    return place is not None and (place.state, place.reason) == ("parked", "blobs-missing")


def _overtake(engine: Engine, tx: LedgerTx, said: Said) -> None:
    """Older entries of the record that still wait for their files need them no more: the owner may not have them now."""
    dropped: set[str] = set()
    for place in _waiting_for_files(tx, said.header.stream, subject=said.header.subject):
        if place.seq < said.header.seq:
            tx.put(replace(place, state="superseded", reason="stale", detail=""))
            dropped |= _files_of(engine, tx, place, said)
    if not dropped:
        return
    for lane in LANES:
        for place in _waiting_for_files(tx, stream_name(said.peer, engine.node, lane)):
            dropped -= _files_of(engine, tx, place, said)
    for sha256 in dropped - {blob.sha256 for blob in said.blobs}:
        need = tx.get(BlobNeed, said.peer, sha256)
        if need is None or need.here or need.direction != "in":
            continue
        record = tx.get(Record, said.peer, need.subject)
        if record is not None and record.owner == engine.node:  # a record of mine names it, too
            tx.put(replace(need, direction="out", here=True))
        else:
            tx.drop(BlobNeed, said.peer, sha256)


def _waiting_for_files(tx: LedgerTx, stream: str, **more: Any) -> list[Place]:
    return [p for p in tx.find(Place, stream=stream, state="parked", **more) if p.reason == "blobs-missing"]


def _files_of(engine: Engine, tx: LedgerTx, place: Place, said: Said) -> set[str]:
    row = tx.get(Entry, place.stream, place.hash)
    return {blob.sha256 for blob in reopen(engine, tx, row, said.peer, said.now).blobs} if row else set()


def _apply(engine: Engine, tx: LedgerTx, said: Said, kind: Kind) -> None:
    header = said.header
    kind.check(said.data)
    tx.insert(Effect(said.peer, header.id, header.stream, said.hash, said.now))
    tx.put(
        Record(
            said.peer, header.subject, header.kind, said.peer, header.version, header.stream, said.hash, header.clause,
            "live", "", canonical.dump(said.data), header.sent_at, said.now,
        )
    )  # fmt: skip
    kind.apply(tx, change_of(said, said.peer, said.data))


def _blobs_here(tx: LedgerTx, said: Said) -> bool:
    here = True
    for blob in said.blobs:
        need = tx.get(BlobNeed, said.peer, blob.sha256)
        if need is None:
            need = BlobNeed(said.peer, blob.sha256, blob.size, "in", False, said.header.subject, said.now)
            tx.put(need)
        here = here and need.here and need.size == blob.size
    return here


def _block(engine: Engine, tx: LedgerTx, said: Said, verdict: Verdict) -> None:
    """Later entries on a record wait behind one that could not be applied; an entry that corrects it opens the way."""
    header = said.header
    if verdict.reason in OVER_SHARED:
        alarm(
            engine,
            tx,
            said.peer,
            "over-share",
            said.hash,
            said.now,
            f"{header.subject}: {verdict.reason}",
            said.sealed.raw,
        )
    elif verdict.state == "quarantined":
        alarm(
            engine, tx, said.peer, "quarantined", said.hash, said.now,
            f"{header.subject}: {verdict.reason} {verdict.detail}", said.sealed.raw,
        )  # fmt: skip
    if not header.subject or (header.kind in CONTROL and header.kind not in _WAIT_BEHIND):
        return
    record = tx.lock(Record, said.peer, header.subject)
    if verdict.state in {"quarantined", "parked"} and verdict.reason not in {"record-waits", "not-owner"}:
        if header.kind in CONTROL and verdict.state == "quarantined":
            return
        if record is None:
            record = Record(
                said.peer, header.subject, header.kind, said.peer, 0, header.stream, "", "", "waiting", "", None,
                header.sent_at, said.now,
            )  # fmt: skip
        tx.put(replace(record, blocked_by=header.id))
        return
    through = verdict.state in {"superseded", "repeated", "applied"}
    if through and record is not None and record.blocked_by and _opens(tx, said, record):
        tx.put(replace(record, blocked_by=""))
