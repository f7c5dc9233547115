"""The PostgreSQL that comes with the program: a real server in a folder of its own, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ASK = """
from giapranh.node import postgres
import psycopg
a = postgres.ensure_running()
with psycopg.connect(host="127.0.0.1", port=a.port, user=postgres.USER, password=a.password, dbname=postgres.DATABASE) as c:
    {work}
"""


def run(home: Path, work: str, *, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK.format(work=work)],
        env={**os.environ, "GIAPRANH_HOME": str(home)}, capture_output=True, text=True, check=check, timeout=120,
    )  # fmt: skip


def postmaster(home: Path) -> psutil.Process:
    return psutil.Process(int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0]))


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "Nhà của Lạng Sơn"
    folder.mkdir()
    yield folder
    subprocess.run(
        [sys.executable, "-c", "from giapranh.node import postgres; postgres.stop()"],
        env={**os.environ, "GIAPRANH_HOME": str(folder)}, check=False,
    )  # fmt: skip


def test_it_starts_in_a_folder_with_spaces_and_vietnamese_letters_and_stops_with_its_last_user(home):
    assert run(home, "print(c.execute('show server_encoding').fetchone()[0])").stdout.strip() == "UTF8"
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()


def test_what_was_written_is_there_after_a_restart_and_after_a_crash(home):
    run(home, "c.execute('create table kept (n int)'); c.execute('insert into kept values (7)')")
    crash = (
        "c.execute('insert into kept values (8)'); c.commit(); "
        "import os, pathlib, psutil; "
        f"p = psutil.Process(int(pathlib.Path({str(home)!r}, 'postgres/data/postmaster.pid').read_text().split()[0])); "
        "p.kill(); p.wait(10); os._exit(0)"
    )
    run(home, crash)
    assert run(home, "print(c.execute('select array_agg(n) from kept').fetchone()[0])").stdout.strip() == "[7, 8]"


def test_two_processes_at_once_share_one_server(home):
    both = [
        subprocess.Popen(
            [sys.executable, "-c", ASK.format(work="import time; print(a.port); time.sleep(1.5)")],
            env={**os.environ, "GIAPRANH_HOME": str(home)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ports = {process.communicate(timeout=60)[0].strip() for process in both}
    assert len(ports) == 1
    assert [process.returncode for process in both] == [0, 0]


def test_data_of_another_version_is_refused_with_a_clear_line(home):
    run(home, "pass")
    (home / "postgres" / "data" / "PG_VERSION").write_text("16\n")
    refused = run(home, "pass", check=False)
    assert refused.returncode == 1
    assert "thuộc PostgreSQL 16, chương trình này dùng PostgreSQL 18" in refused.stderr.splitlines()[-1]
    (home / "postgres" / "data" / "PG_VERSION").write_text("18\n")


def test_a_folder_with_strange_files_is_left_alone(home):
    (home / "postgres" / "data").mkdir(parents=True)
    (home / "postgres" / "data" / "luận văn.docx").write_text("of somebody")
    refused = run(home, "pass", check=False)
    assert "có tệp lạ" in refused.stderr.splitlines()[-1]
    assert (home / "postgres" / "data" / "luận văn.docx").exists()


def test_the_password_is_readable_by_the_owner_alone(home):
    run(home, "pass")
    secret = home / "secrets" / "postgres"
    assert sys.platform == "win32" or secret.stat().st_mode & 0o077 == 0
