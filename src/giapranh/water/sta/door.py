"""The door: one request in, one answer out, whatever carried it (WSGI, Django, a batch, MQTT)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import Error as DjangoDatabaseError
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext

from giapranh.kernel.errors import N_, Refused
from giapranh.water.sta import aggregate, bodies, bulk, change, create, formats, landing, latest, shapes
from giapranh.water.sta import path as paths
from giapranh.water.sta.access import Principal
from giapranh.water.sta.errors import MethodNotOffered, NoSuchEntity, TooLarge, WrongType, status_of
from giapranh.water.sta.mapping import OBSERVATION, TYPES
from giapranh.water.sta.options import Options, next_query
from giapranh.water.sta.options import read as read_options
from giapranh.water.sta.path import Way
from giapranh.water.sta.read import Page, Reader

LARGEST_BODY = 32 * 1024 * 1024
JSON = "application/json; charset=utf-8"
_OBSERVATIONS = re.compile(r"(?:Datastreams\(([0-9]{1,10})\)/)?Observations")
log = logging.getLogger("giapranh.sta")


@dataclass(slots=True)
class Asked:
    """One request. ``path`` is what stands below the root, decoded; ``who()`` says or refuses who asks."""

    method: str
    path: str
    query: str
    root: str
    who: Callable[[], Principal]
    body: bytes = b""
    content_type: str = ""
    prefer: str = ""
    language: str = "vi"
    depth: int = 0  # within a batch: 1


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)


def answer(asked: Asked) -> Answer:
    """Never raises: a refusal becomes a status with a line, a crash becomes 500 and a log entry."""
    try:
        return _answered(asked)
    except MethodNotOffered as refusal:
        made = refused(refusal, asked.language)
        made.headers.append(("Allow", _offered(asked.path)))
        return made
    except Refused as refusal:
        return refused(refusal, asked.language)
    except (psycopg.OperationalError, psycopg.InterfaceError, DjangoDatabaseError) as error:
        return _database_trouble(error, asked)
    except Exception:
        log.exception("%s %s", asked.method, asked.path[:200])
        return _error(500, N_("Lỗi trong máy chủ. Hãy báo người quản trị."), asked.language)


def _database_trouble(error: Exception, asked: Asked) -> Answer:
    cause = error if isinstance(error, psycopg.Error) else error.__cause__
    if isinstance(cause, psycopg.errors.DataError):
        return _error(400, N_("Giá trị gửi lên không lưu được (số quá lớn hoặc sai kiểu)."), asked.language)
    log.exception("%s %s", asked.method, asked.path[:200])
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError) and not connection.in_atomic_block:
        connection.close()
        return _error(503, N_("Cơ sở dữ liệu đang khởi động lại. Hãy thử lại sau ít phút."), asked.language)
    return _error(500, N_("Lỗi trong máy chủ. Hãy báo người quản trị."), asked.language)


def refused(refusal: Refused, language: str) -> Answer:
    status = status_of(refusal)
    made = _error(status, None, language, refusal)
    if status == 401:
        made.headers.append(("WWW-Authenticate", 'Bearer realm="giapranh"'))
    return made


def words(refusal: Refused, language: str = "vi") -> str:
    """The line of a refusal in the asker's language; a refusal told within another one is told too."""
    with translation.override(language):
        params = {
            name: value.render(gettext) if isinstance(value, Refused) else value
            for name, value in refusal.params.items()
        }
        template = gettext(refusal.template)
        return template % params if params else template


def _error(status: int, text: str | None, language: str, refusal: Refused | None = None) -> Answer:
    told: dict[str, Any] = {"code": status, "type": "error"}
    if refusal is not None:
        told["reason"] = refusal.stable_code
        told["message"] = words(refusal, language)
        if (position := getattr(refusal, "position", None)) is not None:
            told["position"] = position
    else:
        with translation.override(language):
            told["message"] = gettext(text or "")
    return Answer(status, json.dumps(told, ensure_ascii=False).encode("utf-8"))


_READ, _SET, _ENTITY = "GET, HEAD, OPTIONS", "GET, HEAD, POST, OPTIONS", "GET, HEAD, PATCH, PUT, DELETE, OPTIONS"
_FIXED = {"": _READ, "Latest": _READ, "CreateObservations": "POST, OPTIONS", "$batch": "POST, OPTIONS"}


def _offered(path: str) -> str:
    """What may be done at an address."""
    path = path.strip("/")
    if path in _FIXED:
        return _FIXED[path]
    try:
        way = paths.read(path)
    except Refused:
        return _READ
    if way.ref or way.count or way.below:
        return _READ
    return _SET if way.is_set else _ENTITY


