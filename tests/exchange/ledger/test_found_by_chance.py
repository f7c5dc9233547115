"""What the machine found once, each as a short story of its own, so that it stays found."""

from __future__ import annotations

from tests.exchange.ledger import heirs
from tests.exchange.ledger.faulty import MemoryWorld
from tests.exchange.ledger.nodes import ask, exchange, give_back, pair, pull, same_state, unpack
from tests.exchange.ledger.test_faults_history import fresh
from tests.exchange.ledger.theatre import Theatre, recover, text_of

from giapranh.exchange.ledger import agreements, blobs, envelope, inbox, outbox, records, rollback, rotation
from giapranh.exchange.ledger.engine import Written
from giapranh.exchange.ledger.entry import Blob
from giapranh.exchange.ledger.rows import Agreement, Alarm, Notice, Place, Receipt, Withdrawal

STREAM, BACK = "vn-20.vn-24.record", "vn-24.vn-20.record"


def test_a_key_change_whose_second_signature_was_damaged_on_the_way_is_asked_for_again():
    one, two = pair()
    one.do(rotation.rotate_key, one.engine.keys.add(b"n" * 32))
    one.share("note:1", name="khóa mới")
    frames = unpack(one.engine, ask(two, one, STREAM).frames)
    at = next(n for n, f in enumerate(frames) if b"giapranh.key" in f.first)
    sealed = envelope.read(frames[at].first, limit=99_999)
    for which in (0, 1):
        pairs = list(sealed.signatures)
        public, signature = pairs[which]
        pairs[which] = (public, bytes([signature[0] ^ 1]) + signature[1:])
        bad = frames[at].__class__(
            "E", envelope.assemble(sealed.payload, sealed.payload_type, pairs).raw, frames[at].second
        )
        assert inbox.receive(two.engine, two.store, [*frames[:at], bad], two.tick())[-1].reason == "forged"
    pull(two, one)
    assert two.record("note:1").version == 1


def test_a_correction_may_be_written_while_an_offer_waits_behind_the_refusal():
    one, two = pair()
    one.share("note:1", level="poison")
    one.do(records.offer, "vn-24", "note:1", "bàn giao")
    exchange(one, two)
    assert isinstance(one.share("note:1", name="đã sửa"), Written)
    assert one.share("note:1", name="nữa").reason == "offered"
    exchange(one, two)
    notice = two.rows(Notice, direction="in")[0]
    two.do(records.answer_offer, "vn-20", notice.event_id, True, "")
    exchange(one, two)
    assert one.record("note:1").owner == two.record("note:1").owner == "vn-24"
    assert one.record("note:1").version == two.record("note:1").version
    assert one.record("note:1").data == two.record("note:1").data


def test_a_refusal_that_came_before_the_entry_came_home_is_still_told_to_the_author():
    one, two = pair()
    backup = one.store.backup()
    one.share("note:1", level="poison")
    pull(two, one)
    one.store.restore(backup)
    pull(one, two)  # the refusal of an entry this node does not know (any more)
    assert [a.kind for a in one.rows(Alarm)] == ["receipt-unknown"]
    give_back(two, one, STREAM)
    assert one.record("note:1").blocked_by
    one.share("note:1", name="đã sửa")
    exchange(one, two)
    assert same_state(one, two)


def test_a_recall_lost_in_a_restore_leaves_the_record_to_be_shared_again():
    one, two = pair()
    one.share("note:1", name="một")
    backup = one.store.backup()
    one.do(outbox.recall, "vn-24", "note:1", "thu hồi")
    frames = ask(two, one, STREAM).frames
    two.receive(frames[:-1])  # the header without its content, and not the recall
    one.store.restore(backup)
    exchange(one, two)
    assert two.rows(Place, subject="note:1")[0].state == "withheld"
    assert one.record("note:1").blocked_by
    assert isinstance(one.share("note:1", name="một"), Written)
    exchange(one, two)
    assert same_state(one, two)


def test_an_offer_made_after_a_declined_one_stays_open_on_a_node_that_replays():
    one, two = pair()
    one.share("note:1", name="một")
    for _ in range(2):
        one.do(records.offer, "vn-24", "note:1", "bàn giao")
        exchange(one, two)
        opened = [n for n in two.rows(Notice, direction="in") if n.state == "open"]
        if not two.rows(Notice, state="declined"):
            two.do(records.answer_offer, "vn-20", opened[0].event_id, False, "chưa")
            exchange(one, two)
    new = fresh(one, two)
    give_back(two, new, STREAM)
    pull(new, two)
    assert new.record("note:1").state == one.record("note:1").state == "offered"


