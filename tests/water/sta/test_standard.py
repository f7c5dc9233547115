"""What OGC 18-088 says in so many words, where the suite of the OGC does not look."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.conftest import World
from tests.water.sta.conftest import POINT, UNIT, Network, Sta, datastream, location, observed, thing

from giapranh.people.models import Officer
from giapranh.water.models import Correction, KeyScope, Location, Series, Station
from giapranh.water.rules.observation_ids import observation_id
from giapranh.water.sta import access

pytestmark = pytest.mark.django_db
T0 = 1767225600000  # 2026-01-01T00:00:00Z


def things(sta: Sta, *properties: dict[str, Any]) -> None:
    for n, each in enumerate(properties):
        sta.post("/Things", {"name": f"T{n}", "description": "", "properties": each})


# --- asking ----------------------------------------------------------------------------------------------------------


def test_capitals_of_vietnamese(sta: Sta) -> None:
    sta.post("/Things", {"name": "Đồng Mỏ", "description": ""})
    assert sta.names("/Things?$filter=tolower(name) eq 'đồng mỏ'") == ["Đồng Mỏ"]
    assert sta.names("/Things?$filter=toupper(name) eq 'ĐỒNG MỎ'") == ["Đồng Mỏ"]
    assert sta.names("/Things?$filter=substringof(tolower('MỎ'), tolower(name))") == ["Đồng Mỏ"]
    assert sta.names("/Things?$filter=tolower(name) eq concat(tolower('Đồng'), ' mỏ')&$orderby=tolower(name)") == [
        "Đồng Mỏ"
    ]


def test_letters_typed_as_base_and_mark(sta: Sta) -> None:
    """As some keyboards and file systems write them; what is stored is composed."""
    sta.post("/Things", {"name": "Đồng Mỏ", "description": ""})
    assert sta.names(f"/Things?$filter=name eq '{unicodedata.normalize('NFD', 'Đồng Mỏ')}'") == ["Đồng Mỏ"]


@pytest.mark.parametrize("code", ["PT", "P1D", "PT5M", "-P2D"])
def test_a_text_that_looks_like_a_duration_is_a_text(sta: Sta, code: str) -> None:
    things(sta, {"code": code})
    assert sta.names(f"/Things?$filter=properties/code eq '{code}'") == ["T0"]


def test_a_duration_may_be_negative(network: Network) -> None:
    words = "phenomenonTime add duration'-PT10M' eq 2026-01-01T00:00:00Z"
    assert network.sta.results(f"/Observations?$filter={words}") == [7]


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00", "2026-01-01T00:00", "2026-01-01T00:00:00/2026-01-02T00:00:00"])
def test_a_time_without_an_offset_is_told_what_it_lacks(sta: Sta, at: str) -> None:
    told = sta.refused("GET", f"/Observations?$filter=phenomenonTime gt {at} and result gt 1")
    assert told["position"] == 19
    assert "+07:00" in told["message"]


def test_what_is_not_there_comes_first_and_descending_last(sta: Sta) -> None:
    things(sta, {"km": 9.5}, {}, {"km": 82.4}, {"km": 10})
    assert sta.names("/Things?$orderby=properties/km") == ["T1", "T0", "T3", "T2"]
    assert sta.names("/Things?$orderby=properties/km desc") == ["T2", "T3", "T0", "T1"]
    for order in ("properties/km", "properties/km desc"):
        walked, following = [], f"/Things?$orderby={order}&$top=1"
        while following:
            page = sta.get(following)
            walked += [each["name"] for each in page["value"]]
            following = page.get("@iot.nextLink")
        assert walked == sta.names(f"/Things?$orderby={order}")


def test_properties_are_compared_with_each_other_as_what_they_are(sta: Sta) -> None:
    things(sta, {"a": 9, "b": 10}, {"a": 10, "b": 9}, {"a": "9", "b": 10}, {"a": "x", "b": "y"})
    assert sta.names("/Things?$filter=properties/a lt properties/b&$orderby=id") == ["T0", "T3"]


def test_what_is_not_there_differs_from_every_value(sta: Sta) -> None:
    things(sta, {"n": 1}, {"n": 2}, {})
    assert sta.names("/Things?$filter=properties/n ne 1&$orderby=id") == ["T1", "T2"]
    assert sta.names("/Things?$filter=not (properties/n eq 1)&$orderby=id") == ["T1", "T2"]
    assert sta.names("/Things?$filter=not (properties/n gt 1)&$orderby=id") == ["T0", "T2"]


def test_a_time_that_is_not_there_is_not_told_as_another_one(network: Network) -> None:
    """``readEntitiesWithFilterQO`` of the OGC reads the resultTime of every row that is asked for by ``ne``."""
    words = "resultTime ne 2026-01-01T00:00:00Z"
    assert network.sta.values(f"/Observations?$filter={words}") == []
    assert len(network.sta.values("/Observations?$filter=not (resultTime eq 2026-01-01T00:00:00Z)")) == 4


def test_a_result_in_words_differs_from_a_number(network: Network) -> None:
    own = f"/Datastreams({network.stream})/Observations"
    network.sta.post(own, {"phenomenonTime": "2026-02-01T00:00:00Z", "result": "khô"})
    assert network.sta.results(f"{own}?$filter=result ne 6") == [6.5, 7, 7.5, "khô"]


def test_what_is_expanded_is_chosen(network: Network) -> None:
    found = network.sta.get(f"/Things({network.thing})?$select=name,Datastreams&$expand=Locations($select=name)")
    assert found["Locations"] == [{"name": "Cầu Gia Cát"}]
    assert set(found) == {"name", "Datastreams@iot.navigationLink", "Locations"}


def test_a_data_array_takes_no_expansion(network: Network) -> None:
    network.sta.refused("GET", "/Observations?$resultFormat=dataArray&$expand=Datastream")


def test_options_of_odata_that_are_not_offered(sta: Sta) -> None:
    for name in ("$search", "$apply", "$format", "$nothing"):
        sta.refused("GET", f"/Things?{name}=x", status=501)


def test_a_property_that_is_null_has_no_content(sta: Sta) -> None:
    made = sta.post("/Things", {"name": "A", "description": ""})
    for path in (f"/Things({made})/properties", f"/Things({made})/properties/$value"):
        answer = sta.ask("GET", path)
        assert (answer.status_code, answer.content) == (204, b"")
    assert sta.get(f"/Things({made})/description") == {"description": ""}


def test_next_links_of_an_expansion_named_twice_keep_both(network: Network) -> None:
    network.sta.post(f"/Things({network.thing})/Datastreams", datastream("hai"))
    for words in ("Datastreams/Sensor,Datastreams($top=1)", "Datastreams($top=1),Datastreams/Sensor"):
        found = network.sta.get(f"/Things({network.thing})?$expand={words}")
        assert found["Datastreams"][0]["Sensor"]["name"] == "Máy đo DO"
        following = network.sta.get(found["Datastreams@iot.nextLink"])["value"]
        assert [each["name"] for each in following] == ["hai"]
        assert following[0]["Sensor"]["name"] == "Máy đo DO"


def test_observations_one_millisecond_apart_are_ordered_by_id(network: Network) -> None:
    """Ids beyond 53 bits are no floating-point numbers."""
    series = Series.objects.get(pk=network.stream)
    series.pk, series.uid, series.count, series.feature_id = 40_000, "00000000-0000-4000-8000-000000000001", 0, None
    series.save(force_insert=True)
    rows = [[f"2026-05-01T00:00:00.{n:03d}Z", n] for n in range(30)]
    body = [{"Datastream": {"@iot.id": 40_000}, "components": ["phenomenonTime", "result"], "dataArray": rows}]
    assert network.sta.ask("POST", "/CreateObservations", body).status_code == 201
    for order in ("id", "id desc"):
        walked, following = [], f"/Datastreams(40000)/Observations?$orderby={order}&$top=7"
        while following:
            page = network.sta.get(following)
            walked += [each["result"] for each in page["value"]]
            following = page.get("@iot.nextLink")
        assert walked == sorted(range(30), reverse=order == "id desc")


def test_means_are_ordered_by_time_alone(network: Network) -> None:
    own = f"/Datastreams({network.stream})/Observations?aggregate=day"
    network.sta.refused("GET", f"{own}&$orderby=result desc")
    network.sta.refused("GET", f"{own}&$count=true")
    network.sta.refused("GET", f"{own}&$resultFormat=CSV")
    assert network.sta.get(f"{own}&$top=0") == {"value": []}


def test_means_count_what_people_said_of_a_value(network: Network, an: Officer) -> None:
    own = f"/Datastreams({network.stream})/Observations"
    for n, value in enumerate((4.0, 6.0, 900.0, 800.0)):
        network.sta.post(own, {"phenomenonTime": f"2026-02-01T00:0{n}:00Z", "result": value})
    for n, value in ((2, 8.0), (3, None)):  # put right, thrown out
        at = datetime(2026, 2, 1, 0, n, tzinfo=UTC)
        Correction.objects.create(
            series_id=network.stream, time=at, value=value, flag=4 if value is None else 1, why="x", by=an, at=at
        )
    day = "$filter=phenomenonTime ge 2026-02-01T00:00:00Z and phenomenonTime lt 2026-02-02T00:00:00Z"
    [told] = network.sta.values(f"{own}?aggregate=day&{day}")
    assert (told["result"], told["parameters"]["max"], told["parameters"]["count"]) == (6.0, 8, 3)
    [raw] = network.sta.values(f"{own}?aggregate=day&flags=all&{day}")
    assert (raw["parameters"]["max"], raw["parameters"]["count"]) == (900, 4)


def test_the_conformance_page_uses_the_names_of_the_standard(sta: Sta) -> None:
    names = {name.rpartition("/req/")[2] for name in sta.get("")["serverSettings"]["conformance"]}
    assert {f"create-update-delete/{name}" for name in (
        "create-entity", "link-to-existing-entities", "deep-insert", "deep-insert-status-code", "update-entity",
        "update-entity-put", "update-entity-jsonpatch", "delete-entity", "historical-location-auto-creation",
    )} <= names  # fmt: skip


@pytest.mark.parametrize("flood", [["1e308"], ["1e308", "1e308"], ["-1.7e308", "-1.7e308", "1.7e308"], ["1e-310"]])
def test_a_value_of_1e308_keeps_no_other_day_back(network: Network, flood: list[str]) -> None:
    own = f"/Datastreams({network.stream})/Observations"
    for n, value in enumerate(flood):
        network.sta.post(own, {"phenomenonTime": f"2026-02-01T00:0{n}:00Z", "result": float(value)})
    assert network.sta.results(f"{own}?aggregate=day")[0] == 6.75
    assert network.sta.results(f"{own}?aggregate=month&flags=all")[0] == 6.75


def test_the_latest_in_words_and_numbers_that_are_none(network: Network) -> None:
    own = f"/Datastreams({network.stream})/Observations"
    network.sta.post(own, {"phenomenonTime": "2026-02-01T00:00:00Z", "result": "khô"})
    assert network.sta.values("/Latest")[0]["Observation"]["result"] == "khô"
    for ids in ("²", "٣", "1;2", "-1", "1.0"):
        network.sta.refused("GET", f"/Latest?datastreams={ids}")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"])
def test_a_time_before_or_after_all_days_is_refused(network: Network, at: str) -> None:
    told = network.sta.refused("GET", f"/Observations?$filter=phenomenonTime gt {at}")
    assert told["position"] == 19
    network.sta.refused("POST", f"/Datastreams({network.stream})/Observations", {"result": 1, "resultTime": at})


def test_one_place_in_no_place_keeps_no_other_from_being_measured(network: Network) -> None:
    """Places that stand already, or stand as they are because they do not call themselves GeoJSON."""
    for shape in ({"type": "GeometryCollection", "geometries": []}, {"type": "Point", "coordinates": [1e308, -1e308]}):
        Location.objects.create(name="đâu đó", location=shape)
    distance = "geo.distance(location, geography'POINT (106.75 21.85)')"
    assert network.sta.names(f"/Locations?$filter={distance} lt 1") == ["Cầu Gia Cát"]
    assert network.sta.names(f"/Locations?$orderby={distance} desc&$top=1") == ["Cầu Gia Cát"]
    for words in ("POINT EMPTY", "POINT (1e400 1)"):
        told = network.sta.refused("GET", f"/Locations?$filter=geo.distance(location, geography'{words}') lt 1")
        assert told["position"] == 24


@pytest.mark.parametrize("at", [[21.85, 106.75], [1e308, 1e308], [181, 0], []])
def test_longitude_and_latitude_in_each_others_place(sta: Sta, at: list[float]) -> None:
    place = location(at={"type": "Point", "coordinates": at})
    sta.refused("POST", "/Things", {"name": "x", "description": "", "Locations": [place]})
    assert not Station.objects.exists()


# --- writing ---------------------------------------------------------------------------------------------------------


def test_the_example_of_the_standard_for_deep_insert(sta: Sta) -> None:
    """Its Location is a GeoJSON Feature, its times have offsets without a colon, it names a computed property."""
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [106.5, 21.5]}}
    stream = datastream(
        "oven temperature", phenomenonTime="2009-01-11T16:22:25.00Z/2011-08-21T08:32:10.00Z",
        Observations=[{"phenomenonTime": "2012-06-26T03:42:02-0600", "result": 70.4, "FeatureOfInterest": {
            "name": "CCIT #361", "description": "office", "encodingType": "application/geo+json",
            "feature": {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [
                [[100, 50], [10, 9], [23, 4], [100, 50]], [[30, 20], [10, 4], [4, 22], [30, 20]]]}},
        }}],
    )  # fmt: skip
    made = sta.post("/Things", thing("oven", Locations=[location(at=feature)], Datastreams=[stream]))
    station = Station.objects.get(pk=made)
    assert (station.lon, station.lat) == (106.5, 21.5)  # it is on the map
    places = sta.values(f"/Things({made})/Locations")
    assert [each["location"] for each in places] == [feature]  # and stays as it was sent
    row = sta.values("/Observations?$expand=FeatureOfInterest")[0]
    assert (row["phenomenonTime"], row["FeatureOfInterest"]["name"]) == ("2012-06-26T09:42:02Z", "CCIT #361")


def test_a_place_that_is_mended_is_where_the_map_shows_the_station(network: Network) -> None:
    place = network.sta.values(f"/Things({network.thing})/Locations")[0]["@iot.id"]
    new = {"type": "Point", "coordinates": [106.3, 21.4]}
    assert network.sta.ask("PATCH", f"/Locations({place})", {"location": new}).status_code == 200
    station = Station.objects.get(pk=network.thing)
    assert (station.lon, station.lat) == (106.3, 21.4)
    assert [each["@iot.id"] for each in network.sta.values(f"/Things({network.thing})/Locations")] == [place]


def test_an_observation_may_bring_its_datastream(sta: Sta) -> None:
    stream = datastream("mới", Thing=thing("Trạm mới"))
    row = sta.post("/Observations", {"phenomenonTime": "2026-01-01T00:00:00Z", "result": 5, "Datastream": stream})
    assert sta.get(f"/Observations({row})/Datastream/Thing")["name"] == "Trạm mới"
    broken = {**stream, "Thing": thing("Trạm hỏng"), "Sensor": {}}
    sta.refused("POST", "/Observations", {"result": 5, "Datastream": broken})
    sta.refused(
        "POST", "/Observations", {"result": float("1e308") * 10, "Datastream": {**stream, "Thing": thing("Trạm hỏng")}}
    )
    assert sta.names("/Things") == ["Trạm mới"]


def test_a_key_of_an_office_declares_a_station_with_everything(node: World, with_key: Callable[..., Sta]) -> None:
    sta = with_key(KeyScope.MANAGE, node.water)
    rows = [{"phenomenonTime": "2026-01-01T00:00:00Z", "result": 6}]
    made = sta.post("/Things", thing(Datastreams=[datastream(Observations=rows)]))
    assert sta.results(f"/Things({made})/Datastreams({sta.values('/Datastreams')[0]['@iot.id']})/Observations") == [6]
    requests = [
        {"id": "a", "method": "post", "url": "Things", "headers": {"Prefer": "return=representation"},
         "body": {"name": "hai", "description": "", "Locations": [location()]}},
        {"id": "b", "method": "post", "url": "$a/Datastreams", "body": datastream("d")},
        {"id": "c", "method": "post", "url": "$b/Observations", "body": {"result": 1}},
        {"id": "d", "method": "get", "url": "$a?$select=name&$expand=Datastreams($select=name)"},
    ]  # fmt: skip
    answers = sta.ask("POST", "/$batch", {"requests": requests}).json()["responses"]
    assert [each["status"] for each in answers] == [201, 201, 201, 200]
    assert answers[3]["body"] == {"name": "hai", "Datastreams": [{"name": "d"}]}


def test_nobody_here_furnishes_a_station_of_the_neighbour(network: Network) -> None:
    theirs = Station.objects.create(name="Trạm bên kia", node="langson", lon=106.1, lat=21.1)
    sta, own = network.sta, f"/Things({theirs.pk})"
    for path, body in (
        (f"{own}/Datastreams", datastream()), (f"{own}/Locations", location()),
        (f"{own}/HistoricalLocations", {"time": "2020-01-01T00:00:00Z", "Locations": [location()]}),
        ("/Datastreams", datastream(Thing={"@iot.id": theirs.pk})),
        ("/Locations", {**location(), "Things": [{"@iot.id": theirs.pk}]}),
    ):  # fmt: skip
        sta.refused("POST", path, body, status=403)
    place = sta.values(f"{own}/Locations")[0]["@iot.id"]
    sta.refused("PATCH", f"/Locations({place})", {"location": POINT}, status=403)
    sta.refused("DELETE", f"/Locations({place})", status=403)
    sta.refused("PATCH", f"/Datastreams({network.stream})", {"Thing": {"@iot.id": theirs.pk}}, status=403)
    ours = sta.values(f"/Things({network.thing})/Locations")[0]["@iot.id"]
    sta.refused("PATCH", f"/Locations({ours})", {"Things": [{"@iot.id": theirs.pk}]}, status=403)
    assert not Series.objects.filter(station=theirs).exists()
    assert sta.values(f"{own}/Locations")[0]["location"]["coordinates"] == [106.1, 21.1]


def test_a_patch_leaves_what_it_does_not_name_of_the_unit(network: Network) -> None:
    own = f"/Datastreams({network.stream})"
    network.sta.ask("PATCH", own, {"unitOfMeasurement": {"symbol": "ppm"}})
    assert network.sta.get(own)["unitOfMeasurement"] == {**UNIT, "symbol": "ppm"}
    operations = [{"op": "remove", "path": "/unitOfMeasurement/definition"}]
    network.sta.ask("PATCH", own, operations, content_type="application/json-patch+json")
    assert "definition" not in network.sta.get(own)["unitOfMeasurement"]


def test_another_observed_property_is_another_parameter(network: Network) -> None:
    """Limits and checks go by it."""
    ph = network.sta.post("/ObservedProperties", observed("pH", "urn:giapranh:parameter:ph"))
    network.sta.ask("PATCH", f"/Datastreams({network.stream})", {"ObservedProperty": {"@iot.id": ph}})
    assert Series.objects.get(pk=network.stream).parameter == "ph"
    network.sta.ask("PATCH", f"/ObservedProperties({ph})", {"definition": "urn:giapranh:parameter:do"})
    assert Series.objects.get(pk=network.stream).parameter == "do"
    other = network.sta.post("/ObservedProperties", observed("độ đục"))
    network.sta.ask("PATCH", f"/ObservedProperties({other})", {"Datastreams": [{"@iot.id": network.stream}]})
    assert Series.objects.get(pk=network.stream).parameter == ""


def test_an_observation_sent_back_whole_is_no_change_of_its_value(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As clients do that load an entity, add a remark and send it back."""
    monkeypatch.delenv("GIAPRANH_STA_REWRITE")
    access.forget_keys()
    row = f"/Observations({observation_id(network.stream, T0)})"
    whole = {**network.sta.get(row), "resultQuality": "tốt", "Datastream": {"@iot.id": network.stream}}
    assert network.sta.ask("PATCH", row, whole).status_code == 200
    assert network.sta.get(row)["resultQuality"] == "tốt"
    network.sta.refused("PATCH", row, {**whole, "result": 6.01}, status=403)


