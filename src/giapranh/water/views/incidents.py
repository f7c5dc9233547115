"""Incidents: who has it, how long already, where does the water go, what is the proof?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.kernel import clock
from giapranh.kernel.errors import BadInput, Conflict
from giapranh.kernel.tables import XLSX_TYPE, Column, Status, Table
from giapranh.water import incident_permissions as permissions
from giapranh.water import incident_settings
from giapranh.water.forms import incidents as forms
from giapranh.water.forms.moments import StepForm
from giapranh.water.queries import incident_choices, incidents, received_notices
from giapranh.water.queries.incidents import IncidentPage
from giapranh.water.services import incidents as deeds
from giapranh.water.services import notices as notice_deeds
from giapranh.water.services.incidents import Facts
from giapranh.water.views import steps

STEPS: dict[str, type[StepForm]] = {
    "confirm": forms.ConfirmForm, "ministry": forms.MinistryForm, "sample": forms.SampleForm,
    "control": forms.ControlForm, "close": forms.CloseForm, "samples": forms.SamplesForm,
    "photo": forms.PhotoForm, "paper": forms.PaperForm, "note": forms.NoteForm,
    "extent": forms.ExtentForm, "source": forms.SourceForm, "incoming": forms.IncomingForm,
    "false_alarm": forms.FalseAlarmForm,
}  # fmt: skip
FIRST = ("confirm",)
TONES = {"closed": ("good", "check"), "false_alarm": ("", "cross"), "controlled": ("good", "check"),
         "suspected": ("soon", "half"), "notified": ("accent", "half"), "acknowledged": ("accent", "half"),
         "joint_sampling": ("accent", "half")}  # fmt: skip


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Every incident, the open ones first."""
    permissions.check_can_see_alerts(request.user)
    table = Table.of(
        incidents.incidents(),
        [
            Column("number", _("Mã"), value=lambda row: row.number, sort_field="n", field="n", filterable=False),
            Column("name", _("Sự cố"), field="name", sort_field="sort_key", search="search_key"),
            Column("river", _("Sông"), value=lambda row: row.watercourse.name, field="watercourse__name"),
            Column("km", _("Km"), "number", field="km", places=1),
            Column("seen_at", _("Phát hiện lúc"), "date", field="seen_at"),
            Column("state", _("Tình trạng"), "status", value=_state, field="state", filterable=False),
            Column("extent", _("Phạm vi"), value=lambda row: row.get_extent_display() if row.extent else ""),
            Column("finder", _("Ai phát hiện"), field="finder", hidden=True),
        ],
        request.GET, title=_("Sự cố"), row_url=lambda row: f"/song-ngoi/su-co/{row.pk}/", sort="-seen_at",
        empty=_("Chưa ghi nhận sự cố nào."),
    )  # fmt: skip
    illustrative = any(row.record.illustrative for row in table.rows)
    if table.wants_xlsx:
        note = _("Dữ liệu minh họa, không phải số liệu thật.") if illustrative else ""
        response = HttpResponse(table.to_xlsx(note), content_type=XLSX_TYPE)
        response["Content-Disposition"] = 'attachment; filename="su-co.xlsx"'
        return response
    at = clock.now()
    received = received_notices.lines(request.user, at)
    context = {
        "table": table, "illustrative": illustrative, "received": received[:30],
        "unseen": sum(line.waits for line in received), "open": list(incidents.open_incidents()[:20]),
        "waiting": [incidents.notice_line(row, at) for row in incidents.waiting_notices()[:50]],
        "may_report": permissions.can_report_incident(request.user),
    }  # fmt: skip
    return render(request, "water/incidents.html", context)


