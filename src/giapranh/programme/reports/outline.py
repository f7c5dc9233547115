"""The facts of a report put into the words and the order of an implementation report (báo cáo).

A paper of the State is Vietnamese whatever the language of the pages, so nothing here is translated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from giapranh.documents.writing import (
    Annex,
    Block,
    Column,
    Figure,
    Heading,
    Item,
    OfficialPaper,
    Paragraph,
    Run,
    Signer,
    Table,
)
from giapranh.documents.writing.figures import Bucket, Stay, bars_by_bucket, timeline
from giapranh.documents.writing.numbering import letter
from giapranh.documents.writing.paper import Words, plain
from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.dates import format_date
from giapranh.kernel.numbers import format_number
from giapranh.kernel.text import clipped
from giapranh.programme.reports.facts import (
    COUNTED,
    DONE,
    STANDING_WORDS,
    Clause,
    Number,
    PartLine,
    ReportFacts,
    Standing,
    TaskLine,
)

KIND = "Báo cáo"
NO_REPORT = "chưa có báo cáo"
ILLUSTRATIVE = "Dữ liệu minh họa"
_SIGNS = {
    Standing.DONE_IN_TIME: "✓",
    Standing.DONE_LATE: "✓",
    Standing.AWAITING: "…",
    Standing.IN_TIME: "○",
    Standing.NEARLY_DUE: "◔",
    Standing.OVERDUE: "▲",
    Standing.NO_DATE: "–",
    Standing.PAUSED: "=",
    Standing.CANCELLED: "×",
}
_FILLS = (
    Bucket(Standing.DONE_IN_TIME, "Hoàn thành đúng hạn", "dark"),
    Bucket(Standing.DONE_LATE, "Hoàn thành quá hạn", "middle"),
    Bucket(Standing.AWAITING, "Chờ xác nhận", "cross"),
    Bucket(Standing.IN_TIME, "Trong hạn", "light"),
    Bucket(Standing.NEARLY_DUE, "Sắp đến hạn", "dots"),
    Bucket(Standing.OVERDUE, "Quá hạn", "hatch"),
    Bucket(Standing.NO_DATE, "Không hạn", "empty"),
    Bucket(Standing.PAUSED, "Tạm dừng", "lines"),
)
_MAX_CLAUSES_IN_FIGURE = 24
_MAX_TASKS_IN_FIGURE = 18


def report_paper(facts: ReportFacts) -> OfficialPaper:
    """The report as a paper: number and day blank, for the clerk to give."""
    head = facts.letterhead
    return OfficialPaper(
        kind=KIND,
        subject=subject(facts),
        issuer=head.issuer,
        issuer_parent=head.issuer_parent,
        symbol=f"BC-{head.symbol_of}" if head.symbol_of else "BC",
        place=head.place,
        month=facts.drafted_at.month,
        year=facts.drafted_at.year,
        addressees=head.addressees,
        body=_body(facts),
        recipients=[name for name in head.recipients if head.addressees or name != "Như trên"],
        archive=head.archive,
        signer=Signer(head.authority, head.signer),
        annexes=[_task_annex(facts), _source_annex(facts)],
        mark=ILLUSTRATIVE if facts.illustrative else "",
        made_at=facts.drafted_at,
    )


def subject(facts: ReportFacts) -> str:
    return f"Kết quả thực hiện {_short(facts.paper or facts.programme)}, {_lower(facts.period_label)}"


def _short(citation: str) -> str:
    """The citation without its subject: the title of a report names the paper, the opening cites it in full."""
    return citation.split(" về ", 1)[0]


def _body(facts: ReportFacts) -> list[Block]:
    return [
        Paragraph(_opening(facts)),
        Heading("CÔNG TÁC CHỈ ĐẠO, TRIỂN KHAI"),
        *_steering(facts),
        Heading("KẾT QUẢ THỰC HIỆN"),
        *_results(facts),
        Heading("TỒN TẠI, HẠN CHẾ, NGUYÊN NHÂN"),
        *_shortcomings(facts),
        Heading("NHIỆM VỤ, GIẢI PHÁP THỜI GIAN TỚI"),
        *_next_steps(facts),
        Heading("KIẾN NGHỊ, ĐỀ XUẤT"),
        *_proposals(facts),
        Paragraph(f"Trên đây là báo cáo {_lower(subject(facts))}, {facts.letterhead.issuer} kính báo cáo."),
    ]


def _opening(facts: ReportFacts) -> str:
    source = facts.paper or f"chương trình “{facts.programme}”"
    span = f"số liệu từ ngày {format_date(facts.start)} đến ngày {format_date(facts.end)}"
    if facts.as_of.astimezone(VIETNAM).date() < facts.end:
        span += f", tính đến {facts.as_of.astimezone(VIETNAM):%H giờ %M ngày %d/%m/%Y}"
    return (
        f"Thực hiện {source}, {facts.letterhead.issuer} báo cáo kết quả thực hiện {_lower(facts.period_label)} "
        f"({span}) như sau:"
    )


# --- I ---------------------------------------------------------------------------------------------------------------


def _steering(facts: ReportFacts) -> list[Block]:
    blocks: list[Block] = []
    if facts.bases:
        blocks.append(Paragraph("Nhiệm vụ được triển khai trên cơ sở các văn bản sau:"))
        blocks += [Item(_ended(words, index, facts.bases)) for index, words in enumerate(facts.bases)]
    blocks.append(Paragraph(_given(facts)))
    return blocks + _free(facts.remarks.steering)


def _given(facts: ReportFacts) -> Words:
    words: list[Run | str] = ["Trong kỳ có "]
    words += _figure(facts.number("tasks"), "nhiệm vụ")
    words += [" do "]
    words += _figure(facts.number("lead_offices"), "đơn vị chủ trì")
    if (parts := facts.number("parts")) and parts.value:
        words += [", với "]
        words += _figure(parts, "phần phối hợp")
    return [*words, "."]


# --- II --------------------------------------------------------------------------------------------------------------


def _results(facts: ReportFacts) -> list[Block]:
    blocks: list[Block] = [
        Heading("Tình hình chung", 2),
        Paragraph(_overview(facts)),
        *_bars(facts),
        *_time_line(facts),
    ]
    blocks.append(Heading("Kết quả theo từng mục của văn bản", 2))
    for clause in facts.clauses:
        blocks += _clause(clause, facts)
    return [*blocks, *_own_figures(facts)]


def _own_figures(facts: ReportFacts) -> list[Block]:
    """What other rooms draw for the report, numbered on from the figures before."""
    blocks: list[Block] = []
    before = len(_bars(facts)) + len(_time_line(facts))
    for number, figure in enumerate(facts.figures, before + 1):
        buckets = [Bucket(key, words, pattern) for key, words, pattern in figure.parts]  # type: ignore[arg-type]
        words = {key: said for key, said, _pattern in figure.parts}
        rows = [(row.label, row.counts) for row in figure.rows]
        said = "; ".join(
            f"{row.label}: {', '.join(f'{count} {words[key]}' for key, count in row.counts.items() if count)}"
            for row in figure.rows
        )
        drawing = bars_by_bucket(rows, buckets, title=figure.title, empty="chưa có số liệu")
        source = f" (nguồn: {figure.source})" if figure.source else ""
        blocks.append(Figure(drawing, f"{figure.title}. {said}.", f"Hình {number}. {figure.title}{source}"))
    if blocks:
        blocks.insert(0, Heading("Số liệu theo dõi", 2))
    return blocks


def _overview(facts: ReportFacts) -> Words:
    words: list[Run | str] = ["Đến thời điểm chốt số liệu: "]
    counted = [number for s in COUNTED if (number := facts.number(f"tasks.{s}")) is not None and number.value]
    if not counted:
        return "Trong kỳ chưa có nhiệm vụ nào được ghi nhận."
    for place, number in enumerate(counted):
        words += _figure(number, _lower(number.title))
        words.append("; " if place < len(counted) - 1 else ".")
    if (reported := facts.number("parts.reported")) and reported.out_of:
        words.append(" Các đơn vị phối hợp đã báo cáo ")
        words += _figure(reported, "phần")
        words.append(".")
    return words


def _bars(facts: ReportFacts) -> list[Block]:
    rows = [(clause.label, _by_standing(clause.tasks)) for clause in facts.clauses]
    if not any(counts for _, counts in rows):
        return []
    shown = rows[:_MAX_CLAUSES_IN_FIGURE]
    marks = [number.index for clause in facts.clauses if (number := facts.number(f"clause:{clause.key}"))]
    note = f" (nguồn: {', '.join(f'[{mark}]' for mark in marks)} của Phụ lục II)" if len(marks) <= 8 else ""
    title = "Nhiệm vụ theo mục và tình trạng"
    said = "; ".join(f"{label}: {_counts_in_words(counts)}" for label, counts in shown)
    drawing = bars_by_bucket(shown, _FILLS, title=title, empty="chưa có nhiệm vụ trong kỳ")
    return [Figure(drawing, f"{title}. {said}.", f"Hình 1. {title}{note}")]


def _time_line(facts: ReportFacts) -> list[Block]:
    """The tasks that have a date, the late ones first, as far as a page is readable."""
    dated = [task for task in facts.tasks if task.due_on and task.standing in COUNTED]
    if len(dated) < 2:
        return []
    dated.sort(key=lambda task: (-(task.days_late or 0), task.due_on or date.max))
    shown = sorted(dated[:_MAX_TASKS_IN_FIGURE], key=lambda task: task.due_on or date.max)
    labels = {task.task_id: clause.label for clause in facts.clauses for task in clause.tasks}
    today = facts.as_of.astimezone(VIETNAM).date()
    stays = [
        Stay(
            f"{labels[t.task_id]} – {_as_written(t.lead)}",
            facts.start,
            t.due_on,
            t.done_on if t.standing in DONE else None,
        )
        for t in shown
    ]
    last = max([facts.end, *(t.due_on for t in shown if t.due_on), *(t.done_on for t in shown if t.done_on)])
    first = min([facts.start, *(t.due_on for t in shown if t.due_on)])
    words = {
        "today": format_date(today), "due": "hạn", "done": "ngày hoàn thành", "late": "quá hạn",
        "running": "thời gian thực hiện",
    }  # fmt: skip
    drawing = timeline(stays, first=first, last=last, today=today, title="Thời hạn của các nhiệm vụ", words=words)
    left = f" ({len(shown)} trong {len(dated)} nhiệm vụ có hạn)" if len(dated) > len(shown) else ""
    alt = "; ".join(f"{stay.label}: hạn {format_date(stay.due)}" for stay in stays)
    return [Figure(drawing, f"Thời hạn của các nhiệm vụ. {alt}.", f"Hình 2. Thời hạn của các nhiệm vụ{left}")]


def _clause(clause: Clause, facts: ReportFacts) -> list[Block]:
    """What was asked, in bold its label; what is watched; then each task under its letter."""
    asked = [Run(f"{clause.label}. ", bold=True), Run(f"“{_sentence(clause.text)}”", italic=True)]
    blocks: list[Block] = [Paragraph([*asked, "."])]
    measured = [number for key in clause.numbers if (number := facts.number(key)) is not None and "/" in number.key]
    if measured:
        blocks.append(Paragraph(_indicators(measured)))
    if not clause.tasks:
        return [*blocks, Paragraph("Trong kỳ không có đợt thực hiện nào đến hạn.")]
    for place, task in enumerate(clause.tasks, start=1):
        blocks += _task(task, letter(place))
    return blocks


def _indicators(measured: Sequence[Number]) -> Words:
    words: list[Run | str] = ["Chỉ số theo dõi: "]
    for place, number in enumerate(measured):
        words.append(f"{_lower(number.title)} ")
        if number.out_of == 0:
            words += [f"(không có {number.unit} nào thuộc kỳ)", Run(f"[{number.index}]", raised=True)]
        else:
            words += _figure(number, number.unit)
        if number.target is not None:
            words.append(f" (chỉ tiêu {format_number(number.target)})")
        words.append("; " if place < len(measured) - 1 else ".")
    return words


def _task(task: TaskLine, mark: str) -> list[Block]:
    occurrence = f", kỳ {format_date(task.occurrence_on)}" if task.occurrence_on else ""
    head: list[Run | str] = [f"{task.lead} chủ trì{occurrence} ({_due(task)}): ", Run(_standing(task), bold=True), "."]
    blocks: list[Block] = [Heading(head, 3, number=f"{mark})"), Item(f"Kết quả: {_result(task)}.")]
    if task.progress.strip() or task.products:
        blocks.append(Item(f"Văn bản kết quả: {_products(task)}."))
    if task.parts:
        said = "; ".join(_part(part) for part in task.parts)
        blocks.append(Item(f"Đơn vị phối hợp: {said}."))
    if task.counterparts:
        blocks.append(Item(f"Đơn vị đầu mối phía bạn: {'; '.join(task.counterparts)}."))
    return blocks


def _result(task: TaskLine) -> str:
    return _sentence(task.progress) or (NO_REPORT if not task.products else "theo văn bản kết quả nêu dưới đây")


def _products(task: TaskLine) -> str:
    return "; ".join(product.name for product in task.products) or NO_REPORT


def _part(part: PartLine) -> str:
    if not part.reported:
        return f"{part.office}: {NO_REPORT}"
    return f"{part.office}: {_sentence(part.report)}" if part.report.strip() else f"{part.office}: đã báo cáo"


def _due(task: TaskLine) -> str:
    if task.due_on is None:
        return "văn bản không nêu hạn"
    words = f"hạn {format_date(task.due_on)}"
    if task.due_proposed:
        words += ", là hạn đề xuất"
    if task.original_due_on and task.original_due_on != task.due_on:
        words += f", gia hạn từ {format_date(task.original_due_on)}"
    return words


def _standing(task: TaskLine) -> str:
    words = _lower(STANDING_WORDS[task.standing])
    if task.standing in DONE and task.done_on:
        words += f", ngày {format_date(task.done_on)}"
    if task.days_late:
        words += f" ({task.days_late} ngày làm việc)"
    return words


# --- III, IV, V ------------------------------------------------------------------------------------------------------


def _late(facts: ReportFacts) -> list[TaskLine]:
    return [task for task in facts.tasks if task.standing in (Standing.OVERDUE, Standing.DONE_LATE)]


def _shortcomings(facts: ReportFacts) -> list[Block]:
    late = _late(facts)
    labels = _labels(facts)
    if not late:
        return [Paragraph("Tính đến thời điểm chốt số liệu không có nhiệm vụ quá hạn."), *_free(facts.remarks.causes)]
    blocks: list[Block] = [Paragraph("Các nhiệm vụ quá hạn và nguyên nhân được ghi nhận:")]
    for task in late:
        why = "; ".join(_sentence(reason) for reason in task.why_late) or "chưa có báo cáo về nguyên nhân"
        blocks.append(
            Item(
                f"{labels[task.task_id]}, {task.lead}: {_standing(task)}, hạn {format_date(task.due_on)}. "
                f"Nguyên nhân: {why}."
            )
        )
    return blocks + _free(facts.remarks.causes)


def _next_steps(facts: ReportFacts) -> list[Block]:
    labels = _labels(facts)
    blocks: list[Block] = []
    open_late = [task for task in facts.tasks if task.standing is Standing.OVERDUE]
    if open_late:
        blocks.append(Paragraph("Tiếp tục thực hiện, hoàn thành các nhiệm vụ đã quá hạn:"))
        blocks += [Item(f"{labels[task.task_id]}: {task.lead}.") for task in open_late]
    if facts.upcoming:
        blocks.append(Paragraph("Thực hiện các nhiệm vụ đến hạn trong thời gian tới:"))
        blocks += [
            Item(f"{format_date(task.due_on)}: {task.lead} – {_cut(task.text, 160)}") for task in facts.upcoming[:30]
        ]
    if not blocks and not facts.remarks.plans.strip():
        blocks.append(Paragraph("Chưa có nhiệm vụ nào đến hạn trong kỳ tới."))
    return blocks + _free(facts.remarks.plans)


def _proposals(facts: ReportFacts) -> list[Block]:
    labels = _labels(facts)
    blocks: list[Block] = [
        Item(
            f"{labels[task.task_id]}, {task.lead} đề nghị gia hạn từ ngày {format_date(task.due_on)} đến ngày "
            f"{format_date(task.asked_until)}; lý do: {_sentence(task.asked_reason)}."
        )
        for task in facts.tasks
        if task.asked_until
    ]
    unclear = [task for task in facts.tasks if task.lead_id is None and task.standing in COUNTED]
    blocks += [Item(f"{labels[task.task_id]}: đề nghị xác định đơn vị chủ trì ({task.lead}).") for task in unclear]
    free = _free(facts.remarks.proposals)
    if not blocks and not free:
        return [Paragraph("Chưa có kiến nghị, đề xuất được ghi nhận trong kỳ.")]
    return blocks + free


def _labels(facts: ReportFacts) -> dict[int, str]:
    return {task.task_id: clause.label for clause in facts.clauses for task in clause.tasks}


def _free(words: str) -> list[Block]:
    """What the drafter wrote: a paragraph a line, lines with a dash as points."""
    blocks: list[Block] = []
    for line in words.splitlines():
        clean = line.strip()
        if clean.startswith(("-", "–")):
            blocks.append(Item(clean.lstrip("-– ")))
        elif clean:
            blocks.append(Paragraph(clean))
    return blocks


# --- annexes ---------------------------------------------------------------------------------------------------------


def _task_annex(facts: ReportFacts) -> Annex:
    columns = (
        Column("STT", 0.4, "center"), Column("Nhiệm vụ", 3.2), Column("Đơn vị chủ trì (phối hợp)", 2.2),
        Column("Hạn", 1.1, "center"), Column("Kết quả", 2.4), Column("Văn bản kết quả", 1.8), Column("Trạng thái", 1.4),
    )  # fmt: skip
    rows: list[list[Words]] = []
    bands = set()
    count = 0
    for clause in facts.clauses:
        bands.add(len(rows))
        rows.append([clause.label, *[""] * 6])
        for task in clause.tasks:
            count += 1
            rows.append(_task_row(count, task))
    return Annex("Bảng tổng hợp nhiệm vụ", [Table(columns, rows, band_rows=frozenset(bands))], landscape=True)


def _task_row(count: int, task: TaskLine) -> list[Words]:
    offices = task.lead
    if task.parts:
        offices += f" (phối hợp: {'; '.join(part.office for part in task.parts)})"
    due = format_date(task.due_on) if task.due_on else "không hạn"
    if task.due_proposed and task.due_on:
        due += " (đề xuất)"
    result = _sentence(task.progress) or ("" if task.products else NO_REPORT)
    return [
        str(count), _cut(task.text, 400), offices, due, result, _products(task),
        f"{_SIGNS[task.standing]} {_standing(task)[:1].upper()}{_standing(task)[1:]}",
    ]  # fmt: skip


def _source_annex(facts: ReportFacts) -> Annex:
    columns = (
        Column("Chỉ số", 0.4, "center"), Column("Số liệu", 2.4), Column("Giá trị", 1.1, "right"),
        Column("Kỳ", 1, "center"), Column("Cách tính", 2.4), Column("Được đếm từ", 2.6),
        Column("Mã băm", 1.5, "center"),
    )  # fmt: skip
    rows = [_source_row(number, facts) for number in facts.numbers]
    note = (
        "Mỗi số trong báo cáo mang một chỉ số nhỏ trong ngoặc vuông. Mã băm là 16 ký tự đầu của SHA-256 tính trên "
        "giá trị, cách tính và các bản ghi được đếm; bản đầy đủ ở trang của báo cáo."
    )
    return Annex("Nguồn số liệu", [Paragraph(note), Table(columns, rows)], landscape=True)


def _source_row(number: Number, facts: ReportFacts) -> list[Words]:
    return [
        f"[{number.index}]", number.title, f"{_value(number)} {number.unit}", facts.period_label,
        number.how, _counted_from(number), number.sha[:16],
    ]  # fmt: skip


def _counted_from(number: Number) -> str:
    """How many records, and the first of them by reference."""
    if not number.citations:
        return "không có bản ghi nào"
    labels = {cited.ref.split("/")[0]: cited.label for cited in reversed(number.citations)}
    refs = list(dict.fromkeys(cited.ref.split("/")[0] for cited in number.citations))
    shown = ", ".join(_ref_words(ref, labels[ref]) for ref in refs[:6])
    more = f" và {len(refs) - 6} bản ghi khác" if len(refs) > 6 else ""
    return f"{shown}{more}"


def _ref_words(ref: str, label: str) -> str:
    """Tasks, papers and parts have numbers people use; anything else is named."""
    kind, _, rest = ref.partition(":")
    names = {"task": "việc", "paper": "văn bản", "part": "phần"}
    return f"{names[kind]} {rest}" if kind in names else _cut(label, 60)


# --- words -----------------------------------------------------------------------------------------------------------


def _figure(number: Number | None, unit: str) -> list[Run | str]:
    """``12 nhiệm vụ`` with the small index of its source."""
    if number is None:
        return [f"chưa đếm được {unit}"]
    return [f"{_value(number)} {unit}", Run(f"[{number.index}]", raised=True)]


def _value(number: Number) -> str:
    if number.value is None:
        return "chưa đo"
    return _plain(number.value) + (f"/{_plain(number.out_of)}" if number.out_of is not None else "")


def _plain(value: Decimal) -> str:
    return format_number(value)


def _by_standing(tasks: Iterable[TaskLine]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for task in tasks:
        if task.standing in COUNTED:
            counts[task.standing] = counts.get(task.standing, 0) + 1
    return counts


def _counts_in_words(counts: dict[str, int]) -> str:
    named = [f"{_lower(STANDING_WORDS[Standing(key)])} {count}" for key, count in counts.items()]
    return ", ".join(named) or "chưa có nhiệm vụ"


def _ended(words: str, index: int, all_words: Sequence[str]) -> str:
    return f"{words.rstrip(' .;')}{'.' if index == len(all_words) - 1 else ';'}"


def _sentence(words: str) -> str:
    """Somebody's words on one line, without the full stop that the sentence around them sets."""
    return " ".join(words.split()).rstrip(" .;")


def _cut(words: str, length: int) -> str:
    clean = _sentence(words)
    return clipped(clean, length)


def _as_written(office: str) -> str:
    """The name in the paper without what the office is called now: a label has little room."""
    return office.split(" (nay là ", 1)[0]


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def plain_text(paper: OfficialPaper) -> str:
    """The words of a paper for the search index."""
    lines = [paper.subject]
    for block in [*paper.body, *(block for annex in paper.annexes for block in annex.body)]:
        if isinstance(block, Table):
            lines += [" ".join(plain(cell) for cell in row) for row in block.rows]
        elif not isinstance(block, Figure):
            lines.append(plain(block.words))
    return "\n".join(lines)
