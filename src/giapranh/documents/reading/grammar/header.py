"""The head of a paper: who issues it, its number, day and place, what it is about, to whom it goes (documents §1.1)."""

from __future__ import annotations

import re

from . import anchors
from .data import Kind, kind_by_name
from .folding import fold, near
from .head import Head
from .head_day import find_day, shows_day
from .head_number import find_number, number_on
from .lines import Line, columns, join, part_of

_GAP = re.compile(r"\s{3,}|\s*\|\s*|\t+")
_LOST_ABOUT = re.compile(r"^\S{1,5} ve viec (?=\w)")
_OVERLAY = re.compile(r"\s\d{1,2}\. [A-ZĐÀ-Ỹ]")
_LETTERS = re.compile(r"[^a-z ]")
_OPENING = re.compile(
    r"^(?:can cu|thuc hien|theo|ngay \d|nhan dip|de |trong |xet |tren co so|nham|sau khi|tiep theo|qua |hien nay|thoi gian qua|vua qua|thuong truc|ban thuong vu|kinh |van phong|uy ban nhan dan|ubnd|bo |so |phan |i\. |1\. )"
)
_MARKED = re.compile(r"\b(?:khan|mat|toc)\b")
_URGENT = {"hoa toc": "HỎA TỐC", "thuong khan": "THƯỢNG KHẨN", "khan": "KHẨN", "hoa toc hen gio": "HỎA TỐC HẸN GIỜ"}
_SECRET = {"mat": "MẬT", "toi mat": "TỐI MẬT", "tuyet mat": "TUYỆT MẬT"}


def read_head(lines: list[Line]) -> Head:
    """The head of the paper, found by its fixed words, not by place."""
    head = Head()
    top = lines[:160]
    nation = next((i for i, x in enumerate(top[:40]) if anchors.nation_at(x)), None)
    _marks(top, head)
    number_at = find_number(top, head)
    day_at = find_day(top, head, number_at)
    title_at = _find_title(top, head, max(filter(None, (nation, number_at, day_at)), default=0))
    _find_issuer(top, head, nation, number_at, day_at, title_at)
    to_at = _find_addressees(top, head, title_at)
    _find_subject(lines, head, number_at, day_at, title_at, to_at)
    head.body_at = max(head.body_at, (max(head.used) + 1) if head.used else 0)
    return head


def _marks(top: list[Line], head: Head) -> None:
    for i, line in enumerate(top[:40]):
        if anchors.PARTY.search(line.folded):
            head.party = True
        if len(line.text) > 160 or not any(word in line.folded for word in ("khan", "mat", "toc")):
            continue
        if not _MARKED.search(line.folded):
            continue
        for match in re.finditer(r"[^\s|](?:[^|\n]*?[^\s|])??(?=\s{3,}|\s*\||\s*$)", line.text):
            words = " ".join(_LETTERS.sub(" ", fold(match.group())).split())
            if not match.group().isupper() and words not in ("hoa toc",):
                continue
            if words in _URGENT and head.urgency is None:
                head.urgency = part_of(line, match.start(), match.end())
                head.used.add(i)
            if words in _SECRET and head.secrecy is None:
                head.secrecy = part_of(line, match.start(), match.end())
                head.used.add(i)


def _find_title(top: list[Line], head: Head, after: int) -> int | None:
    code = re.split(r"[-/]", fold(head.symbol_text))[0] if head.symbol_text else ""
    first = after if head.symbol is not None and len(top) > after else 0
    for begin, end in ((first, 70), (0, first)):
        for i, line in enumerate(top[begin:end], begin):
            if anchors.copies_at(line) or (anchors.TO.match(line.folded) and begin):
                break
            kind = _title(line, code) or (_small_title(line) if i <= first + 12 else None)
            if kind and i not in head.used:
                head.kind, head.kind_line = kind, line
                head.used.add(i)
                return i
    return None


