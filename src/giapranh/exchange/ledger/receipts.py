"""Receipts: what the receiver signed about entries. They are entries of the way back, in the same lane.

received    kept, not applied yet (parked)
withheld    kept without its content, which the sender did not let go
applied     its effect is committed (or it needed none: older than what is known)
quarantined set aside with a reason the author can read
read        a person has seen it; perhaps with an answer

Each carries the heads of both ledgers in all lanes, so neither side can rewrite its history alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from giapranh.exchange.ledger import agreements
from giapranh.exchange.ledger.chain import Said, again, alarm, append, own, theirs
from giapranh.exchange.ledger.chain import forget as drop_contents
from giapranh.exchange.ledger.engine import Engine, Outcome, Read, Written
from giapranh.exchange.ledger.names import EVENT, HEX64, LANES, read_stream, stream_name
from giapranh.exchange.ledger.reasons import TEXT, Broken
from giapranh.exchange.ledger.rows import Entry, Head, Place, Receipt, Record
from giapranh.exchange.ledger.store import LedgerTx

STATUSES = ("received", "withheld", "applied", "quarantined", "read")
_STATUS_OF = {
    "applied": "applied", "superseded": "applied", "repeated": "applied",
    "parked": "received", "withheld": "withheld", "quarantined": "quarantined",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a receipt, not yet signed."""

    stream: str
    epoch: int
    seq: int
    hash: str
    event_id: str
    status: str
    reason: str = ""
    reader: str = ""
    answer: str = ""


def of(tx: LedgerTx, stream: str, hash: str) -> list[Receipt]:
    """All receipts of one entry."""
    return tx.find(Receipt, stream=stream, hash=hash)


def item_for(outcome: Outcome) -> Item | None:
    """What is to be receipted after an entry came in; receipts themselves get none."""
    if outcome.kind == "receipt" and outcome.state in {"applied", "repeated", "superseded"}:
        return None
    status = _STATUS_OF.get(outcome.state)
    if status is None:
        return None
    return Item(
        outcome.stream, outcome.epoch, outcome.seq, outcome.hash, outcome.event_id, status, outcome.reason
    )  # fmt: skip


def give(engine: Engine, tx: LedgerTx, items: Iterable[Item], now: int) -> list[Written]:
    """Sign what has not been signed yet; an entry that comes again keeps the receipt it has."""
    by_stream: dict[str, dict[tuple[str, str, str], Item]] = {}
    for item in items:
        if tx.get(Receipt, item.stream, item.hash, item.status, item.reader) is None:
            by_stream.setdefault(item.stream, {})[(item.hash, item.status, item.reader)] = item
    written = []
    for stream, fresh in by_stream.items():
        listed = list(fresh.values())
        for start in range(0, len(listed), engine.limits.receipt_items):
            written.append(_write(engine, tx, stream, listed[start : start + engine.limits.receipt_items], now))
    return written


def _write(engine: Engine, tx: LedgerTx, stream: str, items: list[Item], now: int) -> Written:
    route = read_stream(stream)
    data = {"stream": stream, "items": [_line(item) for item in items], "heads": heads(engine, tx, route.giver)}
    return append(engine, tx, route.giver, "receipt", data, now, lane=route.lane)


def _line(item: Item) -> dict[str, Any]:
    line: dict[str, Any] = {
        "epoch": item.epoch, "seq": item.seq, "hash": item.hash, "id": item.event_id, "status": item.status,
    }  # fmt: skip
    for name in ("reason", "reader", "answer"):
        if getattr(item, name):
            line[name] = getattr(item, name)
    return line


def heads(engine: Engine, tx: LedgerTx, peer: str) -> dict[str, str]:
    """Where the six streams between this node and the peer end, as this node sees it."""
    found = {}
    for lane in LANES:
        for giver, taker in ((engine.node, peer), (peer, engine.node)):
            head = tx.get(Head, stream_name(giver, taker, lane))
            if head is not None:
                found[head.stream] = f"{head.epoch}.{head.seq}.{head.hash}"
    return found


def read_items(data: dict[str, Any]) -> list[Item]:
    """The lines of a receipt's content; ``Broken`` when it is none."""
    if not {"stream", "items", "heads"} <= set(data) or type(data["items"]) is not list or not data["items"]:
        raise Broken("bad-control", "receipt")
    stream = data["stream"]
    if type(stream) is not str or type(data["heads"]) is not dict:
        raise Broken("bad-control", "receipt")
    read_stream(stream)
    return [_read_line(stream, line) for line in data["items"]]


def _read_line(stream: str, line: Any) -> Item:
    if type(line) is not dict:
        raise Broken("bad-control", "receipt line")
    texts = [line.get(name, "") for name in ("hash", "id", "status", "reason", "reader", "answer")]
    numbers = [line.get(name) for name in ("epoch", "seq")]
    if any(type(text) is not str or len(text) > 2000 for text in texts) or any(type(n) is not int for n in numbers):
        raise Broken("bad-control", "receipt line")
    hash_, event, status, reason, reader, answer = texts
    if not HEX64.fullmatch(hash_) or not EVENT.fullmatch(event) or status not in STATUSES or len(reader) > 200:
        raise Broken("bad-control", "receipt line")
    return Item(stream, line["epoch"], line["seq"], hash_, event, status, reason[:60], reader, answer)


