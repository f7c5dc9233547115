"""Laboratory sheets into samples and observations: looked at first, taken in second, the same sheet twice changes nothing."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from giapranh.kernel.clock import VIETNAM
from giapranh.kernel.dates import parse_date
from giapranh.kernel.errors import N_, BadInput, Refused
from giapranh.kernel.text import one_line, search_key
from giapranh.people.audit import audit
from giapranh.people.models import Officer
from giapranh.water.intake.columns import ratio_between, unit_of
from giapranh.water.intake.file_reports import Line
from giapranh.water.intake.grids import BadSheet, Cell, read_grids
from giapranh.water.intake.lab_forms import SWAPPED, Column, Form, decide, is_no_sample, is_value, recognise, remember
from giapranh.water.models import Observation, ObservationDetail, Sample, Series, SourceFile, SourceKind, Station
from giapranh.water.permissions import check_can_enter_data
from giapranh.water.rules.parameters import parameter, to_stored
from giapranh.water.rules.readings import Censored, Reading, read_result
from giapranh.water.services import store
from giapranh.water.services.entering import check_bank, check_rubbish, sample_of
from giapranh.water.services.series import make_series
from giapranh.water.services.store import Rows, milliseconds

METHOD = "Phòng thí nghiệm"
AHEAD = timedelta(minutes=15)
_LOCK = 0x6769_6173  # of pg_advisory_xact_lock

NO_STATION = N_("Không nhận ra trạm “%(text)s”: ghi đúng tên hoặc mã trạm, hoặc chọn trạm cho cả phiếu.")
MANY_PLACES = N_(
    "Phiếu ghi nhiều vị trí chưa nhận ra, nên trạm chọn cho cả phiếu không dùng cho “%(text)s”: ghi đúng tên hoặc mã"
    " trạm, hoặc bỏ qua cột vị trí."
)
TOO_WIDE = N_(
    "Dòng có nhiều ô hơn hàng tên cột (“%(text)s”): dấu phẩy thập phân đã cắt đôi một số? Phân cách bằng dấu chấm phẩy,"
    " hoặc để số trong ngoặc kép."
)
NO_DAY = N_("Thiếu ngày lấy mẫu: ghi vào phiếu, hoặc ghi ngày cho cả phiếu.")
FUTURE = N_("Thời điểm lấy mẫu %(text)s ở tương lai: kiểm tra lại ngày.")
BAD_HOUR = N_("Giờ lấy mẫu “%(text)s” không đọc được: viết như 08:30 hoặc 8h30.")
BAD_BANK = N_("Bờ “%(text)s” không đọc được: viết trái, phải, giữa dòng hoặc hai bờ.")
BAD_RUBBISH = N_("Ô rác nổi “%(text)s” không đọc được: viết có hoặc không.")
CELL = N_("%(head)s: %(why)s")
UNSURE = N_(
    "Còn %(n)s cột chưa rõ đơn vị, hoặc tính theo N (P) hay theo ion (%(heads)s): mở trang Đưa số liệu vào và xác nhận"
    " một lần."
)
NOT_DECIDED = N_("Còn %(n)s cột chưa ghép (%(heads)s): mở trang Đưa số liệu vào, chọn thông số hoặc bỏ qua.")


DOUBTFUL = N_("%(why)s Mở trang Đưa số liệu vào để xem lại rồi mới ghi: giá trị gốc đã ghi không sửa được.")


class NotReady(BadInput):
    code = "lab_sheet_not_ready"


@dataclass(slots=True)
class Result:
    column: Column
    reading: Reading
    text: str


@dataclass(slots=True)
class SampleRow:
    """One sample as read; ``faults`` make it impossible, ``lines`` are cells that were left out."""

    line: int
    station: Station | None = None
    named: str = ""  # the place as the sheet says it, where nobody knows it by that name
    taken_at: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    faults: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Whole:
    """What holds for the whole sheet where its rows do not say: station, day, laboratory."""

    station_id: int | None = None
    day: date | None = None
    laboratory: str = ""


@dataclass(slots=True)
class Done:
    samples: int = 0
    stored: int = 0
    known: int = 0
    refused: int = 0
    lines: list[Line] = field(default_factory=list)
    source_id: int | None = None

    def refuse(self, line: Line) -> None:
        self.refused += 1
        self.lines.append(line)


def look(data: bytes, *, name: str, worksheet: str = "") -> Form:
    """What the sheet is, before anything is taken in: the named worksheet, else the first that holds a table."""
    forms: dict[str, Form] = {}
    why: BadSheet | None = None
    for title, grid in read_grids(data, name).items():
        try:
            forms[title] = recognise(grid)
        except BadSheet as refusal:  # a cover, a list of samples
            why = why or refusal
    if why is not None and not forms:
        raise why
    form = forms.get(worksheet) or next(iter(forms.values()))
    form.worksheets = list(forms)
    form.worksheet = next(title for title, one in forms.items() if one is form)
    return form


def read_rows(form: Form, *, whole: Whole, at: datetime) -> list[SampleRow]:
    """Every row of the sheet as a sample."""
    finder = _Stations()
    _fill_down(form)
    rows = []
    for number in range(form.first_row, len(form.grid)):
        cells = form.grid[number]
        if any(cells[column.index] is not None for column in form.parameters) and not _is_limit(form, cells):
            rows.append(_row(form, number, cells, finder, whole, at))
    if whole.station_id is not None:
        _only_one_place(rows)
    return rows


_OF_SEVERAL = {"@station", "@date", "@time", "@bank", "@taken_by"}


def _fill_down(form: Form) -> None:
    """A place or a day in one cell drawn over several rows holds for the sample of each."""
    wanted = {column.index for column in form.columns if column.means in _OF_SEVERAL}
    for index, first, last in form.merged:
        if index in wanted and first >= form.first_row:
            for number in range(first + 1, min(last + 1, len(form.grid))):
                form.grid[number][index] = form.grid[first][index]


def _is_limit(form: Form, cells: list[Cell]) -> bool:
    """A row of limits or means below the samples: it says so where samples are named or numbered."""
    places = {column.index for column in form.columns if column.means in {"@station", "@code"}}
    return any(is_no_sample(cells[index]) for index in places | {form.columns[0].index})


def _only_one_place(rows: list[SampleRow]) -> None:
    """The station chosen for the whole sheet stands for one name nobody knows (“Kết quả”), never for several places."""
    unknown = {row.named for row in rows if row.named}
    if len(unknown) < 2:
        return
    for row in rows:
        if row.named:
            row.station = None
            row.faults.append(Line(row.line, row.named, MANY_PLACES, {"text": row.named}))


def take_in(
    data: bytes,
    *,
    name: str,
    by: Officer | None,
    at: datetime,
    choices: dict[int, tuple[str, str, str]] | None = None,
    whole: Whole | None = None,
    worksheet: str = "",
    dry_run: bool = False,
) -> Done:
    """Store a sheet (of a workbook with several, one). Columns nobody decided on stop it; a refused cell or row is a line and stops nothing else."""
    form = look(data, name=name, worksheet=worksheet)
    if choices is not None:
        form = decide(form, choices)
    elif form.undecided:
        raise NotReady(NOT_DECIDED, n=len(form.undecided), heads=_heads(form.undecided))
    elif unsure := [column for column in form.parameters if not column.sure]:
        raise NotReady(UNSURE, n=len(unsure), heads=_heads(unsure))
    elif swapped := [what % params for what, params in form.notes if what == SWAPPED]:
        raise NotReady(DOUBTFUL, why=" ".join(swapped))  # who takes it in at the page has read so
    with transaction.atomic():
        _alone()
        done = _take(form, data, name, by, at, whole or Whole())
        if choices is not None:
            remember(form)
        if dry_run:
            transaction.set_rollback(True)
    return done


def _alone() -> None:
    """One sheet at a time: two people with the same one, or two that bring the first results of a place, would each
    make the source and the series."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _heads(columns: list[Column]) -> str:
    return ", ".join(column.head for column in columns[:5])


