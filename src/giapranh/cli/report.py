"""``giapranh report``: the implementation report of a programme as .docx."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from giapranh.cli import setting_up
from giapranh.cli.acting import officer_for
from giapranh.cli.language import _
from giapranh.kernel.clock import now
from giapranh.kernel.errors import N_, BadInput, Conflict

if TYPE_CHECKING:
    from giapranh.people.models import Officer
    from giapranh.programme.models import Programme


class WhichProgramme(BadInput):
    code = "which_programme"


def report(
    programme: Annotated[
        str, typer.Argument(help=_("Số thứ tự của chương trình, số ký hiệu văn bản, hoặc vài chữ trong tên."))
    ],
    period: Annotated[str, typer.Option("--period", help=_("Kỳ: 2026-Q3, 2026-M07, 2026-H1 hoặc 2026."))],
    out: Annotated[Path | None, typer.Option("--out", help=_("Tệp .docx sẽ ghi; mặc định ở thư mục hiện tại."))] = None,
    by: Annotated[str, typer.Option("--by", help=_("Tên đăng nhập của người lập."))] = "",
    force: Annotated[bool, typer.Option("--force", help=_("Ghi đè tệp đã có."))] = False,
) -> None:
    """Lập báo cáo của một chương trình. Ví dụ: giapranh report 1 --period 2026-Q3 --out bao-cao.docx"""
    setting_up.set_up()
    from giapranh.programme.reports import queries, services
    from giapranh.programme.rules.periods import parse_period

    wanted = parse_period(period)
    found = find_programme(programme)
    target = out or Path(f"bao-cao-{found.pk}-{wanted.key}.docx")
    if target.exists() and not force:
        raise Conflict(N_("Tệp %(file)s đã có. Chọn tên khác hoặc thêm --force."), file=target)
    drafter = find_drafter(found, by)
    made = services.draft_report(programme_id=found.pk, period=wanted, by=drafter, at=now())
    target.write_bytes(queries.docx_of(made))
    words = {"file": target, "period": wanted.label, "name": found.name, "by": drafter.full_name}
    print(_("Đã lập báo cáo %(period)s của “%(name)s” (người lập: %(by)s) vào %(file)s.") % words)


def find_programme(words: str) -> Programme:
    """The one programme ``words`` name; a refusal lists the candidates when there are several."""
    from giapranh.programme.models import Programme

    rows = Programme.objects.select_related("paper", "owner").order_by("pk")
    if words.strip().isdecimal():
        found = list(rows.filter(pk=int(words)))
    else:
        found = _named(list(rows), words)
    if not found:
        raise WhichProgramme(N_("Không có chương trình “%(words)s”."), words=words)
    if len(found) > 1:
        listed = "; ".join(f"{each.pk}: {each.name}" for each in found[:5])
        raise WhichProgramme(N_("Có nhiều chương trình hợp với “%(words)s”: %(listed)s."), words=words, listed=listed)
    return found[0]


def _named(rows: list[Programme], words: str) -> list[Programme]:
    from giapranh.kernel.text import search_key

    key = search_key(words)
    by_number = [row for row in rows if row.paper and search_key(row.paper.full_number) == key]
    return by_number or [row for row in rows if key and key in search_key(row.name)]


def find_drafter(programme: Programme, username: str) -> Officer:
    """Whoever is named, else somebody of the agency that gives the tasks."""
    from giapranh.kernel.clock import today
    from giapranh.programme.reports.letterheads import agency_of

    return officer_for(agency_of(programme, today()), username)
