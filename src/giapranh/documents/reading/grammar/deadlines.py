"""When a duty is due: the whole grammar of documents §2.4, on folded text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from giapranh.kernel.errors import N_

from ..schema import DateParts, Due, DueKind
from . import dates
from .lines import Para

_HOUR = r"(?:(?P<h>[\dl]{1,2}) ?(?:gio|h|g)(?: ?(?P<mi>\d{2}))?(?: ?(?:phut|p|'))?,? ?(?:cung )?)?"
_WEEKDAY = r"(?:(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat)[, (]{1,3})?"
_DAY = rf"(?:(?:thoi diem |thoi gian )?{_HOUR}{_WEEKDAY}(?:(?:het )?(?:nga.|n.ay|.gay|ng.y) )?(?:{dates.NUMERIC}|{dates.WORDED}))"
_DAY_SHORT = rf"(?:(?:thoi diem )?{_HOUR.replace('<h>', '<sh>').replace('<mi>', '<smi>')}(?:ngay |(?<=truoc )(?=\d{{1,2}}/))(?P<sd>\d{{1,2}}) ?(?:/|-|thang) ?(?P<sm>\d{{1,2}})(?![\d/-])(?! ?(?:/|-|nam) ?\d))"
_TRIGGER = (
    r"(?P<t>(?:hoan thanh |xong |gui |bao cao |trinh )?(?:truoc|tr.oc|tru.c|t.uoc|truo.)(?! mat)(?: va trong)?|(?:cham|muon|tre) nhat(?: la)?(?: truoc| vao| den| trong| het| tu)*|tu nay (?:cho )?den(?: het)?|(?:^|(?<=[.;:)] ))den(?= ngay \d[^.;]{6,30}, (?:phai |can ban |co ban )?(?:hoan thanh|xong|ket thuc|hoan thien))|den het|(?:khong|keo dai) (?:qua|muon hon|cham hon)|"
    r"thoi han(?: (?:hoan thanh|thuc hien|bao cao|gui|nop|xu ly))*(?: la)? ?:?(?: truoc| den| den het| trong)*|han(?: cuoi| chot)?(?: (?:hoan thanh|bao cao|gui|nop))?(?: la)? ?: ?(?:truoc )?|"
    r"(?:thoi gian|thoi han|tien do)(?: (?:hoan thanh|thuc hien|bao cao|gui|nop)(?: bao cao)?)? ?:(?: hoan thanh| xong| vao| truoc| den(?: het)?| xong truoc)*|xong(?: truoc)?|hoan thanh ?: ?(?:xong |truoc )*|hoan thanh (?:vao|den|xong|trong)(?: truoc)?|moc|trong(?= ngay \d))"
)
# "trước 25 tháng Chạp (ngày 12/02/2026)": the day of the lunar calendar first.
_LUNAR = r"(?:(?:ngay |mong )*\d{1,2} ?(?:thang )?(?:chap|gieng|\d{1,2} ?(?:/\d{4} )?am lich)[^().;]{0,20}\((?:tuc )?(?:la )?)?"
_DUE_DAY = re.compile(rf"(?<!\w){_TRIGGER} ?{_LUNAR}(?:{_DAY}|{_DAY_SHORT})")
_MONTH = r"(?:(?:dau |giua |cuoi )?thang (?P<m>\d{1,2})(?: ?(?:/|-|nam) ?(?P<my>\d{4}))?|quy (?P<q>[1-4]|iv|i{1,3})(?: ?(?:/|-|nam) ?(?P<qy>\d{4}))?|(?:cuoi |het )?nam (?P<y>\d{4}))"
_FINISH = r"(?:hoan thanh|hoan thien|ket thuc|xong|trinh|ban hanh|bao cao|gui|thuc hien|tham muu|trien khai|cham nhat|muon nhat|thoi gian|thoi han|tien do|nop|phe duyet|ky ket|to chuc|phan dau)"
_DUE_MONTH = re.compile(
    rf"(?<!\w)(?P<f>{_FINISH})(?P<g>[^.;:]{{0,90}}?:?) ?(?:[,(] ?)?(?P<p>truoc|trong|den het|het|vao|den|cham nhat|muon nhat|xong|:|xong trong)? ?(?P<when>{_MONTH})(?!\d)"
)
# "Hoàn thành việc rà soát … trong năm 2027, bảo đảm …", however long the work is.
_DUE_MONTH_LATER = re.compile(
    rf"(?<!\w)hoan thanh [^.;:]{{90,190}}? trong (?P<when>{_MONTH})(?<=\d{{4}})(?= ?[,;.)]|$)"
)
_ROUGH_PERIOD = re.compile(r"thang \d|quy [1-4i]|nam \d")
_LABELLED = re.compile(
    rf"^\W*(?:thoi gian|thoi han|tien do|han)[^:]{{0,30}}: *(?:trong |truoc |den |den het |het |xong )?(?P<when>{_MONTH})(?!\d)"
)
# "… trình Ủy ban nhân dân tỉnh trong tháng 10 năm 2025." however far the verb stands before it.
_AT_THE_END = re.compile(rf"(?<!\w)trong (?P<when>{_MONTH})(?<=\d{{4}})(?= ?(?:[.;)]|$))")
# "Trong quý IV/2025, Sở X hoàn thành …".
_AT_THE_START = re.compile(
    rf"(?:^|(?<=[.;:)] ))\W*(?:(?:\d{{1,2}}|[a-z])[.)] )?(?:trong|den het|het|cham nhat) (?P<when>{_MONTH})(?<=\d{{4}}),? (?=[^.;]{{0,140}}?\b(?:hoan thanh|hoan thien|ket thuc|trinh|ban hanh|gui|bao cao)\b)"
)
# "… phê duyệt phương án cho các hộ còn lại ngay trong tháng 9."
_AT_ONCE = re.compile(rf"(?<!\w)ngay trong (?P<when>{_MONTH})(?![\d/])")
_OF_THE_PERIOD = re.compile(
    r"(?:phat sinh|dien ra|xay ra|ket qua|so lieu|tinh hinh|thu duoc|dat duoc|da)\b[^,;.]{0,60}$"
)
_FROM_TO = re.compile(
    rf"tu (?:{_HOUR.replace('<h>', '<ah>').replace('<mi>', '<ami>')})(?:ngay )?(?P<a>\d{{1,2}}(?: ?[/-] ?\d{{1,2}}(?: ?[/-] ?\d{{4}})?| thang \d{{1,2}}(?: nam \d{{4}})?)?),? (?:cho )?(?:den|-)(?: het)? (?:{_HOUR.replace('<h>', '<bh>').replace('<mi>', '<bmi>')})(?:het )?(?:(?:ngay )?(?:{dates.NUMERIC}|{dates.WORDED})|(?P<open>khi [^.;]{{3,80}}))"
)
_RECURRING = re.compile(
    r"(?<!\w)(?:dinh ky,? ?(?:(?P<every>\d{1,2}) ?(?P<unit>thang|tuan|nam|ngay|quy)|(?:hang|moi|theo) ?(?P<unit2>thang|tuan|quy(?! dinh| che)|nam|ngay)|(?P<unit3>6 thang))|(?P<n4>\d{1,2}) ?(?P<unit4>thang|tuan|nam|ngay) ?/ ?(?:01 |1 |mot )?lan|"
    r"(?:hang|hang|moi) (?P<unit5>tuan|thang|quy|nam|ngay)(?! rao))"
)
_MONTHLY_DAY = re.compile(
    r"(?:truoc )?(?:ngay|vao ngay) (?P<d>\d{1,2}) (?:hang|hang|cua|moi) ?(?:thang|quy)(?P<q> cuoi quy)?"
)
_YEARLY_DAYS = re.compile(
    r"truoc ngay (?P<d1>\d{1,2}) ?(?:/|thang) ?(?P<m1>\d{1,2})(?: ?\([^()]{2,40}\))?(?:,? va (?:truoc )?ngay (?P<d2>\d{1,2}) ?(?:/|thang) ?(?P<m2>\d{1,2}))? ?\(?(?:hang|moi) nam\)?"
)
# "6 tháng (trước ngày 05/6) và năm (trước ngày 05/12)": two reports a year, every year.
_HALF_AND_YEAR = re.compile(
    r"(?:6 thang|sau thang|nua nam|so ket)[^.;()\d]{0,24}\(?(?:truoc|cham nhat)? ?ngay (?P<d1>\d{1,2}) ?(?:/|thang) ?(?P<m1>\d{1,2})(?![\d/])\)?,? (?:va )?(?:bao cao )?(?:ca |mot |01 |hang |moi )?(?:nam|tong ket)[^.;()\d]{0,24}\(?(?:truoc|cham nhat)? ?ngay (?P<d2>\d{1,2}) ?(?:/|thang) ?(?P<m2>\d{1,2})(?![\d/])\)?"
)
_DAYS_OF_HALF_AND_YEAR = re.compile(
    r"truoc ngay (?P<d1>\d{1,2}) ?(?:/|thang) ?(?P<m1>\d{1,2}) ?\([^()]*(?:6 thang|so ket)[^()]*\),? va (?:truoc )?ngay (?P<d2>\d{1,2}) ?(?:/|thang) ?(?P<m2>\d{1,2}) ?\([^()]*(?:nam|tong ket)[^()]*\)"
)
_RELATIVE = re.compile(
    r"(?:trong (?:thoi han|thoi gian|vong)|cham nhat(?: la)?(?: sau)?|khong qua|sau) ?(?P<n>\d{1,3})(?: \([^)]{2,20}\))? (?P<unit>ngay|gio|thang|tuan)(?P<work> lam viec)?,? ?(?P<event>(?:ke )?tu (?:ngay|khi|thoi diem) [^.;]{3,120}|sau khi [^.;]{3,120})?"
)
_REFERENCE = re.compile(
    r"(?<!\w)(?:theo (?:dung )?(?:thoi gian|thoi han|tien do|moc thoi gian)(?: yeu cau| quy dinh| neu)? (?:tai|cua|trong) [^.;]{3,90}|dung thoi (?:han|gian)(?: yeu cau| quy dinh)?|theo (?:dung )?thoi (?:gian|han) (?:yeu cau|quy dinh)|dung tien do)"
)
_CONDITION = re.compile(
    r"(?<!\w)(?:ngay )?sau khi (?:duoc |co |nhan |hoan thanh |ket thuc |thong qua)[^.;,]{3,90}|(?<!\w)khi [^.;,]{3,60}(?:dap ung|phe duyet|thong qua|cho phep)[^.;,]{0,40}|(?<!\w)truoc (?:mua [^.;,]{2,30}|tet nguyen dan[^.;,]{0,20}|ky hop [^.;,]{2,40}|nam hoc moi)"
)
_DIGIT = re.compile(r"\d")
_DIGITS = str.maketrans("lIoO", "1100")


@dataclass(frozen=True, slots=True)
class FoundDue:
    """A deadline and where its words stand in the paragraph."""

    due: Due
    start: int
    end: int
    confidence: float = 1.0
    reason: str | None = None


def find_due(
    para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None
) -> FoundDue | None:
    """The deadline given between two places of a paragraph. ``taken`` are the citations, whose days are not deadlines."""
    for rule in _RULES if _DIGIT.search(para.text, start, end) else _RULES_WITHOUT_DIGITS:
        found = rule(para, start, end, taken, issued)
        if found is not None:
            return found
    return None


def _free(m: re.Match[str], taken: list[tuple[int, int]], at: int | None = None) -> bool:
    here = m.end() - 2 if at is None else at
    return not any(a <= here < b for a, b in taken)


def _words(para: Para, m: re.Match[str]) -> str:
    return " ".join(para.text[m.start() : m.end()].split())


def _time(m: re.Match[str]) -> str | None:
    hour = (m.group("h") or m.group("sh") or "").translate(_DIGITS)
    minute = m.group("mi") or m.group("smi") or "00"
    if not hour.isdigit() or int(hour) > 24 or not minute.isdigit() or int(minute) > 59:
        return None
    return f"{int(hour):02d}:{int(minute):02d}"


def _before(m: re.Match[str]) -> bool:
    return bool(re.search(r"tr?.{0,2}o?c\b", m.group("t"))) and "nhat" not in m.group("t")


def _permitted(para: Para, start: int, m: re.Match[str]) -> bool:
    """Whether the day limits a permission and no duty ("Cho phép … đến hết ngày …")."""
    sentence = max(para.folded.rfind(". ", start, m.start()) + 2, start)
    return bool(
        re.match(r"\W*(?:cho phep|dong y|thong nhat|chap thuan)\b", para.folded[sentence : m.start()])
    ) and m.group("t").startswith("den")


def _is_law(para: Para, m: re.Match[str]) -> bool:
    """Whether the day only dates a thing that already was ("trước ngày 01/7/2004 thì …")."""
    after = para.folded[m.end() : m.end() + 60]
    return bool(re.match(r",? (?:ma|thi|co hieu luc|den nay|da)\b", after))


def _day(para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None) -> FoundDue | None:
    last: FoundDue | None = None
    past: FoundDue | None = None
    for m in _DUE_DAY.finditer(para.folded, start, end):
        if m.group("sd") or not _free(m, taken) or _is_law(para, m) or _spanned(para, m) or _permitted(para, start, m):
            continue
        groups = [g for k, g in zip(_DAY_NAMES, m.groups(), strict=False) if k is None]
        day = dates.parts(*groups[0:3]) or dates.parts(*groups[3:6])
        if day is None:
            continue
        if _past(day, issued) and not re.search("tr|uoc|nhat|han", m.group("t")):
            continue
        later = _AND_ANOTHER.match(para.folded, m.end(), end)
        day = (dates.of(later) if later else None) or day
        time = _time(m)
        value = Due(
            DueKind.DATETIME if time else DueKind.DATE, _words(para, m), day.as_date, time, "truoc" in m.group("t")
        )
        if not _past(day, issued):
            # Of several days the last one ends the duty ("sơ kết trước …, tổng kết trước …").
            last = FoundDue(value, m.start(), m.end())
            continue
        if past is None and issued and issued.year and abs(issued.year - (day.year or 0)) <= 1:
            past = FoundDue(value, m.start(), m.end(), 0.4, N_("Hạn sớm hơn ngày ban hành của văn bản; xin xem lại."))
    return last or past


# "Báo cáo trước ngày 30/8/2025 và ngày 30/10/2025": the last one ends the duty.
_AND_ANOTHER = re.compile(rf" va (?:truoc )?ngay {dates.FULL.pattern}")
_DAY_NAMES = [next((n for n, i in _DUE_DAY.groupindex.items() if i == k), None) for k in range(1, _DUE_DAY.groups + 1)]


def _spanned(para: Para, m: re.Match[str]) -> bool:
    """Whether "đến hết ngày" ends a span that began with "từ ngày"."""
    return m.group("t").startswith("den") and bool(
        re.search(r"tu (?:\d{1,2} ?(?:gio|h)[ \d]*(?:phut )?)?(?:ngay )?\d[^.;]{0,40}$", para.folded[: m.start()])
    )


def _past(day: DateParts, issued: DateParts | None) -> bool:
    if issued is None or not issued.year or day.as_date is None:
        return False
    last = dates.last_of_month(issued.year, issued.month or 1)
    first = issued.as_date or (date(issued.year, issued.month or 1, 1) if last else None)
    return first is not None and day.as_date < first


def _year_for(day: int, month: int, issued: DateParts | None) -> int | None:
    if issued is None or not issued.year:
        return None
    earlier = issued.month and (month, day) < (issued.month, issued.day or 1)
    return issued.year + 1 if earlier else issued.year


_EVERY_YEAR_AFTER = re.compile(
    r" ?\(?(?:hang|moi) nam|(?: cua)? nam (?:tiep theo|ke tiep|lien ke|sau)\b|(?: ?\([^()]{2,40}\))?,? va (?:truoc )?ngay|[,;]? ?hang"
)
_EVERY_YEAR_BEFORE = re.compile(
    r"\b(?:hang|moi) nam\b[^.;]{0,40}$|\bbao cao (?:quy|6 thang|nam)(?! (?:\d|[iv]+\b))[^.;,\d]{0,20}$"
)


def _short_day(
    para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None
) -> FoundDue | None:
    for m in _DUE_DAY.finditer(para.folded, start, end):
        if not m.group("sd") or not _free(m, taken):
            continue
        if _EVERY_YEAR_AFTER.match(para.folded, m.end()) or _EVERY_YEAR_BEFORE.search(para.folded, start, m.start()):
            continue
        day, month = int(m.group("sd")), int(m.group("sm"))
        year = _year_for(day, month, issued)
        found = DateParts(day, month, year)
        when = found.as_date if year and dates.exists(found) else None
        return FoundDue(
            Due(DueKind.DATE, _words(para, m), when, _time(m), "truoc" in m.group("t")),
            m.start(),
            m.end(),
            0.7,
            N_("Hạn không ghi năm; năm được suy từ ngày ban hành văn bản.") if when else N_("Hạn không ghi năm."),
        )
    return None


def _yearly(
    para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None
) -> FoundDue | None:
    rules = (_YEARLY_DAYS, _HALF_AND_YEAR, _DAYS_OF_HALF_AND_YEAR)
    m = next((m for m in (rule.search(para.folded, start, end) for rule in rules) if m), None)
    if not m:
        return None
    days = [(m.group("m1"), m.group("d1"))] + ([(m.group("m2"), m.group("d2"))] if m.group("m2") else [])
    if any(not 1 <= int(a) <= 12 or not 1 <= int(b) <= 31 for a, b in days):
        return None
    often = "|".join(f"FREQ=YEARLY;BYMONTH={int(a)};BYMONTHDAY={int(b)}" for a, b in days)
    return FoundDue(Due(DueKind.RECURRING, _words(para, m), recurrence=often, before=True), m.start(), m.end())


def _monthly(
    para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None
) -> FoundDue | None:
    m = _MONTHLY_DAY.search(para.folded, start, end)
    if not m or not 1 <= int(m.group("d")) <= 31:
        return None
    quarter = "quy" in m.group()
    rule = f"FREQ=MONTHLY;{'INTERVAL=3;' if quarter else ''}BYMONTHDAY={int(m.group('d'))}"
    return FoundDue(
        Due(DueKind.RECURRING, _words(para, m), recurrence=rule, before="truoc" in m.group()), m.start(), m.end()
    )


def _span(para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None) -> FoundDue | None:
    for m in _FROM_TO.finditer(para.folded, start, end):
        if not _free(m, taken):
            continue
        last = _last_of(m)
        first = _first_of(m.group("a"), last)
        if first is None and last is None:
            continue
        due = Due(
            DueKind.SPAN,
            _words(para, m),
            start=first,
            end=last,
            event=m.group("open") and para.text[m.start("open") : m.end("open")],
        )
        return FoundDue(due, m.start(), m.end())
    return None


def _last_of(m: re.Match[str]) -> date | None:
    tail = [g for k, g in zip(_SPAN_NAMES, m.groups(), strict=False) if k is None]
    day = dates.parts(*tail[0:3]) or dates.parts(*tail[3:6])
    return day.as_date if day else None


_SPAN_NAMES = [next((n for n, i in _FROM_TO.groupindex.items() if i == k), None) for k in range(1, _FROM_TO.groups + 1)]


def _first_of(words: str, last: date | None) -> date | None:
    numbers = [int(x) for x in re.findall(r"\d+", words)]
    day = numbers[0]
    month = numbers[1] if len(numbers) > 1 else (last.month if last else None)
    year = numbers[2] if len(numbers) > 2 else (last.year if last else None)
    found = DateParts(day, month, year)
    return found.as_date if dates.exists(found) else None


def _month(para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None) -> FoundDue | None:
    if not _ROUGH_PERIOD.search(para.folded, start, end):
        return None
    for m in _periods(para, start, end):
        if not _free(m, taken) or _aside(para, m):
            continue
        period = _period(m, issued)
        if period is None:
            continue
        kind, first, last = period
        if last is not None and issued is not None and issued.year and last < date(issued.year, issued.month or 1, 1):
            continue
        lead = para.folded[m.start() : m.start("when")]
        limit = re.search(r"(?:truoc|nhat|het|khong qua)(?: la| vao| den| trong)* $", lead)
        before = bool(limit and limit.group().startswith("truoc"))
        a = m.start() + limit.start() if limit else m.start("when")
        words = para.text[a : m.end("when")].strip()
        day = first - timedelta(days=1) if before and first else last
        reason = N_("Hạn chỉ ghi đến tháng, quý hoặc năm; lấy ngày cuối.")
        return FoundDue(Due(kind, words, day, before=before, start=first, end=last), a, m.end("when"), 0.7, reason)
    return None


def _periods(para: Para, start: int, end: int) -> Iterator[re.Match[str]]:
    for rule in (_LABELLED, _DUE_MONTH, _DUE_MONTH_LATER, _AT_THE_END, _AT_ONCE, _AT_THE_START):
        yield from rule.finditer(para.folded, start, end)


_SEVERAL_PERIODS = re.compile(r" ?[-–] ?(?:\d{4}|thang|quy)| den (?:thang|nam|quy)|(?:,| va) (?:thang|quy) ")


# "… (UBND phường thực hiện, hoàn thành quý II/2027)."
_PERIOD_OVER = re.compile(r"(?<=\d{4}) ?(?:[.;,)]|$)")
# "thường xuyên trong năm 2026" says how often, not until when.
_ALL_THE_TIME = re.compile(r"\bthuong xuyen,? (?:trong )?$")


def _aside(para: Para, m: re.Match[str]) -> bool:
    """Whether the month or year only names a thing ("kế hoạch năm 2025") and gives no time."""
    groups = m.groupdict()
    if _ALL_THE_TIME.search(para.folded[: m.start("when")]):
        return True
    if m.re is _AT_THE_END:
        return _OF_THE_PERIOD.search(para.folded[max(0, m.start() - 90) : m.start()]) is not None
    if _SEVERAL_PERIODS.match(para.folded, m.end()):
        return True
    if "f" not in groups:
        return False
    if not groups.get("p") and f"{groups['f']}{groups['g']}".rstrip().endswith("hoan thanh"):
        return not _PERIOD_OVER.match(para.folded, m.end())
    if not groups.get("p") and not (
        groups["f"] in ("thoi gian", "thoi han", "tien do", "hoan thanh") and ":" in (groups["g"] or "")
    ):
        return True
    if groups["p"] == ":" and groups["f"] not in ("thoi gian", "thoi han", "tien do", "hoan thanh"):
        return True
    if groups["p"] in ("den", "vao") and groups["f"] not in ("hoan thanh", "thoi gian", "thoi han"):
        return True
    if (
        groups.get("y")
        and groups["p"] in ("trong",)
        and groups["f"] not in ("hoan thanh", "hoan thien", "thoi gian", "thoi han", "xong", "trinh", "ban hanh")
    ):
        return True
    return len(groups["g"] or "") > 60 and groups["f"] not in ("hoan thanh",)


def _period(m: re.Match[str], issued: DateParts | None) -> tuple[DueKind, date | None, date | None] | None:
    if m.group("m"):
        month = int(m.group("m"))
        if not 1 <= month <= 12:
            return None
        year = int(m.group("my")) if m.group("my") else _year_for(31, month, issued)
        return (DueKind.MONTH, *_months(year, month, month))
    if m.group("q"):
        quarter = {"i": 1, "ii": 2, "iii": 3, "iv": 4}.get(m.group("q"), 0) or int(m.group("q"))
        year = int(m.group("qy")) if m.group("qy") else _year_for(31, quarter * 3, issued)
        return (DueKind.QUARTER, *_months(year, quarter * 3 - 2, quarter * 3))
    return (DueKind.YEAR, *_months(int(m.group("y")), 1, 12))


def _months(year: int | None, first: int, last: int) -> tuple[date | None, date | None]:
    if year is None or not 1900 <= year < 2200:
        return None, None
    return date(year, first, 1), dates.last_of_month(year, last)


def _relative(
    para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None
) -> FoundDue | None:
    for m in _RELATIVE.finditer(para.folded, start, end):
        if m.group().startswith("sau") and not m.group("event"):
            continue
        n = int(m.group("n")) * {"ngay": 1, "tuan": 7, "thang": 30, "gio": 0}[m.group("unit")]
        event = para.text[m.start("event") : m.end("event")] if m.group("event") else None
        due = Due(
            DueKind.RELATIVE, _words(para, m), offset_days=n, working_days=bool(m.group("work")), event=event, time=None
        )
        return FoundDue(due, m.start(), m.end(), 0.9, N_("Hạn tính từ một sự kiện; chưa biết ngày cụ thể."))
    return None


def _recurring(
    para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None
) -> FoundDue | None:
    for m in _RECURRING.finditer(para.folded, start, end):
        unit = next((m.group(g) for g in ("unit", "unit2", "unit3", "unit4", "unit5") if m.group(g)), "")
        if m.group("unit5") and not re.search(
            r"bao cao|tong hop|gui|so ket|kiem tra|danh gia",
            para.folded[max(start, m.start() - 60) : min(end, m.end() + 60)],
        ):
            continue
        every = int(m.group("every") or m.group("n4") or 1)
        freq, step = {
            "thang": ("MONTHLY", 1),
            "tuan": ("WEEKLY", 1),
            "quy": ("MONTHLY", 3),
            "nam": ("YEARLY", 1),
            "ngay": ("DAILY", 1),
        }.get(unit, ("MONTHLY", 6))
        step *= every
        rule = f"FREQ={freq}" + (f";INTERVAL={step}" if step > 1 else "")
        return FoundDue(Due(DueKind.RECURRING, _words(para, m), recurrence=rule), m.start(), m.end())
    return None


def _reference(
    para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None
) -> FoundDue | None:
    m = _REFERENCE.search(para.folded, start, end)
    if not m:
        return None
    words = _words(para, m)
    return FoundDue(
        Due(DueKind.REFERENCE, words, reference=words),
        m.start(),
        m.end(),
        0.9,
        N_("Hạn dẫn sang quy định hoặc văn bản khác."),
    )


def _condition(
    para: Para, start: int, end: int, taken: list[tuple[int, int]], issued: DateParts | None
) -> FoundDue | None:
    if para.folded.find("khi ", start, end) < 0 and para.folded.find("truoc ", start, end) < 0:
        return None
    m = _CONDITION.search(para.folded, start, end)
    if not m:
        return None
    words = _words(para, m)
    return FoundDue(
        Due(DueKind.CONDITION, words, event=words),
        m.start(),
        m.end(),
        0.8,
        N_("Hạn gắn với một điều kiện, không có ngày."),
    )


_RULES = (_day, _yearly, _short_day, _monthly, _span, _month, _relative, _recurring, _reference, _condition)
_RULES_WITHOUT_DIGITS = (_month, _recurring, _reference, _condition)
