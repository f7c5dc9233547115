"""The forms of reports and urging letters."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giapranh.programme.reports.facts import Remarks
from giapranh.programme.reports.signing import AUTHORITY_WORDS, Authority

_AUTO = "auto"
_MARKS = [
    (_AUTO, _("theo chức danh của người ký")),
    *((f"m{mark.value}", _(word)) for mark, word in AUTHORITY_WORDS.items()),
]


class SignedForm(forms.Form):
    """Who signs, and with what authority."""

    signer = forms.ChoiceField(label=_("Người ký"), required=False)
    mark = forms.ChoiceField(label=_("Quyền hạn ký"), choices=_MARKS, initial=_AUTO, required=False)

    def __init__(self, *args: Any, signers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["signer"].choices = signers or [("", _("(để trống – chưa khai lãnh đạo ký)"))]  # type: ignore[attr-defined]

    @property
    def signer_id(self) -> int | None:
        return int(self.cleaned_data["signer"]) if self.cleaned_data.get("signer") else None

    @property
    def chosen_mark(self) -> Authority | None:
        chosen = self.cleaned_data.get("mark") or _AUTO
        return None if chosen == _AUTO else Authority(chosen[1:])


class DraftForm(SignedForm):
    period = forms.ChoiceField(label=_("Kỳ báo cáo"))
    steering = forms.CharField(
        label=_("I. Công tác chỉ đạo, triển khai (ghi thêm)"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    causes = forms.CharField(
        label=_("III. Tồn tại, nguyên nhân (ghi thêm)"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    plans = forms.CharField(
        label=_("IV. Giải pháp thời gian tới (ghi thêm)"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    proposals = forms.CharField(
        label=_("V. Kiến nghị, đề xuất (ghi thêm)"), widget=forms.Textarea(attrs={"rows": 3}), required=False,
        help_text=_("Mỗi dòng một đoạn; dòng bắt đầu bằng “-” thành gạch đầu dòng."),
    )  # fmt: skip
    field_order = ("period", "signer", "mark", "steering", "causes", "plans", "proposals")

    def __init__(self, *args: Any, periods: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = periods  # type: ignore[attr-defined]

    @property
    def remarks(self) -> Remarks:
        names = ("steering", "causes", "plans", "proposals")
        return Remarks(**{name: self.cleaned_data.get(name, "") for name in names})


class UrgingForm(SignedForm):
    answer_by = forms.DateField(label=_("Đề nghị trả lời trước ngày"), required=False)
    field_order = ("answer_by", "signer", "mark")

    def __init__(self, *args: Any, earliest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earliest = earliest

    def clean_answer_by(self) -> date | None:
        day: date | None = self.cleaned_data.get("answer_by")
        if day is not None and day < self.earliest:
            raise forms.ValidationError(_("Ngày trả lời đã qua."))
        return day
