"""What an edXML envelope says of its paper, laid into the reading of the paper itself.

The header of an envelope was typed by the sender's clerk and is better than a guess from a scan; where both speak and
differ, neither wins: the value becomes weak and a person looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from giapranh.kernel.errors import N_
from giapranh.kernel.text import search_key

from .numbers import issuer_key, number_key

FROM_ENVELOPE = 0.95
DOUBTED = 0.5
DIFFERS = N_("Trang giấy và gói edXML ghi khác nhau. Hãy xem giá trị nào đúng.")
URGENCY = {1: "KHẨN", 2: "THƯỢNG KHẨN", 3: "HỎA TỐC", 4: "HỎA TỐC"}


def merge(data: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The reading with the header of the envelope laid in; ``fields`` as ``Envelope.fields`` gives them."""
    merged = {**data, "envelope": dict(fields)}
    for name, value in _said(fields).items():
        merged[name] = _laid(name, merged.get(name), value)
    number, symbol = merged.get("number"), merged.get("symbol")
    if number and symbol and not data.get("full_number"):
        merged["full_number"] = f"{number['value']}/{symbol['value']}"
    return merged


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    number = str(fields.get("number") or "")
    said: dict[str, Any] = {
        "number": int(number) if number.isdecimal() else None,
        "symbol": fields.get("notation"),
        "date": _parts(fields.get("date")),
        "issuer": fields.get("organ_name"),
        "kind": fields.get("type_name"),
        "subject": fields.get("subject"),
        "place": fields.get("place"),
        "urgency": URGENCY.get(int(fields.get("priority") or 0)),
        "signer": _signer(fields.get("signer")),
    }
    return {name: value for name, value in said.items() if value}


def _laid(name: str, node: Mapping[str, Any] | None, value: Any) -> dict[str, Any]:
    if node is None:
        return {"value": value, "span": None, "confidence": FROM_ENVELOPE, "reason": None}
    if _same(name, node["value"], value):
        return {**node, "confidence": max(float(node.get("confidence", 1.0)), FROM_ENVELOPE), "reason": None}
    if name in ("subject", "kind", "place", "signer", "issuer"):
        # The paper's own words stay; senders shorten these in the header.
        return dict(node)
    return {**node, "confidence": min(float(node.get("confidence", 1.0)), DOUBTED), "reason": DIFFERS}


def _same(name: str, one: Any, other: Any) -> bool:
    if name == "symbol":
        return number_key(str(one)) == number_key(str(other))
    if name == "issuer":
        return issuer_key(str(one)) == issuer_key(str(other))
    if name == "signer":
        return search_key(str(one.get("name") or "")) == search_key(str(other.get("name") or ""))
    if name == "date":
        return all(one.get(part) == other.get(part) for part in ("day", "month", "year"))
    return search_key(str(one)) == search_key(str(other))


def _parts(iso: Any) -> dict[str, int] | None:
    if not iso:
        return None
    day = date.fromisoformat(str(iso))
    return {"day": day.day, "month": day.month, "year": day.year}


def _signer(signer: Any) -> dict[str, Any] | None:
    if not signer or not signer.get("name"):
        return None
    return {"authority": [], "title": signer.get("position"), "name": signer["name"]}
