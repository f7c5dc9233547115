"""The file door: an FTP server (with TLS) for the data loggers of stations.

Each account sees only its folder. It may send, append, make folders, rename and list; it reads nothing back and
deletes nothing. What is being sent lies under a hidden name until the transfer is whole.
"""

from __future__ import annotations

import errno
import io
import logging
import os
import shutil
import threading
import time
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.exceptions import AuthenticationFailed, FilesystemError
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from giapranh.kernel import clock
from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.node import home
from giapranh.people.background import own_connection
from giapranh.water.intake import folder
from giapranh.water.intake.door_accounts import Guesses, holder, still_holds

log = logging.getLogger(__name__)
PERMISSIONS = "elamwf"
PART = ".dang-gui"  # the end of the hidden name of what is being sent
KEEP_FREE = 1024**3  # bytes of disk that stations may not fill
LOOK_EVERY = 16 * 1024 * 1024  # bytes of one transfer between two looks at the disk
LOOK_AT_BROKEN_S = 3600
BROKEN_S = 24 * 3600  # what broke off and was not gone on with for so long is taken in as far as it came
WRITING = {"STOR", "STOU", "APPE", "MKD", "XMKD", "RNTO"}
_DEVICES = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}


class BadDoor(BadInput):
    code = "bad_door_setting"


class StationAuthorizer(DummyAuthorizer):  # type: ignore[misc]
    """Accounts come from the stations, so that one that was closed is closed at once."""

    def __init__(self, guesses: Guesses | None = None) -> None:
        super().__init__()
        self.guesses = guesses or Guesses()

    def validate_authentication(self, username: str, password: str, handler: Any) -> None:
        address = handler.remote_ip
        if self.guesses.shut(username, address):
            log.warning("door: %s from %s is shut out for a while", username[:60], address)
            raise AuthenticationFailed("Too many wrong passwords. Try again later.")
        with own_connection():
            station = holder(username, password)
        if station is None:
            self.guesses.wrong(username, address)
            raise AuthenticationFailed("Authentication failed.")
        self.guesses.right(username, address)
        handler.signed_in = (station.pk, station.door_password)
        base = folder.inbox() / station.door_account
        base.mkdir(exist_ok=True)
        self.user_table[username] = {
            "pwd": "", "home": str(base.resolve()), "perm": PERMISSIONS, "operms": {},
            "msg_login": "Welcome.", "msg_quit": "Goodbye.",
        }  # fmt: skip


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name}{PART}")


def _shown(part: Path) -> Path:
    return part.with_name(part.name[1 : -len(PART)])


def take_up_broken(now: float) -> int:
    """Give transfers nobody went on with their names: their whole lines are taken in, the cut one is told. How many."""
    old = [part for part in folder.inbox().rglob(f".*{PART}") if part.is_file() and not part.is_symlink()]
    old = [part for part in old if now - part.stat().st_mtime >= BROKEN_S]
    return sum(folder.move(part, _shown(part)) is not None for part in old)


class _Sending(io.FileIO):
    """What is being sent. It stops before the disk is full, however long the file turns out to be."""

    def __init__(self, path: Path, mode: str) -> None:
        super().__init__(path, mode)
        self.number = os.fstat(self.fileno()).st_ino
        self._since_look = 0

    def write(self, data: Any, /) -> int:
        self._since_look += len(data)
        if self._since_look >= LOOK_EVERY:
            self._since_look = 0
            if shutil.disk_usage(Path(str(self.name)).parent).free < KEEP_FREE:
                raise OSError(errno.ENOSPC, "Disk almost full")
        return super().write(data)


