"""The root: where the sets are, and what of the standard is there."""

from __future__ import annotations

import json
from functools import lru_cache

from giapranh.node import home
from giapranh.water.sta.mapping import SETS

_SPEC = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
CONFORMANCE = (
    "datamodel",
    "resource-path/resource-path-to-entities",
    "request-data",
    "create-update-delete/create-entity",
    "create-update-delete/link-to-existing-entities",
    "create-update-delete/deep-insert",
    "create-update-delete/deep-insert-status-code",
    "create-update-delete/update-entity",
    "create-update-delete/update-entity-put",
    "create-update-delete/update-entity-jsonpatch",
    "create-update-delete/delete-entity",
    "create-update-delete/historical-location-auto-creation",
    "data-array/data-array",
)
OVER_MQTT = ("create-observations-via-mqtt/observations-creation", "receive-updates-via-mqtt/receive-updates")
EXTENSIONS = ("json-batch", "aggregate", "csv", "geojson", "latest")


@lru_cache(maxsize=64)
def page(root: str) -> bytes:
    broker = home.setting("mqtt_broker")
    names = CONFORMANCE + (OVER_MQTT if broker else ())
    settings: dict[str, object] = {
        "conformance": [_SPEC + name for name in names],
        "extensions": [f"urn:giapranh:sensorthings:{name}" for name in EXTENSIONS],
    }
    if broker:
        settings[_SPEC + OVER_MQTT[0]] = {"endpoints": [f"mqtt://{broker}"]}
        settings[_SPEC + OVER_MQTT[1]] = {"endpoints": [f"mqtt://{broker}"]}
    sets = [{"name": name, "url": f"{root}/{name}"} for name in SETS]
    return json.dumps({"value": sets, "serverSettings": settings}).encode("utf-8")
