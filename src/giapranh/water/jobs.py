"""What the worker does by itself for the rivers: files of stations, alert clocks, months ahead, the nightly check."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app

from giapranh.kernel import clock
from giapranh.people.background import own_connection

log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="water.minute", queue="water", queueing_lock="water.minute", pass_context=False)
def minute(timestamp: int) -> None:
    """Silent stations, alerts that ripen or escalate, notices nobody acknowledged."""
    from giapranh.water.services import alerting, notice_clocks

    at = clock.now()
    with own_connection():
        for round_ in (alerting.minute_round, notice_clocks.notice_round):
            _alone(round_, at)


def _alone(round_: Callable[[datetime], Any], at: datetime) -> None:
    """One clock that fails must not stop the others."""
    try:
        round_(at)
    except Exception:
        log.exception("water: %s failed", round_.__name__)


@app.periodic(cron="* * * * *")
@app.task(name="water.station_files", queue="water", queueing_lock="water.station_files", pass_context=False)
def station_files(timestamp: int) -> None:
    """Files in the folder of the stations; what the door took in already is gone from there."""
    from giapranh.water.intake import folder

    with own_connection():
        folder.round_now(at=clock.now())


@app.periodic(cron="20 17 * * *")
@app.task(name="water.months_ahead", queue="water", pass_context=False)
def months_ahead(timestamp: int) -> None:
    from giapranh.water.services import partitions

    with own_connection():
        partitions.make_ahead(clock.now())


@app.periodic(cron="40 19 * * *")
@app.task(name="water.check_again", queue="water", pass_context=False)
def check_again(timestamp: int) -> None:
    """At night in Vietnam (the worker's clock is UTC)."""
    from giapranh.water.services import quality

    with own_connection():
        quality.check_recent(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(name="water.month_values", queue="water", queueing_lock="water.month_values", pass_context=False)
def month_values(timestamp: int) -> None:
    """Months that are over are counted by value: a minute after a history came, too."""
    from giapranh.water.services import month_values as counted

    with own_connection():
        counted.keep()
