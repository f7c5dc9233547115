"""Every refusal of the API has one shape: {"code": …, "message": …} with the right status."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from giapranh.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, Refused, Unavailable

STATUS: dict[type[Refused], int] = {BadInput: 422, NotAllowed: 403, NotFound: 404, Conflict: 409, Unavailable: 503}


class Refusal(Schema):
    """What went wrong: ``code`` stays the same from version to version, ``message`` is for people."""

    code: str
    message: str


class BadValues(Refusal):
    """Which values were not understood: where each stands, and why."""

    values: list[dict[str, str]]


def status_of(refusal: Refused) -> int:
    return next((status for kind, status in STATUS.items() if isinstance(refusal, kind)), 400)


def install(api: NinjaAPI) -> None:
    """Give ``api`` its answers to refusals."""

    def say(request: HttpRequest, status: int, code: str, message: str, **more: Any) -> HttpResponse:
        return api.create_response(request, {"code": code, "message": message, **more}, status=status)

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
        return say(request, status_of(refusal), refusal.stable_code, refusal.render(_))

    @api.exception_handler(ValidationError)
    def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
        values = [{"where": ".".join(map(str, each["loc"])), "why": str(each["msg"])} for each in error.errors]
        return say(request, 422, "bad_values", _("Có giá trị gửi lên chưa đúng."), values=values)

    @api.exception_handler(AuthenticationError)
    def nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return say(request, 401, "sign_in", _("Cần đăng nhập."))

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return say(request, error.status_code, "refused", str(error))

    @api.exception_handler(Http404)
    def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
        return say(request, 404, "not_found", _("Không có địa chỉ này."))
