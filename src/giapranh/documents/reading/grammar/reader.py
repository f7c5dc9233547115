"""Reading one paper: head, body and foot, and the values found in them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import replace

from giapranh.kernel.errors import N_

from ..schema import (
    Archive,
    Box,
    Citation,
    DateParts,
    Origin,
    Part,
    Reading,
    Recipient,
    Remark,
    Signer,
    SourceText,
    Span,
    Value,
)
from .body import paragraphs
from .citations import Cited, cited_in, laws_in, valued
from .data import Kind, kind_by_code, kind_by_name
from .directives import duties
from .folding import fold, key
from .found import Circumstances
from .head import Head
from .header import read_head
from .issuer import directing_person, issuer_of
from .lines import Line, Para, join, lines_of
from .mending import mended
from .numbers import mend_symbol
from .own_names import own_names
from .spacing import breaks_in, moved, without
from .stamped import Stamps, stamps_of
from .structure import RANK, walk
from .tables import table_duties, without_tables
from .tail import Tail, read_tail
from .units import Unit, split
from .writing import written

_STRAY_END = re.compile(r"[;.]\s+\S{0,3}$")
_STRANGE_SIGN = re.compile(r"[^\w\s.,;:()/&\-–+'\"’“”°%]")
_LAST_NOTE = re.compile(r"\(([^()]*)\)?$")
_WORDY = re.compile(r"\w{2}")
_SIGN_BEFORE_NOTE = re.compile(r"[;,](?= \()")
_ANSWERS = re.compile(
    r"(?:v/v |ve viec |ve )?(?:tra loi|phuc dap|giai dap|tham gia (?:gop )?y kien|gop y|cho y kien|y kien (?!chi dao|ket luan)|thoa thuan )"
)
_BRACKETED = re.compile(
    r"\((?P<n>\d{1,5})\s?/\s?(?P<s>[A-ZĐ][\wĐđ&]*(?:-[\wĐđ&]+)*),? ngày (?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})\)"
)


def read(source: SourceText) -> Reading:
    """Everything the paper says about itself. Never raises on any text; what is absent is absent."""
    text = unicodedata.normalize("NFC", source.text)
    breaks = breaks_in(text)
    if not breaks:
        return _boxed(_read(text, source), source)
    reading = moved(_read(without(text, breaks), source), breaks)
    return _boxed(replace(reading, text=text), source)


def _read(text: str, source: SourceText) -> Reading:
    lines = mended(lines_of(text), text)
    head = read_head(lines)
    tail = read_tail(lines, head.body_at)
    body_lines, body_tables = without_tables(lines[head.body_at : tail.start])
    annex_lines, annex_tables = without_tables(_annex(lines[tail.end :]))
    body, annex = paragraphs(body_lines), paragraphs(annex_lines)
    _mark_notes(annex)
    paras = body + annex
    stamps = stamps_of(source)
    scan = source.origin is Origin.SCAN
    header = _header(head, paras, stamps, scan, text)
    own = header.full_number
    cells = [cell for table in (*body_tables, *annex_tables) for cell in table.cells()]
    cited_paras = ([head.subject] if head.subject else []) + paras + cells
    listed = own_names(head.addressees, tail.items, text)
    for para in cited_paras:
        para.own = listed
    cited = cited_in(cited_paras, own, header.symbol.value if header.symbol else None)
    cited = [c for c in cited if not _is_own(c, header)]
    laws = laws_in(cited_paras, cited)
    _mark_bases(cited_paras, cited + laws)
    about = _circumstances(head, header, cited_paras, cited)
    root, found = duties(paras, about, len(body))
    found += [d for table in (*body_tables, *annex_tables) for d in table_duties(table, about)]
    places: dict[int, list[tuple[int, int]]] = {}
    for i, c in enumerate(cited):
        places.setdefault(id(cited_paras[c.para]), []).append((i, c.start))
    directives = tuple(written(f, about, places) for f in found)
    return replace(
        header,
        citations=tuple(valued(c) for c in cited),
        laws=tuple(valued(c) for c in laws),
        structure=_structure(root),
        directives=directives,
        recipients=_recipients(tail),
        archive=_kept(tail),
        signer=_signer(tail, scan),
        directing_person=directing_person(paras, len(body)),
        signatures=source.signatures,
        remarks=source.remarks + _remarks(header),
        origin=source.origin,
        text=text,
    )


def _mark_notes(annex: list[Para]) -> None:
    """Footnotes that a copy gathers under the signature are notes, not items of an annex."""
    for para in annex:
        if not re.match(r"[(\[]?\d{1,2}[)\]]\s|\d{1,2}\s+[A-ZĐ]", para.text):
            break
        para.note = True


def _annex(lines: list[Line]) -> list[Line]:
    """What follows the foot, without the head of an annexed plan."""
    if not lines:
        return []
    head = read_head(lines)
    if head.kind is not None and head.issuer_lines and head.body_at < 25:
        return lines[head.body_at :]
    return lines


def _header(head: Head, paras: list[Para], stamps: Stamps, scan: bool, text: str) -> Reading:
    _bracketed(head, text)
    symbol = _symbol(head)
    number = _number(head, stamps, scan)
    kind = _kind(head, symbol)
    day = _day(head, stamps, scan)
    issuer, parent = issuer_of(head, paras, text)
    full = None
    if symbol is not None:
        serial = f"{number.value:02d}" if number is not None else ""
        year = f"/{head.number_year}" if head.number_year else ""
        full = f"{serial}-{symbol.value}" if head.number_party else f"{serial}{year}/{symbol.value}"
    return Reading(
        kind=kind,
        number=number,
        symbol=symbol,
        full_number=full,
        date=day,
        place=_line_value(head.place),
        subject=_subject(head),
        issuer=issuer,
        issuer_parent=parent,
        addressees=tuple(_unit_values(head)),
        urgency=_line_value(head.urgency),
        secrecy=_line_value(head.secrecy),
    )


def _bracketed(head: Head, text: str) -> None:
    """A web copy that keeps number and day only in brackets after the subject."""
    if head.symbol is not None or head.subject is None:
        return
    m = _BRACKETED.search(text, 0, 1500)
    if not m:
        return
    head.number_text = m.group("n")
    head.number = Line(m.start("n"), m.end("n"), 0, m.group("n"), False, False)
    head.symbol = Line(m.start("s"), m.end("s"), 0, m.group("s"), False, False)
    head.symbol_text = mend_symbol(m.group("s"))
    head.day = DateParts(int(m.group("d")), int(m.group("m")), int(m.group("y")))
    head.day_line = Line(m.start("d"), m.end("y"), 0, text[m.start("d") : m.end("y")], False, False)
    at = head.subject.text.find(m.group())
    if at > 0:
        cut = head.subject
        head.subject = Para(cut.text[:at].rstrip(" .,"), cut.starts, cut.places, cut.indent)


def _line_value(line: Line | None) -> Value[str] | None:
    return Value(line.text, Span(line.start, line.end)) if line is not None and line.text else None


def _symbol(head: Head) -> Value[str] | None:
    if head.symbol is None or not head.symbol_text:
        return None
    return Value(head.symbol_text, Span(head.symbol.start, head.symbol.end))


def _number(head: Head, stamps: Stamps, scan: bool) -> Value[int] | None:
    printed = (head.number_text or "").strip()
    digits = re.fullmatch(r"(\d{1,6})[a-z]?", printed)
    if digits and head.number is not None:
        weak = scan
        reason = N_("Số trên bản quét thường viết tay, máy đọc dễ sai.") if weak else None
        return Value(int(digits.group(1)), Span(head.number.start, head.number.end), 0.5 if weak else 1.0, reason)
    if stamps.number is not None:
        boxes = (stamps.number_box,) if stamps.number_box else ()
        span = Span(head.number.start, head.number.end) if head.number else None
        return Value(stamps.number, span, 0.95, None, boxes)
    return None


def _day(head: Head, stamps: Stamps, scan: bool) -> Value[DateParts] | None:
    day = head.day
    if day is None and stamps.day is None:
        return None
    span = Span(head.day_line.start, head.day_line.end) if head.day_line is not None else None
    boxes: tuple[Box, ...] = ()
    if stamps.day is not None:
        old = day or DateParts(None, None, None)
        day = DateParts(old.day or stamps.day.day, old.month or stamps.day.month, old.year or stamps.day.year)
        boxes = stamps.day_boxes
    assert day is not None
    if head.day_noise:
        return Value(day, span, 0.4, N_("Ngày viết tay hoặc mờ, máy không đọc rõ."), boxes)
    if scan:
        return Value(day, span, 0.6, N_("Ngày trên bản quét thường viết tay, máy đọc dễ sai."), boxes)
    if day.day is None and head.day is not None:
        return Value(day, span, 0.9, N_("Văn bản để trống ngày."), boxes)
    return Value(day, span, 1.0, None, boxes)


def _kind(head: Head, symbol: Value[str] | None) -> Value[str] | None:
    if head.kind is not None and head.kind_line is not None:
        return Value(head.kind.name, Span(head.kind_line.start, head.kind_line.end))
    if symbol is None:
        return None
    code = re.split(r"[-/]", fold(symbol.value))[0]
    named: Kind | None = kind_by_code().get(code)
    if named is not None and named.name != "Công văn" and "-" in symbol.value + "/" and not _is_letter(head, code):
        return Value(named.name, symbol.span, 0.7, N_("Tên loại không có trong văn bản; suy từ ký hiệu."))
    return Value("Công văn", symbol.span, 0.95, None)


def _is_letter(head: Head, code: str) -> bool:
    """Whether a type's abbreviation at the head of a symbol is an organ's after all ("TTr" of Thanh tra in a letter)."""
    return head.about and bool(head.addressees)


def _subject(head: Head) -> Value[str] | None:
    para = head.subject
    if para is None:
        return None
    text = para.text.strip(" .;:*_|")
    lead = para.text.find(text)
    if not text:
        return None
    return Value(text, para.span(lead, lead + len(text)))


def _unit_values(head: Head) -> list[Value[str]]:
    return [Value(u.name, p.span(u.start, u.end)) for p, u in _addressees(head)]


def _addressees(head: Head) -> list[tuple[Para, Unit]]:
    out: list[tuple[Para, Unit]] = []
    for para in head.addressees:
        at = re.match(r"[-–—+•\s]*", para.text)
        start = at.end() if at else 0
        out += [(para, u) for u in split(para, start, len(para.text))]
    return out


def _is_own(c: Cited, header: Reading) -> bool:
    """The paper's own number met again in its text is not a citation."""
    if header.symbol is None or c.citation.number is None:
        return False
    if header.full_number and key(c.citation.number).lstrip("0") == key(header.full_number).lstrip("0"):
        day = header.date.value.as_date if header.date else None
        return c.citation.date is None or day is None or c.citation.date.as_date == day
    return False


