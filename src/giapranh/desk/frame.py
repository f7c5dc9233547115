"""What every page needs around its content: who is here, what they may open, language and look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from giapranh.exchange.queries.line import LineWord
from giapranh.exchange.queries.line import status_line as neighbours
from giapranh.people import access, queries
from giapranh.people.roles import Role

THEMES = ("auto", "light", "dark")
THEME_COOKIE = settings.LANGUAGE_COOKIE_NAME.removesuffix("_language") + "_theme"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu. ``roles`` empty: everybody signed in."""

    url: str
    label: Any
    icon: str
    roles: tuple[Role, ...] = ()


WORK = (
    Entry("/", _("Bàn việc"), "desk"),
    Entry("/van-ban/", _("Văn bản"), "paper"),
    Entry("/chuong-trinh/", _("Chương trình"), "programme"),
    Entry("/song-ngoi/", _("Sông ngòi"), "river"),
    Entry("/lang-gieng/", _("Láng giềng"), "neighbours", tuple(Role)),
    Entry("/bao-cao/", _("Báo cáo"), "report"),
    Entry("/ban-do/", _("Bản đồ"), "map"),
)
HOUSE = (
    Entry("/to-chuc/", _("Cơ quan, cán bộ"), "people"),
    Entry("/dia-gioi/", _("Địa giới"), "place"),
    Entry("/thiet-lap/", _("Thiết lập"), "settings", (Role.ADMINISTRATOR,)),
)
THEME_NAMES = (
    ("auto", pgettext_lazy("theme", "Theo máy")),
    ("light", pgettext_lazy("theme", "Sáng")),
    ("dark", pgettext_lazy("theme", "Tối")),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Reads of the database wait until a template asks."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    return {
        "frame_theme": theme_of(request),
        "frame_themes": THEME_NAMES,
        "frame_languages": settings.LANGUAGES,
        "frame_signed_in": signed_in,
        "frame_illustrative": settings.ILLUSTRATIVE,
        "frame_node": SimpleLazyObject(_node_name),
        "frame_work": _allowed(request, WORK) if signed_in else (),
        "frame_house": _allowed(request, HOUSE) if signed_in else (),
        "frame_unread": SimpleLazyObject(lambda: _unread(request)),
        "frame_neighbours": SimpleLazyObject(lambda: _neighbours(request)) if signed_in else (),
    }


def theme_of(request: HttpRequest) -> str:
    asked = request.COOKIES.get(THEME_COOKIE, "auto")
    return asked if asked in THEMES else "auto"


def _allowed(request: HttpRequest, entries: tuple[Entry, ...]) -> list[Entry]:
    return [entry for entry in entries if not entry.roles or access.has_role(request.user, *entry.roles)]


def _node_name() -> str:
    node = queries.node()
    return node.name if node else ""


def _unread(request: HttpRequest) -> int:
    return queries.unread_notices(request.user) if request.user.is_authenticated else 0


def _neighbours(request: HttpRequest) -> list[LineWord]:
    """How it stands with every neighbour, for those who hold a post here."""
    return neighbours() if access.roles_today(request.user) else []
