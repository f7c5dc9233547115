"""The fault table, part three: power cuts, restores, two histories, new nodes."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from tests.exchange.ledger.broken_peer import BrokenPeer
from tests.exchange.ledger.faulty import Crash, Crashing
from tests.exchange.ledger.nodes import (
    Side,
    alarms,
    exchange,
    give_back,
    pair,
    pull,
    same_state,
    sound,
)  # fmt: skip

from giapranh.exchange.ledger import (
    audit,
    forks,
    inbox,
    meeting,
    outbox,
    rollback,
    rotation,
    snapshot,
    statements,
)  # fmt: skip
from giapranh.exchange.ledger.engine import LANES
from giapranh.exchange.ledger.keys import KeyRing
from giapranh.exchange.ledger.names import stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import (
    Body,
    Entry,
    Peer,
    Place,
    Record,
)  # fmt: skip
from giapranh.exchange.ledger.store import MemoryStore

STREAM = "vn-20.vn-24.record"


# ---- power cuts


def test_power_cut_at_every_write_boundary_of_sender_and_receiver():
    cut = 0
    while True:
        one, two = pair()
        stores = [Crashing(one.store), Crashing(two.store)]
        one.store, two.store = stores
        for store in stores:
            store.cut(cut)
        crashes = 0
        for attempt in range(6):
            try:
                if one.record("note:1") is None:
                    one.share("note:1", name="một")
                exchange(one, two, 2)
            except Crash:
                crashes += 1
                sound(one, two)
                assert attempt < 5
        assert one.record("note:1").data == two.record("note:1").data
        assert one.record("note:1").version == 1
        sound(one, two)
        cut += 1
        if not crashes:
            break
    assert cut > 8


def test_bit_flip_is_found_by_the_daily_check_and_the_rest_is_readable():
    one, two = pair()
    for number in range(4):
        one.share(f"note:{number}", name=f"v{number}")
    exchange(one, two)
    target = next(p for p in two.rows(Place, subject="note:1"))
    row = two.rows(Entry, stream=STREAM, hash=target.hash)[0]
    at = row.envelope.index(b"payload") + 40
    flipped = row.envelope[:at] + bytes([row.envelope[at] ^ 1]) + row.envelope[at + 1 :]
    two.store.tables[Entry][row.key] = replace(row, envelope=flipped)
    two.store.restore(two.store.backup())
    with two.store.transaction() as tx:
        found = list(audit.verify(two.engine, tx))
    assert [(f.stream, f.seq) for f in found] == [(STREAM, target.seq)]
    assert two.record("note:2").version == 1
    other = next(p for p in two.rows(Place, subject="note:2"))
    body = two.rows(Body, stream=STREAM, hash=other.hash)[0]
    two.store.tables[Body][body.key] = replace(body, data=body.data[:-1] + b"!")
    two.store.restore(two.store.backup())
    with two.store.transaction() as tx:
        assert "content-damaged" in {f.what for f in audit.verify(two.engine, tx)}


# ---- restores


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("wrote", [True, False])
def test_restore_from_backup_declared_or_not_with_and_without_writes_since(declared, wrote):
    one, two = pair()
    one.share("note:1", name="đầu")
    exchange(one, two)
    backup = one.store.backup()
    one.share("note:1", name="mất")
    one.share("note:2", name="mất")
    pull(two, one)
    one.store.restore(backup)
    if declared:
        assert len(one.do(rollback.declare_restore)) == 3
    if wrote:
        one.share("note:1", name="mới")
        one.share("note:3", name="mới")
    exchange(one, two)
    assert alarms(one, "rollback-healed")
    assert alarms(two, "peer-restored")
    assert bool(alarms(one, "conflict")) == wrote
    assert one.record("note:2").data == two.record("note:2").data
    wanted = "mới" if wrote else "mất"
    assert json.loads(two.record("note:1").data)["name"] == wanted
    assert same_state(one, two)
    assert alarms(two, "fork") == []
    sound(one, two)


def test_restore_of_the_receiver_is_noticed_and_filled_again():
    one, two = pair()
    backup = two.store.backup()
    one.share("note:1", name="một")
    exchange(one, two)
    two.store.restore(backup)
    exchange(one, two)
    assert two.record("note:1").version == 1
    assert alarms(one, "peer-rolled-back")
    assert same_state(one, two)


def test_what_came_home_is_not_written_again_and_keys_are_told_again():
    """The two slips of the simulation: an entry taken back appended twice, a rotation lost on the losing branch."""
    one, two = pair()
    backup = one.store.backup()
    kept = one.share("note:1", name="một")
    pull(two, one)
    one.store.restore(backup)
    new = one.engine.keys.add(b"n" * 32)
    one.do(rotation.rotate_key, new)
    one.share("note:2", name="ký bằng khóa mới")
    exchange(one, two)
    ids = [p.event_id for p in one.rows(Place, stream=STREAM)]
    assert ids.count(kept.event_id) == 1
    assert len(ids) == len(set(ids))
    assert two.record("note:2") is not None
    sound(one, two)


def test_a_restored_node_without_its_newest_key_says_so_and_takes_nothing_half():
    one, two = pair()
    backup = one.store.backup()
    new = one.engine.keys.add(b"n" * 32)
    one.do(rotation.rotate_key, new)
    one.share("note:1", name="một")
    pull(two, one)
    one.store.restore(backup)
    one.engine = replace(one.engine, keys=KeyRing([one.engine.keys.seed(one.engine.keys.root)]))
    before = one.store.backup()
    with pytest.raises(Broken, match="khóa"):
        give_back(two, one, STREAM)
    assert one.store.backup() == before


def test_a_machine_copied_and_running_twice_heals_or_alarms_never_silence():
    one, two = pair()
    clone = Side(one.node, one.peer, one.engine, MemoryStore(), one.rng, one.recovery, one.now)
    clone.store.restore(one.store.backup())
    for turn in range(3):
        one.share("note:1", name=f"bản gốc {turn}")
        exchange(one, two, 1)
        clone.share("note:2", name=f"bản sao {turn}")
        exchange(clone, two, 1)
    exchange(one, two)
    assert alarms(one, "twice-running")
    assert alarms(clone, "rollback-healed")
    assert one.record("note:2").data == two.record("note:2").data
    sound(two)


def test_two_histories_are_proven_by_two_signed_heads():
    one, two = pair()
    backup = one.store.backup()
    papers = []
    for text in ("cho người này", "cho người kia"):
        one.store.restore(backup)
        one.share("note:1", name=text)
        with one.store.transaction() as tx:
            papers.append(statements.make(one.engine, tx, "vn-24", one.tick()))
    found = forks.prove(papers[0], papers[1], [one.engine.keys.root])
    assert (found.stream, found.seq) == (STREAM, 3)
    assert found.hashes[0] != found.hashes[1]
    assert forks.prove(papers[0], papers[0], [one.engine.keys.root]) is None
    with pytest.raises(Broken):
        forks.prove(papers[0], papers[1], ["a" * 64])
    with two.store.transaction() as tx:
        for paper in papers:
            statements.read(two.engine, tx, "vn-20", paper, two.tick())
    assert alarms(two, "fork")[0].other == papers[0]


def test_two_entries_for_one_place_are_kept_as_evidence():
    one, two = pair()
    one.share("note:1", name="một")
    pull(two, one)
    other = BrokenPeer(one, two)
    other.seq, other.prev = 2, two.rows(Place, stream=STREAM)[1].hash
    frame = other.entry({"name": "hai"})
    assert inbox.receive(two.engine, two.store, [frame], two.tick())[0].reason == "fork"
    alarm = alarms(two, "fork")[0]
    assert forks.prove(alarm.evidence, alarm.other, [one.engine.keys.root]).seq == 3


# ---- new nodes


def fresh(s: Side, other: Side) -> Side:
    new = Side(s.node, s.peer, s.engine, MemoryStore(), s.rng, s.recovery, s.now + 60_000)
    with s.store.transaction() as old, new.store.transaction() as tx:
        tx.put(old.get(Peer, s.node))
        row = old.get(Peer, other.node)
        card = meeting.Card(row.node, row.name, row.root, row.recovery)
        meeting.meet(new.engine, tx, card, " ".join(card.words), new.now)
    return new


def test_new_node_from_zero_and_from_snapshot_and_tail_come_to_the_same_state():
    one, two = pair()
    for number in range(12):
        one.share(f"note:{number % 5}", name=f"v{number}")
        two.share(f"note:b{number % 3}", name=f"v{number}")
        if number == 6:
            exchange(one, two)
            out = io.BytesIO()
            with two.store.transaction() as tx:
                snapshot.write(two.engine, tx, "vn-20", out, two.tick())
    one.do(outbox.recall, "vn-24", "note:4", "thu hồi")
    exchange(one, two)
    zero = fresh(two, one)
    begun = Side(two.node, two.peer, two.engine, MemoryStore(), two.rng, two.recovery, two.now)
    with begun.store.transaction() as tx:
        loaded = snapshot.load(begun.engine, tx, io.BytesIO(out.getvalue()), begun.tick())
    assert loaded.rows > 10
    for new in (zero, begun):
        for lane in LANES:
            give_back(one, new, stream_name("vn-24", "vn-20", lane))
        backup = one.store.backup()
        pull(new, one)
        one.store.restore(backup)
        with new.store.transaction() as a, two.store.transaction() as b:
            assert snapshot.state_hash(a, "vn-20") == snapshot.state_hash(b, "vn-20")
        sound(new)


def test_a_snapshot_that_was_touched_is_refused():
    one, two = pair()
    one.share("note:1", name="một")
    exchange(one, two)
    out = io.BytesIO()
    with two.store.transaction() as tx:
        snapshot.write(two.engine, tx, "vn-20", out, two.tick())
    new = Side(two.node, two.peer, two.engine, MemoryStore(), two.rng, two.recovery, two.now)
    bad = out.getvalue().replace(b'"version":1', b'"version":2', 1)
    with pytest.raises(Broken), new.store.transaction() as tx:
        snapshot.load(new.engine, tx, io.BytesIO(bad), new.tick())
    assert new.rows(Record) == []
