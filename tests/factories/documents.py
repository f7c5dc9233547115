"""Papers and readings for tests, as if a file had been read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from giapranh.documents.models import Direction, Paper, PaperReading, PaperState, PaperVersion
from giapranh.documents.rules.fields import lay_over
from giapranh.documents.services.records import agency_of, fill_header, give_access, keep_blob
from giapranh.people import queries as people

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)

TEXT = """ỦY BAN NHÂN DÂN TỈNH MẪU
Số: 07/KH-UBND
Mẫu, ngày 12 tháng 3 năm 2026
KẾ HOẠCH
Về việc phối hợp bảo vệ nguồn nước sông Mẫu
Căn cứ Biên bản ghi nhớ số 15-BB/TUA-TUB ngày 02/02/2025;
1. Phòng Quản lý môi trường chủ trì, phối hợp với Phòng Khoáng sản quan trắc nước sông trước ngày 30/6/2026.
2. Phòng Khoáng sản rà soát các mỏ đá giáp ranh.
"""


def value(
    found: Any, words: str = "", *, text: str = TEXT, confidence: float = 0.98, reason: str | None = None
) -> dict:
    """One value as the reader writes it; ``words`` are looked up in the text for its span."""
    at = text.find(words) if words else -1
    span = [at, at + len(words)] if at >= 0 else None
    return {"value": found, "span": span, "confidence": confidence, "reason": reason, "boxes": []}


def citation(number: str | None, *, words: str = "", **fields: Any) -> dict:
    known = {"kind": None, "date": None, "issuer": None, "title": None, "party": False, "legal_basis": False}
    return value({"number": number, "as_written": words or number, **known, **fields}, words)


def directive(n: str | None, text: str, lead: list[str], **fields: Any) -> dict:
    names = {name: [value(each, each) for each in fields.pop(name, [])] for name in ("coordinating", "counterparts")}
    due = value(fields.pop("due", {"kind": "none"}))
    rest = {"topic": None, "report_to": None, "actions": [], "mode": "giao", "cites": [], "lead_inherited": False}
    body = {"n": n, "text": text, "lead": [value(each, each) for each in lead], "due": due, **names, **rest, **fields}
    return value(body, text)


def reading(**changes: Any) -> dict[str, Any]:
    """A reading of ``TEXT`` with nothing weak; name what should differ, None for what is absent."""
    data = {
        "kind": value("Kế hoạch", "KẾ HOẠCH"),
        "number": value(7, "07"),
        "symbol": value("KH-UBND", "KH-UBND"),
        "full_number": "07/KH-UBND",
        "date": value({"day": 12, "month": 3, "year": 2026}, "ngày 12 tháng 3 năm 2026"),
        "place": value("Mẫu", "Mẫu"),
        "subject": value("Về việc phối hợp bảo vệ nguồn nước sông Mẫu", "Về việc phối hợp bảo vệ nguồn nước sông Mẫu"),
        "issuer": value("Ủy ban nhân dân tỉnh Mẫu", "ỦY BAN NHÂN DÂN TỈNH MẪU"),
        "citations": [
            citation(
                "15-BB/TUA-TUB", words="Biên bản ghi nhớ số 15-BB/TUA-TUB ngày 02/02/2025", kind="Biên bản ghi nhớ",
                date={"day": 2, "month": 2, "year": 2025}, party=True, legal_basis=True,
            )
        ],
        "directives": [
            directive(
                "1",
                "Phòng Quản lý môi trường chủ trì, phối hợp với Phòng Khoáng sản quan trắc nước sông"
                " trước ngày 30/6/2026.",
                ["Phòng Quản lý môi trường"], coordinating=["Phòng Khoáng sản"],
                due={"kind": "date", "date": "2026-06-30", "words": "trước ngày 30/6/2026", "before": True}, cites=[0],
            ),
            directive("2", "Phòng Khoáng sản rà soát các mỏ đá giáp ranh.", ["Phòng Khoáng sản"]),
        ],
        "recipients": [],
        "signer": value({"authority": ["TM. ỦY BAN NHÂN DÂN"], "title": "CHỦ TỊCH", "name": "Nguyễn Văn Mẫu"}),
        "remarks": [],
        "origin": "word",
    }  # fmt: skip
    data.update(changes)
    return data


def make_paper(
    by: Any, data: dict[str, Any] | None = None, *, direction: str = Direction.INCOMING, content: bytes | None = None,
    text: str = TEXT, **fields: Any,
) -> Paper:  # fmt: skip
    """A paper that was read and waits to be confirmed; the vault holds its file."""
    data = reading() if data is None else data
    blob = keep_blob(content or f"{data.get('full_number')}{Paper.objects.count()}".encode(), "text/plain")
    paper = Paper(
        direction=direction, state=PaperState.TO_CONFIRM, agency=agency_of(by), text=text, created_by=by, created_at=AT,
        **fields,
    )  # fmt: skip
    fill_header(paper, lay_over(data, ()), data)
    paper.identity = None
    paper.save()
    version = PaperVersion.objects.create(
        paper=paper, n=1, blob=blob, file_name="van-ban.txt", media_type="text/plain", by=by
    )
    PaperReading.objects.create(paper=paper, version=version, data=data, reader_version="test")
    give_access(paper, people.offices_of(by, AT.date()), by, AT)
    return paper