def _small_title(line: Line) -> Kind | None:
    """A web copy's title in small letters on a line of its own, or in capitals before its subject."""
    words = " ".join(_LETTERS.sub(" ", line.folded).split())
    kind = kind_by_name().get(words)
    if kind and line.text[:1].isupper() and not line.text.rstrip().endswith((":", ".", ";", ",")):
        return kind
    if not line.text[:2].isupper():
        return None
    for name, kind in kind_by_name().items():
        if (
            line.folded.startswith(name + " ")
            and line.text[: len(name)].isupper()
            and re.match(
                r"\s+(?:v/v|ve |phe duyet|ban hanh|ket luan|trien khai|thuc hien|cua )", line.folded[len(name) :]
            )
        ):
            return kind
    return None


def _title(line: Line, code: str) -> Kind | None:
    words = " ".join(_LETTERS.sub(" ", line.folded).split())
    if not line.caps or len(words) > 90:
        return None
    kind = kind_by_name().get(words)
    if kind:
        return kind
    junk = re.match(r"^(?=\W|\w\W)\W*(?:\w\W+){0,4}(?=[^\W\d_]{3,} [^\W\d_]{2,}$)", line.text)
    if junk and (kind := kind_by_name().get(" ".join(_LETTERS.sub(" ", line.folded[junk.end() :]).split()))):
        return kind
    for name, kind in kind_by_name().items():
        if len(name) >= 7 and abs(len(words) - len(name)) <= 1 and near(words, name, 1):
            return kind
        if words.startswith(name + " ") and code in {fold(c) for c in kind.codes}:
            return kind
    return None


def _left_of(line: Line) -> Line | None:
    """What stands left of the nation's name or motto, or the whole line."""
    spots = (anchors.nation_at(line), anchors.motto_at(line))
    cut = min((s[0] for s in spots if s), default=len(line.text))
    left = line.text[:cut]
    gap = _GAP.search(left.rstrip(" |"))
    if gap:
        left = left[: gap.start()]
    start = len(left) - len(left.lstrip(" -–_*|.:'\""))
    end = len(left.rstrip(" |*_-–"))
    return part_of(line, start, end) if end > start else None


def _find_issuer(
    top: list[Line], head: Head, nation: int | None, number_at: int | None, day_at: int | None, title_at: int | None
) -> None:
    stop = min((x for x in (number_at, day_at, title_at) if x is not None), default=None)
    if stop is None:
        stop = nation + 3 if nation is not None else 0
    start = nation if nation is not None else 0
    rows: list[Line] = []
    if nation is not None and stop < nation:
        # A copy that prints the left column first: issuer and number, then the nation's name.
        start, nation = max(0, stop - 4), None
    if nation is not None:
        before = _rows_above(top, nation)
        on_nation = _left_of(top[nation])
        if on_nation is None or not on_nation.caps or len(on_nation.text) < 3:
            rows += before
    motto = next((i for i in range(start, min(stop + 1, len(top))) if anchors.motto_at(top[i])), None)
    motto_left = _left_of(top[motto]) if motto is not None else None
    for i in range(start, min(max(stop, start + 1), len(top))):
        left = _left_of(top[i])
        between = nation is not None and motto is not None and nation < i < motto
        if between and motto_left is not None and motto_left.caps and top[i].indent < 3 and "   " not in top[i].text:
            continue
        if left is None or anchors.RULE.match(left.folded) or i in head.used - {number_at, day_at}:
            continue
        # The column of the nation's name may stand alone on its line, far to the right.
        if nation is not None and left.indent > 45:
            continue
        if left.caps and len(re.findall(r"[^\W\d_]", left.text)) >= 3 and ":" not in left.text:
            rows.append(left)
        elif rows and not left.caps and len(left.text) > 3 and nation is None:
            break
    head.issuer_lines = rows[:6]
    head.used.update(range(start, min(stop, len(top))) if nation is not None else ())
    if nation is not None:
        head.used.add(nation)
        head.used.update(i for i in range(nation, min(nation + 6, len(top))) if anchors.motto_at(top[i]))


