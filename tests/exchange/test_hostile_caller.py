"""Whoever calls a node over the line: a stranger, a thief of passes, a neighbour that floods or drips.

The node is real: its web server in a process of its own, spoken to over sockets. After each test the alert lane of an
honest neighbour must still be served.
"""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import httpx
import pytest
from tests.exchange.houses import House
from tests.exchange.ledger.nodes import side
from tests.exchange.stranger import Stranger

from giapranh.exchange.ledger import frames, meeting, statements
from giapranh.exchange.ledger.names import NOTHING

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(150)]
RECORD, ALERT = "streams/lang-son.bac-ninh.record", "streams/lang-son.bac-ninh.alert"
BEGINNING = {"after": "0.0", "hash": NOTHING}


@pytest.fixture(scope="module")
def met(lone_house: House) -> Iterator[Stranger]:
    neighbour = Stranger(lone_house)
    neighbour.meet_and_agree()
    lone_house.do("change", kind="flood", record_id="f1", name="Lũ")
    lone_house.do("change", kind="note", record_id="n1", name="A")
    yield neighbour
    neighbour.close()


@pytest.fixture
def neighbour(met: Stranger) -> Iterator[Stranger]:
    yield met
    begin = time.monotonic()
    with met.talking() as talk:
        answer = talk.client.get(ALERT, params=BEGINNING, headers=talk.headers)
    assert answer.status_code == 200
    assert b"flood:f1" in _payloads(answer.content)
    assert time.monotonic() - begin < 10


def _payloads(data: bytes) -> bytes:
    from tests.exchange.ledger.nodes import unpack

    from giapranh.exchange.ledger import envelope

    frames_ = unpack(side("x", "y", 1).engine, [data])
    return b"".join(envelope.read(frame.first, limit=99_999).payload for frame in frames_)


def url(neighbour: Stranger, path: str) -> str:
    return f"{neighbour.house.address}/exchange/v1/{path}"


def hello(neighbour: Stranger, statement: bytes | str) -> httpx.Response:
    text = statement if isinstance(statement, str) else base64.b64encode(statement).decode()
    return httpx.post(url(neighbour, "hello"), headers={"Giapranh-Statement": text}, trust_env=False, timeout=20)


def statement_of(who: Any, to: str, now: int) -> bytes:
    with who.store.transaction() as tx:
        return statements.make(who.engine, tx, to, now)


# --- strangers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement", ["", "x", "%%%", "e30=", base64.b64encode(b"[" * 9_000).decode(), "A" * 20_000, "é".encode().hex()]
)
def test_a_statement_that_is_none_is_refused(statement: str, neighbour: Stranger) -> None:
    answer = hello(neighbour, statement)
    assert answer.status_code == 403
    assert answer.json()["refused"]


def test_headers_without_end_are_refused(neighbour: Stranger) -> None:
    with suppress(httpx.HTTPError):  # the server may also hang up
        assert hello(neighbour, "A" * 2_000_000).status_code >= 400


def test_somebody_nobody_met_is_refused(neighbour: Stranger) -> None:
    unknown = side("hai-phong", "lang-son", 5)
    with unknown.store.transaction() as tx:
        meeting.begin(unknown.engine, tx, "ab" * 32, "Hải Phòng", 1)
        card = meeting.read_card(httpx.get(url(neighbour, "card"), trust_env=False).content)
        meeting.meet(unknown.engine, tx, card, " ".join(card.words), 1)
    answer = hello(neighbour, statement_of(unknown, "lang-son", neighbour.now()))
    assert (answer.status_code, answer.json()) == (403, {"refused": "unknown-peer"})


def test_a_forged_statement_is_refused_and_kept(neighbour: Stranger) -> None:
    true = statement_of(neighbour.side, "lang-son", neighbour.now())
    forged = true.replace(b'"sig":"', b'"sig":"AAAA')
    thief = side("bac-ninh", "lang-son", 8)
    with thief.store.transaction() as tx:
        meeting.begin(thief.engine, tx, "ab" * 32, "x", 1)
        card = meeting.read_card(httpx.get(url(neighbour, "card"), trust_env=False).content)
        meeting.meet(thief.engine, tx, card, " ".join(card.words), 1)
    for data in (forged, statement_of(thief, "lang-son", neighbour.now())):
        assert hello(neighbour, data).status_code == 403
    assert neighbour.house.do("alarms").get("forged")


def test_a_statement_heard_on_the_way_opens_nothing(neighbour: Stranger) -> None:
    """Who repeats it gets a pass that only the neighbour's key can open."""
    answer = hello(neighbour, statement_of(neighbour.side, "lang-son", neighbour.now()))
    assert answer.status_code == 200
    sealed = answer.json()["pass"]
    for token in (sealed, sealed[:64], "0" * 64, "x", "../../x"):
        got = httpx.get(
            url(neighbour, RECORD), headers={"Authorization": f"Bearer {token}"}, params=BEGINNING, trust_env=False
        )
        assert (got.status_code, got.json()) == (401, {"refused": "no-pass"})


