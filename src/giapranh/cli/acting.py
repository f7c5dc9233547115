"""In whose name a command works: whoever is named, else the first focal officer or leader of an agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giapranh.kernel.errors import N_, NotFound

if TYPE_CHECKING:
    from giapranh.people.models import Office, Officer


class NobodyActs(NotFound):
    code = "nobody_acts"


def officer_for(agency: Office | None, username: str = "", *, clerk: bool = False) -> Officer:
    """The officer a command works as; permissions are theirs. With ``clerk`` whoever keeps the books will do, too."""
    from giapranh.kernel.clock import today
    from giapranh.people import queries as people
    from giapranh.people.roles import Role

    if username:
        named = people.officers().filter(username=username.strip().lower(), is_active=True).first()
        if named is None:
            raise NobodyActs(N_("Không có tài khoản “%(username)s”."), username=username)
        return named
    if agency is None:
        raise NobodyActs(N_("Chưa khai cơ quan của máy này. Mở trang Bắt đầu để khai, rồi làm lại."))
    day = today()
    offices = list(people.offices(day, within=agency))
    for role in (Role.FOCAL_OFFICER, Role.LEADER, *([Role.CLERK] if clerk else [])):
        for office in offices:
            if found := people.officers_in(office, role, day):
                return found[0]
    raise NobodyActs(
        N_("Chưa có cán bộ đầu mối hoặc lãnh đạo của %(agency)s để đứng tên. Hãy giao chức trách trước."),
        agency=agency.name,
    )
