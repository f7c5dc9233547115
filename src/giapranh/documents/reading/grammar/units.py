"""Names of bodies: where they start, where a list of them ends, and how a list is cut (documents §2.3).

The dictionary comes first and commas second: "Sở Văn hóa, Thể thao và Du lịch" is one body, "các Sở: Tài chính, Nội vụ"
are two.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache

from .data import _toml, bodies
from .folding import bare, fold, key, near
from .lines import Para

_MARKS = {
    "Ủy ban": "(?:Ủy|Uỷ|Úy|Ùy|Uy|UỶ|ỦY) (?:ban|bạn|bản)",
    "Sở": "(?:S[ởớờợỡơỏõ]|SỞ)",
    "Bộ": "(?:B[ộồỗ]|BỘ)",
    "Ủy": "(?:Ủy|Uỷ|Úy|Ùy|Uy|UỶ|ỦY)",
    "Tòa": "(?:Tòa|Toà)",
    "hóa": "(?:hóa|hoá)",
    "ủy": "(?:ủy|uỷ|úy)",
}
# In names of several words OCR may have lost or changed any mark.
_LOOSE = {
    base: "["
    + "".join(
        c
        for c in map(chr, (*range(0x61, 0x7B), *range(0xE0, 0x1B1), *range(0x1EA1, 0x1EFA)))
        if fold(c) == base and c.islower()
    )
    + "]"
    for base in "aeiouy"
}
_NOT_NAMES = (
    r"(?!Tổ (?:chức|quốc)|Ban (?:hành|đầu|ngày)|Báo cáo|Trường hợp|Phòng,? ?(?:chống|ngừa|bệnh|cháy)|Cơ sở (?:dữ liệu|pháp lý|vật chất|chính trị)"
    r"|Vụ việc|Bộ (?:máy|luật|Luật|tiêu chí|chỉ số|thủ tục)|Hội (?:nghị|thảo|thi|chợ)|Đoàn kết|Đại hội|Đội ngũ|Cơ quan tài phán|Khối lượng|Nhóm [a-z0-9]|Quỹ đất|Thuế (?:suất|thu)|Đơn (?:thư|giá)"
    r"|Lãnh đạo,? (?:chỉ đạo|thực hiện|tổ chức|việc|công tác|toàn diện)|Cán bộ,? (?:kỹ|có)|Tổ (?:hợp|máy)|Trạm (?:bơm|dừng)|Đài (?:phun|tưởng)|Báo (?:giá|động)|Công an ninh|Ông (?:cha|Đốc|Ích Khiêm)|Bà (?:con|Rịa|Nà|Đen|Triệu|Điểm|Chúa|Tri)|Văn phòng phẩm|Thanh tra,? (?:kiểm tra|việc|toàn diện)|Kiểm toán (?:nội bộ|độc lập)|Thường trực (?:24|tại)|TT[A-Z])"
)
_STRAY = ("nhung", "moi")


def _alternatives(words: list[str]) -> str:
    out = []
    for word in sorted(words, key=len, reverse=True):
        pattern = re.escape(word).replace(r"\ ", " ")
        if " " in word or len(word) >= 6:
            out.append("".join(_LOOSE.get(fold(c), c) if i else c for i, c in enumerate(word)))
            continue
        loose = next((k for k in _MARKS if k in word), None)
        out.append(pattern.replace(loose, _MARKS[loose]) if loose else pattern)
    return "|".join(out)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    data, verbs = bodies(), _toml("verbs.toml")
    heads, persons = _alternatives(data["heads"]), _alternatives(data["persons"])
    generic = _alternatives(data["generic"])
    both_cases = _alternatives(data["generic"] + [g[0].upper() + g[1:] for g in data["generic"]])
    solo = _alternatives(
        [
            "cơ quan",
            "đơn vị",
            "địa phương",
            "chính quyền",
            "ngành",
            "doanh nghiệp",
            "lực lượng",
            "công an",
            "chủ đầu tư",
            "nhà thầu",
            "cấp ủy",
            "nhà trường",
            "Cơ quan",
            "Đơn vị",
            "Địa phương",
            "Chính quyền",
            "Ngành",
            "Doanh nghiệp",
            "Lực lượng",
            "Chủ đầu tư",
            "Nhà thầu",
            "Cấp ủy",
            "Nhà trường",
            "thanh tra",
            "chi cục",
            "lãnh đạo",
            "người đứng đầu",
            "thủ trưởng",
            "các cấp",
            "toàn thể",
            "Toàn thể",
            "phòng chuyên môn",
        ]
    )
    named = rf"{_NOT_NAMES}(?:(?:{heads})(?![\w])|Sở(?=[A-ZĐ][a-zà-ỹ]))"
    person = rf"(?!Tr[uư].ng (?:hợp|họp)|Lãnh đạo,? (?:và )?(?:chỉ|thực|tổ|toàn|công|việc))(?:{persons})(?![\w])"
    plural = rf"(?:(?:[Tt]oàn thể |[Tt]ất cả )?(?:[Cc]{_LOOSE['a']}c|[Nn]hững|[Mm]ọi)) +(?:{both_cases}|{heads})(?!\w)"
    names = sorted({fold(n) for n in data["names"]}, key=len, reverse=True)
    return {
        "named": re.compile(named),
        "person": re.compile(person),
        "plural": re.compile(plural),
        "generic": re.compile(rf"(?!phòng,? (?:chống|cháy|ngừa))(?:{generic})(?!\w)"),
        "start": re.compile(rf"(?:{plural}|{person}|{named}|(?:{solo})(?!\w))"),
        "names": re.compile(r"(?<!\w)(?:" + "|".join(re.escape(n).replace(r"\ ", " ") for n in names) + r")(?!\w)"),
        "long duty": re.compile(
            r"(?<!\w)(?:"
            + "|".join(sorted({bare(w).lower() for w in verbs["duty"] if " " in w}, key=len, reverse=True))
            + r")(?!\w)"
        ),
        "short duty": re.compile(
            r"(?<!\w)(?:"
            + "|".join(sorted({w for w in verbs["duty"] if " " not in w}, key=len, reverse=True))
            + r")(?!\w)",
            re.I,
        ),
        "telling": re.compile(
            r"(?:" + "|".join(sorted({bare(w).lower() for w in verbs["telling"]}, key=len, reverse=True)) + r")(?!\w)"
        ),
        "several": re.compile(
            rf"(?P<lead>(?:{persons})?\s?(?:UBND|Ủy ban nhân dân|Uỷ ban nhân dân)?\s?)[Cc]ác (?P<head>[^\W\d_]+(?: [a-zà-ỹđ]+){{0,2}})(?P<more>(?:,? ?(?:và )?[^\W\d_]+){{0,4}}?)\s?:\s*"
        ),
        "several places": re.compile(
            rf"(?P<lead>(?:{persons})?\s?(?:UBND|Ủy ban nhân dân|Uỷ ban nhân dân|HĐND|Công an|Trạm Y tế|Phòng Kinh tế)?\s?)[Cc]ác (?P<head>xã|phường|huyện|thị xã|thị trấn|thành phố|quận|thôn|tỉnh|Sở|sở|Bộ|bộ|Ban|Phòng|Cục|Vụ)(?P<more>) (?=[^\W\d_a-z])"
        ),
    }


def _bare_rows(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    return {bare(k).lower(): [bare(x).lower() for x in v] for k, v in rows.items()}


def _guarded(word: str, not_before: dict[str, list[str]], not_after: dict[str, list[str]]) -> str:
    """The word, unless its neighbours make it part of a name ("thi hành án", "công trình", "có liên quan")."""
    text = re.escape(word).replace(r"\ ", " ")
    after = "|".join(re.escape(x).replace(r"\ ", " ") for x in not_before.get(word, ()))
    ahead = "".join(
        rf"(?<!{re.escape(x[0])}{re.escape(x[1:])} )(?<!{re.escape(x[:1].upper() + x[1:])} )"
        for x in not_after.get(word, ())
    )
    return rf"{ahead}{text}(?! (?:{after})(?!\w))" if after else f"{ahead}{text}"


@cache
def _stops() -> dict[str, tuple[re.Pattern[str] | None, re.Pattern[str] | None]]:
    """The words that end a name by their first syllable without marks: longer ones for bare text, single ones as printed.

    One search for all of them at once tries every word at every letter; a look-up by syllable tries a few at each word.
    """
    verbs = _toml("verbs.toml")
    before, after = verbs["not_before"], verbs["not_after"]
    words = sorted(set(verbs["duty"] + verbs["bounds"]), key=len, reverse=True)
    long: dict[str, list[str]] = {}
    short: dict[str, list[str]] = {}
    for word in words:
        first = bare(word.split()[0]).lower()
        if " " in word:
            long.setdefault(first, []).append(_guarded(bare(word).lower(), _bare_rows(before), _bare_rows(after)))
        else:
            short.setdefault(first, []).append(_guarded(word, before, after))
    return {
        k: (
            re.compile(rf"(?:{'|'.join(long[k])})(?!\w)") if k in long else None,
            re.compile(rf"(?:{'|'.join(short[k])})(?!\w)") if k in short else None,
        )
        for k in long.keys() | short.keys()
    }


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One of the compiled patterns over names of bodies."""
    return _patterns()[name]


