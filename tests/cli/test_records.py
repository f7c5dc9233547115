"""``giapranh import`` and ``giapranh export``: what comes in, what goes out, what is refused."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.bad_input import files
from tests.factories.documents import AT, make_paper
from tests.factories.programme import make_programme, make_task
from typer.testing import CliRunner

from giapranh.cli.app import app
from giapranh.documents import services as documents
from giapranh.kernel.errors import Refused
from giapranh.people.models import Office, Officer
from giapranh.programme.models import Programme, Task

pytestmark = pytest.mark.django_db
HEAD = ["STT", "Nội dung", "Số văn bản", "Ngày ban hành", "Hạn", "Chủ trì", "Phối hợp", "Trạng thái"]
ROW = [1, "Quan trắc nước sông", "12/UBND-KT", date(2026, 9, 1), date(2026, 12, 15), "Phòng Quản lý môi trường", "", ""]


@pytest.fixture(autouse=True)
def vault_folder(tmp_path: Path, settings: Any) -> None:
    settings.BLOBS = tmp_path / "blobs"


def run(*words: object) -> tuple[int, list[str]]:
    """Exit code and lines; a refusal is its one line, as ``main`` prints it."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(done.exception, Refused):
        return 1, [str(done.exception)]
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output.splitlines()


def sheet(path: Path, *rows: list[Any], merge: str = "") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    for row in (HEAD, *rows):
        page.append(row)
    if merge:
        page.merge_cells(merge)
    book.save(path)
    return path


def cells(path: Path) -> str:
    page = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).active
    return "\n".join("|".join(str(cell or "") for cell in row) for row in page.iter_rows(values_only=True))


