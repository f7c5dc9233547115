"""Where the entities of SensorThings 1.1 live in our tables: the only module that knows both names.

In the pieces of SQL ``{t}`` is the alias of the entity's own table; in links ``{p}`` is the id of the entity one comes
from and ``{a}`` its alias. Everything that comes from outside is a parameter, never part of the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from giapranh.water.rules.observation_ids import BITS, MASK


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    INTERVAL = "interval"
    JSON = "json"
    GEOMETRY = "geometry"
    RESULT = "result"
    BOOLEAN = "boolean"
    DATE = "date"
    CLOCK = "clock"
    DURATION = "duration"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    kind: Kind
    sql: str
    end: str = ""  # of an interval
    column: str = ""  # what a client's value is written to; "" = the server makes it
    mandatory: bool = False
    detail: bool = False  # needs the details of an observation joined in


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    target: str  # name of the entity type
    many: bool
    by_id: str
    by_alias: str = ""


@dataclass(frozen=True, slots=True)
class EntityType:
    name: str
    plural: str
    table: str
    properties: dict[str, Property]
    links: dict[str, Link]
    seen: str  # which rows somebody with a list of stations may see; %s is the list
    identity: str = "{t}.id"
    geometry: str = ""  # the property that is a place
    order: tuple[str, ...] = field(default=("{t}.id",))

    def mandatory(self) -> list[str]:
        return [each.name for each in self.properties.values() if each.mandatory]


def _by_name(*properties: Property) -> dict[str, Property]:
    return {each.name: each for each in properties}


def _links(*links: Link) -> dict[str, Link]:
    return {each.name: each for each in links}


def _text(name: str, column: str, *, mandatory: bool = True) -> Property:
    return Property(name, Kind.TEXT, f"{{t}}.{column}", column=column, mandatory=mandatory)


def _json(name: str, column: str, sql: str = "", *, mandatory: bool = False) -> Property:
    return Property(name, Kind.JSON, sql or f"{{t}}.{column}", column=column, mandatory=mandatory)


_OURS_OF_STATION = (
    "({t}.properties || jsonb_strip_nulls(jsonb_build_object('code', nullif({t}.code, ''),"
    " 'kind', nullif({t}.kind, 'other'), 'km', {t}.km, 'bank', nullif({t}.bank, ''),"
    " 'river', (SELECT w.key FROM water_watercourse w WHERE w.id = {t}.watercourse_id),"
    " 'illustrative', nullif({t}.illustrative, false))))"
)
_OURS_OF_SERIES = (
    "({t}.properties || jsonb_strip_nulls(jsonb_build_object('parameter', nullif({t}.parameter, ''),"
    " 'basis', nullif({t}.basis, ''), 'cycle_seconds', {t}.cycle_seconds, 'mdl', {t}.mdl,"
    " 'illustrative', nullif({t}.illustrative, false))))"
)
_UNIT = (
    "(CASE WHEN {t}.unit_of_measurement <> '{{}}'::jsonb THEN {t}.unit_of_measurement ELSE jsonb_build_object("
    "'name', {t}.unit_name, 'symbol', {t}.unit_symbol, 'definition', {t}.unit_definition) END)"
)
_OUR_PARAMETERS = (
    "(COALESCE({d}.parameters, '{{}}'::jsonb) || jsonb_strip_nulls(jsonb_build_object('qartod', {t}.flag,"
    " 'qartod_reason', nullif({t}.reason, 0),"
    " 'tt10_status', CASE WHEN {t}.status >= 0 THEN lpad({t}.status::text, 2, '0') END,"
    " 'censored', CASE sign({t}.censored) WHEN -1 THEN '<' WHEN 1 THEN '>' END)))"
)
OBSERVATION_ID = f"(({{t}}.series_id::bigint << {BITS}) | (date_part('epoch', {{t}}.time) * 1000)::bigint)"
OBSERVATION_TIME = f"to_timestamp(({{p}}::bigint & {MASK}::bigint) / 1000.0)"

THING = EntityType(
    name="Thing", plural="Things", table="water_station",
    properties=_by_name(
        _text("name", "name"),
        _text("description", "description"),
        _json("properties", "properties", _OURS_OF_STATION),
    ),
    links=_links(
        Link("Datastreams", "Datastream", True, "{t}.station_id = {p}"),
        Link("HistoricalLocations", "HistoricalLocation", True, "{t}.station_id = {p}"),
        Link("Locations", "Location", True,
             "{t}.id IN (SELECT m.location_id FROM water_location_stations m WHERE m.station_id = {p})"),
    ),
    seen="{t}.id = ANY(%s)",
)  # fmt: skip
LOCATION = EntityType(
    name="Location", plural="Locations", table="water_location", geometry="location",
    properties=_by_name(
        _text("name", "name"),
        _text("description", "description"),
        _text("encodingType", "encoding_type"),
        Property("location", Kind.GEOMETRY, "{t}.location", column="location", mandatory=True),
        _json("properties", "properties"),
    ),
    links=_links(
        Link("HistoricalLocations", "HistoricalLocation", True,
             "{t}.id IN (SELECT m.historicallocation_id FROM water_historicallocation_locations m"
             " WHERE m.location_id = {p})"),
        Link("Things", "Thing", True,
             "{t}.id IN (SELECT m.station_id FROM water_location_stations m WHERE m.location_id = {p})"),
    ),
    seen="{t}.id IN (SELECT m.location_id FROM water_location_stations m WHERE m.station_id = ANY(%s))",
)  # fmt: skip
HISTORICAL_LOCATION = EntityType(
    name="HistoricalLocation", plural="HistoricalLocations", table="water_historicallocation",
    properties=_by_name(Property("time", Kind.TIME, "{t}.time", column="time", mandatory=True)),
    links=_links(
        Link("Thing", "Thing", False,
             "{t}.id = (SELECT h.station_id FROM water_historicallocation h WHERE h.id = {p})",
             "{t}.id = {a}.station_id"),
        Link("Locations", "Location", True,
             "{t}.id IN (SELECT m.location_id FROM water_historicallocation_locations m"
             " WHERE m.historicallocation_id = {p})"),
    ),
    seen="{t}.station_id = ANY(%s)",
)  # fmt: skip
DATASTREAM = EntityType(
    name="Datastream", plural="Datastreams", table="water_series", geometry="observedArea",
    properties=_by_name(
        _text("name", "name"),
        _text("description", "description"),
        _text("observationType", "observation_type"),
        _json("unitOfMeasurement", "unit_of_measurement", _UNIT, mandatory=True),
        Property("observedArea", Kind.GEOMETRY, "{t}.observed_area", column="observed_area"),
        Property("phenomenonTime", Kind.INTERVAL, "{t}.first_time", end="{t}.last_time"),
        Property("resultTime", Kind.INTERVAL, "{t}.result_time_first", end="{t}.result_time_last"),
        _json("properties", "properties", _OURS_OF_SERIES),
    ),
    links=_links(
        Link("Thing", "Thing", False,
             "{t}.id = (SELECT s.station_id FROM water_series s WHERE s.id = {p})", "{t}.id = {a}.station_id"),
        Link("Sensor", "Sensor", False,
             "{t}.id = (SELECT s.sensor_id FROM water_series s WHERE s.id = {p})", "{t}.id = {a}.sensor_id"),
        Link("ObservedProperty", "ObservedProperty", False,
             "{t}.id = (SELECT s.observed_property_id FROM water_series s WHERE s.id = {p})",
             "{t}.id = {a}.observed_property_id"),
        Link("Observations", "Observation", True, "{t}.series_id = {p}"),
    ),
    seen="{t}.station_id = ANY(%s)",
)  # fmt: skip
SENSOR = EntityType(
    name="Sensor", plural="Sensors", table="water_sensor",
    properties=_by_name(
        _text("name", "name"),
        _text("description", "description"),
        _text("encodingType", "encoding_type"),
        _json("metadata", "metadata", mandatory=True),
        _json("properties", "properties"),
    ),
    links=_links(Link("Datastreams", "Datastream", True, "{t}.sensor_id = {p}")),
    seen="{t}.id IN (SELECT s.sensor_id FROM water_series s WHERE s.station_id = ANY(%s))",
)  # fmt: skip
OBSERVED_PROPERTY = EntityType(
    name="ObservedProperty", plural="ObservedProperties", table="water_observedproperty",
    properties=_by_name(
        _text("name", "name"),
        _text("definition", "definition"),
        _text("description", "description"),
        _json("properties", "properties"),
    ),
    links=_links(Link("Datastreams", "Datastream", True, "{t}.observed_property_id = {p}")),
    seen="{t}.id IN (SELECT s.observed_property_id FROM water_series s WHERE s.station_id = ANY(%s))",
)  # fmt: skip
OBSERVATION = EntityType(
    name="Observation", plural="Observations", table="water_observation",
    identity=OBSERVATION_ID, order=("{t}.series_id", "{t}.time"),
    properties=_by_name(
        Property("phenomenonTime", Kind.TIME, "{t}.time", column="time"),
        Property("result", Kind.RESULT, "{t}.value", column="value", mandatory=True),
        Property("resultTime", Kind.TIME, "{d}.result_time", column="result_time", detail=True),
        Property("resultQuality", Kind.JSON, "{d}.result_quality", column="result_quality", detail=True),
        Property("validTime", Kind.INTERVAL, "{d}.valid_from", end="{d}.valid_to", column="valid_from", detail=True),
        Property("parameters", Kind.JSON, _OUR_PARAMETERS, column="parameters", detail=True),
    ),
    links=_links(
        Link("Datastream", "Datastream", False, f"{{t}}.id = ({{p}}::bigint >> {BITS})", "{t}.id = {a}.series_id"),
        Link("FeatureOfInterest", "FeatureOfInterest", False,
             "{t}.id = COALESCE((SELECT e.feature_id FROM water_observationdetail e"
             f" WHERE e.series_id = ({{p}}::bigint >> {BITS}) AND e.time = {OBSERVATION_TIME}),"
             f" (SELECT s.feature_id FROM water_series s WHERE s.id = ({{p}}::bigint >> {BITS})))",
             "{t}.id = COALESCE((SELECT e.feature_id FROM water_observationdetail e"
             " WHERE e.series_id = {a}.series_id AND e.time = {a}.time),"
             " (SELECT s.feature_id FROM water_series s WHERE s.id = {a}.series_id))"),
    ),
    seen="{t}.series_id IN (SELECT s.id FROM water_series s WHERE s.station_id = ANY(%s))",
)  # fmt: skip
FEATURE_OF_INTEREST = EntityType(
    name="FeatureOfInterest", plural="FeaturesOfInterest", table="water_feature", geometry="feature",
    properties=_by_name(
        _text("name", "name"),
        _text("description", "description"),
        _text("encodingType", "encoding_type"),
        Property("feature", Kind.GEOMETRY, "{t}.feature", column="feature", mandatory=True),
        _json("properties", "properties"),
    ),
    links=_links(
        Link("Observations", "Observation", True,
             "(({t}.series_id IN (SELECT s.id FROM water_series s WHERE s.feature_id = {p})"
             " AND NOT EXISTS (SELECT 1 FROM water_observationdetail e WHERE e.series_id = {t}.series_id"
             " AND e.time = {t}.time AND e.feature_id IS NOT NULL AND e.feature_id <> {p}))"
             " OR ({t}.series_id, {t}.time) IN (SELECT e.series_id, e.time FROM water_observationdetail e"
             " WHERE e.feature_id = {p}))"),
    ),
    seen="({t}.id IN (SELECT s.feature_id FROM water_series s WHERE s.station_id = ANY(%s)) OR {t}.id IN"
         " (SELECT e.feature_id FROM water_observationdetail e JOIN water_series s ON s.id = e.series_id"
         " WHERE s.station_id = ANY(%s)))",
)  # fmt: skip

TYPES: dict[str, EntityType] = {
    each.name: each
    for each in (
        THING, LOCATION, HISTORICAL_LOCATION, DATASTREAM, SENSOR, OBSERVATION, OBSERVED_PROPERTY, FEATURE_OF_INTEREST,
    )
}  # fmt: skip
SETS: dict[str, EntityType] = {each.plural: each for each in TYPES.values()}
DETAIL_JOIN = " LEFT JOIN water_observationdetail {d} ON {d}.series_id = {t}.series_id AND {d}.time = {t}.time"
MAX_ID = {"Observation": 2**63 - 1, "Datastream": 2**31 - 1}


def largest_id(kind: EntityType) -> int:
    return MAX_ID.get(kind.name, 2**63 - 1)
