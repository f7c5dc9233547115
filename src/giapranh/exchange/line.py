"""Our side of the line: asking a neighbour's node, over HTTPS, with its certificate pinned when one is set."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from giapranh.exchange import passes
from giapranh.exchange.ledger import frames, statements
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.reasons import Broken
from giapranh.kernel.errors import N_, Unavailable

TIMEOUT = httpx.Timeout(20.0, connect=10.0)
ANSWER_LIMIT = 256 * 1024 * 1024
KEPT_AT_ONCE = 64 * 1024 * 1024
ANSWER_SECONDS = 120.0  # one answer, however slowly its bytes drip
SMALL = 1024 * 1024


class LineDown(Unavailable):
    """The neighbour cannot be reached now; everything waits and nothing is lost."""

    code = "line_down"


class BlobGone(Unavailable):
    """The neighbour has not got (or no longer gives) a file it named; the record waits, the rest goes on."""

    code = "blob_gone"


@dataclass(frozen=True, slots=True)
class Pulled:
    frames: list[Frame]
    more: bool
    locator: list[Stand] | None  # set when the neighbour no longer knows what we hold of its stream


class Conversation:
    """One talk with one neighbour, after both have shown their heads."""

    def __init__(self, client: httpx.Client, me: Engine, token: str) -> None:
        self.client, self.me, self.headers = client, me, {"Authorization": f"Bearer {token}"}

    def pull(self, stream: str, stand: Stand, limit: int) -> Pulled:
        query = {"after": f"{stand.epoch}.{stand.seq}", "hash": stand.hash, "limit": str(limit)}
        with self._ask("GET", f"streams/{stream}", params=query) as answer:
            if answer.status_code == 409:
                return Pulled([], False, _locator(_json(answer).get("locator")))
            _expect(answer, 200)
            if answer.headers.get("Content-Type", "").partition(";")[0].strip() != frames.CONTENT_TYPE:
                raise LineDown(N_("Địa chỉ này không phải một nút Giáp Ranh."))
            source = _Bounded(answer)
            found, full = _some(frames.read(source.read, self.me.limits), limit, source.end)
            return Pulled(found, full or answer.headers.get("Giapranh-More") == "1", None)

    def give_back(self, stream: str, parts: list[bytes]) -> dict[str, Any]:
        said = {**self.headers, "Content-Type": frames.CONTENT_TYPE}
        with self._ask("POST", f"streams/{stream}", content=b"".join(parts), headers=said) as answer:
            _expect(answer, 200)
            return _json(answer)

    def piece(self, sha256: str, offset: int, size: int) -> bytes:
        extra = {"Range": f"bytes={offset}-{offset + size - 1}"}
        with self._ask("GET", f"blobs/{sha256}", headers={**self.headers, **extra}) as answer:
            if answer.status_code == 404:
                raise BlobGone(N_("Láng giềng chưa có tệp %(sha256)s."), sha256=sha256[:12])
            _expect(answer, 206)
            return _read(answer, size)

    def hint(self) -> None:
        with self._ask("POST", "hint") as answer:
            _expect(answer, 200)

    @contextmanager
    def _ask(self, method: str, path: str, **options: Any) -> Iterator[httpx.Response]:
        options.setdefault("headers", self.headers)
        with _errors(), _in_time(self.client), self.client.stream(method, path, **options) as answer:
            yield answer


@contextmanager
def talk(me: Engine, address: str, certificate: str, statement: bytes) -> Iterator[tuple[Conversation, bytes]]:
    """Open a conversation: the neighbour's signed heads come with it, unchecked."""
    with _errors(), _client(address, certificate) as client:
        shown = {"Giapranh-Statement": base64.b64encode(statement).decode("ascii")}
        with _in_time(client), client.stream("POST", "hello", headers=shown) as answer:
            _expect(answer, 200)
            said = _json(answer)
        try:
            theirs = base64.b64decode(said["statement"], validate=True)
            token = _open(me, str(said["pass"]))
        except (KeyError, ValueError, TypeError):
            raise LineDown(N_("Địa chỉ này không phải một nút Giáp Ranh.")) from None
        yield Conversation(client, me, token), theirs


def fetch_card(address: str, certificate: str = "") -> bytes:
    """The card a node shows to whoever asks; nobody should believe it before the words were compared."""
    with (
        _errors(),
        _client(address, certificate) as client,
        _in_time(client),
        client.stream("GET", "card") as answer,
    ):
        _expect(answer, 200)
        return _read(answer, SMALL)


def _client(address: str, certificate: str) -> httpx.Client:
    return httpx.Client(
        base_url=address.rstrip("/") + "/exchange/v1/", timeout=TIMEOUT, verify=_trust(certificate),
        follow_redirects=False, trust_env=False, headers={"Accept-Encoding": "identity"},
    )  # fmt: skip


