"""The form of a clause: kind and giver are chosen first, for the fields hang on the kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from giapranh.exchange.ledger.agreement import Clause

PRECISION = (
    ("", _("giữ nguyên")), ("year", _("đến năm")), ("month", _("đến tháng")), ("day", _("đến ngày")),
    ("hour", _("đến giờ")), ("decimals:0", _("số tròn")), ("decimals:1", _("1 số lẻ")), ("decimals:2", _("2 số lẻ")),
    ("decimals:3", _("3 số lẻ")), ("decimals:4", _("4 số lẻ")),
)  # fmt: skip
_FINE = re.compile(r"([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)+)\s*(?:=\s*(\S+))?", re.ASCII)
_RULE = re.compile(r"year|month|day|hour|decimals:1?\d")

Choices = list[tuple[str, str]]


def _day(label: Any, hint: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "placeholder": _("nn/tt/nnnn")})
    return forms.DateField(label=label, required=False, help_text=hint, widget=widget, localize=True)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of the kind: whether it leaves, and how exactly."""

    name: str
    label: str
    tick: Any
    precision: Any


class KindForm(forms.Form):
    kind = forms.ChoiceField(label=_("Loại hồ sơ"))
    giver = forms.ChoiceField(label=_("Ai chia sẻ"))

    def __init__(self, *args: Any, kinds: Choices, givers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["giver"].choices = givers  # type: ignore[attr-defined]


class ClauseForm(forms.Form):
    """What leaves, where, when, how exactly, what for and by what law."""

    areas = forms.MultipleChoiceField(
        label=_("Địa bàn"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Không chọn: mọi địa bàn."),
    )  # fmt: skip
    other_areas = forms.CharField(
        label=_("Mã xã hoặc đơn vị khác"), required=False, max_length=600,
        help_text=_("Mã đơn vị hành chính, cách nhau bằng dấu phẩy."),
    )  # fmt: skip
    since = _day(_("Có hiệu lực từ ngày"), _("Bỏ trống: ngay khi hai bên ký."))
    until = _day(_("Đến hết ngày"), _("Bỏ trống: không định ngày kết thúc."))
    record_from = _day(_("Hồ sơ của giai đoạn từ"))
    record_to = _day(_("đến"))
    delay_days = forms.IntegerField(
        label=_("Chậm bao nhiêu ngày"), min_value=0, max_value=3660, initial=0,
        help_text=_("Hồ sơ chỉ đi sau ngày của nó chừng ấy ngày; 0 là đi ngay."),
    )  # fmt: skip
    purpose = forms.CharField(label=_("Mục đích"), max_length=500)
    source = forms.CharField(
        label=_("Căn cứ pháp lý"), max_length=500, help_text=_("Như: khoản 3 Điều 5 quy chế phối hợp số 15/QCPH.")
    )
    proposals = forms.BooleanField(label=_("Bên nhận được đề nghị sửa"), required=False)
    original = forms.BooleanField(label=_("Kèm tệp gốc"), required=False)
    fine = forms.CharField(
        label=_("Trường chi tiết (dành cho người quen dùng)"), required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Mỗi dòng một đường dẫn, như values.value hoặc values.value = decimals:1."),
    )  # fmt: skip

    def __init__(self, *args: Any, choices: Choices, areas: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.fields["areas"].choices = areas  # type: ignore[attr-defined]
        self.known_areas = {code for code, _name in areas}
        for name, label in choices:
            self.fields[f"f_{name}"] = forms.BooleanField(label=label, required=False)
            self.fields[f"p_{name}"] = forms.ChoiceField(label=label, required=False, choices=PRECISION)

    @property
    def field_rows(self) -> list[FieldRow]:
        return [
            FieldRow(
                name, label,
                self[f"f_{name}"].as_widget(attrs={"class": "form-check-input"}),
                self[f"p_{name}"].as_widget(
                    attrs={"class": "form-select form-select-sm", "aria-label": gettext("Độ chính xác của %s") % label}
                ),
            )
            for name, label in self.choices
        ]  # fmt: skip

    @property
    def rest(self) -> list[Any]:
        return [bound for bound in self if not bound.name.startswith(("f_", "p_"))]

    def clean_other_areas(self) -> list[str]:
        codes = [code.strip() for code in self.cleaned_data["other_areas"].split(",") if code.strip()]
        if any(not re.fullmatch(r"[0-9A-Za-z-]{1,20}", code) for code in codes):
            raise forms.ValidationError(gettext("Mã đơn vị hành chính chỉ gồm chữ số."))
        return codes

    def clean_fine(self) -> list[tuple[str, str]]:
        found = []
        for line in filter(None, (line.strip() for line in self.cleaned_data["fine"].splitlines())):
            match = _FINE.fullmatch(line)
            if match is None or (match[2] and not _RULE.fullmatch(match[2])):
                raise forms.ValidationError(gettext("Không hiểu dòng “%s”.") % line[:60])
            found.append((match[1], match[2] or ""))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ticked = [name for name, _label in self.choices if data.get(f"f_{name}")]
        if not ticked and not data.get("fine"):
            raise forms.ValidationError(
                gettext("Chọn ít nhất một trường: không trường nào thì không có gì để chia sẻ.")
            )
        for first, last in (("since", "until"), ("record_from", "record_to")):
            if data.get(first) and data.get(last) and data[first] > data[last]:
                self.add_error(last, gettext("Ngày cuối đứng trước ngày đầu."))
        return data

    def clause(self, clause_id: str, giver: str, taker: str, kind: str) -> Clause:
        """What was typed as a clause of the text."""
        data = self.cleaned_data
        fine: list[tuple[str, str]] = data["fine"]
        rules = {name: data[f"p_{name}"] for name, _label in self.choices if data[f"f_{name}"] and data[f"p_{name}"]}
        rules |= {name: rule for name, rule in fine if rule}
        return Clause(
            clause_id, giver, taker, kind,
            tuple([name for name, _label in self.choices if data[f"f_{name}"]] + [name for name, _rule in fine]),
            tuple(dict.fromkeys([*data["areas"], *data["other_areas"]])), _iso(data["since"]), _iso(data["until"]),
            tuple(sorted(rules.items())), data["delay_days"], _iso(data["record_from"]), _iso(data["record_to"]),
            data["purpose"], data["source"], data["proposals"], data["original"],
        )  # fmt: skip


def initial_of(clause: Clause, areas: Choices) -> dict[str, Any]:
    """A clause as the form shows it."""
    known = {code for code, _name in areas}
    rules = dict(clause.precision)
    values: dict[str, Any] = {
        "areas": [code for code in clause.areas if code in known],
        "other_areas": ", ".join(code for code in clause.areas if code not in known),
        "since": _date(clause.since), "until": _date(clause.until), "record_from": _date(clause.record_from),
        "record_to": _date(clause.record_to), "delay_days": clause.delay_days, "purpose": clause.purpose,
        "source": clause.source, "proposals": clause.proposals, "original": clause.original,
        "fine": "\n".join(_fine_line(name, rules) for name in clause.fields if "." in name),
    }  # fmt: skip
    for name in clause.fields:
        values[f"f_{name}"] = True
        values[f"p_{name}"] = rules.get(name, "")
    return values


def _fine_line(name: str, rules: dict[str, str]) -> str:
    return f"{name} = {rules[name]}" if name in rules else name


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


class WhyForm(forms.Form):
    """A reason that the other side will read."""

    why = forms.CharField(
        label=_("Lý do (bên kia đọc được)"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class WithdrawForm(WhyForm):
    clause = forms.ChoiceField(label=_("Điều khoản"))

    field_order = ("clause", "why")

    def __init__(self, *args: Any, clauses: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clause"].choices = [*clauses, ("*", gettext("Toàn bộ thỏa thuận"))]  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Lời nói đầu, ghi chú chung"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class SpanForm(forms.Form):
    """From which day to which."""

    tu = _day(_("Từ ngày"))
    den = _day(_("Đến ngày"))
