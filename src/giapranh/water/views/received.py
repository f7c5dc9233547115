"""A notice that a neighbour's node sent: read it, sign that we have it, answer, make it an incident here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from giapranh.kernel import clock
from giapranh.water import incident_permissions as permissions
from giapranh.water.forms import incidents as forms
from giapranh.water.forms.moments import StepForm
from giapranh.water.queries import incidents, received_notices
from giapranh.water.queries.received_notices import ReceivedLine
from giapranh.water.services import neighbour_notices as deeds
from giapranh.water.views import steps

STEPS: dict[str, type[StepForm]] = {
    "acknowledge": forms.HaveItForm, "open": forms.OpenHereForm, "answer": forms.AnswerBackForm,
}  # fmt: skip


@require_safe
def notice(request: HttpRequest, peer: str, uid: UUID) -> HttpResponse:
    return _page(request, peer, uid, {})


@require_POST
def step(request: HttpRequest, peer: str, uid: UUID, name: str) -> HttpResponse:
    if name not in STEPS:
        raise Http404
    received_notices.get(request.user, peer, uid)
    form = STEPS[name](request.POST, auto_id=f"id_{name}_%s")
    common: dict[str, Any] = {"peer": peer, "uid": uid, "by": request.user, "at": clock.now()}
    made: list[Any] = []
    verbs: dict[str, Any] = {
        "acknowledge": lambda v: deeds.acknowledge(**common),
        "answer": lambda v: deeds.answer(**v, **common),
        "open": lambda v: made.append(deeds.open_incident(**common)),
    }
    if status := steps.take(form, verbs[name]):
        return _page(request, peer, uid, {name: form}, status)
    if made:
        messages.success(request, _("Đã mở sự cố %(number)s từ thông báo này.") % {"number": made[0].number})
        return redirect("water:incident", incident_id=made[0].pk)
    messages.success(request, _("Đã ghi: %(step)s. Bên gửi sẽ thấy khi nối mạng.") % {"step": str(form.label).lower()})
    return redirect("water:received_notice", peer=peer, uid=uid)


def _can(user: Any, line: ReceivedLine) -> frozenset[str]:
    can = set()
    if permissions.can_handle_incident(user):
        can |= {"answer"} | (set() if line.seen else {"acknowledge"})
    if line.local is None and permissions.can_report_incident(user):
        can.add("open")
    return frozenset(can)


def _page(request: HttpRequest, peer: str, uid: UUID, bound: dict[str, StepForm], status: int = 200) -> HttpResponse:
    line = received_notices.line(request.user, peer, uid, clock.now())
    data = line.side.data or {}

    def build(name: str) -> StepForm:
        return STEPS[name](auto_id=f"id_{name}_%s")

    first, other = steps.shown(STEPS, _can(request.user, line), build, bound, ("acknowledge", "open"))
    content = data.get("content")
    context = {
        "line": line, "side": line.side, "data": data, "first_steps": first, "other_steps": other,
        "parts": incidents.shown_content(content) if isinstance(content, dict) else [],
        "sent_at": received_notices.moment(data.get("sentAt")), "illustrative": line.side.illustrative,
        "due": received_notices.moment(data.get("acknowledgeBy")), "is_drill": line.drill,
    }  # fmt: skip
    return render(request, "water/received_notice.html", context, status=status)
