"""The fault table, part three: power cuts, restores, two histories, new nodes, hand-over, succession, files, proofs."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.exchange.ledger.broken_peer import BrokenPeer
from tests.exchange.ledger.faulty import Crash, Crashing
from tests.exchange.ledger.nodes import (
    Side,
    agree,
    clause,
    exchange,
    give_back,
    meet,
    pair,
    pull,
    side,
)  # fmt: skip

import giapranh.exchange.verifier.giapranh_verify as verifier
from giapranh.exchange.ledger import (
    audit,
    blobs,
    bundle,
    forks,
    inbox,
    meeting,
    outbox,
    proof,
    receipts,
    records,
    rollback,
    rotation,
    sealing,
    snapshot,
    statements,
    succession,
)  # fmt: skip
from giapranh.exchange.ledger.engine import LANES, Written
from giapranh.exchange.ledger.entry import Blob
from giapranh.exchange.ledger.keys import KeyRing
from giapranh.exchange.ledger.names import stream_name
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import (
    Agreement,
    Alarm,
    Body,
    Entry,
    Notice,
    Peer,
    Place,
    Receipt,
    Record,
    Withdrawal,
)  # fmt: skip
from giapranh.exchange.ledger.store import MemoryStore
from giapranh.kernel.errors import Refused

STREAM = "vn-20.vn-24.record"


def alarms(s: Side, kind: str) -> list[Alarm]:
    return [row for row in s.rows(Alarm) if row.kind == kind]


def sound(*sides: Side) -> None:
    for s in sides:
        with s.store.transaction() as tx:
            assert list(audit.verify(s.engine, tx)) == []


def same_state(one: Side, two: Side) -> bool:
    with one.store.transaction() as a, two.store.transaction() as b:
        return snapshot.state_hash(a, two.node) == snapshot.state_hash(b, one.node)


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


# ---- hand-over


def owners(one: Side, two: Side, subject: str) -> tuple[str, list[str]]:
    """The owner by both ledgers together, and who may write."""
    accepted = [n for n in two.rows(Notice, kind="offer", direction="in", subject=subject) if n.state == "accepted"]
    writers = []
    for s, other in ((one, two), (two, one)):
        with s.store.transaction() as tx:
            if tx.get(Record, other.node, subject) and records.may_write(s.engine, tx, other.node, subject):
                writers.append(s.node)
    return (two.node if accepted else one.node), writers


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("who", [0, 1])
def test_hand_over_interrupted_at_each_step_has_one_owner_at_every_moment(accepted, who):
    for cut in range(40):
        one, two = pair()
        one.share("note:1", name="một")
        exchange(one, two)
        sides = (one, two)
        store = Crashing(sides[who].store)
        sides[who].store = store
        store.cut(cut)
        for _ in range(12):
            owner, writers = owners(one, two, "note:1")
            assert len(writers) <= 1
            assert set(writers) <= {owner}
            try:
                if not one.rows(Notice, kind="offer") and one.record("note:1").owner == one.node:
                    one.do(records.offer, "vn-24", "note:1", "bàn giao")
                pull(two, one)
                for notice in two.rows(Notice, kind="offer", direction="in", state="open"):
                    two.do(records.answer_offer, "vn-20", notice.event_id, accepted, "")
                pull(one, two)
            except Crash:
                continue
        owner, writers = owners(one, two, "note:1")
        assert writers == [owner] == ["vn-24" if accepted else "vn-20"]
        assert one.record("note:1").owner == two.record("note:1").owner == owner
        store.calm()
        if not store.crashes:
            break
    writer = two if accepted else one
    assert isinstance(writer.share("note:1", name="chủ mới"), Written)
    exchange(one, two)
    assert one.record("note:1").data == two.record("note:1").data
    assert (
        one.share("note:1", name="x").reason == "not-owner" if accepted else two.share("note:1").reason == "not-owner"
    )


def test_while_an_offer_is_out_nobody_writes():
    one, two = pair()
    one.share("note:1", name="một")
    exchange(one, two)
    one.do(records.offer, "vn-24", "note:1", "bàn giao")
    assert one.share("note:1", name="hai").reason == "offered"
    assert two.share("note:1", name="hai").reason == "not-owner"
    with pytest.raises(Refused):
        one.do(records.offer, "vn-24", "note:1", "lần nữa")


def test_proposals_and_error_reports_reach_the_owner_and_are_answered():
    one, two = side("vn-20", "vn-24", 1), side("vn-24", "vn-20", 1)
    meet(one, two)
    agree(one, two, clause("vn-20", "vn-24", proposals=True))
    one.share("note:1", name="một")
    exchange(one, two)
    two.do(records.propose, "vn-20", "note:1", {"name": "hai"})
    two.do(records.report_error, "vn-20", "note:1", "name", "tên sai")
    with pytest.raises(Broken):
        two.do(records.propose, "vn-20", "note:1", {"secret": "x"})
    exchange(one, two)
    asked = one.rows(Notice, direction="in")
    assert {(n.kind, n.state) for n in asked} == {("proposal", "open"), ("error-report", "open")}
    for notice in asked:
        one.do(records.answer, "vn-24", notice.event_id, True, "đã sửa")
    one.share("note:1", name="hai")
    exchange(one, two)
    assert {(n.state, n.answer) for n in two.rows(Notice, direction="out")} == {("accepted", "đã sửa")}
    with pytest.raises(Refused):
        one.do(records.answer, "vn-24", asked[0].event_id, False, "")


# ---- succession


def test_a_province_that_is_merged_clauses_records_and_history_go_to_the_successor():
    old, neighbour = pair()
    old.share("note:1", name="của Bắc Giang")
    neighbour.share("note:2", name="của láng giềng")
    exchange(old, neighbour)
    new = side("vn-27", "vn-24", 9)
    with new.store.transaction() as tx:
        meeting.begin(new.engine, tx, new.engine.keys.root[::-1].replace("x", "0"), "Bắc Ninh", new.now)
        card = meeting.card(new.engine, tx)
    with old.store.transaction() as tx:
        once = succession.draft(old.engine, tx, card, "2025-07-01", "sáp nhập")
    with new.store.transaction() as tx:
        text = succession.accept(new.engine, tx, once)
    with old.store.transaction() as tx:
        succession.succeed(old.engine, tx, text, old.tick())
    assert old.share("note:9", name="sau khi kết thúc").reason == "succeeded"
    pull(neighbour, old)
    assert neighbour.rows(Peer, node="vn-20")[0].state == "succeeded"
    moved = neighbour.record("note:1", "vn-27")
    assert (moved.owner, moved.data) == ("vn-27", b'{"name":"c\xe1\xbb\xa7a B\xe1\xba\xafc Giang"}')
    assert neighbour.record("note:2", "vn-27").owner == "vn-24"
    assert neighbour.rows(Place, stream=STREAM)
    # the successor goes on with its predecessor's records, under the same clauses
    with neighbour.store.transaction() as tx:
        their_card = meeting.read_card(meeting.card(neighbour.engine, tx))
    with new.store.transaction() as tx:
        meeting.meet(new.engine, tx, their_card, " ".join(their_card.words), new.now)
        rows = [row for table in (Record, Receipt, Entry, Notice, Agreement, Withdrawal) for row in old.rows(table)]
        succession.adopt(new.engine, tx, rows, "vn-20", "vn-24", new.now)
        succession.adopt_agreement(new.engine, tx, rows, "vn-20", "vn-24", new.now)
    assert isinstance(new.share("note:1", name="của Bắc Ninh"), Written)
    neighbour.share("note:2", peer="vn-27", name="gửi đơn vị mới")
    pull(neighbour, new)
    pull(new, neighbour)
    assert "Bắc Ninh".encode() in neighbour.record("note:1", "vn-27").data
    assert "đơn vị mới".encode() in new.record("note:2").data
    sound(neighbour, new)


def test_a_succession_signed_by_one_side_only_moves_nothing():
    old, neighbour = pair()
    new = side("vn-27", "vn-24", 9)
    with new.store.transaction() as tx:
        meeting.begin(new.engine, tx, "ab" * 32, "Bắc Ninh", new.now)
        card = meeting.card(new.engine, tx)
    with old.store.transaction() as tx:
        succession.succeed(old.engine, tx, succession.draft(old.engine, tx, card, "2025-07-01", ""), old.tick())
    assert [(o.state, o.reason) for o in pull(neighbour, old)][-1] == ("quarantined", "bad-control")
    assert neighbour.rows(Peer, node="vn-20")[0].state == "active"


# ---- files beside entries


def test_a_blob_missing_cut_off_or_wrong_is_never_success(tmp_path: Path):
    one, two = pair()
    data = bytes(range(256)) * 4_000
    name = hashlib.sha256(data).hexdigest()
    with one.store.transaction() as tx:
        outbox.share(
            one.engine, tx, "vn-24", "note", "note:1", {"name": "có tệp"}, one.tick(), blobs=(Blob(name, len(data)),)
        )
    assert [(o.state, o.reason) for o in pull(two, one)][-1] == ("parked", "blobs-missing")
    with one.store.transaction() as tx:
        assert blobs.may_have(tx, one.engine, "vn-24", name)
        assert not blobs.may_have(tx, one.engine, "vn-24", "0" * 64)
    with two.store.transaction() as tx:
        assert [(n.sha256, n.size) for n in blobs.wanted(tx, "vn-20")] == [(name, len(data))]
    wrong = blobs.Assembler(tmp_path / "wrong", name, len(data))
    offered = [wrong.add(piece.offset, b"\0" * piece.size) for piece in list(blobs.chunks(len(data)))[:-1]]
    assert not any(offered)
    with pytest.raises(Broken):
        wrong.add(wrong.done, b"\0" * (len(data) - wrong.done))
    assert not (tmp_path / "wrong").exists()
    whole = blobs.Assembler(tmp_path / "whole", name, len(data))
    pieces = list(blobs.chunks(len(data)))
    assert not whole.add(0, data[: pieces[0].size])
    again = blobs.Assembler(tmp_path / "whole", name, len(data))  # after a crash
    assert again.done == pieces[0].size
    with pytest.raises(Broken):
        again.add(pieces[2].offset, data[pieces[2].offset : pieces[2].offset + pieces[2].size])
    done = [again.add(p.offset, data[p.offset : p.offset + p.size]) for p in pieces]
    assert done[-1]
    assert (tmp_path / "whole").read_bytes() == data
    assert two.record("note:1").version == 0
    with two.store.transaction() as tx:
        assert [o.state for o in blobs.arrived(two.engine, tx, "vn-20", name, two.tick())] == ["applied"]
    assert two.record("note:1").version == 1


def test_a_bundle_carries_blobs_the_peer_may_have(tmp_path: Path):
    one, two = pair()
    data = b"anh" * 200_000
    name = hashlib.sha256(data).hexdigest()
    with one.store.transaction() as tx:
        outbox.share(
            one.engine, tx, "vn-24", "note", "note:1", {"name": "ảnh"}, one.tick(), blobs=(Blob(name, len(data)),)
        )
    out = io.BytesIO()
    other = hashlib.sha256(b"mat").hexdigest()
    files = [(name, len(data), lambda: io.BytesIO(data)), (other, 3, lambda: io.BytesIO(b"mat"))]
    assert bundle.write(one.engine, one.store, "vn-24", out, one.tick(), files=files).blobs == 1
    kept = blobs.Assembler(tmp_path / "anh", name, len(data))

    def keep(sha256: str, size: int, offset: int, piece: bytes) -> bool:
        return kept.add(offset, piece)

    taken = bundle.read(two.engine, two.store, io.BytesIO(out.getvalue()), two.tick(), on_blob=keep)
    assert taken.blobs == 1
    assert two.record("note:1").version == 1


def test_a_bundle_for_somebody_else_cut_off_changed_or_a_bomb_is_refused():
    one, two = pair()
    one.share("note:1", name="một")
    out = io.BytesIO()
    bundle.write(one.engine, one.store, "vn-24", out, one.tick())
    data = out.getvalue()
    three = side("vn-08", "vn-20", 5)
    for bad, reader in (
        (data, three), (data[:-1], two), (data + b"x", two), (data[:200] + b"!" + data[201:], two), (b"PK\x03\x04" * 99, two),
    ):  # fmt: skip
        with pytest.raises(Broken):
            bundle.read(reader.engine, reader.store, io.BytesIO(bad), reader.tick())
    bomb = io.BytesIO()
    writer = sealing.SealedWriter(bomb, two.engine.keys.root)
    for _ in range(300):
        writer.write(b"\0" * 1_000_000)
    writer.close()
    assert len(bomb.getvalue()) < 3_000_000
    with pytest.raises(Broken):
        bundle.read(two.engine, two.store, io.BytesIO(bomb.getvalue()), two.tick())
    reader = sealing.SealedReader(io.BytesIO(bomb.getvalue()), two.engine.keys, limit=10_000_000)
    with pytest.raises(Broken, match="lớn"):
        list(iter(lambda: reader.read(1_000_000), b""))
    assert two.record("note:1") is None


# ---- proof


def exported(tmp_path: Path) -> tuple[Path, Side]:
    one, two = pair()
    one.share("note:1", name="Lạng Sơn")
    one.share("note:2", name="chuyện khác")
    one.do(rotation.rotate_key, one.engine.keys.add(b"k" * 32))
    one.share("note:1", name="Lạng Sơn 2")
    exchange(one, two)
    with two.store.transaction() as tx:
        receipts.mark_read(two.engine, tx, "vn-20", "note:1", "Phó Giám đốc", two.tick(), "đã rõ")
    exchange(one, two)
    path = tmp_path / "note.proof"
    with two.store.transaction() as tx:
        path.write_bytes(proof.export(two.engine, tx, "vn-20", "note:1"))
    return path, one


def test_the_verifier_proves_a_record_alone(tmp_path: Path):
    path, one = exported(tmp_path)
    told = path.read_bytes()
    assert b"chuy\xe1\xbb\x87n kh\xc3\xa1c" not in told
    run = subprocess.run(
        [sys.executable, "-I", verifier.__file__, str(path), "--key", f"vn-20={one.engine.keys.root}", "--json"],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    assert [item["data"]["name"] for item in found["history"]] == ["Lạng Sơn", "Lạng Sơn 2"]
    assert [r["status"] for r in found["receipts"]] == ["applied", "applied", "read"]
    assert found["receipts"][-1]["answer"] == "đã rõ"
    assert [a["version"] for a in found["agreements"]] == [1]


def test_the_verifier_finds_each_kind_of_touch(tmp_path: Path, capsys):
    path, _ = exported(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    body = next(n for n, line in enumerate(lines) if n and json.loads(line)["body"])
    swapped = json.loads(lines[body])
    swapped["body"] = json.loads(next(line for line in lines[body + 1 :] if json.loads(line)["body"]))["body"]
    touched = {
        "an entry left out": lines[:2] + lines[3:],
        "two entries exchanged": [lines[0], lines[2], lines[1], *lines[3:]],
        "another content": [*lines[:body], json.dumps(swapped).encode() + b"\n", *lines[body + 1 :]],
        "another key": [lines[0].replace(b'"root":"', b'"root":"00', 1), *lines[1:]],
        "cut off": [*lines[:-1], lines[-1][:50]],
        "nothing": [],
        "no proof": [b"{}\n"],
    }
    for name, kept in touched.items():
        bad = tmp_path / "bad.proof"
        bad.write_bytes(b"".join(kept))
        assert verifier.main([str(bad)]) == 1, name
        assert capsys.readouterr().err.startswith("SAI:")
    assert verifier.main([str(path), "--key", "vn-20=" + "0" * 64]) == 1
    assert verifier.main([str(tmp_path / "missing")]) == 2
    assert verifier.main([str(path)]) == 0
    assert "ĐÚNG" in capsys.readouterr().out
