"""Station files: what is taken, what is refused and why, and that nothing is read as 0."""

from __future__ import annotations

import io
import math
from datetime import UTC, date, datetime
from pathlib import PureWindowsPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.kernel.errors import BadInput
from giapranh.water.rules import folders
from giapranh.water.rules.quality import Reason
from giapranh.water.rules.readings import Censored, Reading, UnclearReading, read_result
from giapranh.water.rules.station_files import (
    CIRCULAR_10,
    LAYOUTS,
    Layout,
    NotText,
    Parsed,
    UnknownLayout,
    layout,
    parse,
    parse_many,
    parse_stream,
)
from giapranh.water.rules.station_names import BadFileName, file_name, parse_name
from giapranh.water.rules.station_times import NO_TIME, milliseconds
from giapranh.water.rules.station_values import numbers

FILE = (
    "Temp\t18.42\toC\t20260101070000\t00\n"
    "pH\t7.31\t-\t20260101070000\t00\n"
    "NH4\t0.41\tmg/L\t20260101070000\t01\n"
    "PM2,5\t12\tµg/Nm3\t20260101070000\t02\n"
)
SEVEN = int(datetime(2026, 1, 1, 0, 0, tzinfo=UTC).timestamp() * 1000)


def rows(parsed: Parsed) -> list[tuple[str, float, int]]:
    return [
        (parsed.symbols[symbol], value, status)
        for symbol, value, status in zip(parsed.symbol, parsed.value.tolist(), parsed.status.tolist(), strict=True)
    ]


def test_a_file_of_the_circular() -> None:
    parsed = parse(FILE.encode())
    assert rows(parsed) == [("Temp", 18.42, 0), ("pH", 7.31, 0), ("NH4", 0.41, 1), ("PM2,5", 12.0, 2)]
    assert set(parsed.time.tolist()) == {SEVEN}  # 07:00 in Vietnam is midnight UTC
    assert [parsed.units[u] for u in parsed.unit] == ["oC", "-", "mg/L", "µg/Nm3"]
    assert parsed.refused == 0
    assert parsed.line.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, ends: str) -> None:
    parsed = parse(FILE.replace("\n", ends).encode(encoding))
    assert [value for _s, value, _t in rows(parsed)] == [18.42, 7.31, 0.41, 12.0]
    assert parsed.refused == 0


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(NotText):
        parse(b"PK\x03\x04\x00\x00\x08\x00" * 40)
    parsed = parse_many([FILE.encode(), b"\x89PNG\x00\x01\x00\x00" * 30, FILE.encode()])
    assert (len(parsed), parsed.refused, parsed.refusals[0].file) == (8, 1, 1)


@pytest.mark.parametrize(("text", "reason"), [
    ("N/A", Reason.NOT_A_NUMBER), ("", Reason.EMPTY), ("-", Reason.EMPTY), ("nan", Reason.NOT_FINITE),
    ("inf", Reason.NOT_FINITE), ("-Infinity", Reason.NOT_FINITE), ("1e308", Reason.TOO_LARGE),
    ("1e999", Reason.TOO_LARGE), ("1_000", Reason.NOT_A_NUMBER), ("7.3.1", Reason.NOT_A_NUMBER),
    ("ERR", Reason.NOT_A_NUMBER), ("0x1F", Reason.NOT_A_NUMBER), ("--5", Reason.NOT_A_NUMBER),
    ("١٢", Reason.NOT_A_NUMBER), ("9999999999999999", Reason.TOO_LARGE),
])  # fmt: skip
def test_what_is_no_number_is_nothing_with_a_reason_never_zero(text: str, reason: Reason) -> None:
    parsed = parse(f"pH\t{text}\t-\t20260101070000\t00\n".encode())
    assert math.isnan(parsed.value[0])
    assert parsed.reason[0] == reason
    assert parsed.raw == {0: text}


