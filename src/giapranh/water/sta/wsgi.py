"""The short way in beside Django's middleware, for the server; and what both ways have in common."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.http.request import split_domain_port, validate_host
from django.middleware.csrf import CsrfViewMiddleware

from giapranh.kernel.errors import N_, Refused
from giapranh.water.sta import access, door
from giapranh.water.sta.access import Principal
from giapranh.water.sta.errors import Forbidden, Malformed, TooLarge

PREFIX = "/sta/v1.1"
SAFE = {"GET", "HEAD", "OPTIONS"}
Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]
_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def beside(pages: Application) -> Application:
    """``pages`` with this interface in front of it at its own address."""
    gc.freeze()  # what is loaded by now stays: Python's collector need not look through it beside every request

    def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith(PREFIX) and (len(path) == len(PREFIX) or path[len(PREFIX)] == "/"):
            return _serve(environ, start_response)
        return pages(environ, start_response)

    return application


def _serve(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    found = answer(environ)
    headers = [
        ("Content-Type", found.content_type),
        ("Content-Length", str(len(found.body))),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-store"),
        *found.headers,
    ]
    start_response(_STATUS.get(found.status, str(found.status)), headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" or not found.body else [found.body]


def answer(environ: dict[str, Any], user: Any = None) -> door.Answer:
    """``user``: who Django's own middleware found, where it ran."""
    language = _language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    method = environ["REQUEST_METHOD"]
    try:
        asked = door.Asked(
            method=method,
            path=environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")[len(PREFIX) :],
            query=environ.get("QUERY_STRING", ""),
            root=_scheme(environ) + "://" + _host(environ) + PREFIX,
            who=lambda: _who(environ, user),
            body=b"" if method in SAFE or method == "DELETE" else _body(environ),
            content_type=environ.get("CONTENT_TYPE") or "",
            prefer=environ.get("HTTP_PREFER", ""),
            language=language,
        )
    except Refused as refusal:
        return door.refused(refusal, language)
    return door.answer(asked)


def _language(accepted: str) -> str:
    return "en" if accepted[:2].lower() == "en" else "vi"


@lru_cache(maxsize=256)
def _known_host(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def _host(environ: dict[str, Any]) -> str:
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}".removesuffix(":80")
    if not _known_host(host, tuple(settings.ALLOWED_HOSTS)):
        raise Malformed(N_("Máy này không trả lời cho tên miền đã gọi. Hãy thêm nó vào hosts."))
    return str(host)


def _scheme(environ: dict[str, Any]) -> str:
    header = getattr(settings, "SECURE_PROXY_SSL_HEADER", None)
    secure = header is not None and environ.get(header[0], "").split(",")[0].strip() == header[1]
    if getattr(settings, "SECURE_SSL_REDIRECT", False) and not secure:
        raise Forbidden(N_("Máy này chỉ nhận kết nối https."))
    return "https" if secure else "http"


def _body(environ: dict[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    if length:
        if not length.isdigit():
            raise Malformed(N_("Content-Length không phải là số."))
        if int(length) > door.LARGEST_BODY:
            raise _too_large()
        return bytes(environ["wsgi.input"].read(int(length)))
    if not environ.get("HTTP_TRANSFER_ENCODING"):
        return b""
    pieces, size = [], 0
    while piece := environ["wsgi.input"].read(1024 * 1024):
        size += len(piece)
        if size > door.LARGEST_BODY:
            raise _too_large()
        pieces.append(piece)
    return b"".join(pieces)


def _too_large() -> TooLarge:
    return TooLarge(N_("Nội dung gửi lên vượt %(most)d MB."), most=door.LARGEST_BODY // 1024 // 1024)


# --- who -------------------------------------------------------------------------------------------------------------


def _who(environ: dict[str, Any], user: Any) -> Principal:
    return access.of_request(
        environ.get("HTTP_AUTHORIZATION", ""), lambda: _officer(environ) if user is None else _checked(environ, user)
    )


def _officer(environ: dict[str, Any]) -> Any:
    """The officer behind the session cookie, as the pages know him."""
    if f"{settings.SESSION_COOKIE_NAME}=" not in environ.get("HTTP_COOKIE", ""):
        return None
    request = _without_body(environ)
    SessionMiddleware(_nothing).process_request(request)
    user = get_user(request)
    return _checked(environ, user, request) if user.is_authenticated else None


def _checked(environ: dict[str, Any], user: Any, request: Any = None) -> Any:
    """A browser sends its cookie along with anybody's request, so writing by session needs the page's token."""
    if environ["REQUEST_METHOD"] in SAFE or not user.is_authenticated:
        return user
    if request is None:
        request = _without_body(environ)
    guard = CsrfViewMiddleware(_nothing)
    guard.process_request(request)
    if guard.process_view(request, _nothing, (), {}) is not None:
        raise Forbidden(N_("Ghi bằng phiên đăng nhập cần mã X-CSRFToken của trang; máy móc hãy dùng khóa giao diện."))
    return user


def _without_body(environ: dict[str, Any]) -> WSGIRequest:
    """Only the head of the request: its body is ours to read, and the token is to come as a header."""
    return WSGIRequest({**environ, "CONTENT_TYPE": "", "CONTENT_LENGTH": "0", "wsgi.input": BytesIO()})


def _nothing(_request: Any) -> HttpResponse:
    return HttpResponse()
