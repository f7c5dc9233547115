"""The answer to a request for a later date (công văn trả lời đề nghị gia hạn), once it has been decided."""

from __future__ import annotations

from datetime import datetime

from giapranh.documents.writing import Block, OfficialPaper, Paragraph, Signer
from giapranh.kernel.dates import format_date
from giapranh.kernel.errors import N_, Conflict, NotFound
from giapranh.people import queries as people
from giapranh.people.models import Officer
from giapranh.programme.models import Extension, ExtensionDecision
from giapranh.programme.reports.letterheads import letterhead, officer_named, signers
from giapranh.programme.reports.naming import cited
from giapranh.programme.reports.outline import ILLUSTRATIVE
from giapranh.programme.reports.urging import LETTER, UrgingOptions, letter_symbol
from giapranh.programme.thresholds import today


class NoSuchExtension(NotFound):
    code = "no_such_extension"


class NotDecided(Conflict):
    code = "extension_not_decided"


def decided_extension(extension_id: int) -> Extension:
    """The request, which must have been decided: a letter never runs ahead of the decision."""
    rows = Extension.objects.select_related("task__programme__owner__unit", "task__programme__paper")
    extension = rows.filter(pk=extension_id).first()
    if extension is None:
        raise NoSuchExtension(N_("Không có đề nghị gia hạn này."))
    if extension.decision == ExtensionDecision.WAITING:
        raise NotDecided(N_("Đề nghị gia hạn chưa được quyết định nên chưa soạn được công văn trả lời."))
    return extension


def answer_paper(extension: Extension, options: UrgingOptions, *, by: Officer, at: datetime) -> OfficialPaper:
    task, programme, now = extension.task, extension.task.programme, today(at)
    lead = task.parts.select_related("office").filter(role="lead").first()
    office = people.display_name(lead.office, now.day) if lead and lead.office else (lead.as_written if lead else "")
    head = letterhead(
        programme, now.day, by=by, signer=officer_named(signers(programme, now.day), options.signer_id),
        mark=options.mark, addressees=[office], recipients=["Như trên", "Lãnh đạo cơ quan"],
    )  # fmt: skip
    return OfficialPaper(
        kind=LETTER, subject="gia hạn thời gian thực hiện nhiệm vụ", issuer=head.issuer,
        issuer_parent=head.issuer_parent, symbol=letter_symbol(head.symbol_of, head.archive), place=head.place,
        month=now.day.month, year=now.day.year, addressees=[office], body=_body(extension, head.issuer, office),
        recipients=head.recipients, archive=head.archive, signer=Signer(head.authority, head.signer), made_at=at,
        mark=ILLUSTRATIVE if task.illustrative else "",
    )  # fmt: skip


def _body(extension: Extension, issuer: str, office: str) -> list[Block]:
    task = extension.task
    source = cited(task.programme.paper) if task.programme.paper else f"chương trình “{task.programme.name}”"
    granted = extension.decision == ExtensionDecision.GRANTED
    note = " ".join(extension.decision_note.split()).rstrip(" .;")
    opinion = (
        f"đồng ý gia hạn thời gian thực hiện nhiệm vụ nêu trên đến ngày {format_date(extension.to_on)}"
        if granted
        else f"không đồng ý gia hạn; thời hạn thực hiện vẫn là ngày {format_date(extension.from_on)}"
    )
    return [
        Paragraph(
            f"Ngày {format_date(extension.asked_on)}, {issuer} nhận được đề nghị của {office} về việc gia hạn thực hiện "
            f"nhiệm vụ “{' '.join(task.text.split()).rstrip(' .;')}” theo {source}, từ ngày "
            f"{format_date(extension.from_on)} đến ngày {format_date(extension.to_on)}; lý do: "
            f"{' '.join(extension.reason.split()).rstrip(' .;')}."
        ),
        Paragraph(f"Sau khi xem xét, {issuer} {opinion}{f'. {note}' if note else ''}."),
        Paragraph(f"Đề nghị {office} khẩn trương thực hiện, bảo đảm chất lượng và thời hạn."),
    ]
