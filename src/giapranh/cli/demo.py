"""``giapranh demo``: a whole node with illustrative data, made in front of the person who asks."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from giapranh.cli import life, setting_up
from giapranh.cli.language import _
from giapranh.node import home


def demo(
    once: Annotated[bool, typer.Option("--once", help=_("In tóm tắt rồi kết thúc, không mở trang web."))] = False,
    port: Annotated[int, typer.Option(help=_("Cổng của trang web."), min=1, max=65535)] = 8020,
    fresh: Annotated[bool, typer.Option("--fresh", help=_("Bỏ bản chạy thử cũ, làm lại từ đầu."))] = False,
) -> None:
    """Dựng nút minh họa: công văn thành chương trình, chương trình thành báo cáo. Ví dụ: giapranh demo --once"""
    folder = settle_in()
    console = Console(highlight=False, soft_wrap=True)
    if fresh:
        tear_down(folder)
    made = folder / "ready"
    if not made.exists():
        build(console)
        made.write_text("1\n", encoding="ascii")
    else:
        setting_up.set_up()
        setting_up.migrate()
    summary(console, port)
    if once:
        return
    with life.worker_beside():
        life.run_web_server("127.0.0.1", port)


def settle_in() -> Path:
    """The demonstration lives in a folder of its own and never touches the node's data."""
    folder = home.home() / "demo"
    folder.mkdir(exist_ok=True)
    os.environ["GIAPRANH_HOME"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    os.environ["GIAPRANH_COOKIE"] = "giapranh_demo"
    os.environ["GIAPRANH_ILLUSTRATIVE"] = "true"
    home.home.cache_clear()
    return folder


def tear_down(folder: Path) -> None:
    import shutil

    from giapranh.node import postgres

    postgres.stop()
    shutil.rmtree(folder)
    folder.mkdir()


def build(console: Console) -> None:
    """Play the story; an interrupted one starts again from an empty database."""
    from giapranh.cli.demo_story import Story, chapters

    setting_up.set_up()
    start_empty()
    setting_up.migrate()
    setting_up.load_seed()
    setting_up.first_administrator("quantri", password())
    story, steps = Story(), list(chapters(password()))
    for number, (title, play) in enumerate(steps, 1):
        console.print(f"[dim]{number}/{len(steps)}[/] {title}…")
        play(story)
    if story.report is not None:
        target = home.home() / "bao-cao-quy-III-2026.docx"
        target.write_bytes(report_bytes(story.report))


def start_empty() -> None:
    """Drop what an interrupted demonstration left. Only ever the demonstration's own database."""
    import shutil

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("drop schema public cascade")
        cursor.execute("create schema public")
    connection.close()
    for name in ("blobs", "files", "mail"):
        shutil.rmtree(home.home() / name, ignore_errors=True)


def password() -> str:
    """One password for everybody in the demonstration, made on this machine and shown to who runs it."""
    path = home.home() / "secrets" / "demo-password"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"minh-hoa-{secrets.token_hex(4)}", encoding="ascii")
    return path.read_text("ascii")


def report_bytes(report: object) -> bytes:
    from giapranh.documents import queries

    return queries.open_blob(report.blob_id)  # type: ignore[attr-defined]


def summary(console: Console, port: int) -> None:
    """What was made, in numbers counted from the database, and how to look at it."""
    from giapranh.cli import demo_rivers
    from giapranh.cli.demo_story import CAST
    from giapranh.documents.models import Paper
    from giapranh.programme.models import Programme, Report, Task, TaskPart

    console.rule(_("Dữ liệu minh họa"))
    for programme in Programme.objects.order_by("pk"):
        console.print(f"[bold]{_('Chương trình')}[/]: {programme.name}", markup=True)
    tasks = Task.objects.filter(recurrence="")
    console.print(
        _("Văn bản %(papers)d · việc %(tasks)d, hoàn thành %(done)d · phần phối hợp %(parts)d, đã nhận %(accepted)d")
        % {
            "papers": Paper.objects.exclude(direction="stub").count(),
            "tasks": tasks.count(),
            "done": tasks.filter(state="completed").count(),
            "parts": TaskPart.objects.filter(role="coordinating").count(),
            "accepted": TaskPart.objects.filter(role="coordinating", state="accepted").count(),
        }
    )
    console.print(_("Sông: %(counts)s") % {"counts": " · ".join(f"{_(word)} {n}" for word, n in demo_rivers.summary())})
    report = home.home() / "bao-cao-quy-III-2026.docx"
    if Report.objects.exists() and report.exists():
        console.print(_("Báo cáo: %(file)s") % {"file": report}, markup=False)
    console.print(_("Trang web: http://127.0.0.1:%(port)d · mật khẩu chung: %(password)s") % {
        "port": port, "password": password()}, markup=False)  # fmt: skip
    console.print(_("Sông ngòi: http://127.0.0.1:%(port)d/song-ngoi/thuong/") % {"port": port}, markup=False)
    for username, name, _role, _key, title in (("quantri", "Quản trị hệ thống", "", "", "Quản trị"), *CAST):
        console.print(f"  {username:12} {title} – {name}", markup=False)
