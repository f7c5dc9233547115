"""Is this node well? One address for a person and for a machine that watches."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from giapranh.desk import wellness
from giapranh.desk.refusals import wants_json
from giapranh.people import access
from giapranh.people.doors import public
from giapranh.people.roles import Role


@public
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when all is well, 503 when something is not. What exactly is shown to administrators only."""
    findings = wellness.examine()
    well = not any(finding.bad for finding in findings)
    status = 200 if well else 503
    if wants_json(request):
        return JsonResponse({"ok": well}, status=status)
    try:
        may_see = access.has_role(request.user, Role.ADMINISTRATOR, Role.LEADER, Role.AUDITOR)
        return render(
            request, "desk/health.html", {"findings": findings if may_see else [], "well": well}, status=status
        )
    except wellness.DATABASE_ERRORS:
        return render(request, "503.html", {"line": "", "frame_theme": "auto"}, status=503)
