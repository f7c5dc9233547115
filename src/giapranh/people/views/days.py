"""The day a page is about: ``?ngay=05/02/2026``, today without it."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from giapranh.kernel.clock import today
from giapranh.kernel.dates import parse_date


def asked_day(request: HttpRequest) -> date:
    """Raises ``UnclearDate`` for what is no day."""
    text = request.GET.get("ngay", "").strip()
    return parse_date(text) if text else today()
