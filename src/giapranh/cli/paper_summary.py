"""A reading as a page of text for the terminal: weak values are marked and say why."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from giapranh.cli.language import _

if TYPE_CHECKING:
    from giapranh.documents.reading.schema import DateParts, Directive, Due, PdfSignature, Reading, Value

_WEAK = 0.75
_PLAIN_WIDTH = 110
_LONG = 400


def show(name: str, reading: Reading) -> None:
    """Print the summary of one paper on standard output."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    console.rule(f"[bold]{escape(name)}[/]", align="left", characters="─")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, words in _rows(reading):
        table.add_row(label, words)
    console.print(table)
    if reading.directives:
        console.print(_directives(reading))
    for remark in reading.remarks:
        console.print(f"[yellow]▲[/] {escape(_(remark.text))} {escape(remark.detail)}")
    console.print()


def _rows(reading: Reading) -> Iterator[tuple[str, str]]:
    yield from _maybe(_("Loại"), reading.kind)
    yield _("Số, ký hiệu"), _number(reading)
    yield _("Ngày"), _weak(reading.date, _date(reading.date.value)) if reading.date else _blank()
    yield from _maybe(_("Nơi ban hành"), reading.place)
    yield from _maybe(_("Cơ quan chủ quản"), reading.issuer_parent)
    yield from _maybe(_("Cơ quan ban hành"), reading.issuer)
    yield from _maybe(_("Trích yếu"), reading.subject)
    yield from _maybe(_("Độ khẩn"), reading.urgency)
    if reading.addressees:
        yield _("Kính gửi"), "\n".join(_weak(one, str(one.value)) for one in reading.addressees)
    if reading.citations:
        yield _("Văn bản viện dẫn"), "\n".join(_citation(one) for one in reading.citations)
    if reading.recipients:
        yield _("Nơi nhận"), "; ".join(escape(_recipient(one.value)) for one in reading.recipients)
    if reading.archive:
        yield _("Lưu"), _weak(reading.archive, reading.archive.value.words)
    if reading.signer:
        yield _("Người ký"), _weak(reading.signer, _signer(reading.signer.value))
    if reading.signatures:
        yield _("Chữ ký số"), "\n".join(escape(_signature(one)) for one in reading.signatures)


def _maybe(label: str, value: Value[str] | None) -> Iterator[tuple[str, str]]:
    if value is not None:
        yield label, _weak(value, str(value.value))


def _weak(value: Value[Any], words: str) -> str:
    if value.confidence >= _WEAK:
        return escape(words)
    why = f" ({value.reason})" if value.reason else ""
    return f"{escape(words)} [yellow]▲ {value.confidence:.0%}{escape(why)}[/]"


def _blank() -> str:
    return f"[yellow]{_('(để trống)')}[/]"


def _number(reading: Reading) -> str:
    if reading.number is None and reading.symbol is None:
        return _blank()
    number = str(reading.number.value).zfill(2) if reading.number else "…"
    symbol = str(reading.symbol.value) if reading.symbol else "…"
    words = reading.full_number if reading.number and reading.full_number else f"{number}/{symbol}"
    held = reading.number or reading.symbol
    return _weak(held, words) if held is not None else escape(words)


def _date(parts: DateParts) -> str:
    day = f"{parts.day:02d}" if parts.day else "…"
    month = f"{parts.month:02d}" if parts.month else "…"
    return f"{day}/{month}/{parts.year or '…'}"


def _citation(one: Value[Any]) -> str:
    cited = one.value
    head = " ".join(part for part in (cited.kind, cited.number) if part) or cited.as_written[:80]
    tail = f" · {_date(cited.date)}" if cited.date else ""
    return _weak(one, f"{head}{tail}{f' · {cited.issuer}' if cited.issuer else ''}")


def _recipient(one: Any) -> str:
    return f"{one.text} ({one.note})" if one.note and one.note not in one.text else str(one.text)


def _signer(one: Any) -> str:
    return " / ".join(part for part in (*one.authority, one.title, one.name) if part)


def _signature(one: PdfSignature) -> str:
    when = one.signed_at.strftime("%d/%m/%Y %H:%M") if one.signed_at else "…"
    state = _("nguyên vẹn") if one.intact else _("không kiểm chứng được")
    whose = {True: _("chứng thư tin cậy"), False: _("chứng thư không dẫn về gốc tin cậy"), None: ""}[one.trusted]
    return " · ".join(part for part in (one.signer or "…", when, state, whose) if part)


def _directives(reading: Reading) -> Table:
    table = Table(title=_("Nhiệm vụ"), title_justify="left", title_style="bold", show_lines=True, expand=True)
    table.add_column("#", no_wrap=True)
    table.add_column(_("Nội dung"), ratio=5)
    table.add_column(_("Chủ trì"), ratio=2)
    table.add_column(_("Phối hợp"), ratio=2)
    table.add_column(_("Hạn"), ratio=2)
    for one in reading.directives:
        duty: Directive = one.value
        words = duty.text if len(duty.text) <= _LONG else duty.text[:_LONG].rsplit(" ", 1)[0] + " …"
        lead = "\n".join(_weak(unit, unit.value) for unit in duty.lead) or "—"
        others = [*duty.coordinating, *duty.counterparts]
        table.add_row(
            escape(duty.n or "—"),
            _weak(one, words),
            f"{lead} {_('(theo mục trên)')}" if duty.lead_inherited and duty.lead else lead,
            "\n".join(_weak(unit, unit.value) for unit in others) or "—",
            _weak(duty.due, _due(duty.due.value)),
        )
    return table


def _due(due: Due) -> str:
    if due.date is not None:
        words = due.date.strftime("%d/%m/%Y") + (f" {due.time}" if due.time else "")
        return f"{_('trước')} {words}" if due.before else words
    return due.words or _("không nêu")