def _rows_above(top: list[Line], nation: int) -> list[Line]:
    rows: list[Line] = []
    for i in range(nation - 1, max(-1, nation - 5), -1):
        line = top[i]
        if anchors.RULE.match(line.folded):
            continue
        if not line.caps or ":" in line.text or re.search(r"@|\d{4}", line.text) or line.indent > 45:
            break
        rows.insert(0, line)
        if line.blank_before and rows and i < nation - 1:
            break
    return rows


def _find_addressees(top: list[Line], head: Head, title_at: int | None) -> int | None:
    at = next((i for i, x in enumerate(top) if anchors.TO.match(x.folded)), None)
    if at is None:
        return None
    m = anchors.TO.match(top[at].folded)
    assert m
    first = part_of(top[at], m.end(), len(top[at].text))
    words = first.text.strip(" :|")
    first = Line(first.start, first.end, first.indent, words, first.blank_before, first.new_page)
    groups: list[list[Line]] = [[first]] if re.search(r"\w{2}", first.text) else []
    head.used.add(at)
    i = at + 1
    while i < len(top):
        line = top[i]
        dashed = bool(re.match(r"^[-–—+•ˆ*]|^_[—-]", line.text))
        if not dashed and (line.blank_before or not groups):
            if groups or not (line.blank_before and not groups) or len(line.text) > 100:
                break
        elif (not dashed and not _continues_list(groups[-1][-1], line)) or (
            dashed and groups and line.blank_before and groups[-1][-1].text.endswith(".")
        ):
            break
        if dashed or not groups:
            groups.append([line])
        else:
            groups[-1].append(line)
        head.used.add(i)
        i += 1
    head.addressees = [join(g) for g in groups if g]
    head.body_at = i
    return at


def _continues_list(before: Line, line: Line) -> bool:
    if before.text.rstrip().endswith((".", ";")) or len(line.text) > 110:
        return False
    return not (_OPENING.match(line.folded) and line.text[0].isupper() and not before.text.rstrip().endswith(","))


def _find_subject(
    lines: list[Line], head: Head, number_at: int | None, day_at: int | None, title_at: int | None, to_at: int | None
) -> None:
    about = _about_line(lines, head, number_at, title_at)
    if title_at is not None and (about is None or about[0] >= title_at):
        _subject_under_title(lines, head, title_at)
    elif about is not None:
        head.about = True
        _subject_block(lines, head, *about)
    elif to_at is not None and number_at is not None:
        _subject_between(lines, head, max(number_at, day_at or 0), to_at)


def _about_line(lines: list[Line], head: Head, number_at: int | None, title_at: int | None) -> tuple[int, int] | None:
    last = min(len(lines), 60)
    for i in range(last):
        line = lines[i]
        if i == number_at and head.symbol is not None:
            after_number = head.symbol.end - line.start
            inline = re.search(r"\bv/v:?\s+", line.folded[after_number:])
            if inline:
                return i, after_number + inline.end()
        for piece in columns(line):
            short = anchors.ABOUT_SHORT.match(piece.folded)
            if short:
                return i, piece.start - line.start + short.end()
        full = anchors.ABOUT.match(line.folded) or (_LOST_ABOUT.match(line.folded) if title_at is None else None)
        if full and title_at is None and (number_at is None or i > number_at) and len(line.text) < 400:
            return i, full.end() - len("ve viec ") if full.re is _LOST_ABOUT else 0
    return None


_DECIDES = re.compile(
    r"(?:chu tich|uy ban nhan dan|ubnd|hoi dong nhan dan|giam doc|tong giam doc|bo truong|thu tuong|chanh|cuc truong|tong cuc truong|truong ban|hieu truong|bo |so |cuc |ban )"
)


