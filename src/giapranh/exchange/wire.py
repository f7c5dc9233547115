"""What a neighbour's node asks of ours, over HTTPS. Nothing here trusts the line: entries are signed, passes sealed.

GET  /exchange/v1/card                   its name and public keys
POST /exchange/v1/hello                  its signed heads (header Giapranh-Statement) -> ours, and a pass
GET  /exchange/v1/streams/<stream>       ?after=<epoch>.<seq>&hash=<hash>&limit=<n> -> frames, or 409 with a locator
POST /exchange/v1/streams/<stream>       frames of ours that we no longer know (after a restore)
GET  /exchange/v1/blobs/<sha256>         with Range
POST /exchange/v1/hint                   "something waits for you"
"""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
    UnreadablePostError,
)  # fmt: skip
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from giapranh.exchange import files, passes, seeds
from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import blobs, frames, outbox, rollback, statements
from giapranh.exchange.ledger.chain import key_at
from giapranh.exchange.ledger.engine import Engine
from giapranh.exchange.ledger.names import HEX64, read_stream, stream_name
from giapranh.exchange.ledger.outbox import Stand
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.services import hearing, lines, meeting
from giapranh.kernel.errors import Refused
from giapranh.people import queries as people

STATEMENT_HEADER = "Giapranh-Statement"
STATEMENT_LIMIT = 16_384
REQUESTS_A_MINUTE = 600  # of one neighbour; the alert lane has as many of its own
GIVING_AT_ONCE = 2  # threads of one process that may wait for bodies, one a neighbour: the server has four
GRACE_SECONDS = 10.0
BYTES_A_SECOND = 1_024  # the slowest line that is waited for, after the grace
RETURNED_LIMIT = 64 * 1024 * 1024
PIECE = 1_024  # of a body: the server gives nothing before all of a piece is there

View = Callable[..., HttpResponseBase]


def _public(view: View) -> View:
    """Open to nobody's browser: neighbours prove themselves by their keys, so no sign-in and no CSRF token."""
    view = csrf_exempt(view)
    view.is_public = True  # type: ignore[attr-defined]
    return view


def _refuse(status: int, reason: str) -> JsonResponse:
    return JsonResponse({"refused": reason}, status=status)


def _with_pass(view: View) -> View:
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        peer = passes.holder(token) if scheme == "Bearer" else None
        if peer is None:
            return _refuse(401, "no-pass")
        lane = str(kwargs.get("stream", "")).rpartition(".")[2]
        if _too_many(f"{peer}.{'alert' if lane == 'alert' else 'other'}"):
            return _refuse(429, "too-many-requests")
        try:
            return view(request, peer, *args, **kwargs)
        except Broken as error:
            return _refuse(400, error.reason)
        except Refused as error:
            return _refuse(503, error.code)

    return checked


def _too_many(name: str) -> bool:
    key = f"exchange-rate-{name}-{now_ms() // 60_000}"
    cache.add(key, 0, 120)
    try:
        return cache.incr(key) > REQUESTS_A_MINUTE
    except ValueError:  # the key went away between the two calls
        return False


@_public
@require_GET
def card(request: HttpRequest) -> HttpResponseBase:
    """Who this node says it is: public keys and a name. The twelve words make it believable."""
    shown = meeting.card()
    if shown is None:
        return _refuse(404, "no-keys")
    return HttpResponse(shown, content_type="application/json")


@_public
@require_POST
def hello(request: HttpRequest) -> HttpResponseBase:
    """The neighbour shows its heads; we show ours, and give it a pass that only its key can open.

    Nothing of the body is read: a stranger that drips one byte a minute would hold a thread of the server for ever.
    """
    if people.node() is None or not seeds.exist():
        return _refuse(403, "no-keys")
    try:
        data = _statement(request)
        me = engine()
        said = statements.parse(data)
        hearing.hear(said.node, data)
        if _too_many(f"{said.node}.hello"):
            return _refuse(429, "too-many-requests")
        with store().transaction() as tx:
            mine = statements.make(me, tx, said.node, now_ms())
            key = key_at(tx, stream_name(said.node, me.node, "record"), 2**53)
    except Broken as error:
        return _refuse(403, error.reason)
    except Refused as error:
        return _refuse(503, error.code)
    if key is None:
        return _refuse(403, "unknown-peer")
    return JsonResponse(
        {"statement": base64.b64encode(mine).decode("ascii"), "pass": passes.issue(said.node, key.public)}
    )


def _statement(request: HttpRequest) -> bytes:
    text = request.headers.get(STATEMENT_HEADER, "")
    if not text or len(text) > STATEMENT_LIMIT:
        raise Broken("bad-envelope", "statement")
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Broken("bad-envelope", "base64") from None


