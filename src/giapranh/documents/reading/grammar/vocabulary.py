"""The words that show bodies and duties, as compiled patterns made from data/bodies.toml and data/verbs.toml."""

from __future__ import annotations

import itertools
import re
from functools import cache

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


def _alternatives(words: list[str]) -> str:
    out = []
    for word in sorted(words, key=len, reverse=True):
        pattern = re.escape(word).replace(r"\ ", " ")
        if " " in word or len(word) >= 6:
            out.append("".join(LOOSE.get(fold(c), c) if i else c for i, c in enumerate(word)))
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
    plural = rf"(?:(?:[Tt]oàn thể |[Tt]ất cả )?(?:[Cc]{LOOSE['a']}c|[Nn]hững|[Mm]ọi)) +(?:{both_cases}|{heads})(?!\w)"
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
def stops() -> dict[str, tuple[re.Pattern[str] | None, re.Pattern[str] | None]]:
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


@cache
def small_names() -> frozenset[str]:
    return frozenset(n for n in bodies()["names"] if n[0].islower())


@cache
def small_words() -> frozenset[str]:
    data = bodies()
    listed = " ".join([data["small"], *data["names"], *data["heads"], *data["generic"], *data["persons"]])
    return frozenset(w.strip(",-").lower() for w in listed.split())


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
