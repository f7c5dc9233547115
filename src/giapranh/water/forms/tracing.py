"""What the tracing page asks: where, when, which way, how fast."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.clock import VIETNAM
from giapranh.water.forms.network import Choices, NumberField

BACK, FORWARD = "nguoc", "xuoi"
OWN, TRACER = "rieng", "danh-dau"
FIRST_YEAR, LAST_YEAR = 1990, 2100
OWN_FIELDS = ("v_thap", "v_cao", "dd_gio", "dd_km")
MIXING_FIELDS = ("q_song", "c_nen", "q_xa", "c_xa", "rong", "sau")
FORMS = ("%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y", "%Y-%m-%dT%H:%M", "%d/%m/%Y")


class MomentField(forms.CharField):
    """A moment in Vietnam: ``23/11/2026 08:10``."""

    def to_python(self, value: Any) -> Any:
        text = " ".join((super().to_python(value) or "").split())
        if not text:
            return None
        try:
            found = (
                datetime.fromisoformat(text).astimezone(VIETNAM) if "+" in text or text.endswith("Z") else _read(text)
            )
        except (ValueError, OverflowError):
            raise ValidationError(gettext("Viết như 23/11/2026 08:10.")) from None
        if not FIRST_YEAR <= found.year < LAST_YEAR:
            raise ValidationError(
                gettext("Năm phải từ %(first)d đến %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR - 1}
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if isinstance(value, datetime) else value


def _read(text: str) -> datetime:
    for form in FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    raise ValueError(text)


class TraceForm(forms.Form):
    """Where the water was seen or let in, and how fast it may run."""

    huong = forms.ChoiceField(label=_("Muốn biết"), choices=[
        (BACK, _("Nước xấu từ đâu đến? (ngược dòng)")), (FORWARD, _("Nước xấu sẽ đi đâu? (xuôi dòng)"))])  # fmt: skip
    song = forms.ChoiceField(label=_("Sông"))
    tram = forms.TypedChoiceField(label=_("Tại trạm"), required=False, coerce=int, empty_value=None)
    km = NumberField(label=_("Hoặc tại km"), required=False, low=0, high=5000,
                     help_text=_("Tính từ cửa sông. Chọn trạm thì bỏ trống."))  # fmt: skip
    bo = forms.ChoiceField(label=_("Bờ (nhìn xuôi dòng)"), required=False)
    luc = MomentField(label=_("Từ lúc"), widget=forms.TextInput(attrs={"autocomplete": "off"}),
                      help_text=_("Lúc thấy nước xấu, hoặc lúc xả. Ví dụ 23/11/2026 08:10."))  # fmt: skip
    den_luc = MomentField(label=_("Đến lúc"), required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}),
                          help_text=_("Nếu kéo dài; bỏ trống nếu chỉ thấy một lúc."))  # fmt: skip
    van_toc = forms.ChoiceField(label=_("Vận tốc nước"))
    v_thap = NumberField(label=_("Chậm nhất (m/s)"), required=False, low=0.01, high=10)
    v_cao = NumberField(label=_("Nhanh nhất (m/s)"), required=False, low=0.01, high=10)
    dd_gio = NumberField(label=_("Chất chỉ thị: số giờ"), required=False, low=0.01, high=2000)
    dd_km = NumberField(label=_("đi được (km)"), required=False, low=0.01, high=1000)
    gio = NumberField(label=_("Xét trong (giờ)"), required=False, low=1, high=720)
    q_song = NumberField(label=_("Lưu lượng sông (m³/s)"), required=False, low=0.001, high=100000)
    c_nen = NumberField(label=_("Nồng độ nền phía trên (mg/L)"), required=False, low=0, high=1000000)
    q_xa = NumberField(label=_("Lưu lượng xả (m³/s)"), required=False, low=0.000001, high=100000)
    c_xa = NumberField(label=_("Nồng độ (mg/L)"), required=False, low=0, high=1000000,
                       help_text=_("Xuôi dòng: của nước xả. Ngược dòng: đo được ở nơi thấy."))  # fmt: skip
    rong = NumberField(label=_("Sông rộng (m)"), required=False, low=1, high=5000)
    sau = NumberField(label=_("Sâu trung bình (m)"), required=False, low=0.1, high=100)

    def __init__(
        self, *args: Any, rivers: Choices, stations: Choices, banks: Choices, regimes: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._choose("song", rivers)
        self._choose("tram", [("", "–"), *stations])
        self._choose("bo", banks)
        self._choose("van_toc", [*regimes, (OWN, _("Tự nhập khoảng vận tốc")), (TRACER, _("Theo chất chỉ thị đã thả"))])

    def _choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    @property
    def main(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name not in (*OWN_FIELDS, *MIXING_FIELDS)]

    @property
    def own(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name in OWN_FIELDS]

    @property
    def mixing(self) -> list[forms.BoundField]:
        return [bound for bound in self if bound.name in MIXING_FIELDS]

    @property
    def uses_mixing(self) -> bool:
        return self.is_bound and any(self.data.get(name) for name in MIXING_FIELDS)

    @property
    def uses_own(self) -> bool:
        return self.is_bound and self.data.get("van_toc") in (OWN, TRACER)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("tram") is None and values.get("km") is None and not self.errors.get("km"):
            self.add_error("km", gettext("Chọn trạm, hoặc ghi km."))
        if values.get("van_toc") == OWN:
            self._need("v_thap", "v_cao")
            low, high = values.get("v_thap"), values.get("v_cao")
            if low and high and low > high:
                self.add_error("v_cao", gettext("Vận tốc nhanh nhất phải lớn hơn chậm nhất."))
        if values.get("van_toc") == TRACER:
            self._need("dd_gio", "dd_km")
        if any(values.get(name) is not None for name in ("q_song", "c_nen", "q_xa", "c_xa")):
            self._need("q_song", "c_xa", *(("q_xa",) if values.get("huong") == FORWARD else ()))
        if any(values.get(name) is not None for name in ("rong", "sau")):
            self._need("rong", "sau")
        start, end = values.get("luc"), values.get("den_luc")
        if start and end and end < start:
            self.add_error("den_luc", gettext("Đến lúc phải sau từ lúc."))
        return values

    def _need(self, *names: str) -> None:
        for name in names:
            if self.cleaned_data.get(name) is None and name not in self.errors:
                self.add_error(name, gettext("Hãy ghi số này."))
