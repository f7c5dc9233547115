"""A joint task: each house owns its half, and where both stand follows from the halves alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.programme import shares
from giapranh.programme.rules.joint import JointState, joint
from giapranh.programme.rules.states import TaskState

HALVES = st.fixed_dictionaries(
    {"state": st.sampled_from(sorted(TaskState)), "due_on": st.sampled_from(["", "2026-10-01", "2026-12-15"])}
)


@given(HALVES, HALVES)
def test_both_houses_see_the_same(ours, theirs):
    mirrored = {JointState.OURS_LEFT: JointState.THEIRS_LEFT, JointState.THEIRS_LEFT: JointState.OURS_LEFT}
    here, there = joint(ours, theirs), joint(theirs, ours)
    assert mirrored.get(here.state, here.state) == there.state
    assert here.due_on == there.due_on


@given(HALVES)
def test_a_half_alone_is_never_done(ours):
    assert joint(ours, None).state == JointState.ALONE


@pytest.mark.parametrize(
    ("ours", "theirs", "state"),
    [
        ("completed", "completed", JointState.DONE),
        ("completed", "doing", JointState.THEIRS_LEFT),
        ("doing", "completed", JointState.OURS_LEFT),
        ("doing", "doing", JointState.UNDER_WAY),
        ("cancelled", "completed", JointState.STOPPED),
    ],
)
def test_where_a_joint_task_stands(ours, theirs, state):
    assert joint({"state": ours}, {"state": theirs}).state == state


def test_a_task_of_an_unknown_state_is_refused():
    with pytest.raises(shares.EffectRefused):
        shares.check({"text": "Phối hợp", "state": "finished-ish"})
    shares.check({"text": "Phối hợp", "state": "doing", "a_field_of_2031": 1})
