"""Meeting a neighbour: our card, the other's card, twelve words each way; and the keys of this node."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.exchange import permissions, sections
from giapranh.exchange.forms.meeting import CardForm, RecoverForm, RotateForm, WordsForm
from giapranh.exchange.queries import neighbours as queries
from giapranh.exchange.services import meeting as deeds
from giapranh.exchange.views import steps
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, NotFound
from giapranh.people.doors import signed_in


def qr(data: bytes) -> SafeString:
    """Dark on white whatever the look of the page: a camera must read it."""
    drawn = segno.make(data, error="m", micro=False).svg_inline(
        scale=4, border=4, light="#fff", svgclass="qr", lineclass=None, title=_("Mã QR của thẻ nút này")
    )
    return mark_safe(drawn)  # noqa: S308 - drawn by segno from bytes, holds no text but our own title


@never_cache
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    permissions.check_can_see(request.user)
    return _card_page(request)


@never_cache
@require_POST
def make_keys(request: HttpRequest) -> HttpResponse:
    """The recovery key stands on the answer to this very request and nowhere else."""
    permissions.check_can_exchange(request.user)
    made = deeds.make_keys(by=signed_in(request), at=clock.now())
    return _card_page(request, recovery=made.recovery)


def _card_page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    shown = queries.my_card()
    may = permissions.can_exchange(request.user)
    context = {
        "sections": sections.room(permissions.can_look(request.user)), "here": "card", "card": shown, "may": may,
        "qr": qr(shown.raw) if shown else "", "rotate_form": more.pop("rotate_form", None) or RotateForm(),
        "recover_form": more.pop("recover_form", None) or RecoverForm(), **more,
    }  # fmt: skip
    return render(request, "exchange/my_card.html", context, status=status)


@require_safe
def card_file(request: HttpRequest) -> HttpResponse:
    permissions.check_can_see(request.user)
    shown = queries.my_card()
    if shown is None:
        raise NotFound(N_("Nút này chưa có khóa trao đổi."))
    answer = HttpResponse(shown.raw, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="the-{shown.node}.json"'
    return answer


@require_POST
def rotate(request: HttpRequest) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    form = RotateForm(request.POST)
    if status := steps.take(form, lambda values: deeds.rotate(by=signed_in(request), at=clock.now())):
        return _card_page(request, status, rotate_form=form)
    messages.success(request, _("Đã đổi khóa; láng giềng được báo ở lần liên lạc tới."))
    return redirect("exchange:card")


@require_POST
def recover(request: HttpRequest) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    form = RecoverForm(request.POST)
    if status := steps.take(
        form, lambda values: deeds.recover(values["recovery"], by=signed_in(request), at=clock.now())
    ):
        return _card_page(request, status, recover_form=form)
    messages.success(request, _("Đã lập khóa mới bằng khóa khôi phục; khóa cũ không còn hiệu lực."))
    return redirect("exchange:card")


@require_http_methods(["GET", "HEAD", "POST"])
def meet(request: HttpRequest) -> HttpResponse:
    """First the card of the other side, then the words it reads out. The card never shows its words here:
    whoever types must have heard them."""
    permissions.check_can_exchange(request.user)
    mine = queries.my_card()
    if mine is None:
        return redirect("exchange:card")
    if request.method == "POST" and "words" in request.POST:
        return _with_words(request)
    form = CardForm(request.POST if request.method == "POST" else None, request.FILES or None)
    if request.method != "POST":
        return _meet_page(request, form=form)
    fetched: list[Any] = []
    status = steps.take(form, lambda values: fetched.append(_card_from(request, values)))
    if status:
        return _meet_page(request, status, form=form)
    values, (seen, raw) = form.cleaned_data, fetched[0]
    words = WordsForm(initial={"card": raw, "address": values["address"], "certificate": values["certificate"]})
    return _meet_page(request, words=words, seen=seen)


def _card_from(request: HttpRequest, values: dict[str, Any]) -> tuple[Any, str]:
    given = values["file"].read() if values["file"] else values["text"].encode()
    address = deeds.clean_address(values["address"])
    deeds.clean_certificate(values["certificate"])
    seen = deeds.read_card(given) if given else deeds.fetch_card(address, values["certificate"], by=signed_in(request))
    return seen, queries.card_text(seen)


def _with_words(request: HttpRequest) -> HttpResponse:
    form = WordsForm(request.POST)
    seen = None
    met: list[str] = []
    if form.is_valid():
        seen = deeds.read_card(form.cleaned_data["card"].encode())

    def verb(values: dict[str, Any]) -> None:
        met.append(
            deeds.meet(
                card=deeds.read_card(values["card"].encode()), typed=values["words"], address=values["address"],
                certificate=values["certificate"], by=signed_in(request), at=clock.now(),
            )
        )  # fmt: skip

    if status := steps.take(form, verb):
        return _meet_page(request, status, words=form, seen=seen)
    messages.success(
        request, _("Đã gặp %(name)s. Bước tiếp theo: soạn thỏa thuận.") % {"name": seen.name if seen else ""}
    )
    return redirect("exchange:agreement", peer=met[0])


def _meet_page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "sections": sections.room(permissions.can_look(request.user)), "here": "neighbours", "card": queries.my_card(),
        **more,
    }  # fmt: skip
    return render(request, "exchange/meet.html", context, status=status)
