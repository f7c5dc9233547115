"""Fields that forms of this room share: an instant in Vietnam, a number as officers write it."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.dates import parse_date
from giapranh.kernel.errors import Refused
from giapranh.kernel.numbers import format_number, parse_number

_TIME = re.compile(r"(?<![\d/])(\d{1,2})\s*(?::|h|giờ)\s*(\d{2})?(?![\d/])")


class MomentField(forms.CharField):
    """``07:30 21/11/2026`` or ``21/11/2026 07:30``, in Vietnam; the day alone is refused: an hour matters here."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Như 07:30 21/11/2026, giờ Việt Nam."))
        super().__init__(**kwargs)
        self.widget.attrs.update({"autocomplete": "off", "placeholder": _("gg:pp nn/tt/nnnn"), "maxlength": "40"})

    def prepare_value(self, value: Any) -> Any:
        return f"{value.astimezone(VIETNAM):%H:%M %d/%m/%Y}" if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return value
        text = (super().to_python(value) or "").strip()[:80]
        if not text:
            return None
        found = _TIME.search(text)
        if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
            raise ValidationError(_("Ghi cả giờ và ngày, như 07:30 21/11/2026."))
        rest = (text[: found.start()] + " " + text[found.end() :]).strip(" ,")
        try:
            day = parse_date(rest)
        except Refused as refusal:
            raise ValidationError(refusal.render(gettext)) from refusal
        return datetime.combine(day, time(int(found[1]), int(found[2] or 0)), VIETNAM)


class NumberField(forms.CharField):
    """A number as officers write it, as a float; the doubtful ``1.250`` is refused with what to write instead."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off", "maxlength": "40"})

    def prepare_value(self, value: Any) -> Any:
        return format_number(value).replace(".", "") if isinstance(value, float) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, float):
            return value
        text = (super().to_python(value) or "")[:80]
        if not text:
            return None
        try:
            return float(parse_number(text))
        except Refused as refusal:
            raise ValidationError(refusal.render(gettext)) from refusal


def words_field(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=10_000, widget=forms.Textarea(attrs={"rows": rows}), help_text=hint
    )


class StepForm(forms.Form):
    """One step of an alert, an incident or a notice. ``label`` stands on the button."""

    label: Any = ""
    icon = "check"
    tone = ""
    hint: Any = ""
