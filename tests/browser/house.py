"""A small house with something on every page, and the values that the addresses of its pages need."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from tests.factories import alert_house, intake_house, key_house, neighbour_house, river_house, show_house
from tests.factories import documents as paper_factory
from tests.factories import programme as programme_factory
from tests.factories.people import appoint
from tests.factories.places import make_commune

from giapranh.documents import services as papers
from giapranh.documents.models import RegisterEntry
from giapranh.kernel.clock import now, today
from giapranh.people.models import Notice, Officer, Succession, SuccessionKind, SuccessionLink
from giapranh.people.roles import Role
from giapranh.programme.reports.services import draft_report


@dataclass
class House:
    """Who looks, and what to put into the addresses: by view name and argument, else by argument."""

    officer: Officer
    values: dict[str, Any] = field(default_factory=dict)

    def fill(self, view: str, argument: str) -> Any:
        return self.values.get(f"{view}.{argument}", self.values.get(argument))


def furnish(node: Any, administrator: Officer, an: Officer) -> House:
    """The administrator, also leader here, sees everything."""
    appoint(administrator, node.agency, Role.LEADER)
    TOTP.activate(administrator, "A" * 32)
    RecoveryCodes.activate(administrator)
    commune = make_commune(parent=node.province)
    waiting = paper_factory.make_paper(an, illustrative=True)
    held = _confirmed_paper(an)
    programme = programme_factory.make_programme(node.agency, administrator, illustrative=True)
    task = programme_factory.make_task(programme, node.water, node.minerals, due_on=today() + timedelta(days=2))
    programme_factory.make_task(programme, node.minerals, due_on=today() - timedelta(days=4), text="Rà soát mỏ đá")
    programme_factory.make_task(programme, node.clerks, text="Tổng hợp, báo cáo")
    product = programme_factory.make_product(task, an)
    notice = Notice.objects.create(officer=administrator, text="Việc sắp đến hạn", url="/", kind="task")
    entry = RegisterEntry.objects.get()
    report = draft_report(programme_id=programme.pk, period="2026-Q3", by=administrator, at=now())
    upload = papers.receive_upload(data=BytesIO(b"abc"), name="van-ban.txt", size=3, by=administrator, at=now())
    event = Succession.objects.create(on=today(), kind=SuccessionKind.RENAME, by=administrator)
    SuccessionLink.objects.create(succession=event, predecessor=node.neighbour, successor=node.agency)
    values = {
        "paper_id": waiting.pk, "documents:paper.paper_id": held.pk, "programme:adopt.paper_id": held.pk,
        "n": 1, "number": 1, "kind": "den",
        "entry_id": entry.pk, "documents:upload_state.uid": upload.uid, "report_id": report.pk,
        "people:succession_done.uid": event.uid,
        "programme_id": programme.pk, "task_id": task.pk, "part_id": task.parts.filter(role="coordinating").get().pk,
        "product_id": product.pk, "notice_id": notice.pk,
        "people:office.uid": node.water.uid, "people:edit_office.uid": node.water.uid,
        "people:name_office.uid": node.water.uid, "people:officer.uid": an.uid, "people:edit_officer.uid": an.uid,
        "places:unit.uid": commune.uid,
    }  # fmt: skip
    values |= river_house.furnish(node, an)
    values |= alert_house.furnish(node, an, administrator)
    values |= show_house.furnish(node, an)
    values |= key_house.furnish(node, an)
    values |= intake_house.furnish(values["series_id"], an)
    values |= neighbour_house.furnish(node, administrator)
    return House(administrator, values)


def _confirmed_paper(by: Officer) -> Any:
    """A paper in the book, read and confirmed as an officer would."""
    data = paper_factory.reading(
        number=paper_factory.value(9), full_number="09/KH-UBND",
        date=paper_factory.value({"day": 2, "month": 4, "year": 2026}),
    )  # fmt: skip
    paper = paper_factory.make_paper(by, data)
    return papers.confirm_reading(paper_id=paper.pk, by=by, at=now())
