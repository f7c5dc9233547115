"""Two nodes, a line that loses, repeats, reorders and forges, power cuts and old backups; and the promises.

Independent of how the steps are chosen: the Hypothesis machine chooses them, and so can a plain random loop.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from tests.exchange.ledger.faulty import Crash, Crashing, World
from tests.exchange.ledger.nodes import Side, agree, clause, exchange, kinds, meet, side, unpack

from giapranh.exchange.ledger import (
    agreements,
    audit,
    blobs,
    envelope,
    inbox,
    meeting,
    outbox,
    records,
    rollback,
    rotation,
    snapshot,
)
from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger.agreement import Clause, Text
from giapranh.exchange.ledger.engine import LANES, Change, Written
from giapranh.exchange.ledger.entry import Blob
from giapranh.exchange.ledger.frames import Frame, write
from giapranh.exchange.ledger.keys import KeyRing, new_seed
from giapranh.exchange.ledger.names import event_id, stream_name
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.rows import (
    Agreement,
    Alarm,
    BlobNeed,
    Body,
    Entry,
    Head,
    Notice,
    Place,
    Receipt,
    Record,
    Withdrawal,
)  # fmt: skip
from giapranh.exchange.ledger.store import LedgerTx
from giapranh.kernel.errors import Refused

NODES = ("vn-20", "vn-24")
KINDS = ("note", "flood", "series")
CLAUSES = [clause(a, b, k) for a, b in (NODES, NODES[::-1]) for k in KINDS]


@dataclass
class Message:
    what: str  # ask | entries | locate | returned
    to: int
    stream: str
    stand: Any = None
    parts: tuple[bytes, ...] = ()


def count_effect(tx: LedgerTx, change: Change) -> None:
    """One row for each effect: a second effect of the same event breaks on its key. What a recovery took back may come
    again, signed by the new key."""
    if change.why == "reverted":
        for row in tx.find(Notice, peer=change.peer, kind="effect", subject=change.subject):
            if row.event_id != f"effect {change.event_id}"[:40]:
                tx.drop(Notice, *row.key)
    if change.why == "written":
        tx.insert(
            Notice(
                change.peer,
                f"effect {change.event_id}"[:40],
                "effect",
                change.subject,
                "in",
                "",
                0,
                b"",
                "",
                change.now,
            )
        )


def text_of(version: int, without: int = -1) -> Text:
    clauses: tuple[Clause, ...] = tuple(one for number, one in enumerate(CLAUSES) if number != without)
    return Text(version, (NODES[0], NODES[1]), clauses, "")


def _fetch(taker: Side, giver: Side, sha256: str) -> None:
    with giver.store.transaction() as tx:
        given = blobs.may_have(tx, giver.engine, taker.node, sha256)
    if given:
        taker.do(blobs.arrived, giver.node, sha256)


def recover(engine: Any, tx: LedgerTx, recovery: bytes, public: str, now: int) -> Any:
    return rotation.recover_key(engine, tx, recovery, public, now)


class Theatre:
    def __init__(self, world: World, seed: int = 0) -> None:
        self.world = world
        self.rng = random.Random(seed)
        self.stats: Counter[str] = Counter()
        self.bag: list[Message] = []
        self.up = True
        self.written = 0
        self.backups: tuple[list[Any], list[Any]] = ([], [])
        self.raw = [world.new_store(name) for name in NODES]
        self.stores = [Crashing(store) for store in self.raw]
        known = kinds(apply=count_effect)
        self.sides = [side(NODES[i], NODES[1 - i], seed, store=self.stores[i], kinds=known) for i in (0, 1)]
        meet(*self.sides)
        agree(*self.sides, *CLAUSES)
        exchange(*self.sides, 2)
        self.seen: tuple[set[str], set[str]] = (set(), set())  # what the peer ever had of each
        self.gone: tuple[set[str], set[str]] = (set(), set())
        self.watch()

    # ---- what people and machines do

    def write(self, who: int, subject: int, kind: int, poison: bool = False) -> None:
        s, name = self.sides[who], KINDS[kind % len(KINDS)]
        self.written += 1
        level = "poison" if poison else str(self.written)
        self.guard(lambda: s.share(f"{name}:{NODES[who]}-{subject}", name, name=f"v{self.written}", level=level))

    def write_with_file(self, who: int, subject: int) -> None:
        """A record with an original of its own, or one that others name as well."""
        s = self.sides[who]
        self.written += 1
        blob = Blob(f"{self.rng.choice([self.written, subject]):064x}", 9, "application/pdf", "a.pdf")
        note = f"note:{NODES[who]}-{subject}"
        self.guard(lambda: s.share(note, "note", blobs=(blob,), name=f"v{self.written}", text=blob.sha256[-9:]))

    def fetch(self, who: int, most: int = 1) -> int:
        """A node fetches files it waits for, as far as the neighbour still lets it."""
        s, giver = self.sides[who], self.sides[1 - who]
        with s.store.transaction() as tx:
            wanted = blobs.wanted(tx, s.peer)[:most]
        for need in wanted:
            self.guard(lambda need=need: _fetch(s, giver, need.sha256))
        return len(wanted)

    def recover(self, who: int) -> None:
        """The key is lost: the one on paper names another. What the lost key signed before stands.

        Not while the neighbour holds entries that a restore made this node forget: those would count no more, which
        the fault table looks at in tests of its own.
        """
        s = self.sides[who]
        if not self.ids(1 - who, who) <= self.ids(who, who) or self.bag:
            return
        public = s.engine.keys.add(new_seed(s.engine.random))
        self.guard(lambda: s.do(recover, s.recovery, public))

    def recall(self, who: int, subject: int) -> None:
        s = self.sides[who]
        self.guard(lambda: s.do(outbox.recall, s.peer, f"note:{NODES[who]}-{subject}", "thu hồi"))

    def offer(self, who: int, subject: int) -> None:
        s = self.sides[who]
        self.guard(lambda: s.do(records.offer, s.peer, f"note:{NODES[who]}-{subject}", "bàn giao"))

    def answer(self, who: int, accepted: bool) -> None:
        s = self.sides[who]
        notices = s.rows(Notice, peer=s.peer, kind="offer", direction="in", state="open")
        if notices:
            self.guard(lambda: s.do(records.answer_offer, s.peer, notices[0].event_id, accepted, ""))

    def rotate(self, who: int) -> None:
        s = self.sides[who]
        public = s.engine.keys.add(new_seed(s.engine.random))
        self.guard(lambda: s.do(rotation.rotate_key, public))

    # ---- the agreement

    def withdraw(self, who: int, which: int) -> None:
        """One side ends a clause, its own or the other's, or all of them."""
        s = self.sides[who]
        name = CLAUSES[which].id if which < len(CLAUSES) else "*"
        self.guard(lambda: s.do(agreements.withdraw, s.peer, name, "thôi"))

    def propose(self, who: int, without: int = -1) -> None:
        """A new version, perhaps without one clause."""
        s = self.sides[who]
        with s.store.transaction() as tx:
            version = agreements.next_version(tx, s.peer)
        self.guard(lambda: s.do(agreements.propose, s.peer, text_of(version, without)))

    def sign(self, who: int, yes: bool) -> None:
        s = self.sides[who]
        for row in s.rows(Agreement, peer=s.peer, state="offered")[-1:]:
            if yes:
                self.guard(lambda row=row: s.do(agreements.countersign, s.peer, row.version))
            else:
                self.guard(lambda row=row: s.do(agreements.decline, s.peer, row.version, "chưa"))

    def back_up(self, who: int) -> None:
        self.backups[who].append(self.world.backup(self.raw[who]))

    def restore(self, who: int, which: int) -> None:
        if self.backups[who]:
            self.world.restore(self.raw[who], self.backups[who][which % len(self.backups[who])])
            self.stats["restored"] += 1
            self.watch()

    def cut(self, who: int, writes: int, after_commit: bool) -> None:
        self.stores[who].cut(writes, after_commit)

    # ---- the line

    def line(self, up: bool) -> None:
        self.up = up

    def ask(self, who: int, lane: int) -> None:
        """A node asks for what it lacks; the question itself travels."""
        if not self.up:
            return
        s = self.sides[who]
        stream = stream_name(s.peer, s.node, LANES[lane % len(LANES)])
        with s.store.transaction() as tx:
            self.send(Message("ask", 1 - who, stream, inbox.stand(tx, stream)))

    def send(self, message: Message, chance: float = 0.0) -> None:
        self.bag.append(message)

    def deliver(self, which: int, fate: str) -> None:
        """One message of those under way, in any order: as it is, lost, twice, shuffled, damaged or forged."""
        if not self.up or not self.bag:
            return
        message = self.bag.pop(which % len(self.bag))
        if fate == "lost":
            return
        if fate == "twice":
            self.bag.append(message)
        if fate == "shuffled":
            message = replace(message, parts=tuple(self.rng.sample(message.parts, len(message.parts))))
        if fate == "damaged" and message.parts:
            message = replace(message, parts=self.damage(message.parts))
        if fate == "forged" and message.what == "entries":
            message = replace(message, parts=(self.forge(message), *message.parts))
        self.guard(lambda: self.arrive(message))

    def damage(self, parts: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """One byte of one entry, not of the line of sizes: that ends the whole conversation."""
        at = self.rng.randrange(len(parts))
        part = bytearray(parts[at])
        where = self.rng.randrange(part.index(b"\n") + 1, len(part))
        part[where] ^= 1 << self.rng.randrange(7)
        return (*parts[:at], bytes(part), *parts[at + 1 :])

    def forge(self, message: Message) -> bytes:
        """A perfect next entry, signed with a key nobody knows but under the key id of the real one."""
        s, keys = self.sides[message.to], KeyRing([self.rng.randbytes(32)])
        with s.store.transaction() as tx:
            head = tx.get(Head, message.stream)
        assert head is not None
        body = entries.body_bytes({"name": "FORGED"}, (), b"0" * 16)
        header = entries.Header(
            message.stream, head.epoch, head.seq + 1, head.hash, event_id(s.now, self.rng.randbytes(10)), s.peer, "note", 1,
            0, f"note:{s.peer}-0", s.now, entries.sha256(body), len(body), f"{s.peer}-note@1", 99, 98,
        )  # fmt: skip
        sealed = envelope.seal(entries.header_bytes(header), entries.payload_type("note", 1), keys, keys.root)
        real = self.sides[1 - message.to].engine.keys.public[-1]
        raw = envelope.assemble(sealed.payload, sealed.payload_type, [(real, sealed.signatures[0][1])]).raw
        return write(Frame("E", raw, body))

    def arrive(self, message: Message) -> None:
        s = self.sides[message.to]
        if message.what == "ask":
            with s.store.transaction() as tx:
                served = outbox.serve(s.engine, tx, message.stream, message.stand, s.tick(), limit=8)
            if served.unknown:
                with s.store.transaction() as tx:
                    stands = rollback.locator(tx, message.stream)
                self.send(Message("locate", 1 - message.to, message.stream, stands))
            elif served.frames:
                self.check_that_nothing_withdrawn_leaves(s, served.frames)
                self.send(Message("entries", 1 - message.to, message.stream, parts=tuple(served.frames)))
        elif message.what == "entries":
            for outcome in s.receive(message.parts, per_transaction=3):
                self.stats[f"came {outcome.state}"] += 1
        elif message.what == "locate":
            with s.store.transaction() as tx:
                parts = rollback.returned(s.engine, tx, message.stream, message.stand, limit=12)
            self.send(Message("returned", 1 - message.to, message.stream, parts=tuple(parts)))
        else:
            with s.store.transaction() as tx:
                frames = unpack(s.engine, message.parts)
                taken = rollback.take_back(s.engine, tx, message.stream, frames, s.tick())
            assert taken.returned >= 0

    def check_that_nothing_withdrawn_leaves(self, s: Side, parts: list[bytes]) -> None:
        if not s.rows(Withdrawal, peer=s.peer):
            return
        with s.store.transaction() as tx:
            text = agreements.in_force(tx, s.peer)
            for frame in unpack(s.engine, parts):
                header = entries.read_header(envelope.read(frame.first, limit=99_999))
                if frame.letter == "E" and header.kind in KINDS:
                    name = header.clause.partition("@")[0]
                    assert text is not None
                    assert text.clause(name) is not None, f"{name} left without a clause"
                    assert not agreements.withdrawn(tx, s.peer, text.version, name), f"{name} left after its end"
                self.stats[f"served {frame.letter} after a withdrawal"] += 1

    def guard(self, action: Any) -> None:
        """A power cut ends what was going on; so does a refusal said to a person."""
        try:
            action()
        except Crash:
            self.stats["crash"] += 1
        except Refused:
            self.stats["refusal"] += 1
        self.watch()

    def watch(self) -> None:
        """What the world has really seen of each node, and what two restores made nobody remember."""
        for who in (0, 1):
            mine, theirs = self.ids(who, who), self.ids(1 - who, who)
            self.seen[who].update(theirs)
            self.gone[who].update(self.seen[who] - mine - theirs)
            self.gone[who].difference_update(mine | theirs)

    def ids(self, holder: int, writer: int) -> set[str]:
        with self.raw[holder].transaction() as tx:
            return {
                place.event_id
                for lane in LANES
                for place in tx.find(Place, stream=stream_name(NODES[writer], NODES[1 - writer], lane))
                if place.kind not in {"receipt", "epoch", "key"}  # these are said again in other words
            }

    # ---- the end, and the promises

    def settle(self) -> None:
        """The line is good again and nobody cuts the power: everything must come right by itself."""
        self.up = True
        self.bag.clear()
        for store in self.stores:
            store.calm()
        self.agree_anew()
        quiet = 0
        for _ in range(20):
            exchange(*self.sides, 2)
            for who in (0, 1):
                self.fetch(who, 99)
            corrected = [self.correct(who) for who in (0, 1)]
            quiet = quiet + 1 if self.level() and not any(corrected) else 0
            if quiet == 3:
                self.count()
                return
        raise AssertionError("the two nodes do not come to rest")

    def agree_anew(self) -> None:
        """Two people look at the agreement and sign everything again, so that at the end all may cross."""
        for _ in range(12):
            exchange(*self.sides, 2)
            if self.agreed():
                return
            for who in (0, 1):
                self.sign(who, False)
            exchange(*self.sides, 2)
            self.propose(0)
            exchange(*self.sides, 2)
            self.sign(1, True)
        raise AssertionError("the two nodes do not come to one agreement")

    def agreed(self) -> bool:
        found = []
        for s in self.sides:
            with s.store.transaction() as tx:
                text = agreements.in_force(tx, s.peer)
                ended = text is None or any(agreements.withdrawn(tx, s.peer, text.version, c.id) for c in CLAUSES)
                found.append(None if ended else text)
        return found[0] is not None and found[0] == found[1] and len(found[0].clauses) == len(CLAUSES)

    def count(self) -> None:
        """What the run has really been through."""
        for s in self.sides:
            for alarm in s.rows(Alarm):
                self.stats[f"alarm {alarm.kind}"] += 1
            for place in s.rows(Place):
                self.stats[f"in the end {place.state}"] += 1

    def correct(self, who: int) -> int:
        """The author sees the refusals and mends what was refused."""
        s = self.sides[who]
        blocked = [
            r for r in s.rows(Record, peer=s.peer, owner=s.node) if r.blocked_by and r.state in {"live", "offered"}
        ]
        for record in blocked:
            self.written += 1
            s.share(record.subject, record.kind, name="corrected", level=str(self.written))
            self.stats["corrected"] += 1
        return len(blocked)

    def level(self) -> bool:
        for giver in (0, 1):
            for lane in LANES:
                stream = stream_name(NODES[giver], NODES[1 - giver], lane)
                with self.raw[0].transaction() as a, self.raw[1].transaction() as b:
                    one, two = a.get(Head, stream), b.get(Head, stream)
                assert one is not None
                assert two is not None
                if (one.seq, one.hash) != (two.seq, two.hash) and not self._only_receipts(giver, stream, two.seq):
                    return False
        return True

    def _only_receipts(self, giver: int, stream: str, seq: int) -> bool:
        with self.raw[giver].transaction() as tx:
            return all(p.kind == "receipt" for p in tx.find(Place, stream=stream, after=(stream, seq)))

    def promises(self) -> None:
        for who in (0, 1):
            owner, taker = self.sides[who], self.sides[1 - who]
            lost = self.seen[who] - self.gone[who] - self.ids(who, who)
            assert all(self._shown(owner, event) for event in lost), "the owner lost what the peer had seen"
            self._replica_equals_owner(owner, taker)
            self._nothing_forged(taker)
            self._chains_verify(owner)
            self._fresh_node(owner, taker)
            self._receipts(owner, taker)

    def _shown(self, owner: Side, event: str) -> bool:
        """Written on a branch that lost, on a record that was recalled or given away on the other: it cannot be written
        again, so it is kept aside and a person is shown the conflict."""
        subjects = {row.subject for row in owner.rows(Entry, event_id=event)}
        told = {alarm.detail for alarm in owner.rows(Alarm) if alarm.kind == "conflict"}
        return bool(subjects) and subjects <= told

    def _replica_equals_owner(self, owner: Side, taker: Side) -> None:
        for record in owner.rows(Record, peer=taker.node, owner=owner.node):
            replica = taker.record(record.subject)
            assert replica is not None, record.subject
            assert replica.owner == owner.node, f"{record.subject} has two owners"
            assert (replica.data, replica.version) == (record.data, record.version), record.subject
        owned = {r.subject for r in owner.rows(Record, peer=taker.node, owner=owner.node)}
        copies = {r.subject for r in taker.rows(Record, peer=owner.node, owner=owner.node)}
        assert copies <= owned, "a copy without an owner"

    def _nothing_forged(self, taker: Side) -> None:
        assert [r for r in taker.rows(Record) if r.data and b"FORGED" in r.data] == []

    def _chains_verify(self, s: Side) -> None:
        with s.store.transaction() as tx:
            assert list(audit.verify(s.engine, tx)) == []

    def _fresh_node(self, owner: Side, taker: Side) -> None:
        """The taker's machine is lost whole: from its keys and the neighbour alone it comes to the same state."""
        store = self.world.new_store(f"fresh-{taker.node}")
        fresh = Side(taker.node, owner.node, taker.engine, store, self.rng, taker.recovery, taker.now + 60_000)
        with taker.store.transaction() as old, fresh.store.transaction() as tx:
            for node in (taker.node, owner.node):
                row = old.get(meeting.Peer, node)
                assert row is not None
                if node == taker.node:
                    tx.put(row)
                else:
                    card = meeting.Card(row.node, row.name, row.root, row.recovery)
                    meeting.meet(fresh.engine, tx, card, " ".join(card.words), fresh.now)
        backup = self.world.backup(self.raw[NODES.index(owner.node)])
        for lane in LANES:
            stream = stream_name(taker.node, owner.node, lane)
            with owner.store.transaction() as tx:
                parts = rollback.returned(owner.engine, tx, stream, [])
            with fresh.store.transaction() as tx:
                rollback.take_back(fresh.engine, tx, stream, unpack(fresh.engine, parts), fresh.tick())
        from tests.exchange.ledger.nodes import pull

        pull(fresh, owner)
        while needs := fresh.rows(BlobNeed, peer=owner.node, direction="in", here=False):
            fresh.do(blobs.arrived, owner.node, needs[0].sha256)  # files have a backup of their own
        with fresh.store.transaction() as tx, taker.store.transaction() as old:
            there, here = snapshot.state_lines(tx, owner.node), snapshot.state_lines(old, owner.node)
            assert there == here, f"a new node comes to another state: {set(there) ^ set(here)}"
        self.world.restore(self.raw[NODES.index(owner.node)], backup)

    def _receipts(self, owner: Side, taker: Side) -> None:
        """Nothing of mine stands there without the peer's signature on it."""
        for lane in LANES:
            stream = stream_name(owner.node, taker.node, lane)
            for place in owner.rows(Place, stream=stream):
                if place.kind != "receipt":
                    assert owner.rows(Receipt, stream=stream, hash=place.hash), (stream, place.seq, place.kind)


__all__ = ["Alarm", "Body", "Entry", "Message", "Stand", "Theatre", "Written"]