def _take(form: Form, data: bytes, name: str, by: Officer | None, at: datetime, whole: Whole) -> Done:
    done = Done()
    rows = read_rows(form, whole=whole, at=at)
    source = _source(data, name, by, at)
    done.source_id = source.pk
    series: list[int] = []
    times: list[int] = []
    values: list[float] = []
    censored: list[int] = []
    details: dict[int, ObservationDetail] = {}
    places: list[tuple[int, Column]] = []
    for row in rows:
        for line in (*row.lines, *row.faults):
            done.refuse(line)
        if row.faults or row.station is None or row.taken_at is None:
            continue
        if by is not None:
            check_can_enter_data(by, row.station)
        try:
            check_bank(row.station, row.taken_at, row.details.get("bank", ""))
        except Refused as refusal:
            done.refuse(Line(row.line, "", refusal.template, refusal.params))
            continue
        sample = _sample(row, source, whole.laboratory, by, at)
        done.samples += 1
        try:
            check_rubbish(sample, row.details.get("floating_rubbish"))
        except Refused as refusal:
            done.refuse(Line(row.line, "", refusal.template, refusal.params))
        for result in row.results:
            try:
                target, value = _target(row.station, result, row.taken_at)
            except Refused as refusal:
                done.refuse(_cell_line(row.line, result.column, refusal))
                continue
            if result.reading.censored:
                details[len(series)] = ObservationDetail(raw_text=result.text[:200])
            places.append((row.line, result.column))
            series.append(target.pk)
            times.append(milliseconds(row.taken_at))
            values.append(value)
            censored.append(result.reading.censored)
    stored = store.store(
        Rows(np.array(series), np.array(times), np.array(values), censored=np.array(censored), details=details),
        source=source, at=at,
    )  # fmt: skip
    done.stored, done.known = stored.stored, stored.known
    for one in stored.refused:
        number, column = places[one.index]
        done.refuse(Line(number, column.head, one.what, one.params))
    others = [line for line in source.refusals if line.get("sheet", "") != form.worksheet]
    lines = [line.as_dict() | {"sheet": form.worksheet} for line in done.lines[: store.REFUSALS_KEPT]]
    source.rows_refused = len(others) + done.refused
    source.refusals = others + lines
    source.save(update_fields=["rows_refused", "refusals"])
    audit("water.lab_sheet", "source_file", source.pk, by, at, name=name[:200], stored=done.stored)
    return done


