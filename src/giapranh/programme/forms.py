"""Forms of the programme room: what is typed becomes values; what is allowed is decided by the services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.errors import Refused
from giapranh.kernel.numbers import parse_number
from giapranh.programme.queries.adoption import Phrase, Plan, PlannedDirective
from giapranh.programme.services import Choices
from giapranh.programme.thresholds import Limits

UNKNOWN = ""


def day_field(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": _("nn/tt/nnnn")})
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget, localize=True)


def words_field(label: Any, *, required: bool = True, rows: int = 3, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=10_000, widget=forms.Textarea(attrs={"rows": rows}), help_text=hint
    )


class NumberField(forms.CharField):
    """A number as officers write it; the doubtful ``1.250`` is refused with what to write instead."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_number(text)
        except Refused as refusal:
            raise ValidationError(refusal.render(gettext)) from refusal


# --- the steps of a task ---------------------------------------------------------------------------------------------


class StepForm(forms.Form):
    """One step of a task or part. ``label`` stands on the button."""

    label: Any = ""
    icon = "check"
    tone = ""
    hint: Any = ""


class Receive(StepForm):
    label = _("Nhận việc")


class Start(StepForm):
    label, icon = _("Bắt đầu thực hiện"), "play"


class Progress(StepForm):
    label, icon = _("Ghi tiến độ"), "edit"
    text = words_field(_("Tiến độ đến nay"))


class AttachProduct(StepForm):
    label, icon = _("Gắn sản phẩm"), "link"
    number = forms.CharField(
        label=_("Số, ký hiệu văn bản kết quả"), required=False, max_length=120,
        help_text=_("Ví dụ 12/BC-SNNMT. Có trong sổ đăng ký thì thành liên kết."),
    )  # fmt: skip
    record_ref = forms.CharField(
        label=_("Hoặc mã bản ghi trong phần mềm"), required=False, max_length=200, help_text=_("Ví dụ task:12.")
    )
    note = forms.CharField(label=_("Ghi chú"), required=False, max_length=500)


class AskConfirmation(StepForm):
    label, icon, tone = _("Đề nghị xác nhận hoàn thành"), "send", "primary"
    report = words_field(_("Kết quả thực hiện"), rows=4)


class Confirm(StepForm):
    label, icon, tone = _("Xác nhận hoàn thành"), "check", "primary"
    note = forms.CharField(label=_("Ghi chú"), required=False, max_length=2000)


class Return(StepForm):
    label, icon = _("Trả lại"), "return"
    reason = words_field(_("Vì sao trả lại"))


class Pause(StepForm):
    label, icon, hint = _("Tạm dừng"), "pause", _("Đồng hồ thời hạn dừng cho đến khi tiếp tục.")
    reason = words_field(_("Vì sao tạm dừng"), rows=2)


class Resume(StepForm):
    label, icon = _("Tiếp tục"), "play"


class Cancel(StepForm):
    label, icon, tone = _("Hủy việc"), "cross", "danger"
    hint = _("Việc không còn được đếm; lịch sử và báo cáo đã nộp vẫn giữ.")
    reason = words_field(_("Vì sao hủy"), rows=2)


class AskExtension(StepForm):
    label, icon = _("Xin gia hạn"), "calendar"
    to_on = day_field(_("Xin đến ngày"))
    reason = words_field(_("Lý do"), rows=2)


