"""Tables of tasks in annexes: columns found by the words of their head, rows by their ordinals (documents §2.3)."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from giapranh.kernel.errors import N_

from ..schema import DateParts, Due, DueKind
from . import anchors, dates
from .body import MARK
from .deadlines import FoundDue, find_due
from .found import Circumstances, Found
from .labels import whole_names
from .lines import Line, Para, join, part_of
from .units import Unit

_PIECE = re.compile(r"\S+(?: \S+)*")
_ORDINAL = re.compile(r"^(?:\d{1,3}(?:\.\d{1,2})*|[IVX]{1,5}|[a-zđ])[.)]?$")
_ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ordinal", re.compile(r"^(?:stt|tt|so tt|so thu tu)$")),
    ("lead", re.compile(r"chu tri.* phoi hop")),
    ("with", re.compile(r"phoi hop")),
    (
        "lead",
        re.compile(
            r"chu tri|don vi thuc hien|co quan thuc hien|thuc hien chinh|phan cong|chiu trach nhiem|dau moi|don vi tham muu|don vi$|co quan$|nguoi thuc hien|don vi,? ca nhan"
        ),
    ),
    # A day that another column has put off.
    ("other", re.compile(r"^(?:thoi gian|thoi han|han|moc)\b.* (?:cu|ban dau|truoc day|da giao)$")),
    ("time", re.compile(r"thoi gian|thoi han|tien do|^han\b|hoan thanh|moc thoi gian|lo trinh")),
    ("product", re.compile(r"san pham|ket qua|dau ra|hinh thuc")),
    ("task", re.compile(r"noi dung|nhiem vu|cong viec|ten viec|hoat dong|giai phap|dau viec|chi tieu")),
    ("note", re.compile(r"ghi chu|kinh phi|van ban|lanh dao|cap trinh|don vi tinh|so luong")),
)
_HEAD_ROWS = 6
_MOST_COLUMNS = 10


@dataclass(slots=True)
class Table:
    """A table cut out of the lines: one mapping from role to cell for each row."""

    rows: list[dict[str, Para]] = field(default_factory=list)

    def cells(self) -> list[Para]:
        """Every cell, in reading order."""
        return [p for row in self.rows for p in row.values()]


@dataclass(slots=True)
class _Column:
    role: str
    left: int
    right: int


def without_tables(lines: list[Line]) -> tuple[list[Line], list[Table]]:
    """The lines outside tables of tasks, and the tables."""
    tables: list[Table] = []
    out: list[Line] = []
    i = 0
    while i < len(lines):
        piped = _piped(lines, i) or _stacked(lines, i)
        if piped is not None:
            table, i = piped
            tables.append(table)
            continue
        head = _head_at(lines, i)
        if head is None:
            out.append(lines[i])
            i += 1
            continue
        start, stop, columns = head
        del out[len(out) - (i - start) :]
        end = _end_of(lines, stop)
        rows = _rows(lines[stop:end], columns, lines[start:stop])
        if len(rows) == 0:
            out += lines[start : stop + 1]
            i = stop + 1
            continue
        tables.append(Table(rows))
        i = end
    return out, tables


def _piped(lines: list[Line], i: int) -> tuple[Table, int] | None:
    """A table of a web copy, its cells parted by bars: the table and the line after it."""
    if lines[i].text.count("|") < 3:
        return None
    roles = [_role(c.folded.strip(" .:")) for c in _bars(lines[i])]
    if not {"task", "lead"} <= set(roles):
        return None
    rows: list[dict[str, Para]] = []
    k = i + 1
    while k < len(lines) and lines[k].text.count("|") >= 2:
        cells = _bars(lines[k])
        if not all(anchors.RULE.match(c.folded) for c in cells):
            rows.append({r: join([c], column=True) for r, c in zip(roles, cells, strict=False) if c.text.strip("-: ")})
        k += 1
    return (Table(rows), k) if rows else None


def _stacked(lines: list[Line], i: int) -> tuple[Table, int] | None:
    """A table copied cell under cell: the words of its head, then a number and the cells of each row."""
    k = i + 1 if _ROLES[0][1].match(lines[i].folded.strip(" .:")) else i
    roles: list[str] = []
    while k < len(lines) and len(lines[k].text) <= 40 and not lines[k].text[:1].isdigit():
        roles.append(_role(lines[k].folded.strip(" .:")))
        k += 1
        if roles[0] != "task" or len(roles) > _MOST_COLUMNS:
            return None
    if len(roles) < 3 or roles[0] != "task" or "lead" not in roles or "other" in roles:
        return None
    rows: list[dict[str, Para]] = []
    while k < len(lines) and lines[k].text.strip(" .") in (str(len(rows) + 1), f"{len(rows) + 1:02d}"):
        end = next((j for j in range(k + 1, len(lines)) if _ends_row(lines[j], len(rows) + 2)), len(lines))
        end = min(end, k + 1 + 3 * len(roles))
        rows.append({"ordinal": join([lines[k]], column=True), **_stacked_row(lines[k + 1 : end], roles)})
        k = end
    return (Table(rows), k) if len(rows) > 1 else None


def _ends_row(line: Line, following: int) -> bool:
    """Whether the next row's number stands there, or what comes after a table."""
    return (
        line.text.strip(" .") in (str(following), f"{following:02d}")
        or bool(MARK.match(line.text))
        or line.blank_before
        or line.caps
        or anchors.copies_at(line) is not None
    )


