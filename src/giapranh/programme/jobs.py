"""What the worker does by itself: instances of recurring duties and the reminders of the day."""

from __future__ import annotations

from procrastinate.contrib.django import app

from giapranh.kernel import clock
from giapranh.people.background import own_connection


@app.periodic(cron="5 0,6,12 * * *")
@app.task(name="programme.recurrences", queue="programme", pass_context=False)
def recurrences(timestamp: int) -> None:
    """Three times a day; what exists already is found and left alone."""
    from giapranh.programme import services

    with own_connection():
        services.materialise_recurrences(clock.now())


@app.periodic(cron="*/20 1-3 * * *")
@app.task(name="programme.reminders", queue="programme", pass_context=False)
def reminders(timestamp: int) -> None:
    """From eight in the morning in Vietnam (the worker's clock is UTC). Later runs reach only those not yet told."""
    from giapranh.programme import services

    with own_connection():
        services.send_reminders(clock.now())
