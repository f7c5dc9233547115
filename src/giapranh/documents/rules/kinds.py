"""Types of papers: their abbreviations (Decree 30/2020/NĐ-CP, Annex III) and which share a run of numbers."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from giapranh.kernel.text import search_key


@cache
def _data() -> dict[str, Any]:
    file = resources.files("giapranh.documents") / "data" / "kinds.toml"
    return tomllib.loads(file.read_text("utf-8"))


@cache
def _abbreviations() -> dict[str, str]:
    return {search_key(name): short for name, short in _data()["abbreviations"].items()}


def kind_names() -> list[str]:
    """The types of Decree 30, in its order."""
    return list(_data()["abbreviations"])


def abbreviation(kind: str) -> str:
    """``KH`` for a plan; empty for an official letter and for a type the decree does not know."""
    return _abbreviations().get(search_key(kind), "")


def series_of(kind: str) -> str:
    """The run of numbers a type belongs to."""
    return str(_data()["series"].get(kind, kind))


def default_symbol(kind: str, agency_symbol: str, unit_symbol: str = "") -> str:
    """``KH-STNMT`` for a named type, ``STNMT-NKS`` for an official letter."""
    short = abbreviation(kind)
    second = unit_symbol if not short and unit_symbol != agency_symbol else ""
    return "-".join(part for part in (short, agency_symbol, second) if part)
