"""Forms of meeting a neighbour, its line and the keys of this node."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

CARD_LIMIT = 4096


class CardForm(forms.Form):
    """Where the other's card comes from: its node, a file, or a text read from the QR."""

    address = forms.CharField(
        label=_("Địa chỉ nút của bên kia"), required=False, max_length=300,
        help_text=_("Như https://lang-son.example.vn. Bỏ trống nếu hai bên chỉ trao đổi bằng tệp."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )  # fmt: skip
    certificate = forms.CharField(
        label=_("Chứng thư TLS của bên kia (nếu không do tổ chức công cộng cấp)"), required=False, max_length=20_000,
        strip=True, widget=forms.Textarea(attrs={"rows": 3, "placeholder": "-----BEGIN CERTIFICATE-----"}),
    )  # fmt: skip
    file = forms.FileField(label=_("Hoặc tệp thẻ (.json) của bên kia"), required=False)
    text = forms.CharField(
        label=_("Hoặc nội dung quét được từ mã QR"), required=False, max_length=CARD_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file = data.get("file")
        if file is not None and file.size > CARD_LIMIT:
            raise forms.ValidationError(gettext("Tệp này quá lớn, không phải thẻ của một nút Giáp Ranh."))
        if not (data.get("address") or file or data.get("text")):
            raise forms.ValidationError(gettext("Cho biết địa chỉ nút của bên kia, hoặc đưa tệp thẻ vào."))
        return data


class WordsForm(forms.Form):
    """The twelve words that the neighbour reads out; the card travels along, unchanged."""

    words = forms.CharField(
        label=_("Mười hai từ bên kia đọc"), max_length=300,
        help_text=_("Gõ đúng thứ tự nghe được; có dấu hay không dấu đều được."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )  # fmt: skip
    card = forms.CharField(widget=forms.HiddenInput, max_length=CARD_LIMIT)
    address = forms.CharField(widget=forms.HiddenInput, required=False, max_length=300)
    certificate = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)


class LineForm(forms.Form):
    address = CardForm.base_fields["address"]
    certificate = CardForm.base_fields["certificate"]
    enabled = forms.BooleanField(
        label=_("Đang nối"), required=False,
        help_text=_("Tắt thì nút này không gọi bên kia; mọi thứ chờ trong sổ, không mất gì."),
    )  # fmt: skip


class RotateForm(forms.Form):
    sure = forms.BooleanField(label=_("Tôi hiểu: từ mục sau, nút này ký bằng khóa mới; láng giềng được báo qua sổ."))


class RecoverForm(forms.Form):
    recovery = forms.CharField(
        label=_("Khóa khôi phục đã in"), max_length=200,
        help_text=_("17 nhóm, mỗi nhóm 4 chữ số 0–9, a–f; gạch nối và dấu cách bỏ qua."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    sure = forms.BooleanField(label=_("Tôi hiểu: khóa cũ mất hiệu lực ngay ở mọi láng giềng và không lấy lại được."))
