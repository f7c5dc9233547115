"""Leafing through the ledgers: streams, entries, quarantine, proofs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from giapranh.exchange import permissions, sections, verifier, words
from giapranh.exchange.queries import ledger as queries
from giapranh.exchange.queries import line
from giapranh.exchange.queries.neighbours import get_peer
from giapranh.exchange.services import records as deeds
from giapranh.kernel import clock
from giapranh.kernel.tables import Column, Status, Table
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import workbook

VERIFIER = "giapranh_verify.py"


@require_safe
def ledger(request: HttpRequest, peer: str) -> HttpResponse:
    """One stream at a time; the head first."""
    permissions.check_can_look(request.user)
    row, streams = get_peer(peer), queries.streams(peer)
    asked = request.GET.get("so", "")
    chosen = next((one for one in streams if one.name == asked), None) or _first(streams)
    table = Table.of(
        queries.places(chosen.name, peer),
        [
            Column("seq", _("Số"), "number", field="seq", filterable=False),
            Column("at", _("Lúc"), "date", value=lambda place: words.moment(place.at), sort_field="at", filterable=False),
            Column("kind", _("Loại"), value=lambda place: words.kind_title(place.kind), field="kind",
                   choices=_kinds()),
            Column("title", _("Hồ sơ"), value=queries.title_of, filterable=False, sortable=False),
            Column("subject", _("Mã hồ sơ"), field="subject", hidden=True),
            Column("state", _("Tình trạng"), "status", value=_state, field="state",
                   choices=[(key, str(word)) for key, (word, _tone, _icon) in words.STATES.items()]),
            Column("reason", _("Lý do"), value=lambda place: words.reason(place.reason), filterable=False,
                   sortable=False),
            Column("hash", _("Mã băm"), field="hash", hidden=True),
        ],
        request.GET, title=_("Sổ cái"), sort="-seq", empty=_("Sổ này chưa có mục nào."),
        row_url=lambda place: f"/lang-gieng/nut/{peer}/so/{place.stream}/{place.seq}/",
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, f"so-{chosen.name}")
    context = {
        "sections": sections.of_one(peer, True), "here": "ledger", "peer": row, "streams": streams, "chosen": chosen,
        "table": table,
    }  # fmt: skip
    return render(request, "exchange/ledger.html", context)


def _first(streams: list[queries.Stream]) -> queries.Stream:
    return max(streams, key=lambda one: (one.outgoing, one.seq > 0, one.seq))


def _kinds() -> list[tuple[str, str]]:
    from giapranh.exchange.queries.agreement import kind_choices

    return kind_choices() + [(key, str(word)) for key, word in words.CONTROL.items()]


def _state(place: Any) -> Status:
    word, tone, icon = words.STATES.get(place.state, (place.state, "", "minus"))
    return Status(str(word), tone, icon)


@require_safe
def entry(request: HttpRequest, peer: str, stream: str, seq: int) -> HttpResponse:
    permissions.check_can_look(request.user)
    get_peer(peer)
    found = queries.entry(peer, stream, seq)
    context = {
        "sections": sections.of_one(peer, True), "here": "ledger", "e": found,
        "state": _state(found), "may": permissions.can_exchange(request.user),
        "illustrative": bool(found.data and found.data.get("illustrative")),
    }  # fmt: skip
    return render(request, "exchange/entry.html", context)


@require_safe
def quarantine(request: HttpRequest) -> HttpResponse:
    """What was not taken in, why, and what to do."""
    permissions.check_can_look(request.user)
    context = {
        "sections": sections.room(True), "here": "quarantine", "quarantined": queries.aside("quarantined"),
        "parked": queries.aside("parked"), "may": permissions.can_exchange(request.user),
    }  # fmt: skip
    return render(request, "exchange/quarantine.html", context)


@require_POST
def judge_again(request: HttpRequest, stream: str, seq: int) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    outcome = deeds.judge_again(stream, seq, by=signed_in(request), at=clock.now())
    line.forget()
    if outcome is None:
        messages.warning(request, _("Đã xét lại, vẫn chưa nhận được: lý do cũ vẫn còn."))
    elif outcome.state == "applied":
        messages.success(request, _("Đã xét lại: mục này nay đã được áp dụng."))
    else:
        messages.warning(request, _("Đã xét lại, vẫn chưa nhận được: %(why)s") % {"why": words.reason(outcome.reason)})
    return redirect("exchange:quarantine")


@require_safe
def proof(request: HttpRequest, peer: str, subject: str) -> HttpResponseBase:
    """A record with its history and receipts, as one file for an auditor."""
    permissions.check_can_look(request.user)
    get_peer(peer)
    answer = StreamingHttpResponse(queries.proof_lines(peer, subject), content_type="application/octet-stream")
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in subject)[:80]
    answer["Content-Disposition"] = f'attachment; filename="{name or "ho-so"}.proof"'
    return answer


@require_safe
def verifier_file(request: HttpRequest) -> HttpResponse:
    permissions.check_can_see(request.user)
    answer = HttpResponse(Path(verifier.__file__).with_name(VERIFIER).read_bytes(), content_type="text/x-python")
    answer["Content-Disposition"] = f'attachment; filename="{VERIFIER}"'
    return answer
