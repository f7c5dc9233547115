"""``giapranh demo``: two whole nodes with illustrative data, made in front of the person who asks."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from giapranh.cli import demo_exchange, demo_houses, life, setting_up
from giapranh.cli.demo_houses import House
from giapranh.cli.language import _
from giapranh.kernel.errors import N_
from giapranh.node import home

if TYPE_CHECKING:
    from rich.console import Console

    from giapranh.cli.demo_story import Story

MADE = "2"  # of which make the houses are; older ones are built anew


def demo(
    once: Annotated[bool, typer.Option("--once", help=_("In tóm tắt rồi kết thúc, không mở trang web."))] = False,
    port: Annotated[int, typer.Option(help=_("Cổng trang web của nút Lạng Sơn."), min=1, max=65535)] = 8020,
    neighbour_port: Annotated[int, typer.Option(help=_("Cổng trang web của nút Bắc Ninh."), min=1, max=65535)] = 8024,
    fresh: Annotated[bool, typer.Option("--fresh", help=_("Bỏ bản chạy thử cũ, làm lại từ đầu."))] = False,
) -> None:
    """Dựng hai nút minh họa: công văn thành chương trình, báo cáo; hai tỉnh trao đổi với nhau. Ví dụ: giapranh demo --once"""
    from rich.console import Console

    here, there = demo_houses.houses(port, neighbour_port)
    here.move_in()
    console = Console(highlight=False, soft_wrap=True)
    if not once:
        demo_houses.check_ports(port, neighbour_port)
    if fresh:
        tear_down(here, there)
    made = here.folder / "ready"
    if not made.exists() or made.read_text("ascii").strip() != MADE:
        made.unlink(missing_ok=True)
        build(console, here, there)
        made.write_text(f"{MADE}\n", encoding="ascii")
    else:
        setting_up.set_up()
        if setting_up.pending_migrations():
            setting_up.migrate()
    summary(console, here, there)
    if not once:
        open_both(here, there)


def open_both(here: House, there: House) -> None:
    """Both houses with their web servers and workers, until this process is stopped."""
    with demo_houses.serving(there):
        remember_ports(here, there)
        with life.worker_beside():
            life.run_web_server("127.0.0.1", here.port)


def remember_ports(here: House, there: House) -> None:
    """Each house knows at which port the other one is opened today."""
    known = here.folder / "ports"
    ports = f"{here.port} {there.port}"
    if known.exists() and known.read_text("ascii").strip() == ports:
        return
    demo_exchange.set_address(there.node, there.address)
    with demo_houses.neighbour(there) as neighbour:
        neighbour.do("set_address", peer=here.node, address=here.address)
    known.write_text(f"{ports}\n", encoding="ascii")


def tear_down(*houses: House) -> None:
    """Both databases stopped, both folders emptied."""
    import shutil

    from giapranh.node import postgres

    for house in (*houses, houses[0]):  # in the end this process lives in the first house again
        house.move_in()
        if house.folder.exists() and any(house.folder.iterdir()):
            postgres.stop()
            shutil.rmtree(house.folder)
        house.folder.mkdir(exist_ok=True)


def build(console: Console, here: House, there: House) -> None:
    """Play the story; an interrupted one starts again from empty databases. The small house is built meanwhile."""
    from giapranh.cli.demo_story import Story

    with demo_houses.neighbour(there) as neighbour:
        neighbour.ask("build", password=password())
        setting_up.set_up()
        setting_up.start_empty()
        setting_up.migrate()
        setting_up.load_seed()
        setting_up.first_administrator("quantri", password())
        meeting = demo_exchange.Meeting(here, there, neighbour)
        story, steps = Story(), [*chapters(), *demo_exchange.chapters(meeting)]
        for number, (title, play) in enumerate(steps, 1):
            console.print(f"[dim]{number}/{len(steps)}[/] {_(title)}…")
            play(story)
    (here.folder / "ports").write_text(f"{here.port} {there.port}\n", encoding="ascii")
    if story.report is not None:
        target = home.home() / "bao-cao-quy-III-2026.docx"
        target.write_bytes(report_bytes(story.report))


def chapters() -> Iterator[tuple[str, Callable[[Story], None]]]:
    """The steps in order, each with a line for the person who watches."""
    from giapranh.cli import demo_rivers, demo_story

    yield N_("Lập nút, cơ quan và cán bộ"), lambda story: demo_story.people_arrive(story, password())
    yield N_("Đọc công văn phối hợp tháng 11/2024 và giao việc"), demo_story.dispatch_becomes_programme
    yield N_("Đọc công văn mùa mưa 2026 và giao việc cho các xã"), demo_story.second_paper
    yield N_("Các phòng làm việc trong quý III/2026"), demo_story.third_quarter
    yield N_("Chuyển mảng khoáng sản sang Sở Công Thương (15/09/2026)"), demo_story.minerals_move
    yield N_("Lập báo cáo quý III/2026"), demo_story.draft_report
    yield from demo_rivers.chapters()
    yield N_("Làm tiếp quý IV/2026, nhắc việc"), demo_story.fourth_quarter


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


def summary(console: Console, here: House, there: House) -> None:
    """What was made, in numbers counted from the database, and how to look at it."""
    from giapranh.cli import demo_rivers
    from giapranh.cli.demo_neighbour import CAST as NEIGHBOURS
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
    for line in demo_exchange.summary():
        console.print(line, markup=False)
    console.rule(_("Mở xem"))
    console.print(_("Mật khẩu chung của mọi tài khoản minh họa: %(password)s") % {"password": password()}, markup=False)
    console.print(_("Lạng Sơn: %(address)s") % {"address": here.address}, markup=False)
    console.print(_("Sông ngòi: %(address)s/song-ngoi/thuong/") % {"address": here.address}, markup=False)
    _say_cast(console, CAST)
    console.print(_("Bắc Ninh: %(address)s") % {"address": there.address}, markup=False)
    _say_cast(console, NEIGHBOURS)


def _say_cast(console: Console, cast: Iterable[tuple[str, str, str, str, str]]) -> None:
    for username, name, _role, _key, title in (("quantri", "Quản trị hệ thống", "", "", "Quản trị"), *cast):
        console.print(f"  {username:12} {title} – {name}", markup=False)
