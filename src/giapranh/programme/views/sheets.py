"""The tracking sheet in and out: looked at first, taken in second."""

from __future__ import annotations

import base64
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from giapranh.kernel.clock import now
from giapranh.kernel.errors import BadInput
from giapranh.programme import permissions, queries, services
from giapranh.programme.forms import SheetForm
from giapranh.programme.views import shown

SALT = "programme.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: HttpRequest, programme_id: int | None = None) -> HttpResponse:
    """What is in the sheet, what is new, what cannot be read? Then: take it in."""
    permissions.check_can_adopt(request.user)
    programme = queries.get_programme(request.user, programme_id) if programme_id is not None else None
    form = SheetForm(request.POST or None, request.FILES or None, new_programme=programme is None)
    context: dict[str, Any] = {
        "form": form,
        "programme": programme,
        "illustrative": bool(programme and programme.illustrative),
    }
    if request.method != "POST":
        return render(request, "programme/sheet.html", context)
    if "sheet" in request.POST:
        return _take_in(request, programme_id)
    if not form.is_valid():
        return render(request, "programme/sheet.html", context, status=422)
    data, name = form.cleaned_data["file"].read(), form.cleaned_data["programme_name"]
    try:
        found = services.import_tracking_sheet(
            data=data, by=shown.me(request), at=now(), programme_id=programme_id, programme_name=name, dry_run=True
        )
    except BadInput as refusal:
        form.add_error("file", refusal.render(_))
        return render(request, "programme/sheet.html", context, status=422)
    # The looked-at sheet travels with the page, sealed, so that nothing half taken in is ever stored.
    context |= {"found": found, "sheet": signing.dumps(base64.b85encode(data).decode(), salt=SALT, compress=True),
                "programme_name": name}  # fmt: skip
    return render(request, "programme/sheet.html", context)


def _take_in(request: HttpRequest, programme_id: int | None) -> HttpResponse:
    try:
        data = base64.b85decode(signing.loads(request.POST["sheet"], salt=SALT, max_age=3600))
    except (signing.BadSignature, ValueError):
        messages.error(request, _("Trang đã để quá lâu. Hãy chọn lại tệp."))
        return redirect(request.path)
    name = request.POST.get("programme_name", "")
    done = services.import_tracking_sheet(
        data=data, by=shown.me(request), at=now(), programme_id=programme_id, programme_name=name
    )
    count = len(done.new)
    messages.success(request, ngettext("Đã nhập %(n)s việc.", "Đã nhập %(n)s việc.", count) % {"n": count})
    assert done.programme is not None
    return redirect("programme:board", programme_id=done.programme.pk)


@require_safe
def take_out(request: HttpRequest, programme_id: int) -> HttpResponse:
    programme = queries.get_programme(request.user, programme_id)
    data = services.export_tasks(user=request.user, programme=programme, at=now())
    return shown.download(data, f"so-theo-doi-{programme.pk}.xlsx")
