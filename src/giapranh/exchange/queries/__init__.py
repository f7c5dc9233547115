"""What other rooms ask of the neighbours' records: ``received``, ``receipts_of``, ``record_of``."""

from giapranh.exchange.queries.records import Received, Side, Signed, receipts_of, received, record_of

__all__ = ["Received", "Side", "Signed", "receipts_of", "received", "record_of"]
