"""Changing and deleting entities: PATCH, JSON Patch, PUT, DELETE."""

from __future__ import annotations

import copy
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from giapranh.kernel import clock
from giapranh.kernel.errors import N_
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.water.models import (
    Feature,
    HistoricalLocation,
    Location,
    LocationFeature,
    ObservedProperty,
    Sensor,
    Series,
    Station,
)
from giapranh.water.sta import access, bodies, notify, observations, rewriting, shared
from giapranh.water.sta.access import Principal
from giapranh.water.sta.create import check_ours, parameter_of, place, set_locations, units
from giapranh.water.sta.errors import AlreadyThere, Malformed, NoSuchEntity
from giapranh.water.sta.mapping import EntityType

MODELS: dict[str, Any] = {
    "Thing": Station,
    "Location": Location,
    "HistoricalLocation": HistoricalLocation,
    "Datastream": Series,
    "Sensor": Sensor,
    "ObservedProperty": ObservedProperty,
    "FeatureOfInterest": Feature,
}
_TO_ONE = {"Thing": ("station_id", Station), "Sensor": ("sensor_id", Sensor),
           "ObservedProperty": ("observed_property_id", ObservedProperty)}  # fmt: skip


@transaction.atomic
def change(
    entity: EntityType, row_id: int, body: dict[str, Any], who: Principal, *, whole: bool = False, merge: bool = True
) -> None:
    """Set what the body names; with ``whole`` (PUT) what it does not name goes back to nothing. ``merge``: so it is
    within the unit, too, a property made of three."""
    if entity.name == "Observation":
        rewriting.change(row_id, body, who, whole=whole)
        return
    body = bodies.clean(body)
    record = _record(entity, row_id, who)
    columns = bodies.columns(entity, body, partial=not whole)
    links = {name: body[name] for name in entity.links if name in body}
    ids = {name: _references(entity, name, given) for name, given in links.items() if given is not None}
    if whole:
        columns = {**_nothing(entity), **columns}
    elif merge and "unit_of_measurement" in columns:
        columns["unit_of_measurement"] = {**_unit_of(record), **columns["unit_of_measurement"]}
    for name, value in columns.items():
        setattr(record, name, value)
    _consequences(entity, record, columns)
    if columns:
        record.save()
    if entity.name == "Location" and "location" in columns:  # the map shows its stations there
        for station in record.stations.all():
            set_locations(station, list(station.locations.values_list("pk", flat=True)))
    for name, found in ids.items():
        _link(entity, record, name, found, who)
    _note(who, "changed", entity, row_id)
    notify.of_entity(entity.plural, row_id)
    observations.forget_streams()


def _record(entity: EntityType, row_id: int, who: Principal) -> Any:
    record = MODELS[entity.name].objects.select_for_update().filter(pk=row_id).first()
    if record is None:
        raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity=entity.name, id=f"({row_id})")
    who.check_may_manage()
    shared.check_may_change(entity, row_id, who)
    for station in _stations_of(entity, record):
        _check(station, who)
    return record


def _stations_of(entity: EntityType, record: Any) -> list[Station]:
    """The stations this speaks of. Sensors, observed properties and features may serve many and belong to none."""
    if entity.name == "Thing":
        return [record]
    if entity.name == "Location":
        return list(record.stations.all())
    return [record.station] if entity.name in ("Datastream", "HistoricalLocation") else []


def _check(station: Station, who: Principal) -> None:
    who.check_may_manage(station.pk)
    check_ours(station)


def _nothing(entity: EntityType) -> dict[str, Any]:
    """What an optional column is when a PUT does not name it."""
    optional = [prop for prop in entity.properties.values() if prop.column and not prop.mandatory]
    return {prop.column: {} if prop.column == "properties" else None for prop in optional}


def _unit_of(series: Series) -> dict[str, Any]:
    ours = {"name": series.unit_name, "symbol": series.unit_symbol, "definition": series.unit_definition}
    return dict(series.unit_of_measurement) or ours


def _consequences(entity: EntityType, record: Any, columns: dict[str, Any]) -> None:
    if "unit_of_measurement" in columns:
        for name, value in units(columns["unit_of_measurement"]).items():
            setattr(record, name, value)
    if entity.name == "ObservedProperty" and "definition" in columns:
        before, record.parameter = record.parameter, parameter_of(columns["definition"])
        Series.objects.filter(observed_property=record, parameter=before).update(parameter=record.parameter)
    if entity.name == "Location" and "location" in columns:  # the next observation gets a feature of the new place
        LocationFeature.objects.filter(location=record).delete()


def _references(entity: EntityType, name: str, given: Any) -> list[int]:
    """Linked entities may be named here, not described."""
    each = given if entity.links[name].many else [given]
    if not isinstance(each, list):
        raise Malformed(N_("Cần một danh sách JSON […], nhưng có %(found)s."), found=type(given).__name__)
    found = [bodies.reference(one) for one in each]
    if None in found:
        raise Malformed(
            N_("PATCH chỉ nối với mục đã có bằng @iot.id; %(name)s có mục viết đầy đủ."), name=f"{entity.name}/{name}"
        )
    return [one for one in found if one is not None]


