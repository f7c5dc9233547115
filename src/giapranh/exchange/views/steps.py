"""How pages of this room take one step and come back with what was typed when it was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext

from giapranh.exchange.queries import line
from giapranh.kernel.errors import BadInput, Conflict, Unavailable


def take(form: forms.Form, verb: Callable[[dict[str, Any]], Any]) -> int:
    """Run ``verb`` on what was typed. 0 when done; else the status of the page that shows the form again."""
    if not form.is_valid():
        return 422
    try:
        verb(form.cleaned_data)
    except (BadInput, Conflict, Unavailable) as refusal:
        form.add_error(None, refusal.render(gettext))
        return 409 if isinstance(refusal, Conflict) else 422
    line.forget()
    return 0
