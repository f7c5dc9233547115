"""Making entities, alone or with what hangs on them (deep insert): all of it or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from giapranh.kernel import clock
from giapranh.kernel.errors import N_
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.water.models import (
    Feature,
    HistoricalLocation,
    Location,
    ObservedProperty,
    Sensor,
    Series,
    Station,
)
from giapranh.water.rules import parameters
from giapranh.water.sta import access, bodies, notify, observations, shared
from giapranh.water.sta.access import Principal
from giapranh.water.sta.errors import Forbidden, Malformed, NoSuchEntity
from giapranh.water.sta.mapping import TYPES, EntityType

MOST_INLINE = 10_000
INVERSE = {
    ("Thing", "Datastreams"): "Thing",
    ("Thing", "Locations"): "Things",
    ("Thing", "HistoricalLocations"): "Thing",
    ("Location", "Things"): "Locations",
    ("Location", "HistoricalLocations"): "Locations",
    ("HistoricalLocation", "Locations"): "HistoricalLocations",
    ("Datastream", "Observations"): "Datastream",
    ("Sensor", "Datastreams"): "Sensor",
    ("ObservedProperty", "Datastreams"): "ObservedProperty",
    ("FeatureOfInterest", "Observations"): "FeatureOfInterest",
}
_PARAMETER = "urn:giapranh:parameter:"


def create(entity: EntityType, body: dict[str, Any], who: Principal) -> tuple[int, bool]:
    """(id, whether it is new)."""
    if entity.name == "Observation" and not _in_full(body.get("Datastream")):
        if _in_full(body.get("FeatureOfInterest")):
            with transaction.atomic():
                return observations.create(body, who)
        return observations.create(body, who)
    with transaction.atomic():
        made = _row_of_new_stream(body, who) if entity.name == "Observation" else (_make(entity, body, who)[0], True)
    access.forget_keys()
    observations.forget_streams()
    return made


def _in_full(given: Any) -> bool:
    """A linked entity that is described, not named by its id."""
    return isinstance(given, dict) and bodies.reference(given) is None


def _row_of_new_stream(body: dict[str, Any], who: Principal) -> tuple[int, bool]:
    stream_id, who = _make(TYPES["Datastream"], body["Datastream"], who)
    return observations.create({**body, "Datastream": {"@iot.id": stream_id}}, who)


def _make(entity: EntityType, body: Any, who: Principal) -> tuple[int, Principal]:
    """The id, and who asks, with the stations made just now."""
    maker = Maker(who, clock.now())
    made = maker.make(entity, bodies.clean(body))
    _note(who, entity, made)
    for plural, row_id in maker.news:
        notify.of_entity(plural, row_id)
    return made, maker.who


def with_parent(body: dict[str, Any], parent: EntityType, parent_id: int, link: str) -> dict[str, Any]:
    """A body posted to Things(1)/Datastreams belongs to Things(1), whatever it says itself."""
    name = INVERSE[parent.name, link]
    target = TYPES[parent.links[link].target]
    reference: Any = {"@iot.id": parent_id}
    if target.links[name].many:
        already = body.get(name)
        reference = [*(already if isinstance(already, list) else []), reference]
    return {**body, name: reference}


def create_feature(body: Any) -> int:
    return Feature.objects.create(**bodies.columns(TYPES["FeatureOfInterest"], bodies.clean(body))).pk


def _note(who: Principal, entity: EntityType, made: int) -> None:
    by = Officer.objects.filter(pk=who.officer_id).first() if who.officer_id else None
    audit("water.sensorthings_created", entity.name, made, by, clock.now(), key=who.key_id)


class Maker:
    """One deed of making. Asks of every part whether this asker may."""

    def __init__(self, who: Principal, at: datetime) -> None:
        self.who, self.at = who, at
        self._made: set[int] = set()  # stations made in this deed: theirs to furnish
        self._room = MOST_INLINE
        self.news: list[tuple[str, int]] = []

    def make(self, entity: EntityType, body: dict[str, Any]) -> int:
        self._room -= 1
        if self._room < 0:
            raise Malformed(N_("Một lần gửi chỉ tạo được đến %(most)d mục."), most=MOST_INLINE)
        make = {
            "Thing": self._thing,
            "Location": self._location,
            "HistoricalLocation": self._historical_location,
            "Datastream": self._datastream,
            "Sensor": self._sensor,
            "ObservedProperty": self._observed_property,
            "FeatureOfInterest": self._feature,
        }
        made = make[entity.name](body)
        self.news.append((entity.plural, made))
        return made

    def _thing(self, body: dict[str, Any]) -> int:
        self._may_manage()
        columns = bodies.columns(TYPES["Thing"], body)
        station = Station(**columns, owner_id=self.who.office_id)
        station.save()
        self._made.add(station.pk)
        self.who = self.who.with_station(station.pk)
        locations = self._all(body.get("Locations"), "Location")
        if locations:
            place(station, locations, self.at)
        for each in _listed(body.get("Datastreams")):
            self._child("Datastream", each, Thing={"@iot.id": station.pk})
        for each in _listed(body.get("HistoricalLocations")):
            self._child("HistoricalLocation", each, Thing={"@iot.id": station.pk})
        return station.pk

    def _location(self, body: dict[str, Any]) -> int:
        self._may_manage()
        location = Location.objects.create(**bodies.columns(TYPES["Location"], body))
        for station_id in self._all(body.get("Things"), "Thing"):
            station = self._station(station_id)
            place(station, [location.pk], self.at)
        for record_id in self._all(body.get("HistoricalLocations"), "HistoricalLocation"):
            history = HistoricalLocation.objects.get(pk=record_id)
            self._station(history.station_id)
            history.locations.add(location)
        return location.pk

    def _historical_location(self, body: dict[str, Any]) -> int:
        self._may_manage()
        columns = bodies.columns(TYPES["HistoricalLocation"], body)
        station = self._station(self._one(body, "Thing", "HistoricalLocation"))
        locations = self._all(body.get("Locations"), "Location")
        if not locations:
            raise _missing("HistoricalLocation", "Locations")
        newest = station.historical_locations.order_by("-time").values_list("time", flat=True).first()
        record = HistoricalLocation.objects.create(station=station, **columns)
        record.locations.set(locations)
        if newest is not None and columns["time"] > newest:  # the station has moved since
            set_locations(station, locations)
        return record.pk

    def _datastream(self, body: dict[str, Any]) -> int:
        self._may_manage()
        entity = TYPES["Datastream"]
        columns = bodies.columns(entity, body)
        station = self._station(self._one(body, "Thing", entity.name))
        sensor_id = self._one(body, "Sensor", entity.name)
        observed = ObservedProperty.objects.get(pk=self._one(body, "ObservedProperty", entity.name))
        series = Series.objects.create(
            station=station, sensor_id=sensor_id, observed_property=observed, parameter=observed.parameter,
            **columns, **units(columns["unit_of_measurement"]),
        )  # fmt: skip
        for each in _listed(body.get("Observations")):
            row = {**_object(each), "Datastream": {"@iot.id": series.pk}}
            observations.create(row, self.who, series.pk)
        return series.pk

    def _sensor(self, body: dict[str, Any]) -> int:
        self._may_manage()
        made = Sensor.objects.create(**bodies.columns(TYPES["Sensor"], body)).pk
        for each in _listed(body.get("Datastreams")):
            self._child("Datastream", each, Sensor={"@iot.id": made})
        return made

    def _observed_property(self, body: dict[str, Any]) -> int:
        self._may_manage()
        columns = bodies.columns(TYPES["ObservedProperty"], body)
        made = ObservedProperty.objects.create(**columns, parameter=parameter_of(columns["definition"])).pk
        for each in _listed(body.get("Datastreams")):
            self._child("Datastream", each, ObservedProperty={"@iot.id": made})
        return made

    def _feature(self, body: dict[str, Any]) -> int:
        if self.who.writes == []:
            self._may_manage()
        made = create_feature({name: value for name, value in body.items() if name != "Observations"})
        for each in _listed(body.get("Observations")):
            observations.create({**_object(each), "FeatureOfInterest": {"@iot.id": made}}, self.who)
        return made

    # --- parts -------------------------------------------------------------------------------------------------------

    def _may_manage(self) -> None:
        self.who.check_may_manage()

    def _child(self, name: str, body: Any, **links: Any) -> int:
        return self.make(TYPES[name], {**_object(body), **links})

    def _one(self, body: dict[str, Any], name: str, owner: str) -> int:
        """The entity behind a link to one: named by id, or given in full and made."""
        if body.get(name) is None:
            raise _missing(owner, name)
        return self._named_or_made(body[name], name)

    def _all(self, given: Any, name: str) -> list[int]:
        return [self._named_or_made(each, name) for each in _listed(given)]

    def _named_or_made(self, given: Any, name: str) -> int:
        found = bodies.reference(given)
        if found is None:
            return self.make(TYPES[name], given)
        models: dict[str, Any] = {
            "Thing": Station, "Location": Location, "Sensor": Sensor, "ObservedProperty": ObservedProperty,
            "HistoricalLocation": HistoricalLocation, "Datastream": Series,
        }  # fmt: skip
        if not models[name].objects.filter(pk=found).exists():
            raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity=name, id=f"({found})")
        shared.check_may_use(name, found, self.who)
        return found

    def _station(self, station_id: int) -> Station:
        if station_id not in self._made:
            if self.who.stations is not None and station_id not in self.who.stations:
                raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity="Thing", id=f"({station_id})")
            self.who.check_may_manage(station_id)
        station = Station.objects.get(pk=station_id)
        check_ours(station)
        return station


def check_ours(station: Station) -> None:
    if station.node:
        raise Forbidden(N_("Trạm này do tỉnh bạn quản lý, máy này chỉ đọc."))


def place(station: Station, locations: list[int], at: datetime) -> None:
    """The station stands there from now on; the standard keeps the history."""
    set_locations(station, locations)
    record = HistoricalLocation.objects.create(station=station, time=at)
    record.locations.set(locations)
    notify.of_entity("HistoricalLocations", record.pk)


def set_locations(station: Station, locations: list[int]) -> None:
    chosen = list(Location.objects.filter(pk__in=locations))
    station.locations.set(chosen)
    point = next((found for each in chosen if (found := _point(each.location)) is not None), None)
    if point is not None:
        station.lon, station.lat = float(point["coordinates"][0]), float(point["coordinates"][1])
        station.save(update_fields=["lon", "lat"])
    observations.forget_streams()


def _point(shape: Any) -> dict[str, Any] | None:
    """The point a place is, or the point of the GeoJSON feature it is."""
    if isinstance(shape, dict) and shape.get("type") == "Feature":
        shape = shape.get("geometry")
    if not isinstance(shape, dict) or shape.get("type") != "Point":
        return None
    at = shape.get("coordinates")
    good = isinstance(at, list) and len(at) >= 2 and all(isinstance(each, int | float) for each in at[:2])
    return shape if good else None


def units(given: dict[str, Any]) -> dict[str, str]:
    """The unit as our pages show it; the client's own words stay beside it."""
    known = {"name": "unit_name", "symbol": "unit_symbol", "definition": "unit_definition"}
    return {column: str(given.get(name) or "") for name, column in known.items()}


def parameter_of(definition: str) -> str:
    """The key of our list when the definition names it, so that limits and checks apply."""
    key = definition.removeprefix(_PARAMETER)
    return key if definition.startswith(_PARAMETER) and key in parameters.all_parameters() else ""


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise Malformed(N_("Cần một danh sách JSON […], nhưng có %(found)s."), found=type(given).__name__)
    return given


def _object(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Malformed(N_("Cần một đối tượng JSON {…}, nhưng có %(found)s."), found=type(given).__name__)
    return given


def _missing(entity: str, name: str) -> Malformed:
    return Malformed(N_("%(entity)s thiếu quan hệ bắt buộc “%(name)s”."), entity=entity, name=name)
