"""Two offices on one node, each with keys of three kinds: nobody reads or changes what is the other's.

Random requests, with ids of either side, against a simple model: everything an office makes bears its mark, an answer
may hold no mark of the other office, and what bears the other's mark stands after a request as it stood before.
What nobody uses any more belongs to nobody and is left out.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import World
from tests.water.sta.conftest import Sta, datastream, location, observed, sensor, thing

from giapranh.water.models import (
    Feature,
    HistoricalLocation,
    Location,
    Observation,
    ObservationDetail,
    ObservedProperty,
    Sensor,
    Series,
    Station,
)
from giapranh.water.sta import access

pytestmark = pytest.mark.django_db

MARKS = {"minerals": "ZKSZ", "water": "ZNNZ"}
SETS = ["Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties", "Observations",
        "FeaturesOfInterest"]  # fmt: skip
MODELS: dict[str, Any] = {"Things": Station, "Locations": Location, "HistoricalLocations": HistoricalLocation, "Datastreams": Series,
          "Sensors": Sensor, "ObservedProperties": ObservedProperty, "FeaturesOfInterest": Feature}  # fmt: skip
LINKS = {"Things": ["Locations", "Datastreams", "HistoricalLocations"], "Locations": ["Things", "HistoricalLocations"],
         "HistoricalLocations": ["Thing", "Locations"], "Datastreams": ["Thing", "Sensor", "ObservedProperty"],
         "Sensors": ["Datastreams"], "ObservedProperties": ["Datastreams"], "FeaturesOfInterest": ["Observations"],
         "Observations": ["Datastream", "FeatureOfInterest"]}  # fmt: skip
PLURAL = {"Thing": "Things", "Sensor": "Sensors", "ObservedProperty": "ObservedProperties",
          "Datastream": "Datastreams", "FeatureOfInterest": "FeaturesOfInterest"}  # fmt: skip


_numbers = itertools.count(1000)


def whole_station(mark: str, n: int) -> dict[str, Any]:
    rows = [
        {"phenomenonTime": f"2026-01-01T0{hour}:00:00Z", "result": hour, "parameters": {"of": mark}} for hour in (1, 2)
    ]
    stream = datastream(f"{mark} chuỗi {n}", Sensor=sensor(f"{mark} máy {n}"), Observations=rows,
                        ObservedProperty=observed(f"{mark} thông số {n}"))  # fmt: skip
    return thing(f"{mark} trạm {n}", Locations=[location(f"{mark} chỗ {n}")], Datastreams=[stream])


@pytest.fixture
def sides(node: World, with_key: Callable[..., Sta], monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Sta]]:
    """Keys of two offices, and two stations of each."""
    monkeypatch.setenv("GIAPRANH_STA_REWRITE", "1")
    made = {}
    for office, mark in MARKS.items():
        keys = {scope: with_key(scope, office=getattr(node, office)) for scope in ("manage", "write", "read")}
        for n in range(2):
            keys["manage"].post("/Things", whole_station(f"{mark}{next(_numbers)}", n))
        made[office] = keys
    return made


def state(mark: str) -> dict[str, Any]:
    """All that bears a mark, and what it is linked with."""
    found: dict[str, Any] = {}
    for plural in ("Things", "Locations", "Datastreams", "Sensors", "ObservedProperties", "FeaturesOfInterest"):
        for row in MODELS[plural].objects.filter(name__contains=mark).values():
            found[f"{plural}({row['id']})"] = row
    for row in Location.objects.filter(name__contains=mark):
        found[f"stations of {row.pk}"] = sorted(row.stations.values_list("pk", flat=True))
    for past in HistoricalLocation.objects.filter(station__name__contains=mark):
        found[f"past {past.pk}"] = (past.time, sorted(past.locations.values_list("pk", flat=True)))
    streams = list(Series.objects.filter(station__name__contains=mark).values_list("pk", flat=True))
    found["rows"] = sorted(Observation.objects.filter(series__in=streams).values_list("series", "time", "value"))
    found["details"] = sorted(map(str, ObservationDetail.objects.filter(series__in=streams).values()))
    return found


def left_alone() -> set[str]:
    """What no station uses: it is nobody's."""
    found = [("Sensors", Sensor.objects.filter(series=None)), ("ObservedProperties", ObservedProperty.objects.filter(series=None)),
             ("Locations", Location.objects.filter(stations=None)), ("FeaturesOfInterest", Feature.objects.all())]  # fmt: skip
    used = set(Series.objects.values_list("feature", flat=True)) | set(
        ObservationDetail.objects.values_list("feature", flat=True)
    )
    return {f"{plural}({row.pk})" for plural, rows in found for row in rows
            if plural != "FeaturesOfInterest" or row.pk not in used}  # fmt: skip


