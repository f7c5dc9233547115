"""A small house in which every text that people or papers brought in tries to break out of its page.

``SECRET`` stands in everything that belongs to An's office: whoever has no right to it must never meet the word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.documents.reading.intake import making
from tests.factories import alert_house, intake_house, key_house, neighbour_house, river_house, show_house
from tests.factories import documents as paper_factory
from tests.factories import programme as programme_factory

import giapranh
from giapranh.documents import services as papers
from giapranh.documents.models import EdxmlMessage, PaperAttachment, PaperVersion, RegisterEntry, Upload, UploadState
from giapranh.kernel import clock
from giapranh.people.models import Appointment, Delivery, Notice, Officer, SwapDay
from giapranh.places.models import AdministrativeUnit
from giapranh.programme.models import Extension, Product, Programme, Task, TaskEvent
from giapranh.programme.reports import services as reports

SECRET = "zqxjkv"
BREAKING_OUT = '<script>alert(1)</script>" onmouseover="alert(2)" x=\'{{ 7|add:7 }}\'&lt; %s %(x)s'


def hostile(word: str = "", *, secret: bool = True) -> str:
    return " ".join(part for part in (SECRET if secret else "", word, BREAKING_OUT) if part)


@dataclass
class House:
    """The values that addresses need, by view name and argument, else by argument."""

    values: dict[str, Any] = field(default_factory=dict)

    def address(self, name: str, arguments: tuple[str, ...]) -> str:
        """The address, or nothing where the house does not know a value."""
        kwargs = {each: self.values.get(f"{name}.{each}", self.values.get(each)) for each in arguments}
        return "" if None in kwargs.values() else reverse(name, kwargs=kwargs)


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    arguments: tuple[str, ...]


@cache
def pages() -> tuple[Page, ...]:
    """Every named address, ours and allauth's."""
    return tuple(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: Any, namespace: str, above: tuple[str, ...] = ()) -> Any:
    for pattern in patterns:
        arguments = above + (tuple(pattern.pattern.converters) or tuple(pattern.pattern.regex.groupindex))
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern.url_patterns, inner, arguments)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield Page(namespace + pattern.name, arguments)


@cache
def parameters() -> tuple[str, ...]:
    """Every name the views take out of a query string or a form, found in the source."""
    source = Path(giapranh.__file__).parent
    taken = re.compile(r"""(?:GET|POST|post|params|_get)(?:\.get(?:list)?\(|\[|\()["']([\w-]+)["']""")
    found = {name for path in source.rglob("*.py") for name in taken.findall(path.read_text(encoding="utf-8"))}
    tables = {
        "sap",
        "trang",
        "dong",
        "cot",
        "xuat",
        "loc_subject",
        "loc_issued_on",
        "loc_name",
        "loc_due_on",
        "loc_text",
    }
    return tuple(sorted(found | tables))


