"""Forms of the people room: what is typed becomes values; what is allowed is decided by the services."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giapranh.kernel.text import one_line
from giapranh.people import queries
from giapranh.people.roles import Role
from giapranh.people.rules.plans import NewOffice, Plan

DAY_HINT = _("Ngày/tháng/năm, ví dụ 01/03/2026.")


def _with_place(office: Any) -> str:
    return f"{office.name} – {office.place}" if office.place else str(office.name)


class OfficeChoice(forms.ModelChoiceField):
    """An office, shown with the one above it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"empty_label": _("– chọn –")} | options))

    def label_from_instance(self, obj: Any) -> str:
        return _with_place(obj)


class OfficesChoice(forms.ModelMultipleChoiceField):
    """Several offices, each shown with the one above it."""

    def label_from_instance(self, obj: Any) -> str:
        return _with_place(obj)


def day_field(label: Any, *, required: bool = True, hint: Any = DAY_HINT) -> forms.DateField:
    widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": _("nn/tt/nnnn")})
    return forms.DateField(label=label, required=required, help_text=hint, widget=widget, localize=True)


SUCCESSION_KINDS = [
    ("rename", _("Đổi tên")),
    ("merge", _("Sáp nhập")),
    ("split", _("Chia, tách")),
    ("dissolve", _("Giải thể")),
    ("move_duty", _("Chuyển nhiệm vụ")),
]
# What each kind asks for besides day, offices, legal basis and note.
_ASKED = {
    "rename": {"new_names"},
    "merge": {"successor", "new_names"},
    "split": {"keeps", "new_names", "successor"},
    "dissolve": {"successor"},
    "move_duty": {"duty", "successor", "new_names"},
}