def test_offices_come_in_once_and_a_dry_run_changes_nothing(node: Any, administrator: Officer, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.csv"
    path.write_text("Tên đơn vị,Tên tắt\nPhòng Nước,NUOC\nPhòng Đất,DAT\n", encoding="utf-8")
    before = Office.objects.count()
    assert run("import", "offices", path, "--dry-run") == (
        0, ["Mới: 2 · thay đổi: 0 · đã có: 0 · không nhận: 0.", "Mới xem thử, chưa ghi gì."],
    )  # fmt: skip
    assert Office.objects.count() == before
    assert run("import", "offices", path)[0] == 0
    assert run("import", "offices", path) == (0, ["Mới: 0 · thay đổi: 0 · đã có: 2 · không nhận: 0."])
    assert Office.objects.filter(parent=node.agency, name__in=["Phòng Nước", "Phòng Đất"]).count() == 2


def test_tasks_come_in_once_with_a_line_per_refusal(node: Any, leader: Officer, tmp_path: Path) -> None:
    wrong = [2, "Rà soát mỏ", "13/UBND-KT", date(2026, 9, 1), "31/02/2026", "Phòng Khoáng sản", "", ""]
    path = sheet(tmp_path / "Sổ theo dõi.xlsx", ROW, wrong)
    code, lines = run("import", "tasks", path, "--dry-run")
    assert (code, Task.objects.count(), Programme.objects.count()) == (1, 0, 0)
    code, lines = run("import", "tasks", path)
    assert code == 1
    assert sum("31/02/2026" in line for line in lines) == 1
    assert [task.text for task in Task.objects.all()] == ["Quan trắc nước sông"]
    assert run("import", "tasks", path)[1][-1] == "Mới: 0 · thay đổi: 0 · đã có: 1 · không nhận: 1."
    assert Programme.objects.get().name == "Sổ theo dõi"


def test_a_merged_cell_counts_for_every_row_it_covers(node: Any, leader: Officer, tmp_path: Path) -> None:
    second = [2, "Rà soát mỏ", None, None, date(2026, 12, 20), None, "", ""]
    path = sheet(tmp_path / "so.xlsx", ROW, second, merge="F2:F3")
    assert run("import", "tasks", path)[0] == 0
    leads = {part.office for task in Task.objects.all() for part in task.parts.filter(role="lead")}
    assert leads == {node.water}


@pytest.mark.parametrize(
    ("name", "data"),
    [("rong.xlsx", b""), ("bom.xlsx", files.bomb_docx()), ("chuong-trinh.xlsx", files.program()),
     ("mat-khau.xlsx", files.encrypted_docx()), ("macro.xlsx", files.macro_docx())],
)  # fmt: skip
def test_a_bad_workbook_is_one_line(name: str, data: bytes, node: Any, leader: Officer, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    for kind in ("tasks", "offices"):
        code, lines = run("import", kind, tmp_path / name)
        assert (code, len(lines)) == (1, 1), lines
    assert Programme.objects.count() == 0


def test_the_registers_go_out_as_workbooks(node: Any, clerk: Officer, tmp_path: Path) -> None:
    documents.confirm_reading(paper_id=make_paper(clerk).pk, by=clerk, at=AT)
    for kind in ("incoming", "follow-up"):
        assert run("export", kind, tmp_path / f"{kind}.xlsx", "--year", 2026)[0] == 0
        assert "07/KH-UBND" in cells(tmp_path / f"{kind}.xlsx")
    assert "Ngày đến|Số đến|Tác giả" in cells(tmp_path / "incoming.xlsx")
    assert run("export", "outgoing", tmp_path / "di.xlsx")[0] == 0
    assert "Sổ đăng ký văn bản đi" in cells(tmp_path / "di.xlsx")


def test_offices_and_tasks_go_out_and_come_in_unchanged(
    node: Any, leader: Officer, administrator: Officer, tmp_path: Path
) -> None:
    run("import", "tasks", sheet(tmp_path / "so.xlsx", ROW))
    assert run("export", "tasks", tmp_path / "ra.xlsx")[0] == 0
    programme = str(Programme.objects.get().pk)
    assert run("import", "tasks", tmp_path / "ra.xlsx", "--programme", programme)[1][-1].startswith("Mới: 0")
    assert run("export", "offices", tmp_path / "don-vi.xlsx")[0] == 0
    assert "Phòng Quản lý môi trường" in cells(tmp_path / "don-vi.xlsx")
    assert run("import", "offices", tmp_path / "don-vi.xlsx")[1][-1].startswith("Mới: 0")


def test_nothing_is_overwritten_unless_asked(node: Any, clerk: Officer, tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    path.write_bytes(b"mine")
    assert run("export", "incoming", path) == (1, [f"Tệp {path} đã có. Chọn tên khác hoặc thêm --force."])
    assert path.read_bytes() == b"mine"
    assert run("export", "incoming", path, "--force")[0] == 0


def test_wrong_words_are_one_line(node: Any, tmp_path: Path) -> None:
    [words] = run("import", "lakes", tmp_path)[1]
    assert words.startswith("Không nạp được loại “lakes”. Nạp được: places, offices, tasks, rivers,")
    assert run("import", "offices", tmp_path / "x")[1] == [f"Không có {tmp_path / 'x'}."]
    assert run("import", "places", tmp_path / "x")[0] == 1
    assert run("export", "tasks", tmp_path / "a.xlsx", "--programme", "không có")[1] == [
        "Không có chương trình “không có”."
    ]
    assert run("export", "incoming", tmp_path / "a.xlsx", "--by", "khong-co")[1] == ["Không có tài khoản “khong-co”."]


def test_a_list_as_excel_in_vietnam_saves_it_keeps_who_stands_below_whom(node: Any, tmp_path: Path) -> None:
    path = tmp_path / "đơn vị.csv"
    path.write_text("Tên đơn vị;Tên tắt;Trực thuộc\nPhòng Đo đạc;ĐĐ;\nTổ nước;TN;Phòng Đo đạc\n", "utf-8-sig")
    assert run("import", "offices", path)[0] == 0
    assert Office.objects.get(name="Tổ nước").parent == Office.objects.get(name="Phòng Đo đạc")


def test_a_bad_office_is_one_line_and_the_others_are_kept(node: Any, tmp_path: Path) -> None:
    path = tmp_path / "don-vi.csv"
    path.write_text("Tên đơn vị,Từ ngày\nPhòng Nước,31/02/2026\nPhòng Mỏ,\n", "utf-8")
    code, lines = run("import", "offices", path)
    assert (code, len(lines)) == (1, 2)
    assert lines[0].startswith("dòng 2, Phòng Nước:")
    assert list(Office.objects.filter(name__in=["Phòng Nước", "Phòng Mỏ"]).values_list("name", flat=True)) == [
        "Phòng Mỏ"
    ]


def test_made_up_records_say_so_in_the_workbook(node: Any, leader: Officer, tmp_path: Path) -> None:
    make_task(make_programme(node.agency, leader, illustrative=True), node.water, illustrative=True)
    assert run("export", "tasks", tmp_path / "viec.xlsx")[0] == 0
    assert "minh họa" in cells(tmp_path / "viec.xlsx").lower()


def test_nobody_to_act_for_is_one_line(node: Any, tmp_path: Path) -> None:
    code, lines = run("import", "tasks", sheet(tmp_path / "so.xlsx", ROW))
    assert (code, len(lines)) == (1, 1)
    assert "Chưa có cán bộ đầu mối hoặc lãnh đạo" in lines[0]
