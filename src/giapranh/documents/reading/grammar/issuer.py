"""Who issues the paper, from the head or, where a copy lost it, from words printed elsewhere in the paper."""

from __future__ import annotations

import re

from giapranh.kernel.errors import N_

from ..schema import Span, Value
from .folding import bare, fold, key, near
from .head import Head
from .lines import Line, Para, part_of
from .naming import may_be, spellings_in
from .vocabulary import names_in

_FROM_SYMBOL = N_("Phần đầu văn bản không ghi cơ quan ban hành; suy từ ký hiệu và tên cơ quan trong nội dung.")
_FROM_SYMBOL_AND_PLACE = N_(
    "Phần đầu văn bản không ghi cơ quan ban hành; suy từ ký hiệu, tên cơ quan trong nội dung và địa danh ở dòng ngày tháng."
)
_LEVEL = re.compile(
    r"(?<!\w)(?:tinh|thanh pho|huyen|quan|thi xa|xa|phuong|thi tran|dac khu)(?! uy\b)(?! (?:ly|su|trac|he|tri|doi|hoi|nhan)\b)(?!\w)"
)
_LEVELS = {fold(x): x for x in ("tỉnh", "thành phố", "huyện", "quận", "thị xã", "xã", "phường", "thị trấn", "đặc khu")}
_LOCAL = re.compile(
    r"^(?:so|thanh tra|van phong|chi cuc|cong an|ban (?!thuong vu|chap hanh|to chuc trung uong)|phong|trung tam|vien|truong|doan|hoi|lien minh|buu dien|benh vien|hat|kho bac|bao hiem)\b"
)
_PARTY_ORGAN = re.compile(
    r"(?:ban (?:thuong vu|chap hanh|dan van|tuyen giao(?: va dan van)?|to chuc|noi chinh|kinh te|xay dung dang)|uy ban kiem tra|van phong)$"
)
_BODY_START = re.compile(
    r"^(?:so|bo|uy ban|ubnd|u.? ban|van phong|cuc|tong cuc|ban|hoi dong|hdnd|tinh uy|thanh uy|huyen uy|quan uy|dang uy|dang bo|chi cuc|phong|thanh tra|trung tam|vien|truong|cong an|toa an|chinh phu|thu tuong|quoc hoi|uy ban mat tran|hoi|doan|lien|tong|cong ty|bao hiem|kho bac|ngan hang|hat|benh vien|chu tich|tinh doan|to cong tac|bch|bcd|vu|hoc vien|dai hoc|tap doan)\b"
)
_SMALL = frozenset(["và", "của", "các", "ở", "tại", "thuộc", "cho", "với", "về", "trong"])


def _bodies_of(line: Line) -> list[Line]:
    """A line of a web copy that holds the parent and the issuer together, as two."""
    m = re.search(
        r"^(?:uy ban nhan dan|ubnd|bo|tong cuc|so|tinh uy|thanh uy)\b.{4,50}? "
        r"(?=(?:so|van phong|thanh tra|chi cuc|phong(?!,? (?:chong|thu))|ban quan ly|trung tam|cuc|vu|(?<!moi )truong|benh vien) )",
        line.folded,
    )
    return [part_of(line, 0, m.end()), part_of(line, m.end(), len(line.text))] if m else [line]


def _groups(lines: list[Line]) -> list[list[Line]]:
    out: list[list[Line]] = []
    for line in (piece for whole in lines for piece in _bodies_of(whole)):
        first = not out
        dangling = not first and re.search(
            r"\b(?:va|cua|ve|(?<!ha )tinh|thanh pho|huyen|xa|phuong)$|[,-]$", out[-1][-1].folded
        )
        place = _LEVEL.match(line.folded) and not first
        if first or (not place and not dangling and _BODY_START.match(line.folded)):
            out.append([line])
        else:
            out[-1].append(line)
    return out


