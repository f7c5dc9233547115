"""Changing and deleting; raw values stand unless the node was set up for trying out."""

from __future__ import annotations

from typing import Any

import pytest
from tests.water.sta.conftest import Network, Sta, datastream, location, thing

from giapranh.people.models import AuditEvent
from giapranh.water.models import MovedObservation, Series, Station
from giapranh.water.rules.observation_ids import observation_id
from giapranh.water.sta import observations

pytestmark = pytest.mark.django_db
T0 = 1767225600000


def test_patch_changes_what_it_names(network: Network) -> None:
    own = f"/Things({network.thing})"
    before = network.sta.get(own)
    answer = network.sta.ask("PATCH", own, {"description": "mới"})
    assert answer.status_code == 200
    assert answer.json() == {**before, "description": "mới"} == network.sta.get(own)
    assert AuditEvent.objects.filter(what="water.sensorthings_changed").exists()


def test_put_replaces_the_whole(network: Network) -> None:
    own = f"/Things({network.thing})"
    network.sta.refused("PUT", own, {"name": "chỉ có tên"})
    assert network.sta.ask("PUT", own, {"name": "A", "description": "B"}).status_code == 200
    assert "properties" not in network.sta.get(own)


def test_json_patch(network: Network) -> None:
    own = f"/Things({network.thing})"
    operations = [
        {"op": "test", "path": "/properties/n", "value": 3},
        {"op": "replace", "path": "/properties/n", "value": 4},
        {"op": "add", "path": "/properties/a~1b", "value": [1]},
        {"op": "add", "path": "/properties/a~1b/-", "value": 2},
        {"op": "remove", "path": "/properties/province"},
        {"op": "copy", "from": "/name", "path": "/description"},
    ]
    assert network.sta.ask("PATCH", own, operations, content_type="application/json-patch+json").status_code == 200
    found = network.sta.get(own)
    assert found["properties"] == {"n": 4, "a/b": [1, 2]}
    assert found["description"] == found["name"]
    for wrong in ([{"op": "x"}], {}, [{"op": "remove", "path": "/nothing"}], [{"op": "add", "path": "/properties/a~1b/9", "value": 1}],
                  [{"op": "replace", "path": "/name", "value": 3}], [3]):  # fmt: skip
        network.sta.ask("PATCH", own, wrong, content_type="application/json-patch+json")
    network.sta.refused("PATCH", own, [{"op": "test", "path": "/name", "value": 1}], status=409,
                        content_type="application/json-patch+json")  # fmt: skip


@pytest.mark.parametrize(("entity", "body"), [
    ("Things", {"Locations": [location()]}), ("Things", {"Datastreams": [datastream()]}), ("Things", {"nme": "x"}),
    ("Things", {"name": ""}), ("Things", {"Datastreams": {}}), ("Datastreams", {"Sensor": {"name": "x"}}),
    ("Datastreams", {"Observations": [{"result": 1}]}), ("Datastreams", {"unitOfMeasurement": "mg"}),
])  # fmt: skip
def test_patches_that_are_refused(network: Network, entity: str, body: dict[str, Any]) -> None:
    row = network.thing if entity == "Things" else network.stream
    before = network.sta.get(f"/{entity}({row})")
    network.sta.refused("PATCH", f"/{entity}({row})", body)
    assert network.sta.get(f"/{entity}({row})") == before


def test_linking_by_patch(network: Network) -> None:
    new = network.sta.post("/Locations", location("khác", {"type": "Point", "coordinates": [106, 21]}))
    network.sta.ask("PATCH", f"/Things({network.thing})", {"Locations": [{"@iot.id": new}]})
    assert network.sta.names(f"/Things({network.thing})/Locations") == ["khác"]
    assert len(network.sta.values(f"/Things({network.thing})/HistoricalLocations")) == 2
    other = network.sta.post("/Things", {"name": "B", "description": ""})
    network.sta.ask("PATCH", f"/Datastreams({network.stream})", {"Thing": {"@iot.id": other}})
    assert network.sta.get(f"/Datastreams({network.stream})/Thing")["name"] == "B"
    network.sta.refused("PATCH", f"/Datastreams({network.stream})", {"Thing": {"@iot.id": 99999}}, status=404)


def test_a_result_and_what_stands_beside_it(network: Network) -> None:
    row = f"/Observations({observation_id(network.stream, T0)})"
    network.sta.ask("PATCH", row, {"result": 9.5, "resultQuality": "tốt", "parameters": {"a": 1}})
    found = network.sta.get(row)
    assert (found["result"], found["resultQuality"], found["parameters"]) == (9.5, "tốt", {"a": 1, "qartod": 2})
    network.sta.ask("PATCH", row, {"result": "mất mẫu"})
    assert network.sta.get(row)["result"] == "mất mẫu"
    network.sta.ask("PATCH", row, {"result": 1})
    assert network.sta.get(row)["result"] == 1


