"""What is looked at to say that a node is well. ``giapranh doctor`` looks deeper, from the command line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count
from django.utils.translation import gettext as _

from giapranh.kernel.clock import now
from giapranh.kernel.numbers import format_number
from giapranh.people.models import Delivery, DeliveryState

DATABASE_ERRORS = (DatabaseError,)
LEAST_FREE_BYTES = 1024**3
STALE_JOB = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: tone good, soon (mend when there is time) or bad (mend now)."""

    what: str
    tone: str
    how: str
    mend: str = ""

    @property
    def bad(self) -> bool:
        return self.tone == "bad"


def examine() -> list[Finding]:
    """Every finding; one that cannot be looked at is bad, and the others are still looked at."""
    return [_safely(what, look) for what, look in _looks()]


def _looks() -> list[tuple[str, Callable[[str], Finding]]]:
    return [
        (_("Cơ sở dữ liệu"), _database),
        (_("Đĩa"), _disk),
        (_("Việc nền"), _jobs),
        (_("Thư điện tử"), _mail),
    ]


def _safely(what: str, look: Callable[[str], Finding]) -> Finding:
    try:
        return look(what)
    except (DatabaseError, OSError) as error:
        return Finding(what, "bad", type(error).__name__, _("Chạy lệnh giapranh doctor để biết cách chữa."))


def _database(what: str) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    return Finding(what, "good", f"PostgreSQL {version.split()[0]} · {format_number(round(size / 1024**2))} MB")


def _disk(what: str) -> Finding:
    free = shutil.disk_usage(settings.HOME).free
    words = _("còn %(free)s GB") % {"free": format_number(round(free / 1024**3, 1))}
    if free < LEAST_FREE_BYTES:
        return Finding(what, "bad", words, _("Xóa bớt tệp hoặc chuyển thư mục của nút sang ổ khác."))
    return Finding(what, "good", words)


def _jobs(what: str) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where status = 'todo' and coalesce(scheduled_at, %s) < %s),"
            " count(*) filter (where status = 'failed') from procrastinate_jobs",
            [now() - 2 * STALE_JOB, now() - STALE_JOB],
        )
        waiting, failed = cursor.fetchone()
    words = _("chờ lâu %(waiting)s · hỏng %(failed)s") % {"waiting": waiting, "failed": failed}
    if waiting:
        return Finding(what, "soon", words, _("Việc nền có thể đang dừng: chạy giapranh worker."))
    return Finding(what, "good", words)


def _mail(what: str) -> Finding:
    rows = dict(Delivery.objects.order_by().values_list("state").annotate(n=Count("pk")))
    counts = {state.value: rows.get(state.value, 0) for state in DeliveryState}
    words = _("chờ %(waiting)s · không gửi được %(failed)s · không rõ %(unclear)s") % counts
    if counts["failed"] or counts["unclear"]:
        return Finding(what, "soon", words, _("Mở trang thư gửi đi trong Thiết lập để xem từng thư."))
    return Finding(what, "good", words)