@_public
@require_http_methods(["GET", "POST"])
@_with_pass
def stream(request: HttpRequest, peer: str, stream: str) -> HttpResponseBase:
    me = engine()
    route = read_stream(stream)
    if (route.giver, route.taker) != (me.node, peer):
        return _refuse(403, "another-peer")
    return _serve(request, me, stream) if request.method == "GET" else _given_back(request, me, stream)


def _serve(request: HttpRequest, me: Engine, stream: str) -> HttpResponseBase:
    stand = _stand(request.GET.get("after", "0.0"), request.GET.get("hash", ""))
    limit = _number(request.GET.get("limit", "500"), 1, 500)
    with store().transaction() as tx:
        served = outbox.serve(me, tx, stream, stand, now_ms(), limit=limit)
        if served.unknown:
            known = [[s.epoch, s.seq, s.hash] for s in rollback.locator(tx, stream)]
            return JsonResponse({"refused": "unknown-head", "locator": known}, status=409)
    answer = StreamingHttpResponse(iter(served.frames), content_type=frames.CONTENT_TYPE)
    answer["Giapranh-More"] = "1" if served.more else "0"
    return answer


def _given_back(request: HttpRequest, me: Engine, stream: str) -> HttpResponseBase:
    if request.content_type != frames.CONTENT_TYPE:
        return _refuse(415, "wrong-content-type")
    if not 0 <= _number(request.headers.get("Content-Length", ""), 0, 2**53) <= RETURNED_LIMIT:
        return _refuse(413, "too-large")
    if not _begin_giving(peer := read_stream(stream).taker):
        return _refuse(429, "one-at-a-time")
    try:
        return _take_back(request, me, stream)
    finally:
        with _giving_lock:
            _giving.discard(peer)


_giving: set[str] = set()
_giving_lock = threading.Lock()


def _begin_giving(peer: str) -> bool:
    """The server waits for a body as long as its sender likes, so what waits is counted here, without an end in time:
    a neighbour that falls silent in the middle holds one thread of this process, and all of them never the last two."""
    with _giving_lock:
        if peer in _giving or len(_giving) >= GIVING_AT_ONCE:
            return False
        _giving.add(peer)
        return True


class TooSlow(Exception):
    """Bytes come, but so few that somebody only wants to hold the thread."""


def _take_back(request: HttpRequest, me: Engine, stream: str) -> HttpResponseBase:
    left, begin = [RETURNED_LIMIT], time.monotonic()

    def bounded(size: int) -> bytes:
        data = request.read(min(size, left[0], PIECE))
        left[0] -= len(data)
        if time.monotonic() - begin > GRACE_SECONDS + (RETURNED_LIMIT - left[0]) / BYTES_A_SECOND:
            raise TooSlow
        return data

    try:
        given = list(frames.read(bounded, me.limits))
    except (UnreadablePostError, TooSlow):
        return _refuse(408, "too-slow")
    with store().transaction() as tx:
        taken = rollback.take_back(me, tx, stream, given, now_ms())
    return JsonResponse({"returned": taken.returned, "rebased": taken.rebased, "conflicts": list(taken.conflicts)})


@_public
@require_GET
@_with_pass
def blob(request: HttpRequest, peer: str, sha256: str) -> HttpResponseBase:
    if not HEX64.fullmatch(sha256):
        return _refuse(404, "no-such-blob")
    with store().transaction() as tx:
        allowed = blobs.may_have(tx, engine(), peer, sha256)
    file = files.open_file(sha256) if allowed else None
    if file is None:
        return _refuse(404, "no-such-blob")
    begin = re.fullmatch(r"bytes=(\d{1,15})-(\d{1,15})", request.headers.get("Range", ""), re.ASCII)
    if begin is None:
        return FileResponse(file, content_type="application/octet-stream")
    start, last = int(begin[1]), int(begin[2])
    if last < start:
        file.close()
        return _refuse(416, "bad-range")
    answer = HttpResponse(
        b"".join(files.pieces(file, start, min(last - start + 1, blobs.PIECE))),
        content_type="application/octet-stream", status=206,
    )  # fmt: skip
    file.close()
    return answer


@_public
@require_POST
@_with_pass
def hint(request: HttpRequest, peer: str) -> HttpResponseBase:
    """Something waits for us there: fetch soon, not at the next round."""
    lines.was_hinted(peer)
    return JsonResponse({"heard": True})


def _stand(after: str, head: str) -> Stand:
    epoch, _, seq = after.partition(".")
    if not re.fullmatch(r"[0-9a-f]{64}|", head):
        raise Broken("bad-header", "hash")
    return Stand(_number(epoch, 0, 2**53), _number(seq, 0, 2**53), head)


def _number(text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"\d{1,16}", text, re.ASCII) or not low <= int(text) <= high:
        raise Broken("bad-header", "number")
    return int(text)
