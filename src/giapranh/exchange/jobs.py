"""What the worker does for the exchange: a round over the lines every minute. The ledgers are the queue."""

from __future__ import annotations

from procrastinate.contrib.django import app

from giapranh.kernel import clock
from giapranh.people.background import own_connection


@app.periodic(cron="* * * * *")
@app.task(name="exchange.round", queue="exchange", queueing_lock="exchange.round", pass_context=False)
def round_of_lines(timestamp: int) -> None:
    from giapranh.exchange import seeds
    from giapranh.exchange.services import rounds

    with own_connection():
        if seeds.exist():
            rounds.run_due(clock.now())
