"""Refusals that no view caught become an answer with the right status: a page, a fragment for htmx, or JSON."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext

from giapranh.kernel import errors

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

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception) if isinstance(exception, errors.Refused) else None


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
    return render(request, f"{status}.html", {"line": line, "typed": typed}, status=status)


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
