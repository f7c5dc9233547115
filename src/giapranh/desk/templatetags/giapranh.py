"""The tags every template has without loading them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.template import Context, Library
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from giapranh.desk.icons import PATHS
from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.dates import format_date
from giapranh.kernel.numbers import format_number
from giapranh.kernel.tables import Status, Table
from giapranh.kernel.text import clipped

register = Library()

TONES = {"in_time": "good", "nearly_due": "soon", "overdue": "bad", "no_date": ""}
LONG_NOTE = 28  # a longer reason wraps inside its pill
TONE_ICONS = {"good": "check", "soon": "half", "bad": "warning", "": "minus", "accent": "info"}


@register.filter
def said(message: Any) -> str:
    """What a room of plain Python left as ``template`` and ``params``, in the reader's language."""
    words = gettext(message.template)
    return words % message.params if message.params else words


@register.filter(name="clipped")
def _clipped(text: Any, most: int) -> str:
    """A long text cut between two words."""
    return clipped(str(text or ""), most)


@register.filter
def vi_date(day: date | datetime | None) -> str:
    """``05/02/2026``; a moment in time is the day in Vietnam."""
    if isinstance(day, datetime):
        day = (day.astimezone(VIETNAM) if day.tzinfo else day).date()
    return format_date(day)


@register.filter
def vi_time(at: datetime | None) -> str:
    """``08:10 05/02/2026``, in Vietnam."""
    return f"{at.astimezone(VIETNAM) if at.tzinfo else at:%H:%M %d/%m/%Y}" if at else ""


@register.filter
def weekday(day: date) -> str:
    """“Thứ Hai” … “Chủ nhật”."""
    names = (
        gettext("Thứ Hai"),
        gettext("Thứ Ba"),
        gettext("Thứ Tư"),
        gettext("Thứ Năm"),
        gettext("Thứ Sáu"),
        gettext("Thứ Bảy"),
        gettext("Chủ nhật"),
    )
    return names[day.weekday()]


@register.filter
def vi_number(value: Decimal | float | int | None, places: int | None = None) -> str:
    """``1.250,5``; nothing for no number."""
    return "" if value is None or value == "" else format_number(value, places)