def _state(row: Any) -> Status:
    tone, icon = TONES.get(row.state, ("bad", "warning"))
    word = str(row.get_state_display())
    return Status(word[:1].upper() + word[1:], tone, icon, _("DIỄN TẬP") if row.is_drill else "")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Somebody saw something: the four things that matter first."""
    permissions.check_can_report_incident(request.user)
    given = request.GET.get("canh-bao", "") or request.POST.get("canh-bao", "")
    alert_id = int(given) if given.isdecimal() and len(given) < 19 else None
    initial: dict[str, Any] = {"seen_at": clock.now(), "finder": _me(request).full_name}
    if alert_id is not None:
        initial = incident_choices.from_alert(alert_id, request.user, clock.now())
        initial |= incident_choices.from_trace(request.GET)
    form = forms.FactsForm(
        request.POST if request.method == "POST" else None, initial=initial, rivers=incident_choices.rivers()
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = deeds.report_incident(
                    facts=Facts(**incident_choices.facts_from(form.cleaned_data)),
                    alert_ids=[alert_id] if alert_id else [], by=_me(request), at=clock.now(),
                )  # fmt: skip
            except BadInput as refusal:
                form.add_error(None, refusal.render(_))
            else:
                messages.success(request, _("Đã ghi sự cố %(number)s, đang ở mức nghi ngờ.") % {"number": made.number})
                return redirect("water:incident", incident_id=made.pk)
    return render(request, "water/incident_form.html", {"form": form, "alert_id": alert_id}, status=status)


@require_safe
def incident(request: HttpRequest, incident_id: int) -> HttpResponse:
    return _page(request, incident_id, {})


@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Change what is known."""
    found = incidents.get_incident(request.user, incident_id)
    permissions.check_can_handle_incident(request.user)
    form = forms.FactsForm(
        request.POST if request.method == "POST" else None, initial=incident_choices.values_of(found),
        rivers=incident_choices.rivers(),
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                deeds.change_facts(
                    incident_id=incident_id, facts=Facts(**incident_choices.facts_from(form.cleaned_data)),
                    by=_me(request), at=clock.now(),
                )  # fmt: skip
            except (BadInput, Conflict) as refusal:
                form.add_error(None, refusal.render(_))
            else:
                messages.success(request, _("Đã lưu."))
                return redirect("water:incident", incident_id=incident_id)
    context = {"form": form, "incident": found, "illustrative": found.illustrative}
    return render(request, "water/incident_form.html", context, status=status)


@require_POST
def step(request: HttpRequest, incident_id: int, name: str) -> HttpResponse:
    if name not in STEPS:
        raise Http404
    page = incidents.incident_page(request.user, incident_id, clock.now())
    form = _form(name, page, request.user, request.POST, request.FILES)
    if status := steps.take(form, lambda values: _verb(name, incident_id, values, _me(request))):
        return _page(request, incident_id, {name: form}, status)
    messages.success(request, _("Đã ghi: %(step)s.") % {"step": str(form.label).lower()})
    return redirect("water:incident", incident_id=incident_id)


def _verb(name: str, pk: int, v: dict[str, Any], by: Any) -> None:
    common: dict[str, Any] = {"incident_id": pk, "by": by, "at": clock.now()}
    match name:
        case "confirm" | "extent":
            verb = deeds.confirm if name == "confirm" else deeds.set_extent
            verb(extent=v["extent"], provinces=v["provinces"], **common)
        case "source":
            chosen = int(v["feature_id"]) if v["feature_id"] else None
            deeds.suspect_source(words=v["words"], feature_id=chosen, **common)
        case "ministry":
            deeds.tell_ministry(reported_at=v["reported_at"], document=v["document"], **common)
        case "samples":
            deeds.add_samples(sample_ids=v["samples"], **common)
        case "paper":
            deeds.add_paper(number=v["number"], **common)
        case "photo":
            deeds.add_photo(data=v["photo"].read(), name=v["photo"].name, words=v["words"], **common)
        case "incoming":
            notice_deeds.record_incoming(
                kind=v["kind"], province=v["province"], words=v["words"], received_at=v["received_at"], **common
            )
        case _:
            verbs = {"sample": deeds.begin_sampling, "control": deeds.control, "close": deeds.close,
                     "false_alarm": deeds.false_alarm, "note": deeds.note}  # fmt: skip
            verbs[name](words=v["words"], **common)


def _form(name: str, page: IncidentPage, user: Any, data: Any = None, files: Any = None) -> StepForm:
    at = clock.now()
    extra: dict[str, Any] = {}
    if name in ("confirm", "extent"):
        extra["provinces"] = incident_choices.provinces(at, page.around)
        chosen = page.incident.provinces or list(page.around.provinces)
        extra["initial"] = {"extent": page.incident.extent or page.around.extent.value, "provinces": chosen}
    elif name == "source":
        extra["features"] = incident_choices.suspects(page.incident)
        extra["initial"] = {
            "words": page.incident.suspected_source,
            "feature_id": str(page.incident.suspected_feature_id or ""),
        }
    elif name == "samples":
        extra["samples"] = incident_choices.samples(page.incident, user)
    elif name == "incoming":
        extra["provinces"] = incident_choices.others(at, page.around)
        extra["initial"] = {"received_at": at}
    elif name == "ministry":
        extra["initial"] = {"reported_at": page.incident.ministry_reported_at or at,
                            "document": page.incident.ministry_document}  # fmt: skip
    return STEPS[name](data, files, auto_id=f"id_{name}_%s", **extra)


def _page(request: HttpRequest, incident_id: int, bound: dict[str, StepForm], status: int = 200) -> HttpResponse:
    page = incidents.incident_page(request.user, incident_id, clock.now())
    first, other = steps.shown(STEPS, page.can, lambda name: _form(name, page, request.user), bound, FIRST)
    context = {
        "page": page, "incident": page.incident, "first_steps": first, "other_steps": other,
        "illustrative": page.incident.illustrative, "map": incidents.map_svg(page.incident),
        "within": incident_settings.acknowledge_within().total_seconds() / 3600,
    }  # fmt: skip
    return render(request, "water/incident.html", context, status=status)


@require_safe
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """A stored photo, shown as a picture and as nothing else."""
    found, data = incidents.photo(request.user, photo_id)
    response = HttpResponse(data, content_type=found.blob.media_type)
    response["Cache-Control"] = "private, max-age=600"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    return response


# --- notices ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def notify(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Exactly what would leave, to whom; then make the letters and the evidence."""
    found = incidents.get_incident(request.user, incident_id)
    page = incidents.incident_page(request.user, incident_id, clock.now())
    options = incident_choices.others(clock.now(), page.around)
    proposed = [each.neighbour.province for each in page.around.hearing if each.hours is not None]
    initial = {
        "kind": request.GET.get("loai", "warning"),
        "provinces": request.GET.getlist("tinh") or proposed or [code for code, _name in options][:1],
    }
    posted = request.method == "POST"
    form = forms.NotifyForm(request.POST if posted else None, initial=initial, provinces=options)
    status = 200
    values: dict[str, Any] = {**initial, "words": ""}
    if posted:
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            if "send" in request.POST:
                try:
                    made = notice_deeds.prepare(
                        incident_id=incident_id, kind=values["kind"], provinces=values["provinces"],
                        words=values["words"], even_incomplete=values["even_incomplete"], by=_me(request), at=clock.now(),
                    )  # fmt: skip
                except (BadInput, Conflict) as refusal:
                    form.add_error(None, refusal.render(_))
                else:
                    messages.success(request, _("Đã lập công văn và gói bằng chứng. Chưa gửi: ghi khi đã gửi đi."))
                    return redirect("water:notice", notice_id=made[0].pk)
            else:
                status = 200
    previews = []
    known = {code for code, _name in options}
    kinds = {kind for kind, _word in incidents.KINDS}
    kind = values["kind"] if values["kind"] in kinds else "warning"
    for code in [code for code in values["provinces"] if code in known][:4]:
        previews.append(
            notice_deeds.preview(
                incident=found, kind=kind, province=code, words=values["words"], by=_me(request), at=clock.now()
            )
        )
    context = {
        "incident": found, "page": page, "form": form, "previews": [incidents.shown_preview(each) for each in previews],
        "illustrative": found.illustrative, "may_send": "notify" in page.can,
    }  # fmt: skip
    return render(request, "water/notify.html", context, status=status)


NOTICE_STEPS: dict[str, type[StepForm]] = {
    "edxml": forms.EdxmlForm, "send": forms.SendForm, "acknowledge": forms.AcknowledgeForm, "answer": forms.AnswerForm,
    "withdraw": forms.WithdrawForm,
}  # fmt: skip


@require_safe
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    return _notice_page(request, notice_id, {})


@require_POST
def notice_step(request: HttpRequest, notice_id: int, name: str) -> HttpResponse:
    if name not in NOTICE_STEPS:
        raise Http404
    incidents.get_notice(request.user, notice_id)
    form = NOTICE_STEPS[name](request.POST, auto_id=f"id_{name}_%s")
    common: dict[str, Any] = {"notice_id": notice_id, "by": _me(request), "at": clock.now()}
    verbs: dict[str, Any] = {
        "edxml": lambda v: notice_deeds.send_edxml(**common),
        "send": lambda v: notice_deeds.send(**v, **common),
        "acknowledge": lambda v: notice_deeds.acknowledge(**v, **common),
        "answer": lambda v: notice_deeds.answer(**v, **common),
        "withdraw": lambda v: notice_deeds.withdraw(**v, **common),
    }
    if status := steps.take(form, verbs[name]):
        return _notice_page(request, notice_id, {name: form}, status)
    messages.success(request, _("Đã ghi: %(step)s.") % {"step": str(form.label).lower()})
    return redirect("water:notice", notice_id=notice_id)


def _notice_page(request: HttpRequest, notice_id: int, bound: dict[str, StepForm], status: int = 200) -> HttpResponse:
    page = incidents.notice_page(request.user, notice_id, clock.now())
    at = clock.now()
    moments = {"send": "sent_at", "acknowledge": "acknowledged_at", "answer": "answered_at"}

    def build(name: str) -> StepForm:
        initial = {moments[name]: at} if name in moments else {}
        return NOTICE_STEPS[name](auto_id=f"id_{name}_%s", initial=initial)

    first, other = steps.shown(NOTICE_STEPS, page.can, build, bound, ("send", "acknowledge"))
    context = {
        "page": page, "notice": page.notice, "incident": page.notice.incident, "first_steps": first,
        "other_steps": other, "illustrative": page.notice.illustrative,
        "parts": incidents.shown_content(page.notice.content),
    }  # fmt: skip
    return render(request, "water/notice.html", context, status=status)


@require_safe
def bundle(request: HttpRequest, notice_id: int) -> HttpResponse:
    """The evidence as a file."""
    name, data = incidents.bundle_bytes(request.user, notice_id)
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _me(request: HttpRequest) -> Any:
    """The signed-in officer; the middleware lets nobody else in."""
    return request.user
