"""Names of bodies in running text: where a list of them starts and which word ends it (documents §2.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .ends import described, entrusted, half_before, is_complete, verb_in_name, word_in_name
from .folding import fold
from .lines import Para
from .units import LONGEST_LIST, Unit, known_names, mask, split
from .vocabulary import (
    Stop,
    body_at,
    duty_at,
    fields,
    kind_at,
    name_pairs,
    named_at,
    numbered,
    pattern,
    person_at,
    small_folded,
    small_words,
    stops,
    two_words,
)

_SIGN = re.compile(r"[:.;]| [\"“](?=\w)")
_ABBREVIATED = re.compile(r"(?:TP|Tp|Q|P|TT|TS|Th\.?S|St|Đ/c|H|X|Ng)\.\s*$")
_WHOLE = re.compile(r",? theo (?:chuc nang|nhiem vu|tham quyen|phan cong)")
_SMALL_WORD = re.compile(r"(?<![\w/&’'])[a-zà-ỹđ]+(?![\w/&])")
_SEAT = re.compile(r" (?:các )?[^\W\d_a-z]")
_SEATED = re.compile(r"(?:Phòng|Chi nhánh|Văn phòng|Văn phòng đại diện|Trung tâm|Cơ sở|Phân hiệu|Quản lý|Đại diện) $")
_SYLLABLE = re.compile(r"[a-z]+")
_NEXT_WORD = re.compile(r"(?<=[\s,])[a-z]+")
_LISTED = re.compile(r",| các ")
_ENTRUSTED = re.compile(r"duoc (?:giao|phan cong)\b")
_LAST_WORD = re.compile(r"(\w+) $")
# No names of their own: "Đơn vị được giao …", "Cơ quan chủ trì soạn thảo".
_ANY_OFFICE = re.compile(r"(?:Cơ quan|Đơn vị) [a-zà-ỹđ]")
_OTHERS = re.compile(r"(?:[,;] | và )(?:các|những) ")
# "các đồng chí … dự sinh hoạt … theo phân công": who comes to a meeting is not described by it.
_ATTENDS = re.compile(r" dự (?!án|toán|phòng|thảo|báo)")
# "Trưởng các phòng: Tổ chức cán bộ, Tài chính": names in a row, even where the first begins like a verb.
_NAMES_IN_A_ROW = re.compile(r"[^\W\d_a-z][^,;.:]{1,40}[,;] (?=[^\W\d_])")
_CLOSING_WORDS = frozenset(
    ["tỉnh", "huyện", "xã", "phường", "quận", "phố", "trấn", "khu", "ương", "quan", "sở", "các", "và"]
)
_CLOSING_STARTS = tuple(_CLOSING_WORDS)


# What may stand before the names of a heading.
_OPENS_HEADING = re.compile(
    r"\W*(?:(?:[ivx]{1,5}|\d{1,2}(?:\.\d{1,2}){0,3}|[a-zđ])\s?[.):]\s*)?\W*"
    r"(?:(?:rieng )?doi voi |ve phia |(?:trach nhiem|nhiem vu) cua |(?:giao|yeu cau|de nghi) )?"
)
# A heading and the duty below it that a copy ran together.
_SHOUTED = re.compile(r"(?<= )(?:Chủ trì|Có trách nhiệm|Phối hợp (?=với|cùng))(?!\w)")
_HEADING = 120  # characters of the longest heading
_AS_FOLLOWS = re.compile(r"\b(?:nhu sau|sau day|mot so|cac noi dung|nhung noi dung|sau$)")
_GIVES = re.compile(r"(?:giao|yeu cau|de nghi|kien nghi|phan cong|thong bao)(?: nhiem vu)?\s*:")
# Words that end the names even in a heading.
_SPEAKS = re.compile(r"(?:la|duoc|phai|can|se|da|dang|khong|de|nham|theo|ve|nhu|khi|neu|ngoai|truoc|sau)\b")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A list of bodies and what follows it."""

    units: tuple[Unit, ...]
    start: int
    end: int
    stop: str  # the folded word that ended the list, ":" or "" at the end of the text


def phrase_at(para: Para, at: int, limit: int | None = None) -> Phrase | None:
    """The list of bodies that starts at ``at``, or None when no body does."""
    text = para.text
    end_of = min(len(text) if limit is None else limit, at + LONGEST_LIST)
    while at < end_of and text[at] in " \"“'":
        at += 1
    if (at, end_of) not in para.phrases:
        para.phrases[at, end_of] = _phrase(para, at, end_of)
    found: Phrase | None = para.phrases[at, end_of]
    return found


def code_at(para: Para, at: int) -> re.Match[str] | None:
    """The short form of an office ("PC05", "CCBVMT") that stands at ``at``, one of the police or of this paper's own."""
    found: re.Match[str] | None = para.own.code_at(para.text, at) if para.own is not None else None
    return found


