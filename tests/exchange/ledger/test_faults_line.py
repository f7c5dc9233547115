"""The fault table, part one: what the line does. Each row is a test; the row stands in its name."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from tests.exchange.ledger.broken_peer import BrokenPeer
from tests.exchange.ledger.nodes import NOON, Side, alarms, ask, exchange, give_back, meet, pair, pull, side

from giapranh.exchange.ledger import bundle, inbox, outbox, receipts, rotation, status
from giapranh.exchange.ledger.engine import LANES, Limits
from giapranh.exchange.ledger.keys import KeyRing
from giapranh.exchange.ledger.rows import Body, Entry, Held, Place, Receipt

DAY = 86_400_000


def served(giver: Side, taker: Side, lane: str = "record") -> list[bytes]:
    return ask(taker, giver, f"{giver.node}.{taker.node}.{lane}").frames


def carriers(s: Side, stream: str, hash: str) -> list[bytes]:
    return [row.envelope for r in s.rows(Receipt, stream=stream, hash=hash) for row in s.rows(Entry, hash=r.by_hash)]


def test_duplicate_entry_batch_day_and_after_a_year():
    one, two = pair()
    for number in range(5):
        one.share(f"note:{number}", name=f"v{number}")
    batch = served(one, two)
    assert [o.state for o in two.receive(batch)][-5:] == ["applied"] * 5
    hashes = [p.hash for p in two.rows(Place, stream="vn-20.vn-24.record") if p.kind == "note"]
    before = [carriers(two, "vn-20.vn-24.record", h) for h in hashes]
    written = len(two.rows(Place, stream="vn-24.vn-20.record"))
    for wait in (0, DAY, 366 * DAY):
        two.now += wait
        assert {o.state for o in two.receive(batch + batch[:2])} == {"duplicate"}
    assert [carriers(two, "vn-20.vn-24.record", h) for h in hashes] == before
    assert len(two.rows(Place, stream="vn-24.vn-20.record")) == written
    assert [two.record(f"note:{n}").version for n in range(5)] == [1] * 5


def test_reorder_within_and_between_batches_is_held_until_the_gap_fills():
    one, two = pair()
    for number in range(6):
        one.share("note:1", name=f"v{number}")
    batch = served(one, two)[-6:]
    assert {o.state for o in two.receive(batch[3:][::-1])} == {"held"}
    assert two.record("note:1") is None
    with two.store.transaction() as tx:
        lane = status.of(two.engine, tx, "vn-20", two.now).into[1]
    assert (lane.waiting, bool(lane.oldest_at)) == (3, True)
    outcomes = two.receive([batch[1], batch[2], batch[0]])
    assert outcomes[-1].state == "applied"
    assert two.record("note:1").version == 6
    assert two.rows(Held) == []


def test_lanes_do_not_wait_for_each_other():
    one, two = pair()
    one.share("series:1", "series", name="nhiều")
    one.share("flood:1", "flood", name="lũ")
    pull(two, one, lanes=["alert"])
    assert (two.record("flood:1") is not None, two.record("series:1")) == (True, None)
    assert LANES == ("alert", "record", "bulk")


def test_drop_of_request_reply_and_receipt_is_sent_again_without_anybody():
    one, two = pair()
    one.share("note:1", name="một")
    served(one, two)  # the reply is lost
    pull(two, one)
    served(two, one)  # the receipt is lost
    assert not [r for r in one.rows(Receipt, stream="vn-20.vn-24.record") if r.seq == 3]
    pull(one, two)
    assert [r.status for r in one.rows(Receipt, stream="vn-20.vn-24.record") if r.seq == 3] == ["applied"]


@pytest.mark.parametrize("days", [0, 3, 30])
def test_link_down_for_an_hour_three_days_thirty_days(days):
    one, two = pair()
    for day in range(days + 1):
        for s in (one, two):
            s.now += DAY if days else 3_600_000
            s.share(f"note:{s.node}-{day}", name=f"ngày {day}")
            s.share(f"series:{s.node}-{day}", "series", name="dài")
            s.share(f"flood:{s.node}-{day}", "flood", name="lũ")
    came = [o.kind for o in pull(two, one) if o.kind in {"flood", "note", "series"}]
    assert came == sorted(came, key=["flood", "note", "series"].index)
    exchange(one, two)
    for s, other in ((one, two), (two, one)):
        with s.store.transaction() as tx:
            assert status.of(s.engine, tx, other.node, s.now).synced_out
        assert len([r for r in s.rows(Place) if r.state == "applied" and r.kind == "note"]) == days + 1


def test_one_direction_only_each_direction_on_its_own():
    one, two = pair()
    one.share("note:1", name="một")
    two.share("note:2", name="hai")
    pull(two, one)  # two hears one; one hears nothing
    with one.store.transaction() as tx:
        mine = status.of(one.engine, tx, "vn-24", one.now)
    with two.store.transaction() as tx:
        its = status.of(two.engine, tx, "vn-20", two.now)
    assert (mine.synced_out, mine.out[1].waiting) == (False, 1)
    assert its.clean_in
    assert its.last_applied > mine.last_applied


@pytest.mark.parametrize("offset", [60_000, -60_000, DAY, -DAY, -NOON])
def test_clock_off_by_a_minute_a_day_or_back_in_1970(offset):
    one, two = pair()
    one.now += offset
    one.share("note:1", name="một")
    two.share("note:2", name="hai")
    exchange(one, two)
    assert two.record("note:1") is not None
    assert one.record("note:2") is not None
    place = next(p for p in two.rows(Place, stream="vn-20.vn-24.record") if p.kind == "note")
    assert abs(place.offset + offset) < 60_000


def test_key_rotation_and_both_at_once():
    one, two = pair()
    one.share("note:1", name="khóa cũ")
    for s in (one, two):
        assert len(s.do(rotation.rotate_key, s.engine.keys.add(s.rng.randbytes(32)))) == 3
        s.share(f"note:{s.node}", name="khóa mới")
    exchange(one, two)
    assert two.record("note:1") is not None
    assert two.record("note:vn-20") is not None
    assert one.record("note:vn-24") is not None


def test_key_lost_the_recovery_key_names_a_new_one():
    one, two = pair()
    one.share("note:1", name="trước")
    exchange(one, two)
    lost = Side(
        one.node, one.peer, replace(one.engine, keys=KeyRing([one.rng.randbytes(32)])), one.store, one.rng, one.recovery
    )
    lost.now = one.now
    assert len(lost.do(rotation.recover_key, one.recovery, lost.engine.keys.root)) == 3
    lost.share("note:2", name="sau")
    exchange(lost, two)
    assert two.record("note:2") is not None
    assert alarms(two, "fork") == []


def test_key_stolen_after_n_refused_before_n_stands():
    one, two = pair()
    one.share("note:1", name="thật")
    pull(two, one)
    thief = BrokenPeer(one, two, keys=KeyRing([one.engine.keys.seed(one.engine.keys.root)]))
    false = [thief.entry({"name": "giả"}, version=2, base=1), thief.entry({"name": "giả"}, subject="note:9")]
    inbox.receive(two.engine, two.store, false, two.tick())
    assert b"gi\xe1\xba\xa3" in two.record("note:1").data
    one.do(rotation.recover_key, one.recovery, one.engine.keys.add(one.rng.randbytes(32)))
    one.share("note:1", name="thật 2")
    stream = "vn-20.vn-24.record"
    assert ask(two, one, stream).unknown
    assert give_back(two, one, stream).foreign == 1
    assert alarms(one, "stolen-key-used")
    exchange(one, two)
    assert "thật 2".encode() in two.record("note:1").data
    assert two.record("note:9") is None
    assert alarms(two, "wound-back")
    late = thief.entry({"name": "giả nữa"}, version=9, base=8)
    assert inbox.receive(two.engine, two.store, [late], two.tick())[0].reason in {"key-out-of-range", "fork"}
    assert "thật 2".encode() in two.record("note:1").data


def test_replay_of_an_old_request_and_of_another_peers_entry():
    one, two = pair()
    one.share("note:1", name="một")
    old = served(one, two)
    exchange(one, two)
    state = two.record("note:1")
    assert {o.state for o in two.receive(old)} == {"duplicate"}
    assert two.record("note:1") == state
    three = side("vn-08", "vn-20", 5)
    meet(one, three)
    outcome = three.receive(old)[0]
    assert (outcome.state, outcome.reason) == ("refused", "another-peer")
    assert alarms(three, "another-peer")[0].count == len(old)


def test_usb_letter_and_line_mixed_and_overlapping_come_to_one_state():
    one, two = pair()
    files: list[bytes] = []
    for number in range(20):
        one.share(f"note:{number % 7}", name=f"v{number}")
        if number == 5:
            pull(two, one)
        if number in {8, 12}:
            files += files_of(one, two)
    pull(two, one)
    for data in files[::-1] + files:
        taken = bundle.read(two.engine, two.store, io.BytesIO(data), two.tick())
        assert taken.states["applied"] == taken.states["quarantined"] == 0
    exchange(one, two)
    for number in range(7):
        mine, its = one.record(f"note:{number}"), two.record(f"note:{number}")
        assert (mine.data, mine.version) == (its.data, its.version)


def files_of(giver: Side, taker: Side) -> list[bytes]:
    out = io.BytesIO()
    bundle.write(giver.engine, giver.store, taker.node, out, giver.tick())
    return [out.getvalue()]


def test_two_nodes_may_live_on_files_alone_and_heal_a_restore():
    one, two = pair()
    backup = one.store.backup()
    one.share("note:1", name="trước")
    bundle.read(two.engine, two.store, io.BytesIO(files_of(one, two)[0]), two.tick())
    one.store.restore(backup)
    one.share("note:2", name="sau")
    for _ in range(3):
        for giver, taker in ((one, two), (two, one)):
            bundle.read(taker.engine, taker.store, io.BytesIO(files_of(giver, taker)[0]), taker.tick())
    for subject in ("note:1", "note:2"):
        assert one.record(subject).data == two.record(subject).data


def test_slow_peer_is_served_in_small_pieces_and_a_flood_costs_one_row():
    one, two = pair()
    for number in range(50):
        one.share("note:1", name=f"v{number}")
    with one.store.transaction() as tx:
        piece = outbox.serve(one.engine, tx, "vn-20.vn-24.record", outbox.Stand(0, 0, ""), one.tick(), max_bytes=5_000)
    assert piece.more
    assert sum(map(len, piece.frames)) < 5_000
    flood = BrokenPeer(one, two, keys=KeyRing([b"f" * 32]))
    inbox.receive(two.engine, two.store, [flood.entry({"name": "x"}) for _ in range(1)] * 500, two.tick())
    assert [row.count for row in alarms(two, "forged")] == [500]
    one.share("flood:1", "flood", name="lũ")
    pull(two, one, lanes=["alert"])
    assert two.record("flood:1") is not None


def test_entries_far_ahead_are_not_hoarded():
    one, two = pair(limits=Limits(held=10))
    for number in range(40):
        one.share("note:1", name=f"v{number}")
    batch = served(one, two)[-30:]
    states = [o.reason for o in two.receive(batch[1:])]
    assert states.count("gap") == 10
    assert states.count("too-far-ahead") == 19
    pull(two, one)
    assert two.record("note:1").version == 40


def test_recall_of_a_record_already_read():
    one, two = pair()
    one.share("note:1", name="bí mật")
    pull(two, one)
    with two.store.transaction() as tx:
        receipts.mark_read(two.engine, tx, "vn-20", "note:1", "Chánh Thanh tra", two.tick())
    one.do(outbox.recall, "vn-24", "note:1", "gửi nhầm")
    exchange(one, two)
    record = two.record("note:1")
    assert (record.state, record.data) == ("recalled", None)
    kept = [b.data for s in (one, two) for b in s.rows(Body)]
    assert not any("bí mật".encode() in data for data in kept)
    recall = next(p for p in one.rows(Place, stream="vn-20.vn-24.record") if p.kind == "recall")
    assert [r.status for r in one.rows(Receipt, hash=recall.hash)] == ["applied"]
    assert [r.reader for r in one.rows(Receipt, status="read")] == ["Chánh Thanh tra"]
    assert two.share("note:1", name="lại").reason == "not-owner"
