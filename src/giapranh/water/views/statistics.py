"""Figures of a quarter or a year: how often, how much, which way does it go?"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from giapranh.documents.writing.drawing import Drawing, to_png, to_svg
from giapranh.documents.writing.fonts import find_fonts
from giapranh.kernel.clock import local_date, now
from giapranh.kernel.errors import Refused
from giapranh.kernel.numbers import format_number
from giapranh.kernel.tables import XLSX_TYPE, Column, Status, Table, write_cell
from giapranh.people.views.answers import refused_line
from giapranh.water import permissions
from giapranh.water.drawing import figures
from giapranh.water.drawing.figures import RateBar
from giapranh.water.incident_settings import received_share
from giapranh.water.queries import network
from giapranh.water.queries import statistics as reads
from giapranh.water.queries.chart import title_of
from giapranh.water.queries.comparison import titles
from giapranh.water.queries.river_page import class_words
from giapranh.water.queries.series import factor_of
from giapranh.water.queries.station_page import Received
from giapranh.water.queries.statistics import Judged, LoadRow, Period, ReceivedRow, SeriesRow, Statistics, TrendRow
from giapranh.water.rules import limits, parameters

SHOWN_BARS = 14
FIGURES = ("vuot", "muc")


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    at = now()
    today = local_date(at)
    stations = list(network.stations(request.user, None))
    first = min((row.valid_from for row in stations if row.valid_from), default=today.replace(year=today.year - 5))
    listed = reads.periods(first, today)
    refused = ""
    period = _last_full(listed, today)
    if request.GET.get("ky"):
        try:
            period = reads.period_of(request.GET["ky"])
        except Refused as refusal:
            refused = refused_line(refusal)
    chosen = request.GET.get("tram", "")
    station_id = int(chosen) if chosen.isdecimal() and any(str(row.pk) == chosen for row in stations) else None
    parameter = request.GET.get("thong_so", "")
    parameter = parameter if parameter in parameters.all_parameters() else ""
    page = reads.statistics_page(request.user, period, at, station_id=station_id, parameter=parameter)
    wanted = request.GET.get("hinh", "")
    if wanted in FIGURES:
        return _figure(page, wanted, png=request.GET.get("dang") == "png")
    tables = [rate_table(page, request), class_table(page, request), trend_table(page, request),
              load_table(page, request), received_table(page, request)]  # fmt: skip
    note = _("Dữ liệu minh họa, không phải số liệu thật.") if page.illustrative else ""
    if request.GET.get("xuat") == "ca-so":
        return _download(_book(tables, page, note), f"thong-ke-{page.period.key}.xlsx", XLSX_TYPE)
    for table in tables:
        if table.wants_xlsx:
            return _download(table.to_xlsx(note), f"thong-ke-{page.period.key}-{table.name}.xlsx", XLSX_TYPE)
    keys = {each.key for each in listed}
    query = f"ky={period.key}&tram={station_id or ''}&thong_so={parameter}"
    context = {
        "page": page, "tables": tables, "refused": refused, "stations": stations, "station_id": station_id,
        "parameters": titles(list(parameters.all_parameters())), "parameter": parameter, "query": query,
        "periods": [(each.key, period_words(each)) for each in listed], "period_words": period_words(period),
        "figures": [(key, mark_safe(to_svg(drawing, key=key)), title)  # noqa: S308 - drawn here, texts escaped by it
                    for key, drawing, title in drawings(page)],
        "illustrative": page.illustrative, "known": period.key in keys,
        "over": sum(1 for row in page.rows if row.rate and row.rate.k),
        "may_change": permissions.can_change_network(request.user),
    }  # fmt: skip
    return render(request, "water/statistics.html", context, status=422 if refused else 200)


def _last_full(listed: list[Period], today: Any) -> Period:
    """The quarter that runs: it holds what people ask about; at its very beginning the one before."""
    quarters = [each for each in listed if not each.is_year]
    running = quarters[0] if quarters else reads.period_of(f"{today.year}")
    return quarters[1] if len(quarters) > 1 and (today - running.start).days < 15 else running


def period_words(period: Period) -> str:
    if period.is_year:
        return _("Năm %(year)s") % {"year": period.key}
    year, _sign, quarter = period.key.partition("-Q")
    return _("Quý %(n)s/%(year)s") % {"n": ["I", "II", "III", "IV"][int(quarter) - 1], "year": year}


# --- tables ----------------------------------------------------------------------------------------------------------


def _number(value: float | None, key: str) -> float | None:
    """A number, in the workbook too."""
    if value is None:
        return None
    about = parameters.all_parameters().get(key)
    return round(value, about.places if about else 3)


def _percentile(row: SeriesRow, p: float) -> float | str | None:
    found = next((each for each in row.summary.percentiles if each.p == p), None)
    value = None if found is None else _number(found.value, row.series.parameter)
    return f"< {format_number(value)}" if found is not None and value is not None and found.censored else value


def _hundredths(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _bound_words(row: SeriesRow) -> str:
    """The limit; where it changed in the period each one with the day it began."""
    first, *later = row.judged
    return "; ".join([_one_bound(first), *(
        _("từ %(day)s: %(limit)s") % {"day": f"{one.since:%d/%m/%Y}", "limit": _one_bound(one)} for one in later
    )])  # fmt: skip


def _one_bound(judged: Judged) -> str:
    bound = judged.bound
    if bound is None:
        return _("không quy định")
    if judged.bound_key == "open":
        return _("mục tiêu %(cls)s không đặt trị số") % {"cls": bound.cls}
    ends = " – ".join(format_number(each) for each in (bound.low, bound.high) if each is not None)
    sign = "" if bound.low is not None and bound.high is not None else "≤ " if bound.low is None else "≥ "
    name = {"target": _("mục tiêu %(cls)s") % {"cls": bound.cls}, "table1": _("sức khỏe")}.get(
        judged.bound_key, _("mức %(cls)s") % {"cls": judged.bound_key}
    )
    return f"{sign}{ends} ({name}{', ?' if bound.unsure else ''})"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{format_number(round(100 * share, 1))} %"


def _rate(row: SeriesRow) -> Status:
    rate = row.rate
    if rate is None or rate.rate is None:
        return Status("–", "", "minus")
    tone = "good" if rate.k == 0 else "soon" if rate.rate < 0.1 else "bad"
    return Status(f"{rate.k}/{rate.n}", tone, note=_percent(rate.rate) if rate.enough else "")


def _interval(row: SeriesRow) -> str:
    rate = row.rate
    if rate is None or rate.low is None or rate.high is None:
        return "–"
    return f"{_percent(rate.low)} – {_percent(rate.high)}" if rate.enough else _("ít hơn 10 giá trị")


def _link(row: Any) -> str:
    return f"{reverse('water:station', args=[row.series.station_id])}?chuoi={row.series.pk}"


def rate_table(page: Statistics, request: HttpRequest) -> Table:
    columns = [
        Column("station", _("Trạm"), value=lambda row: row.station.name),
        Column("parameter", _("Thông số"), value=lambda row: title_of(row.series), link=_link),
        Column("rate", _("Vượt"), "status", value=_rate, filterable=False, sortable=False),
        Column("interval", _("Khoảng tin cậy 95 %"), value=_interval, filterable=False, sortable=False),
        Column("limit", _("Giới hạn so"), value=_bound_words, filterable=False, sortable=False),
        Column("unit", _("Đơn vị"), value=lambda row: _unit(row.series), filterable=False),
        Column("n", _("Số giá trị"), "number", value=lambda row: row.summary.n, filterable=False),
        Column("by", _("Tính theo"), value=lambda row: _("ngày") if row.by_day else _("mẫu"), hidden=True, filterable=False),
        Column("over", _("Số lần vượt"), "number", value=lambda row: row.rate.k if row.rate else None, hidden=True, filterable=False, sortable=False),
        Column("counted", _("Số giá trị so được"), "number", value=lambda row: row.rate.n if row.rate else None, hidden=True, filterable=False, sortable=False),
        Column("percent", _("Tỷ lệ vượt (%)"), "number", value=lambda row: _hundredths(row.rate.rate) if row.rate else None, hidden=True, filterable=False, sortable=False),
        Column("undecided", _("Không so được (dưới phát hiện)"), "number", value=lambda row: row.rate.undecided if row.rate else None, hidden=True, filterable=False, sortable=False),
        Column("below", _("Dưới phát hiện"), "number", value=lambda row: row.summary.below, hidden=True, filterable=False),
        Column("least", _("Thấp nhất"), "number", hidden=True, value=lambda row: _number(row.summary.least, row.series.parameter), filterable=False, sortable=False),
        Column("median", _("Trung vị"), "number", value=lambda row: _percentile(row, 50), filterable=False, sortable=False),
        Column("mean", _("Trung bình"), "number", value=lambda row: _number(row.summary.mean, row.series.parameter), hidden=True, filterable=False, sortable=False),
        Column("p10", "P10", "number", value=lambda row: _percentile(row, 10), hidden=True, filterable=False, sortable=False),
        Column("p25", "P25", "number", value=lambda row: _percentile(row, 25), hidden=True, filterable=False, sortable=False),
        Column("p75", "P75", "number", value=lambda row: _percentile(row, 75), hidden=True, filterable=False, sortable=False),
        Column("p90", "P90", "number", value=lambda row: _percentile(row, 90), filterable=False, sortable=False),
        Column("p95", "P95", "number", value=lambda row: _percentile(row, 95), filterable=False, sortable=False),
        Column("most", _("Cao nhất"), "number", value=lambda row: _number(row.summary.most, row.series.parameter), filterable=False, sortable=False),
    ]  # fmt: skip
    worst_first = sorted(page.rows, key=lambda row: -(row.rate.rate or 0) if row.rate else 0)
    return Table.of(worst_first, columns, request.GET, name="vuot", title=_("Tỷ lệ vượt giới hạn và phân vị"), page_size=25,
                    empty=_("Không có số liệu trong kỳ này."))  # fmt: skip


def _unit(series: Any) -> str:
    """That of the list, which all is brought to; its own where the two do not fit."""
    about = parameters.all_parameters().get(series.parameter)
    return about.unit_display if about and factor_of(series) is not None else series.unit_symbol


def trend_table(page: Statistics, request: HttpRequest) -> Table:
    columns = [
        Column("station", _("Trạm"), value=lambda row: row.series.station.name),
        Column("parameter", _("Thông số"), value=lambda row: title_of(row.series), link=_link),
        Column("trend", _("Xu thế"), "status", value=_trend, filterable=False, sortable=False),
        Column("slope", _("Độ dốc Sen mỗi năm"), "number", value=_slope, filterable=False, sortable=False),
        Column("unit", _("Đơn vị"), value=lambda row: _unit(row.series), filterable=False, sortable=False),
        Column("p", "p", "number", value=lambda row: None if row.trend.p is None else "< 0,001" if row.trend.p < 0.001
               else round(row.trend.p, 3), filterable=False, sortable=False),
        Column("n", _("Số giá trị"), value=lambda row: _("%(n)s tháng") % {"n": row.trend.n} if row.season == 12
               else _("%(n)s quý") % {"n": row.trend.n}, filterable=False, sortable=False),
        Column("span", _("Từ – đến"), value=lambda row: f"{row.first:%m/%Y} – {row.last:%m/%Y}", filterable=False),
        Column("note", _("Lưu ý"), value=lambda row: " ".join(_(each) for each in (*row.trend.reasons, *row.trend.notes)),
               filterable=False, sortable=False),
    ]  # fmt: skip
    return Table.of(
        page.trends, columns, request.GET, name="xu-the", title=_("Xu thế nhiều năm (Kendall theo mùa, độ dốc Sen)"),
        page_size=25, empty=_("Chưa có chuỗi nào đủ dài. Với trạm tự động, chọn một trạm hoặc một thông số để tính."),
    )  # fmt: skip


def _trend(row: TrendRow) -> Status:
    """Up is bad or good according to what the parameter is."""
    if not row.trend.tested:
        return Status(_("Chưa kiểm định"), "", "minus")
    worse = {"max": "up", "min": "down"}.get(parameters.all_parameters()[row.series.parameter].direction)
    if row.trend.direction == "none":
        return Status(_("Không rõ xu thế"), "", "minus")
    tone = "" if worse is None else "bad" if row.trend.direction == worse else "good"
    return Status(_("Tăng"), tone, "up") if row.trend.direction == "up" else Status(_("Giảm"), tone, "down")


def _slope(row: TrendRow) -> float | None:
    if row.trend.slope is None:
        return None
    return round(row.trend.slope, parameters.all_parameters()[row.series.parameter].places + 2)


def load_table(page: Statistics, request: HttpRequest) -> Table:
    def tonnes(row: LoadRow) -> float:
        return round(row.total_t, 1 if row.total_t < 100 else 0)

    columns = [
        Column("station", _("Trạm"), value=lambda row: row.series.station.name),
        Column("parameter", _("Thông số"), value=lambda row: title_of(row.series), link=_link),
        Column("days", _("Số ngày có cả hai"), "number", filterable=False),
        Column("mean", _("Tải lượng trung bình (kg/ngày)"), "number", value=lambda row: round(row.mean_kg_day), filterable=False),
        Column("total", _("Tổng các ngày đó (tấn)"), "number", value=tonnes, filterable=False),
        Column("weighted", _("Nồng độ trung bình theo lưu lượng (mg/L)"), "number",
               value=lambda row: None if row.weighted_mean is None else round(row.weighted_mean, 3), filterable=False),
    ]  # fmt: skip
    return Table.of(page.loads, columns, request.GET, name="tai-luong", title=_("Tải lượng, nơi có đo lưu lượng"),
                    page_size=25, empty=_("Không trạm nào có lưu lượng trong kỳ này."))  # fmt: skip


def received_table(page: Statistics, request: HttpRequest) -> Table:
    def month(n: int) -> Any:
        return lambda row: _received(row.months[n])

    def whole(row: ReceivedRow) -> Status:
        return _received(row.received)

    columns = [
        Column("station", _("Trạm"), value=lambda row: row.station.name),
        *(Column(f"m{day:%Y%m}", f"{day:%m/%Y}", "status", value=month(n), filterable=False, sortable=False)
          for n, day in enumerate(page.months)),
        Column("whole", _("Cả kỳ"), "status", value=whole, filterable=False, sortable=False),
        Column("percent", _("Cả kỳ (%)"), "number", value=lambda row: _hundredths(row.received.rate), hidden=True, filterable=False, sortable=False),
        Column("got", _("Đã nhận"), "number", value=lambda row: row.received.received, filterable=False),
        Column("expected", _("Phải có"), "number", value=lambda row: row.received.expected, filterable=False),
    ]  # fmt: skip
    return Table.of(page.received, columns, request.GET, name="nhan", title=_("Tỷ lệ số liệu nhận được (mốc %(share)s)") % {"share": _percent(float(received_share()))},
                    page_size=25, empty=_("Không có trạm tự động trong kỳ này."))  # fmt: skip


def class_table(page: Statistics, request: HttpRequest) -> Table:
    def looks(cls: str) -> Any:
        return lambda row: row.counts.get(cls, 0)

    used = {cls for row in page.classes for cls in row.counts}
    columns = [
        Column("station", _("Trạm"), value=lambda row: row.station.name),
        *(Column(f"c{n}", class_words(cls), "number", value=looks(cls), filterable=False, sortable=False)
          for n, cls in enumerate(cls for cls in limits.class_names() if cls in used)),
        Column("all", _("Cộng"), "number", value=lambda row: sum(row.counts.values()), filterable=False, sortable=False),
    ]  # fmt: skip
    return Table.of(page.classes, columns, request.GET, name="muc", page_size=25,
                    title=_("Số ngày, số mẫu theo mức kém nhất (cách gộp của phần mềm)"),
                    empty=_("Không có ngày hoặc mẫu nào xếp được mức trong kỳ này."))  # fmt: skip


def _received(found: Received | None) -> Status:
    if found is None:
        return Status("–", "", "minus")
    return Status(_percent(found.rate), "good" if found.enough else "bad", "" if found.enough else "warning")


def _book(tables: list[Table], page: Statistics, note: str) -> bytes:
    """All tables as one workbook, every column, a sheet each."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in tables:
        sheet = book.create_sheet(title={"vuot": "Vuot gioi han", "muc": "Muc", "xu-the": "Xu the",
                                         "tai-luong": "Tai luong", "nhan": "So lieu nhan"}[table.name])  # fmt: skip
        for line in (f"{table.title} – {period_words(page.period)}", note):
            if line:
                sheet.append([line])
                sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        head = sheet.max_row + 1
        for place, column in enumerate(table.columns, 1):
            write_cell(sheet.cell(head, place), str(column.label))
            sheet.cell(head, place).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(place)].width = 30 if place < 3 else 16
        sheet.freeze_panes = f"A{head + 1}"
        for number, record in enumerate(table._rows, head + 1):
            for place, column in enumerate(table.columns, 1):
                write_cell(sheet.cell(number, place), column.of(record))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- figures ---------------------------------------------------------------------------------------------------------