def _decides(lines: list[Line], i: int) -> bool:
    """Whether the line names who decides, right before what the decision rests on."""
    line = lines[i]
    if not line.caps or not _DECIDES.match(line.folded):
        return False
    return any(re.match(r"\W*(?:can cu|can$|xet |theo de nghi)", x.folded) for x in lines[i + 1 : i + 3])


def _subject_under_title(lines: list[Line], head: Head, title_at: int) -> None:
    title = lines[title_at]
    rows: list[Line] = []
    name = fold(head.kind.name) if head.kind else ""
    if title.folded.startswith(name + " ") and len(title.folded) > len(name) + 3:
        rows.append(part_of(title, len(name), len(title.text)))
    i = title_at + 1
    gap = next((k for k in range(i + 1, min(i + 8, len(lines))) if lines[k].blank_before), None)
    while i < len(lines) and len(rows) < 9:
        line = lines[i]
        if anchors.TO.match(line.folded) or anchors.RULE.match(line.folded):
            break
        after = lines[i + 1] if i + 1 < len(lines) else None
        if rows and _decides(lines, i):
            break
        if rows and line.blank_before and not (_unfinished(rows[-1], line) or _runs_on(rows, line, after)):
            break
        if rows and _rests_on(rows[-1], line):
            break
        of_title = i == title_at + 1 and bool(rows) and not _OPENING.match(line.folded)
        if (
            rows
            and not of_title
            and (line.caps != rows[-1].caps or gap is None or gap < i)
            and _opens_body(rows, line, after)
        ):
            break
        if (
            rows
            and line.indent + 2 < min(r.indent for r in rows)
            and _OPENING.match(line.folded)
            and len(line.text) > 40
        ):
            break
        if rows and _noisy(line):
            head.used.add(i)
            break
        if rows and re.search(r"\b(?:dien|moi|gui)\s*:\s*$", line.folded):
            break
        if re.match(r"^\(?kem theo|^\(?ban hanh kem", line.folded):
            break
        rows.append(line)
        i += 1
    _take_subject(head, lines, rows, i)


def _rests_on(before: Line, line: Line) -> bool:
    """Whether a paragraph begins with the paper it carries out ("Thực hiện Kế hoạch số 12/KH-UBND …")."""
    opens = _OPENING.match(line.folded) and re.search(r"\bso:? ?\d", line.folded)
    return bool(opens) and not re.search(r"\b(?:va|cua|tai|ve|cho|voi|trong|tren|so|cac|de)$|[,-]$", before.folded)


def _unfinished(before: Line, line: Line) -> bool:
    return line.text[:1].islower() and not before.text.endswith((".", ";", ":")) and len(line.text) < 90


def _runs_on(rows: list[Line], line: Line, after: Line | None) -> bool:
    """Whether OCR put a gap inside the subject: a short line that opens nothing, itself followed by a gap."""
    if rows[-1].text.endswith((".", ";", ":")) or line.caps or len(line.text) > 62 or not line.text[:1].isalpha():
        return False
    if _OPENING.match(line.folded) or len(rows[-1].text) < 30:
        return False
    return after is None or after.blank_before or (len(after.text) <= 62 and not _OPENING.match(after.folded))


def _opens_body(rows: list[Line], line: Line, after: Line | None) -> bool:
    if line.caps and not rows[-1].caps:
        return True
    if rows[-1].caps and not line.caps and not line.text[:1].islower() and len(rows) > 1:
        return True
    if not line.text[:1].isupper():
        return False
    if re.search(r"\b(?:va|cua|tai|ve|cho|voi|trong|tren|so|cac)$|[,-]$", rows[-1].folded):
        return False
    if _OPENING.match(line.folded) and len(line.text) > 40:
        return True
    if re.search(r"\b(?:tinh|huyen|xa|thanh pho)$", rows[-1].folded):
        return False
    centred = line.indent + 4 < rows[-1].indent
    return centred or (
        len(line.text) >= 60
        and line.indent == rows[-1].indent
        and after is not None
        and after.indent <= line.indent + 2
    )


