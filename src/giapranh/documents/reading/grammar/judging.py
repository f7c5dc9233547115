"""What a sentence or an item of a paper is: an order, a story, a consent, a closing, a duty."""

from __future__ import annotations

import re

from . import clauses
from .clauses import Clause
from .folding import key
from .found import Circumstances, Found, Scope
from .headings import caps, is_label, names_body
from .lines import Para
from .naming import initials
from .phrases import phrase_at
from .spelling import squeezed
from .structure import Node
from .units import Unit
from .vocabulary import duty_at, kind_at, named_at, pattern
from .wording import (
    ASKS,
    AUTHORITY,
    CARRIES_ON,
    CARRIES_ON_MUST,
    CLOSING,
    CONNECTED,
    CONSENT,
    GENERAL_OBJECT,
    GENERAL_VERB,
    HEADS_BELOW,
    IN_WORK,
    INVITES,
    OFFICE_DUTY,
    PLANNED,
    PRESS,
    PROVINCE,
    REPORT_BY,
    RESPONSIBLE,
    STORY,
    TOLD,
    WHOEVER,
)

# What "UBND", "HĐND" and "TP" stand for.
_FEW_LETTERS = re.compile(r"[^a-z]*(?:[a-z][^a-z]*){0,4}$")
_AS_FOLLOWS = re.compile(r"\W*(?:nhu sau|sau day)\W*$")
# "Phòng X: số 12, đường …", "Văn phòng: 0229.3871.112": where it is and how to reach it.
_WHERE_IT_IS = re.compile(
    r"\s?:\s*(?:(?:dat )?(?:tai )?(?:tru so|dia chi|dia diem|so (?:nha )?\d|so dien thoai|dien thoai|dt\b|email|hop thu|duong day nong|tang \d|phong so)|\(?0\d{2,4}[ .)-]?\d)"
)
_PARTY_ORGAN = re.compile(r"\b(?:dang uy|chi bo|cap uy|tinh uy|dang bo)\b")
_CARRIES_OUT_THIS = re.compile(
    r"chiu trach nhiem (?:thi hanh|thuc hien) (?:quyet dinh|nghi quyet|ke hoach|chi thi) nay"
)
_PARTIES = re.compile(r" [-–] (?=[^\W\d_a-z])|; ")
_SHORTENED = ("uy", "ban", "nhan", "dan", "hoi", "dong", "thanh", "pho")

_OF_A_LEVEL = re.compile(r" (?:tỉnh|thành phố|huyện|nhà nước|chuyên ngành|[A-ZĐ])")


