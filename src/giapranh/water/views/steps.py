"""How pages of this room take one step and come back with what was typed when it was refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from giapranh.kernel.errors import BadInput, Conflict
from giapranh.water.forms.moments import StepForm


def take(form: StepForm, verb: Callable[[dict[str, Any]], Any]) -> int:
    """Run ``verb`` on what was typed. 0 when done; else the status of the page that shows the form again."""
    if not form.is_valid():
        return 422
    try:
        verb(form.cleaned_data)
    except (BadInput, Conflict) as refusal:
        form.add_error(None, refusal.render(_))
        return 422 if isinstance(refusal, BadInput) else 409
    return 0


def shown(
    kinds: dict[str, type[StepForm]], can: Sequence[str] | frozenset[str], build: Callable[[str], StepForm],
    bound: dict[str, StepForm], first: Sequence[str],
) -> tuple[list[tuple[str, StepForm]], list[tuple[str, StepForm, bool]]]:  # fmt: skip
    """The steps that are open on the page, and those that wait folded (open again when they were refused)."""
    forms = [(name, bound.get(name) or build(name)) for name in kinds if name in can or name in bound]
    return (
        [(name, form) for name, form in forms if name in first],
        [(name, form, name in bound) for name, form in forms if name not in first],
    )
