"""Rows that several verbs write the same way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from giapranh.documents import permissions, vault
from giapranh.documents.models import Blob, Direction, Paper, PaperAccess, PaperAttachment, PaperState, PaperVersion
from giapranh.documents.rules import numbers
from giapranh.documents.rules.fields import ReadPaper
from giapranh.documents.search_text import for_index
from giapranh.exchange.services import sharing
from giapranh.kernel.clock import local_date, today
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_, Conflict
from giapranh.kernel.text import nfc, one_line, search_key, sort_key
from giapranh.people import queries as people
from giapranh.people.models import Office
from giapranh.people.services import audit

AUDIT_KIND = "paper"


class DuplicatePaper(Conflict):
    """The paper, or the very file, is in the register already."""

    code = "duplicate_paper"


def clean_name(name: str) -> str:
    """A file name to show and to save under: no folders, one line, not too long."""
    last = one_line(name.replace("\\", "/").rpartition("/")[2]).replace("\x00", "")
    stem, dot, suffix = last.rpartition(".")
    if dot and len(suffix) <= 10:
        return f"{stem[:200]}.{suffix}"
    return last[:200] or "tep"


def keep_blob(data: bytes, media_type: str) -> Blob:
    """Vault first, row second: a row never promises bytes that are not there.

    Called inside the transaction that names the blob, so that a row without a paper cannot outlive a power cut.
    """
    sha256 = vault.put(data)
    blob, _made = Blob.objects.get_or_create(sha256=sha256, defaults={"size": len(data), "media_type": media_type})
    return blob


def agency_of(by: Any) -> Office | None:
    """The agency on whose behalf ``by`` acts."""
    offices = list(people.offices_of(by, today()))
    return offices[0].agency if offices else people.own_agency()


def refuse_same_bytes(sha256: str, by: Any) -> None:
    """One file is registered once."""
    version = PaperVersion.objects.filter(blob=sha256).select_related("paper").first()
    attached = version or PaperAttachment.objects.filter(blob=sha256).select_related("paper").first()
    if attached is not None:
        raise same_paper(attached.paper, by, N_("Tệp này đã có trong sổ: %(paper)s. Hãy mở văn bản đó."))


def refuse_same_identity(identity: str | None, by: Any, *, besides: int | None = None) -> None:
    """Issuer, number, symbol and year belong to one paper."""
    if identity is None:
        return
    same = Paper.objects.filter(identity=identity).exclude(direction=Direction.STUB)
    other = (same if besides is None else same.exclude(pk=besides)).first()
    if other is not None:
        raise same_paper(
            other, by, N_("Văn bản này đã có trong sổ: %(paper)s. Nếu là bản khác, hãy thêm phiên bản vào văn bản đó.")
        )


def same_paper(other: Paper, by: Any, line: str) -> DuplicatePaper:
    """The refusal that names the other paper, or only says that there is one where ``by`` may not know it."""
    if not permissions.can_read(by, other):
        return DuplicatePaper(N_("Văn bản này đã có trong sổ của đơn vị khác. Hãy hỏi văn thư."))
    refusal = DuplicatePaper(line, paper=name_of(other))
    refusal.paper_id = other.pk  # type: ignore[attr-defined]
    return refusal


def name_of(paper: Paper) -> str:
    """``Kế hoạch 03/KH-UBND ngày 08/01/2024 của UBND tỉnh …``: enough to find the paper on a shelf."""
    parts = [paper.kind, paper.full_number]
    if day := numbers.day_in_words(paper.issued_day, paper.issued_month, paper.issued_year):
        parts += ["ngày", day]
    if paper.issuer_name:
        parts += ["của", paper.issuer_name]
    named = " ".join(part for part in parts if part)
    return named or f"#{paper.pk} ({format_date(local_date(paper.created_at))})"


def fill_header(paper: Paper, read: ReadPaper, data: Mapping[str, Any]) -> None:
    """Put the header values that hold now into the columns of the paper."""
    number = _taken_apart(read, data)
    day = read.header_value("date") or {}
    signer = read.header_value("signer") or {}
    paper.kind = _line(read.header_value("kind"), 100)
    paper.number = number.number if number else None
    paper.number_suffix = number.suffix if number else ""
    paper.symbol = _line(read.header_value("symbol"), 60)
    paper.full_number = numbers.full_number(
        paper.number, paper.symbol, suffix=paper.number_suffix, party=bool(number and number.party)
    )[:80]
    paper.issued_day, paper.issued_month, paper.issued_year = numbers.date_parts(day)
    paper.issued_on = numbers.whole_date(paper.issued_day, paper.issued_month, paper.issued_year)
    paper.place = _line(read.header_value("place"), 100)
    paper.issuer_name = _line(read.header_value("issuer"), 250)
    paper.issuer = find_issuer(paper)
    paper.subject = one_line(read.header_value("subject") or "")
    paper.urgency = _urgency(read.header_value("urgency"))
    paper.signer_name = _line(signer.get("name"), 120)
    paper.signer_title = _line(signer.get("title"), 250)
    paper.recipients = "; ".join(one_line(each["value"]["text"]) for each in data.get("recipients") or ())
    set_keys(paper)


def set_keys(paper: Paper) -> None:
    """What a paper is known, found and ordered by. Every verb that changes a header value calls this."""
    paper.number_key = numbers.number_key(paper.full_number)[:80]
    identity = numbers.identity(paper.issuer_name, paper.full_number, paper.issued_year)
    paper.identity = identity[:400] if identity and paper.number is not None else None
    paper.search_key = search_key(f"{paper.full_number} | {paper.subject} | {paper.issuer_name}")[:2000]
    paper.sort_key = sort_key(paper.full_number or paper.subject[:200])
    day = numbers.day_in_words(paper.issued_day, paper.issued_month, paper.issued_year)
    paper.search_head = for_index(
        " \n ".join([paper.kind, paper.full_number, day, paper.issuer_name, paper.subject, paper.signer_name])
    )
    paper.search_body = for_index(paper.text)


def save_once(paper: Paper, by: Any) -> None:
    """Save; when another paper took the same identity meanwhile, say which."""
    try:
        with transaction.atomic():
            paper.save()
    except IntegrityError as error:
        if "paper_identity_once" not in str(error):
            raise
        refuse_same_identity(paper.identity, by, besides=paper.pk)
        raise


def give_access(paper: Paper, offices: Iterable[Office], by: Any, at: datetime) -> list[Office]:
    """The offices that could not read the paper before."""
    fresh = []
    for office in offices:
        _row, made = PaperAccess.objects.get_or_create(paper=paper, office=office, defaults={"by": by, "at": at})
        if made:
            fresh.append(office)
    return fresh


def note(what: str, paper: Paper, by: Any, at: datetime, **data: Any) -> None:
    """One audit row; neighbours hear of an issued paper what an agreement lets them. Called last."""
    audit(what=what, target_kind=AUDIT_KIND, target_id=str(paper.pk), by=by, at=at, **data)
    if paper.direction == Direction.OUTGOING and paper.state == PaperState.REGISTERED:
        sharing.record_changed(AUDIT_KIND, str(paper.uid), at=at)


def find_issuer(paper: Paper) -> Office | None:
    """The office behind the issuer's name, only where the name says it plainly."""
    if not paper.issuer_name:
        return None
    wanted = numbers.issuer_key(paper.issuer_name)
    for office in people.find_office(paper.issuer_name, paper.day_of_names or today())[:5]:
        if wanted in {numbers.issuer_key(name) for name in office.names()}:
            return office
    return None


def _taken_apart(read: ReadPaper, data: Mapping[str, Any]) -> numbers.PaperNumber | None:
    value = read.header_value("number")
    if value in (None, ""):
        return None
    symbol = read.header_value("symbol") or ""
    party = _is_party(data.get("full_number") or "")
    written = str(value)
    parsed = numbers.parse_number(f"{written}{'-' if party else '/'}{symbol or 'x'}")
    if parsed is None:
        return None
    return numbers.PaperNumber(parsed.number, parsed.suffix, symbol, party)


def _is_party(full: str) -> bool:
    parsed = numbers.parse_number(full)
    if parsed is not None:
        return parsed.party
    return full.startswith("-")


def _urgency(value: Any) -> str:
    key = search_key(str(value or ""))
    for words, urgency in (("hoa toc", "hoa_toc"), ("thuong khan", "thuong_khan"), ("khan", "khan")):
        if words in key:
            return urgency
    return ""


def _line(value: Any, length: int) -> str:
    return one_line(nfc(str(value or "")))[:length]
