"""Elements and attributes by their local names: vendors and editions differ only in namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(parent: Any, wanted: str) -> Any | None:
    """The first child of that name."""
    if parent is None:
        return None
    for element in parent:
        if local(element) == wanted:
            return element
    return None


def children(parent: Any, wanted: str) -> Iterator[Any]:
    for element in parent:
        if local(element) == wanted:
            yield element


def attribute(element: Any, wanted: str) -> str | None:
    if element is None:
        return None
    plain = element.get(wanted)
    if plain is not None:
        return str(plain)
    for key, value in element.items():
        if key.rpartition("}")[2] == wanted:
            return str(value)
    return None
