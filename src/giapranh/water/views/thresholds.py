"""The limits of the quality checks of one series: which hold, since when, who set them and why."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import Refused
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import refused_line
from giapranh.water import permissions
from giapranh.water.forms.thresholds import DefaultsForm, ThresholdForm
from giapranh.water.queries import observations
from giapranh.water.queries import thresholds as queries
from giapranh.water.services import thresholds as services


@require_http_methods(["GET", "HEAD", "POST"])
def thresholds(request: HttpRequest, series_id: int) -> HttpResponse:
    found = observations.series(request.user, series_id)
    held, row = queries.holding(found, today())
    dropping = "drop" in request.POST
    form = ThresholdForm(
        request.POST if request.method == "POST" and not dropping else None,
        initial={**ThresholdForm.initial_of(held), "valid_from": today()},
    )
    drop = DefaultsForm(request.POST if dropping else None, initial={"drop_from": today()})
    if request.method == "POST":
        permissions.check_can_judge_quality(request.user, found.station)
        answer = _posted(request, found, held, drop if dropping else form)
        if answer is not None:
            return answer
    context = {
        "series": found, "held": held, "own": row, "form": form, "drop": drop, "history": queries.history(found),
        "may_judge": permissions.can_judge_quality(request.user, found.station), "today": today(),
    }  # fmt: skip
    return render(request, "water/thresholds.html", context, status=422 if form.errors or drop.errors else 200)


def _posted(request: HttpRequest, found: Any, held: Any, form: ThresholdForm | DefaultsForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    values, by, at = form.cleaned_data, signed_in(request), now()
    try:
        if isinstance(form, ThresholdForm):
            changed = services.set_thresholds(
                series_id=found.pk, thresholds=form.thresholds(held), valid_from=values["valid_from"],
                why=values["why"], by=by, at=at,
            )  # fmt: skip
        else:
            changed = services.back_to_defaults(
                series_id=found.pk, valid_from=values["drop_from"], why=values["drop_why"], by=by, at=at
            )
    except Refused as refusal:
        form.add_error(None, refused_line(refusal))
        return None
    messages.success(
        request, _("Đã ghi ngưỡng và kiểm tra lại từ ngày đó: %(n)s giá trị đổi kết quả.") % {"n": changed}
    )
    return redirect("water:thresholds", series_id=found.pk)
