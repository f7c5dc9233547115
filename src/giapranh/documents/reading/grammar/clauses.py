"""One clause that gives a duty: who is ordered, by which word, and where the duty's own words begin."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice

from .lines import Para
from .naming import nearest_known
from .phrases import Phrase, phrase_at
from .units import Unit, split
from .vocabulary import body_at, duty_at, duty_in, kind_at, pattern

_JOINT = re.compile(r"(?:[.,;:] |\bva (?=yeu cau |de nghi |giao ))")
_CONNECTORS = re.compile(
    r"(?:(?:dong thoi|ngoai ra|ben canh do|mat khac|rieng|trong do|cu the|theo do|do do|vi vay|truoc mat|trong thoi gian toi|thoi gian toi|hang nam|hang quy|hang thang|khi can thiet|rieng doi voi|sau do|ve lau dai|lau dai|ve phia tinh|ngay lap tuc|mot la|hai la|ba la|bon la)[,:]? )+"
)
_ORDER = r"(?P<mode>giao(?! thong| duc| luu| duyen| dich| nhan| nop| ke hoach| du toan| von)|yeu cau|de nghi|kien nghi|phan cong|uy quyen|chi dao|cho phep|nghiem tuc yeu cau)"
ORDER = re.compile(
    rf"(?:kinh |tran trong )?(?:thong nhat |dong y )?{_ORDER}(?: them| cho| nhiem vu(?: cho)?| trach nhiem(?: cho)?| toi| den)* ?:? "
)
_INNER_ORDER = re.compile(
    rf",? ?(?:kinh |tran trong |nghiem tuc |tiep tuc |da co y kien |co y kien )?{_ORDER}(?: cho| nhiem vu(?: cho)?)* ?:? "
)
_ABOUT = re.compile(r"(?:rieng )?doi voi |ve phia |(?:trach nhiem|nhiem vu) cua ")
# "Đối với các trường có tổ chức bán trú: …": all of it tells who is meant, unless it says what to do.
_WHOLE_HEADING = re.compile(r"(?:các|những|từng|mỗi) [^:;.]{3,140}(?=:)")
_SAYS_WHAT = re.compile(
    r"(?<!\w)(?:phai|can|co trach nhiem|chiu trach nhiem|khan truong|chu dong|chu tri|tiep tuc|tap trung|tang cuong|phoi hop|yeu cau"
    r"|de nghi|nhu sau|sau day|thuc hien (?:cac|mot so|tot|nghiem|ngay|nhung)|nghiem tuc|trong (?:cong tac|viec|qua trinh))(?!\w)"
)
_LONGEST_HEADING = 140
# "Đối với 16 doanh nghiệp có tên trong danh sách: …"
_COUNTED = re.compile(r"(\d{1,4} )[^\W\d_][^:;.]{3,90}(?=:)")
_PREFIX = re.compile(
    r"(?:trong qua trinh [^,.;]{0,40}?(?:thuc hien|trien khai)(?:,| (?:nhiem vu|ke hoach|chi thi|cong van|quyet dinh)[^,.;]{0,40}?,)? (?:neu [^,.;]{3,80}, )?|dinh ky [^,.;]{3,50}, |truoc ngay [^,;]{6,30}, |truong hop [^,.;]{3,90}(?:,|,? thi) )(?=[^\W\d_])"
)
_BASIS = re.compile(
    r"(?:thuc hien|can cu|de (?!xuat|nghi|cu|bat|ra)|theo |xet |tren co so|nham|tiep theo|nhan duoc|tai |sau khi|vua qua|ngay \d|nhan dip)"
)
_TRIES = 60  # places of one paragraph to look at; no sentence of a paper has more
_PASSIVE = re.compile(r"(?:duoc|da|theo|xet|viec|noi dung|khi|de|cac|nhung|cong tac|bi|chu|van ban|y kien) $")
_MODES = {
    "giao": "giao",
    "phan cong": "giao",
    "yeu cau": "yêu cầu",
    "nghiem tuc yeu cau": "yêu cầu",
    "de nghi": "đề nghị",
    "kien nghi": "đề nghị",
    "uy quyen": "ủy quyền",
    "chi dao": "yêu cầu",
    "cho phep": "cho phép",
}
_ASKED = re.compile(r" ?(?:,? )?duoc (?:de nghi|giao|yeu cau|phan cong|giao nhiem vu|giao chu tri)(?= )")
_STRONG_TELLING = re.compile(
    r"(?:đã|chưa|nhận được|nhận thấy|còn (?!lại)|vẫn|có (?:tờ trình|công văn|văn bản|báo cáo) số|báo cáo như sau|(?:làm việc|hoạt động) theo (?:chế độ|nguyên tắc)|xác định|kính trình|trân trọng|là (?!cơ quan|đơn vị|đầu mối|chủ))(?!\w)"
)


# A body of no known kind shows itself by what only a body can do.
_UNKNOWN = re.compile(
    r"[^\W\d_][\w&/.]*(?: [\w&/–-]+){0,8}? (?=(?:chủ trì|là (?:cơ quan|đơn vị) (?:chủ trì|đầu mối)|làm đầu mối|có trách nhiệm|chịu trách nhiệm)(?!\w))"
)
_UNKNOWN_ORDERED = re.compile(r"[^\W\d_][\w&/.]*(?: [\w&/–-]+){0,9}")
_AMOUNT = re.compile(r"\d[.,]\d")
_NO_NAME = re.compile(
    r"(?:viec|cac|moi|trong|khi|de|neu|theo|tai|ve|nhung|doi|sau|truoc|ngoai|noi dung|nhiem vu|dong chi|qua|tren|hang|cong tac|ket qua|don vi|nguoi|ket luan|phat bieu|y kien|khai mac|be mac|thao luan)\b|[^.;]* (?:do|duoc|da|ma|khi|de|neu|thi|phai|la)\b"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """``start`` is where the clause begins, ``verb`` where the words of the duty begin."""

    start: int
    verb: int
    units: tuple[Unit, ...]
    mode: str | None
    ordered: bool
    heading: bool = False
    outer: Clause | None = None  # "X chỉ đạo Y …": the clause of X, when this one is of Y


def clause_at(para: Para, at: int, limit: int) -> Clause | None:
    """The clause that starts at ``at`` with a body, an order, "Đối với …" or a set phrase before a body."""
    m = _CONNECTORS.match(para.folded, at, limit)
    begin = m.end() if m else at
    found = _ordered(para, begin, limit, at) or _subject(para, begin, limit, at)
    if found:
        return found
    if m := _ABOUT.match(para.folded, begin, limit):
        if other := _behind_heading(para, m.end(), at, limit):
            return other
        if phrase := phrase_at(para, m.end(), limit):
            return _all_of_heading(para, phrase, at, limit) or _from_phrase(para, phrase, at, limit)
        if counted := _COUNTED.match(para.text, m.end(), limit):
            named = Unit(counted.group(), counted.start(), counted.end())
            return Clause(at, counted.end(), (named,), None, False) if kind_at(para.text, counted.end(1)) else None
    if (m := _PREFIX.match(para.folded, begin, limit)) is not None:
        return _ordered(para, m.end(), limit, at) or _subject(para, m.end(), limit, at)
    return None


def _behind_heading(para: Para, begin: int, start: int, limit: int) -> Clause | None:
    """ "Đối với các xã ven sông: Chủ tịch UBND xã tổ chức …": the body behind the colon has the duty."""
    colon = para.text.find(": ", begin, min(limit, begin + _LONGEST_HEADING))
    if colon < 0 or not body_at(para.text, colon + 2) or re.search(r"[.;] ", para.text[begin:colon]):
        return None
    phrase = phrase_at(para, colon + 2, limit)
    if phrase is None or _spreads_to(para, begin, colon) or not duty_at(para, first_word(para, phrase.end)):
        return None
    return Clause(start, phrase.end, phrase.units, None, False)


def _spreads_to(para: Para, begin: int, colon: int) -> bool:
    """Whether the colon stands inside a list of names ("các Sở: …")."""
    head = phrase_at(para, begin)
    return head is not None and head.end > colon


def _all_of_heading(para: Para, phrase: Phrase, start: int, limit: int) -> Clause | None:
    """The bodies before the colon of "Đối với …:", with every word that tells which of them are meant."""
    whole = _WHOLE_HEADING.match(para.text, phrase.start, limit)
    if whole is None or phrase.end >= whole.end() or not para.folded.startswith(("doi voi", "rieng doi voi"), start):
        return None
    if _SAYS_WHAT.search(para.folded, phrase.end, whole.end()) or "(" in whole.group():
        return None
    if phrase_at(para, first_word(para, whole.end() + 1), limit):
        return None  # another body behind the colon
    units = split(para, phrase.start, whole.end())
    if len(units) != len(phrase.units):
        return None
    return Clause(start, whole.end(), tuple(units), None, False, True)


def _ordered(para: Para, begin: int, limit: int, start: int) -> Clause | None:
    m = ORDER.match(para.folded, begin, limit)
    if not m:
        return None
    phrase = phrase_at(para, m.end(), limit)
    if phrase is None:
        stranger = _stranger(para, m.end(), limit, ordered=True)
        return Clause(start, stranger.end, (stranger,), _MODES[m.group("mode")], True) if stranger else None
    phrase = _and_ordered(para, phrase, limit)
    return Clause(start, phrase.end, phrase.units, _MODES[m.group("mode")], True, phrase.stop == ":")


_SECOND_ORDER = re.compile(rf",? (?:va|dong thoi) {_ORDER}(?: cho)? ")


def _and_ordered(para: Para, phrase: Phrase, limit: int) -> Phrase:
    """ "… đề nghị X và yêu cầu Y thực hiện …": both are ordered."""
    m = _SECOND_ORDER.match(para.folded, phrase.units[-1].end, limit)
    other = phrase_at(para, m.end(), limit) if m else None
    return replace(other, units=phrase.units + other.units) if other else phrase


def _stranger(para: Para, at: int, limit: int, ordered: bool = False) -> Unit | None:
    """A body of unknown kind before "chủ trì", or between an order and the verb of the duty."""
    if not para.text[at : at + 1].isupper():
        return None
    m = _UNKNOWN.match(para.text, at, limit)
    end = m.end() - 1 if m else _before_verb(para, at, limit) if ordered else None
    if (
        end is None
        or _AMOUNT.search(para.text, at, end)
        or _NO_NAME.match(para.folded, at, end)
        or pattern("long duty").search(para.folded, at, end)
    ):
        return None
    return Unit(nearest_known(para.text[at:end]), at, end)


def _before_verb(para: Para, at: int, limit: int) -> int | None:
    """Where a run of words from ``at`` meets the verb of a duty."""
    m = _UNKNOWN_ORDERED.match(para.text, at, limit)
    verb = pattern("long duty").search(para.folded, at + 2, min(limit, m.end() + 24)) if m else None
    return verb.start() - 1 if m and verb and at + 2 < verb.start() <= m.end() + 1 else None


def _subject(para: Para, begin: int, limit: int, start: int) -> Clause | None:
    phrase = phrase_at(para, begin, limit)
    if phrase is None:
        stranger = _stranger(para, begin, limit)
        return Clause(start, stranger.end, (stranger,), None, False) if stranger else None
    return _from_phrase(para, phrase, start, limit)


def _from_phrase(para: Para, phrase: Phrase, start: int, limit: int) -> Clause | None:
    m = _INNER_ORDER.match(para.folded, phrase.end, limit)
    if m:
        ordered = phrase_at(para, m.end(), limit)
        if ordered is not None:
            outer = Clause(start, phrase.end, phrase.units, None, False)
            ordered = _and_ordered(para, ordered, limit)
            return Clause(start, ordered.end, ordered.units, _MODES[m.group("mode")], True, ordered.stop == ":", outer)
    m = _ASKED.match(para.folded, phrase.end, limit)
    if m:
        return Clause(start, m.end(), phrase.units, "đề nghị" if "nghi" in m.group() else "giao", True)
    if reach := _REACH_OF_HEADING.match(para.folded, phrase.end, limit):
        return Clause(start, reach.end(), phrase.units, None, False, True)
    own = Clause(start, phrase.end, phrase.units, None, False, phrase.stop == ":" or phrase.end >= limit - 1)
    if phrase.stop == ":":
        return _after_colon(para, own, limit)
    return own


def _after_colon(para: Para, outer: Clause, limit: int) -> Clause:
    """ "Các phòng thuộc Sở: Phòng A theo dõi …": the body after the colon has the duty."""
    colon = re.compile(r"\s?:\s*").match(para.text, outer.verb)
    phrase = phrase_at(para, colon.end(), limit) if colon else None
    if phrase is None or not re.match(r"[Cc]ác ", para.text[outer.units[0].start :]):
        return outer
    direct = duty_at(para, first_word(para, phrase.end)) or re.match(
        r" ?la (?:don vi|co quan) (?:dau moi|chu tri)", para.folded[phrase.end :]
    )
    return Clause(outer.start, phrase.end, phrase.units, None, False) if direct else outer


def tells(para: Para, clause: Clause, strict: bool) -> bool:
    """Whether the clause tells what was or is; ``strict`` outside lists of duties."""
    at = clause.verb
    while at < len(para.bare) and para.bare[at] in " ,:":
        at += 1
    if _STRONG_TELLING.match(para.text, at):
        return True
    return strict and not clause.ordered and bool(pattern("telling").match(para.text, at))


def is_story(para: Para, clause: Clause) -> bool:
    """Whether the clause says what its body did, does or will do."""
    return bool(re.compile(r"(?:đã|đang|sẽ) ").match(para.text, first_word(para, clause.verb)))


def has_duty(para: Para, clause: Clause, limit: int) -> bool:
    """Whether a verb of duty follows the body within the clause."""
    return duty_in(para, clause.verb, min(limit, clause.verb + 220))


def does_something(para: Para, clause: Clause) -> bool:
    """Whether a small word that begins no description stands right behind the body: a verb nobody has listed."""
    at = first_word(para, clause.verb)
    return (
        para.text[at : at + 1].islower() and not tells(para, clause, True) and not pattern("bound").match(para.text, at)
    )


def inside(para: Para, at: int, limit: int, speaks: Callable[[Clause], bool]) -> Clause | None:
    """An order later in the sentence: "…, Bộ X đề nghị các Sở Y …", "…; yêu cầu Thủ trưởng …", "…, Sở Z hướng dẫn …"."""
    for m in islice(_JOINT.finditer(para.folded[at:limit]), _TRIES):
        here = at + m.end()
        clause = _ordered(para, here, limit, here) or _inner_subject(para, here, limit)
        if clause and clause.outer is not None and not speaks(clause.outer):
            continue
        if clause and clause.ordered and not _PASSIVE.search(para.folded[max(at, here - 12) : here]):
            return clause
    return None


def _inner_subject(para: Para, here: int, limit: int) -> Clause | None:
    phrase = phrase_at(para, here, limit)
    if phrase is None:
        return None
    found = _from_phrase(para, phrase, here, limit)
    return found if found and found.ordered else None


# "Các Viện X, Viện Y theo địa bàn phụ trách:"
_REACH_OF_HEADING = re.compile(
    r",? ?(?:theo|trong) (?:dia ban|chuc nang|nhiem vu|tham quyen|phan cap|phan cong|pham vi|linh vuc)[^,.;:]{0,60}(?=\s?:\s*$)"
)
# "… theo địa bàn quản lý, bố trí …": between a body and its duty.
_WITHIN_ITS_REACH = re.compile(
    r",? ?(?:theo|trong) (?:dia ban|chuc nang|nhiem vu|tham quyen|phan cap|pham vi|linh vuc)[^,.;:]{0,50}(?:, )?"
)


_OPENING = re.compile(r"(?:doi voi|truong hop|khi |de (?!xuat|nghi|cu|bat|ra)|nham )")
_MUST = re.compile(r"(?:(?:phải|cần|nghiêm chỉnh) )?")


def subject_inside(para: Para, at: int, limit: int) -> Clause | None:
    """A body after an opening part of the sentence that does not order: "Đối với các môn học …, Sở Z hướng dẫn …"."""
    lists: list[tuple[int, int]] | None = None
    for m in islice(re.finditer(r"[,:] ", para.folded[at:limit]), _TRIES):
        here = at + m.end()
        if not body_at(para.text, here):
            stranger = _stranger(para, here, limit) if m.group() == ": " else None
            if stranger is not None:
                return Clause(here, stranger.end, (stranger,), None, False)
            continue
        lists = governed(para, at, limit, possessive=not opens_with_basis(para, at)) if lists is None else lists
        if any(a < here < b for a, b in lists):
            continue
        phrase = phrase_at(para, here, limit)
        if phrase is None or phrase.stop in ("", ":", ";", ".") or len(phrase.units) > 4:
            continue
        small = para.text[here].islower() and not para.folded.startswith(("cac ", "nhung "), here)
        person = _OPENING.match(para.folded, at) and pattern("small people").match(para.text, here)
        if small and not person and not pattern("parties").match(para.text, here):
            continue
        within = _WITHIN_ITS_REACH.match(para.folded, phrase.end, limit)
        must = _MUST.match(para.text, first_word(para, within.end() if within else phrase.end))
        if must and duty_at(para, must.end()):
            clause = Clause(here, phrase.end, phrase.units, None, False)
            if not tells(para, clause, True):
                return clause
    return None


_DO = re.compile(r"\bdo (?=[^\W\d_])")
_A_WORK = re.compile(r"(?:viec|nhiem vu|cong tac|noi dung) ")
_CARRIES = re.compile(r" ?,? ?(?:chu tri|dam nhan|lam dau moi|chiu trach nhiem|phu trach|to chuc thuc hien)\b")


def done_by(para: Para, at: int, limit: int) -> Clause | None:
    """ "Việc … do Sở X chủ trì": the body after "do" has the duty."""
    for m in islice(_DO.finditer(para.folded, at, limit), _TRIES):
        phrase = phrase_at(para, m.end(), limit)
        carries = phrase and (
            _CARRIES.match(para.folded, phrase.end)
            or (_A_WORK.match(para.folded, at) and para.folded.startswith("thuc hien", first_word(para, phrase.end)))
        )
        if phrase is not None and para.text[m.start() : m.start() + 2] == "do" and carries:
            return Clause(m.end(), phrase.end, phrase.units, None, False)
    return None


_TOWARDS = re.compile(
    r"\b(?:(?:voi|cung|gom): |(?:voi|cung|gui|cho|cua|bao cao|don doc|huong dan|chi dao|gom|giua|trinh|phoi hop|yeu cau|de nghi|den|ve) )(?=[^\W\d_])"
)
_HELP_OF = re.compile(r"(?:phoi hop|tham gia|ho tro|giup do|y kien|thong nhat) (?:chat che )?$")


def governed(para: Para, at: int, limit: int, possessive: bool = True) -> list[tuple[int, int]]:
    """Lists of bodies that a verb or a preposition governs; none of them has the duty.

    Behind "của" a list may end at a comma and the next body begin its own duty: leave those out when asked to.
    """
    out = []
    for m in islice(_TOWARDS.finditer(para.folded, at, limit), _TRIES):
        if not possessive and m.group().startswith("cua") and not _HELP_OF.search(para.folded, at, m.start()):
            continue
        phrase = phrase_at(para, m.end(), limit)
        if phrase is not None:
            out.append((m.end(), phrase.end))
    return out


def first_word(para: Para, at: int) -> int:
    """The place of the next word."""
    while at < len(para.bare) and para.bare[at] in " ,":
        at += 1
    return at


def opens_with_basis(para: Para, at: int) -> bool:
    """Whether the paragraph begins with what the order rests on ("Thực hiện Công văn …", "Để …")."""
    return bool(_BASIS.match(para.folded, at))
