"""Forms of single records: read, answer, say what is wrong, ask for a change, take back."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Choices = list[tuple[str, str]]


class StepForm(forms.Form):
    """A step on a record: what its button says."""

    label: Any = ""
    icon = "check"
    tone = ""
    hint: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


def _lines(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=2000, help_text=hint, widget=forms.Textarea(attrs={"rows": rows})
    )


class ReadForm(StepForm):
    label = _("Đã đọc, trả lời")
    icon = "eye"
    tone = "primary"
    hint = _("Bên kia nhận được biên nhận ghi chức trách của bạn, không ghi tên.")
    answer = _lines(_("Trả lời (nếu có)"), required=False)


class ReportForm(StepForm):
    label = _("Báo sai sót")
    icon = "warning"
    hint = _("Bên chủ hồ sơ nhận được và phải trả lời.")
    field = forms.ChoiceField(label=_("Trường sai"), required=False)
    text = _lines(_("Sai thế nào, đúng phải là gì"))

    def __init__(self, *args: Any, fields: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", gettext("Cả hồ sơ")), *fields]  # type: ignore[attr-defined]


class ProposeForm(StepForm):
    label = _("Đề nghị sửa")
    icon = "edit"
    hint = _("Chủ hồ sơ quyết định; hồ sơ chỉ đổi khi bên đó sửa.")

    def __init__(self, *args: Any, fields: Choices, now: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        for name, label in fields:
            value = now.get(name)
            self.fields[f"v_{name}"] = forms.CharField(
                label=label, required=False, max_length=2000, initial=shown(value),
                widget=forms.Textarea(attrs={"rows": 1}),
            )  # fmt: skip

    @property
    def changes(self) -> dict[str, Any]:
        """Only what was typed differently; a number stays a number."""
        found = {}
        for key, typed in self.cleaned_data.items():
            name = key.removeprefix("v_")
            if typed != shown(self.now.get(name)):
                found[name] = like(self.now.get(name), typed)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key, typed in data.items():
            if isinstance(self.now.get(key.removeprefix("v_")), int | list | dict) and typed:
                try:
                    like(self.now[key.removeprefix("v_")], typed)
                except ValueError:
                    self.add_error(key, gettext("Giá trị mới phải cùng dạng với giá trị đang có."))
        return data


class RecallForm(StepForm):
    label = _("Thu hồi hồ sơ đã chia sẻ")
    icon = "return"
    tone = "danger"
    hint = _("Bên kia bỏ nội dung và ký xác nhận; việc đã chia sẻ vẫn còn ghi trong hai sổ. Không hoàn tác được.")
    why = _lines(_("Lý do (bên kia đọc được)"))


class OfferForm(StepForm):
    label = _("Bàn giao hẳn cho bên kia")
    icon = "send"
    hint = _("Chờ bên kia trả lời thì không ai sửa được; bên kia nhận thì hồ sơ là của bên kia.")
    why = _lines(_("Lý do"), required=False)


class AnswerForm(forms.Form):
    accepted = forms.TypedChoiceField(
        label=_("Trả lời"), choices=(("1", _("Nhận")), ("0", _("Không nhận"))), widget=forms.RadioSelect,
        coerce=lambda value: value == "1",
    )  # fmt: skip
    text = _lines(_("Lời trả lời (phải có khi không nhận)"), required=False, rows=2)


class BundleForm(forms.Form):
    file = forms.FileField(label=_("Tệp gói nhận được (.giapranh)"))


class MakeForm(forms.Form):
    peer = forms.ChoiceField(label=_("Gửi cho"))
    with_files = forms.BooleanField(label=_("Kèm các tệp gốc bên kia chưa có"), required=False, initial=True)

    def __init__(self, *args: Any, peers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["peer"].choices = peers  # type: ignore[attr-defined]


def shown(value: Any) -> str:
    """A value as text to edit."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def like(before: Any, typed: str) -> Any:
    """What was typed, of the same type as what stands there."""
    if before is None or isinstance(before, str):
        return typed
    value = json.loads(typed) if typed else None
    if value is not None and (type(value) is not type(before) or isinstance(value, float)):
        raise ValueError(typed)
    return value