def duty_at(para: Para, at: int) -> re.Match[str] | None:
    """The verb of a duty that stands at ``at``. Words of one syllable must have their marks: "trong" is not "trồng"."""
    return pattern("long duty").match(para.folded, at) or pattern("short duty").match(para.text, at)


def duty_in(para: Para, start: int, end: int) -> bool:
    """Whether a verb of a duty stands between two places."""
    return bool(
        pattern("long duty").search(para.folded, start, end) or pattern("short duty").search(para.text, start, end)
    )


@dataclass(frozen=True, slots=True)
class Unit:
    """One body named in a paragraph; ``name`` may be spread from a shared head ("Sở" of "các Sở: …")."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A list of bodies and what follows it."""

    units: tuple[Unit, ...]
    start: int
    end: int
    stop: str  # the folded word that ended the list, ":" or "" at the end of the text


# No list of bodies runs longer; without a limit a text of nothing but names would be read again from every name.
_LONGEST = 900
_SEPARATOR = re.compile(r";\s*(?:và |cùng )?|,\s*(?:và |cùng )?|\s+(?:và|cùng với|cùng(?! cấp)|hoặc)\s+")
_SENTENCE = re.compile(r"\.\s+(?=[^\W\d_a-z])|\./")
_ABBREVIATED = re.compile(r"(?:TP|Tp|Q|P|TT|TS|Th\.?S|St|Đ/c|H|X|Ng)\.\s*$")
_WHOLE = re.compile(r",? theo (?:chuc nang|nhiem vu|tham quyen|phan cong)")


