"""States of a task and of a part as tables of transitions. ``docs/states.md`` is printed from these tables.

Two rules stand beside the tables: a task is handed in and confirmed only with a product, and the person who handed it
in is not the one who confirms it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from giapranh.kernel.errors import N_, Conflict


class TaskState(StrEnum):
    GIVEN = "given"
    NOT_STARTED = "not_started"
    DOING = "doing"
    AWAITING = "awaiting"
    RETURNED = "returned"
    PAUSED = "paused"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskVerb(StrEnum):
    RECEIVE = "receive"
    START = "start"
    ASK_CONFIRMATION = "ask_confirmation"
    CONFIRM = "confirm"
    RETURN = "return"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class PartState(StrEnum):
    GIVEN = "given"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


class PartVerb(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN = "return"
    CANCEL = "cancel"


TASK_WORDS: Mapping[TaskState, str] = {
    TaskState.GIVEN: N_("mới giao"),
    TaskState.NOT_STARTED: N_("chưa thực hiện"),
    TaskState.DOING: N_("đang thực hiện"),
    TaskState.AWAITING: N_("chờ xác nhận"),
    TaskState.RETURNED: N_("trả lại"),
    TaskState.PAUSED: N_("tạm dừng"),
    TaskState.COMPLETED: N_("hoàn thành"),
    TaskState.CANCELLED: N_("hủy"),
}
PART_WORDS: Mapping[PartState, str] = {
    PartState.GIVEN: N_("chưa báo cáo"),
    PartState.SUBMITTED: N_("đã nộp, chờ đơn vị chủ trì"),
    PartState.RETURNED: N_("trả lại"),
    PartState.ACCEPTED: N_("đã chấp nhận"),
    PartState.CANCELLED: N_("hủy"),
}
VERB_WORDS: Mapping[StrEnum, str] = {
    TaskVerb.RECEIVE: N_("nhận việc"),
    TaskVerb.START: N_("bắt đầu"),
    TaskVerb.ASK_CONFIRMATION: N_("đề nghị xác nhận"),
    TaskVerb.CONFIRM: N_("xác nhận hoàn thành"),
    TaskVerb.RETURN: N_("trả lại"),
    TaskVerb.PAUSE: N_("tạm dừng"),
    TaskVerb.RESUME: N_("tiếp tục"),
    TaskVerb.CANCEL: N_("hủy"),
    PartVerb.SUBMIT: N_("nộp phần phối hợp"),
    PartVerb.ACCEPT: N_("chấp nhận"),
    PartVerb.RETURN: N_("trả lại"),
    PartVerb.CANCEL: N_("hủy"),
}

_STOP = {TaskVerb.PAUSE: TaskState.PAUSED, TaskVerb.CANCEL: TaskState.CANCELLED}

NEXT: Mapping[TaskState, Mapping[TaskVerb, TaskState]] = {
    TaskState.GIVEN: {TaskVerb.RECEIVE: TaskState.NOT_STARTED, TaskVerb.START: TaskState.DOING, **_STOP},
    TaskState.NOT_STARTED: {TaskVerb.START: TaskState.DOING, **_STOP},
    TaskState.DOING: {TaskVerb.ASK_CONFIRMATION: TaskState.AWAITING, **_STOP},
    TaskState.AWAITING: {
        TaskVerb.CONFIRM: TaskState.COMPLETED,
        TaskVerb.RETURN: TaskState.RETURNED,
        TaskVerb.CANCEL: TaskState.CANCELLED,
    },
    TaskState.RETURNED: {TaskVerb.START: TaskState.DOING, TaskVerb.ASK_CONFIRMATION: TaskState.AWAITING, **_STOP},
    TaskState.PAUSED: {TaskVerb.RESUME: TaskState.DOING, TaskVerb.CANCEL: TaskState.CANCELLED},
    TaskState.COMPLETED: {},
    TaskState.CANCELLED: {},
}

PART_NEXT: Mapping[PartState, Mapping[PartVerb, PartState]] = {
    PartState.GIVEN: {PartVerb.SUBMIT: PartState.SUBMITTED, PartVerb.CANCEL: PartState.CANCELLED},
    PartState.SUBMITTED: {
        PartVerb.ACCEPT: PartState.ACCEPTED,
        PartVerb.RETURN: PartState.RETURNED,
        PartVerb.CANCEL: PartState.CANCELLED,
    },
    PartState.RETURNED: {PartVerb.SUBMIT: PartState.SUBMITTED, PartVerb.CANCEL: PartState.CANCELLED},
    PartState.ACCEPTED: {},
    PartState.CANCELLED: {},
}

# The clock runs only while the lead can still act; elsewhere the time bucket is frozen.
RUNNING = frozenset({TaskState.GIVEN, TaskState.NOT_STARTED, TaskState.DOING, TaskState.RETURNED})
CLOSED = frozenset({TaskState.COMPLETED, TaskState.CANCELLED})
OPEN = frozenset(TaskState) - CLOSED
PART_OWED = frozenset({PartState.GIVEN, PartState.RETURNED})
PART_OPEN = PART_OWED | {PartState.SUBMITTED}

# Verbs that mean nothing without words saying why.
NEEDS_REASON = frozenset({TaskVerb.RETURN, TaskVerb.PAUSE, TaskVerb.CANCEL, PartVerb.RETURN})
NEEDS_PRODUCT = frozenset({TaskVerb.ASK_CONFIRMATION, TaskVerb.CONFIRM})


class WrongState(Conflict):
    code = "wrong_state"


class ProductMissing(Conflict):
    code = "product_missing"


class ReasonMissing(Conflict):
    code = "reason_missing"


S = TypeVar("S", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)


def move(state: TaskState, verb: TaskVerb, *, products: int = 0, reason: str = "") -> TaskState:
    """The state after ``verb``, or a refusal that says why not."""
    after = _after(NEXT, state, verb, TASK_WORDS[state])
    if verb in NEEDS_PRODUCT and products < 1:
        raise ProductMissing(
            N_("Việc chưa có sản phẩm. Gắn văn bản kết quả (số, ký hiệu) hoặc một bản ghi rồi mới đề nghị xác nhận.")
        )
    _check_reason(verb, reason)
    return after


def move_part(state: PartState, verb: PartVerb, *, reason: str = "") -> PartState:
    """The state of a part after ``verb``, or a refusal."""
    after = _after(PART_NEXT, state, verb, PART_WORDS[state])
    _check_reason(verb, reason)
    return after


def verbs(state: TaskState) -> list[TaskVerb]:
    """What may be done from ``state``, in the order of the table."""
    return list(NEXT[state])


def _after(table: Mapping[S, Mapping[V, S]], state: S, verb: V, word: str) -> S:
    after = table[state].get(verb)
    if after is None:
        raise WrongState(
            N_("Không thể %(verb)s: hiện ở trạng thái “%(state)s”. Tải lại trang để xem tình trạng mới nhất."),
            verb=VERB_WORDS[verb], state=word,
        )  # fmt: skip
    return after


def _check_reason(verb: StrEnum, reason: str) -> None:
    if verb in NEEDS_REASON and not reason.strip():
        raise ReasonMissing(N_("Hãy ghi lý do khi %(verb)s."), verb=VERB_WORDS[verb])


def diagram(table: Mapping[S, Mapping[V, S]]) -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    first = next(iter(table))
    lines.append(f"    [*] --> {first}")
    for state, moves in table.items():
        lines += [f"    {state} --> {after}: {verb}" for verb, after in moves.items()]
        if not moves:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)
