"""A node's life: ``init``, ``serve``, ``worker``, ``stop``."""

from __future__ import annotations

import gc
import logging
import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

if TYPE_CHECKING:
    from procrastinate import App

from giapranh.cli import machines, setting_up, water_data
from giapranh.cli.language import _
from giapranh.kernel.clock import now
from giapranh.kernel.errors import N_, BadInput
from giapranh.node import home, postgres

APPLICATION = "giapranh.config.wsgi:application"
MOST_ATTEMPTS = 2  # of one job, when the worker died over it


def init(
    username: Annotated[str, typer.Option("--admin", help=_("Tên đăng nhập của quản trị viên đầu tiên."))] = "quantri",
    password: Annotated[
        str, typer.Option("--password", envvar="GIAPRANH_ADMIN_PASSWORD", help=_("Mật khẩu; bỏ trống thì tự tạo."))
    ] = "",
) -> None:
    """Tạo nút mới: cơ sở dữ liệu, danh mục, quản trị viên đầu tiên. Ví dụ: giapranh init --admin quantri"""
    setting_up.set_up()
    setting_up.migrate()
    setting_up.load_seed()
    made = setting_up.first_administrator(username, password)
    print(_("Nút ở %(home)s đã sẵn sàng.") % {"home": home.home()})
    if made:
        print(_("Đăng nhập: %(user)s · mật khẩu: %(password)s") % {"user": username, "password": made})
    else:
        print(_("Đã có quản trị viên; không tạo thêm."))
    print(_("Tiếp theo: giapranh serve"))


def serve(
    port: Annotated[int, typer.Option(help=_("Cổng của trang web."), min=1, max=65535)] = 8020,
    host: Annotated[str, typer.Option(help=_("Địa chỉ lắng nghe; 0.0.0.0 để máy khác trong cơ quan vào được."))] = (
        "127.0.0.1"
    ),
    with_worker: Annotated[bool, typer.Option("--worker/--no-worker", help=_("Chạy kèm việc nền."))] = True,
    tied: Annotated[bool, typer.Option("--tied", hidden=True)] = False,
) -> None:
    """Mở trang web của nút, kèm việc nền. Ví dụ: giapranh serve --port 8020"""
    setting_up.set_up()
    if setting_up.pending_migrations():
        setting_up.migrate()
    print(_("Giáp Ranh đang chạy ở http://%(host)s:%(port)d · Ctrl+C để dừng.") % {"host": host, "port": port})
    with worker_beside() if with_worker else nothing(), water_data.door_beside(), machines.mqtt_beside():
        run_web_server(host, port, tied=tied)


def worker(tied: Annotated[bool, typer.Option("--tied", hidden=True)] = False) -> None:
    """Chạy việc nền: nhắc việc, đọc văn bản, gửi thư. Ví dụ: giapranh worker"""
    setting_up.set_up()
    run_worker(tied=tied)


def stop() -> None:
    """Dừng cơ sở dữ liệu đi kèm của nút. Ví dụ: giapranh stop"""
    if os.environ.get("DATABASE_URL"):
        raise BadInput(N_("Nút này dùng PostgreSQL bên ngoài (DATABASE_URL); hãy dừng nó ở nơi quản lý nó."))
    if postgres.stop():
        print(_("Đã dừng cơ sở dữ liệu."))
    else:
        print(_("Cơ sở dữ liệu không chạy."))


def run_web_server(host: str, port: int, *, tied: bool = False) -> None:
    """Serve until stopped. TCP_NODELAY is granian's default, so keep-alive does not wait for delayed ACKs."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        target=APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(home.setting("web_workers", "1" if platform.system() == "Windows" else "2")),
        blocking_threads=int(home.setting("web_threads", "8")),
        log_access=home.switch("log_access"),
        log_level=LogLevels[home.setting("log_level", "WARNING").lower()],
        respawn_failed_workers=True,
    )
    # Threads wait for the database and for each other's flush, not for a processor: granian need not warn of them.
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    if tied:
        when_abandoned(server.signal_handler_interrupt)
    server.serve(target_loader=_application, wrap_loader=False)


def _application() -> Any:
    """What each worker process of the web server loads; one whose server was killed must not keep the port."""
    from granian._internal import load_target

    _watch_parent(threading.Event(), lambda: os._exit(1))
    return load_target(APPLICATION)


def when_abandoned(stop: Callable[[], Any]) -> None:
    """Call ``stop`` when the standard input ends: the process that started this one closed it, or is no more.

    The one way to end a child that Windows knows, too. A parent that was killed without a word may leave the pipe
    open in other children of its own, so its life is watched as well.
    """
    over = threading.Event()

    def listen() -> None:
        with suppress(OSError, ValueError):
            while sys.stdin.buffer.raw.read(1024):  # type: ignore[union-attr]
                pass
        over.set()

    threading.Thread(target=listen, name="tied", daemon=True).start()
    _watch_parent(over, stop)


def _watch_parent(over: threading.Event, stop: Callable[[], Any]) -> None:
    """Call ``stop`` when ``over`` is set or the parent of this process is no more."""
    import psutil

    def watch() -> None:
        with suppress(psutil.Error):
            parent = psutil.Process(os.getppid())
            while not over.wait(2) and parent.is_running() and parent.status() != psutil.STATUS_ZOMBIE:
                pass
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def run_worker(*, tied: bool = False) -> None:
    """Work off jobs until stopped; jobs that a dead worker left in "doing" go back into the queue first."""
    import asyncio

    if sys.platform == "win32":  # psycopg's async connections need the selector loop
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    assert isinstance(app.connector, DjangoConnector)
    gc.freeze()  # what is loaded by now stays: Python's collector need not look through it after every thousand files
    with suppress(asyncio.CancelledError):
        asyncio.run(_work(app.with_connector(app.connector.get_worker_connector()), tied))


async def _work(worker_app: App, tied: bool) -> None:
    import asyncio

    from procrastinate.jobs import Status

    work = asyncio.current_task()
    if tied and work is not None:
        loop = asyncio.get_running_loop()
        when_abandoned(lambda: loop.call_soon_threadsafe(work.cancel))
    async with worker_app.open_async():
        for job in await worker_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=120):
            if job.attempts < MOST_ATTEMPTS:
                await worker_app.job_manager.retry_job(job)
            else:  # what killed the worker each time would kill it again
                await worker_app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
                await asyncio.to_thread(_give_up, job.task_name, dict(job.task_kwargs))
        await worker_app.run_worker_async(concurrency=2, install_signal_handlers=sys.platform != "win32")


def _give_up(task_name: str, arguments: dict[str, Any]) -> None:
    """Tell whoever waits for a job that it will not be done."""
    from giapranh.documents import services
    from giapranh.people.background import own_connection

    if task_name == "documents.read_upload":
        with own_connection():
            services.give_up_upload(uid=UUID(arguments["uid"]), at=now())


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker process that lives as long as the block."""
    with process_beside([sys.executable, "-m", "giapranh", "worker", "--tied"], os.environ):
        yield


@contextmanager
def process_beside(
    command: list[str], environment: Mapping[str, str], *, patience: int = 20
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends when the block ends, and that ends by itself when this one is killed (see ``--tied``)."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=dict(environment))
    try:
        yield process
    finally:
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.close()
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            end_with_children(process.pid)


def end_with_children(pid: int) -> None:
    """What did not end when it was asked to, with everything it started."""
    import psutil

    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        for process in [*parent.children(recursive=True), parent]:
            with suppress(psutil.Error):
                process.kill()


@contextmanager
def nothing() -> Iterator[None]:
    yield
