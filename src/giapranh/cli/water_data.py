"""``giapranh import station-files|lab-sheet`` and ``giapranh door``: observations from the command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from giapranh.cli import setting_up
from giapranh.cli.language import _
from giapranh.kernel.clock import now
from giapranh.kernel.errors import N_, NotFound
from giapranh.node import home

if TYPE_CHECKING:
    from giapranh.water.intake.file_reports import Given, Report

KINDS = ("station-files", "lab-sheet")
LINES_SHOWN = 200


class NoSuchFile(NotFound):
    code = "no_such_file"


def import_data(kind: str, paths: list[Path], dry_run: bool, by: str) -> int:
    """Take files in; returns how many lines were refused."""
    if kind == "lab-sheet":
        return sum(_lab_sheet(path, dry_run, by) for path in paths)
    from giapranh.water.intake.station_files import take_in

    report = take_in(list(_files(paths)), at=now(), dry_run=dry_run)
    _tell(report, dry_run)
    return report.total("refused")


def _files(paths: list[Path]) -> Iterator[Given]:
    from giapranh.water.intake.file_reports import Given

    for path in paths:
        if path.is_dir():
            for found in sorted(path.rglob("*")):
                if found.is_file() and not found.is_symlink() and not found.name.startswith("."):
                    yield Given(found)
        elif path.is_file():
            yield Given(path)
        else:
            raise NoSuchFile(N_("Không có %(file)s."), file=path)


def _tell(report: Report, dry_run: bool) -> None:
    from giapranh.kernel.text import storable
    from giapranh.water.words import refusal

    shown = 0
    for one in report.files:
        for line in one.lines:
            shown += 1
            if shown > LINES_SHOWN:
                break
            where = _("dòng %(line)s") % {"line": line.line} if line.line else _("cả tệp")
            print(f"{storable(str(one.path))} {where}: {refusal(line.what, line.as_dict()['params'])}")
    if report.total("refused") > LINES_SHOWN:
        print(_("… và những dòng khác; xem ở trang Đưa số liệu vào."))
    print(
        _("%(files)s tệp (%(known)s đã nhận trước đây): %(stored)s giá trị mới, %(same)s đã có, %(refused)s không nhận.")
        % {
            "files": len(report.files), "known": report.count("known"), "stored": report.total("stored"),
            "same": report.total("known"), "refused": report.total("refused"),
        }
    )  # fmt: skip
    if dry_run:
        print(_("Chạy thử: chưa ghi gì."))


def _lab_sheet(path: Path, dry_run: bool, by: str) -> int:
    if not path.is_file():
        raise NoSuchFile(N_("Không có %(file)s."), file=path)
    from giapranh.cli.acting import officer_for
    from giapranh.kernel.text import storable
    from giapranh.people import queries as people
    from giapranh.water.intake import lab_sheets
    from giapranh.water.words import refusal

    name = storable(path.name)
    data, officer = path.read_bytes(), officer_for(people.own_agency(), by)
    worksheets = lab_sheets.look(data, name=name).worksheets
    done = lab_sheets.Done()
    for worksheet in worksheets:
        one = lab_sheets.take_in(data, name=name, by=officer, at=now(), worksheet=worksheet, dry_run=dry_run)
        place = storable(f"{path} · {worksheet}" if len(worksheets) > 1 else str(path))
        for line in one.lines:
            where = _("dòng %(line)s") % {"line": line.line} if line.line else _("cả tệp")
            print(f"{place} {where}: {refusal(line.what, line.params)}")
        for name in ("samples", "stored", "known", "refused"):
            setattr(done, name, getattr(done, name) + getattr(one, name))
    print(
        _("%(samples)s mẫu: %(stored)s giá trị mới, %(same)s đã có, %(refused)s không nhận.")
        % {"samples": done.samples, "stored": done.stored, "same": done.known, "refused": done.refused}
    )
    if dry_run:
        print(_("Chạy thử: chưa ghi gì."))
    return done.refused


def door(
    port: Annotated[
        int | None, typer.Option(help=_("Cổng FTP; mặc định theo cài đặt door_port."), min=1, max=65535)
    ] = None,
    host: Annotated[str, typer.Option(help=_("Địa chỉ lắng nghe; mặc định theo cài đặt door_host."))] = "",
) -> None:
    """Mở cửa nhận tệp của trạm (FTP, FTPS). Ví dụ: giapranh door --port 2121"""
    setting_up.set_up()
    from giapranh.water.intake.door import Door

    opened = Door(host=host, port=port)
    print(_("Cửa nhận tệp trạm mở ở %(host)s:%(port)d · Ctrl+C để dừng.") % {
        "host": opened.address[0], "port": opened.address[1]}, flush=True)  # fmt: skip
    opened.serve()


@contextmanager
def door_beside() -> Iterator[None]:
    """A door process that lives as long as the block, when the setting ``door`` is on."""
    if not home.switch("door"):
        yield
        return
    process = subprocess.Popen([sys.executable, "-m", "giapranh", "door"], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
