"""Laboratory sheets: whatever their form, results come in as they were written, or a line says why not."""

from __future__ import annotations

import codecs
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from tests.conftest import World
from tests.factories.water import station as make_station

from giapranh.kernel.errors import Refused
from giapranh.people.models import Officer
from giapranh.water.intake import lab_forms, lab_sheets
from giapranh.water.intake.grids import BadSheet
from giapranh.water.intake.lab_sheets import Whole, look, take_in
from giapranh.water.models import FileColumn, Observation, ObservationDetail, Sample, Series, SourceFile, Station
from giapranh.water.rules.readings import Reading
from giapranh.water.services.entering import WITH_RUBBISH, About, OtherRubbish, enter

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


def book(*rows: list[Any], more: dict[str, list[list[Any]]] | None = None) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for title, others in (more or {}).items():
        page = made.create_sheet(title)
        for row in others:
            page.append(row)
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
        'Trạm,Ngày lấy mẫu,pH,COD (mg/L)\nHL,05/02/2026,"7,2","12,5"\n'.encode(),
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


def test_two_banks_at_one_instant_are_not_mixed_up(station: Station, an: Officer) -> None:
    right = [*ROW[:4], "phải", None, "7,6", "5,1", "19", "0,60"]
    done = take(sheet(ROW, right), an)
    assert (done.samples, done.stored, [(line.line, line.params["bank"]) for line in done.lines]) == (
        1,
        4,
        [(6, "bờ trái")],
    )

    assert take(sheet([*right[:3], "8h40", *right[4:]]), an).stored == 4


# --- forms as laboratories send them ---------------------------------------------------------------------------------


def test_heads_in_two_rows_lose_nothing(station: Station, an: Officer) -> None:
    data = book(
        ["KẾT QUẢ QUAN TRẮC NƯỚC MẶT ĐỢT 1/2026"], [],
        ["TT", "Vị trí", "Ngày lấy mẫu", "pH", "DO", "Kim loại nặng", None, None],
        [None, None, None, None, None, "As", "Cd", "Pb"],
        [None, None, None, "-", "mg/L", "mg/L", "mg/L", "mg/L"],
        [1, "Hữu Lũng", "05/02/2026", "7,2", "5,8", "<0,001", "0,002", "0,003"],
    )  # fmt: skip

    assert (take(data, an).stored, stored()["ph"], stored()["cd"]) == (5, 7.2, 0.002)


def test_fewer_heads_below_than_above_lose_nothing(station: Station, an: Officer) -> None:
    data = book(
        ["Vị trí", "Ngày lấy mẫu", "pH", "DO", "TSS", "COD", "Kim loại nặng", None],
        [None, None, None, None, None, None, "As", "Pb"],
        [None, None, "-", "mg/l", "mg/l", "mg/l", "mg/l", "µg/l"],
        ["HL", "05/02/2026", 7.2, 6.1, 11, 5, 0.001, 2],
    )  # fmt: skip
    take(data, an)

    assert stored() == {"ph": 7.2, "do": 6.1, "tss": 11.0, "cod": 5.0, "as": 0.001, "pb": 0.002}


def test_the_unit_over_a_group_of_heads_holds_for_each(station: Station, an: Officer) -> None:
    data = book(
        ["Vị trí", "Ngày", "pH", "Kim loại nặng (µg/l)", None, "Vi sinh (MPN/100ml)"],
        [None, None, None, "As", "Pb", "Coliform"],
        ["HL", "05/02/2026", 7.2, 6, 11, 2400],
    )  # fmt: skip
    take(data, an)

    assert stored() == {"ph": 7.2, "as": 0.006, "pb": 0.011, "coliform": 2400.0}


ON_SIDE = [
    ["PHIẾU KẾT QUẢ"], ["Ngày lấy mẫu:", "05/02/2026"],
    ["TT", "Thông số", "Đơn vị", "MDL", "Phương pháp", "Kết quả", None, "QCVN 08-MT:2015/BTNMT", None],
    [None, None, None, None, None, "HL", "NM2", "A2", "B1"],
    [1, "pH", "-", None, "TCVN 6492", "7,1", "7,3", "6-8,5", "5,5-9"],
    [2, "DO", "mg/L", 0.1, "TCVN 7325", "5,6", "5,2", "≥ 5", "≥ 4"],
    [3, "COD", "mg/L", 3, "SMEWW 5220C", "14", "18", "15", "30"],
    ["Ghi chú: KPH là không phát hiện"],
]  # fmt: skip