class Judge:
    """Answers about clauses and items of one paper; it keeps what the walk has seen so far."""

    def __init__(self, paras: list[Para], about: Circumstances, annex_from: int, found: list[Found]) -> None:
        self.paras, self.about, self.annex_from, self.found = paras, about, annex_from, found
        self.last_body = max((i for i, p in enumerate(paras[:annex_from]) if not p.note), default=-1)
        # What stands before nothing but courtesies concerns everybody the paper asks.
        said = (i for i, p in enumerate(paras[:annex_from]) if not p.note and not CLOSING.match(p.folded))
        self.last_said = max(said, default=-1)
        self.seen_lead_in = False
        self.kin: dict[int, dict[str, tuple[int, int]]] = {}
        self.root_units: tuple[tuple[Para, Unit], ...] = ()

    def _kin(self, node: Node) -> tuple[int, int]:
        """How many headings stand beside this one, and how many of them name bodies; counted once for all of them."""
        if node.parent is None:
            return 0, 0
        if id(node.parent) not in self.kin:
            counts: dict[str, tuple[int, int]] = {}
            for child in node.parent.children:
                every, naming = counts.get(child.kind, (0, 0))
                counts[child.kind] = every + 1, naming + names_body(child)
            self.kin[id(node.parent)] = counts
        every, naming = self.kin[id(node.parent)].get(node.kind, (1, 0))
        return every - 1, naming - names_body(node)

    def _taken(self, para: Para) -> list[tuple[int, int]]:
        return self.about.taken.get(id(para), [])

    def _clause(self, para: Para, at: int, end: int) -> Clause | None:
        """The clause at a place; in "X chỉ đạo Y …" the duty is X's unless X speaks for the issuer."""
        clause = clauses.clause_at(para, at, end)
        if clause is None or clause.outer is None or self._speaks(clause.outer):
            return clause
        return clause.outer

    def _speaks(self, clause: Clause) -> bool:
        """Whether the body is the issuer, its head, or someone whose order the paper passes on."""
        if self._is_self(clause):
            return True
        name = key(clause.units[0].name)
        if HEADS_BELOW.match(name) and PROVINCE.search(key(self.about.issuer)):
            return False
        return bool(AUTHORITY.match(name))

    def _order(self, node: Node) -> Clause | None:
        clause = self._clause(node.para, node.at, len(node.para.text))
        return clause if clause and not clause.heading else None

    def _order_plain(self, node: Node) -> bool:
        clause = self._clause(node.para, node.at, len(node.para.text))
        return bool(clause and clause.ordered)

    def _sentence_of_duty(self, node: Node) -> bool:
        """ "Đánh giá kết quả …, gửi …." under a lead-in: a whole sentence that begins with its verb heads nothing."""
        whole = not node.children and len(node.text) > 60 and node.text.rstrip().endswith((".", ";", "/."))
        starts = duty_at(node.para, node.at) or REPORT_BY.match(node.folded)
        return whole and not re.match(r"danh gia chung\b", node.folded) and bool(starts)

    def _topic_then_duty(self, node: Node) -> bool:
        """ "Về cơ sở lưu trú: Sở X rà soát …": a topic first, then a body with its duty."""
        m = re.match(r"[^:]{3,120}: ", node.folded)
        if m is None or node.kind in ("chapter", "section", "roman"):
            return False
        return self._clause(node.para, node.at + m.end(), len(node.para.text)) is not None

    def _all_labels(self, node: Node) -> bool:
        return all(is_label(c) for c in node.children)

    def _not_a_duty_article(self, node: Node) -> bool:
        words = node.folded
        if re.match(r"[^.;]{0,40}co hieu luc", words):
            return True
        if node.children:
            return False
        return bool(
            re.search(r"chiu trach nhiem (?:thi hanh|thuc hien)|co hieu luc|can cu quyet dinh", words)
        ) and not re.search(r"\bgiao (?!thong|duc)", words[:30])

    def _refused(self, para: Para, clause: Clause, end: int, node: Node, listed: bool = False) -> bool:
        """Whether the clause is a general closing, an invitation, a request to a superior or a mere responsibility.

        ``listed``: the item stands in a list of duties, where a body may do what no dictionary knows.
        """
        if not clause.heading and not clauses.has_duty(para, clause, end) and not clause.ordered:
            return not (listed and clauses.does_something(para, clause))
        rest = para.folded[clause.verb : end]
        if clause.heading and not clause.ordered and _WHERE_IT_IS.match(rest):
            return True
        if not clause.ordered and self._whoever(para, clause):
            return True  # "Đơn vị nào vi phạm sẽ bị xử lý": a threat
        if clause.mode == "cho phép" or _FEW_LETTERS.match(rest) or _AS_FOLLOWS.match(rest):
            return True
        if clause.mode == "đề nghị" and ASKS.match(rest) and not re.search(r"bao cao|gui ", rest):
            return True
        if self.about.kind == "Giấy mời" and INVITES.search(rest[:120]):
            return True
        if (INVITES.match(rest.lstrip(" ,")) or RESPONSIBLE.match(rest)) and node.kind == "plain":
            return True
        return self._general(para, clause, end)

    def _whoever(self, para: Para, clause: Clause) -> bool:
        """Whether any body is meant that does so: "Đơn vị nào chậm trễ …"."""
        named = any(" nào" in u.name for u in clause.units)
        return named or para.text.startswith("nào ", clauses.first_word(para, clause.verb))

    def _general(self, para: Para, clause: Clause, end: int) -> bool:
        rest = para.folded[clause.verb : end]
        if "(" in rest:
            rest = re.sub(r" ?\([^()]*\)", "", rest)
        rest = WHOEVER.split(rest)[0]
        m = GENERAL_VERB.match(rest.strip())
        tail = rest.strip()[m.end() :] if m else rest.strip()
        if GENERAL_OBJECT.match(tail) and (m or not tail.strip(" ./")):
            return True
        return bool(_CARRIES_OUT_THIS.search(rest))

    def _only_tells(self, para: Para, clause: Clause) -> bool:
        """Whether the issuer speaks of itself; an office that passes on its head's words has duties among them too."""
        if not self._is_self(clause):
            return False
        office = self.about.kind == "Thông báo" and key(clause.units[0].name).startswith("van phong")
        return not (office and OFFICE_DUTY.match(para.folded, clauses.first_word(para, clause.verb)))

    def _own_staff(self, node: Node, clause: Clause) -> bool:
        """ "Phân công lãnh đạo, cán bộ … trực": persons without a name of a body are those of whoever is asked."""
        return node.folded.startswith("phan cong ") and all(u.name[:1].islower() for u in clause.units)

    def _of_party(self, scope: Scope) -> bool:
        """Whether a Party organ is meant, whose work is "lãnh đạo …"."""
        return any(_PARTY_ORGAN.search(key(u.name)) for _, u in scope.units)

    def _is_self(self, clause: Clause) -> bool:
        mine = key(self.about.issuer)
        first = key(clause.units[0].name.partition(" (")[0])
        if not mine or first in self._parties():
            return False
        if (
            first == mine
            or mine.startswith(first + " ")
            or (first in ("ubnd tinh", "uy ban nhan dan tinh", "ubnd thanh pho") and "ubnd" in mine)
        ):
            return True
        if squeezed(clause.units[0].name) == squeezed(self.about.issuer):
            return True
        name = clause.units[0].name
        short, whole = initials(name), initials(self.about.issuer)
        spelt = {key(word) for word in name.split() if not word.isupper()}
        return len(short) >= 3 and whole.startswith(short) and spelt <= {*mine.split(), *_SHORTENED}

    def _parties(self) -> tuple[str, ...]:
        """The bodies that issue the paper together: each may have duties in it."""
        pieces = _PARTIES.split(self.about.issuer)
        return tuple(map(key, pieces)) if len(pieces) > 1 and all(map(named_at, pieces)) else ()

    def _strict_clause(self, para: Para, at: int, end: int) -> Clause | None:
        clause = self._clause(para, at, end)
        if clause is None or (clause.heading and clause.verb >= end - 2):
            return None
        if clauses.tells(para, clause, True) or (self._is_self(clause) and not clause.ordered):
            return None
        verb = re.match(r"[\s,:]*", para.folded[clause.verb :])
        at_verb = clause.verb + (verb.end() if verb else 0)
        direct = duty_at(para, at_verb) or re.match(
            r"(?:theo chuc nang|can cu|co trach nhiem|phai|can|chiu|la (?:don vi|co quan|dau moi|thuong truc|bo phan))",
            para.folded[at_verb:],
        )
        return clause if direct or clause.ordered else None

    def _own_after_comma(self, para: Para, at: int, end: int, lists: list[tuple[int, int]]) -> bool:
        """ "Giao X làm …, Phòng Y làm đầu mối …": one body of its own name with a verb, and no list holds it."""
        phrase = phrase_at(para, at, end)
        if phrase is None or len(phrase.units) != 1 or any(a <= at < b for a, b in lists):
            return False
        verb = clauses.first_word(para, phrase.end)
        return bool(duty_at(para, verb)) and not re.match(r"tham gia|phoi hop", para.folded[verb:])

    def _own_half(self, para: Para, clause: Clause) -> bool:
        """Whether the half sentence after ";" is a body in small letters with a duty of its own."""
        small = para.folded.startswith("cac ", clause.start) or bool(
            pattern("solo").match(para.text, clause.start) or kind_at(para.text, clause.start)
        )
        return (
            small
            and not para.folded.startswith("chiu trach nhiem", clauses.first_word(para, clause.verb))
            and bool(duty_at(para, clauses.first_word(para, clause.verb)))
            and len(clause.units) <= 2
        )

    def _sentence_end(self, para: Para, at: int) -> int:
        stop = para.text.find(". ", at)
        return stop if stop > 0 else len(para.text)

    def _closes(self, node: Node) -> bool:
        """Whether the paragraph ends the paper; the first one under a bare heading is that heading's task instead."""
        holder = node.parent
        of_heading = (
            holder is not None and holder.kind != "root" and holder.children[0] is node and len(holder.text) < 120
        )
        return node.index == self.last_body and not of_heading

    def _tells_a_story(self, node: Node) -> bool:
        """Whether a bare paragraph tells what was, or what the papers write, and orders nothing."""
        if PRESS.match(node.folded):
            return True
        if not STORY.match(node.folded) or not TOLD.search(node.para.text, node.at):
            return False
        return clauses.inside(node.para, node.at, len(node.para.text), self._speaks) is None

    def _heads_work(self, node: Node) -> bool:
        """Whether a whole sentence only heads the list below it: who works with whom in what."""
        listed = sum(c.kind != "plain" for c in node.children)
        return listed >= 2 and bool(IN_WORK.match(node.folded))

    def _had_its_say(self, node: Node) -> bool:
        """Whether the item this paragraph hangs on is a whole sentence: an order after it is the paper's own again."""
        holder = node.parent
        return holder is not None and holder.kind != "root" and holder.text.rstrip().endswith((".", "./."))

    def _more_to_come(self, node: Node) -> bool:
        return any(c.kind != "plain" for c in (node.parent.children if node.parent else ()) if c.index > node.index)

    def _first_under_body(self, node: Node) -> bool:
        """Whether a bare paragraph is the first under the bare heading of a body, whose duty it then is."""
        holder = node.parent
        if holder is None or holder.kind in ("root", "plain") or holder.children[0] is not node:
            return False
        return len(holder.text) < 120 and not holder.text.endswith(".") and not self._tells_a_story(node)

    def _starts_with_duty(self, node: Node, under_heading: bool = False) -> bool:
        connected = CONNECTED.match(node.folded)
        at = node.at + (connected.end() if connected else 0)
        verb = duty_at(node.para, at)
        # "Thanh tra tỉnh …", "Kiểm toán nhà nước …" begin with a body, whatever its first words may also mean.
        if verb is None or (named_at(node.para.text, at) and _OF_A_LEVEL.match(node.para.text, verb.end())):
            return False
        return under_heading or not CONSENT.match(node.para.folded, at)

    def _carried_on(self, node: Node) -> Found | None:
        """The duty a bare paragraph goes on with: "Trường hợp …, thì chuyển …" right below the sentence of a body."""
        holder = node.parent
        m, must = CARRIES_ON.match(node.folded), CARRIES_ON_MUST.match(node.folded)
        if (m is None and must is None) or holder is None or holder.kind == "root" or not self.found:
            return None
        last = self.found[-1]
        beside = holder.children[holder.children.index(node) - 1] if holder.children[0] is not node else holder
        if last.node is not beside or not last.units:
            return None
        return last if must or (m and duty_at(node.para, node.at + m.end())) else None

    def _is_measure(self, node: Node) -> bool:
        """Whether an item under a heading of measures says what is to be done."""
        if len(node.text) < 30 or caps(node.text):
            return False
        topic = re.match(r"[^.;:]{3,60}: ", node.folded)
        if topic and duty_at(node.para, node.at + topic.end()):
            return True
        return bool(duty_at(node.para, node.at)) or bool(PLANNED.match(node.folded))

    def _rests(self, para: Para, at: int, order: int) -> bool:
        """Whether the order rests on a paper or a long story, which are no part of its text; a short opening is."""
        cited = any(at <= a < order for a, _ in self._taken(para))
        return clauses.opens_with_basis(para, at) and (cited or order - at > 90)
