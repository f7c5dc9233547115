"""Values typed by hand: one sitting is one sample with its results; and what a station's columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.water.models import Bank, FileColumn, ObservationDetail, Sample, Series, SourceFile, SourceKind, Station
from giapranh.water.permissions import check_can_edit_station, check_can_enter_data
from giapranh.water.rules.readings import Reading
from giapranh.water.rules.station_files import layout
from giapranh.water.rules.units import unit
from giapranh.water.services import store
from giapranh.water.services.campaigns import bind_sample
from giapranh.water.services.store import Rows, Stored, milliseconds

AHEAD = timedelta(minutes=15)

WITH_RUBBISH = N_("Mẫu này đã ghi là có rác nổi, không ghi đè: hãy bỏ trống ô rác nổi, hoặc hỏi người đã ghi.")
WITHOUT_RUBBISH = N_("Mẫu này đã ghi là không có rác nổi, không ghi đè: hãy bỏ trống ô rác nổi, hoặc hỏi người đã ghi.")


class InTheFuture(BadInput):
    code = "time_in_future"


class NothingTyped(BadInput):
    code = "nothing_typed"


class OtherBank(Conflict):
    code = "sample_of_other_bank"


class OtherRubbish(Conflict):
    code = "sample_with_other_rubbish"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a sample beside its results."""

    bank: str = ""
    depth_m: float | None = None
    floating_rubbish: bool | None = None
    sample_code: str = ""
    note: str = ""


@dataclass(slots=True)
class Sitting:
    sample: Sample
    stored: Stored
    names: list[str] = field(default_factory=list)  # of the series, in the order of ``stored.outcome``
    series: list[int] = field(default_factory=list)  # their ids, in the same order


def check_bank(station: Station, taken_at: datetime, bank: str) -> None:
    """A station has one value an instant: the results of a second bank would pass for those of the first."""
    others = Sample.objects.filter(station=station, taken_at=taken_at).exclude(bank__in=["", bank])
    other = others.first() if bank else None
    if other is not None:
        raise OtherBank(
            N_(
                "Trạm này đã có mẫu ở %(bank)s cùng thời điểm. Ghi giờ lấy mẫu của từng bờ, hoặc khai báo mỗi bờ thành"
                " một điểm quan trắc."
            ),
            bank=str(Bank(other.bank).label),
        )


def sample_of(station: Station, taken_at: datetime, about: Mapping[str, Any], made: Mapping[str, Any]) -> Sample:
    """The sample of a place and an instant. Who comes second (the laboratory, the person who was there) fills in what
    the first left open; ``made``: what stands in a new one only."""
    sample = Sample.objects.filter(station=station, taken_at=taken_at).order_by("-bank").first()
    if sample is None:
        rest = {name: said for name, said in about.items() if name != "bank"}
        sample, _made = Sample.objects.get_or_create(
            station=station, taken_at=taken_at, bank=about.get("bank", ""), defaults={**rest, **made}
        )
    new = [name for name, said in about.items() if said not in (None, "") and getattr(sample, name) in (None, "")]
    for name in new:
        setattr(sample, name, about[name])
    if new:
        sample.save(update_fields=new)
    bind_sample(sample)
    return sample


def check_rubbish(sample: Sample, said: bool | None) -> None:
    """It decides a class: another word on it is not passed over."""
    if said is not None and said != sample.floating_rubbish:
        raise OtherRubbish(WITH_RUBBISH if sample.floating_rubbish else WITHOUT_RUBBISH)


@transaction.atomic
def enter(
    *,
    station_id: int,
    taken_at: datetime,
    readings: Mapping[int, tuple[Reading, str]],
    about: About,
    by: Officer,
    at: datetime,
) -> Sitting:
    """Keep a sample and its ``readings`` (series → reading and what was typed)."""
    station = Station.objects.get(pk=station_id)
    check_can_enter_data(by, station)
    if taken_at > at + AHEAD:
        raise InTheFuture(N_("Thời điểm lấy mẫu ở tương lai. Kiểm tra lại ngày giờ."))
    if not readings:
        raise NothingTyped(N_("Chưa nhập giá trị nào."))
    series = {one.pk: one for one in Series.objects.filter(station=station, pk__in=readings)}
    if len(series) != len(readings):
        raise BadInput(N_("Có thông số không thuộc trạm này. Hãy tải lại trang."))
    check_bank(station, taken_at, about.bank)
    told = {"bank": about.bank, "depth_m": about.depth_m, "floating_rubbish": about.floating_rubbish,
            "sample_code": about.sample_code, "note": about.note, "taken_by": by.full_name}  # fmt: skip
    sample = sample_of(station, taken_at, told, {"by": by, "at": at, "illustrative": station.illustrative})
    check_rubbish(sample, about.floating_rubbish)
    source = SourceFile.objects.create(kind=SourceKind.HAND, station=station, received_at=at, by=by)
    if sample.source is None:
        sample.source = source
        sample.save(update_fields=["source"])
    ids = list(readings)
    values = [_value(series[pk], readings[pk][0]) for pk in ids]
    stored = store.store(
        Rows(
            np.array(ids), np.full(len(ids), milliseconds(taken_at)), np.array(values),
            censored=np.array([readings[pk][0].censored for pk in ids]),
            details={n: ObservationDetail(raw_text=readings[pk][1][:200])
                     for n, pk in enumerate(ids) if readings[pk][0].censored},
        ),
        source=source, at=at,
    )  # fmt: skip
    audit("water.entered", "station", station.pk, by, at, stored=stored.stored, refused=len(stored.refused))
    return Sitting(sample, stored, [series[pk].name for pk in ids], ids)


def _value(series: Series, reading: Reading) -> float:
    if reading.value is not None:
        return reading.value
    return series.mdl if reading.censored and series.mdl is not None else float("nan")


# --- what the columns of a station's files mean ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Meaning:
    symbol: str
    series_id: int | None
    unit: str = ""
    factor: float = 1.0
    ignored: bool = False


@transaction.atomic
def set_columns(*, station_id: int, meanings: Sequence[Meaning], file_columns: str, by: Officer, at: datetime) -> None:
    """Decide what the symbols of a station's files stand for, and in what order its columns come."""
    station = Station.objects.select_for_update().get(pk=station_id)
    check_can_edit_station(by, station)
    if file_columns:
        layout(file_columns)
    own = set(Series.objects.filter(station=station).values_list("pk", flat=True))
    for meaning in meanings:
        if meaning.series_id is not None and meaning.series_id not in own:
            raise BadInput(N_("Chuỗi số liệu được chọn không thuộc trạm này."))
        if meaning.factor <= 0:
            raise BadInput(N_("Hệ số của “%(symbol)s” phải lớn hơn 0."), symbol=meaning.symbol)
        if meaning.unit:
            unit(meaning.unit)
        series = Series.objects.get(pk=meaning.series_id) if meaning.series_id is not None else None
        FileColumn.objects.update_or_create(
            station=station, sheet="", symbol=meaning.symbol[:200],
            defaults={"series": series, "parameter": series.parameter if series else "", "unit_symbol": meaning.unit[:40],
                      "factor": meaning.factor, "ignored": meaning.ignored, "basis": series.basis if series else ""},
        )  # fmt: skip
    if station.file_columns != file_columns:
        station.file_columns = file_columns
        station.save(update_fields=["file_columns"])
    audit("water.columns", "station", station.pk, by, at, symbols=[meaning.symbol for meaning in meanings])
