"""Tasks that a neighbour shares: what they do, our half of it, and what each side asks of the other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import BadInput, Conflict
from giapranh.people import queries as people
from giapranh.programme import forms, permissions, queries
from giapranh.programme.queries import joint
from giapranh.programme.services import joint as deeds
from giapranh.programme.views import shown


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """What do the neighbours do together with us, and which half is missing here?"""
    halves = joint.neighbours_tasks(request.user)
    context = {
        "open": [half for half in halves if half.ours is None], "joined": [half for half in halves if half.ours],
        "illustrative": any(half.side.illustrative for half in halves),
    }  # fmt: skip
    return render(request, "programme/neighbour_tasks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, peer: str, uid: UUID) -> HttpResponse:
    """One task of theirs, read-only; our half is taken up here."""
    half = joint.neighbours_task(request.user, peer, uid)
    may_take = half.ours is None and permissions.can_adopt(request.user)
    form, status = None, 200
    if may_take:
        offices = list(people.offices(today(), within=people.own_agency())) if people.own_agency() else []
        form = forms.TakeHalf(
            request.POST if request.method == "POST" else None, initial={"due_on": half.due_on if half.due_on and half.due_on >= today() else None},
            offered=[(str(office.pk), forms.office_label(office)) for office in offices],
        )  # fmt: skip
    if request.method == "POST" and form is not None:
        status = 422
        if form.is_valid():
            try:
                task = deeds.take_half(
                    peer=peer, uid=uid, office=people.office(int(form.cleaned_data["office"])),
                    due_on=form.cleaned_data["due_on"], by=shown.me(request), at=now(),
                )  # fmt: skip
            except (BadInput, Conflict) as refusal:
                form.add_error(None, refusal.render(_))
            else:
                messages.success(request, _("Đã nhận phần việc bên mình. Bên kia sẽ thấy khi nối mạng."))
                return redirect("programme:task", task_id=task.pk)
    context = {"half": half, "form": form, "illustrative": half.side.illustrative}
    return render(request, "programme/neighbour_task.html", context, status=status)


@require_POST
def ask(request: HttpRequest, task_id: int) -> HttpResponse:
    """Ask the owner of the other half for another due date."""
    queries.get_task(request.user, task_id)
    form = forms.AskNeighbour(request.POST)
    try:
        if not form.is_valid():
            raise BadInput(_("Hãy ghi ngày theo dạng nn/tt/nnnn."))
        deeds.ask_change(task_id=task_id, due_on=form.cleaned_data["due_on"], by=shown.me(request), at=now())
    except (BadInput, Conflict) as refusal:
        messages.error(request, refusal.render(_))
    else:
        messages.success(request, _("Đã gửi đề nghị. Phần việc của bên kia chỉ đổi khi họ đồng ý."))
    return redirect("programme:task", task_id=task_id)


@require_POST
def answer(request: HttpRequest, task_id: int, event: str) -> HttpResponse:
    """Answer what the neighbour asks of our half."""
    queries.get_task(request.user, task_id)
    given: dict[str, Any] = {"accepted": request.POST.get("accepted") == "yes", "words": request.POST.get("words", "")}
    try:
        deeds.answer_change(task_id=task_id, event=event, **given, by=shown.me(request), at=now())
    except (BadInput, Conflict) as refusal:
        messages.error(request, refusal.render(_))
    else:
        messages.success(request, _("Đã trả lời bên kia."))
    return redirect("programme:task", task_id=task_id)