def _phrase(para: Para, at: int, end_of: int) -> Phrase | None:
    if not body_at(para.text, at, end_of) and not code_at(para, at):
        return None
    end, stop = _phrase_end(para, at, end_of)
    if stop not in ("", ":", ";", "."):
        end, stop = _heading_end(para, at, end, end_of) or (end, stop)
    if end == end_of < len(para.text) and end == at + LONGEST_LIST:
        end = max(para.text.rfind(", ", at, end), at)
    units = split(para, at, end)
    return Phrase(tuple(units), at, end, stop) if units else None


def _heading_end(para: Para, at: int, stop: int, limit: int) -> tuple[int, str] | None:
    """Where the names of a heading end ("3. Các nhà thầu bảo dưỡng thường xuyên"): no duty follows them there.

    ``stop`` is a word that would end a name in running text. A verb of a duty that is nothing else ends it here too.
    """
    if not _OPENS_HEADING.fullmatch(para.folded, 0, at):
        return None
    colon = mask(para.bare, at, min(limit, at + _HEADING)).find(":", at)
    end = colon if colon >= 0 else limit
    if colon < 0 and (limit != len(para.text) or end - at > _HEADING or para.text.endswith((".", ";", ","))):
        return None
    if colon < 0 and (at < 2 or _whole_before(para, at, stop)):
        return None
    if end < stop or re.search(r"[.;] |\bngày \d", para.text[at:end]) or _SPEAKS.match(para.folded, stop, end):
        return None
    if _AS_FOLLOWS.search(para.folded, stop, end) or _GIVES.match(para.folded, stop):
        return None
    word, over = _longest_at(para.text, para.bare, stop, end)
    if word is not None and para.text.lower().startswith(word.surely_before, over):
        return None
    # Behind a comma stands no verb of a subject: "Phòng Nghiệp vụ, dự toán, pháp chế".
    begin = stop + 1 if para.text.endswith(", ", 0, stop) else stop
    verbs = pattern("long duty").finditer(para.folded, begin, end)
    if any(m.group() not in fields() and not para.folded.endswith("nguoi ", 0, m.start()) for m in verbs):
        return None
    return end, ":" if colon >= 0 else ""


def _whole_before(para: Para, at: int, stop: int) -> bool:
    """Whether a name of the dictionary is complete before a verb, which then begins a duty."""
    first = body_at(para.text, at)
    known = known_names(para, at, stop)
    verb = pattern("long duty").match(para.folded, stop) or pattern("short duty").match(para.text, stop)
    if verb is None or verb.group() == "có":
        return False
    return first is not None and is_complete(para.text, first.end(), known, stop)


# The parties of an agreement have no other name: "Bên A chữa cháy …", "Hai Sở luân phiên …".
_PARTY = re.compile(
    r"(?:Bên [A-D]|[Hh]ai [Ss]ở|[Hh]ai [Bb]ên|[Mm]ỗi [Bb]ên|[Cc]ác [Bb]ên)(?= [a-zà-ỹđ])(?! (?:và|cùng|hoặc|của|liên|có (?!trách)|tham gia|ký|bờ|thuộc))"
)


def _phrase_end(para: Para, at: int, limit: int) -> tuple[int, str]:
    whole = _WHOLE.search(para.bare, at, min(limit, at + 420))
    if whole and _only_names(para.text[at : whole.start()]):
        return whole.start(), whole.group().strip(" ,")
    depth_free = mask(para.bare, at, limit)
    party = _PARTY.match(para.text, at, limit)
    if party:
        return party.end(), "?"
    best, word = limit, ""
    stop = _stop(depth_free, para, at, limit)
    if stop:
        best, word = stop
    for m in _SIGN.finditer(depth_free[at:best]):
        here = at + m.start()
        if m.group()[0] == " ":
            return here, "?"
        if m.group() == ":":
            if _spreads(para.text, at, here):
                continue
            return here, ":"
        if m.group() == ";":
            after = re.match(r";\s*(?:và )?", para.text[here:])
            if after and body_at(para.text, here + after.end()):
                continue
            return here, ";"
        if re.match(r"\.(?:\s+[^\W\d_a-z]|/|\s*$)", para.text[here : here + 3]) and not _ABBREVIATED.search(
            para.text[at : here + 1]
        ):
            return here, "."
    return best, word