def _mark_bases(paras: list[Para], cited: list[Cited]) -> None:
    """What stands in the "Căn cứ …" lines, or in the opening "Thực hiện …", is the basis of the paper."""
    for row in cited:
        if re.match(
            r"\W*(?:can cu|thuc hien|theo de nghi|xet de nghi|tren co so|de thuc hien|de trien khai)\b",
            paras[row.para].folded,
        ):
            row.citation = replace(row.citation, legal_basis=True)


def _circumstances(head: Head, header: Reading, paras: list[Para], cited: list[Cited]) -> Circumstances:
    taken: dict[int, list[tuple[int, int]]] = {}
    for row in cited:
        taken.setdefault(id(paras[row.para]), []).append((row.start, row.end))
    name = header.kind.value if header.kind else None
    kind = kind_by_name().get(fold(name)) if name else None
    issuer = header.issuer.value if header.issuer else ""
    local = bool(
        re.match(
            r"(?:ubnd|hdnd|uy ban nhan dan|so |tinh uy|van phong ubnd|van phong uy ban|thanh tra|chi cuc|ban |cong an|phong )",
            fold(issuer),
        )
    )
    return Circumstances(
        name,
        kind is None or kind.gives_duties or (kind.name == "Quy chế" and _between_bodies(header)),
        issuer,
        header.place.value if header.place else "",
        header.date.value if header.date else None,
        tuple(_addressees(head)),
        taken,
        provincial=local,
        answers=name == "Công văn" and header.subject is not None and bool(_ANSWERS.match(fold(header.subject.value))),
    )


