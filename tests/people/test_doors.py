"""Every address of the house needs a sign-in unless it is listed; permission pairs agree for the four people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from tests.factories.people import appoint, make_officer

from giapranh.people import access, permissions
from giapranh.people.doors import PUBLIC_URL_NAMES

VALUES = {
    "int": "1", "str": "x", "uuid": "01920000-0000-7000-8000-000000000000", "slug": "x", "path": "x",
}  # fmt: skip


def addresses(patterns=None, prefix="/", namespace="") -> Iterator[tuple[str, str]]:
    """(name, address) of every page, with something filled in for what varies."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(part for part in (namespace, pattern.namespace) if part)
            yield from addresses(pattern.url_patterns, prefix + filled(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join(part for part in (namespace, pattern.name or "") if part), prefix + filled(pattern.pattern)


def filled(pattern) -> str:
    text = str(pattern)
    for name, converter in pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            text = text.replace(written, VALUES.get(kind, "x"))
    return text.replace("^", "").replace("$", "").replace("\\", "")


def test_every_address_asks_for_a_sign_in_unless_listed(db, client_of):
    client = client_of(None)
    open_pages = set()
    for name, address in addresses():
        if "(?P" in address:
            continue
        answer = client.get(address)
        asks = answer.status_code == 401 or (
            answer.status_code in (302, 301) and "/tai-khoan/login/" in answer.headers["Location"]
        )
        if not asks and answer.status_code != 404:
            open_pages.add(name)
    wire = {name for name in open_pages if name.startswith("wire:")}  # neighbouring nodes prove themselves by keys
    assert open_pages - wire - PUBLIC_URL_NAMES == set()


def test_a_program_is_told_401_and_a_page_part_is_sent_to_sign_in(db, client_of):
    part = client_of(None).get("/to-chuc/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/tai-khoan/login/")


FOUR = ("an", "binh", "chi", "dung")
CASES = [
    # check, record of An's office or An; who of the four may, as heads of their offices and as specialists
    ("change_organisation", None, set(), set()),
    ("edit_office", "water", set(), {"an"}),
    ("manage_officers", None, set(), set()),
    ("see_officers", None, {"an", "binh"}, {"an", "binh"}),
    ("edit_officer", "an", {"an"}, {"an"}),
    ("change_calendar", None, set(), set()),
    ("see_outbox", None, set(), set()),
    ("send_again", None, set(), set()),
]


@pytest.mark.parametrize(("what", "record", "specialists", "heads"), CASES)
def test_permissions_of_the_four(what, record, specialists, heads, node, an, binh, chi, dung):
    from giapranh.kernel.errors import NotAllowed

    people = {"an": an, "binh": binh, "chi": chi, "dung": dung}
    records = {None: (), "water": (node.water,), "an": (an,)}[record]
    can, check = getattr(permissions, f"can_{what}"), getattr(permissions, f"check_can_{what}")
    assert {name for name, person in people.items() if can(person, *records)} == specialists
    for name, office in (("an", node.water), ("binh", node.minerals), ("chi", node.neighbour)):
        appoint(people[name], office, role="office_head")
        access.forget(people[name])
    assert {name for name, person in people.items() if can(person, *records)} == heads
    with pytest.raises(NotAllowed):
        check(dung, *records)


def test_each_pair_is_in_the_table():
    named = {name.removeprefix("can_") for name in vars(permissions) if name.startswith("can_")}
    assert named == {case[0] for case in CASES}


@pytest.mark.parametrize(
    ("roles", "reads", "writes"),
    [
        ((), False, False),
        (("auditor",), True, False),
        (("auditor", "clerk"), True, True),
        (("leader",), True, True),
        (("focal_officer",), True, True),
        (("administrator",), False, True),
        (("specialist",), False, True),
    ],
)
def test_who_reads_everything_and_who_writes(roles, reads, writes, node):
    person = make_officer("Người Nào")
    for role in roles:
        appoint(person, node.water, role=role)
    assert (access.reads_everything(person), access.may_write(person)) == (reads, writes)


def test_an_officer_works_in_own_offices_and_those_below(node, an, leader):
    assert access.works_in(an, node.water)
    assert not access.works_in(an, node.minerals)
    assert access.works_in(leader, node.minerals)
    assert not access.works_in(leader, node.neighbour)


def test_roles_cost_one_query_per_person_and_request(node, an, django_assert_num_queries):
    from giapranh.people.models import Officer

    person = Officer.objects.get(pk=an.pk)
    with django_assert_num_queries(1):
        for _time in range(5):
            access.may_write(person)
            access.has_role(person, "clerk")
