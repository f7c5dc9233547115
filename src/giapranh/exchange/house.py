"""The engine as this node runs it: its name, its keys, the kinds its rooms registered, its database."""

from __future__ import annotations

from giapranh.exchange import kinds, seeds
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.postgres_store import PostgresStore
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, Unavailable
from giapranh.people import queries as people


def engine() -> Engine:
    """A fresh engine: cheap, and always with the keys that lie on the disk now."""
    node = people.node()
    if node is None:
        raise Unavailable(N_("Nút này chưa có tên: hãy làm xong phần Bắt đầu."))
    return Engine(node.node_id, seeds.load(), kinds.for_engine())


def store() -> PostgresStore:
    return PostgresStore()


def now_ms() -> int:
    """Milliseconds since 1970, as the ledgers count."""
    return int(clock.now().timestamp() * 1000)