def phrase_at(para: Para, at: int, limit: int | None = None) -> Phrase | None:
    """The list of bodies that starts at ``at``, or None when no body does."""
    text = para.text
    end_of = min(len(text) if limit is None else limit, at + _LONGEST)
    while at < end_of and text[at] in " \"“'":
        at += 1
    if not pattern("start").match(text, at, end_of):
        return None
    end, stop = _phrase_end(para, at, end_of)
    units = split(para, at, end)
    if not units:
        return None
    return Phrase(tuple(units), at, end, stop)


def _phrase_end(para: Para, at: int, limit: int) -> tuple[int, str]:
    whole = _WHOLE.search(para.bare, at, min(limit, at + 420))
    if whole and _only_names(para.text[at : whole.start()]):
        return whole.start(), whole.group().strip(" ,")
    depth_free = _mask(para.bare, at, limit)
    best, word = limit, ""
    stop = _stop(depth_free, para, at, limit)
    if stop:
        best, word = stop
    for m in re.finditer(r"[:.;]", depth_free[at:best]):
        here = at + m.start()
        if m.group() == ":":
            if _spreads(para.text, at, here):
                continue
            return here, ":"
        if m.group() == ";":
            after = re.match(r";\s*(?:và )?", para.text[here:])
            if after and pattern("start").match(para.text, here + after.end()):
                continue
            return here, ";"
        if re.match(r"\.(?:\s+[^\W\d_a-z]|/|\s*$)", para.text[here : here + 3]) and not _ABBREVIATED.search(
            para.text[at : here + 1]
        ):
            return here, "."
    return best, word


