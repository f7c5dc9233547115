"""A joint task is two halves, each owned by its own house, and a pure function over both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from giapranh.programme.rules.states import TaskState

DONE = {TaskState.COMPLETED}
STOPPED = {TaskState.CANCELLED}


class JointState(StrEnum):
    ALONE = "alone"  # the neighbour has told nothing of its half
    UNDER_WAY = "under_way"
    OURS_LEFT = "ours_left"  # the neighbour is done, we are not
    THEIRS_LEFT = "theirs_left"
    DONE = "done"
    STOPPED = "stopped"  # one side gave it up


@dataclass(frozen=True, slots=True)
class Joint:
    state: JointState
    due_on: str  # the later of both days, ISO; "" when neither has one


def joint(ours: dict[str, Any], theirs: dict[str, Any] | None) -> Joint:
    """How a joint task stands. ``ours`` and ``theirs`` are the halves as the exchange tells them."""
    if theirs is None:
        return Joint(JointState.ALONE, str(ours.get("due_on", "")))
    due_on = max(str(ours.get("due_on", "")), str(theirs.get("due_on", "")))
    states = {ours.get("state"), theirs.get("state")}
    if states & STOPPED:
        return Joint(JointState.STOPPED, due_on)
    done = (ours.get("state") in DONE, theirs.get("state") in DONE)
    state = {
        (True, True): JointState.DONE,
        (True, False): JointState.THEIRS_LEFT,
        (False, True): JointState.OURS_LEFT,
    }.get(done, JointState.UNDER_WAY)
    return Joint(state, due_on)
