"""Records of the neighbours, ours at theirs, and what either side asks of the other about them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from giapranh.exchange import kinds, permissions, sections, words
from giapranh.exchange.forms import records as forms
from giapranh.exchange.queries import ledger
from giapranh.exchange.queries import records as queries
from giapranh.exchange.queries.agreement import field_choices, kind_choices
from giapranh.exchange.queries.neighbours import get_peer
from giapranh.exchange.queries.neighbours import names as peer_names
from giapranh.exchange.services import records as deeds
from giapranh.exchange.views import steps
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, NotFound
from giapranh.kernel.tables import Column, Status, Table
from giapranh.people import access
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import workbook

DONE = {
    "read": gettext_lazy("Đã ghi biên nhận đã đọc; bên kia thấy ở lần liên lạc tới."), "report": gettext_lazy("Đã báo sai sót cho bên chủ."),
    "propose": gettext_lazy("Đã gửi đề nghị sửa."), "recall": gettext_lazy("Đã thu hồi; chờ bên kia ký xác nhận."),
    "offer": gettext_lazy("Đã đề nghị bàn giao; chờ bên kia trả lời."),
}  # fmt: skip


@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """What the neighbours told us: read-only here, each with its owner and age."""
    permissions.check_can_look(request.user)
    names = peer_names()
    table = Table.of(
        queries.all_received(),
        [
            Column("kind", _("Loại hồ sơ"), value=lambda row: words.kind_title(row.kind), field="kind",
                   choices=kind_choices()),
            Column("title", _("Hồ sơ"), value=_title, filterable=False, sortable=False),
            Column("owner", _("Của ai"), value=lambda row: names.get(row.owner, row.owner), field="owner",
                   choices=list(names.items())),
            Column("sent_at", _("Gửi lúc"), "date", value=lambda row: words.moment(row.sent_at), sort_field="sent_at",
                   filterable=False),
            Column("age", _("Tuổi"), value=lambda row: words.ago(words.moment(row.sent_at)), filterable=False,
                   sortable=False),
            Column("state", _("Tình trạng"), "status", value=_state, field="state",
                   choices=[(key, str(word)) for key, (word, _tone, _icon) in words.RECORDS.items()]),
            Column("subject", _("Mã hồ sơ"), field="subject", hidden=True),
        ],
        request.GET, title=_("Hồ sơ nhận được"), sort="-sent_at",
        row_url=lambda row: f"/lang-gieng/nut/{row.peer}/ho-so/{row.subject}/",
        empty=_("Chưa nhận được hồ sơ nào từ láng giềng."),
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, "ho-so-nhan-duoc")
    shown = [queries.content(row.record.data) or {} for row in table.rows]
    context = {
        "sections": sections.room(True), "here": "received", "table": table,
        "illustrative": any(data.get("illustrative") for data in shown),
    }  # fmt: skip
    return render(request, "exchange/received.html", context)


def _title(row: Any) -> str:
    return words.label_of(row.kind, kinds.id_of(row.subject), queries.content(row.data))


def _state(row: Any) -> Status:
    word, tone, icon = words.RECORDS.get(row.state, (row.state, "", "minus"))
    return Status(str(word), tone, icon)


@require_safe
def record(request: HttpRequest, peer: str, subject: str) -> HttpResponse:
    return _page(request, peer, subject, {})


def _found(request: HttpRequest, peer: str, subject: str) -> queries.Side:
    """The record, for whoever may leaf through the ledgers or whom the room of its kind lets read it."""
    permissions.check_can_see(request.user)
    get_peer(peer)
    side = queries.one(peer, subject)
    if side is None:
        permissions.check_can_look(request.user)
        raise NotFound(N_("Sổ không có mục nào của hồ sơ này."))
    permissions.check_can_read(request.user, side.kind)
    return side


def _page(
    request: HttpRequest, peer: str, subject: str, bound: dict[str, forms.StepForm], status: int = 200
) -> HttpResponse:
    side = _found(request, peer, subject)
    looks = permissions.can_look(request.user)
    known = kinds.get(side.kind)
    open_steps = _steps(request.user, side)
    context = {
        "sections": sections.of_one(peer, looks), "here": "ledger" if looks else "neighbour", "side": side,
        "looks": looks, "fields": words.fields_of(side.kind, side.data),
        "history": ledger.history(peer, subject) if looks else [], "state": _state(side),
        "daily": queries.daily(side), "own_url": known.own_url(side.id) if known and side.mine else "", "illustrative": side.illustrative,
        "steps": [(name, bound.get(name) or _form(name, side), name in bound) for name in open_steps],
    }  # fmt: skip
    return render(request, "exchange/record.html", context, status=status)


def _steps(user: Any, side: queries.Side) -> list[str]:
    may = permissions.can_exchange(user)
    found: list[str] = []
    if not side.mine and side.state in ("live", "offered"):
        found += ["read", "report"] if access.may_write(user) else []
        found += ["propose"] if may and _proposable(side) else []
    if side.mine and side.state == "live" and may:
        found += ["recall", "offer"]
    return found


def _proposable(side: queries.Side) -> list[tuple[str, str]]:
    """Fields that the owner's room lets others propose and that this record has."""
    known = kinds.get(side.kind)
    if known is None or side.data is None:
        return []
    return [(name, label) for name, label in field_choices(side.kind) if name in known.proposals and name in side.data]


