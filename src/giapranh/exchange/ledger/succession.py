"""One node follows another (two provinces become one): a text both sign, told to every neighbour in the old streams.

At the neighbour the clauses and the records move to the successor; the old streams end, and stay as they were.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from giapranh.exchange.ledger import agreements, canonical, envelope
from giapranh.exchange.ledger.chain import Said, again, alarm, append, key_at, own, peer_of, theirs
from giapranh.exchange.ledger.engine import Change, Engine, Written
from giapranh.exchange.ledger.envelope import Sealed
from giapranh.exchange.ledger.meeting import Card, read_card, start_streams
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rotation import known_keys
from giapranh.exchange.ledger.rows import Agreement, Entry, Head, Notice, Peer, Receipt, Record, Row, Withdrawal
from giapranh.exchange.ledger.store import LedgerTx

PAYLOAD_TYPE = "application/vnd.giapranh.succession-text.v1+json"
FORMAT = "giapranh-succession/1"


def draft(engine: Engine, tx: LedgerTx, successor: bytes, since: str, why: str) -> bytes:
    """The text, signed by the node that ends. ``successor`` is the card of the node that follows."""
    card = read_card(successor)
    me = peer_of(tx, engine.node)
    text = {
        "format": FORMAT, "from": engine.node, "to": card.node, "since": since, "why": why,
        "card": canonical.parse(successor.strip(), limit=4096, depth=1),
    }  # fmt: skip
    heads = tx.find(Head, direction="out", limit=1)
    key = key_at(tx, heads[0].stream, 2**53) if heads else None
    return envelope.seal(canonical.dump(text), PAYLOAD_TYPE, engine.keys, key.public if key else me.root).raw


def accept(engine: Engine, tx: LedgerTx, text: bytes) -> bytes:
    """The successor puts the second signature, with the key of its card."""
    sealed, _, card = _read(text)
    me = peer_of(tx, engine.node)
    if (card.node, card.root) != (engine.node, me.root):
        raise Broken("another-peer", card.node)
    mine = envelope.seal(sealed.payload, PAYLOAD_TYPE, engine.keys, me.root)
    return envelope.assemble(sealed.payload, PAYLOAD_TYPE, [*sealed.signatures, *mine.signatures]).raw


def succeed(engine: Engine, tx: LedgerTx, text: bytes, now: int) -> list[Written]:
    """Tell every neighbour. After this nothing more is written in the old streams."""
    data = {"text": base64.b64encode(text).decode("ascii")}
    peers = [peer for peer in tx.find(Peer, state="active") if peer.node != engine.node]
    written = [append(engine, tx, peer.node, "succession", data, now) for peer in peers]
    _, _, card = _read(text)
    tx.put(replace(peer_of(tx, engine.node), state="succeeded", successor=card.node))
    return written


def _read(raw: bytes) -> tuple[Sealed, dict[str, Any], Card]:
    sealed = envelope.read(raw, limit=32_768)
    value = canonical.parse(sealed.payload, limit=32_768, depth=3)
    if sealed.payload_type != PAYLOAD_TYPE or type(value) is not dict or value.get("format") != FORMAT:
        raise Broken("bad-control", "succession")
    card = read_card(canonical.dump(value["card"]))
    if value.get("to") != card.node or value.get("from") == card.node:
        raise Broken("bad-control", "succession")
    return sealed, value, card


@own("succession")
def told(engine: Engine, tx: LedgerTx, said: Said) -> None:
    """The writer's own tables end with it."""


@again("succession")
def told_again(engine: Engine, tx: LedgerTx, said: Said) -> bool:
    append(engine, tx, said.peer, "succession", said.data, said.now, event=said.header.id, sent_at=said.header.sent_at)
    return True


@theirs("succession")
def followed(engine: Engine, tx: LedgerTx, said: Said) -> None:
    text = said.data.get("text")
    if type(text) is not str:
        raise Broken("bad-control", "succession")
    sealed, value, card = _read(base64.b64decode(text, validate=True))
    old_keys = known_keys(tx, [stream_name(said.peer, engine.node, lane) for lane in LANES])
    if value["from"] != said.peer or card.root in old_keys:
        raise Broken("bad-control", "succession")
    if not sealed.signed_by(old_keys) or not sealed.signed_by([card.root]):
        raise Broken("bad-control", "succession without both signatures")
    if card.node == engine.node:  # the one that follows is I: our own streams with the old node end
        tx.put(replace(peer_of(tx, said.peer), state="succeeded", successor=card.node))
        return
    known = tx.get(Peer, card.node)
    if known is not None and (known.root, known.recovery) != (card.root, card.recovery):
        raise Broken("bad-control", "the successor is known under another key")
    if known is None:
        start_streams(engine, tx, card, said.now)
    tx.put(replace(peer_of(tx, said.peer), state="succeeded", successor=card.node))
    move(engine, tx, said.peer, card.node, said.now)


