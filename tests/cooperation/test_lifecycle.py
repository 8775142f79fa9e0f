"""Is every step of a request one that the table of the specification names, and every other one refused?"""

from __future__ import annotations

import itertools

import pytest

from liaison.cooperation.lifecycle import LIVE, OVER, WHO, Event, Side, State, advance, choices
from liaison.errors import UsageError

# Written out once more, line by line, so that a change of the table is a change here too. `.` stays where it is.
TALK = "status-asked status-told more-asked explained consulted secured more-time released"
LINKED = "extension-asked extension-ended assistance-asked assistance-ended"
DRAWN = {
    "draft": {"cleared": "cleared", "withdrawn": "withdrawn"},
    "cleared": {"returned": "draft", "sent": "sent", "withdrawn": "withdrawn"},
    "sent": {"received": "received", "reviewed consulted more-asked": "under-review", "accepted": "accepted",
             "partly": "partly", "postponed": "postponed", "refused": "refused", "executed": "executed",
             "answered": "answered", "status-asked status-told explained secured more-time released": ".",
             LINKED: ".", "withdrawn": "withdrawn", "lapsed": "lapsed"},
    "received": {"reviewed consulted more-asked": "under-review", "received": ".", "accepted": "accepted",
                 "partly": "partly", "postponed": "postponed", "refused": "refused", "executed": "executed",
                 "answered": "answered", "status-asked status-told explained secured more-time released": ".",
                 LINKED: ".", "withdrawn": "withdrawn", "lapsed": "lapsed"},
    "under-review": {"received reviewed": ".", "accepted": "accepted", "partly": "partly", "postponed": "postponed",
                     "refused": "refused", "executed": "executed", "answered": "answered", TALK: ".", LINKED: ".",
                     "withdrawn": "withdrawn", "lapsed": "lapsed"},
    "accepted": {"received reviewed": ".", "partly": "partly", "postponed": "postponed", "refused": "refused",
                 "executed": "executed", "answered": "answered", "extended": "extended", TALK: ".", LINKED: ".",
                 "withdrawn": "withdrawn", "lapsed": "lapsed"},
    "partly": {"received reviewed": ".", "accepted": "accepted", "postponed": "postponed", "refused": "refused",
               "executed": "executed", "answered": "answered", "extended": "extended", TALK: ".", LINKED: ".",
               "withdrawn": "withdrawn", "lapsed": "lapsed"},
    "postponed": {"received reviewed": ".", "accepted": "accepted", "partly": "partly", "refused": "refused",
                  "executed": "executed", "answered": "answered", TALK: ".", LINKED: ".", "withdrawn": "withdrawn",
                  "lapsed": "lapsed"},
    "executed": {"received reviewed": ".", "answered": "answered", "extended": "extended", TALK: ".", LINKED: ".",
                 "withdrawn": "withdrawn", "closed": "closed", "lapsed": "lapsed"},
    "answered": {"received reviewed": ".", "answered": ".", "extended": "extended", TALK: ".", LINKED: ".",
                 "withdrawn": "withdrawn", "closed": "closed", "lapsed": "lapsed"},
    "extended": {"received reviewed": ".", "answered": "answered", "extended": ".", TALK: ".", LINKED: ".",
                 "withdrawn": "withdrawn", "closed": "closed", "lapsed": "lapsed"},
    "refused": {"closed": "closed"},
    "lapsed": {"closed": "closed"},
    "closed": {},
    "withdrawn": {},
}  # fmt: skip
EXPECTED = {
    (State(state), Event(event)): State(state if after == "." else after)
    for state, steps in DRAWN.items()
    for events, after in steps.items()
    for event in events.split()
}


@pytest.mark.parametrize("state", list(State))
def test_every_step_that_is_drawn_leads_where_it_is_drawn_and_every_other_is_refused(state: State) -> None:
    for event in Event:
        if (state, event) in EXPECTED:
            assert advance(state, event) is EXPECTED[state, event], (state, event)
        else:
            with pytest.raises(UsageError, match="request-no-such-step"):
                advance(state, event)


def test_each_event_belongs_to_somebody_and_is_offered_to_nobody_else() -> None:
    offered = {(event, side) for state in State for side in Side for event in choices(state, side)}
    for event, side in itertools.product(Event, Side):
        drawn = any(step == event for _, step in EXPECTED)
        assert ((event, side) in offered) is (drawn and side in WHO[event]), (event, side)
        assert WHO[event]


def test_the_requested_side_can_end_nothing_and_the_asker_decides_nothing() -> None:
    for state in State:
        theirs, ours = choices(state, Side.REQUESTED), choices(state, Side.REQUESTING)
        assert not {Event.CLOSED, Event.WITHDRAWN, Event.LAPSED} & set(theirs)
        assert not {Event.ACCEPTED, Event.REFUSED, Event.ANSWERED, Event.LAPSED} & set(ours)


def test_whatever_is_live_can_be_withdrawn_and_nothing_that_is_over_can_be_answered() -> None:
    assert all(Event.WITHDRAWN in choices(state, Side.REQUESTING) for state in LIVE)
    assert all(set(choices(state, Side.REQUESTED)) == set() for state in OVER)
