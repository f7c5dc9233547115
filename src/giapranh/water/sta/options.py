"""What stands behind the question mark: $select $expand $filter $orderby $top $skip $count $resultFormat."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote_plus

from giapranh.kernel.errors import N_
from giapranh.water.sta import syntax
from giapranh.water.sta.errors import Malformed, OptionNotOffered
from giapranh.water.sta.mapping import TYPES, EntityType
from giapranh.water.sta.syntax import Node, Order

USUAL_TOP = 100
LARGEST_TOP = 10_000
NESTED_TOP = 100
MOST_EXPANDS = 25
DEEPEST_EXPAND = 5
FORMATS = {"dataarray": "dataArray", "csv": "csv", "geojson": "geojson", "json": "json", "default": "json"}
PERIODS = ("hour", "day", "month")
_CONTROL = {"id", "@iot.id", "selfLink", "@iot.selfLink"}


@dataclass(slots=True)
class Options:
    """What was asked of one collection or entity; ``written`` are the options as they came, for the next link."""

    select: list[str] | None = None
    expand: dict[str, Options] = field(default_factory=dict)
    filter: Node | None = None
    order: tuple[Order, ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    after: list[Any] | None = None
    format: str = "json"
    aggregate: str = ""
    written: dict[str, str] = field(default_factory=dict)

    def page(self, nested: bool = False) -> int:
        usual = NESTED_TOP if nested else USUAL_TOP
        return min(usual if self.top is None else self.top, LARGEST_TOP)


def read(query: str, entity: EntityType | None) -> Options:
    """The options of a query string for rows of ``entity``."""
    found: dict[str, str] = {}
    for pair in query.split("&"):
        if not pair:
            continue
        name, _equals, value = pair.partition("=")
        name = unquote_plus(name).strip()
        if name in found:
            raise Malformed(N_("Tùy chọn %(name)s đứng hai lần."), name=name[:40])
        found[name] = unquote_plus(value, errors="replace")
    return _options(found, entity, depth=0, room=[MOST_EXPANDS])


def _options(found: dict[str, str], entity: EntityType | None, depth: int, room: list[int]) -> Options:
    options = Options(written={name: value for name, value in found.items() if name != "$skiptoken"})
    for name, value in found.items():
        try:
            _take(options, name, value, entity, depth, room)
        except Malformed as refusal:
            if refusal.position is not None and name not in str(refusal):
                raise _within(name, refusal) from None
            raise
    return options


def _within(name: str, refusal: Malformed) -> Malformed:
    return Malformed(N_("%(option)s: %(why)s"), option=name, why=refusal).at(refusal.position)


def _take(options: Options, name: str, value: str, entity: EntityType | None, depth: int, room: list[int]) -> None:
    match name:
        case "$filter":
            options.filter = syntax.parse(value)
        case "$orderby":
            options.order = syntax.parse_order(value)
        case "$top":
            options.top = _whole(name, value)
        case "$skip":
            options.skip = _whole(name, value)
        case "$count":
            options.count = _yes(name, value)
        case "$select":
            options.select = _selected(value, entity)
        case "$expand":
            options.expand = _expanded(value, entity, depth + 1, room)
        case "$skiptoken":
            options.after = read_token(value)
        case "$resultFormat" if depth == 0:
            options.format = _format(value)
        case "aggregate" if depth == 0:
            options.aggregate = _period(value)
        case _ if name.startswith("$"):
            raise OptionNotOffered(N_("Không có tùy chọn “%(name)s”."), name=name[:40])
        case _:
            pass  # options of others are left alone, as OData says


def _whole(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", value.strip()):
        raise Malformed(N_("%(name)s cần một số nguyên không âm, nhưng có “%(value)s”."), name=name, value=value[:40])
    return int(value)


def _yes(name: str, value: str) -> bool:
    if value.strip().lower() not in ("true", "false"):
        raise Malformed(N_("%(name)s nhận true hoặc false, nhưng có “%(value)s”."), name=name, value=value[:40])
    return value.strip().lower() == "true"


def _format(value: str) -> str:
    try:
        return FORMATS[value.strip().lower()]
    except KeyError:
        raise Malformed(
            N_("$resultFormat nhận dataArray, CSV hoặc GeoJSON, nhưng có “%(value)s”."), value=value[:40]
        ) from None


def _period(value: str) -> str:
    if value not in PERIODS:
        raise Malformed(N_("aggregate nhận hour, day hoặc month, nhưng có “%(value)s”."), value=value[:40])
    return value


def _selected(value: str, entity: EntityType | None) -> list[str]:
    chosen = []
    for start, piece in syntax.split_outside(value, ","):
        name = piece.strip()
        base = name.split("/")[0]
        if entity is not None and base not in entity.properties and base not in entity.links and name not in _CONTROL:
            raise Malformed(
                N_("%(entity)s không có thuộc tính “%(name)s” (vị trí %(place)d). Có: %(known)s."),
                entity=entity.name, name=name[:60], place=start + 1,
                known=", ".join([*entity.properties, *entity.links]),
            ).at(start + 1)  # fmt: skip
        chosen.append(base)
    if len(chosen) > 50:
        raise Malformed(N_("$select chỉ nhận đến 50 thuộc tính."))
    return chosen


def _expanded(value: str, entity: EntityType | None, depth: int, room: list[int]) -> dict[str, Options]:
    if depth > DEEPEST_EXPAND:
        raise Malformed(N_("$expand lồng quá %(most)d tầng."), most=DEEPEST_EXPAND)
    if len(value) > syntax.LONGEST:
        raise Malformed(N_("Biểu thức dài quá %(most)d ký tự. Hãy chia thành nhiều câu hỏi."), most=syntax.LONGEST)
    made: dict[str, Options] = {}
    for start, piece in syntax.split_outside(value, ","):
        room[0] -= 1
        if room[0] < 0:
            raise Malformed(N_("$expand có quá %(most)d quan hệ. Hãy chia thành nhiều câu hỏi."), most=MOST_EXPANDS)
        _expand_one(made, piece, start, entity, depth, room)
    return made


def _expand_one(
    made: dict[str, Options], piece: str, start: int, entity: EntityType | None, depth: int, room: list[int]
) -> None:
    path, bracket, inside = piece.strip().partition("(")
    name, _slash, further = path.strip().partition("/")
    if entity is None or name not in entity.links:
        raise Malformed(
            N_("%(entity)s không có quan hệ “%(name)s” (vị trí %(place)d). Có: %(known)s."),
            entity=entity.name if entity else "?", name=name[:60], place=start + 1,
            known=", ".join(entity.links if entity else ()),
        ).at(start + 1)  # fmt: skip
    target = TYPES[entity.links[name].target]
    if further:
        inner = _expanded(further + bracket + inside, target, depth + 1, room)
        held = made.setdefault(name, Options())
        for each, options in inner.items():
            _merge(held.expand, each, options)
        held.written["$expand"] = ",".join(
            part for part in (held.written.get("$expand"), further + bracket + inside) if part
        )
        return
    found: dict[str, str] = {}
    if bracket:
        for _place, part in syntax.split_outside(inside.rstrip()[:-1], ";"):
            if part.strip():
                key, _equals, text = part.partition("=")
                found[key.strip()] = text.strip()
    _merge(made, name, _options(found, target, depth, room))


def _merge(made: dict[str, Options], name: str, options: Options) -> None:
    held = made.get(name)
    if held is None:
        made[name] = options
        return
    inner = {**held.expand}
    for each, deeper in options.expand.items():
        _merge(inner, each, deeper)
    words = ",".join(filter(None, (held.written.get("$expand"), options.written.get("$expand"))))
    if options.written.keys() - {"$expand"}:
        made[name] = options
    made[name].expand = inner
    if words:  # for the next link
        made[name].written["$expand"] = words


# --- next links ------------------------------------------------------------------------------------------------------


def write_token(values: list[Any]) -> str:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8")).decode("ascii").rstrip("=")


def read_token(text: str) -> list[Any]:
    wrong = Malformed(N_("Liên kết trang tiếp theo không còn đọc được. Hãy hỏi lại từ đầu."))
    if len(text) > 20_000:
        raise wrong
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(values, list) or not values or not all(isinstance(each, str | int | None) for each in values):
        raise wrong
    return values


def next_query(options: Options, token: list[Any], top: int | None = None) -> str:
    """The query string of the following page: the same question, from behind the last row."""
    written = {name: value for name, value in options.written.items() if name not in ("$skip", "$top")}
    if top is not None:
        written = {"$top": str(top), **written}
    pairs = [f"{quote(name, safe='$@.')}={quote(value, safe=_PLAIN)}" for name, value in written.items()]
    return "&".join([*pairs, f"$skiptoken={write_token(token)}"])


_PLAIN = "$()/,:;='@"
