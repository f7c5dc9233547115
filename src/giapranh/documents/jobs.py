"""Work that takes longer than a page may wait: reading scans, sweeping leftovers."""

from __future__ import annotations

import uuid
from contextlib import suppress

from procrastinate.contrib.django import app

from giapranh.kernel import clock
from giapranh.kernel.errors import NotFound
from giapranh.people.background import own_connection


@app.task(name="documents.read_upload", queue="documents")
def read_upload(uid: str) -> None:
    """Read one staged upload. The verb is safe to run twice, so a job left by a dead worker simply runs again."""
    from giapranh.documents import services

    with own_connection(), suppress(NotFound):
        services.read_upload(uid=uuid.UUID(uid), at=clock.now())


@app.periodic(cron="17 3 * * *")
@app.task(name="documents.sweep", queue="documents")
def sweep(timestamp: int) -> None:
    """Once a night: files that no row names, left by a power cut or a removed draft."""
    from giapranh.documents import services

    with own_connection():
        services.sweep(at=clock.now())
