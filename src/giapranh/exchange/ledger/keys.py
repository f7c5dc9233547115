"""Ed25519 keys: the private ones of this node, and checking with public ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from giapranh.exchange.ledger.reasons import Broken


class KeyRing:
    """The private keys of this node, the first one first. Old ones stay: old bundles are sealed to them."""

    def __init__(self, seeds: Iterable[bytes]) -> None:
        self._keys: dict[str, Ed25519PrivateKey] = {}
        self._seeds: dict[str, bytes] = {}
        for seed in seeds:
            self.add(seed)
        if not self._keys:
            raise Broken("own-key-missing")
        self.root = next(iter(self._keys))

    def add(self, seed: bytes) -> str:
        key = Ed25519PrivateKey.from_private_bytes(seed)
        public = key.public_key().public_bytes_raw().hex()
        self._keys[public] = key
        self._seeds[public] = bytes(seed)
        return public

    @property
    def public(self) -> list[str]:
        return list(self._keys)

    def __contains__(self, public: str) -> bool:
        return public in self._keys

    def sign(self, public: str, message: bytes) -> bytes:
        if public not in self._keys:
            raise Broken("own-key-missing", public[:16])
        return self._keys[public].sign(message)

    def seed(self, public: str) -> bytes:
        if public not in self._seeds:
            raise Broken("own-key-missing", public[:16])
        return self._seeds[public]


def new_seed(random: Callable[[int], bytes]) -> bytes:
    return random(32)


def public_of(seed: bytes) -> str:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


@lru_cache(maxsize=256)
def _public(public: str) -> VerifyKey:
    return VerifyKey(bytes.fromhex(public))


def verifies(public: str, signature: bytes, message: bytes) -> bool:
    """By libsodium: twice as quick as OpenSSL, and it refuses keys of small order."""
    try:
        _public(public).verify(message, signature)
    except (BadSignatureError, ValueError):
        return False
    return True
