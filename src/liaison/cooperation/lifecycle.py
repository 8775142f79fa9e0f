"""Where does a request for cooperation stand, and who may move it on?

    advance(State.UNDER_REVIEW, Event.REFUSED)      State.REFUSED
    advance(State.REFUSED, Event.EXECUTED)          UsageError("request-no-such-step")
    choices(State.ANSWERED, Side.REQUESTING)        what that side can do next, in the order of the table

    draft ─ cleared ─ sent ─ received ─ under review ─┬─ accepted ─┬─ executed ─ answered ─ extended ─ closed
                                                      ├─ partly ───┘
                                                      ├─ postponed
                                                      └─ refused          withdrawn and lapsed end it from where it is

Invariants (docs/spec/requests.md):
- one table says which step leads where; a step that is not in it is refused here and moves nothing there;
- the requested side may leave out what it need not say: an answer without an acceptance before it counts, so that a
  message still missing hides no later one;
- whoever asked ends it: the requested side answers, refuses or lets a date pass, it closes nothing that the other side
  relies on;
- nothing follows a withdrawal or an end, and nothing but an end follows a refusal or a lapse.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from liaison.errors import UsageError


class Side(StrEnum):
    """Who takes a step; `time` is the calendar itself."""

    REQUESTING = "requesting"
    REQUESTED = "requested"
    TIME = "time"


class State(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    CLEARED = "cleared"
    SENT = "sent"
    RECEIVED = "received"
    UNDER_REVIEW = "under-review"
    ACCEPTED = "accepted"
    PARTLY = "partly"
    POSTPONED = "postponed"
    REFUSED = "refused"
    EXECUTED = "executed"
    ANSWERED = "answered"
    EXTENDED = "extended"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Event(StrEnum):
    """What happens to a request."""

    CLEARED = "cleared"
    RETURNED = "returned"
    SENT = "sent"
    RECEIVED = "received"
    REVIEWED = "reviewed"
    MORE_ASKED = "more-asked"
    EXPLAINED = "explained"
    CONSULTED = "consulted"
    ACCEPTED = "accepted"
    PARTLY = "partly"
    POSTPONED = "postponed"
    REFUSED = "refused"
    EXECUTED = "executed"
    SECURED = "secured"
    ANSWERED = "answered"
    MORE_TIME = "more-time"
    EXTENSION_ASKED = "extension-asked"
    EXTENDED = "extended"
    EXTENSION_ENDED = "extension-ended"
    ASSISTANCE_ASKED = "assistance-asked"
    ASSISTANCE_ENDED = "assistance-ended"
    STATUS_ASKED = "status-asked"
    STATUS_TOLD = "status-told"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    LAPSED = "lapsed"


_EITHER = frozenset({Side.REQUESTING, Side.REQUESTED})
_ASKS, _ANSWERS, _PASSES = frozenset({Side.REQUESTING}), frozenset({Side.REQUESTED}), frozenset({Side.TIME})
WHO: Mapping[Event, frozenset[Side]] = MappingProxyType(
    {
        Event.CLEARED: _ASKS,
        Event.RETURNED: _ASKS,
        Event.SENT: _ASKS,
        Event.RECEIVED: _ANSWERS,
        Event.REVIEWED: _ANSWERS,
        Event.MORE_ASKED: _ANSWERS,
        Event.EXPLAINED: _ASKS,
        Event.CONSULTED: _EITHER,
        Event.ACCEPTED: _ANSWERS,
        Event.PARTLY: _ANSWERS,
        Event.POSTPONED: _ANSWERS,
        Event.REFUSED: _ANSWERS,
        Event.EXECUTED: _ANSWERS,
        Event.SECURED: _ANSWERS,
        Event.ANSWERED: _ANSWERS,
        Event.MORE_TIME: _EITHER,
        Event.EXTENSION_ASKED: _ASKS,
        Event.EXTENDED: _ANSWERS,
        Event.EXTENSION_ENDED: _EITHER,
        Event.ASSISTANCE_ASKED: _ASKS,
        Event.ASSISTANCE_ENDED: _EITHER,
        Event.STATUS_ASKED: _ASKS,
        Event.STATUS_TOLD: _ANSWERS,
        Event.RELEASED: _ASKS,
        Event.WITHDRAWN: _ASKS,
        Event.CLOSED: _ASKS,
        Event.LAPSED: _PASSES,
    }
)

FRESH = (State.SENT, State.RECEIVED, State.UNDER_REVIEW)
GRANTED = (State.ACCEPTED, State.PARTLY)
DONE = (State.EXECUTED, State.ANSWERED, State.EXTENDED)
LIVE = (*FRESH, *GRANTED, State.POSTPONED, *DONE)
"""States in which something is still owed by one side or the other."""
OVER = frozenset({State.REFUSED, State.CLOSED, State.WITHDRAWN, State.LAPSED})
DECIDED = frozenset({Event.ACCEPTED, Event.PARTLY, Event.POSTPONED, Event.REFUSED})

# What the requests that follow this one bring about; asking for more time is asking too.
_OF_OTHERS = (Event.EXTENSION_ASKED, Event.EXTENSION_ENDED, Event.ASSISTANCE_ASKED, Event.ASSISTANCE_ENDED)
_STAYS = (
    Event.STATUS_ASKED,
    Event.STATUS_TOLD,
    Event.MORE_ASKED,
    Event.EXPLAINED,
    Event.CONSULTED,
    Event.SECURED,
    Event.MORE_TIME,
    Event.RELEASED,
)
_LEADS = {
    Event.ACCEPTED: State.ACCEPTED,
    Event.PARTLY: State.PARTLY,
    Event.POSTPONED: State.POSTPONED,
    Event.REFUSED: State.REFUSED,
    Event.EXECUTED: State.EXECUTED,
    Event.ANSWERED: State.ANSWERED,
    Event.EXTENDED: State.EXTENDED,
}
# Which of these steps can be taken from where.
_FROM: Mapping[Event, tuple[State, ...]] = {
    Event.ACCEPTED: (*FRESH, State.PARTLY, State.POSTPONED),
    Event.PARTLY: (*FRESH, State.ACCEPTED, State.POSTPONED),
    Event.POSTPONED: (*FRESH, *GRANTED),
    Event.REFUSED: (*FRESH, *GRANTED, State.POSTPONED),
    Event.EXECUTED: (*FRESH, *GRANTED, State.POSTPONED),
    Event.ANSWERED: LIVE,
    Event.EXTENDED: (*GRANTED, *DONE),
}
_BEGINNING = {
    (State.DRAFT, Event.CLEARED): State.CLEARED,
    (State.CLEARED, Event.RETURNED): State.DRAFT,
    (State.CLEARED, Event.SENT): State.SENT,
    (State.DRAFT, Event.WITHDRAWN): State.WITHDRAWN,
    (State.CLEARED, Event.WITHDRAWN): State.WITHDRAWN,
    (State.SENT, Event.RECEIVED): State.RECEIVED,
    (State.SENT, Event.REVIEWED): State.UNDER_REVIEW,
    (State.RECEIVED, Event.REVIEWED): State.UNDER_REVIEW,
    # A desk that speaks of it has it: a receipt still on its way changes nothing.
    (State.SENT, Event.CONSULTED): State.UNDER_REVIEW,
    (State.RECEIVED, Event.CONSULTED): State.UNDER_REVIEW,
    (State.SENT, Event.MORE_ASKED): State.UNDER_REVIEW,
    (State.RECEIVED, Event.MORE_ASKED): State.UNDER_REVIEW,
}
STEPS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {(state, event): state for state in LIVE for event in _STAYS}
    | {(state, event): state for state in LIVE if state is not State.SENT for event in (Event.RECEIVED, Event.REVIEWED)}
    | {(state, event): _LEADS[event] for event, states in _FROM.items() for state in states}
    | {(state, event): state for state in LIVE for event in _OF_OTHERS}
    | {(state, Event.WITHDRAWN): State.WITHDRAWN for state in LIVE}
    | {(state, Event.LAPSED): State.LAPSED for state in LIVE}
    | {(state, Event.CLOSED): State.CLOSED for state in (*DONE, State.REFUSED, State.LAPSED)}
    | _BEGINNING
)


def advance(state: State, event: Event) -> State:
    """The state after `event`. Raises UsageError where the table has none."""
    try:
        return STEPS[state, event]
    except KeyError as error:
        raise UsageError("request-no-such-step", state=state.value, event=event.value) from error


def choices(state: State, side: Side) -> tuple[Event, ...]:
    """What a side can do with a request that stands so, in the order of the events."""
    return tuple(event for event in Event if side in WHO[event] and (state, event) in STEPS)
