"""The contract of every command: help with an example, one line for a refusal, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from giapranh.cli.app import app

NAMES = sorted(command.name for command in app.registered_commands)


def giapranh(*words: str, home, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "giapranh", *words], capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "GIAPRANH_HOME": str(home), "GIAPRANH_LANGUAGE": "vi", "COLUMNS": "160", **more}, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_command_shows_an_example(name):
    command = next(c for c in app.registered_commands if c.name == name)
    assert f"giapranh {name}" in (command.callback.__doc__ or "")


def test_the_design_commands_are_all_there():
    assert set(NAMES) >= {
        "read",
        "init",
        "serve",
        "worker",
        "doctor",
        "backup",
        "restore",
        "import",
        "export",
        "report",
    }


def test_reading_a_paper_needs_neither_django_nor_a_database(tmp_path):
    paper = tmp_path / "công văn.txt"
    paper.write_text(
        "UBND TỈNH LẠNG SƠN\nSố: 03/KH-UBND\nLạng Sơn, ngày 08 tháng 01 năm 2024\nKẾ HOẠCH\nThử\n", "utf-8"
    )
    code = (
        "import sys; sys.argv = ['giapranh', 'read', '--json', sys.argv[1]]\n"
        "from giapranh.cli.app import main\n"
        "try: main()\nfinally: assert 'django' not in sys.modules, 'Django was loaded'"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(paper)], capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "GIAPRANH_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    assert "Django was loaded" not in done.stderr
    assert '"03/KH-UBND"' in done.stdout
    assert not (tmp_path / "home" / "postgres").exists()


def test_wrong_usage_exits_with_two(tmp_path):
    assert giapranh("read", "--khong-co", home=tmp_path).returncode == 2
    assert giapranh("khong-co-lenh", home=tmp_path).returncode == 2


def test_a_refusal_is_one_line_and_exits_with_one(tmp_path):
    refused = giapranh("restore", str(tmp_path / "không có.zip"), home=tmp_path / "home")
    assert refused.returncode == 1
    assert refused.stderr.strip().splitlines() == [f"Không có tệp {tmp_path / 'không có.zip'}."]


def test_a_refusal_speaks_english_when_asked(tmp_path):
    refused = giapranh("restore", "missing.zip", home=tmp_path / "home", GIAPRANH_LANGUAGE="en")
    assert "missing.zip" in refused.stderr
    assert "Không" not in refused.stderr


def test_what_nobody_foresaw_is_one_line_and_the_whole_story_is_in_the_log(tmp_path):
    (tmp_path / "giapranh.toml").write_text("this is not toml", encoding="utf-8")
    failed = giapranh("doctor", home=tmp_path)
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr + failed.stdout
