"""What people type, as the services take it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from giapranh.documents.rules import kinds, values
from giapranh.documents.rules.fields import ReadField

URGENCIES = (("", _("Thường")), ("KHẨN", _("Khẩn")), ("THƯỢNG KHẨN", _("Thượng khẩn")), ("HỎA TỐC", _("Hỏa tốc")))
RECURRENCES = tuple((rule, _(words)) for rule, words in values.RECURRENCES.items())
MODES = ("giao", "yêu cầu", "đề nghị", "ủy quyền", "cho phép")


def form_kind(path: str) -> str:
    """Which inputs a field has on the reading page."""
    name = path.rsplit(".", 1)[-1]
    if path.startswith("citations."):
        return "citation"
    if name in ("date", "signer", "due", "urgency"):
        return name
    if name in ("lead", "coordinating", "counterparts"):
        return "names"
    return "long" if name in ("text", "subject") else "short"


def typed_value(field: ReadField, post: Mapping[str, str]) -> Any:
    """The value typed for a field, as ``services.correct_field`` takes it."""
    kind = form_kind(field.path)
    if kind == "date":
        return {part: post.get(part, "") for part in ("day", "month", "year")}
    if kind == "signer":
        known = field.value or {}
        return {"name": post.get("name", ""), "title": post.get("title", ""), "authority": known.get("authority") or []}
    if kind == "due":
        if post.get("kind") == "keep":
            return None
        return {name: post.get(name, "") for name in ("kind", "date", "time", "recurrence", "words", "before")}
    if kind == "citation":
        known = field.value or {}
        return {
            **{name: post.get(name, "") for name in ("number", "kind", "issuer", "title")},
            "date": {part: post.get(part, "") for part in ("day", "month", "year")},
            "legal_basis": bool(post.get("legal_basis")), "party": known.get("party"),
            "as_written": known.get("as_written"),
        }  # fmt: skip
    return post.get("value", "")


def directive_value(post: Mapping[str, str]) -> dict[str, Any]:
    """A duty typed by hand."""
    return {
        "text": post.get("text", ""), "lead": post.get("lead", ""), "coordinating": post.get("coordinating", ""),
        "n": post.get("n", ""), "after": post.get("after", ""), "mode": "giao",
        "due": {"kind": "date", "date": post["date"]} if post.get("date", "").strip() else {"kind": "none"},
    }  # fmt: skip


class OutgoingForm(forms.Form):
    """A paper made here that waits for its number."""

    kind = forms.ChoiceField(label=_("Loại văn bản"), choices=[(name, name) for name in kinds.kind_names()])
    subject = forms.CharField(label=_("Trích yếu"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)
    symbol = forms.CharField(
        label=_("Ký hiệu"), required=False, max_length=60,
        help_text=_("Để trống thì ghép từ loại văn bản và ký hiệu cơ quan, như KH-STNMT."),
    )  # fmt: skip
    recipients = forms.CharField(
        label=_("Nơi nhận"), required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("Mỗi dòng một nơi.")
    )
    signer_name = forms.CharField(label=_("Người ký"), required=False, max_length=120)
    signer_title = forms.CharField(label=_("Chức vụ người ký"), required=False, max_length=250)
    file = forms.FileField(label=_("Tệp dự thảo"), help_text=_("Word hoặc PDF."))


class EntryForm(forms.Form):
    """What happens to a line of a book after it was written."""

    handed_to = forms.CharField(label=_("Đơn vị hoặc người nhận"), required=False, max_length=250)
    handed_on = forms.DateField(label=_("Ngày chuyển"), required=False, help_text=_("Viết như 05/02/2026."))
    receipt = forms.CharField(label=_("Ký nhận"), required=False, max_length=250)
    due_on = forms.DateField(label=_("Thời hạn giải quyết"), required=False, help_text=_("Viết như 05/02/2026."))
    progress = forms.CharField(label=_("Tiến độ giải quyết"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    reply = forms.CharField(label=_("Số, ký hiệu văn bản trả lời"), required=False, max_length=250)
    note = forms.CharField(label=_("Ghi chú"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class OutgoingEntryForm(forms.Form):
    """The same for the outgoing book."""

    recipients = forms.CharField(label=_("Nơi nhận văn bản"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    archive_holder = forms.CharField(label=_("Đơn vị, người nhận bản lưu"), required=False, max_length=250)
    copies = forms.IntegerField(label=_("Số lượng bản"), required=False, min_value=0, max_value=100_000)
    handed_on = forms.DateField(label=_("Ngày chuyển"), required=False, help_text=_("Viết như 05/02/2026."))
    receipt = forms.CharField(label=_("Ký nhận"), required=False, max_length=250)
    note = forms.CharField(label=_("Ghi chú"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class StartBookForm(forms.Form):
    """A book that goes on where the one on paper stopped."""

    kind = forms.ChoiceField(label=_("Sổ"), choices=[("incoming", _("Văn bản đến")), ("outgoing", _("Văn bản đi"))])
    series = forms.ChoiceField(
        label=_("Loại văn bản (chỉ với sổ đi)"), required=False,
        choices=[("", "–"), *((name, name) for name in kinds.kind_names())],
    )  # fmt: skip
    year = forms.IntegerField(label=_("Năm"), min_value=2000, max_value=2200)
    last_seq = forms.IntegerField(label=_("Số cuối đã cấp trên giấy"), min_value=0, max_value=999_999)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("kind") == "incoming":
            typed["series"] = ""
        elif not typed.get("series"):
            self.add_error("series", _("Sổ đi đánh số theo loại văn bản. Hãy chọn loại."))
        return typed
