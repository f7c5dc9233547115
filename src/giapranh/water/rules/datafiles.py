"""The dated data of the room, read once: every number of the law stands in ``water/data`` with source and dates."""

from __future__ import annotations

import csv
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

DATA = files("giapranh.water") / "data"


@cache
def read_toml(name: str) -> dict[str, Any]:
    """A TOML file of ``water/data``. Shared between callers: do not change what it gives."""
    return tomllib.loads((DATA / name).read_text(encoding="utf-8"))


@cache
def read_csv(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file of ``water/data``; lines that start with # are remarks."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return tuple(csv.DictReader(line for line in lines if line and not line.startswith("#")))


def day(text: str | date | None) -> date | None:
    """A date of a data file; nothing for an open end."""
    if text is None or text == "":
        return None
    return text if isinstance(text, date) else date.fromisoformat(text)


def number(text: str) -> float | None:
    return float(text) if text else None
