"""Entries of the ledger itself with nonsense inside, signed by the right key: set aside, and the stream goes on."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.exchange.ledger.broken_peer import BrokenPeer
from tests.exchange.ledger.nodes import exchange, pair, pull

from giapranh.exchange.ledger import audit, inbox
from giapranh.exchange.ledger.chain import CONTROL

WORDS = [
    "action",
    "version",
    "text",
    "clause",
    "why",
    "subject",
    "event",
    "accepted",
    "answer",
    "changes",
    "field",
    "stream",
    "items",
    "heads",
    "epoch",
    "seq",
    "hash",
    "id",
    "status",
    "reason",
    "reader",
    "public",
    "cause",
    "rotate",
    "recover",
    "propose",
    "sign",
    "decline",
    "withdraw",
    "note:1",
    "vn-20.vn-24.record",
]
value = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([*WORDS, "", "*", "a" * 64, "AAAA"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=10,
)
data = st.dictionaries(st.sampled_from(WORDS), value, max_size=8)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(sorted(CONTROL - {"key"})), data, st.booleans()), min_size=1, max_size=4))
def test_no_control_entry_stops_a_stream(told):
    one, two = pair()
    two.share("note:1", name="của tôi")
    peer = BrokenPeer(one, two)
    frames = []
    for kind, content, about in told:
        epoch = peer.epoch + 1 if kind == "epoch" else peer.epoch
        peer.epoch = epoch
        frames.append(peer.entry(content, kind=kind, subject="note:1" if about else "", clause="", version=0))
    outcomes = inbox.receive(two.engine, two.store, frames, two.tick())
    assert {o.state for o in outcomes} <= {"applied", "quarantined", "parked"}
    after = inbox.receive(two.engine, two.store, [peer.entry({"name": "sau"}, subject="note:after")], two.tick())
    assert after[0].state in {"applied", "quarantined"}  # quarantined when the agreement was withdrawn
    assert after[0].settled
    with two.store.transaction() as tx:
        assert list(audit.verify(two.engine, tx)) == []
    pull(one, two)


def test_a_key_entry_without_both_signatures_never_changes_a_key():
    one, two = pair()
    frame = BrokenPeer(one, two).entry(
        {"action": "rotate", "public": "a" * 64}, kind="key", subject="", clause="", version=0
    )
    assert inbox.receive(two.engine, two.store, [frame], two.tick())[0].reason == "forged"
    one.share("note:1", name="một")
    exchange(one, two)
    assert two.record("note:1").version == 1