def _known(para: Para, start: int, end: int) -> list[tuple[int, int]]:
    """Where known names stand, in capitals as names are, or where they are listed in small letters."""
    return [
        m.span()
        for m in pattern("names").finditer(para.folded, start, end)
        if para.text[m.start()].isupper() or para.text[m.start() : m.end()] in _small_names()
    ]


@cache
def _small_names() -> frozenset[str]:
    return frozenset(n for n in bodies()["names"] if n[0].islower())


def _stop(masked: str, para: Para, at: int, limit: int) -> tuple[int, str] | None:
    """The first word that cannot belong to a name. Words inside a known name or right after its head do not count."""
    first = pattern("start").match(para.text, at, limit)
    begin = first.end() if first else at
    known = _known(para, at, min(limit, at + 900))
    best: tuple[int, str] | None = None
    table = _stops()
    for w in _NEXT_WORD.finditer(masked, begin, limit):
        rules = table.get(w.group())
        if rules is None or any(a <= w.start() < b for a, b in known):
            continue
        m = (rules[0].match(masked, w.start(), limit) if rules[0] else None) or (
            rules[1].match(para.text, w.start(), limit) if rules[1] else None
        )
        if m is None or (m.group() == "tại" and _seat_follows(para, at, m)):
            continue
        best = m.start(), bare(m.group())
        break
    strange = _strange(para, at, begin, best[0] if best else min(limit, at + 300), known, masked)
    return (strange, "?") if strange is not None else best


_SMALL_WORD = re.compile(r"(?<![\w/&])[a-zà-ỹđ]+(?![\w/&])")
_SEATED = re.compile(r"(?:Phòng|Chi nhánh|Văn phòng|Trung tâm|Cơ sở|Phân hiệu|Quản lý|Đại diện) $")
_NEXT_WORD = re.compile(r"(?<=[\s,])[a-z]+")
_OTHERS = re.compile(r"(?:[,;] | và )(?:các|những) ")
_CLOSING_WORDS = frozenset(
    ["tỉnh", "huyện", "xã", "phường", "quận", "phố", "trấn", "khu", "ương", "quan", "sở", "các", "và"]
)


@cache
def _small_words() -> frozenset[str]:
    data = bodies()
    listed = " ".join([data["small"], *data["names"], *data["heads"], *data["generic"], *data["persons"]])
    return frozenset(w.strip(",-").lower() for w in listed.split())


def _strange(para: Para, at: int, begin: int, stop: int, known: list[tuple[int, int]], masked: str) -> int | None:
    """Where a body of its own name is followed by a small word no name holds: an unknown verb."""
    if not pattern("named").match(para.text, at):
        return None
    others = _OTHERS.search(para.text, begin, stop)
    before: re.Match[str] | None = None
    for m in _SMALL_WORD.finditer(para.text, begin, others.start() if others else stop):
        if any(a <= m.start() < b for a, b in known) or masked[m.start()] == "#" or not m.group()[0].islower():
            before = None
            continue
        ran_on = _ran_on(para, m)
        if ran_on is not None:
            return ran_on
        if m.group() not in _small_words() and not _two_words(m.group()):
            if fold(m.group()) in _small_folded():
                return None
            pair = before is not None and before.end() + 1 == m.start() and before.group() not in _CLOSING_WORDS
            return before.start() if pair and before and not _paired(para.text, before) else m.start()
        before = m
    return None


