"""The list of papers, one paper with its chain, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.documents import forms, permissions, queries, services
from giapranh.documents.next_steps import next_steps
from giapranh.documents.rules.numbers import day_in_words
from giapranh.documents.views.answers import any_illustrative, line, workbook
from giapranh.kernel import clock
from giapranh.kernel.errors import BadInput, Conflict, Refused
from giapranh.kernel.tables import Column, Status, Table

TABS = (
    ("", gettext_lazy("Tất cả")),
    ("cho-xac-nhan", gettext_lazy("Chờ xác nhận")),
    ("den", gettext_lazy("Văn bản đến")),
    ("di", gettext_lazy("Văn bản đi")),
    ("vien-dan", gettext_lazy("Được viện dẫn, chưa có bản")),
)
TONES = {"registered": "good", "confirmed": "good", "to_confirm": "soon", "draft": ""}
HITS = 20


def _url(paper: Any) -> str:
    name = "documents:reading" if paper.state == "to_confirm" else "documents:paper"
    return reverse(name, args=[paper.pk])


def _columns() -> list[Column]:
    return [
        Column("full_number", _("Số, ký hiệu"), value=lambda p: p.full_number or "–", field="full_number", search="number_key", sort_field="sort_key"),
        Column("issued_on", _("Ngày"), "date", value=lambda p: p.issued_on or day_in_words(p.issued_day, p.issued_month, p.issued_year), field="issued_on"),
        Column("kind", _("Loại"), field="kind", sortable=False),
        Column("subject", _("Trích yếu"), field="subject", search="search_key", sortable=False),
        Column("issuer_name", _("Cơ quan ban hành"), field="issuer_name", search="search_key", sortable=False),
        Column(
            "state", _("Tình trạng"), "status", field="state", choices=queries.state_choices(),
            value=lambda p: Status(str(p.get_state_display()), TONES.get(p.state, "")),
        ),
        Column("direction", _("Chiều"), field="direction", choices=queries.direction_choices(), value=lambda p: p.get_direction_display(), hidden=True),
        Column("urgency", _("Độ khẩn"), field="urgency", value=lambda p: p.get_urgency_display() if p.urgency else "", hidden=True),
        Column("created_at", _("Đưa vào lúc"), "date", field="created_at", filterable=False, hidden=True),
    ]  # fmt: skip


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    tab = request.GET.get("muc", "")
    papers = queries.papers_of_tab(request.user, tab)
    table = Table.of(
        papers, _columns(), request.GET, title=_("Văn bản"), row_url=_url,
        empty=_("Chưa có văn bản nào ở mục này."),
    )  # fmt: skip
    if table.wants_xlsx:
        return workbook(table, "van-ban", illustrative=queries.any_illustrative(papers))
    context = {
        "table": table,
        "tabs": TABS,
        "tab": tab,
        "waiting": queries.count_waiting(request.user),
        "can_write": permissions.can_write(request.user),
        "empty": not table.total and not table.filtered and not tab,
        "illustrative": any_illustrative(row.record for row in table.rows),
    }
    return render(request, "documents/papers.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:300]
    asked = request.GET.get("trang", "")
    page = int(asked) if asked.isdecimal() and len(asked) < 9 else 1
    page = min(max(page, 1), 1000)
    hits = queries.search(request.user, words, limit=HITS + 1, offset=(page - 1) * HITS) if words else []
    context = {
        "words": words,
        "hits": hits[:HITS],
        "page": page,
        "more": len(hits) > HITS,
        "illustrative": any_illustrative(hit.paper for hit in hits),
    }
    return render(request, "documents/search.html", context)


@require_safe
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    return _paper_page(request, paper_id)


def _paper_page(request: HttpRequest, paper_id: int, *, error: str = "", status: int = 200) -> HttpResponse:
    found = queries.get_visible(request.user, paper_id)
    if found.filled_by is not None and permissions.can_read(request.user, found.filled_by):
        return redirect("documents:paper", found.filled_by_id)
    write = permissions.can_write(request.user)
    context = {
        "paper": found,
        "error": error,
        "day": day_in_words(found.issued_day, found.issued_month, found.issued_year),
        "graph": queries.citation_graph(found.pk, request.user),
        "versions": queries.versions(found),
        "has_reading": queries.latest_reading(found.pk) is not None,
        "attachments": queries.attachments(found),
        "signatures": queries.signatures_of(found),
        "access": queries.access_rows(found),
        "entries": queries.entries_of(found),
        "messages_edxml": queries.edxml_of(found),
        "steps": next_steps(found, request.user),
        "can_write": write and found.direction != "stub",
        "can_number": permissions.can_keep_books(request.user)
        and found.direction == "outgoing"
        and found.number is None,
        "can_remove": write and found.state in ("to_confirm", "draft") and found.direction != "stub",
        "offices": queries.offices_to_share(found) if write else [],
        "illustrative": found.illustrative,
    }
    return render(request, "documents/paper.html", context, status=status)


@require_POST
def remove(request: HttpRequest, paper_id: int) -> HttpResponse:
    services.remove_draft(paper_id=paper_id, by=request.user, at=clock.now())
    messages.success(request, _("Đã bỏ văn bản chưa xác nhận."))
    return redirect("documents:papers")


@require_POST
def number(request: HttpRequest, paper_id: int) -> HttpResponse:
    paper = services.number_outgoing(paper_id=paper_id, by=request.user, at=clock.now())
    messages.success(request, _("Đã cấp số %(number)s.") % {"number": paper.full_number})
    return redirect("documents:paper", paper_id)


@require_POST
def add_version(request: HttpRequest, paper_id: int) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return _paper_page(
            request, paper_id, error=_("Chưa chọn tệp nào. Hãy chọn hoặc kéo tệp vào khung."), status=422
        )
    try:
        services.admission.check_size(int(file.size or 0), str(file.name))
        version = services.add_version(
            paper_id=paper_id, data=file.read(), name=str(file.name), note_text=request.POST.get("note", ""),
            by=request.user, at=clock.now(),
        )  # fmt: skip
    except (BadInput, Conflict) as refusal:
        return _paper_page(request, paper_id, error=line(refusal), status=422)
    messages.success(request, _("Đã thêm phiên bản %(n)d.") % {"n": version.n})
    return redirect("documents:paper", paper_id)


@require_POST
def share(request: HttpRequest, paper_id: int) -> HttpResponse:
    office = request.POST.get("office", "")
    if not (office.isdecimal() and len(office) < 12):
        return _paper_page(request, paper_id, error=_("Hãy chọn đơn vị."), status=422)
    if request.POST.get("do") == "withdraw":
        services.withdraw_access(paper_id=paper_id, office_id=int(office), by=request.user, at=clock.now())
        messages.success(request, _("Đơn vị không còn xem được văn bản này."))
    else:
        services.grant_access(paper_id=paper_id, offices=[int(office)], by=request.user, at=clock.now())
        messages.success(request, _("Đơn vị đã xem được văn bản này."))
    return redirect("documents:paper", paper_id)


@require_http_methods(["GET", "HEAD", "POST"])
def new_outgoing(request: HttpRequest) -> HttpResponse:
    permissions.check_can_write(request.user)
    form = forms.OutgoingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _create(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error("file", line(refusal))
        else:
            return redirect("documents:paper", made.pk)
    return render(request, "documents/new_outgoing.html", {"form": form}, status=422 if form.errors else 200)


def _create(request: HttpRequest, typed: dict[str, Any]) -> Any:
    file = typed["file"]
    services.admission.check_size(int(file.size or 0), str(file.name))
    return services.create_outgoing(
        kind=typed["kind"], subject=typed["subject"], symbol=typed["symbol"],
        recipients=[each for each in typed["recipients"].splitlines() if each.strip()],
        signer_name=typed["signer_name"], signer_title=typed["signer_title"],
        data=file.read(), name=str(file.name), by=request.user, at=clock.now(),
    )  # fmt: skip