def _stop(masked: str, para: Para, at: int, limit: int) -> tuple[int, str] | None:
    """The first word that cannot belong to a name. Words inside a known name or right after its head do not count."""
    first = body_at(para.text, at, limit) or code_at(para, at)
    begin = first.end() if first else at
    known = known_names(para, at, min(limit, at + 900))
    single = not _ANY_OFFICE.match(para.text, at) and (
        named_at(para.text, at, limit) or person_at(para.text, at, limit)
    )
    best: tuple[int, str] | None = None
    inner = 0  # where a verb of the name itself ends
    told = begin  # words before this place tell which bodies are meant
    for w in _NEXT_WORD.finditer(masked, begin, limit):
        if w.start() < told or w.group() not in stops() or any(a <= w.start() < b for a, b in known):
            continue
        here = w.start()
        if single and _ENTRUSTED.match(masked, here):
            best = here, w.group()
            break
        word, end = _longest_at(para.text, masked, here, limit)
        if word is None:
            continue
        complete = is_complete(para.text, begin, known, here)
        listed = para.text.endswith((", ", " và "), begin, here) and pattern("listed kind").match(
            para.text, here, limit
        )
        if listed and listed.end() > end:
            told = listed.end()
            continue
        head = begin if single and not _LISTED.search(para.text, begin, here) else 0
        if _overlaps(para.text, masked, begin, here, end, limit):
            continue
        if not word.ends_name(para.text, here, end, limit, head, complete) or (
            not complete and verb_in_name(para, begin, here, end)
        ):
            of_kind = head == 0 and word.duty and " " in word.word
            inner = end if of_kind else inner
            told = max(end if " " in word.word else told, _participle_end(para, word, end))
            if word.word == "được" and not head:
                told = max(told, entrusted(para.text, here, limit))
            continue
        if inner == here - 1 and not head and word.duty and (duty_at(para, end + 1) or para.bare[here:end] in fields()):
            inner = told = end  # "Cơ quan chủ trì soạn thảo", "các đơn vị quản lý vận hành hồ chứa"
            continue
        if not head and (described_to := described(para, here, end, limit)) is not None:
            told = described_to
            continue
        if para.text[here:end] == "tại" and _seat_follows(para, at, here, end):
            continue
        best = here, para.bare[here:end]
        break
    shouted = _SHOUTED.search(para.text, begin, best[0] if best else limit)
    if shouted:
        best = shouted.start(), fold(shouted.group())
    counted = _counted(para.text, begin, best[0] if best else limit)
    if counted is not None:
        best = counted, "?"
    strange = _strange(para, at, begin, best[0] if best else min(limit, at + 300), known, masked)
    return (strange, "?") if strange is not None else best


_COUNT = re.compile(
    r" (?P<pair>[a-zà-ỹđ]+ )?(?P<verb>[a-zà-ỹđ]+) (?:\d{2,}|\d{1,3}(?:\.\d{3})+|\d{1,3}%) ?(?!(?:tỉnh|thành phố|huyện|xã|phường|quốc gia|trung ương)(?!\w))[a-zà-ỹđ]"
)


def _counted(text: str, begin: int, stop: int) -> int | None:
    """Where a name is over because what follows is counted: "Hội Khuyến học trao 120 suất …"."""
    m = _COUNT.search(text, begin, stop)
    if m is None or m.group("verb") in numbered():
        return None
    return m.start("pair") if m.group("pair") and m.group("verb") in small_words() else m.start("verb")


def _longest_at(text: str, masked: str, at: int, limit: int) -> tuple[Stop | None, int]:
    """The longest word that may end a name at ``at`` and where it is over; a shorter one inside it ends none."""
    first = _SYLLABLE.match(masked, at)
    for word in stops().get(first.group(), ()) if first else ():
        end = word.stands_at(text, masked, at, limit)
        if end is not None:
            return word, end
    return None, at


def _participle_end(para: Para, word: Stop, end: int) -> int:
    """Where "được cấp phép khai thác …" goes on to tell which bodies are meant; 0 when it does not."""
    following = next((f for f in word.not_before if word.word == "được" and para.text.startswith(f, end)), None)
    if following is None:
        return 0
    verb = duty_at(para, end + len(following) + 1)
    return verb.end() if verb and verb.group() in fields() else end + len(following)


def _overlaps(text: str, masked: str, begin: int, start: int, end: int, limit: int) -> bool:
    """Whether the verb found takes half of the name's last word and half of the true verb ("Khuyến công bố trí …")."""
    second = text.find(" ", start, end) + 1
    first = _SYLLABLE.match(masked, second) if second else None
    words = stops().get(first.group(), ()) if first else ()
    if not any(len(w.marked) > end - second and text.startswith(w.marked, second, limit) for w in words):
        return False
    ahead = _LAST_WORD.search(text, max(start - 12, 0), start)
    return half_before(text, begin, start) or bool(
        ahead and f"{ahead.group(1).lower()} {text[start:second].strip()}" in name_pairs()
    )