def _answered(asked: Asked) -> Answer:
    who = asked.who()
    if asked.method == "OPTIONS":
        return Answer(204, headers=[("Allow", _offered(asked.path))])
    path = asked.path.strip("/")
    if path in _FIXED and asked.method not in _FIXED[path].split(", "):
        raise MethodNotOffered(N_("Không dùng được phương thức %(method)s ở đây."), method=asked.method[:20])
    match asked.method:
        case "GET" | "HEAD":
            return _read(asked, path, who)
        case "POST":
            return _post(asked, path, who)
        case "PATCH" | "PUT":
            return _change(asked, path, who)
        case "DELETE":
            way = paths.read(path)
            change.delete(*_target(way, Reader(who, asked.root)), who)
            return Answer(200)
    raise MethodNotOffered(N_("Không dùng được phương thức %(method)s ở đây."), method=asked.method[:20])


# --- reading ---------------------------------------------------------------------------------------------------------


def _read(asked: Asked, path: str, who: Principal) -> Answer:
    if not path:
        return Answer(200, landing.page(asked.root))
    if path == "Latest":
        return Answer(200, latest.answer(asked.query, who, asked.root))
    way = paths.read(path)
    reader = Reader(who, asked.root)
    parent, link = reader.follow(way, sure=False)
    options = read_options(asked.query, way.last.entity)
    if way.is_set:
        return _set(asked, way, reader, options, parent, link)
    assert parent is not None
    if way.ref:
        return Answer(200, json.dumps({"@iot.selfLink": f"{asked.root}/{way.last.entity.plural}({parent})"}).encode())
    if way.below:
        return _property(way, reader, parent)
    page = reader.entity(way.last.entity, parent, options)
    if options.format == "geojson":
        return Answer(200, formats.geojson(page).encode("utf-8"), "application/geo+json; charset=utf-8")
    return Answer(200, page.texts[0].encode("utf-8"))


def _set(asked: Asked, way: Way, reader: Reader, options: Options, parent: int | None, link: Any) -> Answer:
    entity = way.last.entity
    path = asked.path.strip("/")
    if way.count:
        reader.make_sure(way)
        options.count, options.top = True, 0
        counted = reader.page(entity, options, parent, link)
        return Answer(200, str(counted.count).encode(), "text/plain; charset=utf-8")
    if options.aggregate:
        reader.make_sure(way)
        return Answer(200, aggregate.answer(reader, options, parent, link, path).encode("utf-8"))
    if way.ref:
        options.select, options.expand = ["@iot.selfLink"], {}
    page = reader.page(entity, options, parent, link)
    if not page.rows:
        reader.make_sure(way)
    if options.format == "csv":
        return Answer(
            200, formats.comma_separated(page).encode("utf-8"), "text/csv; charset=utf-8", _next(page, asked, options)
        )
    if options.format == "geojson":
        kind = "application/geo+json; charset=utf-8"
        return Answer(200, formats.geojson(page).encode("utf-8"), kind, _next(page, asked, options))
    value = "[" + ",".join(page.texts) + "]"
    if options.format == "dataArray":
        value = formats.data_array(page, options, asked.root)
    parts = []
    if page.count is not None:
        parts.append(f'"@iot.count":{page.count}')
    if page.token is not None:
        parts.append(f'"@iot.nextLink":{shapes.text_of(_next_address(page, asked, options))}')
    parts.append(f'"value":{value}')
    return Answer(200, ("{" + ",".join(parts) + "}").encode("utf-8"))


def _next_address(page: Page, asked: Asked, options: Options) -> str:
    assert page.token is not None
    query = next_query(options, page.token, None if options.top is None else options.page())
    return f"{asked.root}/{asked.path.strip('/')}?{query}"


def _next(page: Page, asked: Asked, options: Options) -> list[tuple[str, str]]:
    """Formats without room for a next link carry it in a header."""
    if page.token is None:
        return []
    return [("Link", f'<{_next_address(page, asked, options)}>; rel="next"')]


