"""Fixed keys, a fixed clock and no chance: the bytes that the format page pins."""

from __future__ import annotations

from tests.exchange.ledger.nodes import NOON, Side, exchange, meet

from giapranh.exchange.ledger import agreement, agreements, envelope, meeting, statements
from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger.agreement import Clause, Text
from giapranh.exchange.ledger.engine import Engine, Kind
from giapranh.exchange.ledger.keys import KeyRing, public_of
from giapranh.exchange.ledger.names import event_id, stream_name
from giapranh.exchange.ledger.store import MemoryStore

ONE, TWO = bytes(range(32)), bytes(range(32, 64))
RECOVERY_ONE, RECOVERY_TWO = bytes(range(64, 96)), bytes(range(96, 128))
CLAUSE = Clause(
    "muc-nuoc", "vn-20", "vn-24", "water-latest", ("station", "level", "at"), areas=(), until="2027-12-31",
    precision=(("level", "decimals:2"),), purpose="Phối hợp phòng, chống lũ", source="Công văn phối hợp",
)  # fmt: skip


class Counter:
    """Chance that is none: 1, 2, 3 …, each as often as asked for."""

    def __init__(self) -> None:
        self.next = 0

    def __call__(self, size: int) -> bytes:
        self.next += 1
        return bytes([self.next % 256]) * size


def nodes() -> tuple[Side, Side]:
    found = []
    for node, peer, seed, recovery in (("vn-20", "vn-24", ONE, RECOVERY_ONE), ("vn-24", "vn-20", TWO, RECOVERY_TWO)):
        engine = Engine(node, KeyRing([seed]), {"water-latest": Kind("water-latest")}, random=Counter())
        found.append(Side(node, peer, engine, MemoryStore(), None, recovery, NOON))  # type: ignore[arg-type]
    meet(*found)
    one, two = found
    one.do(agreements.propose, "vn-24", Text(1, ("vn-20", "vn-24"), (CLAUSE,), ""))
    exchange(one, two, 1)
    two.do(agreements.countersign, "vn-20", 1)
    exchange(one, two, 1)
    return one, two


def samples() -> dict[str, str]:
    """Each pinned text of the format page by its name."""
    one, two = nodes()
    data = {"station": "LS-01", "level": "255.127", "at": "2026-11-23T11:00"}
    written = one.share("water-latest:LS-01", "water-latest", **data)
    with one.store.transaction() as tx:
        from giapranh.exchange.ledger.rows import Body, Entry

        row, body = tx.get(Entry, written.stream, written.hash), tx.get(Body, written.stream, written.hash)
        card = meeting.read_card(meeting.card(one.engine, tx))
        heads = statements.parse(statements.make(one.engine, tx, "vn-24", NOON))
    assert row is not None
    assert body is not None
    sealed = envelope.read(row.envelope, limit=99_999)
    exchange(one, two, 1)
    receipt = two.rows(Entry, stream=stream_name("vn-24", "vn-20", "record"), kind="receipt")
    last = max(receipt, key=lambda r: r.seq)
    told = two.rows(Body, stream=last.stream, hash=last.hash)[0]
    return {
        "public key of vn-20": public_of(ONE),
        "words of vn-20": " ".join(card.words),
        "header": sealed.payload.decode(),
        "body": body.data.decode(),
        "envelope": row.envelope.decode(),
        "hash": sealed.hash,
        "agreement": agreement.text_bytes(Text(1, ("vn-20", "vn-24"), (CLAUSE,), "")).decode(),
        "receipt body": told.data.decode(),
        "statement": heads.sealed.payload.decode(),
        "withheld": entries.withheld_payload(row.stream, row.epoch, row.seq, row.hash, "recalled").decode(),
        "event id": event_id(NOON, bytes(10)),
    }


if __name__ == "__main__":
    for name, text in samples().items():
        print(f"<!-- {name} -->\n```\n{text}\n```\n")  # noqa: T201
