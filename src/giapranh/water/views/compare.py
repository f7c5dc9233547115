"""Two stations side by side: what does the water pick up on the way?"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from giapranh.kernel.clock import local_date, now
from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.kernel.numbers import format_number, parse_number
from giapranh.kernel.tables import XLSX_TYPE, Column, Table
from giapranh.people.views.answers import refused_line
from giapranh.water import permissions, words
from giapranh.water.queries import comparison, network, series
from giapranh.water.queries.chart import places_of, title_of
from giapranh.water.queries.comparison import REGIMES, ComparePage
from giapranh.water.views.span import length_words, span_of


class BadLagHours(BadInput):
    code = "bad_lag_hours"


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    at = now()
    day = local_date(at)
    stations = list(network.stations(request.user, day))
    a, b = _chosen(request, stations, day)
    context: dict[str, Any] = {
        "stations": stations, "a": a, "b": b, "regimes": [(key, _(word)) for key, word in REGIMES],
        "regime": request.GET.get("nuoc", "low"), "lengths": length_words(), "refused": "",
        "may_change": permissions.can_change_network(request.user),
        "lag_from": request.GET.get("tre_tu", ""), "lag_to": request.GET.get("tre_den", ""),
    }  # fmt: skip
    if a is None or b is None:
        return render(request, "water/compare.html", context)
    if request.GET.get("a") == request.GET.get("b") == str(a.pk):
        context["other_taken"] = b.name  # a station has nothing to be compared with in itself
    shared = comparison.shared_parameters(a, b)
    parameter = request.GET.get("thong_so", "")
    parameter = parameter if parameter in shared else next((key for key in ("nh4_n", *shared) if key in shared), "")
    context |= {"parameters": comparison.titles(shared), "parameter": parameter}
    if not parameter:
        return render(request, "water/compare.html", context)
    heads = [row for row in (comparison.newest_series(each, parameter) for each in (a, b)) if row]
    first = min((row.first_time for row in heads if row.first_time), default=None)
    last = max((row.last_time for row in heads if row.last_time), default=None)
    automatic = all(row.cycle_seconds for row in heads)
    span = span_of(request.GET, first, last, at, default="quy" if automatic else "tat-ca")
    try:
        page = comparison.compare_page(
            request.user, a, b, parameter, span.start, span.end, request.GET.get("nuoc", "low"), _lag(request)
        )
    except Refused as refusal:
        context |= {"refused": refused_line(refusal), "span": span}
        return render(request, "water/compare.html", context, status=422)
    table = pair_table(page, request)
    if table.wants_xlsx:
        note = _("Dữ liệu minh họa, không phải số liệu thật.") if _illustrative(page) else ""
        answer = HttpResponse(table.to_xlsx(note), content_type=XLSX_TYPE)
        answer["Content-Disposition"] = f'attachment; filename="so-sanh-{page.up.pk}-{page.down.pk}.xlsx"'
        return answer
    context |= {
        "page": page, "span": span, "table": table, "title": title_of(page.up_series),
        "headline": headline(page), "facts": facts(page), "illustrative": _illustrative(page),
        "data_url": reverse("water:series_data", args=[page.up_series.pk]),
        "second_url": reverse("water:series_data", args=[page.down_series.pk]),
        "from_ms": series.to_ms(span.start), "to_ms": series.to_ms(span.end),
    }  # fmt: skip
    return render(request, "water/compare.html", context)


def _chosen(request: HttpRequest, stations: list[Any], day: Any) -> tuple[Any, Any]:
    known = {str(row.pk): row for row in stations}
    a, b = known.get(request.GET.get("a", "")), known.get(request.GET.get("b", ""))
    if a is not None and b is not None and a.pk != b.pk:
        return a, b
    if a is not None:
        partner = known.get(str(a.counterpart_id)) or next(
            (row for row in stations if row.watercourse_id == a.watercourse_id and row.pk != a.pk and row.kind == a.kind),
            next((row for row in stations if row.pk != a.pk), None),
        )  # fmt: skip
        return a, partner
    usual = comparison.usual_pair(request.user, day)
    return usual or (None, None)


def _lag(request: HttpRequest) -> tuple[float, float] | None:
    """The hours a person entered; both or none."""
    low, high = request.GET.get("tre_tu", "").strip(), request.GET.get("tre_den", "").strip()
    if not low and not high:
        return None
    if not low or not high:
        raise BadLagHours(N_("Ghi cả hai số giờ: sớm nhất và muộn nhất."))
    hours = float(parse_number(low)), float(parse_number(high))
    if not 0 <= hours[0] <= hours[1] <= 2000:
        raise BadLagHours(N_("Số giờ phải từ 0 trở lên, số sớm trước số muộn."))
    return hours


def _illustrative(page: ComparePage) -> bool:
    return page.up.illustrative or page.down.illustrative


def headline(page: ComparePage) -> str:
    """The answer in one sentence."""
    result = page.result
    if result.n == 0:
        return _("Không có cặp số liệu nào ghép được trong khoảng này.")
    if result.p is None:
        return _("Mới có %(n)s cặp: chưa đủ để kiểm định.") % {"n": result.n}
    names = {"up": page.up.name, "down": page.down.name, "ratio": format_number(round(result.median_ratio or 0, 2))}
    if page.worse == "down":
        return _("Xuống đến %(down)s nước xấu đi rõ rệt: bằng %(ratio)s lần ở %(up)s.") % names
    if page.worse == "up":
        return _("Xuống đến %(down)s nước tốt lên rõ rệt: bằng %(ratio)s lần ở %(up)s.") % names
    if result.p < 0.05:
        return _("Hai trạm khác nhau rõ rệt: %(down)s bằng %(ratio)s lần %(up)s.") % names
    return _("Chưa thấy khác nhau rõ rệt giữa hai trạm.")


def facts(page: ComparePage) -> list[tuple[str, str]]:
    result, places = page.result, places_of(page.up_series)

    def number(value: float | None, decimals: int = places) -> str:
        return "–" if value is None else f"{format_number(round(value, decimals))}"

    rows = [
        (_("Thượng lưu"), f"{page.up.name}: {_('trung vị')} {number(result.median_up)} {page.unit}"),
        (_("Hạ lưu"), f"{page.down.name}: {_('trung vị')} {number(result.median_down)} {page.unit}"),
        (_("Chênh lệch trung vị"), f"{number(result.median_difference)} {page.unit}"),
        (_("Tỷ số hạ/thượng (trung vị)"), number(result.median_ratio, 2)),
        (_("Số cặp"), _("%(n)s ngày") % {"n": result.n} if page.by_day else _("%(n)s cặp mẫu") % {"n": result.n}),
        (_("Kiểm định Wilcoxon (theo cặp)"), _p_words(result.p)),
        (_("Nước đi mất"), f"{words.hours(*page.hours)}" + (
            f" ({format_number(round(page.kilometres, 1))} km)" if page.kilometres is not None else "")),
    ]  # fmt: skip
    if page.below is not None:
        rows.append((_("Dưới giới hạn phát hiện"), _("mọi giá trị dưới %(limit)s %(unit)s tính bằng một nửa của nó") % {
            "limit": format_number(page.below), "unit": page.unit}))  # fmt: skip
    return [(name, value.strip()) for name, value in rows]


def _p_words(p: float | None) -> str:
    if p is None:
        return _("chưa đủ cặp")
    shown = "< 0,001" if p < 0.001 else f"= {format_number(round(p, 3))}"
    return f"p {shown}: {_('khác nhau rõ rệt') if p < 0.05 else _('chưa thấy khác nhau')}"


def pair_table(page: ComparePage, request: HttpRequest) -> Table:
    places = places_of(page.up_series)
    columns = [
        Column("day", _("Ngày (ở hạ lưu)"), "date", filterable=False),
        Column("up", page.up.name, "number", places=places, filterable=False),
        Column("down", page.down.name, "number", places=places, filterable=False),
        Column("difference", _("Chênh lệch"), "number", places=places, filterable=False),
        Column("ratio", _("Tỷ số"), "number", places=2, filterable=False),
    ]  # fmt: skip
    return Table.of(page.rows, columns, request.GET, title=_("Các cặp số liệu (%(unit)s)") % {"unit": page.unit},
                    page_size=25, empty=_("Không có cặp nào."))  # fmt: skip
