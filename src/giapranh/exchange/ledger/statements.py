"""Signed heads: what a node says of the ends of its streams; two that disagree prove two histories."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from giapranh.exchange.ledger import canonical, envelope
from giapranh.exchange.ledger.chain import alarm, key_at, peer_of
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.envelope import Sealed
from giapranh.exchange.ledger.forks import compare
from giapranh.exchange.ledger.names import HEX64, LANES, NODE, read_stream, stream_name, time_number, time_text
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.receipts import heads
from giapranh.exchange.ledger.rotation import known_keys
from giapranh.exchange.ledger.rows import Alarm, Head, Place
from giapranh.exchange.ledger.store import LedgerTx

PAYLOAD_TYPE = "application/vnd.giapranh.heads.v1+json"
_NUMBER = re.compile(r"[0-9]{1,16}")


@dataclass(frozen=True)
class Statement:
    node: str
    peer: str
    at: int
    heads: dict[str, Stand]  # by stream, in both directions
    sealed: Sealed

    def lines(self) -> list[str]:
        """For the minutes: one line for each stream that has begun."""
        return [f"{stream} {stand.epoch}.{stand.seq} {stand.hash}" for stream, stand in self.heads.items() if stand.seq]


def make(engine: Engine, tx: LedgerTx, peer: str, now: int) -> bytes:
    """Where the six streams with this peer end, signed with the present key."""
    key = key_at(tx, stream_name(engine.node, peer, "record"), 2**53)
    if key is None:
        raise Broken("unknown-peer", peer)
    value = {"at": time_text(now), "heads": heads(engine, tx, peer), "node": engine.node, "peer": peer}
    return envelope.seal(canonical.dump(value, depth=3), PAYLOAD_TYPE, engine.keys, key.public).raw


def parse(data: bytes, *, limit: int = 32_768) -> Statement:
    """A statement, its signature unchecked."""
    sealed = envelope.read(data, limit=limit)
    if sealed.payload_type != PAYLOAD_TYPE:
        raise Broken("payload-type", sealed.payload_type)
    value = canonical.parse(sealed.payload, limit=limit, depth=3)
    if type(value) is not dict or set(value) != {"at", "heads", "node", "peer"} or type(value["heads"]) is not dict:
        raise Broken("bad-control", "statement")
    if not all(type(value[name]) is str and NODE.fullmatch(value[name]) for name in ("node", "peer")):
        raise Broken("bad-control", "statement")
    if type(value["at"]) is not str:
        raise Broken("bad-control", "statement")
    found = {name: read_stand(text) for name, text in value["heads"].items() if read_stream(name)}
    return Statement(value["node"], value["peer"], time_number(value["at"]), found, sealed)


def read_stand(text: Any) -> Stand:
    parts = text.split(".") if type(text) is str else []
    if not (len(parts) == 3 and all(_NUMBER.fullmatch(part) for part in parts[:2]) and HEX64.fullmatch(parts[2])):
        raise Broken("bad-control", "head")
    return Stand(int(parts[0]), int(parts[1]), parts[2])


def read(engine: Engine, tx: LedgerTx, peer: str, data: bytes, now: int) -> Statement:
    """The peer's statement, its signature checked against the keys of its streams, its own heads against what I hold."""
    peer_of(tx, peer)
    said = parse(data)
    keys = known_keys(tx, [stream_name(peer, engine.node, lane) for lane in LANES])
    if (said.node, said.peer) != (peer, engine.node) or not said.sealed.signed_by(keys):
        alarm(engine, tx, peer, "forged", "statement", now, "statement of heads", data)
        raise Broken("forged", "statement")
    _compare_with_mine(engine, tx, said, now)
    _compare_with_the_last(engine, tx, said, data, now)
    return said


def _compare_with_mine(engine: Engine, tx: LedgerTx, said: Statement, now: int) -> None:
    """A head of its own stream that differs from the entry I hold at that very place is a second history."""
    for stream, stand in said.heads.items():
        if read_stream(stream).giver != said.node or not stand.seq:
            continue
        place = tx.get(Place, stream, stand.seq)
        if place is not None and place.epoch == stand.epoch and place.hash != stand.hash:
            alarm(
                engine, tx, said.node, "fork", f"{stream} {stand.hash}", now,
                f"states {stand.epoch}.{stand.seq} {stand.hash}, had signed {place.hash}", said.sealed.raw,
            )  # fmt: skip


def _compare_with_the_last(engine: Engine, tx: LedgerTx, said: Statement, data: bytes, now: int) -> None:
    last = tx.get(Alarm, said.node, "last-statement", "")
    if last is not None:
        before = parse(last.evidence)
        for stream, one, two in compare(_own(before), _own(said)):
            alarm(
                engine, tx, said.node, "fork", f"{stream} {two.hash}", now,
                f"stated {one.epoch}.{one.seq} as {one.hash} and as {two.hash}", data, last.evidence,
            )  # fmt: skip
        tx.drop(Alarm, said.node, "last-statement", "")
    tx.put(Alarm(said.node, "last-statement", "", "", data[: engine.limits.evidence], b"", 1, now, now))


def _own(said: Statement) -> dict[str, Stand]:
    return {stream: stand for stream, stand in said.heads.items() if read_stream(stream).giver == said.node}


def stands_of_mine(engine: Engine, said: Statement) -> dict[str, Stand]:
    """What the peer states it holds of my streams."""
    return {stream: stand for stream, stand in said.heads.items() if read_stream(stream).giver == engine.node}


def last_heard(tx: LedgerTx, peer: str) -> int:
    row = tx.get(Alarm, peer, "last-statement", "")
    times = [head.at for head in tx.find(Head, peer=peer, direction="in") if head.seq]
    return max([row.last_at if row else 0, *times])
