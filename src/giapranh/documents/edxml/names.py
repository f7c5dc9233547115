"""Names, dates and numbers as vendors write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.text import nfc

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
OTHER_NAMESPACES = ("http://www.go.vn/eDoc", "")

# Local names that differ between vendors, folded to lower case, against the name of the standard.
_ALIASES = {
    "busines": "bussiness",
    "business": "bussiness",
    "businessdoctype": "bussinessdoctype",
    "businessdocreason": "bussinessdocreason",
    "businessdocumentinfo": "bussinessdocumentinfo",
    "organizationname": "organname",
    "organname": "organname",
    "organaddress": "organadd",
    "typename": "typename",
    "edxmlattachment": "attachmentencoded",
    "attachmentencode": "attachmentencoded",
    "edxmlattachments": "attachmentencoded",
    "contenttransferencoding": "contenttransferencoded",
    "filename": "attachmentname",
}
_DAY_LAST = re.compile(r"^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})")
_DAY_FIRST = re.compile(r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def name_of(element: Any) -> str:
    """The element's name in lower case without its namespace, in the spelling of the standard."""
    tag = element.tag if isinstance(element.tag, str) else ""
    folded = tag.rpartition("}")[2].rpartition(":")[2].lower()
    return _ALIASES.get(folded, folded)


def namespace_of(element: Any) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def inner(element: Any, *path: str) -> Any | None:
    """The first element down a path of names."""
    for wanted in path:
        if element is None:
            return None
        element = next((one for one in element if name_of(one) == wanted.lower()), None)
    return element


def inners(element: Any, wanted: str) -> Iterator[Any]:
    if element is not None:
        yield from (one for one in element if name_of(one) == wanted.lower())


def anywhere(element: Any, wanted: str) -> Iterator[Any]:
    yield from (one for one in element.iter() if name_of(one) == wanted.lower())


def words(element: Any, *path: str) -> str | None:
    """The text of an element, trimmed; None when it is missing or empty."""
    found = inner(element, *path) if path else element
    if found is None or not (found.text or "").strip():
        return None
    return nfc(" ".join(found.text.split()))


def whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else None


def day_of(text: str | None) -> date | None:
    """A date in any order vendors use; a date that no calendar has is None."""
    if not text:
        return None
    last, first = _DAY_LAST.match(text), _DAY_FIRST.match(text)
    try:
        if last:
            return date(int(last[1]), int(last[2]), int(last[3]))
        if first:
            return date(int(first[3]), int(first[2]), int(first[1]))
    except ValueError:
        return None
    return None


def moment_of(text: str | None) -> datetime | None:
    """A timestamp, which the standard prints in Vietnam time without saying so."""
    day = day_of(text)
    if day is None or text is None:
        return None
    clock = _CLOCK.search(text)
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    try:
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=VIETNAM)
    except ValueError:
        return None
