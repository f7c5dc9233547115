"""Officers: the list, one person, a new account, appointments."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import Refused
from giapranh.kernel.tables import Column, Status, Table
from giapranh.people import permissions, queries, services
from giapranh.people.doors import signed_in
from giapranh.people.forms import AppointmentForm, EndAppointmentForm, NewOfficerForm, OfficerForm
from giapranh.people.views.answers import refused_line, workbook


@require_GET
def officers(request: HttpRequest) -> HttpResponse:
    """Who works here, where, as what."""
    permissions.check_can_see_officers(request.user)
    rows = queries.officers_with_places(today())
    columns = [
        Column("full_name", _("Họ và tên"), field="full_name", sort_field="sort_key", search="search_key"),
        Column("username", _("Tên đăng nhập"), field="username"),
        Column("offices", _("Đơn vị"), value=_offices_of, search="appointments__office__search_key", sortable=False),
        Column("roles", _("Vai trò"), value=_roles_of, sortable=False, filterable=False),
        Column("email", _("Thư điện tử"), field="email"),
        Column("phone", _("Điện thoại"), field="phone", hidden=True),
        Column("state", _("Tài khoản"), "status", value=_state_of, field="is_active",
               choices=[("True", _("đang dùng")), ("False", _("đã đóng"))]),
    ]  # fmt: skip
    table = Table.of(
        rows, columns, request.GET, title=_("Cán bộ"), sort="full_name",
        row_url=lambda officer: reverse("people:officer", args=[officer.uid]), empty=_("Chưa có cán bộ nào."),
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, "can-bo")
    context = {
        "table": table, "can_manage": permissions.can_manage_officers(request.user),
        "illustrative": any(row.record.illustrative for row in table.rows),
    }  # fmt: skip
    return render(request, "people/officers.html", context)


def _offices_of(officer: Any) -> str:
    return ", ".join(dict.fromkeys(held.office.name for held in officer.held))


def _roles_of(officer: Any) -> str:
    return ", ".join(dict.fromkeys(str(held.get_role_display()) for held in officer.held))


def _state_of(officer: Any) -> Status:
    if not officer.is_active:
        return Status(_("đã đóng"), "", "lock")
    return Status(_("đang dùng"), "good") if officer.held else Status(_("chưa có chức trách"), "soon")


@require_GET
def officer(request: HttpRequest, uid: UUID) -> HttpResponse:
    permissions.check_can_see_officers(request.user)
    return _officer_page(request, uid)


def _officer_page(
    request: HttpRequest, uid: UUID, *, appointing: AppointmentForm | None = None, shown_password: str = ""
) -> HttpResponse:
    found = queries.officer_by_uid(uid)
    can_manage = permissions.can_manage_officers(request.user)
    context = {
        "officer": found,
        "day": today(),
        "appointments": queries.all_appointments_of(found),
        "events": queries.events_of("officer", found.pk, 20) if can_manage else [],
        "appointing": (appointing or AppointmentForm(day=today())) if can_manage else None,
        "ending": EndAppointmentForm(initial={"last_day": today()}),
        "shown_password": shown_password,
        "can_manage": can_manage,
        "can_edit": permissions.can_edit_officer(request.user, found),
        "illustrative": found.illustrative,
    }
    return render(request, "people/officer.html", context, status=422 if appointing is not None else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new_officer(request: HttpRequest) -> HttpResponse:
    """An account with its first appointment; the first password is shown once."""
    permissions.check_can_manage_officers(request.user)
    form = NewOfficerForm(request.POST or None, day=today())
    if request.method == "POST" and form.is_valid():
        try:
            made, password = services.take_on(**form.cleaned_data, by=signed_in(request), at=now())
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            return _officer_page(request, made.uid, shown_password=password)
    return render(request, "people/officer_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def edit_officer(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = queries.officer_by_uid(uid)
    permissions.check_can_edit_officer(request.user, found)
    initial = {"full_name": found.full_name, "email": found.email, "phone": found.phone}
    form = OfficerForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_officer(officer=found, by=signed_in(request), at=now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            messages.success(request, _("Đã ghi."))
            return redirect("people:officer", uid=uid)
    context = {"form": form, "officer": found}
    return render(request, "people/officer_edit.html", context, status=422 if form.errors else 200)


@require_POST
def appoint(request: HttpRequest, uid: UUID) -> HttpResponse:
    permissions.check_can_manage_officers(request.user)
    form = AppointmentForm(request.POST, day=today())
    if not form.is_valid():
        return _officer_page(request, uid, appointing=form)
    try:
        services.appoint(officer=queries.officer_by_uid(uid), **form.cleaned_data, by=signed_in(request), at=now())
    except Refused as refusal:
        form.add_error(None, refused_line(refusal))
        return _officer_page(request, uid, appointing=form)
    messages.success(request, _("Đã giao chức trách."))
    return redirect("people:officer", uid=uid)


@require_POST
def end_appointment(request: HttpRequest, appointment_id: int) -> HttpResponse:
    permissions.check_can_manage_officers(request.user)
    form = EndAppointmentForm(request.POST)
    uid = queries.officer_of_appointment(appointment_id)
    if not form.is_valid():
        messages.error(request, _("Ngày làm việc cuối chưa đúng: viết như 28/02/2026."))
        return redirect("people:officer", uid=uid)
    services.end_appointment(appointment_id=appointment_id, **form.cleaned_data, by=signed_in(request), at=now())
    messages.success(request, _("Đã ghi ngày thôi chức trách."))
    return redirect("people:officer", uid=uid)


@require_POST
def close_account(request: HttpRequest, uid: UUID) -> HttpResponse:
    services.close_account(officer=queries.officer_by_uid(uid), by=signed_in(request), at=now())
    messages.success(request, _("Đã đóng tài khoản."))
    return redirect("people:officer", uid=uid)


@require_POST
def reopen_account(request: HttpRequest, uid: UUID) -> HttpResponse:
    services.reopen_account(officer=queries.officer_by_uid(uid), by=signed_in(request), at=now())
    messages.success(request, _("Đã mở lại tài khoản. Nhớ giao lại chức trách."))
    return redirect("people:officer", uid=uid)


@never_cache
@require_POST
def new_password(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A fresh password, shown once on the page and kept nowhere."""
    password = services.new_password(officer=queries.officer_by_uid(uid), by=signed_in(request), at=now())
    return _officer_page(request, uid, shown_password=password)
