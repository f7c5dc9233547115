"""Alerts: what burns now, whose is it, how long already?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.kernel import clock
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import BadInput
from giapranh.kernel.tables import XLSX_TYPE, Column, Status, Table
from giapranh.people import queries as people
from giapranh.water import incident_permissions as permissions
from giapranh.water.forms import alerts as forms
from giapranh.water.forms.moments import StepForm
from giapranh.water.queries import alert_choices, alerts, on_call
from giapranh.water.queries.alert_words import what_words
from giapranh.water.services import alert_rules, alert_verbs
from giapranh.water.services.alert_rules import RuleValues
from giapranh.water.views import steps

STEPS: dict[str, type[StepForm]] = {
    "acknowledge": forms.Acknowledge, "end": forms.End, "assign": forms.Assign, "note": forms.Note,
}  # fmt: skip
FIRST = ("acknowledge", "end")


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that burns, then what ended."""
    at = clock.now()
    found = alerts.desk(request.user, at)
    table = ended_table(request)
    if table.wants_xlsx:
        return _workbook(table, "canh-bao", illustrative=found.illustrative)
    context = {
        "desk": found, "table": table, "illustrative": found.illustrative,
        "may_report": permissions.can_report_incident(request.user),
        "may_set_rules": permissions.can_set_rules(request.user), "rule_count": alerts.rules().count(),
    }  # fmt: skip
    return render(request, "water/alerts.html", context)


def ended_table(request: HttpRequest) -> Table:
    columns = [
        Column("station", _("Trạm"), field="station__name", sort_field="station__sort_key", search="station__search_key",
               value=lambda row: row.station.name),
        Column("what", _("Việc gì"), value=what_words, sortable=False, filterable=False),
        Column("opened_at", _("Mở lúc"), "date", field="opened_at"),
        Column("ended_at", _("Kết thúc lúc"), "date", field="ended_at"),
        Column("count", _("Số lần vượt"), "number", field="count", hidden=True),
        Column("end", _("Kết thúc bởi"), "status", value=_end, sortable=False, filterable=False),
        Column("end_words", _("Kết quả"), field="end_words", sortable=False),
    ]  # fmt: skip
    return Table.of(
        alerts.ended_alerts(), columns, request.GET, title=_("Đã kết thúc"), sort="-ended_at", page_size=25,
        row_url=lambda row: f"/song-ngoi/canh-bao/{row.pk}/", empty=_("Chưa có cảnh báo nào kết thúc."),
    )  # fmt: skip


def _end(row: Any) -> Status:
    if row.ended_by is not None:
        return Status(row.ended_by.full_name, "accent", "user")
    return Status(_("hết vượt"), "good", "check")


@require_safe
def alert(request: HttpRequest, alert_id: int) -> HttpResponse:
    """One alert: what, where, since when, whose, what was done."""
    return _page(request, alert_id, {})


@require_POST
def step(request: HttpRequest, alert_id: int, name: str) -> HttpResponse:
    if name not in STEPS:
        raise Http404
    found = alerts.get_alert(request.user, alert_id)
    form = _form(name, found, request.POST)
    by: Any = request.user
    verbs: dict[str, Any] = {
        "acknowledge": lambda v: alert_verbs.acknowledge(alert_id=alert_id, words=v["words"], by=by, at=clock.now()),
        "end": lambda v: alert_verbs.end(alert_id=alert_id, words=v["words"], by=by, at=clock.now()),
        "assign": lambda v: alert_verbs.assign(
            alert_id=alert_id, officer_id=int(v["officer_id"]), by=by, at=clock.now()
        ),
        "note": lambda v: alert_verbs.note(alert_id=alert_id, words=v["words"], by=by, at=clock.now()),
    }
    if status := steps.take(form, verbs[name]):
        return _page(request, alert_id, {name: form}, status)
    messages.success(request, _("Đã ghi: %(step)s.") % {"step": str(form.label).lower()})
    if request.POST.get("ve") == "ban":
        return redirect("water:alerts")
    return redirect("water:alert", alert_id=alert_id)


def _form(name: str, found: Any, data: Any = None) -> StepForm:
    extra: dict[str, Any] = {}
    if name == "assign":
        extra["officers"] = [(str(each.pk), each.full_name) for each in alert_verbs.candidates(found, clock.now())]
    return STEPS[name](data, auto_id=f"id_{name}_%s", **extra)


