"""A department brings its rivers, what stands on them, its stations: taken in, refused line by line, repeated safely."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.factories import water as make

from giapranh.water.models import BankReach, CoursePoint, RiverFeature, Series, Station, Watercourse
from giapranh.water.services import network as services

pytestmark = pytest.mark.django_db
GEO = Path(__file__).resolve().parents[4] / "shared" / "geo"


def geojson(folder: Path, *features: dict[str, Any]) -> Path:
    path = folder / "rivers.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


def line(name: str, *points: tuple[float, float], **more: Any) -> dict[str, Any]:
    geometry = {"type": "LineString", "coordinates": [list(point) for point in points]}
    return {"type": "Feature", "properties": {"name": name, **more}, "geometry": geometry}


def csv(folder: Path, text: str, name: str = "river_features.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def told(report: services.Report) -> list[str]:
    return [str(each) for each in report.refused]


# --- rivers ----------------------------------------------------------------------------------------------------------


def test_rivers_get_a_chainage_of_their_own_and_join_where_they_meet(tmp_path: Path) -> None:
    path = geojson(
        tmp_path,
        line("Sông Lớn", (106.5, 21.5), (106.5, 21.1)),
        line("Sông Nhánh", (106.6, 21.3), (106.501, 21.3)),
    )
    report = services.import_rivers(path, at=make.AT)
    assert (report.created, report.updated, told(report)) == (2, 0, [])
    big, small = Watercourse.objects.get(key="lon"), Watercourse.objects.get(key="nhanh")
    assert round(big.length_km, 1) == 44.5
    assert (small.flows_into, round(small.joins_at_km or 0, 1), small.joins_bank) == (big, 22.2, "left")
    assert big.flows_into is None


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = geojson(tmp_path, line("Sông Lớn", (106.5, 21.5), (106.48, 21.3), (106.5, 21.1)))
    services.import_rivers(path, at=make.AT)
    again = services.import_rivers(path, at=make.AT)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 1)


def test_a_dry_run_says_what_would_change_and_changes_nothing(tmp_path: Path) -> None:
    report = services.import_rivers(
        geojson(tmp_path, line("Sông Lớn", (106.5, 21.5), (106.5, 21.1))), dry_run=True, at=make.AT
    )
    assert report.changes == ["Sông Lớn: mới, 44,5 km."]
    assert not Watercourse.objects.exists()


def test_a_better_line_keeps_the_stated_kilometres(tmp_path: Path) -> None:
    river = Watercourse.objects.create(key="thuong", name="Sông Thương", length_km=50, chainage_version="nêu rõ")
    for km, lat in ((50, 21.5), (20, 21.3), (0, 21.1)):
        CoursePoint.objects.create(watercourse=river, km=km, lon=106.5, lat=lat)
    detailed = line("sông thương", (106.5, 21.5), (106.5, 21.4), (106.5, 21.3), (106.5, 21.2), (106.5, 21.1))
    path = geojson(tmp_path, detailed)
    assert services.import_rivers(path, at=make.AT).updated == 1
    kept = CoursePoint.objects.filter(watercourse=river).values_list("km", flat=True)
    assert list(kept) == [50, 35, 20, 10, 0]
    assert services.import_rivers(path, at=make.AT).unchanged == 1
    river.refresh_from_db()
    assert river.chainage_version == "nêu rõ"


def test_a_line_drawn_upstream_is_refused(tmp_path: Path) -> None:
    make.river()
    report = services.import_rivers(geojson(tmp_path, line("Sông Thương", (106.3, 21.1), (106.6, 21.7))), at=make.AT)
    assert told(report) == [
        "rivers.geojson, đối tượng 1: Sông Thương vẽ ngược dòng so với lý trình đã có. Hãy vẽ xuôi dòng."
    ]


@pytest.mark.parametrize(
    ("feature", "what"),
    [
        (line("", (106.5, 21.5), (106.5, 21.1)), "chưa có tên"),
        (line("Sông A", (21.5, 106.5), (21.1, 106.5)), "kinh độ và vĩ độ bị đảo"),
        (line("Sông A", (106.5, 21.5)), ""),
        ({"type": "Feature", "properties": {"name": "A"},
          "geometry": {"type": "Point", "coordinates": [106.5, 21.5]}}, "kiểu hình Point"),
    ],
)  # fmt: skip
def test_what_is_no_river_is_one_line_of_the_report(tmp_path: Path, feature: dict[str, Any], what: str) -> None:
    good = line("Sông Lớn", (106.5, 21.5), (106.5, 21.1))
    report = services.import_rivers(geojson(tmp_path, feature, good), at=make.AT)
    assert report.created == 1
    assert len(report.refused) == 1
    assert what in told(report)[0]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b'{"type": "FeatureCollection", "features": [NaN]}'])
def test_a_file_that_is_no_map_is_refused_whole(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rivers.geojson"
    path.write_bytes(content)
    report = services.import_rivers(path, at=make.AT)
    assert len(report.refused) == 1
    assert not Watercourse.objects.exists()


def test_an_empty_folder_and_an_unclear_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(services.NothingToImport):
        services.import_rivers(tmp_path, at=make.AT)
    with pytest.raises(services.NothingToImport):
        services.import_rivers(csv(tmp_path, "a,b\n1,2\n", "x.csv"), at=make.AT)


# --- features --------------------------------------------------------------------------------------------------------


def test_features_are_placed_by_kilometre_or_by_point(tmp_path: Path) -> None:
    thuong = make.river(length_km=75)
    make.bank(thuong, "left", 75, 0, "xã Kép", "24")
    make.bank(thuong, "right", 75, 0, "xã Tuấn Sơn", "20")
    path = csv(
        tmp_path,
        "river;kind;name;km;lon;lat;bank;restricted;serves;m3_per_day\n"
        "Sông Thương;intake;Nhà máy nước;43,5;;;left;không;180.000 dân;45000\n"
        "thuong;điểm xả;Cống xả cụm công nghiệp;;106,45;21,40;phải;có;;\n",
    )
    report = services.import_features(path, at=make.AT)
    assert told(report) == []
    intake = RiverFeature.objects.get(kind="intake")
    assert (intake.km, intake.bank, intake.province_code, intake.restricted) == (43.5, "left", "24", False)
    assert intake.details == {"serves": "180.000 dân", "m3_per_day": 45000.0}
    outfall = RiverFeature.objects.get(kind="outfall")
    assert (round(outfall.km, 1), outfall.bank, outfall.province_code, outfall.restricted) == (
        37.5,
        "right",
        "20",
        True,
    )
    assert services.import_features(path, at=make.AT).unchanged == 2


REFUSED = {
    "Sông Lạ;intake;A;10;;": "không có sông “Sông Lạ” trong mạng lưới; hãy nạp sông trước.",
    "thuong;intake;A;;;": "thiếu vị trí: ghi km, hoặc lon và lat.",
    "thuong;intake;A;999;;": "km 999 vượt chiều dài Sông Thương (75 km).",
    "thuong;intake;A;1.234,5;;": "km “1.234,5”: chỉ viết một dấu thập phân, không ngăn hàng nghìn.",
    "thuong;intake;A;nan;;": "km “nan” ngoài khoảng cho phép.",
    "thuong;intake;A;1e308;;": "km “1e308” ngoài khoảng cho phép.",
    "thuong;cầu;A;10;;": "kind “cầu” không có trong danh sách.",
    "thuong;intake;;10;;": "thiếu name.",
    "thuong;intake;A;;21,4;106,4": "kinh độ và vĩ độ bị đảo (21,4; 106,4). GeoJSON ghi kinh độ trước.",
    "thuong;intake;A;;107,9;21,4": "điểm cách Sông Thương 139 km; có đúng sông và đúng thứ tự tọa độ không?",
}


@pytest.mark.parametrize(("row", "what"), REFUSED.items())
def test_a_row_that_does_not_fit_is_one_line_of_the_report(tmp_path: Path, row: str, what: str) -> None:
    make.river(length_km=75)
    good = "thuong;intake;Tốt;10;;"
    report = services.import_features(csv(tmp_path, f"river;kind;name;km;lon;lat\n{row}\n{good}\n"), at=make.AT)
    assert told(report) == [f"river_features.csv, dòng 2: {what}"]
    assert list(RiverFeature.objects.values_list("name", flat=True)) == ["Tốt"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_usual_csv_is_read(tmp_path: Path, encoding: str, separator: str) -> None:
    make.river()
    text = "Sông|Loại|Tên|Lý trình\nThương|mốc|Cầu Bố Hạ|66.5\n".replace("|", separator)
    report = services.import_features(csv(tmp_path, text, encoding=encoding), at=make.AT)
    assert told(report) == []
    assert RiverFeature.objects.get().km == 66.5


def test_a_sheet_in_an_old_encoding_or_without_its_columns_is_refused(tmp_path: Path) -> None:
    make.river()
    old = services.import_features(
        csv(tmp_path, "river,kind,name\nthuong,mới,Ca\n".replace("ới", "é"), encoding="cp1258"), at=make.AT
    )
    assert told(old) == ["river_features.csv: Tệp không ở dạng UTF-8. Hãy xuất lại với bảng mã UTF-8."]
    short = services.import_features(csv(tmp_path, "river,km\nthuong,1\n"), at=make.AT)
    assert told(short) == ["river_features.csv: Thiếu cột kind, name."]


# --- stations --------------------------------------------------------------------------------------------------------


def test_stations_come_with_their_series_and_their_owner(tmp_path: Path, node: Any) -> None:
    make.river()
    path = csv(
        tmp_path,
        "code,name,kind,river,km,bank,owner,parameters,cycle_seconds\n"
        "LS_QT01,Trạm Hữu Lũng,trạm tự động,Sông Thương,102.7,right,Phòng Quản lý môi trường,temp ph do nh4_n,300\n"
        "LS_QT02,Điểm Đồng Mỏ,manual,thuong,138,,Đơn vị lạ,,\n",
        "stations.csv",
    )
    report = services.import_stations(path, at=make.AT)
    assert told(report) == []
    assert [str(each) for each in report.flagged] == [
        "stations.csv, dòng 3: không khớp đơn vị nào tên “Đơn vị lạ”: chỉ ghi tên, chưa giao cho ai."
    ]
    first = Station.objects.get(code="LS_QT01")
    assert (first.kind, first.km, first.owner) == ("automatic", 102.7, node.water)
    assert sorted(first.series.values_list("parameter", "unit_symbol", "basis", "cycle_seconds")) == [
        ("do", "mg/L", "", 300), ("nh4_n", "mg/L", "N", 300), ("ph", "pH", "", 300), ("temp", "°C", "", 300),
    ]  # fmt: skip
    assert Station.objects.get(code="LS_QT02").owner_name == "Đơn vị lạ"
    assert services.import_stations(path, at=make.AT).unchanged == 2


def test_series_have_a_sheet_of_their_own(tmp_path: Path, node: Any) -> None:
    make.station(code="LS_QT01")
    path = csv(
        tmp_path,
        "station,parameter,unit,basis,cycle_seconds,measuring_cycle_seconds,device,mdl,valid_from\n"
        "LS_QT01,NH4,mg/L,N,300,3600,Amtax,0.05,01/07/2025\n"
        "LS_QT01,NH4,mg/L,,300,,,,\n"
        "LS_QT01,do,m3/s,,300,,,,\n"
        "LS_QT09,do,,,300,,,,\n",
        "series.csv",
    )
    report = services.import_stations(path, at=make.AT)
    made = Series.objects.get()
    assert (made.parameter, made.basis, made.measuring_cycle_seconds, made.sensor.name, made.mdl) == (
        "nh4_n", "N", 3600, "Amtax", 0.05)  # fmt: skip
    assert [line.where for line in report.refused] == ["dòng 3", "dòng 4", "dòng 5"]


def test_a_station_of_the_neighbour_is_never_overwritten(tmp_path: Path, node: Any) -> None:
    theirs = make.station(code="BN_QT01", name="Trạm Kép", node="bac-ninh")
    report = services.import_stations(csv(tmp_path, "code,name\nBN_QT01,Khác\n", "stations.csv"), at=make.AT)
    assert told(report) == ["stations.csv, dòng 2: trạm Trạm Kép do tỉnh bạn quản lý, không sửa ở đây."]
    theirs.refresh_from_db()
    assert theirs.name == "Trạm Kép"


# --- a whole folder --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not GEO.is_dir(), reason="no folder of maps beside the checkout: nothing to load")
def test_a_departments_folder_of_maps_loads_as_its_own() -> None:
    report = services.import_rivers(GEO, at=make.AT)
    assert told(report) == []
    assert Watercourse.objects.count() == 15
    into = dict(Watercourse.objects.exclude(flows_into=None).values_list("name", "flows_into__name"))
    assert into["Sông Lục Nam"] == "Sông Thương"
    assert into["Sông Hóa"] == "Sông Thương"
    assert into["Sông Cẩm Đàn"] == "Sông Lục Nam"
    assert RiverFeature.objects.count() == 57
    assert set(RiverFeature.objects.filter(illustrative=True).values_list("name", flat=True)) == {
        line.split(",")[2] for line in (GEO / "river_chainage.csv").read_text("utf-8").splitlines() if "QT đề xuất" in line
    }  # fmt: skip
    again = services.import_rivers(GEO, at=make.AT)
    assert (again.created, again.updated) == (0, 0)
    assert not BankReach.objects.exists()


def test_an_order_of_columns_nobody_knows_is_refused_before_a_file_comes(tmp_path: Path) -> None:
    report = services.import_stations(
        csv(tmp_path, "name,code,file_columns\nMột,LS_A_B,abc\nHai,LS_A_C,semicolon_comma\n", "tram.csv"), at=make.AT
    )

    assert (report.created, len(report.refused), "abc" in told(report)[0]) == (1, 1, True)
