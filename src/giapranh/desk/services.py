"""The few things the desk itself writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from giapranh.kernel.errors import N_, NotFound
from giapranh.people import queries as people


class NoSuchNotice(NotFound):
    code = "no_such_notice"


def read_notice(*, notice_id: int, by: Any, at: datetime) -> Any:
    """The notice, from now on read. Only the person it was written to has it."""
    notice = people.notices(by).filter(pk=notice_id).first()
    if notice is None:
        raise NoSuchNotice(N_("Không có thông báo này."))
    people.notices(by).filter(pk=notice_id, read_at=None).update(read_at=at)
    return notice


def read_all_notices(*, by: Any, at: datetime) -> int:
    return people.notices(by).filter(read_at=None).update(read_at=at)