def drawings(page: Statistics) -> list[tuple[str, Drawing, str]]:
    """The figures of the period, ready for page and paper."""
    found = []
    rated = [row for row in page.rows if row.rate is not None and row.rate.rate is not None]
    over = [row for row in rated if row.rate and row.rate.enough] or rated  # one sample of one is no bar of 100 %
    over.sort(key=lambda row: -(row.rate.rate or 0) if row.rate else 0)
    several = len({row.series.station_id for row in over}) > 1
    bars = [
        RateBar(
            f"{_symbol(row)}, {row.station.name.removesuffix(' (minh họa)')}" if several else title_of(row.series),
            row.rate.rate or 0, row.rate.low if row.rate.enough else None, row.rate.high if row.rate.enough else None,
            f"{row.rate.k}/{row.rate.n} ({_percent(row.rate.rate)})",
        )
        for row in over[:SHOWN_BARS] if row.rate
    ]  # fmt: skip
    mark = _(" (dữ liệu minh họa)") if page.illustrative else ""
    when = period_words(page.period)
    if bars:
        title = f"{_rate_words(len(bars), len(over), len(rated))}, {when}{mark}"
        found.append(("vuot", figures.rates(bars, title=title), title))
    if page.classes:
        title = _("Số ngày, số mẫu theo mức kém nhất (cách gộp của phần mềm), %(period)s%(mark)s") % {
            "period": when, "mark": mark}  # fmt: skip
        rows = [(row.station.name.removesuffix(" (minh họa)"), row.counts) for row in page.classes]
        used = {key for _name, counts in rows for key in counts}
        names = [(key, class_words(key)) for key in limits.class_names() if key in used]
        found.append(("muc", figures.classes(rows, names, title=title, empty=_("chưa xếp mức")), title))
    return found


