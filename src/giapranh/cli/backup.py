"""``giapranh backup`` and ``giapranh restore``: the whole node in one file, with a checksum for every part.

The archive is a ZIP: ``manifest.json`` (format, version, row counts, SHA-256 of each entry), ``database.dump``
(``pg_dump`` custom format) and the node's files. Half a backup never bears the name that was asked for, and half a
restore leaves the node empty. The layout is in docs/formats/backup.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from giapranh.cli import setting_up
from giapranh.cli.language import _
from giapranh.kernel.clock import now
from giapranh.kernel.errors import N_, BadInput, Conflict, Unavailable
from giapranh.node import home, postgres

FORMAT = 1
FOLDERS = ("blobs", "files", "secrets")
NOT_KEPT = {"secrets/postgres"}  # the password of this machine's server is no use on another
_ENTRY = re.compile(r"(?:blobs|files|secrets)/[\w.\-]+(?:/[\w.\-]+)*")
CHUNK = 1024 * 1024


class BadBackup(BadInput):
    code = "bad_backup"


def backup(
    file: Annotated[Path, typer.Argument(help=_("Tệp sao lưu sẽ tạo, ví dụ giapranh-2026-11-23.zip."))],
    force: Annotated[bool, typer.Option("--force", help=_("Ghi đè tệp đã có."))] = False,
) -> None:
    """Sao lưu cơ sở dữ liệu và mọi tệp gốc vào một tệp. Ví dụ: giapranh backup giapranh.zip"""
    if file.exists() and not force:
        raise Conflict(N_("Tệp %(file)s đã có. Chọn tên khác hoặc thêm --force."), file=file)
    setting_up.set_up()
    count = write_archive(file)
    print(_("Đã sao lưu %(count)d phần vào %(file)s.") % {"count": count, "file": file})


def restore(
    file: Annotated[Path, typer.Argument(help=_("Tệp do “giapranh backup” tạo."))],
) -> None:
    """Khôi phục vào một nút còn trống. Ví dụ: giapranh restore giapranh.zip"""
    manifest = verify_archive(file)
    setting_up.set_up()
    refuse_unless_empty()
    load_archive(file, manifest)
    setting_up.migrate()
    print(_("Đã khôi phục từ %(file)s.") % {"file": file})


# --- writing ----------------------------------------------------------------------------------------------------


def write_archive(file: Path) -> int:
    """Write the node to ``file``; the number of entries. Readers see the file only when it is whole."""
    part = file.with_name(file.name + ".part")
    entries: dict[str, dict[str, Any]] = {}
    part.touch(mode=0o600)
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            _add_database(archive, entries)
            for name, path in _files():
                with path.open("rb") as source:
                    entries[name] = _add(archive, name, source)
            manifest = {
                "format": FORMAT, "program": _version(), "made_at": now().isoformat(timespec="seconds"),
                "tables": table_counts(), "entries": entries,
            }  # fmt: skip
            archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        part.replace(file)
    except OSError as error:
        raise Unavailable(N_("Không ghi được %(file)s: %(reason)s"), file=file, reason=error.strerror) from error
    finally:
        part.unlink(missing_ok=True)
    return len(entries)


def _add_database(archive: zipfile.ZipFile, entries: dict[str, dict[str, Any]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "database.dump"
        _postgres("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        with dump.open("rb") as source:
            entries["database.dump"] = _add(archive, "database.dump", source)


def _files() -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        root = home.home() / folder
        for path in sorted(root.rglob("*")) if root.exists() else []:
            name = path.relative_to(home.home()).as_posix()
            if path.is_file() and name not in NOT_KEPT:
                yield name, path


def _add(archive: zipfile.ZipFile, name: str, source: Any) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as target:
        while piece := source.read(CHUNK):
            digest.update(piece)
            size += len(piece)
            target.write(piece)
    return {"sha256": digest.hexdigest(), "size": size}


def table_counts() -> dict[str, int]:
    """Rows of every table of the node."""
    from django.db import connection

    with connection.cursor() as cursor:
        counts = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"select count(*) from {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = cursor.fetchone()[0]
    return counts


def _version() -> str:
    from importlib.metadata import version

    return version("giapranh")


# --- reading ----------------------------------------------------------------------------------------------------


def verify_archive(file: Path) -> dict[str, Any]:
    """The manifest, once every part was found whole. Nothing is unpacked before."""
    if not file.exists():
        raise BadBackup(N_("Không có tệp %(file)s."), file=file)
    from rich.progress import Progress  # half a tenth of a second, which other commands need not wait for

    try:
        with zipfile.ZipFile(file) as archive, Progress(transient=True) as progress:
            manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
            if manifest.get("format") != FORMAT:
                raise BadBackup(N_("%(file)s là bản sao lưu của phiên bản khác, không đọc được."), file=file)
            _same_names(archive, manifest, file)
            for name in progress.track(manifest["entries"], description=_("Kiểm tra bản sao lưu")):
                _check_entry(archive, name, manifest["entries"][name], file)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, OSError) as error:
        raise BadBackup(N_("%(file)s không phải bản sao lưu nguyên vẹn của Giáp Ranh."), file=file) from error
    return manifest


def _same_names(archive: zipfile.ZipFile, manifest: dict[str, Any], file: Path) -> None:
    named = set(manifest["entries"])
    strange = {name for name in named if name != "database.dump" and (not _ENTRY.fullmatch(name) or ".." in name)}
    if strange or named | {"manifest.json"} != set(archive.namelist()) or "database.dump" not in named:
        raise BadBackup(N_("%(file)s có phần lạ hoặc thiếu phần, không khôi phục."), file=file)


def _check_entry(archive: zipfile.ZipFile, name: str, expected: dict[str, Any], file: Path) -> None:
    digest, size = hashlib.sha256(), 0
    with archive.open(name) as source:
        while piece := source.read(CHUNK):
            digest.update(piece)
            size += len(piece)
            if size > expected["size"]:
                break
    if digest.hexdigest() != expected["sha256"] or size != expected["size"]:
        raise BadBackup(N_("Phần “%(name)s” trong %(file)s đã hỏng, không khôi phục."), name=name, file=file)


def refuse_unless_empty() -> None:
    """A restore never mixes with what is there."""
    from django.db import connection

    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    taken = [folder for folder in FOLDERS[:2] if any((home.home() / folder).rglob("*"))]
    if tables or taken:
        raise Conflict(
            N_("Nút ở %(home)s đã có dữ liệu. Khôi phục vào một thư mục mới: đặt GIAPRANH_HOME rồi chạy lại."),
            home=home.home(),
        )


def load_archive(file: Path, manifest: dict[str, Any]) -> None:
    """Unpack a verified archive. The database comes in whole or not at all; the files only after it."""
    with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory(dir=home.home()) as folder:
        archive.extract("database.dump", folder)
        staged = Path(folder) / "node"
        for name in manifest["entries"]:
            if name != "database.dump":
                archive.extract(name, staged)
        _postgres(
            "pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
            f"--dbname={_connection_words()}", str(Path(folder) / "database.dump"), with_target=False,
        )  # fmt: skip
        for path in sorted(staged.rglob("*")):
            if path.is_file():
                target = home.home() / path.relative_to(staged)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, target)


# --- PostgreSQL's own programs ----------------------------------------------------------------------------------


def _connection_words() -> str:
    from django.db import connection

    wanted = connection.settings_dict
    words = {"host": wanted["HOST"], "port": wanted["PORT"], "user": wanted["USER"], "dbname": wanted["NAME"]}
    return " ".join(f"{key}='{str(value).replace(chr(92), chr(92) * 2).replace(chr(39), chr(92) + chr(39))}'"
                    for key, value in words.items() if value)  # fmt: skip


def _postgres(program: str, *arguments: str, with_target: bool = True) -> None:
    from django.db import connection

    suffix = ".exe" if postgres.WINDOWS else ""
    target = [f"--dbname={_connection_words()}"] if with_target else []
    done = subprocess.run(
        [str(postgres.binaries() / (program + suffix)), *target, *arguments],
        capture_output=True, text=True, encoding="utf-8", errors="replace", check=False, stdin=subprocess.DEVNULL,
        env={**os.environ, "PGPASSWORD": str(connection.settings_dict["PASSWORD"] or ""), "LC_ALL": "C"},
    )  # fmt: skip
    if done.returncode:
        raise Unavailable(
            N_("%(program)s không chạy được: %(reason)s"),
            program=program, reason=" / ".join(done.stderr.strip().splitlines()[-3:]),
        )  # fmt: skip
