"""Do both sides agree on every request and clock in the end, whatever was lost, doubled, late or said at once?

XC and XD each act on what they have seen so far, by clocks of their own. Messages and receipts are lost, come twice and
overtake one another; a lost one is sent again at the end, as the outbox would.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.cooperation.clocks import ClockState
from liaison.cooperation.history.reading import ASSISTANCE, Told
from liaison.cooperation.lifecycle import OVER, STEPS, Event, State, choices
from liaison.cooperation.requests import Request
from liaison.wire.identifiers import format_instant
from tests.cooperation.telling import CASE, DESKS, OTHER_CASE, START, Matter, requests_in

NOT_BEGUN: dict[str, Any] = {"execution": "not-begun", "last": False}
ANSWERS: dict[Event, dict[str, Any]] = {
    Event.ACCEPTED: {"decision": "accepted", "execution": "not-begun", "last": False},
    Event.PARTLY: {"decision": "partly", "execution": "under-way", "last": False},
    Event.POSTPONED: {
        "decision": "postponed",
        "execution": "not-begun",
        "last": False,
        "postponed_until": "2026-12-20",
    },
    Event.REFUSED: {"decision": "refused", **NOT_BEGUN, "grounds": ["essential-interests"]},
    Event.EXECUTED: {"decision": "accepted", "execution": "executed", "last": False, "secured": "all"},
    Event.ANSWERED: {"decision": "partly", "execution": "partly", "secured": "part", "last": True},
}
SAID: dict[Event, tuple[str, dict[str, Any]]] = {
    **{event: ("request-answer", fields) for event, fields in ANSWERS.items()},
    Event.REVIEWED: ("acknowledgement", {}),
    Event.MORE_ASKED: ("request-clarification", {}),
    Event.EXPLAINED: ("request-supplement", {}),
    Event.CONSULTED: ("request-consultation", {"considered": "refusing"}),
    Event.MORE_TIME: ("request-extension", {"clock": "preservation", "until": "2027-05-31"}),
    Event.STATUS_ASKED: ("status-query", {}),
    Event.STATUS_TOLD: ("status-answer", {"decision": "accepted", "execution": "under-way"}),
    Event.WITHDRAWN: ("request-withdrawal", {"cause": "no-longer-needed", "release": True}),
    Event.CLOSED: ("close", {"outcome": "resolved"}),
}
ASKED = ("preservation-request", "preservation-extension", "assistance-request-mla", "stored-data-request")


@dataclass
class Sides:
    """What each has, what is under way, and what time it is; `wrong` is how far each clock is off, in days."""

    wrong: dict[str, float]
    matter: Matter = field(default_factory=Matter)
    has: dict[str, dict[str, Told]] = field(default_factory=lambda: {"XC": {}, "XD": {}})
    under_way: list[tuple[str, Told]] = field(default_factory=list)
    lost: list[tuple[str, Told]] = field(default_factory=list)
    day: float = 0

    def view(self, who: str) -> list[Request]:
        return list(requests_in(self.has[who].values(), START + timedelta(days=self.day)))

    def say(self, who: str, form: str, about: str | None, fields: dict[str, Any], case: str) -> None:
        day = max(0.0, self.day + self.wrong[who])
        referred = self.has[who].get(about or "")
        told = self.matter.say(who, form, day=day, about=referred, case=case, fields=fields)
        self.has[who][told.item.core_hash] = told
        self.under_way.append(("XD" if who == "XC" else "XC", told))

    def deliver(self, at: int, *, keep: bool) -> None:
        who, told = self.under_way[at] if keep else self.under_way.pop(at)
        here = self.has[who].get(told.item.core_hash)
        if here is not None:  # A receipt for what was sent, or what had come before.
            mine = told.item.core.sender == DESKS[who]
            self.has[who][told.item.core_hash] = replace(here, received=told.received) if mine else here
            return
        now = START + timedelta(days=self.day)
        # Each side keeps its own time of arrival, which must decide nothing.
        arrived = replace(told.item, at=format_instant(now.replace(microsecond=0)))
        stamped = replace(told, item=arrived, received=now)
        self.has[who][told.item.core_hash] = stamped
        self.under_way.append(("XD" if who == "XC" else "XC", stamped))

    def finish(self) -> None:
        """Everything that is not there yet arrives, the lost ones last."""
        self.under_way += self.lost
        while self.under_way:
            self.deliver(len(self.under_way) - 1, keep=False)


def speak(sides: Sides, draw: st.DataObject, who: str) -> None:
    view = sides.view(who)
    asking = who == "XC" and (not view or draw.draw(st.booleans(), label="a new request"))
    if asking:
        about = draw.draw(st.sampled_from([None, *(each.root for each in view)]), label="about")
        form = draw.draw(st.sampled_from(ASKED if about else ("preservation-request", "assistance-request-mla")))
        fields = {"instrument": "un-cybercrime-2024"}
        elsewhere = about is not None and draw.draw(st.booleans(), label="in another case")
        if elsewhere and about is not None:
            sides.say(who, form, None, fields | {"linked": about}, OTHER_CASE)
        else:
            case = next((each.case for each in view if each.root == about), CASE)
            sides.say(who, form, about, fields, case)
        return
    steps = [(each, event) for each in view for event in choices(each.state, each.side_of(DESKS[who])) if event in SAID]
    if steps:
        request, event = draw.draw(st.sampled_from(steps), label="step")
        form, fields = SAID[event]
        sides.say(who, form, request.root, fields, request.case)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_both_sides_agree_on_state_and_clocks_in_the_end(draw: st.DataObject) -> None:
    wrong = st.sampled_from([0.0, 0.0, 0.1, -0.1, 3.0])
    sides = Sides({"XC": draw.draw(wrong), "XD": draw.draw(wrong)})
    for _ in range(draw.draw(st.integers(4, 22), label="turns")):
        act = draw.draw(st.sampled_from(["XC", "XD", "deliver", "deliver", "twice", "lose", "wait"]), label="act")
        if act in ("XC", "XD"):
            speak(sides, draw, act)
        elif act == "wait":
            sides.day += draw.draw(st.sampled_from([0.2, 1.0, 20.0, 59.0]), label="days")
        elif sides.under_way:
            at = draw.draw(st.integers(0, len(sides.under_way) - 1), label="which")
            if act == "lose":
                sides.lost.append(sides.under_way.pop(at))
            else:
                sides.deliver(at, keep=act == "twice")
    sides.finish()
    for later in (0.0, 30.0, 400.0):
        sides.day += later
        ours, theirs = sides.view("XC"), sides.view("XD")
        assert ours == theirs
        for request in ours:
            check(request)


def check(request: Request) -> None:
    """What holds of every request, whatever was said."""
    states = [State.CLEARED]
    for step in request.steps:
        if step.counted:
            states.append(STEPS[states[-1], step.event])
        else:
            assert step.marks
    assert states[-1] is request.state
    for clock in request.clocks:
        if request.state in OVER:
            assert clock.state is not ClockState.RUNNING
        if clock.state is ClockState.MET:
            assert clock.ended is not None
            assert clock.ended < clock.due.at
    if request.state is State.LAPSED:
        assert any(clock.lapses and clock.state is ClockState.MISSED for clock in request.clocks)
    assert request.form in ASKED
    assert request.form in ASSISTANCE or request.clock("answer") is None
