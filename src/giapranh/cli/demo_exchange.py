"""The neighbours of the demonstration: two nodes meet, agree, and exchange a notice, a task and one thing too much.

The acts at the top are done by either house in its own process; the chapters are told from Lạng Sơn. What crosses
between the processes while the demonstration is built are sealed bundles, as on a stick; later it is the line.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from giapranh.cli.demo_houses import BAC_NINH, LANG_SON, House, Neighbour
from giapranh.kernel.clock import now
from giapranh.kernel.errors import N_

if TYPE_CHECKING:
    from giapranh.cli.demo_story import Story

MARK = " (minh họa)"
BO_HA = "0199aa00-0000-7000-8000-000000000001"  # the station of Bắc Ninh that both houses know
SOURCE = "Quy chế phối hợp giữa hai Sở (minh họa)"
# kind, purpose, fields that stay at home, whether the other side may propose changes
CLAUSES: tuple[tuple[str, str, tuple[str, ...], bool], ...] = (
    ("water-notice", "Báo nhau ngay khi có sự cố nguồn nước", (), False),
    ("water-incident", "Theo dõi sự cố đến khi kết thúc", ("cause",), False),
    ("water-alert", "Cùng thấy cảnh báo trên sông chung", (), False),
    ("water-station", "Biết trạm của nhau trên sông chung", ("lon", "lat"), False),
    ("water-latest", "Số liệu mới nhất cho hạ lưu", (), False),
    ("water-daily", "Số liệu ngày để so sánh hai bên", (), False),
    ("task", "Việc phối hợp: mỗi bên một phần", (), True),
    ("contact-list", "Biết gọi ai ở bên kia", (), False),
)


# --- what either house does ------------------------------------------------------------------------------------------


def make_keys() -> dict[str, Any]:
    from giapranh.exchange.services import meeting

    made = meeting.make_keys(by=None, at=now())
    card = meeting.card() or b""
    return {"words": " ".join(made.words), "card": base64.b64encode(card).decode("ascii")}


def meet(card: str, words: str, address: str) -> str:
    """Two people have read twelve words to each other over the telephone."""
    from giapranh.exchange.services import meeting

    met = meeting.read_card(base64.b64decode(card))
    return meeting.meet(card=met, typed=words, address=address, by=None, at=now())


def propose() -> int:
    from giapranh.exchange import kinds
    from giapranh.exchange.ledger.agreement import Clause
    from giapranh.exchange.services import agreements

    clauses = []
    for kind, purpose, left_out, proposals in CLAUSES:
        known = kinds.get(kind)
        assert known is not None
        fields = tuple(name for name in known.fields if name not in left_out)
        for giver, taker in ((LANG_SON, BAC_NINH), (BAC_NINH, LANG_SON)):
            clauses.append(
                Clause(
                    f"{giver}-{kind}", giver, taker, kind, fields, purpose=purpose, source=SOURCE, proposals=proposals,
                    original=kind == "water-notice",
                )
            )  # fmt: skip
    agreements.save_draft(BAC_NINH, clauses, "Thỏa thuận dựng để trình diễn", by=None, at=now())
    return agreements.propose(BAC_NINH, by=None, at=now())


def countersign(peer: str, version: int) -> None:
    from giapranh.exchange.services import agreements

    agreements.countersign(peer, version, by=None, at=now())


def write_bundle(peer: str, path: str) -> None:
    from giapranh.exchange.services import bundles

    with Path(path).open("wb") as out:
        bundles.make(peer, out, by=None, at=now())


def read_bundle(path: str) -> dict[str, int]:
    from giapranh.exchange.services import bundles

    with Path(path).open("rb") as source:
        return dict(bundles.apply(source, by=None, at=now()).states)


def set_address(peer: str, address: str) -> None:
    """The port is chosen anew with each run."""
    from giapranh.exchange.services import lines, meeting

    line = lines.of(peer)
    if line is not None and line.address != address:
        meeting.set_line(peer, address=address, certificate=line.certificate, enabled=True, by=None, at=now())


# --- the chapters, told from Lạng Sơn --------------------------------------------------------------------------------


@dataclass
class Meeting:
    """The two houses while the story is told."""

    here: House
    there: House
    neighbour: Neighbour

    def carry(self) -> None:
        """There and back: entries out, their receipts and entries home, our receipts out."""
        self._out()
        self._home()
        self._out()

    def _out(self) -> None:
        with self._file() as path:
            write_bundle(BAC_NINH, path)
            self.neighbour.do("read_bundle", path=path)

    def _home(self) -> None:
        with self._file() as path:
            self.neighbour.do("write_bundle", peer=LANG_SON, path=path)
            read_bundle(path)

    @contextmanager
    def _file(self) -> Iterator[str]:
        path = self.here.folder / "chuyen.giapranh"
        try:
            yield str(path)
        finally:
            path.unlink(missing_ok=True)


def chapters(meeting: Meeting) -> Iterator[tuple[str, Callable[[Story], None]]]:
    yield N_("Gặp nút Bắc Ninh: đọc cho nhau 12 từ, cùng ký thỏa thuận"), lambda story: agree(meeting)
    yield N_("Thông báo sự cố sang Bắc Ninh: gửi, xác nhận, trả lời"), lambda story: notice(story, meeting)
    yield N_("Một việc chung, mỗi bên một phần"), lambda story: joint_task(story, meeting)
    yield N_("Một bản ghi gửi quá thỏa thuận bị từ chối"), lambda story: too_much(meeting)


def agree(meeting: Meeting) -> None:
    ours, theirs = make_keys(), meeting.neighbour.do("make_keys")
    meet(theirs["card"], theirs["words"], meeting.there.address)
    meeting.neighbour.do("meet", card=ours["card"], words=ours["words"], address=meeting.here.address)
    version = propose()
    meeting.carry()
    meeting.neighbour.do("countersign", peer=LANG_SON, version=version)
    meeting.carry()


def notice(story: Story, meeting: Meeting) -> None:
    """Seen in the morning, confirmed, sent; the officer over there signs, looks and answers."""
    from giapranh.documents import services as documents
    from giapranh.water.models import Watercourse
    from giapranh.water.rules.incidents import Extent
    from giapranh.water.rules.notices import NoticeKind
    from giapranh.water.services import incidents, notices
    from giapranh.water.services.incidents import Facts

    head, focal = story["truongphong"], story["daumoi"]
    facts = Facts(
        name="Cá chết rải rác gần Kép, nước có váng" + MARK, finder="Lý Văn Phúc, xã Tân Thành",
        seen_at=now() - timedelta(minutes=50), watercourse=Watercourse.objects.get(key="thuong"), km=91.5, bank="left",
        lon=106.325, lat=21.442, commune="xã Kép", signs=("dead_fish", "oil"),
        description="Khoảng 20 con cá nhỏ chết, váng màu nâu dọc bờ trái; trạm giáp ranh chưa vượt giới hạn.",
        effect="Công trình lấy nước Kè Sơn ở hạ lưu.", steps="Cử người đi dọc sông, lấy mẫu tại km 91,5.",
        samples_words="Mẫu MH-1123, niêm phong tại chỗ.",
    )  # fmt: skip
    incident = incidents.report_incident(facts=facts, by=head, at=now(), illustrative=True)
    incidents.confirm(incident_id=incident.pk, extent=Extent.NATIONAL, provinces=["20", "24"], by=head, at=now())
    [made] = notices.prepare(
        incident_id=incident.pk, kind=NoticeKind.WARNING, provinces=["24"], even_incomplete=True, by=focal, at=now(),
        words="Đề nghị Bắc Ninh kiểm tra đoạn Kép – Bố Hạ và báo lại.",
    )  # fmt: skip
    if made.paper is not None:
        documents.number_outgoing(paper_id=made.paper.pk, by=story["vanthu"], at=now())
    notices.send(
        notice_id=made.pk, words="Gửi qua kênh trao đổi giữa hai nút.", sent_at=now(), by=focal, at=now()
    )  # fmt: skip
    meeting.carry()
    meeting.neighbour.do("acknowledge_notice", uid=str(made.uid))
    meeting.carry()
    meeting.neighbour.do("answer_notice", uid=str(made.uid))
    meeting.carry()


def joint_task(story: Story, meeting: Meeting) -> None:
    """A duty of the dispatch that names an office of the other province."""
    from giapranh.programme.models import Task

    shared = Task.objects.filter(recurrence="").exclude(counterparts=None).order_by("pk").distinct()
    open_ones = [task for task in shared if task.state not in {"completed", "cancelled"}]
    task = (open_ones or list(shared))[0]
    meeting.neighbour.do("take_half", uid=str(task.uid))
    meeting.carry()


def too_much(meeting: Meeting) -> None:
    """The clause on stations leaves the coordinates at home; a node set up wrongly sends them all the same."""
    from giapranh.exchange.house import engine, now_ms, store
    from giapranh.exchange.ledger import inbox
    from giapranh.exchange.ledger.frames import Frame

    sent = meeting.neighbour.do("send_too_much", uid=BO_HA)
    frame = Frame("E", base64.b64decode(sent["entry"]), base64.b64decode(sent["body"]))
    inbox.receive(engine(), store(), [frame], now_ms())
    meeting.carry()


# --- what is said at the end -----------------------------------------------------------------------------------------


def summary() -> list[str]:
    """Counted from the ledgers of Lạng Sơn; empty when the houses have not met."""
    from giapranh.cli.language import _
    from giapranh.exchange.models import Agreement, Head, Peer

    peer = Peer.objects.filter(node=BAC_NINH).first()
    if peer is None:
        return []
    written, heard = (
        sum(Head.objects.filter(peer=BAC_NINH, direction=way).values_list("seq", flat=True)) for way in ("out", "in")
    )
    version = Agreement.objects.filter(peer=BAC_NINH, state="in-force").values_list("version", flat=True).last() or 0
    return [
        _("Trao đổi với %(peer)s: thỏa thuận số %(version)d; đã ký gửi %(out)d mục, nhận %(into)d mục")
        % {"peer": peer.name, "version": version, "out": written, "into": heard},
        *_notice_line(),
        *_task_line(),
        *_refused_line(),
    ]


def _notice_line() -> list[str]:
    from giapranh.cli.language import _
    from giapranh.kernel.clock import VIETNAM
    from giapranh.water.models import Notice

    notice = Notice.objects.filter(incoming=False, acknowledged_words__contains="(").order_by("-sent_at", "-pk").first()
    if notice is None or notice.sent_at is None or notice.answered_at is None or notice.acknowledged_at is None:
        return []
    return [
        _("  Thông báo %(notice)s: gửi %(sent)s, đã nhận %(heard)s bởi %(who)s, trả lời %(answered)s")
        % {
            "notice": str(notice), "who": notice.acknowledged_words.partition(" (")[0],
            "sent": f"{notice.sent_at.astimezone(VIETNAM):%H:%M}",
            "heard": f"{notice.acknowledged_at.astimezone(VIETNAM):%H:%M}",
            "answered": f"{notice.answered_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}",
        }
    ]  # fmt: skip


def _task_line() -> list[str]:
    from giapranh.cli.language import _
    from giapranh.programme.models import Task
    from giapranh.programme.queries import joint

    for task in Task.objects.exclude(counterparts=None).distinct():
        for half in joint.card_of(task).halves:
            words = {
                "n": task.n, "ours": str(task.get_state_display()), "theirs": half.state_word.lower(), "pk": task.pk,
            }  # fmt: skip
            return [_("  Việc chung mục %(n)s (/viec/%(pk)d/): bên mình %(ours)s, bên kia %(theirs)s") % words]
    return []


def _refused_line() -> list[str]:
    from giapranh.cli.language import _
    from giapranh.exchange import words
    from giapranh.exchange.models import Place

    refused = Place.objects.filter(stream__startswith=f"{BAC_NINH}.", state="quarantined")
    return [
        _("  Cách ly %(n)d mục gửi quá thỏa thuận: %(why)s") % {"n": refused.count(), "why": words.reason(row.reason)}
        for row in refused.order_by("stream", "seq")[:1]
    ]
