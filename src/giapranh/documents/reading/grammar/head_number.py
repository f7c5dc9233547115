"""The line that shows the paper's own number and symbol, printed, spoilt by OCR or half lost."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import anchors
from .data import kinds
from .folding import bare
from .head import Head
from .lines import Line, part_of
from .numbers import mend_symbol

_SYMBOL = r"[A-ZĐÐ][\wĐđÐ&.]*(?:(?: ?[-–/]| ?[-–/] ?)(?=[\wĐÐ])[\wĐđÐ&]+)*"
_NUMBER = re.compile(
    rf"\W{{0,3}}[Ss5$8][oO0]?\w?\s*(?:[:;.,]\s*)?(?P<n>(?:[^|\s](?:[^|]{{0,28}}?[^|\s])??)??)(?:\s*(?P<y>/\s?\d{{4}}\s?))?\s*(?P<sep>[/-])\s?(?P<s>{_SYMBOL})"
)
_CODES = "|".join(sorted((re.escape(bare(c)) for k in kinds() for c in k.codes if len(c) > 1), key=len, reverse=True))
_LOST_SLASH = re.compile(
    rf"^\W{{0,3}}[Ss5$8][oO0]?\w?\s{{0,2}}[:;.,]?\s*(?P<n>\d{{0,5}})(?P<y>/\d{{4}})?\s{{0,12}}(?P<sep>[^\w\s]|[1lI]|\s)\s?(?P<s>(?:{_CODES}|[A-Z]{{3,8}})-{_SYMBOL})"
)
_LOST_WORD = re.compile(
    rf"^(?:\W{{0,4}}\w{{0,5}}\W{{1,3}})?(?P<n>\d{{0,5}})(?P<y>/\d{{4}})?\s{{0,12}}(?P<sep>[/-])\s?(?P<s>(?:{_CODES})[-/]{_SYMBOL})(?=\s*$|\s{{3,}}|\s*\||\s+[A-Z][^.;]{{2,30}},\s*ng)"
)
# What no line of these kinds lacks, and few others have; the patterns themselves are slow to say no.
_ROUGH_NUMBER = re.compile(r"[/-]\s?[A-ZĐÐ]")


# Where the word "Số" may begin; no other place of a line is worth a try.
_STARTS = re.compile(r"(?:^|(?<=[\s|]))(?=\W{0,3}[Ss5$8])")
_OF_A_SITE = re.compile(r"\W{0,3}so hieu\b")  # what a web site writes above the paper
_AFTER_NATION = re.compile(r"(?i)viet nam|phuc")


def find_number(top: list[Line], head: Head) -> int | None:
    """Take the number and symbol from the first line that shows them; the answer is which line."""
    for i, line, m in _number_lines(top):
        head.number_text = line.text[m.start("n") : m.end("n")].strip()
        head.number = part_of(line, m.start("n"), m.end("n"))
        head.number_year = int(m.group("y").strip(" /")) if m.group("y") else None
        end = m.end("s")
        head.symbol = part_of(line, m.start("s"), end)
        head.symbol_text = mend_symbol(line.text[m.start("s") : end].rstrip(".,;"))
        head.number_party = m.group("sep") == "-" and "/" in head.symbol_text
        head.used.add(i)
        return i
    return None


def _number_lines(top: list[Line]) -> Iterator[tuple[int, Line, re.Match[str]]]:
    """Lines that show the paper's number: as printed, then with a slash OCR lost, then without the word "Số"."""
    until = next((i for i, line in enumerate(top[:120]) if anchors.copies_at(line)), 120)
    possible = [(i, line) for i, line in enumerate(top[:until]) if _ROUGH_NUMBER.search(line.bare)]
    for rule in (_NUMBER, _LOST_SLASH, _LOST_WORD):
        for i, line in possible:
            m = number_on(line) if rule is _NUMBER else rule.search(line.bare)
            if m and rule is _NUMBER and m.group("sep") == "-" and "/" not in m.group("s"):
                continue
            if m and len(m.group("s")) >= 2 and (rule is _LOST_WORD or _is_number_line(line, m)):
                yield i, line, m


_BEFORE = 240  # letters before a number that tell whether a column of the head begins there


def number_on(line: Line) -> re.Match[str] | None:
    """The number on a line, tried only where a column of the head may begin."""
    for start in _STARTS.finditer(line.bare):
        if _OF_A_SITE.match(line.folded, start.start()):
            continue
        if _opens_column(line.bare[max(0, start.start() - _BEFORE) : start.start()]) and (
            found := _NUMBER.match(line.bare, start.start())
        ):
            return found
    return None


def _opens_column(lead: str) -> bool:
    return not lead.strip() or lead.endswith("   ") or bool(re.search(r"\|\s*$", lead) or _AFTER_NATION.search(lead))


def _is_number_line(line: Line, m: re.Match[str]) -> bool:
    if m.re is not _NUMBER and not _opens_column(line.bare[: m.start()]):
        return False
    said = line.text[m.start() : m.start("n")]
    if not re.search(r"(?i)[s5$8][ốóôoồòộ0ỗổ]", said):
        return False
    rest = line.folded[m.end() :].strip()
    if not rest or "   " in line.text[m.end() :] or re.match(r"[|,]|.{0,60}ng.{1,3}y|cong hoa|doc lap|v/v|\W*$", rest):
        return not re.match(r"ngay \d", rest)
    return len(rest) < 40 and not re.search(r"\d", rest)
