"""A peer whose software is broken or hostile, but whose key is the right one: it signs what it should not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.exchange.ledger.nodes import Side

from giapranh.exchange.ledger import entry as entries
from giapranh.exchange.ledger import envelope
from giapranh.exchange.ledger.frames import Frame
from giapranh.exchange.ledger.keys import KeyRing
from giapranh.exchange.ledger.names import event_id, stream_name
from giapranh.exchange.ledger.rows import Head


class BrokenPeer:
    """Chains entries of its own making onto what the taker holds."""

    def __init__(self, giver: Side, taker: Side, lane: str = "record", keys: KeyRing | None = None) -> None:
        self.giver, self.taker = giver, taker
        self.keys = keys or giver.engine.keys
        self.key = self.keys.public[-1]
        self.stream = stream_name(giver.node, taker.node, lane)
        with taker.store.transaction() as tx:
            head = tx.get(Head, self.stream)
        assert head is not None
        self.epoch, self.seq, self.prev = head.epoch, head.seq, head.hash

    def body(self, data: Any) -> bytes:
        """Bytes as given, or JSON without any of the ledger's own checks."""
        if isinstance(data, bytes):
            return data
        value = {"data": data, "salt": "AAAAAAAAAAAAAAAAAAAAAA=="}
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")

    def entry(
        self,
        data: Any,
        *,
        kind: str = "note",
        payload_type: str = "",
        payload: bytes = b"",
        sent: bytes | None = None,
        **over: Any,
    ) -> Frame:
        """The next entry, signed. ``over`` changes fields of the header, ``payload`` all of it, ``sent`` what travels."""
        body = self.body(data)
        self.seq += 1
        header = entries.Header(
            stream=self.stream, epoch=self.epoch, seq=self.seq, prev=self.prev,
            id=event_id(self.giver.now, self.giver.rng.randbytes(10)), source=self.giver.node, kind=kind, major=1, minor=0,
            subject=f"{kind}:1", sent_at=self.giver.now, body_hash=entries.sha256(body), body_size=len(body),
            clause=f"{self.giver.node}-{kind}@1", version=1, base=0,
        )  # fmt: skip
        header = replace(header, **over)
        told = payload or entries.header_bytes(header)
        sealed = envelope.seal(
            told, payload_type or entries.payload_type(header.kind, header.major), self.keys, self.key
        )
        self.prev = sealed.hash
        return Frame("E", sealed.raw, body if sent is None else sent)
