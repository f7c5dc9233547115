"""Reading the room's ``data/`` files: the facts that ship with the program."""

from __future__ import annotations

import csv
import json
from datetime import date
from functools import cache
from importlib import resources
from typing import Any
from uuid import UUID, uuid5

# Rows of data/ get the same uid on every node, so that two nodes mean the same unit.
_NAMESPACE = UUID("0192f7a4-6c1e-7d5a-9a53-6d1c0f6e2b40")


def rows(package: str, name: str) -> list[dict[str, str]]:
    """The rows of ``<package>/data/<name>``, each cell stripped."""
    text = resources.files(package).joinpath("data", name).read_text("utf-8")
    return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(text.splitlines())]


@cache
def schematic() -> list[dict[str, Any]]:
    text = resources.files("giapranh.places").joinpath("data", "schematic.geojson").read_text("utf-8")
    features: list[dict[str, Any]] = json.loads(text)["features"]
    return features


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def uid(kind: str, key: str) -> UUID:
    return uuid5(_NAMESPACE, f"{kind}:{key}")
