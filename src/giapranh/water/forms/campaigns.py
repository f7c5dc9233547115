"""Forms of sampling campaigns: the campaign itself, and its plan from a table or month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.dates import format_date, parse_date
from giapranh.kernel.errors import Refused
from giapranh.people.views.answers import refused_line

Choices = Sequence[tuple[str, str]]
MOST_FILE = 5 * 1024 * 1024


class DayField(forms.CharField):
    """A day as officers write it: 05/02/2026."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "placeholder": _("nn/tt/nnnn"), "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return format_date(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_date(text)
        except Refused as refusal:
            raise ValidationError(refused_line(refusal)) from refusal


class CampaignForm(forms.Form):
    name = forms.CharField(label=_("Tên chiến dịch"), max_length=200,
                           help_text=_("Ví dụ: Quan trắc định kỳ vùng giáp ranh năm 2026"))  # fmt: skip
    starts_on = DayField(label=_("Từ ngày"))
    ends_on = DayField(label=_("Đến ngày"))
    joint_with = forms.CharField(label=_("Lấy mẫu cùng với"), required=False, max_length=200,
                                 help_text=_("Cơ quan tỉnh bạn cùng lấy mẫu, nếu có."))  # fmt: skip
    paper_number = forms.CharField(label=_("Theo văn bản số"), required=False, max_length=80,
                                   help_text=_("Số đầy đủ của văn bản đã vào sổ, ví dụ 12/KH-SNNMT."))  # fmt: skip
    note = forms.CharField(label=_("Ghi chú"), required=False, max_length=2000, widget=forms.Textarea)


class PlanForm(forms.Form):
    """Visits from a table: pasted out of a workbook, or the file itself."""

    text = forms.CharField(
        label=_("Dán từ Excel"), required=False, max_length=500_000, widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Bốn cột: điểm (mã hoặc tên), từ ngày, đến ngày, thông số. Hàng đầu có thể là tên cột."),
    )  # fmt: skip
    file = forms.FileField(label=_("Hoặc chọn tệp .xlsx, .csv"), required=False)
    only_check = forms.BooleanField(label=_("Chỉ kiểm tra, chưa thêm"), required=False)

    def clean_file(self) -> Any:
        given = self.cleaned_data.get("file")
        if given is not None and given.size > MOST_FILE:
            raise ValidationError(_("Tệp lớn hơn 5 MB."))
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("text") and not cleaned.get("file") and not self.errors:
            raise ValidationError(_("Dán bảng hoặc chọn một tệp."))
        return cleaned

    def content(self) -> tuple[bytes, str]:
        given = self.cleaned_data.get("file")
        if given is not None:
            return given.read(), given.name
        return self.cleaned_data["text"].encode("utf-8"), "bang-dan.csv"


class MonthlyForm(forms.Form):
    """The same visits every month."""

    stations = forms.MultipleChoiceField(label=_("Điểm lấy mẫu"), widget=forms.CheckboxSelectMultiple)
    first_day = forms.IntegerField(label=_("Từ ngày trong tháng"), min_value=1, max_value=28, initial=5)
    last_day = forms.IntegerField(label=_("đến ngày trong tháng"), min_value=1, max_value=31, initial=15)
    parameters = forms.CharField(
        label=_("Thông số"), max_length=1000, required=False, initial="pH, DO, TSS, BOD5, COD, NH4, NO3, NO2, PO4, Coliform",
        help_text=_("Cách nhau bằng dấu phẩy."),
    )  # fmt: skip

    def __init__(self, *args: Any, stations: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stations"].choices = list(stations)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("last_day") or 99) < (cleaned.get("first_day") or 0):
            self.add_error("last_day", _("Ngày cuối trước ngày đầu."))
        return cleaned
