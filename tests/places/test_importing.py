"""A department's own maps: taken in as a whole, told line by line, never believed blindly."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.factories.places import make_province

from giapranh.places import queries, services
from giapranh.places.importing import NoMaps
from giapranh.places.models import AdministrativeUnit, BorderPair, River, Spot, UnitSuccession
from giapranh.places.rules import geojson

AT = datetime(2026, 11, 23, tzinfo=UTC)
DAY = date(2026, 1, 1)
GEO = Path(__file__).resolve().parents[3] / "shared" / "geo"


def square(lon: float, lat: float, size: float = 0.1) -> dict[str, Any]:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def commune(code: str = "06445", name: str = "Tân Thành", geometry: Any = None, **properties: Any) -> dict[str, Any]:
    known = {"code": code, "name": name, "full_name": f"Xã {name}", "kind": "xã", "province_code": "20"}
    return {"type": "Feature", "properties": known | properties, "geometry": geometry or square(106.5, 21.5)}


def put(folder: Path, features: list[Any], name: str = "communes_2025.geojson", **more: Any) -> None:
    document = {"type": "FeatureCollection", "features": features, **more}
    (folder / name).write_text(json.dumps(document), encoding="utf-8")


def lines(report: services.ImportReport) -> list[str]:
    return [str(line) for line in report.refused]


@pytest.fixture
def province(db):
    return make_province("20", "Lạng Sơn")


def test_a_folder_is_taken_in_and_taken_in_again_without_change(province, tmp_path):
    put(tmp_path, [commune(), commune("06457", "Tuấn Sơn", square(106.7, 21.5))])
    report = services.import_folder(tmp_path, at=AT)
    assert (report.created, report.updated, report.unchanged, lines(report)) == (2, 0, 0, [])
    unit = queries.unit_by_code("06445", DAY)
    assert (unit.full_name, unit.parent, unit.valid_from) == ("xã Tân Thành", province, date(2025, 7, 1))
    again = services.import_folder(tmp_path, at=AT)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


def test_a_dry_run_tells_and_leaves_nothing(province, tmp_path):
    put(tmp_path, [commune()])
    report = services.import_folder(tmp_path, dry_run=True, at=AT)
    assert (report.created, report.dry_run) == (1, True)
    assert queries.unit_by_code("06445", DAY) is None


def test_one_bad_feature_is_one_line_and_the_rest_goes_in(province, tmp_path):
    put(
        tmp_path,
        [commune(), commune("06457", "Tuấn Sơn", {"type": "Polygon", "coordinates": [[[106, 21], [107, 21]]]})],
    )
    report = services.import_folder(tmp_path, at=AT)
    assert lines(report) == ["communes_2025.geojson, đối tượng 2: hình vẽ không khép hoặc thiếu điểm."]
    assert report.created == 1


BOW_TIE = {"type": "Polygon", "coordinates": [[[106, 21], [106.1, 21.1], [106.1, 21], [106, 21.1], [106, 21]]]}


@pytest.mark.parametrize(
    ("feature", "line"),
    [
        (commune(geometry=square(21.5, 106.5)), "kinh độ và vĩ độ bị đảo"),
        (commune(geometry=square(449262, 2417472, 100)), "có lẽ VN-2000"),
        (commune(geometry=square(2.3, 48.8)), "nằm ngoài Việt Nam"),
        (commune(geometry=BOW_TIE), "tự cắt"),
        (commune(geometry={"type": "Point", "coordinates": [106, 21]}), "kiểu hình Point"),
        (commune(geometry={"type": "Polygon", "coordinates": []}), "không có điểm"),
        (commune(geometry={"type": "Polygon", "coordinates": "106,21"}), "sai cấu trúc"),
        (commune(geometry={"type": "Polygon", "coordinates": [[["a", "b"]]]}), "không đủ hai số"),
        (commune(code=""), "thiếu mã (code)"),
        (commune(province_code="99"), "không có tỉnh mang mã 99"),
        (commune(province_code=""), "thiếu mã tỉnh"),
        (commune(valid_from="2025-13-45"), "Không có ngày"),
        (commune(valid_from="2026-01-01", valid_to="2025-01-01"), "trước ngày có hiệu lực"),
        ({"type": "Feature", "geometry": square(106, 21)}, "thiếu thuộc tính"),
        ("x", "thiếu thuộc tính"),
    ],
)
def test_a_bad_feature_gets_one_clear_line(province, tmp_path, feature, line):
    put(tmp_path, [feature])
    report = services.import_folder(tmp_path, at=AT)
    (told,) = lines(report)
    assert line in told
    assert AdministrativeUnit.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", "Tệp rỗng."),
        (b'{"type": "FeatureCollection", "features": [', "không phải JSON"),
        ('{"tên": "x"}'.encode("utf-16"), "không ở dạng UTF-8"),
        ("Xã Tân Thành".encode("cp1258", "replace") + b"\xff", "không ở dạng UTF-8"),
        (b"[]", "không phải GeoJSON"),
        (b'{"type": "FeatureCollection"}', "thiếu danh sách"),
        (b'{"type": "FeatureCollection", "features": [], "x": NaN}', "không phải số"),
        (b"[" * 200_000, "lồng nhau quá sâu"),
        (
            b'{"type":"FeatureCollection","features":[],"crs":{"type":"name","properties":{"name":"EPSG:9215"}}}',
            "Tệp dùng hệ tọa độ EPSG:9215",
        ),
        (
            b'{"type":"FeatureCollection","crs":{"properties":{"name":"urn:ogc:def:crs:EPSG::9210"}},"features":[]}',
            "Hãy xuất lại theo WGS 84",
        ),
    ],
)
def test_a_bad_file_gets_one_clear_line(province, tmp_path, data, line):
    (tmp_path / "communes_2025.geojson").write_bytes(data)
    (told,) = lines(services.import_folder(tmp_path, at=AT))
    assert line in told


def test_files_that_are_too_large_are_refused_before_they_are_read(province, tmp_path, monkeypatch):
    put(tmp_path, [commune(), commune("06457", "Tuấn Sơn", square(106.7, 21.5))])
    for name, value, line in (
        ("MAX_BYTES", 10, "lớn hơn"), ("MAX_FEATURES", 1, "nhiều hơn 1"), ("MAX_VERTICES", 7, "hơn 7 điểm"),
    ):  # fmt: skip
        with monkeypatch.context() as limit:
            limit.setattr(geojson, name, value)
            (told,) = lines(services.import_folder(tmp_path, at=AT))
        assert line in told
    assert queries.unit_by_code("06445", DAY) is None


def test_wgs84_by_its_names_is_welcome(province, tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    put(tmp_path, [commune()], crs=crs)
    assert services.import_folder(tmp_path, at=AT).created == 1


def test_one_code_twice_in_a_file_is_told(province, tmp_path):
    put(tmp_path, [commune(), commune(name="Tân Thành Hai", geometry=square(107, 21.5))])
    (told,) = lines(services.import_folder(tmp_path, at=AT))
    assert "mã 06445 đã có ở đối tượng 1" in told


def test_a_code_that_means_another_unit_here_is_told(province, tmp_path):
    put(tmp_path, [commune()])
    services.import_folder(tmp_path, at=AT)
    put(tmp_path, [commune(name="Vân Nham")])
    (told,) = lines(services.import_folder(tmp_path, at=AT))
    assert "mã 06445 đang là xã Tân Thành, tệp ghi là Vân Nham" in told


def test_one_name_with_two_codes_is_told_and_not_doubled(province, tmp_path):
    put(tmp_path, [commune("06436", "Thiện Tân")])
    services.import_folder(tmp_path, at=AT)
    put(tmp_path, [commune("06421", "Thiện Tân")])
    (told,) = lines(services.import_folder(tmp_path, at=AT))
    assert "xã Thiện Tân đã có với mã 06436, tệp ghi mã 06421" in told


def test_the_old_spelling_of_a_name_is_the_same_unit(province, tmp_path):
    put(tmp_path, [commune("06001", "Hoà Bình")])
    services.import_folder(tmp_path, at=AT)
    put(tmp_path, [commune("06001", "Hòa Bình")])
    assert services.import_folder(tmp_path, at=AT).unchanged == 1


def test_decomposed_letters_are_kept_composed(province, tmp_path):
    import unicodedata

    put(tmp_path, [commune(name=unicodedata.normalize("NFD", "Tân Thành"))])
    services.import_folder(tmp_path, at=AT)
    assert queries.unit_by_code("06445", DAY).name == "Tân Thành"


def test_areas_that_lie_on_each_other_are_flagged_but_kept(province, tmp_path):
    put(tmp_path, [commune(), commune("06457", "Tuấn Sơn", square(106.55, 21.5))])
    report = services.import_folder(tmp_path, at=AT)
    assert (report.created, lines(report)) == (2, [])
    (flag,) = map(str, report.flagged)
    assert "xã Tân Thành và xã Tuấn Sơn chồng lên nhau 50 % diện tích" in flag


def test_a_code_used_again_at_another_time_is_another_unit(province, tmp_path):
    put(tmp_path, [commune("06004", "Quốc Khánh", valid_to="2025-06-30")], "communes_old.geojson")
    put(tmp_path, [commune("06004", "Quốc Khánh")])
    report = services.import_folder(tmp_path, at=AT)
    assert (report.created, lines(report)) == (2, [])


def test_a_file_without_dates_and_an_unknown_name_is_refused(province, tmp_path):
    put(tmp_path, [commune()], "communes_mine.geojson")
    (told,) = lines(services.import_folder(tmp_path, at=AT))
    assert "thiếu ngày có hiệu lực" in told


def test_spots_are_read_with_their_faults_by_line(db, tmp_path):
    rows = "id,name,kind,lon,lat,accuracy_m\nP1,Cầu Sơn,bridge,106.3,21.4,100\nP2,Lệch,bridge,21.4,106.3,\nP3,,bridge,106,21,\n"
    (tmp_path / "places.csv").write_text(rows, encoding="utf-8")
    report = services.import_folder(tmp_path, at=AT)
    assert [line.split(":")[0] for line in lines(report)] == ["places.csv, dòng 3", "places.csv, dòng 4"]
    assert Spot.objects.get().name == "Cầu Sơn"


def test_a_folder_without_maps_or_no_folder_is_refused(db, tmp_path):
    with pytest.raises(NoMaps):
        services.import_folder(tmp_path, at=AT)
    with pytest.raises(NoMaps):
        services.import_folder(tmp_path / "không có", at=AT)


def test_real_maps_of_the_two_provinces(db):
    if not (GEO / "communes_2025.geojson").exists():
        pytest.skip("the real maps are not beside this checkout; they are not part of the product")
    services.load_seed(at=AT)
    report = services.import_folder(GEO, at=AT)
    assert (lines(report), report.flagged) == ([], [])
    assert queries.at(DAY).exclude(kind="province").count() == 65 + 99
    assert queries.at(date(2025, 6, 30)).filter(kind="district").count() == 11 + 10
    assert BorderPair.objects.count() == 22
    assert River.objects.exclude(geometry=None).count() >= 15
    tan_thanh = queries.unit_by_code("06445", DAY)
    assert [link.predecessor.full_name for link in UnitSuccession.objects.filter(successor=tan_thanh)] == [
        "huyện Hữu Lũng"
    ]
    assert queries.unit_of_point(106.2, 21.27, date(2024, 1, 1), "province").name == "Bắc Giang"
    assert queries.unit_of_point(106.2, 21.27, DAY, "province").name == "Bắc Ninh"
    again = services.import_folder(GEO, at=AT)
    assert (again.created, again.updated) == (0, 0)