def _open(me: Engine, sealed: str) -> str:
    """The pass is sealed to the key the neighbour believes is our present one."""
    for public in reversed(me.keys.public):
        try:
            return passes.open_pass(me.keys, public, sealed)
        except Broken:
            continue
    raise LineDown(N_("Láng giềng không nhận ra khóa của nút này."))


def _trust(certificate: str) -> ssl.SSLContext | bool:
    if not certificate.strip():
        return True
    context = ssl.create_default_context(cadata=certificate)
    context.check_hostname = False  # the certificate itself is what was agreed, whatever name it bears
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


@contextmanager
def _in_time(client: httpx.Client) -> Iterator[None]:
    """The timeouts above are of single reads: a header that drips for ever ends here, with the connection."""
    watch = threading.Timer(ANSWER_SECONDS + 5, client.close)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as error:
        raise LineDown(
            N_("Không liên lạc được: bên kia không trả lời kịp, đường truyền chậm hoặc máy đang tắt.")
        ) from error
    except httpx.ConnectError as error:
        raise LineDown(_why_not_connected(error)) from error
    except httpx.HTTPError as error:
        raise LineDown(
            N_("Không liên lạc được với láng giềng (%(why)s)."), why=str(error) or type(error).__name__
        ) from error
    except (OSError, RuntimeError, httpx.InvalidURL) as error:  # RuntimeError: the client was closed over our head
        raise LineDown(N_("Không liên lạc được với láng giềng (%(why)s)."), why=str(error)) from error


def _why_not_connected(error: httpx.ConnectError) -> str:
    """The three causes an officer can tell the neighbour about; the system's own words are English."""
    said = str(error).lower()
    if "certificate" in said or "ssl" in said or "tls" in said:
        return N_("Không liên lạc được: chứng thư của máy bên kia không đúng; hỏi bên kia có đổi chứng thư không.")
    if "name" in said or "getaddrinfo" in said or "nodename" in said:
        return N_("Không liên lạc được: không tìm thấy địa chỉ của bên kia; xem lại địa chỉ, hoặc mạng ở đây đang mất.")
    return N_("Không liên lạc được: máy bên kia đang tắt, sai cổng, hoặc bị tường lửa chặn.")


def _expect(answer: httpx.Response, status: int) -> None:
    if answer.status_code == status:
        return
    reason = _json(answer).get("refused", "") if answer.status_code < 500 else ""
    raise LineDown(N_("Láng giềng trả lời %(status)s %(reason)s."), status=answer.status_code, reason=str(reason)[:60])


def _some(source: Iterator[Frame], limit: int, end: float) -> tuple[list[Frame], bool]:
    """As many frames as were asked for and fit into memory and time; whatever follows is asked for again.

    What came whole before an answer broke off is used: on a bad line every attempt gets a little further.
    """
    found: list[Frame] = []
    size = 0
    try:
        for frame in source:
            found.append(frame)
            size += len(frame.first) + len(frame.second)
            if len(found) >= limit or size > KEPT_AT_ONCE or time.monotonic() > end - ANSWER_SECONDS / 2:
                return found, True
    except (Broken, LineDown, httpx.HTTPError):
        if not found:
            raise
        return found, True
    return found, False


def _locator(known: Any) -> list[Stand]:
    try:
        return [statements.read_stand(f"{epoch}.{seq}.{head}") for epoch, seq, head in known[:200]]
    except (TypeError, ValueError, Broken):
        raise LineDown(N_("Địa chỉ này không phải một nút Giáp Ranh.")) from None


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        value = json.loads(_read(answer, SMALL))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _read(answer: httpx.Response, limit: int) -> bytes:
    data, end = b"", time.monotonic() + ANSWER_SECONDS
    for piece in answer.iter_raw():
        data += piece
        _check_bounds(limit - len(data), end)
    return data


def _check_bounds(left: int, end: float) -> None:
    if left < 0:
        raise LineDown(N_("Láng giềng gửi nhiều hơn mức cho phép; đã ngắt."))
    if time.monotonic() > end:
        raise LineDown(N_("Láng giềng gửi quá chậm; đã ngắt, lần sau đi tiếp từ chỗ dở."))


class _Bounded:
    """``read(n)`` of an answer as it comes, never more than the limit in all."""

    def __init__(self, answer: httpx.Response) -> None:
        self.pieces, self.buffer, self.left = answer.iter_raw(), b"", ANSWER_LIMIT
        self.end = time.monotonic() + ANSWER_SECONDS

    def read(self, size: int) -> bytes:
        if not self.buffer:
            self.buffer = next(self.pieces, b"")
            self.left -= len(self.buffer)
            _check_bounds(self.left, self.end)
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data
