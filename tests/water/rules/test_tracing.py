"""Up and down the rivers: the table of travel times, the traps of direction, and laws of windows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.water.rules import oxygen, transport
from giapranh.water.rules.datafiles import read_csv
from giapranh.water.rules.speeds import season
from giapranh.water.rules.tracing import (
    BadNetwork,
    BadSpeed,
    BadWindow,
    BankReach,
    Course,
    Feature,
    Graph,
    OffTheRiver,
    Position,
    ReachSpeed,
    River,
    Speeds,
    locate,
    reaches_back,
    shipped_graph,
    trace_back,
    trace_forward,
)

T0 = datetime(2026, 1, 15, 7, tzinfo=UTC)
GRAPH = shipped_graph()


@pytest.mark.parametrize(("velocity", "hours"), [
    (0.15, [24, 67, 111, 124, 172, 190]), (0.3, [12, 34, 55, 62, 86, 95]), (0.6, [6, 17, 28, 31, 43, 48]), (1.0, [3.5, 10, 17, 19, 26, 29]),
])  # fmt: skip
def test_travel_hours_from_huu_lung(velocity: float, hours: list[float]) -> None:
    speeds = Speeds.uniform(velocity, velocity)
    for km, expected in zip((90, 66.5, 43, 36, 10, 0), hours, strict=True):
        least, most = speeds.hours("thuong", 102.7, km)
        assert least == pytest.approx(expected, abs=0.51)
        assert least == most


@pytest.mark.parametrize(("velocity", "hours"), [(0.2, [110, 150, 185]), (0.4, [55, 75, 92]), (0.8, [28, 38, 46])])
def test_travel_hours_of_the_luc_nam_from_the_border(velocity: float, hours: list[float]) -> None:
    speeds = Speeds.uniform(velocity, velocity)
    assert [round(speeds.hours("luc-nam", 133, km)[0]) for km in (53.7, 25, 0)] == hours


def test_the_hoa_brings_water_from_bac_ninh_into_lang_son_and_back() -> None:
    arrivals = trace_forward(GRAPH, Position("hoa", 10.5), T0, Speeds.regime("mean"))
    changes = [(a.province, a.river, a.km) for a in arrivals if a.kind == "province"]
    assert changes == [("20", "hoa", 5.3), ("24", "thuong", 93.2), ("31", "thuong", 10.0)]
    suspects = trace_back(GRAPH, Position("thuong", 100), T0, Speeds.regime("mean"))
    dam = next(s for s in suspects if "Cấm Sơn" in s.feature.name)
    assert (dam.path, dam.feature.province) == (("hoa", "thuong"), "24")
    assert dam.distance_km == pytest.approx(10.5 + 22.8)


def test_the_border_reach_of_the_thuong_belongs_to_both() -> None:
    assert GRAPH.provinces_at(Position("thuong", 88)) == {"left": "24", "right": "20"}
    assert GRAPH.is_shared(Position("thuong", 93.2))
    assert not GRAPH.is_shared(Position("thuong", 93.3))
    assert not GRAPH.is_shared(Position("thuong", 82.3))
    arrivals = trace_forward(GRAPH, Position("thuong", 102.7), T0, Speeds.uniform(0.3, 0.6))
    intake = next(a for a in arrivals if a.kind == "intake")
    assert intake.shared_border
    assert intake.bank == "left"


def test_below_the_luc_nam_the_left_bank_is_hai_phong() -> None:
    assert GRAPH.provinces_at(Position("thuong", 5)) == {"left": "31", "right": "24"}
    arrivals = trace_forward(GRAPH, Position("luc-nam", 20), T0, Speeds.uniform(0.3, 0.6), bank="right")
    assert [a.province for a in arrivals if a.kind == "province"] == ["31"]
    crossing = next(a for a in arrivals if a.kind == "confluence")
    assert (crossing.name, crossing.distance_km, crossing.bank) == ("Sông Thương", 20.0, "left")
    assert arrivals[-1].kind == "end"
    assert arrivals[-1].distance_km == pytest.approx(30)
    below = {(a.name, a.bank_note) for a in arrivals if a.river == "thuong" and a.kind == "commune"}
    assert any("cùng bờ" in note for name, note in below if name == "Chí Linh")  # it came in on the left bank


def test_the_luc_nam_starts_in_lang_son() -> None:
    assert GRAPH.provinces_at(Position("luc-nam", 140))["left"] == "20"
    assert GRAPH.provinces_at(Position("luc-nam", 132.9)) == {"left": "24", "right": "24"}


def test_sources_of_both_rivers_are_seen_below_their_confluence() -> None:
    rivers = {s.feature.river for s in trace_back(GRAPH, Position("thuong", 8), T0, Speeds.regime("mean"))}
    assert {"thuong", "luc-nam", "hoa"} <= rivers
    above = {s.feature.river for s in trace_back(GRAPH, Position("thuong", 12), T0, Speeds.regime("mean"))}
    assert "luc-nam" not in above


def small() -> Graph:
    rivers = {
        "main": River("main", "Sông Cái", 100),
        "side": River("side", "Sông Con", 40, Position("main", 50), "left"),
    }
    features = (
        Feature("plant", "outfall", "Nhà máy", "main", 80, bank="right"),
        Feature("farm", "outfall", "Trại", "side", 10, bank="right"),
        Feature("town", "pollution_source", "Phố", "main", 60, km_lower=55),
        Feature("below", "outfall", "Dưới", "main", 10),
        Feature("intake", "intake", "Nhà máy nước", "main", 20, km_uncertainty=2, bank="left"),
    )
    banks = (BankReach("main", "left", 100, 30, "Xã Trên", "20"), BankReach("main", "right", 100, 30, "Xã Trên", "20"),
             BankReach("main", "left", 30, 0, "Xã Dưới", "24"), BankReach("main", "right", 30, 0, "Xã Trên", "20"),
             BankReach("side", "both", 40, 0, "Xã Con", "24"))  # fmt: skip
    return Graph(rivers, features, banks)


def test_windows_run_from_the_slowest_to_the_fastest_water() -> None:
    found = {s.feature.key: s for s in trace_back(small(), Position("main", 44), T0, Speeds.uniform(0.5, 1.0),
                                                   seen_to=T0 + timedelta(hours=2))}  # fmt: skip
    assert set(found) == {"plant", "farm", "town"}
    plant = found["plant"]
    assert plant.hours == pytest.approx((10, 20))
    assert plant.window.earliest == T0 - timedelta(hours=20)
    assert plant.window.latest == T0 + timedelta(hours=2) - timedelta(hours=10)
    assert found["farm"].distance_km == pytest.approx(16)
    assert found["farm"].path == ("side", "main")
    assert found["town"].hours == pytest.approx((11 / 3.6, 2 * 16 / 3.6))
    assert plant.window.overlaps(T0 - timedelta(hours=30), T0 - timedelta(hours=19))
    assert not plant.window.overlaps(T0, T0)


def test_the_bank_counts_until_the_water_is_mixed() -> None:
    found = {
        s.feature.key: s for s in trace_back(small(), Position("main", 44), T0, Speeds.uniform(0.5, 1), bank="left")
    }
    assert found["farm"].possible  # from the tributary it comes in on the left, whatever bank it stood on
    assert "hòa trộn gần hết" in found["plant"].bank_note
    near = {
        s.feature.key: s for s in trace_back(small(), Position("main", 75), T0, Speeds.uniform(0.5, 1), bank="left")
    }
    assert not near["plant"].possible


def test_limits_of_time_and_distance() -> None:
    speeds = Speeds.uniform(0.5, 1.0)
    assert {s.feature.key for s in trace_back(small(), Position("main", 44), T0, speeds, max_km=20)} == {"farm", "town"}
    assert {s.feature.key for s in trace_back(small(), Position("main", 44), T0, speeds, max_hours=9)} == {
        "farm",
        "town",
    }
    reaches = {r.river: r for r in reaches_back(small(), Position("main", 44), speeds, max_hours=5)}
    assert reaches["main"].km_upper == pytest.approx(44 + 18)
    assert reaches["side"].km_upper == pytest.approx(12)
    assert reaches["side"].hours_lower == pytest.approx((6 / 3.6, 12 / 3.6))


def test_forward_knows_uncertain_places_and_when_the_border_is_shared() -> None:
    found = trace_forward(
        small(), Position("side", 10), T0, Speeds.uniform(0.5, 1.0), released_to=T0 + timedelta(hours=1)
    )
    intake = next(a for a in found if a.kind == "intake")
    assert intake.distance_km == pytest.approx(40)
    assert intake.hours == pytest.approx((38 / 3.6, 2 * 42 / 3.6))
    assert intake.window.latest == T0 + timedelta(hours=1 + 2 * 42 / 3.6)
    assert [(a.kind, a.name) for a in found if a.kind in {"province", "commune"}] == [
        ("commune", "Xã Con"), ("commune", "Xã Trên"), ("province", "20"), ("commune", "Xã Dưới"), ("province", "24"),
    ]  # fmt: skip
    assert next(a for a in found if a.name == "Xã Dưới").shared_border


def test_own_velocities_and_tracers_say_so() -> None:
    measured = Speeds.by_reach([ReachSpeed("main", 60, 40, 2, 2, "đo bằng phao 12/01")], Speeds.uniform(0.5, 1.0))
    assert measured.hours("main", 70, 50) == pytest.approx((10 / 3.6 + 5 / 3.6, 20 / 3.6 + 5 / 3.6))
    suspects = trace_back(small(), Position("main", 44), T0, measured)
    assert "đo bằng phao 12/01" in suspects[0].notes
    tracer = Speeds.tracer(10, 18, spread=0.25)
    assert tracer.hours("any", 18, 0) == pytest.approx((8, 10 / 0.75))
    low = Speeds.regime("low")
    assert low.unsure
    assert low.hours("thuong", 30, 20)[1] == pytest.approx(2 * low.hours("thuong", 60, 50)[1])


@pytest.mark.parametrize("make", [
    lambda: Speeds.uniform(0, 1), lambda: Speeds.uniform(2, 1), lambda: Speeds.uniform(1, 50), lambda: Speeds.regime("high"),
    lambda: Speeds.tracer(0, 5), lambda: Speeds.uniform(float("nan"), 1), lambda: Speeds.tracer(1, 5, spread=1),
])  # fmt: skip
def test_impossible_velocities_are_refused(make: object) -> None:
    with pytest.raises(BadSpeed):
        make()  # type: ignore[operator]


def test_impossible_networks_and_places_are_refused() -> None:
    a, b = River("a", "A", 10, Position("b", 1)), River("b", "B", 10, Position("a", 1))
    for rivers in ({"a": a, "b": b}, {"a": a}, {"a": River("a", "A", 5, Position("a", 1))},
                   {"a": River("a", "A", 5, Position("b", 11)), "b": River("b", "B", 10)}):  # fmt: skip
        with pytest.raises(BadNetwork):
            Graph(rivers)
    for at in (Position("x", 1), Position("main", 101), Position("main", -1)):
        with pytest.raises(BadNetwork):
            trace_back(small(), at, T0, Speeds.uniform(1, 1))
    with pytest.raises(BadWindow):
        trace_back(small(), Position("main", 1), T0, Speeds.uniform(1, 1), seen_to=T0 - timedelta(hours=1))
    with pytest.raises(BadWindow):
        trace_forward(small(), Position("main", 1), datetime(2026, 1, 1), Speeds.uniform(1, 1))  # noqa: DTZ001 - refused


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0.05, 5), st.floats(0.05, 5))
def test_back_and_forth_are_one_relation(upper: float, lower: float, v1: float, v2: float) -> None:
    upper, lower = max(upper, lower), min(upper, lower)
    speeds = Speeds.uniform(*sorted((v1, v2)))
    graph = Graph(
        {"r": River("r", "R", 100)}, (Feature("s", "outfall", "S", "r", upper), Feature("w", "intake", "W", "r", lower))
    )
    [suspect] = trace_back(graph, Position("r", lower), T0, speeds)
    arrival = next(a for a in trace_forward(graph, Position("r", upper), T0, speeds) if a.kind == "intake")
    assert suspect.hours == pytest.approx(arrival.hours)
    assert arrival.hours[0] <= arrival.hours[1]
    assert suspect.window.earliest <= suspect.window.latest <= T0


def test_the_map_and_the_kilometres_agree() -> None:
    for river in ("thuong", "luc-nam"):
        course = GRAPH.courses[river]
        for km in (0.0, 5.0, 33.3, 88.0, 133.1, course.top_km):
            lon, lat = course.point_at(km)
            found = course.nearest(lon, lat)
            assert found[0] == pytest.approx(km, abs=0.01)
            assert found[1] < 1
    place = locate(106.29, 21.45, GRAPH.courses)
    assert place.river == "thuong"
    assert 82.4 < place.km < 93.2
    line = GRAPH.courses["thuong"].line(82.4, 93.2)
    assert line[0] == GRAPH.courses["thuong"].point_at(93.2)
    assert line[-1] == GRAPH.courses["thuong"].point_at(82.4)
    assert line == GRAPH.courses["thuong"].line(93.2, 82.4)
    with pytest.raises(OffTheRiver):
        locate(105.0, 20.0, GRAPH.courses)
    with pytest.raises(OffTheRiver):
        locate(float("nan"), 20.0, GRAPH.courses)
    with pytest.raises(OffTheRiver):
        Course("x", ((0, 1, 1),))


@pytest.mark.parametrize("river", ["thuong", "luc-nam", "hoa", "trung", "cam-dan"])
def test_every_kilometre_of_the_shipped_rivers_has_a_province_on_both_banks(river: str) -> None:
    top = GRAPH.rivers[river].top_km
    assert GRAPH.courses[river].top_km == top
    km = 0.0
    while km <= top:
        assert set(GRAPH.provinces_at(Position(river, km))) == {"left", "right"}, km
        km += 0.7


@pytest.mark.parametrize("name", ["rivers", "course_points", "landmarks", "bank_communes", "intakes", "pressures"])
def test_every_row_says_where_it_comes_from_and_since_when(name: str) -> None:
    rows = read_csv(f"{name}.csv")
    assert rows
    for row in rows:
        assert row["source"]
        assert row["confidence"]
        assert row["valid_from"]
        assert None not in row


def test_dilution_and_mixing() -> None:
    assert transport.mix(8, 0.25, 0.5, 18) == pytest.approx(1.294, abs=5e-4)
    assert transport.shear_velocity(2.5, 1e-4) == pytest.approx(0.0495, abs=5e-5)
    assert transport.mixing_length_m(0.3, 80, 2.5, 1e-4) == pytest.approx(10_300, abs=50)
    assert transport.dilution(8, 16) == 0.5
    with pytest.raises(transport.BadHydraulics):
        transport.mixing_length_m(0, 80, 2.5, 1e-4)


def test_a_pulse_of_one_tonne() -> None:
    found = transport.pulse(1000, 12.7, 0.3, 80, 2.5, 1e-4)
    assert found.dispersion == pytest.approx(51, abs=0.5)
    assert found.hours == pytest.approx(11.8, abs=0.05)
    assert found.sigma_hours == pytest.approx(1.9, abs=0.05)
    assert (found.earliest_hours, found.latest_hours) == pytest.approx((7.9, 15.6), abs=0.06)
    assert found.peak_mg_l == pytest.approx(0.96, abs=0.01)


def test_oxygen_behind_a_load() -> None:
    sag = oxygen.streeter_phelps(12, 1, 25)
    assert (sag.decay, sag.reaeration) == pytest.approx((0.37745, 0.67554), abs=1e-5)
    assert sag.critical_days == pytest.approx(1.7243, abs=1e-4)
    assert sag.deficit(sag.critical_days) == pytest.approx(3.4973, abs=1e-4)
    assert sag.lowest == pytest.approx(4.678, abs=1e-3)
    assert sag.critical_km(0.3) == pytest.approx(44.7, abs=0.05)
    assert [round(sag.oxygen(day), 3) for day in (0, 0.5, 1, 2, 4)] == [7.176, 5.720, 4.981, 4.709, 5.770]
    assert oxygen.oconnor_reaeration(0.3, 2.5) == pytest.approx(3.93 * 0.3**0.5 / 2.5**1.5)
    equal = oxygen.Sag(0.4, 0.4, 12, 1, 8)
    near = oxygen.Sag(0.4, 0.4000001, 12, 1, 8)
    assert equal.critical_days == pytest.approx(near.critical_days, abs=1e-4)
    assert equal.deficit(2) == pytest.approx(near.deficit(2), abs=1e-4)


@pytest.mark.parametrize(("ph", "temp", "share"), [(7.5, 25, 0.0176), (8.0, 25, 0.0537), (8.5, 28, 0.181)])
def test_unionised_ammonia(ph: float, temp: float, share: float) -> None:
    assert oxygen.unionised_share(ph, temp) == pytest.approx(share, rel=5e-3)
    assert oxygen.unionised_ammonia(2.0, ph, temp) == pytest.approx(2 * share, rel=5e-3)


def test_a_place_known_to_some_km_only_may_lie_on_either_side() -> None:
    """The intake of Kè Sơn is known to 3 km, the fertiliser plant to 1 km: neither may be lost for its number."""
    intakes = [
        a for a in trace_forward(GRAPH, Position("thuong", 89), T0, Speeds.uniform(0.3, 0.6)) if a.kind == "intake"
    ]
    assert "Kè Sơn" in intakes[0].name
    assert intakes[0].hours == pytest.approx((0, 2 / 0.3 / 3.6))
    names = {s.feature.name: s for s in trace_back(GRAPH, Position("thuong", 39.5), T0, Speeds.uniform(0.3, 0.6))}
    plant = next(s for name, s in names.items() if "Hà Bắc" in name)
    assert (plant.distance_km, plant.hours[0]) == (0, 0)
    assert plant.hours[1] == pytest.approx(0.5 / 0.3 / 3.6)
    assert not any(
        "Hà Bắc" in s.feature.name for s in trace_back(GRAPH, Position("thuong", 40.5), T0, Speeds.uniform(1, 1))
    )


def test_the_bank_of_a_tributary_is_its_own() -> None:
    rivers = {
        "main": River("main", "Sông Cái", 50), "a": River("a", "A", 10, Position("main", 20), "left"),
        "b": River("b", "B", 10, Position("main", 20), "right"), "c": River("c", "C", 10, Position("main", 20)),
    }  # fmt: skip
    sources = tuple(Feature(key, "outfall", key, key, 1, bank="left") for key in "abc")
    graph = Graph(rivers, (*sources, Feature("w", "intake", "W", "main", 18, bank="right")))
    back = {
        s.feature.key: s.bank_note
        for s in trace_back(graph, Position("main", 15), T0, Speeds.uniform(1, 1), bank="right")
    }
    assert "khác bờ" in back["a"]
    assert "cùng bờ" in back["b"]
    assert back["c"] == ""  # nobody said on which bank it comes in
    forward = trace_forward(graph, Position("c", 1), T0, Speeds.uniform(1, 1), bank="left")
    assert {a.bank_note for a in forward} == {""}


def test_a_confluence_is_reached_whatever_the_bank() -> None:
    found = trace_forward(GRAPH, Position("luc-nam", 5), T0, Speeds.uniform(1, 1), bank="right")
    assert next(a for a in found if a.kind == "confluence").bank_note == ""


@pytest.mark.parametrize(("month", "regime"), [(1, "low"), (4, "low"), (5, "mean"), (6, "flood"), (9, "flood"), (10, "mean"), (11, "low")])  # fmt: skip
def test_each_month_has_its_regime(month: int, regime: str) -> None:
    assert season(date(2026, month, 15)) == regime


def test_what_an_effluent_must_have_been() -> None:
    assert transport.effluent_needed(8, 0.25, 0.5, transport.mix(8, 0.25, 0.5, 18)) == pytest.approx(18)
