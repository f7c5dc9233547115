"""$filter with every function of the standard, and what else asks: $orderby, $select, $expand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.water.sta.conftest import Network, Sta, datastream, location, observed, thing

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(sta: Sta) -> Sta:
    """Two stations 0.1 degrees apart, one datastream each."""
    rows = [{"phenomenonTime": f"2026-0{n}-1{n}T0{n}:0{n}:1{n}.{n}00Z", "result": n + n / 10} for n in range(1, 5)]
    words = [{"phenomenonTime": "2026-05-01T00:00:00Z", "result": "đục", "resultTime": "2026-05-01T01:00:00Z",
              "parameters": {"depth": 2}}]  # fmt: skip
    sta.post("/Things", thing("An", properties={"province": "20", "n": 3, "deep": {"x": ["a", True]}},
                              Datastreams=[datastream("DO An", Observations=rows)]))  # fmt: skip
    place = location("Xa", {"type": "Point", "coordinates": [106.85, 21.85]})
    sta.post(
        "/Things",
        thing(
            "Bình 'ba'",
            description="",
            properties={"province": "24", "n": 30},
            Locations=[place],
            Datastreams=[datastream("pH Bình", ObservedProperty=observed("pH"), Observations=words)],
        ),
    )
    return sta


THINGS = [
    ("name eq 'An'", ["An"]),
    ("name eq 'Bình ''ba'''", ["Bình 'ba'"]),
    ("name ne 'An'", ["Bình 'ba'"]),
    ("name lt 'B'", ["An"]),
    ("'An' eq name", ["An"]),
    ("not (name eq 'An')", ["Bình 'ba'"]),
    ("not name eq 'An'", ["Bình 'ba'"]),
    ("name eq 'An' or name eq 'Bình ''ba''' and description eq 'x'", ["An"]),
    ("(name eq 'An' or name eq 'Bình ''ba''') and properties/n gt 5", ["Bình 'ba'"]),
    ("name in ('An', 'Chi')", ["An"]),
    ("substringof('ình', name)", ["Bình 'ba'"]),
    ("startswith(name, 'A')", ["An"]),
    ("endswith(name, 'n')", ["An"]),
    ("length(name) eq 2", ["An"]),
    ("indexof(name, 'n') eq 1", ["An"]),
    ("indexof(name, 'zz') eq -1", ["An", "Bình 'ba'"]),
    ("substring(name, 1) eq 'n'", ["An"]),
    ("substring(name, 0, 1) eq 'A'", ["An"]),
    ("tolower(name) eq 'an'", ["An"]),
    ("toupper(name) eq 'AN'", ["An"]),
    ("trim(concat(' ', name)) eq 'An'", ["An"]),
    ("concat(concat(name, ', '), description) eq 'An, trạm tự động'", ["An"]),
    ("properties/province eq '20'", ["An"]),
    ("properties/n eq 3", ["An"]),
    ("properties/n ge 3 and properties/n lt 30", ["An"]),
    ("properties/n add 1 eq 4", ["An"]),
    ("properties/deep/x/0 eq 'a'", ["An"]),
    ("properties/deep/x/1 eq true", ["An"]),
    ("properties/none eq null", ["An", "Bình 'ba'"]),
    ("properties/deep ne null", ["An"]),
    ("properties/province eq 20", []),
    ("Datastreams/name eq 'DO An'", ["An"]),
    ("Datastreams/ObservedProperty/name eq 'pH'", ["Bình 'ba'"]),
    ("Datastreams/Observations/result gt 4", ["An"]),
    ("Locations/name eq 'Xa' and Datastreams/unitOfMeasurement/symbol eq 'mg/L'", ["Bình 'ba'"]),
    ("st_within(Locations/location, geography'POLYGON((106.7 21.8,106.8 21.8,106.8 21.9,106.7 21.9,106.7 21.8))')",
     ["An"]),
    ("geo.distance(Locations/location, geography'POINT (106.85 21.85)') lt 0.05", ["Bình 'ba'"]),
    ("true", ["An", "Bình 'ba'"]),
    ("false or name eq 'An'", ["An"]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "names"), THINGS)
def test_things(town: Sta, words: str, names: list[str]) -> None:
    assert town.names(f"/Things?$filter={words}&$orderby=id") == names


OBSERVATIONS = [
    ("result gt 2.2", [3.3, 4.4]),
    ("result ge 2.2 and result le 3.3", [2.2, 3.3]),
    ("result eq 2.2 or result eq 4.4", [2.2, 4.4]),
    ("result eq 'đục'", ["đục"]),
    ("result gt '4'", [4.4, "đục"]),
    ("result add 1 gt 5", [4.4]),
    ("result sub 1 lt 0.5", [1.1]),
    ("result mul 2 eq 6.6", [3.3]),
    ("result div 2 lt 1", [1.1]),
    ("result div 0 gt 1", []),
    ("floor(result) mod 2 eq 0", [2.2, 4.4]),
    ("-result lt -4", [4.4]),
    ("round(result) eq 4", [4.4]),
    ("floor(result) eq 3", [3.3]),
    ("ceiling(result) eq 2", [1.1]),
    ("phenomenonTime gt 2026-03-01T00:00:00Z", [3.3, 4.4, "đục"]),
    ("phenomenonTime lt 2026-02-01T07:00:00+07:00", [1.1]),
    ("phenomenonTime ge 2026-04-14", [4.4, "đục"]),
    ("phenomenonTime gt '2026-04-14T00:00:00Z'", [4.4, "đục"]),
    ("phenomenonTime gt 2026-01-01T00:00:00Z/2026-03-01T00:00:00Z", [3.3, 4.4, "đục"]),
    ("year(phenomenonTime) eq 2026 and month(phenomenonTime) eq 2", [2.2]),
    ("day(phenomenonTime) eq 13", [3.3]),
    ("hour(phenomenonTime) eq 1", [1.1]),
    ("minute(phenomenonTime) eq 4", [4.4]),
    ("second(phenomenonTime) eq 12", [2.2]),
    ("fractionalseconds(phenomenonTime) gt 0.35", [4.4]),
    ("date(phenomenonTime) eq 2026-01-11", [1.1]),
    ("date(phenomenonTime) eq date(2026-01-11T05:00:00Z)", [1.1]),
    ("time(phenomenonTime) lt 02:00:00", [1.1, "đục"]),
    ("totaloffsetminutes(phenomenonTime) eq 0 and result lt 2", [1.1]),
    ("phenomenonTime lt now() and phenomenonTime gt mindatetime() and phenomenonTime lt maxdatetime() and result lt 2",
     [1.1]),
    ("phenomenonTime add duration'P60D' gt 2026-05-10T00:00:00Z and result lt 3.5", [3.3]),
    ("phenomenonTime sub 2026-01-11T01:01:11.100Z eq duration'PT0S'", [1.1]),
    ("resultTime ne null", ["đục"]),
    ("resultTime eq null", [1.1, 2.2, 3.3, 4.4]),
    ("resultTime ge 2026-05-01T01:00:00Z", ["đục"]),
    ("parameters/depth eq 2", ["đục"]),
    ("parameters/qartod eq 2 and result lt 2", [1.1]),
    ("Datastream/name eq 'DO An' and result lt 2", [1.1]),
    ("Datastream/Thing/properties/province eq '24'", ["đục"]),
    ("FeatureOfInterest/name eq 'Xa'", ["đục"]),
    ("st_equals(FeatureOfInterest/feature, geography'POINT (106.85 21.85)')", ["đục"]),
    ("result eq null", []),
]  # fmt: skip


@pytest.mark.parametrize(("words", "results"), OBSERVATIONS)
def test_observations(town: Sta, words: str, results: list[Any]) -> None:
    assert town.results(f"/Observations?$filter={words}&$orderby=phenomenonTime") == results


HERE, THERE = "POINT (106.75 21.85)", "POINT (106.85 21.85)"
BOX = "POLYGON ((106.7 21.8, 106.8 21.8, 106.8 21.9, 106.7 21.9, 106.7 21.8))"
EDGE = "LINESTRING (106.75 21.85, 106.9 21.9)"
PLACES = [
    (f"geo.distance(location, geography'{THERE}') lt 0.01", ["Xa"]),
    (f"geo.intersects(location, geography'{BOX}')", ["Cầu Gia Cát"]),
    ("geo.length(location) eq 0", ["Cầu Gia Cát", "Xa"]),
    (f"geo.length(geography'{EDGE}') gt 0.1", ["Cầu Gia Cát", "Xa"]),
    (f"st_equals(location, geography'{HERE}')", ["Cầu Gia Cát"]),
    (f"st_disjoint(location, geography'{BOX}')", ["Xa"]),
    (f"st_touches(location, geography'{EDGE}')", ["Cầu Gia Cát"]),
    (f"st_within(location, geography'{BOX}')", ["Cầu Gia Cát"]),
    (f"st_overlaps(location, geography'{BOX}')", []),
    (f"st_crosses(location, geography'{BOX}')", []),
    (f"st_intersects(location, geography'{BOX}')", ["Cầu Gia Cát"]),
    (f"st_contains(geography'{BOX}', location)", ["Cầu Gia Cát"]),
    (f"st_relate(location, geography'{BOX}', 'T*F**F***')", ["Cầu Gia Cát"]),
    (f"not st_within(location, geometry'SRID=4326;{BOX}')", ["Xa"]),
]


@pytest.mark.parametrize(("words", "names"), PLACES)
def test_places(town: Sta, words: str, names: list[str]) -> None:
    assert town.names(f"/Locations?$filter={words}&$orderby=name") == names


def test_a_datastream_is_asked_by_the_span_of_its_rows(town: Sta) -> None:
    assert town.names("/Datastreams?$filter=phenomenonTime lt 2026-04-30T00:00:00Z") == ["DO An"]
    assert town.names("/Datastreams?$filter=phenomenonTime gt 2026-04-30T00:00:00Z") == ["pH Bình"]
    assert town.names("/Datastreams?$filter=phenomenonTime eq 2026-05-01T00:00:00Z/2026-05-01T00:00:00Z") == ["pH Bình"]


WRONG = [
    ("Things", "nam eq 'x'", 1),
    ("Things", "name eq 3", 1),
    ("Things", "name gt", 8),
    ("Things", "name eq 'x' and", 16),
    ("Things", "(name eq 'x'", 13),
    ("Things", "frobnicate(name) eq 1", 1),
    ("Things", "length(name, name) eq 1", 1),
    ("Things", "length(name) add 'x' eq 1", 18),
    ("Things", "name", 1),
    ("Things", "name lt null", 6),
    ("Things", "st_within(name, geography'POINT (1 2)')", 11),
    ("Locations", "st_within(location, geography'PINT (1 2)')", 21),
    ("Locations", "st_relate(location, geography'POINT (1 2)')", 1),
    ("Locations", "st_relate(location, geography'POINT (1 2)', 'bad')", 1),
    ("Observations", "phenomenonTime gt 2026-13-01T00:00:00Z", 19),
    ("Observations", "phenomenonTime gt 2026-01-01T00:00:00.1234567Z", 19),
    ("Observations", "result add duration'P1D' gt 3", 8),
    ("Observations", "Datastream/nothing eq 1", 1),
    ("Datastreams", "name/x eq 1", 1),
]


@pytest.mark.parametrize(("entities", "words", "place"), WRONG)
def test_what_cannot_be_read_is_refused_with_the_place(town: Sta, entities: str, words: str, place: int) -> None:
    told = town.refused("GET", f"/{entities}?$filter={words}")
    assert told["position"] == place


# --- order, choice, expansion ----------------------------------------------------------------------------------------


def test_order(town: Sta) -> None:
    assert town.names("/Things?$orderby=name desc") == ["Bình 'ba'", "An"]
    assert town.names("/Things?$orderby=properties/n desc,name") == ["Bình 'ba'", "An"]
    assert town.results("/Observations?$orderby=result desc") == [4.4, 3.3, 2.2, 1.1, "đục"]
    assert town.results("/Observations?$orderby=Datastream/name desc,phenomenonTime desc&$top=2") == ["đục", 4.4]
    assert town.names(f"/Locations?$orderby=geo.distance(location, geography'{THERE}')") == ["Xa", "Cầu Gia Cát"]
    assert town.names("/Datastreams?$orderby=phenomenonTime desc") == ["pH Bình", "DO An"]
    assert "quan hệ nhiều" in town.refused("GET", "/Things?$orderby=Datastreams/name")["message"]


def test_choice(town: Sta) -> None:
    assert town.values("/Things?$select=name&$top=1") == [{"name": "An"}]
    link = town.values("/Things?$select=name,Datastreams&$top=1")[0]
    assert list(link) == ["name", "Datastreams@iot.navigationLink"]
    assert list(town.values("/Things?$select=@iot.id&$top=1")[0]) == ["@iot.id"]
    assert town.refused("GET", "/Things?$select=name,nothing")["position"] == 6


def test_expansion_with_options(town: Sta) -> None:
    found = town.values(
        "/Things?$select=name&$filter=name eq 'An'&$expand=Datastreams($select=name;$expand=Observations($select=result;"
        "$orderby=phenomenonTime desc;$top=2;$count=true;$filter=result lt 4),ObservedProperty($select=name)),"
        "Locations($select=name)"
    )
    stream = found[0]["Datastreams"][0]
    assert found[0]["name"] == "An"
    assert stream["name"] == "DO An"
    assert stream["Observations"] == [{"result": 3.3}, {"result": 2.2}]
    assert stream["Observations@iot.count"] == 3
    assert stream["ObservedProperty"] == {"name": "DO"}
    assert town.results(stream["Observations@iot.nextLink"]) == [1.1]
    assert found[0]["Locations"] == [{"name": "Cầu Gia Cát"}]


def test_expansion_by_path(town: Sta) -> None:
    found = town.values("/Datastreams?$expand=Thing/Locations,Thing/HistoricalLocations,Sensor&$orderby=id")
    assert [each["Thing"]["Locations"][0]["name"] for each in found] == ["Cầu Gia Cát", "Xa"]
    assert len(found[0]["Thing"]["HistoricalLocations"]) == 1
    assert "Thing@iot.navigationLink" not in found[0]
    one = town.get(
        f"/Observations({town.values('/Observations?$top=1')[0]['@iot.id']})?$expand=Datastream,FeatureOfInterest"
    )
    assert (one["Datastream"]["name"], one["FeatureOfInterest"]["name"]) == ("DO An", "Cầu Gia Cát")


def test_ways_through_the_network(network: Network) -> None:
    sta, thing_id, stream = network.sta, network.thing, network.stream
    row = sta.values(f"/Things({thing_id})/Datastreams({stream})/Observations?$top=1")[0]["@iot.id"]
    assert sta.get(f"/Observations({row})/Datastream/Thing/Locations")["value"][0]["name"] == "Cầu Gia Cát"
    assert sta.get(f"/Datastreams({stream})/Observations({row})")["result"] == 6
    sta.refused("GET", f"/Things({thing_id + 1})/Datastreams", status=404)
    sta.refused("GET", f"/Things({thing_id})/Datastreams({stream + 1})", status=404)
    sta.refused("GET", f"/Things({thing_id})/Sensor", status=404)
    sta.refused("GET", f"/Things({thing_id})/name/more", status=404)
    sta.refused("GET", "/Nothing", status=404)
    sta.refused("GET", "/Things('abc')", status=404)
    sta.refused("GET", "/Things(99999999999999999999)", status=404)
