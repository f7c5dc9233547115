"""Figures that rooms above give to the report of a programme which watches one of their indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from giapranh.people.models import Officer
from giapranh.programme.reports.facts import OwnFigure
from giapranh.programme.rules.periods import ReportingPeriod

Provider = Callable[[Officer, ReportingPeriod, datetime], Sequence[OwnFigure]]
_providers: dict[str, Provider] = {}


def register_figures(room: str, provider: Provider) -> None:
    """``room``: the first word of the keys of its indicators."""
    _providers[room] = provider


def figures_of(indicators: Iterable[str], by: Officer, period: ReportingPeriod, at: datetime) -> list[OwnFigure]:
    rooms = {key.partition(".")[0] for key in indicators}
    return [figure for room, provider in _providers.items() if room in rooms for figure in provider(by, period, at)]
