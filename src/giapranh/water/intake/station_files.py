"""Station files into rows: many small ones in one transaction, a long one block by block.

A file is known by its bytes: the same bytes for the same station come in once. A file in which something was refused
may be read again (a symbol was given a meaning since): rows that are there already are known, so nothing doubles.
"""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Upper

from giapranh.kernel.errors import N_, Refused
from giapranh.people.access import check_may_write
from giapranh.people.models import Officer
from giapranh.water.intake.columns import NOT_THEN, Columns, Meaning
from giapranh.water.intake.file_reports import FileReport, Given, Line, Report
from giapranh.water.intake.station_sources import alone, give_ids, mark_known, source_of, write_sources
from giapranh.water.models import ObservationDetail, SourceFile, Station
from giapranh.water.permissions import check_can_enter_data
from giapranh.water.rules import station_files as rules
from giapranh.water.rules.station_names import BadFileName, StationFileName, parse_name
from giapranh.water.services import store
from giapranh.water.services.store import Outcome, Rows

FILES_AT_ONCE = 5000
BYTES_AT_ONCE = 16 * 1024 * 1024
_ENDS = 64 * 1024  # bytes of the beginning and the end of a long file that tell whether it is whole
UNKNOWN_STATION = N_("Không có trạm nào mang mã %(named)s: khai báo mã trạm, hoặc đặt tệp vào thư mục của trạm.")
OTHER_STATION = N_("Tên tệp ghi trạm %(named)s nhưng tệp nằm trong thư mục của trạm %(station)s.")
UNREADABLE = N_("Không đọc được tệp: %(why)s.")
NOT_DONE = N_(
    "Tệp đang được đọc, hoặc lần đọc trước dừng giữa chừng: lần sau tệp được đọc lại, dòng đã có không bị lặp."
)


def take_in(files: Sequence[Given], *, at: datetime, dry_run: bool = False) -> Report:
    """Take files in. With ``dry_run`` everything is done and undone: the report is what would happen."""
    report = Report()
    for batch in batches(files):
        if len(batch) == 1 and _size(batch[0].path) > BYTES_AT_ONCE:
            report.files.append(_take_long(batch[0], at, dry_run))
            continue
        with transaction.atomic(), _collector_resting():
            report.files.extend(_take(batch, at))
            if dry_run:
                transaction.set_rollback(True)
    return report


@contextmanager
def _collector_resting() -> Iterator[None]:
    """Ten thousand objects that live to the end of a batch, none in a cycle, would send Python's collector through the
    whole process again and again: a quarter of the time."""
    working = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if working:
            gc.enable()


def take_in_by(files: Sequence[Given], *, by: Officer, at: datetime) -> Report:
    """Files a person brings: each must be of a station they may enter data for."""
    check_may_write(by)
    stations = _Stations(files)
    for given in files:
        try:
            station_id = stations.of(given)
        except Refused:
            continue  # told as a line of the report
        check_can_enter_data(by, stations.by_id[station_id])
    report = take_in(files, at=at)
    ids = [one.source_id for one in report.files if one.source_id is not None and one.state == "taken"]
    SourceFile.objects.filter(pk__in=ids, by=None).update(by=by)
    return report


