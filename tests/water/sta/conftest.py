"""What the tests of the SensorThings interface share: a client that speaks JSON, and a small network to ask about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from wsgiref.headers import Headers

import pytest
from django.test import RequestFactory
from tests.conftest import World

from giapranh.kernel import clock
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.water.models import KeyScope
from giapranh.water.services import few, keys, quality
from giapranh.water.sta import access, observations
from giapranh.water.sta.wsgi import beside


def no_pages(_environ: Any, _start: Any) -> Any:
    raise AssertionError("not for this door")


APPLICATION = beside(no_pages)
ROOT = "http://testserver/sta/v1.1"


@dataclass
class Answer:
    status_code: int
    headers: Headers
    content: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers[name] or ""

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Sta:
    """Requests through the server's own way in, with one key or with none."""

    token: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        address = path.removeprefix(ROOT) if path.startswith(ROOT) else path
        address = "/sta/v1.1" + ("/" if address and not address.startswith("/") else "") + address
        name, mark, query = address.partition("?")
        sent = headers.pop("content_type", "application/json")
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        data = body if isinstance(body, bytes | str) or body is None else json.dumps(body)
        request = RequestFactory().generic(
            method, quote(name, safe="/$(),'") + mark + quote(query, safe="=&$%'(),;:/@+!"), data or "",
            content_type=sent, headers=headers,
        )  # fmt: skip
        told: list[Any] = []
        body_out = b"".join(
            APPLICATION(request.environ, lambda status, sent_headers: told.extend([status, sent_headers]))
        )
        return Answer(int(told[0].split()[0]), Headers(told[1]), body_out)

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        answer = self.ask("GET", path, **headers)
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content and "json" in answer["Content-Type"] else answer

    def values(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path)["value"]
        return found

    def names(self, path: str) -> list[str]:
        return [each["name"] for each in self.values(path)]

    def results(self, path: str) -> list[Any]:
        return [each["result"] for each in self.values(path)]

    def post(self, path: str, body: Any, status: int = 201, **headers: str) -> int:
        """The id of what was made (0 for refusals)."""
        answer = self.ask("POST", path, body, **headers)
        assert answer.status_code == status, answer.content
        location = answer.headers.get("Location") or ""
        return int(location[location.rindex("(") + 1 : -1]) if location else 0

    def refused(self, method: str, path: str, body: Any = None, status: int = 400, **headers: str) -> dict[str, Any]:
        answer = self.ask(method, path, body, **headers)
        assert answer.status_code == status, (answer.status_code, answer.content)
        told: dict[str, Any] = json.loads(answer.content)
        assert told["code"] == status
        assert told["message"]
        return told


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What a process remembers for seconds must not reach the next test."""
    access.forget_keys()
    observations.forget_streams()
    few.forget()
    quality.forget()


def make_token(by: Officer, office: Any, scope: str = KeyScope.MANAGE, stations: Any = ()) -> str:
    _key, token = keys.make_key(name="máy thử", office=office, scope=scope, stations=stations, by=by, at=clock.now())
    return token


@pytest.fixture
def keeper(node: World) -> Officer:
    from tests.factories.people import make_officer

    return make_officer("Người giữ khóa", username="giukhoa", office=node.agency, role=Role.ADMINISTRATOR)


@pytest.fixture
def sta(node: World, keeper: Officer, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Sta:
    """A client with a key of the whole agency, on a node where rows may be changed."""
    monkeypatch.setenv("GIAPRANH_STA_REWRITE", "1")
    return Sta(make_token(keeper, node.agency))


@pytest.fixture
def with_key(node: World, keeper: Officer) -> Callable[..., Sta]:
    def make(scope: str, office: Any = None, stations: Any = ()) -> Sta:
        return Sta(make_token(keeper, office or node.agency, scope, stations))

    return make


POINT = {"type": "Point", "coordinates": [106.75, 21.85]}
UNIT = {"name": "miligam trên lít", "symbol": "mg/L", "definition": "http://unitsofmeasure.org/ucum.html#mg/L"}
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"


def location(name: str = "Cầu Gia Cát", at: Any = None) -> dict[str, Any]:
    return {
        "name": name, "description": "bờ trái", "encodingType": "application/geo+json", "location": at or POINT,
    }  # fmt: skip


def sensor(name: str = "Máy đo DO") -> dict[str, Any]:
    return {"name": name, "description": "quang học", "encodingType": "text/html", "metadata": "x"}


def observed(name: str = "DO", definition: str = "http://example.org/do") -> dict[str, Any]:
    return {"name": name, "definition": definition, "description": "oxy hòa tan"}


def datastream(name: str = "DO ở Cầu Gia Cát", **more: Any) -> dict[str, Any]:
    return {
        "name": name, "description": "DO", "observationType": MEASUREMENT, "unitOfMeasurement": UNIT,
        "Sensor": sensor(), "ObservedProperty": observed(), **more,
    }  # fmt: skip


def thing(name: str = "Trạm Cầu Gia Cát", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "trạm tự động", "properties": {"province": "20", "n": 3},
            "Locations": [location()], **more}  # fmt: skip


@dataclass(frozen=True)
class Network:
    sta: Sta
    thing: int
    stream: int


@pytest.fixture
def network(sta: Sta) -> Network:
    """One station with one datastream and four values, five minutes apart."""
    rows = [{"phenomenonTime": f"2026-01-01T00:{5 * n:02d}:00Z", "result": 6 + n / 2} for n in range(4)]
    made = sta.post("/Things", thing(Datastreams=[datastream(Observations=rows)]))
    stream = sta.values(f"/Things({made})/Datastreams")[0]["@iot.id"]
    return Network(sta, made, stream)