def test_what_was_written_before_the_hand_over_comes_home_after_the_answer():
    one, two = pair()
    one.share("note:1", name="một")
    exchange(one, two)
    backup = one.store.backup()
    one.share("note:1", name="hai")
    one.do(records.offer, "vn-24", "note:1", "bàn giao")
    pull(two, one)
    two.do(records.answer_offer, "vn-20", two.rows(Notice, direction="in")[0].event_id, True, "")
    one.store.restore(backup)
    pull(one, two)  # the answer to an offer this node does not know (any more) waits
    assert [p.state for p in one.rows(Place, stream=BACK, kind="answer")] == ["parked"]
    with one.store.transaction() as tx:
        known = rollback.locator(tx, STREAM)
    with two.store.transaction() as tx:
        parts = rollback.returned(two.engine, tx, STREAM, known)
    with one.store.transaction() as tx:
        assert rollback.take_back(one.engine, tx, STREAM, unpack(one.engine, parts), one.tick()).returned >= 2
    assert one.record("note:1").owner == "vn-24"
    two.share("note:1", name="ba")
    exchange(one, two)
    assert same_state(one, two)


def test_a_node_that_replays_reads_an_old_decline_after_its_own_recall():
    one, two = pair()
    one.share("note:1", name="một")
    one.do(records.offer, "vn-24", "note:1", "bàn giao")
    exchange(one, two)
    two.do(records.answer_offer, "vn-20", two.rows(Notice, direction="in")[0].event_id, False, "chưa")
    exchange(one, two)
    one.do(outbox.recall, "vn-24", "note:1", "thu hồi")
    exchange(one, two)
    new = fresh(one, two)
    give_back(two, new, STREAM)
    pull(new, two)
    assert new.record("note:1").state == "recalled"


def test_a_recall_written_after_a_restore_that_forgot_the_hand_over_is_undone():
    one, two = pair()
    one.share("note:1", name="một")
    exchange(one, two)
    backup = one.store.backup()
    one.do(records.offer, "vn-24", "note:1", "bàn giao")
    pull(two, one)
    two.do(records.answer_offer, "vn-20", two.rows(Notice, direction="in")[0].event_id, True, "")
    one.store.restore(backup)
    one.do(outbox.recall, "vn-24", "note:1", "không còn là của mình")
    exchange(one, two)
    assert one.record("note:1").owner == two.record("note:1").owner == "vn-24"
    assert same_state(one, two)
    assert [a.detail for a in one.rows(Alarm) if a.kind == "conflict"] == ["note:1"]


def test_a_record_whose_file_was_replaced_before_it_was_fetched_is_not_held_up():
    """The owner gives only files that its records name now: the version that named the first one waits no longer."""
    one, two = pair()
    for number in (1, 2):
        one.share("note:1", blobs=(Blob(f"{number:064x}", 9),), name=f"bản {number}")
    pull(two, one)
    with one.store.transaction() as tx:
        assert [blobs.may_have(tx, one.engine, "vn-24", f"{n:064x}") for n in (1, 2)] == [False, True]
    two.do(blobs.arrived, "vn-20", f"{2:064x}")
    assert two.record("note:1").version == 2
    assert [place.state for place in two.rows(Place, stream=STREAM, subject="note:1")] == ["superseded", "applied"]
    with two.store.transaction() as tx:
        assert blobs.wanted(tx, "vn-20") == []
    one.share("note:1", name="không còn tệp")
    exchange(one, two)
    assert same_state(one, two)


def test_a_file_of_a_newer_version_that_waits_is_not_given_up_for_an_older_one():
    one, two = pair()
    for number in (1, 2):
        one.share("note:1", blobs=(Blob(f"{number:064x}", 9),), name=f"bản {number}")
    one.share("note:2", blobs=(Blob(f"{1:064x}", 9),), name="cùng tệp")
    pull(two, one)
    two.do(blobs.arrived, "vn-20", f"{1:064x}")
    assert (two.record("note:1").version, two.record("note:2").version) == (1, 1)
    two.do(blobs.arrived, "vn-20", f"{2:064x}")
    assert two.record("note:1").version == 2