@pytest.mark.parametrize(
    ("method", "path"), [("GET", RECORD), ("POST", RECORD), ("GET", "blobs/" + "0" * 64), ("POST", "hint")]
)
def test_nothing_without_a_pass(method: str, path: str, neighbour: Stranger) -> None:
    assert httpx.request(method, url(neighbour, path), trust_env=False).status_code == 401


# --- a neighbour that misbehaves -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"after": "x", "hash": ""}, 400), ({"after": "0", "hash": NOTHING}, 400), ({"after": "-1.0"}, 400),
        ({"after": "0." + "9" * 5000}, 400), ({"after": "0.9007199254740993", "hash": "0" * 64}, 400),
        ({"after": "0.1", "hash": "zz"}, 400), ({**BEGINNING, "limit": "999999"}, 400), ({**BEGINNING, "limit": "²"}, 400),
        ({"after": "0.5", "hash": "ab" * 32}, 409), ({"after": "9.99999", "hash": "\x00"}, 422),
    ],
)  # fmt: skip
def test_questions_out_of_form_are_refused(query: dict[str, str], status: int, neighbour: Stranger) -> None:
    with neighbour.talking() as talk:
        assert talk.client.get(RECORD, params=query, headers=talk.headers).status_code == status


@pytest.mark.parametrize(
    "stream",
    ["bac-ninh.lang-son.record", "lang-son.thai-nguyen.record", "lang-son.bac-ninh.gold", "x", "..%2f..", "%00", "a.b.c.d"],
)  # fmt: skip
def test_a_pass_opens_its_own_streams_only(stream: str, neighbour: Stranger) -> None:
    with neighbour.talking() as talk:
        answer = talk.client.get(f"streams/{stream}", params=BEGINNING, headers=talk.headers)
    assert answer.status_code in (400, 403, 404)


@pytest.mark.parametrize("name", ["0" * 64, "..%2f..%2fsecrets%2fexchange-keys.json", "x" * 64, "%00" * 64])
def test_files_nobody_told_it_of_are_not_there(name: str, neighbour: Stranger) -> None:
    with neighbour.talking() as talk:
        assert talk.client.get(f"blobs/{name}", headers=talk.headers).status_code == 404


def test_files_are_given_in_pieces_of_any_bounds(neighbour: Stranger) -> None:
    sha256 = neighbour.house.do("keep_original", size=400 * 1024)
    neighbour.house.do("change", kind="note", record_id="file", name="F", file=sha256)
    expected = {
        "bytes=0-9": (206, 10), "bytes=0-999999999": (206, 262_144), "bytes=409590-409700": (206, 10),
        "bytes=99999999-99999999": (206, 0), "bytes=9-0": (416, None), "bytes=-5": (200, 409_600), "x": (200, 409_600),
    }  # fmt: skip
    with neighbour.talking() as talk:
        for asked, (status, size) in expected.items():
            answer = talk.client.get(f"blobs/{sha256}", headers={**talk.headers, "Range": asked})
            assert answer.status_code == status, asked
            assert size is None or len(answer.content) == size, asked
    neighbour.house.do("change", kind="note", record_id="file", name="F", file="")
    with neighbour.talking() as talk:  # the record names it no more
        assert talk.client.get(f"blobs/{sha256}", headers=talk.headers).status_code == 404


def _given(neighbour: Stranger, data: bytes, media: str = frames.CONTENT_TYPE) -> httpx.Response:
    with neighbour.talking() as talk:
        return talk.client.post(RECORD, content=data, headers={**talk.headers, "Content-Type": media})


def test_entries_given_back_under_another_content_type_are_refused(neighbour: Stranger) -> None:
    assert _given(neighbour, b"{}", "application/json").status_code == 415


@pytest.mark.parametrize(
    "data", [b"x" * 100, b"E 9 9\n" + b"x" * 18, b"E 99999999 0\n", b"E 2 999999999999\n{}", b"N 2 0\n{}", b"Z 2 0\n{}"]
)
def test_rubbish_given_back_changes_nothing(data: bytes, neighbour: Stranger) -> None:
    before = neighbour.house.do("head", stream="lang-son.bac-ninh.record")
    answer = _given(neighbour, data)
    assert answer.status_code in (200, 400)
    assert neighbour.house.do("head", stream="lang-son.bac-ninh.record") == before


def test_an_entry_of_mine_that_i_never_signed_is_not_taken_back(neighbour: Stranger) -> None:
    before = neighbour.house.do("head", stream="lang-son.bac-ninh.record")
    forger = neighbour.forger()
    forger.stream, (forger.epoch, forger.seq, forger.prev) = "lang-son.bac-ninh.record", before
    frame = forger.entry({"name": "FORGED"}, subject="note:n1", source="lang-son")
    assert _given(neighbour, frames.write(frame)).status_code in (200, 400)
    assert neighbour.house.do("head", stream="lang-son.bac-ninh.record") == before


