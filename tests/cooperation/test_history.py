"""Does the history of a request say what an official with both files on the desk would say?"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest

from liaison.cooperation.clocks import ClockState
from liaison.cooperation.history.course import PUT_OFF, WANTED
from liaison.cooperation.history.folding import unknown
from liaison.cooperation.history.reading import Told, read_words
from liaison.cooperation.lifecycle import Event, Side, State
from liaison.cooperation.requests import Mark, Request, side_of
from tests.cooperation.telling import BUDAPEST, DESKS, OTHER_CASE, Matter, day

DONE: dict[str, Any] = {"decision": "accepted", "execution": "executed", "secured": "all", "last": True}
NOT_BEGUN: dict[str, Any] = {"execution": "not-begun", "last": False}


def preserved(matter: Matter, **answer: Any) -> Told:
    asked = matter.ask("preservation-request", day=0, received=0.1, wanted=2)
    matter.say("XD", "acknowledgement", about=asked, day=0.2)
    matter.say("XD", "request-answer", about=asked, day=1, **(DONE | answer))
    return asked


def kept(request: Request) -> tuple[date | None, ClockState]:
    clock = request.clock("preservation")
    assert clock is not None
    return clock.due.day, clock.state


def marks(request: Request) -> list[tuple[Event, tuple[Mark, ...]]]:
    return [(step.event, step.marks) for step in request.steps if step.marks]


def test_a_preservation_goes_from_sent_to_answered_and_its_clocks_run_from_what_was_said() -> None:
    matter = Matter()
    preserved(matter)
    (request,) = matter.requests(day=2)
    assert [step.event.value for step in request.steps] == [
        "sent", "received", "reviewed", "accepted", "executed", "secured", "answered"]  # fmt: skip
    assert (request.state, request.since) == (State.ANSWERED, day(1))
    assert kept(request) == (date(2027, 1, 26), ClockState.RUNNING)
    assert [(clock.id, clock.state.value) for clock in request.clocks] == [
        ("answer-wanted", "met"), ("securing", "met"), ("preservation", "running")]  # fmt: skip


def test_the_state_follows_each_message_as_it_comes() -> None:
    matter = Matter()
    asked = preserved(matter)
    seen = [matter.requests(day=2, told=matter.told[:count])[0].state.value for count in (1, 2, 3)]
    assert seen == ["received", "under-review", "answered"]
    assert matter.requests(day=2, told=[Told(asked.item, asked.fields)])[0].state is State.SENT


def test_a_preservation_that_nobody_extends_lapses_at_its_date_on_its_own() -> None:
    matter = Matter()
    preserved(matter)
    (before,), (after,) = matter.requests(day=61.6), matter.requests(day=61.7)
    assert before.state is State.ANSWERED
    assert after.state is State.LAPSED
    assert kept(after) == (date(2027, 1, 26), ClockState.MISSED)
    assert after.steps[-1].side is Side.TIME


def test_the_date_that_the_requested_side_names_counts_and_one_below_the_least_is_marked() -> None:
    matter = Matter()
    preserved(matter, preserved_until="2027-03-31")
    assert kept(matter.requests(day=2)[0])[0] == date(2027, 3, 31)
    short = Matter()
    preserved(short, preserved_until="2026-12-24")
    (request,) = short.requests(day=2)
    assert kept(request)[0] == date(2026, 12, 24)
    assert {Mark.TOO_SHORT} == {mark for _, found in marks(request) for mark in found}


def test_an_extension_that_is_granted_before_the_date_moves_it_once_however_often_it_is_said() -> None:
    matter = Matter()
    asked = preserved(matter)
    more = matter.ask("preservation-extension", day=50, about=asked)
    matter.say("XD", "request-answer", about=more, day=51, decision="accepted", **NOT_BEGUN)
    matter.say("XD", "request-answer", about=more, day=52, **DONE)
    first, second = matter.requests(day=70)
    assert (first.state, second.state) == (State.EXTENDED, State.ANSWERED)
    assert kept(first) == (date(2027, 3, 27), ClockState.RUNNING)
    assert second.parent == first.root


def test_a_second_extension_extends_the_preservation_and_not_the_first_extension() -> None:
    matter = Matter()
    asked = preserved(matter)
    one = matter.ask("preservation-extension", day=50, about=asked)
    matter.say("XD", "request-answer", about=one, day=51, **DONE)
    two = matter.ask("preservation-extension", day=100, about=one)
    matter.say("XD", "request-answer", about=two, day=101, **DONE, preserved_until="2027-06-30")
    first, _, third = matter.requests(day=130)
    assert kept(first) == (date(2027, 6, 30), ClockState.RUNNING)
    assert third.parent == first.root


def test_an_extension_asked_for_at_the_last_moment_keeps_it_until_it_is_decided() -> None:
    matter = Matter()
    asked = preserved(matter)
    more = matter.ask("preservation-extension", day=61.6, about=asked)
    assert matter.requests(day=65)[0].state is State.ANSWERED
    matter.say("XD", "request-answer", about=more, day=66, **DONE)
    assert kept(matter.requests(day=67)[0]) == (date(2027, 3, 27), ClockState.RUNNING)


def test_an_extension_that_is_refused_lets_the_date_pass() -> None:
    matter = Matter()
    asked = preserved(matter)
    more = matter.ask("preservation-extension", day=61, about=asked)
    matter.say("XD", "request-answer", about=more, day=66, decision="refused", grounds=["essential-interests"],
               **NOT_BEGUN)  # fmt: skip
    first, second = matter.requests(day=66.5)
    assert (first.state, second.state) == (State.LAPSED, State.REFUSED)


def test_an_extension_asked_for_after_the_date_comes_too_late_and_is_kept_as_such() -> None:
    matter = Matter()
    asked = preserved(matter)
    more = matter.ask("preservation-extension", day=62, about=asked)
    matter.say("XD", "request-answer", about=more, day=63, **DONE)
    (first, _) = matter.requests(day=64)
    assert first.state is State.LAPSED
    assert marks(first) == [(Event.EXTENSION_ASKED, (Mark.TOO_LATE,)), (Event.EXTENDED, (Mark.TOO_LATE,))]


@pytest.mark.parametrize("case", [None, OTHER_CASE])
def test_what_is_preserved_is_kept_once_assistance_is_asked_for_in_this_case_or_another(case: str | None) -> None:
    matter = Matter()
    asked = preserved(matter)
    elsewhere = {"case": case, "fields": {"linked": asked.item.core.id}} if case else {"about": asked}
    help_ = matter.ask("assistance-request-mla", day=40, received=40.1, **elsewhere)
    first, second = matter.requests(day=300)
    assert (first.state, second.parent) == (State.ANSWERED, first.root)
    assert first.clock("preservation") is not None
    assert kept(first)[1] is ClockState.RUNNING
    given = {"case": case} if case else {}
    matter.say("XD", "request-answer", about=help_, day=301, decision="refused", grounds=["de-minimis"], **NOT_BEGUN,
               **given)  # fmt: skip
    assert matter.requests(day=301.5)[0].state is State.LAPSED


def test_what_is_preserved_only_after_assistance_was_asked_for_is_kept_for_it_from_the_beginning() -> None:
    matter = Matter()
    asked = matter.ask("preservation-request", day=0, received=0)
    matter.ask("assistance-request-mla", day=1, about=asked)
    matter.say("XD", "request-answer", about=asked, day=2, **DONE)
    first, _ = matter.requests(day=300)
    assert (first.state, kept(first)[1]) == (State.ANSWERED, ClockState.RUNNING)


def test_when_the_assistance_it_was_kept_for_is_closed_the_preservation_is_closed_too() -> None:
    matter = Matter()
    asked = preserved(matter)
    help_ = matter.ask("assistance-request-mla", day=40, about=asked)
    matter.say("XD", "request-answer", about=help_, day=100, **DONE)
    matter.say("XC", "close", about=help_, day=120, outcome="resolved")
    first, second = matter.requests(day=121)
    assert (first.state, second.state) == (State.CLOSED, State.CLOSED)
    assert kept(first)[1] is ClockState.STOPPED


def test_assistance_asked_for_after_the_date_brings_nothing_back() -> None:
    matter = Matter()
    asked = preserved(matter)
    matter.ask("assistance-request-mla", day=62, about=asked)
    assert matter.requests(day=63)[0].state is State.LAPSED


def test_a_refusal_without_ground_or_consultation_stands_and_is_marked() -> None:
    matter = Matter()
    asked = matter.ask("assistance-request-mla", day=0, received=0)
    matter.say("XD", "request-answer", about=asked, day=1, decision="refused", **NOT_BEGUN)
    (request,) = matter.requests(day=2)
    assert request.state is State.REFUSED
    assert marks(request) == [(Event.REFUSED, (Mark.NO_GROUND, Mark.NOT_CONSULTED))]


def test_a_refusal_with_a_ground_after_a_consultation_has_no_mark() -> None:
    matter = Matter()
    asked = matter.ask("assistance-request-mla", day=0, received=0)
    consulted = matter.say("XD", "request-consultation", about=asked, day=1, considered="refusing")
    matter.say("XC", "request-supplement", about=consulted, day=2)
    matter.say("XD", "request-answer", about=asked, day=3, decision="refused", grounds=["de-minimis"], **NOT_BEGUN)
    (request,) = matter.requests(day=4)
    assert (request.state, request.grounds, marks(request)) == (State.REFUSED, ("de-minimis",), [])


def test_what_only_the_other_side_may_do_moves_nothing() -> None:
    matter = Matter()
    asked = preserved(matter)
    matter.say("XD", "close", about=asked, day=3, outcome="resolved")
    matter.say("XC", "request-answer", about=asked, day=4, decision="refused", **NOT_BEGUN)
    matter.say("XD", "request-withdrawal", about=asked, day=5, cause="other")
    (request,) = matter.requests(day=6)
    assert request.state is State.ANSWERED
    assert marks(request) == [(event, (Mark.NOT_THEIRS,)) for event in (Event.CLOSED, Event.REFUSED, Event.WITHDRAWN)]


def test_a_request_that_is_postponed_comes_back_on_the_day_that_was_named() -> None:
    matter = Matter()
    asked = matter.ask("assistance-request-mla", day=0, received=0, wanted=20)
    later = {"decision": "postponed", "postponed_until": "2026-12-31"}
    matter.say("XD", "request-answer", about=asked, day=1, **later, **NOT_BEGUN)
    (request,) = matter.requests(day=2)
    put_off, wanted = request.clock(PUT_OFF), request.clock(WANTED)
    assert put_off is not None
    assert wanted is not None
    assert (put_off.due.day, put_off.state, wanted.state) == (date(2026, 12, 31), ClockState.RUNNING, ClockState.MET)
    matter.say("XD", "request-answer", about=asked, day=30, decision="accepted", **NOT_BEGUN)
    assert matter.requests(day=90)[0].clock(PUT_OFF).state is ClockState.MET  # type: ignore[union-attr]


def test_more_time_for_an_answer_is_given_by_whoever_waits_for_it_and_not_by_whoever_owes_it() -> None:
    matter = Matter()
    asked = matter.ask("assistance-request-mla", day=0, received=0, wanted=20)
    taken = matter.say("XD", "request-extension", about=asked, day=1, clock=WANTED, until="2027-01-31")
    first = matter.requests(day=2)[0].clock(WANTED)
    matter.say("XC", "request-extension", about=taken, day=3, clock=WANTED, until="2027-01-31")
    second = matter.requests(day=4)[0].clock(WANTED)
    assert first is not None
    assert second is not None
    assert (first.due.at, second.due.day) == (day(20), date(2027, 1, 31))


def test_asking_how_it_stands_and_being_told_moves_nothing() -> None:
    matter = Matter()
    asked = preserved(matter)
    query = matter.say("XC", "status-query", about=asked, day=3)
    matter.say("XD", "status-answer", about=query, day=4, decision="refused", execution="not-begun")
    (request,) = matter.requests(day=5)
    assert (request.state, marks(request)) == (State.ANSWERED, [])


@pytest.mark.parametrize(
    ("instrument", "form", "name", "days"),
    [
        ("budapest-2022-p2", "subscriber-request", "service", 45),
        ("budapest-2022-p2", "provider-direct-request", "answer", 30),
    ],
)
def test_the_clocks_of_the_second_protocol_run_from_the_receipt(
    instrument: str, form: str, name: str, days: int
) -> None:
    matter = Matter()
    matter.ask(form, day=0, received=0.7, fields={"instrument": instrument})
    clock = matter.requests(day=1)[0].clock(name)
    assert clock is not None
    assert clock.due.day is not None
    assert (clock.due.day - day(0.7).date()).days == days


def test_an_emergency_counts_hours_from_the_receipt() -> None:
    matter = Matter()
    matter.ask("emergency-disclosure-request", day=0, received=0.25)
    clock = matter.requests(day=0.3)[0].clock("answer")
    assert clock is not None
    assert (clock.due.day, clock.due.at) == (None, day(0.25 + 8 / 24))


def test_under_a_text_that_does_not_know_the_type_only_the_wanted_answer_has_a_clock() -> None:
    matter = Matter()
    matter.ask("emergency-disclosure-request", day=0, received=0, wanted=1, fields={"instrument": BUDAPEST})
    assert [clock.id for clock in matter.requests(day=0.5)[0].clocks] == [WANTED]


def test_a_message_whose_request_is_not_here_waits_and_counts_once_it_came() -> None:
    matter = Matter()
    asked = preserved(matter)
    assert matter.requests(day=2, told=matter.told[1:]) == ()
    assert unknown(read_words(matter.told[1:])) == {asked.item.core_hash}
    assert matter.requests(day=2)[0].state is State.ANSWERED


def test_a_message_missing_in_the_middle_hides_nothing_that_came_later() -> None:
    matter = Matter()
    asked = matter.ask("preservation-request", day=0, received=0)
    matter.say("XD", "request-answer", about=asked, day=1, decision="accepted", **NOT_BEGUN)
    matter.say("XD", "request-answer", about=asked, day=2, **DONE)
    without = matter.requests(day=3, told=[matter.told[0], matter.told[2]])[0]
    assert without.state is matter.requests(day=3)[0].state is State.ANSWERED


def test_order_and_repetition_of_arrival_change_nothing() -> None:
    matter = Matter()
    asked = preserved(matter)
    more = matter.ask("preservation-extension", day=50, about=asked)
    matter.say("XD", "request-answer", about=more, day=51, **DONE)
    matter.ask("assistance-request-mla", day=60, case=OTHER_CASE, fields={"linked": asked.item.core_hash})
    wanted = matter.requests(day=200)
    for seed in range(20):
        told = matter.told * 2
        random.Random(seed).shuffle(told)
        assert matter.requests(day=200, told=told) == wanted


def test_a_desk_stands_on_the_side_of_its_participant() -> None:
    xc, xd = DESKS["XC"], DESKS["XD"]
    own = type(xc)(xc.participant, "other", "centre")
    theirs = type(xd)(xd.participant, "other", "centre")
    assert side_of(own, xc, (xd, own)) is Side.REQUESTING
    assert side_of(theirs, xc, (xd, theirs)) is Side.REQUESTED
    assert side_of(own, xc, (own,)) is Side.REQUESTED
