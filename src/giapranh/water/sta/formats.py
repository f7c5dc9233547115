"""Other shapes of the same answer: data arrays, CSV, GeoJSON."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.water.sta import shapes, times
from giapranh.water.sta.errors import Malformed
from giapranh.water.sta.options import Options
from giapranh.water.sta.read import Page

_COMPONENTS = ("phenomenonTime", "result", "resultTime", "resultQuality", "validTime", "parameters")
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def data_array(page: Page, options: Options, root: str) -> str:
    """One object per datastream: the names once, then the rows."""
    if page.entity.name != "Observation":
        raise Malformed(N_("$resultFormat=dataArray chỉ dùng cho Observations."))
    if options.expand:
        raise Malformed(N_("$resultFormat=dataArray không dùng được cùng với $expand."))
    chosen = set(options.select) if options.select else {"id", "phenomenonTime", "result", "resultTime"}
    names = [name for name in _COMPONENTS if name in chosen]
    with_id = bool(chosen & {"id", "@iot.id"}) or not options.select
    groups: dict[int, list[str]] = {}
    for row_id, row, at in zip(page.ids, page.rows, times.written_column([row[1] for row in page.rows]), strict=True):
        values = _values(row, row_id, at, page)
        cells = [values.get(name, "null") for name in names]
        groups.setdefault(row[0], []).append("[" + ",".join([str(row_id), *cells] if with_id else cells) + "]")
    components = json.dumps([*(["id"] if with_id else []), *names])
    made = []
    for series_id, rows in groups.items():
        link = shapes.text_of(f"{root}/Datastreams({series_id})")
        made.append(
            f'{{"Datastream@iot.navigationLink":{link},"Datastream":{{"@iot.id":{series_id}}},'
            f'"components":{components},"dataArray@iot.count":{len(rows)},"dataArray":[{",".join(rows)}]}}'
        )
    return "[" + ",".join(made) + "]"


def _values(row: tuple[Any, ...], row_id: int, at: str, page: Page) -> dict[str, str]:
    ours = shapes.parameters(*row[3:7])
    detail = page.details.get(row_id)
    if detail is not None:
        return shapes.detailed(row, at, ours, detail)
    return {"phenomenonTime": f'"{at}"', "result": shapes.number(row[2]), "resultTime": "null", "parameters": ours}


def comma_separated(page: Page) -> str:
    """A table with one line per entity; what is an object becomes columns named ``a/b``."""
    records = [_flat(json.loads(text)) for text in page.texts]
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(list(names))
    for record in records:
        writer.writerow([_cell(record.get(name)) for name in names])
    return out.getvalue()


def _flat(value: dict[str, Any], before: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, each in value.items():
        if "navigationLink" in name or "selfLink" in name:
            continue
        path = f"{before}{name.replace('@iot.id', 'id')}"
        if isinstance(each, dict) and "coordinates" not in each:
            made.update(_flat(each, f"{path}/"))
        else:
            made[path] = each
    return made


def _cell(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula is kept from it."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_BEGINS_FORMULA):
        return f"'{value}"
    return value


def geojson(page: Page) -> str:
    """A feature collection. Things and what has no place of its own take the place of an expanded Location."""
    features = []
    for text in page.texts:
        entity = json.loads(text)
        features.append({
            "type": "Feature", "id": entity.get("@iot.id"), "geometry": _geometry(page, entity),
            "properties": {name: value for name, value in _flat(entity).items() if name != page.entity.geometry},
        })  # fmt: skip
    made: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if page.count is not None:
        made["numberMatched"] = page.count
    return json.dumps(made, ensure_ascii=False)


def _geometry(page: Page, entity: dict[str, Any]) -> Any:
    own = entity.get(page.entity.geometry) if page.entity.geometry else None
    if own is None:
        for name, place in (("Locations", "location"), ("FeatureOfInterest", "feature")):
            linked = entity.get(name)
            first = linked[0] if isinstance(linked, list) and linked else linked
            if isinstance(first, dict):
                own = first.get(place)
    if isinstance(own, dict) and own.get("type") == "Feature":
        own = own.get("geometry")
    return own if isinstance(own, dict) else None
