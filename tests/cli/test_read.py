"""``giapranh read`` as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from giapranh.cli import paper_pool
from giapranh.cli.paper_pool import Job, Result, read_all
from giapranh.cli.read import read

PAPER = """SỞ NÔNG NGHIỆP VÀ MÔI TRƯỜNG        CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Số: 12/SNNMT-NKS        Lạng Sơn, ngày 05 tháng 10 năm 2026
V/v kiểm tra khu vực giáp ranh

Kính gửi: Các phòng, đơn vị thuộc Sở.

Thực hiện Kế hoạch số 03/KH-UBND ngày 08/01/2026 của UBND tỉnh, Giám đốc Sở yêu cầu:
1. Phòng Khoáng sản chủ trì, phối hợp với Thanh tra Sở kiểm tra, báo cáo trước ngày 15/12/2026.

Nơi nhận:        GIÁM ĐỐC
- Như trên;
- Lưu: VT, NKS.        Nguyễn Văn Mẫu
"""

command = typer.Typer(rich_markup_mode=None)
command.command()(read)


def _run(*words, stdin=None):
    return CliRunner().invoke(command, [str(word) for word in words], input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sâu").mkdir()
    for name in ("Công văn 1.txt", "sâu/hai.md"):
        (tmp_path / name).write_text(PAPER, encoding="utf-8")
    (tmp_path / "~$khoa.docx").write_bytes(b"x")
    (tmp_path / "ghi.log").write_text("không phải văn bản", encoding="utf-8")
    return tmp_path


def test_one_paper_is_told_in_a_page(folder):
    result = _run(folder / "Công văn 1.txt")
    assert result.exit_code == 0
    for words in ("12/SNNMT-NKS", "05/10/2026", "03/KH-UBND", "Phòng Khoáng sản", "15/12/2026", "Nguyễn Văn Mẫu"):
        assert words in result.stdout


def test_one_paper_as_json_is_one_object(folder):
    result = _run("--json", folder / "Công văn 1.txt")
    reading = json.loads(result.stdout)
    assert (reading["file"], reading["number"]["value"]) == ("Công văn 1.txt", 12)


def test_a_folder_as_json_is_a_line_for_each_paper_in_order(folder):
    result = _run("--json", folder)
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == ["Công văn 1.txt", "hai.md"]


def test_standard_input_is_read():
    result = _run("--json", "-", stdin=PAPER.encode())
    assert json.loads(result.stdout)["number"]["value"] == 12


def test_each_paper_becomes_a_file_of_its_name(folder, tmp_path):
    (folder / "hai.txt").write_text(PAPER, encoding="utf-8")
    assert _run("--out", tmp_path / "ra", folder).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "ra").iterdir()) == ["Công văn 1.json", "hai.json", "hai.md.json"]


def test_a_bad_file_is_one_line_and_the_rest_are_read(folder):
    (folder / "a.pdf").write_bytes(b"%PDF-1.7 hong")
    result = _run("--json", folder)
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 2
    assert result.stderr.count("\n") == 1
    assert "a.pdf" in result.stderr
    assert "Traceback" not in result.output


def test_a_missing_file_is_one_line(tmp_path):
    result = _run(tmp_path / "khong-co.pdf")
    assert (result.exit_code, result.stderr.strip().endswith("không có tệp hay thư mục này.")) == (1, True)


def test_an_empty_folder_says_so(tmp_path):
    assert "không có văn bản nào" in _run(tmp_path).stderr


def test_no_file_at_all_is_wrong_usage():
    assert _run().exit_code == 2


def test_the_help_has_an_example():
    assert "giapranh read" in _run("--help").stdout


def test_the_text_alone_can_be_asked_for(folder):
    assert "Kính gửi: Các phòng" in _run("--text", folder / "Công văn 1.txt").stdout


def test_processes_give_the_same_results_in_the_same_order(folder):
    for number in range(5):
        (folder / f"{number}.txt").write_text(PAPER.replace("Số: 12", f"Số: {number + 20}"), encoding="utf-8")
    (folder / "3b.pdf").write_bytes(b"%PDF-1.7 hong")
    jobs = [Job(str(path), path) for path in sorted(folder.glob("*.*")) if path.suffix in (".txt", ".pdf")]

    def shown(results):
        return [(r.name, r.reading.number.value if r.reading else r.refusal) for r in results]

    assert shown(read_all(jobs, 2)) == shown(read_all(jobs, 1))


def test_a_file_that_kills_its_reader_costs_only_itself(tmp_path, monkeypatch):
    jobs = [Job(f"{n}.txt", data=PAPER.encode()) for n in range(6)]
    jobs[2] = Job("chết.txt", data=b"KILL")
    monkeypatch.setattr(paper_pool, "read_one", _dies_on_command)
    results = list(read_all(jobs, 2))
    assert [r.name for r in results] == [job.name for job in jobs]
    assert [r.refusal is None for r in results] == [True, True, False, True, True, True]


def _dies_on_command(job, watch=None):
    import os

    if job.data == b"KILL":
        os._exit(1)
    return Result(job.name)


def test_reading_text_loads_neither_django_nor_the_heavy_libraries(tmp_path):
    paper = tmp_path / "a.txt"
    paper.write_text(PAPER, encoding="utf-8")
    code = (
        "import sys; from giapranh.documents.reading import read_paper; "
        f"read_paper(open({str(paper)!r}, 'rb').read(), 'a.txt'); import giapranh.cli.read; "
        "print([m for m in ('django', 'pypdfium2', 'pypdf', 'pyhanko', 'numpy', 'PIL', 'docx') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.strip() == "[]"
