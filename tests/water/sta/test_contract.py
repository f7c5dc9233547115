"""Schemathesis walks a description of the interface written here by hand: never a 500, never a hang, always JSON."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance
from tests.water.sta.conftest import APPLICATION, Network

from giapranh.water.sta.mapping import SETS

pytestmark = pytest.mark.django_db

SECONDS = 10  # no single request may take longer
CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
REFUSED = {"type": "object", "required": ["code", "type", "message"], "properties": {"code": {"type": "integer"}}}
ID: dict[str, Any] = {
    "anyOf": [{"enum": [1]}, {"enum": [1, 2, 0]}, {"type": "integer"}, {"type": "string", "maxLength": 8}]
}
TIMES = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00+07:00/2026-01-02T00:00:00Z", "2026-02-30T00:00:00Z", "now", ""]
WORDS = {
    "$filter": ["result gt 6", "phenomenonTime ge 2026-01-01T00:00:00Z and result lt 7", "name eq", "((", "id eq 1"],
    "$orderby": ["phenomenonTime desc", "id", "name desc,id", "result asc asc"],
    "$select": ["id", "name", "result", "@iot.selfLink", "x"],
    "$expand": ["Datastreams", "Datastream/Thing", "Observations($top=1;$orderby=phenomenonTime desc)", "Things(", "Sensor"],
    "$top": ["0", "1", "1000000000", "-1", "x"],
    "$skip": ["0", "3", "99999999999999999", "1.5"],
    "$count": ["true", "false", "1"],
    "$resultFormat": ["dataArray", "CSV", "GeoJSON", "XML"],
    "$skiptoken": ["WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsNV0", "W10", "x"],
    "aggregate": ["hour", "day", "week"],
}  # fmt: skip
ANYTHING: dict[str, Any] = {
    "anyOf": [{"type": "number"}, {"type": "string", "maxLength": 12}, {"type": "null"}, {"type": "object"}]
}
REFERENCE = {
    "anyOf": [
        {"type": "object", "required": ["@iot.id"], "properties": {"@iot.id": ID}, "additionalProperties": False},
        ANYTHING,
    ]
}


def _option(name: str, known: list[str]) -> dict[str, Any]:
    shape = {"anyOf": [{"enum": known}, {"type": "string", "maxLength": 20}]}
    return {"name": name, "in": "query", "schema": shape}


def _body(shape: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": shape}}}


def _answers(*statuses: int) -> dict[str, Any]:
    refused = {"content": {"application/json": {"schema": REFUSED}}, "description": "refused"}
    good = {str(status): {"description": "done"} for status in statuses}
    return good | {str(status): refused for status in (400, 404, 405, 409, 413, 501)}


def _entity_body() -> dict[str, Any]:
    """Whatever names the standard knows, of whatever type."""
    known = {name for kind in SETS.values() for name in kind.properties}
    shapes: dict[str, Any] = dict.fromkeys(sorted(known), ANYTHING)
    for name in ("phenomenonTime", "resultTime", "validTime", "time"):
        shapes[name] = {"anyOf": [{"enum": TIMES}, ANYTHING]}
    for name in ("Thing", "Sensor", "ObservedProperty", "Datastream", "FeatureOfInterest"):
        shapes[name] = REFERENCE
    for name in ("Locations", "Datastreams", "Things", "HistoricalLocations", "Observations"):
        shapes[name] = {"type": "array", "items": REFERENCE, "maxItems": 2}
    return {"type": "object", "properties": shapes, "additionalProperties": False, "maxProperties": 8}


def _rows() -> dict[str, Any]:
    names = ["phenomenonTime", "result", "resultTime", "validTime", "parameters", "FeatureOfInterest/id", "x"]
    row = {"type": "array", "maxItems": 3, "items": {"anyOf": [{"enum": TIMES}, ANYTHING]}}
    group = {"Datastream": REFERENCE, "components": {"type": "array", "items": {"enum": names}, "maxItems": 3},
             "dataArray": {"type": "array", "items": {"anyOf": [row, ANYTHING]}, "maxItems": 4}}  # fmt: skip
    return {"type": "array", "maxItems": 2, "items": {"type": "object", "properties": group, "required": list(group)}}


def _batch() -> dict[str, Any]:
    urls = [
        "Things",
        "Things(9)",
        "$1/Datastreams",
        "/Observations",
        "$batch",
        "../..",
        "Datastreams(1)/Observations?$top=x",
    ]
    one = {"id": {"enum": ["1", "2", 3, None]}, "method": {"enum": ["get", "POST", "patch", "DELETE", "FLY"]},
           "url": {"anyOf": [{"enum": urls}, ANYTHING]}, "body": {"anyOf": [_entity_body(), ANYTHING]},
           "atomicityGroup": {"enum": ["a", "b", None]}}  # fmt: skip
    return {"type": "object", "required": ["requests"], "properties": {
        "requests": {"type": "array", "maxItems": 3, "items": {"type": "object", "properties": one}}}}  # fmt: skip


def described(ids: list[int]) -> dict[str, Any]:
    """``ids``: of what is there, of a Thing first."""
    ID["anyOf"][0] = {"enum": ids}
    options = [_option(name, known) for name, known in WORDS.items()]
    row_id = {"name": "id", "in": "path", "required": True, "schema": ID}
    plural = {"name": "set", "in": "path", "required": True, "schema": {"enum": list(SETS)}}
    below = {"name": "below", "in": "path", "required": True, "schema": {"anyOf": [
        {"enum": [*SETS, "Thing", "Sensor", "$ref", "name", "result", "properties", "$count", "resultTime"]}, {"type": "string", "minLength": 1, "maxLength": 9}]}}  # fmt: skip
    write = {"requestBody": _body(_entity_body())}
    get = {"responses": _answers(200, 204), "parameters": options}
    one = {"responses": _answers(200, 204), "parameters": [
        {"name": "$select", "in": "query", "schema": {"enum": WORDS["$select"]}}]}  # fmt: skip
    there = {"name": "id", "in": "path", "required": True, "schema": {"enum": ids[:1]}}
    paths = {
        "/Things({id})": {"parameters": [there], "get": one},
        "/Latest": {"get": {"responses": _answers(200), "parameters": [_option("datastreams", ["1", "1,2", ","]), _option("after", ["1", "x"])]}},
        "/CreateObservations": {"post": {"responses": _answers(201), "requestBody": _body(_rows())}},
        "/$batch": {"post": {"responses": _answers(200), "requestBody": _body(_batch())}},
        "/{set}": {"parameters": [plural], "get": get, "post": {"responses": _answers(200, 201), **write}},
        "/{set}({id})": {
            "parameters": [plural, row_id], "get": one,
            "patch": {"responses": _answers(200), **write}, "put": {"responses": _answers(200), **write},
            "delete": {"responses": _answers(200)},
        },
        "/{set}({id})/{below}": {
            "parameters": [plural, row_id, below], "get": get | {"parameters": options[:6]}, "post": {"responses": _answers(200, 201), **write},
        },
    }  # fmt: skip
    return {"openapi": "3.0.3", "info": {"title": "SensorThings", "version": "1.1"}, "paths": paths,
            "servers": [{"url": "/sta/v1.1"}]}  # fmt: skip


def test_whatever_the_description_allows(network: Network) -> None:
    schema = schemathesis.openapi.from_dict(described([network.thing, network.stream]))
    schema.app = APPLICATION
    met: dict[str, set[int]] = {}
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        met[f"{operation.method} {operation.path}"] = _walk(operation, network.sta.token)
    assert len(met) == 12
    answered = {name for name, statuses in met.items() if statuses & {200, 201}}
    assert {"get /{set}", "get /Things({id})", "get /Latest", "post /CreateObservations", "post /$batch"} <= answered, (
        met
    )


def _walk(operation: Any, token: str) -> set[int]:
    """The statuses it met."""
    met: set[int] = set()

    @given(case=operation.as_strategy())
    @settings(
        max_examples=30, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def each(case: schemathesis.Case) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        assert answer.elapsed < SECONDS, (case.method, case.formatted_path, case.query, case.body)
        case.validate_response(answer, checks=CHECKS)
        met.add(answer.status_code)

    each()
    return met
