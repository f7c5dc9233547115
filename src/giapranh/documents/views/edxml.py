"""edXML on the page: what came, what was made, and the files to carry."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.documents import permissions, queries, services
from giapranh.documents.views.answers import attachment
from giapranh.kernel import clock


@require_safe
def messages_page(request: HttpRequest) -> HttpResponse:
    rows = queries.edxml_messages(request.user)
    context = {"rows": rows, "illustrative": any(row.paper and row.paper.illustrative for row in rows)}
    return render(request, "documents/edxml.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def envelope(request: HttpRequest, paper_id: int) -> HttpResponse:
    """GET: download one message of this paper (``?goi=``); POST: make the envelope of an outgoing paper."""
    if request.method == "POST":
        to = [_organ(row) for row in request.POST.get("to", "").splitlines() if row.strip()]
        steering = int(request.POST["steering"]) if request.POST.get("steering") in ("1", "2", "3") else 1
        services.send_edxml(paper_id=paper_id, to=to, steering=steering, by=request.user, at=clock.now())
        messages.success(request, _("Đã lập gói edXML. Tải về để chuyển qua trục liên thông."))
        return redirect("documents:paper", paper_id)
    paper = queries.get_visible(request.user, paper_id)
    asked = request.GET.get("goi", "")
    message = queries.get_edxml(paper, int(asked) if asked.isdecimal() and len(asked) < 12 else 0)
    return attachment(queries.open_blob(message.blob_id), f"{message.pk}.edxml", "application/xml")


def _organ(row: str) -> tuple[str, str]:
    """``H37.13 Sở …``: the code comes first."""
    code, _space, name = row.strip().partition(" ")
    return code, name.strip()


@require_POST
def status(request: HttpRequest, paper_id: int) -> HttpResponse:
    permissions.check_can_keep_books(request.user)
    services.reply_status(
        paper_id=paper_id, status=request.POST.get("status", ""), reason=request.POST.get("reason", ""),
        by=request.user, at=clock.now(),
    )  # fmt: skip
    messages.success(request, _("Đã lập phản hồi trạng thái. Tải về để chuyển qua trục liên thông."))
    return redirect("documents:paper", paper_id)
