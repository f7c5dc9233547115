"""The same paper as HTML, for looking at it on the page before it is downloaded. No style attribute, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from giapranh.documents.writing.blocks import finished_bases
from giapranh.documents.writing.closing import recipient_lines
from giapranh.documents.writing.docx_file import annex_label, annex_note, with_end_mark
from giapranh.documents.writing.drawing import to_svg
from giapranh.documents.writing.head import MOTTO, NATIONAL_NAME, number_line, place_and_date
from giapranh.documents.writing.numbering import Counter
from giapranh.documents.writing.paper import (
    Annex,
    Basis,
    Block,
    Figure,
    Heading,
    Item,
    OfficialPaper,
    Paragraph,
    Table,
    Words,
    runs,
)


def write_html(paper: OfficialPaper) -> str:
    """An ``<article class="paper">``: everything that comes from outside is escaped."""
    parts = [_head(paper), _title(paper), _addressees(paper)]
    parts.append(_blocks(finished_bases(with_end_mark(paper.body)), "p"))
    parts.append(_closing(paper))
    parts += [_annex(annex, index, paper) for index, annex in enumerate(paper.annexes, start=1)]
    mark = f'<p class="paper-mark">{escape(paper.mark.upper())}</p>' if paper.mark else ""
    return f'<article class="paper" lang="vi">{mark}{"".join(parts)}</article>'


def _head(paper: OfficialPaper) -> str:
    parent = f'<p class="paper-parent">{escape(paper.issuer_parent.upper())}</p>' if paper.issuer_parent else ""
    about = f'<p class="paper-about">V/v {escape(paper.subject)}</p>' if paper.is_letter else ""
    urgency = f'<p class="paper-urgency">{escape(paper.urgency.upper())}</p>' if paper.urgency else ""
    return (
        '<header class="paper-head"><div>'
        f'{parent}<p class="paper-issuer">{escape(paper.issuer.upper())}</p>'
        f'<p class="paper-number">{escape(number_line(paper))}</p>{about}{urgency}</div><div>'
        f'<p class="paper-country">{NATIONAL_NAME}</p><p class="paper-motto">{MOTTO}</p>'
        f'<p class="paper-date">{escape(place_and_date(paper))}</p></div></header>'
    )


def _title(paper: OfficialPaper) -> str:
    if paper.is_letter:
        return ""
    return (
        f'<div class="paper-title"><p class="paper-kind">{escape(paper.kind.upper())}</p>'
        f'<p class="paper-summary">{escape(paper.subject)}</p></div>'
    )


def _addressees(paper: OfficialPaper) -> str:
    if not paper.addressees:
        return ""
    names = [name.rstrip(" .;") for name in paper.addressees]
    if len(names) == 1:
        return f'<p class="paper-to">Kính gửi: {escape(names[0])}</p>'
    lines = "".join(
        f"<li>- {escape(name)}{'.' if index == len(names) - 1 else ';'}</li>" for index, name in enumerate(names)
    )
    return f'<div class="paper-to"><p>Kính gửi:</p><ul>{lines}</ul></div>'


def _closing(paper: OfficialPaper) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in recipient_lines(paper))
    recipients = f'<p class="paper-recipients-label">Nơi nhận:</p><ul>{lines}</ul>' if lines else ""
    authority = "".join(f"<p>{escape(line.upper())}</p>" for line in paper.signer.authority)
    return (
        f'<footer class="paper-closing"><div class="paper-recipients">{recipients}</div>'
        f'<div class="paper-signer">{authority}<p class="paper-name">{escape(paper.signer.name)}</p></div></footer>'
    )


def _annex(annex: Annex, index: int, paper: OfficialPaper) -> str:
    label = annex_label(index, len(paper.annexes))
    return (
        f'<section class="paper-annex{" paper-wide" if annex.landscape else ""}"><p class="paper-annex-label">{label}</p>'
        f'<p class="paper-annex-title">{escape(annex.title.upper())}</p>'
        f'<p class="paper-annex-note">{escape(annex_note(paper))}</p>{_blocks(annex.body, f"a{index}")}</section>'
    )


def _blocks(blocks: Sequence[Block], key: str) -> str:
    counter = Counter()
    return "".join(_block(block, counter, f"{key}-{index}") for index, block in enumerate(blocks))


def _block(block: Block, counter: Counter, key: str) -> str:
    match block:
        case Paragraph(words, align, _):
            return f'<p class="paper-{align}">{_words(words)}</p>'
        case Basis(words):
            return f'<p class="paper-basis">{_words(words)}</p>'
        case Heading(words, level, number, bold):
            mark = number if number is not None else counter.next(level)
            strong = (level < 3) if bold is None else bold
            words_html = f"{escape(mark)} {_words(words)}"
            return f'<p class="paper-heading-{level}">{f"<strong>{words_html}</strong>" if strong else words_html}</p>'
        case Item(words, mark):
            return f'<p class="paper-item">{mark} {_words(words)}</p>'
        case Table():
            return _table(block)
        case Figure(drawing, _, caption, _):
            note = f"<figcaption>{escape(caption)}</figcaption>" if caption else ""
            return f'<figure class="paper-figure">{to_svg(drawing, key=key)}{note}</figure>'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(column.label)}</th>' for column in table.columns)
    lines = []
    for number, row in enumerate(table.rows):
        if number in table.band_rows:
            lines.append(f'<tr><th scope="rowgroup" colspan="{len(table.columns)}">{_words(row[0])}</th></tr>')
            continue
        cells = "".join(
            f'<td class="paper-{column.align}">{_words(words)}</td>'
            for column, words in zip(table.columns, row, strict=True)
        )
        lines.append(f"<tr>{cells}</tr>")
    total = sum(column.share for column in table.columns)
    shares = "".join(f'<col width="{100 * column.share / total:.1f}%"/>' for column in table.columns)
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    return (
        f'<div class="paper-table" tabindex="0"><table>{caption}<colgroup>{shares}</colgroup><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _words(words: Words) -> str:
    return "".join(_run(part.text, part.bold, part.italic, part.raised) for part in runs(words))


def _run(text: str, bold: bool, italic: bool, raised: bool) -> str:
    made = escape(text)
    for wanted, tag in ((italic, "em"), (bold, "strong"), (raised, "sup")):
        if wanted:
            made = f"<{tag}>{made}</{tag}>"
    return made