class Asker:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def id_of(self, plural: str) -> int:
        if plural == "Observations":
            row = self.dice.choice(list(Observation.objects.values_list("series", "time")) or [(1, None)])
            return row[0] << 42 | (int(row[1].timestamp() * 1000) if row[1] else 0)
        return int(self.dice.choice([*MODELS[plural].objects.values_list("pk", flat=True), 999]))

    def reference(self, link: str) -> Any:
        one = {"@iot.id": self.id_of(PLURAL.get(link, link))}
        return one if link in PLURAL else [one]

    def request(self, mark: str) -> tuple[str, str, Any]:
        kind = self.dice.choice(["get", "get", "link", "post", "patch", "delete", "rows", "observation", "below"])
        plural = self.dice.choice(SETS)
        link = self.dice.choice(LINKS[plural])
        at = f"/{plural}({self.id_of(plural)})"
        match kind:
            case "get":
                return "GET", self.dice.choice([f"/{plural}", at, f"{at}/{link}", f"/{plural}?$expand={link}", f"{at}/{link}/$ref",
                                                f"/{plural}?$orderby={link}/id" if link in PLURAL else f"{at}?$expand={link}",
                                                "/Latest", "/Observations?$resultFormat=dataArray&$count=true"]), None  # fmt: skip
            case "link":
                return self.dice.choice(["PATCH", "PUT"]), at, {link: self.reference(link)}
            case "post":
                return "POST", f"/{plural}", self.body(plural, mark)
            case "patch":
                names = {"HistoricalLocations": {"time": "2026-06-01T00:00:00Z"}, "Observations": {"result": 77}}
                return "PATCH", at, names.get(plural, {"description": f"{mark} đổi"})
            case "delete":
                return "DELETE", at, None
            case "rows":
                return "POST", "/CreateObservations", [{"Datastream": {"@iot.id": self.id_of("Datastreams")}, "dataArray": [[
                    f"2026-03-01T00:{self.dice.randrange(60):02d}:00Z", 5, self.id_of("FeaturesOfInterest")]],
                    "components": ["phenomenonTime", "result", "FeatureOfInterest/id"]}]  # fmt: skip
            case "below":
                return "POST", f"{at}/{link}", self.body(link if link in SETS else "Observations", mark)
        return "POST", "/Observations", self.body("Observations", mark)

    def body(self, plural: str, mark: str) -> dict[str, Any]:
        """In full, under a number of its own, linked with something of somebody's."""
        mark = f"{mark}{next(_numbers)}"
        made: dict[str, Any] = {
            "Things": {"name": f"{mark} trạm", "description": ""}, "Locations": location(f"{mark} chỗ"),
            "HistoricalLocations": {"time": "2026-05-01T00:00:00Z"}, "Datastreams": datastream(f"{mark} chuỗi"),
            "Sensors": sensor(f"{mark} máy"), "ObservedProperties": observed(f"{mark} thông số"),
            "FeaturesOfInterest": {"name": f"{mark} đối tượng", "description": "", "encodingType": "x", "feature": "x"},
            "Observations": {"result": 8, "phenomenonTime": f"2026-04-01T00:{self.dice.randrange(60):02d}:00Z"},
        }[plural]  # fmt: skip
        for link in LINKS[plural]:
            if self.dice.random() < 0.5 and link not in ("Observations", "HistoricalLocations"):
                made[link] = self.reference(link)
        return made


@pytest.mark.parametrize("seed", range(3))
def test_nobody_reads_or_changes_what_is_the_others(sides: dict[str, dict[str, Sta]], seed: int) -> None:
    asker = Asker(seed)
    done: dict[int, int] = {}
    common: set[str] = set()
    free: set[str] = set()  # the marks of what is nobody's
    for _ in range(250):
        office = asker.dice.choice(list(MARKS))
        other = next(each for each in MARKS if each != office)
        scope = asker.dice.choice(["manage", "manage", "write", "read"])
        method, path, body = asker.request(MARKS[office])
        common |= left_alone()
        before = state(MARKS[other])
        access.forget_keys()
        answer = sides[office][scope].ask(method, path, body)
        told = f"{office}/{scope}: {method} {path} {json.dumps(body)} -> {answer.status_code} {answer.content[:300]!r}"
        assert answer.status_code < 500, told
        after = state(MARKS[other])
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} - common
        changed -= {name for name in changed if name.startswith("stations of ") and f"Locations({name[12:]})" in common}
        assert not changed, (told, {name: (before.get(name), after.get(name)) for name in changed})
        free |= {mark for name in common for mark in re.findall(r"Z..Z\d+", str(before.get(name)))}
        shown = set(re.findall(rf"{MARKS[other]}\d*", answer.content.decode()))
        assert not shown - free, told
        if scope == "read" and method != "GET":
            assert answer.status_code >= 400, told
        done[answer.status_code] = done.get(answer.status_code, 0) + 1
    assert done.get(200, 0) > 20, done
    assert done.get(201, 0) > 10, done