def move(engine: Engine, tx: LedgerTx, old: str, new: str, now: int) -> None:
    """Clauses, records and open questions go to the successor; where it has an agreement of its own, that one stands."""
    mark = f"succession:{old}>{new}"
    if agreements.in_force(tx, new) is None:
        for row in tx.find(Agreement, peer=old, state="in-force"):
            if tx.get(Agreement, new, row.version) is None:
                tx.put(replace(row, peer=new, why=mark, at=now))
        for gone in tx.find(Withdrawal, peer=old):
            tx.put(replace(gone, peer=new))
    else:
        alarm(engine, tx, new, "succession-clauses", mark, now, "two agreements: agree on one text anew")
    for record in tx.find(Record, peer=old):
        if tx.get(Record, new, record.subject) is not None:
            alarm(engine, tx, new, "conflict", f"{record.subject} {mark}", now, record.subject)
            continue
        owner = new if record.owner == old else record.owner
        tx.drop(Record, old, record.subject)
        known = [*tx.find(Receipt, stream=record.stream, hash=record.hash), tx.get(Entry, record.stream, record.hash)]
        unsigned = _unsigned(record, known) if owner == engine.node else ""
        tx.put(replace(record, peer=new, owner=owner, blocked_by=unsigned))
        _tell(engine, tx, record, owner, new, now)
    for notice in tx.find(Notice, peer=old, state="open"):
        tx.put(replace(notice, peer=new))
    alarm(engine, tx, new, "succession", mark, now, f"{old} > {new}")


def _unsigned(record: Record, rows: Iterable[Row | None]) -> str:
    """The entry that nobody signed to have applied: the other side may never have read it, so the record is shared
    again. ``rows``: entries and receipts."""
    if record.blocked_by or record.state == "recalled":
        return record.blocked_by
    entry = ""
    for row in rows:
        if isinstance(row, Receipt) and (row.hash, row.status) == (record.hash, "applied"):
            return ""
        if isinstance(row, Entry) and row.hash == record.hash:
            entry = row.event_id
    return entry


def _tell(engine: Engine, tx: LedgerTx, record: Record, owner: str, new: str, now: int) -> None:
    kind = engine.kind(record.kind)
    if kind is None or record.owner == engine.node or record.data is None:
        return
    data = canonical.parse(record.data, limit=engine.limits.body)
    kind.apply(
        tx,
        Change(
            new,
            record.kind,
            record.subject,
            owner,
            record.version,
            data,
            record.clause,
            "",
            record.sent_at,
            now,
            "succeeded",
        ),
    )


def adopt(engine: Engine, tx: LedgerTx, rows: list[Row], old: str, peer: str, now: int) -> int:
    """At the successor: go on with the predecessor's records and open questions towards one neighbour.

    ``rows`` are those of its snapshot. What the neighbour had not signed is shared again.
    """
    taken = 0
    about: dict[str, list[Row]] = {}
    for row in rows:
        if isinstance(row, (Receipt, Entry)):
            about.setdefault(row.hash, []).append(row)
    for record in rows:
        if isinstance(record, Record) and tx.get(Record, peer, record.subject) is None:
            mine = record.owner == old
            unsigned = _unsigned(record, about.get(record.hash, [])) if mine else ""
            owner = engine.node if mine else record.owner
            tx.put(replace(record, peer=peer, owner=owner, blocked_by=unsigned, at=now))
            taken += 1
    for notice in rows:
        if isinstance(notice, Notice) and notice.state == "open" and tx.get(Notice, peer, notice.event_id) is None:
            tx.put(replace(notice, peer=peer))
    return taken


def adopt_agreement(engine: Engine, tx: LedgerTx, rows: list[Row], old: str, peer: str, now: int) -> None:
    """At the successor: the predecessor's agreement with the neighbour, as far as it still holds, under the new name."""
    if agreements.in_force(tx, peer) is not None:
        return
    for row in rows:
        if isinstance(row, Agreement) and row.state == "in-force" and tx.get(Agreement, peer, row.version) is None:
            tx.put(replace(row, peer=peer, why=f"succession:{old}>{engine.node}", at=now))
        elif isinstance(row, Withdrawal):
            tx.put(replace(row, peer=peer))
