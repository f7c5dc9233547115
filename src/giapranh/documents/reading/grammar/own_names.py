"""What a paper itself calls the bodies it deals with: whom it addresses, who gets copies, and the short forms it makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .folding import fold
from .lines import Para
from .naming import initials
from .units import split
from .vocabulary import body_at, named_at

_CODE = r"[A-ZĐ]{2,}(?:&[A-ZĐ]+)*\d{0,2}"
# "PC05", "A08": the offices of the police go by such codes everywhere.
_POLICE = re.compile(r"(?:P[A-ZĐ]|[ABCHKPXV])\d{2}")
_CODE_AT = re.compile(r"[A-ZĐ][\wĐđ]*(?:&[A-ZĐ]\w*)*(?![\w/-])")
_CODES_ONLY = re.compile(rf"(?:các phòng: ?)?{_CODE}(?:(?:,| và) {_CODE})*", re.I)
_GLOSS = re.compile(
    r"\((?:sau đây |dưới đây )?(?:được )?(?:gọi|viết)? ?(?:tắt|chung)? ?(?:là)? ?:? ?[\"“]?(?P<code>[A-ZĐ][\wĐđ&]{1,11})[\"”]?\)"
)
_NOT_CODES = frozenset(["VT", "HS", "KT", "TM", "TL", "BC", "PH", "LƯU"])
_DASH = re.compile(r"[-–—+•*\s]*")
_NOTE = re.compile(r"\s*\([^()]*\)?[\s.;,]*$")
_LONGEST = 90


@dataclass(frozen=True, slots=True)
class OwnNames:
    """``names`` are the bodies of the lists, folded; ``codes`` the short forms, with their capitals."""

    names: tuple[str, ...]
    codes: frozenset[str]

    def spans(self, folded: str) -> Iterator[tuple[int, int]]:
        """Where the names stand in a folded text."""
        for name in self.names:
            at = folded.find(name)
            while at >= 0:
                end = at + len(name)
                if not (folded[at - 1 : at].isalnum() or folded[end : end + 1].isalnum()):
                    yield at, end
                at = folded.find(name, end)

    def code_at(self, text: str, at: int) -> re.Match[str] | None:
        """The short form of an office that stands at ``at``, one of the police or of this paper's own."""
        found = _CODE_AT.match(text, at)
        if found is None or not (found.group() in self.codes or _POLICE.fullmatch(found.group())):
            return None
        return found


def own_names(addressees: Iterable[Para], copies: Iterable[Para], text: str) -> OwnNames:
    """The names and short forms of one paper."""
    names: set[str] = set()
    codes: set[str] = set()
    for para in (*addressees, *copies):
        line = _NOTE.sub("", para.text[_DASH.match(para.text).end() :]).strip(" .;,")  # type: ignore[union-attr]
        if _CODES_ONLY.fullmatch(line):
            codes.update(re.findall(_CODE, line))
            continue
        names.update(_names_in(line.rpartition(":")[2].strip()))
    for gloss in _GLOSS.finditer(text):
        if _stands_for(text[max(0, gloss.start() - _LONGEST) : gloss.start()], gloss.group("code")):
            codes.add(gloss.group("code"))
    return OwnNames(tuple(sorted(names)), frozenset(codes - _NOT_CODES))


def _names_in(line: str) -> Iterable[str]:
    whole = Para(line, [0], [0])
    for unit in split(whole, 0, len(line)):
        name = " ".join(unit.name.split())
        if len(name.split()) >= 3 and len(name) <= _LONGEST and body_at(name) and line[unit.start : unit.end] == name:
            yield fold(name)


def _stands_for(before: str, code: str) -> bool:
    """Whether the words right before a short form have its initials and begin with a body's head."""
    words = before.replace(",", " ").split()
    for count in range(2, min(len(words), 14) + 1):
        name = " ".join(words[-count:])
        if named_at(name) and initials(name).endswith(fold(code)):
            return True
    return False
