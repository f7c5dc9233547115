"""The dated words beside the code: kinds of papers and of bodies."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from .folding import fold


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("giapranh.documents.reading").joinpath("data", name).read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of paper; ``gives_duties`` is False for those that report, ask, certify or legislate."""

    name: str
    codes: tuple[str, ...]
    gives_duties: bool


@cache
def kinds() -> tuple[Kind, ...]:
    """Every known type of paper, longest name first."""
    rows = [Kind(k["name"], tuple(k["code"]), k.get("duties", True)) for k in _toml("kinds.toml")["kind"]]
    return tuple(sorted(rows, key=lambda k: -len(k.name)))


@cache
def kind_by_code() -> dict[str, Kind]:
    """Types by the folded abbreviation used in numbers."""
    return {fold(code): kind for kind in kinds() for code in kind.codes}


@cache
def kind_by_name() -> dict[str, Kind]:
    """Types by folded name."""
    return {fold(kind.name): kind for kind in kinds()}


@cache
def bodies() -> dict[str, Any]:
    """The words that make names of bodies: see data/bodies.toml."""
    return _toml("bodies.toml")
