"""The working calendar and the outbox."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import Refused
from giapranh.kernel.tables import Column, Status, Table
from giapranh.people import permissions, queries, services, years
from giapranh.people.doors import signed_in
from giapranh.people.forms import SwapDayForm
from giapranh.people.views.answers import refused_line, workbook

TONES = {"waiting": "", "sending": "soon", "sent": "good", "failed": "bad", "unclear": "soon"}


@require_http_methods(["GET", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """Which days are worked this year: holidays known to the program, and the days a decision moved."""
    form = SwapDayForm(request.POST or None)
    if request.method == "POST":
        permissions.check_can_change_calendar(request.user)
        if form.is_valid():
            try:
                services.set_swap_day(**form.cleaned_data, by=signed_in(request), at=now())
            except Refused as refusal:
                form.add_error("day", refused_line(refusal))
            else:
                messages.success(request, _("Đã ghi ngày vào lịch làm việc."))
                return redirect(f"{request.path}?nam={form.cleaned_data['day'].year}")
    year = years.asked(request.GET.get("nam", ""), today())
    context = {
        "form": form, "year": year, "days": years.special_days(year, queries.swap_days()),
        "can_change": permissions.can_change_calendar(request.user),
    }  # fmt: skip
    return render(request, "people/calendar.html", context, status=422 if form.errors else 200)


@require_POST
def drop_swap_day(request: HttpRequest, swap_day_id: int) -> HttpResponse:
    services.drop_swap_day(swap_day_id=swap_day_id, by=signed_in(request), at=now())
    messages.success(request, _("Đã bỏ ngày khỏi lịch."))
    return redirect("people:calendar")


@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """What was sent by e-mail, what was not, and what nobody can know."""
    permissions.check_can_see_outbox(request.user)
    columns = [
        Column("subject", _("Thư"), field="subject"),
        Column("address", _("Gửi tới"), field="address"),
        Column("state", _("Tình trạng"), "status", value=_delivery_state, field="state",
               choices=queries.DELIVERY_STATES),
        Column("created_at", _("Viết lúc"), "date", field="created_at", filterable=False),
        Column("sent_at", _("Gửi lúc"), "date", field="sent_at", filterable=False),
    ]  # fmt: skip
    table = Table.of(
        queries.deliveries(), columns, request.GET, title=_("Hộp thư đi"), sort="-created_at",
        empty=_("Hệ thống chưa gửi thư nào."),
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, "hop-thu-di")
    context = {
        "table": table, "in_doubt": queries.deliveries_in_doubt(),
        "can_send": permissions.can_send_again(request.user),
    }  # fmt: skip
    return render(request, "people/outbox.html", context)


def _delivery_state(delivery: Any) -> Status:
    return Status(str(delivery.get_state_display()), TONES[delivery.state], note=delivery.reason)


@require_POST
def send_again(request: HttpRequest, delivery_id: int) -> HttpResponse:
    permissions.check_can_send_again(request.user)
    services.send_again(delivery_id=delivery_id, by=signed_in(request), at=now())
    messages.success(request, _("Thư được gửi lại."))
    return redirect("people:outbox")
