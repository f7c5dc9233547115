"""Who may do what with neighbours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from giapranh.kernel.errors import N_, NotAllowed
from giapranh.people import access
from giapranh.people.roles import Role

MAKES = (Role.LEADER, Role.ADMINISTRATOR, Role.FOCAL_OFFICER)
LOOKS = (*MAKES, Role.AUDITOR)


class MayNotExchange(NotAllowed):
    code = "may_not_exchange"


def check_can_exchange(user: Any) -> None:
    """Meet a neighbour, agree with it, answer it, carry bundles. ``None``: the command line on the machine itself."""
    if user is not None and not access.has_role(user, *MAKES):
        raise MayNotExchange(N_("Chỉ lãnh đạo, người quản trị hoặc cán bộ đầu mối được làm việc với láng giềng."))


def can_exchange(user: Any) -> bool:
    return access.has_role(user, *MAKES)


def check_can_look(user: Any) -> None:
    """The ledgers hold records of every room, so only those who see everything may leaf through them."""
    if user is not None and not access.has_role(user, *LOOKS):
        raise MayNotExchange(
            N_("Sổ trao đổi dành cho lãnh đạo, quản trị, cán bộ đầu mối và giám sát; hồ sơ của bạn có ở phần của nó.")
        )


def can_look(user: Any) -> bool:
    return access.has_role(user, *LOOKS)


def check_can_see(user: Any) -> None:
    """How it stands with the neighbours and what was agreed: for whoever works in this house."""
    if not can_see(user):
        raise MayNotExchange(N_("Trang láng giềng dành cho cán bộ của cơ quan này."))


def can_see(user: Any) -> bool:
    return can_look(user) or access.works_here(user)


_readers: dict[str, Callable[[Any], bool]] = {}


def register_readers(kind: str, may_read: Callable[[Any], bool]) -> None:
    """Called by a room at start-up: who else may open a neighbour's record of a kind. Without it, who may look."""
    _readers[kind] = may_read


def check_can_read(user: Any, kind: str) -> None:
    """One record, not the ledgers: the room of its kind knows who works with it."""
    room_lets = _readers.get(kind)
    if room_lets is None or not room_lets(user):
        check_can_look(user)
