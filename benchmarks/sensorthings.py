"""The SensorThings interface over HTTP, as machines meet it: one run, each figure beside its limit.

    python benchmarks/sensorthings.py

Two web processes, keys checked, every answered row committed. Limits: for bulk a bare COPY into the same table, for
single posts and questions the interface's landing page, which touches no database; for single posts also what one
flush to the disk takes, measured in the same minute.
"""

from __future__ import annotations

import json
import os
import random
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

from harness import milliseconds, node, pace, tell

CLIENTS, POSTS, ROUNDS = 8, 400, 7
CHUNK, CHUNKS, SENDERS = 5_000, 400, 2
START = 1_704_067_200  # 2024-01-01
STEP = 30


def main() -> None:
    with node():
        token, streams = _furnish()
        port = _free_port()
        with _server(port):
            _warm(port, token)
            echo = milliseconds(lambda: _get(port, token, ""))
            _floor(port, token)
            _single(port, token, streams[-CLIENTS:], echo, "single POST")
            print(pace())
            _single(port, token, _checked(), echo, "the same into series with quality checks")
            print(pace())
            _bulk(port, token, streams)
            print(pace())
            _questions(port, token, streams, echo)
            print(pace())


def _furnish() -> tuple[str, list[int]]:
    from tests.factories.people import make_agency, make_officer
    from tests.factories.places import make_province

    from giapranh.kernel import clock
    from giapranh.people.models import Node
    from giapranh.people.roles import Role
    from giapranh.water.models import ObservedProperty, Sensor, Series, Station
    from giapranh.water.services import keys

    agency = make_agency(unit=make_province())
    Node.objects.create(pk=1, node_id="bench", name="Bench", agency=agency)
    by = make_officer(office=agency, role=Role.ADMINISTRATOR)
    _key, token = keys.make_key(name="bench", office=agency, scope="manage", by=by, at=clock.now())
    sensor = Sensor.objects.create(name="s", description="", metadata="m")
    observed = ObservedProperty.objects.create(name="DO", definition="x")
    station = Station.objects.create(name="Bench", lon=106.7, lat=21.8)
    made = [
        Series.objects.create(
            station=station, sensor=sensor, observed_property=observed, name=f"d{n}", unit_symbol="mg/L"
        )
        for n in range(20)
    ]
    return token, [series.pk for series in made]


