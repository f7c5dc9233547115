"""The quality desk: what did the checks flag, and what do people say of it?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from giapranh.kernel.clock import now, today
from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.kernel.tables import Column, Status, Table
from giapranh.people.doors import signed_in
from giapranh.people.views.answers import refused_line, workbook
from giapranh.water import permissions
from giapranh.water.forms.intake import CorrectForm, VerdictForm
from giapranh.water.queries import network, observations
from giapranh.water.rules.quality import FLAG_WORDS, REASON_WORDS, Flag
from giapranh.water.services import corrections, quality, store
from giapranh.water.services.corrections import Verdict

PERIODS = (("1", N_("1 ngày")), ("7", N_("7 ngày")), ("30", N_("30 ngày")), ("90", N_("90 ngày")))
TONES = {Flag.PASS: "good", Flag.SUSPECT: "soon", Flag.FAIL: "bad"}
AROUND = timedelta(hours=2)
MOST_STRETCHES = 200


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What nobody has judged yet."""
    at = now()
    days = request.GET.get("ngay", "7")
    days = days if days in dict(PERIODS) else "7"
    station_id = _number(request.GET.get("tram", ""))
    reason = _number(request.GET.get("vi", "")) or 0
    found = observations.flagged(
        request.user, since=at - timedelta(days=int(days)), until=at, station_id=station_id, reason=reason
    )
    table = _words_table(request)
    if table.wants_xlsx:
        return workbook(table, "ket-luan-chat-luong")
    context = {
        "stretches": [_shown(stretch) for stretch in found[:MOST_STRETCHES]], "count": len(found),
        "more": max(len(found) - MOST_STRETCHES, 0), "rows": sum(stretch.rows for stretch in found), "table": table,
        "periods": [(key, _(word)) for key, word in PERIODS], "days": days, "station_id": station_id, "reason": reason,
        "stations": [(row.pk, row.name) for row in network.stations(request.user, today())],
        "reasons": [(int(bit), _(word)) for bit, word in REASON_WORDS.items()],
        "illustrative": any(stretch.series.illustrative for stretch in found),
    }  # fmt: skip
    return render(request, "water/quality.html", context)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _shown(stretch: observations.Stretch) -> dict[str, Any]:
    start, end = store.milliseconds(stretch.start), store.milliseconds(stretch.end)
    return {
        "stretch": stretch, "reasons": ", ".join(_(word) for word in stretch.reasons),
        "flag": _(FLAG_WORDS[Flag(stretch.worst)]), "tone": TONES[Flag(stretch.worst)],
        "url": f"{reverse('water:quality_series', args=[stretch.series.pk])}?tu={start}&den={end}",
    }  # fmt: skip


def _words_table(request: HttpRequest) -> Table:
    columns = [
        Column("at", _("Kết luận lúc"), "date", field="at"),
        Column("station", _("Trạm, thông số"), value=lambda row: row.series.name, field="series__name"),
        Column("time", _("Giá trị lúc"), "date", field="time"),
        Column("value", _("Giá trị dùng"), "number", field="value"),
        Column("flag", _("Kết luận"), "status", field="flag", filterable=False,
               value=lambda row: Status(_(FLAG_WORDS[Flag(row.flag)]), TONES.get(Flag(row.flag), ""))),
        Column("why", _("Vì sao"), field="why", sortable=False),
        Column("by", _("Người kết luận"), value=lambda row: row.by.full_name, field="by__full_name"),
    ]  # fmt: skip
    return Table.of(observations.words_of(request.user), columns, request.GET, title=_("Đã kết luận"), sort="-at",
                    page_size=25, empty=_("Chưa có kết luận nào."))  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def series(request: HttpRequest, series_id: int) -> HttpResponse:
    """One stretch: the raw values with their flags, and the form for a word on them."""
    found = observations.series(request.user, series_id)
    start, end = _stretch(request, found)
    correct = CorrectForm(request.POST if "value" in request.POST else None, auto_id="correct_%s")
    form = VerdictForm(request.POST if request.method == "POST" and not correct.is_bound else None)
    if request.method == "POST":
        permissions.check_can_judge_quality(request.user, found.station)
        answer = _judged(request, found, start, end, form, correct)
        if answer is not None:
            return answer
    rows: list[dict[str, Any]] = [
        {"row": row, "inside": start <= row.time <= end, "reasons": ", ".join(_(word) for word in row.reasons),
         "flag": _(FLAG_WORDS[Flag(row.flag)]), "tone": TONES.get(Flag(row.flag), ""), "ms": store.milliseconds(row.time),
         "word_flag": _(FLAG_WORDS[Flag(row.word.flag)]) if row.word else "",
         "word_tone": TONES.get(Flag(row.word.flag), "") if row.word else ""}
        for row in observations.rows_between(found, start - AROUND, end + AROUND)
    ]  # fmt: skip
    context = {
        "series": found, "rows": rows, "start": start, "end": end, "form": form, "correct": correct,
        "flagged": sum(line["inside"] and line["row"].is_flagged for line in rows),
        "single": sum(line["inside"] for line in rows) == 1, "illustrative": found.illustrative,
        "may_judge": permissions.can_judge_quality(request.user, found.station),
    }  # fmt: skip
    refused = form.errors or correct.errors
    return render(request, "water/quality_series.html", context, status=422 if refused else 200)


def _stretch(request: HttpRequest, found: Any) -> tuple[datetime, datetime]:
    """The stretch asked for; without one, the last day of the series."""
    start, end = request.GET.get("tu", ""), request.GET.get("den", "")
    written = start.isascii() and end.isascii() and start.isdecimal() and end.isdecimal()
    if written and max(len(start), len(end)) <= 13 and int(start) <= int(end) < store.LATEST_MS:
        return store.instant(int(start)), store.instant(int(end))
    last = found.last_time or now()
    return last - timedelta(days=1), last


def _judged(
    request: HttpRequest, found: Any, start: datetime, end: datetime, form: VerdictForm, correct: CorrectForm
) -> HttpResponse | None:
    chosen: VerdictForm | CorrectForm = correct if "value" in request.POST else form
    if not chosen.is_valid():
        return None
    values = chosen.cleaned_data
    try:
        done = corrections.judge(
            series_id=found.pk, start=start, end=end, by=signed_in(request), at=now(), why=values["why"],
            verdict=Verdict(values.get("verdict", Verdict.CORRECT)), value=values.get("value"),
            **({"flags": ()} if chosen is correct else {}),
        )  # fmt: skip
    except BadInput as refusal:
        chosen.add_error(None, refused_line(refusal))
        return None
    messages.success(request, _("Đã ghi kết luận cho %(n)s giá trị. Giá trị gốc vẫn giữ nguyên.") % {"n": done.rows})
    return redirect("water:quality")


@require_POST
def check_again(request: HttpRequest, series_id: int) -> HttpResponse:
    """Run the checks once more over the last thirty days of a series."""
    found = observations.series(request.user, series_id)
    permissions.check_can_judge_quality(request.user, found.station)
    at = now()
    try:
        changed = quality.check_again(series_id=found.pk, start=at - timedelta(days=30), end=at)
    except Refused as refusal:
        messages.error(request, refused_line(refusal))
    else:
        messages.success(request, _("Đã kiểm tra lại 30 ngày: %(n)s giá trị đổi kết quả.") % {"n": changed})
    return redirect("water:quality_series", series_id=found.pk)
