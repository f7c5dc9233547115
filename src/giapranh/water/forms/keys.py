"""The form of a machine's key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giapranh.water.forms.network import Choices, day_field


def _named(offices: list[Any]) -> list[tuple[int, str]]:
    """Agencies of two provinces may have one name: then the province stands beside it."""
    count = Counter(each.name for each in offices)
    return [
        (each.pk, f"{each.name} ({each.unit.full_name})" if count[each.name] > 1 and each.unit else each.name)
        for each in offices
    ]


class KeyForm(forms.Form):
    """What a key is called, whose it is, what it may do and where."""

    name = forms.CharField(label=_("Máy nào dùng"), max_length=120,
                           help_text=_("Ví dụ: bộ ghi dữ liệu trạm Cầu Gia Cát."))  # fmt: skip
    office = forms.TypedChoiceField(label=_("Đơn vị chịu trách nhiệm"), coerce=int)
    scope = forms.ChoiceField(label=_("Được làm gì"), initial="write")
    stations = forms.TypedMultipleChoiceField(
        label=_("Chỉ cho các trạm"), coerce=int, required=False,
        help_text=_("Không chọn trạm nào: mọi trạm của đơn vị. Quyền khai báo cần để trống."),
    )  # fmt: skip
    expires_on = day_field(_("Hết hạn"), hint=_("Bỏ trống: đến khi thu."))

    def __init__(
        self, *args: Any, offices: Iterable[Any], scopes: Choices, stations: Iterable[Any], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["office"].choices = _named(list(offices))  # type: ignore[attr-defined]
        self.fields["scope"].choices = list(scopes)  # type: ignore[attr-defined]
        self.fields["stations"].choices = [(each.pk, each.name) for each in stations]  # type: ignore[attr-defined]
        self.fields["stations"].widget.attrs["size"] = 6

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data.get("expires_on")
        if day is not None and day < self.today:
            raise forms.ValidationError(gettext("Ngày hết hạn đã qua."))
        return day
