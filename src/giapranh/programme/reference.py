"""The dated data of this room: due rules, topics, default thresholds."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from giapranh.programme.rules.due_dates import DueRule, rules_from
from giapranh.programme.rules.topics import Topic, topics_from


@cache
def due_rules() -> tuple[DueRule, ...]:
    return rules_from(_toml("due_rules.toml")["rule"])


@cache
def topics() -> tuple[Topic, ...]:
    return topics_from(_toml("topics.toml")["topic"])


@cache
def default_thresholds() -> dict[str, Any]:
    data = _toml("settings.toml")
    return {key: value for key, value in data.items() if key not in {"source", "valid_from", "valid_to"}}


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "data" / name).read_text(encoding="utf-8"))
