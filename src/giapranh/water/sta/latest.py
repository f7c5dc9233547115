"""The latest value of many datastreams in one request: an extension, ``Latest?datastreams=1,2,3``."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from giapranh.kernel.errors import N_
from giapranh.water.rules.observation_ids import observation_id
from giapranh.water.sta import database, shapes, times
from giapranh.water.sta.access import Principal
from giapranh.water.sta.errors import Malformed

MOST = 5_000
_SQL = """
SELECT s.id, s.last_time, s.last_value, s.last_flag, s.count, d.result::text FROM water_series s
LEFT JOIN water_observationdetail d ON s.last_value IS NULL AND d.series_id = s.id AND d.time = s.last_time
WHERE (%s::bigint[] IS NULL OR s.id = ANY(%s::bigint[])) AND (%s::bigint[] IS NULL OR s.station_id = ANY(%s::bigint[]))
AND s.id > %s
ORDER BY s.id LIMIT %s
"""


def answer(query: str, who: Principal, root: str) -> bytes:
    """Kept beside the series, so it costs the same however long they are; without ``datastreams`` all that one sees,
    5,000 at a time: the next link goes on after the last of them."""
    asked = dict(parse_qsl(query))
    given = asked.get("datastreams", "")
    ids = _ids(given) if given else None
    after = _ids(asked["after"])[-1] if asked.get("after", "").strip(" ,") else 0
    rows = database.fetch(_SQL, [ids, ids, who.stations, who.stations, after, MOST + 1])
    texts = [_written(root, *row) for row in rows[:MOST]]
    following = ""
    if len(rows) > MOST:
        following = f'"@iot.nextLink":{shapes.text_of(f"{root}/Latest?after={rows[MOST - 1][0]}")},'
    return ("{" + following + '"value":[' + ",".join(texts) + "]}").encode("utf-8")


def _ids(given: str) -> list[int]:
    parts = [part.strip() for part in given.split(",") if part.strip()]
    if len(parts) > MOST or not all(re.fullmatch("[0-9]{1,10}", part) for part in parts):
        raise Malformed(N_("datastreams nhận đến %(most)d số cách nhau bằng dấu phẩy."), most=MOST)
    return [int(part) for part in parts]


def _written(
    root: str, series_id: int, at: object, value: float | None, flag: int | None, count: int, words: str | None
) -> str:
    link = f"{root}/Datastreams({series_id})"
    head = f'"Datastream":{{"@iot.id":{series_id},"@iot.selfLink":{shapes.text_of(link)}}},"count":{count}'
    if at is None:
        return f'{{{head},"Observation":null}}'
    at_ms = times.to_milliseconds(at)  # type: ignore[arg-type]
    own = shapes.text_of(f"{root}/Observations({observation_id(series_id, at_ms)})")
    return (
        f'{{{head},"Observation":{{"@iot.id":{observation_id(series_id, at_ms)},"@iot.selfLink":{own},'
        f'"phenomenonTime":"{times.written(at_ms)}","result":{words or shapes.number(value)},'
        f'"parameters":{{"qartod":{flag if flag is not None else 2}}}}}}}'
    )
