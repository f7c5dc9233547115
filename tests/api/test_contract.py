"""Schemathesis walks the OpenAPI description: no answer outside it, and never a 500."""

from __future__ import annotations

import pytest
import schemathesis
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.factories.documents import make_paper
from tests.factories.programme import make_programme, make_task

from giapranh.config.wsgi import application
from giapranh.people.models import Officer

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests through the bare application would close the connection the test's transaction lives on."""
    monkeypatch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)


@pytest.fixture
def signed_in(one_connection: None, leader: Officer, an: Officer, node) -> Client:
    make_paper(an)
    make_task(make_programme(node.agency, leader), node.water)
    client = Client()
    client.force_login(leader)
    return client


def test_every_answer_is_one_the_description_names(signed_in: Client):
    described = schemathesis.openapi.from_dict(signed_in.get("/api/v1/openapi.json").json())
    described.app = application
    cookies = {name: morsel.value for name, morsel in signed_in.cookies.items()}
    walked = []
    for found in described.include(method="GET").get_all_operations():
        operation = found.ok()
        walked.append(operation.path)
        _walk(operation.as_strategy(), cookies)
    assert walked == [
        "/api/v1/health",
        "/api/v1/papers",
        "/api/v1/papers/{paper_id}",
        "/api/v1/programmes",
        "/api/v1/tasks",
    ]


def _walk(cases: SearchStrategy[schemathesis.Case], cookies: dict[str, str]) -> None:
    @given(case=cases)
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def each(case: schemathesis.Case) -> None:
        case.validate_response(case.call(cookies=cookies), checks=CHECKS)

    each()