@own("receipt")
def given(engine: Engine, tx: LedgerTx, said: Said) -> None:
    for item in read_items(said.data) if said.data else []:
        _remember(tx, item, said)


@theirs("receipt")
def taken(engine: Engine, tx: LedgerTx, said: Said) -> None:
    items = read_items(said.data)
    route, back = read_stream(items[0].stream), said.header.route
    if (route.giver, route.taker, route.lane) != (back.taker, back.giver, back.lane):
        raise Broken("bad-control", "receipt for another stream")
    for item in items:
        _remember(tx, item, said)
        _tell_the_author(engine, tx, item, said)


def _remember(tx: LedgerTx, item: Item, said: Said) -> None:
    if tx.get(Receipt, item.stream, item.hash, item.status, item.reader) is None:
        tx.insert(
            Receipt(
                item.stream, item.hash, item.status, item.reader, item.epoch, item.seq, item.event_id,
                item.reason, item.answer,
                said.header.stream, said.hash, said.header.sent_at,
            )
        )  # fmt: skip


def _tell_the_author(engine: Engine, tx: LedgerTx, item: Item, said: Said) -> None:
    """A refused record is marked at its owner, so the next version says what it corrects."""
    place = tx.get(Place, item.stream, item.seq)
    if place is None or place.hash != item.hash:
        alarm(engine, tx, said.peer, "receipt-unknown", item.stream, said.now, f"{item.epoch}.{item.seq} {item.hash}")
        return
    if place.kind == "recall" and item.status == "applied":
        drop_contents(tx, engine.node, said.peer, place.subject, place.hash)
    record = tx.lock(Record, said.peer, place.subject) if place.subject else None
    if item.status == "quarantined":
        reason = item.reason if item.reason in TEXT else "rule"
        alarm(
            engine, tx, said.peer, "refused-by-peer", item.hash, said.now, f"{place.subject}: {reason}", said.sealed.raw
        )
        if record is not None and record.owner == engine.node:
            tx.put(replace(record, blocked_by=item.event_id))
    elif item.status == "withheld" and record is not None:
        if (record.owner, record.hash) == (engine.node, item.hash) and record.state in {"live", "offered"}:
            tx.put(replace(record, blocked_by=item.event_id))  # the peer has not got it: to be shared again
    elif item.reason == "agreement-unknown" and record is not None and record.owner == engine.node:
        row = tx.get(Entry, item.stream, item.hash)
        if row is not None and agreements.beyond(tx, said.peer, row.clause):
            tx.put(replace(record, blocked_by=item.event_id))  # nobody will ever know that version: share it again
    elif item.status == "applied" and record is not None and record.owner == engine.node:
        _open_the_way(tx, record, item)
    elif item.status == "read" and (kind := engine.kind(place.kind)) is not None:
        at = said.header.sent_at
        kind.read(tx, Read(said.peer, place.kind, place.subject, item.reader, item.answer, at, said.now))


def _open_the_way(tx: LedgerTx, record: Record, item: Item) -> None:
    if record.blocked_by and (record.blocked_by == item.event_id or record.hash == item.hash):
        tx.put(replace(record, blocked_by=""))


@again("receipt")
def given_again(engine: Engine, tx: LedgerTx, said: Said) -> bool:
    """After a rollback: sign again only what the entries that came back do not say already."""
    return bool(give(engine, tx, read_items(said.data) if said.data else [], said.now))


def forget(tx: LedgerTx, said: Said) -> None:
    """A receipt on a branch that lost never left: it is given anew."""
    for item in read_items(said.data) if said.data else []:
        row = tx.get(Receipt, item.stream, item.hash, item.status, item.reader)
        if row is not None and row.by_hash == said.hash:
            tx.drop(Receipt, item.stream, item.hash, item.status, item.reader)


def _fresh_reader(tx: LedgerTx, place: Place, reader: str, answer: str) -> str:
    """The name under which an answer still finds room; the same answer again gets no second receipt."""
    number, name = 1, reader[:200]
    while (row := tx.get(Receipt, place.stream, place.hash, "read", name)) is not None and row.answer != answer[:2000]:
        number += 1
        name = f"{reader[:190]} ({number})"
    return name


def mark_read(
    engine: Engine, tx: LedgerTx, peer: str, subject: str, reader: str, now: int, answer: str = ""
) -> Written | None:
    """A person has seen the neighbour's record as it stands now. Once for each reader and version.

    An answer is a word of its own: when its reader has read before, it goes as “reader (2)”.
    """
    record = tx.get(Record, peer, subject)
    if record is None or record.owner != peer or not record.hash:
        raise Broken("bad-control", "no such record of the peer")
    places = [p for p in tx.find(Place, stream=record.stream, subject=subject) if p.hash == record.hash]
    if not places:
        raise Broken("bad-control", "no entry of this record")
    place = places[-1]
    item = Item(
        place.stream,
        place.epoch,
        place.seq,
        place.hash,
        place.event_id,
        "read",
        reader=_fresh_reader(tx, place, reader, answer) if answer else reader[:200],
        answer=answer[:2000],
    )
    written = give(engine, tx, [item], now)
    return written[0] if written else None
