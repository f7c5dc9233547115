"""Tags of the neighbours' pages; ``{% neighbour_side kind id %}`` is for every room's page of a record."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from django.template import Library
from django.utils.translation import gettext as _

from giapranh.exchange import words
from giapranh.exchange.ledger.names import read_stream
from giapranh.exchange.queries import record_of
from giapranh.exchange.queries.records import own_name, own_node, peer_names
from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.dates import format_date
from giapranh.kernel.numbers import format_number

register = Library()
MOST_PARTS = 50
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?", re.ASCII)


@register.filter
def stream_words(name: str) -> str:
    """“Bắc Ninh → Lạng Sơn, hồ sơ” of ``bac-ninh.lang-son.record``."""
    stream, names = read_stream(name), {own_node(): own_name(), **peer_names()}
    giver, taker = (names.get(node, node) for node in (stream.giver, stream.taker))
    return f"{giver} → {taker}, {words.LANES[stream.lane]}"


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
    """Any value of a record in words a person reads: lists and parts written out, days as we write them."""
    if value is None or value == "" or value == [] or value == {}:
        return "–"
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, dict):  # the names inside are the other program's own
        return ", ".join(plain(inner) for inner in value.values() if inner not in (None, "", [], {}))
    if isinstance(value, list):
        shown = [plain(inner) for inner in value[:MOST_PARTS]]
        return " | ".join(shown) + (" …" if len(value) > MOST_PARTS else "")
    return _day_or_instant(value) if isinstance(value, str) else format_number(value)


def _day_or_instant(text: str) -> str:
    if not _TIME.fullmatch(text):
        return text
    try:
        if len(text) == 10:
            return format_date(date.fromisoformat(text))
        return f"{datetime.fromisoformat(text).astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    except ValueError:
        return text
