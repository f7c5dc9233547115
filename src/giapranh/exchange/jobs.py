"""What the worker does for the exchange. The ledgers are the queue: a job that dies loses nothing."""

from __future__ import annotations

from procrastinate.contrib.django import app

from giapranh.kernel import clock
from giapranh.people.background import own_connection


@app.periodic(cron="* * * * *")
@app.task(
    name="exchange.round", queue="exchange", queueing_lock="exchange.round", lock="exchange.round", pass_context=False
)
def round_of_lines(timestamp: int) -> None:
    """Every minute, and when there is news: whoever's turn it is; a line that is down is tried less and less often."""
    from giapranh.exchange import seeds
    from giapranh.exchange.services import rounds

    with own_connection():
        if seeds.exist():
            rounds.run_until_quiet()


@app.periodic(cron="20 * * * *")
@app.task(name="exchange.share", queue="exchange", queueing_lock="exchange.share", pass_context=False)
def share_what_is_due(timestamp: int) -> None:
    """Every hour, at work once a day: what a delay let go, what a new agreement asks for."""
    from giapranh.exchange import seeds
    from giapranh.exchange.services import sharing

    with own_connection():
        if seeds.exist():
            sharing.catch_up_all(clock.now())


@app.periodic(cron="40 19 * * *")  # 2.40 at night in Vietnam
@app.task(name="exchange.keep", queue="exchange", queueing_lock="exchange.keep", pass_context=False)
def keep_and_check(timestamp: int) -> None:
    """Every night: the off-site archive, and every chain from its first entry."""
    from giapranh.exchange import seeds
    from giapranh.exchange.services import keeping

    with own_connection():
        if seeds.exist():
            keeping.archive(at=clock.now())
            keeping.verify(at=clock.now())
