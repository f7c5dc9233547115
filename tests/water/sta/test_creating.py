"""Making things: one by one, deep, in bulk, in batches; and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.water.sta.conftest import ROOT, Network, Sta, datastream, location, observed, sensor, thing

from giapranh.water.models import Feature, LocationFeature, ObservationDetail, ObservedProperty, Series, Station
from giapranh.water.rules.observation_ids import observation_id
from giapranh.water.sta import latest
from giapranh.water.sta.create import INVERSE
from giapranh.water.sta.mapping import TYPES

pytestmark = pytest.mark.django_db


def counts(sta: Sta) -> dict[str, int]:
    return {kind.plural: sta.get(f"/{kind.plural}?$count=true&$top=0")["@iot.count"] for kind in TYPES.values()}


def test_one_of_each(sta: Sta) -> None:
    place = sta.post("/Locations", location())
    made = sta.post("/Things", {"name": "Trạm", "description": "", "Locations": [{"@iot.id": place}]})
    device, prop = sta.post("/Sensors", sensor()), sta.post("/ObservedProperties", observed())
    stream = datastream(Sensor={"@iot.id": device}, ObservedProperty={"@iot.id": prop}, Thing={"@iot.id": made})
    stream_id = sta.post("/Datastreams", stream)
    feature = sta.post("/FeaturesOfInterest", {"name": "Sông", "description": "", "encodingType": "application/geo+json",
                                               "feature": {"type": "Point", "coordinates": [106, 21]}})  # fmt: skip
    row = {"result": 1, "phenomenonTime": "2026-01-01T00:00:00Z", "Datastream": {"@iot.id": stream_id},
           "FeatureOfInterest": {"@iot.id": feature}}  # fmt: skip
    assert sta.post("/Observations", row) == observation_id(stream_id, 1767225600000)
    history = {"time": "2020-01-01T00:00:00Z", "Thing": {"@iot.id": made}, "Locations": [{"@iot.id": place}]}
    sta.post("/HistoricalLocations", history)
    assert counts(sta) == {
        "Things": 1, "Locations": 1, "HistoricalLocations": 2, "Datastreams": 1, "Sensors": 1, "Observations": 1,
        "ObservedProperties": 1, "FeaturesOfInterest": 1,
    }  # fmt: skip
    station = Station.objects.get(pk=made)
    assert (station.lon, station.lat) == (106.75, 21.85)


def test_all_at_once_or_nothing(sta: Sta) -> None:
    broken = datastream()
    del broken["Sensor"]
    told = sta.refused("POST", "/Things", thing(Datastreams=[datastream(), broken]))
    assert "Sensor" in told["message"]
    assert set(counts(sta).values()) == {0}
    late = datastream(Observations=[{"phenomenonTime": "hôm qua", "result": 1}])
    sta.refused("POST", "/Things", thing(Datastreams=[late]))
    assert set(counts(sta).values()) == {0}


def test_a_parent_in_the_address(sta: Sta) -> None:
    made = sta.post("/Things", {"name": "Trạm", "description": ""})
    sta.post(f"/Things({made})/Locations", location())
    assert sta.names(f"/Things({made})/Locations") == ["Cầu Gia Cát"]
    stream = sta.post(f"/Things({made})/Datastreams", datastream())
    other = sta.post(f"/Sensors({sta.get(f'/Datastreams({stream})/Sensor')['@iot.id']})/Datastreams",
                     datastream("thứ hai", Thing={"@iot.id": made}))  # fmt: skip
    assert sta.get(f"/Datastreams({other})/Sensor") == sta.get(f"/Datastreams({stream})/Sensor")
    sta.refused("POST", f"/Datastreams({stream})/Thing", thing(), status=405)
    for (parent, link), back in INVERSE.items():
        assert TYPES[TYPES[parent].links[link].target].links[back].target == parent


def test_the_answer_may_hold_what_was_made(sta: Sta) -> None:
    answer = sta.ask("POST", "/Things", {"name": "A", "description": ""}, Prefer="return=representation")
    assert answer.json()["name"] == "A"
    assert answer["Location"] == answer.json()["@iot.selfLink"]


def test_a_definition_of_ours_names_the_parameter(sta: Sta) -> None:
    sta.post("/Things", thing(Datastreams=[datastream(ObservedProperty=observed("pH", "urn:giapranh:parameter:ph"))]))
    assert ObservedProperty.objects.get().parameter == Series.objects.get().parameter == "ph"


@pytest.mark.parametrize("body", [
    {}, {"name": "x"}, {"name": 3, "description": ""}, {"name": " ", "description": ""}, {"name": None, "description": ""},
    {"name": "x", "description": "", "nmae": 1}, {"name": "x", "description": "", "properties": 3},
    {"name": "x", "description": "", "Locations": {}}, {"name": "x", "description": "", "Locations": [3]},
    {"name": "x", "description": "", "Locations": [{"@iot.id": "1"}]}, {"name": "x\x00", "description": ""},
    {"name": "x", "description": "", "Locations": [location(at={"type": "Point", "coordinates": ["a"]})]},
    {"name": "x", "description": "", "Locations": [location(at={"type": "Blob"})]}, [], "x", 3, None,
])  # fmt: skip
def test_a_thing_that_is_none(sta: Sta, body: Any) -> None:
    sta.refused("POST", "/Things", body if body is not None else "null")
    assert not Station.objects.exists()


def test_links_to_nothing(sta: Sta) -> None:
    sta.refused("POST", "/Things", {"name": "x", "description": "", "Locations": [{"@iot.id": 77}]}, status=404)
    sta.refused("POST", "/Observations", {"result": 1})
    sta.refused("POST", "/Observations", {"result": 1, "Datastream": {"@iot.id": 77}}, status=404)
    sta.refused("POST", "/Observations", {"result": 1, "Datastream": {"@iot.id": 2**40}}, status=404)
    sta.refused("POST", "/Datastreams(77)/Observations", {"result": 1}, status=404)


# --- time ------------------------------------------------------------------------------------------------------------


def test_without_a_time_it_is_now(network: Network) -> None:
    before = datetime.now(UTC)
    made = network.sta.post(f"/Datastreams({network.stream})/Observations", {"result": 1})
    at = datetime.fromisoformat(network.sta.get(f"/Observations({made})")["phenomenonTime"])
    assert abs((at - before).total_seconds()) < 60


@pytest.mark.parametrize("time", [
    "", "now", "2026-01-01", "01/02/2026 07:00", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z",
    "2026-01-01T00:00:00.0001Z", "2026-01-01T00:00:00+25:00", 1767225600, True, {"start": "x"}, "1969-12-31T23:59:59Z",
    "2100-01-01T00:00:00Z", "2026-01-01T00:00:00Z/2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z/x", "0000-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z\x00", "２０２６-01-01T00:00:00Z",
])  # fmt: skip
def test_a_time_that_cannot_be_read_is_refused_never_replaced(network: Network, time: Any) -> None:
    network.sta.refused("POST", f"/Datastreams({network.stream})/Observations", {"phenomenonTime": time, "result": 1})
    rows = [["2026-05-05T00:00:00Z", 1], [time, 2]]
    answer = network.sta.ask("POST", "/CreateObservations", [
        {"Datastream": {"@iot.id": network.stream}, "components": ["phenomenonTime", "result"], "dataArray": rows}
    ])  # fmt: skip
    first, second = answer.json()
    assert first == f"{ROOT}/Observations({observation_id(network.stream, 1777939200000)})"
    assert second.startswith("error: ")
    assert Series.objects.get(pk=network.stream).count == 5


@pytest.mark.parametrize(("time", "shown"), [
    ("2026-01-02T07:00:00+07:00", "2026-01-02T00:00:00Z"), ("2026-01-02T00:00Z", "2026-01-02T00:00:00Z"),
    ("2026-01-02t00:00:00.5z", "2026-01-02T00:00:00.500Z"), ("2026-01-02T00:00:00.123000Z", "2026-01-02T00:00:00.123Z"),
    ("2026-01-01T17:00:00-0700", "2026-01-02T00:00:00Z"), ("2026-01-02 00:00:00+00", "2026-01-02T00:00:00Z"),
])  # fmt: skip
def test_ways_to_write_a_time(network: Network, time: str, shown: str) -> None:
    made = network.sta.post(f"/Datastreams({network.stream})/Observations", {"phenomenonTime": time, "result": 1})
    assert network.sta.get(f"/Observations({made})")["phenomenonTime"] == shown


def test_the_same_time_twice(network: Network) -> None:
    row = {"phenomenonTime": "2026-01-01T00:00:00Z", "result": 6}
    answer = network.sta.ask("POST", f"/Datastreams({network.stream})/Observations", row)
    assert answer.status_code == 200  # it stood there already, with the same value
    assert answer["Location"] == f"{ROOT}/Observations({observation_id(network.stream, 1767225600000)})"
    told = network.sta.refused(
        "POST", f"/Datastreams({network.stream})/Observations", {**row, "result": 6.1}, status=409
    )
    assert "6.0" in told["message"]
    assert network.sta.results(f"/Datastreams({network.stream})/Observations")[0] == 6


@pytest.mark.parametrize("body", ['{"result": NaN}', '{"result": 1e999}', '{"result": Infinity}', "{}", '{"result"', "",
                                  '{"result": 1, "phenomenontime": "2026-01-01T00:00:00Z"}'])  # fmt: skip
def test_results_that_are_none(network: Network, body: str) -> None:
    network.sta.refused("POST", f"/Datastreams({network.stream})/Observations", body)


# --- features --------------------------------------------------------------------------------------------------------


def test_one_feature_for_each_place(network: Network) -> None:
    assert Feature.objects.count() == LocationFeature.objects.count() == 1
    other = network.sta.post(f"/Things({network.thing})/Datastreams", datastream("pH"))
    row = network.sta.post(f"/Datastreams({other})/Observations", {"result": 7})
    first = network.sta.values(f"/Datastreams({network.stream})/Observations?$top=1")[0]["@iot.id"]
    features = [network.sta.get(f"/Observations({each})/FeatureOfInterest") for each in (row, first)]
    assert features[0] == features[1]
    assert not ObservationDetail.objects.exists()  # the series knows it; no row beside each value


def test_a_station_that_moved(network: Network) -> None:
    new = location("Cầu Xương Giang", {"type": "Point", "coordinates": [106.2, 21.3]})
    network.sta.post(f"/Things({network.thing})/Locations", new)
    row = network.sta.post(f"/Datastreams({network.stream})/Observations", {"result": 7})
    assert network.sta.get(f"/Observations({row})/FeatureOfInterest")["name"] == "Cầu Xương Giang"
    old = network.sta.values(f"/Datastreams({network.stream})/Observations?$top=1")[0]["@iot.id"]
    assert network.sta.get(f"/Observations({old})/FeatureOfInterest")["name"] == "Cầu Gia Cát"
    assert len(network.sta.values(f"/Things({network.thing})/HistoricalLocations")) == 2
    for feature in network.sta.values("/FeaturesOfInterest?$expand=Observations&$orderby=id"):
        assert len(feature["Observations"]) == (4 if feature["name"] == "Cầu Gia Cát" else 1)


def test_without_place_and_feature_it_is_refused(sta: Sta) -> None:
    made = sta.post("/Things", {"name": "x", "description": "", "Datastreams": [datastream()]})
    stream = sta.values(f"/Things({made})/Datastreams")[0]["@iot.id"]
    told = sta.refused("POST", f"/Datastreams({stream})/Observations", {"result": 1})
    assert "FeatureOfInterest" in told["message"]


def test_a_station_of_the_network_has_its_place_here(sta: Sta) -> None:
    station = Station.objects.create(name="Trạm Lục Nam", lon=106.4, lat=21.3)
    assert sta.get(f"/Things({station.pk})/Locations")["value"][0]["location"]["coordinates"] == [106.4, 21.3]
    station.lon = 106.5
    station.save()
    assert sta.get(f"/Things({station.pk})/Locations")["value"][0]["location"]["coordinates"] == [106.5, 21.3]
    assert len(sta.values(f"/Things({station.pk})/HistoricalLocations")) == 2


# --- many at once ----------------------------------------------------------------------------------------------------


def test_bulk_with_everything(network: Network) -> None:
    body = [
        {"Datastream": {"@iot.id": network.stream},
         "components": ["phenomenonTime", "result", "resultTime", "parameters", "FeatureOfInterest/id"],
         "dataArray@iot.count": 4,
         "dataArray": [
             ["2026-03-01T00:00:00Z", 1, "2026-03-01T00:01:00Z", {"a": 1}, Feature.objects.get().pk],
             ["2026-03-01T00:05:00Z", "khô", None, None, None],
             ["2026-03-01T00:10:00Z", 2],
             ["2026-01-01T00:00:00Z", 999, None, None, None],
         ]},
        {"Datastream": {"@iot.id": network.stream}, "components": ["result", "phenomenonTime"],
         "dataArray": [[5, "2026-03-02T00:00:00Z"], [5, "2026-03-02T00:00:00Z"]]},
    ]  # fmt: skip
    answers = network.sta.ask("POST", "/CreateObservations", body).json()
    assert [each.startswith(ROOT) for each in answers] == [True, True, False, False, True, True]
    assert answers[2] == "error: dòng có 2 giá trị, components có 5"
    assert answers[3].startswith("error: Thời điểm này đã có giá trị khác (6.0")
    assert answers[4] == answers[5]
    rows = network.sta.values(
        f"/Datastreams({network.stream})/Observations?$filter=phenomenonTime ge 2026-03-01T00:00:00Z"
    )
    assert [row["result"] for row in rows] == [1, "khô", 5]
    assert rows[0]["resultTime"] == "2026-03-01T00:01:00Z"
    assert rows[0]["parameters"] == {"a": 1, "qartod": 2}


@pytest.mark.parametrize("body", ["{}", "[{}]", '[{"Datastream":{"@iot.id":"x"},"components":["result"],"dataArray":[]}]',
    '[{"Datastream":{"@iot.id":1},"components":["result","oops"],"dataArray":[]}]', "[3]", "", "[",
    '[{"Datastream":{"@iot.id":1},"components":["phenomenonTime"],"dataArray":[]}]'])  # fmt: skip
def test_bulk_that_cannot_be_read(network: Network, body: str) -> None:
    network.sta.refused("POST", "/CreateObservations", body)


@pytest.mark.parametrize(("components", "named"), [
    (["result", "phenomenonTime", "result"], "result"), (["result", "oops", "x"], "oops, x"),
])  # fmt: skip
def test_bulk_says_which_names_are_wrong(network: Network, components: list[str], named: str) -> None:
    body = [{"Datastream": {"@iot.id": network.stream}, "components": components, "dataArray": []}]
    assert network.sta.refused("POST", "/CreateObservations", body)["message"].endswith(f": {named}.")


def test_bulk_for_a_stream_that_is_not_there(network: Network) -> None:
    body = [{"Datastream": {"@iot.id": 99999}, "components": ["result"], "dataArray": [[1]]}]
    network.sta.refused("POST", "/CreateObservations", body, status=404)


def test_a_batch(network: Network) -> None:
    requests = [
        {
            "id": "1",
            "atomicityGroup": "g",
            "method": "post",
            "url": "Things",
            "body": {"name": "mới", "description": ""},
        },
        {"id": "2", "atomicityGroup": "g", "method": "post", "url": "$1/Datastreams", "body": datastream()},
        {"id": "3", "method": "get", "url": f"Datastreams({network.stream})?$select=name"},
        {"id": "4", "method": "get", "url": "/sta/v1.1/Nothing"},
        {"id": "5", "method": "patch", "url": "$1", "body": {"description": "sửa"}},
    ]
    answers = network.sta.ask("POST", "/$batch", {"requests": requests}).json()["responses"]
    assert [(each["id"], each["status"]) for each in answers] == [
        ("1", 201), ("2", 201), ("3", 200), ("4", 404), ("5", 200),
    ]  # fmt: skip
    assert answers[2]["body"] == {"name": "DO ở Cầu Gia Cát"}
    made = network.sta.get(answers[0]["location"])
    assert made["description"] == "sửa"


def test_a_group_of_a_batch_is_done_together_or_not_at_all(network: Network) -> None:
    requests = [
        {
            "id": "1",
            "atomicityGroup": "g",
            "method": "post",
            "url": "Things",
            "body": {"name": "mới", "description": ""},
        },
        {"id": "2", "atomicityGroup": "g", "method": "post", "url": "Things", "body": {"name": "hỏng"}},
        {"id": "3", "method": "post", "url": "Things", "body": {"name": "riêng", "description": ""}},
    ]
    answers = network.sta.ask("POST", "/$batch", {"requests": requests}).json()["responses"]
    assert [(each["id"], each["status"]) for each in answers] == [("1", 424), ("2", 400), ("3", 201)]
    assert network.sta.names("/Things?$orderby=id") == ["Trạm Cầu Gia Cát", "riêng"]


def test_batches_that_are_none(sta: Sta) -> None:
    for body in ({}, {"requests": 3}, {"requests": [3]}, {"requests": [{}] * 1001}):
        sta.refused("POST", "/$batch", body)
    nested = {"requests": [{"id": "1", "method": "post", "url": "$batch", "body": {"requests": []}}]}
    assert sta.ask("POST", "/$batch", nested).json()["responses"][0]["status"] == 400
    assert sta.ask("POST", "/$batch", {"requests": [{"id": 1}]}).json()["responses"][0]["status"] == 400


@pytest.mark.parametrize("row", [None, 5, "x", {"result": 1}])
def test_a_row_that_is_no_list_fails_beside_the_good_ones(network: Network, row: Any) -> None:
    body = [{"Datastream": {"@iot.id": network.stream}, "components": ["phenomenonTime", "result"],
             "dataArray": [["2026-05-06T00:00:00Z", 1], row, ["2026-05-06T00:05:00Z", 2]]}]  # fmt: skip
    told = network.sta.ask("POST", "/CreateObservations", body)
    assert told.status_code == 201
    assert [each.startswith("error: ") for each in told.json()] == [False, True, False]
    assert network.sta.get(f"/Datastreams({network.stream})/Observations?$count=true&$top=0")["@iot.count"] == 6


def test_latest_of_more_than_fit_goes_on(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest, "MOST", 2)
    network.sta.post("/Things", thing("B", Datastreams=[datastream(str(n)) for n in range(4)]))
    found, following = [], "/Latest"
    while following:
        page = network.sta.get(following)
        assert len(page["value"]) <= 2
        found += [each["Datastream"]["@iot.id"] for each in page["value"]]
        following = page.get("@iot.nextLink")
    assert len(found) == len(set(found)) == 5
    network.sta.refused("GET", "/Latest?after=x")
