"""DSSE envelopes: bytes with their type and one or two Ed25519 signatures.

A key id is the public key itself, in hex, and only a hint: what counts is which of the keys the reader already
trusts verifies the signature. The hash of an envelope covers type and payload, not the signatures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from securesystemslib.dsse import Envelope

from giapranh.exchange.ledger import canonical
from giapranh.exchange.ledger.keys import KeyRing, verifies
from giapranh.exchange.ledger.names import HEX64
from giapranh.exchange.ledger.reasons import Broken

_TYPE = re.compile(r"[A-Za-z0-9./+-]{1,120}")


@dataclass(frozen=True)
class Sealed:
    payload: bytes
    payload_type: str
    signatures: tuple[tuple[str, bytes], ...]
    raw: bytes

    @cached_property
    def message(self) -> bytes:
        return Envelope(self.payload, self.payload_type, {}).pae()

    @cached_property
    def hash(self) -> str:
        return hashlib.sha256(self.message).hexdigest()

    def signed_by(self, publics: Iterable[str]) -> list[str]:
        """Those of these keys that signed, each once; a signature counts for one key."""
        left = list(self.signatures)
        found = []
        for public in dict.fromkeys(publics):
            for signature in sorted(left, key=lambda pair: pair[0] != public):
                if verifies(public, signature[1], self.message):
                    found.append(public)
                    left.remove(signature)
                    break
        return found


def seal(payload: bytes, payload_type: str, keys: KeyRing, *publics: str) -> Sealed:
    message = Envelope(payload, payload_type, {}).pae()
    return assemble(payload, payload_type, [(public, keys.sign(public, message)) for public in publics])


def assemble(payload: bytes, payload_type: str, signatures: Iterable[tuple[str, bytes]]) -> Sealed:
    pairs = tuple(sorted(signatures))
    raw = _canonical(payload, payload_type, pairs)
    return Sealed(payload, payload_type, pairs, raw)


def _canonical(payload: bytes, payload_type: str, pairs: tuple[tuple[str, bytes], ...]) -> bytes:
    """The RFC 8785 form; nothing in an envelope needs an escape."""
    signatures = ",".join(f'{{"keyid":"{public}","sig":"{_b64(signature)}"}}' for public, signature in pairs)
    text = f'{{"payload":"{_b64(payload)}","payloadType":"{payload_type}","signatures":[{signatures}]}}'
    return text.encode("ascii")


def read(raw: bytes, *, limit: int) -> Sealed:
    """An envelope from its bytes; ``Broken`` unless it is exactly one of ours in shape."""
    if len(raw) > limit:
        raise Broken("envelope-too-large", f"{len(raw)} bytes")
    try:
        value = canonical.parse_loosely(raw, limit=limit)
        if type(value) is not dict or set(value) != {"payload", "payloadType", "signatures"}:
            raise Broken("bad-envelope", "members")
        listed = value["signatures"]
        if type(listed) is not list or not 1 <= len(listed) <= 2:
            raise Broken("bad-envelope", "signatures")
        pairs = tuple(_signature(item) for item in listed)
        if list(pairs) != sorted(pairs) or len({public for public, _ in pairs}) != len(pairs):
            raise Broken("bad-envelope", "order of signatures")
        if type(value["payloadType"]) is not str or not _TYPE.fullmatch(value["payloadType"]):
            raise Broken("bad-envelope", "payloadType")
        sealed = Sealed(_bytes(value["payload"]), value["payloadType"], pairs, raw)
        if _canonical(sealed.payload, sealed.payload_type, pairs) != raw:
            raise Broken("bad-envelope", "not canonical")
        return sealed
    except Broken as error:
        if error.reason in {"bad-envelope", "envelope-too-large"}:
            raise
        raise Broken("bad-envelope", f"{error.reason} {error.detail}") from None


def _signature(item: Any) -> tuple[str, bytes]:
    if type(item) is not dict or set(item) != {"keyid", "sig"}:
        raise Broken("bad-envelope", "signature")
    if type(item["keyid"]) is not str or not HEX64.fullmatch(item["keyid"]):
        raise Broken("bad-envelope", "keyid")
    signature = _bytes(item["sig"])
    if len(signature) != 64:
        raise Broken("bad-envelope", "sig")
    return item["keyid"], signature


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: Any) -> bytes:
    if type(text) is not str:
        raise Broken("bad-envelope", "base64")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Broken("bad-envelope", "base64") from None