def test_a_datastream_knows_the_span_of_its_result_times(network: Network) -> None:
    own = f"/Datastreams({network.stream})"
    assert "resultTime" not in network.sta.get(own)
    row = network.sta.post(f"{own}/Observations", {
        "result": 1, "phenomenonTime": "2026-02-01T00:00:00Z", "resultTime": "2026-02-01T01:00:00Z"})  # fmt: skip
    body = [{"Datastream": {"@iot.id": network.stream}, "components": ["phenomenonTime", "result", "resultTime"],
             "dataArray": [[f"2026-02-0{n}T00:00:00Z", 1, f"2026-02-0{n}T02:00:00Z"] for n in (3, 2)]}]  # fmt: skip
    assert network.sta.ask("POST", "/CreateObservations", body).status_code == 201
    assert network.sta.get(own)["resultTime"] == "2026-02-01T01:00:00Z/2026-02-03T02:00:00Z"
    assert network.sta.names("/Datastreams?$filter=resultTime gt 2026-02-01T00:00:00Z") == ["DO ở Cầu Gia Cát"]
    network.sta.ask("PATCH", f"/Observations({row})", {"resultTime": "2026-02-01T01:30:00Z"})
    assert network.sta.get(own)["resultTime"] == "2026-02-01T01:30:00Z/2026-02-03T02:00:00Z"
    network.sta.ask("DELETE", f"/Observations({row})")
    assert network.sta.get(own)["resultTime"] == "2026-02-02T02:00:00Z/2026-02-03T02:00:00Z"


