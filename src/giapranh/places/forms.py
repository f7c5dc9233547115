"""Forms of the places room."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.dates import parse_date
from giapranh.kernel.errors import BadInput


class PointForm(forms.Form):
    """A point and a day: which unit was it in?"""

    lat = forms.FloatField(
        label=_("Vĩ độ"), min_value=6, max_value=24, localize=True, help_text=_("Độ thập phân, ví dụ 21,45.")
    )
    lon = forms.FloatField(
        label=_("Kinh độ"), min_value=102, max_value=118, localize=True, help_text=_("Độ thập phân, ví dụ 106,50.")
    )
    ngay = forms.CharField(label=_("Ngày"), required=False)

    def clean_ngay(self) -> object:
        text = self.cleaned_data["ngay"]
        try:
            return parse_date(text) if text else None
        except BadInput as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
