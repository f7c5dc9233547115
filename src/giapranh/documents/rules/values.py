"""Values a person types on the reading page: how they are shown, and how they are read back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from giapranh.kernel.dates import format_date, parse_date
from giapranh.kernel.errors import N_, BadInput
from giapranh.kernel.text import nfc, one_line

from .numbers import day_in_words, whole_date

_TIME = re.compile(r"(\d{1,2})\s*(?:giờ|h|:)\s*(\d{2})?(?:\s*phút)?", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}[a-zđ]?", re.IGNORECASE)

RECURRENCES: dict[str, str] = {
    "FREQ=WEEKLY": N_("hằng tuần"),
    "FREQ=MONTHLY": N_("hằng tháng"),
    "FREQ=MONTHLY;INTERVAL=3": N_("hằng quý"),
    "FREQ=MONTHLY;INTERVAL=6": N_("6 tháng một lần"),
    "FREQ=YEARLY": N_("hằng năm"),
}


class UnclearValue(BadInput):
    code = "unclear_value"


def clean(path: str, value: Any) -> Any:
    """The value to keep for ``path``, or a refusal that says how to write it."""
    name = path.rsplit(".", 1)[-1]
    if path.startswith("citations."):
        return clean_citation(value)
    if name == "number":
        return _number(value)
    if name == "date":
        return clean_date(value)
    if name == "signer":
        return _signer(value)
    if name == "due":
        return clean_due(value)
    if name in ("lead", "coordinating", "counterparts"):
        return clean_names(value)
    words = clean_words(value)
    if name == "text" and not words:
        raise UnclearValue(N_("Nhiệm vụ cần có nội dung."))
    return words or None


def clean_words(value: Any) -> str:
    return one_line(str(value or ""))


def clean_names(value: Any) -> list[str]:
    """One office per line, or separated by semicolons: a comma may stand inside a name."""
    lines = value if isinstance(value, (list, tuple)) else re.split(r"[\n;]", nfc(str(value or "")))
    names = [one_line(str(line)) for line in lines]
    return list(dict.fromkeys(name for name in names if name))


def clean_date(value: Any) -> dict[str, int | None]:
    """The parts of a date; each may be blank."""
    if isinstance(value, str):
        day = parse_date(value)
        return {"day": day.day, "month": day.month, "year": day.year}
    parts = {name: _part(name, (value or {}).get(name)) for name in ("day", "month", "year")}
    if all(parts.values()) and whole_date(parts["day"], parts["month"], parts["year"]) is None:
        raise UnclearValue(
            N_("Không có ngày %(text)s trong lịch."), text=day_in_words(parts["day"], parts["month"], parts["year"])
        )
    return parts


def _part(name: str, value: Any) -> int | None:
    text = str(value if value is not None else "").strip()
    if not text:
        return None
    low, high = {"day": (1, 31), "month": (1, 12), "year": (1945, 2200)}[name]
    if not text.isdecimal() or not low <= int(text) <= high:
        raise UnclearValue(N_("“%(text)s” không phải là ngày, tháng hoặc năm."), text=text)
    return int(text)


def clean_due(value: Mapping[str, Any]) -> dict[str, Any]:
    """A deadline: none, a day with or without an hour, a recurrence, or words only."""
    kind = str(value.get("kind") or "none")
    words = clean_words(value.get("words")) or None
    if kind == "none":
        return {"kind": "none", "words": words}
    if kind == "recurring":
        rule = str(value.get("recurrence") or "")
        if not rule.startswith("FREQ="):
            raise UnclearValue(N_("Hãy chọn chu kỳ: hằng tuần, hằng tháng, hằng quý, 6 tháng hoặc hằng năm."))
        return {"kind": "recurring", "words": words, "recurrence": rule}
    if kind in ("date", "datetime"):
        day = parse_date(str(value.get("date") or ""))
        time = _time(value.get("time"))
        return {
            "kind": "datetime" if time else "date", "words": words, "date": day.isoformat(), "time": time,
            "before": bool(value.get("before")),
        }  # fmt: skip
    if kind == "condition" and words:
        return {"kind": "condition", "words": words, "event": words}
    raise UnclearValue(N_("Hạn chưa rõ. Chọn “không nêu hạn”, một ngày, một chu kỳ, hoặc ghi điều kiện."))


def _time(value: Any) -> str | None:
    text = one_line(str(value or ""))
    if not text:
        return None
    match = _TIME.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        raise UnclearValue(N_("“%(text)s” không phải là giờ. Viết như 16:30."), text=text)
    return f"{int(match[1]):02d}:{int(match[2] or 0):02d}"


def clean_citation(value: Mapping[str, Any]) -> dict[str, Any]:
    """A cited paper needs a number or a title; the rest may be unknown."""
    number = re.sub(r"\s*([/\-])\s*", r"\1", clean_words(value.get("number"))) or None
    title = clean_words(value.get("title")) or None
    if not number and not title:
        raise UnclearValue(N_("Văn bản viện dẫn cần có số ký hiệu hoặc tên gọi."))
    given = value.get("date")
    date = clean_date(given) if given else {}
    return {
        "number": number, "kind": clean_words(value.get("kind")) or None,
        "date": date if any(date.values()) else None, "issuer": clean_words(value.get("issuer")) or None,
        "title": title, "as_written": clean_words(value.get("as_written")) or number or title,
        "party": bool(value.get("party")), "legal_basis": bool(value.get("legal_basis")),
    }  # fmt: skip


def clean_directive(value: Mapping[str, Any]) -> dict[str, Any]:
    text = clean_words(value.get("text"))
    if not text:
        raise UnclearValue(N_("Nhiệm vụ cần có nội dung."))
    after = value.get("after")
    return {
        "text": text, "n": clean_words(value.get("n")) or None, "topic": clean_words(value.get("topic")) or None,
        "mode": clean_words(value.get("mode")) or None, "lead": clean_names(value.get("lead")),
        "coordinating": clean_names(value.get("coordinating")), "counterparts": clean_names(value.get("counterparts")),
        "due": clean_due(value.get("due") or {"kind": "none"}), "report_to": clean_words(value.get("report_to")) or None,
        "cites": [], "after": int(after) if after not in (None, "") else None,
    }  # fmt: skip


def _number(value: Any) -> int | str | None:
    text = one_line(str(value if value is not None else "")).casefold()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise UnclearValue(N_("“%(text)s” không phải là số văn bản. Viết như 575 hoặc 12a."), text=text)
    return int(text) if text.isdecimal() else text


def _signer(value: Mapping[str, Any]) -> dict[str, Any] | None:
    name, title = clean_words(value.get("name")), clean_words(value.get("title"))
    authority = clean_names(value.get("authority"))
    return {"authority": authority, "title": title or None, "name": name or None} if name or title else None


# --- showing ---------------------------------------------------------------------------------------------------------


def shown(path: str, value: Any) -> str:
    """The value as a line of text; empty when there is none."""
    name = path.rsplit(".", 1)[-1]
    if value in (None, "", [], {}):
        return ""
    if path.startswith("citations."):
        return shown_citation(value)
    if name == "date":
        return day_in_words(value.get("day"), value.get("month"), value.get("year"))
    if name == "signer":
        return ", ".join(part for part in (value.get("name"), value.get("title")) if part)
    if name == "due":
        return shown_due(value)
    if isinstance(value, (list, tuple)):
        return "; ".join(str(each) for each in value)
    return str(value)


def shown_citation(value: Mapping[str, Any]) -> str:
    date = value.get("date") or {}
    day = day_in_words(date.get("day"), date.get("month"), date.get("year"))
    parts = [value.get("kind"), value.get("number"), f"ngày {day}" if day else None]
    line = " ".join(part for part in parts if part)
    return line or value.get("title") or value.get("as_written") or ""


def shown_due(value: Mapping[str, Any]) -> str:
    """The day a deadline comes to, else the words of the paper."""
    if value.get("date"):
        day = format_date(parse_date(str(value["date"])))
        return f"{value['time']} {day}" if value.get("time") else day
    if value.get("words"):
        return str(value["words"])
    return RECURRENCES.get(str(value.get("recurrence") or ""), str(value.get("recurrence") or ""))
