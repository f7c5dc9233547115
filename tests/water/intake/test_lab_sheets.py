"""Laboratory sheets: whatever their form, results come in as they were written, or a line says why not."""

from __future__ import annotations

import codecs
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from tests.conftest import World
from tests.factories.water import station as make_station

from giapranh.kernel.errors import Refused
from giapranh.people.models import Officer
from giapranh.water.intake import lab_forms, lab_sheets
from giapranh.water.intake.grids import BadSheet
from giapranh.water.intake.lab_sheets import Whole, look, take_in
from giapranh.water.models import FileColumn, Observation, ObservationDetail, Sample, Series, SourceFile, Station

AT = datetime(2026, 3, 1, tzinfo=UTC)
HEADS = [
    "STT",
    "Vị trí lấy mẫu",
    "Ngày lấy mẫu",
    "Giờ",
    "Bờ",
    "Rác nổi",
    "pH",
    "DO (mg/L)",
    "COD",
    "Amoni (NH4+ tính theo N)",
]
UNITS = [None, None, None, None, None, None, "-", "mg/L", "mg/L", "mg/L"]
ROW = [1, "Hữu Lũng", "05/02/2026", "8h30", "trái", "có", "7,2", "5,8", "12", "0,41"]


@pytest.fixture
def station(node: World) -> Station:
    return make_station(code="HL", name="Hữu Lũng", kind="manual", owner=node.water)


