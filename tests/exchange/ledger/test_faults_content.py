"""The fault table, part two: what is in the entries – forged, poisonous, beyond the agreement, of another version."""

from __future__ import annotations

import json
import time
import tracemalloc
import unicodedata
from dataclasses import replace

import pytest
from tests.exchange.ledger.broken_peer import BrokenPeer
from tests.exchange.ledger.nodes import (
    FIELDS,
    Side,
    agree,
    alarms,
    ask,
    clause,
    exchange,
    kinds,
    meet,
    pair,
    pull,
    side,
    unpack,
)  # fmt: skip

from giapranh.exchange.ledger import agreements, envelope, frames, inbox, outbox, receipts
from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger.agreement import Text
from giapranh.exchange.ledger.engine import Engine, Kind, NotShared, Outcome, Written
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.keys import KeyRing
from giapranh.exchange.ledger.names import stream_name
from giapranh.exchange.ledger.reasons import TEXT, Broken
from giapranh.exchange.ledger.rows import Body, Place, Receipt, Record

DAY = 86_400_000


def give(two: Side, *parts: Frame) -> list[Outcome]:
    return inbox.receive(two.engine, two.store, list(parts), two.tick())


def with_kinds(s: Side, known: dict[str, Kind]) -> None:
    e = s.engine
    s.engine = Engine(e.node, e.keys, known, e.limits, e.random)


# ---- forged or tampered


def test_forged_signature_is_refused_with_evidence():
    one, two = pair()
    forger = BrokenPeer(one, two, keys=KeyRing([b"x" * 32]))
    frame = forger.entry({"name": "giả"})
    assert [(o.state, o.reason) for o in give(two, frame)] == [("refused", "forged")]
    assert alarms(two, "forged")[0].evidence == frame.first
    one.share("note:1", name="thật")
    pull(two, one)
    assert "thật".encode() in two.record("note:1").data


@pytest.mark.parametrize("where", ["body", "header", "clause", "signature", "payload type"])
def test_tampered_entry_is_refused_and_uses_up_nothing(where):
    one, two = pair()
    one.share("note:1", name="thật")
    real = unpack(one.engine, ask(two, one, "vn-20.vn-24.record").frames)[-1]
    value = json.loads(real.first)
    sealed = envelope.read(real.first, limit=99_999)
    changed = real
    if where == "body":
        changed = replace(real, second=real.second.replace("thật".encode(), b"thua"))
    elif where == "signature":
        bad = bytes([sealed.signatures[0][1][0] ^ 1]) + sealed.signatures[0][1][1:]
        raw = envelope.assemble(sealed.payload, sealed.payload_type, [(sealed.signatures[0][0], bad)]).raw
        changed = replace(real, first=raw)
    else:
        payload, kind = sealed.payload, sealed.payload_type
        if where == "header":
            payload = payload.replace(b'"seq":3', b'"seq":4')
        if where == "clause":
            payload = payload.replace(b"vn-20-note@1", b"vn-20-note@2")
        if where == "payload type":
            kind = "application/vnd.giapranh.flood.v1+json"
        assert (payload, kind) != (sealed.payload, sealed.payload_type)
        changed = replace(real, first=envelope.assemble(payload, kind, sealed.signatures).raw)
    outcome = give(two, changed)[0]
    assert outcome.state == "refused"
    assert outcome.reason in {"body-tampered", "forged", "key-not-known-yet", "payload-type"}
    assert value["payloadType"] == "application/vnd.giapranh.note.v1+json"
    assert give(two, real)[0].state == "applied"


def test_valid_envelope_with_another_payload_type():
    one, two = pair()
    frame = BrokenPeer(one, two).entry({"name": "x"}, payload_type="application/vnd.giapranh.receipt.v1+json")
    assert give(two, frame)[0].reason == "payload-type"
    assert alarms(two, "payload-type")


def test_forged_receipt_is_refused():
    one, two = pair()
    one.share("note:1", name="một")
    pull(two, one)
    forger = BrokenPeer(two, one, keys=KeyRing([b"y" * 32]))
    place = one.rows(Place, stream="vn-20.vn-24.record")[-1]
    item = {"epoch": 0, "seq": place.seq, "hash": place.hash, "id": place.event_id, "status": "applied"}
    frame = forger.entry(
        {"stream": place.stream, "items": [item], "heads": {}}, kind="receipt", subject="", clause="", version=0
    )
    assert give(one, frame)[0].state == "refused"
    assert one.rows(Receipt, hash=place.hash) == []


