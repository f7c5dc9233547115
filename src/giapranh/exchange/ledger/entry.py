"""One entry: a CloudEvent without its content (the header, which is signed) and the content beside it.

The header names the content by hash and size. So content can be dropped, withheld or too large to read,
and the chain still verifies. A grain of salt in the content keeps short values from being guessed by hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from giapranh.exchange.ledger import canonical, envelope
from giapranh.exchange.ledger.envelope import Sealed
from giapranh.exchange.ledger.names import EVENT, HEX64, KIND, NODE, Stream, read_stream, time_number, time_text
from giapranh.exchange.ledger.reasons import Broken

HEADER_LIMIT = 16_384
_TYPE = re.compile(r"vn\.giapranh\.([a-z][a-z0-9-]*)\.v([1-9]\d{0,3})")
_SCHEMA = re.compile(r"urn:giapranh:([a-z][a-z0-9-]*):([1-9]\d{0,3})\.(\d{1,4})")
_CLAUSE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?@[1-9]\d{0,8}")
_TEXTS = ("bodyhash", "clause", "corrects", "dataschema", "id", "prev", "source", "specversion", "stream", "subject",
          "time", "type")  # fmt: skip
_NUMBERS = ("base", "bodysize", "epoch", "seq", "version")
_OPTIONAL = {"clause", "corrects", "subject", "base", "version"}
CONTENT_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Header:
    stream: str
    epoch: int
    seq: int
    prev: str
    id: str
    source: str
    kind: str
    major: int
    minor: int
    subject: str
    sent_at: int
    body_hash: str
    body_size: int
    clause: str = ""
    version: int = 0
    base: int = 0
    corrects: str = ""
    problem: str = field(default="", compare=False)  # what is wrong with it, though its place can be told
    where: str = field(default="", compare=False)

    @property
    def route(self) -> Stream:
        return read_stream(self.stream)


def payload_type(kind: str, major: int) -> str:
    return f"application/vnd.giapranh.{kind}.v{major}+json"


def header_bytes(header: Header) -> bytes:
    value: dict[str, Any] = {
        "specversion": "1.0",
        "id": header.id,
        "source": f"giapranh:{header.source}",
        "type": f"vn.giapranh.{header.kind}.v{header.major}",
        "time": time_text(header.sent_at),
        "datacontenttype": CONTENT_TYPE,
        "dataschema": f"urn:giapranh:{header.kind}:{header.major}.{header.minor}",
        "stream": header.stream,
        "epoch": header.epoch,
        "seq": header.seq,
        "prev": header.prev,
        "bodyhash": header.body_hash,
        "bodysize": header.body_size,
    }
    for name in ("subject", "clause", "version", "base", "corrects"):
        if getattr(header, name):
            value[name] = getattr(header, name)
    return canonical.dump(value, depth=2)


def read_header(sealed: Sealed) -> Header:
    """The header of an envelope. ``Broken`` when not even its place in the chain can be told."""
    if len(sealed.payload) > HEADER_LIMIT:
        raise Broken("bad-header", "size")
    value, problem, where = _value(sealed.payload)
    if type(value) is not dict:
        raise Broken("bad-header", "not an object")
    kind, major = _core(value)
    if sealed.payload_type != payload_type(kind, major):
        raise Broken("payload-type", sealed.payload_type[:100])
    if not problem:
        problem, where = _problem(value)
    if problem:
        return Header(
            value["stream"], value["epoch"], value["seq"], value["prev"], value["id"], read_stream(value["stream"]).giver,
            kind, major, 0, "", 0, "", 0, problem=problem, where=where,
        )  # fmt: skip
    minor = int(value["dataschema"].rpartition(".")[2])
    return Header(
        stream=value["stream"],
        epoch=value["epoch"],
        seq=value["seq"],
        prev=value["prev"],
        id=value["id"],
        source=value["source"].removeprefix("giapranh:"),
        kind=kind,
        major=major,
        minor=minor,
        subject=value.get("subject", ""),
        sent_at=time_number(value["time"]),
        body_hash=value["bodyhash"],
        body_size=value["bodysize"],
        clause=value.get("clause", ""),
        version=value.get("version", 0),
        base=value.get("base", 0),
        corrects=value.get("corrects", ""),
    )


def _core(value: dict[str, Any]) -> tuple[str, int]:
    for name in ("stream", "prev", "id", "type"):
        if type(value.get(name)) is not str:
            raise Broken("bad-header", name)
    for name in ("epoch", "seq"):
        if type(value.get(name)) is not int or not 0 <= value[name] <= canonical.WHOLE:
            raise Broken("bad-header", name)
    read_stream(value["stream"])
    found = _TYPE.fullmatch(value["type"])
    if not (HEX64.fullmatch(value["prev"]) and EVENT.fullmatch(value["id"]) and found and value["seq"] >= 1):
        raise Broken("bad-header", "prev, id, type or seq")
    if not KIND.fullmatch(found[1]):
        raise Broken("bad-header", "kind")
    return found[1], int(found[2])


def _value(payload: bytes) -> tuple[Any, str, str]:
    """The header in the one form, or as any JSON with what is wrong about it."""
    try:
        return canonical.parse(payload, limit=HEADER_LIMIT, depth=2), "", ""
    except Broken as strict:
        try:
            return canonical.parse_loosely(payload, limit=HEADER_LIMIT), strict.reason, f"header: {strict.detail}"
        except Broken as error:
            raise Broken("bad-header", f"{error.reason} {error.detail}") from None


def _problem(value: dict[str, Any]) -> tuple[str, str]:
    try:
        _shape(value)
    except Broken as error:
        return error.reason, f"header: {error.detail}"
    return "", ""


def _shape(value: dict[str, Any]) -> None:
    if {*_TEXTS, *_NUMBERS, "datacontenttype"} - _OPTIONAL - set(value) or value["datacontenttype"] != CONTENT_TYPE:
        raise Broken("bad-header", "members")
    for name in _TEXTS:
        if name in value and (type(value[name]) is not str or not value[name] or len(value[name]) > 300):
            raise Broken("bad-header", name)
    for name in _NUMBERS:
        if name in value and (type(value[name]) is not int or value[name] < 0):
            raise Broken("bad-header", name)
    for name in _OPTIONAL:
        if name in value and not value[name]:
            raise Broken("bad-header", f"{name} is empty")
    schema = _SCHEMA.fullmatch(value["dataschema"])
    if not schema or f"vn.giapranh.{schema[1]}.v{schema[2]}" != value["type"]:
        raise Broken("bad-header", "dataschema")
    if not HEX64.fullmatch(value["bodyhash"]) or value["specversion"] != "1.0":
        raise Broken("bad-header", "bodyhash or specversion")
    if "clause" in value and not _CLAUSE.fullmatch(value["clause"]):
        raise Broken("bad-header", "clause")
    if "corrects" in value and not EVENT.fullmatch(value["corrects"]):
        raise Broken("bad-header", "corrects")
    source = value["source"].removeprefix("giapranh:")
    if source == value["source"] or not NODE.fullmatch(source) or source != read_stream(value["stream"]).giver:
        raise Broken("bad-header", "source")
    time_number(value["time"])


@dataclass(frozen=True, slots=True)
class Blob:
    sha256: str
    size: int
    media: str = "application/octet-stream"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    data: dict[str, Any]
    blobs: tuple[Blob, ...] = ()


def body_bytes(data: dict[str, Any], blobs: tuple[Blob, ...], salt: bytes) -> bytes:
    value: dict[str, Any] = {"data": data, "salt": base64.b64encode(salt).decode("ascii")}
    if blobs:
        value["blobs"] = [{"media": b.media, "name": b.name, "sha256": b.sha256, "size": b.size} for b in blobs]
    return canonical.dump(value, depth=canonical.DEPTH + 1)


def read_body(data: bytes, *, limit: int, depth: int, blobs: int, blob: int) -> Body:
    value = canonical.parse(data, limit=limit, depth=depth + 1)
    if type(value) is not dict or not {"data", "salt"} <= set(value) <= {"data", "salt", "blobs"}:
        raise Broken("bad-body", "members")
    if type(value["data"]) is not dict or type(value["salt"]) is not str or not 16 <= len(value["salt"]) <= 64:
        raise Broken("bad-body", "data or salt")
    listed = value.get("blobs", [])
    if type(listed) is not list or len(listed) > blobs or ("blobs" in value and not listed):
        raise Broken("bad-body", "blobs")
    return Body(value["data"], tuple(_blob(item, blob) for item in listed))


def _blob(item: Any, limit: int) -> Blob:
    if type(item) is not dict or set(item) != {"media", "name", "sha256", "size"}:
        raise Broken("bad-body", "blob")
    if type(item["sha256"]) is not str or not HEX64.fullmatch(item["sha256"]):
        raise Broken("bad-body", "blob hash")
    if type(item["size"]) is not int or not 0 <= item["size"] <= limit:
        raise Broken("too-large", "blob")
    if any(type(item[name]) is not str or len(item[name]) > 300 for name in ("media", "name")):
        raise Broken("bad-body", "blob name")
    return Blob(item["sha256"], item["size"], item["media"], item["name"])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


WITHHELD = "application/vnd.giapranh.withheld.v1+json"


def withheld_payload(stream: str, epoch: int, seq: int, hash: str, reason: str) -> bytes:
    return canonical.dump({"epoch": epoch, "hash": hash, "reason": reason, "seq": seq, "stream": stream})


def read_withheld(raw: bytes, *, limit: int) -> tuple[Sealed, dict[str, Any]]:
    sealed = envelope.read(raw, limit=limit)
    if sealed.payload_type != WITHHELD:
        raise Broken("bad-withholding", "payload type")
    value = canonical.parse(sealed.payload, limit=4096, depth=2)
    if type(value) is not dict or set(value) != {"epoch", "hash", "reason", "seq", "stream"}:
        raise Broken("bad-withholding", "members")
    return sealed, value
