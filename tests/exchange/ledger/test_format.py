"""The format page tells the truth: its samples are what the engine writes, and other tools read them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import unicodedata
from pathlib import Path

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey
from tests.exchange.ledger.nodes import side
from tests.exchange.ledger.samples import ONE, samples

from giapranh.exchange.ledger import canonical, entry, envelope, frames, meeting, reasons
from giapranh.exchange.ledger.engine import Limits
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.keys import KeyRing
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.words import WORDS
from giapranh.kernel.text import search_key

PAGE = (Path(__file__).parents[3] / "docs" / "formats" / "exchange.md").read_text("utf-8")
PINNED = dict(re.findall(r"<!-- sample: (.+?) -->\n```\n(.*?)\n```", PAGE, re.DOTALL))

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical.WHOLE, canonical.WHOLE)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def test_the_page_pins_what_is_written():
    assert samples() == PINNED


def test_a_general_dsse_reader_verifies_the_sample():
    raw = json.loads(PINNED["envelope"])
    key = SSlibKey(PINNED["public key of vn-20"], "ed25519", "ed25519", {"public": PINNED["public key of vn-20"]})
    found = Envelope.from_dict(raw)
    assert list(found.verify([key], 1)) == [key.keyid]
    assert hashlib.sha256(found.pae()).hexdigest() == PINNED["hash"]
    found.payload += b" "
    with pytest.raises(VerificationError):
        found.verify([key], 1)


def test_the_sample_header_is_a_cloudevent_and_reads_back():
    sealed = envelope.read(PINNED["envelope"].encode(), limit=32_768)
    header = entry.read_header(sealed)
    assert entry.header_bytes(header) == sealed.payload == PINNED["header"].encode()
    value = json.loads(PINNED["header"])
    assert {"id", "source", "specversion", "type"} <= set(value)
    assert all(re.fullmatch(r"[a-z0-9]+", name) for name in value)
    assert header.body_hash == hashlib.sha256(PINNED["body"].encode()).hexdigest()


@given(plain)
@example({"\U0001d11e": 1, "\uffff": 2, "ạ": 3})
@example({"\n": '\x7f\x1f"\\/\u2028'})
def test_our_canonical_form_is_rfc_8785(value):
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text or unicodedata.normalize("NFC", text) != text:
        with pytest.raises(Broken):
            canonical.dump(value)
        return
    data = canonical.dump(value)
    assert data == rfc8785.dumps(value)
    assert canonical.parse(data, limit=10**6) == value


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(data):
    for read in (
        lambda: canonical.parse(data, limit=1000),
        lambda: envelope.read(data, limit=1000),
        lambda: meeting.read_card(data),
        lambda: list(frames.read(_source(data), Limits())),
        lambda: entry.read_body(data, limit=1000, depth=9, blobs=1, blob=1),
        lambda: entry.read_withheld(data, limit=1000),
    ):
        with contextlib.suppress(Broken):
            read()


def _source(data: bytes):
    left = [data]

    def read(size: int) -> bytes:
        piece, left[0] = left[0][:size], left[0][size:]
        return piece

    return read


@given(st.lists(st.tuples(st.sampled_from("EWNSCZ"), st.binary(max_size=50), st.binary(max_size=50)), max_size=6))
def test_frames_read_back(parts):
    told = [Frame(*part) for part in parts]
    assert list(frames.read(_source(b"".join(map(frames.write, told))), Limits())) == told


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v | {"more": 1},
        lambda v: v | {"signatures": []},
        lambda v: v | {"signatures": v["signatures"] * 2},
        lambda v: v | {"signatures": v["signatures"] * 3},
        lambda v: v | {"signatures": [v["signatures"][0] | {"sig": "AA=="}]},
        lambda v: v | {"signatures": [v["signatures"][0] | {"keyid": "k"}]},
        lambda v: v | {"payload": v["payload"] + "\n"},
        lambda v: v | {"payload": v["payload"].rstrip("=") + "!"},
        lambda v: v | {"payloadType": 5},
        lambda v: {name: inner for name, inner in v.items() if name != "payloadType"},
    ],
)
def test_an_envelope_has_exactly_one_shape(change):
    value = json.loads(PINNED["envelope"])
    with pytest.raises(Broken):
        envelope.read(rfc8785.dumps(change(value)), limit=32_768)
    assert envelope.read(PINNED["envelope"].encode(), limit=32_768)
    with pytest.raises(Broken):
        envelope.read(json.dumps(value).encode(), limit=32_768)


def test_a_key_never_counts_twice_nor_one_signature_for_two_keys():
    keys = KeyRing([ONE, b"b" * 32])
    first, second = keys.public
    once = envelope.seal(b"{}", "x", keys, first)
    assert once.signed_by([first, first, second]) == [first]
    claimed = envelope.assemble(b"{}", "x", [(first, once.signatures[0][1]), (second, once.signatures[0][1])])
    assert claimed.signed_by([first, second]) == [first]
    hint = envelope.assemble(b"{}", "x", [(second, once.signatures[0][1])])
    assert hint.signed_by([first]) == [first]


def test_words_are_256_and_alike_in_no_form_without_marks():
    assert len(WORDS) == len({search_key(word) for word in WORDS}) == 256
    assert all(word.isalpha() for word in WORDS)


def test_words_are_checked_without_marks_and_a_wrong_one_is_refused():
    one, two = side("vn-20", "vn-24", 1), side("vn-24", "vn-20", 1)
    with one.store.transaction() as tx:
        meeting.begin(one.engine, tx, "ab" * 32, "Lạng Sơn", one.now)
        card = meeting.read_card(meeting.card(one.engine, tx))
    plain_words = " ".join(search_key(word) for word in card.words)
    assert meeting.check_words(card, plain_words.upper())
    assert not meeting.check_words(card, " ".join(card.words[:-1]))
    with two.store.transaction() as tx:
        meeting.begin(two.engine, tx, "cd" * 32, "Bắc Ninh", two.now)
    with two.store.transaction() as tx, pytest.raises(meeting.WordsDiffer):
        meeting.meet(two.engine, tx, card, "sai sai sai", two.now)
    with two.store.transaction() as tx:
        assert meeting.meet(two.engine, tx, card, plain_words, two.now).node == "vn-20"
        assert meeting.meet(two.engine, tx, card, plain_words, two.now).node == "vn-20"
        other = meeting.Card(card.node, card.name, "ef" * 32, card.recovery)
        with pytest.raises(meeting.AlreadyMet):
            meeting.meet(two.engine, tx, other, " ".join(other.words), two.now)


def test_every_reason_has_words_and_advice_stands_on_a_reason():
    assert set(reasons.WHAT_TO_DO) <= set(reasons.TEXT)
    assert str(Broken("forged")) == "Chữ ký không đúng."
