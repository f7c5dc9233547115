"""The map: a table of layers first, drawn as a picture where the browser can."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from giapranh.desk import mapping
from giapranh.kernel.clock import today
from giapranh.kernel.dates import parse_date
from giapranh.water import links as water


@require_GET
def whole_map(request: HttpRequest) -> HttpResponse:
    """Both provinces, their border and the shared rivers as they were on a day."""
    asked = request.GET.get("ngay", "").strip()
    day = parse_date(asked) if asked else today()
    context = {
        "day": day, "rows": mapping.rows(day), "layers_url": mapping.layers_url(day),
        "illustrative": water.any_illustrative(request.user, day),
    }  # fmt: skip
    return render(request, "desk/map.html", context)
