"""The agreement: sentences, signatures, the draft clause by clause, what would leave and what left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.exchange import permissions, sections, words
from giapranh.exchange.forms import agreement as forms
from giapranh.exchange.ledger.agreement import Clause
from giapranh.exchange.queries import agreement as queries
from giapranh.exchange.queries.neighbours import get_peer
from giapranh.exchange.queries.records import own_name, own_node
from giapranh.exchange.services import agreements as deeds
from giapranh.exchange.views import steps
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, NotFound
from giapranh.kernel.tables import Column, Status, Table
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import workbook


@require_safe
def agreement(request: HttpRequest, peer: str) -> HttpResponse:
    permissions.check_can_see(request.user)
    return _page(request, peer)


def _page(request: HttpRequest, peer: str, status: int = 200, **bound: Any) -> HttpResponse:
    row, found = get_peer(peer), queries.versions(peer)
    force = next((one for one in found if one.state == "in-force"), None)
    standing = [(one.id, one.kind_title) for one in (force.sentences if force else []) if not one.ended]
    context = {
        "sections": sections.of_one(peer, permissions.can_look(request.user)), "here": "agreement", "peer": row,
        "versions": found, "force": force, "offered": next((one for one in found if one.state == "offered"), None),
        "proposed": next((one for one in found if one.state == "proposed"), None), "draft": queries.draft_row(peer),
        "may": permissions.can_exchange(request.user), "looks": permissions.can_look(request.user),
        "decline_form": bound.get("decline") or forms.WhyForm(auto_id="id_decline_%s"),
        "withdraw_form": bound.get("withdraw") or forms.WithdrawForm(clauses=standing, auto_id="id_withdraw_%s"),
        "open_withdraw": "withdraw" in bound,
    }  # fmt: skip
    return render(request, "exchange/agreement.html", context, status=status)


@require_safe
def version(request: HttpRequest, peer: str, number: int) -> HttpResponse:
    """One version on its own, to read, to print, or as a sheet."""
    permissions.check_can_see(request.user)
    row, found = get_peer(peer), queries.version(peer, number)
    table = Table.of(
        found.sentences,
        [
            Column("giver", _("Bên chia sẻ")), Column("kind_title", _("Loại hồ sơ")), Column("text", _("Điều khoản")),
            Column("ended", _("Không còn hiệu lực vì")),
        ],
        request.GET, title=_("Thỏa thuận với %(name)s, phiên bản %(version)s") % {"name": row.name, "version": number},
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, f"thoa-thuan-{peer}-{number}")
    context = {
        "sections": sections.of_one(peer, permissions.can_look(request.user)), "here": "agreement", "peer": row,
        "v": found, "table": table, "own_name": own_name(),
    }  # fmt: skip
    return render(request, "exchange/version.html", context)


@require_POST
def countersign(request: HttpRequest, peer: str, number: int) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    get_peer(peer)
    deeds.countersign(peer, number, by=signed_in(request), at=clock.now())
    messages.success(request, _("Đã ký. Phiên bản %(version)s có hiệu lực ở đây từ bây giờ.") % {"version": number})
    return redirect("exchange:agreement", peer=peer)


@require_POST
def decline(request: HttpRequest, peer: str, number: int) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    get_peer(peer)
    form = forms.WhyForm(request.POST, auto_id="id_decline_%s")
    if status := steps.take(
        form, lambda v: deeds.decline(peer, number, v["why"], by=signed_in(request), at=clock.now())
    ):
        return _page(request, peer, status, decline=form)
    messages.success(request, _("Đã trả lời không ký phiên bản %(version)s.") % {"version": number})
    return redirect("exchange:agreement", peer=peer)


@require_POST
def withdraw(request: HttpRequest, peer: str) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    get_peer(peer)
    held, _version = queries.clauses_in_force(peer)
    choices = [(one.id, words.kind_title(one.kind)) for one in held]
    form = forms.WithdrawForm(request.POST, clauses=choices, auto_id="id_withdraw_%s")
    if status := steps.take(
        form, lambda v: deeds.withdraw(peer, v["clause"], v["why"], by=signed_in(request), at=clock.now())
    ):
        return _page(request, peer, status, withdraw=form)
    messages.success(request, _("Đã rút; từ bây giờ không gì đi theo điều khoản này nữa."))
    return redirect("exchange:agreement", peer=peer)


# --- the draft -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, peer: str) -> HttpResponse:
    """What people here work on before it is signed."""
    permissions.check_can_look(request.user)
    row, may = get_peer(peer), permissions.can_exchange(request.user)
    clauses, note = deeds.draft(peer)
    form = forms.NoteForm(request.POST if request.method == "POST" else None, initial={"note": note})
    status = 200
    if request.method == "POST":
        status = steps.take(
            form, lambda v: deeds.save_draft(peer, clauses, v["note"], by=signed_in(request), at=clock.now())
        )
        if not status:
            messages.success(request, _("Đã lưu bản soạn."))
            return redirect("exchange:draft", peer=peer)
    found = queries.sentences(clauses, peer)
    context = {
        "sections": sections.of_one(peer, True), "here": "agreement", "peer": row, "may": may, "form": form,
        "kept": queries.draft_row(peer), "ours": [one for one in found if one.mine],
        "theirs": [one for one in found if not one.mine],
        "kind_form": forms.KindForm(kinds=queries.kind_choices(), givers=_givers(peer, row.name)),
    }  # fmt: skip
    return render(request, "exchange/draft.html", context, status=status)


def _givers(peer: str, name: str) -> list[tuple[str, str]]:
    return [(own_node(), own_name()), (peer, name)]


@require_http_methods(["GET", "HEAD", "POST"])
def clause(request: HttpRequest, peer: str, clause_id: str = "") -> HttpResponse:
    """One clause of the draft: a new one of ``?kind=…&giver=…``, or one that is there."""
    permissions.check_can_exchange(request.user)
    row = get_peer(peer)
    known = next((one for one in deeds.draft(peer)[0] if one.id == clause_id), None) if clause_id else None
    if clause_id and known is None:
        raise NotFound(N_("Bản soạn không có điều khoản này."))
    kind, giver = (known.kind, known.giver) if known else _asked(request, peer)
    areas = queries.area_choices()
    initial = forms.initial_of(known, areas) if known else {}
    posted = request.method == "POST"
    form = forms.ClauseForm(
        request.POST if posted else None, initial=initial, choices=queries.field_choices(kind), areas=areas
    )
    status = 200
    if posted:
        taker = peer if giver == own_node() else own_node()

        def verb(values: dict[str, Any]) -> None:
            deeds.put_clause(peer, form.clause(clause_id, giver, taker, kind), by=signed_in(request), at=clock.now())

        status = steps.take(form, verb)
        if not status:
            messages.success(request, _("Đã đưa điều khoản vào bản soạn."))
            return redirect("exchange:draft", peer=peer)
    context = {
        "sections": sections.of_one(peer, True), "here": "agreement", "peer": row, "form": form, "kind": kind,
        "kind_title": words.kind_title(kind), "giver": giver, "giver_name": dict(_givers(peer, row.name))[giver],
        "known": known,
    }  # fmt: skip
    return render(request, "exchange/clause.html", context, status=status)


def _asked(request: HttpRequest, peer: str) -> tuple[str, str]:
    values = request.POST if request.method == "POST" else request.GET
    kinds = [name for name, _title in queries.kind_choices()]
    kind = values.get("kind", "") or (kinds[0] if kinds else "")
    giver = values.get("giver", "") or own_node()
    if kind not in kinds or giver not in (own_node(), peer):
        raise NotFound(N_("Không có loại hồ sơ “%(kind)s”."), kind=kind[:60])
    return kind, giver


@require_POST
def drop_clause(request: HttpRequest, peer: str, clause_id: str) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    get_peer(peer)
    deeds.drop_clause(peer, clause_id, by=signed_in(request), at=clock.now())
    messages.success(request, _("Đã bỏ điều khoản khỏi bản soạn."))
    return redirect("exchange:draft", peer=peer)


@require_POST
def drop_draft(request: HttpRequest, peer: str) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    deeds.drop_draft(peer, by=signed_in(request))
    messages.success(request, _("Đã bỏ bản soạn; thỏa thuận đang có hiệu lực không đổi."))
    return redirect("exchange:agreement", peer=peer)


@require_POST
def propose(request: HttpRequest, peer: str) -> HttpResponse:
    permissions.check_can_exchange(request.user)
    get_peer(peer)
    number = deeds.propose(peer, by=signed_in(request), at=clock.now())
    messages.success(request, _("Đã ký phiên bản %(version)s và gửi bên kia ký.") % {"version": number})
    return redirect("exchange:agreement", peer=peer)


# --- what would leave, what left -------------------------------------------------------------------------------------


@require_safe
def will_leave(request: HttpRequest, peer: str) -> HttpResponse:
    """Under the draft, a version, or the agreement in force: what goes, what stays at home, what is refused and why."""
    permissions.check_can_look(request.user)
    row = get_peer(peer)
    clauses, title = _measured(request.GET.get("ban", ""), peer)
    rows, tallies = queries.would_leave(peer, clauses)
    table = Table.of(
        rows,
        [
            Column("kind_title", _("Loại hồ sơ")),
            Column("title", _("Hồ sơ")),
            Column("leaves", _("Đi hay không"), "status", value=_would_state),
            Column("dropped_words", _("Trường ở lại")),
            Column("reason_words", _("Vì sao không đi")),
            Column("clause", _("Điều khoản"), hidden=True),
        ],
        request.GET, title=_("Cái gì sẽ đi"), row_url=lambda one: _would_url(request, one),
        empty=_("Không có hồ sơ nào của bên mình thuộc các điều khoản này."),
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, f"se-di-{peer}")
    subject = request.GET.get("ho-so", "")
    shown = queries.would_one(peer, clauses, subject) if subject else None
    context = {
        "sections": sections.of_one(peer, True), "here": "will_leave", "peer": row, "table": table, "tallies": tallies,
        "title": title, "one": shown, "pairs": _pairs(shown) if shown else [], "limit": queries.LOOKED_AT,
        "draft": queries.draft_row(peer), "ban": request.GET.get("ban", ""), "any": bool(clauses),
        "illustrative": any(one.whole.get("illustrative") for one in rows),
    }  # fmt: skip
    return render(request, "exchange/will_leave.html", context)


def _measured(which: str, peer: str) -> tuple[list[Clause], str]:
    if which == "soan":
        return deeds.draft(peer)[0], _("theo bản soạn, chưa ai ký")
    if which.isdecimal() and len(which) < 9:
        return queries.clauses_of(peer, int(which)), _("theo phiên bản %(version)s") % {"version": which}
    clauses, number = queries.clauses_in_force(peer)
    if not number:
        return [], _("chưa có thỏa thuận nào có hiệu lực: không gì được đi")
    return clauses, _("theo thỏa thuận đang có hiệu lực, phiên bản %(version)s") % {"version": number}


def _would_state(one: queries.Would) -> Status:
    return Status(_("sẽ đi"), "good", "send") if one.leaves else Status(_("ở lại"), "", "lock")


def _would_url(request: HttpRequest, one: queries.Would) -> str:
    asked = request.GET.copy()
    asked["ho-so"] = one.subject
    return f"{request.path}?{asked.urlencode()}#mot-ho-so"


def _pairs(one: queries.Would) -> list[tuple[str, Any, Any, str]]:
    """(field, here, as it leaves, what happens) of one record."""
    told = one.data or {}
    found = []
    for name, value in one.whole.items():
        if one.data is None or name not in told:
            state = "stays"
        else:
            state = "leaves" if told[name] == value else "coarser"
        found.append((words.field_label(one.kind, name), value, told.get(name), state))
    return found


@require_safe
def left(request: HttpRequest, peer: str) -> HttpResponse:
    """What left this house, by day, under which clause, and what the neighbour signed about it."""
    permissions.check_can_look(request.user)
    row, today = get_peer(peer), clock.today()
    form = forms.SpanForm(request.GET if "tu" in request.GET or "den" in request.GET else None,
                          initial={"tu": today - timedelta(days=30), "den": today})  # fmt: skip
    typed = form.cleaned_data if form.is_bound and form.is_valid() else {}
    last = typed.get("den") or today
    first = typed.get("tu") or last - timedelta(days=30)
    rows = queries.what_left(peer, first, last)
    table = Table.of(
        rows,
        [
            Column("at", _("Lúc"), "date"),
            Column("kind_title", _("Loại")),
            Column("title", _("Hồ sơ")),
            Column("version", _("Theo")),
            Column("clause", _("Điều khoản"), hidden=True),
            Column("size", _("Cỡ (byte)"), "number"),
            Column("state", _("Bên kia ký"), "status", value=_left_state),
            Column("stream", _("Sổ"), hidden=True),
            Column("seq", _("Số"), "number", hidden=True),
        ],
        request.GET, title=_("Cái gì đã đi"), row_url=lambda one: f"/lang-gieng/nut/{peer}/so/{one.stream}/{one.seq}/",
        empty=_("Không có gì đi trong những ngày này."),
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, f"da-di-{peer}-{first:%Y%m%d}-{last:%Y%m%d}")
    context = {
        "sections": sections.of_one(peer, True), "here": "left", "peer": row, "table": table, "form": form,
        "days": queries.by_day(rows), "first": first, "last": last, "full": len(rows) >= queries.MOST_LEFT,
    }  # fmt: skip
    return render(request, "exchange/left.html", context, status=422 if form.is_bound and form.errors else 200)


def _left_state(one: queries.Went) -> Status:
    if not one.state:
        return Status(_("chưa có biên nhận"), "soon", "half")
    word, tone, icon = words.RECEIPTS[one.state]
    return Status(str(word), tone, icon)
