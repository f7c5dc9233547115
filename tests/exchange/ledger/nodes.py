"""Two neighbours over stores in memory, and a line between them that does as it is told."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from giapranh.exchange.ledger import agreements, audit, frames, inbox, meeting, outbox, rollback, snapshot
from giapranh.exchange.ledger.agreement import Clause, Text
from giapranh.exchange.ledger.engine import LANES, EffectRefused, Engine, Kind, Limits, NotShared, Outcome, Written
from giapranh.exchange.ledger.entry import Blob
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.keys import KeyRing, public_of
from giapranh.exchange.ledger.names import stream_name
from giapranh.exchange.ledger.rows import Alarm, Record
from giapranh.exchange.ledger.store import LedgerStore, MemoryStore

NOON = 1_795_406_400_000  # 23/11/2026 04:00 UTC
FIELDS = ("name", "level", "area", "day", "x", "text", "contact.name")


def check_note(data: dict[str, Any]) -> None:
    if data.get("level") == "poison":
        raise EffectRefused("Mức nước không hợp lệ.")


def kinds(**changed: Any) -> dict[str, Kind]:
    def one(name: str, lane: str) -> Kind:
        return Kind(
            name,
            lane=lane,
            check=check_note,
            areas=lambda data: frozenset(data.get("area", "").split()),
            day=lambda data: str(data.get("day", "")),
            **changed,
        )

    return {"note": one("note", "record"), "flood": one("flood", "alert"), "series": one("series", "bulk")}


def clause(giver: str, taker: str, kind: str = "note", **more: Any) -> Clause:
    values: dict[str, Any] = {"fields": FIELDS, "purpose": "phối hợp", "source": "Công văn phối hợp"} | more
    return Clause(f"{giver}-{kind}", giver, taker, kind, **values)


@dataclass
class Side:
    node: str
    peer: str
    engine: Engine
    store: LedgerStore
    rng: random.Random
    recovery: bytes
    now: int = NOON

    def tick(self) -> int:
        self.now += 1000
        return self.now

    def share(
        self, subject: str, kind: str = "note", peer: str = "", blobs: tuple[Blob, ...] = (), **data: Any
    ) -> Written | NotShared:
        with self.store.transaction() as tx:
            return outbox.share(self.engine, tx, peer or self.peer, kind, subject, data, self.tick(), blobs=blobs)

    def do(self, call: Any, *args: Any, **more: Any) -> Any:
        with self.store.transaction() as tx:
            return call(self.engine, tx, *args, self.tick(), **more)

    def record(self, subject: str, peer: str = "") -> Record | None:
        with self.store.transaction() as tx:
            return tx.get(Record, peer or self.peer, subject)

    def rows(self, table: Any, **equal: Any) -> list[Any]:
        with self.store.transaction() as tx:
            return tx.find(table, **equal)

    def receive(self, parts: Iterable[bytes], **more: Any) -> list[Outcome]:
        return inbox.receive(self.engine, self.store, list(unpack(self.engine, parts)), self.tick(), **more)


def unpack(engine: Engine, parts: Iterable[bytes]) -> list[Frame]:
    return list(frames.read(io.BytesIO(b"".join(parts)).read, engine.limits))


def side(node: str, peer: str, seed: int, store: LedgerStore | None = None, **more: Any) -> Side:
    rng = random.Random(f"{node} {seed}")
    engine = Engine(
        node,
        KeyRing([rng.randbytes(32)]),
        more.pop("kinds", None) or kinds(),
        more.pop("limits", Limits()),
        rng.randbytes,
    )
    return Side(node, peer, engine, store or MemoryStore(), rng, rng.randbytes(32))


def meet(one: Side, two: Side) -> None:
    cards = []
    for s in (one, two):
        with s.store.transaction() as tx:
            meeting.begin(s.engine, tx, public_of(s.recovery), s.node, s.now)
            cards.append(meeting.read_card(meeting.card(s.engine, tx)))
    for s, card in ((one, cards[1]), (two, cards[0])):
        with s.store.transaction() as tx:
            meeting.meet(s.engine, tx, card, " ".join(card.words), s.now)


def pull(taker: Side, giver: Side, *, lanes: Iterable[str] = LANES, limit: int | None = None) -> list[Outcome]:
    """Ask until nothing more comes; heal the giver when it was restored."""
    outcomes: list[Outcome] = []
    for lane in lanes:
        stream = stream_name(giver.node, taker.node, lane)
        while True:
            served = ask(taker, giver, stream, limit)
            if served.unknown:
                give_back(taker, giver, stream)
                continue
            if not served.frames:
                break
            outcomes += taker.receive(served.frames)
            if not served.more:
                break
    return outcomes


def ask(taker: Side, giver: Side, stream: str, limit: int | None = None) -> outbox.Served:
    with taker.store.transaction() as tx:
        stand = inbox.stand(tx, stream)
    with giver.store.transaction() as tx:
        return outbox.serve(giver.engine, tx, stream, stand, giver.tick(), limit=limit)


def give_back(holder: Side, writer: Side, stream: str) -> rollback.TakenBack:
    with writer.store.transaction() as tx:
        known = rollback.locator(tx, stream)
    with holder.store.transaction() as tx:
        parts = rollback.returned(holder.engine, tx, stream, known)
    with writer.store.transaction() as tx:
        return rollback.take_back(writer.engine, tx, stream, unpack(writer.engine, parts), writer.tick())


def exchange(one: Side, two: Side, rounds: int = 3) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for _ in range(rounds):
        outcomes += pull(one, two)
        outcomes += pull(two, one)
    return outcomes


def agree(one: Side, two: Side, *clauses: Clause, version: int = 1) -> None:
    parties = tuple(sorted((one.node, two.node)))
    text = Text(version, parties, clauses, "")  # type: ignore[arg-type]
    one.do(agreements.propose, two.node, text)
    exchange(one, two, 1)
    two.do(agreements.countersign, one.node, version)
    exchange(one, two, 2)


def pair(seed: int = 1, **more: Any) -> tuple[Side, Side]:
    """Lạng Sơn and Bắc Ninh, met and agreed on notes, floods and series both ways."""
    one, two = side("vn-20", "vn-24", seed, **more), side("vn-24", "vn-20", seed, **more)
    meet(one, two)
    clauses = [
        clause(a, b, k) for a, b in (("vn-20", "vn-24"), ("vn-24", "vn-20")) for k in ("note", "flood", "series")
    ]
    agree(one, two, *clauses)
    return one, two


def alarms(s: Side, kind: str) -> list[Alarm]:
    return [row for row in s.rows(Alarm) if row.kind == kind]


def sound(*sides: Side) -> None:
    for s in sides:
        with s.store.transaction() as tx:
            assert list(audit.verify(s.engine, tx)) == []


def same_state(one: Side, two: Side) -> bool:
    with one.store.transaction() as a, two.store.transaction() as b:
        return snapshot.state_hash(a, two.node) == snapshot.state_hash(b, one.node)