def test_both_sides_may_send_each_other_the_same_file():
    one, two = pair()
    paper = (Blob("a" * 64, 9),)
    one.share("note:1", blobs=paper, name="của một")
    two.share("note:2", blobs=paper, name="của hai")
    exchange(one, two)
    for giver, taker in ((one, two), (two, one)):
        with giver.store.transaction() as tx:
            assert blobs.may_have(tx, giver.engine, taker.node, "a" * 64)
        taker.do(blobs.arrived, giver.node, "a" * 64)
    exchange(one, two)
    assert same_state(one, two)


def test_what_was_kept_from_a_node_stays_so_when_it_replays():
    """The first version was refused on sight and never read; a node that begins anew must not stumble over it."""
    one, two = pair()
    one.share("note:1", level="poison")
    written = one.store.backup()
    one.do(outbox.recall, "vn-24", "note:1", "thu hồi")
    two.receive(ask(two, one, STREAM).frames[:-1])  # the header without its content, and not the recall
    one.store.restore(written)
    pull(one, two)
    assert one.record("note:1").blocked_by
    one.share("note:1", name="đã sửa")
    exchange(one, two)
    new = fresh(two, one)
    give_back(one, new, BACK)
    pull(new, one)
    assert new.record("note:1").data == two.record("note:1").data
    assert same_state(one, new)


def test_a_signature_of_mine_comes_home_before_the_keys_the_neighbour_signed_with():
    one, two = pair()
    two.do(rotation.rotate_key, two.engine.keys.add(b"n" * 32))
    exchange(one, two)
    two.do(agreements.propose, "vn-20", text_of(2))
    exchange(one, two)
    one.do(agreements.countersign, "vn-24", 2)
    exchange(one, two)
    new = fresh(one, two)
    give_back(two, new, STREAM)
    pull(new, two)
    assert [(row.version, row.state) for row in new.rows(Agreement)] == [(1, "replaced"), (2, "in-force")]


def test_a_content_that_is_withheld_after_its_header_was_signed_for_is_told_to_the_author():
    """First it waited for its file, then its reader was restored, and then its clause had ended."""
    one, two = pair()
    before = two.store.backup()
    one.share("note:1", blobs=(Blob("a" * 64, 9),), name="có tệp")
    exchange(one, two)
    two.store.restore(before)
    one.do(agreements.withdraw, "vn-24", "vn-20-note", "thôi")
    exchange(one, two)
    assert one.record("note:1").blocked_by
    assert {row.status for row in one.rows(Receipt, event_id=one.record("note:1").blocked_by)} == {
        "received",
        "withheld",
    }


def test_a_node_that_replays_does_not_refuse_what_it_took_before_it_ended_the_clause():
    one, two = pair()
    one.share("note:1", name="một")
    exchange(one, two)
    two.do(agreements.withdraw, "vn-20", "vn-20-note", "thôi")
    exchange(one, two)
    new = fresh(two, one)
    give_back(one, new, BACK)
    assert [row.clause for row in new.rows(Withdrawal)] == ["vn-20-note"]
    with one.store.transaction() as tx:  # as a file of the archive brings it: with its content
        parts = rollback.returned(one.engine, tx, STREAM, [])
    assert {o.state for o in new.receive(parts)} == {"applied"}
    assert new.record("note:1").data == two.record("note:1").data


def test_an_offer_of_a_version_that_was_withheld_waits_for_it():
    one, two = pair()
    one.share("note:1", name="một")
    exchange(one, two)
    one.share("note:1", name="hai")
    one.do(agreements.withdraw, "vn-24", "vn-20-note", "thôi")
    one.do(records.offer, "vn-24", "note:1", "bàn giao")
    exchange(one, two)
    assert two.rows(Notice, kind="offer") == []
    one.do(agreements.propose, "vn-24", text_of(2))
    exchange(one, two)
    two.do(agreements.countersign, "vn-20", 2)
    exchange(one, two)
    assert isinstance(one.share("note:1", name="hai"), Written)
    exchange(one, two)
    two.do(records.answer_offer, "vn-20", two.rows(Notice, kind="offer")[0].event_id, True, "")
    exchange(one, two)
    assert one.record("note:1").owner == two.record("note:1").owner == "vn-24"
    assert one.record("note:1").data == two.record("note:1").data


