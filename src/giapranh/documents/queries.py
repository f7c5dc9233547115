"""What the register answers. Nothing here writes; nothing here shows a paper to somebody who may not read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import BooleanField, Case, F, IntegerField, Q, QuerySet, Value, When

from giapranh.documents import permissions, vault
from giapranh.documents.confirmed import ConfirmedCitation, ConfirmedDirective, ConfirmedReading
from giapranh.documents.models import (
    BookKind,
    Citation,
    Direction,
    EdxmlMessage,
    FieldDecision,
    Paper,
    PaperAttachment,
    PaperReading,
    PaperState,
    PaperVersion,
    RegisterBook,
    RegisterEntry,
    Relation,
    Upload,
)
from giapranh.documents.rules.fields import Decision, ReadField, ReadPaper, lay_over
from giapranh.documents.rules.numbers import number_key
from giapranh.documents.rules.signatures import Signature, signatures
from giapranh.documents.search_text import Snippet, ask, snippet
from giapranh.kernel.clock import today
from giapranh.kernel.errors import N_, Conflict, NotFound
from giapranh.people import queries as people
from giapranh.people.models import Office


class NoSuchPaper(NotFound):
    code = "no_such_paper"


class NotConfirmedYet(Conflict):
    code = "paper_not_confirmed"


def visible_papers(user: Any) -> QuerySet[Paper]:
    """The papers held here that ``user`` may read, newest first."""
    return Paper.objects.filter(permissions.readable(user)).exclude(direction=Direction.STUB)


def get_visible(user: Any, paper_id: int) -> Paper:
    """One paper ``user`` may read; a stub is seen by whoever sees a paper that names it."""
    paper = (
        Paper.objects.select_related("agency", "issuer", "created_by", "confirmed_by", "filled_by")
        .filter(pk=paper_id)
        .first()
    )
    if paper is None or not permissions.can_read(user, paper):
        raise NoSuchPaper(N_("Không có văn bản này, hoặc văn bản không giao cho đơn vị của bạn."))
    return paper


# --- readings -------------------------------------------------------------------------------------------------------


def latest_reading(paper_id: int) -> PaperReading | None:
    return PaperReading.objects.filter(paper=paper_id).select_related("version__blob").order_by("-id").first()


def signatures_of(paper: Paper) -> list[Signature]:
    """Who signed the file last read, electronically; none for a paper nobody read."""
    data = (
        PaperReading.objects.filter(paper=paper.pk).order_by("-id").values_list("data__signatures", flat=True).first()
    )
    return signatures({"signatures": data or []})


def decisions_of(reading: PaperReading) -> list[Decision]:
    rows = FieldDecision.objects.filter(reading=reading).order_by("id")
    return [Decision(row.path, row.state, row.value) for row in rows]


def read_paper(reading: PaperReading) -> ReadPaper:
    """The fields of the reading page."""
    return lay_over(reading.data, decisions_of(reading))


def confirmed_reading(paper_id: int) -> ConfirmedReading:
    """The confirmed values of a paper, for the rooms above."""
    paper = Paper.objects.filter(pk=paper_id).first()
    if paper is None:
        raise NoSuchPaper(N_("Không có văn bản này, hoặc văn bản không giao cho đơn vị của bạn."))
    if paper.state not in (PaperState.CONFIRMED, PaperState.REGISTERED):
        raise NotConfirmedYet(N_("Văn bản %(paper)s chưa được xác nhận. Hãy đọc và xác nhận trước."), paper=str(paper))
    reading = latest_reading(paper_id)
    rows = list(Citation.objects.filter(citing=paper).exclude(relation=Relation.ANSWERS))
    return ConfirmedReading(
        paper_id=paper.pk, kind=paper.kind, full_number=paper.full_number, issued_on=paper.issued_on,
        issuer=paper.issuer_name, subject=paper.subject, place=paper.place, signer_name=paper.signer_name,
        signer_title=paper.signer_title, due_on=paper.due_on, illustrative=paper.illustrative,
        citations=[ConfirmedCitation(r.cited_id, r.as_written, r.relation == Relation.LEGAL_BASIS) for r in rows],
        directives=_directives(read_paper(reading), rows) if reading else [],
    )  # fmt: skip


def _directives(read: ReadPaper, citations: Iterable[Citation]) -> list[ConfirmedDirective]:
    cited = {place: row.cited_id for row in citations for place in row.mentions}
    return [
        ConfirmedDirective(
            index=each.index, n=each.n, text=each.value("text"), topic=each.topic, lead=list(each.value("lead") or []),
            coordinating=list(each.value("coordinating") or []), counterparts=list(each.value("counterparts") or []),
            report_to=each.value("report_to"), mode=each.mode, due=dict(each.value("due") or {"kind": "none"}),
            cites=[cited[place] for place in each.cites if place in cited],
        )
        for each in read.directives
        if not each.removed
    ]  # fmt: skip


# --- files ----------------------------------------------------------------------------------------------------------


def versions(paper: Paper) -> QuerySet[PaperVersion]:
    return PaperVersion.objects.filter(paper=paper).select_related("blob", "by").order_by("-n")


def latest_version(paper: Paper) -> PaperVersion | None:
    return versions(paper).first()


def get_version(paper: Paper, n: int) -> PaperVersion:
    version = versions(paper).filter(n=n).first()
    if version is None:
        raise NoSuchPaper(N_("Văn bản này không có phiên bản %(n)d."), n=n)
    return version


def attachments(paper: Paper) -> QuerySet[PaperAttachment]:
    return PaperAttachment.objects.filter(paper=paper)


def get_attachment(paper: Paper, attachment_id: int) -> PaperAttachment:
    found = attachments(paper).filter(pk=attachment_id).first()
    if found is None:
        raise NoSuchPaper(N_("Văn bản này không có tệp kèm ấy."))
    return found


def open_blob(sha256: str) -> bytes:
    """The bytes of a blob, verified against their name."""
    return vault.read(sha256)


# --- who names whom -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One paper in the chain. One that the person may not read keeps the name the citing paper gives it, no more."""

    paper: Paper
    depth: int
    relation: str = ""
    readable: bool = True
    children: list[GraphNode] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CitationGraph:
    """The papers that ``paper`` rests on, and those that rest on it, level by level."""

    paper: Paper
    rests_on: list[GraphNode]
    named_by: list[GraphNode]