def _people_end(folded: str) -> int | None:
    """Where "ủy ban nhân dân" ends at the head of a name, letters changed by OCR allowed."""
    words = list(re.finditer(r"\S+", folded))
    for size in (4, 3, 5):
        joined = "".join(w.group() for w in words[:size])
        if len(words) >= size and near(joined, "uybannhandan", 2):
            return words[size - 1].end()
    return None


def _printed(lines: list[Line]) -> str:
    """Capitals as running text: names of places keep their capitals, bodies are spelt as the dictionary spells them."""
    words = " ".join(x.text.strip(" *_-–.|") for x in lines)
    text = " ".join(words.split()).lower()
    folded = fold(text)
    people = _people_end(folded)
    if people:
        text = "UBND" + text[people:]
        folded = fold(text)
    if folded.startswith("hoi dong nhan dan"):
        text = "HĐND" + text[len("hội đồng nhân dân") :]
        folded = fold(text)
    if folded.startswith("uy ban mat tran to quoc viet nam"):
        text = "Ủy ban MTTQ Việt Nam" + text[len("ủy ban mặt trận tổ quốc việt nam") :]
        folded = fold(text)
    out = list(text)
    for name, small in spellings_in(folded):
        at = folded.find(small)
        while at >= 0:
            if (
                (at == 0 or not folded[at - 1].isalnum())
                and (at + len(name) == len(folded) or not folded[at + len(name)].isalnum())
                and may_be(text[at : at + len(name)], name)
            ):
                out[at : at + len(name)] = (
                    list(name) if len(name) == len(out[at : at + len(name)]) else out[at : at + len(name)]
                )
            at = folded.find(small, at + 1)
    text = "".join(out)
    committee = re.search(r"(?:tinh|thanh|huyen|quan|thi) uy ", fold(text))
    if committee:
        text = text[: committee.end()] + text[committee.end() :].title()
    for m in _LEVEL.finditer(fold(text)):
        rest = re.sub(
            r"[^\W\d_]+", lambda w: w.group() if w.group() in _SMALL else w.group().capitalize(), text[m.end() :]
        )
        text = text[: m.end()] + rest
        break
    text = re.sub(r"\b(ubnd|hđnd|mttq|tnhh|mtv)\b", lambda m: m.group().upper(), text, flags=re.I)
    return text[:1].upper() + text[1:]


def _span(lines: list[Line]) -> Span:
    return Span(lines[0].start, lines[-1].end)


def issuer_of(head: Head, paras: list[Para], text: str) -> tuple[Value[str] | None, Value[str] | None]:
    """The issuer and its parent body."""
    groups = _groups(head.issuer_lines)
    if not groups:
        return _inferred(head, paras), None
    own = groups[-1]
    name = _as_placed(_printed(own), head)
    joint = _joint(groups, name)
    if joint is not None:
        return joint, None
    parent = _printed(groups[-2]) if len(groups) > 1 else None
    parent_value = Value(parent, _span(groups[-2])) if parent else None
    span = _span(own)
    if (
        fold(name) in ("thanh tra tinh", "thanh tra thanh pho", "cong an tinh")
        and parent
        and (level := _LEVEL.search(fold(parent)))
    ):
        return Value(
            f"{re.sub(' (?:tỉnh|thành phố)$', '', name)} {parent[level.start() :]}",
            Span(groups[-2][0].start, own[-1].end),
        ), parent_value
    if parent and _PARTY_ORGAN.match(fold(name)) and re.match(r"(?:tinh|thanh|huyen|quan|thi|dang) uy\b", fold(parent)):
        return Value(f"{name} {parent}", Span(groups[-2][0].start, own[-1].end)), parent_value
    if _LEVEL.search(fold(name)) or re.search(r"(?:tinh|thanh|huyen|quan) uy\b", fold(name)):
        return Value(name, span), parent_value
    if parent and _LOCAL.match(fold(name)):
        level = _LEVEL.search(fold(parent))
        if fold(name) in ("van phong", "thanh tra", "ban thuong truc"):
            return Value(f"{name} {parent}", Span(groups[-2][0].start, own[-1].end)), parent_value
        if level:
            return Value(f"{name} {parent[level.start() :]}", Span(groups[-2][0].start, own[-1].end)), parent_value
    if (
        (fold(name).startswith(("ubnd", "uy ban nhan dan", "hoi dong nhan dan")) or _LOCAL.match(fold(name)))
        and head.place is not None
        and parent is None
    ):
        local = _with_place(name, head.place.text, fold(text))
        if local != name:
            reason = N_("Tên địa phương lấy từ dòng địa danh, ngày tháng vì phần đầu văn bản không ghi.")
            return Value(local, span, 0.6, reason), parent_value
    return Value(name, span), parent_value


