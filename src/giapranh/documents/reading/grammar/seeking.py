"""Where the order stands in a sentence that does not begin with it."""

from __future__ import annotations

import re
from itertools import islice

from . import clauses
from .clauses import Clause
from .found import Scope
from .judging import Judge
from .lines import Para
from .phrases import phrase_at
from .structure import Node
from .units import Unit
from .vocabulary import body_at, duty_at
from .wording import (
    CHUYEN,
    CLOSING,
    PRELUDE,
    SECTION,
    TOPIC,
    TOPICAL,
)

_ABOUT_IT = re.compile(r"(?:ve|doi voi) [^:;]{3,120}: ")

_TITLE = re.compile(r"to chuc thuc hien ?:")


class Seeker(Judge):
    """Finds the clause that gives the duty behind an opening, a topic or a basis."""

    def _within(self, node: Node, scope: Scope, end: int) -> Clause | None:
        """The clause after an item's opening words; what the lines above name gives way only to words that say so."""
        para = node.para
        order = clauses.inside(para, node.at, end, self._speaks)
        if order is None and (done_by := clauses.done_by(para, node.at, self._sentence_end(para, node.at))):
            return done_by
        if not scope.units:
            own = clauses.subject_inside(para, node.at, end)
            if own is not None and self.about.kind == "Thông báo" and self._only_tells(para, own):
                own = None
            return min((c for c in (order, own) if c is not None), key=lambda c: c.start, default=None)
        if order is not None and order.mode == "giao" and not scope.heading:
            return order
        if (behind := self._behind_topic(node)) is not None:
            return behind
        if PRELUDE.match(node.folded) or re.match(r"ve [^:]{3,120}: ", node.folded):
            return clauses.subject_inside(para, node.at, min(end, self._sentence_end(para, node.at) + 1))
        return None

    def _behind_topic(self, node: Node) -> Clause | None:
        """ "Lĩnh vực đất đai: Sở X …": the body behind the colon, where what stands before it is no duty itself."""
        para, topic = node.para, TOPIC.match(node.folded)
        if topic is None or body_at(para.text, node.at):
            return None
        if duty_at(para, node.at) and not _TITLE.match(node.folded):
            return None
        own = self._clause(para, node.at + topic.end(), self._sentence_end(para, node.at) + 1)
        if own is None or clauses.tells(para, own, True):
            return None
        if self.about.kind == "Thông báo" and not own.ordered and self._only_tells(para, own):
            return None
        return own if own.ordered or duty_at(para, clauses.first_word(para, own.verb)) else None

    def _half_after_story(self, node: Node, end: int) -> Clause | None:
        """ "Về …: X sẽ kiểm tra; Y phối hợp …": what X does is told, Y has the duty."""
        topic = _ABOUT_IT.match(node.folded)
        story = self._clause(node.para, node.at + (topic.end() if topic else 0), end)
        if story is None or story.ordered or not clauses.is_story(node.para, story):
            return None
        half = node.para.text.find("; ", story.verb)
        return self._strict_clause(node.para, half + 2, end) if half > 0 else None

    def _later_order(self, node: Node, end: int) -> tuple[Clause | None, int]:
        """An order after the opening of the paragraph. What it rests on is not part of the duty's text."""
        para = node.para
        sentence = self._sentence_end(para, node.at)
        clause = clauses.inside(para, node.at, min(end, sentence + 1), self._speaks)
        if clause is None and not re.match(r"(?:thuc hien|can cu|xet|theo) ", node.folded):
            clause = clauses.subject_inside(para, node.at, min(end, sentence + 1))
            if clause is not None:
                return clause, node.at
        if clause is not None and clause.ordered:
            return clause, clause.start if self._rests(para, node.at, clause.start) else node.at
        seen = sentence
        for m in islice(re.finditer(r"(?<=[.;]) +", para.text[node.at :]), 80):
            at = node.at + m.end()
            later = self._clause(para, at, end)
            if later is not None and later.ordered and not clauses.tells(para, later, True):
                short = at - node.at < 200 and not CLOSING.match(node.folded)
                return later, node.at if short else at
            if (sentence := self._sentence_end(para, at)) <= seen:
                continue  # looked through already: a list of a thousand parts must not cost a million looks
            seen = sentence
            later = clauses.inside(para, at, min(end, sentence + 1), self._speaks)
            if later is not None and later.ordered:
                return later, later.start if self._rests(para, at, later.start) else at
        return None, node.at

    def _forwarded(self, node: Node, end: int) -> tuple[Clause, int] | None:
        """ "X chuyển … đến Y để …": Y has the duty."""
        m = CHUYEN.search(node.para.folded, node.at, end)
        phrase = phrase_at(node.para, m.end(), end) if m else None
        if (
            m is None
            or phrase is None
            or not re.match(
                r" ?,? ?(?:de |xem xet|giai quyet|nghien cuu)", node.para.folded[phrase.end : phrase.end + 14]
            )
        ):
            return None
        start = node.at
        if clauses.opens_with_basis(node.para, node.at):
            comma = [c.end() for c in re.finditer(r", ", node.para.text[node.at : m.start()])]
            start = node.at + comma[-1] if comma else node.at
        return Clause(start, phrase.end, phrase.units, "giao", True), start

    def _last_of_clause(self, para: Para, clause: Clause, end: int) -> int:
        m = re.compile(r"(?<=[.;]) +(?=[^\W\d_a-z])").search(para.text, clause.verb)
        while m:
            if self._strict_clause(para, m.end(), end):
                return m.start()
            m = re.compile(r"(?<=[.;]) +(?=[^\W\d_a-z])").search(para.text, m.end())
        return end

    def _unread_heading(self, node: Node, end: int) -> Clause | None:
        """A short heading beside headings that name bodies names one too, even if OCR spoilt its words."""
        text = node.text.rstrip(" :.")
        others, alike = self._kin(node)
        if (
            not others
            or alike * 2 < others
            or len(text) > 90
            or SECTION.search(node.folded)
            or TOPICAL.match(node.folded)
        ):
            return None
        if not text[:1].isupper() or duty_at(node.para, node.at):
            return None
        return Clause(node.at, end, (Unit(" ".join(text.split()), node.at, node.at + len(text)),), None, False, True)