def test_limits_beside_the_samples_are_no_samples(station: Station, an: Officer) -> None:
    make_station(code="NM2", name="Bố Hạ", kind="manual", owner=station.owner)
    done = take(book(*ON_SIDE), an)

    assert (done.samples, done.stored, done.refused) == (2, 6, 0)
    assert sorted(Observation.objects.filter(series__parameter="cod").values_list("value", flat=True)) == [14.0, 18.0]


def test_a_station_chosen_for_the_sheet_takes_no_limits_and_no_second_place(station: Station, an: Officer) -> None:
    single = [[*row[:6], *row[7:]] for row in ON_SIDE if row[:1] != [None]]
    take(book(*single), an, choices={}, whole=Whole(station_id=station.pk))
    assert stored() == {"ph": 7.1, "do": 5.6, "cod": 14.0}

    places = [[cell if cell != "HL" else "NM1" for cell in row] for row in ON_SIDE]
    done = take(book(*places), an, choices={}, whole=Whole(station_id=station.pk, day=date(2026, 2, 6)))
    assert (done.samples, {line.what for line in done.lines}) == (0, {lab_sheets.MANY_PLACES})


def test_results_before_their_units_are_read(station: Station, an: Officer) -> None:
    data = book(
        ["Ngày lấy mẫu: 8h30 ngày 05/02/2026"], ["TT", "Chỉ tiêu", "HL", "Đơn vị", "LOD"],
        [1, "pH", 7.1, "-", None], [2, "As", 5, "µg/L", 0.3], [3, "COD", 15, "mg/L", 3],
    )  # fmt: skip

    assert (take(data, an).stored, stored()) == (3, {"ph": 7.1, "as": 0.005, "cod": 15.0})
    assert Sample.objects.get().taken_at == datetime(2026, 2, 5, 1, 30, tzinfo=UTC)


def test_rows_of_limits_and_means_are_no_samples(station: Station, an: Officer) -> None:
    limits = ["QCVN 08:2023/BTNMT (Mức B)", None, None, None, None, None, "6-8,5", "≥5", "15", "0,3"]
    means = ["Giá trị trung bình", None, None, None, None, None, "7,2", "5,8", "12", "0,41"]
    whole = Whole(station_id=station.pk, day=date(2026, 2, 6))
    done = take(sheet(ROW, limits, means), an, choices={}, whole=whole)

    assert (done.samples, done.stored, done.refused) == (1, 4, 0)


def test_a_row_that_numbers_the_columns_is_no_sample(station: Station, an: Officer) -> None:
    data = book(HEADS, UNITS, [f"({n})" for n in range(1, 11)], ROW)
    done = take(data, an, choices={}, whole=Whole(station_id=station.pk, day=date(2026, 2, 6)))

    assert (done.samples, done.refused) == (1, 0)


def test_a_row_of_dashes_below_the_heads_is_no_row_of_units(station: Station, an: Officer) -> None:
    heads = ["Trạm", "Ngày lấy mẫu", "pH", "DO (mg/L)", "TSS (mg/L)", "COD (mg/L)"]
    data = book(heads, ["HL", "05/02/2026", "-", "-", "-", "12"])

    assert (take(data, an).stored, stored()) == (1, {"cod": 12.0})


def test_a_unit_nobody_knows_is_refused_not_passed_over(station: Station, an: Officer) -> None:
    heads = ["Trạm", "Ngày lấy mẫu", "Tổng coliform", "As", "COD"]
    data = book(heads, [None, None, "MPN/l", "grain/gal", "mg/L"], ["HL", "05/02/2026", 24000, 3, 12])
    done = take(data, an)

    assert (done.stored, done.refused, stored()) == (2, 1, {"coliform": 2400.0, "cod": 12.0})
    assert "grain/gal" in str(done.lines[0].params["why"])


def test_a_form_with_other_units_is_another_form(station: Station, an: Officer) -> None:
    heads = ["Trạm", "Ngày lấy mẫu", "pH", "As"]
    take(book(heads, [None, None, "-", "mg/L"], ["HL", "05/02/2026", 7, 0.01]), an, choices={})
    take(book(heads, [None, None, "-", "µg/L"], ["HL", "06/02/2026", 7, 12]), an)

    assert list(Observation.objects.filter(series__parameter="as").order_by("time").values_list("value", flat=True)) == [
        0.01, 0.012,
    ]  # fmt: skip


