"""References between rooms that do not know each other: (kind, id, node) and who can resolve a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from giapranh.kernel.errors import N_, NotFound


@dataclass(frozen=True, slots=True)
class RecordRef:
    """One record anywhere: ``kind`` such as "task", its id as text, and the node that owns it ("" = this one)."""

    kind: str
    id: str
    node: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" + (f"@{self.node}" if self.node else "")

    @classmethod
    def parse(cls, text: str) -> RecordRef:
        kind, separator, rest = text.partition(":")
        if not separator or not kind or not rest:
            raise NotFound(N_("“%(ref)s” không phải là mã bản ghi."), ref=text)
        record_id, _, node = rest.partition("@")
        return cls(kind, record_id, node)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a page can show of a record: its title and the address of its page."""

    title: str
    url: str


Resolver = Callable[[RecordRef], Resolved | None]
_resolvers: dict[str, Resolver] = {}


def register_resolver(kind: str, resolver: Resolver) -> None:
    """Called by a room at start-up for each kind of record it owns."""
    _resolvers[kind] = resolver


def resolve(ref: RecordRef) -> Resolved | None:
    """The record behind ``ref``, or None when this house does not know it."""
    resolver = _resolvers.get(ref.kind)
    return resolver(ref) if resolver else None