def _property(way: Way, reader: Reader, row_id: int) -> Answer:
    """``{"name": …}``, or the bare value behind ``$value``."""
    name, *keys = way.below
    control = name in ("id", "@iot.id")
    page = reader.entity(way.last.entity, row_id, Options(select=["@iot.id" if control else name]))
    found: Any = json.loads(page.texts[0]).get("@iot.id" if control else name)
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
        if found is None:
            raise NoSuchEntity(N_("Không có địa chỉ “%(path)s” trong giao diện này."), path="/".join(way.below)[:120])
    if found is None and name != "resultTime":  # the suite of the OGC wants to read that one, null or not
        return Answer(204)
    if not way.value:
        return Answer(200, json.dumps({way.below[-1]: found}, ensure_ascii=False).encode("utf-8"))
    if found is None:
        return Answer(200, content_type="text/plain; charset=utf-8")
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
    return Answer(200, text.encode("utf-8"), JSON if isinstance(found, dict | list) else "text/plain; charset=utf-8")


# --- writing ---------------------------------------------------------------------------------------------------------


def _check_body(asked: Asked, *, kinds: tuple[str, ...] = ("application/json",)) -> None:
    if len(asked.body) > LARGEST_BODY:
        raise TooLarge(N_("Nội dung gửi lên vượt %(most)d MB."), most=LARGEST_BODY // 1024 // 1024)
    kind = asked.content_type.partition(";")[0].strip().lower()
    if kind and kind not in kinds:
        raise WrongType(N_("Cần Content-Type: %(wanted)s, nhưng có %(found)s."), wanted=kinds[0], found=kind[:60])


def _post(asked: Asked, path: str, who: Principal) -> Answer:
    _check_body(asked)
    match = _OBSERVATIONS.fullmatch(path)
    if match:
        series_id = int(match[1]) if match[1] else None
        return _created(asked, *_observation(bodies.decoded_object(asked.body), who, series_id), OBSERVATION.plural)
    if path == "CreateObservations":
        chunks = bulk.create(asked.body, who, asked.root, lambda refusal: words(refusal, asked.language))
        return Answer(201, b"".join(chunks))
    if path == "$batch":
        from giapranh.water.sta import batch

        return batch.answer(asked)
    way = paths.read(path)
    if not way.is_set or way.ref or way.count:
        raise MethodNotOffered(N_("Không dùng được phương thức %(method)s ở đây."), method="POST")
    body = bodies.decoded_object(asked.body)
    parent, link = Reader(who, asked.root).follow(way)
    if link is not None and parent is not None:
        body = create.with_parent(body, way.steps[-2].entity, parent, link.name)
    entity = way.last.entity
    return _created(asked, *create.create(entity, body, who), entity.plural)


def _observation(body: dict[str, Any], who: Principal, series_id: int | None) -> tuple[int, bool]:
    """The usual single observation goes straight to the gatherer; one that brings a new feature is one deed."""
    if series_id is not None and series_id >= 2**31:
        raise NoSuchEntity(N_("Không có %(entity)s%(id)s."), entity="Datastream", id=f"({series_id})")
    if series_id is not None:
        body = {**body, "Datastream": {"@iot.id": series_id}}
    return create.create(OBSERVATION, body, who)


def _created(asked: Asked, row_id: int, new: bool, plural: str) -> Answer:
    headers = [("Location", f"{asked.root}/{plural}({row_id})")]
    if "return=representation" in asked.prefer:
        kind = next(each for each in TYPES.values() if each.plural == plural)
        page = Reader(asked.who(), asked.root).entity(kind, row_id, Options())
        return Answer(201 if new else 200, page.texts[0].encode("utf-8"), headers=headers)
    return Answer(201 if new else 200, headers=headers)


def _change(asked: Asked, path: str, who: Principal) -> Answer:
    patch = ("application/json-patch+json",) if asked.method == "PATCH" else ()
    _check_body(asked, kinds=("application/json", *patch))
    reader = Reader(who, asked.root)
    entity, row_id = _target(paths.read(path), reader)
    by_operations = asked.content_type.startswith("application/json-patch")
    if by_operations:
        operations = bodies.decoded(asked.body)
        document = json.loads(reader.entity(entity, row_id, Options(select=list(entity.properties))).texts[0])
        body = change.patched(document, operations)
    else:
        body = bodies.decoded_object(asked.body)
    change.change(entity, row_id, body, who, whole=asked.method == "PUT", merge=not by_operations)
    if "return=minimal" in asked.prefer:
        return Answer(204)
    if entity is OBSERVATION:
        row_id = reader.moved(row_id)
    return Answer(200, reader.entity(entity, row_id, Options()).texts[0].encode("utf-8"))


def _target(way: Way, reader: Reader) -> tuple[Any, int]:
    if way.is_set or way.below or way.ref:
        raise MethodNotOffered(N_("Chỉ sửa và xóa được một mục có @iot.id, như Things(1)."))
    row_id, _link = reader.follow(way)
    assert row_id is not None
    return way.last.entity, row_id
