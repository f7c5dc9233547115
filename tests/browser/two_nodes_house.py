"""Furnishes one of the two real nodes of a browser test, in a process of that node: people, a river, a clause."""

from __future__ import annotations

import os
import sys

PASSWORD = "mật khẩu đủ dài 2026"
CAST = {
    "lang-son": (("daumoi", "Mã Đầu Mối", "focal_officer", "Cán bộ đầu mối"),),
    "bac-ninh": (("daumoi", "Ngô Bắc Ninh", "focal_officer", "Trực ban"),),
}


def furnish(node: str) -> None:
    from tests.factories import water as make

    from giapranh.kernel.clock import now
    from giapranh.people import queries as people
    from giapranh.people import services

    for username, name, role, title in CAST[node]:
        officer = services.create_officer(username=username, full_name=name, password=PASSWORD, by=None, at=now())
        services.appoint(officer=officer, office=people.own_agency(), role=role, title=title, by=None, at=now())
    river = make.river()
    make.bank(river, "both", 160, 93, "xã Hữu Lũng", "20")
    make.bank(river, "right", 93, 82, "xã Tuấn Sơn", "20")
    make.bank(river, "left", 93, 82, "xã Kép", "24")
    make.bank(river, "both", 82, 0, "xã Mỹ Thái", "24")
    if node == "lang-son":
        _incident()
        _propose()


def _incident() -> None:
    """Confirmed, and nobody told yet."""
    from datetime import timedelta

    from giapranh.kernel.clock import now
    from giapranh.people.models import Officer
    from giapranh.water.models import Watercourse
    from giapranh.water.services import incidents
    from giapranh.water.services.incidents import Facts

    by = Officer.objects.get(username="daumoi")
    facts = Facts(
        name="Cá chết ở Kép", finder="Người dân", seen_at=now() - timedelta(minutes=30), km=91.0, bank="left",
        watercourse=Watercourse.objects.get(), signs=("dead_fish",), description="Cá chết rải rác.",
    )  # fmt: skip
    made = incidents.report_incident(facts=facts, by=by, at=now())
    incidents.confirm(incident_id=made.pk, extent="national", provinces=["20", "24"], by=by, at=now())


def _propose() -> None:
    from giapranh.exchange import kinds
    from giapranh.exchange.ledger.agreement import Clause
    from giapranh.exchange.services import agreements
    from giapranh.kernel.clock import now

    known = kinds.get("water-notice")
    assert known is not None
    clause = Clause(
        "thong-bao", "lang-son", "bac-ninh", known.name, tuple(known.fields), purpose="phối hợp",
        source="Luật Bảo vệ môi trường", original=True,
    )  # fmt: skip
    agreements.save_draft("bac-ninh", [clause], "", by=None, at=now())
    agreements.propose("bac-ninh", by=None, at=now())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "giapranh.config.settings")
    import django

    django.setup()
    furnish(sys.argv[1])
