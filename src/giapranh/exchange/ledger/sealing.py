"""A file only one neighbour can open: a fresh key sealed to its Ed25519 key, then 64 KiB pieces, each authenticated.

The pieces are libsodium's secretstream, so none can be dropped, repeated, moved or cut off unnoticed. Inside is a
deflate stream whose growth is bounded, piece by piece. Who wrote it is told by the signatures inside, not here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_ABYTES,
    crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    crypto_secretstream_xchacha20poly1305_init_pull,
    crypto_secretstream_xchacha20poly1305_init_push,
    crypto_secretstream_xchacha20poly1305_KEYBYTES,
    crypto_secretstream_xchacha20poly1305_pull,
    crypto_secretstream_xchacha20poly1305_push,
    crypto_secretstream_xchacha20poly1305_state,
    crypto_secretstream_xchacha20poly1305_TAG_FINAL,
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE,
)
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey
from nacl.utils import random as nacl_random

from giapranh.exchange.ledger.keys import KeyRing
from giapranh.exchange.ledger.reasons import Broken

MAGIC = b"GIAPRANH-BUNDLE-1\n"
PIECE = 65_536
SEALED = crypto_secretstream_xchacha20poly1305_KEYBYTES + 48
_A, _HEAD = crypto_secretstream_xchacha20poly1305_ABYTES, crypto_secretstream_xchacha20poly1305_HEADERBYTES


class SealedWriter:
    """Write plain bytes; sealed ones go to the file."""

    def __init__(self, out: BinaryIO, recipient: str) -> None:
        self.out = out
        key = nacl_random(crypto_secretstream_xchacha20poly1305_KEYBYTES)
        box = SealedBox(VerifyKey(bytes.fromhex(recipient)).to_curve25519_public_key())
        self.state = crypto_secretstream_xchacha20poly1305_state()
        header = crypto_secretstream_xchacha20poly1305_init_push(self.state, key)
        out.write(MAGIC + bytes.fromhex(recipient) + box.encrypt(key) + header)
        self.deflate = zlib.compressobj(6)
        self.buffer = bytearray()

    def write(self, data: bytes) -> None:
        self.buffer += self.deflate.compress(data)
        while len(self.buffer) >= PIECE:
            self._push(bytes(self.buffer[:PIECE]), crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)
            del self.buffer[:PIECE]

    def close(self) -> None:
        self.buffer += self.deflate.flush()
        while len(self.buffer) > PIECE:
            self._push(bytes(self.buffer[:PIECE]), crypto_secretstream_xchacha20poly1305_TAG_MESSAGE)
            del self.buffer[:PIECE]
        self._push(bytes(self.buffer), crypto_secretstream_xchacha20poly1305_TAG_FINAL)

    def _push(self, piece: bytes, tag: int) -> None:
        self.out.write(crypto_secretstream_xchacha20poly1305_push(self.state, piece, None, tag))


class SealedReader:
    """``read(n)`` of the plain bytes, never more than a piece ahead; ``Broken`` when not for me, damaged or cut off."""

    def __init__(self, source: BinaryIO, keys: KeyRing, *, limit: int) -> None:
        self.source, self.left = source, limit
        if _exactly(source, len(MAGIC)) != MAGIC:
            raise Broken("not-an-entry", "no bundle of ours")
        recipient = _exactly(source, 32).hex()
        if recipient not in keys:
            raise Broken("another-peer", "sealed to another key")
        box = SealedBox(SigningKey(keys.seed(recipient)).to_curve25519_private_key())
        try:
            key = box.decrypt(_exactly(source, SEALED))
        except CryptoError:
            raise Broken("body-tampered", "sealed key") from None
        self.state = crypto_secretstream_xchacha20poly1305_state()
        crypto_secretstream_xchacha20poly1305_init_pull(self.state, _exactly(source, _HEAD), key)
        self.plain = self._inflate()
        self.buffer = b""

    def read(self, size: int) -> bytes:
        while not self.buffer:
            try:
                self.buffer = next(self.plain)
            except StopIteration:
                return b""
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def _inflate(self) -> Iterator[bytes]:
        inflate = zlib.decompressobj()
        for piece in self._pieces():
            pending = piece
            while pending:
                try:
                    data = inflate.decompress(pending, PIECE)
                except zlib.error:
                    raise Broken("body-tampered", "deflate") from None
                pending = inflate.unconsumed_tail
                self.left -= len(data)
                if self.left < 0:
                    raise Broken("too-large", "bundle")
                if data:
                    yield data
        if not inflate.eof:
            raise Broken("body-tampered", "cut off")

    def _pieces(self) -> Iterator[bytes]:
        while True:
            sealed = _up_to(self.source, PIECE + _A)
            if len(sealed) < _A:
                raise Broken("body-tampered", "cut off")
            try:
                piece, tag = crypto_secretstream_xchacha20poly1305_pull(self.state, sealed, None)
            except (CryptoError, RuntimeError, ValueError):
                raise Broken("body-tampered", "piece") from None
            yield piece
            if tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL:
                if self.source.read(1):
                    raise Broken("body-tampered", "bytes after the end")
                return


def _up_to(source: BinaryIO, size: int) -> bytes:
    parts, left = [], size
    while left and (piece := source.read(left)):
        parts.append(piece)
        left -= len(piece)
    return b"".join(parts)


def _exactly(source: BinaryIO, size: int) -> bytes:
    data = _up_to(source, size)
    if len(data) != size:
        raise Broken("not-an-entry", "cut off")
    return data
