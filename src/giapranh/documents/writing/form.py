"""The measures of a paper: the form of the law, loaded from ``data/paper_form.toml``, valid on a day."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from giapranh.kernel.errors import N_, BadInput, NotFound
from giapranh.kernel.periods import valid_on

_DATA = Path(__file__).resolve().parents[1] / "data"
_SIDES = {"top": "trên", "bottom": "dưới", "left": "trái", "right": "phải"}


class MarginOutOfRange(BadInput):
    code = "margin_out_of_range"


@dataclass(frozen=True, slots=True)
class Page:
    width_mm: float
    height_mm: float
    top_mm: float
    bottom_mm: float
    left_mm: float
    right_mm: float
    header_mm: float

    @property
    def text_width_mm(self) -> float:
        return self.width_mm - self.left_mm - self.right_mm

    def turned(self) -> Page:
        return replace(self, width_mm=self.height_mm, height_mm=self.width_mm)


@dataclass(frozen=True, slots=True)
class Form:
    """One form of paper. Sizes in points, lengths in millimetres."""

    source: str
    font: str
    language: str
    page: Page
    allowed_mm: Mapping[str, tuple[float, float]]
    sizes: Mapping[str, float]
    allowed_sizes: Mapping[str, tuple[float, float]]
    first_line_mm: float
    gap_pt: float
    line: float
    issuer_share: float
    summary_share: float
    urgency_mm: Mapping[str, tuple[float, float]]
    valid_from: date | None = None
    valid_to: date | None = None

    def with_margins(self, **millimetres: float) -> Form:
        """The same form with other margins (``top``, ``bottom``, ``left``, ``right``), inside what the law allows."""
        for side, value in millimetres.items():
            low, high = self.allowed_mm[side]
            if not low <= value <= high:
                raise MarginOutOfRange(
                    N_("Lề %(side)s phải từ %(low)g đến %(high)g mm (%(source)s)."),
                    side=_SIDES[side], low=low, high=high, source=self.source,
                )  # fmt: skip
        return replace(self, page=replace(self.page, **{f"{side}_mm": v for side, v in millimetres.items()}))

    def size(self, part: str) -> float:
        return self.sizes[part]


def form_on(day: date) -> Form:
    """The form that held on ``day``."""
    found = valid_on(_forms(), day)
    if not found:
        raise NotFound(N_("Chưa có thể thức văn bản cho ngày %(day)s."), day=f"{day:%d/%m/%Y}")
    return found[-1]


def latest_form() -> Form:
    return _forms()[-1]


@cache
def _forms() -> tuple[Form, ...]:
    data = tomllib.loads((_DATA / "paper_form.toml").read_text(encoding="utf-8"))
    return tuple(_form(entry) for entry in data["form"])


def _form(entry: Mapping[str, Any]) -> Form:
    return Form(
        source=entry["source"],
        font=entry["font"],
        language=entry["language"],
        page=Page(**entry["page"]),
        allowed_mm={side: (low, high) for side, (low, high) in entry["allowed_mm"].items()},
        sizes=entry["sizes"],
        allowed_sizes={part: (low, high) for part, (low, high) in entry["allowed_sizes"].items()},
        first_line_mm=entry["body"]["first_line_mm"],
        gap_pt=entry["body"]["gap_pt"],
        line=entry["body"]["line"],
        issuer_share=entry["rules"]["issuer_share"],
        summary_share=entry["rules"]["summary_share"],
        urgency_mm={word: (width, height) for word, (width, height) in entry["urgency_mm"].items()},
        valid_from=entry.get("valid_from"),
        valid_to=entry.get("valid_to"),
    )
