"""The state of one neighbourhood as lines and as one hash; and a signed snapshot from which a node may begin.

A snapshot is lines of JSON: a signed head that names the hash of the rest, then rows. Whoever begins from one
trusts its signer for what came before, and the chains for what comes after.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, BinaryIO

from giapranh.exchange.ledger import canonical, envelope
from giapranh.exchange.ledger.chain import key_at
from giapranh.exchange.ledger.engine import Change, Engine
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import (
    Agreement,
    Alarm,
    BlobNeed,
    Body,
    Entry,
    Head,
    Notice,
    Peer,
    Place,
    Receipt,
    Record,
    Row,
    StreamKey,
    Withdrawal,
)  # fmt: skip
from giapranh.exchange.ledger.store import LedgerTx

PAYLOAD_TYPE = "application/vnd.giapranh.snapshot.v1+json"
FORMAT = "giapranh-snapshot/1"
LINE = 4_194_304
_ROWS: dict[str, type[Row]] = {
    table.__name__: table
    for table in (Peer, Head, StreamKey, Agreement, Withdrawal, Record, Notice, BlobNeed, Entry, Body, Place, Receipt)
}


@dataclass(frozen=True, slots=True)
class Loaded:
    node: str
    peer: str
    at: int
    state_hash: str
    rows: int


def state_lines(tx: LedgerTx, peer: str) -> list[bytes]:
    """One canonical line for each shared record, mine and theirs, in the order of their names."""
    return [_state_line(record) for record in tx.find(Record, peer=peer) if record.version]


def _state_line(record: Record) -> bytes:
    value = {
        "subject": record.subject,
        "owner": record.owner,
        "version": record.version,
        "state": record.state,
        "kind": record.kind if record.state != "recalled" else "",
        "data": hashlib.sha256(record.data).hexdigest() if record.data is not None else "",
    }
    return canonical.dump(value)


def state_hash(tx: LedgerTx, peer: str) -> str:
    """One hash for what both sides of a neighbourhood must agree on."""
    digest = hashlib.sha256()
    for line in state_lines(tx, peer):
        digest.update(line + b"\n")
    return digest.hexdigest()


def write(engine: Engine, tx: LedgerTx, peer: str, out: BinaryIO, now: int) -> str:
    """Write the snapshot of what I share with one peer; returns its state hash."""
    digest, count = hashlib.sha256(), 0
    for line in _lines(engine, tx, peer):
        digest.update(line)
        count += 1
    told = state_hash(tx, peer)
    value = {
        "format": FORMAT, "node": engine.node, "peer": peer, "at": now, "rows": count, "sha256": digest.hexdigest(),
        "state": told,
    }  # fmt: skip
    key = key_at(tx, stream_name(engine.node, peer, "record"), 2**53)
    if key is None:
        raise Broken("unknown-peer", peer)
    out.write(envelope.seal(canonical.dump(value), PAYLOAD_TYPE, engine.keys, key.public).raw + b"\n")
    for line in _lines(engine, tx, peer):
        out.write(line)
    return told


def _lines(engine: Engine, tx: LedgerTx, peer: str) -> Iterator[bytes]:
    for row in _rows(engine, tx, peer):
        value = {name.name: _plain(getattr(row, name.name)) for name in fields(row)}
        yield canonical.dump({"table": type(row).__name__, "row": value}) + b"\n"


def _rows(engine: Engine, tx: LedgerTx, peer: str) -> Iterator[Row]:
    for node in (engine.node, peer):
        if found := tx.get(Peer, node):
            yield found
    for lane in LANES:
        for stream in (stream_name(engine.node, peer, lane), stream_name(peer, engine.node, lane)):
            head = tx.get(Head, stream)
            if head is None:
                continue
            yield head
            yield from tx.find(StreamKey, stream=stream)
            place = tx.get(Place, stream, head.seq)
            if place is not None:
                yield place
                yield from tx.find(Entry, stream=stream, hash=place.hash)
    for table in (Agreement, Withdrawal, Record, Notice, BlobNeed):
        yield from tx.find(table, peer=peer)
    for record in tx.find(Record, peer=peer):  # their last entries, so that receipts and corrections find them
        place = next(iter(tx.find(Place, stream=record.stream, subject=record.subject, reverse=True, limit=1)), None)
        if place is not None and record.hash:
            yield from tx.find(Entry, stream=record.stream, hash=record.hash)
            yield from tx.find(Body, stream=record.stream, hash=record.hash)
            yield from tx.find(Receipt, stream=record.stream, hash=record.hash)


def _plain(value: Any) -> Any:
    return {"b64": base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value


def load(
    engine: Engine, tx: LedgerTx, source: BinaryIO, now: int, *, keys: list[str] | None = None, peer: str = ""
) -> Loaded:
    """Begin from a snapshot of this node; then take back and pull what came after. ``keys``: who may have signed it."""
    head = envelope.read(source.readline(LINE).rstrip(b"\n"), limit=32_768)
    value = canonical.parse(head.payload, limit=4096, depth=2)
    if head.payload_type != PAYLOAD_TYPE or type(value) is not dict or value.get("format") != FORMAT:
        raise Broken("payload-type", "snapshot")
    if value["node"] != engine.node or (peer and value["peer"] != peer):
        raise Broken("another-peer", str(value["node"]))
    if not head.signed_by(keys or engine.keys.public):
        raise Broken("forged", "snapshot")
    if tx.find(Head, peer=value["peer"], limit=1):
        raise Broken("bad-control", "this node has streams with that peer already")
    digest, count = hashlib.sha256(), 0
    for line in iter(lambda: source.readline(LINE), b""):
        digest.update(line)
        count += 1
        _take(engine, tx, line, now)
    told = state_hash(tx, value["peer"])
    if (digest.hexdigest(), count, told) != (value["sha256"], value["rows"], value["state"]):
        raise Broken("body-tampered", "snapshot")
    return Loaded(value["node"], value["peer"], value["at"], told, count)


def read_rows(source: BinaryIO, node: str, peer: str, keys: list[str]) -> list[Row]:
    """The rows of another node's snapshot, for the node that follows it; written nowhere."""
    head = envelope.read(source.readline(LINE).rstrip(b"\n"), limit=32_768)
    value = canonical.parse(head.payload, limit=4096, depth=2)
    if head.payload_type != PAYLOAD_TYPE or type(value) is not dict or value.get("format") != FORMAT:
        raise Broken("payload-type", "snapshot")
    if (value["node"], value["peer"]) != (node, peer):
        raise Broken("another-peer", str(value["node"]))
    if not head.signed_by(keys):
        raise Broken("forged", "snapshot")
    digest, rows = hashlib.sha256(), []
    for line in iter(lambda: source.readline(LINE), b""):
        digest.update(line)
        rows.append(_row(line))
    if digest.hexdigest() != value["sha256"]:
        raise Broken("body-tampered", "snapshot")
    return rows


