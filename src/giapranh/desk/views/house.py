"""Settings of the node, and the first run."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from giapranh.desk import first_run, house
from giapranh.desk.forms import NodeForm, OfficesForm
from giapranh.desk.refusals import line_of
from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import Refused
from giapranh.people.doors import needs
from giapranh.people.roles import Role


@needs(Role.ADMINISTRATOR)
@require_GET
def settings_page(request: HttpRequest) -> HttpResponse:
    """What this node is set to, and where each thing is changed."""
    return render(request, "desk/settings.html", {"facts": house.facts(), "places": house.places()})


@login_required
@needs(Role.ADMINISTRATOR)
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """The first run in three steps: whose node, which offices, the first paper."""
    step = request.GET.get("buoc", "") or first_run.next_step()
    views = {"co-quan": _who, "don-vi": _offices, "van-ban": _first_paper}
    return views.get(step, _who)(request)


def _page(request: HttpRequest, step: int, **shown: object) -> HttpResponse:
    labels = [_("Cơ quan của bạn"), _("Các đơn vị"), _("Văn bản đầu tiên")]
    refused = bool(shown.pop("refused", False))
    context = {"labels": labels, "step": step, **shown}
    return render(request, f"desk/setup_{step}.html", context, status=422 if refused else 200)


def _who(request: HttpRequest) -> HttpResponse:
    form = NodeForm(request.POST or None, initial=first_run.known(), choices=first_run.choices(today()))
    if request.method == "POST" and form.is_valid():
        try:
            first_run.set_up(**form.cleaned_data, by=request.user, at=now())
        except Refused as refusal:
            form.add_error(None, line_of(refusal))
        else:
            return redirect("/bat-dau/?buoc=don-vi")
    return _page(request, 1, form=form, refused=form.is_bound)


def _offices(request: HttpRequest) -> HttpResponse:
    form = OfficesForm(request.POST or None)
    preview = None
    if request.method == "POST" and form.is_valid():
        try:
            if "save" in request.POST:
                count = first_run.save_offices(form.cleaned_data["rows"], by=request.user, at=now())
                messages.success(request, _("Đã ghi %(count)s đơn vị.") % {"count": count})
                return redirect("/bat-dau/?buoc=van-ban")
            preview = first_run.preview_offices(form.cleaned_data["rows"], line_of)
        except Refused as refusal:
            form.add_error("rows", line_of(refusal))
    return _page(request, 2, form=form, preview=preview, known=first_run.offices(today()), refused=bool(form.errors))


def _first_paper(request: HttpRequest) -> HttpResponse:
    return _page(request, 3, upload_url=house.upload_url())
