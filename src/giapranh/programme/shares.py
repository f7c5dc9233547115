"""What of a task a neighbour may be told, when an agreement names it. Only tasks that involve somebody outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from giapranh.exchange.kinds import Shareable
from giapranh.exchange.ledger.engine import EffectRefused
from giapranh.kernel.clock import local_date
from giapranh.kernel.errors import N_
from giapranh.kernel.ids import read_id
from giapranh.kernel.text import clipped
from giapranh.programme.models import Product, Task, TaskPart
from giapranh.programme.rules.states import PART_WORDS, TASK_WORDS, TaskState

KIND = "task"
FIELDS = {
    "number": N_("Số mục"),
    "text": N_("Nội dung việc"),
    "programme": N_("Chương trình"),
    "paper": N_("Văn bản giao việc"),
    "state": N_("Trạng thái"),
    "due_on": N_("Hạn"),
    "lead": N_("Đơn vị chủ trì"),
    "parts": N_("Đơn vị phối hợp và phần của từng đơn vị"),
    "counterparts": N_("Đơn vị phía bạn"),
    "progress": N_("Tiến độ"),
    "products": N_("Sản phẩm"),
    "completed_on": N_("Ngày hoàn thành"),
    "joint_with": N_("Phần việc phía bạn"),
    "provinces": N_("Tỉnh của đơn vị phía bạn"),
    "illustrative": N_("Dữ liệu minh họa"),
}


def record(uid: str) -> dict[str, Any] | None:
    """What the task says now; None for a task that concerns this house alone."""
    task = Task.objects.select_related("programme__paper").filter(uid=read_id(uid)).first()
    if task is None or not task.counterparts.exists():
        return None
    parts = list(task.parts.select_related("office").order_by("-role", "pk"))
    paper = task.programme.paper
    return {
        "number": task.n,
        "text": task.text,
        "programme": task.programme.name,
        "paper": paper.full_number if paper else "",
        "state": task.state,
        "due_on": task.due_on.isoformat() if task.due_on else "",
        "lead": next((_name(part) for part in parts if part.role == "lead"), ""),
        "parts": [_part(part) for part in parts if part.role != "lead"],
        "counterparts": [each.name for each in task.counterparts.order_by("pk")],
        "progress": task.progress,
        "products": [_product(each) for each in task.products.select_related("paper").order_by("pk")],
        "completed_on": local_date(task.completed_at).isoformat() if task.completed_at else "",
        "joint_with": task.joint_with,
        "provinces": provinces_of(task),
        "illustrative": task.illustrative,
    }


def provinces_of(task: Task) -> list[str]:
    """Whose offices a task names, so that a clause with an area leaves out what concerns a third province."""
    found = set()
    for each in task.counterparts.select_related("office__unit__parent"):
        unit = each.office.unit if each.office else None
        while unit is not None and unit.parent is not None:
            unit = unit.parent
        if unit is not None and unit.code:
            found.add(unit.code)
    return sorted(found)


def every() -> Iterable[str]:
    """All joint tasks: what an agreement that begins today offers first."""
    rows = Task.objects.exclude(counterparts=None).order_by("pk").distinct()
    return (str(uid) for uid in rows.values_list("uid", flat=True))


def check(data: dict[str, Any]) -> None:
    """What a neighbour sends must be readable as a task; more than we know is kept."""
    if not isinstance(data.get("text", ""), str) or not isinstance(data.get("parts", []), list):
        raise EffectRefused(N_("Việc nhận được sai cấu trúc."))
    if data.get("state", TaskState.GIVEN) not in set(TaskState):
        raise EffectRefused(N_("Việc nhận được có trạng thái lạ “%(state)s”."), state=str(data["state"])[:40])


def label(data: dict[str, Any]) -> str:
    words = ". ".join(str(data[key]) for key in ("number", "text") if data.get(key))
    return clipped(words, 120)


def own_url(uid: str) -> str:
    task = Task.objects.filter(uid=read_id(uid)).first()
    return f"/viec/{task.pk}/" if task else ""


def _part(part: TaskPart) -> dict[str, Any]:
    return {"office": _name(part), "state": part.state, "due_on": part.due_on.isoformat() if part.due_on else ""}


def _name(part: TaskPart) -> str:
    return part.office.name if part.office else part.as_written


def _product(product: Product) -> str:
    return (product.paper.full_number if product.paper else "") or product.number or product.note


TASKS = Shareable(
    name=KIND, title=N_("Việc phối hợp và phần của mỗi bên"), fields=FIELDS, record=record, label=label, check=check,
    own_url=own_url, every=every, areas=lambda data: frozenset(data.get("provinces") or ()), day=lambda data: str(data.get("due_on", "")), proposals=frozenset({"due_on", "progress"}),
    values={"state": TASK_WORDS, "parts.state": PART_WORDS},
)  # fmt: skip
