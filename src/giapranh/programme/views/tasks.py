"""The page of one task and every step that can be taken from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from giapranh.kernel.clock import now
from giapranh.kernel.errors import BadInput, Conflict
from giapranh.people import queries as people
from giapranh.programme import forms, queries, services
from giapranh.programme.queries import TaskPage
from giapranh.programme.queries.task_page import PartLine
from giapranh.programme.rules.states import PART_WORDS, TASK_WORDS, VERB_WORDS, PartState, TaskState
from giapranh.programme.views import shown

Verb = Callable[..., Any]

# Address → (form, verb, what the verb takes from the form). The order is the order on the page.
STEPS: dict[str, tuple[type[forms.StepForm], Verb, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "receive": (forms.Receive, services.receive, lambda v: {}),
    "start": (forms.Start, services.start, lambda v: {}),
    "product": (forms.AttachProduct, services.attach_product, lambda v: v),
    "ask_confirmation": (forms.AskConfirmation, services.ask_confirmation, lambda v: v),
    "confirm": (forms.Confirm, services.confirm_completion, lambda v: v),
    "return": (forms.Return, services.return_task, lambda v: v),
    "decide_extension": (forms.DecideExtension, services.decide_extension,
                         lambda v: {"granted": v["granted"] == "yes", "note": v["note"]}),
    "progress": (forms.Progress, services.note_progress, lambda v: v),
    "accept_due": (forms.AcceptDue, services.accept_due, lambda v: v),
    "propose_due": (forms.ProposeDue, services.propose_due, lambda v: v),
    "ask_extension": (forms.AskExtension, services.ask_extension, lambda v: v),
    "indicator": (forms.WatchIndicator, services.set_target, lambda v: v),
    "snooze": (forms.SnoozeForm, services.snooze, lambda v: v),
    "resume": (forms.Resume, services.resume, lambda v: {}),
    "pause": (forms.Pause, services.pause, lambda v: v),
    "cancel": (forms.Cancel, services.cancel, lambda v: v),
}  # fmt: skip
PART_STEPS: dict[str, tuple[type[forms.StepForm], Verb]] = {
    "submit": (forms.SubmitPart, services.submit_part),
    "accept": (forms.AcceptPart, services.accept_part),
    "return": (forms.ReturnPart, services.return_part),
    "office": (forms.SetOffice, services.set_office),
    "assign": (forms.Assign, services.assign_officer),
}
# Shown open: what the person came for. The rest waits folded.
FIRST = ("receive", "start", "ask_confirmation", "confirm", "return", "decide_extension", "resume")


@require_safe
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """What is asked, where does it stand, what is the proof, what can I do?"""
    return _page(request, queries.task_page(request.user, task_id, now()))


@require_POST
def step(request: HttpRequest, task_id: int, name: str) -> HttpResponse:
    """Take one step; a refusal comes back on the page with what was typed."""
    if name not in STEPS:
        raise Http404
    found = queries.get_task(request.user, task_id)
    kind, verb, values = STEPS[name]
    page = queries.task_page(request.user, found.pk, now())
    form = _form(kind, page, request.POST)
    if not form.is_valid():
        return _page(request, page, {name: form}, 422)
    given = values(form.cleaned_data)
    if name == "decide_extension":
        if page.waiting is None:
            raise Http404
        given["extension_id"] = page.waiting.pk
    else:
        given["task_id"] = found.pk
    try:
        verb(**given, by=shown.me(request), at=now())
    except (BadInput, Conflict) as refusal:
        form.add_error(None, refusal.render(_))
        fresh = queries.task_page(request.user, found.pk, now())
        return _page(request, fresh, {name: form}, 422 if isinstance(refusal, BadInput) else 409)
    messages.success(request, _("Đã ghi: %(step)s.") % {"step": str(kind.label).lower()})
    return redirect("programme:task", task_id=found.pk)


@require_POST
def part_step(request: HttpRequest, part_id: int, name: str) -> HttpResponse:
    """The same for a part."""
    if name not in PART_STEPS:
        raise Http404
    part = queries.get_part(request.user, part_id)
    kind, verb = PART_STEPS[name]
    page = queries.task_page(request.user, part.task_id, now())
    form = _part_form(kind, page, part_id, request.POST)
    if not form.is_valid():
        return _page(request, page, {f"{name}-{part_id}": form}, 422)
    try:
        verb(part_id=part_id, by=shown.me(request), at=now(), **_part_values(name, form.cleaned_data, page, part_id))
    except (BadInput, Conflict) as refusal:
        form.add_error(None, refusal.render(_))
        fresh = queries.task_page(request.user, part.task_id, now())
        return _page(request, fresh, {f"{name}-{part_id}": form}, 422 if isinstance(refusal, BadInput) else 409)
    messages.success(request, _("Đã ghi: %(step)s.") % {"step": str(kind.label).lower()})
    return redirect("programme:task", task_id=part.task_id)


@require_POST
def remove_product(request: HttpRequest, task_id: int, product_id: int) -> HttpResponse:
    found = queries.get_task(request.user, task_id)
    services.remove_product(product_id=product_id, by=shown.me(request), at=now())
    messages.success(request, _("Đã bỏ sản phẩm."))
    return redirect("programme:task", task_id=found.pk)


@require_POST
def unwatch(request: HttpRequest, task_id: int) -> HttpResponse:
    found = queries.get_task(request.user, task_id)
    key = request.POST.get("indicator", "")
    services.set_target(task_id=found.pk, indicator=key, target=None, watch=False, by=shown.me(request), at=now())
    return redirect("programme:task", task_id=found.pk)


def _part_values(name: str, values: dict[str, Any], page: TaskPage, part_id: int) -> dict[str, Any]:
    if name == "office":
        return {"office": people.office(int(values["office"]))}
    if name == "assign":
        here = {str(officer.pk): officer for officer in _line(page, part_id).colleagues}
        return {"officer": here.get(values["officer"])}
    return values


def _line(page: TaskPage, part_id: int) -> PartLine:
    for line in (page.lead, *page.parts):
        if line.part.pk == part_id:
            return line
    raise Http404


def _form(kind: type[forms.StepForm], page: TaskPage, data: Any = None) -> forms.StepForm:
    extra: dict[str, Any] = {}
    if kind is forms.WatchIndicator:
        watched = [(line.indicator.key, _(line.indicator.title)) for line in page.indicators]
        extra["offered"] = [(each.key, _(each.title)) for each in page.other_indicators] + watched
    if kind is forms.Progress and data is None:
        extra["initial"] = {"text": page.task.progress}
    return kind(data, auto_id=f"id_{kind.__name__.lower()}_%s", **extra)


def _part_form(kind: type[forms.StepForm], page: TaskPage, part_id: int, data: Any = None) -> forms.StepForm:
    extra: dict[str, Any] = {}
    line = _line(page, part_id)
    if kind is forms.SetOffice:
        extra["offered"] = [(str(o.pk), forms.office_label(o)) for o in people.offices(now().date())]
    if kind is forms.Assign:
        extra["offered"] = [(str(officer.pk), officer.full_name) for officer in line.colleagues]
        if data is None and line.part.officer_id:
            extra["initial"] = {"officer": str(line.part.officer_id)}
    return kind(data, auto_id=f"id_{kind.__name__.lower()}_{part_id}_%s", **extra)


def _page(
    request: HttpRequest, page: TaskPage, bound: dict[str, forms.StepForm] | None = None, status: int = 200
) -> HttpResponse:
    bound = bound or {}
    steps = [
        (name, bound.get(name) or _form(kind, page), name in FIRST or name in bound)
        for name, (kind, _verb, _values) in STEPS.items()
        if name in page.can or name in bound
    ]
    context = {
        "page": page,
        "task": page.task,
        "title": shown.short(page.task.text, 90),
        "state_word": shown.state_word(page.task.state),
        "first_steps": [(name, form) for name, form, first in steps if first],
        "other_steps": [(name, form) for name, form, first in steps if not first],
        "lead_forms": _part_forms(page, page.lead, bound),
        "parts": [(line, _part_word(line.part.state), _part_forms(page, line, bound)) for line in page.parts],
        "events": [(event, _event_word(event), _move_words(event)) for event in page.events],
        "illustrative": page.task.illustrative,
        "ask_form": forms.AskNeighbour(auto_id="id_asknbr_%s"),
    }
    return render(request, "programme/task.html", context, status=status)


def _part_forms(page: TaskPage, line: Any, bound: dict[str, forms.StepForm]) -> list[tuple[str, forms.StepForm, bool]]:
    wanted = []
    if line.can_report:
        wanted.append("submit")
    if line.can_judge:
        wanted += ["accept", "return"]
    if "set_office" in page.can and line.part.office_id is None:
        wanted.append("office")
    if line.colleagues:
        wanted.append("assign")
    wanted += [name for name in PART_STEPS if f"{name}-{line.part.pk}" in bound and name not in wanted]
    return [
        (
            name,
            bound.get(f"{name}-{line.part.pk}") or _part_form(PART_STEPS[name][0], page, line.part.pk),
            name in {"submit", "accept", "office"} or f"{name}-{line.part.pk}" in bound,
        )
        for name in wanted
    ]


def _part_word(state: str) -> str:
    word = _(PART_WORDS[PartState(state)])
    return word[:1].upper() + word[1:]


_EVENT_WORDS = {
    "give": gettext_lazy("giao việc"), "progress": gettext_lazy("ghi tiến độ"), "product": gettext_lazy("gắn sản phẩm"),
    "product_removed": gettext_lazy("bỏ sản phẩm"), "ask_extension": gettext_lazy("xin gia hạn"), "extension_granted": gettext_lazy("đồng ý gia hạn"),
    "extension_refused": gettext_lazy("không đồng ý gia hạn"), "propose_due": gettext_lazy("đề xuất hạn"), "accept_due": gettext_lazy("chốt hạn"),
    "set_office": gettext_lazy("chọn đơn vị"), "assign": gettext_lazy("phân công"), "succession": gettext_lazy("chuyển đơn vị kế thừa"),
    "snooze": gettext_lazy("hoãn nhắc"), "indicator": gettext_lazy("theo dõi chỉ số"), "indicator_removed": gettext_lazy("thôi theo dõi chỉ số"),
    "import": gettext_lazy("nhập từ sổ theo dõi"), "urge": gettext_lazy("đôn đốc"),
}  # fmt: skip


def _event_word(event: Any) -> str:
    verb = event.verb.removeprefix("part_")
    known = {str(each): words for each, words in VERB_WORDS.items()}
    word = str(_EVENT_WORDS.get(event.verb) or _(known.get(verb, verb)))
    return word[:1].upper() + word[1:]


def _move_words(event: Any) -> str:
    if not event.from_state or event.from_state == event.to_state:
        return ""
    kinds: Any = (PartState, PART_WORDS) if event.verb.startswith("part_") else (TaskState, TASK_WORDS)
    return " → ".join(_(kinds[1][kinds[0](state)]) for state in (event.from_state, event.to_state))
