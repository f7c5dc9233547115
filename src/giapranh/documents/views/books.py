"""The books of Decree 30/2020/NĐ-CP, Annex IV: on the page, on paper, in Excel."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from giapranh.documents import forms, permissions, queries, services
from giapranh.documents.views.answers import any_illustrative, line, workbook
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, NotFound, Refused
from giapranh.kernel.tables import Column, Table

PRINTED_ROWS = 200


def _incoming() -> list[Column]:
    return [
        Column("entered_on", _("Ngày đến"), "date", field="entered_on"),
        Column("seq", _("Số đến"), "number", field="seq", sort_field="seq"),
        Column("author", _("Tác giả"), field="author", search="paper__search_key", sortable=False),
        Column("number_symbol", _("Số, ký hiệu"), field="number_symbol"),
        Column("paper_date", _("Ngày tháng văn bản"), field="paper_date", sort_field="paper__issued_on"),
        Column("kind_and_subject", _("Tên loại và trích yếu nội dung"), field="kind_and_subject", search="paper__search_key", sortable=False),
        Column("handed_to", _("Đơn vị hoặc người nhận"), field="handed_to", sortable=False),
        Column("handed_on", _("Ngày chuyển"), "date", field="handed_on"),
        Column("receipt", _("Ký nhận"), field="receipt", sortable=False),
        Column("note", _("Ghi chú"), field="note", sortable=False),
    ]  # fmt: skip


def _outgoing() -> list[Column]:
    return [
        Column("number_symbol", _("Số, ký hiệu văn bản"), field="number_symbol", sort_field="seq"),
        Column("paper_date", _("Ngày tháng văn bản"), field="paper_date", sort_field="paper__issued_on"),
        Column("kind_and_subject", _("Tên loại và trích yếu nội dung"), field="kind_and_subject", search="paper__search_key", sortable=False),
        Column("signer", _("Người ký"), field="signer", sortable=False),
        Column("recipients", _("Nơi nhận văn bản"), field="recipients", sortable=False),
        Column("archive_holder", _("Đơn vị, người nhận bản lưu"), field="archive_holder", sortable=False),
        Column("copies", _("Số lượng bản"), "number", field="copies"),
        Column("handed_on", _("Ngày chuyển"), "date", field="handed_on"),
        Column("receipt", _("Ký nhận"), field="receipt", sortable=False),
        Column("note", _("Ghi chú"), field="note", sortable=False),
    ]  # fmt: skip


def _follow_up() -> list[Column]:
    return [
        Column("seq", _("Số đến"), "number", field="seq"),
        Column("paper", _("Tên loại, số và ký hiệu, ngày tháng, tác giả"), value=_named, field="number_symbol", search="paper__search_key"),
        Column("handed_to", _("Đơn vị hoặc người nhận"), field="handed_to", sortable=False),
        Column("due_on", _("Thời hạn giải quyết"), "date", field="due_on"),
        Column("progress", _("Tiến độ giải quyết"), field="progress", sortable=False),
        Column("reply", _("Số, ký hiệu văn bản trả lời"), field="reply"),
        Column("note", _("Ghi chú"), field="note", sortable=False),
    ]  # fmt: skip


def _named(entry: Any) -> str:
    parts = [entry.paper.kind, entry.number_symbol, entry.paper_date, entry.author]
    return ", ".join(part for part in parts if part)


BOOKS = {
    "den": (N_("Sổ đăng ký văn bản đến"), "incoming", _incoming, "-seq"),
    "di": (N_("Sổ đăng ký văn bản đi"), "outgoing", _outgoing, "-number_symbol"),
    "theo-doi": (N_("Sổ theo dõi giải quyết văn bản đến"), "incoming", _follow_up, "-seq"),
}


@require_http_methods(["GET", "HEAD", "POST"])
def books(request: HttpRequest) -> HttpResponse:
    """The books there are; a clerk may say where a book on paper stopped."""
    form = forms.StartBookForm(request.POST or None, initial={"year": clock.today().year, "last_seq": 0})
    if request.method == "POST" and form.is_valid():
        try:
            services.start_book(**form.cleaned_data, by=request.user, at=clock.now())
        except Refused as refusal:
            form.add_error(None, line(refusal))
        else:
            messages.success(request, _("Đã ghi số bắt đầu của sổ."))
            return redirect("documents:books")
    context = {
        "books": queries.books(request.user),
        "kinds": [(key, _(named[0])) for key, named in BOOKS.items()],
        "form": form,
        "can_keep": permissions.can_keep_books(request.user),
    }
    return render(request, "documents/books.html", context, status=422 if form.errors else 200)


@require_safe
def book(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in BOOKS:
        raise NotFound(N_("Không có sổ này."))
    title, book_kind, columns, order = BOOKS[kind]
    years = queries.book_years(request.user, book_kind)
    asked = request.GET.get("nam", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else (years[0] if years else clock.today().year)
    series = request.GET.get("so", "")
    entries = queries.entries(request.user, book_kind, year, series)
    printed = request.GET.get("in") == "1"
    params = request.GET.copy()
    if printed:
        params["dong"] = str(PRINTED_ROWS)
    table = Table.of(
        entries, columns(), params, title=f"{_(title)} {year}", sort=order.lstrip("-") if printed else order,
        row_url=lambda entry: reverse("documents:paper", args=[entry.paper_id]), compact=printed,
        empty=_("Sổ năm này chưa có văn bản nào."),
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, f"so-{kind}-{year}", illustrative=queries.any_illustrative_entry(entries))
    context = {
        "table": table,
        "title": _(title),
        "kind": kind,
        "kinds": [(key, _(b[0])) for key, b in BOOKS.items()],
        "year": year,
        "years": years,
        "series": series,
        "all_series": queries.series_of_year(request.user, year) if book_kind == "outgoing" else [],
        "can_keep": permissions.can_keep_books(request.user),
        "agency": queries.agency_name(request.user),
        "illustrative": any_illustrative(row.record.paper for row in table.rows),
    }
    return render(request, "documents/book_print.html" if printed else "documents/book.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    found = queries.get_entry(request.user, entry_id)
    outgoing = found.book.kind == "outgoing"
    permissions.check_can_keep_books(request.user)
    kind = forms.OutgoingEntryForm if outgoing else forms.EntryForm
    start = {name: getattr(found, name) for name in kind.base_fields}
    form = kind(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_entry(entry_id=entry_id, values=form.cleaned_data, by=request.user, at=clock.now())
        except Refused as refusal:
            form.add_error(None, line(refusal))
        else:
            messages.success(request, _("Đã ghi vào sổ."))
            return redirect("documents:book", "di" if outgoing else "den")
    context = {"entry": found, "form": form, "illustrative": found.paper.illustrative}
    return render(request, "documents/entry.html", context, status=422 if form.errors else 200)
