"""When a paper named in another is the paper in hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .numbers import issuer_key, number_key, parse_number

Date = tuple[int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Named:
    """What is known of a paper by name: any part but the number may be unknown."""

    number_key: str
    issuer: str
    date: Date
    kind: str = ""

    @classmethod
    def of_citation(cls, value: Mapping[str, Any]) -> Named:
        date = value.get("date") or {}
        number = value.get("number") or ""
        year = date.get("year") or _year_in(number)
        return cls(
            number_key(number), value.get("issuer") or "", (date.get("day"), date.get("month"), year),
            value.get("kind") or "",
        )  # fmt: skip


def same(one: Named, other: Named) -> bool:
    """Nothing known of both contradicts: number, date parts, issuer."""
    if one.number_key != other.number_key:
        return False
    if any(a and b and a != b for a, b in zip(one.date, other.date, strict=True)):
        return False
    whole = all(one.date) and all(other.date)
    # Number and whole date together name a paper even when its issuer is written in another way.
    return whole or _issuers_fit(one.issuer, other.issuer)


def _issuers_fit(one: str, other: str) -> bool:
    """``UBND tỉnh`` in a citation may be ``Ủy ban nhân dân tỉnh Lạng Sơn`` on the paper itself."""
    a, b = issuer_key(one), issuer_key(other)
    return not a or not b or a.startswith(b) or b.startswith(a)


def _year_in(number: str) -> int | None:
    parsed = parse_number(number)
    return parsed.year if parsed else None