GRAPH_DEPTH = 6


def citation_graph(paper_id: int, user: Any = None) -> CitationGraph:
    """The chain memorandum → plan → yearly plan → dispatch → report around one paper, in a few queries a level.

    With ``user``, papers that name this one and that the person may not read are left out.
    """
    paper = Paper.objects.get(pk=paper_id)
    readable = None if user is None else findable(user).values("pk")
    return CitationGraph(paper, _walk(paper, "citing", "cited", readable), _walk(paper, "cited", "citing", readable))


def _walk(root: Paper, near: str, far: str, readable: Any) -> list[GraphNode]:
    top: list[GraphNode] = []
    level: dict[int, list[GraphNode]] = {root.pk: top}
    seen = {root.pk}
    for depth in range(1, GRAPH_DEPTH + 1):
        rows = _steps(near, far, list(level), readable)
        below: dict[int, list[GraphNode]] = {}
        for row in rows:
            other = getattr(row, far)
            if other.pk in seen:
                continue
            seen.add(other.pk)
            node = GraphNode(other, depth, row.relation, row.readable)
            level[getattr(row, f"{near}_id")].append(node)
            if node.readable:  # what a paper rests on is its own business: the chain stops where reading does
                below[other.pk] = node.children
        if not below:
            break
        level = below
    return top


def _steps(near: str, far: str, ids: list[int], readable: Any) -> QuerySet[Any]:
    """The citations one step on. Who names a paper is hidden from those who may not read the one that names."""
    rows = Citation.objects.filter(**{f"{near}__in": ids}).select_related(far).order_by("position", "id")
    long = [f"{far}__{name}" for name in ("text", "search_head", "search_body", "search_vector")]
    rows = rows.defer(*long)
    if readable is None:
        return rows.annotate(readable=Value(True))
    inside = Q(**{f"{far}__in": readable})
    if far == "citing":
        rows = rows.filter(inside)
    return rows.annotate(readable=Case(When(inside, then=True), default=False, output_field=BooleanField()))


# --- search ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """One paper found, with the words around what was asked for."""

    paper: Paper
    snippet: Snippet


def findable(user: Any) -> QuerySet[Paper]:
    """What a search may find: papers ``user`` may read, and papers these name that are not held here."""
    named = Citation.objects.filter(citing__in=visible_papers(user).values("pk")).values("cited")
    stubs = Q(direction=Direction.STUB, filled_by__isnull=True, pk__in=named)
    # The condition itself, not a list of ids: the list would be made of the whole register for every question.
    return Paper.objects.filter((permissions.readable(user) & ~Q(direction=Direction.STUB)) | stubs)


def found(user: Any, words: str) -> QuerySet[Paper]:
    """The papers that ``words`` find, the best first: the number itself, then head before body, then the newest."""
    question = ask(words)
    if question.empty:
        return Paper.objects.none()
    query = SearchQuery(question.tsquery(), search_type="raw", config="simple")
    exact = Case(When(number_key=number_key(words), then=0), default=1, output_field=IntegerField())
    return (
        findable(user)
        .filter(Q(search_vector=query) | Q(number_key=number_key(words)))
        .annotate(exact=exact, rank=SearchRank(F("search_vector"), query, cover_density=True))
        .order_by("exact", "-rank", F("issued_on").desc(nulls_last=True), "-pk")
    )


def search(user: Any, words: str, *, limit: int = 20, offset: int = 0) -> list[Hit]:
    """Papers found by words with or without marks, a number such as 03/KH-UBND, an issuer or a date."""
    question = ask(words)
    papers = found(user, words).defer("search_head", "search_body", "search_vector")[offset : offset + limit]
    return [Hit(paper, snippet(paper.text, question)) for paper in papers]


# --- uploads --------------------------------------------------------------------------------------------------------


