"""One box for everything."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from giapranh.desk import finding
from giapranh.kernel.clock import today
from giapranh.kernel.text import one_line


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Papers, tasks, offices and places that the words may mean, each kind with its best few."""
    words = one_line(request.GET.get("q", "").replace("\0", " "))[:200]
    groups = finding.everywhere(request.user, words, today()) if words else []
    shown = {"search_words": words, "groups": groups, "nothing": bool(words) and not any(g.found for g in groups)}
    return render(request, "desk/search.html", shown)
