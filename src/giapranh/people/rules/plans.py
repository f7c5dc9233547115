"""A succession as asked for, and whether it makes sense before anybody looks into the database."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from giapranh.kernel.errors import N_, BadInput

KINDS = ("merge", "split", "rename", "dissolve", "move_duty")


class BadPlan(BadInput):
    code = "bad_plan"


@dataclass(frozen=True, slots=True)
class NewOffice:
    """An office the succession creates; what is left empty comes from its first predecessor."""

    name: str
    kind: str = ""
    short_name: str = ""
    abbreviation: str = ""
    symbol: str = ""
    parent_id: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """``successors`` exist already; ``new_offices`` come into being on the day.

    ``heir`` says who takes the open work when several follow: a position among successors, then new offices.
    """

    kind: str
    on: date
    predecessors: tuple[int, ...]
    successors: tuple[int, ...] = ()
    new_offices: tuple[NewOffice, ...] = ()
    duty: str = ""
    heir: int = 0
    legal_basis: str = ""
    note: str = ""

    @property
    def followers(self) -> int:
        return len(self.successors) + len(self.new_offices)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "on": self.on.isoformat()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        values = dict(data)
        values["on"] = date.fromisoformat(values["on"])
        for name in ("predecessors", "successors"):
            values[name] = tuple(int(value) for value in values.get(name, ()))
        values["new_offices"] = tuple(NewOffice(**item) for item in values.get("new_offices", ()))
        return cls(**values)


def check(plan: Plan) -> None:
    """Refuse what cannot be meant."""
    if plan.kind not in KINDS:
        raise BadPlan(N_("Hãy chọn loại thay đổi."))
    if not plan.predecessors:
        raise BadPlan(N_("Hãy chọn đơn vị thay đổi."))
    if len(set(plan.predecessors)) != len(plan.predecessors):
        raise BadPlan(N_("Một đơn vị được chọn hai lần."))
    if any(not office.name.strip() for office in plan.new_offices):
        raise BadPlan(N_("Đơn vị mới cần có tên."))
    _CHECKS[plan.kind](plan)
    if plan.followers and not 0 <= plan.heir < plan.followers:
        raise BadPlan(N_("Hãy chọn đơn vị nhận việc đang mở."))


def _check_merge(plan: Plan) -> None:
    if plan.followers != 1:
        raise BadPlan(N_("Sáp nhập cần đúng một đơn vị nhận (đã có hoặc mới)."))
    if len(set(plan.predecessors) | set(plan.successors)) + len(plan.new_offices) < 2:
        raise BadPlan(N_("Sáp nhập cần ít nhất hai đơn vị khác nhau."))


def _check_split(plan: Plan) -> None:
    if len(plan.predecessors) != 1 or plan.followers < 2:
        raise BadPlan(N_("Chia, tách cần một đơn vị cũ và ít nhất hai đơn vị sau đó."))


def _check_rename(plan: Plan) -> None:
    if len(plan.predecessors) != 1 or plan.successors or len(plan.new_offices) != 1:
        raise BadPlan(N_("Đổi tên cần một đơn vị và đúng một tên mới."))


def _check_dissolve(plan: Plan) -> None:
    if plan.followers > 1:
        raise BadPlan(N_("Giải thể: chọn nhiều nhất một đơn vị nhận việc còn lại."))
    if set(plan.predecessors) & set(plan.successors):
        raise BadPlan(N_("Đơn vị giải thể không thể tự nhận việc của mình."))


def _check_move_duty(plan: Plan) -> None:
    if len(plan.predecessors) != 1 or plan.followers != 1:
        raise BadPlan(N_("Chuyển nhiệm vụ cần một đơn vị giao và một đơn vị nhận."))
    if set(plan.predecessors) & set(plan.successors):
        raise BadPlan(N_("Đơn vị giao và đơn vị nhận phải khác nhau."))
    if not plan.duty:
        raise BadPlan(N_("Hãy chọn nhiệm vụ được chuyển."))


_CHECKS = {
    "merge": _check_merge,
    "split": _check_split,
    "rename": _check_rename,
    "dissolve": _check_dissolve,
    "move_duty": _check_move_duty,
}
assert tuple(_CHECKS) == KINDS