def _between_bodies(header: Reading) -> bool:
    """Whether a regulation shares out work between the bodies that agree on it, as no general one does."""
    return header.subject is not None and "phoi hop" in fold(header.subject.value)


def _structure(root: object) -> tuple[Part, ...]:
    from .structure import Node

    assert isinstance(root, Node)
    out: list[Part] = []
    for node in walk(root):
        if node.kind == "plain":
            continue
        level = 0
        above = node.parent
        while above is not None and above.kind != "root":
            level, above = level + 1, above.parent
        out.append(Part(node.para.text[: node.at].strip(), level, node.para.span(0, len(node.para.text)), node.path))
    return tuple(out)


def _recipients(tail: Tail) -> tuple[Value[Recipient], ...]:
    out: list[Value[Recipient]] = []
    for para in tail.items:
        text = _SIGN_BEFORE_NOTE.sub("", para.text).strip(" .;:,-–*_|'`")
        if para is not tail.kept:
            text = _STRAY_END.sub("", text).strip(" .;:,")
        if not _WORDY.search(text):
            continue
        note = _LAST_NOTE.search(text)
        start = para.text.find(text[:12])
        start = max(start, 0)
        end = min(len(para.text), start + len(text) + (1 if text not in para.text else 0))
        weak = N_("Dòng nơi nhận có chữ máy đọc không chắc.") if _STRANGE_SIGN.search(text) else None
        out.append(
            Value(Recipient(text, note.group(1) if note else None), para.span(start, end), 0.7 if weak else 1.0, weak)
        )
    return tuple(out)


