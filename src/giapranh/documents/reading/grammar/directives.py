"""The duties a paper gives, whoever carries them: the four layouts of documents §2.3 and what is not a duty."""

from __future__ import annotations

import re
from dataclasses import replace

from . import clauses, labels
from .found import Circumstances, Found, Scope
from .headings import capital_heading, caps, is_label, last_order, names_body, titled, topic, urged, usable
from .lines import Para
from .making import Maker, purpose_duties
from .spelling import one_spelling
from .structure import Node, tree, walk
from .vocabulary import duty_in
from .wording import (
    AS_ONE,
    CLOSING,
    CONCLUDES,
    CONSENT,
    DIFFICULTIES,
    HANDS_ON,
    INNER,
    LISTS_GUESTS,
    LONGEST,
    MEASURES,
    OTHERS_STAND,
    REPORT_BY,
    SECTION,
    SILENT,
)

_ENDS_OPEN = re.compile(r":\s*$")


def duties(paras: list[Para], about: Circumstances, annex_from: int) -> tuple[Node, list[Found]]:
    """The structure of the paper and its duties, in order."""
    root = tree(paras[:annex_from])
    root.children += tree(paras[annex_from:], annex_from).children
    found: list[Found] = []
    if about.gives_duties:
        _Reader(paras, about, annex_from, found).read(root)
        purpose_duties(paras, about, found)
        if about.answers:
            found[:] = [task for task in found if task.mode is not None]
        one_spelling(paras, found, about)
    return root, found


