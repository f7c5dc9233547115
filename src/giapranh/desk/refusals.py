"""Refusals that no view caught become an answer with the right status: a page, a fragment for htmx, or JSON."""

from __future__ import annotations

from collections.abc import Callable
from unicodedata import is_normalized

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext

from giapranh.kernel import errors
from giapranh.kernel.text import nfc

STATUS: dict[type[errors.Refused], int] = {
    errors.BadInput: 422,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Unavailable: 503,
}


def status_of(refusal: errors.Refused) -> int:
    """The HTTP status of a refusal."""
    return next((status for kind, status in STATUS.items() if isinstance(refusal, kind)), 400)


def line_of(refusal: errors.Refused) -> str:
    """The refusal in the reader's language."""
    return refusal.render(gettext)


class RefusalMiddleware:
    """``process_exception`` for the tree of ``kernel.errors``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """The sign NUL is in nothing that anybody types, and no text of the database can hold it."""
        sent = (request.GET, request.POST) if request.method == "POST" else (request.GET,)
        if any("\0" in value for values in sent for name in values for value in values.getlist(name)):
            return answer(request, errors.BadInput(errors.N_("Chữ gửi lên chứa ký tự hỏng. Hãy gõ lại rồi gửi.")))
        compose(request)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception) if isinstance(exception, errors.Refused) else None


def compose(request: HttpRequest) -> None:
    """Some keyboards and every Mac send letters and marks apart; from here on there is one form of every word."""
    request.GET = _composed(request.GET)  # type: ignore[assignment, unused-ignore]  # a plain QueryDict does as well
    if request.method == "POST":
        request.POST = _composed(request.POST)  # type: ignore[assignment]


def _composed(sent: QueryDict) -> QueryDict:
    if all(is_normalized("NFC", value) for name in sent for value in (name, *sent.getlist(name))):
        return sent
    found = sent.copy()
    for name in sent:
        del found[name]
        found.setlist(nfc(name), [nfc(value) for value in sent.getlist(name)])
    return found


def answer(request: HttpRequest, refusal: errors.Refused) -> HttpResponse:
    """The answer to a refusal in the form the asker can read."""
    status, line = status_of(refusal), line_of(refusal)
    if wants_json(request):
        return JsonResponse({"code": refusal.stable_code, "message": line}, status=status)
    if getattr(request, "htmx", False):
        # The page stays as it is, with everything typed; only the line appears above it.
        answered = render(request, "desk/refusal_part.html", {"line": line}, status=status)
        answered["HX-Retarget"] = "#frame-refusal"
        answered["HX-Reswap"] = "innerHTML"
        return answered
    typed = _typed(request) if request.method == "POST" else []
    # The menu stays around a refusal; where a part of the machine is missing, the page asks for nothing.
    inside = status != 503 and bool(getattr(request, "user", None) and request.user.is_authenticated)
    base = "frame.html" if inside else "frame_plain.html"
    shown = {"line": line, "typed": typed, "status": status, "refusal_base": base}
    return render(request, f"{status}.html", shown, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Addresses that no room has."""
    return answer(
        request, errors.NotFound(errors.N_("Không có trang hay bản ghi nào ở địa chỉ này, hoặc bạn chưa được xem."))
    )


def wants_json(request: HttpRequest) -> bool:
    """True for a program: an API address, or JSON preferred to HTML."""
    accept = request.headers.get("Accept", "")
    return request.path.startswith("/api/") or ("application/json" in accept and "text/html" not in accept)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What the person typed, to be shown and copied: nothing typed is lost with a refusal."""
    secret = ("csrf", "password", "secret", "code")
    return [
        (name, value)
        for name in request.POST
        if not any(word in name.lower() for word in secret)
        for value in request.POST.getlist(name)
        if len(value.strip()) > 20
    ]
