"""The roles a node knows. What each may do is in ``access`` and in the rooms' ``permissions``."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Quản trị")
    LEADER = "leader", _("Lãnh đạo cơ quan")
    OFFICE_HEAD = "office_head", _("Trưởng đơn vị")
    SPECIALIST = "specialist", _("Chuyên viên")
    CLERK = "clerk", _("Văn thư")
    FOCAL_OFFICER = "focal_officer", _("Cán bộ đầu mối")
    INSPECTOR = "inspector", _("Cán bộ kiểm tra")
    AUDITOR = "auditor", _("Giám sát (chỉ đọc)")
