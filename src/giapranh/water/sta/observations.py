"""Observations as clients send them: one at a time, with whatever the standard lets them say."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from giapranh.kernel import clock
from giapranh.kernel.errors import N_
from giapranh.water.models import Feature, Location, LocationFeature, ObservationDetail, Series
from giapranh.water.rules.observation_ids import check_time, observation_id
from giapranh.water.services.store import Outcome, Refusal
from giapranh.water.sta import bodies, database, shared, times
from giapranh.water.sta.access import Principal
from giapranh.water.sta.errors import AlreadyThere, Forbidden, Malformed, NoSuchEntity
from giapranh.water.sta.gather import Item, gatherer, write
from giapranh.water.sta.mapping import OBSERVATION

REMEMBERED_SECONDS = 2.0
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Stream:
    """What must be known of a series before a row goes in."""

    id: int
    station_id: int
    node: str
    feature_id: int | None
    location_id: int | None  # where its station stands now
    location_feature_id: int | None  # the feature made from there

    @property
    def has_place(self) -> bool:
        return self.feature_id is not None or self.location_id is not None

    @property
    def is_settled(self) -> bool:
        """A row without a feature of its own needs nothing beside it."""
        return (
            self.feature_id is not None
            and self.location_feature_id in (None, self.feature_id)
            and not (self.location_id is not None and self.location_feature_id is None)
        )


_STREAM = """
SELECT s.id, s.station_id, st.node, s.feature_id, l.id, f.feature_id
FROM water_series s JOIN water_station st ON st.id = s.station_id
LEFT JOIN LATERAL (SELECT max(m.location_id) AS id FROM water_location_stations m WHERE m.station_id = s.station_id) l
    ON TRUE
