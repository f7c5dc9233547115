"""Units on a day: what changed on 1 July 2025 and what a code means when."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from tests.factories.places import make_commune, make_province

from giapranh.places import layers, queries, services
from giapranh.places.models import AdministrativeUnit, BorderPair, MapLayer, Spot, UnitSuccession
from giapranh.places.rules.coordinates import Zone, to_vn2000, to_wgs84
from giapranh.places.rules.names import same_name, split_name

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def seeded(db):
    return services.load_seed(at=AT)


def test_the_seed_may_be_loaded_again(seeded):
    assert seeded > 0
    assert services.load_seed(at=AT) == 0


def test_code_24_means_another_province_from_one_day_to_the_next(seeded):
    assert queries.unit_by_code("24", BEFORE, "province").name == "Bắc Giang"
    assert queries.unit_by_code("24", AFTER, "province").name == "Bắc Ninh"
    assert queries.unit_by_code("27", BEFORE, "province").name == "Bắc Ninh"
    assert queries.unit_by_code("27", AFTER, "province") is None
    assert [(code, [u.name for u in units]) for code, units in queries.code_changes()] == [
        ("24", ["Bắc Giang", "Bắc Ninh"])
    ]


def test_provinces_of_a_day(seeded):
    assert [u.full_name for u in queries.provinces(BEFORE)] == ["tỉnh Bắc Giang", "tỉnh Bắc Ninh", "tỉnh Lạng Sơn"]
    third = "thành phố Hải Phòng"  # the left bank of the lowest reach is its
    assert [u.full_name for u in queries.provinces(AFTER)] == ["tỉnh Bắc Ninh", third, "tỉnh Lạng Sơn"]


def test_a_unit_of_the_past_is_shown_with_its_name_of_today(seeded):
    old = queries.unit_by_code("24", BEFORE, "province")
    assert queries.display_name(old, AFTER) == "Bắc Giang (nay là Bắc Ninh)"
    assert queries.display_name(old, BEFORE) == "Bắc Giang"
    assert [u.name for u in queries.predecessors(queries.unit_by_code("24", AFTER, "province"))] == [
        "Bắc Giang", "Bắc Ninh",
    ]  # fmt: skip


def test_the_border_has_22_pairs_of_9_and_14_communes(seeded):
    pairs = list(queries.border_pairs(AFTER))
    assert len(pairs) == 22
    assert {p.unit_a.parent.name for p in pairs} == {"Lạng Sơn"}
    assert {p.unit_b.parent.name for p in pairs} == {"Bắc Ninh"}
    assert (len({p.unit_a_id for p in pairs}), len({p.unit_b_id for p in pairs})) == (9, 14)
    assert sum(p.km for p in pairs) == pytest.approx(203.5, abs=0.6)
    assert list(queries.border_pairs(BEFORE)) == []


def test_words_find_units_with_and_without_marks(seeded):
    assert [u.full_name for u in queries.find("tan thanh", AFTER)] == ["xã Tân Thành"]
    assert [u.full_name for u in queries.find("Hữu Lũng", BEFORE)] == ["huyện Hữu Lũng"]
    assert list(queries.find("Hữu Lũng", AFTER)) == []


def test_units_are_listed_in_vietnamese_order(db):
    for name in ("Zuôn", "Ân", "Ăn", "An", "Đào", "Dào"):
        make_commune(code=name, name=name)
    assert [u.name for u in queries.at(AFTER)] == ["An", "Ăn", "Ân", "Dào", "Đào", "Zuôn"]


def square(lon: float, lat: float, size: float) -> dict:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_a_point_gives_the_unit_of_the_day(db):
    old = make_province("24", "Bắc Giang", valid_to=BEFORE)
    new = make_province("24", "Bắc Ninh", valid_from=AFTER)
    commune = make_commune(parent=new)
    for unit, shape in ((old, square(106, 21, 1)), (new, square(106, 21, 1)), (commune, square(106, 21, 0.5))):
        unit.set_geometry(shape, "vẽ tay")
        unit.save()
    assert queries.unit_of_point(106.2, 21.2, BEFORE) == old
    assert queries.unit_of_point(106.2, 21.2, AFTER) == commune
    assert queries.unit_of_point(106.2, 21.2, AFTER, "province") == new
    assert queries.unit_of_point(106.8, 21.8, AFTER) == new
    assert queries.unit_of_point(110, 21, AFTER) is None


def test_a_moved_outline_is_seen_at_once(db):
    unit = make_province("20")
    unit.set_geometry(square(106, 21, 1), "vẽ tay")
    unit.save()
    assert queries.unit_of_point(106.5, 21.5, AFTER) == unit
    unit.set_geometry(square(104, 21, 1), "vẽ tay")
    unit.save()
    assert queries.unit_of_point(106.5, 21.5, AFTER) is None


def test_the_layers_of_a_day_name_what_they_show(seeded):
    shown = {
        layer.key: [f["properties"].get("name") for f in layer.geojson["features"]] for layer in layers.layers(AFTER)
    }
    assert shown["provinces"] == ["Bắc Ninh", "Lạng Sơn"]
    assert "Sông Thương" in shown["rivers"]
    assert "border-schematic" in shown
    assert [f["properties"]["name"] for f in layers.layers(BEFORE)[0].geojson["features"]] == ["Lạng Sơn"]


def test_a_room_above_may_add_layers(seeded):
    collection = {"type": "FeatureCollection", "features": [{"type": "Feature"}]}
    layers.register_layers("test", lambda day, user: [layers.Layer("mines", "Mỏ", collection)])
    try:
        assert layers.layers(AFTER)[-1].key == "mines"
    finally:
        layers._providers.pop("test")


# --- coordinates --------------------------------------------------------------------------------------------------


def test_vn2000_of_lang_son_puts_x_north_and_y_east():
    zone = Zone(9215, "107°15′")
    point = to_vn2000(107.25, 21.85, zone)
    assert point.y == pytest.approx(500_000, abs=300)  # on the central meridian, but for the shift to VN-2000
    assert 2_410_000 < point.x < 2_425_000
    assert to_wgs84(point.x, point.y, zone) == pytest.approx((107.25, 21.85), abs=1e-6)
    assert str(point).startswith("X = 2.41")
    assert str(point).endswith("KTT 107°15′")


def test_the_zone_of_a_unit_is_that_of_its_province(seeded):
    assert queries.zone_of(queries.unit_by_code("06445", AFTER)).epsg == 9215
    assert queries.zone_of(queries.unit_by_code("24", BEFORE, "province")).epsg == 9214
    assert "hỏi lại" in queries.zone_of(queries.unit_by_code("24", AFTER, "province")).note
    assert queries.zone_of(make_province("99", "Khác")) is None


@pytest.mark.parametrize(
    ("written", "level", "read"),
    [
        ("Huyện Hữu Lũng", "district", ("district", "huyện", "Hữu Lũng")),
        ("Thành phố Bắc Giang", "district", ("district", "thành phố", "Bắc Giang")),
        ("Thành phố Huế", "province", ("province", "thành phố", "Huế")),
        ("Thị xã Chũ", "district", ("district", "thị xã", "Chũ")),
        ("Thị trấn Kép", "commune", ("township", "thị trấn", "Kép")),
        ("Phường Tam Thanh", "commune", ("ward", "phường", "Tam Thanh")),
        ("Lạng Sơn", "province", ("province", "tỉnh", "Lạng Sơn")),
    ],
)
def test_the_word_before_a_name_tells_its_kind(written, level, read):
    assert split_name(written, level) == read


def test_two_spellings_of_one_name():
    assert same_name("Hoà Bình", "Hòa Bình")
    assert same_name("Thuỵ Hùng", "Thụy Hùng")
    assert not same_name("Tân Sơn", "Tân Sởn")


# --- what must be true is true in the database --------------------------------------------------------------------


@pytest.mark.parametrize(
    "constraint",
    [
        "unit_ends_after_it_starts", "unit_seed_key_once", "unit_code_starts_once_a_day",
        "unit_is_not_its_own_parent", "unit_succession_once", "unit_does_not_succeed_itself",
        "border_pair_ends_after_it_starts", "border_pair_has_two_sides", "border_pair_length_positive",
        "border_pair_once", "spot_lies_on_the_globe", "map_layer_ends_after_it_starts", "map_layer_once",
    ],
)  # fmt: skip
def test_the_database_refuses(db, constraint):
    one, other = make_commune("1", "Một"), make_commune("2", "Hai")

    def pair(**fields):
        return BorderPair.objects.create(**{"unit_a": one, "unit_b": other} | fields)

    def layer(**fields):
        return MapLayer.objects.create(key="k", title="t", geojson={}, **fields)

    tries = {
        "unit_ends_after_it_starts": lambda: make_commune("3", valid_from=AFTER, valid_to=BEFORE),
        "unit_seed_key_once": lambda: [make_commune(str(n), seed_key="x") for n in (5, 6)],
        "unit_code_starts_once_a_day": lambda: make_commune("1", "Ba"),
        "unit_is_not_its_own_parent": lambda: AdministrativeUnit.objects.filter(pk=one.pk).update(parent=one),
        "unit_succession_once": lambda: [
            UnitSuccession.objects.create(predecessor=one, successor=other, on=AFTER) for _ in range(2)
        ],
        "unit_does_not_succeed_itself": lambda: UnitSuccession.objects.create(predecessor=one, successor=one, on=AFTER),
        "border_pair_ends_after_it_starts": lambda: pair(valid_from=AFTER, valid_to=BEFORE),
        "border_pair_has_two_sides": lambda: pair(unit_b=one),
        "border_pair_length_positive": lambda: pair(km=0),
        "border_pair_once": lambda: [pair() for _ in range(2)],
        "spot_lies_on_the_globe": lambda: Spot.objects.create(code="a", name="a", kind="x", lon=200, lat=1),
        "map_layer_ends_after_it_starts": lambda: layer(valid_from=AFTER, valid_to=BEFORE),
        "map_layer_once": lambda: [layer() for _ in range(2)],
    }
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        tries[constraint]()


def test_each_constraint_of_the_room_is_tried_above():
    from django.apps import apps

    named = {c.name for m in apps.get_app_config("places").get_models() for c in m._meta.constraints}
    (mark,) = (m for m in test_the_database_refuses.pytestmark if m.name == "parametrize")
    assert named == set(mark.args[1])
