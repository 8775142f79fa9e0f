"""Is every step of a leaving message one that the table names?"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import UsageError
from liaison.messages.lifecycle import (
    COPY_STEPS,
    IN_OUTBOX,
    MESSAGE_STEPS,
    CopyEvent,
    CopyState,
    MessageEvent,
    MessageState,
    advance_copy,
    advance_message,
    one_case_each,
)
from tests import house
from tests.messages import cast


def test_clearance_is_a_step_of_every_message() -> None:
    state = advance_message(MessageState.DRAFT, MessageEvent.SUBMITTED)
    assert state is MessageState.AWAITING_CLEARANCE
    assert advance_message(state, MessageEvent.PASSED) is MessageState.CLEARED
    assert advance_message(state, MessageEvent.RETURNED) is MessageState.DRAFT


def test_nothing_leaves_without_clearance() -> None:
    for state in (MessageState.DRAFT, MessageState.AWAITING_CLEARANCE):
        with pytest.raises(UsageError, match="no-such-step"):
            advance_message(state, MessageEvent.NUMBERED)


def test_every_pair_that_the_tables_leave_out_is_refused() -> None:
    for state, event in itertools.product(CopyState, CopyEvent):
        if (state, event) not in COPY_STEPS:
            with pytest.raises(UsageError, match="no-such-step"):
                advance_copy(state, event)


@given(st.lists(st.sampled_from(CopyEvent), max_size=12))
def test_a_verdict_is_final_whatever_follows(events: list[CopyEvent]) -> None:
    state, verdicts = CopyState.QUEUED, set()
    for event in events:
        if (state, event) in COPY_STEPS:
            state = advance_copy(state, event)
            verdicts |= {event} & {CopyEvent.RECEIPT_ACCEPTED, CopyEvent.RECEIPT_REJECTED}
    assert len(verdicts) <= 1
    assert verdicts == set() or state not in IN_OUTBOX


def test_an_acknowledgement_that_overtakes_the_receipt_leaves_the_copy_in_the_outbox() -> None:
    early = advance_copy(CopyState.QUEUED, CopyEvent.ACKNOWLEDGED)
    assert early in IN_OUTBOX
    assert advance_copy(early, CopyEvent.RECEIPT_ACCEPTED) is CopyState.ACKNOWLEDGED


def test_a_batch_is_one_case_each() -> None:
    drafts = one_case_each(cast.draft(), [cast.made_id(1), cast.made_id(2)], cast.made_id(3))
    assert [(draft.to, draft.case, draft.batch) for draft in drafts] == [
        ((cast.XD,), cast.made_id(1), cast.made_id(3)),
        ((cast.XE,), cast.made_id(2), cast.made_id(3)),
    ]


def test_a_batch_needs_a_case_for_every_recipient() -> None:
    with pytest.raises(UsageError, match="cases-count"):
        one_case_each(cast.draft(), [cast.made_id(1)] * 2, cast.made_id(3))


@pytest.mark.parametrize("steps", [MESSAGE_STEPS, COPY_STEPS], ids=["message", "copy"])
def test_the_specification_prints_the_table(steps: dict) -> None:  # type: ignore[type-arg]
    page = (house.ROOT / "docs" / "spec" / "lifecycle.md").read_text(encoding="utf-8")
    assert [row for (a, b), c in steps.items() if (row := f"| {a} | {b} | {c} |") not in page] == []
