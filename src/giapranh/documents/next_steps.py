"""What can be done with a confirmed paper in the rooms above; they say so at start-up, and this room never knows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext

from giapranh.documents.models import Paper

UrlOf = Callable[[Paper, Any], "str | None"]
_steps: dict[str, tuple[Any, UrlOf]] = {}


def register_next_step(name: str, label: Any, url_of: UrlOf) -> None:
    """``url_of(paper, user)`` is the address of the step, or None where it does not apply."""
    _steps[name] = (label, url_of)


def next_steps(paper: Paper, user: Any) -> list[tuple[Any, str]]:
    """The steps open to ``user``: (label in the reader's language, address)."""
    found = ((gettext(str(label)), url_of(paper, user)) for label, url_of in _steps.values())
    return [(label, url) for label, url in found if url]