class StationFolder(AbstractedFS):  # type: ignore[misc]
    """The folder of one station. Names are checked here; that paths stay inside is checked by the server as well."""

    def open(self, filename: str, mode: str) -> IO[bytes]:
        path = self._checked(filename)
        if path.is_dir():
            raise FilesystemError("Is a directory")
        if shutil.disk_usage(path.parent).free < KEEP_FREE:
            raise FilesystemError("Disk almost full")
        part = _hidden(path)
        if "w" not in mode and not part.exists():  # going on with something that was thought whole
            if path.exists():
                shutil.copyfile(path, part)
            elif "a" not in mode:
                raise FilesystemError("Nothing to resume")
        if "w" in mode:  # whoever still holds it open, a line that broke, writes into this one no more
            part.unlink(missing_ok=True)
        return _Sending(part, mode)  # type: ignore[return-value]

    def getsize(self, path: str) -> int:
        part = str(_hidden(Path(path)))
        return int(super().getsize(part if os.path.exists(part) else path))  # noqa: PTH110 - no error for long names

    def isfile(self, path: str) -> bool:
        return bool(super().isfile(path) or super().isfile(str(_hidden(Path(path)))))

    def listdir(self, path: str) -> list[str]:
        return [name for name in os.listdir(path) if not name.startswith(".")]  # noqa: PTH208 - the server's own way

    def mkdir(self, path: str) -> None:
        super().mkdir(str(self._checked(path)))

    def rename(self, src: str, dst: str) -> None:
        if folder.move(Path(src), self._checked(dst)) is None:
            raise FilesystemError("Cannot be renamed to this name")

    def chmod(self, path: str, mode: int) -> None:
        raise FilesystemError("Not allowed")

    def utime(self, path: str, timeval: Any) -> None:
        raise FilesystemError("Not allowed")

    def _checked(self, path: str) -> Path:
        """Names every system can keep: no hidden ones, no signs of paths, no devices of Windows."""
        clean = Path(path)
        for name in clean.relative_to(self.root).parts:
            if (
                name.startswith(".")
                or len(name) > 180
                or name.partition(".")[0].casefold() in _DEVICES
                or any(sign in '<>:"|?*\\' or unicodedata.category(sign) in {"Cc", "Cs"} for sign in name)
            ):
                raise FilesystemError("Name not allowed")
        if len(clean.relative_to(self.root).parts) > 8:
            raise FilesystemError("Too deep")
        return clean


class _Whole:
    """What to do when a file has come in whole or broke off; shared by the plain and the TLS handler."""

    whole: Any = None  # called with the final path
    signed_in: tuple[int, str] = (0, "")  # the station and the hash of the password it came in with

    def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
        """An account that was closed, or got a new password, sends nothing more, however long it has been here."""
        if "\0" in line:
            self.respond("501 Syntax error: no command holds a NUL.")  # type: ignore[attr-defined]
            return
        if cmd in WRITING and getattr(self, "authenticated", False):
            with own_connection():
                holds = still_holds(self.username, *self.signed_in)  # type: ignore[attr-defined]
            if not holds:
                log.warning("door: the account %s was closed, its session ends", self.username[:60])  # type: ignore[attr-defined]
                self.respond("421 Account closed. Ask the department.")  # type: ignore[attr-defined]
                self.close_when_done()  # type: ignore[attr-defined]
                return
        super().pre_process_command(line, cmd, arg)  # type: ignore[misc]

    def on_file_received(self, file: str) -> None:
        part = Path(file)
        sent = getattr(getattr(self, "data_channel", None), "file_obj", None)
        if not part.exists() or (isinstance(sent, _Sending) and part.stat().st_ino != sent.number):
            log.warning("door: %s was begun anew by another connection, which goes on", part.name)
            return
        landed = folder.move(part, _shown(part))
        if landed is not None and self.whole is not None:
            type(self).whole(landed)

    def on_login_failed(self, username: str, password: str) -> None:
        log.warning("door: wrong password for %s from %s", username[:60], getattr(self, "remote_ip", ""))


class _PlainHandler(_Whole, FTPHandler):  # type: ignore[misc]
    pass


class _TlsHandler(_Whole, TLS_FTPHandler):  # type: ignore[misc]
    pass


