"""Searching 20,000 papers by the index against reading them all, and what registering one paper costs.

    python benchmarks/register.py

The plain sequential scan of the same question is 1; then a paper taken in and confirmed, in an empty register and
beside 20,000 others.
"""

from __future__ import annotations

import random
from typing import Any

from harness import milliseconds, node, tell

PAPERS = 20_000
WORDS = [
    "sông",
    "suối",
    "nước",
    "ngầm",
    "quan",
    "trắc",
    "chất",
    "lượng",
    "mỏ",
    "đá",
    "cát",
    "sỏi",
    "khoáng",
    "sản",
    "giáp",
    "ranh",
    "kiểm",
    "tra",
    "xử",
    "lý",
    "vi",
    "phạm",
    "phối",
    "hợp",
    "báo",
    "cáo",
    "định",
    "kỳ",
    "cấp",
    "phép",
    "thăm",
    "dò",
    "bảo",
    "vệ",
    "môi",
    "trường",
    "rừng",
    "đất",
    "đai",
    "quy",
    "hoạch",
    "biên",
    "bản",
    "thanh",
    "tra",
    "xã",
    "phường",
    "tỉnh",
    "phòng",
    "đơn",
    "vị",
]
QUESTIONS = {"two words": "Khuôn Lặc", "without marks": "khuon lac", "a number": "4321/BC-SNNMT", "common": "kiem tra"}


def main() -> None:
    with node():
        from django.conf import settings

        settings.BLOBS = settings.HOME / "blobs"
        by = _clerk()
        empty = _registering(by, first=1)
        _fill()
        _searching(by)
        full = _registering(by, first=30_000)
        print("\nregistering one paper: taken in, read, confirmed, in the book")
        tell("in an empty register", empty, empty)
        tell(f"beside {PAPERS} papers", full, empty)


def _clerk() -> Any:
    from tests.factories.people import make_agency, make_officer
    from tests.factories.places import make_province

    from giapranh.people.models import Node
    from giapranh.people.roles import Role

    agency = make_agency(unit=make_province())
    Node.objects.create(pk=1, node_id="bench", name="Bench", agency=agency)
    return make_officer(office=agency, role=Role.CLERK)


def _fill() -> None:
    from django.db import connection

    from giapranh.documents.models import Direction, Paper, PaperState
    from giapranh.documents.services.records import set_keys
    from giapranh.people.models import Office, Officer

    chance = random.Random(1)
    agency, by = Office.objects.get(), Officer.objects.get()
    rows = []
    for n in range(1, PAPERS + 1):
        subject = " ".join(chance.choices(WORDS, k=16)) + (" Khuôn Lặc" if n % 400 == 0 else "")
        paper = Paper(
            direction=Direction.INCOMING, state=PaperState.TO_CONFIRM, agency=agency, kind="Báo cáo", number=n,
            symbol="BC-SNNMT", full_number=f"{n}/BC-SNNMT", issued_year=2026, issuer_name="Sở Nông nghiệp và Môi trường",
            subject=subject, text="\n".join(" ".join(chance.choices(WORDS, k=14)) for _line in range(40)), created_by=by,
        )  # fmt: skip
        set_keys(paper)
        paper.identity = None
        rows.append(paper)
    Paper.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze documents_paper")


def _searching(by: Any) -> None:
    from django.db import connection

    from giapranh.documents import queries

    print(f"searching {PAPERS} papers; a sequential scan of the same question is 1")
    for name, words in QUESTIONS.items():
        indexed = milliseconds(lambda words=words: queries.search(by, words))
        with connection.cursor() as cursor:
            cursor.execute("set enable_indexscan = off; set enable_bitmapscan = off; set enable_indexonlyscan = off")
            scanned = milliseconds(lambda words=words: queries.search(by, words), times=3)
            cursor.execute("reset enable_indexscan; reset enable_bitmapscan; reset enable_indexonlyscan")
        tell(f"{name}: “{words}”, sequential scan", scanned, scanned)
        tell(f"{name}: “{words}”, index", indexed, scanned)


def _registering(by: Any, first: int, papers: int = 20) -> float:
    from tests.bad_input.files import paper_text

    from giapranh.documents import services
    from giapranh.kernel import clock

    numbers = iter(range(first, first + papers + 1))

    def register() -> None:
        n = next(numbers)
        paper = services.take_in(data=paper_text(n), name=f"{n}.txt", by=by, at=clock.now())
        while True:
            try:
                services.confirm_reading(paper_id=paper.pk, by=by, at=clock.now())
                return
            except services.StillWeak:
                _confirm_weak(paper.pk, by)

    return milliseconds(register, times=papers)


def _confirm_weak(paper_id: int, by: Any) -> None:
    from giapranh.documents import queries, services
    from giapranh.kernel import clock

    reading = queries.latest_reading(paper_id)
    assert reading is not None
    for field in queries.read_paper(reading).open_weak():
        services.confirm_field(paper_id=paper_id, path=field.path, by=by, at=clock.now())


if __name__ == "__main__":
    main()
