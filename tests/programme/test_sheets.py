from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook, load_workbook
from tests.factories.programme import AT, make_programme, make_task

from giapranh.programme import services
from giapranh.programme.models import Programme, Task
from giapranh.programme.permissions import NotTheGiver
from giapranh.programme.rules.states import TaskState
from giapranh.programme.rules.tracking_sheet import NotATrackingSheet, read, split_offices
from giapranh.programme.services import sheets

HEAD = ["STT", "Nội dung", "Số văn bản", "Ngày ban hành", "Hạn", "Chủ trì", "Phối hợp", "Lãnh đạo", "Tiến độ",
        "Trạng thái", "Kết quả", "Ghi chú"]  # fmt: skip


def line(text, **values):
    names = ["stt", "text", "number", "issued_on", "due_on", "lead", "coordinating", "leader", "progress", "status",
             "result", "note"]  # fmt: skip
    return [{"text": text, **values}.get(name) for name in names]


def sheet(*rows, titles=("UBND XÃ TÂN THÀNH", "SỔ THEO DÕI NHIỆM VỤ"), merge=()):
    book = Workbook()
    page = book.active
    for place, title in enumerate(titles, 1):
        page.merge_cells(start_row=place, start_column=1, end_row=place, end_column=len(HEAD))
        page.cell(place, 1, title)
    for offset, cells in enumerate([HEAD, *rows], len(titles) + 2):
        for place, value in enumerate(cells, 1):
            page.cell(offset, place, value)
    for area in merge:
        page.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- reading ---------------------------------------------------------------------------------------------------------


def grid(*rows):
    return [HEAD, *rows]


def test_the_head_is_found_below_titles_and_in_other_words():
    head = ["TT", "Nội dung nhiệm vụ", "Số, ký hiệu", "Ngày văn bản", "Thời hạn hoàn thành", "Đơn vị chủ trì"]
    found = read([["SỔ"], [None], head, [1, "Rà soát", "5/KH", "05/02/2026", date(2026, 3, 1), "Phòng A"]])
    assert found.head_line == 3
    row = found.rows[0]
    assert (row.text, row.number, row.issued_on, row.due_on, row.lead) == (
        "Rà soát", "5/KH", date(2026, 2, 5), date(2026, 3, 1), "Phòng A",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("15/9/2026", date(2026, 9, 15)),
        ("trước ngày 15/9/2026", date(2026, 9, 15)),
        ("05.02.2026", date(2026, 2, 5)),
        (datetime(2026, 9, 15, 7, 0), date(2026, 9, 15)),  # noqa: DTZ001 - as openpyxl gives it
        (46280, date(2026, 9, 15)),
        ("Thường xuyên", None),
        ("-", None),
        (None, None),
    ],
)
def test_dates_as_officers_type_them(value, expected):
    assert read(grid(line("Việc", due_on=value))).rows[0].due_on == expected


@pytest.mark.parametrize("value", ["31/02/2026", "tuần sau", "Quý III", 12, "15/9/1026", "13/13/2026"])
def test_a_wrong_date_refuses_its_row_with_line_and_column(value):
    found = read(grid(line("Việc tốt"), line("Việc hỏng", due_on=value)))
    assert [row.text for row in found.rows] == ["Việc tốt"]
    assert [(refusal.line, refusal.column) for refusal in found.refusals] == [(3, "due_on")]
    assert "Dòng 3, cột Hạn" in str(found.refusals[0])


def test_a_due_date_before_the_paper_is_refused():
    found = read(grid(line("Việc", issued_on="10/10/2026", due_on="01/10/2026")))
    assert str(found.refusals[0]) == "Dòng 2, cột Hạn: 01/10/2026 trước ngày ban hành 10/10/2026."


