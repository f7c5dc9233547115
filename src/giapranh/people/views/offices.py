"""Offices: the list of a day, one office, a new one, a list from Excel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import Refused
from giapranh.kernel.tables import Column, Status, Table
from giapranh.people import permissions, queries, services, sheets
from giapranh.people.doors import signed_in
from giapranh.people.forms import NewOfficeForm, OfficeForm, OfficeNameForm, PasteForm
from giapranh.people.views.answers import refused_line, workbook
from giapranh.people.views.days import asked_day


@require_GET
def offices(request: HttpRequest) -> HttpResponse:
    """Who is there on a day: this agency's offices, or everybody known."""
    day = asked_day(request)
    agency = queries.own_agency()
    everybody = request.GET.get("pham_vi") == "tat-ca" or agency is None
    rows = queries.offices(day) if everybody else queries.offices(day, within=agency)
    names = queries.display_names(rows, today())
    table = Table.of(
        rows, _office_columns(names), request.GET, title=_("Cơ quan, đơn vị"), sort="name", row_url=_office_url,
        empty=_("Không có đơn vị nào vào ngày này."),
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, "don-vi")
    context = {
        "table": table, "day": day, "agency": agency, "everybody": everybody,
        "to_fill_in": queries.still_to_fill_in(day, within=None if everybody else agency).count(),
        "can_change": permissions.can_change_organisation(request.user),
        "illustrative": rows.filter(illustrative=True).exists(),
    }  # fmt: skip
    return render(request, "people/offices.html", context)


def _office_columns(names: dict[int, str]) -> list[Column]:
    return [
        Column("name", _("Tên đơn vị"), value=lambda o: names.get(o.pk, o.name), field="name", sort_field="sort_key",
               search="search_key"),
        Column("abbreviation", _("Tên tắt"), field="abbreviation"),
        Column("kind", _("Loại"), value=lambda o: o.get_kind_display(), field="kind", choices=queries.OFFICE_KINDS),
        Column("parent", _("Trực thuộc"), value=_above, field="parent__name", sort_field="parent__sort_key",
               search="parent__search_key"),
        Column("valid_from", _("Từ ngày"), "date", field="valid_from"),
        Column("valid_to", _("Đến ngày"), "date", field="valid_to"),
        Column("fill", _("Hồ sơ"), "status", value=_filled, filterable=False, sortable=False),
        Column("symbol", _("Ký hiệu"), field="symbol", hidden=True),
        Column("organ_code", _("Mã định danh"), field="organ_code", hidden=True),
    ]  # fmt: skip


def _above(office: Any) -> str:
    return str(office.place)


def _filled(office: Any) -> Status | str:
    return Status(_("còn phải điền"), "soon", "edit") if office.unknown_note else ""


def _office_url(office: Any) -> str:
    return reverse("people:office", args=[office.uid])


@require_GET
def office(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What is known about one office: names, people, duties, what it came from and what it became."""
    found = queries.office_by_uid(uid)
    day = asked_day(request)
    context = {
        "office": found,
        "day": day,
        "name_now": queries.display_name(found, today()),
        "agency": found.agency,
        "below": list(queries.offices(day).filter(parent=found)),
        "people": queries.people_in(found, day) if permissions.can_see_officers(request.user) else None,
        "duties": queries.duties_of(found),
        "successions": queries.successions_of(found),
        "successors": [o for o in queries.current_successors(found, today()) if o.pk != found.pk],
        "can_edit": permissions.can_edit_office(request.user, found),
        "can_change": permissions.can_change_organisation(request.user),
        "illustrative": found.illustrative,
    }
    return render(request, "people/office.html", context)


@require_http_methods(["GET", "POST"])
def edit_office(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = queries.office_by_uid(uid)
    permissions.check_can_edit_office(request.user, found)
    initial = {name: getattr(found, name) for name in OfficeForm.base_fields} | {"aliases": "\n".join(found.aliases)}
    form = OfficeForm(request.POST or None, initial=initial)
    naming = OfficeNameForm(initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_office(office=found, by=signed_in(request), at=now(), **form.values())
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
        else:
            messages.success(request, _("Đã ghi thông tin đơn vị."))
            return redirect("people:office", uid=uid)
    context = {
        "form": form, "naming": naming, "office": found,
        "can_name": bool(found.unknown_note) and permissions.can_change_organisation(request.user),
    }  # fmt: skip
    return render(request, "people/office_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["POST"])
def name_office(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The true name, now that somebody knows it."""
    found = queries.office_by_uid(uid)
    services.name_office(office=found, name=request.POST.get("name", ""), by=signed_in(request), at=now())
    messages.success(request, _("Đã ghi tên chính thức."))
    return redirect("people:office", uid=uid)


@require_http_methods(["GET", "POST"])
def new_office(request: HttpRequest) -> HttpResponse:
    permissions.check_can_change_organisation(request.user)
    agency = queries.own_agency()
    form = NewOfficeForm(request.POST or None, day=today(), initial={"parent": agency, "kind": "division"})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_office(**form.cleaned_data, by=signed_in(request), at=now())
        except Refused as refusal:
            form.add_error("name", refused_line(refusal))
        else:
            messages.success(request, _("Đã thêm đơn vị."))
            return redirect("people:office", uid=made.uid)
    return render(request, "people/office_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    """A list from Excel: shown first, saved after."""
    permissions.check_can_change_organisation(request.user)
    form = PasteForm(request.POST or None, request.FILES or None)
    rows: Any = None
    if request.method == "POST" and form.is_valid():
        try:
            text = _pasted_text(form)
            if "save" in request.POST:
                made = services.paste_offices(text, by=signed_in(request), at=now())
                messages.success(request, _("Đã thêm %(count)s đơn vị.") % {"count": len(made)})
                return redirect("people:offices")
            rows = services.preview_offices(text)
            form = PasteForm(initial={"text": text})
        except Refused as refusal:
            form.add_error(None, refused_line(refusal))
    context = {
        "form": form, "rows": rows, "agency": queries.own_agency(),
        "new": sum(row.state == "new" for row in rows or []),
        "refused": sum(row.state == "refused" for row in rows or []),
    }  # fmt: skip
    return render(request, "people/paste.html", context, status=422 if form.errors else 200)


def _pasted_text(form: PasteForm) -> str:
    """A workbook becomes the text it would have been when copied, so that the second step needs no file."""
    upload = form.cleaned_data.get("file")
    if not upload:
        return str(form.cleaned_data["text"])
    return sheets.as_text(sheets.cells_of_workbook(upload.read()))
