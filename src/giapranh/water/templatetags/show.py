"""Tags of the pages of stations, campaigns and statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.template import Library

from giapranh.kernel.numbers import format_number
from giapranh.water.queries.chart import title_of
from giapranh.water.queries.station_page import symbols as symbols_of

register = Library()


@register.filter
def percent(share: float | None) -> str:
    """``0.8125`` as ``81,3 %``."""
    return "–" if share is None else f"{format_number(round(100 * share, 1))} %"


@register.filter
def series_title(row: Any) -> str:
    """What a series measures, told apart from its like by basis and unit."""
    series = getattr(row, "series", row)
    return " · ".join(filter(None, [title_of(series), series.basis, series.unit_symbol]))


@register.filter
def symbols(keys: Sequence[str]) -> str:
    return symbols_of(keys)


@register.filter
def item(found: dict[Any, Any], key: Any) -> Any:
    return found.get(key)
