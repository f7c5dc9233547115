"""What the bell holds."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from giapranh.desk import queries, services
from giapranh.kernel.clock import now
from giapranh.kernel.tables import XLSX_TYPE, Column, Table


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Everything told to this person, the unread first."""
    table = Table.of(
        queries.notices(request.user),
        [
            Column("text", _("Nội dung"), field="text", sortable=False),
            Column("created_at", _("Lúc"), "date", field="created_at", filterable=False),
            Column("state", _("Tình trạng"), "status", value=queries.notice_state),
        ],
        request.GET,
        title=_("Thông báo"),
        row_url=lambda notice: f"/thong-bao/{notice.pk}/",
        empty=_("Chưa có thông báo nào."),
    )
    if table.wants_xlsx:
        note = _("Dữ liệu minh họa, không phải số liệu thật.") if settings.ILLUSTRATIVE else ""
        return HttpResponse(table.to_xlsx(note), content_type=XLSX_TYPE)
    return render(request, "desk/notices.html", {"table": table})


@require_GET
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark as read and go where the notice points. Opening twice changes nothing, so a GET may do it."""
    notice = services.read_notice(notice_id=notice_id, by=request.user, at=now())
    inside = url_has_allowed_host_and_scheme(notice.url, {request.get_host()}, request.is_secure())
    return redirect(notice.url if notice.url and inside else "desk:notices")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.read_all_notices(by=request.user, at=now())
    return redirect("desk:notices")
