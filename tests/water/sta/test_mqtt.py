"""Create and subscribe over MQTT, against a real Mosquitto."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from django.db import connections
from paho.mqtt.enums import CallbackAPIVersion
from tests.conftest import World
from tests.water.sta.conftest import Network, Sta, datastream, location, thing

from giapranh.water.models import Series
from giapranh.water.sta.mqtt import REFUSED, Bridge, NoBroker

MOSQUITTO = shutil.which("mosquitto") or ("/usr/sbin/mosquitto" if Path("/usr/sbin/mosquitto").exists() else "")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not MOSQUITTO, reason="no mosquitto on this machine: apt-get install mosquitto"),
]


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    conf = tmp_path / "mosquitto.conf"
    conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n", encoding="utf-8")
    process = subprocess.Popen([MOSQUITTO, "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    monkeypatch.setenv("GIAPRANH_MQTT_BROKER", f"127.0.0.1:{port}")
    wait_for(lambda: listens(port))
    yield port
    process.terminate()
    process.wait(timeout=10)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(happened: Callable[[], Any], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


class Listener:
    """A client that keeps what it hears."""

    def __init__(self, port: int, *topics: str) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self.client.on_message = lambda _c, _d, m: self.heard.append((m.topic, json.loads(m.payload)))
        self.client.connect("127.0.0.1", port)
        granted = threading.Event()
        self.client.on_subscribe = lambda *_args: granted.set()
        self.client.loop_start()
        self.client.subscribe([(topic, 1) for topic in topics])
        assert granted.wait(10)

    def on(self, topic: str) -> list[Any]:
        return [payload for name, payload in self.heard if name == topic]

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def bridged(broker: int, network: Network) -> Iterator[tuple[int, Network]]:
    selection = f"v1.1/Datastreams({network.stream})/Observations?$select=phenomenonTime,result"
    bridge = Bridge("127.0.0.1", broker, network.sta.token, "http://testserver/sta/v1.1", selections=[selection])

    def run() -> None:
        try:
            bridge.run()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert bridge.ready.wait(20)
    time.sleep(0.3)  # LISTEN follows the connection
    yield broker, network
    bridge.stop()
    thread.join(20)


def test_what_is_published_is_created(bridged: tuple[int, Network]) -> None:
    port, network = bridged
    client = Listener(port, REFUSED)
    topic = f"v1.1/Datastreams({network.stream})/Observations"
    client.client.publish(topic, json.dumps({"phenomenonTime": "2026-04-01T00:00:00Z", "result": 8.5}), qos=1)
    body = {"result": 9, "phenomenonTime": "2026-04-01T00:05:00Z", "Datastream": {"@iot.id": network.stream}}
    client.client.publish("v1.1/Observations", json.dumps(body), qos=1)
    wait_for(lambda: Series.objects.get(pk=network.stream).count == 6)
    client.client.publish(topic, json.dumps({"phenomenonTime": "gestern", "result": 1}), qos=1)
    client.client.publish(topic, b"{", qos=1)
    wait_for(lambda: len(client.on(REFUSED)) == 2)
    assert [told["code"] for told in client.on(REFUSED)] == [400, 400]
    assert Series.objects.get(pk=network.stream).count == 6
    client.close()


def test_what_is_new_is_published(bridged: tuple[int, Network]) -> None:
    port, network = bridged
    own = f"v1.1/Datastreams({network.stream})/Observations"
    listener = Listener(
        port, own, "v1.1/Observations", f"{own}?$select=phenomenonTime,result", "v1.1/Things/#", "v1.1/+/#"
    )
    made = network.sta.post(
        f"/Datastreams({network.stream})/Observations", {"phenomenonTime": "2026-04-02T00:00:00Z", "result": 5}
    )
    wait_for(lambda: listener.on(own) and listener.on("v1.1/Observations"))
    assert listener.on(own)[0] == network.sta.get(f"/Observations({made})")
    wait_for(lambda: listener.on(f"{own}?$select=phenomenonTime,result"))
    selected = listener.on(f"{own}?$select=phenomenonTime,result")[0]
    assert selected == {"phenomenonTime": "2026-04-02T00:00:00Z", "result": 5}
    network.sta.ask("PATCH", f"/Things({network.thing})", {"description": "mới"})
    wait_for(lambda: listener.on(f"v1.1/Things({network.thing})/description"))
    assert listener.on(f"v1.1/Things({network.thing})/description")[0] == {"description": "mới"}
    assert listener.on(f"v1.1/Things({network.thing})")[0]["name"] == "Trạm Cầu Gia Cát"
    listener.close()


def test_the_sets_an_entity_is_in_hear_of_it(bridged: tuple[int, Network]) -> None:
    port, network = bridged
    listener = Listener(port, "v1.1/#")
    network.sta.post(f"/Things({network.thing})/Datastreams", datastream("hai"))
    wait_for(lambda: listener.on(f"v1.1/Things({network.thing})/Datastreams"))
    assert listener.on(f"v1.1/Things({network.thing})/Datastreams")[0]["name"] == "hai"
    network.sta.post("/Things", thing("sâu", Datastreams=[datastream("ba")]))
    wait_for(lambda: len(listener.on("v1.1/Datastreams")) == 2)
    assert [each["name"] for each in listener.on("v1.1/Datastreams")] == ["hai", "ba"]
    row = network.sta.values(f"/Datastreams({network.stream})/Observations")[0]["@iot.id"]
    feature = network.sta.get(f"/Observations({row})/FeatureOfInterest")["@iot.id"]
    network.sta.ask("PATCH", f"/Observations({row})", {"resultQuality": "tốt"})
    wait_for(lambda: listener.on(f"v1.1/FeaturesOfInterest({feature})/Observations"))
    for topic in (f"v1.1/Datastreams({network.stream})/Observations", f"v1.1/Observations({row})"):
        wait_for(lambda topic=topic: listener.on(topic))
        assert listener.on(topic)[0]["resultQuality"] == "tốt"
    listener.close()


def test_a_station_that_moves_is_told_where_it_is_and_was(bridged: tuple[int, Network]) -> None:
    port, network = bridged
    own = f"v1.1/Things({network.thing})"
    listener = Listener(port, "v1.1/#")
    network.sta.post(f"/Things({network.thing})/Locations", location("Hữu Lũng"))
    wait_for(lambda: listener.on(f"{own}/Locations") and listener.on(f"{own}/HistoricalLocations"))
    assert [each["name"] for each in listener.on(f"{own}/Locations")] == ["Hữu Lũng"]
    stood = network.sta.values(f"/Things({network.thing})/HistoricalLocations")[-1]
    assert listener.on(f"{own}/HistoricalLocations") == listener.on("v1.1/HistoricalLocations") == [stood]
    place = network.sta.values(f"/Things({network.thing})/Locations")[0]["@iot.id"]
    assert listener.on(f"v1.1/Locations({place})/HistoricalLocations") == [stood]
    network.sta.ask("PATCH", f"/Things({network.thing})", {"description": "mới"})
    wait_for(lambda: listener.on(f"v1.1/Locations({place})/Things"))
    listener.close()


def test_what_is_published_while_the_bridge_is_away_waits(broker: int, network: Network) -> None:
    topic = f"v1.1/Datastreams({network.stream})/Observations"
    client = Listener(broker, REFUSED)
    for n, away in enumerate((True, False)):
        bridge = Bridge("127.0.0.1", broker, network.sta.token, "http://testserver/sta/v1.1")
        thread = threading.Thread(target=lambda bridge=bridge: (bridge.run(), connections.close_all()), daemon=True)
        thread.start()
        assert bridge.ready.wait(20)
        wait_for(lambda n=n: Series.objects.get(pk=network.stream).count == 4 + n)
        bridge.stop()
        thread.join(20)
        if away:
            row = json.dumps({"phenomenonTime": "2026-04-03T00:00:00Z", "result": 8.5})
            client.client.publish(topic, row, qos=1).wait_for_publish(10)
    client.close()


def test_the_landing_page_tells_of_it(broker: int, sta: Sta) -> None:
    from giapranh.water.sta import landing

    landing.page.cache_clear()
    conformance = sta.get("")["serverSettings"]["conformance"]
    landing.page.cache_clear()
    assert [name for name in conformance if "mqtt" in name]


def test_without_a_broker_nothing_is_told(sta: Sta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GIAPRANH_MQTT_BROKER", raising=False)
    sta.post("/Things", thing(Datastreams=[datastream()]))
    with pytest.raises(NoBroker):
        Bridge.from_settings()


def test_two_nodes_on_one_broker_have_two_names(node: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two clients of one name a broker throws one out, for ever in turn."""
    from giapranh.people.models import Node

    monkeypatch.setenv("GIAPRANH_MQTT_BROKER", "127.0.0.1:1883")
    first = Bridge.from_settings().name
    Node.objects.update(node_id="bac-ninh")
    assert first != Bridge.from_settings().name == "giapranh-bac-ninh"
