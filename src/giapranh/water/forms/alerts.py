"""Forms of alerts, their rules and the people on call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giapranh.water.forms.moments import MomentField, NumberField, StepForm, words_field
from giapranh.water.queries import alerts

Choices = Sequence[tuple[str, Any]]
LONGEST = 100_000  # minutes: more than two months


class Acknowledge(StepForm):
    label, icon, tone = _("Nhận xử lý"), "check", "primary"
    hint = _("Bạn nhận cảnh báo này; việc báo lên cấp trên dừng lại.")
    words = forms.CharField(label=_("Ghi chú"), required=False, max_length=1000)


class End(StepForm):
    label, icon = _("Kết thúc cảnh báo"), "cross"
    hint = _(
        "Nếu nơi này vẫn chưa bình thường, cảnh báo im lặng cho đến khi trở lại bình thường, và chỉ báo lại khi xấu hơn."
    )
    words = words_field(_("Kết quả xử lý hoặc lý do"))


class Assign(StepForm):
    label, icon = _("Phân công"), "user"
    officer_id = forms.ChoiceField(label=_("Cán bộ"))

    def __init__(self, *args: Any, officers: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer_id"].choices = list(officers)  # type: ignore[attr-defined]


class Note(StepForm):
    label, icon = _("Ghi thêm"), "edit"
    words = words_field(_("Nội dung"))


class RuleForm(forms.Form):
    """A rule in words: what, where, from when it counts, whose, who hears."""

    name = forms.CharField(label=_("Tên quy tắc"), max_length=200, help_text=_("Ví dụ: Amoni vượt mức B, sông Thương"))
    kind = forms.ChoiceField(label=_("Cảnh báo khi"), choices=alerts.RULE_KINDS)
    place = forms.ChoiceField(label=_("Ở đâu"), help_text=_("Một trạm, một đoạn sông, hoặc một chuỗi số liệu."))
    parameter = forms.ChoiceField(label=_("Thông số"), required=False)
    limit_source = forms.ChoiceField(
        label=_("Giới hạn"), choices=alerts.LIMIT_SOURCES, required=False, initial="table1",
        help_text=_("Dùng khi cảnh báo vượt giới hạn. Giới hạn của quy chuẩn lấy theo ngày của số liệu."),
    )  # fmt: skip
    class_code = forms.ChoiceField(
        label=_("Mức của quy chuẩn"), required=False,
        choices=[("", "–"), *((code, code) for code in ("A", "B", "C", "A1", "A2", "B1", "B2"))],
    )  # fmt: skip
    low = NumberField(label=_("Không thấp hơn (số tự đặt)"), required=False)
    high = NumberField(label=_("Không cao hơn (số tự đặt)"), required=False)
    with_tendency = forms.BooleanField(label=_("Báo sớm khi tới 70 % giới hạn"), required=False)
    with_preparing = forms.BooleanField(label=_("Báo sớm khi tới 90 % giới hạn"), required=False)
    per_hour = NumberField(label=_("Thay đổi hơn, mỗi giờ"), required=False)
    rate_direction = forms.ChoiceField(
        label=_("Chiều thay đổi"), required=False, initial="both",
        choices=[("both", _("tăng hoặc giảm")), ("up", _("tăng")), ("down", _("giảm"))],
    )  # fmt: skip
    wqi_at_most = forms.IntegerField(label=_("VN_WQI từ mức này trở xuống"), required=False, min_value=10, max_value=90)
    silence_minutes = forms.IntegerField(
        label=_("Im lặng quá (phút)"), required=False, min_value=1, max_value=LONGEST,
        help_text=_("Để trống: theo chu kỳ của từng chuỗi."),
    )  # fmt: skip
    severity = forms.ChoiceField(label=_("Mức độ"), choices=alerts.SEVERITIES, initial="warning")
    owner = forms.ChoiceField(label=_("Đơn vị phụ trách"), required=False)
    acknowledge_minutes = forms.IntegerField(
        label=_("Phải nhận trong (phút)"), initial=60, min_value=1, max_value=LONGEST
    )
    grace_minutes = forms.IntegerField(
        label=_("Kéo dài ít nhất (phút) mới báo"), initial=0, min_value=0, max_value=10_000
    )
    min_values = forms.IntegerField(label=_("Ít nhất bao nhiêu giá trị"), initial=1, min_value=1, max_value=1000)
    hysteresis_percent = NumberField(
        label=_("Khoảng đệm (%)"), initial=5.0,
        help_text=_("Chỉ coi là hết khi tốt hơn giới hạn chừng này; tránh bật tắt liên tục."),
    )  # fmt: skip
    clear_value = NumberField(label=_("Hoặc: chỉ hết khi trở lại số này"), required=False)
    clear_minutes = forms.IntegerField(
        label=_("Bình thường bao lâu (phút) thì tự kết thúc"), initial=60, min_value=0, max_value=100_000
    )
    max_age_hours = forms.IntegerField(
        label=_("Bỏ qua số liệu cũ hơn (giờ)"), initial=72, min_value=1, max_value=8760,
        help_text=_("Số liệu lịch sử nhập về không gây cảnh báo. Điểm lấy mẫu tay thường cần 720."),
    )  # fmt: skip
    quiet_from = forms.TimeField(label=_("Yên lặng từ (giờ)"), required=False, input_formats=["%H:%M"])
    quiet_to = forms.TimeField(
        label=_("đến (giờ)"), required=False, input_formats=["%H:%M"],
        help_text=_("Trong giờ này chỉ việc khẩn cấp mới báo ngay."),
    )  # fmt: skip
    ladder_1_minutes = forms.IntegerField(
        label=_("Chưa ai nhận sau (phút)"), initial=30, required=False, min_value=1, max_value=LONGEST
    )
    ladder_1_to = forms.ChoiceField(label=_("thì báo"), choices=alerts.LADDERS, initial="office_head", required=False)
    ladder_2_minutes = forms.IntegerField(
        label=_("Vẫn chưa ai nhận sau (phút)"), initial=60, required=False, min_value=1, max_value=LONGEST
    )
    ladder_2_to = forms.ChoiceField(
        label=_("thì báo tiếp"), choices=alerts.LADDERS, initial="focal_officer", required=False
    )
    ladder_3_minutes = forms.IntegerField(
        label=_("Vẫn chưa ai nhận sau (phút)"), initial=120, required=False, min_value=1, max_value=LONGEST
    )
    ladder_3_to = forms.ChoiceField(label=_("thì báo tiếp"), choices=alerts.LADDERS, initial="leader", required=False)
    valid_from = forms.DateField(label=_("Từ ngày"), required=False, localize=True)
    valid_to = forms.DateField(label=_("Đến hết ngày"), required=False, localize=True)
    note = words_field(_("Ghi chú"), required=False, rows=2)

    def __init__(
        self, *args: Any, places: Choices = (), parameters: Choices = (), offices: Choices = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]
        self.fields["parameter"].choices = [("", "–"), *parameters]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [("", _("đơn vị quản lý trạm")), *offices]  # type: ignore[attr-defined]

    def groups(self) -> list[tuple[Any, list[Any], bool]]:
        """The fields in the order a person thinks of them; the last groups wait folded."""
        return [
            (_("Khi nào"), [self[n] for n in ("name", "kind", "place", "parameter", "limit_source", "class_code", "low",
                                              "high", "per_hour", "rate_direction", "wqi_at_most", "silence_minutes")],
             True),
            (_("Của ai, báo cho ai"), [self[n] for n in ("severity", "owner", "acknowledge_minutes", "ladder_1_minutes",
                                                        "ladder_1_to", "ladder_2_minutes", "ladder_2_to",
                                                        "ladder_3_minutes", "ladder_3_to")], True),
            (_("Báo sớm, thời gian, giờ yên lặng"),
             [self[n] for n in ("with_tendency", "with_preparing", "grace_minutes", "min_values", "clear_minutes",
                                "hysteresis_percent", "clear_value", "max_age_hours", "quiet_from", "quiet_to",
                                "valid_from", "valid_to", "note")], False),
        ]  # fmt: skip


class OnCallForm(forms.Form):
    office = forms.ChoiceField(label=_("Đơn vị"))
    officer = forms.ChoiceField(label=_("Cán bộ trực"))
    starts_at = MomentField(label=_("Từ"))
    ends_at = MomentField(label=_("Đến"))
    note = forms.CharField(label=_("Ghi chú (điện thoại trực)"), required=False, max_length=200)

    def __init__(self, *args: Any, offices: Choices = (), officers: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = list(offices)  # type: ignore[attr-defined]
        self.fields["officer"].choices = list(officers)  # type: ignore[attr-defined]
