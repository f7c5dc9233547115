"""Who gets in, and what each may see and do: officers by role, machines by key, nobody by default."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.conftest import World
from tests.factories.people import make_officer
from tests.water.sta.conftest import APPLICATION, Network, Sta, datastream, location, make_token, thing

from giapranh.kernel import clock
from giapranh.people.models import Officer
from giapranh.people.roles import Role
from giapranh.water.models import ApiKey, Station
from giapranh.water.services import keys
from giapranh.water.sta import access

pytestmark = pytest.mark.django_db

WAYS = ["", "Things", "Observations", "Latest", "$batch", "CreateObservations", "Nothing", "Things(1)"]


@pytest.mark.parametrize("path", WAYS)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE"])
def test_nobody_gets_in(node: World, path: str, method: str) -> None:
    answer = Sta().ask(method, f"/{path}", {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="giapranh"'


OFFERED = [
    ("", "GET, HEAD, OPTIONS"), ("Latest", "GET, HEAD, OPTIONS"), ("$batch", "POST, OPTIONS"),
    ("CreateObservations", "POST, OPTIONS"), ("Things", "GET, HEAD, POST, OPTIONS"), ("Nothing", "GET, HEAD, OPTIONS"),
    ("Things(1)", "GET, HEAD, PATCH, PUT, DELETE, OPTIONS"), ("Things(1)/name", "GET, HEAD, OPTIONS"),
    ("Things/$count", "GET, HEAD, OPTIONS"), ("Things(1)/Datastreams", "GET, HEAD, POST, OPTIONS"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "methods"), OFFERED)
def test_what_is_offered_is_told(network: Network, path: str, methods: str) -> None:
    answer = network.sta.ask("OPTIONS", f"/{path}")
    assert (answer.status_code, answer["Allow"]) == (204, methods)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "TRACE"])
def test_what_is_not_offered_names_what_is(network: Network, method: str) -> None:
    for path, methods in OFFERED:
        answer = network.sta.ask(method, f"/{path}", {})
        if method == "TRACE" or (method not in methods and path != "Nothing"):
            assert (answer.status_code, answer["Allow"]) == (405, methods), path
        else:
            assert answer.status_code != 405, path


@pytest.mark.parametrize(
    "header", ["Bearer gr_wrong", "Bearer", "Basic x", "Basic " + base64.b64encode(b"a:b").decode(), "Digest x"]
)
def test_wrong_keys(node: World, header: str) -> None:
    assert Sta().ask("GET", "/Things", Authorization=header).status_code == 401


def test_a_key_as_the_password_of_basic(sta: Sta) -> None:
    header = "Basic " + base64.b64encode(f"may:{sta.token}".encode()).decode()
    assert Sta().ask("GET", "/Things", Authorization=header).status_code == 200


def test_an_open_node_is_open_to_anybody(node: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIAPRANH_STA_OPEN", "1")
    made = Sta().post("/Things", {"name": "A", "description": ""})
    assert Sta().ask("DELETE", f"/Things({made})").status_code == 200


def test_a_reading_key_writes_nothing(network: Network, with_key: Callable[..., Sta]) -> None:
    reader = with_key("read")
    assert reader.names("/Things") == ["Trạm Cầu Gia Cát"]
    for path, body in (("/Things", thing()), ("/Locations", location()), (f"/Datastreams({network.stream})/Observations", {"result": 1}),
                       ("/FeaturesOfInterest", {"name": "x", "description": "", "encodingType": "x", "feature": "x"}),
                       ("/CreateObservations", [{"Datastream": {"@iot.id": network.stream}, "components": ["result"], "dataArray": [[1]]}])):  # fmt: skip
        reader.refused("POST", path, body, status=403)
    reader.refused("PATCH", f"/Things({network.thing})", {"name": "x"}, status=403)
    reader.refused("DELETE", f"/Things({network.thing})", status=403)


def test_a_writing_key_sends_data_and_declares_nothing(network: Network, with_key: Callable[..., Sta]) -> None:
    writer = with_key("write")
    writer.post(f"/Datastreams({network.stream})/Observations", {"result": 1})
    writer.refused("POST", "/Things", thing(), status=403)
    writer.refused("PATCH", f"/Datastreams({network.stream})", {"name": "x"}, status=403)


def test_a_key_of_one_station_knows_no_other(network: Network, with_key: Callable[..., Sta]) -> None:
    """Its own station only: not by path, not by link, not by asking about others in a filter."""
    other = network.sta.post("/Things", thing("Bí mật", Datastreams=[datastream("kín", Observations=[
        {"phenomenonTime": "2026-02-02T00:00:00Z", "result": 123.25}])]))  # fmt: skip
    hidden = network.sta.values(f"/Things({other})/Datastreams")[0]["@iot.id"]
    narrow = with_key("write", stations=[Station.objects.get(pk=network.thing)])
    assert narrow.names("/Things") == ["Trạm Cầu Gia Cát"]
    for path in (
        f"/Things({other})",
        f"/Datastreams({hidden})",
        f"/Datastreams({hidden})/Observations",
        f"/Things({other})/Locations",
    ):
        narrow.refused("GET", path, status=404)
    narrow.refused("POST", f"/Datastreams({hidden})/Observations", {"result": 1}, status=404)
    told = "".join(
        narrow.ask("GET", path).content.decode()
        for path in ("/Observations", "/Datastreams", "/Locations", "/FeaturesOfInterest?$expand=Observations", "/HistoricalLocations",
                     "/Sensors?$expand=Datastreams", "/ObservedProperties?$expand=Datastreams/Thing", "/Latest",
                     "/Observations?$orderby=phenomenonTime desc", "/Sensors?$expand=Datastreams($count=true)")
    )  # fmt: skip
    assert "Bí mật" not in told
    assert "kín" not in told
    assert "123.25" not in told
    assert narrow.values("/Sensors?$filter=Datastreams/Observations/result gt 100") == []
    assert narrow.get("/Observations?$count=true&$top=0")["@iot.count"] == 4
    narrow.post(f"/Datastreams({network.stream})/Observations", {"result": 1})


def test_a_key_holds_for_its_office_and_those_below(
    node: World, network: Network, with_key: Callable[..., Sta]
) -> None:
    Station.objects.filter(pk=network.thing).update(owner=node.minerals)
    access.forget_keys()
    assert with_key("read", office=node.minerals).names("/Things") == ["Trạm Cầu Gia Cát"]
    assert with_key("read", office=node.water).names("/Things") == []


def test_a_station_of_the_neighbour_is_only_read(network: Network) -> None:
    Station.objects.filter(pk=network.thing).update(node="bac-ninh")
    network.sta.refused("POST", f"/Datastreams({network.stream})/Observations", {"result": 1}, status=403)
    network.sta.refused("PATCH", f"/Things({network.thing})", {"name": "x"}, status=403)
    network.sta.refused("DELETE", f"/Datastreams({network.stream})", status=403)
    assert network.sta.names("/Things") == ["Trạm Cầu Gia Cát"]


def test_a_key_that_was_withdrawn_or_ran_out(sta: Sta, keeper: Officer, node: World) -> None:
    key = ApiKey.objects.get()
    keys.withdraw_key(key_id=key.pk, by=keeper, at=clock.now())
    access.forget_keys()
    sta.refused("GET", "/Things", status=401)
    token = make_token(keeper, node.agency)
    ApiKey.objects.filter(withdrawn_at=None).update(expires_on=date.today() - timedelta(days=2))  # noqa: DTZ011
    Sta(token).refused("GET", "/Things", status=401)


def test_a_token_is_not_kept(sta: Sta) -> None:
    key = ApiKey.objects.get()
    assert sta.token not in json.dumps(list(ApiKey.objects.values()), default=str)
    assert key.token_hash == keys.hashed(sta.token)
    assert sta.token.startswith(key.hint)


# --- officers --------------------------------------------------------------------------------------------------------


def by_session(officer: Officer | None, method: str, path: str, body: Any = None, token: bool = True) -> int:
    """The status of a request with an officer's cookie, through the server's own way in."""
    client = Client()
    if officer is not None:
        client.force_login(officer)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    headers: dict[str, Any] = {}
    if token:
        cookies[settings.CSRF_COOKIE_NAME] = "a" * 32
        headers["HTTP_X_CSRFTOKEN"] = "a" * 32
    from django.test import RequestFactory

    request = RequestFactory().generic(method, f"/sta/v1.1/{path}", json.dumps(body) if body is not None else "",
                                       content_type="application/json", **headers)  # fmt: skip
    request.environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    told: list[str] = []
    list(APPLICATION(request.environ, lambda status, _headers: told.append(status)))
    return int(told[0].split()[0])


PEOPLE = [  # who, reads, sends data, declares
    ("an", 200, 403, 403), ("binh", 200, 403, 403), ("leader", 200, 201, 201), ("administrator", 200, 201, 201),
    ("auditor", 200, 403, 403), ("dung", 403, 403, 403), ("chi", 200, 404, 403),
]  # fmt: skip


@pytest.mark.parametrize(("who", "reads", "sends", "declares"), PEOPLE)
def test_officers(
    network: Network, node: World, request: pytest.FixtureRequest, who: str, reads: int, sends: int, declares: int
) -> None:
    officer = request.getfixturevalue(who)
    assert by_session(officer, "GET", "Things") == reads
    assert by_session(officer, "POST", f"Datastreams({network.stream})/Observations", {"result": 1}) == sends
    assert by_session(officer, "POST", "Locations", location()) == declares


def test_an_officer_sends_data_of_the_stations_of_his_office(network: Network, node: World, an: Officer) -> None:
    Station.objects.filter(pk=network.thing).update(owner=node.water)
    assert by_session(an, "POST", f"Datastreams({network.stream})/Observations", {"result": 1}) == 201
    assert by_session(an, "PATCH", f"Things({network.thing})", {"name": "x"}) == 403


def test_writing_by_cookie_needs_the_token_of_the_page(network: Network, leader: Officer) -> None:
    assert by_session(leader, "POST", "Locations", location(), token=False) == 403
    assert by_session(leader, "GET", "Things", token=False) == 200
    assert by_session(None, "GET", "Things") == 401


def test_django_serves_the_same(network: Network, leader: Officer, client_of: Callable[..., Client]) -> None:
    assert client_of(leader).get("/sta/v1.1/Things").json() == network.sta.get("/Things")
    assert client_of(None).get("/sta/v1.1/Things").status_code == 401
    assert client_of(None).get("/sta/v1.1", headers={"Authorization": f"Bearer {network.sta.token}"}).status_code == 200


# --- the page --------------------------------------------------------------------------------------------------------


def test_making_and_withdrawing_on_the_page(
    node: World, administrator: Officer, client_of: Callable[..., Client]
) -> None:
    client = client_of(administrator)
    page = client.post("/song-ngoi/khoa-giao-dien/", {"name": "Máy A", "office": node.agency.pk, "scope": "write"})
    token = page.context["token"]
    assert token in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert Sta(token).ask("GET", "/Things").status_code == 200
    again = client.get("/song-ngoi/khoa-giao-dien/")
    assert "Máy A" in again.content.decode()
    assert token not in again.content.decode()
    client.post(f"/song-ngoi/khoa-giao-dien/{ApiKey.objects.get().pk}/thu/")
    assert Sta(token).ask("GET", "/Things").status_code == 401


def test_offices_of_one_name_are_told_apart(node: World, leader: Officer, client_of: Callable[..., Client]) -> None:
    page = " ".join(client_of(leader).get("/song-ngoi/khoa-giao-dien/").content.decode().split())
    for office, place in ((node.agency, "tỉnh Lạng Sơn"), (node.neighbour, "tỉnh Bắc Ninh")):
        assert f'<option value="{office.pk}">{office.name} ({place})</option>' in page
    assert f'<option value="{node.water.pk}">{node.water.name}</option>' in page


def test_who_may_keep_keys(
    node: World, an: Officer, auditor: Officer, leader: Officer, client_of: Callable[..., Client]
) -> None:
    head = make_officer("Trưởng phòng", username="truong", office=node.water, role=Role.OFFICE_HEAD)
    page = "/song-ngoi/khoa-giao-dien/"
    assert [client_of(who).get(page).status_code for who in (an, auditor, leader, head)] == [403, 200, 200, 200]
    made = {"name": "x", "office": node.water.pk, "scope": "read"}
    assert [client_of(who).post(page, made).status_code for who in (an, auditor)] == [403, 403]
    wrong = client_of(head).post(page, {"name": "x", "office": node.minerals.pk, "scope": "read"})
    assert wrong.status_code == 422
    make_token(leader, node.agency)
    key = ApiKey.objects.get()
    assert client_of(head).post(f"{page}{key.pk}/thu/").status_code == 403
    assert client_of(leader).post(page, {"name": "", "office": node.water.pk, "scope": "read"}).status_code == 422


def test_a_withdrawn_key_says_who_and_when(node: World, keeper: Officer) -> None:
    from django.db import IntegrityError

    make_token(keeper, node.agency)
    with pytest.raises(IntegrityError, match="api_key_withdrawn_at_and_by_together"):
        ApiKey.objects.update(withdrawn_at=clock.now())