def build(node: Any, an: Officer, leader: Officer, clerk: Officer) -> House:
    node.water.name = hostile("Phòng", secret=False)[:250]
    node.water.save()
    AdministrativeUnit.objects.filter(pk=node.province.pk).update(
        note=hostile("ghi chú", secret=False), source=hostile("nguồn", secret=False)
    )
    Officer.objects.filter(pk=an.pk).update(full_name=hostile("An", secret=False)[:120])
    an.refresh_from_db()
    waiting = _paper(an)
    registered = papers.confirm_reading(paper_id=_paper(an, number=9).pk, by=an, at=clock.now())
    scanned = papers.take_in(data=making.pdf(making.PAPER), name=f"{SECRET}.pdf", by=an, at=clock.now())
    attachment = _attachment(registered)
    message = EdxmlMessage.objects.create(
        direction="in", kind="paper", paper=registered, blob=registered.versions.get().blob, document_id=hostile(),
        from_organ=hostile(), reason=hostile(), by=clerk,
    )  # fmt: skip
    upload = Upload.objects.create(
        file_name=hostile("tệp")[:200], size=1, state=UploadState.REFUSED, message=hostile(), by=an
    )
    programme, task = _work(node, an, leader, registered)
    report = reports.draft_report(programme_id=programme.pk, period=f"{clock.today():%Y}", by=leader, at=clock.now())
    swap = SwapDay.objects.create(day=date(2026, 12, 26), working=True, decision=hostile("Quyết định", secret=False))
    delivery = Delivery.objects.create(
        key="x", officer=an, address="an@example.vn", subject=hostile("thư")[:250], body=hostile(), reason=hostile()
    )
    for officer in (an, leader):
        Notice.objects.create(officer=officer, text=hostile("báo"), url="javascript:alert(1)", kind="task")
    network = river_house.furnish(node, an, lambda word: hostile(word, secret=False), hostile("nguồn nghi vấn"))
    rivers = network | alert_house.furnish(
        node, an, leader, lambda word: hostile(word, secret=False), hostile("nghi vấn")
    )
    rivers |= show_house.furnish(node, an, lambda word: hostile(word, secret=False))
    rivers |= key_house.furnish(node, an, lambda word: hostile(word, secret=False))
    rivers |= intake_house.furnish(rivers["series_id"], an, lambda word: hostile(word, secret=False))
    rivers |= neighbour_house.furnish(node, leader, lambda word: hostile(word, secret=False))
    product = Product.objects.filter(task=task).first()
    assert product is not None
    return House(
        {
            "paper_id": registered.pk, "documents:reading.paper_id": waiting.pk, "documents:remove.paper_id": waiting.pk,
            "documents:decide.paper_id": waiting.pk, "documents:confirm_sure.paper_id": waiting.pk,
            "documents:directives.paper_id": waiting.pk, "documents:citations.paper_id": waiting.pk,
            "documents:confirm.paper_id": waiting.pk, "documents:page.paper_id": scanned.pk,
            "n": 1, "number": 1, "attachment_id": attachment.pk, "entry_id": RegisterEntry.objects.get().pk,
            "documents:book.kind": "den", "documents:upload_state.uid": upload.uid,
            "programme_id": programme.pk, "task_id": task.pk, "part_id": task.parts.get(role="lead").pk,
            "product_id": product.pk, "report_id": report.pk, "programme:step.name": "receive",
            "programme:part_step.name": "submit_part",
            "extension_id": Extension.objects.get().pk, "notice_id": Notice.objects.get(officer=an).pk, "swap_day_id": swap.pk, "delivery_id": delivery.pk,
            "appointment_id": Appointment.objects.get(officer=an).pk,
            "people:succession_done.uid": "01920000-0000-7000-8000-000000000000",
            "places:unit.uid": node.province.uid, "goi": message.pk,
            **{f"people:{view}.uid": node.water.uid for view in ("office", "edit_office", "name_office")},
            **{
                f"people:{view}.uid": an.uid
                for view in ("officer", "edit_officer", "appoint", "close_account", "reopen_account", "new_password")
            },
            "key": "x", "uidb36": "1", "pk": 1, "provider_id": "province",
            "account_reset_password_from_key.key": "x-y", **rivers,
            "wire:stream.stream": "lang-son.bac-ninh.record", "wire:blob.sha256": "0" * 64,
        }
    )  # fmt: skip


def _paper(by: Officer, number: int = 7) -> Any:
    text = paper_factory.TEXT + hostile()
    value = paper_factory.value
    data = paper_factory.reading(
        number=value(number), full_number=f"{number:02}/KH-UBND", subject=value(hostile("Về việc")),
        issuer=value(hostile("Ủy ban")[:240]), place=value(hostile("Mẫu")[:100]),
        signer=value({"authority": [hostile("TM.")], "title": hostile("CHỦ TỊCH")[:240], "name": hostile("Ông")[:110]}),
        citations=[paper_factory.citation("15-BB/TUA-TUB", kind=hostile("Biên bản")[:90], title=hostile("về"))],
        directives=[paper_factory.directive("1", hostile("Kiểm tra"), [hostile("Phòng")], report_to=value(hostile("Sở")))],
        remarks=[{"code": "x", "text": hostile("lưu ý"), "span": None}],
    )  # fmt: skip
    paper = paper_factory.make_paper(by, data, text=text)
    PaperVersion.objects.filter(paper=paper).update(
        file_name=hostile("tệp").replace("/", "")[:200], note=hostile("bản")
    )
    return paper


def _attachment(paper: Any) -> PaperAttachment:
    return PaperAttachment.objects.create(
        paper=paper, blob=paper.versions.get().blob, file_name="a.html", media_type="text/html", description=hostile()
    )


def _work(node: Any, an: Officer, leader: Officer, paper: Any) -> tuple[Programme, Task]:
    programme = programme_factory.make_programme(node.agency, leader, name=hostile("Chương trình"), paper=paper)
    task = programme_factory.make_task(
        programme, node.water, text=hostile("Quan trắc"), due_on=clock.today() - timedelta(days=3), progress=hostile()
    )
    task.set_keys()
    task.save()
    task.parts.update(report=hostile("báo cáo"))
    programme_factory.make_product(task, an, number=hostile("12/BC")[:110], note=hostile("ghi chú"))
    TaskEvent.objects.create(task=task, verb="start", note=hostile("sự kiện"), by=an, at=clock.now())
    Extension.objects.create(
        task=task, from_on=task.due_on, to_on=task.due_on + timedelta(days=9), reason=hostile("lý do"), asked_by=an,
        asked_at=clock.now() - timedelta(days=9), asked_on=clock.today() - timedelta(days=9),
    )  # fmt: skip
    return programme, task