def _source(data: bytes, name: str, by: Officer | None, at: datetime) -> SourceFile:
    sha256 = hashlib.sha256(data).hexdigest()
    found = SourceFile.objects.filter(sha256=sha256, station=None).first()
    return found or SourceFile.objects.create(
        kind=SourceKind.LAB_SHEET, name=name[:300], sha256=sha256, size=len(data), received_at=at, by=by
    )


def _sample(row: SampleRow, source: SourceFile, laboratory: str, by: Officer | None, at: datetime) -> Sample:
    assert row.taken_at is not None
    assert row.station is not None
    return sample_of(
        row.station, row.taken_at, {"bank": "", **row.details, "laboratory": laboratory},
        {"source": source, "by": by, "at": at, "illustrative": row.station.illustrative},
    )  # fmt: skip


def _target(station: Station, result: Result, taken_at: datetime) -> tuple[Series, float]:
    """The laboratory's series of the parameter at the station, made on first use, and the value in its unit."""
    about = parameter(result.column.means)
    value = result.reading.value
    if value is not None:
        value = float(to_stored(about.key, value, result.column.unit or None, result.column.basis or None))
    found = (
        Series.objects.filter(station=station, parameter=about.key, sensor__name=METHOD).order_by("pk").first()
        or Series.objects.filter(station=station, parameter=about.key, cycle_seconds=None).order_by("pk").first()
    )
    if found is None:
        found, _made = make_series(station, about.key, device=METHOD)
    if value is None:
        return found, _limit(found, taken_at)
    return found, value * ratio_between(about.unit, unit_of(found))


