"""The engine's own machine over two real PostgreSQL databases: drops, forgeries, power cuts, restores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.exchange.bare import BareStore
from tests.exchange.houses import drop_database, fresh_database
from tests.exchange.ledger.machine import TOTALS, exchange_machine, how_long
from tests.exchange.ledger.theatre import NODES

from giapranh.exchange.ledger.rows import TABLES, Row

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600), pytest.mark.slow]
NAMES = {node: f"ex_machine_{node.replace('-', '_')}_{os.getpid()}" for node in (*NODES, "fresh")}


def _name(table: type[Row]) -> str:
    return f"exchange_{table.__name__.lower()}"


class PostgresWorld:
    """A database for each node and one for the node that begins anew; a backup is a copy of every table beside it."""

    def __init__(self) -> None:
        self.stores: dict[str, BareStore] = {}
        self.backups = count(1)

    def new_store(self, name: str) -> BareStore:
        """The database of that node, emptied. Nobody needs two new nodes at a time: they share one."""
        name = NAMES[name if name in NODES else "fresh"]
        store = self.stores[name] = self.stores.get(name) or BareStore(name)
        with store.connection.transaction(), store.connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(map(_name, TABLES))}")
        return store

    def backup(self, store: Any) -> str:
        mark = f"copy_{next(self.backups)}"
        with store.connection.transaction(), store.connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"CREATE TEMP TABLE {mark}_{_name(table)} AS TABLE {_name(table)}")
        return mark

    def restore(self, store: Any, backup: str) -> None:
        with store.connection.transaction(), store.connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"TRUNCATE {_name(table)}")
                cursor.execute(f"INSERT INTO {_name(table)} TABLE {backup}_{_name(table)}")

    def close(self) -> None:
        for store in self.stores.values():
            store.connection.close()


@pytest.fixture(scope="module")
def databases(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        for name in NAMES.values():
            fresh_database(name)
        yield
        for name in NAMES.values():
            drop_database(name)


def test_no_promise_breaks_over_two_databases(databases: None) -> None:
    TOTALS.clear()
    machine = exchange_machine(PostgresWorld)  # type: ignore[arg-type]
    run_state_machine_as_test(seed(2026)(machine), settings=settings(how_long(6, 30), print_blob=True))
    assert TOTALS["runs"] >= 6