def batches(files: Iterable[Given]) -> Iterator[list[Given]]:
    """So many files, or bytes, that memory stays small; a long file comes alone."""
    batch: list[Given] = []
    size = 0
    for given in files:
        one = _size(given.path)
        if batch and (len(batch) >= FILES_AT_ONCE or size + one > BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(given)
        size += one
    if batch:
        yield batch


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - ten thousand times
    except OSError:
        return 0


# --- whose file ------------------------------------------------------------------------------------------------------


class _Stations:
    """Stations by code and by id, looked up once per batch."""

    def __init__(self, batch: Sequence[Given]) -> None:
        self.names = {name: _named(name) for name in (given.path.name for given in batch)}
        codes = {name.code.upper() for name in self.names.values() if isinstance(name, StationFileName)}
        ids = {given.station_id for given in batch if given.station_id is not None}
        coded = Station.objects.annotate(upper=Upper("code")).filter(upper__in=codes, node="")
        found: list[Station] = [*coded.order_by("valid_from"), *Station.objects.filter(pk__in=ids)]
        self.by_id = {station.pk: station for station in found}
        self.by_code: dict[str, list[Station]] = {}
        for station in found:
            if station.code and station not in self.by_code.setdefault(station.code.casefold(), []):
                self.by_code[station.code.casefold()].append(station)

    def of(self, given: Given) -> int:
        """The number of the station. Raises when the file belongs to nobody, or to another one than its folder."""
        owner = self.by_id.get(given.station_id) if given.station_id is not None else None
        name = self.names[given.path.name]
        if isinstance(name, BadFileName):
            if owner is not None:
                return owner.pk
            raise name
        if owner is not None:
            if owner.code and owner.code.casefold() != name.code.casefold():
                raise Refused(OTHER_STATION, named=name.code, station=owner.code)
            return owner.pk if owner.holds_on(name.local.date()) else self._then(name) or owner.pk
        found = self._then(name)
        if found is None:
            raise Refused(UNKNOWN_STATION, named=name.code)
        return found

    def _then(self, name: StationFileName) -> int | None:
        """Who bore the code on the day of the file: a code goes on to the next station of the place."""
        for station in reversed(self.by_code.get(name.code.casefold(), [])):
            if (station.valid_from is None and station.valid_to is None) or station.holds_on(name.local.date()):
                return station.pk
        return None


def _named(name: str) -> StationFileName | BadFileName:
    try:
        return parse_name(name)
    except BadFileName as refusal:
        return refusal


# --- many small files ------------------------------------------------------------------------------------------------


def _take(batch: list[Given], at: datetime) -> list[FileReport]:
    stations = _Stations(batch)
    reports: list[FileReport] = []
    contents: list[bytes] = []
    for given in batch:
        report, content = _opened(given, stations)
        reports.append(report)
        contents.append(content)
    alone()
    mark_known(reports)
    open_ones = [
        n for n, report in enumerate(reports) if report.state == "taken" and report.station_id and not report.lines
    ]
    by_layout: dict[str, list[int]] = {}
    for n in open_ones:
        by_layout.setdefault(stations.by_id[_id(reports[n])].file_columns, []).append(n)
    for key, numbers in by_layout.items():
        chosen = [reports[n] for n in numbers]
        parsed = _parse(key, [contents[n] for n in numbers], chosen, at)
        if parsed is None:
            continue
        for n in parsed.unfinished:
            if not batch[numbers[n]].finish:
                chosen[n].state = "waiting"
        _store(parsed, chosen, at)
    write_sources([report for report in reports if report.state == "taken"], at)
    return reports


def _id(report: FileReport) -> int:
    assert report.station_id is not None
    return report.station_id


def _opened(given: Given, stations: _Stations) -> tuple[FileReport, bytes]:
    report = FileReport(given.path)
    try:
        with open(given.path, "rb", buffering=0) as file:  # noqa: PTH123 - ten thousand times: half the cost
            content = file.read()
    except OSError as error:
        report.state = "waiting" if not given.finish else "taken"
        report.refuse(Line(0, "", UNREADABLE, {"why": error.strerror or type(error).__name__}))
        return report, b""
    if not content and not given.finish:  # made, and not written yet
        report.state = "waiting"
        return report, content
    report.sha256, report.size = hashlib.sha256(content).hexdigest(), len(content)
    try:
        report.station_id = stations.of(given)
    except Refused as refusal:
        report.refuse(Line(0, "", refusal.template, refusal.params))
    return report, content


def _parse(key: str, contents: list[bytes], reports: list[FileReport], at: datetime) -> rules.Parsed | None:
    try:
        parsed = rules.parse_many(contents, layout=rules.layout(key), now=at)
    except Refused as refusal:  # the declaration of the station names no known layout
        for report in reports:
            report.refuse(Line(0, "", refusal.template, refusal.params))
        return None
    _take_refusals(parsed, reports)
    return parsed


def _take_refusals(parsed: rules.Parsed, reports: list[FileReport]) -> None:
    for refusal in parsed.refusals:
        reports[refusal.file].refuse(Line(refusal.line, refusal.text, refusal.what, dict(refusal.params)), 0)
    for number, count in parsed.refused_of.items():  # the reader tells some lines and counts all
        reports[number].refused += count


def _store(parsed: rules.Parsed, reports: list[FileReport], at: datetime) -> None:
    """Give the parsed rows their series and their source, and store them; count per file."""
    station = np.array([_id(report) for report in reports], np.int64)
    waiting = np.array([report.state != "taken" for report in reports])
    placed = _place(parsed, station)
    usable = placed.series > 0
    if waiting.any():
        usable &= ~waiting[parsed.file]
    _refuse_unplaced(parsed, placed, reports, waiting)
    give_ids([report for report in reports if report.state == "taken"])
    rows = np.flatnonzero(usable)
    sources = np.array([report.source_id or 0 for report in reports], np.int32)
    details = {n: ObservationDetail(raw_text=parsed.raw[row]) for n, row in _with_raw(parsed, rows)}
    done = store.store(
        Rows(
            placed.series[rows], parsed.time[rows], placed.value[rows], parsed.status[rows], parsed.reason[rows],
            details=details, sources=sources[parsed.file[rows]],
        ),
        source=None, at=at,
    )  # fmt: skip
    files = parsed.file[rows]
    for outcome, name in ((Outcome.STORED, "stored"), (Outcome.KNOWN, "known")):
        counts = np.bincount(files[done.outcome == outcome], minlength=len(reports))
        for n in np.flatnonzero(counts).tolist():
            setattr(reports[n], name, getattr(reports[n], name) + int(counts[n]))
    for refusal in done.refused:
        row = rows[refusal.index]
        reports[files[refusal.index]].refuse(_line(parsed, row, refusal.what, refusal.params))


def _with_raw(parsed: rules.Parsed, rows: np.ndarray) -> Iterator[tuple[int, int]]:
    if parsed.raw:
        place = {row: n for n, row in enumerate(rows.tolist())}
        for row in parsed.raw:
            if row in place:
                yield place[row], row


def _line(parsed: rules.Parsed, row: int, what: str, params: dict[str, Any]) -> Line:
    return Line(int(parsed.line[row]), parsed.symbols[parsed.symbol[row]], what, params)


@dataclass(slots=True)
class _Placed:
    series: np.ndarray  # int32; 0: refused, -1: left out on purpose
    value: np.ndarray
    meaning: np.ndarray  # which of ``meanings``
    meanings: list[Meaning]


def _place(parsed: rules.Parsed, station_of_file: np.ndarray) -> _Placed:
    """The series of every row: the few different (station, symbol, unit) are looked up, the rows follow by index."""
    station = station_of_file[parsed.file] if len(parsed) else np.zeros(0, np.int64)
    key = (station * (len(parsed.symbols) + 1) + parsed.symbol) * (len(parsed.units) + 1) + parsed.unit
    different, first, which = np.unique(key, return_index=True, return_inverse=True)
    columns = Columns(np.unique(station_of_file).tolist())
    meanings = [
        columns.meaning(int(station[row]), parsed.symbols[parsed.symbol[row]], parsed.units[parsed.unit[row]])
        for row in first.tolist()
    ]
    columns.keep()
    series = np.zeros(len(parsed), np.int32)
    value = parsed.value.copy()
    simple = np.zeros(len(different) or 1, np.int32)
    factor = np.ones(len(different) or 1)
    for n, meaning in enumerate(meanings):
        if meaning.ignored:
            simple[n] = -1
        elif meaning.spans:
            simple[n], factor[n] = meaning.spans[0].series_id, meaning.spans[0].factor
    if len(parsed):
        series[:] = simple[which]
        value = _scaled(value, factor[which])
        _by_dates(parsed, meanings, which, series, value)
    return _Placed(series, value, which, meanings)


def _scaled(value: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Multiplied; by the whole number where the factor is one over it, so that 300 µg/L is 0,3 mg/L exactly."""
    if (factor == 1).all():
        return value
    with np.errstate(divide="ignore"):
        under = np.round(1 / factor)
    divide = (factor < 1) & (np.abs(1 / factor - under) < 1e-9 * under)
    return np.where(divide, value / np.where(divide, under, 1), value * factor)


def _by_dates(
    parsed: rules.Parsed, meanings: list[Meaning], which: np.ndarray, series: np.ndarray, value: np.ndarray
) -> None:
    """Series end and others follow them; a row outside all of them belongs to none."""
    for n, meaning in enumerate(meanings):
        if not meaning.spans:
            continue
        only = meaning.spans[0]
        rows = np.flatnonzero(which == n)
        times = parsed.time[rows]
        inside = (times >= only.from_ms) & (times < only.to_ms)
        if inside.all():
            continue
        for row in rows[~inside]:
            time = int(parsed.time[row])
            other = next((span for span in meaning.spans if span.from_ms <= time < span.to_ms), None)
            series[row] = other.series_id if other else 0
            if other:
                value[row] = parsed.value[row] * other.factor


def _refuse_unplaced(parsed: rules.Parsed, placed: _Placed, reports: list[FileReport], waiting: np.ndarray) -> None:
    """One line per file and symbol, where it first stands; the count is of rows."""
    rows = np.flatnonzero(placed.series == 0)
    if not len(rows):
        return
    key = parsed.file[rows].astype(np.int64) * (len(placed.meanings) + 1) + placed.meaning[rows]
    _keys, first, counts = np.unique(key, return_index=True, return_counts=True)
    for at, count in zip(first.tolist(), counts.tolist(), strict=True):
        row = rows[at]
        report = reports[parsed.file[row]]
        if waiting[parsed.file[row]]:
            continue
        meaning = placed.meanings[placed.meaning[row]]
        symbol = parsed.symbols[parsed.symbol[row]]
        report.refuse(_line(parsed, row, meaning.what or NOT_THEN, meaning.params or {"symbol": symbol}), count)


# --- one long file ---------------------------------------------------------------------------------------------------


def _take_long(given: Given, at: datetime, dry_run: bool) -> FileReport:
    """A file too long for memory: hashed first, then stored block by block, each block in its own transaction.

    Its source says from the start that it is not read to its end: a file that was interrupted is read once more, goes
    on with the same source and finds its rows known.
    """
    report = FileReport(given.path)
    with transaction.atomic() if dry_run else nullcontext():
        _read_long(given, report, at, dry_run)
        if dry_run:
            transaction.set_rollback(True)
    return report


def _read_long(given: Given, report: FileReport, at: datetime, dry_run: bool) -> None:
    stations = _Stations([given])
    try:
        report.station_id = stations.of(given)
        layout = rules.layout(stations.by_id[_id(report)].file_columns)
        if not given.finish and _ends_in_mid_line(given.path, layout, at):
            report.state = "waiting"
            return
        report.sha256, report.size = _hash(given.path)
        if not _begun(report, at, dry_run):
            return
        with given.path.open("rb") as stream:
            for parsed in rules.parse_stream(stream, layout=layout, now=at):
                _take_refusals(parsed, [report])
                with transaction.atomic():
                    before = report.stored
                    _store(parsed, [report], at)
                    new = F("rows_stored") + report.stored - before
                    SourceFile.objects.filter(pk=source_of(report)).update(rows_stored=new)
    except Refused as refusal:
        report.refuse(Line(0, "", refusal.template, refusal.params))
    except OSError as error:
        report.refuse(Line(0, "", UNREADABLE, {"why": error.strerror or type(error).__name__}))
    if report.source_id is None:
        _keep_source(given.path, report, at)
    SourceFile.objects.filter(pk=source_of(report)).update(
        size=report.size, rows_known=report.known, rows_refused=report.refused,
        refusals=[line.as_dict() for line in report.lines],
    )  # fmt: skip


def _ends_in_mid_line(path: Path, layout: rules.Layout, at: datetime) -> bool:
    """Told by the beginning and the end alone; where they are joined, a line that is none does no harm."""
    with path.open("rb") as file:
        head = file.read(_ENDS)
        end = max(_ENDS, (path.stat().st_size - _ENDS) // 4 * 4)  # signs of UTF-16 are not cut in two
        file.seek(end)
        tail = file.read(2 * _ENDS)
    try:
        return bool(rules.parse(head + tail, layout=layout, now=at).unfinished)
    except rules.NotText:  # an end of zeros after a power cut: told where it stands, what is before it comes in
        return False


@transaction.atomic
def _begun(report: FileReport, at: datetime, dry_run: bool) -> bool:
    """Keep the source as one that is not done; not when the same bytes were read to their end."""
    if not dry_run:  # whose transaction lasts to the end of the file: nobody shall wait so long
        alone()
    mark_known([report])
    if report.state != "known" and not report.again:
        begun = replace(report, lines=[])
        begun.refuse(Line(0, "", NOT_DONE))
        write_sources([begun], at)
        report.source_id = begun.source_id
    return report.state != "known"


@transaction.atomic
def _keep_source(path: Path, report: FileReport, at: datetime) -> None:
    """Of a file nothing could be read of."""
    with suppress(OSError):
        report.sha256, report.size = _hash(path)
    alone()
    mark_known([report])
    report.state = "taken"
    if not report.again:
        write_sources([report], at)


def _hash(path: Path) -> tuple[str, int]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return digest.hexdigest(), path.stat().st_size