def book(*rows: list[Any]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def sheet(*rows: list[Any]) -> bytes:
    return book(["KẾT QUẢ QUAN TRẮC NƯỚC MẶT"], [], HEADS, UNITS, *rows)


def stored() -> dict[str, float | None]:
    rows = Observation.objects.select_related("series").order_by("series__parameter")
    return {row.series.parameter: row.value for row in rows}


def take(data: bytes, an: Officer, **more: Any) -> lab_sheets.Done:
    return take_in(data, name="phieu.xlsx", by=an, at=AT, **more)


def test_a_sheet_becomes_a_sample_with_its_results(station: Station, an: Officer) -> None:
    done = take(sheet(ROW), an)

    assert (done.samples, done.stored, done.refused) == (1, 4, 0)
    assert stored() == {"cod": 12.0, "do": 5.8, "nh4_n": 0.41, "ph": 7.2}
    sample = Sample.objects.get()
    assert (sample.station, sample.bank, sample.floating_rubbish) == (station, "left", True)
    assert sample.taken_at == datetime(2026, 2, 5, 1, 30, tzinfo=UTC)
    assert Observation.objects.values_list("time", flat=True)[0] == sample.taken_at
    assert SourceFile.objects.get().rows_stored == 4


def test_the_same_sheet_twice_changes_nothing(station: Station, an: Officer) -> None:
    data = sheet(ROW)  # made once: a workbook carries the second it was written in
    take(data, an)
    done = take(data, an)

    assert (done.stored, done.known, Sample.objects.count(), SourceFile.objects.count()) == (0, 4, 1, 1)


def test_a_dry_run_keeps_nothing(station: Station, an: Officer) -> None:
    assert take(sheet(ROW), an, dry_run=True).stored == 4
    assert (Sample.objects.count(), Series.objects.count(), SourceFile.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("cell", "value", "censored"),
    [
        ("<0,01", 0.01, -1),
        ("< 0,05", 0.05, -1),
        (">100", 100.0, 1),
        ("KPH", None, -1),
        ("<LOD", None, -1),
        ("1.250,5", 1250.5, 0),
    ],
)
def test_below_and_above_are_kept_as_written(
    station: Station, an: Officer, cell: str, value: float | None, censored: int
) -> None:
    take(sheet([*ROW[:8], cell, None]), an)

    row = Observation.objects.get(series__parameter="cod")
    assert (row.value, row.censored) == (value, censored)
    if censored:
        assert ObservationDetail.objects.get(series=row.series_id).raw_text == cell


@pytest.mark.parametrize("cell", ["", "-", "x", None])
def test_an_empty_result_is_no_result(station: Station, an: Officer, cell: str | None) -> None:
    assert take(sheet([*ROW[:8], cell, None]), an).stored == 2


@pytest.mark.parametrize(
    "day",
    [
        "05/02/2026",
        "5-2-2026",
        "2026-02-05",
        "ngày 5 tháng 2 năm 2026",
        datetime(2026, 2, 5),  # noqa: DTZ001 - as Excel keeps it
        date(2026, 2, 5),
        "05.02.2026",
    ],
)
def test_days_in_the_usual_styles_are_the_same_day(station: Station, an: Officer, day: Any) -> None:
    take(sheet([1, "HL", day, *ROW[3:]]), an)

    assert Sample.objects.get().taken_at == datetime(2026, 2, 5, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", ["13/13/2026", "02/30/2026", "hôm qua", "05/02/2036"])
def test_days_that_cannot_be_are_refused_with_their_line(station: Station, an: Officer, day: str) -> None:
    done = take(sheet([1, "HL", day, *ROW[3:]]), an)

    assert (done.samples, done.stored, [line.line for line in done.lines]) == (0, 0, [5])


@pytest.mark.parametrize("hour", ["8h30", "08:30", "8 giờ 30", "8:30:00", 8.5 / 24])
def test_hours_in_the_usual_styles(station: Station, an: Officer, hour: Any) -> None:
    take(sheet([*ROW[:3], hour, *ROW[4:]]), an)

    assert Sample.objects.get().taken_at == datetime(2026, 2, 5, 1, 30, tzinfo=UTC)


def test_day_and_hour_in_one_cell(station: Station, an: Officer) -> None:
    take(sheet([1, "HL", "05/02/2026 08:30", None, *ROW[4:]]), an)

    assert Sample.objects.get().taken_at == datetime(2026, 2, 5, 1, 30, tzinfo=UTC)


def test_an_unclear_number_is_a_line_and_the_others_come_in(station: Station, an: Officer) -> None:
    done = take(sheet([*ROW[:6], "7,2", "5.8x", "12", "nan"]), an)

    assert (done.stored, done.refused) == (2, 2)
    assert {line.text for line in done.lines} == {"DO (mg/L)", "Amoni (NH4+ tính theo N)"}


def test_a_sheet_that_writes_points_is_read_with_points(station: Station, an: Officer) -> None:
    take(sheet([*ROW[:6], "7.25", "5.8", "12", "0.415"]), an)

    assert stored() == {"cod": 12.0, "do": 5.8, "nh4_n": 0.415, "ph": 7.25}


def test_units_and_basis_of_the_head_are_converted(station: Station, an: Officer) -> None:
    heads = ["Trạm", "Ngày lấy mẫu", "Amoni (theo NH4+)", "Pb"]
    take(book(heads, [None, None, "mg/L", "µg/L"], ["HL", "05/02/2026", "1,288", "20"]), an)

    assert stored() == pytest.approx({"nh4_n": 1.0, "pb": 0.02}, rel=1e-3)


def test_a_sheet_on_its_side_is_turned(station: Station, an: Officer) -> None:
    data = book(
        ["PHIẾU KẾT QUẢ"], ["Ngày lấy mẫu: 05/02/2026"],
        ["STT", "Thông số", "Đơn vị", "Phương pháp", "HL"],
        [1, "pH", "-", "TCVN 6492", "7,1"], [2, "COD", "mg/L", "SMEWW", "15"], [3, "TSS", "mg/L", "TCVN", "<5"],
    )  # fmt: skip
    form = look(data, name="phieu.xlsx")
    assert form.turned
    done = take(data, an, choices={}, whole=Whole(station_id=station.pk))

    assert (done.samples, stored()) == (1, {"cod": 15.0, "ph": 7.1, "tss": 5.0})


def test_swapped_columns_are_noticed(station: Station, an: Officer) -> None:
    data = book(["Trạm", "Ngày lấy mẫu", "pH", "COD"], *(["HL", f"0{n}/02/2026", 85 + n, 7.2] for n in range(1, 6)))
    form = look(data, name="phieu.xlsx")

    assert form.notes == [(lab_forms.SWAPPED, {"one": "pH", "other": "COD"})]


def test_what_was_decided_is_remembered_for_the_form(station: Station, an: Officer) -> None:
    data = book(["Trạm", "Ngày lấy mẫu", "pH", "Chỉ tiêu A"], ["HL", "05/02/2026", "7", "3"])
    with pytest.raises(lab_sheets.NotReady):
        take(data, an)
    take(data, an, choices={3: ("cod", "mg/L", "")})
    assert stored() == {"cod": 3.0, "ph": 7.0}

    later = book(["Trạm", "Ngày lấy mẫu", "pH", "Chỉ tiêu A"], ["HL", "06/02/2026", "7", "4"])
    assert look(later, name="x.xlsx").known
    assert take(later, an).stored == 2
    assert FileColumn.objects.filter(symbol="Chỉ tiêu A", parameter="cod").count() == 1


def test_a_unit_that_cannot_be_is_refused_when_chosen(station: Station, an: Officer) -> None:
    with pytest.raises(BadSheet, match="COD"):
        take(sheet(ROW), an, choices={8: ("cod", "°C", "")})


def test_an_unknown_place_is_a_line(station: Station, an: Officer) -> None:
    done = take(sheet([1, "Nơi nào đó", *ROW[2:]]), an)

    assert [(line.line, line.what) for line in done.lines] == [(5, lab_sheets.NO_STATION)]


def test_people_of_another_office_bring_in_nothing(station: Station, binh: Officer) -> None:
    with pytest.raises(Refused):
        take(sheet(ROW), binh)
    assert Observation.objects.count() == 0


CSV = "Trạm;Ngày lấy mẫu;pH;COD\n;;-;mg/L\nHL;05/02/2026;7,2;12,5\n"


@pytest.mark.parametrize(
    "data",
    [
        CSV.encode(),
        codecs.BOM_UTF8 + CSV.encode(),
        CSV.encode("utf-16"),
        CSV.replace("\n", "\r\n").encode(),
        CSV.replace(";", "\t").encode(),
        'Trạm,Ngày lấy mẫu,pH,COD\nHL,05/02/2026,"7,2","12,5"\n'.encode(),
    ],
)
def test_csv_in_any_encoding_and_separator(station: Station, an: Officer, data: bytes) -> None:
    take(data, an)

    assert stored() == {"cod": 12.5, "ph": 7.2}


@pytest.mark.parametrize(
    "data", [b"", b"   ", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old", b"a;b\n1;2\n", bytes(range(256))]
)
def test_what_is_no_sheet_is_refused_in_words(station: Station, an: Officer, data: bytes) -> None:
    with pytest.raises(Refused):
        take(data, an)