@pytest.mark.parametrize(
    ("words", "state", "late"),
    [
        ("Hoàn thành đúng hạn", TaskState.COMPLETED, False),
        ("Đã hoàn thành (quá hạn)", TaskState.COMPLETED, True),
        ("Chưa hoàn thành", TaskState.DOING, None),
        ("đang thực hiện - trong hạn", TaskState.DOING, False),
        ("Chưa thực hiện", TaskState.NOT_STARTED, None),
        ("Tạm dừng", TaskState.PAUSED, None),
        ("", TaskState.GIVEN, None),
    ],
)
def test_status_words(words, state, late):
    row = read(grid(line("Việc", status=words))).rows[0]
    assert (row.state, row.late) == (state, late)


def test_unknown_status_words_are_refused():
    assert "không hiểu “xyz”" in str(read(grid(line("Việc", status="xyz"))).refusals[0])


def test_headings_inside_the_table_and_empty_rows_are_passed_over():
    group = ["I. LĨNH VỰC MÔI TRƯỜNG"] * len(HEAD)
    found = read(grid(group, [None] * 12, ["II", "Khoáng sản", *[None] * 10], line("Việc", lead="Phòng A")))
    assert [row.text for row in found.rows] == ["Việc"]
    assert found.refusals == ()


def test_a_table_without_a_head_is_refused():
    with pytest.raises(NotATrackingSheet, match="hàng tiêu đề"):
        read([["a", "b"], ["c", "d"]])


def test_the_result_names_the_answering_paper():
    row = read(grid(line("Việc", result="Đã có Báo cáo số 45/BC-UBND ngày 12/9/2026"))).rows[0]
    assert (row.result_number, row.finished_on) == ("45/BC-UBND", date(2026, 9, 12))


def test_lists_of_offices_split_at_lines_and_commas_but_never_inside_a_name():
    known = {"Sở Văn hóa, Thể thao và Du lịch", "Phòng A", "Phòng B"}
    assert split_offices("Phòng A, Sở Văn hóa, Thể thao và Du lịch\n- Phòng B", known.__contains__) == [
        "Phòng A", "Sở Văn hóa, Thể thao và Du lịch", "Phòng B",
    ]  # fmt: skip


# --- taking in -------------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def taken(data, by, **more):
    return services.import_tracking_sheet(data=data, by=by, at=AT, programme_name="Sổ xã", **more)


def test_a_sheet_becomes_tasks_with_parts_and_products(node, leader):
    data = sheet(
        line("Rà soát điểm mỏ", stt=1, number="12/KH-UBND", issued_on=date(2026, 9, 1), due_on=date(2026, 10, 30),
             lead="Phòng Khoáng sản", coordinating="Phòng Quản lý môi trường; Công an xã", leader="Đ/c Phó Chủ tịch",
             status="Đang thực hiện", progress="50 %"),
        line("Báo cáo quý III", stt=2, due_on=date(2026, 9, 14), lead="QLMT", status="Hoàn thành",
             result="Báo cáo số 45/BC-SNNMT ngày 12/9/2026"),
        line("Tuyên truyền", stt=3, lead="Hội nào đó", status="Hoàn thành", result="đã làm"),
    )  # fmt: skip
    found = taken(data, leader)
    assert (len(found.new), found.known, found.refusals) == (3, [], [])
    assert found.unmatched == ["Công an xã", "Hội nào đó"]
    assert found.notes == ["Dòng 7: ghi “hoàn thành” nhưng không có số văn bản kết quả, nên để “đang thực hiện”."]
    first, second, third = Task.objects.order_by("order")
    assert (first.state, first.due_on, first.source_words) == (
        "doing", date(2026, 10, 30), "12/KH-UBND ngày 01/09/2026",
    )  # fmt: skip
    parts = [(part.role, part.office, part.as_written) for part in first.parts.order_by("pk")]
    assert parts == [
        ("lead", node.minerals, "Phòng Khoáng sản"),
        ("coordinating", node.water, "Phòng Quản lý môi trường"),
        ("coordinating", None, "Công an xã"),
    ]
    assert (second.state, second.frozen_bucket, second.products.get().number) == (
        "completed", "in_time", "45/BC-SNNMT",
    )  # fmt: skip
    assert second.parts.get().office == node.water
    assert (third.state, third.parts.get().office) == ("doing", None)