def _paired(text: str, word: re.Match[str]) -> bool:
    """Whether the word makes a known pair with the one before it ("Nông nghiệp"), so that both belong to the name."""
    ahead = re.search(r"(\w+) $", text[max(0, word.start() - 12) : word.start()])
    return bool(ahead) and f"{ahead.group(1).lower()} {word.group()}" in _pairs()  # type: ignore[union-attr]


@cache
def _pairs() -> frozenset[str]:
    data = bodies()
    out: set[str] = set()
    for name in [*data["names"], *data["heads"], data["small"]]:
        words = [w.strip(",-").lower() for w in name.split()]
        out.update(f"{a} {b}" for a, b in itertools.pairwise(words))
    return frozenset(out)


def _seat_follows(para: Para, at: int, word: re.Match[str]) -> bool:
    """Whether "tại" tells where an office of the body sits, as part of its name."""
    return para.text[word.end() + 1 : word.end() + 2].isupper() and bool(_SEATED.search(para.text[at : word.start()]))


def _ran_on(para: Para, word: re.Match[str]) -> int | None:
    """Where a verb begins that a web copy ran together with the end of a name ("tỉnhhuy động")."""
    for end in _CLOSING_WORDS:
        at = word.start() + len(end)
        if (
            word.group().startswith(end)
            and len(word.group()) > len(end) + 1
            and pattern("long duty").match(para.folded[at : at + 30])
        ):
            return at
    return None


def _two_words(word: str) -> bool:
    """Whether a web copy ran two words of a name together ("bệnhtật")."""
    return any(word[:i] in _small_words() and word[i:] in _small_words() for i in range(2, len(word) - 1))


@cache
def _small_folded() -> frozenset[str]:
    return frozenset(fold(w) for w in _small_words())


def _only_names(text: str) -> bool:
    """Whether every piece between commas looks like a body, so that verbs inside describe it."""
    if len(text) > 400 or ":" in text:
        return False
    pieces = re.split(r"[,;]\s*", text)
    if not re.match(r"[Cc]ác |[Tt]hủ trưởng|[Nn]gười đứng đầu|[Ll]ãnh đạo", text):
        return False
    return all(
        (re.match(r"(?:các|những|và) |[^\W\d_a-z]", p) and (p[:1].isupper() or pattern("start").match(p)))
        or pattern("generic").match(p)
        for p in pieces
        if p
    )


def _mask(text: str, at: int, limit: int) -> str:
    """The text with everything in round brackets blotted out, so that a name keeps its gloss."""
    if "(" not in text[at:limit]:
        return text
    out = list(text)
    depth = 0
    for i in range(at, limit):
        if text[i] == "(":
            depth += 1
        if depth:
            out[i] = "#"
        if text[i] == ")" and depth:
            depth -= 1
    # A bracket that never closes blots out nothing.
    return text if depth else "".join(out)


def _spreads(text: str, at: int, colon: int) -> bool:
    """Whether the colon follows a head for several names ("các Sở:")."""
    tail = text[max(at, colon - 60) : colon + 1]
    m = re.search(
        r"(?:^|[\s,;])[Cc]ác ([^\W\d_]+(?: [a-zà-ỹđ]+){0,2})(?:(?:,| và) ?[^\W\d_]+){0,3}(?: (?:tỉnh|thành phố|huyện|Thành phố))?\s?:$",
        tail,
    )
    if not m:
        return False
    after = text[colon + 1 :].lstrip()
    if not after or not after[0].isupper():
        return False
    head = m.group(1)
    if not (pattern("generic").match(head.lower()) or pattern("named").match(head)):
        return False
    known = pattern("names").match(fold(after))
    verb = pattern("short duty").match(after)
    if verb and not known and after[verb.end() : verb.end() + 2].strip().islower():
        return False
    return bool(known) or (
        bool(re.match(r"[^\W\d_a-z][^,;.:]{1,40}[,;]", after)) and not pattern("long duty").match(fold(after))
    )