@pytest.mark.parametrize("text", ["18.42", "-0.5", "0", "007", ".5", "5.", "1e3", "2.5E-2", " 7.1 ", "+3", "123456789.25",
                                  "0.1", "0.30000000000000004"])  # fmt: skip
def test_numbers_are_read_as_python_reads_them(text: str) -> None:
    parsed = parse(f"pH\t{text}\t-\t20260101070000\t00\n".encode())
    assert parsed.value[0] == float(text)


@given(st.decimals(min_value=-99999, max_value=99999, places=3).map(str))
def test_the_fast_way_gives_the_nearest_number(text: str) -> None:
    read = numbers([text.encode()], np.zeros(1, np.int32), ".", 1e12)
    assert read.value[0] == float(text)


def test_a_decimal_comma_is_refused_unless_the_station_declares_it() -> None:
    content = b"pH\t7,31\t-\t20260101070000\t00\nTSS\t1,234\tmg/L\t20260101070000\t00\n"
    refused = parse(content)
    assert len(refused) == 0
    assert "dấu phẩy" in refused.refusals[0].message
    assert parse(content, layout=LAYOUTS["comma_decimal"]).value.tolist() == [7.31, 1.234]
    assert parse(content, layout=LAYOUTS["auto_decimal"]).value.tolist() == [7.31, 1.234]
    mixed = b"pH\t7,31\t-\t20260101070000\t00\nTSS\t12.5\tmg/L\t20260101070000\t00\n"
    assert parse(mixed, layout=LAYOUTS["auto_decimal"]).value.tolist() == [12.5]
    unclear = b"TSS\t1,234\tmg/L\t20260101070000\t00\n"
    assert len(parse(unclear, layout=LAYOUTS["auto_decimal"])) == 0


def test_each_bad_line_is_refused_with_its_number_and_the_good_ones_stay() -> None:
    content = (
        "Temp\t18.4\toC\t20260101070000\t00\n"
        "\n"
        "pH\t7.3\n"
        "DO\t6.1\tmg/L\t2026013207\t00\n"
        "COD\t12\tmg/L\t20260101070000\t77\n"
        "\t12\tmg/L\t20260101070000\t00\n"
        "TSS\t34\tmg/L\t20260101070000\n"
        "a\tb\tc\td\te\tf\tg\n"
        "TN\t3\tmg/L\t20270101070000\t00\n"
        "TP\t1\tmg/L\t19700101070000\t00\n"
        "NH4\t0.4\tmg/L\t20260101070000\t00"
    )
    parsed = parse(content.encode(), now=datetime(2026, 1, 1, 0, 1, tzinfo=UTC))
    assert rows(parsed) == [("Temp", 18.4, 0), ("TSS", 34.0, -1), ("NH4", 0.4, 0)]
    assert parsed.line.tolist() == [1, 7, 11]
    assert [refusal.line for refusal in parsed.refusals] == [3, 4, 5, 6, 8, 9, 10]
    assert all(refusal.message and "%(" not in refusal.message for refusal in parsed.refusals)
    assert "tương lai" in parsed.refusals[5].message
    assert parsed.refused == 7


def test_a_file_cut_in_its_last_line_may_still_be_written() -> None:
    parsed = parse_many([FILE.encode(), FILE.encode()[:-20], FILE.encode()[:-1]])
    assert parsed.unfinished == {1}


def test_many_files_are_read_as_each_alone() -> None:
    odd = b"pH\t7,1\t-\t20260101070000\t00\n\nDO\t6.1\tmg/L\t20260101070500\nX\n"
    contents = [FILE.encode(), odd, b"", FILE.replace("\n", "\r\n").encode("utf-16")]
    together = parse_many(contents)
    for number, content in enumerate(contents):
        alone = parse(content)
        here = together.file == number
        assert rows(alone) == [row for row, h in zip(rows(together), here, strict=True) if h]
        assert together.line[here].tolist() == alone.line.tolist()
        assert [r.line for r in together.refusals if r.file == number] == [r.line for r in alone.refusals]