def _stacked_row(cells: list[Line], roles: list[str]) -> dict[str, Para]:
    """Cells that were broken over lines belong to the task, which is the longest; cells at the end may be empty."""
    more = max(len(cells) - len(roles) + 1, 1)
    row = {roles[0]: join(cells[:more], column=True)} if cells else {}
    return row | {role: join([cell], column=True) for role, cell in zip(roles[1:], cells[more:], strict=False)}


def _bars(line: Line) -> list[Line]:
    text = line.text
    start = 1 if text.startswith("|") else 0
    end = len(text) - 1 if text.endswith("|") else len(text)
    cuts = [start - 1, *(m.start() for m in re.finditer(r"\|", text[:end]) if m.start() >= start), end]
    return [part_of(line, a + 1, b) for a, b in itertools.pairwise(cuts)]


def _head_at(lines: list[Line], i: int) -> tuple[int, int, list[_Column]] | None:
    """The head of a table whose ordinal column is named on line ``i``: its first line, the line after it, its columns."""
    if "tt" not in lines[i].folded and "thu tu" not in lines[i].folded:
        return None
    pieces = list(_PIECE.finditer(lines[i].text))
    if not any(_ROLES[0][1].match(_fold(lines[i], m)) for m in pieces[:2]):
        return None
    start = i
    while start > 0 and i - start < 3 and not lines[start].blank_before and _is_head_row(lines[start - 1]):
        start -= 1
    stop = i + 1
    while (
        stop < len(lines)
        and stop - start < _HEAD_ROWS
        and not lines[stop].blank_before
        and not _starts_row(lines[stop])
    ):
        stop += 1
    columns = _columns(lines[start:stop])
    roles = {c.role for c in columns}
    return (start, stop, columns) if {"task", "lead"} <= roles else None


def _fold(line: Line, m: re.Match[str]) -> str:
    return line.folded[m.start() : m.end()].strip(" .:")


def _is_head_row(line: Line) -> bool:
    pieces = list(_PIECE.finditer(line.text))
    if line.text.startswith("(") or line.text.endswith((".", ";", ")")) or line.caps:
        return False
    return all(len(p.group()) <= 28 for p in pieces)


def _starts_row(line: Line) -> bool:
    first = _PIECE.search(line.text)
    return bool(first) and bool(re.match(r"(?:1|I|A|01)(?:[.)]?$|[.)] )", first.group()))  # type: ignore[union-attr]


def _columns(head: list[Line]) -> list[_Column]:
    groups: list[tuple[int, int, list[str]]] = []
    for line in head:
        for m in _PIECE.finditer(line.text):
            a, b = line.indent + m.start(), line.indent + m.end()
            at = next((k for k, g in enumerate(groups) if a < g[1] and g[0] < b), None)
            if at is None:
                groups.append((a, b, [_fold(line, m)]))
            else:
                x, y, words = groups[at]
                groups[at] = (min(a, x), max(b, y), [*words, _fold(line, m)])
    groups.sort()
    return [_Column(_role(" ".join(words)), a, b) for a, b, words in groups]


