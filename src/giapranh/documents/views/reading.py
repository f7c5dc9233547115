"""The reading page: the paper on the left, what the machine read on the right, a person decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from giapranh.documents import forms, page_images, permissions, queries, services
from giapranh.documents.next_steps import next_steps
from giapranh.documents.rules import marks, values
from giapranh.documents.rules.fields import ReadDirective, ReadField, ReadPaper
from giapranh.documents.rules.signatures import signatures
from giapranh.documents.views.answers import is_partial, line
from giapranh.kernel import clock
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_, BadInput, NotFound


@dataclass(frozen=True, slots=True)
class Shown:
    """One field with its inputs."""

    field: ReadField
    kind: str
    label: str
    words: str
    error: str = ""
    typed: Any = None

    @property
    def value(self) -> Any:
        """What stands in the inputs: what was typed and refused, else the value that holds."""
        return self.field.value if self.typed is None else self.typed

    @property
    def rows(self) -> int:
        """How many lines the input needs, so that nothing has to be scrolled to be judged."""
        return min(8, max(1, self.lines.count("\n") + 1, len(self.lines) // 55 + 1))

    @property
    def index(self) -> str:
        return self.field.path.split(".")[1] if "." in self.field.path else ""

    @property
    def due_day(self) -> str:
        """The day of a deadline as people type it; what was typed and refused stays as it was typed."""
        given = str((self.value or {}).get("date") or "")
        try:
            return format_date(date.fromisoformat(given))
        except ValueError:
            return given

    @property
    def lines(self) -> str:
        value = self.value
        return "\n".join(value) if isinstance(value, (list, tuple)) else str(value or "")


@dataclass(frozen=True, slots=True)
class ShownDirective:
    """One duty with its fields."""

    directive: ReadDirective
    fields: list[Shown]
    title: str

    @property
    def weak(self) -> int:
        return sum(shown.field.open_weak for shown in self.fields)

    @property
    def words(self) -> dict[str, str]:
        return {shown.field.name: shown.words for shown in self.fields}


@require_safe
def show(request: HttpRequest, paper_id: int) -> HttpResponse:
    return _page(request, paper_id)


def _page(
    request: HttpRequest, paper_id: int, *, error: tuple[str, str] | None = None, typed: Any = None, status: int = 200
) -> HttpResponse:
    paper = queries.get_visible(request.user, paper_id)
    reading = queries.latest_reading(paper.pk)
    if reading is None:
        messages.info(request, _("Văn bản này chưa có bản đọc."))
        return redirect("documents:paper", paper.pk)
    read = queries.read_paper(reading)
    context = {
        "paper": paper,
        "version": reading.version,
        "open": permissions.is_open(paper) and permissions.can_write(request.user),
        "illustrative": paper.illustrative,
        "signatures": signatures(reading.data),
        **_fields_context(read, error, typed),
    }
    if is_partial(request):
        return render(request, "documents/reading_fields.html", context, status=status)
    context |= _paper_context(request, paper, reading, read)
    return render(request, "documents/reading.html", context, status=status)


def _paper_context(request: HttpRequest, paper: Any, reading: Any, read: ReadPaper) -> dict[str, Any]:
    """The left side: page pictures where there are any, and the text."""
    version = reading.version
    pages = page_images.page_count(version.blob_id, version.media_type)
    as_text = request.GET.get("xem") == "chu" or not pages
    fields = list(read.all_fields())
    return {
        "pages": [(number, _boxes(fields, number)) for number in range(1, pages + 1)] if not as_text else [],
        "has_pages": bool(pages),
        "as_text": as_text,
        "segments": marks.cut(paper.text, fields) if as_text else [],
        "steps": next_steps(paper, request.user),
    }


def _boxes(fields: list[ReadField], page: int) -> list[dict[str, Any]]:
    """The boxes on one page, big ones first so that small ones lie on top and can be clicked."""
    here = [(field, box) for field in fields for box in field.boxes if box["page"] == page]
    here.sort(key=lambda pair: -(pair[1]["x1"] - pair[1]["x0"]) * (pair[1]["y1"] - pair[1]["y0"]))
    return [
        {
            "path": field.path,
            "weak": field.open_weak,
            "label": field.label,
            # Text, not numbers: a template would write 0,5 where SVG wants 0.5.
            "x": f"{box['x0']:.5f}",
            "y": f"{box['y0']:.5f}",
            "width": f"{box['x1'] - box['x0']:.5f}",
            "height": f"{box['y1'] - box['y0']:.5f}",
        }
        for field, box in here
    ]


def _fields_context(read: ReadPaper, error: tuple[str, str] | None, typed: Any) -> dict[str, Any]:
    def shown(field: ReadField, label: str = "") -> Shown:
        here = error is not None and error[0] == field.path
        return Shown(
            field, forms.form_kind(field.path), label or _(field.label), values.shown(field.path, field.value),
            error[1] if here and error else "", typed if here else None,
        )  # fmt: skip

    directives = [
        ShownDirective(each, [shown(field) for field in each.fields], each.n or str(number))
        for number, each in enumerate(read.directives, 1)
    ]
    weak = [shown(field) for field in read.header if field.open_weak]
    weak += [shown(field) for field in read.citations if field.open_weak]
    for each in directives:
        if not each.directive.removed:
            weak += [
                shown(s.field, _("Mục %(n)s · %(label)s") % {"n": each.title, "label": s.label})
                for s in each.fields
                if s.field.open_weak
            ]
    header = [shown(field) for field in read.header if not field.open_weak]
    citations = [shown(field) for field in read.citations if not field.open_weak]
    return {
        "weak": weak,
        "header": header,
        "citations": citations,
        "directives": directives,
        "living": sum(not each.directive.removed for each in directives),
        "sure": len(read.sure()),
        "remarks": read.remarks,
        "urgencies": forms.URGENCIES,
        "recurrences": forms.RECURRENCES,
        "recurrence_rules": [rule for rule, _words in forms.RECURRENCES],
    }


# --- decisions -------------------------------------------------------------------------------------------------------


@require_POST
def decide(request: HttpRequest, paper_id: int) -> HttpResponse:
    """One button: what stands in the inputs is right. When it differs from what was read, it is a correction."""
    path = request.POST.get("path", "")
    at = clock.now()
    if request.POST.get("do") == "undo":
        services.undo_decision(paper_id=paper_id, path=path, by=request.user, at=at)
        return _after(request, paper_id, path)
    field = queries.read_field(request.user, paper_id, path)
    typed = forms.typed_value(field, request.POST)
    try:
        if typed is None or _unchanged(field, typed):
            services.confirm_field(paper_id=paper_id, path=path, by=request.user, at=at)
        else:
            services.correct_field(paper_id=paper_id, path=path, value=typed, by=request.user, at=at)
    except BadInput as refusal:
        return _page(request, paper_id, error=(path, line(refusal)), typed=typed, status=422)
    return _after(request, paper_id, path)


def _unchanged(field: ReadField, typed: Any) -> bool:
    """Whether the inputs still say what they said when the page was drawn."""
    if typed in ("", None):
        return not field.value
    clean = values.clean(field.path, typed)
    if isinstance(clean, dict) and isinstance(field.value, dict):
        return all((field.value.get(name) or None) == (value or None) for name, value in clean.items())
    return bool(clean == field.value)


@require_POST
def confirm_sure(request: HttpRequest, paper_id: int) -> HttpResponse:
    paths = request.POST.getlist("path") or None
    count = services.confirm_all_sure(paper_id=paper_id, by=request.user, at=clock.now(), paths=paths)
    if not is_partial(request):
        messages.success(request, _("Đã xác nhận %(count)d giá trị chắc chắn.") % {"count": count})
    return _after(request, paper_id)


@require_POST
def directives(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Add, split, remove, put back a duty."""
    at, by, post = clock.now(), request.user, request.POST
    index, do = _index(post), post.get("do")
    path = f"directives.{index}.text"
    if do == "add":
        index = services.add_directive(paper_id=paper_id, value=forms.directive_value(post), by=by, at=at)
        path = f"directives.{index}.text"
    elif do == "split":
        first, second = post.get("first", ""), post.get("second", "")
        services.split_directive(paper_id=paper_id, index=index, first=first, second=second, by=by, at=at)
    elif do == "remove":
        services.remove_directive(paper_id=paper_id, index=index, by=by, at=at)
    elif do == "restore":
        services.restore_directive(paper_id=paper_id, index=index, by=by, at=at)
    else:
        raise NotFound(N_("Không có việc này trên trang đọc văn bản."))
    return _after(request, paper_id, path)


