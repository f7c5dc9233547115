"""The client that others use, unchanged, against a served node."""

from __future__ import annotations

from typing import Any

import frost_sta_client as fsc
import pytest
import requests

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:furl.pathstr is deprecated:DeprecationWarning"),  # the client does that
]


@pytest.fixture
def service(live_server: Any, node: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("GIAPRANH_STA_OPEN", "1")
    return fsc.SensorThingsService(f"{live_server.url}/sta/v1.1")


def build(service: Any) -> Any:
    """A thing with everything below it, in the words of the client."""
    import geojson

    place = fsc.Location(name="Cầu", description="bờ trái", encoding_type="application/geo+json",
                         location=geojson.Point((106.75, 21.85)))  # fmt: skip
    unit = fsc.UnitOfMeasurement(name="mg/L", symbol="mg/L", definition="mg/L")
    stream = fsc.Datastream(name="DO", description="DO", observation_type="http://x/OM_Measurement", unit_of_measurement=unit,
                            sensor=fsc.Sensor(name="s", description="s", encoding_type="text/html", metadata="m"),
                            observed_property=fsc.ObservedProperty(name="DO", definition="http://x", description="d"))  # fmt: skip
    made = fsc.Thing(
        name="Trạm", description="tự động", properties={"province": "20"}, locations=[place], datastreams=[stream]
    )
    service.create(made)
    return made


def test_the_life_of_a_station(service: Any) -> None:
    made = build(service)
    found = service.things().find(made.id)
    assert (found.name, found.properties) == ("Trạm", {"province": "20"})
    found.description = "đã sửa"
    service.update(found)
    assert service.things().find(made.id).description == "đã sửa"
    service.patch(found, [{"op": "replace", "path": "/properties", "value": {"province": "24"}}])
    assert service.things().find(made.id).properties == {"province": "24"}

    stream = service.datastreams().query().filter("name eq 'DO'").expand("Thing").list().entities[0]
    assert stream.thing.name == "Trạm"
    for minute in range(12):
        service.create(
            fsc.Observation(result=minute / 2, phenomenon_time=f"2026-01-01T00:{minute:02d}:00Z", datastream=stream)
        )
    query = service.observations().query().filter("result ge 1").orderby("phenomenonTime", "asc").top(4).count()
    listed = query.list()
    assert listed.count == 10
    assert [row.result for row in listed] == [n / 2 for n in range(2, 12)]  # follows the next links by itself

    twice = fsc.Observation(result=99, phenomenon_time="2026-01-01T00:00:00Z", datastream=stream)
    with pytest.raises(requests.HTTPError, match="409"):
        service.create(twice)
    service.delete(found)
    assert list(service.datastreams().query().list()) == []


def test_data_arrays(service: Any) -> None:
    build(service)
    stream = service.datastreams().query().list().entities[0]
    array = fsc.model.ext.data_array_value.DataArrayValue()
    names = fsc.model.ext.data_array_value.DataArrayValue.Property
    array.components = {names.PHENOMENON_TIME, names.RESULT}
    array.datastream = stream
    for minute in range(3):
        array.add_observation(fsc.Observation(result=minute, phenomenon_time=f"2026-01-01T00:{minute:02d}:00Z"))
    document = fsc.model.ext.data_array_document.DataArrayDocument()
    document.add_data_array_value(array)
    made = service.observations().create(document)
    assert len(made) == 3
    assert [row.result for row in service.observations().query().orderby("result", "asc").list()] == [0, 1, 2]
