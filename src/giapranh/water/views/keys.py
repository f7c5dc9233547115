"""The keys by which machines come in: who has one, making one, withdrawing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import Refused
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import refused_line
from giapranh.water.forms.keys import KeyForm
from giapranh.water.queries import keys as queries
from giapranh.water.services import keys as services
from giapranh.water.sta.access import forget_keys


@never_cache
@require_http_methods(["GET", "POST"])
def listed(request: HttpRequest) -> HttpResponse:
    """The token of a new key stands on the answer to this very request and nowhere else."""
    user = signed_in(request)
    keeps = not (request.method == "GET" and queries.only_reads(user))
    if keeps:
        services.check_can_keep_keys(user)
    form = _form(request, request.POST or None)
    token = ""
    if request.method == "POST" and form.is_valid():
        try:
            token = _made(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            form = _form(request, None)
    rows = list(queries.keys(request.user))
    context = {
        "form": form,
        "token": token,
        "rows": rows,
        "today": today(),
        "address": _address(request),
        "keeps": keeps,
    }
    return render(request, "water/keys.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw(request: HttpRequest, api_key_id: int) -> HttpResponse:
    key = services.withdraw_key(key_id=api_key_id, by=signed_in(request), at=now())
    forget_keys()
    messages.success(request, _("Đã thu khóa “%(name)s”: máy dùng khóa này không vào được nữa.") % {"name": key.name})
    return redirect("water:keys")


def _form(request: HttpRequest, posted: Any) -> KeyForm:
    user = request.user
    return KeyForm(posted, offices=queries.offices(user), scopes=services.SCOPES, stations=queries.stations(user),
                   today=today())  # fmt: skip


def _made(request: HttpRequest, values: dict[str, Any]) -> str:
    office = queries.office(request.user, values["office"])
    if office is None:
        raise services.BadKey(services.NO_OFFICE)
    chosen = queries.stations(request.user).filter(pk__in=values["stations"])
    _key, token = services.make_key(
        name=values["name"], office=office, scope=values["scope"], stations=list(chosen),
        expires_on=values["expires_on"], by=signed_in(request), at=now(),
    )  # fmt: skip
    return token


def _address(request: HttpRequest) -> str:
    return request.build_absolute_uri("/sta/v1.1")
