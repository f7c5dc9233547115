"""The fault table, part four: hand-over, succession, files beside entries, proofs."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.exchange.ledger.faulty import Crash, Crashing
from tests.exchange.ledger.nodes import (
    Side,
    agree,
    clause,
    exchange,
    meet,
    pair,
    pull,
    side,
    sound,
)  # fmt: skip

import giapranh.exchange.verifier.giapranh_verify as verifier
from giapranh.exchange.ledger import (
    blobs,
    bundle,
    meeting,
    outbox,
    proof,
    receipts,
    records,
    rotation,
    sealing,
    succession,
)  # fmt: skip
from giapranh.exchange.ledger.engine import Written
from giapranh.exchange.ledger.entry import Blob
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.rows import (
    Agreement,
    Entry,
    Notice,
    Peer,
    Place,
    Receipt,
    Record,
    Withdrawal,
)  # fmt: skip
from giapranh.kernel.errors import Refused

STREAM = "vn-20.vn-24.record"


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