@pytest.mark.parametrize("head", ["COD", "NH4+ (mg/L)"])
def test_what_a_sheet_does_not_tell_is_confirmed_once_by_a_person(station: Station, an: Officer, head: str) -> None:
    data = book(["Trạm", "Ngày lấy mẫu", "pH", head], ["HL", "05/02/2026", 7, 3])
    column = look(data, name="x.xlsx").columns[3]
    assert (column.unit, column.sure, bool(column.note)) == ("mg/L", False, True)
    with pytest.raises(lab_sheets.NotReady):
        take(data, an)

    take(data, an, choices={})
    assert take(data, an).known == 2


def test_a_number_cut_in_two_by_its_comma_is_refused(station: Station, an: Officer) -> None:
    data = "Trạm,Ngày lấy mẫu,pH,COD (mg/L)\nHL,05/02/2026,7,2,12,5\nHL,06/02/2026,7,12\n".encode()
    done = take_in(data, name="phieu.csv", by=an, at=AT)

    assert (done.samples, done.stored, [(line.line, line.what) for line in done.lines]) == (
        1, 2, [(2, lab_sheets.TOO_WIDE)],
    )  # fmt: skip


def test_numbers_below_no_head_are_asked_about(station: Station, an: Officer) -> None:
    data = book(["Trạm", "Ngày lấy mẫu", "pH", "Kim loại", None, "COD (mg/L)"], ["HL", "05/02/2026", 7, 0.1, 0.2, 12])

    assert [column.head for column in look(data, name="x.xlsx").undecided] == ["Kim loại", "(E)"]


@pytest.mark.parametrize(
    "day",
    [
        46058, "46058", 46058.3541666667, "8h30 ngày 05/02/2026", "5/2/2026 lúc 8 giờ 30 phút", "Ngày 05/02/2026",
        "08:30 ngày 5 Tháng 2 năm 2026", "2026/02/05 08:30",
    ],
)  # fmt: skip
def test_days_of_other_hands(station: Station, an: Officer, day: Any) -> None:
    take(sheet([1, "HL", day, "8h30", *ROW[4:]]), an)

    assert Sample.objects.get().taken_at == datetime(2026, 2, 5, 1, 30, tzinfo=UTC)


def test_every_worksheet_of_a_workbook_is_taken_in_by_its_name(station: Station, an: Officer) -> None:
    heads = ["Trạm", "Ngày lấy mẫu", "pH", "COD (mg/L)"]
    data = book(
        ["Kính gửi: Sở Nông nghiệp và Môi trường"],
        more={"Đợt 1": [heads, ["HL", "05/02/2026", 7.2, 12]], "Đợt 2": [heads, ["HL", "06/03/2025", 7.1, "x1"]]},
    )
    form = look(data, name="phieu.xlsx")
    assert (form.worksheet, form.worksheets) == ("Đợt 1", ["Đợt 1", "Đợt 2"])

    assert [take(data, an, worksheet=name).stored for name in form.worksheets] == [2, 1]
    source = SourceFile.objects.get()
    assert (source.rows_stored, source.rows_refused, source.refusals[0]["sheet"]) == (3, 1, "Đợt 2")
    take(data, an, worksheet="Đợt 1")
    source.refresh_from_db()
    assert source.rows_refused == 1


def test_a_place_merged_over_several_rows_holds_for_each(station: Station, an: Officer) -> None:
    """The second row has no place of its own: neither refused nor given to the station chosen for the sheet."""
    other = make_station(code="BH", name="Bố Hạ", kind="manual", owner=station.owner)
    made = openpyxl.load_workbook(
        BytesIO(sheet(ROW, [2, None, "06/02/2026", *ROW[3:]], [3, None, None, "9h30", *ROW[4:]], [4, *ROW[1:]]))
    )
    page = made.active
    page["B8"] = "Bố Hạ"
    page.merge_cells("B5:B7")
    page.merge_cells("C6:C7")
    page.merge_cells("A1:J1")
    out = BytesIO()
    made.save(out)
    done = take(out.getvalue(), an, whole=Whole(station_id=other.pk))

    assert done.lines == []
    taken = Sample.objects.filter(station=station).order_by("taken_at").values_list("taken_at", flat=True)
    assert list(taken) == [
        datetime(2026, 2, 5, 1, 30, tzinfo=UTC), datetime(2026, 2, 6, 1, 30, tzinfo=UTC),
        datetime(2026, 2, 6, 2, 30, tzinfo=UTC),
    ]  # fmt: skip
    assert Sample.objects.filter(station=other).count() == 1


