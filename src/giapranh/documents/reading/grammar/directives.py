"""The duties a paper gives, whoever carries them: the four layouts of documents §2.3 and what is not a duty."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from giapranh.kernel.errors import N_

from . import clauses, labels
from .clauses import Clause
from .deadlines import find_due
from .folding import key
from .found import Circumstances, Found, Scope
from .headings import capital_heading, caps, is_label, last_order, names_body, titled, topic, usable
from .lines import Para
from .naming import initials
from .phrases import phrase_at
from .spelling import one_spelling, squeezed
from .structure import Node, tree, walk
from .units import Unit
from .vocabulary import duty_at
from .wording import (
    ANSWERS,
    ASKS,
    AUTHORITY,
    CHUYEN,
    CLOSING,
    CONNECTED,
    CONSENT,
    DIFFICULTIES,
    GENERAL_OBJECT,
    GENERAL_VERB,
    HANDS_ON,
    INVITES,
    LISTS_GUESTS,
    LONGEST,
    OFFICE_DUTY,
    OTHERS_STAND,
    PRELUDE,
    PURPOSE,
    QUOTED,
    REPORT_BY,
    SECTION,
    SILENT,
    TOPICAL,
    WITH,
)


def duties(paras: list[Para], about: Circumstances, annex_from: int) -> tuple[Node, list[Found]]:
    """The structure of the paper and its duties, in order."""
    root = tree(paras[:annex_from])
    root.children += tree(paras[annex_from:], annex_from).children
    found: list[Found] = []
    if about.gives_duties:
        _Reader(paras, about, annex_from, found).read(root)
        _purpose_duties(paras, about, found)
        one_spelling(paras, found, about)
    return root, found


class _Reader:
    """Walks the structure once, carrying what headings and lead-in sentences say."""

    def __init__(self, paras: list[Para], about: Circumstances, annex_from: int, found: list[Found]) -> None:
        self.paras, self.about, self.annex_from, self.found = paras, about, annex_from, found
        self.last_body = max((i for i, p in enumerate(paras[:annex_from]) if not p.note), default=-1)
        self.seen_lead_in = False
        self.root_units: tuple[tuple[Para, Unit], ...] = ()

    def read(self, root: Node) -> None:
        about = self.about
        about.numbered = any(n.kind not in ("plain", "root") for n in walk(root))
        body = [c for c in root.children if c.index < self.annex_from]
        annex = [c for c in root.children if c.index >= self.annex_from]
        for part in (body, annex):
            root.children = part
            self._children(root, Scope())
        root.children = body + annex

    def _children(self, node: Node, scope: Scope) -> None:
        tasks: list[Found] = []
        group: labels.Labelled | None = None
        unnamed: list[Node] = []
        here = scope
        children = node.children
        for i, child in enumerate(children):
            if is_label(child):
                group = group or labels.Labelled([], None, [], None, None)
                labels.take(child.para, child.at, group)
                following = children[i + 1] if i + 1 < len(children) else None
                if following is None or not is_label(following):
                    if not tasks and not scope.silent:
                        tasks = [self._found(n.para, n.at, len(n.para.text), n, (), True, scope) for n in unnamed]
                        self.found += tasks
                    self._apply(group, tasks, node, scope)
                    group, tasks, unnamed = None, [], []
                continue
            before = len(self.found)
            here = self._child(child, here, scope, children[i + 1] if i + 1 < len(children) else None)
            tasks += self.found[before:]
            if (
                len(self.found) == before
                and not child.children
                and len(child.text) > 15
                and not child.text.rstrip().endswith(":")
            ):
                unnamed.append(child)

    def _apply(self, group: labels.Labelled, tasks: list[Found], node: Node, scope: Scope) -> None:
        """Give the values of label lines to the tasks above them, or to the item that holds them."""
        if not tasks and node.kind != "root" and not scope.silent:
            made = self._found(node.para, node.at, len(node.para.text), node, (), True, scope)
            self.found.append(made)
            tasks = [made]
        if not (group.lead or group.coordinating or group.time):
            return
        for task in tasks:
            if group.lead and group.lead_para is not None:
                task.units, task.inherited = tuple((group.lead_para, u) for u in group.lead), True
            if group.coordinating and group.coordinating_para is not None:
                task.coordinating = [(group.coordinating_para, u) for u in group.coordinating]
            if group.time:
                para, a, b = group.time
                due = find_due(para, a, b, self._taken(para), self.about.issued)
                if due:
                    task.due = (para, due)

    def _taken(self, para: Para) -> list[tuple[int, int]]:
        return self.about.taken.get(id(para), [])

    def _child(self, node: Node, here: Scope, base: Scope, following: Node | None) -> Scope:
        """Read one node; the answer is the scope for its next siblings (a lead-in sentence widens it)."""
        if len(node.para.text) > LONGEST:
            return here
        if node.kind == "plain":
            return self._plain(node, here, base, following)
        if node.kind == "article" and self._not_a_duty_article(node):
            return here
        if node.kind in ("chapter", "section", "roman") and not node.children and not self._order(node):
            return here
        scope = here
        if (
            node.kind in ("chapter", "section", "roman", "article", "number", "deep2", "deep3")
            and SILENT.match(node.folded)
            and not names_body(node)
            and not self._topic_then_duty(node)
            and not (here.ordered and self._sentence_of_duty(node))
        ):
            scope = replace(here, silent=True)
        if (
            node.children
            and CONSENT.match(node.folded)
            and not node.folded.startswith(("dong y", "thong nhat", "co ban"))
        ):
            # What is approved or set up below is its content, not work given to somebody.
            scope = replace(here, silent=True)
        if node.children and not self._all_labels(node):
            self._holder(node, scope)
        elif not node.children:
            self._leaf(node, scope)
        else:
            self._children(node, scope)
        return here

    def _sentence_of_duty(self, node: Node) -> bool:
        """ "Đánh giá kết quả …, gửi …." under a lead-in: a whole sentence that begins with its verb heads nothing."""
        whole = not node.children and len(node.text) > 60 and node.text.rstrip().endswith((".", ";", "/."))
        return whole and not re.match(r"danh gia chung\b", node.folded) and bool(duty_at(node.para, node.at))

    def _topic_then_duty(self, node: Node) -> bool:
        """ "Về cơ sở lưu trú: Sở X rà soát …": a topic first, then a body with its duty."""
        m = re.match(r"[^:]{3,120}: ", node.folded)
        if m is None or node.kind in ("chapter", "section", "roman"):
            return False
        return self._clause(node.para, node.at + m.end(), len(node.para.text)) is not None

    def _all_labels(self, node: Node) -> bool:
        return all(is_label(c) for c in node.children)

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
        return bool(AUTHORITY.match(name))

    def _order(self, node: Node) -> Clause | None:
        clause = self._clause(node.para, node.at, len(node.para.text))
        return clause if clause and not clause.heading else None

    def _not_a_duty_article(self, node: Node) -> bool:
        words = node.folded
        if node.children:
            return False
        return bool(
            re.search(r"chiu trach nhiem (?:thi hanh|thuc hien)|co hieu luc|can cu quyet dinh", words)
        ) and not re.search(r"\bgiao (?!thong|duc)", words[:30])

    def _holder(self, node: Node, scope: Scope) -> None:
        """An item with parts below: its own words give them their lead, and may be a duty too."""
        para, end = node.para, len(node.para.text)
        clause = capital_heading(node) or (
            None if scope.silent and not names_body(node) else self._clause(para, node.at, end)
        )
        if clause is None and not scope.silent:
            clause = clauses.inside(para, node.at, end, self._speaks) or titled(para, node.at, end)
        if clause is None and scope.ordered and not scope.silent:
            clause = self._unread_heading(node, end)
        inner = scope
        if clause and usable(para, clause, end):
            told = not clause.heading and para.text.rstrip().endswith((".", ";"))
            inner = replace(self._scope_of(para, clause, scope, end), heading=not told)
        elif SECTION.search(node.folded[:120]) and not scope.silent:
            inner = replace(scope, ordered=scope.ordered or bool(scope.units))
        inner = replace(inner, topic=topic(node) or inner.topic)
        numbered_below = any(c.kind != "plain" for c in node.children)
        complete = (
            clause is not None
            and (not clause.heading or end - clause.verb > 30)
            and not node.para.text.rstrip().endswith(":")
        )
        if (
            complete
            and not scope.silent
            and (not numbered_below or len(node.text) > 150)
            and clause is not None
            and clauses.has_duty(para, clause, end)
        ) or (
            not numbered_below
            and not clause
            and not node.para.text.rstrip().endswith(":")
            and ((len(node.text) > 70 and scope.units) or node.para.text.rstrip().endswith((".", ";")))
        ):
            self._leaf(node, scope)
        self._children(node, inner)

    def _unread_heading(self, node: Node, end: int) -> Clause | None:
        """A short heading beside headings that name bodies names one too, even if OCR spoilt its words."""
        text = node.text.rstrip(" :.")
        others = [c for c in (node.parent.children if node.parent else ()) if c.kind == node.kind and c is not node]
        alike = sum(bool(names_body(c)) for c in others)
        if (
            not others
            or alike * 2 < len(others)
            or len(text) > 90
            or SECTION.search(node.folded)
            or TOPICAL.match(node.folded)
        ):
            return None
        if not text[:1].isupper() or duty_at(node.para, node.at):
            return None
        return Clause(node.at, end, (Unit(" ".join(text.split()), node.at, node.at + len(text)),), None, False, True)

    def _scope_of(self, para: Para, clause: Clause, scope: Scope, end: int) -> Scope:
        due = find_due(para, clause.verb, end, self._taken(para), self.about.issued) if not clause.heading else None
        keep_due = due if due and due.due.date is not None else scope.due
        return Scope(
            tuple((para, u) for u in clause.units),
            True,
            False,
            clause.mode or scope.mode,
            tuple((para, u) for u in self._coordinating(para, clause.verb, end)),
            keep_due,
            para if due and due.due.date is not None else scope.due_para,
            scope.topic,
        )

    def _leaf(self, node: Node, scope: Scope) -> None:
        para, end = node.para, len(node.para.text)
        if scope.silent and (not self._order_plain(node) or re.match(r"yeu cau ?:", node.folded)):
            return
        if labels.label_of(para, node.at) in ("time", "other", "lead") and len(node.text) < 200:
            return
        if CONSENT.match(node.folded) and not (scope.units and node.kind in ("dash", "letter", "plus", "bracket")):
            later = clauses.inside(para, node.at, end, self._speaks)
            if later is None or not later.ordered:
                self._later_clauses(node, node.at, scope, None)
                return
            self._emit(node, later, scope, later.start, end)
            return
        clause = self._clause(para, node.at, end)
        if (
            scope.units
            and HANDS_ON.match(node.folded)
            and (scope.heading or node.folded.startswith("chi dao "))
            and clause is not None
            and clause.outer is None
        ):
            self._inherit(node, scope)
            return
        if (
            clause is not None
            and (clauses.tells(para, clause, False) or self._only_tells(para, clause))
            and not clause.ordered
        ):
            if not scope.units or clauses.tells(para, clause, False):
                return
            clause = None
        if clause is not None and clause.heading and clause.verb >= end - 2:
            # A body named with nothing to do: a heading whose text was lost.
            return
        if clause is None:
            clause = self._within(node, scope, end)
        if clause is not None:
            if self._refused(para, clause, end, node):
                return
            self._emit(node, clause, scope, node.at, end)
            return
        inline = labels.inline(para, node.at)
        if inline is not None:
            self._labelled(node, inline, scope)
            return
        if scope.units or scope.ordered:
            self._inherit(node, scope)

    def _within(self, node: Node, scope: Scope, end: int) -> Clause | None:
        """The clause after an item's opening words; what the lines above name gives way only to words that say so."""
        para = node.para
        order = clauses.inside(para, node.at, end, self._speaks)
        if order is None and (done_by := clauses.done_by(para, node.at, self._sentence_end(para, node.at))):
            return done_by
        if not scope.units:
            own = clauses.subject_inside(para, node.at, end)
            return min((c for c in (order, own) if c is not None), key=lambda c: c.start, default=None)
        if order is not None and order.mode == "giao" and not scope.heading:
            return order
        if PRELUDE.match(node.folded) or re.match(r"ve [^:]{3,120}: ", node.folded):
            return clauses.subject_inside(para, node.at, min(end, self._sentence_end(para, node.at) + 1))
        return None

    def _labelled(self, node: Node, group: labels.Labelled, scope: Scope) -> None:
        made = self._found(node.para, node.at, len(node.para.text), node, (), True, scope)
        self.found.append(made)
        self._apply(group, [made], node, scope)

    def _inherit(self, node: Node, scope: Scope) -> None:
        para, end = node.para, len(node.para.text)
        if len(node.text) < 12 or node.para.text.rstrip().endswith(":"):
            return
        units = scope.units or self.about.addressees
        if not units and self.about.kind in (
            "Kế hoạch",
            "Phương án",
            "Chương trình",
            "Đề án",
            "Hướng dẫn",
            "Thông báo",
        ):
            # A plan's aims and contents name nobody; its duties do.
            return
        made = self._found(para, node.at, end, node, units, True, scope)
        self.found.append(made)
        self._later_clauses(node, node.at, scope, made)

    def _emit(self, node: Node, clause: Clause, scope: Scope, start: int, end: int) -> None:
        units = tuple((node.para, u) for u in clause.units)
        made = self._found(node.para, start, end, node, units, False, replace(scope, mode=clause.mode or scope.mode))
        self.found.append(made)
        self._later_clauses(node, clause.verb, scope, made)

    def _later_clauses(self, node: Node, after: int, scope: Scope, first: Found | None) -> None:
        """Further duties of the same paragraph: each starts a sentence with a body of its own."""
        para, end = node.para, len(node.para.text)
        current = first
        quoted = [q.span() for q in QUOTED.finditer(para.text)]
        for m in islice(re.finditer(r"(?<=[.;]) +", para.text[after:]), 80):
            at = after + m.end()
            if any(a <= at < b for a, b in quoted):
                continue
            if para.text[at - 2] == "." and re.search(
                r"\b(?:TP|Tp|P|Q|TS|tr|Đ/c|St)\.$", para.text[max(0, at - 6) : at - 1]
            ):
                continue
            clause = self._strict_clause(para, at, end)
            if scope.heading and HANDS_ON.match(para.folded, at):
                continue
            if clause is None or self._refused(para, clause, self._sentence_end(para, at), node):
                continue
            if current is not None and {key(u.name) for u in clause.units} & {key(u.name) for _, u in current.units}:
                continue
            if para.text[at - 2] == ";" and not (
                para.text[clause.units[0].start].isupper() or clause.ordered or self._own_half(para, clause)
            ):
                continue
            if ANSWERS.match(para.folded, clause.verb):
                continue
            if current is not None:
                self._shorten(current, at)
            units = tuple((para, u) for u in clause.units)
            current = self._found(para, at, end, node, units, False, replace(scope, mode=clause.mode, due=None))
            self.found.append(current)

    def _own_half(self, para: Para, clause: Clause) -> bool:
        """Whether the half sentence after ";" is a body in small letters with a duty of its own."""
        return (
            para.folded.startswith("cac ", clause.start)
            and bool(duty_at(para, clauses.first_word(para, clause.verb)))
            and len(clause.units) <= 2
        )

    def _sentence_end(self, para: Para, at: int) -> int:
        stop = para.text.find(". ", at)
        return stop if stop > 0 else len(para.text)

    def _strict_clause(self, para: Para, at: int, end: int) -> Clause | None:
        clause = self._clause(para, at, end)
        if clause is None or (clause.heading and clause.verb >= end - 2):
            return None
        if clauses.tells(para, clause, True) or (self._is_self(clause) and not clause.ordered):
            return None
        verb = re.match(r"[\s,:]*", para.folded[clause.verb :])
        at_verb = clause.verb + (verb.end() if verb else 0)
        direct = duty_at(para, at_verb) or re.match(
            r"(?:theo chuc nang|can cu|co trach nhiem|phai|can|chiu)", para.folded[at_verb:]
        )
        return clause if direct or clause.ordered else None

    def _shorten(self, task: Found, at: int) -> None:
        task.end = min(task.end, at)
        fresh = self._found(
            task.para,
            task.start,
            task.end,
            task.node,
            task.units,
            task.inherited,
            Scope(mode=task.mode, topic=task.topic),
        )
        task.coordinating, task.due = fresh.coordinating, fresh.due

    def _refused(self, para: Para, clause: Clause, end: int, node: Node) -> bool:
        """Whether the clause is a general closing, an invitation, a request to a superior or a mere responsibility."""
        if not clause.heading and not clauses.has_duty(para, clause, end) and not clause.ordered:
            return True
        rest = para.folded[clause.verb : end]
        if clause.mode == "cho phép" or len(re.findall(r"[a-z]", rest)) < 8:
            return True
        if clause.mode == "đề nghị" and ASKS.match(rest) and not re.search(r"bao cao|gui ", rest):
            return True
        if self.about.kind == "Giấy mời" and INVITES.search(rest[:120]):
            return True
        if INVITES.match(rest.lstrip(" ,")) and node.kind == "plain":
            return True
        return self._general(para, clause, end)

    def _general(self, para: Para, clause: Clause, end: int) -> bool:
        rest = para.folded[clause.verb : end]
        m = GENERAL_VERB.match(rest.strip())
        tail = rest.strip()[m.end() :] if m else rest.strip()
        if GENERAL_OBJECT.match(tail) and (m or not tail.strip(" ./")):
            return True
        return bool(
            re.search(r"chiu trach nhiem (?:thi hanh|thuc hien) (?:quyet dinh|nghi quyet|ke hoach|chi thi) nay", rest)
        )

    def _only_tells(self, para: Para, clause: Clause) -> bool:
        """Whether the issuer speaks of itself; an office that passes on its head's words has duties among them too."""
        if not self._is_self(clause):
            return False
        office = self.about.kind == "Thông báo" and key(clause.units[0].name).startswith("van phong")
        return not (office and OFFICE_DUTY.match(para.folded, clauses.first_word(para, clause.verb)))

    def _is_self(self, clause: Clause) -> bool:
        mine = key(self.about.issuer)
        first = key(clause.units[0].name)
        if not mine:
            return False
        if (
            first == mine
            or mine.startswith(first + " ")
            or (first in ("ubnd tinh", "uy ban nhan dan tinh", "ubnd thanh pho") and "ubnd" in mine)
        ):
            return True
        if squeezed(clause.units[0].name) == squeezed(self.about.issuer):
            return True
        short, whole = initials(clause.units[0].name), initials(self.about.issuer)
        return len(short) >= 3 and whole.startswith(short)

    def _plain(self, node: Node, here: Scope, base: Scope, following: Node | None) -> Scope:
        para, end = node.para, len(node.para.text)
        folded = node.folded
        ends_open = bool(re.search(r":\s*$", folded)) and following is not None
        if (
            following is None
            and re.search(r":\s*$", folded)
            and node.index < self.last_body
            and node.parent
            and node.parent.kind == "root"
        ):
            ends_open = True
        if here.silent and not ends_open and not self._order_plain(node):
            return here
        if ends_open or (
            following is not None and following.kind != "plain" and re.search(r"(?:nhu sau|sau day)\W*$", folded)
        ):
            return self._lead_in(node, here)
        if caps(node.text) and len(node.text) < 160:
            return replace(base, silent=bool(SILENT.match(folded)))
        if CLOSING.match(folded) and not re.search(r"yeu cau|de nghi|giao (?!thong|duc)", folded):
            return here
        self._plain_task(node, here, para, end)
        return here

    def _order_plain(self, node: Node) -> bool:
        clause = self._clause(node.para, node.at, len(node.para.text))
        return bool(clause and clause.ordered)

    def _lead_in(self, node: Node, here: Scope) -> Scope:
        para, end = node.para, len(node.para.text)
        if LISTS_GUESTS.search(node.folded):
            return here
        clause = clauses.clause_at(para, node.at, end)
        if (
            clause is not None
            and clause.outer is not None
            and clause.mode == "yêu cầu"
            and "chi dao" in node.folded[: clause.verb]
        ):
            clause = self._clause(para, node.at, end)
        if (
            clause is None
            or (not clause.ordered and not clauses.has_duty(para, clause, end) and not clause.heading)
            or (not clause.ordered and self._is_self(clause))
        ):
            clause = last_order(para, node.at, end, self._speaks) or (clause if clause and clause.heading else None)
        self.seen_lead_in = True
        if (
            clause is not None
            and (clause.ordered or not self._is_self(clause))
            and not clauses.tells(para, clause, not clause.ordered)
        ):
            scope = self._scope_of(para, clause, replace(here, silent=False), end)
            if node.parent and node.parent.kind == "root" and not self.root_units:
                self.root_units = scope.units
            return scope
        if re.search(
            r"yeu cau|chi dao|ket luan|giao (?!thong)|de nghi|thuc hien (?:cac|mot so|nhung|tot)|nhiem vu|trien khai",
            node.folded,
        ):
            units = here.units or ()
            said = re.findall(r"yeu cau|de nghi|giao (?!thong)", node.folded[-120:])
            mode = {"yeu cau": "yêu cầu", "de nghi": "đề nghị", "giao ": "giao"}[said[-1]] if said else here.mode
            return replace(
                here,
                ordered=True,
                silent=False,
                mode=mode,
                units=units if not re.match(r"che do|bao cao", node.folded) else here.units,
            )
        return here

    def _plain_task(self, node: Node, here: Scope, para: Para, end: int) -> None:
        clause = self._clause(para, node.at, end)
        start = node.at
        if OTHERS_STAND.match(node.folded) and self.seen_lead_in:
            units = self.root_units or self.about.addressees
            self.found.append(self._found(para, node.at, end, node, units, True, replace(here, due=None)))
            return
        if (
            clause is not None
            and not clause.ordered
            and (clauses.tells(para, clause, True) or self._only_tells(para, clause))
        ):
            clause = None
        if clause is None and REPORT_BY.match(node.folded) and self._report_of(node, here):
            return
        named = clauses.inside(para, node.at, end, self._speaks) or clauses.subject_inside(para, node.at, end)
        if clause is None and named is None and DIFFICULTIES.match(node.folded):
            units = self.root_units or self.about.addressees
            self.found.append(self._found(para, node.at, end, node, units, True, replace(here, due=None)))
            return
        if (
            (clause is None or not clause.ordered or here.heading)
            and here.units
            and not self._closes(node)
            and self._starts_with_duty(node, here.heading)
            and (here.heading or not HANDS_ON.match(node.folded))
            and not node.folded.startswith(("giao ", "de nghi "))
        ):
            self._inherit(node, here)
            return
        if clause is None or (not clause.ordered and not clauses.has_duty(para, clause, end)):
            clause, start = self._later_order(node, end)
        if clause is None:
            forwarded = self._forwarded(node, end)
            if forwarded is not None:
                clause, start = forwarded
        if clause is not None:
            if self._refused(para, clause, self._last_of_clause(para, clause, end), node):
                self._later_clauses(node, clause.verb, here, None)
                return
            if (
                not clause.ordered
                and self.about.numbered
                and not self.seen_lead_in
                and node.parent
                and node.parent.kind == "root"
                and self._more_to_come(node)
            ):
                # The story before the lead-in sentence tells who does what; it gives no duty.
                return
            self._emit(node, clause, here, start, end)
            return
        closing = self._closes(node)
        if here.units and not closing and node.index > 0 and self._starts_with_duty(node):
            self._inherit(node, here)

    def _report_of(self, node: Node, here: Scope) -> bool:
        """ "Kết quả thực hiện của các đơn vị gửi về …trước ngày …": a duty of those named, or of everybody addressed."""
        para, end = node.para, len(node.para.text)
        due = find_due(para, node.at, end, self._taken(para), self.about.issued)
        if due is None or due.due.date is None:
            return False
        by = re.search(r"\b(?:cua|do|de nghi|yeu cau) (?=[^\W\d_])", node.folded[:80])
        phrase = phrase_at(para, node.at + by.end(), end) if by else None
        units = (
            tuple((para, u) for u in phrase.units) if phrase else here.units or self.root_units or self.about.addressees
        )
        self.found.append(self._found(para, node.at, end, node, units, phrase is None, replace(here, due=None)))
        return True

    def _closes(self, node: Node) -> bool:
        """Whether the paragraph ends the paper; the first one under a bare heading is that heading's task instead."""
        holder = node.parent
        of_heading = (
            holder is not None and holder.kind != "root" and holder.children[0] is node and len(holder.text) < 120
        )
        return node.index == self.last_body and not of_heading

    def _more_to_come(self, node: Node) -> bool:
        return any(c.kind != "plain" for c in (node.parent.children if node.parent else ()) if c.index > node.index)

    def _last_of_clause(self, para: Para, clause: Clause, end: int) -> int:
        m = re.compile(r"(?<=[.;]) +(?=[^\W\d_a-z])").search(para.text, clause.verb)
        while m:
            if self._strict_clause(para, m.end(), end):
                return m.start()
            m = re.compile(r"(?<=[.;]) +(?=[^\W\d_a-z])").search(para.text, m.end())
        return end

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

    def _rests(self, para: Para, at: int, order: int) -> bool:
        """Whether the order rests on a paper or a long story, which are no part of its text; a short opening is."""
        cited = any(at <= a < order for a, _ in self._taken(para))
        return clauses.opens_with_basis(para, at) and (cited or order - at > 90)

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

    def _starts_with_duty(self, node: Node, under_heading: bool = False) -> bool:
        connected = CONNECTED.match(node.folded)
        at = node.at + (connected.end() if connected else 0)
        return bool(duty_at(node.para, at)) and (under_heading or not CONSENT.match(node.para.folded, at))

    def _coordinating(self, para: Para, start: int, end: int) -> list[Unit]:
        out: list[Unit] = []
        for m in WITH.finditer(para.folded, start, end):
            phrase = phrase_at(para, m.end(), end)
            if phrase is None:
                continue
            out += [u for u in phrase.units if key(u.name) not in {key(x.name) for x in out}]
        return out

    def _found(
        self,
        para: Para,
        start: int,
        end: int,
        node: Node | None,
        units: tuple[tuple[Para, Unit], ...],
        inherited: bool,
        scope: Scope,
    ) -> Found:
        made = Found(
            node,
            para,
            start,
            end,
            (node.path or None) if node else None,
            units,
            inherited,
            scope.mode,
            topic=scope.topic,
        )
        made.coordinating = [(para, u) for u in self._coordinating(para, start, end)]
        mine = {key(u.name) for _, u in units}
        if inherited and scope.heading:
            made.coordinating += [
                (p, u) for p, u in scope.coordinating if key(u.name) not in {key(x.name) for _, x in made.coordinating}
            ]
        made.coordinating = [(p, u) for p, u in made.coordinating if key(u.name) not in mine]
        due = find_due(para, start, end, self._taken(para), self.about.issued)
        if due is not None:
            made.due = (para, due)
        elif scope.due is not None and scope.due_para is not None:
            made.due = (scope.due_para, scope.due)
        if inherited and units:
            made.confidence = 0.9
        if not units:
            made.confidence, made.reason = 0.5, N_("Đoạn không nêu đơn vị chủ trì.")
        return made


def _purpose_duties(paras: list[Para], about: Circumstances, found: list[Found]) -> None:
    """An addressee whose only duty is what a paper is to be sent to it for ("… gửi UBND tỉnh X để tổng hợp, báo cáo …")."""
    busy = {key(u.name) for f in found for _, u in f.units}
    idle = {key(u.name): (p, u) for p, u in about.addressees if key(u.name) not in busy}
    if not idle or len(about.addressees) < 2:
        return
    for task in list(found):
        m = PURPOSE.search(task.para.folded, task.start, task.end)
        if not m:
            continue
        phrase = phrase_at(task.para, m.start("who"), m.start("purpose"))
        if phrase is None or key(phrase.units[0].name) not in idle:
            continue
        made = Found(
            None, task.para, m.start("purpose"), m.end("purpose"), None, ((task.para, phrase.units[0]),), False
        )
        made.confidence, made.reason = 0.6, N_("Nhiệm vụ suy từ mục đích gửi ý kiến, không nêu thành câu riêng.")
        found.append(made)
