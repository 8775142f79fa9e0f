"""Does the table of a desk say who has to look at which message, and never hold up what cannot wait?"""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import UsageError
from liaison.officers.clearance import (
    Cleared,
    Demand,
    Rule,
    Silence,
    check_rule,
    check_second_person,
    cleared_at_once,
    find_rule,
    may_send_alone,
)

HOUR = timedelta(hours=1)
FORMS = ("incident-notice", "reply", "acknowledgement")
URGENCIES = ("routine", "urgent", "emergency")
RULES = st.builds(
    Rule,
    form=st.sampled_from(("", *FORMS)),
    urgency=st.sampled_from(("", *URGENCIES)),
    demand=st.sampled_from(Demand),
    within=st.just(HOUR),
    silence=st.sampled_from(Silence),
)


@given(st.lists(RULES, max_size=8), st.sampled_from(URGENCIES))
def test_no_table_holds_up_an_acknowledgement(rules: list[Rule], urgency: str) -> None:
    rule = find_rule(rules, form="acknowledgement", urgency=urgency)
    assert cleared_at_once(rule, form="acknowledgement", urgency=urgency, alone=False) is Cleared.NOT_ASKED


@given(st.lists(RULES, max_size=8), st.sampled_from(("urgent", "emergency")))
def test_no_table_holds_up_one_person_with_an_urgent_technical_notice(rules: list[Rule], urgency: str) -> None:
    rule = find_rule(rules, form="incident-notice", urgency=urgency)
    assert cleared_at_once(rule, form="incident-notice", urgency=urgency, alone=True) is not None


def test_only_urgent_technical_notices_are_sent_alone() -> None:
    rule = Rule("", "", Demand.NEEDED, HOUR)
    for form, urgency in product(FORMS[:2], URGENCIES):
        assert cleared_at_once(rule, form=form, urgency=urgency, alone=False) is None
        if may_send_alone(form, urgency):
            assert cleared_at_once(rule, form=form, urgency=urgency, alone=True) is Cleared.ALONE
            continue
        with pytest.raises(UsageError, match="clearance-not-alone"):
            cleared_at_once(rule, form=form, urgency=urgency, alone=True)


def test_the_most_particular_rule_counts() -> None:
    anything = Rule("", "", Demand.NEEDED, HOUR)
    urgent = Rule("", "urgent", Demand.INFORM)
    reply = Rule("reply", "", Demand.NOBODY)
    both = Rule("reply", "urgent", Demand.NEEDED, HOUR)
    rules = [anything, urgent, reply, both]
    assert find_rule(rules, form="close", urgency="routine") is anything
    assert find_rule(rules, form="close", urgency="urgent") is urgent
    assert find_rule(rules, form="reply", urgency="routine") is reply
    assert find_rule(rules, form="reply", urgency="urgent") is both
    assert find_rule(rules[1:3], form="close", urgency="routine") is None


def test_a_rule_needs_a_deadline_that_people_can_keep() -> None:
    check_rule(Rule("", "", Demand.NEEDED, HOUR))
    check_rule(Rule("", "", Demand.INFORM))
    for within in (timedelta(0), timedelta(minutes=1), timedelta(days=15)):
        with pytest.raises(UsageError, match="clearance-deadline"):
            check_rule(Rule("", "", Demand.NEEDED, within))
    with pytest.raises(UsageError, match="clearance-never-asked"):
        check_rule(Rule("acknowledgement", "", Demand.NEEDED, HOUR))


def test_who_wrote_it_does_not_clear_it() -> None:
    check_second_person(3, {1, 2})
    with pytest.raises(UsageError, match="clearance-own"):
        check_second_person(2, {1, 2})
