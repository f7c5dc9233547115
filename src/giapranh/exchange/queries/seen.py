"""What this house has signed about a neighbour's record as its readers, over all versions of the record."""

from __future__ import annotations

from giapranh.exchange import words
from giapranh.exchange.kinds import subject_of
from giapranh.exchange.models import Entry, Receipt
from giapranh.exchange.queries.records import Signed, own_node


def read_here(peer: str, kind: str, record_id: str) -> list[Signed]:
    """Who here has read it and answered what, oldest first."""
    entries = Entry.objects.filter(
        stream__startswith=f"{peer}.{own_node()}.", subject=subject_of(kind, record_id)
    ).values_list("stream", "hash")
    hashes = [one for _stream, one in entries]
    rows = Receipt.objects.filter(stream__startswith=f"{peer}.{own_node()}.", hash__in=hashes, status="read")
    return [Signed(row.status, words.moment(row.at), row.reader, row.answer, row.reason) for row in rows.order_by("at")]