def _strange(para: Para, at: int, begin: int, stop: int, known: list[tuple[int, int]], masked: str) -> int | None:
    """Where a body of its own name is followed by a small word no name holds: an unknown verb."""
    if not named_at(para.text, at):
        return None
    others = _OTHERS.search(para.text, begin, stop)
    before: re.Match[str] | None = None
    inside = False  # what an unknown word began goes on to the next known one
    for m in _SMALL_WORD.finditer(para.text, begin, others.start() if others else stop):
        if any(a <= m.start() < b for a, b in known) or masked[m.start()] == "#" or not m.group()[0].islower():
            before = None
            continue
        ran_on = _ran_on(para, m)
        if ran_on is not None:
            return ran_on
        if m.group() not in small_words() and not two_words(m.group()):
            if fold(m.group()) in small_folded():
                return None
            if (inside and before and before.end() + 1 == m.start()) or word_in_name(
                para, begin, m, is_complete(para.text, begin, known, m.start())
            ):
                before, inside = m, True
                continue
            pair = before is not None and before.end() + 1 == m.start() and before.group() not in _CLOSING_WORDS
            return before.start() if pair and before and not _paired(para.text, before) else m.start()
        before = m
    return None


def _paired(text: str, word: re.Match[str]) -> bool:
    """Whether the word makes a known pair with the one before it ("Nông nghiệp"), so that both belong to the name."""
    ahead = re.search(r"(\w+) $", text[max(0, word.start() - 12) : word.start()])
    return bool(ahead) and f"{ahead.group(1).lower()} {word.group()}" in name_pairs()  # type: ignore[union-attr]


def _seat_follows(para: Para, at: int, word: int, end: int) -> bool:
    """Whether "tại" tells where an office of the body sits, as part of its name."""
    if para.text.endswith(" sở ", at, word):
        return True  # "UBND xã sở tại"
    return bool(_SEAT.match(para.text, end)) and bool(_SEATED.search(para.text[at:word]))


def _ran_on(para: Para, word: re.Match[str]) -> int | None:
    """Where a verb begins that a web copy ran together with the end of a name ("tỉnhhuy động")."""
    if not word.group().startswith(_CLOSING_STARTS):
        return None
    for end in _CLOSING_WORDS:
        at = word.start() + len(end)
        if (
            word.group().startswith(end)
            and len(word.group()) > len(end) + 1
            and pattern("long duty").match(para.folded[at : at + 30])
        ):
            return at
    return None


def _only_names(text: str) -> bool:
    """Whether every piece between commas looks like a body, so that verbs inside describe it."""
    if len(text) > 400 or ":" in text or _ATTENDS.search(text):
        return False
    pieces = re.split(r"[,;]\s*", text)
    if not re.match(r"[Cc]ác |[Tt]hủ trưởng|[Nn]gười đứng đầu|[Ll]ãnh đạo", text):
        return False
    return all(
        (re.match(r"(?:các|những|và) |[^\W\d_a-z]", p) and (p[:1].isupper() or body_at(p))) or kind_at(p)
        for p in pieces
        if p
    )


def _duties_in_a_row(text: str, row: re.Match[str]) -> bool:
    """Whether what looks like names in a row are duties: "Tổ chức rà soát, Báo cáo …"."""
    folded = fold(text)
    verb = pattern("long duty")
    return bool(verb.match(folded, row.end()) or verb.search(folded, 3, row.end()))


# "các Công ty TNHH MTV: Sông Chu, …"
_FORM_OF_FIRM = re.compile(r"(?<=ông ty)(?: (?:TNHH|MTV|CP|[Cc]ổ phần|[Mm]ột thành viên))+(?=\s?:)")


def _spreads(text: str, at: int, colon: int) -> bool:
    """Whether the colon follows a head for several names ("các Sở:")."""
    tail = text[max(at, colon - 60) : colon + 1]
    tail = _FORM_OF_FIRM.sub("", tail)
    m = re.search(
        r"(?:^|[\s,;])(?:[Cc]ác|[Hh]ai|[Bb]a|[Bb]ốn) ([^\W\d_]+(?: [a-zà-ỹđ]+){0,2})(?:(?:,| và) ?[^\W\d_]+){0,3}(?: (?:tỉnh|thành phố|huyện|Thành phố))?\s?:$",
        tail,
    )
    if not m:
        return False
    after = text[colon + 1 :].lstrip()
    if not after or not after[0].isupper():
        return False
    head = m.group(1)
    if not (kind_at(head.lower()) or named_at(head)):
        return False
    known = pattern("names").match(fold(after))
    row = _NAMES_IN_A_ROW.match(after)
    if row and after[row.end()].isupper() and not body_at(after, row.end()) and not _duties_in_a_row(after, row):
        return True
    verb = pattern("short duty").match(after)
    if verb and not known and after[verb.end() : verb.end() + 2].strip().islower():
        return False
    return bool(known) or (
        bool(re.match(r"[^\W\d_a-z][^,;.:]{1,40}[,;]", after)) and not pattern("long duty").match(fold(after))
    )
