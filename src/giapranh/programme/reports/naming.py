"""How the report names papers and offices: as an official paper cites them."""

from __future__ import annotations

from typing import Any

from giapranh.documents.rules.numbers import day_in_words
from giapranh.kernel.text import one_line


def cited(paper: Any, *, about: bool = True) -> str:
    """``Công văn số 575/UBND-KTTH ngày 05/02/2026 của UBND tỉnh … về việc …``; a blank number stays dots."""
    kind = paper.kind or "Văn bản"
    words = [kind, f"số {_number(paper)}"] if paper.full_number else [kind]
    if day := _day(paper):
        words.append(day)
    if paper.issuer_name:
        words.append(f"của {paper.issuer_name}")
    if about and paper.subject:
        words.append(_about(paper.subject))
    return one_line(" ".join(words))


def _number(paper: Any) -> str:
    return f"……{paper.full_number}" if paper.number is None else str(paper.full_number)


def _day(paper: Any) -> str:
    if paper.issued_day:
        return f"ngày {day_in_words(paper.issued_day, paper.issued_month, paper.issued_year)}"
    if paper.issued_month and paper.issued_year:
        return f"tháng {paper.issued_month}/{paper.issued_year}"
    return f"năm {paper.issued_year}" if paper.issued_year else ""


def _about(subject: str) -> str:
    clean = one_line(subject)
    if clean.casefold().startswith("v/v"):
        clean = clean[3:].strip()
    if clean.casefold().startswith(("về việc", "về ")):
        return clean[0].lower() + clean[1:]
    return f"về việc {clean[0].lower() + clean[1:]}" if clean else ""


def product_name(product: Any) -> str:
    """The name of what a task has to show, short enough for a cell of a table."""
    if product.paper is not None:
        return cited(product.paper, about=False)
    return str(product.number or product.note or product.record_ref)
