"""The exchange as a file: make a bundle for a neighbour, take one in."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from giapranh.exchange import permissions, sections, words
from giapranh.exchange.forms.records import BundleForm, MakeForm
from giapranh.exchange.queries import line
from giapranh.exchange.queries.neighbours import names
from giapranh.exchange.services import bundles as deeds
from giapranh.exchange.views import steps
from giapranh.kernel import clock
from giapranh.people.doors import signed_in


@never_cache
@require_safe
def bundles(request: HttpRequest) -> HttpResponse:
    permissions.check_can_look(request.user)
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    peers = list(names().items())
    context = {
        "sections": sections.room(True), "here": "bundles", "peers": peers,
        "may": permissions.can_exchange(request.user), "limit_mb": settings.UPLOAD_LIMIT_BYTES // 1024 // 1024,
        "make_form": more.pop("make_form", None) or MakeForm(peers=peers), "take_form": more.pop("take_form", None) or BundleForm(),
        **more,
    }  # fmt: skip
    return render(request, "exchange/bundles.html", context, status=status)


@require_POST
def make(request: HttpRequest) -> HttpResponseBase:
    """The file goes straight to whoever asked; nothing of it stays here."""
    permissions.check_can_exchange(request.user)
    form = MakeForm(request.POST, peers=list(names().items()))
    at = clock.now()
    with ExitStack() as stack:
        out = stack.enter_context(deeds.spooled())

        def verb(values: dict[str, Any]) -> None:
            deeds.make(values["peer"], out, with_files=values["with_files"], by=signed_in(request), at=at)

        if status := steps.take(form, verb):
            return _page(request, status, make_form=form)
        out.seek(0)
        name = deeds.file_name(form.cleaned_data["peer"], at)
        answer = FileResponse(out, as_attachment=True, filename=name, content_type="application/octet-stream")
        answer._resource_closers.append(stack.pop_all().close)  # type: ignore[attr-defined]
        return answer


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Take a bundle in and say what became of every entry."""
    permissions.check_can_exchange(request.user)
    form = BundleForm(request.POST, request.FILES)
    found: list[Any] = []
    if form.is_valid() and form.cleaned_data["file"].size > settings.UPLOAD_LIMIT_BYTES:
        form.add_error("file", _("Tệp quá lớn để đưa qua trang này: dùng lệnh giapranh exchange apply trên máy chủ."))
        return _page(request, 422, take_form=form)
    if status := steps.take(
        form, lambda v: found.append(deeds.apply(v["file"].file, by=signed_in(request), at=clock.now()))
    ):
        return _page(request, status, take_form=form)
    line.forget()
    taken = found[0]
    counts = [(words.outcome(state), number) for state, number in taken.states.most_common()]
    reasons = [(words.reason(name), words.what_to_do(name), number) for name, number in taken.reasons.most_common()]
    return _page(request, taken=taken, taken_name=names().get(taken.peer, taken.peer), counts=counts, reasons=reasons)
