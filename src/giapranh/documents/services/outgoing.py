"""Papers made here: drafts wait for their number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from giapranh.documents import permissions, vault
from giapranh.documents.models import Blob, Direction, Paper, PaperAttachment, PaperState, PaperVersion, Urgency
from giapranh.documents.reader import media_type_of, text_of
from giapranh.documents.services.admission import check_size
from giapranh.documents.services.records import (
    agency_of,
    clean_name,
    give_access,
    keep_blob,
    note,
    refuse_same_bytes,
    set_keys,
)
from giapranh.kernel import clock
from giapranh.kernel.errors import N_, BadInput, NotAllowed, Refused
from giapranh.kernel.text import one_line
from giapranh.people import queries as people
from giapranh.people.models import Office


class KindMissing(BadInput):
    code = "kind_missing"


def create_outgoing(
    *,
    kind: str,
    subject: str,
    data: bytes,
    name: str,
    by: Any,
    at: datetime,
    symbol: str = "",
    issuer: Office | None = None,
    recipients: Sequence[str] = (),
    signer_name: str = "",
    signer_title: str = "",
    text: str = "",
    answers: Paper | None = None,
    urgency: str = "",
    place: str = "",
    attached: Sequence[tuple[Blob, str]] = (),
    illustrative: bool = False,
) -> Paper:
    """A draft of an outgoing paper made here, number and day blank. ``number_outgoing`` gives both.

    ``attached``: files that go along, with their names; the envelope carries them beside the paper.
    """
    permissions.check_can_write(by)
    name, kind, subject = clean_name(name), one_line(kind), one_line(subject)
    if not kind or not subject:
        raise KindMissing(N_("Văn bản đi cần có loại văn bản và trích yếu."))
    check_size(len(data), name)
    refuse_same_bytes(vault.digest(data), by)
    text = text or _text_of(data, name)
    media_type = media_type_of(data, name)
    agency = issuer.agency if issuer else agency_of(by)
    with transaction.atomic():
        paper = Paper(
            direction=Direction.OUTGOING, state=PaperState.DRAFT, agency=agency, kind=kind, subject=subject,
            symbol=one_line(symbol), issuer=issuer, issuer_name=agency.name if agency else "",
            recipients="; ".join(one_line(each) for each in recipients), signer_name=one_line(signer_name),
            signer_title=one_line(signer_title), text=text, answers=answers, illustrative=illustrative,
            urgency=Urgency(urgency), place=one_line(place),
            created_by=by, created_at=at,
        )  # fmt: skip
        set_keys(paper)
        paper.save()
        blob = keep_blob(data, media_type)
        PaperVersion.objects.create(paper=paper, n=1, blob=blob, file_name=name, media_type=media_type, by=by, at=at)
        for other, other_name in attached:
            PaperAttachment.objects.create(
                paper=paper, blob=other, file_name=clean_name(other_name), media_type=other.media_type, at=at
            )
        give_access(paper, people.offices_of(by, clock.local_date(at)), by, at)
        note("paper.drafted", paper, by, at, file=name, sha256=blob.sha256)
    return paper


def _text_of(data: bytes, name: str) -> str:
    """The words of a draft, to find it by. A draft that cannot be read is still a draft; a secret one is refused."""
    try:
        return text_of(data, name)
    except NotAllowed:
        raise
    except Refused:
        return ""