def _index(post: Any) -> int:
    """The place of a duty or citation; -1, which no row has, for anything that is not a place."""
    typed = post.get("index", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else -1


@require_POST
def citations(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Add or remove a paper named in this one."""
    at, by, post = clock.now(), request.user, request.POST
    if post.get("do") == "remove":
        services.remove_citation(paper_id=paper_id, index=_index(post), by=by, at=at)
        return _after(request, paper_id)
    value = {name: post.get(name, "") for name in ("number", "kind", "issuer", "title")}
    date = {part: post.get(part, "") for part in ("day", "month", "year")}
    services.add_citation(
        paper_id=paper_id, value={**value, "date": date, "legal_basis": post.get("legal_basis")}, by=by, at=at
    )
    return _after(request, paper_id)


@require_POST
def confirm(request: HttpRequest, paper_id: int) -> HttpResponse:
    """Everything is right: into the book, and on to giving the duties."""
    try:
        paper = services.confirm_reading(paper_id=paper_id, by=request.user, at=clock.now())
    except services.StillWeak as refusal:
        messages.warning(request, line(refusal))
        return redirect("documents:reading", paper_id)
    except services.DuplicatePaper as refusal:
        messages.error(request, line(refusal))
        return redirect("documents:reading", paper_id)
    messages.success(request, _("Đã xác nhận và vào sổ: %(paper)s.") % {"paper": str(paper)})
    steps = next_steps(paper, request.user)
    if request.POST.get("then") == "assign" and steps:
        return redirect(steps[0][1])
    return redirect("documents:paper", paper_id)


def _after(request: HttpRequest, paper_id: int, path: str = "") -> HttpResponse:
    """The right side again for htmx, the page again without it."""
    if is_partial(request):
        return _page(request, paper_id)
    response = redirect("documents:reading", paper_id)
    if path:
        response["Location"] += f"#o-{path}"
    return response