def split(para: Para, start: int, end: int) -> list[Unit]:
    """The bodies between two places of a paragraph."""
    text = para.text
    end = min(end, start + 4 * _LONGEST)
    while end > start and text[end - 1] in " ,;:.-–":
        end -= 1
    end = _drop_tail(text, start, end)
    if end <= start:
        return []
    cuts = _cuts(para, start, end)
    out: list[Unit] = []
    spread: tuple[str, int] | None = None
    for a, b in cuts:
        while a < b and text[a] in " -–•":
            a += 1
        piece = text[a:b]
        m = _several(piece, text, b, end)
        if m and m.end() < len(piece):
            head = _shared_head(m)
            out.append(_unit(text, a + m.end(), b, head))
            spread = (head, 1)
            continue
        if spread and _needs_head(piece):
            out.append(_unit(text, a, b, spread[0]))
            continue
        spread = None
        out.append(_unit(text, a, b, ""))
    return [u for u in out if len(key(u.name)) > 1]


def _several(piece: str, text: str, b: int, end: int) -> re.Match[str] | None:
    """The head shared by a list ("các Sở: …", "các xã A, B và C"), where there is a list."""
    m = pattern("several").match(piece)
    if m:
        return m
    m = pattern("several places").match(piece)
    more = re.match(r"(?:, | và )(?:và )?([^\W\d_a-z])", text[b:end])
    if m and more:
        after = b + more.start(1)
        if not pattern("start").match(text, after) or pattern("names").match(fold(text[after : after + 60])):
            return m
    return None


def _drop_tail(text: str, start: int, end: int) -> int:
    m = re.search(r"[\s,]+(?:và|cùng|với|cùng với|các|có|để|chỉ|việc)$", text[start:end])
    return start + m.start() if m else end


def _shared_head(m: re.Match[str]) -> str:
    lead = m.group("lead").strip()
    head = m.group("head").strip()
    if m.group("more"):
        return f"{lead} *".strip() if lead else "*"
    word = head if lead else head[0].upper() + head[1:]
    if lead and fold(head) in ("so", "bo", "phong", "ban", "vu", "cuc"):
        word = head[0].upper() + head[1:]
    return f"{lead} {word}".strip()


def _needs_head(piece: str) -> bool:
    return bool(pattern("names").match(fold(piece))) or not pattern("start").match(piece)


def _unit(text: str, a: int, b: int, head: str) -> Unit:
    while a < b and text[a] in " ,;-–":
        a += 1
    while b > a and text[b - 1] in " ,;:.-–…":
        b -= 1
    name = " ".join(text[a:b].split())
    if head:
        lead = head.removesuffix("*").strip()
        if head.endswith("*"):
            known = pattern("names").fullmatch(fold(name))
            lead = f"{lead} Sở".strip() if known and not pattern("named").match(name) else lead
        name = f"{lead} {name}".strip()
    return Unit(nearest_known(name), a, b)


def _cuts(para: Para, start: int, end: int) -> list[tuple[int, int]]:
    text = para.text
    masked = _mask(text, start, end)
    kept = _known(para, start, end)
    cuts: list[tuple[int, int]] = []
    begin = start
    spreading = False
    for m in _SEPARATOR.finditer(masked, start, end):
        if m.start() < begin or any(a < m.start() < b for a, b in kept):
            continue
        group = text[begin : m.start()]
        several = _several(group, text, m.start(), end)
        spreading = bool(several) if several else spreading and _needs_head(group)
        if _is_cut(group, m.group(), text, m.end(), end, spreading):
            cuts.append((begin, m.start()))
            begin = m.end()
    cuts.append((begin, end))
    return cuts


_LEVELS = re.compile(r"(?:huyen|thi xa|thanh pho|quan|xa|phuong|thi tran|dac khu|tinh|thon|cap)(?!\w)")
_PLURAL = re.compile(rf"(?:[Cc]{_LOOSE['a']}c|[Nn]hững|[Tt]oàn thể|[Tt]ất cả|[Mm]ọi)\s")
_INNER_PLURAL = re.compile(rf"(?:^|\s)(?:c{_LOOSE['a']}c|những)\s", re.I)
_SHORT_HEAD = re.compile(r"[^\W\d_]+(?=\s*(?:[,;)]|$|và\s|ngành\b|tỉnh\b|liên quan))")