def _joint(groups: list[list[Line]], name: str) -> Value[str] | None:
    """Two bodies of one kind, each with its own place, that sign one paper together."""
    if len(groups) != 2:
        return None
    other = _printed(groups[0])
    first, last = fold(other), fold(name)
    place = _LEVEL.search(first)
    if (
        place is None
        or place.start() == 0
        or not _LEVEL.search(last)
        or first == last
        or first[: place.start()] != last[: place.start()]
    ):
        return None
    return Value(f"{other} - {name}", Span(groups[0][0].start, groups[1][-1].end), 0.9)


def _as_placed(name: str, head: Head) -> str:
    """The name with its place spelt as in the line of place and day, when OCR lost marks in the head."""
    if head.place is not None and (at := fold(name).find(f" {fold(head.place.text)}")) > 0:
        end = at + 1 + len(head.place.text)
        if name[at + 1 : end].lower() == head.place.text.lower() and not name[end : end + 1].isalnum():
            name = name[: at + 1] + head.place.text + name[end:]
    m = _LEVEL.search(fold(name))
    if m is None or head.place is None:
        return name
    level = _LEVELS[m.group()]
    rest = name[m.end() :].strip()
    place = head.place.text if fold(rest) == fold(head.place.text) else rest
    return f"{name[: m.start()]}{level} {place}".strip()


def _with_place(name: str, place: str, text_folded: str) -> str:
    if fold(name).startswith("van phong chinh phu"):
        return name
    if _LEVEL.match(fold(place)):
        return f"{name} {place}"
    level = _level_of(place, text_folded)
    return f"{name} {level} {place}" if level else name


def _level_of(place: str, text_folded: str) -> str | None:
    for level in ("tỉnh", "thành phố", "huyện", "xã", "phường"):
        if re.search(rf"\b{fold(level)} {re.escape(fold(place))}\b", text_folded):
            return level
    if re.search(r"ubnd tinh|uy ban nhan dan tinh", text_folded):
        return "tỉnh"
    if re.search(r"ubnd thanh pho|uy ban nhan dan thanh pho", text_folded):
        return "thành phố"
    return None


_SAYS = re.compile(r"(?:có ý kiến(?: chỉ đạo)?|kết luận|chỉ đạo|giao|yêu cầu)(?: và chỉ đạo)?[^.:;]{0,40}:$")
_SILENT_WORDS = frozenset(["va", "cua", "tinh", "thanh", "pho"])  # give no letter to an abbreviation


def _initials(name: str) -> str:
    words = [w for w in re.split(r"[\s,\-–]+", name) if w and fold(w) not in _SILENT_WORDS]
    return "".join(w if w.isupper() else w[0] for w in words)


