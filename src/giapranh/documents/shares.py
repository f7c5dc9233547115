"""What of an official paper a neighbour may be told: its head. The original goes only where a clause says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from giapranh.documents.models import Direction, Paper, PaperState
from giapranh.exchange.kinds import Shareable
from giapranh.exchange.ledger.engine import EffectRefused
from giapranh.exchange.ledger.entry import Blob
from giapranh.kernel.errors import N_
from giapranh.kernel.ids import read_id

KIND = "paper"
FIELDS = {
    "kind": N_("Loại văn bản"),
    "number": N_("Số, ký hiệu"),
    "issued_on": N_("Ngày ban hành"),
    "issuer": N_("Cơ quan ban hành"),
    "subject": N_("Trích yếu"),
    "signer": N_("Người ký"),
    "recipients": N_("Nơi nhận"),
    "due_on": N_("Hạn trả lời"),
    "sha256": N_("Mã băm bản gốc"),
    "illustrative": N_("Dữ liệu minh họa"),
}


def record(uid: str) -> dict[str, Any] | None:
    """The head of a paper we issued; None for drafts, for what came in and for what does not exist."""
    paper = Paper.objects.filter(uid=read_id(uid)).first()
    if paper is None or paper.direction != Direction.OUTGOING or paper.state != PaperState.REGISTERED:
        return None
    version = paper.versions.order_by("-n").first()
    return {
        "kind": paper.kind,
        "number": paper.full_number,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else "",
        "issuer": paper.issuer_name,
        "subject": paper.subject,
        "signer": paper.signer_name,
        "recipients": paper.recipients,
        "due_on": paper.due_on.isoformat() if paper.due_on else "",
        "sha256": version.blob_id if version else "",
        "illustrative": paper.illustrative,
    }


def every() -> Iterable[str]:
    """All papers issued here: what an agreement that begins today offers first."""
    rows = Paper.objects.filter(direction=Direction.OUTGOING, state=PaperState.REGISTERED).order_by("pk")
    return (str(uid) for uid in rows.values_list("uid", flat=True))


def files(uid: str) -> tuple[Blob, ...]:
    """The original; it leaves only under a clause that says so."""
    paper = Paper.objects.filter(uid=read_id(uid)).first()
    version = paper.versions.select_related("blob").order_by("-n").first() if paper else None
    if version is None:
        return ()
    return (Blob(version.blob_id, version.blob.size, version.media_type, version.file_name),)


def check(data: dict[str, Any]) -> None:
    if not all(isinstance(data.get(name, ""), str) for name in FIELDS if name != "illustrative"):
        raise EffectRefused(N_("Thông tin văn bản nhận được sai cấu trúc."))


def label(data: dict[str, Any]) -> str:
    words = " · ".join(str(data[key]) for key in ("number", "subject") if data.get(key))
    return words if len(words) <= 120 else words[:119].rstrip() + "…"


def own_url(uid: str) -> str:
    paper = Paper.objects.filter(uid=read_id(uid)).first()
    return f"/van-ban/{paper.pk}/" if paper else ""


PAPERS = Shareable(
    name=KIND, title=N_("Văn bản đã ban hành (thông tin; bản gốc khi được yêu cầu)"), fields=FIELDS, record=record,
    label=label, check=check, own_url=own_url, every=every, files=files, day=lambda data: str(data.get("issued_on", "")),
)  # fmt: skip
