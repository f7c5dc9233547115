"""What the engine asks of a database, and a store in memory that gives it.

A transaction is all or nothing: when the ``with`` block ends by an exception nothing of it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar

from giapranh.exchange.ledger.rows import TABLES, Row

R = TypeVar("R", bound=Row)


class AlreadyThere(Exception):
    """A row with this key stands already."""


class LedgerTx(Protocol):
    def get(self, table: type[R], *key: Any) -> R | None:
        """The row with this key."""

    def lock(self, table: type[R], *key: Any) -> R | None:
        """The row with this key, or nothing; no other transaction sees or writes the key until this one ends."""

    def insert(self, row: Row) -> None:
        """Add a row; ``AlreadyThere`` when its key stands."""

    def put(self, row: Row) -> None:
        """Add a row or replace the one with its key; never on a table that is ``ONCE``."""

    def drop(self, table: type[Row], *key: Any) -> None:
        """Remove a row if it is there; never on a table that is ``ONCE``."""

    def find(
        self,
        table: type[R],
        *,
        after: tuple[Any, ...] | None = None,
        limit: int | None = None,
        reverse: bool = False,
        **equal: Any,
    ) -> list[R]:
        """Rows whose fields equal, in the order of their key, beyond the key ``after`` (before it when reversed)."""

    def count(self, table: type[Row], **equal: Any) -> int:
        """How many rows ``find`` would give."""

    def savepoint(self) -> AbstractContextManager[None]:
        """What happens inside is undone when it ends by an exception; the transaction goes on."""


class LedgerStore(Protocol):
    def transaction(self) -> AbstractContextManager[LedgerTx]: ...


class MemoryStore:
    """A store for tests and for tools: dictionaries, an undo log, and a copy for a backup."""

    def __init__(self) -> None:
        self.tables: dict[type[Row], dict[tuple[Any, ...], Row]] = {table: {} for table in TABLES}
        self.chains: dict[tuple[type[Row], Any], dict[tuple[Any, ...], Row]] = {}

    @contextmanager
    def transaction(self) -> Iterator[LedgerTx]:
        tx = _MemoryTx(self)
        with tx.savepoint():
            yield tx

    def backup(self) -> Any:
        return {table: dict(rows) for table, rows in self.tables.items()}

    def restore(self, backup: Any) -> None:
        self.tables = {table: dict(rows) for table, rows in backup.items()}
        self.chains = {}
        for table, rows in self.tables.items():
            for key, row in rows.items():
                self.chains.setdefault((table, key[0]), {})[key] = row


class _MemoryTx:
    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.undo: list[Callable[[], None]] = []

    def get(self, table: type[R], *key: Any) -> R | None:
        return self.store.tables[table].get(key)  # type: ignore[return-value]

    lock = get

    def insert(self, row: Row) -> None:
        if row.key in self.store.tables[type(row)]:
            raise AlreadyThere(f"{type(row).__name__} {row.key}")
        self._set(type(row), row.key, row)

    def put(self, row: Row) -> None:
        if row.ONCE:
            raise TypeError(f"{type(row).__name__} is only added to")
        self._set(type(row), row.key, row)

    def drop(self, table: type[Row], *key: Any) -> None:
        if table.ONCE:
            raise TypeError(f"{table.__name__} is only added to")
        self._set(table, key, None)

    def find(
        self,
        table: type[R],
        *,
        after: tuple[Any, ...] | None = None,
        limit: int | None = None,
        reverse: bool = False,
        **equal: Any,
    ) -> list[R]:
        first = table.KEY[0]
        rows: dict[tuple[Any, ...], Row] = (
            self.store.chains.get((table, equal[first]), {}) if first in equal else self.store.tables[table]
        )
        if table.KEY == ("stream", "seq") and first in equal and after is not None and limit and not reverse:
            return self._run(rows, table, after, limit, equal)
        found = []
        for key in sorted(rows, reverse=reverse):
            if after is not None and (key >= after if reverse else key <= after):
                continue
            row = rows[key]
            if all(getattr(row, name) == value for name, value in equal.items()):
                found.append(row)
                if limit is not None and len(found) >= limit:
                    break
        return found  # type: ignore[return-value]

    def _run(
        self,
        rows: dict[tuple[Any, ...], Row],
        table: type[R],
        after: tuple[Any, ...],
        limit: int,
        equal: dict[str, Any],
    ) -> list[R]:
        """The next rows of a chain without sorting it: its numbers have no gaps."""
        found: list[Any] = []
        seq = after[1] + 1
        while len(found) < limit and (row := rows.get((after[0], seq))) is not None:
            if all(getattr(row, name) == value for name, value in equal.items()):
                found.append(row)
            seq += 1
        return found

    def count(self, table: type[Row], **equal: Any) -> int:
        return len(self.find(table, **equal))

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        mark = len(self.undo)
        try:
            yield
        except BaseException:
            while len(self.undo) > mark:
                self.undo.pop()()
            raise

    def _set(self, table: type[Row], key: tuple[Any, ...], row: Row | None) -> None:
        before = self.store.tables[table].get(key)
        self._write(table, key, row)
        self.undo.append(lambda: self._write(table, key, before))

    def _write(self, table: type[Row], key: tuple[Any, ...], row: Row | None) -> None:
        chain = self.store.chains.setdefault((table, key[0]), {})
        for rows in (self.store.tables[table], chain):
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