def _inferred(head: Head, paras: list[Para]) -> Value[str] | None:
    """A body of the text whose initials are those of the number's symbol ("STNMT": Sở Tài nguyên và Môi trường)."""
    if not head.symbol_text:
        return None
    wanted = [fold(p) for p in re.split(r"[-/]", head.symbol_text) if len(p) > 1]
    text_folded = " ".join(p.folded for p in paras)
    best: tuple[int, Value[str]] | None = None
    for para in paras:
        for at in names_in(para.text):
            found = _matching(head, para, at, wanted, text_folded)
            if found is None:
                continue
            after = para.folded[at + len(found[1]) :][:40]
            speaks = bool(
                re.match(
                    r" (?:kinh |tran trong )?(?:yeu cau|de nghi|thong bao|bao cao|co y kien|nhan duoc|trinh|huong dan|ban hanh)",
                    after,
                )
            )
            if best is None or speaks > best[0]:
                best = int(speaks), found[0]
    return best[1] if best else None


def _matching(head: Head, para: Para, at: int, wanted: list[str], text_folded: str) -> tuple[Value[str], str] | None:
    rest = para.text[at : at + 70]
    words = re.split(r"\s+", rest)
    if fold(words[0]) not in _SILENT_WORDS and not any(w.startswith(fold(rest[0])) for w in wanted):
        return None
    for size in range(1, 9):
        name = " ".join(words[:size]).strip(" ,;.:")
        if fold(_initials(name)) not in wanted or len(name.split()) < 2:
            continue
        printed = _extend_name(name, rest)
        reason = _FROM_SYMBOL
        whole = printed
        if head.place is not None and not _LEVEL.search(fold(printed)):
            level = _level_of(head.place.text, text_folded)
            whole = f"{printed} {level} {head.place.text}" if level else printed
            reason = _FROM_SYMBOL_AND_PLACE
        return Value(whole, para.span(at, at + len(printed)), 0.5, reason), printed
    return None


def _extend_name(name: str, rest: str) -> str:
    m = re.match(
        re.escape(name) + r" (?:UBND (?:tỉnh|thành phố|huyện|xã)|tỉnh|huyện|thành phố)(?: [^\W\d_a-z][\w]*)*", rest
    )
    return m.group().strip() if m else name


def directing_person(paras: list[Para], before: int) -> Value[str] | None:
    """The person whose order the paper passes on ("Phó Chủ tịch UBND tỉnh … có ý kiến như sau")."""
    pattern_ = re.compile(
        r"(?:đồng chí )?((?:Phó )?(?:Chủ tịch|Thủ tướng|Bí thư|Giám đốc|Bộ trưởng|Thứ trưởng|Chánh Văn phòng)(?: [^\W\d_][\w./]*){0,12}?)(?:,? (?:chủ trì|đã chủ trì|kết luận|yêu cầu|chỉ đạo|giao)[^.:;]{0,160})?,? (?:đã )?(?:có ý kiến(?: chỉ đạo)?|kết luận|chỉ đạo|giao|yêu cầu)(?: và chỉ đạo)?[^.:;]{0,40}:$"
    )
    for para in paras[:before]:
        if not para.text.endswith(":"):
            continue
        # The whole pattern is slow to say no to a long sentence.
        m = pattern_.search(para.text[-500:]) if _SAYS.search(para.text[-75:]) else None
        comrade = re.search(r"đồng chí (?:[^\W\d_a-z]\w* ){1,4}[^\W\d_a-z]\w*,", para.text)
        if m and not comrade:
            at = len(para.text) - len(para.text[-500:]) + m.start(1)
            return Value(m.group(1).strip(" ,"), para.span(at, at + len(m.group(1))), 0.9)
        name = re.search(
            r"đồng chí ((?:[^\W\d_a-z]\w* ){2,4}?),? ?((?:Phó )?Chủ tịch [^,.;:]{4,40}?) (?:có ý kiến|kết luận|chỉ đạo)",
            para.text,
        )
        if name:
            return Value(f"{name.group(2)} {name.group(1).strip(' ,')}", para.span(name.start(1), name.end(2)), 0.8)
    return None


def same_body(a: str, b: str) -> bool:
    """Whether two spellings name one body."""
    return key(bare(a)) == key(bare(b))
