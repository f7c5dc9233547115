"""What a task shows: a paper of the register by its number, a number kept elsewhere, or a record of the house."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from giapranh.documents import queries as documents
from giapranh.documents.models import Paper
from giapranh.kernel.errors import N_, BadInput, Conflict
from giapranh.kernel.refs import RecordRef, resolve
from giapranh.kernel.text import nfc, one_line
from giapranh.people.models import Officer
from giapranh.programme import permissions
from giapranh.programme.models import Product, TaskPart
from giapranh.programme.rules.states import RUNNING
from giapranh.programme.services.records import happened, locked, locked_part


class ProductUnclear(BadInput):
    code = "product_unclear"


class ProductTwice(Conflict):
    code = "product_twice"


class ProductLocked(Conflict):
    code = "product_locked"


@transaction.atomic
def attach_product(
    *,
    task_id: int,
    by: Officer,
    at: datetime,
    paper_id: int | None = None,
    number: str = "",
    record_ref: str = "",
    note: str = "",
    part_id: int | None = None,
) -> Product:
    """Add a product. A number is looked up in the register among the papers the officer may read; one that stands
    there becomes a link, one that does not is kept as the number it is."""
    task = locked(task_id)
    part = locked_part(part_id) if part_id else None
    _check_may_add(by, task, part)
    if task.state not in RUNNING:
        raise ProductLocked(N_("Chỉ gắn sản phẩm khi việc đang thực hiện."))
    paper, number = _found(by, paper_id, number)
    if record_ref and resolve(RecordRef.parse(record_ref)) is None:
        raise ProductUnclear(N_("Không tìm thấy bản ghi “%(ref)s”."), ref=record_ref)
    if paper is None and not number and not record_ref:
        raise ProductUnclear(N_("Hãy ghi số, ký hiệu văn bản kết quả hoặc chọn một bản ghi."))
    try:
        with transaction.atomic():
            product = Product.objects.create(
                task=task, part=part, paper=paper, number=number, record_ref=record_ref,
                note=nfc(note).strip(), added_by=by, added_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise ProductTwice(N_("Văn bản này đã là sản phẩm của việc.")) from error
    happened(task, "product", by=by, at=at, part=part, note=str(product))
    return product


@transaction.atomic
def remove_product(*, product_id: int, by: Officer, at: datetime) -> None:
    """Take a product back while the task is still in the hands of the lead."""
    product = Product.objects.filter(pk=product_id).first()
    if product is None:
        raise ProductUnclear(N_("Không còn sản phẩm này. Hãy tải lại trang."))
    task = locked(product.task_id)
    _check_may_add(by, task, product.part)
    if task.state not in RUNNING:
        raise ProductLocked(N_("Việc đã gửi xác nhận nên không bỏ sản phẩm được."))
    words = str(product)
    product.delete()
    happened(task, "product_removed", by=by, at=at, note=words)


def _check_may_add(by: Officer, task: object, part: TaskPart | None) -> None:
    if part is not None and permissions.can_report(by, part):
        return
    permissions.check_can_work(by, task)  # type: ignore[arg-type]


def _found(by: Officer, paper_id: int | None, number: str) -> tuple[Paper | None, str]:
    if paper_id is not None:
        paper = documents.get_visible(by, paper_id)
        return paper, paper.full_number
    number = one_line(number)
    if not number:
        return None, ""
    matches = list(documents.visible_papers(by).filter(full_number__iexact=number)[:3])
    if len(matches) > 1:
        raise ProductUnclear(
            N_("Có %(count)s văn bản mang số %(number)s. Hãy mở văn bản cần gắn và chọn đúng bản đó."),
            count=len(matches), number=number,
        )  # fmt: skip
    return (matches[0] if matches else None), number[:120]
