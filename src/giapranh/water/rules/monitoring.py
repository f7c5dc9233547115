"""Numbers of watching by their day: share of data received, how often to sample, when a station counts as silent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.periods import valid_on
from giapranh.water.rules.datafiles import read_toml


class UnknownRule(BadInput):
    code = "unknown_monitoring_rule"


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    value: float
    text: str
    source: str
    valid_from: date
    valid_to: date | None = None
    unsure: bool = False


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(Rule(**row) for row in read_toml("monitoring.toml")["rule"])


def rule(key: str, day: date) -> Rule:
    """The number that held on a day, with its source; a setting of the node may stand in its place."""
    found = next((one for one in valid_on(rules(), day) if one.key == key), None)
    if found is None:
        raise UnknownRule(N_("Không có quy định “%(key)s” cho ngày %(day)s."), key=key, day=f"{day:%d/%m/%Y}")
    return found
