"""A reading as plain data for JSON (docs/formats/reading.md)."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from .schema import Reading, Span, Value


def to_json(reading: Reading) -> dict[str, Any]:
    """Every field of the reading; values as ``{"value", "span", "confidence", "reason"}``, days as ISO text."""
    return {f.name: _plain(getattr(reading, f.name)) for f in fields(reading)}


def _plain(x: Any) -> Any:
    if isinstance(x, Value):
        out: dict[str, Any] = {
            "value": _plain(x.value),
            "span": _plain(x.span),
            "confidence": round(x.confidence, 3),
            "reason": x.reason,
        }
        if x.boxes:
            out["boxes"] = [_plain(b) for b in x.boxes]
        return out
    if isinstance(x, Span):
        return [x.start, x.end]
    if isinstance(x, Enum):
        return x.value
    if isinstance(x, (date, datetime)):
        return x.isoformat()
    if is_dataclass(x) and not isinstance(x, type):
        return {f.name: _plain(getattr(x, f.name)) for f in fields(x)}
    if isinstance(x, (list, tuple)):
        return [_plain(v) for v in x]
    if isinstance(x, dict):
        return {str(k): _plain(v) for k, v in x.items()}
    return x