def _role(words: str) -> str:
    return next((role for role, rule in _ROLES if rule.search(words)), "other")


def _end_of(lines: list[Line], start: int) -> int:
    for i in range(start, len(lines)):
        line = lines[i]
        if anchors.copies_at(line) or anchors.ANNEX.match(line.folded):
            return i
        if i > start and _leaves_table(lines, i):
            return i
        if (
            len(line.text) > 70
            and "  " not in line.text
            and i > start
            and line.indent < 12
            and not re.match(r"\d", line.text)
        ):
            return i
    return len(lines)


def _leaves_table(lines: list[Line], i: int) -> bool:
    """Whether a numbered heading or paragraph set without gaps stands there, and nothing in columns follows."""
    line = lines[i]
    if not line.blank_before or not MARK.match(line.text) or "  " in line.text or len(line.text) < 12:
        return False
    return not any("   " in x.text for x in lines[i + 1 : i + 5])


def _rows(lines: list[Line], columns: list[_Column], head: list[Line]) -> list[dict[str, Para]]:
    named = {x.folded for x in head}
    body = [x for x in lines if x.folded not in named and not anchors.RULE.match(x.folded) and not _page_number(x)]
    body = [x for x in body if not _names_group(x, columns)]
    cuts = _boundaries(body, columns)
    grid = [[_cell(x, a, b) for a, b in itertools.pairwise(cuts)] for x in body]
    starts = [k for k, row in enumerate(grid) if row and row[0] is not None and _ORDINAL.match(row[0].text)]
    out = []
    for first, last in _spans(starts, body, len(grid)):
        row: dict[str, Para] = {}
        for c, column in enumerate(columns):
            parts = [grid[k][c] for k in range(first, last)]
            cells = [p for p in parts if p is not None]
            if cells and column.role not in row:
                row[column.role] = join(cells, column=True)
        if row:
            out.append(row)
    return out


def _names_group(line: Line, columns: list[_Column]) -> bool:
    """Whether the line heads a group of rows ("II. NHÓM NHIỆM VỤ VỀ …") and runs over the columns."""
    if "   " in line.text or not re.match(r"(?:[IVX]{1,5}|[A-ZĐ])[.)] ", line.text):
        return False
    return line.indent + len(line.text) > columns[1].right


def _page_number(line: Line) -> bool:
    return bool(anchors.PAGE_NUMBER.match(line.folded)) and line.indent > 25


