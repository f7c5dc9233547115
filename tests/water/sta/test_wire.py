"""The wire formats, pinned: a client of today must be served by the program of tomorrow."""

from __future__ import annotations

from typing import Any

import pytest
from tests.water.sta.conftest import MEASUREMENT, POINT, ROOT, UNIT, Network, Sta, location

from giapranh.water.rules.observation_ids import observation_id

pytestmark = pytest.mark.django_db
T0 = 1767225600000  # 2026-01-01T00:00:00Z


def test_the_landing_page_names_the_sets_and_what_of_the_standard_is_there(sta: Sta) -> None:
    page = sta.get("")
    assert page["value"] == [
        {"name": name, "url": f"{ROOT}/{name}"}
        for name in ("Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "Observations",
                     "ObservedProperties", "FeaturesOfInterest")
    ]  # fmt: skip
    conformance = page["serverSettings"]["conformance"]
    assert "http://www.opengis.net/spec/iot_sensing/1.1/req/data-array/data-array" in conformance
    assert not [name for name in conformance if "mqtt" in name]  # no broker is set


def test_a_thing(network: Network) -> None:
    own = f"{ROOT}/Things({network.thing})"
    assert network.sta.get(f"/Things({network.thing})") == {
        "@iot.id": network.thing,
        "@iot.selfLink": own,
        "name": "Trạm Cầu Gia Cát",
        "description": "trạm tự động",
        "properties": {"n": 3, "province": "20"},
        "Datastreams@iot.navigationLink": f"{own}/Datastreams",
        "HistoricalLocations@iot.navigationLink": f"{own}/HistoricalLocations",
        "Locations@iot.navigationLink": f"{own}/Locations",
    }


def test_a_datastream(network: Network) -> None:
    own = f"{ROOT}/Datastreams({network.stream})"
    assert network.sta.get(f"/Datastreams({network.stream})") == {
        "@iot.id": network.stream,
        "@iot.selfLink": own,
        "name": "DO ở Cầu Gia Cát",
        "description": "DO",
        "observationType": MEASUREMENT,
        "unitOfMeasurement": UNIT,
        "phenomenonTime": "2026-01-01T00:00:00Z/2026-01-01T00:15:00Z",
        "Thing@iot.navigationLink": f"{own}/Thing",
        "Sensor@iot.navigationLink": f"{own}/Sensor",
        "ObservedProperty@iot.navigationLink": f"{own}/ObservedProperty",
        "Observations@iot.navigationLink": f"{own}/Observations",
    }


def test_an_observation_byte_for_byte(network: Network) -> None:
    row_id = observation_id(network.stream, T0)
    own = f"{ROOT}/Observations({row_id})"
    answer = network.sta.ask("GET", f"/Observations({row_id})")
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer.content.decode() == (
        f'{{"@iot.id":{row_id},"@iot.selfLink":"{own}","phenomenonTime":"2026-01-01T00:00:00Z","result":6,'
        f'"resultTime":null,"parameters":{{"qartod":2}},"Datastream@iot.navigationLink":"{own}/Datastream",'
        f'"FeatureOfInterest@iot.navigationLink":"{own}/FeatureOfInterest"}}'
    )


def test_an_observation_with_everything(network: Network) -> None:
    sent = {
        "phenomenonTime": "2026-02-01T07:00:00+07:00/2026-02-01T08:00:00+07:00", "result": 7.25,
        "resultTime": "2026-02-01T02:00:00.500Z", "validTime": "2026-02-01T00:00:00Z/2026-02-02T00:00:00Z",
        "resultQuality": {"grade": "A"}, "parameters": {"operator": "An", "qartod": 99},
    }  # fmt: skip
    made = network.sta.post(f"/Datastreams({network.stream})/Observations", sent)
    found = network.sta.get(f"/Observations({made})")
    assert {name: value for name, value in found.items() if "@" not in name} == {
        "phenomenonTime": "2026-02-01T00:00:00Z/2026-02-01T01:00:00Z",
        "result": 7.25,
        "resultTime": "2026-02-01T02:00:00.500Z",
        "resultQuality": {"grade": "A"},
        "validTime": "2026-02-01T00:00:00Z/2026-02-02T00:00:00Z",
        "parameters": {"operator": "An", "qartod": 2},
    }