class DecideExtension(StepForm):
    label, icon = _("Quyết định gia hạn"), "calendar"
    granted = forms.ChoiceField(
        label=_("Quyết định"), choices=[("yes", _("Đồng ý")), ("no", _("Không đồng ý"))], widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Ghi chú"), required=False, max_length=2000)


class ProposeDue(StepForm):
    label, icon = _("Đề xuất hạn"), "calendar"
    on = day_field(_("Hạn đề xuất"))


class AcceptDue(StepForm):
    label, icon = _("Chốt hạn"), "calendar"
    on = day_field(_("Ngày khác"), required=False, hint=_("Bỏ trống để chốt ngày đang đề xuất."))


class SnoozeForm(StepForm):
    label, icon, hint = _("Hoãn nhắc"), "bell", _("Chỉ hoãn nhắc cho bạn; hạn của việc không đổi.")
    until = day_field(_("Không nhắc đến hết ngày"))
    reason = forms.CharField(label=_("Lý do"), max_length=500)


class WatchIndicator(StepForm):
    label, icon = _("Theo dõi chỉ số"), "health"
    indicator = forms.ChoiceField(label=_("Chỉ số"))
    target = NumberField(label=_("Chỉ tiêu"), required=False, help_text=_("Bỏ trống nếu chỉ theo dõi."))

    def __init__(self, *args: Any, offered: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = offered or []  # type: ignore[attr-defined]


class SubmitPart(StepForm):
    label, icon, tone = _("Nộp phần phối hợp"), "send", "primary"
    report = words_field(_("Nội dung báo cáo"), rows=4)


class AcceptPart(StepForm):
    label = _("Chấp nhận")


class ReturnPart(StepForm):
    label, icon = _("Trả lại"), "return"
    reason = words_field(_("Cần bổ sung gì"), rows=2)


class SetOffice(StepForm):
    label, icon = _("Chọn đơn vị"), "office"
    office = forms.ChoiceField(label=_("Đơn vị nhận việc"))

    def __init__(self, *args: Any, offered: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [("", _("– chọn –")), *(offered or [])]  # type: ignore[attr-defined]


class Assign(StepForm):
    label, icon = _("Phân công"), "user"
    officer = forms.ChoiceField(label=_("Người thực hiện"), required=False)

    def __init__(self, *args: Any, offered: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [("", _("cả đơn vị")), *(offered or [])]  # type: ignore[attr-defined]


# --- adopting a paper ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty on the preview page: its fields, and the words of the paper that say who does it."""

    directive: PlannedDirective
    due: forms.BoundField
    out: forms.BoundField
    leads: list[str]
    coordinating: list[str]


class AdoptForm(forms.Form):
    """Which offices do the words of the paper mean, and when is each duty due?"""

    name = forms.CharField(label=_("Tên chương trình"), max_length=500)
    period_from = day_field(_("Từ ngày"), required=False)
    period_to = day_field(_("Đến ngày"), required=False)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.fields["name"].initial = plan.name
        everybody = [(str(office.pk), office_label(office)) for office in plan.offices]
        for place, phrase in enumerate(plan.phrases.values()):
            self.fields[f"w{place}"] = _phrase_field(phrase, everybody)
        for directive in plan.directives:
            due = day_field(_("Hạn"), required=False)
            due.initial = directive.due.on
            self.fields[f"due{directive.index}"] = due
            self.fields[f"out{directive.index}"] = forms.BooleanField(label=_("Không giao mục này"), required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = values.get("period_from"), values.get("period_to")
        if start and end and end < start:
            self.add_error("period_to", _("Ngày kết thúc phải sau ngày bắt đầu."))
        if all(values.get(f"out{directive.index}") for directive in self.plan.directives):
            raise ValidationError(_("Hãy giữ lại ít nhất một mục để giao."))
        return values

    @property
    def choices(self) -> Choices:
        values = self.cleaned_data
        offices = {phrase.words: _ids(values[f"w{place}"]) for place, phrase in enumerate(self.plan.phrases.values())}
        dues: dict[int, date | None] = {
            directive.index: values[f"due{directive.index}"]
            for directive in self.plan.directives
            if not directive.due.recurrence
        }
        left_out = frozenset(d.index for d in self.plan.directives if values[f"out{d.index}"])
        return Choices(offices, dues, left_out, values["name"], None, values["period_from"], values["period_to"])

    def phrase_rows(self) -> list[tuple[Phrase, Any]]:
        return [(phrase, self[f"w{place}"]) for place, phrase in enumerate(self.plan.phrases.values())]

    def directive_rows(self) -> list[DutyRow]:
        words = {key: phrase.words for key, phrase in self.plan.phrases.items()}
        return [
            DutyRow(
                each, self[f"due{each.index}"], self[f"out{each.index}"], [words[key] for key in each.leads],
                [words[key] for key in each.coordinating],
            )
            for each in self.plan.directives
        ]  # fmt: skip


class TakeHalf(forms.Form):
    """Our half of a neighbour's task: who leads it here, until when."""

    office = forms.ChoiceField(label=_("Đơn vị chủ trì bên mình"))
    due_on = day_field(_("Hạn bên mình"), required=False)

    def __init__(self, *args: Any, offered: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].choices = [("", _("– chọn –")), *(offered or [])]  # type: ignore[attr-defined]


class AskNeighbour(forms.Form):
    due_on = day_field(_("Hạn mong muốn"))


def office_label(office: Any) -> str:
    above = office.parent.name if office.parent else (office.unit.full_name if office.unit else "")
    return f"{office.name} – {above}" if above else office.name


def _phrase_field(phrase: Phrase, everybody: list[tuple[str, str]]) -> forms.Field:
    near = [(str(office.pk), office_label(office)) for office in phrase.options]
    if phrase.group:
        return forms.MultipleChoiceField(
            label=phrase.words, choices=near, required=False, initial=[str(pk) for pk in phrase.chosen],
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip
    known = {value for value, _label in near}
    others = [choice for choice in everybody if choice[0] not in known]
    offered: list[Any] = [(UNKNOWN, _("chưa rõ – để trống, chọn sau"))]
    offered += [(_("Khớp nhất"), near)] if near else []
    offered += [(_("Đơn vị khác"), others)]
    return forms.ChoiceField(
        label=phrase.words, choices=offered, required=False, initial=str(phrase.chosen[0]) if phrase.chosen else UNKNOWN
    )


def _ids(value: Any) -> list[int]:
    values = value if isinstance(value, list) else [value]
    return [int(each) for each in values if each]


# --- sheets and thresholds -------------------------------------------------------------------------------------------


class SheetForm(forms.Form):
    file = forms.FileField(
        label=_("Sổ theo dõi nhiệm vụ (.xlsx)"),
        help_text=_(
            "Các cột STT, nội dung, số văn bản, ngày ban hành, hạn, chủ trì, phối hợp… được nhận theo tên cột."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )
    programme_name = forms.CharField(
        label=_("Tên chương trình mới"), max_length=500, help_text=_("Các việc trong sổ được xếp vào chương trình này.")
    )

    def __init__(self, *args: Any, new_programme: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme_name"].required = new_programme


class ThresholdsForm(forms.Form):
    nearly_due_days = forms.IntegerField(label=_("“Sắp đến hạn” khi còn (ngày làm việc)"), min_value=0, max_value=60)
    part_days_before_lead = forms.IntegerField(
        label=_("Phần phối hợp đến hạn trước đơn vị chủ trì (ngày làm việc)"), min_value=0, max_value=60
    )
    before_includes_day = forms.BooleanField(label=_("“Trước ngày 15/9” tính cả ngày 15/9"), required=False)
    remind_before = forms.CharField(
        label=_("Nhắc trước hạn (ngày làm việc)"),
        help_text=_("Các số cách nhau bằng dấu phẩy, ví dụ 5, 3, 1."),
        max_length=60,
    )
    remind_after_every = forms.IntegerField(label=_("Quá hạn: nhắc lại mỗi (ngày làm việc)"), min_value=1, max_value=60)
    escalate_after = forms.IntegerField(
        label=_("Báo lãnh đạo sau khi quá hạn (ngày làm việc)"), min_value=0, max_value=120
    )
    escalate_every = forms.IntegerField(label=_("Báo lãnh đạo lại mỗi (ngày làm việc)"), min_value=1, max_value=120)
    materialise_days_ahead = forms.IntegerField(
        label=_("Tạo kỳ của việc định kỳ trước (ngày)"), min_value=1, max_value=365
    )

    def clean_remind_before(self) -> tuple[int, ...]:
        pieces = [piece.strip() for piece in self.cleaned_data["remind_before"].replace(";", ",").split(",")]
        if not all(piece.isdecimal() and len(piece) < 4 and int(piece) <= 60 for piece in pieces):
            raise ValidationError(_("Viết các số từ 0 đến 60, cách nhau bằng dấu phẩy, ví dụ 5, 3, 1."))
        return tuple(sorted({int(piece) for piece in pieces}, reverse=True))

    @property
    def limits(self) -> Limits:
        return Limits(**self.cleaned_data)
