"""Tables of lists: what a query string asks for is what is shown and what the workbook holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from giapranh.kernel.tables import Column, Status, Table, as_text

GOOD = Status("Đúng hạn", "good")


@dataclass
class Mine:
    name: str
    volume: Decimal | None
    ends_on: date | None
    state: Status = GOOD


MINES = [
    Mine("Zuôn", Decimal("1250.5"), date(2026, 2, 5)),
    Mine("ăn", None, None),
    Mine("Đồng Mỏ", Decimal("90"), date(2025, 12, 31), Status("Quá hạn", "bad")),
]
COLUMNS = [
    Column("name", "Tên"),
    Column("volume", "Trữ lượng", "number"),
    Column("ends_on", "Hết hạn", "date"),
    Column("state", "Tình trạng", "status"),
]


def names(table: Table) -> list[str]:
    return [row.record.name for row in table.rows]


def test_text_sorts_by_the_vietnamese_alphabet():
    assert names(Table.of(MINES, COLUMNS, {"sap": "name"})) == ["ăn", "Đồng Mỏ", "Zuôn"]


@pytest.mark.parametrize(("asked", "order"), [
    ("volume", ["Đồng Mỏ", "Zuôn", "ăn"]),
    ("-volume", ["Zuôn", "Đồng Mỏ", "ăn"]),
    ("ends_on", ["Đồng Mỏ", "Zuôn", "ăn"]),
    ("unknown", ["Zuôn", "ăn", "Đồng Mỏ"]),
])  # fmt: skip
def test_sorting_puts_empty_cells_last_and_ignores_unknown_columns(asked: str, order: list[str]):
    assert names(Table.of(MINES, COLUMNS, {"sap": asked})) == order


@pytest.mark.parametrize(("column", "words", "found"), [
    ("name", "dong mo", ["Đồng Mỏ"]),
    ("name", "ĐỒNG", ["Đồng Mỏ"]),
    ("ends_on", "31/12", ["Đồng Mỏ"]),
    ("state", "qua han", ["Đồng Mỏ"]),
    ("name", "không có", []),
])  # fmt: skip
def test_filter_finds_words_with_and_without_marks(column: str, words: str, found: list[str]):
    assert names(Table.of(MINES, COLUMNS, {f"loc_{column}": words})) == found


def test_pages_stay_within_what_there_is():
    rows = [Mine(f"Mỏ {n}", None, None) for n in range(60)]
    table = Table.of(rows, COLUMNS, {"dong": "25", "trang": "99"})
    assert (table.page, table.pages, table.first, table.last, table.total) == (3, 3, 51, 60, 60)
    assert Table.of(rows, COLUMNS, {"dong": "7", "trang": "không"}).page_size == 50


def test_links_keep_the_other_parameters_and_start_again_at_the_first_page():
    table = Table.of(MINES, COLUMNS, {"ky": "2026-Q3", "trang": "2", "sap": "name"})
    assert table.headings[0].sort_url == "?ky=2026-Q3&sap=-name"
    assert table.headings[1].sort_url == "?ky=2026-Q3&sap=volume"
    assert table.headings[0].direction == "ascending"


def test_two_tables_on_one_page_do_not_hear_each_other():
    table = Table.of(MINES, COLUMNS, {"khac_loc_name": "ăn", "mo_loc_name": "zuôn"}, name="mo")
    assert names(table) == ["Zuôn"]
    assert table.kept_by_filters == [("khac_loc_name", "ăn")]


def test_columns_can_be_chosen_and_nothing_chosen_means_the_usual_ones():
    chosen = Table.of(MINES, COLUMNS, {"cot": ["name", "state"]})
    assert [column.key for column in chosen.chosen] == ["name", "state"]
    hidden = [COLUMNS[0], Column("volume", "Trữ lượng", "number", hidden=True)]
    assert [column.key for column in Table.of(MINES, hidden, {}).chosen] == ["name"]


def test_workbook_holds_every_filtered_row_with_true_dates_and_numbers():
    rows = [*MINES, *[Mine(f"Mỏ {n}", Decimal(n), None) for n in range(80)]]
    table = Table.of(rows, COLUMNS, {"xuat": "xlsx", "dong": "25"}, title="Các mỏ")
    assert table.wants_xlsx
    sheet = openpyxl.load_workbook(BytesIO(table.to_xlsx(note="Dữ liệu minh họa"))).active
    assert [sheet.cell(row, 1).value for row in (1, 2, 3, 4)] == ["Các mỏ", "Dữ liệu minh họa", "Tên", "Zuôn"]
    assert sheet.cell(4, 2).value == 1250.5
    assert sheet.cell(4, 3).value == datetime(2026, 2, 5)  # noqa: DTZ001 - a workbook knows no zone
    assert sheet.cell(4, 3).number_format == "dd/mm/yyyy"
    assert sheet.max_row == 3 + 83


def test_what_officers_typed_never_becomes_a_formula():
    table = Table.of([Mine("=1+1", None, None)], COLUMNS)
    sheet = openpyxl.load_workbook(BytesIO(table.to_xlsx())).active
    assert (sheet.cell(2, 1).value, sheet.cell(2, 1).data_type) == ("=1+1", "s")


@pytest.mark.parametrize(("value", "text"), [
    (None, ""),
    (True, "✓"),
    (Decimal("1250.5"), "1.250,5"),
    (date(2026, 2, 5), "05/02/2026"),
    (datetime(2026, 2, 4, 18, 30, tzinfo=UTC), "01:30 05/02/2026"),
    (["QLMT", "KS"], "QLMT, KS"),
    (Status("Quá hạn", note="2 ngày"), "Quá hạn · 2 ngày"),
])  # fmt: skip
def test_values_are_written_as_officers_write_them(value: object, text: str):
    assert as_text(value) == text