def test_a_body_that_is_said_to_be_huge_is_refused_unread(neighbour: Stranger) -> None:
    with neighbour.talking() as talk, _open(neighbour) as line:
        token = talk.headers["Authorization"]
        line.sendall(
            _post(
                RECORD, f"Authorization: {token}", f"Content-Type: {frames.CONTENT_TYPE}", "Content-Length: 9999999999"
            )
        )
        assert b" 413 " in line.recv(100)


# --- drips -----------------------------------------------------------------------------------------------------------


def _open(neighbour: Stranger) -> socket.socket:
    host, port = neighbour.house.address.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=20)


def _post(path: str, *headers: str) -> bytes:
    lines = [f"POST /exchange/v1/{path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_fifty_strangers_that_drip_headers_or_bodies_hold_no_thread(neighbour: Stranger) -> None:
    """The server has four threads; the connections stay open and say almost nothing."""
    statement = base64.b64encode(statement_of(neighbour.side, "lang-son", neighbour.now())).decode()
    with ExitStack() as stack:
        for number in range(50):
            line = stack.enter_context(_open(neighbour))
            if number % 2:
                line.sendall(b"POST /exchange/v1/hello HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
            else:
                line.sendall(
                    _post("hello", f"Giapranh-Statement: {statement if number % 4 else 'x'}", "Content-Length: 100000")
                    + b"x"
                )
        for _ in range(3):
            begin = time.monotonic()
            assert httpx.get(url(neighbour, "card"), trust_env=False, timeout=10).status_code == 200
            assert time.monotonic() - begin < 5


def test_a_neighbour_that_drips_what_it_gives_back_holds_one_thread(neighbour: Stranger) -> None:
    with neighbour.talking() as talk, ExitStack() as stack:
        token = talk.headers["Authorization"]
        for _ in range(8):
            line = stack.enter_context(_open(neighbour))
            line.sendall(
                _post(RECORD, f"Authorization: {token}", f"Content-Type: {frames.CONTENT_TYPE}", "Content-Length: 9000")
                + b"E"
            )
        begin = time.monotonic()
        assert talk.client.get(ALERT, params=BEGINNING, headers=talk.headers).status_code == 200
        assert time.monotonic() - begin < 5


def test_a_body_that_drips_is_refused(neighbour: Stranger) -> None:
    """Ten seconds of grace, then 1 KiB a second or nothing; the next one may give back at once."""
    kind = f"Content-Type: {frames.CONTENT_TYPE}"
    with neighbour.talking() as talk, _open(neighbour) as line:
        token = f"Authorization: {talk.headers['Authorization']}"
        for _ in range(40):  # whoever gave back before has just hung up
            if _given(neighbour, b"").status_code == 200:
                break
            time.sleep(0.25)
        line.sendall(_post(RECORD, token, kind, "Content-Length: 900000") + b"N 9 0\n{1234567}" * 2)
        begin, answer = time.monotonic(), b""
        line.settimeout(0.5)
        while not answer and time.monotonic() - begin < 60:
            with suppress(OSError):
                line.sendall(b"N 9 0\n{1234567}")
                answer = line.recv(200)
        assert b" 408 " in answer
        assert 8 < time.monotonic() - begin < 40
        answer = talk.client.post(RECORD, content=b"", headers={**talk.headers, "Content-Type": frames.CONTENT_TYPE})
        assert answer.status_code == 200


def test_a_neighbour_that_falls_silent_in_the_middle_holds_one_thread_for_ever_and_no_second(
    neighbour: Stranger,
) -> None:
    """Also after more time than any lock of the cache would last: what waits is counted where it waits."""
    kind = f"Content-Type: {frames.CONTENT_TYPE}"
    with neighbour.talking() as talk, ExitStack() as stack:
        token = f"Authorization: {talk.headers['Authorization']}"
        lines = [stack.enter_context(_open(neighbour)) for _ in range(6)]
        for line in lines:
            line.sendall(_post(RECORD, token, kind, "Content-Length: 9000") + b"E")
            time.sleep(0.2)
        refused = 0
        for line in lines[1:]:
            line.settimeout(10)
            refused += b" 429 " in line.recv(200)
        assert refused == 5
        assert talk.client.get(ALERT, params=BEGINNING, headers=talk.headers).status_code == 200


# --- a flood: last, because for a minute after it only alerts are answered ------------------------------------------


def test_a_flood_of_questions_is_slowed_down_and_the_alert_lane_is_not(neighbour: Stranger) -> None:
    with neighbour.talking() as talk:
        found: set[int] = set()
        for _ in range(1500):  # 600 a minute, and a new minute may begin meanwhile
            found.add(talk.client.post("hint", headers=talk.headers).status_code)
            if 429 in found:
                break
        assert found == {200, 429}
        assert talk.client.get(RECORD, params=BEGINNING, headers=talk.headers).status_code == 429
        assert talk.client.get(ALERT, params=BEGINNING, headers=talk.headers).status_code == 200
