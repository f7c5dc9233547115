"""The two houses of the demonstration: where each lives, how its processes are started, and how they end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from giapranh.cli import life
from giapranh.kernel.errors import N_, BadInput, Unavailable
from giapranh.node import home

LANG_SON, BAC_NINH = "lang-son", "bac-ninh"


@dataclass(frozen=True, slots=True)
class House:
    """One node: its own folder, its own database, its own cookies."""

    node: str
    name: str
    folder: Path
    cookie: str
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        return {
            "GIAPRANH_HOME": str(self.folder), "GIAPRANH_COOKIE": self.cookie, "GIAPRANH_ILLUSTRATIVE": "true",
        }  # fmt: skip

    def environment(self) -> dict[str, str]:
        """For a process of this house: what was set for another house does not reach it."""
        kept = {"GIAPRANH_LANGUAGE", "GIAPRANH_CLOCK"}
        clean = {
            name: value for name, value in os.environ.items()
            if name != "DATABASE_URL" and (not name.startswith("GIAPRANH_") or name in kept)
        }  # fmt: skip
        return clean | self.settings()

    def move_in(self) -> None:
        """Make this process one of this house."""
        self.folder.mkdir(parents=True, exist_ok=True)
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(self.settings())
        home.home.cache_clear()
        home._file.cache_clear()


def houses(port: int, neighbour_port: int) -> tuple[House, House]:
    """Beside the node's own data, which the demonstration never touches."""
    here = home.home()
    return (
        House(LANG_SON, "Lạng Sơn", here / "demo", "giapranh_demo", port),
        House(BAC_NINH, "Bắc Ninh", here / "demo-bac-ninh", "giapranh_demo_bn", neighbour_port),
    )


class HouseSilent(Unavailable):
    code = "house_silent"


class Neighbour:
    """The other house at work in a process of its own; it is told what to do line by line."""

    def __init__(self, house: House) -> None:
        house.folder.mkdir(parents=True, exist_ok=True)
        self.house = house
        self.unanswered = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "giapranh.cli.demo_neighbour"], env=house.environment(), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, encoding="ascii",
        )  # fmt: skip

    def ask(self, act: str, **values: Any) -> None:
        """Say what to do without waiting for it."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"act": act, "with": values}) + "\n")
            self.process.stdin.flush()
            self.unanswered += 1
        except OSError:
            self._fail("")

    def answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self._fail("")
        self.unanswered -= 1
        answer = json.loads(line)
        if "error" in answer:
            self._fail(answer["error"])
        return answer["value"]

    def do(self, act: str, **values: Any) -> Any:
        """Say what to do and wait for it, and for what was said before."""
        self.ask(act, **values)
        while self.unanswered > 1:
            self.answer()
        return self.answer()

    def _fail(self, why: str) -> None:
        raise HouseSilent(N_("Nút minh họa %(name)s không làm được: %(why)s"), name=self.house.name, why=why or "–")

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            life.end_with_children(self.process.pid)


@contextmanager
def neighbour(house: House) -> Iterator[Neighbour]:
    process = Neighbour(house)
    try:
        yield process
    finally:
        process.close()


@contextmanager
def serving(house: House) -> Iterator[None]:
    """The web server and the worker of the other house, for as long as the block lasts."""
    command = [sys.executable, "-m", "giapranh", "serve", "--port", str(house.port), "--tied"]
    try:
        with life.process_beside(command, house.environment(), patience=60):
            yield
    finally:
        if (house.folder / "postgres" / "data" / "postmaster.pid").exists():  # it was ended without a word
            stop = [sys.executable, "-m", "giapranh", "stop"]
            subprocess.run(stop, env=house.environment(), check=False, stdout=subprocess.DEVNULL)


def check_ports(*ports: int) -> None:
    """Before anything is started: a port that somebody uses would leave one house dark."""
    for port in ports:
        with socket.socket() as probe:
            if os.name != "nt":  # there the option would let two servers share one port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise BadInput(
                    N_("Cổng %(port)d đang có chương trình khác dùng. Dừng nó, hoặc chọn cổng khác: --port, --neighbour-port."),
                    port=port,
                ) from None  # fmt: skip
