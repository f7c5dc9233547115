"""Files come in: several at once, each with its own line of progress."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from giapranh.documents import permissions, queries, services
from giapranh.documents.views.answers import is_partial, line
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, BadInput, Refused

MOST_FILES = 50


class NoFile(BadInput):
    code = "no_file"


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    permissions.check_can_write(request.user)
    refused: list[tuple[str, str]] = []
    if request.method == "POST":
        refused = _receive(request)
        if not refused:
            return redirect("documents:upload")
    uploads = queries.uploads_of(request.user)
    context = {
        "uploads": uploads,
        "refused": refused,
        "waiting": any(each.is_open for each in uploads),
        "limit_mb": settings.UPLOAD_LIMIT_BYTES // 1024 // 1024,
        "directions": queries.upload_directions(),
    }
    template = "documents/uploads_list.html" if is_partial(request) else "documents/upload.html"
    return render(request, template, context, status=422 if refused else 200)


def _receive(request: HttpRequest) -> list[tuple[str, str]]:
    """Stage every file; the lines of those refused at the door."""
    files = request.FILES.getlist("files")[:MOST_FILES]
    if not files:
        return [("", line(NoFile(N_("Chưa chọn tệp nào. Hãy chọn hoặc kéo tệp vào khung."))))]
    refused: list[tuple[str, str]] = []
    for file in files:
        try:
            _stage(request, file)
        except Refused as refusal:
            refused.append((str(file.name), line(refusal)))
    staged = len(files) - len(refused)
    if staged:
        messages.success(request, _("Đã nhận %(count)d tệp, máy đang đọc.") % {"count": staged})
    return refused


def _stage(request: HttpRequest, file: Any) -> None:
    services.receive_upload(
        data=file, name=str(file.name), size=int(file.size or 0), direction=request.POST.get("direction", ""),
        by=request.user, at=clock.now(),
    )  # fmt: skip


@require_safe
def state(request: HttpRequest, uid: Any) -> HttpResponse:
    """One upload: on to the reading page when it is done."""
    found = queries.get_upload(request.user, uid)
    if found.paper_id and found.state == "done" and not is_partial(request):
        return redirect("documents:reading", found.paper_id)
    return render(request, "documents/upload_state.html", {"upload": found})
