"""A node carried away in one file and set down elsewhere: every table and every blob is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PHOTOGRAPH = """
import hashlib, json
from giapranh.cli import setting_up
setting_up.set_up()
from django.db import connection
from giapranh.node.home import home
tables = {}
with connection.cursor() as cursor:
    for table in sorted(connection.introspection.table_names(cursor)):
        name = connection.ops.quote_name(table)
        cursor.execute(f"select count(*), coalesce(md5(string_agg(t::text, E'\\\\n' order by t::text collate \\"C\\")), '') from {name} t")
        tables[table] = cursor.fetchone()
files = {p.relative_to(home()).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
         for f in ("blobs", "files") for p in sorted((home() / f).rglob("*")) if p.is_file()}
print(json.dumps({"tables": tables, "files": files}))
"""

TAKE_IN = """
from giapranh.cli import setting_up
setting_up.set_up()
from giapranh.documents import services
from giapranh.kernel.clock import now
from giapranh.people.models import Officer
text = "SỞ TÀI NGUYÊN VÀ MÔI TRƯỜNG\\nSố: 12/STNMT-NKS\\nLạng Sơn, ngày 05 tháng 11 năm 2024\\nV/v thử sao lưu\\nKính gửi: Các phòng.\\n1. Phòng Quản lý môi trường chủ trì kiểm tra./."
services.take_in(data=text.encode(), name="công văn.txt", by=Officer.objects.get(), at=now())
"""


def python(home: Path, code: str) -> str:
    return _run(home, "-c", code).stdout


def giapranh(home: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return _run(home, "-m", "giapranh", *words, check=check)


def _run(home: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *words], env={**os.environ, "GIAPRANH_HOME": str(home), "GIAPRANH_LANGUAGE": "vi"},
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0 or not check, done.stderr
    return done


@pytest.fixture(scope="module")
def node_with_a_paper(tmp_path_factory):
    home = tmp_path_factory.mktemp("nút một")
    giapranh(home, "init", "--admin", "quantri", "--password", "mat-khau-dai-2026")
    python(home, TAKE_IN)
    return home


@pytest.fixture(scope="module")
def archive(node_with_a_paper):
    file = node_with_a_paper / "sao-luu.zip"
    giapranh(node_with_a_paper, "backup", str(file))
    return file


def test_a_restored_node_has_every_row_and_every_blob(node_with_a_paper, archive, tmp_path):
    before = json.loads(python(node_with_a_paper, PHOTOGRAPH))
    assert before["files"]
    assert before["tables"]["documents_paper"][0] == 1
    giapranh(tmp_path / "nút hai", "restore", str(archive))
    assert json.loads(python(tmp_path / "nút hai", PHOTOGRAPH)) == before


def test_restore_never_mixes_with_what_is_there(node_with_a_paper, archive):
    refused = giapranh(node_with_a_paper, "restore", str(archive), check=False)
    assert refused.returncode == 1
    assert "đã có dữ liệu" in refused.stderr.strip().splitlines()[-1]


def test_a_backup_is_not_written_over(node_with_a_paper, archive):
    refused = giapranh(node_with_a_paper, "backup", str(archive), check=False)
    assert refused.returncode == 1
    assert "--force" in refused.stderr


@pytest.mark.parametrize("damage", ["truncated", "flipped byte", "extra entry", "missing file", "not a zip"])
def test_a_damaged_backup_is_refused_whole_before_anything_is_written(archive, tmp_path, damage):
    spoilt = tmp_path / "hỏng.zip"
    data = bytearray(archive.read_bytes())
    if damage == "truncated":
        spoilt.write_bytes(data[: len(data) // 2])
    elif damage == "flipped byte":
        data[len(data) // 3] ^= 0xFF
        spoilt.write_bytes(data)
    elif damage == "extra entry":
        spoilt.write_bytes(data)
        with zipfile.ZipFile(spoilt, "a") as extra:
            extra.writestr("blobs/../../evil", b"x")
    elif damage == "not a zip":
        spoilt.write_bytes(b"MZ" + bytes(200))
    home = tmp_path / "nút trống"
    refused = giapranh(home, "restore", str(spoilt), check=False)
    assert refused.returncode == 1
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not (home / "postgres").exists()
