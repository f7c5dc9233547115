"""What the rivers draw into the report of a programme: exceedances and classes of the period, from the statistics.

A paper of the State is Vietnamese whatever the language of the pages, so nothing here is translated.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import translation

from giapranh.people.models import Officer
from giapranh.programme.reports.facts import FigureRow, OwnFigure
from giapranh.programme.rules.periods import ReportingPeriod
from giapranh.water.queries import statistics
from giapranh.water.queries.river_page import class_words
from giapranh.water.queries.statistics import Period, SeriesRow, Statistics
from giapranh.water.rules import limits, parameters

MOST_BARS = 12
PATTERNS = ("empty", "light", "dots", "hatch", "dark")
SOURCE = "trang Thống kê sông ngòi của phần mềm"


def figures(by: Officer, period: ReportingPeriod, at: datetime) -> Sequence[OwnFigure]:
    with translation.override("vi"):
        return _figures(by, period, at)


def _figures(by: Officer, period: ReportingPeriod, at: datetime) -> list[OwnFigure]:
    span = Period(period.key, period.start, period.end + timedelta(days=1))
    page = statistics.statistics_page(by, span, at)
    mark = " (dữ liệu minh họa)" if page.illustrative else ""
    return [figure for figure in (_exceeded(page, period, mark), _classes(page, period, mark)) if figure is not None]


def _exceeded(page: Statistics, period: ReportingPeriod, mark: str) -> OwnFigure | None:
    """Days and samples above the limit, the parameters most often above first."""
    over = [row for row in page.rows if row.rate is not None and row.rate.k]
    over.sort(key=lambda row: -(row.rate.rate or 0) if row.rate else 0)
    rows = [
        FigureRow(_label(row), {"over": row.rate.k, "within": row.rate.n - row.rate.k})
        for row in over[:MOST_BARS] if row.rate
    ]  # fmt: skip
    if not rows:
        return None
    parts = [("over", "vượt giới hạn", "dark"), ("within", "không vượt", "light")]
    most = f" ({MOST_BARS} trong {len(over)} chuỗi có vượt, tỷ lệ cao nhất)" if len(over) > MOST_BARS else ""
    return OwnFigure(f"Số ngày, số mẫu vượt giới hạn, {period.label}{most}{mark}", parts, rows, SOURCE)


def _classes(page: Statistics, period: ReportingPeriod, mark: str) -> OwnFigure | None:
    rows = [FigureRow(_plain(row.station.name), dict(row.counts)) for row in page.classes[:MOST_BARS]]
    used = {key for row in rows for key, count in row.counts.items() if count}
    parts = [
        (key, class_words(key), PATTERNS[min(n, 4)])
        for n, key in enumerate(key for key in limits.class_names() if key in used)
    ]
    if not parts:
        return None
    most = f" ({MOST_BARS} trạm đầu trong {len(page.classes)})" if len(page.classes) > MOST_BARS else ""
    title = f"Số ngày, số mẫu theo mức kém nhất (cách gộp của phần mềm), {period.label}{most}{mark}"
    return OwnFigure(title, parts, rows, SOURCE)


def _label(row: SeriesRow) -> str:
    about = parameters.all_parameters().get(row.series.parameter)
    return f"{about.symbol if about else row.series.name}, {_plain(row.station.name)}"


def _plain(name: str) -> str:
    return name.removesuffix(" (minh họa)")