class Door:
    """The door and the hands behind it: a thread takes in what has come whole, a few seconds after the last file."""

    def __init__(self, *, host: str = "", port: int | None = None, gather_s: float = 2.0) -> None:
        self.watch = folder.Watch()
        self.gather_s = gather_s
        self._look_at_broken = 0.0
        self._arrived = threading.Event()
        self._stop = threading.Event()
        self._server = self._made(host or home.setting("door_host", "127.0.0.1"), _number("door_port", 2121, port))
        self._hands = threading.Thread(target=self._take_in, name="door", daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._server.address[:2]
        return str(host), int(port)

    def serve(self) -> None:
        """Until ``close``, or until the process is stopped."""
        self._hands.start()
        try:
            while not self._stop.is_set():
                self._loop.loop(0.2, False)
        finally:
            self._stop.set()
            self._arrived.set()
            self._server.close_all()
            self._hands.join(timeout=30)

    def close(self) -> None:
        self._stop.set()

    def _made(self, host: str, port: int) -> FTPServer:
        tls = home.setting("door_tls", "offer").strip().lower()
        if tls not in {"off", "offer", "require"}:
            raise BadDoor(N_("Cài đặt door_tls phải là off, offer hoặc require."))
        members: dict[str, Any] = {
            "authorizer": StationAuthorizer(), "abstracted_fs": StationFolder, "banner": "Giap Ranh.",
            "timeout": 180, "max_login_attempts": 3, "auth_failed_timeout": 3, "whole": self._on_whole,
            "passive_ports": _ports(home.setting("door_passive_ports")),
            "masquerade_address": home.setting("door_address") or None, "use_gmt_times": True,
        }  # fmt: skip
        if tls != "off":
            certificate, key = _certificate()
            members |= {
                "certfile": str(certificate), "keyfile": str(key), "ssl_context": None,
                "tls_control_required": tls == "require", "tls_data_required": tls == "require",
            }  # fmt: skip
        handler = type("Handler", (_PlainHandler if tls == "off" else _TlsHandler,), members)
        handler.whole = staticmethod(self._on_whole)  # type: ignore[attr-defined]
        self._loop = IOLoop.factory()
        server = FTPServer((host, port), handler, ioloop=self._loop)
        server.max_cons, server.max_cons_per_ip = 256, 32
        return server

    def _on_whole(self, path: Path) -> None:
        self.watch.whole.add(str(path))
        self._arrived.set()

    def _take_in(self) -> None:
        """Stations send on the same minute: a short wait brings their files into one transaction."""
        while not self._stop.is_set():
            self._arrived.wait(timeout=30)
            self._stop.wait(self.gather_s)
            self._arrived.clear()
            try:
                if time.monotonic() >= self._look_at_broken:
                    self._look_at_broken = time.monotonic() + LOOK_AT_BROKEN_S
                    take_up_broken(time.time())
                with own_connection():
                    folder.round_now(at=clock.now(), watch=self.watch)
            except Refused as refusal:
                log.warning("door: %s", refusal)
            except Exception:  # the files stay where they are; the next round tries again
                log.exception("door: taking in failed")


def _number(name: str, default: int, given: int | None) -> int:
    if given is not None:
        return given
    try:
        return int(home.setting(name, str(default)))
    except ValueError:
        raise BadDoor(N_("Cài đặt %(name)s phải là một số."), name=name) from None


def _ports(text: str) -> range | None:
    if not text.strip():
        return None
    try:
        first, _, last = text.partition("-")
        ports = range(int(first), int(last or first) + 1)
        if not ports or ports[0] < 1 or ports[-1] > 65535:
            raise ValueError(text)
        return ports
    except ValueError:
        raise BadDoor(N_("Cài đặt door_passive_ports viết như 30000-30099.")) from None


def _certificate() -> tuple[Path, Path]:
    """The certificate of the settings, else one the node signs for itself, made once."""
    if named := home.setting("door_certificate"):
        return Path(named), Path(home.setting("door_key") or named)
    certificate, key = home.home() / "secrets" / "door.crt", home.home() / "secrets" / "door.key"
    if not (certificate.exists() and key.exists()):
        _sign_for_itself(certificate, key)
    return certificate, key


def _sign_for_itself(certificate: Path, key: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Giap Ranh")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650)).sign(private, hashes.SHA256())
    )  # fmt: skip
    key.parent.mkdir(mode=0o700, exist_ok=True)
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
