"""The one clock. Rules take dates as arguments; doors and services ask here."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

VIETNAM = timezone(timedelta(hours=7), "UTC+7")


def now() -> datetime:
    """This instant, aware, UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today in Vietnam."""
    return now().astimezone(VIETNAM).date()


def local_date(at: datetime) -> date:
    """The day of ``at`` in Vietnam."""
    return at.astimezone(VIETNAM).date()
