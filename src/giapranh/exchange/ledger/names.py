"""Names on the wire: nodes, streams, kinds, event ids, times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from giapranh.exchange.ledger.reasons import Broken

NODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
KIND = re.compile(r"[a-z](?:[a-z0-9-]{0,58}[a-z0-9])?")
HEX64 = re.compile(r"[0-9a-f]{64}")
EVENT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
LANES = ("alert", "record", "bulk")  # the order in which they are served
NOTHING = "0" * 64  # the hash before the first entry
_START = datetime(1970, 1, 1, tzinfo=UTC)


class Stream(NamedTuple):
    giver: str
    taker: str
    lane: str

    def __str__(self) -> str:
        return ".".join(self)


def stream_name(giver: str, taker: str, lane: str) -> str:
    return f"{giver}.{taker}.{lane}"


def read_stream(name: str) -> Stream:
    parts = name.split(".")
    if len(parts) != 3 or not (NODE.fullmatch(parts[0]) and NODE.fullmatch(parts[1])) or parts[2] not in LANES:
        raise Broken("bad-header", "stream")
    return Stream(*parts)


def event_id(now: int, chance: bytes) -> str:
    """A UUID version 7 of this moment from ten bytes of chance."""
    number = ((now & (2**48 - 1)) << 80) | int.from_bytes(chance[:10], "big")
    number = number & ~(0xF << 76) | (7 << 76)
    number = number & ~(0x3 << 62) | (2 << 62)
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def time_text(moment: int) -> str:
    """RFC 3339 in UTC with milliseconds."""
    when = _START + timedelta(milliseconds=moment)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{moment % 1000:03d}Z"


def time_number(text: str) -> int:
    if not TIME.fullmatch(text):
        raise Broken("bad-header", "time")
    try:
        return (datetime.fromisoformat(text) - _START) // timedelta(milliseconds=1)
    except ValueError:
        raise Broken("bad-header", "time") from None


def day_of(moment: int) -> str:
    """The day in Vietnam (UTC+7 all year)."""
    return f"{_START + timedelta(milliseconds=moment, hours=7):%Y-%m-%d}"
