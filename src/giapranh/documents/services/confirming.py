"""A reading becomes a registered paper: nothing weak is left unseen, what it cites is known, its line is in the book."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from giapranh.documents import permissions, queries
from giapranh.documents.models import Citation, Direction, Paper, PaperState, Relation
from giapranh.documents.rules import citing, numbers
from giapranh.documents.rules.fields import NEVER_BLANK, ReadField, ReadPaper, lay_over
from giapranh.documents.services.books import enter_incoming, enter_outgoing
from giapranh.documents.services.records import fill_header, note, refuse_same_identity, save_once, set_keys
from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import N_, BadInput, Conflict, NotFound
from giapranh.kernel.text import one_line

_LINKING = 7_201_630  # one linker at a time, so that two papers citing the same third make one stub


class AlreadyConfirmed(Conflict):
    code = "already_confirmed"


class StillWeak(BadInput):
    code = "still_weak"


class NoReading(NotFound):
    code = "no_reading"


def confirm_reading(*, paper_id: int, by: Any, at: datetime) -> Paper:
    """Confirm the whole reading and write the paper into its book."""
    permissions.check_can_handle(by, queries.get_visible(by, paper_id))
    with transaction.atomic():
        # Without a join: after waiting for the lock PostgreSQL reads this row anew, but not the rows joined to it.
        paper = Paper.objects.select_for_update().get(pk=paper_id)
        _refuse_confirmed(paper)
        reading = queries.latest_reading(paper.pk)
        if reading is None:
            raise NoReading(N_("Văn bản này chưa có bản đọc để xác nhận."))
        read = lay_over(reading.data, queries.decisions_of(reading))
        _refuse_weak(read)
        fill_header(paper, read, reading.data)
        paper.due_on = paper.due_on or _envelope_due(reading.data)
        refuse_same_identity(paper.identity, by, besides=paper.pk)
        paper.state, paper.confirmed_by, paper.confirmed_at = PaperState.CONFIRMED, by, at
        save_once(paper, by)
        link_citations(paper, read)
        _enter_book(paper, by, at)
        note("paper.confirmed", paper, by, at, reading=reading.pk)
    return paper


def _refuse_confirmed(paper: Paper) -> None:
    if paper.state == PaperState.TO_CONFIRM:
        return
    if paper.confirmed_by is None or paper.confirmed_at is None:
        raise AlreadyConfirmed(N_("Văn bản này không chờ xác nhận. Hãy tải lại trang."))
    raise AlreadyConfirmed(
        N_("%(who)s đã xác nhận văn bản này lúc %(when)s. Hãy tải lại trang để xem kết quả."),
        who=str(paper.confirmed_by), when=f"{paper.confirmed_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}",
    )  # fmt: skip


def _refuse_weak(read: ReadPaper) -> None:
    weak = read.open_weak()
    if weak:
        raise StillWeak(
            N_("Còn %(count)d giá trị chưa chắc cần bạn xem: %(labels)s."),
            count=len(weak), labels=", ".join(dict.fromkeys(field.label for field in weak[:4])),
        )  # fmt: skip
    blank = [field.label for field in read.header if field.name in NEVER_BLANK and not field.value]
    if blank:
        raise StillWeak(N_("Sổ đăng ký còn thiếu: %(labels)s."), labels=", ".join(blank))


def _enter_book(paper: Paper, by: Any, at: datetime) -> None:
    if paper.direction == Direction.INCOMING:
        enter_incoming(paper, by, at)
    elif paper.direction == Direction.OUTGOING:
        enter_outgoing(paper, by, at)


def _envelope_due(data: Mapping[str, Any]) -> Any:
    from giapranh.kernel.dates import UnclearDate, parse_date

    due = (data.get("envelope") or {}).get("due_date")
    try:
        return parse_date(str(due).replace("/", "-")) if due else None
    except UnclearDate:
        return None


# --- who is cited ----------------------------------------------------------------------------------------------------


def link_citations(paper: Paper, read: ReadPaper) -> None:
    """One row per paper named, held or not; and whoever waited for this paper finds it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LINKING])
    for field in read.citations:
        if field.decided != "removed" and field.value:
            _link(paper, field)
    fill_stubs(paper)


