"""How right a reading is: its values against those a careful person wrote down for the same paper.

Readings come as the JSON of :mod:`.output`: every value plain, or wrapped as ``{"value": …}``. Texts are compared
without case, marks and punctuation; numbers and dates exactly. Counts add up over papers: figures are micro averages.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Answers = Mapping[str, Any]

FIELDS = (
    "header", "kind", "number", "symbol", "date", "place", "subject", "issuer", "signer",
    "citations", "directives", "lead", "coordinating", "due", "recipients",
)  # fmt: skip
HEADER_FIELDS = frozenset(("kind", "number", "symbol", "date", "place", "subject", "issuer", "signer"))

# How alike two texts must be to count as the same.
_SYMBOL, _SUBJECT, _ISSUER, _SIGNER, _DIRECTIVE, _RECIPIENT = 0.99, 0.9, 0.75, 0.9, 0.85, 0.85
_START = 60  # a directive is known by its first characters


@dataclass(frozen=True, slots=True)
class Score:
    """``hit`` of the ``gold`` answers were found among the ``given`` ones."""

    hit: int = 0
    gold: int = 0
    given: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.hit + other.hit, self.gold + other.gold, self.given + other.given)

    @property
    def precision(self) -> float:
        return self.hit / self.given if self.given else 0.0

    @property
    def recall(self) -> float:
        return self.hit / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


Scores = Mapping[str, Score]


def score_paper(gold: Answers, reading: Answers) -> dict[str, Score]:
    """The counts of one paper, by field; a field the gold answers leave out is not counted."""
    given = _unwrapped(reading)
    scores = _header(gold, given)
    scores["header"] = total_of(scores.values())
    scores["citations"] = _sets(_citations(gold), _citations(given))
    scores |= _directives(gold.get("directives") or [], given.get("directives") or [])
    wanted = gold.get("recipients") or []
    found = [_recipient(entry) for entry in given.get("recipients") or []]
    scores["recipients"] = Score(len(matches(wanted, found, _RECIPIENT)), len(wanted), len(found))
    return scores


def add_up(papers: Iterable[Scores]) -> dict[str, Score]:
    """The counts of several papers, every field present."""
    totals = dict.fromkeys(FIELDS, Score())
    for paper in papers:
        for field, score in paper.items():
            totals[field] += score
    return totals


def total_of(scores: Iterable[Score]) -> Score:
    return sum(scores, start=Score())


def overall(scores: Scores) -> Score:
    """One figure for one paper: all fields together, the header's not counted twice."""
    return total_of(score for field, score in scores.items() if field != "header")


def folded(text: Any) -> str:
    """Lower case words without marks and punctuation, one space between them."""
    plain = unicodedata.normalize("NFD", str(text or "").translate(_D))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return " ".join(_WORD.findall(bare))


_D = str.maketrans("ĐđÐ", "DdD")
_WORD = re.compile(r"[a-z0-9]+")


def likeness(one: Any, other: Any) -> float:
    """0 to 1; two empty texts are not alike."""
    a, b = folded(one), folded(other)
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def matches(wanted: Sequence[Any], found: Sequence[Any], least: float) -> dict[int, int]:
    """For each wanted text in turn the most alike of those not yet taken, if alike enough: index to index."""
    free = list(range(len(found)))
    pairs: dict[int, int] = {}
    for index, text in enumerate(wanted):
        best = max(free, key=lambda other: likeness(text, found[other]), default=None)
        if best is not None and likeness(text, found[best]) >= least:
            free.remove(best)
            pairs[index] = best
    return pairs


def _unwrapped(value: Any) -> Any:
    if isinstance(value, Mapping):
        if "value" in value:
            return _unwrapped(value["value"])
        return {key: _unwrapped(inner) for key, inner in value.items()}
    return [_unwrapped(inner) for inner in value] if isinstance(value, list | tuple) else value


def _header(gold: Answers, given: Answers) -> dict[str, Score]:
    right: dict[str, bool] = {}
    for field in ("kind", "place"):
        if gold.get(field):
            right[field] = folded(gold[field]) == folded(given.get(field))
    # A number or day that the page leaves blank must be left blank: these two always count.
    right["number"] = _number(gold) == _number(given)
    right["date"] = (gold.get("date") or None) == _day(given.get("date"))
    for field, least in (("symbol", _SYMBOL), ("subject", _SUBJECT), ("issuer", _ISSUER)):
        if gold.get(field):
            right[field] = likeness(gold[field], given.get(field)) >= least
    if name := _name(gold):
        right["signer"] = likeness(name, _name(given)) >= _SIGNER
    return {field: Score(int(ok), 1, 1) for field, ok in right.items()}


def _directives(gold: Sequence[Answers], given: Sequence[Answers]) -> dict[str, Score]:
    starts = [str(wanted.get("text_start") or "")[:_START] for wanted in gold]
    texts = [str(found.get("text") or "")[:_START] for found in given]
    pairs = matches(starts, texts, _DIRECTIVE)
    scores = {
        "directives": Score(len(pairs), len(gold), len(given)),
        "lead": Score(),
        "coordinating": Score(),
        "due": Score(),
    }
    for index, wanted in enumerate(gold):
        # A duty that was not found has lost its lead and its day as well.
        found = given[pairs[index]] if index in pairs else {}
        if wanted.get("lead"):
            scores["lead"] += Score(int(_units(wanted["lead"]) == _units(found.get("lead"))), 1, 1)
        scores["coordinating"] += _sets(_units(wanted.get("coordinating")), _units(found.get("coordinating")))
        due, said = _day(wanted.get("deadline")), _day(found.get("due"))
        if due or said:
            scores["due"] += Score(int(due == said), int(bool(due)), int(bool(said)))
    return scores


def _sets(wanted: set[Any], found: set[Any]) -> Score:
    return Score(len(wanted & found), len(wanted), len(found))


def _citations(paper: Answers) -> set[tuple[str, str | None]]:
    return {(folded(cited.get("number")), _day(cited.get("date"))) for cited in paper.get("citations") or []}


def _units(units: Any) -> set[str]:
    parts = units if isinstance(units, list) else [units] if units else []
    return {name for part in parts for unit in str(part).split(";") if (name := folded(unit))}


def _day(value: Any) -> str | None:
    """The ISO day of a date given as text, as parts, or inside ``{"date": …}``; None unless whole."""
    if isinstance(value, Mapping):
        if "date" in value:
            return _day(value["date"])
        parts = [value.get(part) for part in ("year", "month", "day")]
        return "{:04d}-{:02d}-{:02d}".format(*map(int, parts)) if all(parts) else None  # type: ignore[arg-type]
    return str(value)[:10] if value else None


def _number(paper: Answers) -> str:
    number = paper.get("number")
    return "" if number is None else str(number).lstrip("0")


def _name(paper: Answers) -> str | None:
    return (paper.get("signer") or {}).get("name")


def _recipient(entry: Any) -> str:
    return entry if isinstance(entry, str) else entry.get("text") or entry.get("name") or ""
