"""The text of a paper cut where values begin and end, so that a page can light them up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from .fields import ReadField


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text. ``paths`` are the fields it belongs to, the narrowest first; ``starts`` those that begin."""

    text: str
    paths: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    weak: bool = False

    @property
    def path(self) -> str:
        return self.paths[0] if self.paths else ""

    @property
    def group(self) -> str:
        """What kind of value it is, for its colour: lead, coordinating, due, citation…"""
        parts = self.path.split(".")
        return "citation" if parts[0] == "citations" else parts[-1]


def cut(text: str, fields: Iterable[ReadField]) -> list[Segment]:
    """The whole text as segments, in order; joined together they are the text again."""
    spans = [
        (start, min(end, len(text)), field)
        for field in fields
        for start, end in field.spans
        if 0 <= start < min(end, len(text))
    ]
    edges = sorted({0, len(text), *(start for start, _e, _f in spans), *(end for _s, end, _f in spans)})
    begun: set[str] = set()
    out = []
    for start, end in pairwise(edges):
        here = sorted((e - s, field.path, field) for s, e, field in spans if s <= start and end <= e)
        starts = tuple(dict.fromkeys(path for _w, path, _f in here if path not in begun))
        begun.update(starts)
        out.append(
            Segment(
                text[start:end],
                tuple(dict.fromkeys(path for _w, path, _f in here)),
                starts,
                any(field.open_weak for _w, _p, field in here),
            )
        )
    return out