def test_two_columns_of_one_name_are_remembered_each_for_itself(station: Station, an: Officer) -> None:
    heads = ["Trạm", "Ngày lấy mẫu", "pH", "pH", "COD (mg/L)"]
    take(book(heads, ["HL", "05/02/2026", "7", "7,1", "3"]), an, choices={3: ("-", "", "")})
    later = book(heads, ["HL", "06/02/2026", "7,2", "7,1", "4"])

    assert [column.means for column in look(later, name="x.xlsx").columns[2:]] == ["ph", "-", "cod"]
    assert take(later, an).stored == 2
    assert Observation.objects.filter(series__parameter="ph").latest("time").value == 7.2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("days", [("05/02/2026", "05/02/2026"), ("05/02/2026", "06/02/2026")])
def test_two_people_at_once_make_one_source_and_one_series(
    station: Station, an: Officer, days: tuple[str, str]
) -> None:
    first = sheet([*ROW[:2], days[0], *ROW[3:]])
    sheets = [first, first if days[0] == days[1] else sheet([*ROW[:2], days[1], *ROW[3:]])]
    together = threading.Barrier(2)

    def person(data: bytes) -> lab_sheets.Done:
        try:
            together.wait(timeout=60)
            return take(data, an)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as people:
        done = list(people.map(person, sheets))
    assert sum(one.stored + one.known for one in done) == 8
    assert sum(one.refused for one in done) == 0
    assert (Series.objects.count(), Sample.objects.count()) == (4, len(set(days)))
    assert SourceFile.objects.count() == len(set(days))


def test_below_detection_stays_known_when_the_limit_changes(station: Station, an: Officer) -> None:
    data = sheet([*ROW[:8], "KPH", "0,41"])
    take(data, an)
    for limit in (3.0, 2.0):
        Series.objects.filter(parameter="cod").update(mdl=limit)
        done = take(data, an)
        assert (done.known, done.refused) == (4, 0)
        Observation.objects.filter(series__parameter="cod").delete()
        ObservationDetail.objects.all().delete()
        take(data, an)
        assert stored()["cod"] == limit


def test_what_looks_swapped_is_not_taken_without_a_person(station: Station, an: Officer) -> None:
    data = book(["Trạm", "Ngày lấy mẫu", "pH", "COD (mg/L)"], ["HL", "05/02/2026", "35", "7,1"])
    with pytest.raises(lab_sheets.NotReady, match=r"đổi chỗ cho nhau.*Mở trang Đưa số liệu vào"):
        take(data, an)
    assert not Observation.objects.exists()
    assert take(data, an, choices={}).stored == 2


def test_a_formula_nobody_reckoned_is_refused_not_passed_over(station: Station, an: Officer) -> None:
    with pytest.raises(BadSheet, match="Ô G5 là công thức"):
        look(sheet([*ROW[:6], "=7+0.2", *ROW[7:]]), name="phieu.xlsx")


def test_who_comes_second_fills_in_the_sample(station: Station, an: Officer) -> None:
    bare = [*ROW[:4], None, None, *ROW[6:]]
    take(sheet(bare), an, whole=Whole(laboratory="PTN A"))
    series, taken_at = Series.objects.get(parameter="cod"), Sample.objects.get().taken_at
    about = About(bank="left", floating_rubbish=True, depth_m=0.5)
    readings = {series.pk: (Reading(12.0), "12")}
    enter(station_id=station.pk, taken_at=taken_at, readings=readings, about=about, by=an, at=AT)

    sample = Sample.objects.get()
    assert (sample.bank, sample.floating_rubbish, sample.depth_m, sample.laboratory) == ("left", True, 0.5, "PTN A")
    assert take(sheet(bare), an).refused == 0
    (line,) = take(sheet([*ROW[:5], "không", *ROW[6:]]), an).lines
    assert (line.what, Sample.objects.get().floating_rubbish) == (WITH_RUBBISH, True)
    with pytest.raises(OtherRubbish):
        enter(
            station_id=station.pk,
            taken_at=taken_at,
            readings=readings,
            about=About(floating_rubbish=False),
            by=an,
            at=AT,
        )
