"""Language, light or dark, and the page that shows every component."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from giapranh.desk import frame
from giapranh.kernel.clock import today
from giapranh.kernel.tables import XLSX_TYPE, Column, Status, Table
from giapranh.people.doors import needs, public
from giapranh.people.roles import Role

A_YEAR = 365 * 24 * 3600


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    asked = request.POST.get("language", "")
    if asked not in {code for code, _name in settings.LANGUAGES}:
        asked = settings.LANGUAGE_CODE
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, asked)


@public
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    asked = request.POST.get("theme", "")
    return _remember(request, frame.THEME_COOKIE, asked if asked in frame.THEMES else "auto")


def _remember(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = redirect(back)
    response.set_cookie(cookie, value, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


class SampleForm(forms.Form):
    """Every kind of field the pages use."""

    subject = forms.CharField(label=gettext_lazy("Trích yếu"), help_text=gettext_lazy("Ghi như trên văn bản."))
    day = forms.DateField(label=gettext_lazy("Hạn"), required=False)
    office = forms.ChoiceField(
        label=gettext_lazy("Đơn vị chủ trì"), choices=[("", "—"), ("1", gettext_lazy("Phòng chuyên môn"))]
    )
    note = forms.CharField(label=gettext_lazy("Ghi chú"), widget=forms.Textarea, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Chiều văn bản"),
        choices=[("incoming", gettext_lazy("Đến")), ("outgoing", gettext_lazy("Đi"))],
        widget=forms.RadioSelect,
    )
    remind = forms.BooleanField(label=gettext_lazy("Nhắc trước hạn ba ngày"), required=False)
    file = forms.FileField(label=gettext_lazy("Tệp"), required=False)


@dataclass(frozen=True, slots=True)
class SampleTask:
    n: int
    text: str
    office: str
    due_on: date | None
    state: Status


@needs(Role.ADMINISTRATOR)
@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Every component with the words that make it; the place to look before building a page."""
    table = Table.of(
        _sample_tasks(),
        [
            Column("n", _("Số"), "number"),
            Column("text", _("Việc")),
            Column("office", _("Đơn vị")),
            Column("due_on", _("Hạn"), "date"),
            Column("state", _("Tình trạng"), "status"),
        ],
        request.GET,
        title=_("Bảng mẫu"),
        row_url=lambda task: f"?viec={task.n}",
        page_size=25,
    )
    if table.wants_xlsx:
        return HttpResponse(table.to_xlsx(note=_("Dữ liệu minh họa")), content_type=XLSX_TYPE)
    form = SampleForm({"subject": ""} if "loi" in request.GET else None)
    labels = [_("Cơ quan"), _("Đơn vị"), _("Văn bản đầu tiên")]
    shown = {"table": table, "form": form, "labels": labels, "illustrative": True, "today": today()}
    return render(request, "desk/components.html", shown)


def _sample_tasks() -> list[SampleTask]:
    states = [
        Status(_("Đúng hạn"), "good"),
        Status(_("Sắp đến hạn"), "soon", note=_("còn 2 ngày làm việc")),
        Status(_("Quá hạn"), "bad"),
        Status(_("Không hạn")),
    ]
    return [
        SampleTask(
            n,
            _("Rà soát, đề xuất nội dung phối hợp số %(n)s với tỉnh bạn") % {"n": n},
            _("Phòng chuyên môn %(n)s") % {"n": n % 5 + 1},
            None if n % 4 == 3 else today() + timedelta(days=n - 10),
            states[n % 4],
        )
        for n in range(1, 31)
    ]
