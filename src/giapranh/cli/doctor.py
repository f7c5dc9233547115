"""``giapranh doctor``: what works on this machine, what does not, and how to mend it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

import typer

from giapranh.cli.language import _, line_of
from giapranh.kernel.clock import now
from giapranh.kernel.errors import Refused
from giapranh.node import home, postgres

LEAST_FREE_BYTES = 2 * 1024**3
BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # the clock of a machine that shows an earlier day is wrong


class Mark(Enum):
    GOOD = "✓"
    WARNING = "▲"
    BAD = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it stands, and what to do when it is not good."""

    mark: Mark
    what: str
    how: str
    mend: str = ""


def doctor() -> None:
    """Khám nút: cơ sở dữ liệu, đĩa, giờ, phông chữ, OCR, thư, khóa; chỉ cách sửa. Ví dụ: giapranh doctor"""
    from rich.console import Console

    findings = list(examine())
    console = Console(highlight=False, soft_wrap=True)
    colours = {Mark.GOOD: "green", Mark.WARNING: "yellow", Mark.BAD: "red"}
    for finding in findings:
        console.print(f"[{colours[finding.mark]}]{finding.mark.value}[/] [bold]{finding.what}[/]: {finding.how}")
        if finding.mend:
            console.print(f"    → {finding.mend}", markup=False)
    if any(finding.mark is Mark.BAD for finding in findings):
        raise typer.Exit(1)


def examine() -> Iterator[Finding]:
    """Every check, in the order a person would mend things. A check that fails itself is a finding too."""
    for check in CHECKS:
        try:
            yield check()
        except Refused as error:
            yield Finding(Mark.BAD, _NAMES[check](), line_of(error))
        except Exception as error:
            yield Finding(Mark.BAD, _NAMES[check](), f"{type(error).__name__}: {error}")


def check_database() -> Finding:
    from giapranh.cli import setting_up

    setting_up.set_up()
    from django.db import connection

    version = connection.cursor().execute("show server_version").fetchone()[0]
    pending = setting_up.pending_migrations()
    if pending:
        return Finding(
            Mark.BAD, _("Cơ sở dữ liệu"),
            _("PostgreSQL %(version)s, còn %(count)d thay đổi bảng chưa làm") % {"version": version, "count": pending},
            _("Chạy: giapranh init"),
        )  # fmt: skip
    return Finding(Mark.GOOD, _("Cơ sở dữ liệu"), f"PostgreSQL {version} · {postgres.folder()}")


def check_disk() -> Finding:
    free = shutil.disk_usage(home.home()).free
    words = _("còn %(free).1f GB ở %(home)s") % {"free": free / 1024**3, "home": home.home()}
    if free < LEAST_FREE_BYTES:
        return Finding(Mark.BAD, _("Đĩa"), words, _("Xóa bớt tệp hoặc chuyển thư mục nút sang ổ khác."))
    return Finding(Mark.GOOD, _("Đĩa"), words)


def check_clock() -> Finding:
    newest = max((p.stat().st_mtime for p in home.home().glob("*")), default=0.0)
    last_seen = datetime.fromtimestamp(newest, UTC)
    if now() < max(BUILT, last_seen):
        return Finding(
            Mark.BAD, _("Đồng hồ"), _("máy đang ở %(now)s, sớm hơn dữ liệu đã có") % {"now": now().isoformat()},
            _("Chỉnh giờ của máy rồi chạy lại; hạn việc và chữ ký dựa vào giờ máy."),
        )  # fmt: skip
    return Finding(Mark.GOOD, _("Đồng hồ"), now().astimezone().strftime("%H:%M %d/%m/%Y %Z"))


def check_fonts() -> Finding:
    if _font_of("Times New Roman") or _font_of("Liberation Serif"):
        return Finding(Mark.GOOD, _("Phông chữ"), _("có Times New Roman hoặc phông cùng kích thước"))
    return Finding(
        Mark.WARNING, _("Phông chữ"), _("không thấy Times New Roman trên máy này"),
        _("Báo cáo vẫn đúng trên máy có Word; để xem tại đây hãy cài fonts-liberation."),
    )  # fmt: skip


def _font_of(family: str) -> bool:
    if sys.platform == "win32":
        return (Path("C:/Windows/Fonts") / "times.ttf").exists()
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    return bool(subprocess.run([lister, family], capture_output=True, check=False).stdout.strip())


def check_ocr() -> Finding:
    from giapranh.documents.reading.intake import ocr

    try:
        ocr.require()
    except Refused as missing:
        return Finding(Mark.WARNING, _("Đọc bản quét (OCR)"), _("chưa dùng được"), line_of(missing))
    return Finding(Mark.GOOD, _("Đọc bản quét (OCR)"), "Tesseract · vie")


def check_office() -> Finding:
    from giapranh.documents.reading.intake import office

    found = office.program()  # as the reader finds it: on Windows it is not on the path
    if found:
        return Finding(Mark.GOOD, "LibreOffice", found)
    return Finding(
        Mark.WARNING, "LibreOffice", _("không có: tệp .doc đời cũ sẽ không đọc được"),
        _("Cài LibreOffice, hoặc lưu tệp thành .docx trước khi đưa vào."),
    )  # fmt: skip


def check_mail() -> Finding:
    server = home.setting("smtp_host")
    if not server:
        return Finding(
            Mark.WARNING, _("Thư điện tử"), _("chưa đặt máy chủ thư; thư được ghi vào %(folder)s") % {
                "folder": home.home() / "mail"},
            _("Đặt smtp_host trong giapranh.toml (xem docs/how-to/settings.md)."),
        )  # fmt: skip
    import smtplib  # a tenth of a second, which other commands need not wait for

    port = int(home.setting("smtp_port", "587"))
    try:
        with smtplib.SMTP(server, port, timeout=10) as connection:
            connection.noop()
    except OSError as error:
        return Finding(Mark.BAD, _("Thư điện tử"), f"{server}:{port}: {error}", _("Kiểm tra smtp_host, smtp_port."))
    return Finding(Mark.GOOD, _("Thư điện tử"), f"{server}:{port}")


def check_keys() -> Finding:
    folder = home.home() / "secrets"
    home.secret("django")
    if sys.platform != "win32" and any(p.stat().st_mode & 0o077 for p in folder.iterdir()):
        return Finding(
            Mark.BAD, _("Khóa"), _("người khác trên máy đọc được %(folder)s") % {"folder": folder},
            f"chmod -R go= {folder}",
        )  # fmt: skip
    return Finding(Mark.GOOD, _("Khóa"), str(folder))


def check_pages() -> Finding:
    bundle = Path(__file__).resolve().parents[1] / "desk" / "static" / "dist" / "app.css"
    if not bundle.exists():
        return Finding(Mark.BAD, _("Giao diện"), _("chưa dựng tệp giao diện"), _("Chạy: make frontend"))
    return Finding(Mark.GOOD, _("Giao diện"), str(bundle.parent))


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_database, check_disk, check_clock, check_keys, check_pages, check_fonts, check_ocr, check_office, check_mail,
)  # fmt: skip
_NAMES: dict[Callable[[], Finding], Callable[[], str]] = {
    check_database: lambda: _("Cơ sở dữ liệu"),
    check_disk: lambda: _("Đĩa"),
    check_clock: lambda: _("Đồng hồ"),
    check_fonts: lambda: _("Phông chữ"),
    check_ocr: lambda: _("Đọc bản quét (OCR)"),
    check_office: lambda: "LibreOffice",
    check_mail: lambda: _("Thư điện tử"),
    check_keys: lambda: _("Khóa"),
    check_pages: lambda: _("Giao diện"),
}
