"""``giapranh import`` and ``giapranh export``: places, offices, tasks and registers, in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from giapranh.cli import setting_up
from giapranh.cli.language import _, line_of
from giapranh.kernel.clock import now
from giapranh.kernel.errors import N_, BadInput


class UnknownKind(BadInput):
    code = "unknown_kind"


def import_records(
    kind: Annotated[str, typer.Argument(help=_("places, offices hoặc tasks."))],
    file: Annotated[Path, typer.Argument(help=_("Tệp hoặc thư mục cần nạp."))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Chỉ xem sẽ thay đổi gì."))] = False,
) -> None:
    """Nạp dữ liệu. Ví dụ: giapranh import places ban-do/ --dry-run"""
    if kind not in {"places"}:
        raise UnknownKind(N_("Không nạp được loại “%(kind)s”."), kind=kind)
    if not file.exists():
        raise BadInput(N_("Không có %(file)s."), file=file)
    setting_up.set_up()
    from giapranh.places import services as places

    report = places.import_folder(file, dry_run=dry_run, at=now())
    for line in (*report.flagged, *report.refused):
        print(f"{line.file} {line.where}: {line_of(line.refusal)}")
    raise typer.Exit(1 if report.refused else 0)


def export_records(kind: str, file: Path) -> None:
    """Xuất dữ liệu ra Excel. Ví dụ: giapranh export tasks viec.xlsx"""
    raise UnknownKind(N_("Không xuất được loại “%(kind)s”."), kind=kind)
