"""Before a lost branch is written again: take back what its entries had meant in my own tables."""

from __future__ import annotations

from dataclasses import replace

from giapranh.exchange.ledger import agreements, canonical, receipts
from giapranh.exchange.ledger.chain import CONTROL, Said, reopen
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.rows import Agreement, Entry, Notice, Place, Receipt, Record
from giapranh.exchange.ledger.store import LedgerTx


def unwind(engine: Engine, tx: LedgerTx, lost: list[Said]) -> None:
    """The places of the branch are gone already. Youngest first."""
    for said in reversed(lost):
        kind = said.header.kind
        if kind == "receipt":
            receipts.forget(tx, said)
        elif kind == "answer":
            _unanswer(tx, said)
        elif kind == "offer":
            _unoffer(tx, said)
        elif kind in {"proposal", "error-report"}:
            tx.drop(Notice, said.peer, said.header.id)
        elif kind == "agreement":
            _unpropose(tx, said)
        elif kind == "recall":
            _unrecall(engine, tx, said)
        elif kind not in CONTROL:
            _restate(engine, tx, said.peer, said.header.subject)


def _unanswer(tx: LedgerTx, said: Said) -> None:
    notice = tx.lock(Notice, said.peer, str(said.data.get("event", "")))
    if notice is None or notice.direction != "in":
        return
    tx.put(replace(notice, state="open", answer=""))
    record = tx.lock(Record, said.peer, notice.subject)
    if notice.kind == "offer" and said.data.get("accepted") and record is not None:
        tx.put(replace(record, owner=said.peer))


def _unoffer(tx: LedgerTx, said: Said) -> None:
    tx.drop(Notice, said.peer, said.header.id)
    record = tx.lock(Record, said.peer, said.header.subject)
    if record is not None and record.state == "offered":
        tx.put(replace(record, state="live"))


def _unrecall(engine: Engine, tx: LedgerTx, said: Said) -> None:
    """A recall that never left; the contents are still here, they go when the peer has signed."""
    record = tx.lock(Record, said.peer, said.header.subject)
    if record is not None and record.state == "recalled" and record.owner == engine.node:
        tx.put(replace(record, state="live"))
        _restate(engine, tx, said.peer, said.header.subject)


def _unpropose(tx: LedgerTx, said: Said) -> None:
    row = tx.lock(Agreement, said.peer, int(said.data.get("version", 0)))
    if said.data.get("action") == "propose" and row is not None and row.state == "proposed":
        tx.drop(Agreement, said.peer, row.version)


def _restate(engine: Engine, tx: LedgerTx, peer: str, subject: str) -> None:
    """The record as the entries that stay tell it: mine to the peer, or the peer's before it became mine."""
    record = tx.lock(Record, peer, subject)
    if record is None or record.state == "recalled":
        return
    last: Entry | None = None
    for giver, taker, state in ((engine.node, peer, "written"), (peer, engine.node, "applied")):
        for lane in LANES:
            places = tx.find(Place, stream=stream_name(giver, taker, lane), subject=subject, state=state, reverse=True)
            place = next((p for p in places if p.kind not in CONTROL), None)
            row = tx.get(Entry, place.stream, place.hash) if place else None
            if row is not None and (last is None or row.version > last.version):
                last = row
    if last is None:
        tx.drop(Record, peer, subject)
        return
    said = reopen(engine, tx, last, peer, record.at)
    tx.put(
        replace(
            record, blocked_by=_refused(engine, tx, peer, subject) if record.owner == engine.node else record.blocked_by,
            version=last.version, stream=last.stream, hash=last.hash, clause=last.clause,
            data=canonical.dump(said.data) if said.body else None, sent_at=last.sent_at,
        )
    )  # fmt: skip


def _refused(engine: Engine, tx: LedgerTx, peer: str, subject: str) -> str:
    """What the peer refused of the entries that stay and has not got past since."""
    refused = ""
    for lane in LANES:
        for place in tx.find(Place, stream=stream_name(engine.node, peer, lane), subject=subject, state="written"):
            if tx.get(Receipt, place.stream, place.hash, "applied", "") is not None:
                refused = ""
            elif _not_there(tx, peer, place):
                refused = place.event_id
    return refused


def _not_there(tx: LedgerTx, peer: str, place: Place) -> bool:
    """Refused, come without its content, or told under an agreement that nobody knows."""
    if any(tx.get(Receipt, place.stream, place.hash, status, "") for status in ("quarantined", "withheld")):
        return True
    kept, row = tx.get(Receipt, place.stream, place.hash, "received", ""), tx.get(Entry, place.stream, place.hash)
    if kept is None or row is None or kept.reason != "agreement-unknown":
        return False
    return agreements.beyond(tx, peer, row.clause)