class SuccessionForm(forms.Form):
    """Step 1: what changes, who, when. Only what the kind needs is asked."""

    kind = forms.ChoiceField(choices=SUCCESSION_KINDS, widget=forms.HiddenInput)
    on = day_field(_("Từ ngày nào?"), hint=_("Ngày đầu tiên theo cách mới, ví dụ 01/03/2026."))
    predecessors = OfficesChoice(
        label=_("Đơn vị thay đổi"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )
    others = OfficesChoice(
        label=_("Đơn vị của cơ quan khác"),
        queryset=None,
        required=False,
        help_text=_("Chỉ khi thay đổi ở cơ quan khác. Giữ Ctrl để chọn nhiều."),
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
    duty = forms.ChoiceField(label=_("Nhiệm vụ được chuyển"), required=False)
    keeps = forms.BooleanField(label=_("Đơn vị cũ vẫn còn, chỉ tách ra một phần"), required=False)
    new_names = forms.CharField(
        label=_("Tên đơn vị mới"),
        required=False,
        help_text=_("Mỗi dòng một đơn vị; tên tắt viết sau dấu | nếu có. Ví dụ: Phòng Tài nguyên nước | TNN"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    successor = OfficeChoice(
        label=_("Đơn vị nhận đã có sẵn"),
        queryset=None,
        required=False,
        help_text=_("Bỏ trống nếu đơn vị nhận là đơn vị mới."),
    )
    heir = forms.IntegerField(required=False, min_value=1, initial=1, widget=forms.HiddenInput)
    legal_basis = forms.CharField(
        label=_("Căn cứ"), required=False, help_text=_("Số, ngày của nghị quyết, quyết định.")
    )
    note = forms.CharField(label=_("Ghi chú"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self["kind"].value() or "rename"
        for name in set().union(*_ASKED.values()) - _ASKED.get(kind, set()):
            del self.fields[name]
        mine, others = queries.offices_to_appoint(day), queries.offices_that_may_change(day)
        self._choose_from("predecessors", mine)
        self._choose_from("others", others.exclude(pk__in=mine.values("pk")))
        self._choose_from("successor", others)
        if "duty" in self.fields:
            held = dict(queries.duties(day).values_list("key", "name"))
            self.fields["duty"].choices = [("", "—"), *held.items()]  # type: ignore[attr-defined]

    def _choose_from(self, name: str, offices: Any) -> None:
        if name in self.fields:
            self.fields[name].queryset = offices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("predecessors") and not data.get("others"):
            self.add_error("predecessors", _("Hãy chọn đơn vị thay đổi."))
        return data

    def plan(self) -> Plan:
        data = self.cleaned_data
        leaving = tuple(office.pk for office in (*data["predecessors"], *data["others"]))
        receiving = (data["successor"].pk,) if data.get("successor") else ()
        return Plan(
            kind=data["kind"],
            on=data["on"],
            predecessors=leaving,
            successors=(*(leaving if data.get("keeps") else ()), *receiving),
            new_offices=tuple(_new_offices(data.get("new_names", ""))),
            duty=data.get("duty", ""),
            heir=(data["heir"] or 1) - 1,
            legal_basis=data["legal_basis"],
            note=data["note"],
        )


def _new_offices(text: str) -> list[NewOffice]:
    found = []
    for line in text.splitlines():
        name, _bar, short = line.partition("|")
        if one_line(name):
            found.append(NewOffice(one_line(name), abbreviation=one_line(short)))
    return found


class OfficeForm(forms.Form):
    """What may be filled in about an office without a succession."""

    short_name = forms.CharField(label=_("Tên gọn"), required=False, max_length=160)
    abbreviation = forms.CharField(label=_("Tên tắt"), required=False, max_length=40)
    symbol = forms.CharField(
        label=_("Ký hiệu trên văn bản"), required=False, max_length=40, help_text=_("Phần sau gạch nối, ví dụ NKS.")
    )
    aliases = forms.CharField(
        label=_("Tên gọi khác"),
        required=False,
        help_text=_("Mỗi dòng một tên, như người ta vẫn viết trên giấy."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    organ_code = forms.CharField(label=_("Mã định danh"), required=False, max_length=40)
    email = forms.EmailField(label=_("Thư điện tử"), required=False)
    unknown_note = forms.CharField(
        label=_("Còn phải điền"),
        required=False,
        help_text=_("Xóa dòng này khi đã biết đủ."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def values(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data["aliases"] = [one_line(line) for line in data["aliases"].splitlines() if one_line(line)]
        return {key: one_line(value) if isinstance(value, str) else value for key, value in data.items()}


class OfficeNameForm(forms.Form):
    """The true name of an office nobody knew yet."""

    name = forms.CharField(label=_("Tên chính thức"), max_length=255)


class NewOfficeForm(forms.Form):
    name = forms.CharField(label=_("Tên đơn vị"), max_length=255)
    kind = forms.ChoiceField(label=_("Loại"), choices=())
    parent = OfficeChoice(label=_("Trực thuộc"), queryset=None, required=False)
    abbreviation = forms.CharField(label=_("Tên tắt"), required=False, max_length=40)
    valid_from = day_field(_("Từ ngày"), required=False, hint=_("Bỏ trống nếu không nhớ."))

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = queries.OFFICE_KINDS  # type: ignore[attr-defined]
        self.fields["parent"].queryset = queries.offices(day)  # type: ignore[attr-defined]


class PasteForm(forms.Form):
    """Offices copied from Excel, or the workbook itself."""

    text = forms.CharField(
        label=_("Các dòng chép từ Excel"),
        required=False,
        strip=False,
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("Chọn các dòng trong Excel, chép, rồi dán vào đây. Cột nhận được: Tên đơn vị, Tên tắt, Ký hiệu, "
                    "Loại, Trực thuộc, Từ ngày, Mã định danh, Thư điện tử."),
    )  # fmt: skip
    file = forms.FileField(label=_("Hoặc tệp .xlsx"), required=False, widget=forms.FileInput(attrs={"accept": ".xlsx"}))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not (data.get("text") or "").strip() and not data.get("file"):
            raise forms.ValidationError(_("Hãy dán danh sách hoặc chọn tệp .xlsx."))
        return data


class OfficerForm(forms.Form):
    full_name = forms.CharField(label=_("Họ và tên"), max_length=120)
    email = forms.EmailField(label=_("Thư điện tử"), required=False)
    phone = forms.CharField(label=_("Điện thoại"), required=False, max_length=30)


class NewOfficerForm(OfficerForm):
    username = forms.SlugField(
        label=_("Tên đăng nhập"),
        max_length=60,
        help_text=_("Chữ không dấu, số, gạch nối; ví dụ an.nv viết là an-nv."),
        error_messages={"invalid": _("Chỉ dùng chữ không dấu, số, gạch nối, gạch dưới.")},
    )
    office = OfficeChoice(label=_("Đơn vị"), queryset=None)
    role = forms.ChoiceField(label=_("Vai trò"), choices=Role.choices, initial=Role.SPECIALIST)
    title = forms.CharField(label=_("Chức danh"), required=False, max_length=120)
    field_order = ["full_name", "username", "email", "phone", "office", "role", "title"]

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = queries.offices_to_appoint(day)  # type: ignore[attr-defined]


class AppointmentForm(forms.Form):
    office = OfficeChoice(label=_("Đơn vị"), queryset=None)
    role = forms.ChoiceField(label=_("Vai trò"), choices=Role.choices, initial=Role.SPECIALIST)
    title = forms.CharField(label=_("Chức danh"), required=False, max_length=120)
    valid_from = day_field(_("Từ ngày"))

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = queries.offices_to_appoint(day)  # type: ignore[attr-defined]
        self.fields["valid_from"].initial = day


class EndAppointmentForm(forms.Form):
    last_day = day_field(_("Ngày làm việc cuối"))


class SwapDayForm(forms.Form):
    day = day_field(_("Ngày"))
    working = forms.TypedChoiceField(
        label=_("Ngày đó"),
        coerce=lambda value: value == "work",
        choices=[("off", _("được nghỉ")), ("work", _("đi làm (làm bù)"))],
        widget=forms.RadioSelect,
        initial="off",
    )
    decision = forms.CharField(
        label=_("Theo văn bản nào"), required=False, help_text=_("Ví dụ: Thông báo lịch nghỉ Tết của năm.")
    )
