"""Next links lead through every row once, whatever happens to the rows in between."""

from __future__ import annotations

from typing import Any

import pytest
from tests.water.sta.conftest import Network, Sta, datastream, thing

from giapranh.water.sta import database

pytestmark = pytest.mark.django_db


def walk(sta: Sta, path: str, meanwhile: Any = None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    following: str | None = path
    pages = 0
    while following:
        page = sta.get(following)
        rows += page["value"]
        following = page.get("@iot.nextLink")
        pages += 1
        assert pages < 100
        if meanwhile is not None:
            meanwhile(pages)
    return rows


@pytest.fixture
def rows(network: Network) -> Network:
    body = [{"Datastream": {"@iot.id": network.stream}, "components": ["phenomenonTime", "result"], "dataArray": [
        [f"2026-02-01T00:{n:02d}:00Z", n % 3] for n in range(40)]}]  # fmt: skip
    assert network.sta.ask("POST", "/CreateObservations", body).status_code == 201
    return network


@pytest.mark.parametrize("order", ["", "&$orderby=phenomenonTime", "&$orderby=phenomenonTime desc", "&$orderby=result",
                                   "&$orderby=result desc", "&$orderby=resultTime desc", "&$orderby=result,phenomenonTime desc",
                                   "&$orderby=Datastream/name", "&$orderby=parameters", "&$orderby=id desc"])  # fmt: skip
@pytest.mark.parametrize("way", ["/Observations", "/Datastreams({stream})/Observations"])
def test_every_row_once(rows: Network, order: str, way: str) -> None:
    address = way.format(stream=rows.stream)
    found = walk(rows.sta, f"{address}?$top=7{order}")
    assert len(found) == 44
    assert len({row["@iot.id"] for row in found}) == 44
    whole = rows.sta.values(f"{address}?$top=1000{order}")
    assert [row["@iot.id"] for row in found] == [row["@iot.id"] for row in whole]


@pytest.mark.parametrize("order", ["", "&$orderby=name desc", "&$orderby=properties/n", "&$orderby=description,name"])
def test_every_thing_once(sta: Sta, order: str) -> None:
    for n in range(12):
        sta.post("/Things", thing(f"Trạm {n % 4}", properties={"n": n % 5} if n % 2 else {}))
    found = walk(sta, f"/Things?$top=5{order}&$filter=startswith(name,'Trạm')&$expand=Locations")
    assert len({each["@iot.id"] for each in found}) == len(found) == 12
    whole = sta.values(f"/Things?$top=100{order}&$filter=startswith(name,'Trạm')")
    assert [each["@iot.id"] for each in found] == [each["@iot.id"] for each in whole]


def test_rows_that_come_and_go_move_nobody(rows: Network) -> None:
    """With $skip a row deleted before the page would hide another one."""

    def meanwhile(page: int) -> None:
        first = rows.sta.values(f"/Datastreams({rows.stream})/Observations?$top=1")[0]["@iot.id"]
        rows.sta.ask("DELETE", f"/Observations({first})")
        rows.sta.post(f"/Datastreams({rows.stream})/Observations",
                      {"phenomenonTime": f"2025-01-01T00:{page:02d}:00Z", "result": page})  # fmt: skip

    before = {row["@iot.id"] for row in rows.sta.values(f"/Datastreams({rows.stream})/Observations?$top=100")}
    found = [row["@iot.id"] for row in walk(rows.sta, f"/Datastreams({rows.stream})/Observations?$top=7", meanwhile)]
    assert len(found) == len(set(found))
    assert set(found) == before  # the deleted ones had been shown, the new ones lie before the pages


def test_top_skip_and_count(rows: Network) -> None:
    page = rows.sta.get(f"/Datastreams({rows.stream})/Observations?$count=true&$top=2&$skip=4")
    assert (page["@iot.count"], len(page["value"])) == (44, 2)
    assert page["value"][0]["phenomenonTime"] == "2026-02-01T00:00:00Z"
    assert "@iot.nextLink" not in rows.sta.get("/Things?$top=1")
    assert rows.sta.get("/Observations?$count=true&$top=0") == {"@iot.count": 44, "value": []}
    assert rows.sta.get("/Observations?$count=true&$filter=result eq 2&$top=0")["@iot.count"] == 13
    assert "@iot.count" not in rows.sta.get("/Observations?$count=false")
    assert rows.sta.get("/Sensors?$count=true&$skip=5") == {"@iot.count": 1, "value": []}


def test_a_next_link_keeps_the_question(rows: Network) -> None:
    page = rows.sta.get(
        "/Observations?$top=3&$skip=1&$filter=result eq 2&$select=result&$count=true&$orderby=phenomenonTime desc"
    )
    again = rows.sta.get(page["@iot.nextLink"])
    assert again["@iot.count"] == 13
    assert again["value"] == [{"result": 2}] * 3


@pytest.mark.parametrize("token", ["x", "bm9wZQ", "W10", "WzEsMl0", "eyJhIjoxfQ", "W1tdXQ", "Wy0xXQ", "WyJhIl0"])
def test_a_forged_next_link_is_refused(network: Network, token: str) -> None:
    network.sta.refused("GET", f"/Observations?$orderby=phenomenonTime&$skiptoken={token}")
    network.sta.refused("GET", f"/Things?$orderby=properties/n add 1&$skiptoken={token}X")


def test_the_newest_of_all_series_are_found_without_reading_them_all(network: Network) -> None:
    sta = network.sta
    for n in range(3):
        made = sta.post("/Things", thing(f"Trạm {n}", Datastreams=[datastream(f"d{n}")]))
        stream = sta.values(f"/Things({made})/Datastreams")[0]["@iot.id"]
        for k in range(n + 1):
            sta.post(
                f"/Datastreams({stream})/Observations",
                {"phenomenonTime": f"2026-03-0{k + 1}T0{n}:00:00Z", "result": 10 * n + k},
            )
    assert sta.results("/Observations?$orderby=phenomenonTime desc&$top=3") == [22, 21, 11]
    assert sta.results("/Observations?$orderby=phenomenonTime desc&$top=3&$skip=2") == [11, 20, 10]
    assert sta.results("/Observations?$orderby=phenomenonTime&$top=2") == [6, 6.5]


def test_a_datastream_that_is_not_there_is_not_an_empty_one(network: Network) -> None:
    """Its observations are asked for first, so an empty answer has to be told from no datastream at all."""
    for query in (
        "",
        "?$top=0&$count=true",
        "?$filter=result gt 1e9",
        "/$count",
        "?aggregate=day",
        "?$resultFormat=CSV",
    ):
        network.sta.refused("GET", f"/Datastreams(999999)/Observations{query}", status=404)
    stream = network.stream
    assert network.sta.values(f"/Datastreams({stream})/Observations?$filter=result gt 1e9") == []
    assert network.sta.get(f"/Datastreams({stream})/Observations?$top=0&$count=true")["@iot.count"] >= 1


def test_the_next_page_of_a_series_goes_on_at_the_key(rows: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked by the pair of series and time, PostgreSQL would sort all that is left of a long series for each page."""
    asked: list[str] = []
    monkeypatch.setattr(
        database, "fetch", lambda sql, *values, real=database.fetch: (asked.append(sql), real(sql, *values))[1]
    )
    following = rows.sta.get(f"/Datastreams({rows.stream})/Observations?$top=7")["@iot.nextLink"]
    asked.clear()
    rows.sta.get(following)
    assert "t.time > " in asked[0]
    assert "(t.series_id, t.time)" not in asked[0]
