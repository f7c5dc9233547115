"""The words that show bodies and duties, as compiled patterns made from data/bodies.toml and data/verbs.toml."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from .data import _toml, bodies
from .folding import bare, fold
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
LOOSE = {
    base: "["
    + "".join(
        c
        for c in map(
            chr, (*range(0x61, 0x7B), *range(0xE0, 0x100), 0x103, 0x129, 0x169, 0x1A1, 0x1B0, *range(0x1EA1, 0x1EFA))
        )
        if fold(c) == base and c.islower()
    )
    + "]"
    for base in "aeiouy"
}
_NOT_NAMES = (
    r"(?!Tổ (?:chức|quốc)|B[ồỗ] [a-zà-ỹ]|Khoa (?:học|giáo|bảng)|Ban (?:hành|đầu|ngày)|Báo cáo|Trường hợp|Phòng,? ?(?:chống|ngừa|bệnh|cháy)|Cơ sở (?:dữ liệu|pháp lý|vật chất|chính trị)"
    r"|Vụ việc|Bộ (?:máy|luật|Luật|tiêu chí|chỉ số|thủ tục)|Hội (?:nghị|thảo|thi|chợ)|Đoàn kết|Đại hội|Đội ngũ|Cơ quan tài phán|Khối lượng|Nhóm [a-z0-9]|Quỹ đất|Thuế (?:suất|thu)|Đơn (?:thư|giá)"
    r"|Lãnh đạo,? (?:chỉ đạo|thực hiện|tổ chức|việc|công tác|toàn diện)|Cán bộ,? (?:kỹ|có)|Tổ (?:hợp|máy)|Trạm (?:bơm|dừng)|Đài (?:phun|tưởng)|Báo (?:giá|động)|Công an ninh|Ông (?:cha|Đốc|Ích Khiêm)|Bà (?:con|Rịa|Nà|Đen|Triệu|Điểm|Chúa|Tri)|Văn phòng phẩm|Thanh tra,? (?:kiểm tra|việc|toàn diện)|Kiểm toán (?:nội bộ|độc lập)|Thường trực (?:\d|(?!các |cấp ủy|tỉnh|huyện|xã|phường|thành )[a-zà-ỹđ])|TT[A-Z])"
)


def _loosened(word: str) -> list[str]:
    """The letters of a word as pieces of a pattern that forgives marks lost or changed by OCR."""
    if " " in word or len(word) >= 6:
        return [LOOSE.get(fold(c), re.escape(c)) if i and c.islower() else re.escape(c) for i, c in enumerate(word)]
    known = next((k for k in _MARKS if k in word), None)
    return [re.escape(word).replace(known, _MARKS[known])] if known else [re.escape(c) for c in word]


def _alternatives(words: Iterable[str]) -> str:
    """A pattern for the longest of the words, forgiving to OCR."""
    return _tree(_loosened(word) for word in sorted(words, key=_strictness))


def _strictness(word: str) -> tuple[bool, int]:
    return " " not in word and len(word) < 6, -len(word)


@cache
def _verbs() -> dict[str, Any]:
    return _toml("verbs.toml")


# Bodies that may be named without a name of their own.
_SOLO = (
    "cơ quan", "đơn vị", "địa phương", "chính quyền", "ngành", "doanh nghiệp", "lực lượng", "công an", "chủ đầu tư",
    "nhà thầu", "cấp ủy", "nhà trường", "Cơ quan", "Đơn vị", "Địa phương", "Chính quyền", "Ngành", "Doanh nghiệp",
    "Lực lượng", "Chủ đầu tư", "Nhà thầu", "Cấp ủy", "Nhà trường", "Đảng viên", "Đoàn viên", "Hội viên", "Nhân dân", "Người dân", "Học sinh", "Phụ huynh", "thanh tra", "chi cục", "lãnh đạo",
    "hai cơ quan", "hai đơn vị", "Hai cơ quan", "Hai đơn vị", "người đứng đầu", "thủ trưởng", "các cấp", "toàn thể", "Toàn thể", "phòng chuyên môn",
    "Tổ chức, cá nhân", "Cá nhân, tổ chức", "Tổ chức và cá nhân", "Hộ gia đình, cá nhân",
)  # fmt: skip
_NO_CAPITAL = frozenset(
    ("tổ chức", "thanh tra", "thị xã", "thành phố", "thị trấn", "đặc khu", "kế toán", "cấp ủy", "hội viên", "trẻ em")
)
_ALSO_OTHERWISE = frozenset(
    ("tổ chức", "thanh tra", "thị xã", "thành phố", "thị trấn", "đặc khu", "văn phòng", "đoàn thể", "trẻ em")
)
_PLURAL_WORDS = rf"(?:(?:[Tt]oàn thể |[Tt]ất cả )?(?:[Cc]{LOOSE['a']}c|[Nn]hững|[Mm]ọi|[Tt]ừng|[Mm]ỗi|[Qq]uý|(?:[Hh]ai|[Bb]a|[Bb]ốn)(?= (?:[Ss]ở|[Bb]ộ|[Pp]hòng|[Bb]an|[Cc]ục|[Cc]hi cục|[Tt]rung tâm|UBND|tỉnh|xã|phường|huyện)(?: (?:xã|phường|huyện|tỉnh))?:? [^\W\d_a-z]))) +"
_SMALL_PERSON = re.compile(
    r"(?:hiệu trưởng|giám đốc|chủ tịch|trưởng phòng|đội trưởng|trạm trưởng|trưởng thôn|trưởng bản|trưởng ấp|trưởng khu phố|bí thư|cấp ủy viên)(?!\w)"
)
_SMALL_OFFICE = re.compile(
    r"(?:phòng|trung tâm|trường|chi cục|đảng ủy|chi bộ|công ty|trạm|đội|bệnh viện|hạt|đồn|đồng chí|ông|bà)(?= [^\W\d_a-z])|(?:đoàn (?:kiểm tra|khảo sát|công tác|thanh tra|giám sát|liên ngành)|tổ công tác)(?!\w)|(?:công chức|cán bộ|viên chức)(?= (?:phụ trách|chuyên trách|địa chính))"
)
# A place stands for those who govern it.
_HAMLET = re.compile(
    r"(?:khu phố|tổ dân phố|thôn|ấp|khóm|Khu phố|Tổ dân phố|Thôn|Bản|Ấp|Khóm|Buôn|Xóm|Xã|Phường|Huyện|Thị trấn|Đặc khu)(?= (?:\d|[A-ZĐ]))"
)
_PLURAL_LETTERS = frozenset("CcMmNnTtQqHhBbô")
_COMMITTEE = "UBND|Ủy ban nhân dân|Uỷ ban nhân dân"
# "Chủ tàu", "Người điều khiển phương tiện", "Hộ nuôi cá lồng": who owns, does or keeps something, told by one word at least.
_OWNER = re.compile(
    r"(?:Chủ (?!trì|động|trương|yếu|đạo|tịch|nhiệm|quyền|đề|thể|nghĩa|quan|lực|nhật|t[ọo][aạ]|chốt|tâm|ngữ|đích|biên|công|khảo|nhân(?! dân)|nợ)"
    r"|Người (?!ta|nào|đã|được|đó|này|người|thật|tốt|Việt)(?:(?:sử dụng|điều khiển|đứng đầu|tham gia|quản lý|vận hành|điều hành|sản xuất|kinh doanh|đại diện) )?"
    r"|Hộ (?!chiếu|khẩu|tịch|đê|tống|trợ|lý))[a-zà-ỹđ]+(?!\w)"
)
# "SởNội vụ" of a copy that lost a space.
_RAN_ON = re.compile("Sở(?=[A-ZĐ][a-zà-ỹ])")
_OWNER_IN_LIST = re.compile(_OWNER.pattern.replace("Chủ ", "chủ ", 1).replace("Hộ ", "hộ ", 1))
# "Hai Sở trao đổi …": the parties of an agreement.
_PARTIES = re.compile(
    r"(?:[Hh]ai|[Bb]a|[Bb]ốn) (?:[Ss]ở|[Bb]ên(?! bờ| đường| phía| cánh| bên)|[Cc]hi cục|[Cc]ông an|[Cc]ục|[Đđ]ơn vị|[Cc]ơ quan|[Nn]gành"
    r"|UBND|Ủy ban nhân dân|Ban|Đồn)(?= [a-zà-ỹđ])"
)
_SOURCES: dict[str, Callable[[], str]] = {
    "no name": lambda: _NOT_NAMES.replace("(?!", "(?:", 1),
    "no person": lambda: r"Tr[uư].ng (?:hợp|họp)|Lãnh đạo,? (?:và )?(?:chỉ|thực|tổ|toàn|công|việc)",
    "plural": lambda: _PLURAL_WORDS,
    "kind": lambda: rf"(?:{_either_case(bodies()['generic'])}|{literals(_people())})(?!\w)",
    "listed kind": lambda: rf"(?:{literals(w for w in bodies()['generic'] if ' ' in w)})(?!\w)",
    "small people": lambda: rf"(?:{literals(_small_kinds())})(?!\w)",
    "small body": lambda: "|".join(
        (
            _SMALL_PERSON.pattern,
            _SMALL_OFFICE.pattern,
            *(_SOURCES[x]() for x in ("small people", "solo")),
            _HAMLET.pattern,
            _PARTIES.pattern,
        )
    ),
    "capital body": lambda: "|".join((_SOURCES["solo"](), _HAMLET.pattern, _OWNER.pattern, _PARTIES.pattern)),
    "parties": lambda: _PARTIES.pattern,
    # "Các doanh nghiệp phân phối, bán lẻ …": two trades of a firm tell which one, one alone is what it is to do.
    "trades": lambda: rf"{literals(bodies()['trades'])}(?:(?:,| và|, và) {literals(bodies()['trades'])})+(?!\w)",
    "no kind": lambda: "phòng,? (?:chống|cháy|ngừa)",
    "no bodies": lambda: (
        "trường (?:hợp|đoạn|phái)|bộ (?:chỉ số|tiêu chí|thủ tục|phim|hồ sơ|luật)|cấp độ|cơ sở (?:dữ liệu|vật chất|pháp lý|hạ tầng)"
        "|vụ (?:việc|án|cháy|tai nạn|vi phạm|đông|mùa|hè)|hội (?:nghị|thảo|thi|chợ|trường)|ban hành|tổ hợp|báo cáo|báo giá|bản (?:đồ|cam kết|vẽ|sao)"
        "|phòng (?:học|họp|thi|bệnh|ở)|viện trợ|đội hình|đài phun|tỉnh lộ|huyện lộ|xã hội|khu (?:vực|nhà|đất|vui chơi)|công ty con|hộ (?:chiếu|khẩu|tịch)"
    ),
    "solo": lambda: rf"(?:{_alternatives(_SOLO)}|{literals(_capital_kinds())})(?!\w)",
    "names": lambda: rf"\b{literals(fold(n) for n in bodies()['names'])}(?!\w)",
    "every name": lambda: rf"\b(?=({literals(fold(n) for n in bodies()['names'])})(?!\w))",
    "long duty": lambda: rf"\b{literals(bare(w).lower() for w in _verbs()['duty'] if ' ' in w)}(?!\w)",
    "short duty": lambda: rf"(?i)\b{literals(w for w in _verbs()['duty'] if ' ' not in w)}(?!\w)",
    # "Chi cục", "giao thông": what begins like a verb of one syllable and goes on as another word.
    "no short duty": lambda: rf"(?i:{literals(_longer_words())})(?!\w)",
    "bound": lambda: rf"(?i:{literals([*_verbs()['bounds'], 'của', 'có', 'các', 'và'])})(?!\w)",
    "telling": lambda: rf"(?i:{literals(_verbs()['telling'])})(?!\w)",
    "several": lambda: (
        rf"\s?(?:{_COMMITTEE}|(?:Công an|HĐND|Đảng ủy|Hội đồng nhân dân|Trạm Y tế|Chủ tịch (?:{_COMMITTEE})))?\s?(?:[Cc]ác|[Hh]ai|[Bb]a|[Bb]ốn) "
        r"(?P<head>[^\W\d_]+(?: [a-zà-ỹđ]+){0,2}(?:(?<=ông ty)(?: (?:TNHH|MTV|CP|[Cc]ổ phần|[Mm]ột thành viên))+)?)(?P<more>(?:,? ?(?:và )?[^\W\d_]+){0,4}?)\s?:\s*"
    ),
    "several places": lambda: (
        rf"\s?(?:{_COMMITTEE}|HĐND|Công an|Trạm Y tế|Phòng Kinh tế)?\s?(?:[Cc]ác|[Hh]ai|[Bb]a|[Bb]ốn) "
        r"(?P<head>xã|phường|huyện|thị xã|thị trấn|thành phố|quận|thôn|tỉnh|Sở|sở|Bộ|bộ|Ban|Phòng|Cục|Vụ)"
        r"(?P<more>) (?=[^\W\d_a-z])"
    ),
}


def _longer_words() -> list[str]:
    verbs = _verbs()
    words = (w for w in verbs["duty"] if " " not in w and w not in ("có", "cấp", "làm", "trực"))
    return [f"{word} {rest}" for word in words for rest in verbs["not_before"].get(word, ())]


def _people() -> list[str]:
    """Persons told by their work, each with its first letter small or capital."""
    return [first + word[1:] for word in bodies()["people"] for first in (word[0], word[0].upper())]


def _capital_kinds() -> list[str]:
    """Kinds of bodies and persons as a sentence begins with them; what is also a verb or only a place is left out."""
    data = bodies()
    kinds = [*(w for w in data["generic"] if " " in w), *data["people"]]
    return [w[0].upper() + w[1:] for w in kinds if w not in _NO_CAPITAL]


def _small_kinds() -> list[str]:
    """Persons, and kinds of bodies that no other word is mistaken for, in small letters."""
    data = bodies()
    return [w for w in (*data["people"], *data["generic"]) if " " in w and w not in _ALSO_OTHERWISE]


def _either_case(words: Iterable[str]) -> str:
    """The words, each with its first letter small or capital."""
    out = []
    for word in sorted(words, key=_strictness):
        small, capital = _loosened(word), _loosened(word[0].upper() + word[1:])
        alike = small[1:] == capital[1:] and len(small[0]) == 1
        out += [[f"[{small[0]}{capital[0]}]", *small[1:]]] if alike else [small, capital]
    return _tree(out)


def literals(words: Iterable[str]) -> str:
    """A pattern for the longest of the words, letter for letter."""
    return _tree([re.escape(letter) for letter in word] for word in words)


def _tree(words: Iterable[list[str]]) -> str:
    """A pattern for the longest of the words, given in pieces, which tries a piece once for all the words that share it."""
    tree: dict[str, Any] = {}
    for word in words:
        here = tree
        for piece in word:
            here = here.setdefault(piece, {})
        here[""] = {}
    return _branches(tree)


def _branches(tree: dict[str, Any]) -> str:
    longer = [piece + _branches(below) for piece, below in tree.items() if piece]
    if "" in tree:
        longer.append("")
    return longer[0] if len(longer) == 1 else f"(?:{'|'.join(longer)})"


@dataclass(frozen=True, slots=True)
class Stop:
    """A word that ends a name, unless its neighbours make it part of one ("thi hành án", "công trình", "có liên quan")."""

    word: str  # without marks when of several syllables
    marked: str
    not_before: tuple[str, ...]
    not_after: tuple[str, ...]  # words of any name
    not_after_kind: tuple[str, ...]  # kinds of bodies ("đơn vị quản lý"), which say nothing inside a name of its own
    surely_before: tuple[str, ...]  # objects that make it a verb whatever stands before
    duty: bool  # a verb of a duty, which OCR may have spelt in any way

    def stands_at(self, text: str, masked: str, at: int, limit: int) -> int | None:
        """Where the word ends if it stands at ``at``."""
        end = at + len(self.word)
        found = (masked if " " in self.word else text).startswith(self.word, at, limit)
        if not found or not _word_ends(text, end, limit):
            return None
        # "tự đô" is not "từ đó": other marks make another word, only lost ones are forgiven.
        found_word = text[at:end]
        if found_word in (self.marked, self.word):
            return end
        return end if self.duty and found_word not in name_pairs() and _misread(found_word, self.marked) else None

    def ends_name(self, text: str, at: int, end: int, limit: int, head: int, complete: bool) -> bool:
        """Whether the word from ``at`` to ``end`` ends a name.

        ``head`` is where a body's own name has its head behind it, 0 for kinds of bodies. After a ``complete`` name of
        the dictionary the word before has nothing to say.
        """
        if text.startswith(self.surely_before, end, limit):
            return True
        for following in self.not_before:
            if text.startswith(following, end, limit) and _word_ends(text, end + len(following), limit):
                return False
        if complete or (text.startswith(":", end) and self.word in ("thuc hien", "trien khai")):
            return True
        if any(text.endswith(ahead, 0, at) for ahead in self.not_after):
            return False
        kinds = (ahead for ahead in self.not_after_kind if text.endswith(ahead, 0, at))
        return not any(at - len(ahead) < head or not head for ahead in kinds)


@lru_cache(maxsize=4096)
def _misread(found: str, meant: str) -> bool:
    """Whether one word may be another with marks lost, or one of them changed: "quan thực" is not "quản thúc"."""
    changed = [a for a, b in zip(found, meant, strict=True) if a != b]
    return len(changed) < 2 or all(letter.isascii() for letter in changed)


def _word_ends(text: str, at: int, limit: int) -> bool:
    return at >= limit or at >= len(text) or not (text[at].isalnum() or text[at] == "_")


@cache
def _kind_words() -> frozenset[str]:
    return frozenset(w.lower() for row in ("generic", "people", "heads", "persons") for w in bodies()[row])


def _stop_of(word: str, duty: bool) -> Stop:
    verbs = _verbs()
    kinds: list[str] = []
    others: list[str] = []
    for x in verbs["not_after"].get(word, ()):
        kind = x in _kind_words() or x.rsplit(" ", 1)[-1] in _kind_words() or "," in x
        (kinds if kind else others).extend(f"{start} " for start in sorted({x, x[:1].upper() + x[1:]}))
    return Stop(
        bare(word).lower() if " " in word else word,
        word,
        tuple(f" {x}" for x in verbs["not_before"].get(word, ())),
        tuple(others),
        tuple(kinds),
        tuple(f" {x}" for x in verbs["surely_before"].get(word, ())),
        duty,
    )


@cache
def stops() -> dict[str, list[Stop]]:
    """The words that end a name by their first syllable without marks, the longest first."""
    out: dict[str, list[Stop]] = {}
    duties = frozenset(_verbs()["duty"])
    words = sorted(duties.union(_verbs()["bounds"]), key=lambda w: (" " not in w, -len(w), w))
    for word in words:
        out.setdefault(bare(word.split()[0]).lower(), []).append(_stop_of(word, word in duties))
    return out


def surely_before(word: str) -> tuple[str, ...]:
    """Objects that make a word a verb whatever stands before it."""
    return tuple(f" {x}" for x in _verbs()["surely_before"].get(word, ()))


@cache
def fields() -> frozenset[str]:
    """Verbs that also name what an office does, without marks."""
    return frozenset(bare(word).lower() for word in _verbs()["fields"])


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One of the patterns over names of bodies and verbs, made when it is first wanted."""
    return re.compile(_SOURCES[name]())


