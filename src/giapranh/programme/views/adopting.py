"""From a confirmed paper to tasks: which offices, by when?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from giapranh.documents import queries as documents
from giapranh.kernel.clock import now
from giapranh.programme import permissions, services
from giapranh.programme.forms import AdoptForm
from giapranh.programme.queries.adoption import plan
from giapranh.programme.views import shown


@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The preview, and on POST the programme."""
    permissions.check_can_adopt(request.user)
    paper = documents.get_visible(request.user, paper_id)
    at = now()
    proposal = plan(paper_id, at=at)
    form = AdoptForm(request.POST or None, plan=proposal)
    if request.method == "POST" and form.is_valid():
        programme = services.adopt(paper_id=paper_id, by=shown.me(request), at=at, choices=form.choices)
        count = programme.tasks.filter(series=None).count()
        said = ngettext("Đã giao %(count)s việc.", "Đã giao %(count)s việc.", count) % {"count": count}
        messages.success(request, said)
        return redirect("programme:board", programme_id=programme.pk)
    context = {"form": form, "plan": proposal, "paper": paper, "illustrative": paper.illustrative}
    return render(request, "programme/adopt.html", context, status=422 if form.errors else 200)