def _link(entity: EntityType, record: Any, name: str, ids: list[int], who: Principal) -> None:
    if not entity.links[name].many:
        column, model = _TO_ONE[name]
        _must_exist(name, model, ids, who)
        if name == "Thing":
            _check(Station.objects.get(pk=ids[0]), who)
        setattr(record, column, ids[0])
        if name == "ObservedProperty":
            record.parameter = ObservedProperty.objects.get(pk=ids[0]).parameter
        record.save()
        return
    _must_exist(name, {"Locations": Location, "Things": Station, "HistoricalLocations": HistoricalLocation,
                       "Datastreams": Series}.get(name), ids, who)  # fmt: skip
    if (entity.name, name) == ("Thing", "Locations"):
        place(record, ids, clock.now())
    elif (entity.name, name) == ("Location", "Things"):
        for station in Station.objects.filter(pk__in=ids):
            _check(station, who)
            place(station, [record.pk], clock.now())
    elif (entity.name, name) == ("HistoricalLocation", "Locations"):
        record.locations.add(*ids)
    elif (entity.name, name) == ("Location", "HistoricalLocations"):
        for history in HistoricalLocation.objects.filter(pk__in=ids).select_related("station"):
            _check(history.station, who)
        record.historical_locations.add(*ids)
    elif name == "Datastreams":
        column = _TO_ONE[entity.name][0]
        for series in Series.objects.filter(pk__in=ids).select_related("station"):
            _check(series.station, who)
            setattr(series, column, record.pk)
            if entity.name == "ObservedProperty":
                series.parameter = record.parameter
            series.save(update_fields=[column.removesuffix("_id"), "parameter"])
    else:
        raise Malformed(N_("Không nối lại được %(name)s bằng PATCH."), name=f"{entity.name}/{name}")


def _must_exist(name: str, model: Any, ids: list[int], who: Principal) -> None:
    if model is None:
        raise Malformed(N_("Không nối lại được %(name)s bằng PATCH."), name=name)
    there = set(model.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for each in ids:
        if each not in there:
            raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity=name, id=f"({each})")
        shared.check_may_use({"Locations": "Location"}.get(name, name), each, who)


# --- JSON Patch ------------------------------------------------------------------------------------------------------


def patched(document: dict[str, Any], operations: Any) -> dict[str, Any]:
    """The document after the operations of RFC 6902; what is not changed by them is left out."""
    if not isinstance(operations, list) or len(operations) > 1000:
        raise Malformed(N_("JSON Patch là một danh sách các phép sửa."))
    made = copy.deepcopy(document)
    touched: set[str] = set()
    for operation in operations:
        touched.add(_apply(made, operation))
    return {name: made.get(name) for name in touched if name}


def _apply(document: dict[str, Any], operation: Any) -> str:
    try:
        kind, path = operation["op"], operation["path"]
        keys = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
        if kind in ("move", "copy"):
            source = [part.replace("~1", "/").replace("~0", "~") for part in operation["from"].split("/")[1:]]
            value = copy.deepcopy(_at(document, source))
            if kind == "move":
                _remove(document, source)
            _set(document, keys, value, insert=True)
        elif kind == "remove":
            _remove(document, keys)
        elif kind in ("add", "replace"):
            _set(document, keys, operation["value"], insert=kind == "add")
        elif kind == "test":
            if _at(document, keys) != operation["value"]:
                raise AlreadyThere(N_("JSON Patch: giá trị ở %(path)s không như đã kiểm tra."), path=path)
            return ""
        else:
            raise KeyError(kind)
        return str(keys[0])
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise Malformed(
            N_("JSON Patch: không làm được phép sửa %(operation)s."), operation=str(operation)[:120]
        ) from error


def _at(node: Any, keys: list[str]) -> Any:
    for key in keys:
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def _set(document: Any, keys: list[str], value: Any, *, insert: bool) -> None:
    node, last = _at(document, keys[:-1]), keys[-1]
    if not isinstance(node, list):
        node[last] = value
    elif last == "-":
        node.append(value)
    elif insert:
        node.insert(int(last), value)
    else:
        node[int(last)] = value


def _remove(document: Any, keys: list[str]) -> None:
    node, last = _at(document, keys[:-1]), keys[-1]
    del node[int(last) if isinstance(node, list) else last]


# --- deleting --------------------------------------------------------------------------------------------------------


@transaction.atomic
def delete(entity: EntityType, row_id: int, who: Principal) -> None:
    """The entity, and what cannot be without it, as the standard lists."""
    if entity.name == "Observation":
        rewriting.delete_one(row_id, who)
        return
    record = _record(entity, row_id, who)
    try:
        if entity.name == "FeatureOfInterest":
            rewriting.delete_of_feature(record.pk, who)
        for series in _series_below(entity, record):
            _check(series.station, who)  # a device or a property may serve one of the neighbour's, too
            rewriting.delete_series(series, who)
        if entity.name == "Location":
            for history in HistoricalLocation.objects.filter(locations=record):
                if history.locations.count() == 1:
                    history.delete()
        if entity.name != "Datastream":  # that one is gone already
            record.delete()
    except (ProtectedError, RestrictedError) as error:
        raise AlreadyThere(
            N_("%(entity)s này còn được dùng ở nơi khác (mẫu, cảnh báo, chiến dịch) nên không xóa được."),
            entity=entity.name,
        ) from error
    _note(who, "deleted", entity, row_id)
    access.forget_keys()
    observations.forget_streams()


def _series_below(entity: EntityType, record: Any) -> list[Series]:
    if entity.name == "Datastream":
        return [record]
    link = {"Thing": "station", "Sensor": "sensor", "ObservedProperty": "observed_property"}.get(entity.name)
    return list(Series.objects.filter(**{link: record})) if link else []


def _note(who: Principal, what: str, entity: EntityType, row_id: int) -> None:
    by = Officer.objects.filter(pk=who.officer_id).first() if who.officer_id else None
    audit(f"water.sensorthings_{what}", entity.name, row_id, by, clock.now(), key=who.key_id)
