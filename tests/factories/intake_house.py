"""A file with refused lines, a flagged stretch, columns decided and open: what the pages of the ways in show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from giapranh.kernel import clock
from giapranh.people.models import Officer
from giapranh.water.models import FileColumn, Observation, Series, SourceFile, SourceKind


def furnish(series_id: int, by: Officer, say: Callable[[str], str] = lambda word: word) -> dict[str, Any]:
    series = Series.objects.select_related("station").get(pk=series_id)
    refusal = {"line": 2, "text": say("dòng"), "what": "Chưa biết ký hiệu “%(symbol)s” là thông số gì.",
               "params": {"symbol": say("XX")}}  # fmt: skip
    source = SourceFile.objects.create(
        kind=SourceKind.STATION_FILE, name=say("LS_QT01_NUO001_20260101070000.txt"), station=series.station, by=by,
        received_at=clock.now() - timedelta(hours=1), rows_stored=3, rows_refused=1, refusals=[refusal],
    )  # fmt: skip
    FileColumn.objects.create(station=series.station, symbol=say("pH")[:200], series=series, parameter=series.parameter)
    newest = Observation.objects.filter(series=series).latest("time")
    Observation.objects.filter(series=series, time=newest.time).update(flag=3, reason=4)
    return {"source_id": source.pk}
