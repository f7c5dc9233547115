"""Forms of stations, their series, and the classes reaches must meet."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.errors import Refused
from giapranh.kernel.numbers import format_number, parse_number

Choices = Sequence[tuple[Any, Any]]
WATER_BODIES: Choices = (("river", _("sông, suối")), ("lake", _("hồ")), ("wastewater", _("nước thải")))


class NumberField(forms.CharField):
    """A number as officers write it, between two bounds; the doubtful ``1.250`` is refused with what to write."""

    def __init__(self, *, low: float, high: float, **kwargs: Any) -> None:
        self.low, self.high = low, high
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        number = float(self._parsed(text))
        if not self.low <= number <= self.high:
            words = {"low": format_number(self.low), "high": format_number(self.high)}
            raise ValidationError(gettext("Số phải từ %(low)s đến %(high)s.") % words)
        return number

    def _parsed(self, text: str) -> Decimal:
        try:
            return parse_number(text)
        except Refused as refusal:
            raise ValidationError(refusal.render(gettext)) from refusal

    def prepare_value(self, value: Any) -> Any:
        return format_number(value) if isinstance(value, int | float) else value


class CoordinateField(NumberField):
    """Degrees: ``106.335`` and ``106,335`` are both clear here, nobody writes thousands of degrees."""

    def _parsed(self, text: str) -> Decimal:
        return super()._parsed(text.replace(".", ",") if text.count(".") == 1 and "," not in text else text)


def day_field(label: Any, *, required: bool = False, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": _("nn/tt/nnnn")})
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget, localize=True)


class StationForm(forms.Form):
    """A station or sampling point."""

    name = forms.CharField(label=_("Tên trạm, điểm lấy mẫu"), max_length=500)
    code = forms.CharField(label=_("Mã trạm"), required=False, max_length=60,
                           help_text=_("Như trong tên tệp số liệu, ví dụ LS_QT01_NUO001."))  # fmt: skip
    kind = forms.ChoiceField(label=_("Loại trạm"))
    water_body = forms.ChoiceField(label=_("Loại nước"), choices=WATER_BODIES)
    river = forms.ChoiceField(label=_("Sông"), required=False)
    km = NumberField(label=_("Km"), required=False, low=0, high=5000,
                     help_text=_("Tính từ cửa sông. Bỏ trống thì tính từ tọa độ."))  # fmt: skip
    bank = forms.ChoiceField(label=_("Bờ (nhìn xuôi dòng)"), required=False)
    depth_m = NumberField(label=_("Độ sâu lấy mẫu (m)"), required=False, low=0, high=1000)
    lat = CoordinateField(label=_("Vĩ độ"), required=False, low=6, high=24, help_text=_("Độ thập phân, ví dụ 21,45."))
    lon = CoordinateField(label=_("Kinh độ"), required=False, low=102, high=118,
                          help_text=_("Độ thập phân, ví dụ 106,50."))  # fmt: skip
    owner = forms.TypedChoiceField(label=_("Đơn vị quản lý"), required=False, coerce=int, empty_value=None)
    owner_name = forms.CharField(label=_("Hoặc tên đơn vị ngoài cơ quan"), required=False, max_length=200)
    counterpart = forms.TypedChoiceField(label=_("Trạm đối ứng bên kia ranh giới"), required=False, coerce=int,
                                         empty_value=None)  # fmt: skip
    file_layout = forms.ChoiceField(label=_("Cách xếp thư mục tệp số liệu"), required=False)
    valid_from = day_field(_("Hoạt động từ ngày"))
    valid_to = day_field(_("Đến hết ngày"), hint=_("Bỏ trống nếu còn hoạt động."))
    description = forms.CharField(label=_("Mô tả"), required=False, max_length=4000,
                                  widget=forms.Textarea(attrs={"rows": 3}))  # fmt: skip

    def __init__(
        self, *args: Any, kinds: Choices, banks: Choices, rivers: Choices, owners: Choices, stations: Choices,
        layouts: Choices, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        none = [("", "–")]
        self._choose("kind", kinds)
        self._choose("bank", banks)
        self._choose("river", [*none, *rivers])
        self._choose("owner", [*none, *owners])
        self._choose("counterpart", [*none, *stations])
        self._choose("file_layout", [*none, *layouts])

    def _choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (values.get("lon") is None) != (values.get("lat") is None):
            self.add_error("lat", gettext("Ghi cả vĩ độ và kinh độ, hoặc bỏ trống cả hai."))
        return values


class SeriesForm(forms.Form):
    """What a station measures."""

    parameter = forms.ChoiceField(label=_("Thông số"))
    unit = forms.CharField(label=_("Đơn vị"), required=False, max_length=40,
                           help_text=_("Bỏ trống thì dùng đơn vị của danh mục."))  # fmt: skip
    basis = forms.CharField(label=_("Tính theo"), required=False, max_length=20,
                            help_text=_("Ví dụ N hay NH4: NH4 tính theo N nhỏ hơn 1,288 lần."))  # fmt: skip
    cycle_seconds = NumberField(label=_("Bao lâu có một số (giây)"), required=False, low=1, high=31_536_000,
                                help_text=_("Trạm tự động gửi 5 phút một lần: 300."))  # fmt: skip
    measuring_cycle_seconds = NumberField(
        label=_("Thiết bị đo lại sau (giây)"), required=False, low=1, high=31_536_000,
        help_text=_("Máy phân tích COD, amoni thường đo mỗi giờ: 3600."),
    )  # fmt: skip
    device = forms.CharField(label=_("Thiết bị hoặc phương pháp"), required=False, max_length=200)
    mdl = NumberField(label=_("Giới hạn phát hiện"), required=False, low=0, high=1e6)
    valid_from = day_field(_("Từ ngày"))

    def __init__(self, *args: Any, parameters: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parameter"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(parameters)

    def values(self) -> dict[str, Any]:
        found = dict(self.cleaned_data)
        for name in ("cycle_seconds", "measuring_cycle_seconds"):
            found[name] = int(found[name]) if found[name] is not None else None
        return found


class EndForm(forms.Form):
    """The last day of something."""

    on = day_field(_("Ngày cuối"), required=True)


class TargetForm(forms.Form):
    """The class a reach must meet, with the paper that says so."""

    name = forms.CharField(label=_("Tên đoạn sông"), max_length=200)
    km_upper = NumberField(label=_("Từ km (thượng lưu)"), low=0, high=5000)
    km_lower = NumberField(label=_("Đến km (hạ lưu)"), low=0, high=5000)
    target = forms.ChoiceField(label=_("Phải đạt mức"))
    decision = forms.CharField(
        label=_("Theo quyết định số"), max_length=200, help_text=_("Ví dụ 123/QĐ-UBND ngày 05/02/2026.")
    )
    valid_from = day_field(_("Từ ngày"), required=True)

    def __init__(self, *args: Any, classes: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["target"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(classes)

    def values(self) -> dict[str, Any]:
        found = dict(self.cleaned_data)
        found["regulation"], _mark, found["class_code"] = found.pop("target").partition("/")
        return found
