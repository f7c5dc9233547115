"""Who may do what with neighbours."""

from __future__ import annotations

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
