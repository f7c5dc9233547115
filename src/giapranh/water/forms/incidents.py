"""Forms of incidents, notices and drills."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giapranh.water.forms.moments import MomentField, NumberField, StepForm, words_field
from giapranh.water.queries import incidents

Choices = Sequence[tuple[str, Any]]


class FactsForm(forms.Form):
    """What is known of an incident: first what somebody sees and where, then the rest."""

    name = forms.CharField(label=_("Việc gì, ở đâu"), max_length=200, help_text=_("Ví dụ: Cá chết ở cầu Bố Hạ"))
    river = forms.ChoiceField(label=_("Sông"))
    km = NumberField(label=_("Km (tính từ cửa sông)"))
    bank = forms.ChoiceField(label=_("Bờ (nhìn xuôi dòng)"), required=False, choices=incidents.BANKS)
    commune = forms.CharField(label=_("Xã, phường"), required=False, max_length=200)
    seen_at = MomentField(label=_("Phát hiện lúc"))
    finder = forms.CharField(label=_("Ai phát hiện"), max_length=200)
    signs = forms.MultipleChoiceField(
        label=_("Dấu hiệu"), required=False, choices=incidents.SIGNS, widget=forms.CheckboxSelectMultiple
    )
    description = words_field(_("Mô tả"), required=False)
    steps = words_field(_("Biện pháp đã làm"), required=False)
    lat = NumberField(label=_("Vĩ độ (WGS 84)"), required=False)
    lon = NumberField(label=_("Kinh độ (WGS 84)"), required=False)
    cause = words_field(_("Nguyên nhân, chất gây ô nhiễm (khi đã rõ)"), required=False, rows=2)
    effect = words_field(_("Ảnh hưởng"), required=False, rows=2)
    water_level = NumberField(label=_("Mực nước (m)"), required=False)
    flow = NumberField(label=_("Lưu lượng (m³/s)"), required=False)
    samples_words = words_field(
        _("Mẫu đã lấy"), required=False, rows=2, hint=_("Mã mẫu, niêm phong, phòng thí nghiệm, ai giữ.")
    )
    next_report_at = MomentField(label=_("Báo tiếp lúc"), required=False)

    def __init__(self, *args: Any, rivers: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["river"].choices = list(rivers)  # type: ignore[attr-defined]

    def first(self) -> list[Any]:
        names = ("name", "river", "km", "bank", "commune", "seen_at", "finder", "signs", "description", "steps")
        return [self[name] for name in names]

    def rest(self) -> list[Any]:
        names = ("lat", "lon", "cause", "effect", "water_level", "flow", "samples_words", "next_report_at")
        return [self[name] for name in names]


class ExtentForm(StepForm):
    label, icon = _("Định phạm vi"), "map"
    extent = forms.ChoiceField(label=_("Phạm vi"), choices=incidents.EXTENTS)
    provinces = forms.MultipleChoiceField(
        label=_("Các tỉnh liên quan"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, provinces: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provinces"].choices = list(provinces)  # type: ignore[attr-defined]


class ConfirmForm(ExtentForm):
    label, icon, tone = _("Xác nhận sự cố"), "check", "primary"
    hint = _("Phạm vi bên dưới là đề xuất tính từ vị trí; người xác nhận quyết định.")


class SampleForm(StepForm):
    label, icon = _("Bắt đầu lấy mẫu chung"), "sample"
    words = words_field(_("Ai tham gia, lấy ở đâu"), required=False, rows=2)


class ControlForm(StepForm):
    label, icon = _("Đã kiểm soát"), "check"
    words = words_field(_("Kết quả"))


class CloseForm(StepForm):
    label, icon = _("Đóng sự cố"), "lock"
    words = words_field(_("Kết luận"))


class FalseAlarmForm(StepForm):
    label, icon = _("Báo động nhầm"), "cross"
    words = words_field(_("Vì sao kết luận như vậy"))


class MinistryForm(StepForm):
    label, icon = _("Ghi báo cáo Bộ"), "send"
    hint = _("Sự cố từ 2 tỉnh trở lên là cấp quốc gia: phải có mục này mới đóng được.")
    reported_at = MomentField(label=_("Báo cáo lúc"))
    document = forms.CharField(label=_("Số văn bản"), max_length=200)


class SourceForm(StepForm):
    label, icon = _("Nguồn nghi vấn"), "eye"
    hint = _("Chỉ người xử lý sự cố xem được; không có trong thông báo và dữ liệu chia sẻ.")
    words = words_field(_("Nghi vấn"), required=False)
    feature_id = forms.ChoiceField(label=_("Nguồn thải đã khai"), required=False)

    def __init__(self, *args: Any, features: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["feature_id"].choices = [("", "–"), *features]  # type: ignore[attr-defined]


class NoteForm(StepForm):
    label, icon = _("Ghi thêm"), "edit"
    words = words_field(_("Nội dung"))


class SamplesForm(StepForm):
    label, icon = _("Gắn mẫu nước đã lấy"), "sample"
    samples = forms.TypedMultipleChoiceField(label=_("Mẫu"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, samples: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["samples"].choices = list(samples)  # type: ignore[attr-defined]
        if not samples:
            self.hint = _("Chưa có mẫu nào lấy trên sông này từ 2 ngày trước khi phát hiện.")


class PaperForm(StepForm):
    label, icon = _("Gắn văn bản"), "paper"
    number = forms.CharField(label=_("Số, ký hiệu trong sổ đăng ký"), max_length=120)


class PhotoForm(StepForm):
    label, icon = _("Thêm ảnh"), "upload"
    photo = forms.FileField(
        label=_("Ảnh"), widget=forms.ClearableFileInput(attrs={"accept": "image/*", "capture": "environment"})
    )
    words = forms.CharField(label=_("Chú thích"), required=False, max_length=300)


class IncomingForm(StepForm):
    label, icon = _("Ghi thông báo tỉnh bạn gửi đến"), "inbox"
    kind = forms.ChoiceField(label=_("Loại"), choices=incidents.KINDS)
    province = forms.ChoiceField(label=_("Tỉnh gửi"))
    received_at = MomentField(label=_("Nhận lúc"))
    words = words_field(_("Nội dung"))

    def __init__(self, *args: Any, provinces: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["province"].choices = list(provinces)  # type: ignore[attr-defined]


class NotifyForm(forms.Form):
    """What a person adds to a notice, and to whom it goes."""

    kind = forms.ChoiceField(label=_("Loại thông báo"), choices=incidents.KINDS)
    provinces = forms.MultipleChoiceField(label=_("Gửi cho"), widget=forms.CheckboxSelectMultiple)
    words = words_field(_("Nội dung bổ sung"), required=False)
    even_incomplete = forms.BooleanField(label=_("Gửi ngay dù còn thiếu mục bắt buộc"), required=False)

    def __init__(self, *args: Any, provinces: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provinces"].choices = list(provinces)  # type: ignore[attr-defined]


class SendForm(StepForm):
    label, icon, tone = _("Ghi đã gửi"), "send", "primary"
    hint = _("Đồng hồ xác nhận của bên nhận chạy từ lúc này.")
    sent_at = MomentField(label=_("Gửi lúc"))
    words = words_field(
        _("Gửi bằng cách nào, cho ai"), rows=2, hint=_("Ví dụ: điện thoại cho ông A lúc 8:10; công văn 12/SNNMT.")
    )


class AcknowledgeForm(StepForm):
    label, icon, tone = _("Ghi xác nhận"), "check", "primary"
    acknowledged_at = MomentField(label=_("Xác nhận lúc"))
    words = words_field(_("Ai xác nhận, bằng cách nào"), rows=2)


class AnswerForm(StepForm):
    label, icon = _("Ghi trả lời"), "mail"
    answered_at = MomentField(label=_("Trả lời lúc"))
    words = words_field(_("Nội dung trả lời"))
    paper_number = forms.CharField(label=_("Số văn bản trả lời (nếu đã vào sổ)"), required=False, max_length=120)


class HaveItForm(StepForm):
    label, icon, tone = _("Xác nhận đã nhận"), "check", "primary"
    hint = _("Bên gửi sẽ thấy chức vụ, đơn vị của bạn và giờ xác nhận.")


class OpenHereForm(StepForm):
    label, icon = _("Mở sự cố tại đây"), "warning"
    hint = _("Một lần bấm: sự cố ở mức nghi ngờ, với vị trí và nội dung của thông báo này.")


class AnswerBackForm(StepForm):
    label, icon = _("Trả lời"), "mail"
    words = words_field(_("Nội dung trả lời"))


class WithdrawForm(StepForm):
    label, icon = _("Không gửi"), "cross"
    words = words_field(_("Vì sao"), rows=2)


class EdxmlForm(StepForm):
    label, icon = _("Lập gói edXML"), "mail"
    hint = _("Công văn phải đã có số và ngày; lập xong gói thì thông báo được ghi là đã gửi.")


class DrillForm(forms.Form):
    """A drill: where, with whom, what is played."""

    name = forms.CharField(label=_("Tình huống"), max_length=200, help_text=_("Ví dụ: Tàu chở dầu chìm ở cầu Sông Hóa"))
    river = forms.ChoiceField(label=_("Sông"))
    km = NumberField(label=_("Km (tính từ cửa sông)"))
    province = forms.ChoiceField(label=_("Diễn tập với"))
    description = words_field(_("Mô tả tình huống"))
    steps = words_field(_("Biện pháp giả định đã làm"), required=False, rows=2)
    answer_hours = NumberField(label=_("Phải trả lời trong (giờ)"), initial=6.0)

    def __init__(self, *args: Any, rivers: Choices = (), provinces: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["river"].choices = list(rivers)  # type: ignore[attr-defined]
        self.fields["province"].choices = list(provinces)  # type: ignore[attr-defined]


class EndDrillForm(StepForm):
    label, icon = _("Kết thúc và chấm điểm"), "check"
    words = words_field(_("Nhận xét"), required=False, rows=2)
