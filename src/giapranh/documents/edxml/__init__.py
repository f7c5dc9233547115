"""edXML, the envelope in which official papers travel (QCVN 102:2016). Plain Python: bytes in, values out and back.

envelope = parse(data)          # tolerant of what vendors really send; oddities are kept in envelope.oddities
data = write(envelope)          # always one canonical form
data = write_status(reply)      # "đã đến", "từ chối", "đã xử lý xong"…
"""

from __future__ import annotations

from .parsing import parse
from .shapes import (
    Attachment,
    Business,
    BusinessKind,
    Envelope,
    Organ,
    Priority,
    ResponseFor,
    SignerInfo,
    Staff,
    Steering,
    Trace,
)
from .status import Status, StatusCode, parse_status, write_status
from .writing import document_id, write

__all__ = [
    "Attachment",
    "Business",
    "BusinessKind",
    "Envelope",
    "Organ",
    "Priority",
    "ResponseFor",
    "SignerInfo",
    "Staff",
    "Status",
    "StatusCode",
    "Steering",
    "Trace",
    "document_id",
    "parse",
    "parse_status",
    "write",
    "write_status",
]
