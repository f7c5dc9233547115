"""What the tests of every room share: a node that is set up, and the four people everything is asked about.

An works in this office, Bình in another office of the same province, Chi at the neighbour's, Dũng nowhere.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client
from tests.factories.people import make_agency, make_office, make_officer
from tests.factories.places import make_province

from giapranh.people.models import Node, Office, OfficeKind, Officer
from giapranh.people.roles import Role
from giapranh.places.models import AdministrativeUnit

_LOCAL = {"127.0.0.1", "::1", "localhost", ""}


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests talk to this machine only; anything further off is an error at once."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in _LOCAL:
            raise AssertionError(f"a test tried to reach {host}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def own_language(settings: Any) -> Iterator[None]:
    """What the last page or command of another test spoke is not spoken here."""
    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def own_counts(settings: Any, request: pytest.FixtureRequest) -> None:
    """Each test counts its own sign-in attempts: the shared folder would let one test lock out another."""
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": request.node.nodeid}
    }


@pytest.fixture(autouse=True)
def no_rows_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with transactions of its own is cleaned by emptying the tables Django knows; observations are not one."""
    marker = request.node.get_closest_marker("django_db")
    own = marker is not None and marker.kwargs.get("transaction")
    if not own and not {"transactional_db", "live_server"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE water_observation")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A thread of a browser test may still hold a connection at the end; the database is dropped all the same."""
    yield
    from django.db import connection

    with django_db_blocker.unblock():
        connection.close()  # the server may have ended it meanwhile
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@dataclass(frozen=True, slots=True)
class World:
    """A node that is set up: the agency that runs it, three of its offices, and the neighbour's agency."""

    node: Node
    province: AdministrativeUnit
    neighbour_province: AdministrativeUnit
    agency: Office
    water: Office  # An's office
    minerals: Office  # Bình's office
    clerks: Office
    neighbour: Office


@pytest.fixture
def node(db: None) -> World:
    province = make_province("20", "Lạng Sơn")
    neighbour_province = make_province("24", "Bắc Ninh", valid_from=date(2025, 7, 1))
    agency = make_agency("Sở Nông nghiệp và Môi trường", abbreviation="SNNMT", unit=province)
    neighbour = make_agency("Sở Nông nghiệp và Môi trường", abbreviation="SNNMT", unit=neighbour_province)
    return World(
        node=Node.objects.create(pk=1, node_id="lang-son", name="Lạng Sơn", agency=agency, province=province),
        province=province,
        neighbour_province=neighbour_province,
        agency=agency,
        water=make_office("Phòng Quản lý môi trường", abbreviation="QLMT", parent=agency),
        minerals=make_office("Phòng Khoáng sản", abbreviation="KS", parent=agency),
        clerks=make_office("Văn phòng Sở", abbreviation="VP", kind=OfficeKind.OTHER, parent=agency),
        neighbour=neighbour,
    )


@pytest.fixture
def an(node: World) -> Officer:
    """This office."""
    return make_officer("Nguyễn Văn An", username="an", email="an@example.vn", office=node.water)


@pytest.fixture
def binh(node: World) -> Officer:
    """The same province, another office."""
    return make_officer("Trần Thị Bình", username="binh", email="binh@example.vn", office=node.minerals)


@pytest.fixture
def chi(node: World) -> Officer:
    """The neighbour."""
    return make_officer("Lê Thị Chi", username="chi", email="chi@example.vn", office=node.neighbour)


@pytest.fixture
def dung(node: World) -> Officer:
    """Nobody: an account without any appointment."""
    return make_officer("Phạm Văn Dũng", username="dung", email="dung@example.vn")


@pytest.fixture
def administrator(node: World) -> Officer:
    return make_officer("Quản trị", username="quantri", office=node.clerks, role=Role.ADMINISTRATOR)


@pytest.fixture
def leader(node: World) -> Officer:
    return make_officer("Vũ Thị Lãnh Đạo", username="lanhdao", office=node.agency, role=Role.LEADER)


@pytest.fixture
def clerk(node: World) -> Officer:
    return make_officer("Đỗ Văn Thư", username="vanthu", office=node.clerks, role=Role.CLERK)


@pytest.fixture
def auditor(node: World) -> Officer:
    return make_officer("Bùi Giám Sát", username="giamsat", office=node.agency, role=Role.AUDITOR)


@pytest.fixture
def client_of() -> Callable[[Officer | None], Client]:
    """``client_of(an)``: a browser in which An is signed in; ``client_of(None)``: nobody is."""

    def make(officer: Officer | None) -> Client:
        client = Client()
        if officer is not None:
            client.force_login(officer)
        return client

    return make
