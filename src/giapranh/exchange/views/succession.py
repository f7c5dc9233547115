"""One node follows another: two provinces became one. Four steps, two people, files handed from one to the other."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from giapranh.exchange import permissions, sections
from giapranh.exchange.forms import succession as forms
from giapranh.exchange.queries import neighbours as queries
from giapranh.exchange.services import bundles
from giapranh.exchange.services import succeeding as deeds
from giapranh.exchange.views import steps
from giapranh.kernel import clock
from giapranh.people.doors import signed_in

FORMS: dict[str, type[django_forms.Form]] = {
    "draft": forms.DraftForm, "accept": forms.AcceptForm, "tell": forms.TellForm, "inherit": forms.InheritForm,
}  # fmt: skip


@require_safe
def succession(request: HttpRequest) -> HttpResponse:
    permissions.check_can_look(request.user)
    return _page(request, {})


def _page(request: HttpRequest, bound: dict[str, django_forms.Form], status: int = 200) -> HttpResponse:
    shown = {name: bound.get(name) or kind(auto_id=f"id_{name}_%s") for name, kind in FORMS.items()}
    context = {
        "sections": sections.room(True), "here": "card", "card": queries.my_card(), "forms": shown,
        "may": permissions.can_exchange(request.user), "names": queries.names(),
    }  # fmt: skip
    return render(request, "exchange/succession.html", context, status=status)


@require_POST
def succession_step(request: HttpRequest, name: str) -> HttpResponseBase:
    permissions.check_can_exchange(request.user)
    if name not in FORMS:
        raise Http404
    form = FORMS[name](request.POST, request.FILES, auto_id=f"id_{name}_%s")
    if name == "inherit" and form.is_valid() and form.cleaned_data["file"].size > settings.UPLOAD_LIMIT_BYTES:
        form.add_error("file", _("Tệp quá lớn để đưa qua trang này."))
        return _page(request, {name: form}, 422)
    by, at = signed_in(request), clock.now()
    done: list[Any] = []
    with ExitStack() as stack:
        out = stack.enter_context(bundles.spooled())

        def verb(v: dict[str, Any]) -> None:
            match name:
                case "draft":
                    done.append(deeds.draft(v["file"], v["since"], v["why"], by=by, at=at))
                case "accept":
                    done.append(deeds.accept(v["file"], by=by, at=at))
                case "tell":
                    done.append(deeds.tell(v["file"], out, by=by, at=at))
                case _:
                    done.append(deeds.inherit(v["file"].file, by=by, at=at))

        if status := steps.take(form, verb):
            return _page(request, {name: form}, status)
        if name == "inherit":
            messages.success(request, _("Đã kế thừa %(n)s láng giềng: %(names)s.") % {
                "n": len(done[0]), "names": ", ".join(queries.names().get(node, node) for node in done[0]) or "–",
            })  # fmt: skip
            return redirect("exchange:neighbours")
        if name == "tell":
            out.seek(0)
            answer = FileResponse(out, as_attachment=True, filename=f"ke-thua-{at:%Y%m%d}.zip")
            answer._resource_closers.append(stack.pop_all().close)  # type: ignore[attr-defined]
            return answer
        return _file(done[0], "ke-thua-nut-cu-ky.json" if name == "draft" else "ke-thua-hai-nut-ky.json")


def _file(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
