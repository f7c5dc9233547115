"""One of everything that the pages of rivers and stations show, for the tests that walk every address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.factories import water as make

from giapranh.kernel import clock
from giapranh.people.models import Officer
from giapranh.water.models import Station, Watercourse
from giapranh.water.services import network


def furnish(
    node: Any, by: Officer, say: Callable[[str], str] = lambda word: word, whisper: str = "Nguồn đang điều tra"
) -> dict[str, Any]:
    """The rivers that ship, stations in every state, a target. ``whisper`` names a source that few may see."""
    network.load_seed(at=clock.now())
    thuong = Watercourse.objects.get(key="thuong")
    thuong.note, thuong.source = say("ghi chú sông"), say("nguồn")
    thuong.save()
    make.feature(thuong, 60, whisper[:190], "pollution_source", restricted=True, source=whisper)
    make.feature(thuong, 52, say("Cống xả")[:190], "outfall", bank="left", details={"serves": say("khu dân cư")})
    bad = _station(thuong, 66, say("Trạm Bố Hạ"), node, minutes=4, do=3.1, nh4_n=1.9)
    _station(thuong, 101.5, say("Trạm Hữu Lũng"), node, minutes=4, do=6.9, ph=7.1)
    _station(thuong, 92.5, say("Trạm im lặng"), node, minutes=900, do=5.5)
    make.station(thuong, 138, name=say("Điểm chưa đo"), owner=node.water, kind="manual", illustrative=True)
    Station.objects.filter(pk=bad.pk).update(description=say("mô tả"), owner_name=say("đơn vị")[:190])
    target = make.target(make.reach(thuong, 93, 36, say("đoạn")[:190]), "B", decision=say("123/QĐ-UBND")[:190])
    row = bad.series.order_by("pk")[0]
    return {"river": "thuong", "station_id": bad.pk, "series_id": row.pk, "target_id": target.pk}


def _station(river: Watercourse, km: float, name: str, node: Any, *, minutes: int, **values: float) -> Station:
    station = make.station(river, km, name=name, owner=node.water, bank="right")
    for parameter, value in values.items():
        row = make.series(station, parameter, unit="pH" if parameter == "ph" else "mg/L")
        make.observations(row, [value * 0.9, value], start=clock.now() - timedelta(minutes=minutes + 5))
    return station
