"""A window of a series as the chart and the files for download carry it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import N_, BadInput
from giapranh.water import permissions
from giapranh.water.models import Series, SourceFile
from giapranh.water.queries import series as reads
from giapranh.water.queries.series import LimitLine, Rows, Window
from giapranh.water.rules import parameters, quality
from giapranh.water.rules.limits import TABLE_1
from giapranh.water.words import said

XLSX_ROWS = 50_000
STATUS_WORDS = {0: N_("đang đo"), 1: N_("hiệu chuẩn"), 2: N_("lỗi thiết bị")}


class TooManyRows(BadInput):
    code = "too_many_rows"


class NoSuchSeries(permissions.NoSuchStation):
    code = "no_such_series"


def series_for(user: Any, series_id: int) -> Series:
    """One series of a station the person may see."""
    found = (
        Series.objects.select_related("station", "station__watercourse", "sensor")
        .filter(permissions.visible_stations(user, "station__"), pk=series_id)
        .first()
    )
    if found is None:
        raise NoSuchSeries(N_("Không có chuỗi số liệu này, hoặc trạm không thuộc đơn vị của bạn."))
    return found


def title_of(found: Series) -> str:
    """``Amoni (N-NH4)``: the name of the parameter, else what its owner called the series."""
    about = parameters.all_parameters().get(found.parameter)
    return said(about) if about else found.name


def places_of(found: Series) -> int:
    about = parameters.all_parameters().get(found.parameter)
    return about.places if about else 3


def flag_word(flag: int) -> str:
    word = quality.FLAG_WORDS.get(flag)  # type: ignore[call-overload]
    return _(word) if word else str(flag)


def reason_words(reason: int) -> str:
    return ", ".join(_(word) for word in quality.words(reason))


def status_word(status: int) -> str:
    word = STATUS_WORDS.get(status)
    return _(word) if word else ""


# --- the chart -------------------------------------------------------------------------------------------------------


def window_json(found: Series, start: datetime, end: datetime, most: int) -> dict[str, Any]:
    """Columns for the chart: times in milliseconds, values (null: none), flags; corrections apart; limits by day."""
    window = reads.window(found.pk, start, end, most)
    lines = reads.limit_lines(found, found.station, start, end)
    return {
        "series": found.pk,
        "title": title_of(found),
        "unit": found.unit_symbol,
        "places": places_of(found),
        "start": reads.to_ms(start),
        "end": reads.to_ms(end),
        "gap": _gap(found, window),
        "total": window.total,
        "bucket": window.bucket_ms,
        "t": window.rows.times.tolist(),
        "v": plain(window.rows.values),
        "f": window.rows.flags.tolist(),
        "r": window.rows.reasons.tolist(),
        "b": np.flatnonzero(window.rows.censored < 0).tolist(),
        "corrected": {
            "t": window.corrected.times.tolist(),
            "v": plain(window.corrected.values),
            "f": window.corrected.flags.tolist(),
        },
        "limits": [_limit(line) for line in lines],
        "reasons": {str(int(bit)): _(word) for bit, word in quality.REASON_WORDS.items()},
        "flags": {str(int(flag)): _(word) for flag, word in quality.FLAG_WORDS.items()},
    }


def plain(values: Any) -> list[float | None]:
    """Numbers for JSON: what is no number is null."""
    listed: list[float | None] = values.tolist()
    for at in np.flatnonzero(~np.isfinite(values)).tolist():
        listed[at] = None
    return listed


def _gap(found: Series, window: Window) -> int:
    """Rows further apart than this are not joined by a line."""
    cycle = found.cycle_seconds
    if not cycle:
        return 0  # samples: always joined
    return max(3 * cycle * 1000, 2 * window.bucket_ms)


def _limit(line: LimitLine) -> dict[str, Any]:
    return {
        "label": limit_word(line), "low": line.low, "high": line.high, "start": line.start_ms, "end": line.end_ms,
        "target": line.is_target, "health": line.key == TABLE_1,
    }  # fmt: skip


def limit_word(line: LimitLine) -> str:
    unsure = " (?)" if line.unsure else ""
    if line.is_target:
        return _("mục tiêu %(cls)s") % {"cls": line.key} + unsure
    if line.key == TABLE_1:
        return _("giới hạn sức khỏe") + unsure
    return _("mức %(cls)s") % {"cls": line.key} + unsure


# --- files -----------------------------------------------------------------------------------------------------------


def heads() -> list[str]:
    return [
        _("Thời điểm (UTC+7)"), _("Giá trị gốc"), _("Giá trị dùng"), _("Đơn vị"), _("Cờ"), _("Kết quả kiểm tra"),
        _("Lý do"), _("Trạng thái thiết bị"), _("Phát hiện"), _("Đã sửa"), _("Nguồn"),
    ]  # fmt: skip


def csv_lines(found: Series, start: datetime, end: datetime, note: str) -> Iterator[str]:
    """The whole window as CSV, month by month, so that years never stand in memory at once."""
    stream = StringIO()
    writer = csv.writer(stream)
    stream.write("\ufeff")
    for line in (f"{found.station.name}: {title_of(found)} ({found.unit_symbol})", note):
        if line:
            writer.writerow([line])
    writer.writerow(heads())
    for lower, upper in _months(start, end):
        for cells in table_rows(found, lower, upper):
            writer.writerow([_safe(cell) for cell in cells])
        yield stream.getvalue()
        stream.seek(0)
        stream.truncate()


def _safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula is no formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and len(cell) > 1 else cell


def _months(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    at = start
    while at < end:
        local = at.astimezone(VIETNAM)
        after = min(
            end, (local.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
        )
        yield at, after
        at = after


def table_rows(found: Series, start: datetime, end: datetime) -> Iterator[tuple[Any, ...]]:
    """One tuple per row, in the order of ``heads``."""
    raw = reads.rows(found.pk, start, end)
    words = reads.corrected(found.pk, start, end)
    used = reads.settled(raw, words)
    changed = np.isin(raw.times, words.times)
    names = source_names(raw)
    flags = {int(flag): flag_word(int(flag)) for flag in np.unique(used.flags)}
    reasons = {int(reason): reason_words(int(reason)) for reason in np.unique(raw.reasons)}
    columns = zip(
        raw.times.tolist(), plain(raw.values), plain(used.values), used.flags.tolist(), raw.reasons.tolist(),
        raw.statuses.tolist(), raw.censored.tolist(), changed.tolist(), raw.sources.tolist(), strict=True,
    )  # fmt: skip
    unit = found.unit_symbol
    below, above, yes = _("dưới giới hạn"), _("trên khoảng đo"), _("có")
    for time, value, use, flag, reason, status, censored, was_changed, source in columns:
        at = reads.from_ms(time).astimezone(VIETNAM)
        yield (
            f"{at:%Y-%m-%d %H:%M:%S}", value, use, unit, flag, flags[flag], reasons[reason], status_word(status),
            below if censored < 0 else above if censored > 0 else "", yes if was_changed else "", names.get(source, ""),
        )  # fmt: skip


def source_names(found: Rows) -> dict[int, str]:
    """Where rows came from: file name and the beginning of its hash."""
    ids = [int(each) for each in np.unique(found.sources) if each]
    named = {}
    for pk, kind, name, sha256 in SourceFile.objects.filter(pk__in=ids).values_list("pk", "kind", "name", "sha256"):
        named[pk] = " · ".join(filter(None, [name or kind, sha256[:12]]))
    return named


def workbook(found: Series, start: datetime, end: datetime, note: str) -> bytes:
    """The window as a workbook; a longer one than a table program bears is refused with the way out."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title="So lieu")
    sheet.append([f"{found.station.name}: {title_of(found)} ({found.unit_symbol})"])
    if note:
        sheet.append([note])
    sheet.append(heads())
    count = 0
    for lower, upper in _months(start, end):
        for cells in table_rows(found, lower, upper):
            count += 1
            if count > XLSX_ROWS:
                raise TooManyRows(
                    N_("Hơn %(most)s dòng: hãy chọn khoảng ngắn hơn, hoặc tải dạng CSV (không giới hạn)."),
                    most=XLSX_ROWS,
                )
            sheet.append([_safe(cell) for cell in cells])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
