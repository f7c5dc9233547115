"""The guided page: what changes, what moves with it, done."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.people import permissions, queries, services
from giapranh.people.doors import signed_in
from giapranh.people.effects import in_groups
from giapranh.people.forms import SUCCESSION_KINDS, SuccessionForm
from giapranh.people.rules.plans import Plan
from giapranh.people.succession import Effect
from giapranh.people.views.answers import refused_line


def _steps() -> list[str]:
    return [_("Thay đổi gì, từ ngày nào"), _("Xem điều sẽ thay đổi"), _("Xong")]


@require_GET
def successions(request: HttpRequest) -> HttpResponse:
    """What changed in the organisation so far."""
    context = {
        "successions": queries.successions()[:200],
        "can_change": permissions.can_change_organisation(request.user),
    }
    return render(request, "people/successions.html", context)


@require_GET
def succession(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = queries.succession_by_uid(uid)
    context = {"succession": found, "groups": in_groups(found.effects), "steps": _steps(), "today": today()}
    return render(request, "people/succession.html", context)


@require_http_methods(["GET", "POST"])
def new_succession(request: HttpRequest) -> HttpResponse:
    """Step 1 asks, step 2 shows everything that would move, step 3 does it."""
    permissions.check_can_change_organisation(request.user)
    if "confirm" in request.POST:
        return _confirm(request)
    kind = request.POST.get("kind") or request.GET.get("loai", "rename")
    kind = kind if kind in dict(SUCCESSION_KINDS) else "rename"
    initial = {"on": today(), "predecessors": request.GET.getlist("don_vi"), "kind": kind}
    form = SuccessionForm(request.POST or None, day=today(), initial=initial)
    if request.method == "POST" and "back" not in request.POST and form.is_valid():
        try:
            plan = form.plan()
            effects = services.preview_succession(plan)
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            return _preview(request, form, plan, effects)
    context = {
        "form": form, "steps": _steps(), "kind": kind, "kinds": SUCCESSION_KINDS,
        "chosen": "&".join(f"don_vi={value}" for value in request.GET.getlist("don_vi") if value.isdecimal()),
        "more": [form[name] for name in _AFTER_OFFICES if name in form.fields],
    }  # fmt: skip
    refused = request.method == "POST" and "back" not in request.POST
    return render(request, "people/succession_new.html", context, status=422 if refused else 200)


_AFTER_OFFICES = ("duty", "keeps", "new_names", "successor", "legal_basis", "note")


def _preview(request: HttpRequest, form: SuccessionForm, plan: Plan, effects: list[Effect]) -> HttpResponse:
    context = {
        "plan": plan,
        "plan_text": json.dumps(plan.as_json(), ensure_ascii=False),
        "kind_text": dict(SUCCESSION_KINDS)[plan.kind],
        "followers": list(enumerate(services.names_of_followers(plan), 1)),
        "heir": plan.heir + 1,
        "groups": in_groups([effect.as_json() for effect in effects]),
        "open": sum(not effect.to_name for effect in effects),
        "seen": services.fingerprint(effects),
        "later": plan.on > today(),
        "steps": _steps(),
        "typed": [(name, value) for name in request.POST for value in request.POST.getlist(name)
                  if name in form.fields and name != "heir"],
    }  # fmt: skip
    return render(request, "people/succession_preview.html", context)


class PlanLost(BadInput):
    code = "plan_lost"


def _confirm(request: HttpRequest) -> HttpResponse:
    try:
        plan = Plan.from_json(json.loads(request.POST.get("plan", "")))
    except (ValueError, TypeError, KeyError) as error:
        raise PlanLost(N_("Trang xác nhận không còn đủ dữ liệu. Hãy làm lại từ bước 1.")) from error
    done = services.succeed(plan=plan, by=signed_in(request), at=now(), seen=request.POST.get("seen", ""))
    messages.success(request, _("Đã ghi thay đổi tổ chức."))
    return redirect("people:succession_done", uid=done.uid)
