"""What must never break the interface: injections, bombs, floods of digits, and whatever a fuzzer thinks of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark
from tests.water.sta.conftest import Network, Sta

from giapranh.water.models import Station
from giapranh.water.sta import door, syntax

pytestmark = pytest.mark.django_db

INJECTIONS = [
    "name eq ''; DROP TABLE water_station; --'", "name eq 'x'' OR 1=1 --'", "1=1", "name eq 'x') UNION SELECT 1 --",
    "properties/a'b eq 1", "properties/%s eq '%s'", "name eq '%(x)s'", "substringof('%', name)", "name eq 'x' or true",
    "properties/{a} eq 1", "name eq '\\'", "name eq '\x00'", "properties/x;select eq 1", "pg_sleep(10) eq 1",
    "length(name) eq (select 1)", "name eq $$x$$", "st_within(Locations/location, geography'POINT (1 2)'')')",
]  # fmt: skip


@pytest.mark.parametrize("words", INJECTIONS)
def test_injections_are_words_like_others(network: Network, words: str) -> None:
    assert network.sta.ask("GET", f"/Things?$filter={words}").status_code in (200, 400)
    assert network.sta.ask("GET", f"/Things?$orderby={words}").status_code in (200, 400)
    assert Station.objects.count() == 1


@pytest.mark.parametrize("query", [
    "$top=-1", "$top=1e9", "$top=abc", "$top=", "$skip=-1", "$skip=1.5", "$top=99999999999999999999999", "$count=maybe",
    "$count=", "$top=1&$top=2", "$resultFormat=exe", "$select=", "$select=a,b", "$expand=", "$expand=Nothing",
    "$expand=Datastreams(", "$expand=Datastreams)", "$expand=Datastreams($top=x)", "$orderby=", "$orderby=name sideways",
    "$orderby=name,,name", "$filter=", "aggregate=year", "aggregate=day", "$resultFormat=dataArray", "$select=name'",
])  # fmt: skip
def test_options_that_are_none(network: Network, query: str) -> None:
    network.sta.refused("GET", f"/Things?{query}")


def test_a_huge_page_is_a_large_one(network: Network) -> None:
    assert len(network.sta.values("/Observations?$top=1000000000")) == 4
    assert network.sta.values("/Observations?$skip=999999999999999999") == []


@pytest.mark.parametrize("query", [
    "$expand=" + "/".join(["Datastreams", "Thing"] * 10),
    "$expand=" + ",".join(["Datastreams", "Locations", "HistoricalLocations"] * 20),
    "$expand=" + "Datastreams($expand=Thing($expand=" * 10 + "Locations" + "))" * 10,
    "$filter=" + "(" * 500 + "true" + ")" * 500, "$filter=" + "not " * 2000 + "true", "$filter=" + "name eq 'x' or " * 2000 + "true",
    "$filter=length(" + "concat(" * 100 + "name" + ",'x')" * 100 + ") gt 1", "$filter=" + "-" * 3000 + "1 eq 1",
    "$filter=name eq '" + "x" * 20_000 + "'", "$orderby=" + ",".join(["name"] * 50), "$select=" + ",".join(["name"] * 500),
    "$skiptoken=" + "A" * 30_000,
])  # fmt: skip
def test_bombs_go_off_harmlessly(network: Network, query: str) -> None:
    network.sta.refused("GET", f"/Things?{query}")


def test_more_rows_than_one_answer_holds(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    from giapranh.water.sta import read

    monkeypatch.setattr(read, "MOST_ROWS", 3)
    reader = read.Reader.__dataclass_fields__["room"]
    assert reader is not None
    made = read.Reader(door.Principal("x", None), "http://x", room=3)
    from giapranh.water.sta.errors import TooLarge
    from giapranh.water.sta.mapping import SETS
    from giapranh.water.sta.options import Options

    with pytest.raises(TooLarge):
        made.page(SETS["Observations"], Options(), None, None)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/xml"])
def test_wrong_kinds_of_content(sta: Sta, kind: str) -> None:
    sta.refused("POST", "/Things", '{"name": "x", "description": ""}', status=415, content_type=kind)


@pytest.mark.parametrize(
    "body", ["{", "[" * 5000, '{"a":' * 5000, '{"name": "\\ud800"}', b"\xff\xfe{", b"\x00", "nul", '{"name": 1e400}']
)
def test_bodies_that_are_no_json(sta: Sta, body: Any) -> None:
    for path in ("/Things", "/CreateObservations", "/$batch", "/Observations"):
        assert sta.ask("POST", path, body).status_code == 400
    assert not Station.objects.exists()


def test_deep_and_long_properties(sta: Sta) -> None:
    deep: Any = 1
    for _level in range(100):
        deep = {"a": deep}
    sta.refused("POST", "/Things", {"name": "x", "description": "", "properties": deep})
    sta.refused("POST", "/Things", {"name": "x" * 200_000, "description": ""})


def test_a_body_beyond_the_limit(sta: Sta, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "LARGEST_BODY", 1000)
    told = sta.refused("POST", "/CreateObservations", "[" + " " * 2000 + "]", status=413)
    assert told["reason"] == "too_large"


def test_a_stranger_host_is_refused(sta: Sta) -> None:
    assert sta.ask("GET", "/Things", Host="evil.example").status_code == 400


@pytest.mark.parametrize("path", ["/Things(1)/../Sensors", "/Things(-1)", "/Things(1.5)", "/Things()", "/Things(1)(2)", "/Things(1)/Datastreams(2)/$ref/x",
                                  "//Things", "/" + "Things(1)/Datastreams/" * 30, "/" + "x" * 3000, "/Things(1)/$value", "/$metadata", "/Observations(18446744073709551616)"])  # fmt: skip
def test_paths_that_lead_nowhere(sta: Sta, path: str) -> None:
    assert sta.ask("GET", path).status_code in (200, 400, 404)


def test_english_for_whoever_asks_for_it(sta: Sta) -> None:
    vietnamese = sta.ask("GET", "/Things(1)").json()["message"]
    assert vietnamese == "Không có Thing(1)."
    assert sta.ask("GET", "/Things(1)", **{"Accept-Language": "en"}).json()["code"] == 404


def test_a_station_that_sends_twice_a_second_loses_nothing(network: Network) -> None:
    sta, stream = network.sta, network.stream
    for n in range(40):
        at = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(milliseconds=500 * n)
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
        sta.post(f"/Datastreams({stream})/Observations", {"phenomenonTime": stamp, "result": 6 + n % 3})
    answer = sta.get(f"/Datastreams({stream})/Observations?$filter=phenomenonTime ge 2026-01-02T00:00:00Z&$count=true")
    assert answer["@iot.count"] == 40


# --- fuzz ------------------------------------------------------------------------------------------------------------

_FUZZ = settings(max_examples=120, deadline=None, derandomize=True,
                 suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
_names = st.sampled_from(["name", "result", "phenomenonTime", "resultTime", "validTime", "parameters", "properties/a/b", "id",
                          "@iot.id", "Datastream/name", "Datastreams/Observations/result", "location", "Thing/Locations/location",
                          "FeatureOfInterest/feature", "unitOfMeasurement/symbol", "parameters/qartod"])  # fmt: skip
_literals = st.sampled_from(["1", "-2.5", "1e300", "'x'", "''''", "'2026-01-01T00:00:00Z'", "2026-01-01T00:00:00Z", "2026-01-01",
                             "2026-01-01T00:00:00Z/2026-02-01T00:00:00Z", "duration'P1D'", "true", "null", "12:00:00", "99999999999999999999",
                             "geography'POINT (106 21)'", "NaN", "INF"])  # fmt: skip
_functions = st.sampled_from(sorted({"now", "length", "concat", "year", "date", "time", "round", "floor", "substring", "indexof",
                                     "geo.distance", "st_within", "geo.length", "endswith", "mindatetime", "trim"}))  # fmt: skip
_values = st.recursive(
    _names | _literals,
    lambda inner: st.one_of(
        st.builds("{}({})".format, _functions, st.lists(inner, max_size=3).map(",".join)),
        st.builds("({} {} {})".format, inner, st.sampled_from(["add", "sub", "mul", "div", "mod"]), inner),
    ),
    max_leaves=5,
)
_conditions = st.recursive(
    st.builds("{} {} {}".format, _values, st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]), _values) | _values,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner) | inner.map("not ({})".format)
    ),
    max_leaves=4,
)


def harmless(sta: Sta, path: str) -> None:
    answer = sta.ask("GET", path)
    assert answer.status_code in (200, 400), (path, answer.content)
    with connection.cursor() as cursor:  # a transaction left broken would show here
        cursor.execute("SELECT 1")


@_FUZZ
@given(words=_conditions, entities=st.sampled_from(["Observations", "Things", "Datastreams", "Locations"]))
def test_whatever_the_grammar_can_say(network: Network, words: str, entities: str) -> None:
    harmless(network.sta, f"/{entities}?$filter={words}")


@_FUZZ
@given(words=_values, entities=st.sampled_from(["Observations", "Datastreams", "FeaturesOfInterest"]))
def test_whatever_may_be_ordered_by(network: Network, words: str, entities: str) -> None:
    harmless(network.sta, f"/{entities}?$orderby={words} desc&$top=2&$count=true")


@_FUZZ
@given(
    words=st.text(max_size=40) | from_lark(Lark(syntax.GRAMMAR), start="start", alphabet=st.characters(codec="ascii"))
)
def test_whatever_anybody_types(network: Network, words: str) -> None:
    for option in ("$filter", "$orderby", "$select", "$expand", "$skiptoken"):
        harmless(network.sta, f"/Observations?{option}={words}")


@_FUZZ
@given(body=st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8),
                         lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                             st.sampled_from(["name", "description", "result", "phenomenonTime", "Datastream", "@iot.id", "Locations",
                                              "components", "dataArray", "requests", "parameters", "validTime", "FeatureOfInterest"]), inner, max_size=4),
                         max_leaves=8))  # fmt: skip
def test_whatever_anybody_sends(network: Network, body: Any) -> None:
    for path in (
        "/Things",
        "/CreateObservations",
        "/$batch",
        f"/Datastreams({network.stream})/Observations",
        "/HistoricalLocations",
    ):
        answer = network.sta.ask("POST", path, json.dumps(body))
        assert answer.status_code in (200, 201, 400, 404, 409), (path, body, answer.content)
