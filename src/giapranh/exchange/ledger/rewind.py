"""After a recovery: undo what a stolen key had signed into a neighbour's stream, from the number the owner named."""

from __future__ import annotations

from dataclasses import replace

from giapranh.exchange.ledger import canonical
from giapranh.exchange.ledger.chain import CONTROL, alarm, reopen
from giapranh.exchange.ledger.engine import Change, Engine
from giapranh.exchange.ledger.names import NOTHING
from giapranh.exchange.ledger.rows import Effect, Entry, Head, Held, Place, Record, StreamKey
from giapranh.exchange.ledger.store import LedgerTx


def wind_back(engine: Engine, tx: LedgerTx, head: Head, seq: int, now: int) -> Head:
    """Take the entries from ``seq`` on out of their places; they stay kept as evidence, their effects go."""
    undone = tx.find(Place, stream=head.stream, after=(head.stream, seq - 1))
    for place in undone:
        tx.drop(Place, head.stream, place.seq)
        effect = tx.get(Effect, head.peer, place.event_id)
        if effect is not None and effect.hash == place.hash:
            tx.drop(Effect, head.peer, place.event_id)
    for key in tx.find(StreamKey, stream=head.stream):
        if key.said_at >= seq:
            tx.drop(StreamKey, *key.key)
    for held in tx.find(Held, stream=head.stream):
        tx.drop(Held, *held.key)
    subjects = dict.fromkeys(p.subject for p in undone if p.subject and p.kind not in CONTROL)
    for subject in subjects:
        _revert(engine, tx, head, subject, now)
    last = tx.get(Place, head.stream, seq - 1)
    back = replace(head, epoch=last.epoch if last else 0, seq=seq - 1, hash=last.hash if last else NOTHING, at=now)
    tx.put(back)
    alarm(
        engine, tx, head.peer, "wound-back", f"{head.stream} {seq}", now,
        f"{len(undone)} entries from {seq} on: " + ", ".join(subjects),
    )  # fmt: skip
    return back


def _revert(engine: Engine, tx: LedgerTx, head: Head, subject: str, now: int) -> None:
    record = tx.lock(Record, head.peer, subject)
    if record is None or record.owner != head.peer:
        return
    kind = engine.kind(record.kind)
    before = tx.find(Place, stream=head.stream, subject=subject, state="applied", reverse=True)
    place = next((p for p in before if p.kind not in CONTROL), None)
    row = tx.get(Entry, head.stream, place.hash) if place else None
    if row is None:
        tx.drop(Record, head.peer, subject)
        change = Change(head.peer, record.kind, subject, head.peer, 0, None, "", "", record.sent_at, now, "reverted")
    else:
        said = reopen(engine, tx, row, head.peer, now)
        data = canonical.dump(said.data) if said.body else None
        tx.put(
            replace(
                record, version=row.version, hash=row.hash, clause=row.clause, blocked_by="", data=data, state="live",
                sent_at=row.sent_at, at=now,
            )
        )  # fmt: skip
        change = Change(
            head.peer, record.kind, subject, head.peer, row.version, said.data if said.body else None, row.clause,
            row.event_id, row.sent_at, now, "reverted",
        )  # fmt: skip
    if kind is not None:
        kind.apply(tx, change)
