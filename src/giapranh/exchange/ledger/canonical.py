"""The one door for JSON: RFC 8785 form, NFC text, whole numbers within 2^53 - 1, bounded size and depth.

Decimals travel as strings. What is not already in the canonical form is refused, never mended: a mended text
would carry another signature.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import rfc8785

from giapranh.exchange.ledger.reasons import Broken

WHOLE = 2**53 - 1
DEPTH = 32


def dump(value: Any, depth: int = DEPTH) -> bytes:
    """The canonical bytes of a value; ``Broken`` when it may not travel."""
    _walk(value, depth)
    data = _bytes(value)
    if not unicodedata.is_normalized("NFC", data.decode("utf-8")):
        raise Broken("not-nfc")
    _no_nul(value, data)
    return data


def parse(data: bytes, *, limit: int, depth: int = DEPTH) -> Any:
    """The value of canonical bytes; ``Broken`` with the reason otherwise."""
    value = parse_loosely(data, limit=limit)
    _walk(value, depth)
    try:
        again = _bytes(value)
    except Broken as error:
        raise Broken("bad-text", error.detail) from None
    if not unicodedata.is_normalized("NFC", again.decode("utf-8")):
        raise Broken("not-nfc")
    if again != data:
        raise Broken("not-canonical")
    _no_nul(value, again)
    return value


def parse_loosely(data: bytes, *, limit: int) -> Any:
    """Any JSON without repeated keys and without numbers that two programs read differently."""
    if len(data) > limit:
        raise Broken("too-large", f"{len(data)} bytes")
    try:
        return _DECODER.decode(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Broken("bad-text", f"byte {error.start}") from None
    except RecursionError:
        raise Broken("too-deep") from None
    except ValueError as error:
        raise Broken("not-json", str(error)) from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Broken("duplicate-key")
    return found


def _no_number(text: str) -> Any:
    raise Broken("bad-number", text[:40])


def _whole(text: str) -> int:
    if len(text) > 17 or abs(number := int(text)) > WHOLE:
        raise Broken("bad-number", text[:40])
    if text == "-0":
        raise Broken("not-canonical", "-0")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_float=_no_number, parse_int=_whole, parse_constant=_no_number
)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)


def _bytes(value: Any) -> bytes:
    """Python's own encoder gives the same bytes many times faster; only keys beyond the BMP sort differently."""
    try:
        data = _ENCODER.encode(value)
        if data.isascii() or max(data) <= "\uffff":
            return data.encode("utf-8")
        return rfc8785.dumps(value)
    except (UnicodeEncodeError, rfc8785.CanonicalizationError) as error:
        raise Broken("bad-text", str(error)) from None


def _no_nul(value: Any, data: bytes) -> None:
    """PostgreSQL keeps no NUL in text; nobody writes one on purpose."""
    if b"\\u0000" in data and _has_nul(value):
        raise Broken("bad-text", "NUL")


def _has_nul(value: Any) -> bool:
    if type(value) is dict:
        return any("\0" in key or _has_nul(inner) for key, inner in value.items())
    if type(value) in (list, tuple):
        return any(_has_nul(inner) for inner in value)
    return type(value) is str and "\0" in value


def _walk(value: Any, depth: int) -> None:
    if depth < 0:
        raise Broken("too-deep")
    kind = type(value)
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str:
                raise Broken("bad-body", "a key is not text")
            _walk(inner, depth - 1)
    elif kind in (list, tuple):
        for inner in value:
            _walk(inner, depth - 1)
    elif kind is int:
        if abs(value) > WHOLE:
            raise Broken("bad-number", str(value)[:40])
    elif value is not None and kind not in (str, bool):
        raise Broken("bad-number" if kind is float else "bad-body", kind.__name__)
