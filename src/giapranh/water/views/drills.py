"""Drills: would the neighbour answer in time if it were real?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from giapranh.kernel import clock
from giapranh.kernel.errors import BadInput, Conflict
from giapranh.water import incident_permissions as permissions
from giapranh.water.forms import incidents as forms
from giapranh.water.queries import incident_choices, incidents
from giapranh.water.services import drills as deeds
from giapranh.water.services.incidents import Facts


@require_http_methods(["GET", "HEAD", "POST"])
def drills(request: HttpRequest) -> HttpResponse:
    """Past drills with their scores, and starting one."""
    permissions.check_can_see_alerts(request.user)
    may_run = permissions.can_run_drills(request.user)
    form = forms.DrillForm(
        request.POST if request.method == "POST" else None, rivers=incident_choices.rivers(),
        provinces=incident_choices.others(clock.now()),
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        permissions.check_can_run_drills(request.user)
        status = 422
        if form.is_valid():
            try:
                made = _start(form.cleaned_data, request.user)
            except (BadInput, Conflict) as refusal:
                form.add_error(None, refusal.render(_))
            else:
                messages.success(request, _("Đã bắt đầu diễn tập. Gửi thông báo như thật; mọi nơi đều ghi DIỄN TẬP."))
                return redirect("water:incident", incident_id=made.incident_id)
    rows = [(row, _lines(row), incidents.sent_of(row)) for row in incidents.drills()[:100]]
    context = {
        "form": form if may_run else None, "rows": rows, "may_run": may_run, "end_form": forms.EndDrillForm(),
        "illustrative": any(row.incident.illustrative for row, _l, _n in rows),
    }  # fmt: skip
    return render(request, "water/drills.html", context, status=status)


def _start(given: dict[str, Any], by: Any) -> Any:
    at = clock.now()
    place = incident_choices.facts_from({"river": given["river"]})
    facts = Facts(
        name=given["name"], finder=by.full_name, seen_at=at, km=given["km"], description=given["description"],
        steps=given["steps"], watercourse=place["watercourse"],
    )  # fmt: skip
    return deeds.start_drill(facts=facts, province=given["province"], answer_hours=given["answer_hours"], by=by, at=at)


def _lines(row: Any) -> list[dict[str, Any]]:
    """The frozen score, or the score as it stands while the drill runs."""
    if row.ended_at is not None:
        return [{**line, "words": _(line["words"])} for line in row.score]
    return [
        {"words": _(line.words), "points": line.points, "out_of": line.out_of, "note": line.note}
        for line in deeds.score_of(row).lines
    ]


@require_POST
def end(request: HttpRequest, drill_id: int) -> HttpResponse:
    form = forms.EndDrillForm(request.POST)
    form.is_valid()
    try:
        done = deeds.end_drill(
            drill_id=drill_id, words=form.cleaned_data.get("words", ""), by=_me(request), at=clock.now()
        )
    except Conflict as refusal:
        messages.error(request, refusal.render(_))
    else:
        messages.success(
            request,
            _("Diễn tập kết thúc: %(points)s/%(out_of)s điểm.") % {"points": done.points, "out_of": done.out_of},
        )
    return redirect("water:drills")


def _me(request: HttpRequest) -> Any:
    """The signed-in officer; the middleware lets nobody else in."""
    return request.user
