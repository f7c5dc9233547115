"""A neighbour in the test's own process: a real engine with its own keys behind a web server that may lie as it likes."""

from __future__ import annotations

import base64
import json
import random
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from nacl.public import SealedBox
from nacl.signing import VerifyKey
from tests.exchange.houses import RECORD_KINDS, House
from tests.exchange.ledger.broken_peer import BrokenPeer
from tests.exchange.ledger.nodes import Side, kinds, side

from giapranh.exchange import line
from giapranh.exchange.ledger import agreements, frames, inbox, meeting, outbox, rollback, statements
from giapranh.exchange.ledger.agreement import Clause, Text
from giapranh.exchange.ledger.chain import key_at
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.keys import public_of
from giapranh.exchange.ledger.names import LANES, stream_name
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.rows import Head
from giapranh.exchange.ledger.store import MemoryStore

Lie = Callable[["Handler"], None]


class Stranger:
    """``lies`` maps the beginning of a path to what the server does there instead of the truth."""

    def __init__(self, house: House, node: str = "bac-ninh", certificate: str = "", key: str = "") -> None:
        self.house = house
        self.side: Side = side(node, house.node, random.SystemRandom().randrange(2**32), kinds=kinds())
        self.lies: dict[str, Lie] = {}
        self.originals: dict[str, bytes] = {}
        self.hints = 0
        self.lock = threading.RLock()
        with self.side.store.transaction() as tx:
            meeting.begin(self.side.engine, tx, public_of(self.side.recovery), "Bắc Ninh", self.now())
            self.card = meeting.card(self.side.engine, tx)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"stranger": self}))
        self.server.daemon_threads = True
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def now(self) -> int:
        self.side.now = max(self.side.now + 1, time.time_ns() // 1_000_000)
        return self.side.now

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"

    def meet_and_agree(self) -> None:
        """Twelve words each way; this side proposes, the house signs."""
        card = meeting.read_card(line.fetch_card(self.house.address))
        with self.side.store.transaction() as tx:
            meeting.meet(self.side.engine, tx, card, " ".join(self.house.words), self.now())
        mine = meeting.read_card(self.card)
        self.house.do("meet", address=self.address, words=" ".join(mine.words))
        clauses = [
            Clause(f"{a}-{kind}", a, b, kind, ("name", "level", "text", "file"), purpose="phối hợp", source="Công văn",
                   original=True)
            for a, b in ((self.side.node, self.house.node), (self.house.node, self.side.node))
            for kind in RECORD_KINDS
        ]  # fmt: skip
        parties = sorted((self.side.node, self.house.node))
        self.side.do(agreements.propose, self.house.node, Text(1, (parties[0], parties[1]), tuple(clauses), ""))
        self.heard()
        self.house.do("countersign", peer=self.side.node, version=1)
        self.ask()

    def heard(self) -> dict[str, Any]:
        """The house asks this neighbour for what is new."""
        done: dict[str, Any] = self.house.do("pull", peer=self.side.node)
        return done

    def ask(self) -> None:
        """This neighbour asks the house, as a decent one does."""
        with self.talking() as talk:
            for lane in LANES:
                stream = stream_name(self.house.node, self.side.node, lane)
                while True:
                    with self.side.store.transaction() as tx:
                        stand = inbox.stand(tx, stream)
                    pulled = talk.pull(stream, stand, 500)
                    inbox.receive(self.side.engine, self.side.store, pulled.frames, self.now())
                    if not pulled.more:
                        break

    @contextmanager
    def talking(self) -> Iterator[line.Conversation]:
        with self.side.store.transaction() as tx:
            mine = statements.make(self.side.engine, tx, self.house.node, self.now())
        with line.talk(self.side.engine, self.house.address, "", mine) as (talk, _):
            yield talk

    def share(self, kind: str, record_id: str, **data: Any) -> None:
        with self.lock:
            self.now()
            self.side.share(f"{kind}:{record_id}", kind, **data)

    def forger(self, lane: str = "record") -> BrokenPeer:
        """Signs whatever it likes at the next place of a lane that the house waits for."""
        taker = Side(self.house.node, self.side.node, self.side.engine, MemoryStore(), self.side.rng, b"")
        stream = stream_name(self.side.node, self.house.node, lane)
        epoch, seq, head = self.house.do("head", stream=stream)
        with taker.store.transaction() as tx:
            tx.put(Head(stream, self.side.node, lane, "in", epoch, seq, head, 0))
        self.now()
        return BrokenPeer(self.side, taker, lane)

    def send_instead(self, lane: str, parts: list[bytes], **headers: str) -> None:
        """The next answers of one lane are these bytes."""
        path = f"/streams/{stream_name(self.side.node, self.house.node, lane)}"
        self.lies[path] = lambda handler: handler.say(200, b"".join(parts), frames.CONTENT_TYPE, **headers)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    stranger: Stranger
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        return None

    def handle(self) -> None:
        with suppress(OSError):
            super().handle()

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/exchange/v1")
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)) if self.command == "POST" else b""
        lie = next((lie for begin, lie in self.stranger.lies.items() if path.startswith(begin)), None)
        if lie is not None:
            lie(self)
            return
        with self.stranger.lock:
            getattr(self, "at_" + path.split("/")[1])(path, sent)

    def say(self, status: int, data: bytes, media: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def drip(self, piece: bytes, pause: float, media: str = frames.CONTENT_TYPE) -> None:
        """An answer that never ends."""
        self.send_response(200)
        self.send_header("Content-Type", media)
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(pause)

    def at_card(self, path: str, sent: bytes) -> None:
        self.say(200, self.stranger.card)

    def at_hello(self, path: str, sent: bytes) -> None:
        me, them = self.stranger.side, self.stranger.house.node
        with me.store.transaction() as tx:
            statements.read(me.engine, tx, them, base64.b64decode(self.headers["Giapranh-Statement"]), me.now)
            mine = statements.make(me.engine, tx, them, self.stranger.now())
            key = key_at(tx, stream_name(them, me.node, "record"), 2**53)
        assert key is not None
        self.say(200, json.dumps({"statement": base64.b64encode(mine).decode(), "pass": seal(key.public)}).encode())

    def at_hint(self, path: str, sent: bytes) -> None:
        self.stranger.hints += 1
        self.say(200, b"{}")

    def at_streams(self, path: str, sent: bytes) -> None:
        me, stream = self.stranger.side, path.split("/")[2]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        epoch, _, seq = asked["after"].partition(".")
        with me.store.transaction() as tx:
            stand = Stand(int(epoch), int(seq), asked["hash"])
            served = outbox.serve(me.engine, tx, stream, stand, self.stranger.now(), limit=int(asked["limit"]))
            known = [[s.epoch, s.seq, s.hash] for s in rollback.locator(tx, stream)]
        if served.unknown:
            self.say(409, json.dumps({"locator": known}).encode())
        else:
            self.say(200, b"".join(served.frames), frames.CONTENT_TYPE, Giapranh_More=str(int(served.more)))

    def at_blobs(self, path: str, sent: bytes) -> None:
        data = self.stranger.originals.get(path.split("/")[2])
        if data is None:
            self.say(404, b"{}")
            return
        first, _, last = self.headers["Range"].removeprefix("bytes=").partition("-")
        self.say(206, data[int(first) : int(last) + 1], "application/octet-stream")


def seal(public: str) -> str:
    return SealedBox(VerifyKey(bytes.fromhex(public)).to_curve25519_public_key()).encrypt(secrets.token_bytes(32)).hex()


def write_all(frames_of: list[Frame]) -> list[bytes]:
    return [frames.write(frame) for frame in frames_of]
