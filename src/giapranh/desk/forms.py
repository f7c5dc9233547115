"""Forms of the desk's own pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from giapranh.desk.first_run import Choices


class NodeForm(forms.Form):
    """Who are you: the province and the agency this node works for."""

    province = forms.TypedChoiceField(label=gettext_lazy("Tỉnh, thành phố"), coerce=int)
    agency = forms.TypedChoiceField(
        label=gettext_lazy("Cơ quan"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("Chọn trong danh sách; nếu chưa có, ghi tên ở ô dưới."),
    )
    new_agency = forms.CharField(
        label=gettext_lazy("Tên cơ quan chưa có trong danh sách"), max_length=255, required=False
    )
    name = forms.CharField(
        label=gettext_lazy("Tên ngắn của nút"),
        max_length=60,
        help_text=gettext_lazy("Hiện ở đầu mỗi trang và với tỉnh bạn, ví dụ: Lạng Sơn."),
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["province"].choices = [("", "—"), *choices.provinces]  # type: ignore[attr-defined]
        self.fields["agency"].choices = [("", "—"), *choices.agencies]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("agency") and not found.get("new_agency"):
            raise ValidationError(_("Chọn một cơ quan hoặc ghi tên cơ quan."))
        return found


class OfficesForm(forms.Form):
    """Offices pasted from Excel."""

    rows = forms.CharField(
        label=gettext_lazy("Các đơn vị, mỗi dòng một đơn vị"),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Chép từ Excel rồi dán vào: tên đơn vị, tên viết tắt, đơn vị cấp trên (hai cột sau có thể bỏ trống)."
        ),
    )
