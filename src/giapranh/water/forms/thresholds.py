"""The form for the limits of the checks of one series."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.errors import Refused
from giapranh.kernel.numbers import format_number, parse_number
from giapranh.water.forms.moments import words_field
from giapranh.water.forms.network import NumberField, day_field
from giapranh.water.rules.quality import Season, Span
from giapranh.water.rules.quality_run import Thresholds

MOST = 1e9
_SEASON = re.compile(r"(?:tháng\s*)?(\d{1,2})(?:\s*[-–]\s*(\d{1,2}))?\s*:\s*(\S+)\s*(?:-|–|đến)\s*(\S+)", re.IGNORECASE)
SPANS = ("gross_fail", "gross_suspect")


def _number(label: Any, low: float = 0.0, hint: Any = "") -> NumberField:
    return NumberField(label=label, required=False, low=low, high=MOST, help_text=hint)


class ThresholdForm(forms.Form):
    """Empty boxes leave a check out."""

    gross_fail_low = _number(_("Thiết bị đo được từ"), -MOST)
    gross_fail_high = _number(_("đến"), -MOST)
    gross_suspect_low = _number(_("Thường thấy ở đây từ"), -MOST)
    gross_suspect_high = _number(_("đến"), -MOST)
    spike_suspect = _number(_("Vọt đơn lẻ: nghi ngờ khi hơn"))
    spike_fail = _number(_("không đạt khi hơn"))
    spike_relative = forms.BooleanField(label=_("Hai số về vọt là phần của trung vị (0,5 là 50 %)"), required=False)
    rate_suspect = _number(_("Đổi mỗi giờ: nghi ngờ khi hơn"))
    rate_fail = _number(_("không đạt khi hơn"))
    flat_suspect_h = _number(_("Đứng yên (giờ): nghi ngờ sau"))
    flat_fail_h = _number(_("không đạt sau"))
    flat_tolerance = _number(_("Đứng yên là khi đổi ít hơn"))
    seasons = forms.CharField(
        label=_("Theo mùa, mỗi dòng một mùa"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "5-9: 10 - 300"}),
        help_text=_("Như “5-9: 10 - 300”: tháng 5 đến 9 thường từ 10 đến 300; ngoài khoảng đó là nghi ngờ."),
    )  # fmt: skip
    valid_from = day_field(_("Áp dụng từ ngày"), required=True)
    why = words_field(_("Vì sao đổi"), rows=2, hint=_("Ví dụ: nước lũ sông này đục đến 2.000 mg/L; thay đầu đo mới."))

    @classmethod
    def initial_of(cls, thresholds: Thresholds | None) -> dict[str, Any]:
        if thresholds is None:
            return {}
        values: dict[str, Any] = {
            name: getattr(thresholds, name)
            for name in ("spike_suspect", "spike_fail", "spike_relative", "rate_suspect", "rate_fail", "flat_tolerance")
        }
        for name in SPANS:
            span = getattr(thresholds, name)
            values[f"{name}_low"], values[f"{name}_high"] = (span.low, span.high) if span else (None, None)
        for level in ("suspect", "fail"):
            seconds = getattr(thresholds, f"flat_{level}_s")
            values[f"flat_{level}_h"] = None if seconds is None else seconds / 3600
        values["seasons"] = "\n".join(_season_words(season) for season in thresholds.seasons)
        return values

    def clean_seasons(self) -> tuple[Season, ...]:
        lines = [line.strip() for line in (self.cleaned_data["seasons"] or "").splitlines() if line.strip()]
        return tuple(_season(line) for line in lines)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in SPANS:
            low, high = values.get(f"{name}_low"), values.get(f"{name}_high")
            if (low is None) != (high is None) and not self.errors:
                self.add_error(f"{name}_high", gettext("Hãy ghi cả hai đầu của khoảng, hoặc bỏ trống cả hai."))
            elif low is not None and high is not None and low > high:
                self.add_error(f"{name}_high", gettext("Số sau phải lớn hơn số trước."))
        return values

    def thresholds(self, before: Thresholds) -> Thresholds:
        """What was written, on top of what the form does not speak of: cycle, gap, method."""
        values = self.cleaned_data
        spans: dict[str, Any] = {
            name: Span(values[f"{name}_low"], values[f"{name}_high"]) if values[f"{name}_low"] is not None else None
            for name in SPANS
        }
        hours: dict[str, Any] = {
            f"flat_{level}_s": None if values[f"flat_{level}_h"] is None else values[f"flat_{level}_h"] * 3600.0
            for level in ("suspect", "fail")
        }
        return Thresholds(
            **spans, **hours, spike_suspect=values["spike_suspect"], spike_fail=values["spike_fail"],
            spike_relative=values["spike_relative"], rate_suspect=values["rate_suspect"], rate_fail=values["rate_fail"],
            flat_tolerance=values["flat_tolerance"] or 0.0, seasons=values["seasons"], cycle_s=before.cycle_s,
            gap_s=before.gap_s, spike_method=before.spike_method,
        )  # fmt: skip


def _season(line: str) -> Season:
    found = _SEASON.fullmatch(line)
    if found is None:
        raise ValidationError(gettext("Không đọc được dòng “%(line)s”. Viết như: 5-9: 10 - 300.") % {"line": line[:80]})
    first, last = int(found[1]), int(found[2] or found[1])
    if not (1 <= first <= 12 and 1 <= last <= 12):
        raise ValidationError(gettext("Tháng phải từ 1 đến 12: “%(line)s”.") % {"line": line[:80]})
    try:
        low, high = float(parse_number(found[3])), float(parse_number(found[4]))
    except Refused as refusal:
        raise ValidationError(refusal.render(gettext)) from refusal
    if not -MOST <= low <= high <= MOST:
        raise ValidationError(gettext("Số sau phải lớn hơn số trước: “%(line)s”.") % {"line": line[:80]})
    months = tuple((first - 1 + n) % 12 + 1 for n in range((last - first) % 12 + 1))
    return Season(months, Span(low, high))


def _season_words(season: Season) -> str:
    months = f"{season.months[0]}-{season.months[-1]}" if len(season.months) > 1 else str(season.months[0])
    return f"{months}: {format_number(season.suspect.low)} - {format_number(season.suspect.high)}"


class DefaultsForm(forms.Form):
    """Back to what is usual for the parameter."""

    drop_from = day_field(_("Từ ngày"), required=True)
    drop_why = words_field(_("Vì sao bỏ ngưỡng riêng"), rows=2)
