"""How entries lie one behind the other on the line and in a file: a short line of sizes, then the bytes.

    E <envelope> <body>      an entry with its content
    W <envelope> <notice>    an entry whose content the sender withholds, with its signed notice
    N <envelope> 0           an entry whose content is gone (given back to its writer only)
    S <statement> 0          signed heads
    C <about> <bytes>        a piece of a blob; about = {"offset", "sha256", "size"}
    Z <summary> 0            the end: {"frames": n}

Sizes are decimal. The reader never holds more than one frame, and skips a content that is too long instead of
reading it: the signed header tells its size, so the entry can still be judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from giapranh.exchange.ledger.engine import Limits
from giapranh.exchange.ledger.reasons import Broken

CONTENT_TYPE = "application/vnd.giapranh.frames"
_LINE = re.compile(rb"([EWNSCZ]) (0|[1-9]\d{0,11}) (0|[1-9]\d{0,11})\n")
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Frame:
    letter: str
    first: bytes
    second: bytes = b""
    skipped: int = 0  # bytes of a second part that was too long to keep


def write(frame: Frame) -> bytes:
    return b"%b %d %d\n%b%b" % (
        frame.letter.encode("ascii"), len(frame.first), len(frame.second), frame.first, frame.second,
    )  # fmt: skip


def read(source: Callable[[int], bytes], limits: Limits) -> Iterator[Frame]:
    """Frames until the source is empty; ``Broken`` where it is cut off or not in this form."""
    while True:
        line = _line(source)
        if not line:
            return
        found = _LINE.fullmatch(line)
        if not found:
            raise Broken("not-an-entry", "frame")
        letter, first, second = found[1].decode("ascii"), int(found[2]), int(found[3])
        if first > limits.envelope:
            raise Broken("envelope-too-large", f"{first} bytes")
        head = _exactly(source, first)
        if second <= limits.body:
            yield Frame(letter, head, _exactly(source, second))
            continue
        if second > limits.skip:
            raise Broken("too-large", f"{second} bytes")
        left = second
        while left:
            left -= len(_exactly(source, min(left, _PIECE)))
        yield Frame(letter, head, b"", second)


def _line(source: Callable[[int], bytes]) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = source(1)
        if not byte:
            if line:
                raise Broken("not-an-entry", "cut off")
            return b""
        line += byte
        if len(line) > 30:
            raise Broken("not-an-entry", "frame line")
    return line


def _exactly(source: Callable[[int], bytes], size: int) -> bytes:
    parts = []
    while size:
        piece = source(size)
        if not piece:
            raise Broken("not-an-entry", "cut off")
        parts.append(piece)
        size -= len(piece)
    return b"".join(parts)
