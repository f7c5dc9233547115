"""What every job of the worker stands on. It lives here because the jobs of all rooms above people use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections


@contextmanager
def own_connection() -> Iterator[None]:
    """Each job runs in some thread of the worker; what it opened there it closes, or connections pile up."""
    try:
        yield
    finally:
        connections.close_all()
