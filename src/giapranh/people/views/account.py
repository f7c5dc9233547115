"""My own account: how I sign in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from giapranh.kernel.clock import today
from giapranh.people import permissions, queries
from giapranh.people.doors import signed_in


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    officer = signed_in(request)
    context = {
        "officer": officer,
        "appointments": queries.appointments_of(officer, today()),
        "can_edit": permissions.can_edit_officer(request.user, officer),
    }
    return render(request, "people/mine.html", context)


def to_mine(request: HttpRequest) -> HttpResponse:
    return redirect("me:account")
