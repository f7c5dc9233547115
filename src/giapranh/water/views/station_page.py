"""One station: how bad is it now, is the number to be trusted, how did it come about?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from giapranh.kernel.clock import VIETNAM, local_date, now
from giapranh.kernel.numbers import format_number
from giapranh.kernel.tables import XLSX_TYPE, Column, Status, Table
from giapranh.kernel.text import search_key
from giapranh.water import permissions, words
from giapranh.water.queries import chart, series
from giapranh.water.queries.chart import flag_word, places_of, reason_words, status_word, title_of
from giapranh.water.queries.river_page import class_words
from giapranh.water.queries.station_page import LatestRow, StationPage, WqiMean, method_words, station_page, symbols
from giapranh.water.rules.limits import ClassState
from giapranh.water.rules.quality import Flag
from giapranh.water.rules.wqi import Wqi
from giapranh.water.views.span import Span, length_words, span_in_ms, span_of

TONES = {"A": "good", "A1": "good", "B": "good", "A2": "good", "C": "soon", "B1": "soon"}
FLAG_TONES = {Flag.PASS: "good", Flag.NOT_EVALUATED: "", Flag.SUSPECT: "soon", Flag.FAIL: "bad", Flag.MISSING: ""}
FLAG_ICONS = {Flag.PASS: "check", Flag.NOT_EVALUATED: "minus", Flag.SUSPECT: "half", Flag.FAIL: "cross",
              Flag.MISSING: "minus"}  # fmt: skip
ROWS_AS_ROWS = 2_000  # a longer window is shown day by day
MOST_POINTS = 6_000


@require_safe
def station(request: HttpRequest, station_id: int) -> HttpResponse:
    at = now()
    wqi_by = "hour" if request.GET.get("wqi") == "gio" else "day"
    page = station_page(request.user, station_id, _number(request.GET.get("chuoi")), at, wqi_by)
    latest = latest_table(page, request)
    if latest.wants_xlsx:
        return _workbook(latest, page)
    context: dict[str, Any] = {
        "page": page, "latest": latest, "illustrative": page.station.illustrative,
        "may_edit": permissions.can_edit_station(request.user, page.station),
        "may_judge": permissions.can_judge_quality(request.user, page.station),
        "missing": symbols(page.result.sample.missing) if page.result.sample else "",
        "limiting": class_words(page.result.sample.limiting) if page.result.sample else "",
        "wqi": _wqi_words(page.result.wqi), "wqi_means": wqi_table(page, request),
    }  # fmt: skip
    if page.chosen is not None:
        usual = "thang" if page.chosen.cycle_seconds else "tat-ca"
        span = span_of(request.GET, page.chosen.first_time, page.chosen.last_time, at, usual)
        context |= _series_context(request, page, span)
        if context["values"].wants_xlsx:
            return _workbook(context["values"], page)
    return render(request, "water/station.html", context)


def _series_context(request: HttpRequest, page: StationPage, span: Span) -> dict[str, Any]:
    chosen = page.chosen
    assert chosen is not None
    lines = series.limit_lines(chosen, page.station, span.start, span.end)
    table = values_table(page, span, request)
    return {
        "by_day": table.columns[0].key == "day", "may_judge": permissions.can_judge_quality(request.user, page.station),
        "span": span, "lengths": length_words(), "chosen": chosen, "title": title_of(chosen),
        "values": table, "lines": _line_words(lines, chosen, span),
        "data_url": reverse("water:series_data", args=[chosen.pk]),
        "file_url": reverse("water:series_file", args=[chosen.pk]),
        "from_ms": series.to_ms(span.start), "to_ms": series.to_ms(span.end),
    }  # fmt: skip


def _line_words(lines: list[series.LimitLine], chosen: Any, span: Span) -> list[str]:
    """Each limit once, in words, with the days it held where it did not hold all the time."""
    found = []
    for line in lines:
        bounds = " – ".join(format_number(round(value, 6)) for value in (line.low, line.high) if value is not None)
        sign = "" if line.low is not None and line.high is not None else "≤ " if line.low is None else "≥ "
        said = f"{chart.limit_word(line)}: {sign}{bounds} {chosen.unit_symbol}".rstrip()
        first, last = local_date(series.from_ms(line.start_ms)), local_date(series.from_ms(line.end_ms - 1))
        if last < local_date(span.end) - timedelta(days=1):
            said += f" ({_('đến')} {last:%d/%m/%Y})"
        elif first > local_date(span.start):
            said += f" ({_('từ')} {first:%d/%m/%Y})"
        if line.decision:
            said += f" ({line.decision})"
        found.append(said)
    return list(dict.fromkeys(found))


# --- tables ----------------------------------------------------------------------------------------------------------


def latest_table(page: StationPage, request: HttpRequest) -> Table:
    here = reverse("water:station", args=[page.station.pk])

    def link(row: LatestRow) -> str:
        return f"{here}?chuoi={row.series.pk}#bieu-do"

    columns = [
        Column("parameter", _("Thông số"), value=lambda row: title_of(row.series), link=link, filterable=False),
        Column("value", _("Giá trị"), "number", value=_value, filterable=False, sortable=False),
        Column("unit", _("Đơn vị"), value=lambda row: row.series.unit_symbol, filterable=False, sortable=False),
        Column("class", _("Mức"), "status", value=_class, filterable=False, sortable=False),
        Column("age", _("Đo lúc"), value=lambda row: _age(row, page), filterable=False, sortable=False),
        Column("state", _("Tình trạng"), "status", value=_state, filterable=False, sortable=False),
        Column("received", _("Nhận trong tháng"), "status", value=_received, filterable=False, sortable=False,
               hidden=page.received is None),
        Column("basis", _("Tính theo"), value=lambda row: row.series.basis, hidden=True, filterable=False),
        Column("device", _("Thiết bị, phương pháp"), value=lambda row: row.series.name, hidden=True, filterable=False),
    ]  # fmt: skip
    return Table.of(
        page.rows, columns, request.GET, name="moi", title=_("Số liệu mới nhất"), page_size=100, compact=True,
        row_url=link, empty=_("Trạm chưa khai thông số nào."),
    )  # fmt: skip


def _value(row: LatestRow) -> Any:
    latest = row.latest
    if latest.value is None:
        return None
    shown = round(latest.value, places_of(row.series))
    return (
        f"< {format_number(shown)}"
        if latest.censored < 0
        else f"> {format_number(shown)}"
        if latest.censored > 0
        else shown
    )


def _class(row: LatestRow) -> Status:
    latest = row.latest
    note = ""
    if latest.over is not None and latest.over.exceeds:
        times = words.times(latest.over.multiple) if latest.over.multiple else ""
        note = _("vượt giới hạn sức khỏe %(times)s lần") % {"times": times} if times else _("vượt giới hạn sức khỏe")
    cls = latest.cls
    if cls is not None and cls.state is ClassState.CLASSED:
        tone = "bad" if note else TONES.get(cls.cls, "bad")
        return Status(_sentence(class_words(cls.cls)), tone, note=note)
    if note:
        return Status(_("Vượt"), "bad", note=note)
    if latest.over is not None and latest.over.exceeds is False:
        return Status(_("Trong giới hạn sức khỏe"), "good")
    if cls is not None and cls.possible:
        return Status(_("Chưa rõ"), "", note=_("có thể %(classes)s") % {"classes": ", ".join(cls.possible)})
    return Status(_("Không quy định mức") if latest.usable else _("Không xếp"), "", "minus")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _age(row: LatestRow, page: StationPage) -> str:
    return words.age(row.latest.at, page.now) if row.latest.at else _("chưa có")


def _state(row: LatestRow) -> Status:
    latest = row.latest
    if latest.at is None:
        return Status(_("Chưa có số liệu"), "", "minus")
    if row.silent:
        return Status(_("Im lặng"), "soon", "pause")
    note = ", ".join(
        filter(None, [reason_words(latest.reason), status_word(latest.status) if latest.status > 0 else ""])
    )
    if latest.corrected:
        said = flag_word(latest.flag)
        if latest.raw is not None and latest.raw != latest.value:
            said += f", {_('giá trị gốc')} {format_number(round(latest.raw, places_of(row.series)))}"
        return Status(_("Đã có người kết luận"), "accent", "user", said)
    flag = Flag(latest.flag) if latest.flag in set(Flag) else Flag.NOT_EVALUATED
    return Status(_sentence(flag_word(flag)), FLAG_TONES[flag], FLAG_ICONS[flag], note)


def _received(row: LatestRow) -> Status:
    if row.received is None or row.received.rate is None:
        return Status(_("không theo chu kỳ"), "", "minus")
    percent = f"{format_number(round(100 * row.received.rate, 1))} %"
    return Status(percent, "good" if row.received.enough else "bad",
                  "" if row.received.enough else "warning")  # fmt: skip


def values_table(page: StationPage, span: Span, request: HttpRequest) -> Table:
    """The window as a table: row by row while it is short, day by day when it is long."""
    chosen = page.chosen
    assert chosen is not None
    window = series.window(chosen.pk, span.start, span.end, ROWS_AS_ROWS)
    if window.bucket_ms:
        return _day_table(page, span, request)
    return _row_table(chosen, span, request)


def _row_table(chosen: Any, span: Span, request: HttpRequest) -> Table:
    rows = list(chart.table_rows(chosen, span.start, span.end))[::-1]
    places = places_of(chosen)
    page = reverse("water:quality_series", args=[chosen.pk])

    seconds = any(not row[0].endswith(":00") for row in rows)

    def moment(row: Any) -> datetime | str:
        at = datetime.fromisoformat(row[0]).replace(tzinfo=VIETNAM)
        return f"{at:%H:%M:%S %d/%m/%Y}" if seconds else at

    def judge(row: Any) -> str:
        """Where a person may say something of this one value."""
        at = series.to_ms(datetime.fromisoformat(row[0]).replace(tzinfo=VIETNAM))
        return f"{page}?tu={at}&den={at + 999}"

    columns = [
        Column("time", _("Thời điểm"), "date", value=moment, link=judge, filterable=False, sortable=not seconds),
        Column("raw", _("Giá trị gốc"), "number", value=lambda row: row[1], places=places, filterable=False),
        Column("used", _("Giá trị dùng"), "number", value=lambda row: row[2], places=places, filterable=False),
        Column("flag", _("Kiểm tra"), value=lambda row: row[5]),
        Column("why", _("Lý do"), value=lambda row: row[6]),
        Column("status", _("Thiết bị"), value=lambda row: row[7]),
        Column("censored", _("Phát hiện"), value=lambda row: row[8], hidden=not any(row[8] for row in rows)),
        Column("corrected", _("Đã sửa"), value=lambda row: row[9], hidden=not any(row[9] for row in rows)),
        Column("source", _("Nguồn"), value=lambda row: row[10], hidden=True),
    ]  # fmt: skip
    return Table.of(rows, columns, request.GET, title=_("Số liệu của biểu đồ"), page_size=25,
                    empty=_("Không có số liệu trong khoảng này."))  # fmt: skip


def _day_table(page: StationPage, span: Span, request: HttpRequest) -> Table:
    chosen = page.chosen
    assert chosen is not None
    limit, word = _telling_limit(chosen, page, span)
    rows = series.days(chosen.pk, span.start, span.end, limit)
    places = places_of(chosen)
    here = reverse("water:station", args=[page.station.pk])
    columns = [
        Column("day", _("Ngày"), "date", filterable=False,
               link=lambda row: f"{here}?chuoi={chosen.pk}&tu={row.day:%d/%m/%Y}&den={row.day:%d/%m/%Y}#so-lieu"),
        Column("count", _("Số giá trị"), "number", filterable=False),
        Column("low", _("Thấp nhất"), "number", places=places, filterable=False),
        Column("median", _("Trung vị"), "number", places=places, filterable=False),
        Column("mean", _("Trung bình"), "number", places=places, filterable=False),
        Column("high", _("Cao nhất"), "number", places=places, filterable=False),
        Column("over", word, "number", filterable=False, hidden=limit is None),
        Column("flagged", _("Bị gắn cờ"), "number", filterable=False),
        Column("corrected", _("Đã sửa"), "number", filterable=False, hidden=not any(row.corrected for row in rows)),
    ]  # fmt: skip
    return Table.of(rows, columns, request.GET, title=_("Số liệu của biểu đồ, theo ngày"), page_size=25,
                    empty=_("Không có số liệu trong khoảng này."))  # fmt: skip


def _telling_limit(chosen: Any, page: StationPage, span: Span) -> tuple[tuple[float | None, float | None] | None, str]:
    """The limit a day is counted against: the class the reach must meet, else the one for health, else class B."""
    lines = series.limit_lines(chosen, page.station, span.end - timedelta(days=1), span.end)
    for wanted in (lambda one: one.is_target, lambda one: one.key == "table1", lambda one: one.key in {"B", "A2"}):
        line = next((one for one in lines if wanted(one)), None)
        if line is not None:
            return (line.low, line.high), _("Vượt %(limit)s") % {"limit": chart.limit_word(line)}
    return None, _("Vượt")


def wqi_table(page: StationPage, request: HttpRequest) -> Table | None:
    if page.wqi_means is None:
        return None
    english = (get_language() or "vi").startswith("en")

    def level(row: WqiMean) -> Status:
        if row.level is None:
            return Status(_("Chưa đủ dữ liệu"), "", "minus")
        tone = "good" if row.level.low >= 76 else "soon" if row.level.low >= 51 else "bad"
        return Status(row.level.en if english else row.level.vi, tone)

    hourly = page.wqi_means.period == "hour"
    columns = [
        Column("at", _("Giờ"), "date", filterable=False) if hourly else Column("day", _("Ngày"), "date", filterable=False),
        Column("value", "VN_WQI", "number", filterable=False),
        Column("level", _("Chất lượng"), "status", value=level, filterable=False, sortable=False),
    ]  # fmt: skip
    title = _("VN_WQI theo giờ") if hourly else _("VN_WQI theo ngày")
    return Table.of(page.wqi_means.rows, columns, request.GET, name="chi-so", title=title, page_size=100, compact=True, empty=_("Chưa đủ dữ liệu."))  # fmt: skip


def _wqi_words(found: Wqi | None) -> dict[str, Any] | None:
    """VN_WQI in words: the number with level and method, or why there is none."""
    if found is None:
        return None
    english = (get_language() or "vi").startswith("en")
    level = found.level
    tone = "" if level is None else "good" if level.low >= 76 else "soon" if level.low >= 51 else "bad"
    return {
        "value": found.value, "level": (level.en if english else level.vi) if level else "", "tone": tone,
        "method": method_words(found), "method_id": found.method_id, "label": _(found.label),
        "reasons": [_(each.what) % {"got": each.got, "least": each.least} for each in found.reasons],
        "left_out": [f"{symbols([key])}: {_(why)}" for key, why in found.left_out],
        "used": symbols(found.used), "notes": [_(note) for note in found.notes],
        "other": f"{found.other.value} ({method_words(found.other)})" if found.other else "",
    }  # fmt: skip


# --- data for the chart, files ---------------------------------------------------------------------------------------


@require_safe
def series_data(request: HttpRequest, series_id: int) -> JsonResponse:
    """A window of a series for the chart: thinned on the server, so that a year weighs as little as a day."""
    found = chart.series_for(request.user, series_id)
    start, end = span_in_ms(request.GET)
    most = min(_number(request.GET.get("diem")) or 4000, MOST_POINTS)
    answer = JsonResponse(chart.window_json(found, start, end, most))
    answer["Cache-Control"] = "private, max-age=30"
    return answer


@require_safe
def series_file(request: HttpRequest, series_id: int) -> HttpResponse | StreamingHttpResponse:
    """Every row of the window with flags and source, as CSV or as a workbook."""
    found = chart.series_for(request.user, series_id)
    span = span_of(request.GET, found.first_time, found.last_time, now())
    note = _("Dữ liệu minh họa, không phải số liệu thật.") if found.illustrative or found.station.illustrative else ""
    name = _file_name(found, span)
    if request.GET.get("dang") == "xlsx":
        answer: HttpResponse | StreamingHttpResponse = HttpResponse(
            chart.workbook(found, span.start, span.end, note), content_type=XLSX_TYPE
        )
        answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
        return answer
    lines = chart.csv_lines(found, span.start, span.end, note)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _file_name(found: Any, span: Span) -> str:
    plain = "-".join(search_key(f"{found.station.code or found.station.name} {found.parameter or found.name}").split())
    safe = "".join(letter for letter in plain if letter.isascii() and (letter.isalnum() or letter in "-_"))[:80]
    end = (span.end - timedelta(milliseconds=1)).astimezone(VIETNAM)
    return f"{safe or 'so-lieu'}_{span.start.astimezone(VIETNAM):%Y%m%d}_{end:%Y%m%d}"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None


def _workbook(table: Table, page: StationPage) -> HttpResponse:
    note = _("Dữ liệu minh họa, không phải số liệu thật.") if page.station.illustrative else ""
    answer = HttpResponse(table.to_xlsx(note), content_type=XLSX_TYPE)
    answer["Content-Disposition"] = (
        f'attachment; filename="tram-{page.station.pk}-{local_date(page.now):%Y-%m-%d}.xlsx"'
    )
    return answer
