"""Lists of bodies cut into single ones (documents §2.3).

The dictionary comes first and commas second: "Sở Văn hóa, Thể thao và Du lịch" is one body, "các Sở: Tài chính, Nội vụ"
are two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .folding import fold, key
from .lines import Para
from .naming import nearest_known
from .vocabulary import LOOSE, body_at, kind_at, named_at, pattern, person_at, small_names, small_person_at

# No list of bodies runs longer; without a limit a text of nothing but names would be read again from every name.
_MORE_CAPITALS = re.compile(r"(?:, | và )(?:và )?([^\W\d_a-z])")
_LOOSE_END = re.compile(r"[\s,]+(?:và|cùng|với|cùng với|các|có|để|chỉ|(?<!giúp )việc)$")
LONGEST_LIST = 900
_SEPARATOR = re.compile(r";\s*(?:và |cùng )?|,\s*(?:và |cùng )?|\s+(?:và|cùng với|cùng(?! cấp)|hoặc)\s+")
# A telephone number behind a name is no part of it.
_GLOSS = re.compile(
    r" ?\((?:sau đây|dưới đây|gọi|viết) (?:được |gọi |viết |tắt |chung )*(?:tắt|chung|là)\b[^()]*\)?$| ?\([^()]*(?:\d{3}|\bqua [^\W\d_a-z]|thông qua |\b(?:điện thoại|ĐT|email|Email|đồng chí|Đ/c|ông|bà)\b)[^()]*\)?$"
)
# "Ban Chỉ đạo phong trào "Toàn dân đoàn kết …" tỉnh".
_QUOTED_NAME = re.compile(
    r"(?:(?<=hong tr[àa]o )|(?<=v[ậa]n [đd][ộo]ng )|(?<=h[ưu][ơo]ng tr[ìi]nh )|(?<=[ựu] [áa]n )|(?<=[ềe] [áa]n )|(?<=u[ộo]c thi )|(?<=[ôo] h[ìi]nh )|(?<=[ạa]c b[ộo] )|(?<=Qu[ỹy] ))[\"“][^\"“”.;:]{4,90}[\"”]"
)
_EACH = re.compile(r"(?:[Cc]ác|[Hh]ai|[Bb]a|[Bb]ốn) $")
_SEVERAL = re.compile(r"(?<!\w)(?:[Cc]ác|[Hh]ai|[Bb]a|[Bb]ốn) ")
_LEVELS = re.compile(r"(?:huyen|thi xa|thanh pho|quan|xa|phuong|thi tran|dac khu|tinh|thon|cap)(?!\w)")
_LEVEL_WORDS = (
    " xã", " phường", " thị trấn", " đặc khu", " huyện", " quận", " thị xã", " thành phố", " tỉnh", " thôn", " bản",
    " làng", " ấp", " khóm", " buôn", " khu phố", " tổ dân phố",
)  # fmt: skip
# Short forms of what offices deal with, which name no office.
_TOPICS = frozenset((
    "PCCC", "PCCCR", "CNCH", "PCTT", "TKCN", "ATTP", "VSATTP", "ATGT", "TTATGT", "CNTT", "BVMT",
    "KHCN", "TDTT", "TTHC", "CCHC", "GPMB", "NTM", "DTTS", "ANTT", "QPAN", "QLĐĐ", "XDCB",
))  # fmt: skip
# "Công an xã, phường": levels, none of them with a name.
# A group that says where it belongs is over: "các Sở, ngành Thành phố, đơn vị liên quan".
_PLACED_GROUP = re.compile(r"\b(?:tỉnh|[Tt]hành phố|huyện|liên quan)$")
_MORE_LEVELS = re.compile(rf"(?:{'|'.join(w.strip() for w in _LEVEL_WORDS)})(?! [^\W\d_a-z])(?!\w)")
_PLURAL = re.compile(rf"(?:[Cc]{LOOSE['a']}c|[Nn]hững|[Tt]oàn thể|[Tt]ất cả|[Mm]ọi|[Qq]uý(?! (?:\d|[IV])))\s")
_INNER_PLURAL = re.compile(rf"(?:^|\s)(?:c{LOOSE['a']}c|những|quý|toàn thể|tất cả|toàn bộ)\s", re.I)
# "Các trường THPT, trung tâm GDTX": kinds of bodies with names of their own.
_NAMED_KIND = re.compile(r"(?:^|\s)[Cc]ác [^\W\d_a-zđ]?[^\W\d_]+(?: [a-zà-ỹđ]+){0,2} [A-ZĐ]")
# Beside owners of works: no level of offices is listed by these.
# "UBND các xã giáp ranh: A, B": the communes are told by their names.
_LEVEL_DESCRIBED = re.compile(
    r"^(xã|phường|huyện|tỉnh|thôn) (?:giáp ranh|biên giới|vùng cao|ven biển|ven sông|ven đê|trọng điểm|miền núi|liên quan)$"
)
_ANYBODY = re.compile(r"(?:Cơ quan, )?(?:Tổ chức|Cá nhân|Hộ gia đình)(?:, (?:cá nhân|tổ chức|hộ gia đình))*")
_BUILDERS = re.compile(r"(?:ban quản lý|nhà thầu|đơn vị tư vấn|tư vấn giám sát) [a-zà-ỹđ]")
# "đồng chí Lê Văn An, Phó Chủ tịch …": one person and the title.
_BY_NAME = re.compile(r"(?:[Đđ]ồng chí|[Ôô]ng|[Bb]à) (?:[^\W\d_a-zđ][a-zà-ỹ]+ ?){2,5}$")
_ONE_PERSON = re.compile(r"(?:ông|bà|đồng chí|đ/c) [^\W\d_a-z]")
_SHORT_HEAD = re.compile(r"[^\W\d_]+(?=\s*(?:[,;)]|$|và\s|ngành\b|tỉnh\b|liên quan))")


@dataclass(frozen=True, slots=True)
class Unit:
    """One body named in a paragraph; ``name`` may be spread from a shared head ("Sở" of "các Sở: …")."""

    name: str
    start: int
    end: int


def split(para: Para, start: int, end: int) -> list[Unit]:
    """The bodies between two places of a paragraph."""
    text = para.text
    end = min(end, start + 4 * LONGEST_LIST)
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
    if not _SEVERAL.search(piece):
        return None
    person = person_at(piece)
    m = _after_person("several", piece, person) if ":" in piece else None
    if m:
        return m
    m = _after_person("several places", piece, person)
    more = _MORE_CAPITALS.match(text[b:end])
    if m and more:
        after = b + more.start(1)
        if not body_at(text, after) or pattern("names").match(fold(text[after : after + 60])):
            return m
    return None


def _after_person(name: str, piece: str, person: re.Match[str] | None) -> re.Match[str] | None:
    """A shared head behind a title ("Giám đốc các Sở: …") or without one."""
    rule = pattern(name)
    after = person.end() - len(" các") * person.group().endswith(" các") if person else 0
    return rule.match(piece, after) or rule.match(piece)


def _drop_tail(text: str, start: int, end: int) -> int:
    m = _LOOSE_END.search(text[start:end])
    return start + m.start() if m else end


def _shared_head(m: re.Match[str]) -> str:
    lead = m.string[: _EACH.search(m.string, 0, m.start("head")).start()].strip()  # type: ignore[union-attr]
    head = _LEVEL_DESCRIBED.sub(r"\1", m.group("head").strip())
    if m.group("more"):
        return f"{lead} *".strip() if lead else "*"
    word = head if lead else head[0].upper() + head[1:]
    if lead and not lead.endswith("Trưởng") and fold(head) in ("so", "bo", "phong", "ban", "vu", "cuc"):
        word = head[0].upper() + head[1:]
    return f"{lead} {word}".strip()


def _needs_head(piece: str) -> bool:
    return bool(pattern("names").match(fold(piece))) or not body_at(piece)


def _unit(text: str, a: int, b: int, head: str) -> Unit:
    while a < b and text[a] in " ,;-–":
        a += 1
    while b > a and text[b - 1] in " ,;:.-–…":
        b -= 1
    gloss = _GLOSS.search(text, a, b)
    b = gloss.start() if gloss else b
    name = " ".join(text[a:b].split())
    if head:
        lead = head.removesuffix("*").strip()
        if head.endswith("*"):
            known = pattern("names").fullmatch(fold(name))
            lead = f"{lead} Sở".strip() if known and not named_at(name) else lead
        name = f"{lead} {name}".strip()
    return Unit(nearest_known(name), a, b)


def _cuts(para: Para, start: int, end: int) -> list[tuple[int, int]]:
    text = para.text
    masked = mask(text, start, end)
    kept = known_names(para, start, end)
    cuts: list[tuple[int, int]] = []
    begin = start
    spreading = False
    for m in _SEPARATOR.finditer(masked, start, end):
        if m.start() < begin or any(a < m.start() < b for a, b in kept):
            continue
        group = text[begin : m.start()]
        several = _several(group, text, m.start(), end)
        spreading = bool(several) if several else spreading and _needs_head(group)
        coded = para.own is not None and para.own.code_at(text, m.end())
        if coded or _is_cut(group, m.group(), text, m.end(), end, spreading):
            cuts.append((begin, m.start()))
            begin = m.end()
    cuts.append((begin, end))
    return cuts


def _is_cut(group: str, separator: str, text: str, at: int, end: int, spreading: bool) -> bool:
    rest = text[at:end]
    joined_by_and = separator.strip() in ("và", "cùng", "hoặc", "cùng với")
    if spreading:
        return True
    if _PLURAL.match(rest):
        if separator.startswith(";"):
            return True
        if person_at(group) and _INNER_PLURAL.search(group) and not re.search(r"UBND|[ỦU][ỷy] ban", group):
            return False
        if joined_by_and or separator.endswith("và "):
            return not (_PLURAL.match(group) and not re.search(r"UBND|[ỦU][ỷy] ban", group)) or len(group) > 90
        return True
    if group.endswith(_LEVEL_WORDS) and _MORE_LEVELS.match(rest):
        return False
    if _BY_NAME.match(group) and separator.startswith(",") and person_at(rest):
        return False
    if _ONE_PERSON.match(rest):
        return True
    named = named_at(rest) or person_at(rest) or small_person_at(rest)
    short = _SHORT_HEAD.match(rest)
    if named and not (short and named.end() == short.end() and _INNER_PLURAL.search(group)):
        return True
    generic = kind_at(rest)
    if generic and _PLACED_GROUP.search(group) and rest.startswith(("đơn vị", "cơ quan", "địa phương", "doanh nghiệp")):
        return True
    if _ANYBODY.fullmatch(group) and re.match(r"(?:cá nhân|tổ chức|hộ gia đình|cộng đồng)(?!\w)", rest):
        return False
    if generic:
        if re.match(r" [^\W\d_a-z]", rest[generic.end() :]) and re.search(r"các [^\W\d_a-z]", group, re.I):
            return True
        if _NAMED_KIND.search(group) and re.match(r" [A-ZĐ]", rest[generic.end() :]):
            return True
        if _BUILDERS.match(rest) and not re.search(r"các (?:sở|ban)\b", group):
            return True
        if group[:1].islower() and not pattern("no kind").match(group) and pattern("kind").fullmatch(group):
            return False
        if re.search(r"UBND|[ỦU][ỷy] ban", group) and not _LEVELS.match(fold(rest[:16])):
            return True
        return not _INNER_PLURAL.search(group)
    short = re.match(r"[A-ZĐ]{3,}\b", rest)
    if short and named_at(group) and short.group() not in _TOPICS:
        return True
    if joined_by_and and pattern("small people").match(rest[:1].lower() + rest[1:40]):
        return False  # "Phòng Bảo trợ xã hội và Người cao tuổi"
    if rest[:1].isupper() and not _LEVELS.match(fold(rest[:16])) and pattern("solo").match(rest):
        return True
    return separator.startswith(";") and bool(body_at(rest))


def mask(text: str, at: int, limit: int) -> str:
    """The text with everything in round brackets blotted out, so that a name keeps its gloss."""
    quotes = text.find('"', at, limit) >= 0 or text.find("“", at, limit) >= 0
    quoted = [m.span() for m in _QUOTED_NAME.finditer(text, at, limit)] if quotes else []
    if "(" not in text[at:limit] and not quoted:
        return text
    out = list(text)
    for a, b in quoted:
        out[a:b] = "#" * (b - a)
    depth = 0
    for i in range(at, limit):
        if text[i] == "(":
            depth += 1
        if depth:
            out[i] = "#"
        if text[i] == ")" and depth:
            depth -= 1
    # A bracket that never closes blots out nothing.
    return text if depth and not quoted else "".join(out)


def _cuts_a_title(text: str, a: int, b: int) -> bool:
    """Whether the words of a listed name run into a title: "các đội, trạm" is not in "… các đội, Trạm trưởng …"."""
    comma = text.find(", ", a, b)
    return comma > 0 and person_at(text, comma + 2) is not None


def known_names(para: Para, start: int, end: int) -> list[tuple[int, int]]:
    """Where known names stand, in capitals as names are, or where they are listed in small letters."""
    if para.names is None:
        para.names = [m.span(1) for m in pattern("every name").finditer(para.folded)]
        if para.own is not None and (mine := list(para.own.spans(para.folded))):
            para.listed = frozenset(mine)
            para.names = sorted({*para.names, *mine}, key=lambda at: (at[0], -at[1]))
    out: list[tuple[int, int]] = []
    free = start
    for a, b in para.names:
        if a < free or a >= end:
            continue
        if (a, b) in para.listed:
            if b <= end and not _cuts_a_title(para.text, a, b):
                free = b
                out.append((a, b))
            continue
        if b > end:
            # A shorter name may end where the longest does not.
            shorter = pattern("names").match(para.folded, a, end)
            if shorter is None:
                continue
            b = shorter.end()
        free = b
        if para.text[a].isupper() or para.text[a:b] in small_names():
            out.append((a, b))
    return out