@pytest.mark.parametrize(
    ("sent", "shown"),
    [(8, 8), (8.0, 8), (-0.25, -0.25), (1e-9, 1e-9), (123456789.125, 123456789.125), (1e300, 1e300), (None, None),
     ("trong, không mùi", "trong, không mùi"), (True, True), ({"a": [1, None]}, {"a": [1, None]}), ([1, "x"], [1, "x"])],
)  # fmt: skip
def test_results_come_back_as_they_were_sent(network: Network, sent: Any, shown: Any) -> None:
    made = network.sta.post(
        f"/Datastreams({network.stream})/Observations", {"phenomenonTime": "2026-03-01T00:00:00Z", "result": sent}
    )
    found = network.sta.get(f"/Observations({made})")["result"]
    assert found == shown
    assert type(found) is type(shown)


def test_the_other_entities(network: Network) -> None:
    place = network.sta.values(f"/Things({network.thing})/Locations")[0]
    assert {name: value for name, value in place.items() if "@" not in name} == location()
    history = network.sta.values(f"/Things({network.thing})/HistoricalLocations")[0]
    assert set(history) == {
        "@iot.id", "@iot.selfLink", "time", "Thing@iot.navigationLink", "Locations@iot.navigationLink",
    }  # fmt: skip
    sensor = network.sta.get(f"/Datastreams({network.stream})/Sensor")
    assert {name: value for name, value in sensor.items() if "@" not in name} == {
        "name": "Máy đo DO", "description": "quang học", "encodingType": "text/html", "metadata": "x",
    }  # fmt: skip
    prop = network.sta.get(f"/Datastreams({network.stream})/ObservedProperty")
    assert prop["definition"] == "http://example.org/do"
    feature = network.sta.get(f"/Observations({observation_id(network.stream, T0)})/FeatureOfInterest")
    assert feature["feature"] == POINT
    assert feature["name"] == "Cầu Gia Cát"


def test_references_and_bare_values(network: Network) -> None:
    assert network.sta.get(f"/Things({network.thing})/Datastreams/$ref") == {
        "value": [{"@iot.selfLink": f"{ROOT}/Datastreams({network.stream})"}]
    }
    assert network.sta.get(f"/Datastreams({network.stream})/Thing/$ref") == {
        "@iot.selfLink": f"{ROOT}/Things({network.thing})"
    }
    assert network.sta.get(f"/Things({network.thing})/name") == {"name": "Trạm Cầu Gia Cát"}
    value = network.sta.ask("GET", f"/Things({network.thing})/name/$value")
    assert (value.content.decode(), value["Content-Type"]) == ("Trạm Cầu Gia Cát", "text/plain; charset=utf-8")
    assert network.sta.get(f"/Things({network.thing})/properties/province") == {"province": "20"}
    assert network.sta.ask("GET", f"/Datastreams({network.stream})/Observations/$count").content == b"4"


def test_a_data_array(network: Network) -> None:
    ids = [observation_id(network.stream, T0 + 300_000 * n) for n in range(2)]
    assert network.sta.get(
        f"/Datastreams({network.stream})/Observations?$resultFormat=dataArray&$top=2&$count=true"
    ) == {
        "@iot.count": 4,
        "@iot.nextLink": network.sta.get(
            f"/Datastreams({network.stream})/Observations?$resultFormat=dataArray&$top=2&$count=true"
        )["@iot.nextLink"],
        "value": [
            {
                "Datastream@iot.navigationLink": f"{ROOT}/Datastreams({network.stream})",
                "Datastream": {"@iot.id": network.stream},
                "components": ["id", "phenomenonTime", "result", "resultTime"],
                "dataArray@iot.count": 2,
                "dataArray": [
                    [ids[0], "2026-01-01T00:00:00Z", 6, None],
                    [ids[1], "2026-01-01T00:05:00Z", 6.5, None],
                ],
            }
        ],
    }
    chosen = network.sta.get("/Observations?$resultFormat=dataArray&$select=result&$top=1")["value"][0]
    assert (chosen["components"], chosen["dataArray"]) == (["result"], [[6]])


