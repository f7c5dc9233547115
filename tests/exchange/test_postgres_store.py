"""The store of the engine on PostgreSQL: the same rows, the same promises, and nothing of the past to be changed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from typing import Any, get_type_hints

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction

from giapranh.exchange.ledger.rows import TABLES, Body, Effect, Entry, Head, Place, Row
from giapranh.exchange.ledger.store import AlreadyThere
from giapranh.exchange.postgres_store import PostgresStore

pytestmark = pytest.mark.django_db
HASH = "a" * 64


def an_entry(hash: str = HASH) -> Entry:
    return Entry("a.b.record", hash, 0, 1, "0" * 64, "e1", "note", "note:1", "c@1", 1, 0, 5, HASH, 3, b"\x00\xffxyz", 6)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_each_row_class_has_its_table(table: type[Row]) -> None:
    model = apps.get_model("exchange", table.__name__)
    columns = {column.name: column for column in model._meta.concrete_fields if column.name != "pk"}
    hints = get_type_hints(table)
    assert list(columns) == [row.name for row in fields(table)]
    for name, column in columns.items():
        assert column.null == ("None" in str(hints[name])), name
    assert model._meta.db_table == f"exchange_{table.__name__.lower()}"


def test_rows_come_back_as_they_went() -> None:
    with PostgresStore().transaction() as tx:
        tx.insert(an_entry())
        assert tx.get(Entry, "a.b.record", HASH) == an_entry()
        assert tx.count(Entry, stream="a.b.record") == 1


def test_a_second_insert_is_refused_and_the_transaction_lives() -> None:
    with PostgresStore().transaction() as tx:
        tx.insert(an_entry())
        with pytest.raises(AlreadyThere):
            tx.insert(an_entry())
        assert tx.get(Entry, "a.b.record", HASH) is not None


def test_find_walks_by_key_both_ways() -> None:
    with PostgresStore().transaction() as tx:
        for seq in (3, 1, 2):
            tx.put(Place("s", seq, HASH, 0, "e", "note", "x", "applied", "", "", 1, 0))
        assert [p.seq for p in tx.find(Place, stream="s", after=("s", 1))] == [2, 3]
        assert [p.seq for p in tx.find(Place, stream="s", after=("s", 3), reverse=True, limit=1)] == [2]
        assert tx.find(Place, stream="s", state="parked") == []


def test_put_replaces_and_drop_removes() -> None:
    with PostgresStore().transaction() as tx:
        head = Head("s", "p", "record", "in", 0, 0, HASH, 1)
        tx.put(head)
        tx.put(Head("s", "p", "record", "in", 0, 9, HASH, 1))
        found = tx.lock(Head, "s")
        assert found is not None
        assert found.seq == 9
        tx.drop(Head, "s")
        assert tx.lock(Head, "s") is None


def test_a_savepoint_undoes_only_itself() -> None:
    with PostgresStore().transaction() as tx:
        tx.insert(an_entry())
        with suppress(ZeroDivisionError), tx.savepoint():
            tx.insert(an_entry("b" * 64))
            raise ZeroDivisionError
        assert tx.count(Entry) == 1


@pytest.mark.parametrize("what", ["UPDATE exchange_entry SET at = 0", "DELETE FROM exchange_entry"])
def test_the_database_itself_keeps_entries_for_ever(what: str) -> None:
    from django.db import connection

    with PostgresStore().transaction() as tx:
        tx.insert(an_entry())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(what)


@pytest.mark.parametrize("row", [Body("s", HASH, b"x"), Effect("p", "e", "s", HASH, 1)], ids=lambda r: type(r).__name__)
def test_the_database_itself_refuses_to_rewrite(row: Any) -> None:
    from django.db import connection

    with PostgresStore().transaction() as tx:
        tx.insert(row)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE exchange_{type(row).__name__.lower()} SET stream = 'other'")
    with PostgresStore().transaction() as tx:
        tx.drop(type(row), *row.key)