def _subject_block(lines: list[Line], head: Head, at: int, begin: int) -> None:
    first = lines[at]
    rows = [_column(part_of(first, begin, len(first.text)))]
    column = first.indent + begin
    head.used.add(at)
    i = at + 1
    while i < len(lines) and len(rows) < 12:
        line = lines[i]
        if anchors.TO.match(line.folded) or (i in head.used and number_on(line)):
            break
        if line.caps and (nation := anchors.nation_at(line)) and nation[0] == 0:
            break
        if i in head.used and (line.blank_before or (line is not None and shows_day(line))):
            left = _column(line)
            if left.text and not shows_day(left) and not line.blank_before:
                rows.append(left)
                i += 1
                continue
            break
        if _noisy(line) and not line.caps:
            head.used.add(i)
            i += 1
            continue
        if line.blank_before and not _unfinished(rows[-1], _column(line)):
            break
        if len(line.text) > 150 or (line.indent > column + 25 and "   " not in line.text):
            break
        if re.match(r"^\d{1,2}\. ?[A-ZĐÀ-Ỹ]", line.text) and len(rows) > 1:
            break
        rows.append(_column(line))
        i += 1
    if not lines[at].blank_before and len(lines[at].text) > 150:
        rows = rows[:1]
    _take_subject(head, lines, rows, i)


def _column(line: Line) -> Line:
    """The left column of a line, without a note typed over its right."""
    end = len(line.text)
    gap = re.search(r"\s{3,}|\s*\|", line.text)
    if gap:
        end = gap.start()
    note = _OVERLAY.search(line.text, 0, end)
    if note:
        end = note.start()
    return part_of(line, 0, end)


def _subject_between(lines: list[Line], head: Head, after: int, to_at: int) -> None:
    """A subject whose "V/v" was lost: what stands between the day and the addressees."""
    rows: list[Line] = []
    for i in range(after + 1, to_at):
        line = lines[i]
        if line.caps or anchors.RULE.match(line.folded) or i in head.used or _noisy(line):
            continue
        rows.append(line)
    if not rows or len(" ".join(r.text for r in rows)) < 12:
        return
    broken = re.match(r"^[A-ZĐÀ-Ỹ/|.]{1,4}\s+(?=[a-zà-ỹ])", rows[0].text)
    rows[0] = part_of(rows[0], broken.end() if broken else 0, len(rows[0].text))
    rows = [_without_stamp(row) for row in rows]
    _take_subject(head, lines, rows, to_at)


def _without_stamp(line: Line) -> Line:
    stamp = re.search(r"\s(?:đến|ĐẾN)\b.{0,8}$|\sNg[àa]y:.*$|\s[A-ZĐ]{4,}\s\w{1,4}$", line.text)
    return part_of(line, 0, stamp.start()) if stamp and re.search(r"ĐẾN|Ng", stamp.group()) else line


def _noisy(line: Line) -> bool:
    letters = sum(c.isalpha() or c in " ,." for c in line.text)
    return (
        letters < 0.78 * len(line.text) and bool(re.search(r"[?+=@#|_~]|(?<!\d)\W{3}|\W{3}(?!\d)", line.text))
    ) or len(line.text) < 3


def _take_subject(head: Head, lines: list[Line], rows: list[Line], stop: int) -> None:
    rows = [r for r in rows if r.text]
    if rows and (junk := re.match(r"(?:\S*[)\]}|\\]\S*|[.,:;'`~-]+)\s+(?=[^\W\d_])", rows[0].text)):
        rows[0] = part_of(rows[0], junk.end(), len(rows[0].text))
    if not rows:
        return
    places = {r.start for r in rows}
    head.used.update(
        i for i, x in enumerate(lines[: stop + 1]) if any(x.start <= p < max(x.end, x.start + 1) for p in places)
    )
    para = join(rows)
    if para.text.strip():
        head.subject = para