def test_what_the_checks_say_cannot_be_said_by_a_client(network: Network) -> None:
    said = {"qartod": 1, "qartod_reason": 3, "tt10_status": "02", "censored": "<", "operator": "An"}
    row = network.sta.post(f"/Datastreams({network.stream})/Observations", {"result": 1, "parameters": said})
    assert network.sta.get(f"/Observations({row})")["parameters"] == {"operator": "An", "qartod": 2}


def test_one_datastream_that_is_not_there_keeps_no_other_back(network: Network, with_key: Callable[..., Sta]) -> None:
    def group(stream: int, rows: list[Any]) -> dict[str, Any]:
        return {"Datastream": {"@iot.id": stream}, "components": ["phenomenonTime", "result"], "dataArray": rows}

    body = [group(999_999, [["2026-03-01T00:00:00Z", 1], ["2026-03-01T00:05:00Z", 2]]),
            group(network.stream, [["2026-03-01T00:00:00Z", 1], ["2026-03-01T00:05:00Z", "x", 2]])]  # fmt: skip
    answers = network.sta.ask("POST", "/CreateObservations", body).json()
    assert answers[0] == answers[1] == "error: Không có Datastream(999999)."
    assert answers[2].endswith(f"/Observations({observation_id(network.stream, 1772323200000)})")
    assert answers[3].startswith("error: ")
    made = network.sta.post("/Things", thing("B", Datastreams=[datastream("B")]))
    other = network.sta.values(f"/Things({made})/Datastreams")[0]["@iot.id"]
    narrow = with_key(KeyScope.WRITE, stations=[Station.objects.get(pk=network.thing)])
    mixed = [group(other, [["2026-03-01T00:00:00Z", 1]]), group(network.stream, [["2026-03-02T00:00:00Z", 1]])]
    answers = narrow.ask("POST", "/CreateObservations", mixed).json()
    assert [each.startswith("error: ") for each in answers] == [True, False]
    narrow.refused("POST", "/CreateObservations", [{**mixed[0], "dataArray": 3}, mixed[1]])