@register.filter
def days_left(days: int | None) -> str:
    """Working days as words: “còn 3 ngày làm việc”, “hạn hôm nay”, “quá hạn 2 ngày”."""
    if days is None:
        return ""
    if days == 0:
        return gettext("hạn hôm nay")
    if days > 0:
        return ngettext("còn %(days)s ngày làm việc", "còn %(days)s ngày làm việc", days) % {"days": days}
    return ngettext("quá hạn %(days)s ngày làm việc", "quá hạn %(days)s ngày làm việc", -days) % {"days": -days}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An inline icon; with ``label`` it is an image with a name, without it decoration."""
    path = PATHS.get(name, PATHS["info"])
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" role="img"><title>{}</title><path d="{}"/></svg>', label, path
        )
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', path)


@register.simple_tag
def pill(word: str, tone: str = "", icon_name: str = "", note: str = "") -> SafeString:
    """A status: tone good, soon, bad, accent or "" (grey), always with an icon and a word."""
    drawn = icon(icon_name or TONE_ICONS.get(tone, "minus"))
    small = format_html("<small>{}</small>", note) if note else ""
    kind = f" pill-{tone}" if tone in ("good", "soon", "bad", "accent") else ""
    kind += " pill-long" if len(str(note)) > LONG_NOTE else ""
    return format_html('<span class="pill{}">{}<span>{}</span>{}</span>', kind, drawn, word, small)


@register.simple_tag
def bucket(name: Any, days: int | None = None) -> SafeString:
    """The pill of a time bucket: in_time, nearly_due, overdue, no_date; ``days`` are the working days left."""
    key = str(getattr(name, "value", name) or "no_date")
    words = {
        "in_time": gettext("Đúng hạn"),
        "nearly_due": gettext("Sắp đến hạn"),
        "overdue": gettext("Quá hạn"),
        "no_date": gettext("Không hạn"),
    }
    note = days_left(days) if key in ("in_time", "nearly_due", "overdue") else ""
    if key == "overdue" and days is not None and days < 0:
        note = ngettext("%(days)s ngày làm việc", "%(days)s ngày làm việc", -days) % {"days": -days}
    return pill(words.get(key, key), TONES.get(key, ""), "", note)


@register.simple_tag
def status(value: Status | str) -> SafeString:
    """The pill of a ``Status`` from a table column."""
    if isinstance(value, Status):
        return pill(value.word, value.tone, value.icon, value.note)
    return pill(str(value)) if value else mark_safe("")


@register.simple_tag
def source(url: str, label: str = "") -> SafeString:
    """“ⓘ từ đâu”: opens what a number was counted from."""
    if not url:
        return mark_safe("")
    return format_html('<a class="source-link" href="{}">{}{}</a>', url, icon("info"), label or gettext("từ đâu"))


@register.simple_tag
def progress(value: int | float, total: int | float, label: str = "") -> SafeString:
    """A bar with its words: “14/21 việc”."""
    words = f"{format_number(value)}/{format_number(total)} {label}".strip()
    return format_html(
        '<span class="progress-line"><progress class="progress-bar-plain" value="{}" max="{}" aria-label="{}">'
        '</progress><span class="numbers">{}</span></span>',
        value,
        total or 1,
        label or gettext("Tiến độ"),
        words,
    )


@register.inclusion_tag("desk/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "", icon_name: str = "inbox") -> dict[str, Any]:
    """An empty page says what it is for and holds the one next step."""
    return {"title": title, "text": text, "url": url, "action": action, "icon_name": icon_name}


@register.inclusion_tag("desk/steps.html")
def steps(labels: list[str], current: int) -> dict[str, Any]:
    """Steps of a guided page; ``current`` counts from 1."""
    return {"steps": [(label, number < current, number == current) for number, label in enumerate(labels, 1)]}


@register.inclusion_tag("desk/field.html")
def field(bound: BoundField, label: str = "") -> dict[str, Any]:
    """A form field: label above, hint, error beside it in plain words."""
    widget = bound.field.widget
    grouped = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    single = isinstance(widget, forms.CheckboxInput)
    described = [f"{bound.auto_id}_error"] if bound.errors else []
    described += [f"{bound.auto_id}_helptext"] if bound.help_text else []
    attrs: dict[str, Any] = {"class": f"{_css_class(widget)} {widget.attrs.get('class', '')}".strip()}
    if bound.errors:
        attrs["class"] += " is-invalid"
        attrs["aria-invalid"] = "true"
    if described and not grouped:
        attrs["aria-describedby"] = " ".join(described)
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows") in (None, "10"):
        attrs["rows"] = 5  # ten lines, as Django has it, push the next field off the page
    return {
        "bound": bound,
        "label": label or bound.label,
        "grouped": grouped,
        "single": single,
        "options": _options(bound) if grouped else [],
        "control": "" if grouped else bound.as_widget(attrs=attrs),
    }


def _options(bound: BoundField) -> list[Any]:
    options = list(bound)
    for option in options:
        option.data["attrs"]["class"] = "form-check-input"
    return options


def _css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


@register.inclusion_tag("desk/form_errors.html")
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """What is wrong with the form as a whole, above its fields."""
    return {"errors": form.non_field_errors()}


@register.inclusion_tag("desk/draft_line.html")
def draft_line() -> dict[str, Any]:
    """“Bản nháp lúc …” inside a form with ``data-draft="key"``."""
    return {}


@register.inclusion_tag("desk/table.html", takes_context=True)
def table(context: Context, shown: Table) -> dict[str, Any]:
    """A whole table with its tools; works by plain links and one GET form."""
    request = context.get("request")
    return {"table": shown, "path": request.path if request else "", "request": request}


@register.simple_tag(takes_context=True)
def current(context: Context, prefix: str) -> SafeString:
    """``aria-current="page"`` when this page's address begins with ``prefix``."""
    request = context.get("request")
    path = request.path if request else ""
    here = path == prefix if prefix == "/" else path.startswith(prefix)
    return mark_safe('aria-current="page"' if here else "")  # noqa: S308 - fixed text


@register.simple_tag
def table_param(shown: Table, word: str) -> str:
    """The name of a parameter of this table."""
    return shown.param(word)
