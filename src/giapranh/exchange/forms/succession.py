"""The forms of one node following another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

SMALL = 64 * 1024


def _small_file(label: Any) -> forms.FileField:
    return forms.FileField(label=label)


class SmallFileForm(forms.Form):
    """A card or a text: anything larger is something else."""

    file = _small_file("")

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > SMALL:
            raise forms.ValidationError(gettext("Tệp này quá lớn cho bước này."))
        return bytes(file.read())


class DraftForm(SmallFileForm):
    file = _small_file(_("Tệp thẻ của nút kế thừa (.json)"))
    since = forms.DateField(
        label=_("Từ ngày"), localize=True,
        widget=forms.DateInput(attrs={"inputmode": "numeric", "placeholder": _("nn/tt/nnnn"), "autocomplete": "off"}),
    )  # fmt: skip
    why = forms.CharField(label=_("Căn cứ"), max_length=1000, help_text=_("Như: Nghị quyết 1658/NQ-UBTVQH15."))


class AcceptForm(SmallFileForm):
    file = _small_file(_("Văn bản kế thừa nút cũ đã ký"))


class TellForm(SmallFileForm):
    file = _small_file(_("Văn bản kế thừa hai nút đã ký"))
    sure = forms.BooleanField(label=_("Tôi hiểu: nút này báo mọi láng giềng rồi ngừng trao đổi, không làm lại được."))


class InheritForm(forms.Form):
    file = forms.FileField(label=_("Tệp hồ sơ kế thừa (.zip)"))
