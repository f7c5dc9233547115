"""A notice to the neighbour as an official letter: facts in, an ``OfficialPaper`` out. Official papers are Vietnamese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from giapranh.documents.writing import Annex, Block, Column, Heading, Item, OfficialPaper, Paragraph, Signer, Table
from giapranh.documents.writing.paper import Words
from giapranh.kernel.clock import VIETNAM
from giapranh.people import queries as people
from giapranh.people.models import Office, Officer
from giapranh.people.roles import Role
from giapranh.programme.reports import signing
from giapranh.programme.reports.signing import Authority, Body

LETTER = "Công văn"
DRILL = "DIỄN TẬP"
ILLUSTRATIVE = "DỮ LIỆU MINH HỌA"
EXPRESS = "HỎA TỐC"
URGENCIES = {EXPRESS: "hoa_toc"}  # as the register and the envelope say it
_SUBJECTS = {
    "warning": "cảnh báo sự cố nguồn nước",
    "information": "thông tin về sự cố nguồn nước",
    "search": "đề nghị phối hợp truy tìm nguồn gây sự cố nguồn nước",
    "end": "kết thúc sự cố nguồn nước",
}
_OPENINGS = {
    "warning": "cảnh báo về sự cố nguồn nước có khả năng ảnh hưởng đến địa bàn của quý cơ quan",
    "information": "cung cấp thông tin cập nhật về sự cố nguồn nước",
    "search": "đề nghị quý cơ quan phối hợp truy tìm nguồn phát sinh sự cố nguồn nước",
    "end": "thông báo sự cố nguồn nước đã kết thúc",
}
_PARTS = (
    ("level", "Mức, phạm vi"), ("finder", "Người phát hiện"), ("seen_at", "Thời điểm phát hiện"),
    ("place", "Vị trí"), ("signs", "Dấu hiệu"), ("cause", "Nguyên nhân, chất gây ô nhiễm"), ("effect", "Ảnh hưởng"),
    ("flow", "Mực nước, lưu lượng"), ("steps", "Biện pháp đã thực hiện"), ("samples", "Mẫu nước"),
    ("documents", "Tài liệu kèm theo"), ("next_report_at", "Thời điểm thông tin tiếp theo"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """Who writes: taken from the agency's own rows."""

    agency: Office
    place: str
    parent: str
    symbol: str
    archive: str
    signer: Officer | None
    authority: Sequence[str]
    title: str


def head_of(agency: Office, by: Officer, day: date) -> Head:
    signer, title = _signer(agency, day)
    unit = agency.unit.full_name if agency.unit else ""
    above = agency.parent.name if agency.parent is not None else signing.parent_of(agency.kind, unit)
    drafted = next(
        (each.symbol or each.abbreviation for each in people.offices_of(by, day) if each.pk != agency.pk), ""
    )
    own = agency.symbol or agency.abbreviation
    return Head(
        agency=agency, place=agency.unit.name if agency.unit else "", parent=signing.shortened(above),
        symbol="-".join(part for part in (own, drafted) if part), archive=f"VT, {drafted}" if drafted else "VT",
        signer=signer, title=title, authority=signing.authority_lines(Body(agency.name, agency.kind), title),
    )  # fmt: skip


def _unstopped(words: object) -> str:
    """What an officer typed, without its own full stop: the sentence around it has one."""
    return str(words).rstrip(" .")


def _signer(agency: Office, day: date) -> tuple[Officer | None, str]:
    """The leader who signs as head of the agency; else the first deputy."""
    found = []
    for officer in people.officers_in(agency, Role.LEADER, day):
        rows = people.appointments_of(officer, day).filter(office=agency, role=Role.LEADER)
        found.append((officer, next((row.title for row in rows if row.title), "")))
    first = (Authority.HEAD, Authority.COLLECTIVE, Authority.ACTING)
    body = Body(agency.name, agency.kind)
    found.sort(key=lambda each: (signing.authority_of(body, each[1]) not in first, each[0].sort_key))
    return found[0] if found else (None, "")


def notice_paper(
    *, kind: str, n: int, content: Mapping[str, Any], words: str, addressee: str, head: Head, at: datetime,
    acknowledge_hours: float, drill: bool, illustrative: bool, also_to: Sequence[str] = (),
) -> OfficialPaper:  # fmt: skip
    """The letter, number and day left blank for the registry."""
    local = at.astimezone(VIETNAM)
    marks = [mark for mark, on in ((DRILL, drill), (ILLUSTRATIVE, illustrative)) if on]
    about = f"{_SUBJECTS[kind]} {content['number']} (thông báo số {n})"
    return OfficialPaper(
        kind=LETTER, subject=f"{DRILL} – {about}" if drill else about, issuer=head.agency.name,
        issuer_parent=head.parent, symbol=head.symbol, place=head.place, month=local.month, year=local.year,
        addressees=[addressee], body=_body(kind, n, content, words, head, acknowledge_hours, drill),
        recipients=["Như trên", *also_to, "Lãnh đạo cơ quan"], archive=head.archive,
        signer=Signer(head.authority, head.signer.full_name if head.signer else ""), annexes=_annexes(content),
        urgency="" if kind in ("information", "end") else EXPRESS, mark=" · ".join(marks), made_at=at,
    )  # fmt: skip


