"""Tags of the neighbours' pages; ``{% neighbour_side kind id %}`` is for every room's page of a record."""

from __future__ import annotations

from typing import Any

from django.template import Library

from giapranh.exchange import words
from giapranh.exchange.queries import record_of

register = Library()

register.filter("ago", words.ago)
register.filter("octets", words.size)


@register.inclusion_tag("exchange/card.html")
def neighbour_side(kind: str, record_id: Any) -> dict[str, Any]:
    """The card “Phía bạn”: with whom this record is shared, whose it is, how old, and what was signed about it.

    Shows nothing for a record that no neighbour has. The page that includes it has let the reader see the record.
    """
    return {"sides": record_of(kind, str(record_id))}