def test_comma_separated_values(network: Network) -> None:
    answer = network.sta.ask(
        "GET", f"/Datastreams({network.stream})/Observations?$resultFormat=CSV&$top=2&$select=phenomenonTime,result"
    )
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode() == "phenomenonTime,result\r\n2026-01-01T00:00:00Z,6\r\n2026-01-01T00:05:00Z,6.5\r\n"
    assert answer["Link"].endswith('>; rel="next"')


def test_a_spreadsheet_takes_no_name_for_a_formula(sta: Sta) -> None:
    sta.post("/Things", {"name": "=cmd|calc", "description": "-1+1"})
    assert "'=cmd|calc,'-1+1" in sta.ask("GET", "/Things?$resultFormat=CSV&$select=name,description").content.decode()


def test_geojson(network: Network) -> None:
    answer = network.sta.ask("GET", "/Locations?$resultFormat=GeoJSON&$select=@iot.id,name,location")
    assert answer["Content-Type"] == "application/geo+json; charset=utf-8"
    place = network.sta.values("/Locations")[0]["@iot.id"]
    assert answer.json() == {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": place, "geometry": POINT, "properties": {"id": place, "name": "Cầu Gia Cát"}}
        ],
    }
    things = network.sta.ask("GET", "/Things?$resultFormat=GeoJSON&$expand=Locations").json()
    assert things["features"][0]["geometry"] == POINT


def test_means_over_days_of_vietnam(network: Network) -> None:
    network.sta.post(
        f"/Datastreams({network.stream})/Observations", {"phenomenonTime": "2026-01-01T17:00:00Z", "result": 1}
    )
    days = network.sta.values(f"/Datastreams({network.stream})/Observations?aggregate=day")
    assert days == [
        {
            "phenomenonTime": "2025-12-31T17:00:00Z/2026-01-01T17:00:00Z", "result": 6.75,
            "parameters": {"min": 6, "max": 7.5, "count": 4, "missing": 0},
        },
        {
            "phenomenonTime": "2026-01-01T17:00:00Z/2026-01-02T17:00:00Z", "result": 1,
            "parameters": {"min": 1, "max": 1, "count": 1, "missing": 0},
        },
    ]  # fmt: skip
    newest = network.sta.get(
        f"/Datastreams({network.stream})/Observations?aggregate=day&$orderby=phenomenonTime desc&$top=1"
    )
    assert [row["result"] for row in newest["value"]] == [1]
    assert [row["result"] for row in network.sta.values(newest["@iot.nextLink"])] == [6.75]


def test_the_latest_of_many_streams(network: Network) -> None:
    at = observation_id(network.stream, T0 + 900_000)
    assert network.sta.get(f"/Latest?datastreams={network.stream},999") == {
        "value": [
            {
                "Datastream": {
                    "@iot.id": network.stream, "@iot.selfLink": f"{ROOT}/Datastreams({network.stream})",
                },
                "count": 4,
                "Observation": {
                    "@iot.id": at, "@iot.selfLink": f"{ROOT}/Observations({at})",
                    "phenomenonTime": "2026-01-01T00:15:00Z", "result": 7.5, "parameters": {"qartod": 2},
                },
            }
        ]
    }  # fmt: skip


def test_refusals(sta: Sta) -> None:
    assert sta.refused("GET", "/Things?$filter=name eq") == {
        "code": 400, "type": "error", "reason": "malformed", "position": 8,
        "message": "$filter: Không đọc được biểu thức ở vị trí 8, gần “…”.",
    }  # fmt: skip
    assert sta.refused("GET", "/Things(5)", status=404)["reason"] == "no_such_entity"
