"""Hearing what a neighbour says of its heads; a forged word is refused, and kept."""

from __future__ import annotations

from giapranh.exchange.house import engine, now_ms, store
from giapranh.exchange.ledger import statements
from giapranh.exchange.ledger.reasons import Broken
from giapranh.exchange.ledger.statements import Statement


def hear(peer: str, data: bytes) -> Statement:
    """The statement of a neighbour. Its refusal leaves the transaction standing, so that the evidence stays in it."""
    refused: Broken | None = None
    with store().transaction() as tx:
        try:
            return statements.read(engine(), tx, peer, data, now_ms())
        except Broken as error:
            refused = error
    raise refused