def uploads_of(user: Any, limit: int = 30) -> list[Upload]:
    return list(Upload.objects.filter(by=user).select_related("paper").order_by("-id")[:limit])


def get_upload(user: Any, uid: Any) -> Upload:
    upload = Upload.objects.filter(by=user, uid=uid).select_related("paper").first()
    if upload is None:
        raise NotFound(N_("Không có lượt tải lên này."))
    return upload


def access_rows(paper: Paper) -> list[Any]:
    return list(paper.access.select_related("office").order_by("office__sort_key"))


def read_field(user: Any, paper_id: int, path: str) -> ReadField:
    """One value of the reading of a paper ``user`` may read, as it holds now."""
    paper = get_visible(user, paper_id)
    reading = latest_reading(paper.pk)
    field = read_paper(reading).field(path) if reading else None
    if field is None:
        raise NotFound(N_("Không có giá trị “%(path)s” trong bản đọc."), path=path[:60])
    return field


# --- lists and books ------------------------------------------------------------------------------------------------


def state_choices() -> list[tuple[str, Any]]:
    return [(str(value), label) for value, label in PaperState.choices]


def direction_choices() -> list[tuple[str, Any]]:
    return [(str(value), label) for value, label in Direction.choices if value != Direction.STUB]


def upload_directions() -> list[tuple[str, Any]]:
    return [(str(d.value), d.label) for d in (Direction.INCOMING, Direction.OUTGOING, Direction.INTERNAL)]


def papers_of_tab(user: Any, tab: str) -> QuerySet[Paper]:
    """The papers of one tab of the list, without their long texts."""
    if tab == "vien-dan":
        papers = findable(user).filter(direction=Direction.STUB)
    else:
        papers = visible_papers(user)
    conditions = {
        "cho-xac-nhan": Q(state=PaperState.TO_CONFIRM),
        "den": Q(direction=Direction.INCOMING),
        "di": Q(direction=Direction.OUTGOING),
    }
    return (
        papers.filter(conditions.get(tab, Q()))
        .defer("text", "search_head", "search_body", "search_vector")
        .order_by("-pk")
    )


def count_waiting(user: Any) -> int:
    return visible_papers(user).filter(state=PaperState.TO_CONFIRM).count()


def any_illustrative(papers: QuerySet[Paper]) -> bool:
    return papers.filter(illustrative=True).exists()


def any_illustrative_entry(rows: QuerySet[RegisterEntry]) -> bool:
    return rows.filter(paper__illustrative=True).exists()


def entries_of(paper: Paper) -> list[RegisterEntry]:
    return list(RegisterEntry.objects.filter(paper=paper).select_related("book"))


def entries(user: Any, kind: str, year: int, series: str = "") -> QuerySet[RegisterEntry]:
    """The lines of a book whose papers ``user`` may read."""
    found = RegisterEntry.objects.filter(book__kind=kind, book__year=year, paper__in=visible_papers(user).values("pk"))
    if series:
        found = found.filter(book__series=series)
    return found.select_related("paper", "book").defer(
        "paper__text", "paper__search_head", "paper__search_body", "paper__search_vector"
    )


def books(user: Any) -> list[RegisterBook]:
    """The books of the agencies ``user`` works for."""
    return list(RegisterBook.objects.filter(agency__in=permissions.agency_ids(user)).select_related("agency"))


def book_years(user: Any, kind: str) -> list[int]:
    found = RegisterBook.objects.filter(agency__in=permissions.agency_ids(user), kind=kind)
    return sorted({book.year for book in found}, reverse=True)


def series_of_year(user: Any, year: int) -> list[str]:
    found = RegisterBook.objects.filter(agency__in=permissions.agency_ids(user), kind=BookKind.OUTGOING, year=year)
    return sorted({book.series for book in found})


def get_entry(user: Any, entry_id: int) -> RegisterEntry:
    entry = RegisterEntry.objects.select_related("paper", "book").filter(pk=entry_id).first()
    if entry is None or not permissions.can_read(user, entry.paper):
        raise NotFound(N_("Không có dòng này trong sổ."))
    return entry


def agency_name(user: Any) -> str:
    agency = people.own_agency()
    return agency.name if agency else ""


def offices_to_share(paper: Paper) -> list[Office]:
    """The offices of the paper's agency that may not read it yet."""
    within = paper.agency
    known = {row.office_id for row in access_rows(paper)}
    return [office for office in people.offices(today(), within=within) if office.pk not in known]


def edxml_of(paper: Paper) -> list[EdxmlMessage]:
    return list(EdxmlMessage.objects.filter(paper=paper).select_related("by"))


def edxml_messages(user: Any, limit: int = 200) -> list[EdxmlMessage]:
    found = EdxmlMessage.objects.filter(paper__in=visible_papers(user).values("pk")).select_related("paper", "by")
    return list(found.defer("paper__text", "paper__search_head", "paper__search_body", "paper__search_vector")[:limit])


def get_edxml(paper: Paper, message_id: int) -> EdxmlMessage:
    found = EdxmlMessage.objects.filter(paper=paper, pk=message_id).first()
    if found is None:
        raise NotFound(N_("Không có gói edXML này."))
    return found
