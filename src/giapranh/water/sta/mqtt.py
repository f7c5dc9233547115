"""The MQTT side: observations published to the broker are created here, and what is new here is published there.

One process beside the web server (``giapranh mqtt``). It acts with a key of its own; who may publish and subscribe
at the broker is the broker's to say. What the bridge publishes does not come back to it (MQTT 5, "no local").
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
import psycopg
from django.db import connection
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from giapranh.kernel.errors import N_, BadInput, NotFound, Refused
from giapranh.node import home
from giapranh.people import queries as people
from giapranh.water.sta import access, database, door, notify
from giapranh.water.sta.mapping import SETS, TYPES, EntityType
from giapranh.water.sta.options import Options
from giapranh.water.sta.read import Reader

VERSION = "v1.1"
REFUSED = "giapranh/sta/refused"
KEPT_SECONDS = 7 * 24 * 3600
MOST_ROWS = 10_000  # of one arrival that are published; a bulk load is not news
_CREATES = re.compile(rf"{VERSION}/((?:Datastreams|FeaturesOfInterest)\(\d{{1,19}}\)/)?Observations")
log = logging.getLogger("giapranh.sta.mqtt")


class NoBroker(BadInput):
    code = "no_broker"


@dataclass(slots=True)
class Bridge:
    """``root`` is the address of the HTTP side, for the links inside the messages."""

    host: str
    port: int
    token: str
    root: str
    user: str = ""
    password: str = ""
    name: str = "giapranh"  # at the broker: of two clients of one name it throws one out
    selections: list[str] = field(default_factory=list)  # topics with ?$select= that somebody listens to
    ready: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _client: Any = None

    @classmethod
    def from_settings(cls) -> Bridge:
        broker = home.setting("mqtt_broker")
        if not broker:
            raise NoBroker(N_("Chưa đặt mqtt_broker (máy:cổng), ví dụ mqtt_broker = “127.0.0.1:1883”."))
        host, _colon, port = broker.partition(":")
        node = people.node()
        return cls(
            host=host, port=int(port or 1883), token=home.setting("mqtt_key"),
            root=home.setting("address", "http://127.0.0.1:8020").rstrip("/") + "/sta/v1.1",
            user=home.setting("mqtt_user"), password=home.setting("mqtt_password"),
            name=f"giapranh-{node.node_id}" if node else "giapranh",
            selections=[topic.strip() for topic in home.setting("mqtt_topics").split(";") if topic.strip()],
        )  # fmt: skip

    def run(self) -> None:
        """Until ``stop``. The broker or the database may go away and come back."""
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id=self.name, protocol=paho.MQTTv5)
        if self.user:
            self._client.username_pw_set(self.user, self.password)
        self._client.on_connect = self._connected
        self._client.on_message = self._message
        self._client.on_disconnect = self._disconnected
        self._client.reconnect_delay_set(1, 30)
        kept = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        kept.SessionExpiryInterval = KEPT_SECONDS  # what is published while we are away waits at the broker
        self._client.connect_async(self.host, self.port, clean_start=False, properties=kept)
        self._client.loop_start()
        try:
            while not self._stopping.is_set():
                try:
                    self._listen()
                except (psycopg.OperationalError, psycopg.InterfaceError):
                    log.warning("the database is away; trying again")
                    self._stopping.wait(2)
        finally:
            self._client.disconnect()
            self._client.loop_stop()

    def stop(self) -> None:
        self._stopping.set()

    # --- from the broker ---------------------------------------------------------------------------------------------

    def _connected(self, client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.error("the broker refuses: %s", reason)
            return
        not_ours = SubscribeOptions(qos=1, noLocal=True)
        client.subscribe([(f"{VERSION}/Observations", not_ours), (f"{VERSION}/+/Observations", not_ours)])
        self.ready.set()

    def _disconnected(self, *_about: Any) -> None:
        connection.close()  # of the broker's own thread, in which this runs

    def _message(self, _client: Any, _data: Any, message: Any) -> None:
        """One observation to create; what is wrong with it is told on a topic of its own."""
        try:
            if not _CREATES.fullmatch(message.topic) or message.retain:
                return
            asked = door.Asked(
                method="POST", path=message.topic[len(VERSION) :], query="", root=self.root, who=self._who,
                body=bytes(message.payload), content_type="application/json",
            )  # fmt: skip
            answer = self._answered(asked)
            if answer.status >= 400:
                told = {"topic": message.topic, **json.loads(answer.body)}
                self._client.publish(REFUSED, json.dumps(told, ensure_ascii=False), qos=0)
        except Exception:
            log.exception("a message on %s", message.topic[:100])
        finally:
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()

    def _answered(self, asked: door.Asked) -> door.Answer:
        """While the database is away the message is held; the broker has it until it is answered."""
        while (answer := door.answer(asked)).status == 503 and not self._stopping.wait(1):
            pass
        return answer

    def _who(self) -> access.Principal:
        return access.of_request(f"Bearer {self.token}" if self.token else "", lambda: None)

    # --- to the broker -----------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        listening = connection.copy()
        try:
            listening.ensure_connection()
            link: psycopg.Connection[Any] = listening.connection
            link.execute(f"LISTEN {notify.CHANNEL}".encode())
            while not self._stopping.is_set():
                for heard in link.notifies(timeout=0.2):
                    self._tell(heard.payload)
        finally:
            listening.close()

    def _tell(self, payload: str) -> None:
        message = json.loads(payload)
        for tell, about in self._news(message):
            try:
                tell(*about)
            except NotFound:
                pass  # gone again meanwhile, or not to be seen with this key
            except Refused:
                log.exception("could not tell of %s", payload[:200])

    def _news(self, message: dict[str, Any]) -> list[tuple[Callable[..., None], tuple[Any, ...]]]:
        if "rows" not in message:
            return [(self._tell_entity, (message["entity"], message["id"]))]
        return [(self._tell_rows, (*span, message["at"])) for span in message["rows"]]

    def _tell_rows(self, series_id: int, first: int, last: int, at: int) -> None:
        rows = database.fetch(
            "SELECT (date_part('epoch', o.time) * 1000)::bigint, COALESCE(e.feature_id, s.feature_id)"
            " FROM water_observation o JOIN water_series s ON s.id = o.series_id LEFT JOIN water_observationdetail e"
            " ON e.series_id = o.series_id AND e.time = o.time WHERE o.series_id = %s::int"
            " AND o.time BETWEEN to_timestamp(%s / 1000.0) AND to_timestamp(%s / 1000.0)"
            " AND o.arrived >= to_timestamp(%s / 1000.0) - interval '2 milliseconds' ORDER BY o.time DESC LIMIT %s",
            [series_id, first, last, at, MOST_ROWS],
        )
        reader = Reader(self._who(), self.root)
        own = f"{VERSION}/Datastreams({series_id})/Observations"
        for time_ms, feature_id in reversed(rows):
            reader.room = 10
            row_id = series_id << 42 | time_ms
            text = reader.entity(SETS["Observations"], row_id, Options()).texts[0]
            sets = (own, f"{VERSION}/Observations", f"{VERSION}/FeaturesOfInterest({feature_id})/Observations")
            for topic in (*sets, f"{VERSION}/Observations({row_id})"):
                self._publish(topic, text)
            self._publish_selections(sets, json.loads(text))

    def _tell_entity(self, plural: str, row_id: int) -> None:
        reader = Reader(self._who(), self.root)
        text = reader.entity(SETS[plural], row_id, Options()).texts[0]
        own = f"{VERSION}/{plural}({row_id})"
        sets = (f"{VERSION}/{plural}", *self._sets_of(reader, plural, row_id))
        for topic in (*sets, own):
            self._publish(topic, text)
        entity = json.loads(text)
        for name in SETS[plural].properties:
            if name in entity:
                self._publish(f"{own}/{name}", json.dumps({name: entity[name]}, ensure_ascii=False))
        self._publish_selections((*sets, own), entity)

    @staticmethod
    def _sets_of(reader: Reader, plural: str, row_id: int) -> list[str]:
        """``v1.1/Things(1)/Datastreams``, ``v1.1/Things(1)/Locations`` and the like: the sets of others it is in."""
        entity = SETS[plural]
        belongs = [link for link in entity.links.values() if plural in _sets_under(TYPES[link.target])]
        identity = Options(select=["@iot.id"])
        options = Options(select=["@iot.id"], expand={link.name: identity for link in belongs})
        found = json.loads(reader.entity(entity, row_id, options).texts[0])
        topics = []
        for link in belongs:
            others = found[link.name] if link.many else [found[link.name]]
            topics += [f"{VERSION}/{TYPES[link.target].plural}({each['@iot.id']})/{plural}" for each in others if each]
        return topics

    def _publish_selections(self, topics: tuple[str, ...], entity: dict[str, Any]) -> None:
        for wanted in self.selections:
            topic, _mark, query = wanted.partition("?$select=")
            if topic in topics and query:
                chosen = {name: entity.get(name) for name in query.split(",")}
                self._publish(wanted, json.dumps(chosen, ensure_ascii=False))

    def _publish(self, topic: str, text: str) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ContentType = "application/json"
        self._client.publish(topic, text.encode("utf-8"), qos=0, properties=properties)


def _sets_under(entity: EntityType) -> set[str]:
    return {name for name, link in entity.links.items() if link.many}