def _limit(series: Series, taken_at: datetime) -> float:
    """“KPH” names no limit: it has the one it was kept with when it came before, else the one of the series."""
    before = Observation.objects.filter(series=series, time=taken_at, censored=Censored.BELOW)
    known = list(before.values_list("value", flat=True)[:1]) or [series.mdl]
    return float("nan") if known[0] is None else known[0]


def _cell_line(line: int, column: Column, refusal: Refused) -> Line:
    return Line(line, column.head, CELL, {"head": column.head, "why": str(refusal)})


# --- one row ---------------------------------------------------------------------------------------------------------


class _Stations:
    """Stations by code and by name without marks."""

    def __init__(self) -> None:
        self.by_key: dict[str, list[Station]] = {}
        self.by_id: dict[int, Station] = {}
        for station in Station.objects.filter(node=""):
            self.by_id[station.pk] = station
            for key in {search_key(station.name), search_key(station.code)} - {""}:
                self.by_key.setdefault(key, []).append(station)

    def named(self, text: str) -> Station | None:
        found = self.by_key.get(search_key(text), [])
        return found[0] if len(found) == 1 else None


def _row(form: Form, number: int, cells: list[Cell], finder: _Stations, whole: Whole, at: datetime) -> SampleRow:
    row = SampleRow(number + 1)
    behind = max(column.index for column in form.columns) + 1
    if not form.turned and behind < len(cells) and is_value(cells[behind]):
        row.faults.append(Line(row.line, "", TOO_WIDE, {"text": one_line(str(cells[behind]))[:40]}))
    _where(form, row, cells, finder, whole)
    _when(form, row, cells, whole, at)
    _about(form, row, cells)
    for column in form.parameters:
        cell = cells[column.index]
        try:
            reading = read_result(cell, decimal=form.decimal)
        except Refused as refusal:
            row.lines.append(_cell_line(row.line, column, refusal))
            continue
        if reading is not None:
            row.results.append(Result(column, reading, one_line(str(cell))))
    return row


def _said(form: Form, cells: list[Cell], duty: str) -> Cell:
    column = form.column(duty)
    return cells[column.index] if column is not None else None


def _where(form: Form, row: SampleRow, cells: list[Cell], finder: _Stations, whole: Whole) -> None:
    for duty in ("@station", "@code"):
        if text := _said(form, cells, duty):
            row.station = finder.named(one_line(str(text)))
            if row.station is not None:
                return
    row.named = one_line(str(_said(form, cells, "@station") or ""))
    if whole.station_id is not None:
        row.station = finder.by_id.get(whole.station_id)
    if row.station is None:
        text = row.named or one_line(str(_said(form, cells, "@code") or ""))
        row.faults.append(Line(row.line, text, NO_STATION, {"text": text}))


_TITLE_DAY = re.compile(
    r"(?:lấy mẫu|quan trắc)[\s:(,–-]*(?:(?:từ|vào|lúc)\s+)?((?:\d{1,2}\s*(?:h|giờ|:)\s*(?:\d{2})?\s*(?:phút|p)?[\s,]*)?)"
    r"(?:từ\s+)?((?:ngày\s+)?(?:\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}|\d{1,2} tháng \d{1,2} năm \d{4}))", re.I
)  # fmt: skip
_SERIAL = re.compile(r"[3-7]\d{4}(?:\.\d+)?")  # Excel's count of days, of a cell that lost its form: 1982 to 2119
_EXCEL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - a calendar day
_DAY_WORDS = re.compile(r"\b(?:ngày|lúc|vào|phút|p)\b|[,;()]", re.IGNORECASE)
_HOUR = re.compile(r"(\d{1,2})\s*(?:[:h]|giờ)\s*(\d{2})?(?::(\d{2}))?\s*(?:p|phút)?", re.IGNORECASE)


