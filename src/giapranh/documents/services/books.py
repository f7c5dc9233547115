"""The books: numbers are given out one after another, without a gap, and start again on 1 January."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from giapranh.documents import permissions, queries
from giapranh.documents.models import (
    BookKind,
    Direction,
    Paper,
    PaperState,
    RegisterBook,
    RegisterEntry,
)
from giapranh.documents.rules import numbers
from giapranh.documents.rules.kinds import default_symbol, series_of
from giapranh.documents.services.records import AUDIT_KIND, note, save_once, set_keys
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_, BadInput, Conflict, NotFound, Unavailable
from giapranh.kernel.text import one_line
from giapranh.people import queries as people
from giapranh.people.models import Office
from giapranh.people.services import audit


class NoAgency(Unavailable):
    code = "no_agency"


class AlreadyNumbered(Conflict):
    code = "already_numbered"


class NotOutgoing(BadInput):
    code = "not_outgoing"


class NotConfirmed(Conflict):
    code = "paper_not_confirmed"


class NumberTaken(Conflict):
    code = "number_taken"


class NumberLeavesGap(Conflict):
    code = "number_leaves_gap"


EDITABLE = (
    "handed_to", "handed_on", "receipt", "due_on", "progress", "reply", "note", "recipients", "archive_holder", "copies",
)  # fmt: skip


def number_outgoing(*, paper_id: int, by: Any, at: datetime, entered_on: date | None = None) -> Paper:
    """Give an outgoing paper the next number of its issuer, series and year, and write it into the book."""
    permissions.check_can_keep_books(by)
    queries.get_visible(by, paper_id)
    with transaction.atomic():
        paper = Paper.objects.select_for_update().get(pk=paper_id)
        if paper.direction != Direction.OUTGOING:
            raise NotOutgoing(N_("Chỉ cấp số cho văn bản đi."))
        if paper.number is not None or RegisterEntry.objects.filter(paper=paper).exists():
            raise AlreadyNumbered(N_("Văn bản này đã có số: %(number)s."), number=paper.full_number)
        if paper.state == PaperState.TO_CONFIRM:
            raise NotConfirmed(N_("Bản đọc của văn bản này chưa được xác nhận. Hãy xác nhận rồi mới cấp số."))
        day = entered_on or local_date(at)
        issuer = paper.issuer or agency_of_paper(paper)
        book = locked_book(BookKind.OUTGOING, issuer.agency, series_of(paper.kind), day.year)
        _give_number(paper, book, issuer, day, by, at)
        entry = _enter(book, book.last_seq + 1, paper, day, by, at)
        note("paper.numbered", paper, by, at, number=paper.full_number, book=book.pk, seq=entry.seq)
    return paper


def _give_number(paper: Paper, book: RegisterBook, issuer: Office, day: date, by: Any, at: datetime) -> None:
    paper.number = book.last_seq + 1
    paper.symbol = paper.symbol or default_symbol(paper.kind, issuer.agency.symbol, issuer.symbol)
    paper.full_number = numbers.full_number(paper.number, paper.symbol)
    paper.issued_day, paper.issued_month, paper.issued_year, paper.issued_on = day.day, day.month, day.year, day
    paper.issuer = issuer
    paper.issuer_name = paper.issuer_name or issuer.agency.name
    _register(paper, by, at)
    set_keys(paper)
    save_once(paper, by)


def _register(paper: Paper, by: Any, at: datetime) -> None:
    paper.state = PaperState.REGISTERED
    if paper.confirmed_by is None:
        paper.confirmed_by, paper.confirmed_at = by, at


def enter_incoming(paper: Paper, by: Any, at: datetime) -> RegisterEntry:
    """Write a confirmed paper into the incoming book of its agency. Inside the caller's transaction."""
    day = local_date(at)
    book = locked_book(BookKind.INCOMING, agency_of_paper(paper), "", day.year)
    _register(paper, by, at)
    paper.save()
    return _enter(book, book.last_seq + 1, paper, day, by, at)


