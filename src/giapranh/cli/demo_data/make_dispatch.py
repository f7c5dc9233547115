"""The demo's dispatch as a .docx in the form of Decree 30/2020/NĐ-CP, built from ``dispatch.txt`` beside this file.

The text is written for the demo and signed by nobody real; the .docx says so at the head of every page.
"""

from __future__ import annotations

import re
from pathlib import Path

from giapranh.documents.writing import OfficialPaper, Paragraph, Signer, write_docx

_FILE = Path(__file__).resolve().parent / "dispatch.txt"
_DATE = re.compile(r"^(?P<place>[^,]+), ngày\s+(?P<day>\d*)\s*tháng\s+(?P<month>\d*)\s*năm\s+(?P<year>\d+)$")
_NUMBER = re.compile(r"^Số:\s*(?P<number>\d*)\s*/(?P<symbol>\S+)$")
_MARK = "Văn bản minh họa"


def dispatch_text() -> str:
    """The dispatch as plain text, number and day blank."""
    return _FILE.read_text(encoding="utf-8")


def dispatch_paper(*, mark: str = _MARK) -> OfficialPaper:
    """The dispatch in its parts; ``mark`` stands at the head of every page."""
    issuer, _country, number, date, about, addressee, *body, recipients, authority, name = _blocks(dispatch_text())
    numbered, dated = _NUMBER.match(number), _DATE.match(date)
    if numbered is None or dated is None:
        raise ValueError(f"{_FILE.name}: the lines of the number and the date have lost their form")
    *received, archive = (line.lstrip("- ").rstrip(" ;.") for line in recipients.splitlines()[1:])
    parent, office = issuer.splitlines()
    return OfficialPaper(
        kind="Công văn",
        subject=about.removeprefix("V/v "),
        issuer=office,
        issuer_parent=parent,
        number=_whole(numbered["number"]),
        symbol=numbered["symbol"],
        place=dated["place"],
        day=_whole(dated["day"]),
        month=_whole(dated["month"]),
        year=_whole(dated["year"]),
        addressees=[addressee.removeprefix("Kính gửi: ").rstrip(".")],
        body=[Paragraph(block) for block in body],
        recipients=received,
        archive=archive,
        signer=Signer(authority.splitlines(), name),
        mark=mark,
    )


def dispatch_docx(*, mark: str = _MARK) -> bytes:
    """The dispatch as .docx bytes; the same every time."""
    return write_docx(dispatch_paper(mark=mark))


def _blocks(text: str) -> list[str]:
    return [block.strip("\n") for block in re.split(r"\n{2,}", text.strip())]


def _whole(digits: str) -> int | None:
    return int(digits) if digits else None
