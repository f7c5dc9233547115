"""Text as the index keeps it and as a question is put to it.

PostgreSQL comes without ``unaccent`` here, so a paper is indexed twice in one vector: the words with their marks and
the words without. Whoever types marks finds words with these marks; whoever types none finds all. Numbers lose their
leading zeros on both sides, so that ``3/KH-UBND``, ``03/KH-UBND`` and ``ngày 05`` meet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from giapranh.kernel.text import modern_tone, nfc, search_key

INDEXED_CHARACTERS = 300_000  # PostgreSQL takes one megabyte of words in one vector
_WORD = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r'"([^"]+)"')
_NUMBER = re.compile(r"\b\d{1,6}[a-zđ]?\s*[/\-]\s*[^\s,;]*[^\W\d_][^\s,;]*", re.IGNORECASE)
_DATE = re.compile(r"\b\d{1,2}[/.\-]\d{1,2}(?:[/.\-]\d{4})?\b")


def marked_words(text: str) -> list[str]:
    """The words of ``text`` in small letters, tones where they are put today."""
    return [_plain_number(word) for word in _WORD.findall(modern_tone(nfc(text)).casefold())]


def plain_words(text: str) -> list[str]:
    """The words of ``text`` without marks."""
    return [_plain_number(word) for word in _WORD.findall(search_key(text))]


def for_index(text: str) -> str:
    """What is put into a search column."""
    cut = text[:INDEXED_CHARACTERS]
    marked, plain = marked_words(cut), plain_words(cut)
    return " ".join(marked) + (" \n " + " ".join(plain) if marked != plain else "")


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: single words, and runs of words that must stand together."""

    words: list[str] = field(default_factory=list)
    phrases: list[list[str]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not self.words and not self.phrases

    def tsquery(self) -> str:
        """The question in PostgreSQL's own writing; every word is letters and digits only. The last one may go on."""
        parts = [" <-> ".join(phrase) for phrase in self.phrases if phrase]
        parts += self.words[:-1]
        if self.words:
            last = self.words[-1]
            parts.append(f"{last}:*" if len(last) > 2 and not last.isdigit() else last)
        return " & ".join(f"({part})" for part in parts)

    def all_words(self) -> list[str]:
        return [word for phrase in self.phrases for word in phrase] + self.words


def ask(text: str) -> Question:
    """Words, ``"words in quotes"`` and numbers such as 03/KH-UBND become one question."""
    phrases: list[list[str]] = []

    def take(match: re.Match[str]) -> str:
        phrases.append(marked_words(match[0]))
        return " "

    rest = nfc(text)
    for form in (_QUOTED, _NUMBER, _DATE):
        rest = form.sub(take, rest)
    return Question(marked_words(rest)[:30], [phrase for phrase in phrases[:10] if phrase])


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of the paper around the words asked for; ``hits`` are places in ``text``."""

    text: str
    hits: tuple[tuple[int, int], ...]

    def pieces(self) -> list[tuple[str, bool]]:
        """The text cut at its hits, for a template: (piece, whether it is a hit)."""
        out: list[tuple[str, bool]] = []
        at = 0
        for start, end in self.hits:
            out += [(self.text[at:start], False), (self.text[start:end], True)]
            at = end
        return [piece for piece in [*out, (self.text[at:], False)] if piece[0]]


def snippet(text: str, question: Question, width: int = 220) -> Snippet:
    """The window of ``text`` that holds the most of the words asked for."""
    wanted = [(word, search_key(word) == word) for word in question.all_words()]
    hits = [match.span() for match in _WORD.finditer(text[:INDEXED_CHARACTERS]) if _is_hit(match[0], wanted)]
    if not hits:
        return Snippet(" ".join(text[:width].split()), ())
    start = max(0, min(_densest(text, hits, width)) - 30)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = min(len(text), start + width)
    word_end = text.rfind(" ", start + 1, end)
    if end < len(text) and word_end > 0:
        end = word_end
    # White space keeps its length, so that the places of the hits stay true.
    window = re.sub(r"\s", " ", text[start:end])
    return Snippet(window, tuple((a - start, b - start) for a, b in hits if a >= start and b <= end))


def _densest(text: str, hits: list[tuple[int, int]], width: int) -> list[int]:
    def score(first: int) -> int:
        start = hits[first][0]
        return len({search_key(text[a:b]) for a, b in hits[first:] if b <= start + width})

    best = max(range(min(len(hits), 200)), key=score)
    return [hits[best][0]]


def _is_hit(word: str, wanted: list[tuple[str, bool]]) -> bool:
    marked, plain = _folded(word)
    return any((plain if is_plain else marked) == want or _begins(plain if is_plain else marked, want)
               for want, is_plain in wanted)  # fmt: skip


@lru_cache(maxsize=20_000)  # Vietnamese has some seven thousand syllables, and papers say the same ones over and over
def _folded(word: str) -> tuple[str, str]:
    return _plain_number(modern_tone(nfc(word)).casefold()), _plain_number(search_key(word))


def _begins(word: str, want: str) -> bool:
    return len(want) > 2 and not want.isdigit() and word.startswith(want)


def _plain_number(word: str) -> str:
    return word.lstrip("0") or "0" if word.isdigit() else word
