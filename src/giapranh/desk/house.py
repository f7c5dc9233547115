"""What the settings page tells about the node."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from giapranh.people import queries as people


@dataclass(frozen=True, slots=True)
class Place:
    """Where one thing is changed."""

    url: str
    title: str
    text: str
    icon: str


def facts() -> list[tuple[str, str]]:
    """The node in a few lines."""
    node = people.node()
    agency = people.own_agency()
    mail = settings.EMAIL_HOST or _("chưa đặt máy chủ thư; thư được ghi vào thư mục mail của nút")
    return [
        (_("Nút"), node.name if node else _("chưa thiết lập")),
        (_("Cơ quan"), people.display_name(agency) if agency else "–"),
        (_("Tỉnh, thành phố"), node.province.full_name if node and node.province else "–"),
        (_("Địa chỉ trang"), settings.SITE_ADDRESS),
        (_("Gửi thư"), mail),
        (_("Thư mục của nút"), str(settings.HOME)),
        (_("Phiên bản"), version("giapranh")),
    ]


def places() -> list[Place]:
    """The pages where things are set."""
    return [
        Place("/bat-dau/?buoc=co-quan", _("Thiết lập ban đầu"), _("Cơ quan, đơn vị, văn bản đầu tiên"), "home"),
        Place(reverse("people:offices"), _("Cơ quan, đơn vị"), _("Tên, viết tắt, đơn vị cấp trên"), "office"),
        Place(reverse("people:officers"), _("Cán bộ"), _("Tài khoản, chức trách, vai trò"), "people"),
        Place(reverse("people:succession"), _("Kế thừa"), _("Sáp nhập, chia tách, đổi tên đơn vị"), "merge"),
        Place(reverse("people:calendar"), _("Lịch làm việc"), _("Ngày nghỉ bù, ngày làm bù trong năm"), "calendar"),
        Place(reverse("people:outbox"), _("Thư gửi đi"), _("Thư chờ, thư không gửi được"), "mail"),
        Place(
            reverse("programme:thresholds"), _("Ngưỡng nhắc việc"), _("Bao nhiêu ngày thì nhắc, báo lãnh đạo"), "bell"
        ),
        Place(reverse("desk:health"), _("Sức khỏe của nút"), _("Cơ sở dữ liệu, đĩa, việc nền"), "health"),
        Place(reverse("desk:components"), _("Mẫu thành phần"), _("Cho người phát triển"), "columns"),
    ]


def upload_url() -> str:
    return reverse("documents:upload")
