"""Short-lived passes for the line: a neighbour proves it holds its key by opening what is sealed to it.

No clock of either side is asked: a statement heard by a third party is of no use to it, since the answer can be read
only with the key of the neighbour.
"""

from __future__ import annotations

import hashlib
import secrets

from django.core.cache import cache
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey

from giapranh.exchange.ledger.keys import KeyRing
from giapranh.exchange.ledger.reasons import Broken

SECONDS = 900
_BYTES = 32


def issue(peer: str, public: str) -> str:
    """A pass for ``peer``, as hex of the box that only the holder of ``public`` can open."""
    token = secrets.token_bytes(_BYTES)
    cache.set(_name(token.hex()), peer, SECONDS)
    box = SealedBox(VerifyKey(bytes.fromhex(public)).to_curve25519_public_key())
    return box.encrypt(token).hex()


def open_pass(keys: KeyRing, public: str, sealed: str) -> str:
    """The pass a neighbour gave us."""
    try:
        box = SealedBox(SigningKey(keys.seed(public)).to_curve25519_private_key())
        return box.decrypt(bytes.fromhex(sealed)).hex()
    except Exception as error:  # nacl raises its own and ValueError; all mean the same
        raise Broken("forged", "pass") from error


def holder(token: str) -> str | None:
    """Whose pass this is."""
    found = cache.get(_name(token)) if len(token) == 2 * _BYTES else None
    return found if isinstance(found, str) else None


def _name(token: str) -> str:
    return "exchange-pass-" + hashlib.sha256(token.encode("ascii", "replace")).hexdigest()
