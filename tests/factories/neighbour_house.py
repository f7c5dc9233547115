"""A neighbour for the walks over every page: met, agreed with, with something on every page of room exchange.

Bắc Ninh is a real engine over a store in memory; this node is the real one, in the database.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.exchange.ledger.nodes import unpack

from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import agreements, inbox, meeting, outbox, receipts, records, statements
from giapranh.exchange.ledger.agreement import Clause, Text
from giapranh.exchange.ledger.engine import Engine, Kind
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.keys import KeyRing, new_seed, public_of
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.rows import Body, Entry, Head, Notice, Place
from giapranh.exchange.ledger.store import LedgerStore, MemoryStore
from giapranh.exchange.services import agreements as agreement_deeds
from giapranh.exchange.services import meeting as meeting_deeds
from giapranh.exchange.services import records as record_deeds
from giapranh.exchange.services import sharing
from giapranh.kernel import clock

THEM = "bac-ninh"
TASK = "task:01920000-0000-7000-8000-000000000001"
NOTICE = "water-notice:01920000-0000-7000-8000-000000000002"
FIELDS = {
    "contact-list": ("agency", "node", "area", "officers"),
    "water-notice": (
        "uid", "incident", "incidentNumber", "name", "river", "km", "kind", "n", "to", "state", "words", "content", "drill",
        "sentAt", "acknowledgeBy", "acknowledgedAt", "answeredAt", "illustrative",
    ),
    "task": ("number", "text", "programme", "state", "due_on", "lead", "progress", "joint_with", "illustrative"),
}  # fmt: skip


@dataclass
class Neighbour:
    """The other node, and the line between it and this one."""

    me: str
    engine: Engine
    store: LedgerStore = field(default_factory=MemoryStore)
    recovery: bytes = b""

    @property
    def ours(self) -> Engine:
        return engine()

    def do(self, call: Any, *args: Any, **more: Any) -> Any:
        with self.store.transaction() as tx:
            return call(self.engine, tx, self.me, *args, now_ms(), **more)

    def share(self, subject: str, **data: Any) -> Any:
        return self.do(outbox.share, subject.partition(":")[0], subject, data)

    def talk(self) -> None:
        """Until neither side has anything new."""
        for _ in range(4):
            _carry(self.engine, self.store, self.ours, store())
            _carry(self.ours, store(), self.engine, self.store)
        said = self.do(statements.make)
        with store().transaction() as tx:
            statements.read(self.ours, tx, self.engine.node, said, now_ms())

    def push_unchecked(self, lane: str) -> None:
        """As a node would that does not look at its own agreement before it sends."""
        name = stream_name(self.engine.node, self.me, lane)
        with self.store.transaction() as tx:
            rows = [
                (tx.get(Entry, name, place.hash), tx.get(Body, name, place.hash))
                for place in tx.find(Place, stream=name)
            ]
        parts = [Frame("E", row.envelope, body.data) for row, body in rows if row and body]
        inbox.receive(self.ours, store(), parts, now_ms())


def _carry(giver: Engine, giver_store: LedgerStore, taker: Engine, taker_store: LedgerStore) -> None:
    for lane in LANES:
        name = stream_name(giver.node, taker.node, lane)
        with taker_store.transaction() as tx:
            head = tx.get(Head, name)
        assert head is not None
        with giver_store.transaction() as tx:
            served = outbox.serve(giver, tx, name, Stand(head.epoch, head.seq, head.hash), now_ms())
        inbox.receive(taker, taker_store, list(unpack(taker, served.frames)), now_ms())


def clause(giver: str, taker: str, kind: str, **more: Any) -> Clause:
    values: dict[str, Any] = {"purpose": "phối hợp", "source": "Quy chế 15/QCPH", "proposals": True} | more
    return Clause(f"{giver}-{kind}", giver, taker, kind, FIELDS[kind], **values)


def make_keys() -> meeting_deeds.Made:
    return meeting_deeds.make_keys(by=None, at=clock.now())


def stranger(name: str = "Bắc Ninh", node: str = THEM, me: str = "lang-son") -> Neighbour:
    """A node that knows who it is and has met nobody."""
    keys, recovery = KeyRing([new_seed(os.urandom)]), new_seed(os.urandom)
    kinds = {one: Kind(one, lane="alert" if one == "water-notice" else "record") for one in FIELDS}
    them = Neighbour(me, Engine(node, keys, kinds), recovery=recovery)
    with them.store.transaction() as tx:
        meeting.begin(them.engine, tx, public_of(recovery), name, now_ms())
    return them


def card_of(them: Neighbour) -> meeting.Card:
    with them.store.transaction() as tx:
        return meeting.read_card(meeting.card(them.engine, tx))


def meet(them: Neighbour, address: str = "") -> None:
    card = card_of(them)
    meeting_deeds.meet(card=card, typed=" ".join(card.words), address=address, by=None, at=clock.now())
    mine = meeting_deeds.read_card(meeting_deeds.card() or b"")
    with them.store.transaction() as tx:
        meeting.meet(them.engine, tx, mine, " ".join(mine.words), now_ms())


def agree(them: Neighbour, clauses: list[Clause], note: str = "") -> int:
    peer = them.engine.node
    agreement_deeds.save_draft(peer, clauses, note, by=None, at=clock.now())
    version = agreement_deeds.propose(peer, by=None, at=clock.now())
    them.talk()
    them.do(agreements.countersign, version)
    them.talk()
    sharing.catch_up(peer, at=clock.now())
    them.talk()
    return version


def met_and_agreed(say: Callable[[str], str] = lambda word: word, **more: Any) -> Neighbour:
    """Both houses share their list of focal officers and their joint tasks."""
    make_keys()
    them = stranger(say("Bắc Ninh")[:200])
    meet(them, "https://bac-ninh.example.vn")
    both = ((them.me, THEM), (THEM, them.me))
    agree(them, [clause(*ends, kind, **more) for ends in both for kind in FIELDS], say("Lời nói đầu"))
    return them


def task(say: Callable[[str], str] = lambda word: word, **more: Any) -> dict[str, Any]:
    return {
        "number": 3, "text": say("Kiểm tra chung đoạn giáp ranh"), "programme": say("Phối hợp 2026"), "state": "doing",
        "due_on": "2026-12-15", "lead": say("Phòng Quản lý môi trường"), "progress": say("đã khảo sát"),
        "illustrative": False,
    } | more  # fmt: skip


def notice(say: Callable[[str], str] = lambda word: word, **more: Any) -> dict[str, Any]:
    """A warning as the other house tells it."""
    return {
        "uid": NOTICE.partition(":")[2], "incident": str(UUID(int=7)), "incidentNumber": "SC-2026-007",
        "name": say("Cá chết ở Kép"), "river": "thuong", "km": "91.5", "kind": "warning", "n": 1, "to": "20",
        "state": "sent", "words": say("đề nghị kiểm tra"), "content": {"name": say("Cá chết ở Kép")}, "drill": False,
        "sentAt": "2026-11-20T01:00:00.000Z", "acknowledgeBy": "2026-11-20T04:00:00.000Z", "acknowledgedAt": None,
        "answeredAt": None, "illustrative": False,
    } | more  # fmt: skip


def furnish(node: Any, by: Any, say: Callable[[str], str] = lambda word: word) -> dict[str, Any]:
    """Something on every page; what the addresses need."""
    me = node.node.node_id
    them = met_and_agreed(say, purpose=say("phối hợp")[:300])
    them.share(TASK, **task(say))
    them.share(f"task:{UUID(int=9)}", **task(say, state="lạ"))
    them.share(NOTICE, **notice(say))
    them.share(f"contact-list:{THEM}", agency=say("Sở"), node=THEM, area="24", officers=[{"name": say("Lê Thị Chi")}])
    them.talk()
    own = f"contact-list:{me}"
    _ask(them, own, say)
    them.talk()
    record_deeds.mark_read(THEM, TASK, answer=say("đã rõ"), by=by, at=clock.now())
    record_deeds.report_error(THEM, TASK, "due_on", say("sai hạn"), by=by, at=clock.now())
    parties = tuple(sorted((me, THEM)))
    text = Text(2, (parties[0], parties[1]), (clause(THEM, me, "task", purpose=say("bản mới")),), say("bản hai"))
    them.do(agreements.propose, text)
    them.talk()
    agreement_deeds.save_draft(
        THEM, [clause(me, THEM, "contact-list", purpose=say("bản soạn"))], say("nháp"), by=None, at=clock.now()
    )
    with store().transaction() as tx:
        aside = tx.find(Place, stream=f"{THEM}.{me}.record", state="quarantined")[0]
        event = tx.find(Notice, peer=THEM, direction="in", state="open")[0].event_id
    return {
        "peer": THEM, "stream": aside.stream, "seq": aside.seq, "subject": TASK, "event": event, "sha256": "0" * 64,
        "exchange:version.number": 1, "exchange:countersign.number": 2, "exchange:decline.number": 2,
        "water:received_notice.uid": NOTICE.partition(":")[2], "water:received_step.uid": NOTICE.partition(":")[2],
        "water:received_step.name": "acknowledge", "programme:neighbour_task.uid": TASK.partition(":")[2],
        "clause_id": f"{me}-contact-list", "exchange:record_step.name": "read",
        "exchange:succession_step.name": "draft",
    }  # fmt: skip


def _ask(them: Neighbour, own: str, say: Callable[[str], str]) -> None:
    them.do(receipts_read, own, say("Trưởng phòng"))
    them.do(records.propose, own, {"agency": say("Sở tên mới")})
    them.do(records.report_error, own, "officers", say("sai số điện thoại"))


def receipts_read(engine_: Engine, tx: Any, peer: str, subject: str, reader: str, now: int) -> Any:
    return receipts.mark_read(engine_, tx, peer, subject, reader[:200], now, "đã nhận")