def _kept(tail: Tail) -> Value[Archive] | None:
    para = tail.kept
    if para is None:
        return None
    m = re.match(r"\W*L\w{1,3}\s*[:.;]?\s*(?P<rest>.*)$", para.text)
    rest = (m.group("rest") if m else para.text).strip(" .;")
    parts = [p.strip() for p in re.split(r"[,;]", rest) if p.strip()]
    office_words = next((p for p in parts if fold(p) not in ("vt", "van thu", "hs", "ho so", "hsvv")), None)
    office, drafter = None, None
    if office_words:
        last = re.search(r"[.]\s?(\w+)$", parts[-1])
        mark = re.match(
            r"(?P<o>(?:[^\W\d_]|[\s&./-])+?)\s?(?:\((?P<d>[^)]*)\)?|[.]\s?(?P<e>\w+)|(?P<f>\d+[\w.]*))?$", office_words
        )
        office = (mark.group("o") if mark else office_words).strip(" .-")
        drafter = next((g for g in (mark.group("d"), mark.group("e"), mark.group("f")) if g), None) if mark else None
        if last is None and len(parts) > 2:
            last = re.fullmatch(r"([^\W\d_][a-zà-ỹ]+)", parts[-1]) if parts[-1][:1].isupper() else None
        drafter = drafter or (last.group(1) if last else None)
    return Value(Archive(office or None, drafter, rest), para.span(0, len(para.text)))


def _signer(tail: Tail, scan: bool) -> Value[Signer] | None:
    chain = [" ".join(x.text.split()).strip(" .,*_|") for x in tail.chain]
    if not chain and tail.name is None:
        return None
    marked = [bool(re.match(r"(?:T/?M|K/?T|T/?L|TUQ|Q)\s?[./\s]", c)) for c in chain]
    title: str | None = None
    authority = tuple(chain)
    if chain and not marked[-1]:
        title, authority = chain[-1], tuple(chain[:-1])
    elif chain and tail.name is None and len(chain) == 1:
        authority = tuple(chain)
    pieces = [*tail.chain, *([tail.name] if tail.name else [])]
    span = Span(min(p.start for p in pieces), max(p.end for p in pieces))
    name = tail.name.text.strip(" .,*_|") if tail.name else None
    reason = None
    if name is None:
        reason = N_("Không đọc được tên người ký trên trang.")
    elif not chain:
        reason = N_("Không đọc được chức vụ người ký trên trang.")
    return Value(Signer(authority, title, name), span, 0.6 if reason else (0.9 if scan else 1.0), reason)


def _remarks(header: Reading) -> tuple[Remark, ...]:
    out = []
    if header.secrecy is not None:
        out.append(Remark("secret", N_("Văn bản có dấu chỉ độ mật; hệ thống này không được dùng cho văn bản mật.")))
    if header.number is None and header.symbol is not None:
        out.append(Remark("number_blank", N_("Số văn bản để trống hoặc không đọc được.")))
    return tuple(out)


def _boxed(reading: Reading, source: SourceText) -> Reading:
    """Give every value the boxes of the words its span covers, where the source knows its words."""
    if not source.words:
        return reading
    words = sorted(source.words, key=lambda w: w.span.start)
    starts = [w.span.start for w in words]

    def boxes(span: Span | None) -> tuple[Box, ...]:
        if span is None:
            return ()
        first = max(bisect_left(starts, span.start) - 1, 0)
        rows: list[Box] = []
        for word in words[first:]:
            if word.span.start >= span.end:
                break
            if word.span.end <= span.start:
                continue
            rows.append(word.box)
        return _merged(rows)

    def give(value: Value[object] | None) -> Value[object] | None:  # type: ignore[type-arg]
        return replace(value, boxes=value.boxes or boxes(value.span)) if value is not None else None

    single = {
        n: give(getattr(reading, n))
        for n in (
            "kind",
            "number",
            "symbol",
            "date",
            "place",
            "subject",
            "issuer",
            "issuer_parent",
            "urgency",
            "secrecy",
            "archive",
            "signer",
            "directing_person",
        )
    }
    many = {
        n: tuple(give(v) for v in getattr(reading, n))
        for n in ("addressees", "citations", "laws", "recipients", "directives")
    }
    return replace(reading, **single, **many)  # type: ignore[arg-type]


def _merged(rows: list[Box]) -> tuple[Box, ...]:
    """Boxes of words on one line joined into one."""
    out: list[Box] = []
    for box in rows:
        if (
            out
            and out[-1].page == box.page
            and abs((out[-1].y0 + out[-1].y1) - (box.y0 + box.y1)) < 0.012
            and box.x0 >= out[-1].x0 - 0.01
        ):
            last = out[-1]
            out[-1] = Box(last.page, last.x0, min(last.y0, box.y0), max(last.x1, box.x1), max(last.y1, box.y1))
        else:
            out.append(box)
    return tuple(out)


__all__ = ["RANK", "Citation", "join", "read"]
