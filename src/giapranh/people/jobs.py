"""What the worker does by itself: letters that wait, letters left in doubt, successions whose day has come."""

from __future__ import annotations

from procrastinate.contrib.django import app

from giapranh.kernel import clock
from giapranh.people.background import own_connection


@app.periodic(cron="*/10 * * * *")
@app.task(name="people.round", queue="people", pass_context=False)
def round_of_duties(timestamp: int) -> None:
    """Every ten minutes; what another worker has claimed is left alone."""
    from giapranh.people import services

    with own_connection():
        services.daily_round(clock.now())
