"""From a reading to a registered paper."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from tests.factories.documents import AT, citation, make_paper, reading, value

from giapranh.documents import queries, services
from giapranh.documents.models import Citation, Direction, FieldDecision, Paper, PaperState, RegisterEntry
from giapranh.documents.services import AlreadyConfirmed, StillWeak, confirming
from giapranh.documents.services.deciding import NotOpen
from giapranh.kernel.errors import BadInput, NotAllowed, NotFound
from giapranh.people.models import AuditEvent, Officer

pytestmark = pytest.mark.django_db


def confirm(paper: Paper, by: Any) -> Paper:
    return services.confirm_reading(paper_id=paper.pk, by=by, at=AT)


def test_a_confirmed_paper_stands_in_the_incoming_book(an: Officer) -> None:
    paper = confirm(make_paper(an), an)
    entry = RegisterEntry.objects.get(paper=paper)
    assert paper.state == PaperState.REGISTERED
    assert (entry.seq, entry.author, entry.number_symbol, entry.paper_date) == (
        1, "Ủy ban nhân dân tỉnh Mẫu", "07/KH-UBND", "12/03/2026",
    )  # fmt: skip
    assert entry.kind_and_subject == "Kế hoạch Về việc phối hợp bảo vệ nguồn nước sông Mẫu"
    assert AuditEvent.objects.filter(what="paper.confirmed", target_id=str(paper.pk), by=an).exists()


def test_the_rooms_above_get_confirmed_directives(an: Officer) -> None:
    paper = confirm(make_paper(an), an)
    found = queries.confirmed_reading(paper.pk)
    first, second = found.directives
    assert (first.index, first.n, first.lead, first.coordinating) == (
        0, "1", ["Phòng Quản lý môi trường"], ["Phòng Khoáng sản"],
    )  # fmt: skip
    assert first.due["date"] == "2026-06-30"
    assert first.cites == [found.citations[0].paper_id]
    assert (second.due, second.lead) == ({"kind": "none"}, ["Phòng Khoáng sản"])


def test_a_paper_not_confirmed_gives_nothing_to_the_rooms_above(an: Officer) -> None:
    with pytest.raises(queries.NotConfirmedYet):
        queries.confirmed_reading(make_paper(an).pk)


def test_a_weak_field_nobody_looked_at_stops_the_confirmation(an: Officer) -> None:
    paper = make_paper(an, reading(number=value(7, "07", confidence=0.4, reason="Chữ viết tay")))
    with pytest.raises(StillWeak, match=r"Còn 1 giá trị chưa chắc cần bạn xem: Số\."):
        confirm(paper, an)
    services.confirm_field(paper_id=paper.pk, path="number", by=an, at=AT)
    assert confirm(paper, an).number == 7


def test_a_blank_number_and_day_can_be_confirmed_as_blank(an: Officer) -> None:
    data = reading(
        number=None, full_number="/STNMT-NKS", date=value({"day": None, "month": 11, "year": 2024}, confidence=0.5)
    )
    paper = make_paper(an, data)
    for path in ("number", "date"):
        services.confirm_field(paper_id=paper.pk, path=path, by=an, at=AT)
    confirmed = confirm(paper, an)
    assert (confirmed.number, confirmed.issued_day, confirmed.issued_month, confirmed.identity) == (
        None,
        None,
        11,
        None,
    )


def test_the_subject_is_needed_for_the_book(an: Officer) -> None:
    paper = make_paper(an, reading(subject=None))
    with pytest.raises(BadInput, match="Hãy nhập"):
        services.confirm_field(paper_id=paper.pk, path="subject", by=an, at=AT)


def test_a_correction_keeps_what_the_machine_read(an: Officer) -> None:
    paper = make_paper(an)
    services.correct_field(paper_id=paper.pk, path="number", value="17", by=an, at=AT)
    decision = FieldDecision.objects.get(path="number")
    assert (decision.machine_value, decision.value, decision.state) == (7, 17, "corrected")
    assert confirm(paper, an).full_number == "17/KH-UBND"


def test_a_number_with_a_letter_is_kept(an: Officer) -> None:
    paper = make_paper(an)
    services.correct_field(paper_id=paper.pk, path="number", value="7a", by=an, at=AT)
    confirmed = confirm(paper, an)
    assert (confirmed.number, confirmed.number_suffix, confirmed.full_number) == (7, "a", "07a/KH-UBND")


@pytest.mark.parametrize(
    ("path", "typed", "line"),
    [
        ("number", "bảy", "không phải là số văn bản"),
        ("date", {"day": "31", "month": "2", "year": "2026"}, "Không có ngày"),
        ("date", {"day": "x", "month": "2", "year": "2026"}, "không phải là ngày, tháng hoặc năm"),
        ("directives.0.due", {"kind": "date", "date": "2026-13-40"}, "Không có ngày"),
        ("directives.0.due", {"kind": "datetime", "date": "01/02/2026", "time": "25 giờ"}, "không phải là giờ"),
        ("directives.0.text", "  ", "Nhiệm vụ cần có nội dung"),
    ],
)
def test_an_unclear_value_is_refused_in_one_line(an: Officer, path: str, typed: Any, line: str) -> None:
    paper = make_paper(an)
    with pytest.raises(BadInput, match=line):
        services.correct_field(paper_id=paper.pk, path=path, value=typed, by=an, at=AT)


def test_a_day_typed_day_first_is_day_first(an: Officer) -> None:
    paper = make_paper(an)
    field = services.correct_field(
        paper_id=paper.pk, path="directives.1.due", value={"kind": "date", "date": "05/02/2026", "time": "16 giờ 30"},
        by=an, at=AT,
    )  # fmt: skip
    assert (field.value["date"], field.value["time"], field.value["kind"]) == ("2026-02-05", "16:30", "datetime")


def test_bulk_confirm_leaves_weak_fields_open(an: Officer) -> None:
    paper = make_paper(an, reading(number=value(7, "07", confidence=0.4)))
    services.confirm_all_sure(paper_id=paper.pk, by=an, at=AT)
    read = queries.read_paper(queries.latest_reading(paper.pk))
    assert [field.path for field in read.open_weak()] == ["number"]


def test_bulk_confirm_refuses_a_weak_field_in_the_list(an: Officer) -> None:
    paper = make_paper(an, reading(number=value(7, "07", confidence=0.4)))
    with pytest.raises(BadInput, match="Có 1 giá trị chưa chắc"):
        services.confirm_all_sure(paper_id=paper.pk, by=an, at=AT, paths=["kind", "number"])
    assert not FieldDecision.objects.exists()


def test_the_second_of_two_confirmers_is_told_who_was_first(an: Officer, leader: Officer) -> None:
    paper = make_paper(an)
    confirm(paper, an)
    with pytest.raises(AlreadyConfirmed, match="Nguyễn Văn An đã xác nhận văn bản này lúc 09:00 23/11/2026"):
        confirm(paper, leader)
    with pytest.raises(NotOpen):
        services.correct_field(paper_id=paper.pk, path="number", value="8", by=leader, at=AT)
    assert RegisterEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_confirming_at_once_register_the_paper_once(an: Officer, leader: Officer) -> None:
    paper = make_paper(an)
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def work(by: Officer) -> None:
        try:
            start.wait()
            confirm(paper, Officer.objects.get(pk=by.pk))
            outcomes.append("confirmed")
        except AlreadyConfirmed as refusal:
            outcomes.append(str(refusal)[-33:])
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(who,)) for who in (an, leader)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["Hãy tải lại trang để xem kết quả.", "confirmed"]
    assert RegisterEntry.objects.count() == 1


@pytest.mark.parametrize("step", ["fill_header", "save_once", "link_citations", "_enter_book", "note"])
def test_a_power_cut_while_registering_leaves_the_paper_waiting(
    step: str, an: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = make_paper(an)

    def cut(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(confirming, step, cut)
        with pytest.raises(KeyboardInterrupt):
            confirm(paper, an)
    paper.refresh_from_db()
    assert (paper.state, RegisterEntry.objects.count(), Citation.objects.count()) == (PaperState.TO_CONFIRM, 0, 0)
    assert not Paper.objects.filter(direction=Direction.STUB).exists()
    assert confirm(paper, an).entries.get().seq == 1


def test_somebody_elses_paper_does_not_exist_for_me(an: Officer, binh: Officer) -> None:
    paper = make_paper(an)
    with pytest.raises(NotFound):
        confirm(paper, binh)


def test_an_auditor_reads_but_does_not_confirm(an: Officer, auditor: Officer) -> None:
    paper = make_paper(an)
    assert list(queries.visible_papers(auditor)) == [paper]
    with pytest.raises(NotAllowed):
        confirm(paper, auditor)


def test_a_paper_with_the_same_issuer_number_symbol_and_year_is_refused(an: Officer) -> None:
    confirm(make_paper(an), an)
    second = make_paper(an, reading(issuer=value("UBND tỉnh Mẫu")))
    with pytest.raises(
        services.DuplicatePaper, match="Kế hoạch 07/KH-UBND ngày 12/03/2026 của Ủy ban nhân dân tỉnh Mẫu"
    ):
        confirm(second, an)


def test_the_same_number_in_another_year_is_another_paper(an: Officer) -> None:
    confirm(make_paper(an), an)
    other = make_paper(an, reading(date=value({"day": 12, "month": 3, "year": 2025})))
    assert confirm(other, an).state == PaperState.REGISTERED


# --- duties changed by hand ------------------------------------------------------------------------------------------


def test_a_removed_directive_gives_no_duty_and_can_come_back(an: Officer) -> None:
    paper = make_paper(an)
    services.remove_directive(paper_id=paper.pk, index=0, by=an, at=AT)
    services.remove_directive(paper_id=paper.pk, index=1, by=an, at=AT)
    services.restore_directive(paper_id=paper.pk, index=1, by=an, at=AT)
    confirm(paper, an)
    assert [d.index for d in queries.confirmed_reading(paper.pk).directives] == [1]


def test_two_duties_in_one_paragraph_are_split(an: Officer) -> None:
    paper = make_paper(an)
    index = services.split_directive(
        paper_id=paper.pk, index=0, first="Quan trắc nước sông.", second="Báo cáo kết quả.", by=an, at=AT
    )
    services.correct_field(
        paper_id=paper.pk, path=f"directives.{index}.lead", value="Phòng Khoáng sản; Văn phòng Sở", by=an, at=AT
    )
    confirm(paper, an)
    texts = [(d.index, d.n, d.text, d.lead) for d in queries.confirmed_reading(paper.pk).directives]
    assert texts[:2] == [
        (0, "1", "Quan trắc nước sông.", ["Phòng Quản lý môi trường"]),
        (2, "1+", "Báo cáo kết quả.", ["Phòng Khoáng sản", "Văn phòng Sở"]),
    ]


def test_an_added_directive_keeps_its_index_when_another_is_removed(an: Officer) -> None:
    paper = make_paper(an)
    first = services.add_directive(paper_id=paper.pk, value={"text": "Việc thêm một"}, by=an, at=AT)
    services.remove_directive(paper_id=paper.pk, index=0, by=an, at=AT)
    second = services.add_directive(paper_id=paper.pk, value={"text": "Việc thêm hai"}, by=an, at=AT)
    assert (first, second) == (2, 3)
    confirm(paper, an)
    assert [d.index for d in queries.confirmed_reading(paper.pk).directives] == [1, 2, 3]


# --- the chain -------------------------------------------------------------------------------------------------------


def test_a_cited_paper_not_held_is_a_stub_with_what_is_known(an: Officer) -> None:
    paper = confirm(make_paper(an), an)
    stub = Citation.objects.get(citing=paper).cited
    assert (stub.direction, stub.full_number, stub.kind, stub.issued_on.isoformat()) == (
        Direction.STUB, "15-BB/TUA-TUB", "Biên bản ghi nhớ", "2025-02-02",
    )  # fmt: skip


def test_two_papers_citing_one_share_its_stub(an: Officer) -> None:
    confirm(make_paper(an), an)
    confirm(make_paper(an, reading(number=value(8), full_number="08/KH-UBND")), an)
    assert Paper.objects.filter(direction=Direction.STUB).count() == 1


def test_the_stub_is_filled_when_its_paper_arrives(an: Officer) -> None:
    first = confirm(make_paper(an), an)
    later = reading(
        number=value(9),
        full_number="09/KH-UBND",
        citations=[citation("07/KH-UBND", date={"day": 12, "month": 3, "year": 2026})],
    )
    other = confirm(make_paper(an, later), an)
    assert Citation.objects.get(citing=other).cited == first

    memorandum = reading(
        kind=value("Biên bản ghi nhớ"), number=value(15), symbol=value("BB/TUA-TUB"), full_number="15-BB/TUA-TUB",
        date=value({"day": 2, "month": 2, "year": 2025}), issuer=value("Tỉnh ủy A - Tỉnh ủy B"), citations=[],
    )  # fmt: skip
    arrived = confirm(make_paper(an, memorandum), an)
    stub = Paper.objects.get(direction=Direction.STUB)
    assert stub.filled_by == arrived
    graph = queries.citation_graph(other.pk)
    assert [node.paper.pk for node in graph.rests_on] == [first.pk]
    assert [node.paper.pk for node in graph.rests_on[0].children] == [arrived.pk]
    assert [node.paper.pk for node in queries.citation_graph(arrived.pk).named_by] == [first.pk]


def test_the_graph_hides_papers_the_person_may_not_read(an: Officer, binh: Officer, node: Any) -> None:
    paper = confirm(make_paper(an), an)
    secret = reading(number=value(9), full_number="09/KH-UBND", citations=[citation("07/KH-UBND")])
    confirm(make_paper(an, secret), an)
    services.grant_access(paper_id=paper.pk, offices=[node.minerals], by=an, at=AT)
    assert len(queries.citation_graph(paper.pk, an).named_by) == 1
    assert queries.citation_graph(paper.pk, binh).named_by == []


def test_a_paper_does_not_cite_itself(an: Officer) -> None:
    paper = confirm(make_paper(an, reading(citations=[citation("07/KH-UBND")])), an)
    assert not Citation.objects.filter(cited=paper).exists()
