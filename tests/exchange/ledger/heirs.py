"""The last act: one of the two nodes is followed by a third, while the line still loses, repeats and forges.

What was agreed, shared and asked must go on under the new name: nothing is lost that somebody had written, and what
stood signed stays as it was.
"""

from __future__ import annotations

import io
import random
from dataclasses import replace
from typing import Any

from tests.exchange.ledger.faulty import Crash, Crashing, World
from tests.exchange.ledger.nodes import Side, ask, exchange, kinds, pull, side
from tests.exchange.ledger.theatre import KINDS, Theatre

from giapranh.exchange.ledger import meeting, records, snapshot, succession
from giapranh.exchange.ledger.keys import public_of
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.rows import BlobNeed, Notice, Peer, Record
from giapranh.kernel.errors import Refused

HEIR = "vn-27"


def follow(theatre: Theatre, world: World, who: int, number: int) -> None:
    """Node ``who`` ends and ``HEIR`` goes on; begins with two nodes at rest."""
    chance = random.Random(f"heir {number}")
    old, peer = theatre.sides[who], theatre.sides[1 - who]
    store = Crashing(world.new_store(HEIR))
    heir = side(HEIR, peer.node, number, store=store, kinds=kinds())
    peer.store.calm()  # type: ignore[attr-defined]
    with heir.store.transaction() as tx:
        meeting.begin(heir.engine, tx, public_of(heir.recovery), HEIR, heir.now)
        card = meeting.card(heir.engine, tx)
    _write(chance, peer, old, old.node)  # what the old node never reads
    _write(chance, old, peer, old.node)
    text = _text(old, heir, card)
    with old.store.transaction() as tx:
        succession.succeed(old.engine, tx, text, old.tick())
    _inherit(chance, old, peer, heir)
    _write(chance, peer, old, old.node)  # before it knows
    _write(chance, heir, peer, old.node)
    for _ in range(chance.randrange(5)):
        _bad_line(chance, peer, old, heir)
    store.calm()
    peer.store.calm()  # type: ignore[attr-defined]
    pull(peer, old)
    turned = replace(peer, peer=HEIR)  # the same node, speaking with the one that follows
    _rest(turned, heir)
    _promises(old, turned, heir, theatre)
    theatre.stats["succeeded"] += 1


def _write(chance: random.Random, s: Side, other: Side, old: str) -> None:
    for _ in range(chance.randrange(4)):
        name = chance.choice(KINDS)
        writer = s.node if s.node != HEIR else old
        level = chance.choice(["1", "2", "poison"])
        s.share(f"{name}:{writer}-{chance.randrange(4)}", name, name=f"late {chance.random()}", level=level)


def _text(old: Side, heir: Side, card: bytes) -> bytes:
    with old.store.transaction() as tx:
        once = succession.draft(old.engine, tx, card, "2025-07-01", "sáp nhập")
    with heir.store.transaction() as tx:
        return succession.accept(heir.engine, tx, once)


def _inherit(chance: random.Random, old: Side, peer: Side, heir: Side) -> None:
    """The file goes from hand to hand; the power may go while it is taken in, and it is taken in again."""
    out = io.BytesIO()
    with old.store.transaction() as tx:
        snapshot.write(old.engine, tx, peer.node, out, old.now)
        row = tx.get(Peer, peer.node)
    assert row is not None
    seen = meeting.Card(row.node, row.name, row.root, row.recovery)
    cuts = [chance.randrange(30), None]
    for cut in cuts:
        heir.store.writes_left = cut  # type: ignore[attr-defined]
        try:
            with heir.store.transaction() as tx:
                rows = snapshot.read_rows(io.BytesIO(out.getvalue()), old.node, peer.node, old.engine.keys.public)
                meeting.start_streams(heir.engine, tx, seen, heir.tick())
                succession.adopt_agreement(heir.engine, tx, rows, old.node, peer.node, heir.now)
                succession.adopt(heir.engine, tx, rows, old.node, peer.node, heir.now)
        except Crash:
            continue
        break
    heir.store.calm()  # type: ignore[attr-defined]


def _bad_line(chance: random.Random, peer: Side, old: Side, heir: Side) -> None:
    """One answer of one of the three, cut short, shuffled or twice; or the power goes meanwhile."""
    taker, giver = chance.choice([(peer, old), (peer, old), (peer, heir), (heir, peer)])
    with taker.store.transaction() as tx:
        knows = tx.get(Peer, giver.node) is not None
    with giver.store.transaction() as tx:
        knows = knows and tx.get(Peer, taker.node) is not None
    if not knows:
        return
    stream = stream_name(giver.node, taker.node, chance.choice(LANES))
    parts = ask(taker, giver, stream, chance.randrange(1, 9)).frames
    if chance.random() < 0.3:
        chance.shuffle(parts)
    if chance.random() < 0.3:
        taker.store.cut(chance.randrange(12))  # type: ignore[attr-defined]
    for _ in range(chance.choice([1, 1, 2])):
        try:
            taker.receive(parts, per_transaction=3)
        except Crash:
            break
    taker.store.calm()  # type: ignore[attr-defined]


def _rest(peer: Side, heir: Side) -> None:
    """Both share again what nobody signed for, answer what was asked, and mend what is refused."""
    for turn in range(12):
        exchange(peer, heir, 2)
        if turn == 2:
            _answer(peer, heir)
        if not sum(_again(s) for s in (peer, heir)) and turn > 3:
            return
    raise AssertionError("the successor and the neighbour do not come to rest")


def _again(s: Side) -> int:
    rows = [r for r in s.rows(Record, peer=s.peer, owner=s.node) if r.blocked_by and r.state in {"live", "offered"}]
    for record in rows:
        s.share(record.subject, record.kind, s.peer, name="again", level="1")
    return len(rows)


def _answer(*sides: Side) -> None:
    for s in sides:
        for notice in s.rows(Notice, peer=s.peer, kind="offer", direction="in", state="open"):
            try:
                s.do(records.answer_offer, s.peer, notice.event_id, len(notice.event_id) % 2 == 0, "")
            except Refused:
                continue


def _promises(old: Side, peer: Side, heir: Side, theatre: Theatre) -> None:
    for owner, taker in ((peer, heir), (heir, peer)):
        theatre._replica_equals_owner(owner, taker)
        theatre._nothing_forged(taker)
        theatre._chains_verify(taker)
    before: dict[str, Any] = {r.subject: r for r in old.rows(Record, peer=peer.node)}
    after = {r.subject for r in heir.rows(Record, peer=peer.node)}
    assert set(before) <= after, "a record did not come along"
    assert not peer.rows(Record, peer=old.node), "a record stayed behind"
    assert not peer.rows(BlobNeed, peer=heir.node, direction="in", here=False)