@contextmanager
def _server(port: int) -> Iterator[None]:
    environment = {**os.environ, "GIAPRANH_WEB_WORKERS": "2"}
    process = subprocess.Popen(
        [sys.executable, "-m", "giapranh", "serve", "--no-worker", "--port", str(port)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


# --- a client that costs little --------------------------------------------------------------------------------------

_open: dict[int, socket.socket] = {}


def _request(method: str, path: str, port: int, token: str, body: bytes = b"") -> bytes:
    head = (
        f"{method} /sta/v1.1{quote(path, safe='/?$&=(),;')} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def _connect(port: int) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _answer(link: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        piece = link.recv(1 << 20)
        if not piece:
            raise ConnectionError("the server closed the connection")
        got += piece
    head, _end, body = got.partition(b"\r\n\r\n")
    missing = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]) - len(body)
    pieces = [body]
    while missing > 0:
        pieces.append(link.recv(1 << 20))
        missing -= len(pieces[-1])
    if not head.startswith(b"HTTP/1.1 20"):
        raise RuntimeError(head.decode() + body.decode()[:300])
    return b"".join(pieces)


def _get(port: int, token: str, path: str) -> bytes:
    link = _open.setdefault(port, None) or _connect(port)  # type: ignore[arg-type]
    _open[port] = link
    link.sendall(_request("GET", path, port, token))
    return _answer(link)


def _warm(port: int, token: str) -> None:
    for _turn in range(20):
        with _connect(port) as link:
            link.sendall(_request("GET", "/Things", port, token))
            _answer(link)


# --- work ------------------------------------------------------------------------------------------------------------


def _written(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _floor(port: int, token: str) -> None:
    """Keep-alive over two processes: an answer held back until a delayed ACK comes would take 40 ms."""
    asked = _request("GET", "/Datastreams?$top=1", port, token)
    _took, waits = _drive(port, [[asked] * 200 for _client in range(CLIENTS)])
    waits.sort()
    held = sum(0.038 < wait < 0.046 for wait in waits)
    print(
        f"{len(waits):,} small answers over {CLIENTS} keep-alive connections: median {1000 * median(waits):.1f} ms,"
        f" 99th {1000 * waits[int(len(waits) * 0.99)]:.1f} ms; {held} within 38 to 46 ms"
    )


def _flush_ms() -> float:
    """What one small write takes until it is on the disk of the node."""
    path = Path(os.environ["GIAPRANH_HOME"]) / "flush"
    with path.open("wb", buffering=0) as file:
        file.write(bytes(1 << 20))
        os.fsync(file.fileno())

        def one() -> None:
            file.seek(0)
            file.write(bytes(8192))
            os.fsync(file.fileno())

        took = milliseconds(one, times=50)
    path.unlink()
    return took


def _checked() -> list[int]:
    """Series of a parameter the program knows: each new row passes its quality checks."""
    from giapranh.water.models import Series

    fields = ("station_id", "sensor_id", "observed_property_id", "unit_symbol")
    known = Series.objects.values(*fields)[0]
    return [Series.objects.create(**known, name=f"c{n}", parameter="do").pk for n in range(CLIENTS)]


def _single(port: int, token: str, streams: list[int], echo: float, name: str) -> None:
    scripts = [
        [
            _request("POST", f"/Datastreams({stream})/Observations", port, token,
                     json.dumps({"phenomenonTime": _written(START + 300 * n), "result": 7 + abs(n % 100 - 50) / 25}).encode())
            for n in range(POSTS * ROUNDS + 40)
        ]
        for stream in streams
    ]  # fmt: skip
    _drive(port, [script[:40] for script in scripts])
    rates, waits, flushes = [], [], [_flush_ms()]
    for turn in range(ROUNDS):
        took, some = _drive(port, [script[40 + turn * POSTS : 40 + (turn + 1) * POSTS] for script in scripts])
        rates.append(CLIENTS * POSTS / took)
        waits += some
        flushes.append(_flush_ms())
    waits.sort()
    print(f"\n{name}, {CLIENTS} keep-alive clients, {ROUNDS} rounds: median {median(rates):,.0f} obs/s"
          f" ({min(rates):,.0f} to {max(rates):,.0f}; aim 2,750)")  # fmt: skip
    print(
        f"one flush to the disk meanwhile: median {median(flushes):.2f} ms ({min(flushes):.2f} to {max(flushes):.2f})"
    )
    tell("median wait; the landing page is 1", 1000 * median(waits), echo)
    tell("99th in a hundred", 1000 * waits[int(len(waits) * 0.99)], echo)


def _drive(port: int, scripts: list[list[bytes]]) -> tuple[float, list[float]]:
    """Every client sends its next request when the answer is there."""
    watch = selectors.DefaultSelector()
    waits: list[float] = []
    start = time.perf_counter()
    for script in scripts:
        link, rest = _connect(port), iter(script)
        link.sendall(next(rest))
        watch.register(link, selectors.EVENT_READ, [rest, time.perf_counter()])
    alive = len(scripts)
    while alive:
        for key, _events in watch.select():
            link: Any = key.fileobj
            answered = link.recv(65536)
            if not answered.startswith(b"HTTP/1.1 20"):
                raise RuntimeError(answered.decode()[:800])
            now = time.perf_counter()
            waits.append(now - key.data[1])
            following = next(key.data[0], None)
            if following is None:
                watch.unregister(link)
                link.close()
                alive -= 1
            else:
                key.data[1] = now
                link.sendall(following)
    return time.perf_counter() - start, waits


def _bulk(port: int, token: str, streams: list[int]) -> None:
    chance = random.Random(1)
    scripts = [
        [_chunk(port, token, streams[sender], n, chance) for n in range(CHUNKS // SENDERS)] for sender in range(SENDERS)
    ]
    for script in scripts:  # makes the tables of the first month
        _send(port, script[:1])
    threads = [threading.Thread(target=_send, args=(port, script[1:])) for script in scripts]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = (CHUNKS - SENDERS) * CHUNK
    rate = rows / (time.perf_counter() - start)
    limit = _bare_copy()
    print(f"\nbulk, {CHUNK} a request, {SENDERS} senders: {rate:,.0f} obs/s (aim 200,000)")
    print(
        f"bare COPY into the same table, one connection: {limit:,.0f} rows/s; ours {rate / limit:.2f} of it", flush=True
    )


def _chunk(port: int, token: str, stream: int, n: int, chance: random.Random) -> bytes:
    rows = [[_written(START + (n * CHUNK + k) * STEP), round(7 + chance.random(), 3)] for k in range(CHUNK)]
    body = [{"Datastream": {"@iot.id": stream}, "components": ["phenomenonTime", "result"], "dataArray": rows}]
    return _request("POST", "/CreateObservations", port, token, json.dumps(body).encode())


def _send(port: int, script: list[bytes]) -> None:
    with _connect(port) as link:
        for request in script:
            link.sendall(request)
            _answer(link)


def _bare_copy(rows: int = 400_000) -> float:
    from django.db import connection

    lines = "".join(
        f"{_written(START + n * STEP)}\t{_written(START)}\t7.125\t999999\t2\t0\t-1\t0\n" for n in range(rows)
    ).encode()
    with connection.cursor() as cursor:
        start = time.perf_counter()
        with cursor.copy(
            "COPY water_observation (time, arrived, value, series_id, flag, reason, status, censored) FROM STDIN"
        ) as copy:
            copy.write(lines)
        took = time.perf_counter() - start
        cursor.execute("DELETE FROM water_observation WHERE series_id = 999999")
        cursor.execute("ANALYZE water_observation")
    return rows / took


def _questions(port: int, token: str, streams: list[int], echo: float) -> None:
    first = streams[0]
    span = f"phenomenonTime ge {_written(START)} and phenomenonTime lt {_written(START + 864_000)}"
    asked = {
        "latest of 20 with $expand (aim 5)": "/Datastreams?$top=20&$expand=Observations($orderby=phenomenonTime desc;$top=1)",
        "$top=1000 newest of a stream (aim 5)": f"/Datastreams({first})/Observations?$top=1000&$orderby=phenomenonTime desc",
        "$top=1000 newest of all": "/Observations?$top=1000&$orderby=phenomenonTime desc",
        "range and value, 100 rows (aim 5)": f"/Datastreams({first})/Observations?$top=100&$filter={span} and result gt 7.9",
        "range and value, 1000 rows": f"/Datastreams({first})/Observations?$top=1000&$filter={span} and result gt 7.9",
        "$count of all, 2 million (aim 2)": "/Observations?$count=true&$top=0",
        "$count by value, 1 million (aim 50)": f"/Datastreams({first})/Observations?$count=true&$top=0&$filter=result gt 7.9",
        "$count by value, all (aim 50)": "/Observations?$count=true&$top=0&$filter=result gt 7.9",
        "Latest, 20 streams": "/Latest",
    }  # fmt: skip
    _open.pop(port).close()  # idle since before the bulk: the server may have given it up
    print(f"\nquestions; the landing page ({echo:.2f} ms) is 1")
    for name, path in asked.items():
        tell(name, milliseconds(lambda path=path: _get(port, token, path), times=25), echo)
    _counted(port, token, {name: path for name, path in asked.items() if "by value" in name}, echo)


def _counted(port: int, token: str, asked: dict[str, str], echo: float) -> None:
    """After the worker's round, every five minutes, which counts the months that are over by value."""
    from django.db import connection

    from giapranh.water.services import month_values

    before = [_get(port, token, path) for path in asked.values()]
    start = time.perf_counter()
    months = month_values.keep()
    took = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('water_monthvalues') / sum(rows)::float8 FROM water_monthvalues")
        size = cursor.fetchone()[0]
    assert before == [_get(port, token, path) for path in asked.values()], "another number"
    print(f"{months} months counted in {took:.1f} s; {size:.2f} bytes an observation")
    for name, path in asked.items():
        tell(f"{name}, after it", milliseconds(lambda path=path: _get(port, token, path), times=25), echo)


if __name__ == "__main__":
    main()
