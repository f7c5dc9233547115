"""Which series a symbol in a station's file stands for, and by what its values are multiplied.

What an officer decided (``FileColumn``) wins. A symbol nobody decided on is matched by its name when the station has
a series of that parameter and the unit is known; the match is kept as a ``FileColumn``, so that it can be seen and
changed. Everything else is refused with what to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.errors import N_, Refused
from giapranh.water.models import FileColumn, Series
from giapranh.water.rules import matching, units
from giapranh.water.rules.parameters import all_parameters, basis_factor
from giapranh.water.services.store import EARLIEST_MS, LATEST_MS, milliseconds

NO_MEANING = N_("Chưa biết ký hiệu “%(symbol)s” là thông số gì: ghép ở trang Tệp của trạm, rồi đọc lại.")
NO_SERIES = N_("Trạm chưa có chuỗi số liệu cho “%(symbol)s”: thêm chuỗi hoặc chọn bỏ qua ở trang Tệp của trạm.")
MANY_SERIES = N_("Trạm có nhiều chuỗi số liệu cho “%(symbol)s”: chọn một ở trang Tệp của trạm.")
NO_UNIT = N_("“%(symbol)s” thiếu đơn vị: ghi đơn vị của tệp ở trang Tệp của trạm, rồi đọc lại.")
BAD_UNIT = N_("“%(symbol)s”: không đổi được đơn vị “%(unit)s” sang %(wanted)s.")
NOT_THEN = N_("Không có chuỗi số liệu “%(symbol)s” nào có hiệu lực vào thời điểm này.")
PLAIN = {"ph", "number"}  # dimensions whose values carry no unit
_UNITLESS = {"", "-", "--", "none", "n/a", "."}


@dataclass(frozen=True, slots=True)
class Span:
    """A series, when it holds (milliseconds), and the factor to its unit."""

    series_id: int
    from_ms: int
    to_ms: int
    factor: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a symbol stands for at a station: spans of series, nothing on purpose, or a refusal."""

    spans: tuple[Span, ...] = ()
    ignored: bool = False
    what: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class Columns:
    """The symbols of some stations, looked up once per batch."""

    def __init__(self, station_ids: Iterable[int]) -> None:
        ids = list(set(station_ids))
        self._decided: dict[tuple[int, str], FileColumn] = {}
        self._series: dict[int, list[Series]] = defaultdict(list)
        self._new: list[FileColumn] = []
        for column in FileColumn.objects.filter(station__in=ids, sheet="").select_related("series"):
            assert column.station_id is not None
            self._decided[column.station_id, matching.symbol_key(column.symbol)] = column
        for series in Series.objects.filter(station__in=ids).order_by("pk"):
            self._series[series.station_id].append(series)

    def meaning(self, station_id: int, symbol: str, unit: str) -> Meaning:
        try:
            return self._meaning(station_id, symbol, unit)
        except Refused as refusal:
            return Meaning(what=refusal.template, params=refusal.params)

    def _meaning(self, station_id: int, symbol: str, unit: str) -> Meaning:
        key = (station_id, matching.symbol_key(symbol))
        column = self._decided.get(key)
        if column is None:
            guess = self._guess(station_id, symbol, unit)
            if isinstance(guess, Meaning):
                return guess
            column = self._decided[key] = guess
            self._new.append(guess)
        if column.ignored:
            return Meaning(ignored=True)
        if column.series is None:
            return Meaning(what=NO_SERIES, params={"symbol": symbol})
        factor = column.factor * _to_expected(symbol, unit, column.unit_symbol)
        return Meaning(tuple(self._spans(column.series, factor)))

    def _spans(self, chosen: Series, factor: float) -> Iterable[Span]:
        """The chosen series, then its successors of the same parameter: a new device begins a new series."""
        yield _span(chosen, factor)
        if not chosen.parameter or chosen.valid_to is None:
            return
        for other in self._series[chosen.station_id]:
            if other.pk != chosen.pk and other.parameter == chosen.parameter:
                yield _span(other, factor * ratio_between(unit_of(chosen), unit_of(other)))

    def _guess(self, station_id: int, symbol: str, unit: str) -> FileColumn | Meaning:
        found = matching.match(symbol)
        if found is None:
            return Meaning(what=NO_MEANING, params={"symbol": symbol})
        series = [s for s in self._series[station_id] if s.parameter == found.parameter]
        current = [s for s in series if s.valid_to is None] or series
        if len(current) != 1:
            return Meaning(what=MANY_SERIES if current else NO_SERIES, params={"symbol": symbol})
        chosen = current[0]
        wanted = unit_of(chosen)
        plain = units.all_units()[all_parameters()[found.parameter].unit].dimension in PLAIN
        given = "" if unit.strip().casefold() in _UNITLESS else unit
        if not given and not plain:
            return Meaning(what=NO_UNIT, params={"symbol": symbol})
        factor = 1.0 if plain or not given else _factor(symbol, given, wanted)
        if found.basis and chosen.basis and found.basis != chosen.basis:
            factor *= basis_factor(found.parameter, found.basis, chosen.basis)
        return FileColumn(
            station_id=station_id, symbol=symbol, series=chosen, parameter=found.parameter,
            basis=found.basis or chosen.basis, unit_symbol="" if plain else given or wanted, factor=factor,
        )  # fmt: skip

    def keep(self) -> None:
        """Keep what was matched by name."""
        if self._new:
            FileColumn.objects.bulk_create(self._new, ignore_conflicts=True)
            self._new = []


def unit_of(series: Series) -> str:
    """The unit the values of a series stand in; "" where nobody knows."""
    if series.unit_symbol:
        return series.unit_symbol
    known = all_parameters().get(series.parameter)
    return known.unit if known else ""


def _to_expected(symbol: str, unit: str, expected: str) -> float:
    """From the unit a line gives to the one that was agreed on; a line without unit means the agreed one."""
    if unit.strip().casefold() in _UNITLESS or unit == expected or not expected:
        return 1.0
    return _factor(symbol, unit, expected)


def _factor(symbol: str, given: str, wanted: str) -> float:
    if given == wanted:
        return 1.0
    try:
        return ratio_between(given, wanted)
    except Refused:
        raise Refused(BAD_UNIT, symbol=symbol, unit=given, wanted=wanted or "?") from None


def ratio_between(given: str, wanted: str) -> float:
    if given == wanted or not (given and wanted):
        return 1.0
    up, down = units.ratio(units.unit(given).code, units.unit(wanted).code)
    return up / down


def _span(series: Series, factor: float) -> Span:
    start = _midnight(series.valid_from) if series.valid_from else EARLIEST_MS
    end = _midnight(series.valid_to + timedelta(days=1)) if series.valid_to else LATEST_MS
    return Span(series.pk, start, end, factor)


def _midnight(day: date) -> int:
    return milliseconds(datetime.combine(day, time(), VIETNAM))