@cache
def _starting(words: str, letter: str) -> re.Pattern[str] | None:
    """The words of a row of data/bodies.toml that begin with a letter."""
    mine = [w for w in bodies()[words] if letter == w[0] or (letter in "UÙÚ" and w[0] == "Ủ")]
    return re.compile(rf"(?:{_alternatives(mine)})(?!\w)") if mine else None


def _head_at(text: str, at: int, end: int) -> re.Match[str] | None:
    heads = _starting("heads", text[at : at + 1])
    return heads.match(text, at, end) if heads else None


def named_at(text: str, at: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """The head of a body's own name ("Sở", "Trung tâm") that stands at ``at``."""
    found = _head_at(text, at, end) or _RAN_ON.match(text, at, end)
    return None if found and pattern("no name").match(text, at, end) else found


@cache
def _capitals() -> re.Pattern[str]:
    return re.compile(f"[UÙÚ{''.join(sorted({w[0] for w in bodies()['heads']}))}]")


def names_in(text: str) -> Iterator[int]:
    """Where heads of bodies' own names stand in a text."""
    free = 0
    for m in _capitals().finditer(text):
        found = named_at(text, m.start()) if m.start() >= free else None
        if found:
            yield m.start()
            free = found.end()


def person_at(text: str, at: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """A title ("Thủ trưởng") that stands at ``at``."""
    persons = _starting("persons", text[at : at + 1])
    found = persons.match(text, at, end) if persons else None
    return None if found and pattern("no person").match(text, at, end) else found


def small_person_at(text: str, at: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """A title in small letters ("hiệu trưởng các trường …") that stands at ``at``."""
    return _SMALL_PERSON.match(text, at, end)


def kind_at(text: str, at: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """A kind of bodies in small letters ("phòng", "đơn vị") that stands at ``at``."""
    if not text[at : at + 1].islower() or pattern("no kind").match(text, at, end):
        return None
    return pattern("kind").match(text, at, end)


@cache
def _first_letters() -> frozenset[str]:
    data = bodies()
    words = [*data["heads"], *data["persons"], *_SOLO, *_capital_kinds(), *data["people"]]
    return frozenset({w[0] for w in words} | set("hgctđbp") | {"U", "Ù", "Ú", "Ủ", "k", "t", "ấ"} | _PLURAL_LETTERS)


def body_at(text: str, at: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """Whatever can start the name of a body or of several at ``at``; the match ends where its first words do."""
    letter = text[at : at + 1]
    if letter not in _first_letters():
        return None
    several = pattern("plural").match(text, at, end) if letter in _PLURAL_LETTERS else None
    if several:
        at_kind = several.end()
        if pattern("no bodies").match(text, at_kind, end):
            return None
        found = (
            pattern("kind").match(text, at_kind, end)
            or _head_at(text, at_kind, end)
            or _OWNER_IN_LIST.match(text, at_kind, end)
        )
        if found:
            return found
    if letter.islower():
        return pattern("small body").match(text, at, end)
    own = person_at(text, at, end) or named_at(text, at, end)
    return own or pattern("capital body").match(text, at, end)


def duty_at(para: Para, at: int) -> re.Match[str] | None:
    """The verb of a duty that stands at ``at``. Words of one syllable must have their marks: "trong" is not "trồng"."""
    found = pattern("long duty").match(para.folded, at)
    if found is not None:
        return found
    found = pattern("short duty").match(para.text, at)
    return None if found and pattern("no short duty").match(para.text, at) else found


def duty_in(para: Para, start: int, end: int) -> bool:
    """Whether a verb of a duty stands between two places."""
    return bool(
        pattern("long duty").search(para.folded, start, end) or pattern("short duty").search(para.text, start, end)
    )


def sure_duty_in(para: Para, start: int, end: int) -> bool:
    """Whether a verb of a duty stands between two places and has its own marks: "làng nghề" is not "lắng nghe"."""
    found = pattern("long duty").finditer(para.folded, start, end)
    words = (para.text[m.start() : m.end()].lower() for m in found)
    return any(word in _duties() or word.isascii() for word in words) or bool(
        pattern("short duty").search(para.text, start, end)
    )


@cache
def _duties() -> frozenset[str]:
    return frozenset(_verbs()["duty"])


@cache
def small_names() -> frozenset[str]:
    return frozenset(n for n in bodies()["names"] if n[0].islower())


@cache
def small_words() -> frozenset[str]:
    data = bodies()
    rows = ("names", "heads", "generic", "persons", "people")
    listed = " ".join([data["small"], *(word for row in rows for word in data[row])])
    return frozenset(w.strip(",-").lower() for w in listed.split())


@cache
def numbered() -> frozenset[str]:
    """Words with which a number is part of a name ("Đội Quản lý thị trường số 12")."""
    return frozenset(bodies()["numbered"].split())


@cache
def name_pairs() -> frozenset[str]:
    data = bodies()
    out: set[str] = set()
    for name in [*data["names"], *data["heads"], data["small"]]:
        words = [w.strip(",-").lower() for w in name.split()]
        out.update(f"{a} {b}" for a, b in itertools.pairwise(words))
    return frozenset(out)


def two_words(word: str) -> bool:
    """Whether a web copy ran two words of a name together ("bệnhtật")."""
    return any(word[:i] in small_words() and word[i:] in small_words() for i in range(2, len(word) - 1))


@cache
def small_folded() -> frozenset[str]:
    return frozenset(fold(w) for w in small_words())