def test_a_dry_run_stores_nothing(node, leader):
    found = taken(sheet(line("Việc", lead="Phòng Khoáng sản")), leader, dry_run=True)
    assert (len(found.new), Task.objects.count(), Programme.objects.count()) == (1, 0, 0)


def test_the_same_sheet_again_makes_nothing_new(node, leader):
    data = sheet(line("Việc một", lead="Phòng Khoáng sản"), line("Việc hai", lead="QLMT", due_on="15/12/2026"))
    programme = taken(data, leader).programme
    again = taken(data, leader, programme_id=programme.pk)
    assert (len(again.new), len(again.known), Task.objects.count()) == (0, 2, 2)


def test_merged_cells_give_each_line_its_own_task(node, leader):
    data = sheet(
        line("Phối hợp kiểm tra", stt=1, number="7/KH", lead="Phòng Khoáng sản"),
        line(None, lead="Phòng Quản lý môi trường"),
        merge=("A5:A6", "B5:B6", "C5:C6"),
    )
    taken(data, leader)
    assert [(task.text, task.source_words, task.parts.get().office) for task in Task.objects.order_by("order")] == [
        ("Phối hợp kiểm tra", "7/KH", node.minerals),
        ("Phối hợp kiểm tra", "7/KH", node.water),
    ]


def test_what_is_exported_can_be_imported_and_is_known(node, leader, an):
    programme = make_programme(node.agency, leader)
    make_task(programme, node.water, node.minerals, due_on=date(2026, 10, 30), text="Quan trắc sông")
    make_task(programme, None, text="=HYPERLINK(1)")
    data = services.export_tasks(user=leader, programme=programme, at=AT)
    page = load_workbook(io.BytesIO(data)).active
    assert [cell.value for cell in page[5]] == HEAD
    assert page["B7"].data_type == "s"
    again = services.import_tracking_sheet(data=data, by=leader, at=AT, programme_id=programme.pk, dry_run=True)
    assert (again.new, len(again.known), again.refusals) == ([], 2, [])


def test_an_imported_sheet_comes_out_as_it_went_in(node, leader):
    data = sheet(
        line("Rà soát", number="12/KH-UBND", issued_on=date(2026, 9, 1), due_on=date(2026, 10, 30), lead="KS",
             coordinating="QLMT", status="Hoàn thành đúng hạn", result="Báo cáo số 45/BC-UBND")
    )  # fmt: skip
    programme = taken(data, leader).programme
    page = load_workbook(io.BytesIO(services.export_tasks(user=leader, programme=programme, at=AT))).active
    row = [cell.value for cell in page[6]]
    assert row[1:7] == [
        "Rà soát", "12/KH-UBND", datetime(2026, 9, 1), datetime(2026, 10, 30), "KS", "Phòng Quản lý môi trường",  # noqa: DTZ001
    ]  # fmt: skip
    assert row[9] == "hoàn thành đúng hạn"
    assert "45/BC-UBND" in row[10]


def test_only_the_giver_imports(node, an, leader):
    with pytest.raises(NotTheGiver):
        taken(sheet(line("Việc")), an)


def zipped(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in files.items():
            pack.writestr(name.replace("__", "/").replace("_dot_", "."), data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "rỗng"),
        (b"MZ\x90\x00 a program", "không phải tệp .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 512, "mật khẩu"),
        (zipped(word__document_dot_xml="<w/>"), "không phải tệp .xlsx"),
        (zipped(xl__workbook_dot_xml="<w/>", xl__vbaProject_dot_bin="x"), "macro"),
        (zipped(xl__workbook_dot_xml="<w/>"), "không mở được"),
        (b"PK\x03\x04 truncated", "không phải tệp .xlsx"),
    ],
)  # fmt: skip
def test_files_that_are_no_sheet_get_one_clear_line(node, leader, data, said):
    with pytest.raises(NotATrackingSheet, match=said):
        taken(data, leader)
    assert Programme.objects.count() == 0


def test_a_bomb_is_refused_before_it_is_unpacked(node, leader, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(NotATrackingSheet, match="quá lớn"):
        taken(zipped(xl__workbook_dot_xml="0" * 2_000_000), leader)
