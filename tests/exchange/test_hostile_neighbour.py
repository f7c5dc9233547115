"""A neighbour that was met in person and turns hostile, or whose software is broken: everything it may answer over HTTP.

The node that asks is real, with its own process, database and line. Whatever comes in one lane is refused or put aside
with a reason, and the alert lane moves on.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import time
import unicodedata
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from tests.exchange.houses import House
from tests.exchange.ledger.nodes import side
from tests.exchange.stranger import Handler, Stranger, write_all

from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger import frames, meeting, statements
from giapranh.exchange.ledger.entry import Blob
from giapranh.exchange.ledger.frames import Frame

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(120)]
MB = 1024 * 1024


@pytest.fixture(scope="module")
def met(lone_house: House) -> Iterator[Stranger]:
    stranger = Stranger(lone_house)
    stranger.meet_and_agree()
    yield stranger
    stranger.close()


@pytest.fixture
def stranger(met: Stranger) -> Iterator[Stranger]:
    """Each test ends with a flood warning that must come through whatever came before."""
    met.lies.clear()
    yield met
    met.lies = {path: lie for path, lie in met.lies.items() if path.startswith("/streams/") and "alert" not in path}
    mark = f"a{time.time_ns()}"
    met.share("flood", mark, name="Lũ")
    met.heard()
    assert met.house.do("record", peer=met.side.node, subject=f"flood:{mark}") is not None
    met.house.do("hurry", seconds=120)


def refused(stranger: Stranger) -> str:
    done = stranger.heard()
    assert done["error"], done
    assert stranger.house.do("line", peer=stranger.side.node)["error"] == done["error"]
    return str(done["error"])


# --- contents that are signed and should not be ----------------------------------------------------------------------

POISON: dict[str, tuple[Any, str]] = {
    "breaks a rule": ({"level": "poison"}, "rule"),
    "float": (b'{"data":{"name":1.5},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-number"),
    "NaN": (b'{"data":{"name":NaN},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-number"),
    "2^53": (b'{"data":{"name":9007199254740992},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-number"),
    "duplicate key": (b'{"data":{"name":1,"name":2},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "duplicate-key"),
    "NFD": ({"name": unicodedata.normalize("NFD", "Lạng Sơn")}, "not-nfc"),
    "NUL": (b'{"data":{"name":"\\u0000"},"salt":"AAAAAAAAAAAAAAAAAAAAAA=="}', "bad-text"),
    "depth bomb": (b'{"data":{"name":' + b"[" * 400_000 + b"]" * 400_000 + b'},"salt":""}', "too-deep"),
    "over-shared": ({"name": "A", "wages": "9"}, "over-fields"),
    "a gzip": (gzip.compress(b"0" * 9 * MB), "bad-text"),
}


@pytest.mark.parametrize("name", POISON)
def test_poison_over_the_line_is_quarantined_and_the_next_entry_stands(name: str, stranger: Stranger) -> None:
    data, reason = POISON[name]
    forger = stranger.forger()
    after = f"after-{abs(hash(name))}"
    bad = forger.entry(data, subject=f"note:bad-{abs(hash(name))}")
    good = forger.entry({"name": "sau"}, subject=f"note:{after}")
    stranger.send_instead("record", write_all([bad, good]))
    done = stranger.heard()
    assert done["outcomes"]["quarantined"] == 1
    assert stranger.house.do("places", stream=forger.stream)[-2:] == [["quarantined", reason], ["applied", ""]]
    assert stranger.house.do("record", peer=stranger.side.node, subject=f"note:{after}")["data"] == {"name": "sau"}
    assert stranger.house.do("alarms").get("over-share" if reason == "over-fields" else "quarantined")


def test_a_hundred_megabytes_are_skipped_not_held(stranger: Stranger) -> None:
    forger = stranger.forger()
    size = 100 * MB
    digest = hashlib.sha256()
    for _ in range(100):
        digest.update(b" " * MB)
    frame = forger.entry({}, subject="note:huge", body_size=size, body_hash=digest.hexdigest())
    good = frames.write(forger.entry({"name": "nhỏ"}, subject="note:small"))

    def huge(handler: Handler) -> None:
        head = b"E %d %d\n" % (len(frame.first), size) + frame.first
        handler.send_response(200)
        handler.send_header("Content-Type", frames.CONTENT_TYPE)
        handler.send_header("Content-Length", str(len(head) + size + len(good)))
        handler.end_headers()
        handler.wfile.write(head)
        for _ in range(100):
            handler.wfile.write(b" " * MB)
        handler.wfile.write(good)

    assert stranger.house.process is not None
    process = psutil.Process(stranger.house.process.pid)
    before = process.memory_info().rss
    stranger.lies[f"/streams/{forger.stream}"] = huge
    stranger.heard()
    assert stranger.house.do("places", stream=forger.stream)[-2:] == [["quarantined", "too-large"], ["applied", ""]]
    assert process.memory_info().rss - before < 30 * MB


def test_a_valid_envelope_with_another_payload_type_is_refused_and_kept(stranger: Stranger) -> None:
    forger = stranger.forger()
    frame = forger.entry({"name": "A"}, payload_type="application/vnd.giapranh.flood.v1+json", subject="note:type")
    stranger.send_instead("record", [frames.write(frame)])
    assert stranger.heard()["outcomes"] == {"refused": 1}
    assert stranger.house.do("alarms").get("payload-type")


def test_an_entry_signed_by_somebody_else_is_refused_and_kept(stranger: Stranger) -> None:
    forger = stranger.forger()
    forger.keys = side("bac-ninh", "x", 99).engine.keys
    forger.key = forger.keys.root
    stranger.send_instead("record", [frames.write(forger.entry({"name": "A"}, subject="note:forged"))])
    assert stranger.heard()["outcomes"] == {"refused": 1}
    assert stranger.house.do("alarms").get("forged")
    assert stranger.house.do("record", peer="bac-ninh", subject="note:forged") is None


def test_another_peers_entry_on_this_line_is_refused(stranger: Stranger) -> None:
    forger = stranger.forger()
    frame = forger.entry({"name": "A"}, stream="bac-ninh.hai-phong.record", subject="note:other")
    stranger.send_instead("record", [frames.write(frame)])
    assert stranger.heard()["outcomes"] == {"refused": 1}
    assert stranger.house.do("alarms").get("another-peer")


def test_a_lie_about_the_content_is_refused_and_the_truth_comes_after(stranger: Stranger) -> None:
    forger = stranger.forger()
    true = forger.entry({"name": "A"}, subject="note:swap")
    stranger.send_instead("record", [frames.write(Frame("E", true.first, true.second.replace(b'"A"', b'"B"')))])
    assert stranger.heard()["outcomes"] == {"refused": 1}
    stranger.send_instead("record", [frames.write(true)])
    stranger.heard()
    assert stranger.house.do("record", peer="bac-ninh", subject="note:swap")["data"] == {"name": "A"}


# --- answers that are none -------------------------------------------------------------------------------------------


def test_a_page_instead_of_entries_is_refused(stranger: Stranger) -> None:
    stranger.lies["/streams/bac-ninh.lang-son.record"] = lambda h: h.say(200, b"<html>Wi-Fi</html>", "text/html")
    assert "không phải một nút" in refused(stranger)


@pytest.mark.parametrize("status", [302, 401, 404, 500, 204])
def test_another_status_is_an_error_of_the_line(status: int, stranger: Stranger) -> None:
    stranger.lies["/streams/bac-ninh.lang-son.record"] = lambda h: h.say(status, b"", Location="http://127.0.0.1:1/")
    assert str(status) in refused(stranger)


@pytest.mark.parametrize(
    "body",
    [b"[" * 500_000, b'{"locator":[[Infinity,1,""]]}', b'{"locator":[[1,1e400,"x"]]}', b'{"locator":"\\u0000"}',
     b'{"locator":[[1,' + b"9" * 5000 + b',"aa"]]}', b'{"locator":[[0,1,"\\u0000"]]}', b"null", b"{}" + b" " * 2 * MB],
    ids=["deep", "infinity", "float", "text", "digits", "NUL", "null", "two MB"],
)  # fmt: skip
def test_a_locator_that_is_none_is_refused(body: bytes, stranger: Stranger) -> None:
    stranger.lies["/streams/bac-ninh.lang-son.record"] = lambda h: h.say(409, body)
    assert refused(stranger)


@pytest.mark.parametrize(
    "body", [b"", b"[" * 500_000, b"{}", b'{"statement":"x","pass":"y"}', b'{"statement":1,"pass":[]}', b"x" * 3 * MB]
)
def test_a_hello_that_is_none_is_refused(body: bytes, stranger: Stranger) -> None:
    stranger.lies["/hello"] = lambda handler: handler.say(200, body)
    assert refused(stranger)


def test_heads_signed_by_somebody_else_are_refused_and_kept(stranger: Stranger) -> None:
    thief = side("bac-ninh", "lang-son", 7)
    with thief.store.transaction() as tx:
        meeting.begin(thief.engine, tx, "ab" * 32, "Bắc Ninh", 1)
        card = meeting.Card("lang-son", "x", stranger.side.engine.keys.root, "cd" * 32)
        meeting.meet(thief.engine, tx, card, " ".join(card.words), 1)
        forged = statements.make(thief.engine, tx, "lang-son", stranger.now())
    true = Handler.at_hello

    def hello(handler: Handler) -> None:
        kept = handler.say
        try:
            handler.say = lambda status, data, *a, **m: kept(  # type: ignore[method-assign]
                status, json.dumps({**json.loads(data), "statement": _b64(forged)}).encode()
            )
            true(handler, "", b"")
        finally:
            handler.say = kept  # type: ignore[method-assign]

    stranger.lies["/hello"] = hello
    assert refused(stranger)
    assert stranger.house.do("alarms").get("forged")


def _b64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()


def test_the_same_batch_for_ever_ends(stranger: Stranger) -> None:
    forger = stranger.forger()
    parts = write_all([forger.entry({"name": "A"}, subject="note:again")])
    stranger.send_instead("record", parts, Giapranh_More="1")
    assert "gửi mãi" in refused(stranger)


def test_a_stream_that_never_ends_is_cut(stranger: Stranger) -> None:
    stranger.lies["/streams/bac-ninh.lang-son.record"] = lambda handler: handler.drip(b"E 9 9\n" + b"x" * 64 * 1024, 0)
    assert refused(stranger)


def test_an_answer_that_drips_is_cut_and_the_line_backs_off(stranger: Stranger) -> None:
    stranger.house.do("hurry", seconds=2)
    stranger.lies["/streams/bac-ninh.lang-son.record"] = lambda handler: handler.drip(b"1", 0.2)
    begin = time.monotonic()
    assert refused(stranger)
    assert time.monotonic() - begin < 20
    assert stranger.house.do("line", peer="bac-ninh")["waits"] >= 30


def test_headers_that_drip_are_cut(stranger: Stranger) -> None:
    stranger.house.do("hurry", seconds=0.5)

    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            handler.wfile.write(b"X-A: b\r\n")
            time.sleep(0.3)

    stranger.lies["/streams/bac-ninh.lang-son.record"] = drip
    begin = time.monotonic()
    assert refused(stranger)
    assert time.monotonic() - begin < 40


def test_what_came_whole_before_the_line_broke_is_used(stranger: Stranger) -> None:
    forger = stranger.forger()
    whole = frames.write(forger.entry({"name": "A"}, subject="note:whole"))
    cut = frames.write(forger.entry({"name": "B"}, subject="note:cut"))[:-9]

    def broken(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", frames.CONTENT_TYPE)
        handler.send_header("Content-Length", "99999")
        handler.end_headers()
        handler.wfile.write(whole + cut)
        handler.close_connection = True

    stranger.lies[f"/streams/{forger.stream}"] = broken
    assert refused(stranger)
    assert stranger.house.do("record", peer="bac-ninh", subject="note:whole")["data"] == {"name": "A"}


# --- files -----------------------------------------------------------------------------------------------------------


def _record_with_file(stranger: Stranger, data: bytes, subject: str) -> str:
    """A record of the bulk lane that names a file."""
    sha256 = hashlib.sha256(data).hexdigest()
    forger = stranger.forger()
    body = entries.body_bytes(
        {"name": "A", "file": sha256}, (Blob(sha256, len(data), "application/pdf", "a.pdf"),), b"0" * 16
    )
    stranger.send_instead("record", [frames.write(forger.entry(body, subject=subject))])
    return sha256


def test_a_file_with_other_bytes_is_thrown_away_and_the_true_one_taken(stranger: Stranger) -> None:
    data = b"%PDF" + b"1" * 600_000
    sha256 = _record_with_file(stranger, data, "note:file")
    stranger.originals[sha256] = b"2" * len(data)
    assert not stranger.heard()["error"]
    assert stranger.house.do("alarms").get("body-tampered")
    assert stranger.house.do("record", peer="bac-ninh", subject="note:file")["data"] is None
    stranger.originals[sha256] = data
    assert stranger.heard()["blobs"] == 1
    assert stranger.house.do("record", peer="bac-ninh", subject="note:file")["data"]["file"] == sha256


def test_a_missing_file_keeps_its_record_waiting_and_no_other(stranger: Stranger) -> None:
    gone = _record_with_file(stranger, b"gone", "note:gone")
    assert not stranger.heard()["error"]
    data = b"here"
    here = _record_with_file(stranger, data, "note:here")
    stranger.originals[here] = data
    assert stranger.heard()["missing"] == [gone]
    assert stranger.house.do("record", peer="bac-ninh", subject="note:here")["data"]["file"] == here
    assert stranger.house.do("record", peer="bac-ninh", subject="note:gone")["data"] is None


def test_a_file_that_never_ends_is_cut(stranger: Stranger) -> None:
    _record_with_file(stranger, b"endless" * 9, "note:endless")

    def endless(handler: Handler) -> None:
        handler.send_response(206)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 64 * 1024)

    stranger.lies["/blobs/"] = endless
    assert refused(stranger)
