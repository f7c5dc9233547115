"""What happens in the demonstration: a summer and an autumn of 2026 at the department of Lạng Sơn, played through the
same services that the pages call. Every row it leaves is marked illustrative.

The department of 2026 takes up the dispatch of November 2024. The offices it names have been merged and renamed since,
so the work goes to who holds it now; on 15 September the mineral portfolio moves to another department and the open
work moves with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from giapranh.kernel.clock import VIETNAM, now
from giapranh.kernel.text import clipped

if TYPE_CHECKING:
    from giapranh.people.models import Office, Officer
    from giapranh.programme.models import Programme, Task

# username, name, role, office (seed key), title
CAST = (
    ("giamdoc", "Lương Thị Hạnh", "leader", "ls-snnmt", "Giám đốc"),
    ("daumoi", "Hoàng Văn Khuê", "focal_officer", "ls-snnmt", "Cán bộ đầu mối"),
    ("vanthu", "Nông Thị Mến", "clerk", "ls-snnmt", "Văn thư"),
    ("giamsat", "Vi Đức Thành", "auditor", "ls-snnmt", "Giám sát"),
    ("truongphong", "Lộc Minh Châu", "office_head", "ls-snnmt-mt", "Phụ trách môi trường"),
    ("chuyenvien", "Triệu Thu Trang", "specialist", "ls-snnmt-mt", "Chuyên viên"),
    ("khoangsan", "Bế Quang Huy", "office_head", "ls-snnmt-nks", "Phụ trách khoáng sản"),
    ("congthuong", "Dương Hải Yến", "office_head", "ls-sct-ks", "Phụ trách khoáng sản"),
    ("kiemtra", "Hứa Văn Đạt", "inspector", "ls-snnmt-ktcn", "Cán bộ kiểm tra"),
    ("datdai", "Ngô Thanh Bình", "office_head", "ls-snnmt-vpdk", "Giám đốc Văn phòng"),
    ("tanthanh", "Lý Văn Phúc", "specialist", "ubnd-ls-06445", "Công chức xã Tân Thành"),
    ("tuanson", "Mã Thị Nga", "specialist", "ubnd-ls-06457", "Công chức xã Tuấn Sơn"),
    ("thientan", "Hoàng Đình Lâm", "specialist", "ubnd-ls-06436", "Công chức xã Thiện Tân"),
    ("quanson", "Vy Thị Hoa", "specialist", "ubnd-ls-06517", "Công chức xã Quan Sơn"),
)
MINERALS_MOVE = "ls-khoang-san-2026"


@dataclass
class Story:
    """The actors and what they made."""

    officers: dict[str, Officer] = field(default_factory=dict)
    programmes: list[Programme] = field(default_factory=list)
    report: Any = None
    digests: int = 0

    def __getitem__(self, username: str) -> Officer:
        return self.officers[username]


def at(day: str, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the story, Vietnam time."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), VIETNAM).replace(hour=hour, minute=minute)


def people_arrive(story: Story, password: str) -> None:
    from giapranh.people import services
    from giapranh.places import queries as places

    province = places.unit_by_code("20", date(2026, 6, 1), "province")
    services.set_up_node(
        node_id="lang-son", name="Lạng Sơn", agency=office("ls-snnmt"), province=province, by=None, at=at("2026-06-01")
    )
    for username, name, role, key, title in CAST:
        officer = services.create_officer(
            username=username, full_name=name, email=f"{username}@minhhoa.invalid", password=password,
            illustrative=True, by=None, at=at("2026-06-01"),
        )  # fmt: skip
        services.appoint(officer=officer, office=office(key), role=role, title=title, by=None, at=at("2026-06-01"))
        story.officers[username] = officer


def dispatch_becomes_programme(story: Story) -> None:
    from giapranh.cli.demo_data.make_dispatch import dispatch_docx

    paper = take_in(story, dispatch_docx(), "cong-van-phoi-hop-2024.docx", at("2026-06-22", 8, 10))
    # The inspectorate it names was split in 2025: the focal officer says who does the checks now.
    chosen = {"Thanh tra Sở": [office("ls-snnmt-ktcn").pk]}
    story.programmes.append(adopt(story, paper, at("2026-06-22", 10), chosen))


def second_paper(story: Story) -> None:
    text = files("giapranh.cli.demo_data").joinpath("directive_2026.txt").read_text("utf-8")
    paper = take_in(story, text.encode("utf-8"), "cong-van-mua-mua-2026.txt", at("2026-08-04", 8, 30))
    story.programmes.append(adopt(story, paper, at("2026-08-04", 14)))


def third_quarter(story: Story) -> None:
    """Most work goes well; the minerals take longer, the protected areas wait, one commune asks for more time."""
    from giapranh.programme import services

    first, second = story.programmes
    for place, task in enumerate(tasks_of(first)):
        if task.topic == "mineral_protection":
            continue  # nobody has opened this one
        begin(story, task, at("2026-07-02", 9) + timedelta(days=place))
        coordinate(story, task, at("2026-08-20", 15))
        if task.topic in {"programme", "water"}:
            finish(story, task, at("2026-09-08", 10) + timedelta(hours=place))
    for place, task in enumerate(tasks_of(second)):
        begin(story, task, at("2026-08-10", 8) + timedelta(days=place))
        coordinate(story, task, at("2026-09-03", 15))
    early = next((t for t in tasks_of(second) if t.due_on == date(2026, 9, 25)), None)
    if early is not None:
        finish(story, early, at("2026-09-11", 16))
    later = next((t for t in tasks_of(second) if t.due_on == date(2026, 10, 15)), None)
    if later is not None and (by := worker(story, later)):
        asked = services.ask_extension(
            task_id=later.pk, to_on=date(2026, 10, 30), reason="Chờ mốc giới của đơn vị đo đạc.", by=by, at=at("2026-09-14"),
        )  # fmt: skip
        services.decide_extension(
            extension_id=asked.pk, granted=True, note="Đồng ý đến 30/10/2026.", by=story["giamdoc"], at=at("2026-09-15"),
        )  # fmt: skip


def minerals_move(story: Story) -> None:
    """The seeded succession, carried out on the open work of this node."""
    from giapranh.people.models import SuccessionLink
    from giapranh.people.succession import Move, hooks

    moves = [
        Move(link.predecessor_id, link.predecessor.name, link.successor_id, link.successor.name, link.succession.on, link.duty)
        for link in SuccessionLink.objects.select_related("predecessor", "successor", "succession")
        .filter(predecessor__seed_key="ls-snnmt-nks", duty="minerals")
        if link.successor is not None
    ]  # fmt: skip
    for _preview, apply in hooks().values():
        apply(moves, story["giamdoc"], at("2026-09-15", 7))


def draft_report(story: Story) -> None:
    from giapranh.programme.reports import services

    story.report = services.draft_report(
        programme_id=story.programmes[0].pk, period="2026-Q3", by=story["daumoi"], at=at("2026-09-16", 9)
    )


def fourth_quarter(story: Story) -> None:
    from giapranh.programme import services

    for month in ("2026-10-01", "2026-11-02"):
        services.materialise_recurrences(at(month, 1))
    for place, task in enumerate(
        t for t in tasks_of(story.programmes[1]) if t.state in {"given", "not_started", "doing"}
    ):
        if place % 2 == 0:
            begin(story, task, at("2026-10-12", 9))
            finish(story, task, at("2026-10-29", 9) + timedelta(days=place))
    for task in tasks_of(story.programmes[0]):
        if task.topic == "minerals":  # by now in other hands, and late
            finish(story, task, at("2026-10-08", 9))
        elif task.topic == "inspection":
            finish(story, task, at("2026-11-19", 9), confirm=False)
    story.digests = services.send_reminders(now())


# --- verbs of the story ---------------------------------------------------------------------------------------------


def take_in(story: Story, data: bytes, name: str, moment: datetime) -> Any:
    """A file becomes a confirmed paper: the clerk looks at each weak value, then confirms the whole."""
    from giapranh.documents import queries, services

    clerk = story["vanthu"]
    paper = services.take_in(data=data, name=name, by=clerk, at=moment, illustrative=True)
    reading = queries.latest_reading(paper.pk)
    if reading is not None:
        for weak in queries.read_paper(reading).open_weak():
            services.confirm_field(paper_id=paper.pk, path=weak.path, by=clerk, at=moment + timedelta(minutes=5))
    services.confirm_all_sure(paper_id=paper.pk, by=clerk, at=moment + timedelta(minutes=8))
    return services.confirm_reading(paper_id=paper.pk, by=clerk, at=moment + timedelta(minutes=9))


def adopt(story: Story, paper: Any, moment: datetime, offices: dict[str, list[int]] | None = None) -> Programme:
    from giapranh.programme import services

    choices = services.Choices(offices=offices or {})
    return services.adopt(paper_id=paper.pk, by=story["daumoi"], at=moment, choices=choices)


def begin(story: Story, task: Task, moment: datetime) -> None:
    from giapranh.programme import services

    by = worker(story, task)
    if by is None or task.recurrence or task.state not in {"given", "not_started"}:
        return
    if task.state == "given":
        services.receive(task_id=task.pk, by=by, at=moment)
    services.start(task_id=task.pk, by=by, at=moment + timedelta(hours=1))


def coordinate(story: Story, task: Task, moment: datetime) -> None:
    """The coordinating offices that have somebody here report, and the lead accepts."""
    from giapranh.programme import services

    lead = worker(story, task)
    for part in task.parts.filter(role="coordinating"):
        by = officer_of(story, part.office)
        if by is None or lead is None:
            continue
        services.submit_part(part_id=part.pk, report="Đã thực hiện phần phối hợp, gửi kèm số liệu.", by=by, at=moment)
        services.accept_part(part_id=part.pk, by=lead, at=moment + timedelta(hours=3))


def finish(story: Story, task: Task, moment: datetime, *, confirm: bool = True) -> None:
    """A result paper is numbered and attached, the giver asked and, if ``confirm``, satisfied."""
    from giapranh.documents import services as documents
    from giapranh.programme import services

    by = worker(story, task)
    task.refresh_from_db()
    if by is None or task.recurrence or task.state != "doing":
        return
    paper = documents.create_outgoing(
        kind="Báo cáo", subject=f"Kết quả thực hiện: {clipped(task.text, 120)}", data=result_docx(story, task, moment),
        name=f"bao-cao-viec-{task.pk}.docx", issuer=office("ls-snnmt"), by=story["vanthu"], at=moment, illustrative=True,
        text=task.text,
    )  # fmt: skip
    paper = documents.number_outgoing(paper_id=paper.pk, by=story["vanthu"], at=moment + timedelta(minutes=20))
    documents.grant_access(
        paper_id=paper.pk, offices=[part.office for part in task.parts.all() if part.office],
        by=story["vanthu"], at=moment + timedelta(minutes=21),
    )  # fmt: skip
    services.attach_product(task_id=task.pk, paper_id=paper.pk, by=by, at=moment + timedelta(minutes=30))
    services.ask_confirmation(
        task_id=task.pk,
        report="Đã hoàn thành, kết quả nêu tại văn bản kèm theo.",
        by=by,
        at=moment + timedelta(minutes=40),
    )
    if confirm:
        services.confirm_completion(task_id=task.pk, by=story["giamdoc"], at=moment + timedelta(days=1))


def result_docx(story: Story, task: Task, moment: datetime) -> bytes:
    from giapranh.documents.writing import OfficialPaper, Paragraph, Signer, write_docx

    paper = OfficialPaper(
        kind="Báo cáo", subject="Kết quả thực hiện nhiệm vụ phối hợp khu vực giáp ranh",
        issuer="Sở Nông nghiệp và Môi trường", issuer_parent="UBND tỉnh Lạng Sơn", symbol="BC-SNNMT",
        place="Lạng Sơn", month=moment.month, year=moment.year,
        body=[
            Paragraph(f"Nhiệm vụ: {task.text}"),
            Paragraph(f"Kết quả (dữ liệu minh họa, việc số {task.pk}): đã thực hiện."),
        ],
        recipients=["Như trên"], archive="Lưu: VT", signer=Signer(["GIÁM ĐỐC"], story["giamdoc"].full_name),
        mark="DỮ LIỆU MINH HỌA", made_at=moment,
    )  # fmt: skip
    return write_docx(paper)


def tasks_of(programme: Programme) -> list[Task]:
    from giapranh.programme.models import Task

    return list(Task.objects.filter(programme=programme, recurrence="").order_by("order", "pk"))


def worker(story: Story, task: Task) -> Officer | None:
    """Who works for the lead office of ``task`` in this story."""
    lead = task.parts.filter(role="lead").select_related("office").first()
    return officer_of(story, lead.office if lead else None)


def officer_of(story: Story, wanted: Office | None) -> Officer | None:
    if wanted is None:
        return None
    for username, _name, role, key, _title in CAST:
        if key == wanted.seed_key and role not in {"leader", "clerk", "auditor", "focal_officer"}:
            return story[username]
    return None


def office(seed_key: str) -> Office:
    from giapranh.people.models import Office

    return Office.objects.get(seed_key=seed_key)