def _link(paper: Paper, field: ReadField) -> None:
    value = field.value
    cited = _held(value, paper) or _stub(value, paper)
    if cited.pk == paper.pk:
        return
    place = int(field.path.split(".")[1])
    start, end = field.spans[0] if field.spans else (None, None)
    relation = Relation.LEGAL_BASIS if value.get("legal_basis") else Relation.CITES
    row, fresh = Citation.objects.get_or_create(
        citing=paper, cited=cited, relation=relation,
        defaults={
            "as_written": value.get("as_written") or "", "start": start, "end": end, "position": place,
            "mentions": [place],
        },
    )  # fmt: skip
    if not fresh and place not in row.mentions:
        row.mentions = [*row.mentions, place]
        row.save(update_fields=["mentions"])


def _held(value: Mapping[str, Any], citing_paper: Paper) -> Paper | None:
    """The paper or stub in the register that a citation means."""
    wanted = citing.Named.of_citation(value)
    same = Paper.objects.filter(filled_by__isnull=True).exclude(pk=citing_paper.pk)
    same = same.exclude(state=PaperState.TO_CONFIRM)
    if wanted.number_key:
        candidates: Iterable[Paper] = same.filter(number_key=wanted.number_key)
    else:
        candidates = same.filter(direction=Direction.STUB, number_key="", search_key=_title_key(value))
    fitting = [paper for paper in candidates if citing.same(wanted, _named(paper))]
    return min(fitting, key=lambda paper: (paper.direction == Direction.STUB, paper.pk), default=None)


def _named(paper: Paper) -> citing.Named:
    return citing.Named(
        paper.number_key, paper.issuer_name, (paper.issued_day, paper.issued_month, paper.issued_year), paper.kind
    )


def _title_key(value: Mapping[str, Any]) -> str:
    from giapranh.kernel.text import search_key

    return search_key(f" | {value.get('title') or ''} | {value.get('issuer') or ''}")[:2000]


def _stub(value: Mapping[str, Any], citing_paper: Paper) -> Paper:
    """What is known of a paper that is not held."""
    parsed = numbers.parse_number(value.get("number") or "")
    day, month, year = numbers.date_parts(value.get("date") or {})
    stub = Paper(
        direction=Direction.STUB, state=PaperState.DRAFT, agency=citing_paper.agency,
        kind=one_line(value.get("kind") or "")[:100], number=parsed.number if parsed else None,
        number_suffix=parsed.suffix if parsed else "", symbol=(parsed.symbol if parsed else "")[:60],
        full_number=(value.get("number") or "")[:80], issued_day=day, issued_month=month, issued_year=year,
        issued_on=numbers.whole_date(day, month, year),
        issuer_name=one_line(value.get("issuer") or "")[:250], subject=one_line(value.get("title") or ""),
        illustrative=citing_paper.illustrative,
    )  # fmt: skip
    set_keys(stub)
    stub.save()
    return stub


def fill_stubs(paper: Paper) -> list[Paper]:
    """Whoever cited this paper before it was here cites the paper now; the stub points to it."""
    if not paper.number_key or paper.number is None:
        return []
    known = _named(paper)
    stubs = Paper.objects.filter(direction=Direction.STUB, number_key=paper.number_key, filled_by__isnull=True)
    filled = [stub for stub in stubs if citing.same(_named(stub), known)]
    for stub in filled:
        for row in Citation.objects.filter(cited=stub).exclude(citing=paper):
            _move(row, paper)
        Citation.objects.filter(cited=stub, citing=paper).delete()
        stub.filled_by = paper
        stub.save(update_fields=["filled_by"])
    return filled


def _move(row: Citation, paper: Paper) -> None:
    other = Citation.objects.filter(citing=row.citing_id, cited=paper, relation=row.relation).first()
    if other is None:
        row.cited = paper
        row.save(update_fields=["cited"])
        return
    other.mentions = sorted({*other.mentions, *row.mentions})
    other.save(update_fields=["mentions"])
    row.delete()
