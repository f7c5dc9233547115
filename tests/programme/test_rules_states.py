from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giapranh.kernel.errors import Refused
from giapranh.programme.rules.states import (
    CLOSED,
    NEEDS_REASON,
    NEXT,
    PART_NEXT,
    PART_WORDS,
    RUNNING,
    TASK_WORDS,
    VERB_WORDS,
    PartState,
    PartVerb,
    ProductMissing,
    ReasonMissing,
    TaskState,
    TaskVerb,
    WrongState,
    diagram,
    move,
    move_part,
    verbs,
)


def test_every_state_is_in_the_table_and_has_a_word():
    assert set(NEXT) == set(TASK_WORDS) == set(TaskState)
    assert set(PART_NEXT) == set(PART_WORDS) == set(PartState)
    assert set(VERB_WORDS) == {*TaskVerb, *PartVerb}


def test_every_state_can_be_reached_and_only_closed_states_end():
    reached = {TaskState.GIVEN} | {after for moves in NEXT.values() for after in moves.values()}
    assert reached == set(TaskState)
    assert {state for state, moves in NEXT.items() if not moves} == CLOSED
    assert RUNNING.isdisjoint(CLOSED)


def test_completion_without_a_product_is_refused_at_both_steps():
    with pytest.raises(ProductMissing, match="chưa có sản phẩm"):
        move(TaskState.DOING, TaskVerb.ASK_CONFIRMATION, products=0)
    with pytest.raises(ProductMissing):
        move(TaskState.AWAITING, TaskVerb.CONFIRM, products=0)
    assert move(TaskState.DOING, TaskVerb.ASK_CONFIRMATION, products=1) is TaskState.AWAITING


def test_a_cancelled_task_says_that_nothing_can_be_done():
    with pytest.raises(WrongState, match="hủy"):
        move(TaskState.CANCELLED, TaskVerb.START)


@pytest.mark.parametrize("verb", sorted(NEEDS_REASON & set(TaskVerb)))
def test_a_verb_that_needs_a_reason_is_refused_without_one(verb):
    state = next(state for state, moves in NEXT.items() if verb in moves)
    with pytest.raises(ReasonMissing):
        move(state, verb, products=1, reason="   ")
    assert move(state, verb, products=1, reason="vì") is NEXT[state][verb]


def test_a_part_goes_to_the_lead_and_comes_back_with_a_reason():
    state = move_part(PartState.GIVEN, PartVerb.SUBMIT)
    assert state is PartState.SUBMITTED
    with pytest.raises(ReasonMissing):
        move_part(state, PartVerb.RETURN)
    assert move_part(state, PartVerb.RETURN, reason="thiếu số liệu") is PartState.RETURNED
    assert move_part(PartState.SUBMITTED, PartVerb.ACCEPT) is PartState.ACCEPTED


@given(st.lists(st.tuples(st.sampled_from(list(TaskVerb)), st.integers(0, 1), st.booleans()), max_size=40))
def test_no_sequence_of_steps_reaches_completed_without_a_product(steps):
    state, products = TaskState.GIVEN, 0
    for verb, added, with_reason in steps:
        products += added
        try:
            state = move(state, verb, products=products, reason="lý do" if with_reason else "")
        except Refused:
            continue
        if state in {TaskState.AWAITING, TaskState.COMPLETED}:
            assert products > 0


@given(st.sampled_from(list(TaskState)), st.sampled_from(list(TaskVerb)))
def test_only_steps_of_the_table_are_possible(state, verb):
    if verb in verbs(state):
        assert move(state, verb, products=1, reason="x") in TaskState
    else:
        with pytest.raises(WrongState):
            move(state, verb, products=1, reason="x")


def test_completed_is_reached_only_from_awaiting():
    assert [(state, verb) for state, moves in NEXT.items() for verb, to in moves.items() if to == "completed"] == [
        (TaskState.AWAITING, TaskVerb.CONFIRM)
    ]


def test_the_diagram_names_every_transition():
    drawn = diagram(NEXT)
    assert drawn.startswith("stateDiagram-v2\n    [*] --> given")
    assert drawn.count("-->") == 1 + sum(len(moves) for moves in NEXT.values()) + len(CLOSED)
