"""Forms of the ways in: files, the columns of a station, a sheet, values typed by hand, a word on a stretch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.errors import Refused
from giapranh.water.forms.moments import MomentField, NumberField, words_field
from giapranh.water.forms.network import day_field
from giapranh.water.rules.readings import Reading, read_result

Choices = Sequence[tuple[Any, Any]]
YES_NO: Choices = (("", _("không ghi")), ("yes", _("có")), ("no", _("không")))


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files]


class StationFilesForm(forms.Form):
    sent = FilesField(label=_("Tệp của trạm (.txt), chọn nhiều tệp cùng lúc được"))


class LabSheetForm(forms.Form):
    file = forms.FileField(label=_("Phiếu kết quả (.xlsx hoặc .csv)"))


class WholeForm(forms.Form):
    """What holds for a whole sheet where its rows do not say."""

    station = forms.TypedChoiceField(label=_("Trạm của cả phiếu, nếu các dòng không ghi"), required=False, coerce=int,
                                     empty_value=None)  # fmt: skip
    day = day_field(_("Ngày lấy mẫu của cả phiếu, nếu các dòng không ghi"))
    laboratory = forms.CharField(label=_("Phòng thí nghiệm"), required=False, max_length=200)

    def __init__(self, *args: Any, stations: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].choices = [("", "–"), *stations]  # type: ignore[attr-defined]


class HandForm(forms.Form):
    """A sample typed beside the water: when, where exactly, then one box for each series of the station."""

    taken_at = MomentField(label=_("Lấy mẫu lúc"))
    bank = forms.ChoiceField(label=_("Bờ (nhìn xuôi dòng)"), required=False)
    floating_rubbish = forms.ChoiceField(label=_("Có rác nổi không?"), required=False, choices=YES_NO)
    depth_m = NumberField(label=_("Độ sâu lấy mẫu (m)"), required=False)
    sample_code = forms.CharField(label=_("Ký hiệu mẫu"), required=False, max_length=60)
    note = words_field(_("Ghi chú"), required=False, rows=2)

    def __init__(self, *args: Any, series: Sequence[Any], banks: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bank"].choices = [("", "–"), *(b for b in banks if b[0])]  # type: ignore[attr-defined]
        self.series = {f"s{row.pk}": row for row in series}
        for name, row in self.series.items():
            widget = forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off", "maxlength": "40"})
            self.fields[name] = forms.CharField(label=row.label, required=False, max_length=40, widget=widget)

    def boxes(self) -> list[Any]:
        return [self[name] for name in self.series]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.readings: dict[int, tuple[Reading, str]] = {}
        for name, row in self.series.items():
            text = cleaned.get(name) or ""
            try:
                reading = read_result(text)
            except Refused as refusal:
                self.add_error(name, refusal.render(gettext))
                continue
            if reading is not None:
                self.readings[row.pk] = (reading, text)
        if not self.readings and not self.errors:
            raise ValidationError(gettext("Chưa nhập giá trị nào."))
        return cleaned


class DoorForm(forms.Form):
    account = forms.CharField(label=_("Tên tài khoản của trạm"), max_length=60,
                              help_text=_("Chữ không dấu, số, “_” và “-”. Thư mục của trạm mang tên này."))  # fmt: skip


class VerdictForm(forms.Form):
    """A person's word on what the checks flagged."""

    verdict = forms.ChoiceField(
        label=_("Kết luận"), widget=forms.RadioSelect,
        choices=[("accept", _("Đúng là nước như vậy: nhận")), ("doubt", _("Giữ lại nhưng nghi ngờ")),
                 ("reject", _("Không phải giá trị của nước: loại"))],
    )  # fmt: skip
    why = words_field(_("Vì sao"), rows=2, hint=_("Ví dụ: đối chiếu mẫu lấy tay ngày 21/11; đầu đo bám bẩn, đã rửa."))


class CorrectForm(forms.Form):
    """Another value for one instant."""

    value = NumberField(label=_("Giá trị đúng"))
    why = words_field(_("Vì sao"), rows=2)
