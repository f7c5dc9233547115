"""Numbers as Vietnamese officers write them: ``1.250,5``. The doubtful form is refused, never guessed."""

from __future__ import annotations

import re
from decimal import Decimal

from giapranh.kernel.errors import N_, BadInput


class UnclearNumber(BadInput):
    code = "unclear_number"


_PLAIN = re.compile(r"[+-]?\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+")
_WITH_COMMA = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+")
_ONE_GROUP = re.compile(r"[+-]?\d{1,3}\.\d{3}")


def parse_number(text: str) -> Decimal:
    """The number written in ``text``.

    ``1250``, ``1.250.000``, ``1.250,5`` and ``0,25`` are clear. ``1.250`` and ``7.125`` may be thousands or
    decimals: refused with a request to write one or the other, as are all other forms.
    """
    clean = text.strip().replace("\u00a0", "").replace("\u2212", "-")
    if _ONE_GROUP.fullmatch(clean):
        whole, _, rest = clean.partition(".")
        raise UnclearNumber(
            N_("Số “%(text)s” chưa rõ: viết %(thousands)s nếu là hàng nghìn, hoặc %(decimal)s nếu là số lẻ."),
            text=text, thousands=whole + rest, decimal=f"{whole},{rest}",
        )  # fmt: skip
    if not any(form.fullmatch(clean) for form in (_PLAIN, _GROUPED, _WITH_COMMA)):
        raise UnclearNumber(N_("“%(text)s” không phải là số. Viết như 1250 hoặc 1250,5."), text=text)
    return Decimal(clean.replace(".", "").replace(",", "."))


def format_number(value: Decimal | float | int, places: int | None = None) -> str:
    """``1250.5`` as ``1.250,5``; ``places`` fixes the decimals."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    text = f"{number:,.{places}f}" if places is not None else f"{number:,f}"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))
