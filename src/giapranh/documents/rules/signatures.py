"""Electronic signatures of a paper as the reader stored them: who, when, and what to make of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from giapranh.kernel.errors import N_

CHANGED = N_("không kiểm chứng được: tệp có thể đã bị sửa sau khi ký")
STRANGER = N_("chứng thư không dẫn về gốc tin cậy của nút này")
TRUSTED = N_("hợp lệ: nguyên vẹn, chứng thư tin cậy")
NOT_JUDGED = N_("nguyên vẹn; chứng thư chưa được đối chiếu")
ADDED_TO = N_("sau chữ ký này tệp còn được ghi thêm")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature. ``trusted`` is None where this node was given no root certificates to judge by."""

    signer: str
    organisation: str
    signed_at: datetime | None
    intact: bool
    trusted: bool | None
    covers_whole_file: bool

    @property
    def words(self) -> str:
        """What to make of it, as a message id."""
        if not self.intact:
            return CHANGED
        return {True: TRUSTED, False: STRANGER, None: NOT_JUDGED}[self.trusted]

    @property
    def tone(self) -> str:
        if not self.intact:
            return "bad"
        return {True: "good", False: "soon", None: ""}[self.trusted]

    @property
    def note(self) -> str:
        return "" if self.covers_whole_file else ADDED_TO


def signatures(data: Mapping[str, Any]) -> list[Signature]:
    """The signatures of a stored reading, in the order of signing."""
    return [
        Signature(
            str(each.get("signer") or ""), str(each.get("organisation") or ""), _moment(each.get("signed_at")),
            bool(each.get("intact")), each.get("trusted"), bool(each.get("covers_whole_file")),
        )
        for each in data.get("signatures") or ()
    ]  # fmt: skip


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
