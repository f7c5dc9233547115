"""Rows of our tables as the JSON text of entities. Text, not objects: a page of a thousand rows is one join."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from typing import Any

import msgspec

from giapranh.water.sta import times
from giapranh.water.sta.mapping import EntityType, Kind

_encode = msgspec.json.Encoder().encode


def text_of(value: Any) -> str:
    return _encode(value).decode("utf-8")


def number(value: float | None) -> str:
    """A stored value as JSON: whole numbers without a point, as most clients wrote them."""
    if value is None or not math.isfinite(value):
        return "null"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


# --- entities other than observations --------------------------------------------------------------------------------


def columns(entity: EntityType, names: Sequence[str]) -> list[str]:
    """What to select for these properties; intervals take two columns."""
    made = []
    for name in names:
        prop = entity.properties[name]
        sql = prop.sql.format(t="t", d="d")
        made.append(f"({sql})::text" if prop.kind in (Kind.JSON, Kind.GEOMETRY) else sql)
        if prop.end:
            made.append(prop.end.format(t="t", d="d"))
    return made


@dataclass(frozen=True, slots=True)
class Shape:
    """What one entity shows: properties, links, control information."""

    entity: EntityType
    properties: tuple[str, ...]
    links: tuple[str, ...]
    identity: bool
    self_link: bool

    @classmethod
    def of(cls, entity: EntityType, select: list[str] | None) -> Shape:
        if not select:
            return cls(entity, tuple(entity.properties), tuple(entity.links), True, True)
        chosen = set(select)
        return cls(
            entity,
            tuple(name for name in entity.properties if name in chosen),
            tuple(name for name in entity.links if name in chosen),
            bool(chosen & {"id", "@iot.id"}),
            bool(chosen & {"selfLink", "@iot.selfLink"}),
        )

    def write(self, root: str, row_id: int, values: Sequence[Any], expanded: dict[str, str]) -> str:
        """The entity; ``expanded`` holds, by link, what takes the place of its address."""
        own = f"{root}/{self.entity.plural}({row_id})"
        parts = []
        if self.identity:
            parts.append(f'"@iot.id":{row_id}')
        if self.self_link:
            parts.append(f'"@iot.selfLink":{text_of(own)}')
        place = 0
        for name in self.properties:
            prop = self.entity.properties[name]
            value = values[place]
            end = values[place + 1] if prop.end else None
            place += 2 if prop.end else 1
            written = _property(prop.kind, value, end)
            if written is not None:
                parts.append(f'"{name}":{written}')
        for name in self.links:
            if name not in expanded:
                parts.append(f'"{name}@iot.navigationLink":{text_of(f"{own}/{name}")}')
        parts.extend(expanded.values())
        return "{" + ",".join(parts) + "}"


def _property(kind: Kind, value: Any, end: Any) -> str | None:
    """None where an optional property is not there."""
    if kind in (Kind.JSON, Kind.GEOMETRY):
        return None if value is None or value == "{}" else str(value)
    if value is None:
        return None
    if kind is Kind.INTERVAL:
        return f'"{times.written_interval(value, end)}"'
    if isinstance(value, datetime):
        return f'"{times.written_time(value)}"'
    return text_of(value)


# --- observations ----------------------------------------------------------------------------------------------------

OBSERVATION_COLUMNS = (
    "t.series_id",
    "(date_part('epoch', t.time) * 1000)::bigint",
    "t.value",
    "t.flag",
    "t.reason",
    "t.status",
    "t.censored",
)
DETAIL_COLUMNS = (
    "e.series_id, (date_part('epoch', e.time) * 1000)::bigint, e.end_time, e.result::text, e.result_time,"
    " e.valid_from, e.valid_to, e.result_quality::text, e.parameters::text"
)
HAS_DETAILS = "EXISTS (SELECT FROM water_observationdetail e WHERE e.series_id = %s::bigint)"  # asked once a page
Detail = tuple[Any, ...]  # from end_time on
_LINKS = ("Datastream", "FeatureOfInterest")
_PROPERTIES = ("phenomenonTime", "result", "resultTime", "resultQuality", "validTime", "parameters")


def parameters(flag: int, reason: int, status: int, censored: int) -> str:
    """What the checks and the device say of a value, as ``Observation/parameters``."""
    ours: dict[str, Any] = {"qartod": flag}
    if reason:
        ours["qartod_reason"] = reason
    if status >= 0:
        ours["tt10_status"] = f"{status:02d}"
    if censored:
        ours["censored"] = "<" if censored < 0 else ">"
    return text_of(ours)


def observations(
    root: str, rows: Sequence[tuple[Any, ...]], ids: list[int], details: dict[int, Detail], select: list[str] | None
) -> list[str]:
    """The rows (OBSERVATION_COLUMNS first) as JSON text."""
    if not rows:
        return []
    chosen = set(select) if select else None
    written = times.written_column([row[1] for row in rows])
    said = _said(rows)
    columns = {"i": list(map(str, ids)), "t": written, "v": _numbers([row[2] for row in rows]), "p": said}
    first, *rest = _pieces(root, None if chosen is None else frozenset(chosen))
    cells: list[Iterable[str]] = [[first] * len(rows)]
    for slot, text in zip(rest[::2], rest[1::2], strict=True):
        cells += columns[slot], repeat(text)
    texts = list(map("".join, zip(*cells)))  # noqa: B905 - the texts between are repeated for ever
    if details:
        for n, (row, row_id) in enumerate(zip(rows, ids, strict=True)):
            if (detail := details.get(row_id)) is not None:
                texts[n] = _with_detail(root, row, row_id, written[n], said[n], detail, chosen)
    return texts


def _said(rows: Sequence[tuple[Any, ...]]) -> list[str]:
    """The parameters of each row; there are only a few different ones."""
    keys = [row[3:7] for row in rows]
    known = {key: parameters(*key) for key in set(keys)}
    return [known[key] for key in keys]


def _numbers(values: list[float | None]) -> list[str]:
    """``number`` of a column at once."""
    texts = _encode(values)[1:-1].decode("ascii").split(",")
    return [text[:-2] if text.endswith(".0") else text for text in texts]


@lru_cache(maxsize=256)
def _pieces(root: str, chosen: frozenset[str] | None) -> list[str]:
    """The text of an observation: fixed text and, by turns, the column whose value follows it and fixed text."""
    link = text_of(f"{root}/Observations(")[:-1]
    parts = {
        "id": '"@iot.id":\0i\0',
        "selfLink": f'"@iot.selfLink":{link}\0i\0)"',
        "phenomenonTime": '"phenomenonTime":"\0t\0"',
        "result": '"result":\0v\0',
        "resultTime": '"resultTime":null',
        "parameters": '"parameters":\0p\0',
        **{name: f'"{name}@iot.navigationLink":{link}\0i\0)/{name}"' for name in _LINKS},
    }
    shown = [text for name, text in parts.items() if chosen is None or chosen & {name, f"@iot.{name}"}]
    return ("{" + ",".join(shown) + "}").split("\0")  # which stands in no text of JSON


def _with_detail(
    root: str, row: tuple[Any, ...], row_id: int, at: str, ours: str, detail: Detail, chosen: set[str] | None
) -> str:
    parts: list[str] = []
    own = f"{root}/Observations({row_id})"
    if chosen is None or chosen & {"id", "@iot.id"}:
        parts.append(f'"@iot.id":{row_id}')
    if chosen is None or chosen & {"selfLink", "@iot.selfLink"}:
        parts.append(f'"@iot.selfLink":{text_of(own)}')
    values = detailed(row, at, ours, detail)
    parts.extend(f'"{name}":{values[name]}' for name in _PROPERTIES
                 if name in values and (chosen is None or name in chosen))  # fmt: skip
    parts.extend(
        f'"{name}@iot.navigationLink":{text_of(f"{own}/{name}")}' for name in _LINKS if chosen is None or name in chosen
    )
    return "{" + ",".join(parts) + "}"


def detailed(row: tuple[Any, ...], at: str, ours: str, detail: Detail) -> dict[str, str]:
    """The properties of an observation that has details, each as JSON text."""
    end, result, result_time, valid_from, valid_to, quality, given = detail
    values = {
        "phenomenonTime": f'"{at}"' if end is None else f'"{at}/{times.written_time(end)}"',
        "result": number(row[2]) if row[2] is not None or result is None else result,
        "resultTime": "null" if result_time is None else f'"{times.written_time(result_time)}"',
    }
    if quality is not None:
        values["resultQuality"] = quality
    if valid_from is not None:
        values["validTime"] = f'"{times.written_interval(valid_from, valid_to)}"'
    merged = json.loads(given) if given is not None else {}
    if isinstance(merged, dict):
        values["parameters"] = text_of({**merged, **json.loads(ours)})
    else:
        values["parameters"] = given
    return values


def join_expanded(text: str, expanded: list[str]) -> str:
    """An observation's text with what was expanded put in."""
    return text if not expanded else text[:-1] + ("," if len(text) > 2 else "") + ",".join(expanded) + "}"