def _boundaries(body: list[Line], columns: list[_Column]) -> list[int]:
    """Where to cut: between two heads, the widest stretch that the fewest lines write over."""
    width = max([x.indent + len(x.text) for x in body] + [columns[-1].right + 1]) + 1
    ink = [0] * (width + 1)
    for line in body:
        for m in _PIECE.finditer(line.text):
            for x in range(line.indent + m.start(), min(line.indent + m.end(), width)):
                ink[x] += 1
    cuts = [0]
    for left, right in itertools.pairwise(columns):
        low = max((left.left + left.right) // 2, cuts[-1] + 1)
        high = max((right.left + right.right) // 2, low + 1)
        least = min(ink[low:high], default=0)
        best, run = (0, low), 0
        for x in range(low, high + 1):
            if x < high and ink[x] == least:
                run += 1
                continue
            best, run = max(best, (run, x)), 0
        # The cut stands right before the cells of the next column, which are set to the left.
        cuts.append(best[1])
    return [*cuts, width + 1]


def _cell(line: Line, left: int, right: int) -> Line | None:
    a = _free(line, left - line.indent)
    b = _free(line, right - line.indent)
    if b <= a or not line.text[a:b].strip():
        return None
    return part_of(line, a, b)


def _free(line: Line, at: int) -> int:
    """The nearest place to cut that is not inside a word."""
    at = min(max(at, 0), len(line.text))
    if at in (0, len(line.text)) or line.text[at - 1] == " ":
        return at
    for step in range(1, 9):
        for x in (at - step, at + step):
            if 0 < x < len(line.text) and line.text[x - 1] == " ":
                return x
    return at


def _spans(starts: list[int], body: list[Line], size: int) -> list[tuple[int, int]]:
    """The lines of each row. Where gaps part the rows they tell; else the ordinals, which may stand in the middle."""
    if not starts:
        return []
    blocks = [k for k, x in enumerate(body) if x.blank_before or k == 0]
    ends = [*blocks[1:], size]
    by_gap = list(zip(blocks, ends, strict=True))
    if len(blocks) > 1 and all(sum(a <= s < b for s in starts) == 1 for a, b in by_gap):
        return by_gap
    if starts[0] == 0:
        return list(zip(starts, [*starts[1:], size], strict=True))
    middles = [0] + [(a + b + 1) // 2 for a, b in itertools.pairwise(starts)] + [size]
    return list(itertools.pairwise(middles))


def table_duties(table: Table, about: Circumstances) -> list[Found]:
    """One duty for each row that names a task and, itself or by the row above, who has it."""
    if not about.gives_duties:
        return []
    out: list[Found] = []
    topic: str | None = None
    lead: tuple[tuple[Para, Unit], ...] = ()
    for row in table.rows:
        task = row.get("task")
        if task is None or len(task.text) < 6:
            continue
        own = _units(row.get("lead"))
        if not own and "with" not in row and "time" not in row:
            topic, lead = task.text, ()
            continue
        lead = own or lead
        if not lead:
            continue
        ordinal = row.get("ordinal")
        made = Found(
            None, task, 0, len(task.text), f"PL.{ordinal.text.strip('.)')}" if ordinal else "PL", lead, not own
        )
        made.topic = topic
        made.coordinating = list(_units(row.get("with")))
        due = _due(row.get("time"), about.issued)
        if due is not None:
            made.due = due
        elif (inner := find_due(task, 0, len(task.text), about.taken.get(id(task), []), about.issued)) is not None:
            made.due = (task, inner)
        made.confidence = 0.8
        made.reason = N_("Đọc từ bảng của phụ lục; ranh giới ô có thể lệch.")
        out.append(made)
    return out


def _units(cell: Para | None) -> tuple[tuple[Para, Unit], ...]:
    return tuple((cell, u) for u in whole_names(cell, 0, len(cell.text))) if cell is not None else ()


def _due(cell: Para | None, issued: DateParts | None) -> tuple[Para, FoundDue] | None:
    if cell is None:
        return None
    found = find_due(cell, 0, len(cell.text), [], issued)
    if found is not None:
        return cell, found
    m = dates.FULL.search(cell.folded)
    day = dates.of(m) if m else None
    if m and day is not None and day.as_date is not None:
        return cell, FoundDue(Due(DueKind.DATE, cell.text[m.start() : m.end()], day.as_date), m.start(), m.end(), 0.9)
    if re.match(r"(?:hang|moi|dinh ky)\b", cell.folded):
        often = find_due(
            Para("Báo cáo: " + cell.text, [0], [cell.places[0] if cell.places else 0]),
            0,
            len(cell.text) + 9,
            [],
            issued,
        )
        if often is not None and often.due.kind is DueKind.RECURRING:
            return cell, FoundDue(often.due, 0, len(cell.text), 0.9)
    period = re.compile(r"(?:thang|quy|nam) [\divx]{1,4}").search(cell.folded)
    if period:
        labelled = find_due(join_label(cell), 0, len(cell.text) + 11, [], issued)
        if labelled is not None:
            return cell, FoundDue(labelled.due, 0, len(cell.text), 0.8, labelled.reason)
    return cell, FoundDue(
        Due(DueKind.CONDITION, cell.text, event=cell.text), 0, len(cell.text), 0.6, N_("Thời hạn ghi bằng lời.")
    )


def join_label(cell: Para) -> Para:
    """The cell's words after the label its column has."""
    return Para("Thời gian: " + cell.text, [0], [cell.places[0] if cell.places else 0])