def test_receipt_for_a_stream_of_somebody_else_is_quarantined():
    one, two = pair()
    item = {"epoch": 0, "seq": 1, "hash": "a" * 64, "id": "01a2068f-b8e0-7a1d-bd63-4f842e782439", "status": "applied"}
    data = {"stream": "vn-20.vn-08.record", "items": [item], "heads": {}}
    frame = BrokenPeer(two, one).entry(data, kind="receipt", subject="", clause="", version=0)
    assert [(o.state, o.reason) for o in give(one, frame)] == [("quarantined", "bad-control")]


# ---- poison: the number is used up, the stream goes on

POISON = {
    "rule": ({"level": "poison"}, "rule"),
    "float": (b'{"data":{"x":1.5},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-number"),
    "NaN": (b'{"data":{"x":NaN},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-number"),
    "2^53": (b'{"data":{"x":9007199254740992},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-number"),
    "huge number": (b'{"data":{"x":' + b"9" * 5000 + b'},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-number"),
    "duplicate key": (b'{"data":{"x":1,"x":2},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "duplicate-key"),
    "NFD": ({"name": unicodedata.normalize("NFD", "Lạng Sơn")}, "not-nfc"),
    "lone surrogate": (b'{"data":{"x":"\\ud800"},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-text"),
    "NUL": (b'{"data":{"x":"\\u0000"},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-text"),
    "not UTF-8": (b'{"data":{"x":"\xff"},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-text"),
    "deep": (b'{"data":{"x":' + b"[" * 40 + b"]" * 40 + b'},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "too-deep"),
    "deep bomb": (b'{"data":{"x":' + b"[" * 400_000 + b"]" * 400_000 + b'},"salt":""}', "too-deep"),
    "not canonical": (b'{"salt":"AAAAAAAAAAAAAAAAAAAAAA==","data":{}}', "not-canonical"),
    "not JSON": (b"\x89PNG", "bad-text"),
    "empty": (b"", "not-json"),
    "a list": (b"[]", "bad-body"),
}


@pytest.mark.parametrize("name", POISON)
def test_poison_is_quarantined_with_its_reason_and_the_stream_goes_on(name):
    one, two = pair()
    data, reason = POISON[name]
    peer = BrokenPeer(one, two)
    frames_ = [peer.entry(data, subject="note:bad"), peer.entry({"name": "sau"}, subject="note:good")]
    assert [(o.state, o.reason) for o in give(two, *frames_)] == [("quarantined", reason), ("applied", "")]
    assert two.record("note:good") is not None
    pull(one, two)
    signed = [r for r in one.rows(Receipt, stream="vn-20.vn-24.record") if r.status == "quarantined"]
    assert [r.reason for r in signed] == [reason]
    assert TEXT[reason]


def test_a_hundred_megabytes_are_skipped_not_read():
    one, two = pair()
    peer = BrokenPeer(one, two)
    size = 100_000_000
    header = peer.entry({"name": "x"}, body_size=size, subject="note:big")
    after = peer.entry({"name": "sau"}, subject="note:good")

    def wire():
        yield b"E %d %d\n" % (len(header.first), size) + header.first
        for _ in range(size // 100_000):
            yield b"x" * 100_000
        yield frames.write(after)

    source, rest = wire(), b""

    def read(wanted: int) -> bytes:
        nonlocal rest
        if not rest:
            rest = next(source, b"")
        piece, rest = rest[:wanted], rest[wanted:]
        return piece

    tracemalloc.start()
    outcomes = inbox.receive(two.engine, two.store, frames.read(read, two.engine.limits), two.tick())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(o.state, o.reason) for o in outcomes] == [("quarantined", "too-large"), ("applied", "")]
    assert peak < 5_000_000


def test_a_stream_that_never_ends_in_one_entry_is_broken_off():
    _, two = pair()
    with pytest.raises(Broken, match="lớn"):
        list(frames.read(iter_source([b"E 10 999999999999\n" + b"x" * 10]), two.engine.limits))
    with pytest.raises(Broken):
        list(frames.read(iter_source([b"E 999999999 1\n"]), two.engine.limits))
    with pytest.raises(Broken):
        list(frames.read(iter_source([b"x" * 1000]), two.engine.limits))


def iter_source(parts: list[bytes]):
    data = b"".join(parts)

    def read(size: int) -> bytes:
        nonlocal data
        piece, data = data[:size], data[size:]
        return piece

    return read


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: p.replace(b'"subject":"note:1"', '"subject":"note:e\u0301"'.encode()), "not-nfc"),
        (lambda p: p.replace(b'"version":1', b'"version":1,"zzz":1'), ""),
        (lambda p: p.replace(b'"version":1', b'"version": 1'), "not-canonical"),
        (lambda p: p.replace(b'"specversion":"1.0"', b'"specversion":"2.0"'), "bad-header"),
        (lambda p: p.replace(b'Z"', b'+07:00"'), "bad-header"),
    ],
)
def test_a_header_out_of_form_is_quarantined_and_later_attributes_are_let_be(change, reason):
    one, two = pair()
    peer = BrokenPeer(one, two)
    told = peer.entry({"name": "x"})
    peer.seq, peer.prev = peer.seq - 1, two.rows(Place, stream=peer.stream)[-1].hash
    payload = change(envelope.read(told.first, limit=99_999).payload)
    outcome = give(two, peer.entry({"name": "x"}, payload=payload))[0]
    assert (outcome.state, outcome.reason) == (("quarantined", reason) if reason else ("applied", ""))


def test_later_entries_on_a_poisoned_record_wait_and_a_correction_opens_the_way():
    one, two = pair()
    one.share("note:1", name="tốt")
    one.share("note:1", level="poison")
    one.share("note:1", name="sau")
    one.share("note:2", name="khác")
    states = [o.state for o in pull(two, one) if o.kind == "note"]
    assert states == ["applied", "quarantined", "parked", "applied"]
    assert "tốt".encode() in two.record("note:1").data
    pull(one, two)
    assert alarms(one, "refused-by-peer")
    assert one.record("note:1").blocked_by
    assert isinstance(one.share("note:1", name="đã sửa"), Written)
    exchange(one, two)
    assert "đã sửa".encode() in two.record("note:1").data
    assert [p.state for p in two.rows(Place, subject="note:1")] == ["applied", "quarantined", "superseded", "applied"]
    assert one.record("note:1").blocked_by == ""


def test_validation_that_differs_is_seen_by_the_author_and_may_be_judged_again():
    one, two = pair()
    one.share("note:1", level="poison")
    exchange(one, two)
    assert [r.reason for r in one.rows(Receipt, status="quarantined")] == ["rule"]
    mended = {name: replace(kind, check=lambda data: None) for name, kind in kinds().items()}
    with_kinds(two, mended)
    seq = next(p.seq for p in two.rows(Place, state="quarantined"))
    with two.store.transaction() as tx:
        assert inbox.retry(two.engine, tx, "vn-20.vn-24.record", seq, two.tick()).state == "applied"
    exchange(one, two)
    assert one.record("note:1").blocked_by == ""
    assert b"poison" in two.record("note:1").data


# ---- schema drift


def test_a_minor_version_ahead_is_applied_and_unknown_fields_are_kept():
    one, two = pair()
    with_kinds(one, {**kinds(), "note": replace(kinds()["note"], minor=7)})
    one.share("note:1", name="một", text="trường mới")
    pull(two, one)
    assert json.loads(two.record("note:1").data) == {"name": "một", "text": "trường mới"}


def test_a_major_version_ahead_is_parked_and_replayed_after_the_upgrade():
    one, two = pair()
    newer = {**kinds(), "note": replace(kinds()["note"], major=2)}
    with_kinds(one, newer)
    one.share("note:1", name="một")
    one.share("note:1", name="hai")
    assert [(o.state, o.reason) for o in pull(two, one) if o.kind == "note"] == [
        ("parked", "unknown-major"), ("parked", "record-waits"),
    ]  # fmt: skip
    pull(one, two)
    assert {r.status for r in one.rows(Receipt, stream="vn-20.vn-24.record") if r.seq > 2} == {"received"}
    with_kinds(two, newer)
    with two.store.transaction() as tx:
        assert [o.state for o in inbox.release(two.engine, tx, "vn-20", two.tick())] == ["applied", "applied"]
    assert two.record("note:1").version == 2


def test_a_peer_one_major_behind_is_read_as_long_as_the_old_form_is_registered():
    one, two = pair()
    old = kinds()["note"]
    with_kinds(two, {**kinds(), "note": replace(old, major=2), "note.v1": old})
    one.share("note:1", name="một")
    pull(two, one)
    assert two.record("note:1").version == 1


def test_an_unknown_kind_is_parked():
    one, two = pair()
    agree(one, two, clause("vn-20", "vn-24", "mine"), version=2)
    with_kinds(one, {**kinds(), "mine": Kind("mine")})
    one.share("mine:1", "mine", name="mỏ")
    assert [(o.state, o.reason) for o in pull(two, one)][-1] == ("parked", "unknown-kind")


# ---- agreement


def test_nothing_leaves_without_a_clause():
    one, two = side("vn-20", "vn-24", 1), side("vn-24", "vn-20", 1)
    meet(one, two)
    assert one.share("note:1", name="một") == NotShared("vn-24", "no-clause")
    assert one.rows(Place) == []


def test_an_agreement_signed_twice_by_one_key_is_none():
    one, two = side("vn-20", "vn-24", 1), side("vn-24", "vn-20", 1)
    meet(one, two)
    text = Text(1, ("vn-20", "vn-24"), (clause("vn-24", "vn-20"),), "")
    payload = agreements.agreement.text_bytes(text)
    key = one.engine.keys
    once = envelope.seal(payload, agreements.agreement.PAYLOAD_TYPE, key, key.root)
    second = (key.root[:-1] + ("0" if key.root[-1] != "0" else "1"), once.signatures[0][1])
    twice = envelope.assemble(payload, agreements.agreement.PAYLOAD_TYPE, [*once.signatures, second])
    for raw in (once.raw, twice.raw):
        data = {"action": "sign", "version": 1, "text": agreements._b64(raw)}
        frame = BrokenPeer(one, two).entry(data, kind="agreement", subject="", clause="", version=0)
        assert [(o.state, o.reason) for o in give(two, frame)] == [("quarantined", "bad-control")]
    with two.store.transaction() as tx:
        assert agreements.in_force(tx, "vn-20") is None
    assert once.signed_by([key.root, key.root]) == [key.root]


@pytest.mark.parametrize(
    ("data", "more", "reason"),
    [
        ({"name": "x", "secret": "y"}, {}, "over-fields"),
        ({"name": "x", "area": "24"}, {"areas": ("20",)}, "over-area"),
        ({"x": "21.123456"}, {"precision": (("x", "decimals:2"),)}, "over-precision"),
        ({"x": "1", "day": "2026-01-01"}, {"record_from": "2026-06-01"}, "over-period"),
        ({"x": "1", "day": "2026-11-23"}, {"delay_days": 7}, "too-early"),
    ],
)
def test_over_sharing_is_cut_by_the_sender_and_caught_unread_by_the_receiver(data, more, reason):
    one, two = side("vn-20", "vn-24", 1), side("vn-24", "vn-20", 1)
    meet(one, two)
    agree(one, two, clause("vn-20", "vn-24", **more))
    read: list[object] = []
    with_kinds(two, {**kinds(), "note": replace(kinds()["note"], check=read.append)})
    outcome = give(two, BrokenPeer(one, two).entry(data))[0]
    assert (outcome.state, outcome.reason) == ("quarantined", reason)
    assert read == []
    assert alarms(two, "over-share")
    sent = one.share("note:2", **data)
    if isinstance(sent, Written):
        exchange(one, two)
        body = next(b for b in one.rows(Body) if b.hash == sent.hash)
        assert "secret" not in body.data.decode()
        assert "21.123456" not in body.data.decode()
        assert [p.state for p in two.rows(Place, subject="note:2")] == ["applied"]
    else:
        assert sent.reason in {"outside-area", "outside-period", "delayed"}


def test_a_preview_tells_what_would_leave_and_what_stays():
    one, _ = pair()
    with one.store.transaction() as tx:
        seen = outbox.preview(
            one.engine,
            tx,
            "vn-24",
            "note",
            {"name": "x", "secret": "y", "contact": {"name": "An", "phone": "0"}},
            one.now,
        )
    assert seen.data == {"name": "x", "contact": {"name": "An"}}
    assert set(seen.dropped) == {"secret", "contact.phone"}


def test_clause_withdrawn_while_entries_wait():
    one, two = pair()
    one.share("note:1", name="chờ")
    late = ask(two, one, "vn-20.vn-24.record").frames
    one.do(agreements.withdraw, "vn-24", "vn-20-note", "đổi ý")
    assert one.share("note:2", name="x").reason == "no-clause"
    outcomes = pull(two, one)
    assert [o.state for o in outcomes if o.kind == "note"] == ["withheld"]
    assert two.record("note:1") is None
    assert {o.state for o in two.receive(late)} == {"duplicate"}
    exchange(one, two)
    note = next(p for p in one.rows(Place, subject="note:1"))
    assert [(r.status, r.reason) for r in one.rows(Receipt, hash=note.hash)] == [("withheld", "withheld")]


def test_clause_withdrawn_by_the_receiver_refuses_what_comes_late():
    one, two = pair()
    one.share("note:1", name="muộn")
    late = ask(two, one, "vn-20.vn-24.record").frames
    two.do(agreements.withdraw, "vn-20", "vn-20-note", "không nhận nữa")
    assert [(o.state, o.reason) for o in two.receive(late) if o.kind == "note"] == [("quarantined", "clause-withdrawn")]


def test_clause_narrowed_while_entries_wait():
    one, two = pair()
    one.share("note:1", name="chờ", text="nhiều")
    late = ask(two, one, "vn-20.vn-24.record").frames
    narrow = [clause(a, b, fields=("name",)) for a, b in (("vn-20", "vn-24"), ("vn-24", "vn-20"))]
    two.do(agreements.propose, "vn-20", Text(2, ("vn-20", "vn-24"), tuple(narrow), ""))
    pull(one, two)
    one.do(agreements.countersign, "vn-24", 2)
    assert [o.state for o in pull(two, one) if o.kind == "note"] == ["withheld"]
    one.share("note:1", name="chờ", text="nhiều")
    exchange(one, two)
    assert json.loads(two.record("note:1").data) == {"name": "chờ"}
    assert {o.state for o in two.receive(late)} == {"duplicate"}


def test_clause_expired_while_entries_wait():
    one, two = side("vn-20", "vn-24", 1), side("vn-24", "vn-20", 1)
    meet(one, two)
    agree(one, two, clause("vn-20", "vn-24", until="2026-12-31"))
    one.share("note:1", name="chờ")
    late = ask(two, one, "vn-20.vn-24.record").frames
    one.now += 60 * DAY
    two.now += 60 * DAY
    assert one.share("note:2", name="x").reason == "clause-ended"
    assert [(o.state, o.reason) for o in two.receive(late) if o.kind == "note"] == [("quarantined", "clause-ended")]


def test_an_entry_under_an_agreement_not_known_yet_waits_for_it():
    one, two = pair()
    text = Text(2, ("vn-20", "vn-24"), (clause("vn-20", "vn-24", "flood"),), "")
    two.do(agreements.propose, "vn-20", text)
    pull(one, two)
    one.do(agreements.countersign, "vn-24", 2)
    one.share("flood:1", "flood", name="lũ")
    assert [(o.state, o.reason) for o in pull(two, one, lanes=["alert"])] == [("parked", "agreement-unknown")]
    pull(two, one, lanes=["record"])
    assert two.record("flood:1").version == 1


def test_a_withholding_notice_of_somebody_else_does_not_use_up_the_number():
    one, two = pair()
    one.share("note:1", name="một")
    real = unpack(one.engine, ask(two, one, "vn-20.vn-24.record").frames)[-1]
    sealed = envelope.read(real.first, limit=99_999)
    payload = entries.withheld_payload("vn-20.vn-24.record", 0, 3, sealed.hash, "recalled")
    forged = envelope.seal(payload, entries.WITHHELD, KeyRing([b"z" * 32]), KeyRing([b"z" * 32]).root)
    assert give(two, Frame("W", real.first, forged.raw))[0].reason == "bad-withholding"
    assert give(two, Frame("N", real.first))[0].reason == "body-missing"
    assert give(two, real)[0].state == "applied"


def test_what_is_mine_the_neighbour_cannot_write():
    one, two = pair()
    two.share("note:x", name="của tôi")
    frame = BrokenPeer(one, two).entry({"name": "cướp"}, subject="note:x", version=9, base=8)
    assert [(o.state, o.reason) for o in give(two, frame)] == [("quarantined", "not-owner")]
    assert "của tôi".encode() in two.record("note:x").data


def test_a_broken_effect_of_the_machine_takes_nothing_half():
    one, two = pair()

    def full(tx, change):
        raise OSError("No space left on device")

    with_kinds(two, {**kinds(), "note": replace(kinds()["note"], apply=full)})
    one.share("note:1", name="một")
    batch = ask(two, one, "vn-20.vn-24.record").frames
    before = two.store.backup()
    with pytest.raises(OSError, match="space"):
        two.receive(batch)
    assert two.store.backup() == before
    with_kinds(two, kinds())
    assert two.receive(batch)[-1].state == "applied"


def test_reading_is_quick_enough_for_the_worst_body():
    one, two = pair()
    worst = {"name": "ạ" * 300_000}
    begin = time.perf_counter()
    give(two, BrokenPeer(one, two).entry(worst))
    assert time.perf_counter() - begin < 2
    assert set(FIELDS) >= {"name"}
    assert receipts.STATUSES == ("received", "withheld", "applied", "quarantined", "read")
    assert stream_name("a", "b", "alert") == "a.b.alert"
    assert isinstance(two.record("note:1"), Record)