def _when(form: Form, row: SampleRow, cells: list[Cell], whole: Whole, at: datetime) -> None:
    try:
        moment = _moment(form, cells, whole)
    except Refused as refusal:
        row.faults.append(Line(row.line, "", refusal.template, refusal.params))
        return
    if moment is None:
        row.faults.append(Line(row.line, "", NO_DAY))
    elif moment > at + AHEAD:
        row.faults.append(Line(row.line, "", FUTURE, {"text": f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}"}))
    else:
        row.taken_at = moment


def _moment(form: Form, cells: list[Cell], whole: Whole) -> datetime | None:
    day, hour = _day_and_hour(_said(form, cells, "@date"))
    if day is None:
        title = _TITLE_DAY.search(form.title)
        if whole.day is None and title is not None:
            day, hour = _day_and_hour(f"{title[1]} {title[2]}")
        day = whole.day or day
    if day is None:
        return None
    given = _said(form, cells, "@time")
    if given is not None:
        hour = _hour(given)
    return datetime.combine(day, hour or time(), VIETNAM)


def _day_and_hour(cell: Cell) -> tuple[date | None, time | None]:
    """A cell of Excel, or text in one of the usual forms, with or without an hour."""
    if cell is None:
        return None, None
    if isinstance(cell, datetime):
        return cell.date(), cell.time() if cell.time() != time() else None
    if isinstance(cell, date):
        return cell, None
    text = re.sub(r"(?<=\d)T(?=\d)", " ", one_line(str(cell)))
    if _SERIAL.fullmatch(text):
        moment = _EXCEL_START + timedelta(minutes=round(float(text) * 1440))
        return moment.date(), moment.time() if moment.time() != time() else None
    found = re.search(r"\d{1,2}\s*(?::|h|giờ)\s*\d{0,2}(?::\d{2})?", text)
    if found:
        text = text[: found.start()] + " " + text[found.end() :]
    rest = one_line(_DAY_WORDS.sub(" ", text)).strip(" -–")
    rest = re.sub(r"(\d{4})[/.](\d{2})[/.](\d{2})", r"\1-\2-\3", rest)
    return parse_date(rest), _hour(found[0]) if found else None


def _hour(cell: Cell) -> time:
    if isinstance(cell, datetime):
        return cell.time()
    if isinstance(cell, float) and 0 <= cell < 1:  # Excel keeps hours as parts of a day
        seconds = round(cell * 86400) % 86400
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    text = one_line(str(cell))
    found = _HOUR.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return time(int(found[1]), int(found[2] or 0), int(found[3] or 0))
    except ValueError:
        raise BadInput(BAD_HOUR, text=text[:40]) from None


_BANKS = {"trai": "left", "left": "left", "t": "left", "phai": "right", "right": "right", "p": "right",
          "giua": "middle", "giua dong": "middle", "giua song": "middle", "hai bo": "both", "ca hai bo": "both"}  # fmt: skip
_YES = {"co", "yes", "x", "1", "true", "c"}
_NO = {"khong", "no", "0", "false", "k", "ko"}


def _about(form: Form, row: SampleRow, cells: list[Cell]) -> None:
    """Bank, rubbish and the rest: what cannot be read is said, and the sample is taken without it."""
    if (text := _said(form, cells, "@bank")) is not None:
        key = re.sub(r"^bo( song)? ", "", search_key(str(text)))
        if key in _BANKS:
            row.details["bank"] = _BANKS[key]
        else:
            row.lines.append(Line(row.line, str(text), BAD_BANK, {"text": str(text)[:40]}))
    if (text := _said(form, cells, "@rubbish")) is not None:
        key = search_key(str(text))
        if key in _YES | _NO:
            row.details["floating_rubbish"] = key in _YES
        else:
            row.lines.append(Line(row.line, str(text), BAD_RUBBISH, {"text": str(text)[:40]}))
    if isinstance(depth := _said(form, cells, "@depth"), int | float):
        row.details["depth_m"] = float(depth)
    for duty, name, most in (
        ("@code", "sample_code", 60),
        ("@seal", "seal", 60),
        ("@taken_by", "taken_by", 200),
        ("@note", "note", 2000),
    ):
        if (text := _said(form, cells, duty)) is not None:
            row.details[name] = one_line(str(text))[:most]
