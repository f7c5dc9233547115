"""Numbers of papers: "03/KH-UBND", "36/2020/NĐ-CP", "54/2024/QH15", "245-BB/TUBG-TULS" (documents §1.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from .data import kind_by_code
from .folding import bare, fold, near

# A piece of a symbol starts with a capital. A line break or OCR may put a space on one side of a dash, never on both:
# with both it is a dash between words.
_PIECE = r"[A-ZĐÐ](?:[\wĐÐđ&§]|\.(?=[A-ZĐ-]))*"
_DASH = r"(?: ?[-–‑](?! )|[-–‑] )"
_TAIL = rf"(?:{_DASH}(?:{_PIECE}|\d[\wĐđ]*))*"
_STATE = rf"(?P<n>\d{{1,6}}(?:\.\d{{1,2}}(?=/\d{{4}}/)|[a-zA-Z]?)) ?/ ?(?:(?P<y>\d{{4,5}}) ?/ ?)?(?P<s>{_PIECE}{_TAIL}(?:/[\wĐđ]+(?:-[\wĐđ]+)*){{0,2}})"
_PARTY = rf"(?P<pn>\d{{1,5}}) ?[-–] ?(?P<pt>[A-ZĐÐ][A-Za-zĐÐđ]{{0,6}}) ?/ ?(?P<po>[A-ZĐÐ0-9][\wĐđ.]*(?:-{_PIECE})*)"
_LOST_SLASH = rf"(?<=so )(?P<ln>\d{{1,5}}) ?(?P<ls>(?:QD|QĐ|KH|CT|TB|BC|NQ|TTr|CV)[ĐÐ]?{_DASH}{_PIECE}{_TAIL})"
NUMBER = re.compile(rf"(?<![\w/.,-])(?:{_STATE}|{_PARTY})(?![\w])")
_ROUGH = re.compile(r"\d[a-zA-Z]? ?[/–-]")
LOST_SLASH = re.compile(rf"(?<![\w/.,-]){_LOST_SLASH}(?!\w)")
_SPACES = re.compile(r"\s+")
_DOUBLE = re.compile(r"(?:ĐÐ|ÐĐ|ÐÐ)+")
_RUN = re.compile(r"[ĐÐD]{2,}")
_CENTRAL = re.compile(r"^[17l][WV]$")
# Parts of symbols that are the same everywhere in the country, to mend marks and letters OCR lost.
_KNOWN = ("UBND", "HĐND", "QĐ", "NĐ", "CP", "TTg", "TW", "TU", "TTr", "VPCP", "CĐ", "TB", "KH", "BC", "BCĐ")


@dataclass(frozen=True, slots=True)
class Number:
    """One number as found: ``whole`` is "03/KH-UBND", ``serial`` 3, ``symbol`` "KH-UBND"."""

    start: int
    end: int
    whole: str
    serial: str
    year: int | None
    symbol: str
    party: bool

    @property
    def type_code(self) -> str:
        """The folded first piece of the symbol ("kh"), which names the type in most numbers."""
        return re.split(r"[-/]", fold(self.symbol))[0]


@cache
def _known() -> dict[str, str]:
    return {fold(piece): piece for piece in _KNOWN}


@lru_cache(maxsize=2048)
def mend_symbol(symbol: str) -> str:
    """The symbol without spaces, doubled Đ and the slips of OCR in pieces known everywhere."""
    flat = (
        _DOUBLE.sub("Đ", _SPACES.sub("", symbol))
        .replace("–", "-")
        .replace("‑", "-")
        .replace("Ð", "Đ")
        .replace("§", "")
        .rstrip("-.")
    )
    last = flat.endswith("-CP")
    return re.sub(r"[^-/]+", lambda m: _mend_piece(m.group(), whole=m.start() == 0 or last), flat)


def _mend_piece(piece: str, whole: bool) -> str:
    if _CENTRAL.match(piece):
        return "TW"
    # "QĐĐ" is a slip, "QLĐĐ" (Quản lý đất đai) is none.
    # Only in the type at the head of a symbol is a doubled letter a slip: an office may be "NDĐ" (nước dưới đất).
    known = _known().get(fold(piece)) or (_known().get(fold(_RUN.sub("Đ", piece))) if whole else None)
    if known and piece.isupper() == known.isupper():
        return known
    # "UnND": capitals and small letters mixed as no organ writes them.
    if re.match(r"[A-ZĐ]+[a-zđ][A-ZĐ]+$", piece):
        return next((k for k in ("UBND", "HĐND", "VPCP") if near(fold(piece), fold(k), 1)), piece)
    return piece


def numbers_in(text: str) -> list[Number]:
    """Every number of a paper printed in a paragraph, left to right."""
    out = [_number(m) for m in NUMBER.finditer(text)] if _ROUGH.search(text) else []
    if "QĐ" in text or "số" in text:
        taken = {n.start for n in out}
        out += [_lost(m) for m in LOST_SLASH.finditer(bare(text)) if m.start() not in taken]
        out.sort(key=lambda n: n.start)
    return [n for n in out if n is not None and _plausible(n, text)]


def _number(m: re.Match[str]) -> Number:
    if m.group("pn"):
        symbol = mend_symbol(m.group("pt")) + "/" + mend_symbol(m.group("po"))
        return Number(m.start(), m.end(), f"{m.group('pn')}-{symbol}", m.group("pn"), None, symbol, True)
    symbol = mend_symbol(m.group("s"))
    year = m.group("y")
    head = f"{m.group('n')}/{year}/" if year else f"{m.group('n')}/"
    return Number(m.start(), m.end(), head + symbol, m.group("n"), int(year) if year else None, symbol, False)


def _lost(m: re.Match[str]) -> Number:
    symbol = mend_symbol(m.group("ls").replace("QDD", "QĐ").replace("QD", "QĐ"))
    return Number(m.start(), m.end(), f"{m.group('ln')}/{symbol}", m.group("ln"), None, symbol, False)


def _plausible(n: Number, text: str) -> bool:
    before = fold(text[max(0, n.start - 24) : n.start])
    said = bool(re.search(r"so\s?:?\s?$|[,;]\s?$|va\s?$", before)) or n.type_code in kind_by_code()
    if "-" in n.symbol or n.party:
        return len(n.symbol) >= 3
    if n.year is not None:
        return bool(re.match(r"[A-ZĐ]{2,}", n.symbol))
    return said and len(n.symbol) >= 2 and "so" in before and n.symbol[:2].isupper()
