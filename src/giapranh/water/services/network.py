"""What is done with the network: bring it in, set the class a reach must meet, keep stations and their series."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from giapranh.kernel import clock
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.numbers import format_number
from giapranh.people.audit import audit
from giapranh.people.models import Office, Officer
from giapranh.water import permissions, seed
from giapranh.water.importing import features, rivers, sheet, stations
from giapranh.water.importing.known import Known
from giapranh.water.importing.sheet import Report
from giapranh.water.models import Reach, Series, Station, TargetClass, Watercourse
from giapranh.water.queries import network
from giapranh.water.services import neighbour_news
from giapranh.water.services.series import make_series

__all__ = [
    "Report", "add_series", "add_station", "change_station", "end_series", "end_target", "import_features",
    "import_rivers", "import_stations", "load_seed", "make_series", "set_target",
]  # fmt: skip

STATION_FIELDS = {
    "code", "name", "description", "kind", "water_body", "km", "bank", "depth_m", "lon", "lat", "owner_name",
    "file_layout", "file_columns", "valid_from", "valid_to", "source",
}  # fmt: skip


class NothingToImport(BadInput):
    code = "nothing_to_import"


class StationKnown(Conflict):
    code = "station_known"


class BadStation(BadInput):
    code = "bad_station"


class BadTarget(BadInput):
    code = "bad_target"


def load_seed(*, at: datetime) -> int:
    """The schematic rivers that ship with the program. Safe to repeat. Places must be loaded first."""
    return seed.load(at)


# --- bringing a network in -------------------------------------------------------------------------------------------

Take = Callable[[Path, Report, Known], None]
# In this order: what stands on rivers needs the rivers.
FOLDER: tuple[tuple[str, Take], ...] = (
    ("rivers*.geojson", rivers.take_lines),
    ("bank_reaches*.csv", features.take_banks),
    ("river_chainage*.csv", features.take_chainage),
    ("river_features*.csv", features.take_features),
)


def import_rivers(path: Path | str, *, dry_run: bool = False, at: datetime) -> Report:
    """Rivers and what stands on them, from a folder or one file. One transaction: a crash leaves nothing half done."""
    found = Path(path)
    if found.is_dir():
        files = [(file, take) for pattern, take in FOLDER for file in sorted(found.glob(pattern))]
        if not files:
            raise NothingToImport(
                N_(
                    "Thư mục %(folder)s không có tệp sông nào (rivers*.geojson, river_chainage.csv, river_features*.csv…)."
                ),
                folder=str(found),
            )
    else:
        files = [(found, _river_file(found))]
    return _run(files, dry_run, at)


def import_features(path: Path | str, *, dry_run: bool = False, at: datetime) -> Report:
    """Intakes, outfalls, weirs, landmarks from a CSV."""
    return _run([(_one_file(path), features.take_features)], dry_run, at)


def import_stations(path: Path | str, *, dry_run: bool = False, at: datetime) -> Report:
    """Stations from a CSV; a CSV with the columns station and parameter holds their series."""
    file = _one_file(path)
    is_series = set(stations.SERIES) <= sheet.headings(file.read_bytes()[:65536])
    return _run([(file, stations.take_series if is_series else stations.take_stations)], dry_run, at)


def _river_file(path: Path) -> Take:
    """What a single file holds, by its name and its columns."""
    file = _one_file(path)
    if file.suffix.lower() in {".geojson", ".json"}:
        return rivers.take_lines
    columns = sheet.headings(file.read_bytes()[:65536])
    for needed, take in (
        (features.BANKS, features.take_banks), (features.CHAINAGE, features.take_chainage),
        (features.FEATURES, features.take_features),
    ):  # fmt: skip
        if set(needed) <= columns:
            return take
    raise NothingToImport(
        N_("Không rõ %(file)s là tệp gì: cần GeoJSON, hoặc CSV có cột river, kind, name."), file=file.name
    )


def _one_file(path: Path | str) -> Path:
    file = Path(path)
    if not file.is_file():
        raise NothingToImport(N_("Không có tệp %(file)s."), file=str(path))
    return file


def _run(files: list[tuple[Path, Take]], dry_run: bool, at: datetime) -> Report:
    report = Report(dry_run)
    with transaction.atomic():
        known = Known(clock.local_date(at))
        for file, take in files:
            take(file, report, known)
        if dry_run:
            transaction.set_rollback(True)
        elif report.created or report.updated:
            audit("water.network_imported", "river_network", "", None, at, files=report.files,
                  created=report.created, updated=report.updated)  # fmt: skip
            neighbour_news.stations_changed(_own_stations(), at)
    return report


def _own_stations() -> Iterator[UUID]:
    """Asked only when somebody is to be told; what did not change is told to nobody."""
    yield from Station.objects.filter(node="").order_by("pk").values_list("uid", flat=True)


# --- stations --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_station(
    *, values: Mapping[str, Any], parameters: list[str] | None = None, by: Officer, at: datetime
) -> Station:
    """A new station, with a series for each of ``parameters``."""
    permissions.check_can_change_network(by)
    row = Station()
    _write(row, values)
    _save(row)
    for parameter in parameters or []:
        make_series(row, parameter)
    audit("water.station_added", "station", row.pk, by, at, name=row.name)
    neighbour_news.stations_changed([row.uid], at)
    return row


@transaction.atomic
def change_station(*, station_id: int, values: Mapping[str, Any], by: Officer, at: datetime) -> Station:
    row = network.station(by, station_id)
    permissions.check_can_edit_station(by, row)
    before = {name: str(getattr(row, name)) for name in values}
    _write(row, values)
    _save(row)
    changed = {name: [old, str(getattr(row, name))] for name, old in before.items() if str(getattr(row, name)) != old}
    audit("water.station_changed", "station", row.pk, by, at, changed=changed)
    neighbour_news.stations_changed([row.uid], at)
    return row


def _write(row: Station, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in STATION_FIELDS:
            setattr(row, name, value)
    if "river" in values:
        row.watercourse = network.watercourse(values["river"]) if values["river"] else None
    if "owner" in values:
        row.owner = Office.objects.filter(pk=values["owner"]).first() if values["owner"] else None
    if "counterpart" in values:
        row.counterpart = Station.objects.filter(pk=values["counterpart"]).first() if values["counterpart"] else None
    _place(row)


def _place(row: Station) -> None:
    """The kilometre of a point, where only the point is given; never the other way round."""
    from giapranh.water.rules import lines

    river = row.watercourse
    if river is None:
        row.km = None
        return
    if row.km is not None:
        if row.km > river.length_km + 1:
            raise BadStation(N_("Km %(km)s vượt chiều dài %(river)s (%(length)s km)."), km=format_number(row.km), river=river.name,
                             length=format_number(round(river.length_km, 1)))  # fmt: skip
        return
    course = network.course(river)
    if row.lon is not None and row.lat is not None and len(course) > 1:
        row.km = round(lines.locate(course, row.lon, row.lat).km, 2)


def _save(row: Station) -> None:
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise BadStation(N_("Ngày hết hoạt động trước ngày bắt đầu."))
    if row.counterpart_id is not None and row.counterpart_id == row.pk:
        raise BadStation(N_("Trạm không thể là trạm đối ứng của chính nó."))
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "station_code_once" in str(error):
            raise StationKnown(N_("Đã có trạm mang mã %(station)s."), station=row.code) from error
        raise


@transaction.atomic
def add_series(*, station_id: int, values: Mapping[str, Any], by: Officer, at: datetime) -> Series:
    row = network.station(by, station_id)
    permissions.check_can_edit_station(by, row)
    made, fresh = make_series(row, **values)
    if not fresh:
        raise StationKnown(N_("Trạm đã có chuỗi số liệu này."))
    audit("water.series_added", "station", row.pk, by, at, series=made.name)
    neighbour_news.stations_changed([row.uid], at)
    return made


@transaction.atomic
def end_series(*, series_id: int, on: date, by: Officer, at: datetime) -> Series:
    """The last day of a series; its rows stay."""
    found = Series.objects.select_related("station").filter(pk=series_id).first()
    if found is None:
        raise permissions.NoSuchStation(N_("Không có chuỗi số liệu này."))
    row = network.station(by, found.station_id)
    permissions.check_can_edit_station(by, row)
    if found.valid_from and on < found.valid_from:
        raise BadStation(N_("Ngày hết hoạt động trước ngày bắt đầu."))
    found.valid_to = on
    found.save(update_fields=["valid_to"])
    audit("water.series_ended", "station", row.pk, by, at, series=found.name, on=on.isoformat())
    neighbour_news.stations_changed([row.uid], at)
    return found


# --- the class a reach must meet -------------------------------------------------------------------------------------


@transaction.atomic
def set_target(
    *, river: str, name: str, km_upper: float, km_lower: float, class_code: str, decision: str,
    valid_from: date | None, regulation: str, by: Officer, at: datetime,
) -> TargetClass:  # fmt: skip
    """By decision of the competent authority, from a day on. What held before for the same reach ends the day before."""
    permissions.check_can_change_network(by)
    course = network.watercourse(river)
    if km_lower > km_upper or km_upper > course.length_km + 1:
        raise BadTarget(N_("Đoạn sông phải nằm trong %(river)s, km đầu (thượng lưu) lớn hơn km cuối."),
                        river=course.name)  # fmt: skip
    reach = _reach(course, name, km_upper, km_lower)
    _end_earlier(reach, valid_from)
    made = TargetClass.objects.create(
        reach=reach, regulation=regulation, class_code=class_code, decision=decision, valid_from=valid_from
    )
    audit("water.target_set", "watercourse", course.key, by, at, reach=reach.name, class_code=class_code,
          decision=decision)  # fmt: skip
    return made


def _reach(course: Watercourse, name: str, km_upper: float, km_lower: float) -> Reach:
    found = Reach.objects.filter(watercourse=course, km_upper=km_upper, km_lower=km_lower, valid_to=None).first()
    return found or Reach.objects.create(watercourse=course, name=name, km_upper=km_upper, km_lower=km_lower)


def _end_earlier(reach: Reach, start: date | None) -> None:
    from datetime import timedelta

    for other in TargetClass.objects.select_for_update().filter(reach=reach, valid_to=None):
        if start is None or (other.valid_from and other.valid_from >= start):
            raise BadTarget(N_("Đoạn này đã có mục tiêu từ ngày đó trở đi; hãy kết thúc mục tiêu cũ trước."))
        other.valid_to = start - timedelta(days=1)
        other.save(update_fields=["valid_to"])


@transaction.atomic
def end_target(*, target_id: int, on: date, by: Officer, at: datetime) -> str:
    """The last day of a target; answers with the river's key."""
    permissions.check_can_change_network(by)
    found = TargetClass.objects.select_related("reach__watercourse").filter(pk=target_id).first()
    if found is None:
        raise network.NoSuchRiver(N_("Không có mục tiêu chất lượng nước này."))
    if found.valid_from and on < found.valid_from:
        raise BadTarget(N_("Ngày hết hoạt động trước ngày bắt đầu."))
    found.valid_to = on
    found.save(update_fields=["valid_to"])
    audit("water.target_ended", "watercourse", found.reach.watercourse.key, by, at, decision=found.decision,
          on=on.isoformat())  # fmt: skip
    return found.reach.watercourse.key
