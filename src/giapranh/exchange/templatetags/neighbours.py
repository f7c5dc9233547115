"""Tags of the neighbours' pages; ``{% neighbour_side kind id %}`` is for every room's page of a record."""

from __future__ import annotations

from typing import Any

from django.template import Library
from django.utils.translation import gettext as _

from giapranh.exchange import words
from giapranh.exchange.queries import record_of

register = Library()
MOST_PARTS = 50

register.filter("ago", words.ago)
register.filter("octets", words.size)


@register.inclusion_tag("exchange/card.html")
def neighbour_side(kind: str, record_id: Any) -> dict[str, Any]:
    """The card “Phía bạn”: with whom this record is shared, whose it is, how old, and what was signed about it.

    Shows nothing for a record that no neighbour has. The page that includes it has let the reader see the record.
    """
    return {"sides": record_of(kind, str(record_id))}


@register.filter
def plain(value: Any) -> str:
    """Any value of a record in words a person reads: lists and parts written out, yes and no, nothing as a dash."""
    if value is None or value == "" or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, dict):
        return "; ".join(f"{name}: {plain(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        shown = [plain(inner) for inner in value[:MOST_PARTS]]
        return " | ".join(shown) + (" …" if len(value) > MOST_PARTS else "")
    return str(value)
