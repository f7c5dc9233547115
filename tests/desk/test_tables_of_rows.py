"""Tables over the database: whatever stands in the query string, the page answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from giapranh.kernel.tables import Column, Table
from giapranh.people.models import Notice, Officer

COLUMNS = [
    Column("text", "Nội dung", field="text"),
    Column("created_at", "Lúc", "date", field="created_at"),
    Column("kind", "Loại", field="officer", choices=[("1", "An")]),
]


@pytest.fixture
def rows(an: Officer) -> Any:
    Notice.objects.create(officer=an, text="một", created_at=datetime(2026, 2, 4, 18, 30, tzinfo=UTC))
    Notice.objects.create(officer=an, text="hai", created_at=datetime(2026, 2, 5, 18, 30, tzinfo=UTC))
    return Notice.objects.all()


def texts(table: Table) -> list[str]:
    return [row.record.text for row in table.rows]


def test_a_day_finds_every_moment_of_it_in_vietnam(rows: Any):
    assert texts(Table.of(rows, COLUMNS, {"loc_created_at": "05/02/2026"})) == ["một"]


@pytest.mark.parametrize("params", [
    {"loc_kind": "abc"},
    {"loc_kind": "99999999999999999999999"},
    {"loc_text": "\u0000"},
    {"sap": "officer__password"},
    {"trang": "99999999"},
    {"dong": "-1"},
    {"cot": "không có"},
])  # fmt: skip
def test_what_no_column_knows_changes_nothing(rows: Any, params: dict[str, str]):
    assert sorted(texts(Table.of(rows, COLUMNS, params))) == ["hai", "một"]


def test_a_day_that_is_none_is_told_and_filters_nothing(rows: Any):
    table = Table.of(rows, COLUMNS, {"loc_created_at": "31/02/2026"})
    assert (len(table.rows), table.refused) == (2, ["Không có ngày 31/02/2026 trong lịch."])
