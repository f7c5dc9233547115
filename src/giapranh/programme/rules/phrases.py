"""Words that stand for a group of offices, and persons who stand for their office."""

from __future__ import annotations

import re
from enum import StrEnum

from giapranh.kernel.text import one_line, search_key


class Group(StrEnum):
    """Whom a group phrase means: every office inside the agency, or every commune committee of the province."""

    DIVISIONS = "divisions"
    COMMUNES = "communes"


_MANY = re.compile(r"^(?:truong |thu truong |giam doc |chu tich )?(?:tat ca |toan the )?(?:cac|nhung)\b")
_DIVISIONS = re.compile(r"\b(phong|don vi|chi cuc|trung tam|bo phan)\b")
_COMMUNES = re.compile(r"\b(ubnd|uy ban nhan dan)\b.*\b(xa|phuong|cap xa|dac khu)\b|^ubnd cap xa")
_PERSON = re.compile(
    r"^(?:đề nghị\s+|giao\s+|yêu cầu\s+)?(?:đồng chí\s+)?"
    r"(?:giám đốc|thủ trưởng|trưởng|chánh|chủ tịch|phó giám đốc|chi cục trưởng|cục trưởng)\s+",
    re.IGNORECASE,
)
_AS_UNIT = {"chi cục trưởng ": "Chi cục ", "cục trưởng ": "Cục "}


def group_of(words: str) -> Group | None:
    """The group ``words`` stand for, or None when they name one office."""
    key = search_key(words)
    if _COMMUNES.search(key) and (_MANY.match(key) or " cac " in f" {key} " or key.startswith("ubnd cap xa")):
        return Group.COMMUNES
    if _MANY.match(key) and _DIVISIONS.search(key):
        return Group.DIVISIONS
    return None


def readings(words: str) -> list[str]:
    """The forms to look an office up by: as written, then without the person who heads it."""
    clean = one_line(words)
    found = _PERSON.match(clean)
    if not found:
        return [clean]
    head = found.group().casefold()
    unit = next((name for title, name in _AS_UNIT.items() if head.endswith(title)), "")
    rest = unit + clean[found.end() :]
    return [clean, rest[:1].upper() + rest[1:]]
