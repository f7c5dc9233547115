"""Bàn việc: what do I owe today, what do I wait for?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from giapranh.desk import bench, house
from giapranh.documents import permissions as papers
from giapranh.kernel.clock import now, today
from giapranh.people import access, queries
from giapranh.people.roles import Role


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The desk. A node nobody has set up yet leads its administrator to the first run."""
    if queries.node() is None and access.has_role(request.user, Role.ADMINISTRATOR):
        return redirect("desk:setup")
    found = bench.bench_of(request.user, now())
    shown = {
        "today": today(),
        "bench": found,
        "illustrative": found.illustrative,
        "may_upload": papers.can_write(request.user),
        "upload_url": house.upload_url(),
    }
    return render(request, "desk/home.html", shown)