def _row(line: bytes) -> Row:
    value = canonical.parse(line.rstrip(b"\n"), limit=LINE, depth=6)
    table = _ROWS.get(str(value.get("table")))
    if table is None or set(value["row"]) != {field.name for field in fields(table)}:
        raise Broken("bad-body", "snapshot row")
    return table(**{name: _bytes(inner) for name, inner in value["row"].items()})


def _take(engine: Engine, tx: LedgerTx, line: bytes, now: int) -> None:
    row = _row(line)
    if tx.get(type(row), *row.key) is None:
        tx.insert(row)
    if isinstance(row, Place):
        tx.put(Alarm(_peer(engine, row.stream), "snapshot", row.stream, str(row.seq), b"", b"", 1, now, now))
    if isinstance(row, Record) and row.owner != engine.node and row.data is not None:
        _tell(engine, tx, row, now)


def _peer(engine: Engine, stream: str) -> str:
    giver, taker, _ = stream.split(".")
    return taker if giver == engine.node else giver


def _tell(engine: Engine, tx: LedgerTx, row: Record, now: int) -> None:
    kind = engine.kind(row.kind)
    if kind is not None and row.state == "live" and row.version:
        data = canonical.parse(row.data or b"{}", limit=engine.limits.body)
        kind.apply(
            tx,
            Change(
                row.peer,
                row.kind,
                row.subject,
                row.owner,
                row.version,
                data,
                row.clause,
                "",
                row.sent_at,
                now,
                "snapshot",
            ),
        )


def _bytes(value: Any) -> Any:
    if type(value) is dict:
        return base64.b64decode(value["b64"], validate=True)
    return value