def test_a_recovery_on_a_branch_that_lost_is_shown_and_the_stream_goes_on():
    """The key on paper must say it again; until then the key before signs, and nothing stands still."""
    one, two = pair()
    begin = one.store.backup()
    one.share("note:2", name="trên nhánh mất")
    one.do(recover, one.recovery, one.engine.keys.add(b"r" * 32))
    recovered = one.store.backup()
    one.store.restore(begin)
    one.share("note:1", name="một")
    pull(two, one)
    one.store.restore(recovered)
    exchange(one, two)
    assert [a.mark for a in one.rows(Alarm, kind="recovery-lost")] == [STREAM]
    one.do(recover, one.recovery, one.engine.keys.add(b"s" * 32))
    one.share("note:1", name="hai")
    exchange(one, two)
    assert same_state(one, two)


def test_two_texts_under_one_version_after_two_restores_do_not_stop_what_comes_home():
    one, two = pair()
    begin, other = one.store.backup(), two.store.backup()
    one.do(agreements.propose, "vn-24", text_of(2, 0))
    pull(two, one)
    told = two.store.backup()
    one.store.restore(begin)
    two.store.restore(other)
    two.do(agreements.propose, "vn-20", text_of(2))
    pull(one, two)
    one.do(agreements.countersign, "vn-24", 2)  # nobody has read it when the neighbour's older copy comes back
    two.store.restore(told)
    exchange(one, two)
    assert [row.version for row in one.rows(Agreement, state="in-force")] == [2]
    assert "agreement 2" in {a.detail for a in one.rows(Alarm, kind="conflict")}


def test_what_the_node_that_ended_never_read_goes_to_the_one_that_follows():
    for number in range(8):
        world = MemoryWorld()
        theatre = Theatre(world, number)
        for subject in range(3):
            theatre.write(number % 2, subject, subject)
        theatre.settle()
        heirs.follow(theatre, world, number % 2, number)


def test_what_was_told_under_a_signature_that_a_restore_forgot_is_shared_again():
    one, two = pair()
    two.do(agreements.propose, "vn-20", text_of(2))
    exchange(one, two)
    backup = one.store.backup()
    one.do(agreements.countersign, "vn-24", 2)
    one.share("flood:1", "flood", name="lũ")
    pull(two, one, lanes=["alert"])  # the alert is quicker than the signature in the lane of records
    assert [(p.state, p.reason) for p in two.rows(Place, subject="flood:1")] == [("parked", "agreement-unknown")]
    one.store.restore(backup)
    exchange(one, two)
    assert one.record("flood:1").blocked_by
    assert isinstance(one.share("flood:1", "flood", name="lũ"), Written)
    exchange(one, two)
    assert same_state(one, two)
    assert [p.state for p in two.rows(Place, subject="flood:1")] == ["superseded", "applied"]


def test_a_version_that_came_without_its_content_is_still_owed_when_a_later_branch_is_undone():
    one, two = pair()
    one.share("note:1", name="một")
    backup = one.store.backup()
    one.do(agreements.withdraw, "vn-24", "vn-20-note", "thôi")
    exchange(one, two)
    assert one.record("note:1").blocked_by
    one.store.restore(backup)
    one.share("note:1", name="hai")  # it has forgotten that the clause is gone, and this is never sent
    exchange(one, two)
    assert one.record("note:1").version == 1
    assert one.record("note:1").blocked_by


def test_what_i_signed_beside_a_key_that_was_recovered_since_is_let_go_on_both_sides():
    one, two = pair()
    backup = one.store.backup()
    one.share("note:1", name="một")
    pull(two, one)
    one.store.restore(backup)
    two.do(agreements.propose, "vn-20", text_of(2))
    pull(one, two)
    one.do(agreements.countersign, "vn-24", 2)  # on a branch that the neighbour will not take
    two.do(recover, two.recovery, two.engine.keys.add(b"r" * 32))
    exchange(one, two)
    exchange(one, two)
    states = [[(row.version, row.state) for row in side.rows(Agreement)] for side in (one, two)]
    assert states == [[(1, "in-force"), (2, "withdrawn")]] * 2
    assert isinstance(one.share("note:2", name="hai"), Written)
    two.do(agreements.propose, "vn-20", text_of(3))
    exchange(one, two)
    one.do(agreements.countersign, "vn-24", 3)
    exchange(one, two)
    assert all(side.rows(Agreement)[-1].state == "in-force" for side in (one, two))
    assert same_state(one, two)