def enter_outgoing(paper: Paper, by: Any, at: datetime) -> RegisterEntry | None:
    """Write an outgoing paper that came with its number into the book at that number; None while it has none.

    A book that holds nothing yet starts there: a node may begin its work in the middle of a year.
    """
    if paper.number is None:
        return None
    day = paper.issued_on or local_date(at)
    book = locked_book(BookKind.OUTGOING, agency_of_paper(paper), series_of(paper.kind), paper.issued_year or day.year)
    if RegisterEntry.objects.filter(book=book, seq=paper.number).exists():
        raise NumberTaken(N_("Số %(number)s đã cấp cho văn bản khác trong sổ năm nay."), number=paper.full_number)
    if paper.number > book.last_seq + 1 and RegisterEntry.objects.filter(book=book).exists():
        raise NumberLeavesGap(
            N_("Sổ đang ở số %(last)d, số %(number)d sẽ để trống số ở giữa. Hãy vào sổ lần lượt."),
            last=book.last_seq, number=paper.number,
        )  # fmt: skip
    _register(paper, by, at)
    paper.save()
    return _enter(book, paper.number, paper, day, by, at)


def locked_book(kind: str, agency: Office, series: str, year: int) -> RegisterBook:
    """The book, locked until the transaction ends: two clerks get two numbers, and a failure gives its number back."""
    key = {"kind": kind, "agency": agency, "series": series, "year": year}
    RegisterBook.objects.bulk_create([RegisterBook(**key)], ignore_conflicts=True)
    return RegisterBook.objects.select_for_update().get(**key)


def agency_of_paper(paper: Paper) -> Office:
    agency = paper.agency or people.own_agency()
    if agency is None:
        raise NoAgency(N_("Chưa khai báo cơ quan của mình. Vào Bắt đầu để khai báo rồi làm lại."))
    return agency


def _enter(book: RegisterBook, seq: int, paper: Paper, day: date, by: Any, at: datetime) -> RegisterEntry:
    entry = RegisterEntry.objects.create(
        book=book, seq=seq, paper=paper, entered_on=day, author=paper.issuer_name, number_symbol=paper.full_number,
        paper_date=numbers.day_in_words(paper.issued_day, paper.issued_month, paper.issued_year),
        kind_and_subject=" ".join(part for part in (paper.kind, paper.subject) if part),
        signer=paper.signer_name, recipients=paper.recipients, due_on=paper.due_on, by=by, at=at,
    )  # fmt: skip
    book.last_seq = max(book.last_seq, seq)
    book.save(update_fields=["last_seq"])
    return entry


def update_entry(*, entry_id: int, values: dict[str, Any], by: Any, at: datetime) -> RegisterEntry:
    """Fill in what happens after registering: handed to whom, receipt, deadline, progress, reply, note."""
    permissions.check_can_keep_books(by)
    with transaction.atomic():
        entry = RegisterEntry.objects.select_for_update().filter(pk=entry_id).first()
        if entry is None:
            raise NotFound(N_("Không có dòng này trong sổ."))
        queries.get_visible(by, entry.paper_id)
        changed = {name: value for name, value in values.items() if name in EDITABLE and getattr(entry, name) != value}
        for name, value in changed.items():
            setattr(entry, name, one_line(value) if isinstance(value, str) else value)
        entry.save()
        audit("register.entry_changed", AUDIT_KIND, str(entry.paper_id), by, at, entry=entry.pk, fields=sorted(changed))
    return entry


def start_book(*, kind: str, series: str, year: int, last_seq: int, by: Any, at: datetime) -> RegisterBook:
    """Say which number was the last one given on paper, before the first number is given here."""
    permissions.check_can_keep_books(by)
    agency = people.own_agency()
    if agency is None:
        raise NoAgency(N_("Chưa khai báo cơ quan của mình. Vào Bắt đầu để khai báo rồi làm lại."))
    with transaction.atomic():
        book = locked_book(kind, agency, series, year)
        if RegisterEntry.objects.filter(book=book).exists():
            raise Conflict(N_("Sổ này đã có văn bản nên không đổi số bắt đầu được."), code="book_in_use")
        book.last_seq = last_seq
        book.save(update_fields=["last_seq"])
        audit("register.book_started", "register_book", str(book.pk), by, at, last_seq=last_seq)
    return book
