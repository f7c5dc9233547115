"""Numbers and symbols of official papers (Decree 30/2020/NĐ-CP, Annex I and III), and what makes two papers the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from giapranh.kernel.text import nfc, one_line, search_key

_PARTY = re.compile(r"^\s*(\d{1,6})([a-zđ]?)\s*-\s*(\S.*)$", re.IGNORECASE)
_STATE = re.compile(r"^\s*(\d{1,6})([a-zđ]?)\s*/\s*(\S.*)$", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"^(\d{4})/(.+)$")
_NOT_WORD = re.compile(r"[\W_]+")

# The names of issuers appear long in the head of a paper and short in citations.
_SHORT_ISSUERS = {
    "ubnd": "uy ban nhan dan",
    "hdnd": "hoi dong nhan dan",
    "tp": "thanh pho",
    "tn mt": "tai nguyen va moi truong",
    "tnmt": "tai nguyen va moi truong",
    "nn mt": "nong nghiep va moi truong",
    "mttq": "mat tran to quoc",
}


@dataclass(frozen=True, slots=True)
class PaperNumber:
    """A number taken apart: ``03/KH-UBND`` is 3, "", "KH-UBND"; ``36/2020/NĐ-CP`` keeps its year in the symbol."""

    number: int
    suffix: str
    symbol: str
    party: bool = False

    @property
    def year(self) -> int | None:
        match = _YEAR_FIRST.match(self.symbol)
        return int(match[1]) if match else None

    def __str__(self) -> str:
        return full_number(self.number, self.symbol, suffix=self.suffix, party=self.party)


def parse_number(text: str) -> PaperNumber | None:
    """The number in ``text`` (which holds nothing else), or None."""
    clean = re.sub(r"\s*([/\-])\s*", r"\1", one_line(text.replace("–", "-")))
    for form, party in ((_STATE, False), (_PARTY, True)):
        if match := form.match(clean):
            return PaperNumber(int(match[1]), match[2], match[3].strip(), party)
    return None


def full_number(number: int | None, symbol: str, *, suffix: str = "", party: bool = False) -> str:
    """``03/KH-UBND``; a blank number leaves its place: ``/STNMT-NKS``."""
    if number is None and not symbol:
        return ""
    digits = "" if number is None else f"{number:02d}{suffix}"
    separator = "-" if party else "/"
    return f"{digits}{separator}{symbol}" if symbol else digits


def number_key(text: str) -> str:
    """What two writings of one number share: ``3 / KH - UBND`` and ``03/KH-UBND`` give ``3/kh-ubnd``."""
    clean = re.sub(r"\s+", "", nfc(text).replace("–", "-")).casefold()
    return re.sub(r"^0+(?=\d)", "", clean)


def issuer_key(name: str) -> str:
    """What two writings of one issuer share: no marks, no punctuation, common short forms written out."""
    words = _NOT_WORD.sub(" ", search_key(name)).strip()
    for short, long in _SHORT_ISSUERS.items():
        words = re.sub(rf"\b{short}\b", long, words)
    return words


def identity(issuer: str, full: str, year: int | None) -> str | None:
    """Issuer, number, symbol and year as one key; None while one of them is not known.

    Number and symbol are unique per organisation and year, so two papers with one identity are one paper.
    """
    parsed = parse_number(full)
    known_year = year or (parsed.year if parsed else None)
    if parsed is None or not issuer.strip() or known_year is None:
        return None
    return f"{issuer_key(issuer)}|{number_key(full)}|{known_year}"


def day_in_words(day: int | None, month: int | None, year: int | None) -> str:
    """``05/01/2024``; blank parts keep their place: ``…/11/2024``."""
    if not (day or month or year):
        return ""
    return "/".join(f"{part:02d}" if part else "…" for part in (day, month)) + f"/{year or '…'}"


def whole_date(day: int | None, month: int | None, year: int | None) -> date | None:
    """The date when all its parts are known and exist in the calendar."""
    if not (day and month and year):
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def date_parts(day: Mapping[str, Any]) -> tuple[int | None, int | None, int | None]:
    """The parts of a date that a calendar can have; a misread "năm 25010" stays on the reading page, not in the book."""
    limits = {"day": (1, 31), "month": (1, 12), "year": (1900, 2200)}
    parts = [day.get(name) for name in limits]
    fitting = [
        part if isinstance(part, int) and low <= part <= high else None
        for part, (low, high) in zip(parts, limits.values(), strict=True)
    ]
    return fitting[0], fitting[1], fitting[2]
