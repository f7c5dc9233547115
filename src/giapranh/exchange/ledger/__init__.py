"""The engine of the exchange: bytes in, bytes out; no network, no clock, no database of its own."""

from giapranh.exchange.ledger import (  # noqa: F401 - each tells the chain what its entries mean
    agreements,
    inbox,
    outbox,
    receipts,
    records,
    rollback,
    rotation,
    succession,
)
