"""Work that takes longer than a page may wait: reading scans, sweeping leftovers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import connections
from procrastinate.contrib.django import app

from giapranh.kernel import clock
from giapranh.kernel.errors import NotFound


@contextmanager
def _own_connection() -> Iterator[None]:
    """Each job runs in some thread of the worker; what it opened there it closes, or connections pile up."""
    try:
        yield
    finally:
        connections.close_all()


@app.task(name="documents.read_upload", queue="documents")
def read_upload(uid: str) -> None:
    """Read one staged upload. The verb is safe to run twice, so a job left by a dead worker simply runs again."""
    from giapranh.documents import services

    with _own_connection(), suppress(NotFound):
        services.read_upload(uid=uuid.UUID(uid), at=clock.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="documents.sweep", queue="documents")
def sweep(timestamp: int) -> None:
    """Once a night: files that no row names, left by a power cut or a removed draft."""
    from giapranh.documents import services

    with _own_connection():
        services.sweep(at=clock.now())
