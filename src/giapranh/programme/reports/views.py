"""The pages of reports and urging letters."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from giapranh.kernel import clock
from giapranh.kernel.numbers import format_number
from giapranh.kernel.tables import Column, Status, Table
from giapranh.programme.reports import permissions, queries, services
from giapranh.programme.reports.forms import DraftForm, UrgingForm
from giapranh.programme.reports.wording import told
from giapranh.programme.views import shown


@require_safe
def reports(request: HttpRequest) -> HttpResponse:
    """What has been reported, and what can be reported next?"""
    rows = queries.visible_reports(request.user)
    columns = [
        Column("period", _("Kỳ"), value=lambda r: queries.period_label(r.period), field="period", filterable=False),
        Column("programme", _("Chương trình"), value=lambda r: r.programme.name, field="programme__name",
               sort_field="programme__sort_key", search="programme__search_key"),
        Column("drafted_at", _("Lập lúc"), "date", field="drafted_at"),
        Column("drafted_by", _("Người lập"), value=lambda r: r.drafted_by.full_name, field="drafted_by__full_name",
               sort_field="drafted_by__sort_key", search="drafted_by__search_key"),
        Column("paper", _("Văn bản đi"), "status", value=_paper_status, sortable=False, filterable=False),
    ]  # fmt: skip
    table = Table.of(
        rows, columns, request.GET, title=_("Báo cáo đã lập"), sort="-drafted_at", row_url=_report_url,
        empty=_("Chưa có báo cáo nào."),
    )  # fmt: skip
    if request.GET.get("xuat") == "xlsx":
        return shown.workbook(table, "bao-cao.xlsx", illustrative=rows.filter(illustrative=True).exists())
    programmes = list(queries.programmes_for_reports(request.user))
    return render(
        request,
        "programme/reports/list.html",
        {
            "table": table,
            "programmes": programmes,
            "may_draft": any(permissions.can_draft(request.user, programme) for programme in programmes),
            "illustrative": any(row.record.illustrative for row in table.rows),
        },
    )


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Which programme is the report about? With one there is nothing to ask."""
    programmes = [p for p in queries.programmes_for_reports(request.user) if permissions.can_draft(request.user, p)]
    if len(programmes) == 1:
        return redirect("programme:report_draft", programme_id=programmes[0].pk)
    return render(request, "programme/reports/choose.html", {"programmes": programmes})


