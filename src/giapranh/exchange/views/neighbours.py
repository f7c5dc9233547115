"""What did they get, what do they owe: the neighbours, one neighbour, its line, its heads, the nightly checks."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.exchange import permissions, sections
from giapranh.exchange.forms.meeting import LineForm
from giapranh.exchange.house import now_ms
from giapranh.exchange.queries import line as line_query
from giapranh.exchange.queries import neighbours as queries
from giapranh.exchange.services import knowing, lines, meeting
from giapranh.exchange.views import steps
from giapranh.kernel import clock
from giapranh.people.doors import signed_in


@require_safe
def neighbours(request: HttpRequest) -> HttpResponse:
    permissions.check_can_see(request.user)
    looks = permissions.can_look(request.user)
    names = queries.names()
    card = queries.my_card()
    context = {
        "sections": sections.room(looks), "here": "neighbours", "card": card, "looks": looks,
        "neighbours": [queries.neighbour(node) for node in names] if card else [], "names": names,
        "may": permissions.can_exchange(request.user), "checks": queries.checks() if looks else None,
    }  # fmt: skip
    return render(request, "exchange/neighbours.html", context)


@require_safe
def neighbour(request: HttpRequest, peer: str) -> HttpResponse:
    permissions.check_can_see(request.user)
    looks = permissions.can_look(request.user)
    pressed = request.GET.get("goi", "")
    asked = queries.asked(peer, int(pressed)) if re.fullmatch(r"\d{1,15}", pressed, re.ASCII) else None
    if asked is not None and request.headers.get("HX-Request"):
        return render(request, "exchange/asked.html", {"asked": asked, "peer": queries.get_peer(peer)})
    found = queries.neighbour(peer)
    context = {
        "asked": asked, "peer": found,
        "sections": sections.of_one(peer, looks), "here": "neighbour", "n": found, "lanes": queries.lane_rows(found),
        "looks": looks, "may": permissions.can_exchange(request.user), "card": queries.my_card(),
    }  # fmt: skip
    return render(request, "exchange/neighbour.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, peer: str) -> HttpResponse:
    """How the neighbour is reached."""
    permissions.check_can_look(request.user)
    row = queries.get_peer(peer)
    known = lines.of(peer)
    initial = {
        "address": known.address if known else "", "certificate": known.certificate if known else "",
        "enabled": known.enabled if known else True,
    }  # fmt: skip
    posted = request.method == "POST"
    form = LineForm(request.POST if posted else None, initial=initial)
    status = 200
    if posted:
        permissions.check_can_exchange(request.user)
        status = steps.take(
            form, lambda values: meeting.set_line(peer, **values, by=signed_in(request), at=clock.now())
        )
        if not status:
            messages.success(request, _("Đã lưu đường truyền; lần gọi tới dùng địa chỉ này."))
            return redirect("exchange:line", peer=peer)
    context = {
        "sections": sections.of_one(peer, True), "here": "line", "peer": row, "line": known, "form": form,
        "may": permissions.can_exchange(request.user),
    }  # fmt: skip
    return render(request, "exchange/line.html", context, status=status or 200)


@require_POST
def ask_now(request: HttpRequest, peer: str) -> HttpResponse:
    """The worker's next round begins with this neighbour; the page asks again and again what came of it."""
    permissions.check_can_exchange(request.user)
    queries.get_peer(peer)
    lines.was_hinted(peer)
    line_query.forget()
    return redirect(f"{reverse('exchange:neighbour', args=[peer])}?goi={now_ms()}")


@require_POST
def know(request: HttpRequest, peer: str) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    queries.get_peer(peer)
    kind, mark = (request.POST.get(name, "")[:200] for name in ("kind", "mark"))
    knowing.know(peer, kind, mark, by=signed_in(request), at=clock.now())
    messages.success(request, _("Đã ghi là đã biết; nếu xảy ra lần nữa, điều này lại hiện ra."))
    return redirect("exchange:neighbour", peer=peer)


@require_safe
def heads(request: HttpRequest, peer: str) -> HttpResponse:
    """For the quarterly minutes: where both ledgers end, as both sides see it."""
    permissions.check_can_look(request.user)
    mine, theirs, at = queries.heads(peer)
    context = {
        "sections": sections.of_one(peer, True), "here": "heads", "n": queries.neighbour(peer), "mine": mine,
        "theirs": theirs, "theirs_at": at, "now": clock.now(), "card": queries.my_card(),
    }  # fmt: skip
    return render(request, "exchange/heads.html", context)


@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    permissions.check_can_look(request.user)
    found = queries.checks()
    context = {"sections": sections.room(True), "here": "checks", "checks": found}
    return render(request, "exchange/checks.html", context)
