"""Who may plan sampling."""

from __future__ import annotations

from typing import Any

from giapranh.kernel.errors import N_, Refused
from giapranh.people import access
from giapranh.people.roles import Role
from giapranh.water.permissions import KEEPERS, NoSuchStation, NotYourDuty


class NoSuchCampaign(NoSuchStation):
    code = "no_such_campaign"


def check_can_plan(by: Any) -> None:
    access.check_may_write(by)
    if not (access.works_here(by) and access.has_role(by, *KEEPERS, Role.INSPECTOR, Role.SPECIALIST)):
        raise NotYourDuty(
            N_("Chỉ cán bộ chuyên môn, trưởng đơn vị hoặc lãnh đạo của cơ quan được lập kế hoạch lấy mẫu.")
        )


def can_plan(by: Any) -> bool:
    try:
        check_can_plan(by)
    except Refused:
        return False
    return True