def test_long_files_are_read_in_pieces_with_running_line_numbers() -> None:
    line = "Temp\t{}.5\toC\t20260101070000\t00\n"
    content = "".join(line.format(n % 30) if n % 1000 else "bad line\n" for n in range(60_000)).encode()
    parsed = parse(content)
    assert len(parsed) == 60_000 - 60
    assert [r.line for r in parsed.refusals] == [n * 1000 + 1 for n in range(60)]
    assert (np.diff(parsed.line) > 0).all()
    again = list(parse_stream(io.BytesIO(content)))
    assert sum(map(len, again)) == len(parsed)
    assert np.concatenate([p.line for p in again]).tolist() == parsed.line.tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_stream_of_small_blocks_is_read_whole(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from giapranh.water.rules import station_files, station_text

    monkeypatch.setattr(station_files, "blocks", lambda stream: station_text.blocks(stream, size=37))
    parts = list(parse_stream(io.BytesIO((FILE * 5).replace("\n", "\r\n").encode(encoding))))
    assert sum(map(len, parts)) == 20
    assert np.concatenate([p.line for p in parts]).tolist() == list(range(1, 21))


def test_a_line_without_end_is_no_station_file() -> None:
    with pytest.raises(NotText):
        list(parse_stream(io.BytesIO(b"x" * 9_000_000)))


def test_refusals_are_counted_but_not_hoarded() -> None:
    parsed = parse(b"nonsense\n" * 5000)
    assert (len(parsed.refusals), parsed.refused) == (1000, 5000)


@pytest.mark.parametrize(("key", "content"), [
    ("symbol_value_unit_time", b"pH 7.3 - 20260101070000\nDO   6.1 mg/L 20260101070000 00\n"),
    ("time_symbol_value", b"20260101070000 pH 7.3\n20260101070000 DO 6.1 mg/L\n"),
    ("symbol_value_time", b"pH\t7.3\t20260101070000\nDO 6.1 20260101070000\n"),
    ("semicolon", b"pH;7.3;-;20260101070000;00\nDO;6.1;mg/L;20260101070000;00\n"),
])  # fmt: skip
def test_other_orders_of_columns(key: str, content: bytes) -> None:
    parsed = parse(content, layout=layout(key))
    assert [(s, v) for s, v, _status in rows(parsed)] == [("pH", 7.3), ("DO", 6.1)]
    assert set(parsed.time.tolist()) == {SEVEN}


def test_swapped_columns_are_refused_line_by_line() -> None:
    parsed = parse(b"7.3\tpH\t-\t20260101070000\t00\n20260101070000\tDO\t6.1\tmg/L\t00\n")
    assert len(parsed) == 0
    assert parsed.refused == 2


def test_a_layout_without_a_time_is_no_layout() -> None:
    with pytest.raises(UnknownLayout):
        Layout(columns=("symbol", "value"), least=2)
    with pytest.raises(UnknownLayout):
        layout("nobody")
    assert layout("") == CIRCULAR_10


def test_times_in_four_spellings_are_day_first() -> None:
    texts = [b"20260201070000", b"01/02/2026 07:00", b"2026-02-01 07:00:00", b"202602010700", b"2026-02-01T00:00:00Z"]
    assert len(set(milliseconds(texts).tolist())) == 1
    bad = [b"20260230000000", b"20261301000000", b"20260101240000", b"2026010107000", b"", b"31/02/2026 07:00",
           b"202601010700000"]  # fmt: skip
    assert set(milliseconds(bad).tolist()) == {NO_TIME}


@given(st.datetimes(min_value=datetime(2000, 1, 2), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - local clock
def test_any_local_time_is_seven_hours_ahead_of_utc(local: datetime) -> None:
    [found] = milliseconds([f"{local:%Y%m%d%H%M%S}".encode()])
    assert datetime.fromtimestamp(found / 1000 + 7 * 3600, UTC).replace(tzinfo=None) == local.replace(microsecond=0)


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_any_bytes_give_rows_or_refusals_and_never_a_crash(contents: list[bytes]) -> None:
    parsed = parse_many(contents)
    assert len(parsed) == len(parsed.time)
    assert not np.isinf(parsed.value).any()


CELLS = {
    "symbol": st.sampled_from(["pH", "Temp", "NH4", "PM2,5", "", " DO ", "#x", "Độ đục", "7"]),
    "value": st.sampled_from(["7.3", "-0.25", "7,3", "", "nan", "1e308", "abc", "12345678901234567890", "0", " 4.5"]),
    "unit": st.sampled_from(["mg/L", "-", "", "µg/L", "x" * 50]),
    "time": st.sampled_from(
        ["20260101070000", "20260101070500", "01/01/2026 07:10", "2026", "20991231000000", "19691231235959"]
    ),
    "status": st.sampled_from(["00", "01", "02", "", "9", " 00"]),
}
LINE = st.one_of(
    st.tuples(*CELLS.values()).map("\t".join),
    st.tuples(*list(CELLS.values())[:4]).map("\t".join),
    st.sampled_from(["", "pH", "\t\t\t\t\t\t", "pH\t7.3", "\t", " "]),
)


@given(st.lists(LINE, max_size=25))
def test_a_line_fares_in_a_file_as_it_fares_alone(lines: list[str]) -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    whole = parse("\n".join(lines).encode(), now=now)
    alone = [parse(line.encode(), now=now) for line in lines]
    assert rows_of(whole) == [row for one in alone for row in rows_of(one)]
    assert whole.line.tolist() == [number for number, one in enumerate(alone, 1) if len(one)]
    assert [(r.line, r.what) for r in whole.refusals] == [
        (number, one.refusals[0].what) for number, one in enumerate(alone, 1) if one.refused
    ]
    for number, one in enumerate(alone):
        blank = not lines[number].strip("\n")
        assert len(one) + one.refused == (0 if blank else 1), lines[number]


def rows_of(parsed: Parsed) -> list[tuple[object, ...]]:
    names = [parsed.symbols[symbol] for symbol in parsed.symbol]
    units = [parsed.units[unit] for unit in parsed.unit]
    values = [None if math.isnan(value) else value for value in parsed.value.tolist()]
    return list(
        zip(names, units, values, parsed.time.tolist(), parsed.status.tolist(), parsed.reason.tolist(), strict=True)
    )


def test_a_file_of_thousands_of_symbols_is_nonsense() -> None:
    content = "".join(f"S{n}x\t1\tu\t20260101070000\t00\n" for n in range(5000))
    parsed = parse(content.encode())
    assert (len(parsed), parsed.refused) == (1999, 3001)


def test_a_name_tells_station_and_time() -> None:
    name = parse_name("LS_QT01_NUO001_20260101070000.txt")
    assert (name.code, name.at) == ("LS_QT01_NUO001", datetime(2026, 1, 1, tzinfo=UTC))
    assert file_name(name.code, name.at) == "LS_QT01_NUO001_20260101070000.txt"
    assert parse_name("BN_KCN_01_NTH001_20260101070000.txt").facility == "KCN_01"


@pytest.mark.parametrize("name", [
    "../LS_QT01_NUO001_20260101070000.txt", "..\\LS_A_B_20260101070000.txt", "LS_A_B_20260101070000.txt/..",
    "C:LS_A_B_20260101070000.txt", "LS_A_B_20260101070000.txt\0.exe", "LS_A_20260101070000.txt", "CON_A_B_20260101070000.txt",
    "LS_A_B_20261301070000.txt", "LS_A_B_20260101070000.exe", "LS_Á_B_20260101070000.txt", "LS_A_B_00000101070000.txt",
    "LS_A_B_٢٠٢٦٠١٠١٠٧٠٠٠٠.txt", "x" * 500, "", "LS_A_B_20260101070000.txt\n",
])  # fmt: skip
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(BadFileName):
        parse_name(name)


@pytest.mark.parametrize("key", folders.layouts())
def test_a_folder_is_recognised_as_it_was_built(key: str) -> None:
    day = date(2026, 1, 31)
    path = folders.path_for(key, "LS_QT01_NUO001", day)
    found = folders.recognise(path)
    assert found == folders.Found(key, "LS_QT01_NUO001", None if key == "flat" else day)
    assert folders.recognise(PureWindowsPath(*path.parts)) == found


def test_ten_layouts_the_first_is_that_of_the_circular() -> None:
    assert len(folders.layouts()) == 10
    assert str(folders.path_for("", "LS_QT01_NUO001", date(2026, 1, 5))) == "LS_QT01_NUO001/2026/01/05"


@pytest.mark.parametrize(
    "path", ["../X/2026/01/01", "X/2026/13/01", "X/2026/Thang01/31022026", "a/b/c", "", "X/2026/Thang02/31012026"]
)
def test_other_folders_are_not_recognised(path: str) -> None:
    assert folders.recognise(path) is None


def test_a_station_code_cannot_leave_the_folder() -> None:
    for code in ("../x", "a/b", "", "..", "a\\b"):
        with pytest.raises(folders.BadFolder):
            folders.path_for("circular", code, date(2026, 1, 1))


@pytest.mark.parametrize(("cell", "expected"), [
    ("7,25", Reading(7.25)), (7.25, Reading(7.25)), ("<0,01", Reading(0.01, Censored.BELOW)), ("KPH", Reading(0.02, -1)),
    ("KPH (<0,005)", Reading(0.005, -1)), ("<LOD", Reading(0.02, -1)), ("ND", Reading(0.02, -1)), ("không phát hiện", Reading(0.02, -1)),
    ("> 11.000.000", Reading(11_000_000, Censored.ABOVE)), ("2,4x10³", Reading(2400)), ("4.3x10^3", Reading(4300)), ("2.25.10⁴", Reading(22500)), ("", None), ("-", None), (None, None),
    ("0", Reading(0.0)), ("KPH (LOD = 0,003)", Reading(0.003, -1)),
])  # fmt: skip
def test_cells_of_a_laboratory(cell: object, expected: Reading | None) -> None:
    assert read_result(cell, mdl=0.02) == expected


@pytest.mark.parametrize("cell", ["1.234", "abc", "7..2", float("nan"), 1e308, "<", "1,2,3"])
def test_unclear_cells_are_refused(cell: object) -> None:
    with pytest.raises(BadInput) as refusal:
        read_result(cell)
    assert str(refusal.value)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("0.105", 0.105), ("2.100", 2.1), ("7.101", 7.101), ("2.10^3", 2000), ("2.10³", 2000), ("2.4 x 10^3", 2400)],
)
def test_a_point_before_a_ten_is_no_power(cell: str, expected: float) -> None:
    assert read_result(cell, decimal=".") == Reading(expected)


@pytest.mark.parametrize("cell", ["2.100", "0.105", "<0.105"])
def test_three_figures_behind_a_point_are_unclear_where_commas_are_written(cell: str) -> None:
    with pytest.raises(BadInput):
        read_result(cell)


@pytest.mark.parametrize("cell", ["7,125", "0,123", "<0,005", "KPH (MDL=0,001)"])
def test_three_figures_behind_a_comma_are_no_thousands_where_points_are_written(cell: str) -> None:
    with pytest.raises(UnclearReading):
        read_result(cell, decimal=".")


def test_a_sheet_with_decimal_points_says_so() -> None:
    assert read_result("1.234", decimal=".") == Reading(1.234)
    assert read_result("<0.01", decimal=".") == Reading(0.01, Censored.BELOW)
    with pytest.raises(UnclearReading):
        read_result("7,25", decimal=".")
