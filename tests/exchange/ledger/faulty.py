"""A store that dies at the n-th write, before or just after the commit, and the world that hands out stores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from giapranh.exchange.ledger.store import LedgerStore, LedgerTx, MemoryStore


class Crash(Exception):
    """The machine lost power here."""


class World(Protocol):
    """Where the stores of a run come from; over PostgreSQL each store is a database of its own."""

    def new_store(self, name: str) -> LedgerStore: ...

    def backup(self, store: LedgerStore) -> Any: ...

    def restore(self, store: LedgerStore, backup: Any) -> None: ...

    def close(self) -> None: ...


class MemoryWorld:
    def new_store(self, name: str) -> LedgerStore:
        return MemoryStore()

    def backup(self, store: Any) -> Any:
        return store.backup()

    def restore(self, store: Any, backup: Any) -> None:
        store.restore(backup)

    def close(self) -> None:
        return None


class Crashing:
    """Any store, with power cuts. ``writes_left``: how many writes still succeed; 0 cuts at the next one."""

    def __init__(self, store: LedgerStore) -> None:
        self.store = store
        self.writes_left: int | None = None
        self.after_commit = False
        self.writes = 0
        self.crashes = 0

    def cut(self, writes: int, after_commit: bool = False) -> None:
        self.writes_left, self.after_commit = (None, True) if after_commit else (writes, False)

    def calm(self) -> None:
        self.writes_left, self.after_commit = None, False

    @contextmanager
    def transaction(self) -> Iterator[LedgerTx]:
        before = self.writes
        with self.store.transaction() as tx:
            yield _CrashingTx(self, tx)  # type: ignore[misc]
        if self.after_commit and self.writes > before:
            self.after_commit = False
            self.crashes += 1
            raise Crash("after the commit")

    def spend(self) -> None:
        self.writes += 1
        if self.writes_left is None:
            return
        if self.writes_left <= 0:
            self.writes_left = None
            self.crashes += 1
            raise Crash("before the commit")
        self.writes_left -= 1


class _CrashingTx:
    def __init__(self, owner: Crashing, tx: LedgerTx) -> None:
        self.owner, self.tx = owner, tx

    def __getattr__(self, name: str) -> Any:
        if name in {"insert", "put", "drop"}:
            self.owner.spend()
        return getattr(self.tx, name)
