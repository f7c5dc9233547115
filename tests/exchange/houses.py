"""Two nodes as they will stand: two folders, two databases, two web servers, talking over a real line."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import psycopg
from django.db import connection, connections
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
RECORD_KINDS = ["flood", "note", "series"]


class ActFailed(AssertionError):
    pass


@dataclass
class House:
    node: str
    folder: Path
    database: str
    port: int
    process: subprocess.Popen[str] | None = None
    server: subprocess.Popen[bytes] | None = None
    words: list[str] = field(default_factory=list)
    recovery: str = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        settings = connection.settings_dict
        url = (
            f"postgres://{quote(settings['USER'])}:{quote(settings['PASSWORD'])}@{settings['HOST']}:{settings['PORT']}"
            f"/{self.database}"
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIAPRANH_")}
        return kept | {
            "GIAPRANH_HOME": str(self.folder), "DATABASE_URL": url, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "PYTHONUNBUFFERED": "1",
        }  # fmt: skip

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.exchange.puppet"], cwd=ROOT, env=self.environment(),
            text=True, encoding="utf-8", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def serve(self) -> None:
        """Put the web server up and wait until it answers."""
        self.server = subprocess.Popen(
            [sys.executable, "-m", "tests.exchange.puppet", f"--serve={self.port}"], cwd=ROOT,
            env=self.environment(), stdin=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(900):  # a busy machine takes its time
            try:
                httpx.get(f"{self.address}/exchange/v1/card", timeout=5, trust_env=False)
                return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the web server did not come up")

    def unplug(self) -> None:
        if self.server is not None:
            for process in psutil.Process(self.server.pid).children(recursive=True):
                process.kill()
            self.server.kill()
            self.server.wait(20)
            self.server = None

    def ask(self, act: str, **values: Any) -> None:
        """Say what to do without waiting for the answer."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"act": act, "with": values}) + "\n")
        self.process.stdin.flush()

    def do(self, act: str, **values: Any) -> Any:
        self.ask(act, **values)
        return self.answer()

    def answer(self) -> Any:
        assert self.process is not None
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise ActFailed("the process of the node died")
        answer = json.loads(line)
        if "error" in answer:
            raise ActFailed(answer["trace"])
        return answer["value"]

    def kill(self) -> None:
        """As a power cut does: no word, no clean-up."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(20)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self.process = None

    def twin(self) -> House:
        """A second process of the same node: its worker beside its command line."""
        other = replace(self, process=None, server=None)
        other.start()
        return other

    def set_clock(self, seconds: float) -> None:
        """The clock of all processes of this node, wrong by so much."""
        (self.folder / "clock").write_text(str(seconds), encoding="ascii")

    def close(self) -> None:
        self.unplug()
        if self.process is not None:
            self.kill()

    def back_up(self) -> str:
        copy = f"{self.database}_copy"
        with _postgres() as server:
            _drop(server, copy)
            _copy(server, self.database, copy)
        return copy

    def restore(self, copy: str) -> None:
        """An old backup comes back, and nobody says so."""
        with _postgres() as server:
            _drop(server, self.database)
            _copy(server, copy, self.database)


@contextmanager
def _postgres() -> Iterator[Any]:
    settings = connection.settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], password=settings["PASSWORD"],
        dbname="postgres", autocommit=True,
    ) as server:  # fmt: skip
        yield server


def _away(server: Any, name: str) -> None:
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def _drop(server: Any, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _copy(server: Any, old: str, new: str) -> None:
    for attempt in range(20):
        _away(server, old)
        try:
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(new), sql.Identifier(old)))
            return
        except psycopg.errors.ObjectInUse:
            if attempt == 19:
                raise
            time.sleep(0.1)


def fresh_database(name: str) -> None:
    """A copy of the empty database of this test run, with all its tables."""
    template = connection.settings_dict["NAME"]
    connections.close_all()
    with _postgres() as server:
        _drop(server, name)
        _copy(server, str(template), name)


def drop_database(name: str) -> None:
    with _postgres() as server:
        _drop(server, name)
        _drop(server, f"{name}_copy")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


PLACES = {"lang-son": ("Lạng Sơn", "20"), "bac-ninh": ("Bắc Ninh", "24"), "bac-giang": ("Bắc Giang", "24g")}


@contextmanager
def some_houses(
    folder: Path, mark: str, nodes: tuple[str, ...] = ("lang-son", "bac-ninh"), *, serve: bool = True
) -> Iterator[list[House]]:
    """Nodes with their own keys; nobody has met anybody yet."""
    houses: list[House] = []
    try:
        for node in nodes:
            name, code = PLACES[node]
            home = folder / node
            home.mkdir(parents=True)
            house = House(node, home, f"ex_{mark}_{node.replace('-', '_')}_{os.getpid()}", free_port())
            fresh_database(house.database)
            houses.append(house)
            house.start()
            house.do("set_up", node=node, name=name, code=code)
            made = house.do("make_keys")
            house.words, house.recovery = made["words"], made["recovery"]
        for house in houses:
            if serve:
                house.serve()
        yield houses
    finally:
        for house in houses:
            house.close()
            drop_database(house.database)


def meet_and_agree(one: House, two: House, names: list[str] = RECORD_KINDS) -> None:
    """Two people, twelve words each way, one agreement signed twice."""
    one.do("meet", address=two.address, words=" ".join(two.words))
    two.do("meet", address=one.address, words=" ".join(one.words))
    version = one.do("propose", me=one.node, peer=two.node, names=names)
    talk(two, one)
    two.do("countersign", peer=one.node, version=version)
    talk(one, two)


def talk(one: House, two: House) -> dict[str, Any]:
    """``one`` asks ``two`` for what is new."""
    done: dict[str, Any] = one.do("pull", peer=two.node)
    assert not done["error"], done
    return done
