"""Every address of the house that answers a GET with a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from tests.browser.house import House

# Files, and pages that answer only in the middle of a flow, need a security key, or end the session of whoever walks.
NOT_WALKED = {
    "account_confirm_email",
    "account_logout",
    "account_reset_password_from_key",
    "account_signup",
    "documents:attached",
    "documents:envelope",
    "documents:page",
    "mfa_authenticate",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "openid_connect_callback",
    "openid_connect_login",
    "socialaccount_signup",
}


# Pages whose content hangs on what was asked.
ASKED = (
    "/tim/?q=khoang+san",
    "/tim/?q=khong+co+gi+het",
    "/bat-dau/?buoc=don-vi",
    "/bat-dau/?buoc=van-ban",
    "/thiet-lap/mau/?loi=1",
    "/ban-do/?ngay=01%2F01%2F2024",
    "/dia-gioi/diem/?lon=106.7&lat=21.8",
    "/chuong-trinh/bang-chung/?chi-so=programme.tasks_on_time&ky=2026-Q3",
    "/song-ngoi/truy-nguon/?song=thuong&km=43&bo=left&luc=23/11/2026+08:10&huong=nguoc&van_toc=mean&gio=72",
    "/song-ngoi/truy-nguon/?song=hoa&km=4&luc=23/11/2026+08:10&huong=xuoi&van_toc=mean&gio=120",
    "/song-ngoi/hoa/",
    "/khong-co-trang-nay/",
)
NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Address:
    view: str
    path: str


def views() -> Iterator[tuple[str, list[str]]]:
    """Every named view with the arguments its address needs."""
    yield from _views(get_resolver().url_patterns, "", [])


def _views(patterns: list[URLPattern | URLResolver], space: str, outer: list[str]) -> Iterator[tuple[str, list[str]]]:
    for pattern in patterns:
        arguments = [*outer, *(pattern.pattern.converters or pattern.pattern.regex.groupindex)]
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _views(pattern.url_patterns, inner, arguments)
        elif pattern.name:
            yield f"{space}{pattern.name}", arguments


def pages(house: House, client: Client) -> tuple[list[Address], list[str]]:
    """The pages to open, and the views nobody has given a value for."""
    found: list[Address] = []
    unknown: list[str] = []
    for view, arguments in views():
        if view in NOT_WALKED or view.startswith("api:"):
            continue
        values = {name: house.fill(view, name) for name in arguments}
        missing = sorted(name for name, value in values.items() if value is None)
        path = _address(view, values)
        answer = client.get(path)
        if missing and answer.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            unknown.append(f"{view} needs a value for {missing}: see tests/browser/house.py")
            continue
        if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
            found.append(Address(view, path))
        elif answer.status_code >= 500 or (arguments and answer.status_code == HTTPStatus.NOT_FOUND):
            unknown.append(f"{view} {path} answers {answer.status_code}")
    found += [Address("asked", path) for path in ASKED]
    return found, unknown


def _address(view: str, values: dict[str, Any]) -> str:
    """The address; what is missing gets a stand-in, good enough to learn whether the view answers a GET at all."""
    for stand_in in (0, NOBODY, "khong-co"):
        try:
            return reverse(view, kwargs={name: stand_in if v is None else v for name, v in values.items()})
        except NoReverseMatch:
            continue
    return "/"
