"""How it stands with a neighbour, each direction on its own. Nothing counts as there without a signed receipt."""

from __future__ import annotations

from dataclasses import dataclass

from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.rows import Alarm, BlobNeed, Entry, Head, Held, Place, Receipt
from giapranh.exchange.ledger.statements import last_heard
from giapranh.exchange.ledger.store import LedgerTx

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class LaneStatus:
    lane: str
    epoch: int
    seq: int
    hash: str
    # out: entries without the peer's receipt; in: held before a gap
    waiting: int = 0
    waiting_bytes: int = 0
    oldest_at: int = 0  # when the oldest of them was written (out) or came (in); 0: none
    quarantined: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True)
class PeerStatus:
    peer: str
    last_heard: int  # when something signed came in last; 0: never
    last_applied: int  # when something of the peer's was applied last
    last_receipt: int  # when the peer's last receipt came
    out: tuple[LaneStatus, ...]
    into: tuple[LaneStatus, ...]
    blobs_wanted: int
    alarms: int

    @property
    def synced_out(self) -> bool:
        """Every entry of mine has the peer's signature on it."""
        return all(not lane.waiting and not lane.quarantined for lane in self.out)

    @property
    def clean_in(self) -> bool:
        return (
            all(not (lane.waiting or lane.quarantined or lane.parked) for lane in self.into) and not self.blobs_wanted
        )


def of(engine: Engine, tx: LedgerTx, peer: str, now: int) -> PeerStatus:
    into = tuple(lane_in(tx, stream_name(peer, engine.node, lane), lane) for lane in LANES)
    out = tuple(_out(tx, stream_name(engine.node, peer, lane), lane) for lane in LANES)
    applied = [
        place[0].at
        for lane in LANES
        if (
            place := tx.find(Place, stream=stream_name(peer, engine.node, lane), state="applied", reverse=True, limit=1)
        )
    ]
    signed = [
        place[0].at
        for lane in LANES
        if (place := tx.find(Place, stream=stream_name(peer, engine.node, lane), kind="receipt", reverse=True, limit=1))
    ]
    alarms = [a for a in tx.find(Alarm, peer=peer) if a.kind != "last-statement"]
    return PeerStatus(
        peer, last_heard(tx, peer), max(applied, default=0), max(signed, default=0), out, into,
        tx.count(BlobNeed, peer=peer, direction="in", here=False), len(alarms),
    )  # fmt: skip


def lane_in(tx: LedgerTx, stream: str, lane: str) -> LaneStatus:
    head = tx.get(Head, stream)
    held = tx.find(Held, stream=stream)
    return LaneStatus(
        lane, head.epoch if head else 0, head.seq if head else 0, head.hash if head else "",
        len(held), sum(len(h.body or b"") + len(h.envelope) for h in held), min((h.at for h in held), default=0),
        tx.count(Place, stream=stream, state="quarantined"), tx.count(Place, stream=stream, state="parked"),
    )  # fmt: skip


def _out(tx: LedgerTx, stream: str, lane: str) -> LaneStatus:
    head = tx.get(Head, stream)
    waiting = size = oldest = 0
    seq = last_signed(tx, stream)
    while places := tx.find(Place, stream=stream, after=(stream, seq), limit=PAGE):
        seq = places[-1].seq
        for place in places:
            if place.kind == "receipt" or tx.find(Receipt, stream=stream, hash=place.hash, limit=1):
                continue
            row = tx.get(Entry, stream, place.hash)
            waiting, size = waiting + 1, size + (row.body_size + len(row.envelope) if row else 0)
            oldest = min(oldest, place.at) if oldest else place.at
    return LaneStatus(
        lane, head.epoch if head else 0, head.seq if head else 0, head.hash if head else "", waiting, size, oldest,
        len(refused(tx, stream)),
    )  # fmt: skip


def last_signed(tx: LedgerTx, stream: str) -> int:
    """The last number of my stream that carries the peer's signature; receipts come in the order of the numbers."""
    before = (stream, 2**53)
    while places := tx.find(Place, stream=stream, after=before, reverse=True, limit=PAGE):
        for place in places:
            if place.kind != "receipt" and tx.find(Receipt, stream=stream, hash=place.hash, limit=1):
                return place.seq
        before = (stream, places[-1].seq)
    return 0


def refused(tx: LedgerTx, stream: str) -> list[Receipt]:
    """Refused by the peer and neither corrected nor accepted since."""
    found = []
    for receipt in tx.find(Receipt, stream=stream, status="quarantined"):
        place = tx.get(Place, stream, receipt.seq)
        if place is None or place.hash != receipt.hash or tx.get(Receipt, stream, receipt.hash, "applied", ""):
            continue
        if not place.subject or _still_blocked(tx, stream, place):
            found.append(receipt)
    return found


def _still_blocked(tx: LedgerTx, stream: str, place: Place) -> bool:
    later = tx.find(Place, stream=stream, subject=place.subject, reverse=True, limit=5)
    return not any(p.seq > place.seq and tx.get(Receipt, stream, p.hash, "applied", "") for p in later)