def _form(name: str, side: queries.Side, data: Any = None) -> forms.StepForm:
    auto = f"id_{name}_%s"
    if name == "report":
        fields = [(key, label) for key, label in field_choices(side.kind) if key in (side.data or {})]
        return forms.ReportForm(data, fields=fields, auto_id=auto)
    if name == "propose":
        return forms.ProposeForm(data, fields=_proposable(side), now=side.data or {}, auto_id=auto)
    plain: dict[str, type[forms.StepForm]] = {
        "read": forms.ReadForm, "recall": forms.RecallForm, "offer": forms.OfferForm,
    }  # fmt: skip
    return plain[name](data, auto_id=auto)


@require_POST
def step(request: HttpRequest, peer: str, name: str) -> HttpResponse:
    """One step on a record, named in the body: a subject may hold any character."""
    subject = request.POST.get("subject", "")[:300]
    if name not in DONE:
        raise Http404
    side = _found(request, peer, subject)
    if name not in _steps(request.user, side):
        permissions.check_can_exchange(request.user)
        raise NotFound(N_("Bước này không dành cho hồ sơ ở tình trạng hiện nay."))
    form = _form(name, side, request.POST)
    by, at = signed_in(request), clock.now()
    verbs: dict[str, Callable[[dict[str, Any]], Any]] = {
        "read": lambda v: deeds.mark_read(peer, subject, answer=v["answer"], by=by, at=at),
        "report": lambda v: deeds.report_error(peer, subject, v["field"], v["text"], by=by, at=at),
        "propose": lambda v: deeds.propose(peer, subject, form.changes, by=by, at=at),  # type: ignore[attr-defined]
        "recall": lambda v: deeds.recall(peer, subject, v["why"], by=by, at=at),
        "offer": lambda v: deeds.offer(peer, subject, v["why"], by=by, at=at),
    }
    if status := steps.take(form, verbs[name]):
        return _page(request, peer, subject, {name: form}, status)
    messages.success(request, DONE[name])
    return redirect("exchange:record", peer=peer, subject=subject)


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    permissions.check_can_look(request.user)
    return _notices_page(request)


def _notices_page(
    request: HttpRequest, bound: dict[str, forms.AnswerForm] | None = None, status: int = 200
) -> HttpResponse:
    waiting = ledger.notices(incoming=True, is_open=True)
    may = permissions.can_exchange(request.user)
    lines = [
        (one, (bound or {}).get(one.event_id) or forms.AnswerForm(auto_id=f"id_{one.event_id}_%s") if may else None)
        for one in waiting
    ]
    context = {
        "sections": sections.room(True), "here": "notices", "waiting": lines,
        "answered": ledger.notices(incoming=True, is_open=False, most=50), "asked": ledger.notices(incoming=False, most=50),
    }  # fmt: skip
    return render(request, "exchange/notices.html", context, status=status)


@require_POST
def answer(request: HttpRequest, peer: str, event: str) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    ledger.notice(peer, str(event))
    form = forms.AnswerForm(request.POST, auto_id=f"id_{event}_%s")
    by, at = signed_in(request), clock.now()
    if status := steps.take(form, lambda v: deeds.answer(peer, str(event), v["accepted"], v["text"], by=by, at=at)):
        return _notices_page(request, {str(event): form}, status)
    messages.success(request, _("Đã trả lời. Nếu nhận đề nghị sửa: nay hãy sửa hồ sơ, bản sửa tự đi."))
    return redirect("exchange:notices")