def test_a_time_that_is_changed_keeps_the_old_address(network: Network) -> None:
    old, new = observation_id(network.stream, T0), observation_id(network.stream, T0 + 60_000)
    answer = network.sta.ask("PATCH", f"/Observations({old})", {"phenomenonTime": "2026-01-01T00:01:00Z"})
    assert answer.json()["@iot.id"] == new
    assert network.sta.get(f"/Observations({old})") == network.sta.get(f"/Observations({new})")
    network.sta.refused("PATCH", f"/Observations({new})", {"phenomenonTime": "2026-01-01T00:05:00Z"}, status=409)
    assert network.sta.ask("DELETE", f"/Observations({old})").status_code == 200
    network.sta.refused("GET", f"/Observations({new})", status=404)
    assert not MovedObservation.objects.exists()


def test_what_goes_with_what(network: Network) -> None:
    sta = network.sta
    row = observation_id(network.stream, T0)
    assert sta.ask("DELETE", f"/Observations({row})").status_code == 200
    series = Series.objects.get(pk=network.stream)
    assert (series.count, series.first_time.isoformat()) == (3, "2026-01-01T00:05:00+00:00")
    feature = sta.values("/FeaturesOfInterest")[0]["@iot.id"]
    assert sta.ask("DELETE", f"/FeaturesOfInterest({feature})").status_code == 200
    assert sta.values("/Observations") == []
    place = sta.values("/Locations")[0]["@iot.id"]
    assert sta.ask("DELETE", f"/Locations({place})").status_code == 200
    assert sta.values("/HistoricalLocations") == []
    sensor = sta.values("/Sensors")[0]["@iot.id"]
    assert sta.ask("DELETE", f"/Sensors({sensor})").status_code == 200
    assert sta.values("/Datastreams") == []
    assert sta.ask("DELETE", f"/Things({network.thing})").status_code == 200
    assert not Station.objects.exists()
    sta.refused("DELETE", f"/Things({network.thing})", status=404)
    sta.refused("DELETE", "/Things", status=405)


def test_on_a_working_node_raw_values_stand(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIAPRANH_STA_REWRITE")
    sta = Sta(network.sta.token)
    from giapranh.water.sta import access

    access.forget_keys()
    row = f"/Observations({observation_id(network.stream, T0)})"
    for body in ({"result": 7}, {"phenomenonTime": "2026-01-01T00:01:00Z"}):
        told = sta.refused("PATCH", row, body, status=403)
        assert "đính chính" in told["message"]
    for path in (row, f"/Datastreams({network.stream})", f"/Things({network.thing})", "/FeaturesOfInterest({})".format(
        sta.values("/FeaturesOfInterest")[0]["@iot.id"]), f"/Sensors({sta.values('/Sensors')[0]['@iot.id']})"):  # fmt: skip
        sta.refused("DELETE", path, status=403)
    assert sta.results(f"/Datastreams({network.stream})/Observations") == [6, 6.5, 7, 7.5]
    assert sta.ask("PATCH", row, {"resultQuality": "tốt"}).status_code == 200  # what stands beside may be added


def test_put_of_an_observation_takes_away_what_it_does_not_name(network: Network) -> None:
    row = network.sta.values(f"/Datastreams({network.stream})/Observations?$top=1")[0]
    at = f"/Observations({row['@iot.id']})"
    beside = {"resultTime": "2026-01-01T01:00:00Z", "resultQuality": "tốt", "parameters": {"máy": 7}}
    assert network.sta.ask("PATCH", at, beside).status_code == 200
    assert network.sta.get(at)["parameters"]["máy"] == 7
    answer = network.sta.ask("PUT", at, {"result": 9.5, "resultQuality": "kém"})
    assert answer.status_code == 200
    found = network.sta.get(at)
    assert (found["result"], found["resultQuality"], found["resultTime"]) == (9.5, "kém", None)
    assert "máy" not in found["parameters"]
    assert found["phenomenonTime"] == row["phenomenonTime"]
    network.sta.refused("PUT", at, {"resultQuality": "tốt"})
    network.sta.refused("PUT", at, [{"op": "remove", "path": "/resultQuality"}], status=415,
                        content_type="application/json-patch+json")  # fmt: skip


def test_a_device_that_serves_the_neighbour_is_not_deleted_with_his_series(network: Network) -> None:
    device = network.sta.values("/Sensors")[0]["@iot.id"]
    other = network.sta.post("/Things", thing("Trạm bạn", Datastreams=[datastream("x", Sensor={"@iot.id": device})]))
    Station.objects.filter(pk=other).update(node="bac-ninh")
    observations.forget_streams()
    network.sta.refused("DELETE", f"/Sensors({device})", status=403)
    assert len(network.sta.values(f"/Sensors({device})/Datastreams")) == 2
