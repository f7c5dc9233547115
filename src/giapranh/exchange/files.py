"""Files that cross with records. Rooms that keep files say at start-up how to open one; what comes in is kept here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from giapranh.exchange.ledger.blobs import Assembler
from giapranh.node import home

Opener = Callable[[str], "BinaryIO | None"]
_openers: dict[str, Opener] = {}


def register_opener(name: str, opener: Opener) -> None:
    """``opener(sha256)`` gives the file, or None when the room does not hold it."""
    _openers[name] = opener


def open_file(sha256: str) -> BinaryIO | None:
    """A file of ours, or one that came in."""
    received = path_of(sha256)
    if received.is_file():
        return received.open("rb")
    found = (opener(sha256) for opener in _openers.values())
    return next((file for file in found if file is not None), None)


def path_of(sha256: str) -> Path:
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256")
    folder = home.home() / "exchange" / "blobs" / sha256[:2]
    folder.mkdir(parents=True, exist_ok=True)
    return folder / sha256


def assembler(sha256: str, size: int) -> Assembler:
    return Assembler(path_of(sha256), sha256, size)


def pieces(file: BinaryIO, start: int, length: int, size: int = 65_536) -> Iterator[bytes]:
    file.seek(start)
    while length > 0 and (piece := file.read(min(size, length))):
        length -= len(piece)
        yield piece
