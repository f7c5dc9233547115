"""What a series is checked against, today and before."""

from __future__ import annotations

from datetime import date

from giapranh.water.models import QualityThreshold, Series
from giapranh.water.rules import quality_run
from giapranh.water.rules.quality_run import Thresholds


def history(series: Series) -> list[QualityThreshold]:
    """Its own limits, those that begin last first."""
    return list(series.thresholds.select_related("by").order_by("-valid_from", "-pk"))


def holding(series: Series, day: date) -> tuple[Thresholds, QualityThreshold | None]:
    """The limits of a day, and the row they stand in: none for what is usual for the parameter."""
    for row in history(series):
        if row.holds_on(day):
            return Thresholds.from_dict(row.settings), row
    cycle = series.measuring_cycle_seconds
    usual = quality_run.defaults_in(series.parameter, float(cycle) if cycle else None, series.unit_symbol, series.basis)
    return usual or Thresholds(), None
