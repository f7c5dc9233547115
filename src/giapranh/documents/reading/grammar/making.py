"""Duties as found: their units, their coordinating bodies, their day; and further duties of the same paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from giapranh.kernel.errors import N_

from . import clauses, labels
from .clauses import Clause
from .deadlines import find_due
from .folding import key
from .found import Circumstances, Found, Scope
from .lines import Para
from .phrases import phrase_at
from .seeking import Seeker
from .structure import Node
from .units import Unit
from .vocabulary import named_at
from .wording import (
    ANSWERS,
    BESIDE,
    HANDS_ON,
    HELPS,
    ONLY_HELP,
    PURPOSE,
    QUOTED,
    SHARED_REPORT,
    TOGETHER,
    WITH,
    WITH_LIST,
)

_NEXT_PART = re.compile(r"(?<=[.;,]) +")


class Maker(Seeker):
    """Writes down duties, each with what the lines above it say."""

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
        if inherited and (scope.heading or scope.joint):
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

    def _coordinating(self, para: Para, start: int, end: int) -> list[Unit]:
        out: list[Unit] = []
        places = list(WITH.finditer(para.folded, start, end))
        if para.folded.find("cung", start, end) >= 0 or para.folded.find(" su ", start, end) >= 0:
            places = sorted((*places, *TOGETHER.finditer(para.folded, start, end)), key=lambda m: m.start())
        for m in places:
            phrase = phrase_at(para, m.end(), end)
            if phrase is None:
                continue
            out += [u for u in phrase.units if key(u.name) not in {key(x.name) for x in out}]
        for helpers in self._only_help(para, start, end):
            out += [u for u in helpers if key(u.name) not in {key(x.name) for x in out}]
        return out

    def _only_help(self, para: Para, start: int, end: int) -> Iterator[tuple[Unit, ...]]:
        yield from self._beside_the_lead(para, start, end)
        for m in ONLY_HELP.finditer(para.folded, start, end):
            verb = m.start() - (5 if para.folded.endswith("cung ", start, m.start()) else 0)
            half = max(para.text.rfind(sign, start, m.start()) for sign in ("; ", ". ", "trì, ", "hiện, "))
            at = para.text.find(" ", half + 1) + 1 if half >= start else 0
            phrase = phrase_at(para, at, verb) if at else None
            if phrase is not None and phrase.end >= verb - 1:
                yield phrase.units

    def _beside_the_lead(self, para: Para, start: int, end: int) -> Iterator[tuple[Unit, ...]]:
        """ "Sở X chủ trì, Sở Y phối hợp theo dõi …": Y helps."""
        for m in BESIDE.finditer(para.folded, start, end):
            phrase = phrase_at(para, m.end(), end)
            if phrase is not None and HELPS.match(para.folded, clauses.first_word(para, phrase.end)):
                yield phrase.units

    def _emit(self, node: Node, clause: Clause, scope: Scope, start: int, end: int) -> None:
        leads, helpers = _leads_and_helpers(node.para, clause.units)
        units = tuple((node.para, u) for u in leads)
        made = self._found(node.para, start, end, node, units, False, replace(scope, mode=clause.mode or scope.mode))
        made.coordinating = [*((node.para, u) for u in helpers), *made.coordinating]
        self.found.append(made)
        self._later_clauses(node, clause.verb, scope, made)

    def _inherit(self, node: Node, scope: Scope) -> None:
        para, end = node.para, len(node.para.text)
        if len(node.text) < 12 or node.para.text.rstrip().endswith(":"):
            return
        units = scope.units or self.about.addressees
        if (
            not units
            and not scope.tasks
            and self.about.kind
            in (
                "Kế hoạch",
                "Phương án",
                "Chương trình",
                "Đề án",
                "Hướng dẫn",
                "Thông báo",
            )
        ):
            # A plan's aims and contents name nobody; its duties do.
            return
        made = self._found(para, node.at, end, node, units, True, scope)
        self.found.append(made)
        self._later_clauses(node, node.at, scope, made)

    def _later_clauses(self, node: Node, after: int, scope: Scope, first: Found | None) -> None:
        """Further duties of the same paragraph: each starts a sentence with a body of its own."""
        para, end = node.para, len(node.para.text)
        current = first
        quoted = [q.span() for q in QUOTED.finditer(para.text)]
        lists: list[tuple[int, int]] | None = None
        helping = [
            (w.end(), phrase.end)
            for w in WITH_LIST.finditer(para.folded, node.at, end)
            if (phrase := phrase_at(para, w.end(), end)) is not None
        ]
        for m in islice(_NEXT_PART.finditer(para.text[after:]), 120):
            at = after + m.end()
            if para.text[at - 2] == ",":
                if not named_at(para.text, at):
                    continue
                lists = clauses.governed(para, node.at, end, possessive=False) if lists is None else lists
                if current is None or not self._own_after_comma(para, at, end, lists):
                    continue
            if any(a <= at < b for a, b in (*quoted, *helping)):
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
            if current is not None and self._hands_on(para, current, clause, at):
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
        if current is not None and current is not first:
            self._share_report(para, current, node)

    def _share_report(self, para: Para, last: Found, node: Node) -> None:
        """ "X làm …; Y làm …. Báo cáo gửi về Z trước ngày …": the day is that of every report of the paragraph."""
        m = SHARED_REPORT.search(para.folded, last.start, last.end)
        due = find_due(para, m.end(), last.end, self._taken(para), self.about.issued) if m else None
        for task in self.found:
            if due is not None and task.node is node and task.due is None:
                task.due = (para, due)

    def _hands_on(self, para: Para, current: Found, clause: Clause, at: int) -> bool:
        """ "X lãnh đạo …; chỉ đạo Y …": X, who is the subject and not ordered by the issuer, hands the work on to Y."""
        if not clause.ordered or clause.mode != "yêu cầu":
            return False
        if not para.folded.startswith("chi dao ", at) and (para.text[at - 2] != ";" or para.text[at].isupper()):
            return False
        own = None if current.inherited else clauses.clause_at(para, current.start, current.end)
        return own is not None and not own.ordered

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

    def _labelled(self, node: Node, group: labels.Labelled, scope: Scope) -> None:
        made = self._found(node.para, node.at, len(node.para.text), node, (), True, scope)
        self.found.append(made)
        self._apply(group, [made], node, scope)

    def _apply(self, group: labels.Labelled, tasks: list[Found], node: Node, scope: Scope) -> None:
        """Give the values of label lines to the tasks above them, or to the item that holds them."""
        if not group.says:
            return
        if not tasks and node.kind != "root" and not scope.silent:
            made = self._found(node.para, node.at, len(node.para.text), node, (), True, scope)
            self.found.append(made)
            tasks = [made]
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

    def _report_of(self, node: Node, here: Scope) -> bool:
        """ "Kết quả thực hiện của các đơn vị gửi về …trước ngày …": a duty of those named, or of everybody addressed."""
        para, end = node.para, len(node.para.text)
        due = find_due(para, node.at, end, self._taken(para), self.about.issued)
        if due is None or due.due.date is None:
            return False
        by = re.search(r"\b(?:cua|do|de nghi|yeu cau) (?=[^\W\d_])", node.folded[:80])
        phrase = phrase_at(para, node.at + by.end(), end) if by else None
        everybody = self.root_units or self.about.addressees
        # The last paragraph asks everybody, whatever whole sentence it happens to stand under.
        of_item = here.units if here.heading or node.index < self.last_said else everybody
        units = tuple((para, u) for u in phrase.units) if phrase else of_item or everybody
        self.found.append(self._found(para, node.at, end, node, units, phrase is None, replace(here, due=None)))
        return True


_BY_ITS_NOTE = re.compile(r" ?\((?:(?:co quan|don vi) )?(?P<role>chu tri|dau moi|phoi hop)\)")
_ALONG = re.compile(r",? (?:va )?cung(?: voi)? $")


def _leads_and_helpers(para: Para, units: tuple[Unit, ...]) -> tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """ "Sở X cùng Sở Y …", "Sở X (chủ trì), Sở Y (phối hợp) …": Y helps."""
    named = [(u, _BY_ITS_NOTE.search(para.folded, u.start, u.end + 26)) for u in units]
    if any(note and note.group("role") != "phoi hop" for _, note in named):
        leads = tuple(_without_note(u) for u, note in named if note and note.group("role") != "phoi hop")
        return leads, tuple(_without_note(u) for u, note in named if not note or note.group("role") == "phoi hop")
    along = next((i for i, u in enumerate(units) if i and _ALONG.search(para.folded, units[0].end, u.start)), None)
    return (units[:along], units[along:]) if along else (units, ())


def _without_note(unit: Unit) -> Unit:
    return replace(unit, name=unit.name.partition(" (")[0])


def purpose_duties(paras: list[Para], about: Circumstances, found: list[Found]) -> None:
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
