"""The way named by an address: Things(1)/Datastreams(2)/Observations, …/name/$value, …/$ref."""

from __future__ import annotations

import re
from dataclasses import dataclass

from giapranh.kernel.errors import N_
from giapranh.water.sta.errors import Malformed, NoSuchEntity
from giapranh.water.sta.mapping import SETS, TYPES, EntityType, largest_id

LONGEST = 2_000
MOST_STEPS = 20
_STEP = re.compile(r"([A-Za-z$@.]+)\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Step:
    name: str  # of the set or link
    entity: EntityType
    many: bool
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """``steps`` lead to an entity or a set; then perhaps a property of it, its bare value, or references only."""

    steps: tuple[Step, ...]
    below: tuple[str, ...] = ()
    value: bool = False
    ref: bool = False
    count: bool = False

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def is_set(self) -> bool:
        return self.last.many and self.last.id is None


def read(text: str) -> Way:
    """Text below the root, percent-decoded; unknown names are 404 as for any address."""
    if len(text) > LONGEST:
        raise Malformed(N_("Địa chỉ quá dài."))
    pieces = [piece for piece in text.strip("/").split("/") if piece]
    if not pieces or len(pieces) > MOST_STEPS:
        raise _nothing(text)
    steps: list[Step] = []
    while pieces and (step := _step(pieces[0], steps)) is not None:
        steps.append(step)
        pieces = pieces[1:]
    if not steps:
        raise _nothing(text)
    return _ending(steps, pieces, text)


def _step(piece: str, steps: list[Step]) -> Step | None:
    match = _STEP.fullmatch(piece)
    name, key = (match[1], match[2]) if match else (piece, None)
    if not steps:
        entity, many = SETS.get(name), True
    else:
        before = steps[-1]
        link = None if before.many and before.id is None else before.entity.links.get(name)
        entity, many = (TYPES[link.target], link.many) if link else (None, False)
    if entity is None:
        return None
    if key is None:
        return Step(name, entity, many)
    if not many:
        raise _nothing(piece)
    return Step(name, entity, many, _identity(key, entity))


def _identity(key: str, entity: EntityType) -> int:
    text = key.strip()
    if not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > largest_id(entity):
        raise NoSuchEntity(N_("Không có %(entity)s(%(id)s)."), entity=entity.name, id=text[:40])
    return int(text)


def _ending(steps: list[Step], rest: list[str], text: str) -> Way:
    last = steps[-1]
    is_set = last.many and last.id is None
    if rest == ["$ref"]:
        return Way(tuple(steps), ref=True)
    if rest == ["$count"] and is_set:
        return Way(tuple(steps), count=True)
    if not rest:
        return Way(tuple(steps))
    if is_set:
        raise _nothing(text)
    value = rest[-1] == "$value"
    names = tuple(rest[:-1] if value else rest)
    known = last.entity.properties
    if not names or (names[0] not in known and names[0] not in ("id", "@iot.id")):
        raise _nothing(text)
    return Way(tuple(steps), below=names, value=value)


def _nothing(text: str) -> NoSuchEntity:
    return NoSuchEntity(N_("Không có địa chỉ “%(path)s” trong giao diện này."), path=text[:120])