LEFT JOIN water_locationfeature f ON f.location_id = l.id
WHERE s.id = ANY(%s::bigint[])
"""
_known: dict[int, tuple[float, Stream]] = {}


def forget_streams() -> None:
    _known.clear()


def stream(series_id: int, who: Principal) -> Stream:
    """The series if this asker may send data for it."""
    held = _known.get(series_id)
    now = time.monotonic()
    if held is None or held[0] < now:
        rows = database.fetch(_STREAM, [[series_id]])
        if not rows:
            raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity="Datastream", id=f"({series_id})")
        if len(_known) > 100_000:
            _known.clear()
        held = _known[series_id] = (now + REMEMBERED_SECONDS, Stream(*rows[0]))
    found = held[1]
    if who.stations is not None and found.station_id not in who.stations:
        raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity="Datastream", id=f"({series_id})")
    who.check_may_write(found.station_id)
    if found.node:
        raise Forbidden(N_("Trạm này do tỉnh bạn quản lý, máy này chỉ đọc."))
    return found


def create(body: dict[str, Any], who: Principal, series_id: int | None = None) -> tuple[int, bool]:
    """(id, new): new is False when the same value stood there already."""
    bodies.check_names(OBSERVATION, body)
    if series_id is None:
        series_id = _series_of(body)
    place = stream(series_id, who)
    item = _item(body, place, who)
    if connection.in_atomic_block:
        write([item], at=clock.now())
    else:
        gatherer.put(item)
    row_id = observation_id(series_id, item.time_ms)
    if item.outcome == Outcome.REFUSED:
        assert item.refusal is not None
        raise refused(item.refusal, row_id)
    return row_id, item.outcome == Outcome.STORED


def refused(refusal: Refusal, row_id: int) -> Exception:
    if "series" in refusal.params:
        return NoSuchEntity(refusal.what, **refusal.params)
    if "stored" in refusal.params:
        return AlreadyThere(refusal.what, **refusal.params)
    return Malformed(refusal.what, **refusal.params)


def _series_of(body: dict[str, Any]) -> int:
    if body.get("Datastream") is None:
        raise Malformed(N_("Observation thiếu Datastream."))
    found = bodies.reference(body["Datastream"])
    if found is None:
        raise Malformed(N_("Datastream của Observation phải có @iot.id."))
    if found >= 2**31:
        raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity="Datastream", id=f"({found})")
    return found


def _item(body: dict[str, Any], place: Stream, who: Principal) -> Item:
    given = body.get("phenomenonTime", _ABSENT)
    # The standard: an observation without a time was made when it arrived. A time that cannot be read is refused.
    start, end = (times.to_milliseconds(clock.now()), None) if given in (_ABSENT, None) else times.interval(given)
    check_time(start)
    value, other = result(body.get("result", _ABSENT))
    feature_id = feature_of(body.get("FeatureOfInterest"), place, who)
    detail = None
    if end is not None or other is not None or feature_id is not None or body.keys() & EXTRA:
        detail = detail_of(body, end, other, feature_id)
    return Item(place.id, start, value, detail)


OURS = {"qartod", "qartod_reason", "tt10_status", "censored"}  # said of a row by its checks, never by a client
EXTRA = {"resultTime", "validTime", "resultQuality", "parameters"}


def result(value: Any) -> tuple[float, Any]:
    """(number or NaN, what is not a number)."""
    if value is _ABSENT:
        raise Malformed(N_("Observation thiếu result."))
    if value is None:
        return math.nan, None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan, bodies.clean(value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise Malformed(N_("result không phải số hữu hạn."))
    return number, None


def detail_of(body: dict[str, Any], end: int | None, other: Any, feature_id: int | None) -> ObservationDetail | None:
    """What does not fit into the row of the observation; None when that is nothing."""
    made = ObservationDetail(
        end_time=None if end is None else times.from_milliseconds(end), result=other, feature_id=feature_id
    )
    empty = end is None and other is None and feature_id is None
    if body.get("resultTime") is not None:
        made.result_time = times.instant(body["resultTime"])
        empty = False
    if body.get("validTime") is not None:
        first, last = times.interval(body["validTime"])
        made.valid_from = times.from_milliseconds(first)
        made.valid_to = times.from_milliseconds(first if last is None else last)
        empty = False
    if body.get("resultQuality") is not None:
        made.result_quality = bodies.clean(body["resultQuality"])
        empty = False
    if body.get("parameters") is not None:
        if not isinstance(body["parameters"], dict):
            raise Malformed(N_("Observation/parameters phải là đối tượng JSON {…}."))
        made.parameters = {name: each for name, each in bodies.clean(body["parameters"]).items() if name not in OURS}
        empty = False
    return None if empty else made


# --- features --------------------------------------------------------------------------------------------------------


def feature_of(given: Any, place: Stream, who: Principal) -> int | None:
    """The feature to note beside the row; None when the series' own says it already."""
    if given is None:
        if place.is_settled:
            return None
        wanted = _feature_of_location(place)
    else:
        wanted = bodies.reference(given) or 0
        if not wanted:
            from giapranh.water.sta.create import create_feature

            wanted = create_feature(given)
        elif wanted != place.feature_id:
            if not Feature.objects.filter(pk=wanted).exists():
                raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity="FeatureOfInterest", id=f"({wanted})")
            shared.check_may_use("FeatureOfInterest", wanted, who)
    if place.feature_id is None:
        Series.objects.filter(pk=place.id, feature=None).update(feature=wanted)
        forget_streams()
        settled = Series.objects.values_list("feature_id", flat=True).get(pk=place.id)
        return None if settled == wanted else wanted
    return None if place.feature_id == wanted else wanted


def _feature_of_location(place: Stream) -> int:
    if place.location_id is None:
        if place.feature_id is not None:
            return place.feature_id
        raise Malformed(
            N_("Observation không có FeatureOfInterest và Thing chưa có Location để tạo ra. Hãy gửi một trong hai.")
        )
    return feature_for(place.location_id)


@transaction.atomic
def feature_for(location_id: int) -> int:
    """The feature made from a location; made once and used again."""
    location = Location.objects.select_for_update().get(pk=location_id)
    held = LocationFeature.objects.filter(location=location).first()
    if held is None:
        feature = Feature.objects.create(
            name=location.name, description=location.description, encoding_type=location.encoding_type,
            feature=location.location,
        )  # fmt: skip
        held = LocationFeature.objects.create(location=location, feature=feature)
        forget_streams()
    return held.feature_id