def _rate_words(shown: int, enough: int, all_rated: int) -> str:
    """What the figure shows; what it leaves out stands in the table."""
    if shown == all_rated:
        return _("Tỷ lệ vượt giới hạn")
    if enough == all_rated:
        return _("Tỷ lệ vượt giới hạn của %(n)s chuỗi vượt nhiều nhất") % {"n": shown}
    if shown == enough:
        return _("Tỷ lệ vượt giới hạn của các chuỗi có từ 10 giá trị")
    return _("Tỷ lệ vượt giới hạn của %(n)s chuỗi vượt nhiều nhất trong các chuỗi có từ 10 giá trị") % {"n": shown}


def _symbol(row: SeriesRow) -> str:
    about = parameters.all_parameters().get(row.series.parameter)
    return about.symbol if about else row.series.name


def _figure(page: Statistics, key: str, *, png: bool) -> HttpResponse:
    drawing = next((each for name, each, _title in drawings(page) if name == key), None)
    if drawing is None:
        return HttpResponse(status=404)
    name = f"hinh-{key}-{page.period.key}"
    if png:
        return _download(to_png(drawing, find_fonts()), f"{name}.png", "image/png")
    return _download(to_svg(drawing, key=key).encode("utf-8"), f"{name}.svg", "image/svg+xml")


def _download(data: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
