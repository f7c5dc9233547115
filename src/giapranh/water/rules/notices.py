"""Notices between neighbours: kinds, states, what one must hold; and how a drill scores.

Content follows article 125 of the Law on Environmental Protection; the points of a drill are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from giapranh.kernel.errors import N_, Conflict


class NoticeKind(StrEnum):
    WARNING = "warning"
    INFORMATION = "information"
    SEARCH = "search"
    END = "end"


NOTICE_WORDS: Mapping[NoticeKind, str] = {
    NoticeKind.WARNING: N_("cảnh báo"),
    NoticeKind.INFORMATION: N_("thông tin"),
    NoticeKind.SEARCH: N_("đề nghị truy tìm nguồn"),
    NoticeKind.END: N_("kết thúc"),
}


class NoticeState(StrEnum):
    PREPARED = "prepared"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


NOTICE_STATE_WORDS: Mapping[NoticeState, str] = {
    NoticeState.PREPARED: N_("đã lập công văn, chưa gửi"),
    NoticeState.SENT: N_("đã gửi, chờ xác nhận"),
    NoticeState.ACKNOWLEDGED: N_("bên nhận đã xác nhận"),
    NoticeState.ANSWERED: N_("bên nhận đã trả lời"),
    NoticeState.WITHDRAWN: N_("không gửi"),
}


class NoticeVerb(StrEnum):
    SEND = "send"
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"
    WITHDRAW = "withdraw"


NOTICE_VERB_WORDS: Mapping[NoticeVerb, str] = {
    NoticeVerb.SEND: N_("ghi đã gửi"),
    NoticeVerb.ACKNOWLEDGE: N_("ghi xác nhận"),
    NoticeVerb.ANSWER: N_("ghi trả lời"),
    NoticeVerb.WITHDRAW: N_("bỏ thông báo"),
}
_N, _NV = NoticeState, NoticeVerb
NOTICE_NEXT: Mapping[NoticeState, Mapping[NoticeVerb, NoticeState]] = {
    _N.PREPARED: {_NV.SEND: _N.SENT, _NV.WITHDRAW: _N.WITHDRAWN},
    _N.SENT: {_NV.ACKNOWLEDGE: _N.ACKNOWLEDGED, _NV.ANSWER: _N.ANSWERED},
    _N.ACKNOWLEDGED: {_NV.ANSWER: _N.ANSWERED},
    _N.ANSWERED: {},
    _N.WITHDRAWN: {},
}


class WrongNoticeState(Conflict):
    code = "wrong_notice_state"


def move_notice(state: NoticeState, verb: NoticeVerb) -> NoticeState:
    after = NOTICE_NEXT[state].get(verb)
    if after is None:
        raise WrongNoticeState(
            N_("Không thể %(verb)s: thông báo đang ở trạng thái “%(state)s”. Tải lại trang để xem tình trạng mới nhất."),
            verb=NOTICE_VERB_WORDS[verb], state=NOTICE_STATE_WORDS[state],
        )  # fmt: skip
    return after


# What the neighbour needs to act on; ``True`` where a warning without it is not complete.
CONTENT: tuple[tuple[str, str, bool], ...] = (
    ("number", N_("Mã sự cố"), True),
    ("level", N_("Mức, phạm vi"), True),
    ("finder", N_("Người phát hiện"), True),
    ("seen_at", N_("Thời điểm phát hiện"), True),
    ("place", N_("Vị trí (sông, km, bờ, xã, tọa độ)"), True),
    ("signs", N_("Dấu hiệu"), True),
    ("readings", N_("Số liệu quan trắc kèm cờ chất lượng"), True),
    ("flow", N_("Mực nước, lưu lượng"), False),
    ("downstream", N_("Công trình lấy nước, xã ở hạ lưu và khoảng thời gian nước tới"), True),
    ("steps", N_("Biện pháp đã làm"), True),
    ("samples", N_("Mẫu (mã, niêm phong, phòng thí nghiệm)"), False),
    ("documents", N_("Tài liệu kèm theo"), False),
    ("next_report_at", N_("Thời điểm báo tiếp theo"), True),
)


def missing_content(content: Mapping[str, object]) -> list[str]:
    """The required parts that are empty, by key."""
    return [key for key, _words, required in CONTENT if required and not content.get(key)]


def filled_share(content: Mapping[str, object]) -> float:
    return sum(bool(content.get(key)) for key, _words, _required in CONTENT) / len(CONTENT)


# --- drills ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DrillTimes:
    """What a drill was measured on. ``None`` where it did not happen."""

    sent_at: datetime | None
    acknowledged_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ScoreLine:
    key: str
    words: str
    points: int
    out_of: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    lines: tuple[ScoreLine, ...]

    @property
    def points(self) -> int:
        return sum(line.points for line in self.lines)

    @property
    def out_of(self) -> int:
        return sum(line.out_of for line in self.lines)


def score_drill(
    times: DrillTimes, content: Mapping[str, object], *, acknowledge_in: timedelta, answer_in: timedelta
) -> Score:
    """40 points for the acknowledgement, 30 for the answer, 30 for a notice that held what the neighbour needs.

    In time gives all points; up to twice the time half; later or never none.
    """
    known = sum(bool(content.get(key)) for key, _words, required in CONTENT if required)
    wanted = sum(required for _key, _words, required in CONTENT)
    return Score((
        _timed("acknowledge", N_("Thời gian xác nhận"), 40, times.sent_at, times.acknowledged_at, acknowledge_in),
        _timed("answer", N_("Thời gian trả lời"), 30, times.sent_at, times.answered_at, answer_in),
        ScoreLine("content", N_("Nội dung đầy đủ"), round(30 * known / wanted), 30, f"{known}/{wanted}"),
    ))  # fmt: skip


def _timed(
    key: str, words: str, out_of: int, start: datetime | None, end: datetime | None, limit: timedelta
) -> ScoreLine:
    if start is None or end is None or end < start:
        return ScoreLine(key, words, 0, out_of, "–")
    took = end - start
    points = out_of if took <= limit else out_of // 2 if took <= 2 * limit else 0
    minutes = int(took.total_seconds() // 60)
    return ScoreLine(key, words, points, out_of, f"{minutes // 60} giờ {minutes % 60:02d} phút")
