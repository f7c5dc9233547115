"""The engine's store on PostgreSQL. Rows travel as they are: the models have the fields of the row classes.

``PostgresTx`` needs nothing of a connection but ``cursor()``, so the same class serves Django's connection and a bare
psycopg one (the tests drive two real databases that way). Names in the SQL below are those of the row classes, never
of a request: values alone go in as parameters.
"""
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from functools import cache
from itertools import count as counter
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from giapranh.exchange.ledger.rows import Row
from giapranh.exchange.ledger.store import AlreadyThere, LedgerTx

R = TypeVar("R", bound=Row)
T = TypeVar("T")


def _once_a_table(make: Callable[[type[Row]], T]) -> Callable[[type[Row]], T]:
    return cast("Callable[[type[Row]], T]", cache(make))  # mypy takes a class of unhashable rows for unhashable


def _quoted(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@_once_a_table
def _table(table: type[Row]) -> str:
    return f'"exchange_{table.__name__.lower()}"'


@_once_a_table
def _columns(table: type[Row]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(table))


@_once_a_table
def _insert(table: type[Row]) -> str:
    columns = _columns(table)
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {_table(table)} ({_quoted(columns)}) VALUES ({places}) ON CONFLICT ({_quoted(table.KEY)})"


@_once_a_table
def _put(table: type[Row]) -> str:
    changing = [name for name in _columns(table) if name not in table.KEY]
    sets = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in changing)
    return f"{_insert(table)} DO " + (f"UPDATE SET {sets}" if sets else "NOTHING")


@_once_a_table
def _select(table: type[Row]) -> str:
    return f"SELECT {_quoted(_columns(table))} FROM {_table(table)}"


def _equals(names: tuple[str, ...]) -> str:
    return " AND ".join(f'"{name}" = %s' for name in names)


def _row(table: type[R], values: tuple[Any, ...]) -> R:
    return table(*(bytes(value) if isinstance(value, memoryview) else value for value in values))


class PostgresTx:
    """One open transaction of the engine; see ``ledger.store.LedgerTx`` for what each verb promises."""

    def __init__(self, connection: Any) -> None:
        self._cursor = connection.cursor()
        self._savepoints = counter(1)

    def close(self) -> None:
        self._cursor.close()

    def get(self, table: type[R], *key: Any) -> R | None:
        return self._one(table, f"{_select(table)} WHERE {_equals(table.KEY)}", key)

    def lock(self, table: type[R], *key: Any) -> R | None:
        sql = f"{_select(table)} WHERE {_equals(table.KEY)} FOR UPDATE"
        row = self._one(table, sql, key)
        if row is not None:
            return row
        name = "/".join((table.__name__, *map(str, key)))
        self._cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,))
        return self._one(table, sql, key)  # whoever held the lock may have added it

    def insert(self, row: Row) -> None:
        self._cursor.execute(f"{_insert(type(row))} DO NOTHING", astuple(row))
        if self._cursor.rowcount == 0:
            raise AlreadyThere(f"{type(row).__name__} {row.key}")

    def put(self, row: Row) -> None:
        if row.ONCE:
            raise TypeError(f"{type(row).__name__} is only added to")
        self._cursor.execute(_put(type(row)), astuple(row))

    def drop(self, table: type[Row], *key: Any) -> None:
        if table.ONCE:
            raise TypeError(f"{table.__name__} is only added to")
        self._cursor.execute(f"DELETE FROM {_table(table)} WHERE {_equals(table.KEY)}", key)

    def find(
        self,
        table: type[R],
        *,
        after: tuple[Any, ...] | None = None,
        limit: int | None = None,
        reverse: bool = False,
        **equal: Any,
    ) -> list[R]:
        where, values = _where(table, after, reverse, equal)
        way = " DESC" if reverse else ""
        order = ", ".join(f'"{name}"{way}' for name in table.KEY)
        bound = "" if limit is None else f" LIMIT {int(limit)}"
        self._cursor.execute(f"{_select(table)}{where} ORDER BY {order}{bound}", values)
        return [_row(table, found) for found in self._cursor.fetchall()]

    def count(self, table: type[Row], **equal: Any) -> int:
        where, values = _where(table, None, False, equal)
        self._cursor.execute(f"SELECT count(*) FROM {_table(table)}{where}", values)
        return int(self._cursor.fetchone()[0])

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        name = f"ledger_{next(self._savepoints)}"
        self._cursor.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self._cursor.execute(f"ROLLBACK TO SAVEPOINT {name}")
            self._cursor.execute(f"RELEASE SAVEPOINT {name}")
            raise
        self._cursor.execute(f"RELEASE SAVEPOINT {name}")

    def _one(self, table: type[R], sql: str, values: tuple[Any, ...]) -> R | None:
        self._cursor.execute(sql, values)
        found = self._cursor.fetchone()
        return None if found is None else _row(table, found)


def _where(
    table: type[Row], after: tuple[Any, ...] | None, reverse: bool, equal: dict[str, Any]
) -> tuple[str, list[Any]]:
    conditions, values = [], []
    for name, value in equal.items():
        if name not in _columns(table):
            raise TypeError(f"{table.__name__} has no {name}")
        conditions.append(f'"{name}" = %s')
        values.append(value)
    if after is not None:
        places = ", ".join(["%s"] * len(after))
        conditions.append(f"({_quoted(table.KEY)}) {'<' if reverse else '>'} ({places})")
        values += after
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), values


class PostgresStore:
    """The ledgers of this node, in the database Django speaks to."""

    def __init__(self, alias: str = DEFAULT_DB_ALIAS) -> None:
        self.alias = alias

    @contextmanager
    def transaction(self) -> Iterator[LedgerTx]:
        """Joins the transaction that is open, so that a record and its entry are written together."""
        with transaction.atomic(using=self.alias), closing_tx(connections[self.alias]) as tx:
            yield tx


@contextmanager
def closing_tx(connection: Any) -> Iterator[PostgresTx]:
    tx = PostgresTx(connection)
    try:
        yield tx
    finally:
        tx.close()