def draft(request: HttpRequest, programme_id: int) -> HttpResponse:
    """What goes into the report that the software cannot know?"""
    programme = queries.get_programme(request.user, programme_id)
    permissions.check_can_draft(request.user, programme)
    day = clock.today()
    asked = request.GET.get("ky", "")
    periods = [(_(group), options) for group, options in queries.period_choices(day, asked)]
    form = DraftForm(
        request.POST or None, periods=periods, signers=queries.signer_choices(programme, day),
        initial={"period": asked or queries.likely_period(day)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        made = services.draft_report(
            programme_id=programme.pk, period=form.cleaned_data["period"], by=_me(request), at=clock.now(),
            remarks=form.remarks, signer_id=form.signer_id, mark=form.chosen_mark,
        )  # fmt: skip
        messages.success(request, _("Đã lập dự thảo báo cáo. Hãy đọc lại trước khi tải về hoặc đưa vào văn bản đi."))
        return redirect("programme:report", report_id=made.pk)
    context = {"programme": programme, "form": form, "illustrative": programme.illustrative}
    return render(request, "programme/reports/draft.html", context, status=422 if form.errors else 200)


@require_safe
def report(request: HttpRequest, report_id: int) -> HttpResponse:
    """Is the report right, and does it still hold?"""
    found = queries.get_report(request.user, report_id)
    drifts = queries.report_drift(found, clock.now())
    facts = queries.facts_of(found)
    return render(
        request,
        "programme/reports/report.html",
        {
            "report": found,
            "facts": facts,
            "period": queries.period_label(facts.period_key),
            "drifts": drifts,
            # Everything inside was escaped when the paper was turned into HTML.
            "preview": mark_safe(queries.preview(found)),  # noqa: S308
            "may_register": not found.paper_id and permissions.can_draft(request.user, found.programme),
            "illustrative": found.illustrative,
        },
    )


@require_safe
def numbers(request: HttpRequest, report_id: int) -> HttpResponse:
    """Where does each number come from?"""
    found = queries.get_report(request.user, report_id)
    facts = queries.facts_of(found)
    drifted = {drift.index for drift in queries.report_drift(found, clock.now())}
    all_told = [told(number) for number in facts.numbers]
    columns = [
        Column("index", _("Chỉ số"), "number", value=lambda n: n.index),
        Column("title", _("Số liệu")),
        Column("value", _("Giá trị"), value=_value_of),
        Column("how", _("Cách tính")),
        Column("count", _("Số bản ghi"), "number", value=lambda n: len(n.citations)),
        Column("state", _("Còn khớp"), "status", value=lambda n: _match(n.index in drifted), filterable=False),
        Column("sha", _("Mã băm"), value=lambda n: f"{n.sha[:12]}…"),
    ]
    table = Table.of(
        all_told, columns, request.GET, title=_("Nguồn số liệu"), sort="index", page_size=100,
        row_url=lambda n: f"#so-{n.index}",
    )  # fmt: skip
    if request.GET.get("xuat") == "xlsx":
        return shown.workbook(table, "nguon-so-lieu.xlsx", illustrative=found.illustrative)
    context = {"report": found, "numbers": all_told, "table": table, "illustrative": found.illustrative,
               "period": queries.period_label(facts.period_key)}  # fmt: skip
    return render(request, "programme/reports/numbers.html", context)


@require_safe
def download(request: HttpRequest, report_id: int) -> HttpResponse:
    found = queries.get_report(request.user, report_id)
    response = HttpResponse(queries.docx_of(found), content_type=services.DOCX)
    response["Content-Disposition"] = f'attachment; filename="{queries.file_name(found)}"'
    return response


@require_POST
def register(request: HttpRequest, report_id: int) -> HttpResponse:
    paper = services.register_report(report_id=report_id, by=_me(request), at=clock.now())
    messages.success(request, _("Báo cáo đã ở trong văn bản đi, chờ cấp số và ký."))
    return redirect(f"/van-ban/{paper.pk}/")


def urge(request: HttpRequest, programme_id: int) -> HttpResponse:
    """Who is late, and what do we write to them?"""
    programme = queries.get_programme(request.user, programme_id)
    permissions.check_can_draft(request.user, programme)
    at = clock.now()
    offices = queries.overdue_by_office(programme, at)
    form = UrgingForm(
        request.POST or None, earliest=clock.local_date(at), initial={"answer_by": queries.answer_by(at)},
        signers=queries.signer_choices(programme, clock.local_date(at)),
    )  # fmt: skip
    chosen = _chosen(request)
    if request.method == "POST" and form.is_valid():
        letter = services.urging_letter(
            sorted(chosen), by=_me(request), at=at, answer_by=form.cleaned_data.get("answer_by"),
            signer_id=form.signer_id, mark=form.chosen_mark,
        )  # fmt: skip
        messages.success(request, _("Đã soạn công văn đôn đốc. Hãy đọc lại, sửa nếu cần, rồi cấp số và ký."))
        return redirect(f"/van-ban/{letter.pk}/")
    context = {
        "programme": programme, "offices": offices, "form": form, "chosen": chosen,
        "illustrative": programme.illustrative, "extensions": queries.decided_extensions(programme),
    }  # fmt: skip
    return render(request, "programme/reports/urge.html", context, status=422 if form.errors else 200)


@require_POST
def answer_extension(request: HttpRequest, extension_id: int) -> HttpResponse:
    letter = services.extension_letter(extension_id=extension_id, by=_me(request), at=clock.now())
    messages.success(request, _("Đã soạn công văn trả lời. Hãy đọc lại, sửa nếu cần, rồi cấp số và ký."))
    return redirect(f"/van-ban/{letter.pk}/")


def _me(request: HttpRequest) -> Any:
    """The signed-in officer: the door lets nobody else in."""
    return request.user


def _chosen(request: HttpRequest) -> set[int]:
    words = request.POST.getlist("viec") if request.method == "POST" else request.GET.getlist("viec")
    return {int(word) for word in words if word.isdecimal() and len(word) < 10}


def _value_of(number: Any) -> str:
    value, out_of = number.frozen.value, number.frozen.out_of
    if value is None:
        return _("chưa đo")
    whole = f"/{format_number(out_of)}" if out_of is not None else ""
    return f"{format_number(value)}{whole} {number.unit}"


def _match(drifted: bool) -> Status:
    return Status(_("Đã khác"), "bad") if drifted else Status(_("Còn khớp"), "good")


def _paper_status(row: Any) -> Status:
    if row.paper is None:
        return Status(_("Dự thảo, chưa đưa vào"), "")
    return Status(row.paper.full_number or _("chờ cấp số"), "good" if row.paper.number else "soon")


def _report_url(row: Any) -> str:
    return reverse("programme:report", args=[row.pk])