class _Reader(Maker):
    """Walks the structure once, carrying what headings and lead-in sentences say."""

    def read(self, root: Node) -> None:
        about = self.about
        about.numbered = any(n.kind not in ("plain", "root") for n in walk(root))
        body = [c for c in root.children if c.index < self.annex_from]
        annex = [c for c in root.children if c.index >= self.annex_from]
        for part in (body, annex):
            root.children = part
            self._children(root, Scope(silent=about.kind == "Biên bản"))
        root.children = body + annex

    def _children(self, node: Node, scope: Scope, own: list[Found] | None = None) -> None:
        """The parts of an item; ``own`` is the duty of its own words, when labels below tell more of it."""
        tasks: list[Found] = own or []
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
                    if not tasks and not scope.silent and group.says:
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
            node.children
            and node.kind != "dash"
            and MEASURES.search(node.folded[:160])
            and not SILENT.match(node.folded)
        ):
            scope = replace(here, tasks=True)
        if (
            node.kind in ("chapter", "section", "roman", "article", "number", "deep2", "deep3")
            and SILENT.match(node.folded)
            and not names_body(node)
            and not self._topic_then_duty(node)
            and not (here.ordered and self._sentence_of_duty(node))
        ):
            scope = replace(scope, silent=True)
        elif here.silent and self.about.kind == "Biên bản" and CONCLUDES.match(node.folded):
            scope = replace(here, silent=False)
        if (
            node.children
            and CONSENT.match(node.folded)
            and not node.folded.startswith(("dong y", "thong nhat", "co ban"))
        ):
            # What is approved or set up below is its content, not work given to somebody.
            scope = replace(scope, silent=True)
        if node.children and not self._all_labels(node):
            self._holder(node, scope)
        elif not node.children:
            self._leaf(node, scope)
        else:
            before = len(self.found)
            if not any(labels.label_of(c.para, c.at) == "lead" for c in node.children):
                self._leaf(node, scope)
            self._children(node, scope, self.found[before:])
        return here

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
            shared = self._heads_work(node)
            told = not clause.heading and para.text.rstrip().endswith((".", ";")) and not shared
            inner = replace(self._scope_of(para, clause, scope, end), heading=not told)
            if told:
                # The day of a whole sentence is its own; what is set below it has another.
                inner = replace(inner, due=scope.due, due_para=scope.due_para)
        elif SECTION.search(node.folded[:120]) and not scope.silent:
            inner = replace(scope, ordered=scope.ordered or bool(scope.units))
        inner = replace(inner, topic=topic(node) or inner.topic, tasks=scope.tasks)
        if scope.silent and self.about.kind == "Biên bản":
            inner = replace(inner, silent=True)  # who was there, by offices
        # A lead-in of its own below a whole sentence has the list, not the sentence.
        apart = node.children[0].kind == "plain" and node.children[0].text.endswith(":") and node.text.endswith(".")
        numbered_below = not apart and any(c.kind != "plain" for c in node.children)
        complete = (
            clause is not None
            and not self._heads_work(node)
            and (not clause.heading or end - clause.verb > 30)
            and not node.para.text.rstrip().endswith(":")
        )
        if (
            complete
            and not scope.silent
            and (not numbered_below or len(node.text) > (90 if node.text.rstrip().endswith(".") else 150))
            and clause is not None
            and clauses.has_duty(para, clause, end)
        ) or (
            not numbered_below
            and not clause
            and not node.para.text.rstrip().endswith(":")
            and ((len(node.text) > 70 and scope.units) or node.para.text.rstrip().endswith((".", ";")))
        ):
            self._leaf(node, scope)
        elif (
            scope.tasks
            and not scope.silent
            and numbered_below
            and len(node.text) > 100
            and node.text.endswith(".")
            and self._is_measure(node)
            and not any(duty_in(c.para, c.at, len(c.para.text)) for c in node.children)
        ):
            # A whole sentence with a list of details (telephone numbers, places) below it.
            self._leaf(node, scope)
        self._children(node, inner)

    def _leaf(self, node: Node, scope: Scope) -> None:
        para, end = node.para, len(node.para.text)
        ordered_half = None if scope.silent else self._half_after_story(node, end)
        if ordered_half is not None:
            self._emit(node, ordered_half, scope, node.at, end)
            return
        if scope.silent and (not self._order_plain(node) or re.match(r"yeu cau ?:", node.folded)):
            return
        if labels.label_of(para, node.at) in ("time", "other", "lead") and len(node.text) < 200:
            return
        if CONSENT.match(node.folded) and not (
            scope.units and (scope.heading or node.kind in INNER or AS_ONE.match(node.folded))
        ):
            later = clauses.inside(para, node.at, end, self._speaks)
            if later is None or not later.ordered:
                self._later_clauses(node, node.at, scope, None)
                return
            self._emit(node, later, scope, later.start, end)
            return
        clause = self._clause(para, node.at, end)
        if (
            scope.units
            and (HANDS_ON.match(node.folded) or (self._of_party(scope) and node.folded.startswith("lanh dao ")))
            and clause is not None
            and clause.outer is None
            and (scope.heading or node.folded.startswith(("chi dao ", "lanh dao ")) or self._own_staff(node, clause))
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
        told = labels.bracketed(para, node.at) if clause is None and not scope.units else None
        if told is not None:
            self._labelled(node, told, scope)
            return
        if clause is None:
            clause = self._within(node, scope, end)
        if clause is not None:
            if self._refused(para, clause, end, node, scope.ordered or bool(scope.units)):
                return
            self._emit(node, clause, scope, node.at, end)
            return
        inline = labels.inline(para, node.at)
        if inline is not None:
            self._labelled(node, inline, scope)
            return
        if scope.units or scope.ordered or (scope.tasks and self._is_measure(node)):
            self._inherit(node, scope)

    def _plain(self, node: Node, here: Scope, base: Scope, following: Node | None) -> Scope:
        para, end = node.para, len(node.para.text)
        folded = node.folded
        ends_open = _ENDS_OPEN.search(folded) is not None and following is not None
        if (
            following is None
            and re.search(r":\s*$", folded)
            and node.index < self.last_body
            and node.parent
            and node.parent.kind == "root"
        ):
            ends_open = True
        if here.silent and not ends_open and not self._order_plain(node):
            if CLOSING.match(folded):
                self._difficulties(node, here)
            return here
        if ends_open or (
            following is not None and following.kind != "plain" and re.search(r"(?:nhu sau|sau day)\W*$", folded)
        ):
            return self._lead_in(node, here)
        if len(node.text) < 160 and caps(node.text):
            return replace(base, silent=bool(SILENT.match(folded)))
        if CLOSING.match(folded) and not re.search(r"yeu cau|de nghi|giao (?!thong|duc)", folded):
            self._difficulties(node, here)
            return here
        before = len(self.found)
        self._plain_task(node, here, para, end)
        listed = following is not None and following.kind in ("dash", "plus") and here.tasks and not here.units
        if listed and len(self.found) > before:
            # A list of measures right below a paragraph that names who answers for them.
            return replace(here, units=self.found[before].units)
        return here

    def _difficulties(self, node: Node, here: Scope) -> None:
        """ "Trên đây là …. Trong quá trình thực hiện, nếu có vướng mắc, các đơn vị phản ánh về …"."""
        para, end = node.para, len(node.para.text)
        later = re.search(r"(?<=\.) (?=trong qua trinh|qua trinh|neu )", node.folded)
        if later is None or not DIFFICULTIES.match(node.folded, later.end()):
            return
        start = node.at + later.end()
        clause = clauses.subject_inside(para, start, end)
        units = tuple((para, u) for u in clause.units) if clause else self.root_units or self.about.addressees
        if units:
            self.found.append(self._found(para, start, end, node, units, clause is None, replace(here, due=None)))

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
            clause = urged(para, clause, end) or clause
            scope = replace(self._scope_of(para, clause, replace(here, silent=False), end), joint=True)
            if node.parent and node.parent.kind == "root" and not self.root_units:
                self.root_units = scope.units
            return scope
        words = node.folded[node.folded.rfind(". ") + 1 :] if self.about.answers else node.folded
        if re.search(
            r"yeu cau|chi dao|ket luan|giao (?!thong)|de nghi|thuc hien (?:cac|mot so|nhung|tot)|nhiem vu|trien khai",
            words,
        ):
            units = here.units or ()
            said = re.findall(r"yeu cau|de nghi|giao (?!thong)", words[-120:])
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
        if DIFFICULTIES.match(node.folded):
            here = replace(here, due=None, due_para=None)
        clause = self._clause(para, node.at, end)
        start = node.at
        if (clause is None or not clause.ordered) and self._tells_a_story(node):
            return
        before = self._carried_on(node) if clause is None else None
        if before is not None:
            self.found.append(self._found(para, node.at, end, node, before.units, True, replace(here, due=None)))
            return
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
            (clause is None or not clause.ordered or (here.heading and not self._had_its_say(node)))
            and here.units
            and not self._closes(node)
            and (
                self._starts_with_duty(node, here.heading)
                or (clause is None and here.heading and self._first_under_body(node))
            )
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
        if CONSENT.match(node.folded):
            self._later_clauses(node, node.at, here, None)
            return
        closing = self._closes(node)
        if (here.units or here.tasks) and not closing and node.index > 0 and self._starts_with_duty(node):
            self._inherit(node, here)
