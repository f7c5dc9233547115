"""Other papers named in this one: number, day, kind, issuer, title; lists that share a head; laws cited by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from giapranh.kernel.errors import N_

from ..schema import Citation, DateParts, Span, Value
from . import dates
from .data import kind_by_code, kinds
from .folding import fold, key, near
from .lines import Para
from .numbers import Number, numbers_in

_EXTRA_KINDS = (
    "văn bản",
    "thông báo kết luận",
    "kết luận thanh tra",
    "lệnh",
    "điều ước",
    "bộ luật",
    "luật",
    "pháp lệnh",
    "phiếu trình",
    "phiếu yêu cầu",
    "giấy phép",
    "quy chế phối hợp",
    "kế hoạch phối hợp",
    "chương trình phối hợp",
    "thông tri",
    "điện mật",
    "công hàm",
    "bản tin",
)
_DIGIT = re.compile(r"\d")
_BETWEEN = re.compile(r"^[\s,;:()]*(?:(?:va|cung|hoac) )?(?:cac )?(?:van ban )?(?:so\s?:?)?\s*$")
_TITLE = re.compile(r"^[,]? ?(?:ve viec|ve|v/v|quy dinh|phe duyet|ban hanh|sua doi|huong dan|ket luan|thong bao) ")
_ISSUER = re.compile(r"^[,]? ?(?:cua|do) ")
_SAME_DAY = re.compile(r" ?,? ?(?:ban hanh )?cung ngay(?! \d)")
_STOP_ISSUER = re.compile(
    r"\s(?:ve|quy dinh|phe duyet|ban hanh|sua doi|huong dan|tai|va|de|ngay|nham|yeu cau|co|da|trong|thi|cong bo|giao|thong bao|ket luan|ban hanh)\s|[,;.()\"]"
)
_STOP_TITLE = re.compile(
    r"[;.)]|\"(?=[\s,;.])|, (?=(?:uy ban|ubnd|so |bo |thuc hien|cong van|quyet dinh|nghi quyet|nghi dinh|chi thi|ke hoach|thong bao|van phong|giam doc|chu tich|de |nham|theo |xet |yeu cau|trong do|cac van ban))|(?<=\w) (?:va )(?=(?:cong van|quyet dinh|nghi quyet|nghi dinh|chi thi|ke hoach|thong bao|cong dien|thong tu|ket luan|bien ban|to trinh|bao cao) (?:so|ngay))"
)
_LAW = re.compile(
    rf"(?<!\w)(?:bo luat|luat|phap lenh|hien phap) (?P<name>[^;.()0-9]{{3,120}}?),? (?:(?:duoc (?:quoc hoi )?thong qua )?ngay (?:{dates.NUMERIC}|{dates.WORDED})|nam (?P<year>(?:19|20)\d\d))"
)
_LAW_BARE = re.compile(
    r"(?<!\w)(?:Căn cứ|căn cứ|Thực hiện|thực hiện|theo|Theo|của|tại) (?P<law>(?:Bộ [Ll]uật|Luật|Pháp lệnh|Hiến pháp) [^;.,()0-9]{3,90}?)(?=[;.,]| số | ngày | năm | và | quy định | được |$)"
)


@dataclass(slots=True)
class Cited:
    """One mention: the paragraph it stands in, its characters there, and the citation."""

    para: int
    start: int
    end: int
    citation: Citation
    span: Span
    confidence: float = 1.0
    reason: str | None = None


@cache
def _kind_before() -> re.Pattern[str]:
    names = sorted({fold(k.name) for k in kinds()} | {fold(k) for k in _EXTRA_KINDS}, key=len, reverse=True)
    return re.compile(
        r"(?<!\w)(?:cac |nhung |mot so )?(" + "|".join(re.escape(n).replace(r"\ ", " ") for n in names) + r")(?!\w)"
    )


def cited_in(paras: Sequence[Para], own: str | None, own_symbol: str | None) -> list[Cited]:
    """Every mention of another paper in the paragraphs, in order; dates shared along lists and between mentions."""
    out: list[Cited] = []
    for index, para in enumerate(paras):
        if not _DIGIT.search(para.text):
            continue
        found = [n for n in numbers_in(para.text) if n.whole != own]
        rows = [_mention(para, index, n, found, at) for at, n in enumerate(found)]
        _share_along_list(para, rows)
        out += [r for r in rows if _is_paper(para, r)]
    _agree(out)
    _resolve(out)
    return out


def _mention(para: Para, index: int, n: Number, found: list[Number], at: int) -> Cited:
    limit = found[at + 1].start if at + 1 < len(found) else len(para.text)
    end, day, issuer, title = n.end, None, None, None
    m = dates.AFTER_NUMBER.match(para.folded, n.end)
    reason, confidence = None, 1.0
    if m and m.end() <= limit + 2:
        day, end = dates.of(m), m.end()
        if day is None:
            reason, confidence = N_("Ngày ghi trong văn bản không có trên lịch."), 0.4
        inner = re.match(r" ?,? ?(?:cua|do) (.+?),? ?(?:ban hanh )?ngay", para.folded[n.end : m.end()])
        if inner:
            issuer = para.text[n.end + inner.start(1) : n.end + inner.end(1)].strip(" ,")
    begin, kind = _kind(para, n, found, at)
    if day is None and reason is None:
        before = _day_before(para, begin)
        if before:
            day, reason, confidence = before, N_("Ngày đứng trước số văn bản trong câu."), 0.7
    if issuer is None and (w := _ISSUER.match(para.folded[end:limit])):
        stop = _STOP_ISSUER.search(para.folded, end + w.end(), limit)
        stop_at = stop.start() if stop else limit
        if stop_at - end < 110:
            issuer, end = para.text[end + w.end() : stop_at].strip(" ,"), stop_at
    if w := _TITLE.match(para.folded[end:limit]):
        stop = _STOP_TITLE.search(para.folded, end + w.end(), min(len(para.text), end + 600))
        stop_at = (
            min(stop.start() if stop else len(para.text), limit)
            if limit - end < 40
            else (stop.start() if stop else len(para.text))
        )
        title = para.text[end:stop_at].strip(" ,")
    last = _after_number(para, n, m, day)
    citation = Citation(n.whole, kind, day, issuer or None, title, para.text[begin:last].strip(), n.party, False)
    return Cited(index, begin, last, citation, para.span(begin, last), confidence, reason)


def _after_number(para: Para, n: Number, m: re.Match[str] | None, day: DateParts | None) -> int:
    return m.end() if m and day is not None and m.end() - n.end < 120 else n.end


def _kind(para: Para, n: Number, found: list[Number], at: int) -> tuple[int, str | None]:
    """Where the mention begins and what kind of paper it names, by the words before it or by its number."""
    floor = found[at - 1].end if at else 0
    window = para.folded[max(floor, n.start - 70) : n.start]
    base = max(floor, n.start - 70)
    names = list(_kind_before().finditer(window))
    by_code = kind_by_code().get(n.type_code)
    begin = n.start
    head = re.search(r"(?:so|s0)\s?:?\s?$", window)
    if head:
        begin = base + head.start()
    if names:
        last = names[-1]
        between = window[last.end() : head.start() if head else len(window)]
        if re.fullmatch(r"[\s:]*(?:(?:cua|tai|gom|kem theo|lien tich)[^,;.]{0,45})?[\s:]*", between):
            begin = base + last.start(1)
            printed = " ".join(para.text[begin : base + last.end(1)].split())
            return begin, printed[:1].upper() + printed[1:].lower()
    if by_code:
        return begin, by_code.name
    if at and _BETWEEN.match(para.folded[floor : n.start]) is None and not names:
        return begin, None
    if n.party:
        return begin, None
    if re.search(r"QH\d|UBTVQH", n.symbol):
        return begin, "Luật" if "UBTVQH" not in n.symbol else "Nghị quyết"
    return begin, "Công văn" if "-" in n.symbol and names == [] and n.year is None else None


def _day_before(para: Para, begin: int) -> DateParts | None:
    sentence = max(para.folded.rfind(". ", 0, begin), para.folded.rfind("; ", 0, begin), 0)
    m = re.search(
        rf"ngay (?:{dates.NUMERIC}|{dates.WORDED}),[^;.]{{0,260}}\b(?:tai|ban hanh|ky|co) (?:cac )?$",
        para.folded[sentence:begin],
    )
    return dates.of(m) if m else None


def _same_year(mine: Cited, after: Cited) -> bool:
    """Whether a day can be shared: a law's number tells its year, and the day of another year is another paper's."""
    year = re.search(r"/(\d{4})/", mine.citation.number or "")
    day = after.citation.date
    return year is None or day is None or day.year is None or int(year.group(1)) == day.year


def _bare_head(row: Cited) -> bool:
    """Whether the mention begins with its number, without a kind of its own."""
    return row.citation.as_written.lower().startswith("số") or row.citation.as_written[:1].isdigit()


def _share_along_list(para: Para, rows: list[Cited]) -> None:
    """In "số 1/A, số 2/B ngày d" the day counts for both, and a kind said once counts for all that follow."""
    for i in range(len(rows) - 2, -1, -1):
        mine, after = rows[i], rows[i + 1]
        gap = para.folded[mine.end : after.start]
        if (
            mine.citation.date is None
            and after.citation.date is not None
            and _BETWEEN.match(gap)
            and _same_year(mine, after)
            and (_bare_head(after) or mine.citation.kind == after.citation.kind)
        ):
            mine.citation = replace(
                mine.citation, date=after.citation.date, issuer=mine.citation.issuer or after.citation.issuer
            )
            mine.confidence, mine.reason = min(mine.confidence, 0.85), N_("Ngày ghi chung ở cuối danh sách số văn bản.")
    for i in range(1, len(rows)):
        gap = para.folded[rows[i - 1].end : rows[i].start]
        if rows[i].citation.date is None and _SAME_DAY.match(para.folded, rows[i].end) and _BETWEEN.match(gap):
            rows[i].citation = replace(rows[i].citation, date=rows[i - 1].citation.date)
            rows[i].confidence, rows[i].reason = 0.85, N_("Ngày ghi chung ở cuối danh sách số văn bản.")
        bare_head = _bare_head(rows[i])
        code = fold(rows[i].citation.number or "").split("/")[-1].split("-")[0]
        unknown = rows[i].citation.kind in (None, "Công văn") and kind_by_code().get(code) is None
        if bare_head and unknown and rows[i - 1].citation.kind and len(gap) < 200:
            rows[i].citation = replace(rows[i].citation, kind=rows[i - 1].citation.kind)


def _is_paper(para: Para, row: Cited) -> bool:
    """Not a standard, a form, an account or a file mark that merely looks like a number."""
    before = para.folded[max(0, row.start - 24) : row.start]
    number = row.citation.number or ""
    if re.search(
        r"(?:mau(?: so)?|bieu(?: so)?|phu luc(?: so)?|tieu chuan|quy chuan|qcvn|tcvn|tai khoan|ma so|khoang|tan|bien so|hop dong dien tu)\s?:?\s?$",
        before,
    ):
        return False
    return not re.search(r"/(?:QCVN|TCVN|BYT-|A4|VNĐ|USD|KG|HA|M2|M3)$", number)


def _agree(rows: list[Cited]) -> None:
    """Where OCR spelt one paper in several ways, the spelling met most often wins."""
    groups: dict[tuple[str, str], list[Cited]] = {}
    for row in rows:
        number = row.citation.number or ""
        head = re.match(r"\d+[a-z]?(?:/\d{4})?", number, re.I)
        groups.setdefault((head.group() if head else number, _iso(row.citation.date) or "?"), []).append(row)
    for same in groups.values():
        counts = Counter(r.citation.number for r in same)
        if len(counts) < 2:
            continue
        best, most = max(counts.items(), key=lambda x: (x[1], "-" in (x[0] or "")))
        for row in same:
            spelt = row.citation.number
            if (
                spelt != best
                and (counts[spelt] < most or "-" not in (spelt or ""))
                and near(key(spelt or "").replace(" ", ""), key(best or "").replace(" ", ""), 2)
            ):
                row.citation = replace(row.citation, number=best)
                row.confidence, row.reason = 0.7, N_("Ký hiệu được sửa theo các lần nhắc khác trong văn bản.")


def _iso(day: DateParts | None) -> str | None:
    return day.as_date.isoformat() if day and day.as_date else None


def _resolve(rows: list[Cited]) -> None:
    """A later mention without a day is the same paper as the dated one; an only day differing by one digit is a slip."""
    dated: dict[str, Counter[DateParts]] = {}
    for row in rows:
        if row.citation.date is not None:
            dated.setdefault(fold(row.citation.number or ""), Counter())[row.citation.date] += 1
    for row in rows:
        days = dated.get(fold(row.citation.number or ""))
        if not days:
            continue
        if row.citation.date is None:
            row.citation = replace(row.citation, date=days.most_common(1)[0][0])
            continue
        best, most = days.most_common(1)[0]
        if (
            row.citation.date != best
            and most >= 2
            and days[row.citation.date] == 1
            and _one_slip(row.citation.date, best)
        ):
            row.citation = replace(row.citation, date=best)
            row.confidence, row.reason = 0.6, N_("Ngày khác với các lần nhắc khác của cùng văn bản.")


def _one_slip(a: DateParts, b: DateParts) -> bool:
    x, y = _iso(a) or "", _iso(b) or ""
    return len(x) == len(y) and sum(p != q for p, q in zip(x, y, strict=True)) == 1


def laws_in(paras: Sequence[Para], taken: list[Cited]) -> list[Cited]:
    """Laws and ordinances cited by name, with the day or year where printed."""
    out: list[Cited] = []
    for index, para in enumerate(paras):
        if "uật" not in para.text and "háp lệnh" not in para.text and "iến pháp" not in para.text:
            continue
        spans = [(c.start, c.end) for c in taken if c.para == index]
        for m in _LAW.finditer(para.folded):
            if (
                para.text[m.start()].isupper()
                and not any(a < m.end() and m.start() < b for a, b in spans)
                and " so " not in m.group("name")
            ):
                day = dates.parts(*m.groups()[1:4]) or dates.parts(*m.groups()[4:7])
                year = int(m.group("year")) if m.group("year") else None
                name_end = m.end("name")
                name = para.text[m.start() : name_end].strip(" ,")
                row = Citation(
                    None,
                    name.split()[0],
                    day or (DateParts(None, None, year) if year else None),
                    None,
                    name,
                    para.text[m.start() : m.end()],
                )
                out.append(Cited(index, m.start(), m.end(), row, para.span(m.start(), m.end())))
        known = [(c.start, c.end) for c in out if c.para == index] + spans
        for m in _LAW_BARE.finditer(para.text):
            a, b = m.span("law")
            if para.text[a:b].endswith((" này", " trên")):
                continue
            if not any(x < b and a < y for x, y in known):
                row = Citation(None, para.text[a:b].split()[0], None, None, para.text[a:b].strip(), para.text[a:b])
                out.append(Cited(index, a, b, row, para.span(a, b)))
    return sorted(out, key=lambda c: (c.para, c.start))


def valued(row: Cited) -> Value[Citation]:
    """The mention as a value with its span."""
    reason, confidence = row.reason, row.confidence
    if row.citation.date is None and row.citation.number and reason is None:
        confidence, reason = 0.6, N_("Văn bản được nhắc không kèm ngày.")
    return Value(row.citation, row.span, confidence, reason)
