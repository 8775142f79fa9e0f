"""Do the rules of retention take one step at a time, in order, and keep what is in doubt?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import UsageError
from liaison.officers.retention import Kept, Rule, Step, check_rule, find_rule, furthest_step, next_step

RULE = Rule("", "", 10, 20, 30)


@given(st.integers(0, 100), st.booleans(), st.booleans())
def test_only_what_is_archived_is_destroyed_and_only_what_is_closed_is_archived(
    days: int, closed: bool, archived: bool
) -> None:
    step = next_step(RULE, Kept(timedelta(days=days), closed, archived))
    if step is Step.DESTROY:
        assert closed
        assert archived
        assert days >= 30
    if step is Step.ARCHIVE:
        assert closed
        assert not archived
        assert days >= 20
    if step is Step.CLOSE:
        assert not closed
        assert days >= 10


def test_a_look_ahead_names_the_step_a_case_will_have_come_to() -> None:
    for days, step in ((9, None), (10, Step.CLOSE), (20, Step.ARCHIVE), (30, Step.DESTROY), (99, Step.DESTROY)):
        assert furthest_step(RULE, Kept(timedelta(days=days), closed=False, archived=False)) is step


def test_without_a_rule_nothing_happens_however_long() -> None:
    assert next_step(None, Kept(timedelta(days=9999), closed=True, archived=True)) is None
    assert next_step(find_rule([], form="reply", markings=()), Kept(timedelta(days=9999), True, True)) is None


def test_of_several_markings_the_one_that_keeps_longest_counts() -> None:
    short, long, never = Rule("", "", 1, 2, 3), Rule("", "SECRET", 1, 2, 300), Rule("", "COSMIC", 1, 2, None)
    rules = [short, long, never]
    assert find_rule(rules, form="reply", markings={""}) is short
    assert find_rule(rules, form="reply", markings={"", "SECRET"}) is long
    assert find_rule(rules, form="reply", markings={"SECRET", "COSMIC"}) is never
    form = Rule("reply", "", 1, 2, 30)
    assert find_rule([*rules, form], form="reply", markings=()) is form
    assert find_rule([long], form="reply", markings={"", "SECRET"}) is None


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((30, 20, 10), "retention-days"),
        ((0, 1, 2), "retention-days"),
        ((1, 2, 99_999), "retention-days"),
        ((1, None, 9), "retention-archive-first"),
    ],
)
def test_a_rule_out_of_order_is_refused(days: tuple[int | None, int | None, int | None], code: str) -> None:
    with pytest.raises(UsageError, match=code):
        check_rule(Rule("", "", *days))
