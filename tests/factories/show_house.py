"""What the pages of stations, campaigns and statistics show, for the tests that walk every address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.factories import water as make

from giapranh.kernel import clock
from giapranh.people.models import Officer
from giapranh.water.models import Campaign, Correction, PlannedSample, Sample, Series, Watercourse


def furnish(node: Any, by: Officer, say: Callable[[str], str] = lambda word: word) -> dict[str, Any]:
    """A campaign with a visit that was made, one that is late and one to come; a corrected value."""
    today = clock.today()
    river = Watercourse.objects.order_by("pk").first() or make.river()
    point = make.station(river, 30, name=say("Điểm lấy mẫu"), owner=node.water, kind="manual")
    campaign = Campaign.objects.create(
        name=say("Chiến dịch")[:190], office=node.water, starts_on=today - timedelta(days=60),
        ends_on=today + timedelta(days=60), joint_with=say("cùng")[:190], note=say("ghi chú"),
    )  # fmt: skip
    visits = [
        PlannedSample.objects.create(
            campaign=campaign, station=point, from_day=today + timedelta(days=days), to_day=today + timedelta(days=days + 5),
            parameters=["ph", "cod", "coliform"],
        )
        for days in (-30, -20, 20)
    ]  # fmt: skip
    taken = clock.now() - timedelta(days=28)
    Sample.objects.create(
        station=point, planned=visits[0], taken_at=taken, laboratory=say("phòng")[:190], sample_code=say("M1")[:50],
        taken_by=say("ai")[:190], note=say("ghi"), by=by, at=taken,
    )  # fmt: skip
    for parameter, value in (("ph", 7.2), ("cod", 17.5)):
        row = make.series(point, parameter, cycle_seconds=None, name=say(parameter))
        make.observations(row, [value], start=taken)
    flagged = Series.objects.filter(station__isnull=False, last_time__isnull=False).order_by("pk").first()
    assert flagged is not None
    Correction.objects.create(
        series=flagged, time=flagged.last_time, value=1.5, flag=1, why=say("vì sao"), by=by, at=clock.now()
    )
    return {"campaign_id": campaign.pk, "planned_id": visits[2].pk}