def _body(
    kind: str, n: int, content: Mapping[str, Any], words: str, head: Head, hours: float, drill: bool
) -> list[Block]:
    body: list[Block] = []
    if drill:
        body.append(Paragraph(
            "ĐÂY LÀ THÔNG BÁO DIỄN TẬP, KHÔNG PHẢI SỰ CỐ THẬT. Đề nghị xử lý đúng quy trình, không triển khai lực lượng "
            "ứng phó ngoài thực địa."
        ))  # fmt: skip
    body.append(Paragraph(
        f"{head.agency.name} {_OPENINGS[kind]} (mã số {content['number']}, thông báo số {n}), cụ thể như sau:"
    ))  # fmt: skip
    body.append(Heading(str(content["name"]), 2))
    body += [Item(f"{label}: {_unstopped(content[key])}.") for key, label in _PARTS if content.get(key)]
    if words.strip():
        body.append(Heading("Nội dung bổ sung", 2))
        body += [Paragraph(line.strip()) for line in words.splitlines() if line.strip()]
    if content.get("downstream"):
        body.append(Heading("Dự kiến nước tới hạ lưu (khoảng thời gian sớm nhất – muộn nhất)", 2))
        body.append(_downstream(content["downstream"]))
    body += _asked(kind, hours)
    return body


def with_evidence(paper: OfficialPaper, name: str, sha256: str) -> OfficialPaper:
    """The letter names the bundle that goes with it, so that both sides can tell whether it is still the same."""
    *body, asked, thanks = paper.body
    told = Paragraph(f"Kèm theo gói bằng chứng {name}, mã kiểm SHA-256: {sha256}.")
    return replace(paper, body=[*body, told, asked, thanks])


def _downstream(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = (Column("STT", 0.4, "center"), Column("Nơi nước tới", 2.6), Column("Cách (km)", 0.8, "right"),
               Column("Sớm nhất", 1.2, "center"), Column("Muộn nhất", 1.2, "center"))  # fmt: skip
    cells: list[list[Words]] = [
        [str(index), str(row["name"]), str(row["distance"]), str(row["earliest"]), str(row["latest"])]
        for index, row in enumerate(rows, 1)
    ]
    return Table(columns, cells)


def _asked(kind: str, hours: float) -> list[Block]:
    within = f"{hours:g}".replace(".", ",")
    asked = {
        "warning": "thông báo cho các công trình lấy nước, các xã ở hạ lưu và thực hiện biện pháp bảo vệ nguồn nước",
        "information": "theo dõi và trao đổi thông tin khi có diễn biến mới",
        "search": "kiểm tra các nguồn thải trên địa bàn trong khoảng thời gian nêu trên và thông tin kết quả",
        "end": "ghi nhận và trao đổi nếu còn diễn biến bất thường",
    }[kind]
    return [
        Paragraph(
            f"Đề nghị quý cơ quan xác nhận đã nhận thông báo này trong vòng {within} giờ kể từ khi thông báo được gửi, {asked}."
        ),
        Paragraph("Trân trọng cảm ơn sự phối hợp của quý cơ quan."),
    ]


def _annexes(content: Mapping[str, Any]) -> list[Annex]:
    readings = content.get("readings") or []
    if not readings:
        return []
    columns = (Column("STT", 0.4, "center"), Column("Trạm", 1.8), Column("Thông số", 1), Column("Giá trị", 0.9, "right"),
               Column("Đơn vị", 0.8, "center"), Column("Thời điểm", 1.3, "center"), Column("Cờ chất lượng", 1),
               Column("Giới hạn", 1.5))  # fmt: skip
    rows: list[list[Words]] = [
        [str(index), *(str(row.get(key, "")) for key in ("station", "name", "value", "unit", "at", "flag", "limit"))]
        for index, row in enumerate(readings, 1)
    ]
    return [Annex("SỐ LIỆU QUAN TRẮC", [Table(columns, rows)])]


def plain_words(paper: OfficialPaper) -> str:
    """The words of the letter, to find it by and to show before it leaves."""
    from giapranh.documents.writing.paper import plain

    lines = [paper.subject]
    for block in paper.body:
        match block:
            case Paragraph(words) | Heading(words) | Item(words):
                lines.append(plain(words))
            case Table():
                lines += ["; ".join(plain(cell) for cell in row) for row in block.rows]
    return "\n".join(lines)