def _is_cut(group: str, separator: str, text: str, at: int, end: int, spreading: bool) -> bool:
    rest = text[at:end]
    joined_by_and = separator.strip() in ("và", "cùng", "hoặc", "cùng với")
    if spreading:
        return True
    if _PLURAL.match(rest):
        if separator.startswith(";"):
            return True
        if (
            pattern("person").match(group)
            and _INNER_PLURAL.search(group)
            and not re.search(r"UBND|[ỦU][ỷy] ban", group)
        ):
            return False
        if joined_by_and or separator.endswith("và "):
            return not (_PLURAL.match(group) and not re.search(r"UBND|[ỦU][ỷy] ban", group)) or len(group) > 90
        return True
    named = pattern("named").match(rest) or pattern("person").match(rest)
    short = _SHORT_HEAD.match(rest)
    if named and not (short and named.end() == short.end() and _INNER_PLURAL.search(group)):
        return True
    generic = pattern("generic").match(rest)
    if generic:
        if re.match(r" [^\W\d_a-z]", rest[generic.end() :]) and re.search(r"các [^\W\d_a-z]", group, re.I):
            return True
        if pattern("generic").fullmatch(group):
            return False
        if re.search(r"UBND|[ỦU][ỷy] ban", group) and not _LEVELS.match(fold(rest[:16])):
            return True
        return not _INNER_PLURAL.search(group)
    if re.match(r"[A-ZĐ]{3,}\b", rest) and pattern("named").match(group):
        return True
    return separator.startswith(";") and bool(pattern("start").match(rest))


@cache
def spellings() -> tuple[tuple[str, str], ...]:
    """Known names with their folded form, short ones first so that longer ones have the last word."""
    data = bodies()
    return tuple((name, fold(name)) for name in sorted(data["names"] + data["heads"], key=len))


def spelt_small(text: str) -> str:
    """Capitals as running text, letter for letter: known bodies as the dictionary spells them, the rest small."""
    small = text.lower()
    if len(small) != len(text):
        return text
    folded = fold(small)
    out = list(small[:1].upper() + small[1:])
    for name, key_ in spellings():
        at = folded.find(key_)
        while at >= 0:
            before, after = folded[at - 1 : at], folded[at + len(name) : at + len(name) + 1]
            if not (at and before.isalnum()) and not after.isalnum():
                out[at : at + len(name)] = list(name)
            at = folded.find(key_, at + 1)
    for m in re.finditer(r"(?:tinh|thanh pho|huyen|xa|phuong) (?=\w)", folded):
        rest = re.match(r"[^\W\d_]+(?: [^\W\d_]+){0,2}", small[m.end() :])
        if rest and fold(rest.group().split()[0]) not in ("ven", "bien", "gioi", "giap", "lien", "tren", "va", "uy"):
            out[m.end() : m.end() + rest.end()] = list(rest.group().title())
    return "".join(out)


def nearest_known(name: str) -> str:
    """The department a misread name stands for ("SởửY tế", "Sở Nội vự"), or the name as it is."""
    if name[:1] not in "SŠ" or len(name) > 60 or not fold(name).startswith("so"):
        return name
    mine = key(name).replace(" ", "")
    known = _departments()
    if mine in known:
        return known[mine] if name.lower() != known[mine].lower() else name
    return next((v for k, v in known.items() if abs(len(mine) - len(k)) <= 1 and near(mine, k, 1)), name)


@cache
def _departments() -> dict[str, str]:
    return {key(f"Sở {known}").replace(" ", ""): f"Sở {known}" for known in reversed(bodies()["names"])}


def initials(name: str) -> str:
    """The abbreviation a name would have ("Sở Tài nguyên và Môi trường" and "Sở TN&MT": "stnmt")."""
    out = []
    for word in re.findall(r"[^\W\d_]+", name):
        if fold(word) in ("va", "cua", "cac"):
            continue
        out.append(word if word.isupper() or sum(c.isupper() for c in word) > 1 else word[0])
    return fold("".join(out))