def _page(request: HttpRequest, alert_id: int, bound: dict[str, StepForm], status: int = 200) -> HttpResponse:
    page = alerts.alert_page(request.user, alert_id, clock.now())
    first, other = steps.shown(STEPS, page.can, lambda name: _form(name, page.alert), bound, FIRST)
    context = {
        "page": page, "alert": page.alert, "first_steps": first, "other_steps": other,
        "illustrative": page.alert.illustrative,
    }  # fmt: skip
    return render(request, "water/alert.html", context, status=status)


# --- rules -----------------------------------------------------------------------------------------------------------


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule as a sentence."""
    permissions.check_can_see_alerts(request.user)
    at = clock.now()
    rows = [(rule, alerts.sentence_of(rule, at), alerts.holds(rule, at)) for rule in alerts.rules()[:300]]
    context = {
        "rows": rows, "may_set": permissions.can_set_rules(request.user),
        "illustrative": any(rule.illustrative for rule, _sentence, _held in rows),
    }  # fmt: skip
    return render(request, "water/alert_rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, rule_id: int | None = None) -> HttpResponse:
    """Make a rule, or change one."""
    permissions.check_can_set_rules(request.user)
    found = alerts.get_rule(request.user, rule_id) if rule_id is not None else None
    initial = alert_choices.values_of(found) if found else dict(request.GET.items())
    form = forms.RuleForm(
        request.POST if request.method == "POST" else None, initial=initial, places=alert_choices.places(clock.now()),
        parameters=alert_choices.parameters(), offices=alert_choices.offices(clock.now()),
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = alert_rules.save_rule(
                    values=RuleValues(**alert_choices.chosen(form.cleaned_data)),
                    rule_id=rule_id,
                    by=_me(request),
                    at=clock.now(),
                )
            except BadInput as refusal:
                form.add_error(None, refusal.render(_))
            else:
                messages.success(
                    request, _("Đã lưu quy tắc: %(sentence)s") % {"sentence": alerts.sentence_of(saved, clock.now())}
                )
                return redirect("water:alert_rules")
    sentence = alerts.sentence_of(found, clock.now()) if found else ""
    return render(request, "water/alert_rule.html", {"form": form, "rule": found, "sentence": sentence}, status=status)


@require_POST
def end_rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    alert_rules.end_rule(rule_id=rule_id, by=_me(request), at=clock.now())
    messages.success(request, _("Quy tắc thôi theo dõi từ ngày mai; các cảnh báo cũ vẫn giữ."))
    return redirect("water:alert_rules")


# --- on call ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def duty(request: HttpRequest) -> HttpResponse:
    """Who is on call, and putting somebody there."""
    permissions.check_can_see_alerts(request.user)
    at = clock.now()
    offices = on_call.offices_here(local_date(at))
    may_set = permissions.can_set_rules(request.user)
    officers = [officer for officer in people.officers_with_places(local_date(at)) if officer.is_active]
    form = forms.OnCallForm(
        request.POST if request.method == "POST" else None,
        offices=[(str(office.pk), office.name) for office in offices],
        officers=[(str(officer.pk), officer.full_name) for officer in officers],
    )  # fmt: skip
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                alert_rules.put_on_call(
                    office=next(each for each in offices if str(each.pk) == given["office"]),
                    officer=next(each for each in officers if str(each.pk) == given["officer"]),
                    starts_at=given["starts_at"], ends_at=given["ends_at"], note=given["note"], by=_me(request), at=at,
                )  # fmt: skip
            except BadInput as refusal:
                form.add_error(None, refusal.render(_))
            else:
                messages.success(request, _("Đã thêm ca trực."))
                return redirect("water:on_call")
    rows = [(row, row.starts_at <= at) for row in on_call.duty_list(at)[:200]]
    context = {"form": form if may_set else None, "rows": rows, "may_set": may_set}
    return render(request, "water/on_call.html", context, status=status)


@require_POST
def end_duty(request: HttpRequest, row_id: int) -> HttpResponse:
    alert_rules.take_off_call(row_id=row_id, by=_me(request), at=clock.now())
    messages.success(request, _("Đã bỏ ca trực."))
    return redirect("water:on_call")


def _me(request: HttpRequest) -> Any:
    """The signed-in officer; the middleware lets nobody else in."""
    return request.user


def _workbook(table: Table, name: str, *, illustrative: bool) -> HttpResponse:
    note = _("Dữ liệu minh họa, không phải số liệu thật.") if illustrative else ""
    response = HttpResponse(table.to_xlsx(note), content_type=XLSX_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
