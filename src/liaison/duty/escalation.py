"""Who has to be told next of a message that waits for a person, and when is it enough?

    history = ()
    due(snapshot, history, now)        Tell(cycle=0, place=0, rung=…)     tell these, note it, ask again
    due(snapshot, history, now)        None until the step has waited; then the next one
    stand(snapshot, history).state     waiting → held → over

Invariants (docs/spec/escalation.md):
- The plan is the one that held when the message arrived; what is changed later holds for later messages.
- Each telling of a cycle comes once and in order, never after enough people have the message.
- A telling comes when the plan says, counted from the beginning; where an earlier one reached nobody, or the clock was
  set back by more than a minute, the next comes at once. So after a standstill everything that is late comes in order.
- Who says "I have it" stops it; in a plan that told a step which wants two, the first of two people does not.
- Who has it and does not acknowledge it to the sender within the plan's time is a silent acknowledger: a new cycle
  begins, in which what was said before counts no more.
- Who puts it off has it until the time they named; it then begins again, and they are told with its first step.
- Who hands it to a colleague has it no more; the colleague is given some minutes, and when they stay silent it begins
  again.
- Whom an officer calls in is told beside it: neither who has it nor what comes next is changed by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from liaison.duty.plans import Plan, Rung, ladder
from liaison.errors import UsageError

SET_BACK = timedelta(minutes=1)
"""A clock that shows an earlier time than what was noted last, by more than this, was set back."""

WhoAnswers = Callable[[str, datetime], tuple[int, ...]]
"""The officers behind a target at an instant."""


class State(StrEnum):
    """Where an escalation stands."""

    WAITING = "waiting"
    HELD = "held"
    SPENT = "spent"
    OVER = "over"


class Event(StrEnum):
    """What happens to an escalation."""

    TOLD = "told"
    EXHAUSTED = "exhausted"
    NOT_ENOUGH = "not-enough"
    ENOUGH = "enough"
    HANDED = "handed"
    CALLED = "called"
    SETTLED = "settled"
    LAPSED = "lapsed"
    DROPPED = "dropped"


STEPS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.WAITING, Event.TOLD): State.WAITING,
        (State.WAITING, Event.EXHAUSTED): State.SPENT,
        (State.WAITING, Event.NOT_ENOUGH): State.WAITING,
        (State.WAITING, Event.ENOUGH): State.HELD,
        (State.WAITING, Event.HANDED): State.HELD,
        (State.WAITING, Event.CALLED): State.WAITING,
        (State.WAITING, Event.SETTLED): State.OVER,
        (State.WAITING, Event.DROPPED): State.OVER,
        (State.HELD, Event.NOT_ENOUGH): State.HELD,
        (State.HELD, Event.ENOUGH): State.HELD,
        (State.HELD, Event.HANDED): State.HELD,
        (State.HELD, Event.CALLED): State.HELD,
        (State.HELD, Event.LAPSED): State.WAITING,
        (State.HELD, Event.SETTLED): State.OVER,
        (State.HELD, Event.DROPPED): State.OVER,
        (State.SPENT, Event.NOT_ENOUGH): State.SPENT,
        (State.SPENT, Event.ENOUGH): State.HELD,
        (State.SPENT, Event.HANDED): State.HELD,
        (State.SPENT, Event.CALLED): State.SPENT,
        (State.SPENT, Event.SETTLED): State.OVER,
        (State.SPENT, Event.DROPPED): State.OVER,
        (State.OVER, Event.NOT_ENOUGH): State.OVER,
        (State.OVER, Event.ENOUGH): State.OVER,
        (State.OVER, Event.SETTLED): State.OVER,
        (State.OVER, Event.DROPPED): State.OVER,
    }
)
"""Every step there is; a telling or a lapse that the table does not name is refused."""


class Kind(StrEnum):
    """What is noted of an escalation."""

    TOLD = "told"
    HAS = "has"
    SNOOZED = "snoozed"
    HANDED = "handed"
    CALLED = "called"
    SIGNED = "signed"
    LAPSED = "lapsed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a history; `reached` is how many officers a telling was meant for, `minutes` for how long it was put
    off or handed to the officer, and `by` who handed it on, or called the officer in."""

    kind: Kind
    at: datetime
    cycle: int = 0
    place: int = 0
    officer: int = 0
    reached: int = 0
    minutes: int = 0
    by: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The plan that held when the message arrived, and when that was."""

    plan: Plan
    begun: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What a history comes to: the present cycle, which telling is next in it, and who has the message.

    `until` is when what was put off or handed on begins again, `handed_to` who was given it and said nothing yet, and
    `remind` who is to be told with the first step of the next cycle.
    """

    state: State
    begun: datetime
    last_at: datetime
    cycle: int = 0
    place: int = 0
    told_at: datetime | None = None
    reached: int = 0
    wanted: int = 1
    people: frozenset[int] = field(default_factory=frozenset)
    signed: bool = False
    until: datetime | None = None
    handed_to: int = 0
    remind: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Tell:
    """These have to be told now, and the officers `also` who put it off until now."""

    cycle: int
    place: int
    rung: Rung
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Lapse:
    """Who has it said nothing to the sender in time: it begins again."""

    cycle: int


def advance(state: State, event: Event) -> State:
    """The state after an event. Raises UsageError where the table has none."""
    try:
        return STEPS[state, event]
    except KeyError:
        raise UsageError("escalation-step", state=state.value, event=event.value) from None


def stand(snapshot: Snapshot, history: Iterable[Happening]) -> Standing:
    """What a history comes to. Raises UsageError for one that cannot be."""
    rungs = ladder(snapshot.plan)
    standing = Standing(State.WAITING, snapshot.begun, snapshot.begun, wanted=rungs[0].wants)
    for happening in history:
        standing = _go_on(rungs, standing, happening)
    return standing


def stand_on(snapshot: Snapshot, standing: Standing, happening: Happening) -> Standing:
    """What one more line makes of it. Raises UsageError for one that cannot be."""
    return _go_on(ladder(snapshot.plan), standing, happening)


def _go_on(rungs: tuple[Rung, ...], standing: Standing, what: Happening) -> Standing:
    return replace(_HAPPENS[what.kind](rungs, standing, what), last_at=what.at)


def _told(rungs: tuple[Rung, ...], now: Standing, what: Happening) -> Standing:
    if (what.cycle, what.place) != (now.cycle, now.place) or what.place >= len(rungs):
        raise UsageError("escalation-step", state=now.state.value, event=f"{what.cycle}/{what.place}")
    rung = rungs[what.place]
    state = advance(now.state, Event.EXHAUSTED if rung.last else Event.TOLD)
    wanted = max(now.wanted, rung.wants) if now.place else rung.wants
    told = replace(now, state=state, place=now.place + 1, told_at=what.at, reached=what.reached, wanted=wanted)
    return replace(told, remind=frozenset())


def _has(rungs: tuple[Rung, ...], now: Standing, what: Happening) -> Standing:
    return _heard(replace(_taken_up(now, what), people=now.people | {what.officer}), what)


def _snoozed(rungs: tuple[Rung, ...], now: Standing, what: Happening) -> Standing:
    has = _has(rungs, now, what)
    until = what.at + timedelta(minutes=what.minutes) if has.state is State.HELD else None
    return replace(has, until=until, remind=now.remind | {what.officer})


def _handed(rungs: tuple[Rung, ...], now: Standing, what: Happening) -> Standing:
    people = now.people if now.signed else now.people - {what.by}
    until, remind = what.at + timedelta(minutes=what.minutes), now.remind - {what.by}
    state = advance(now.state, Event.HANDED)
    return replace(now, state=state, people=people, told_at=what.at, until=until, handed_to=what.officer, remind=remind)


def _called(rungs: tuple[Rung, ...], now: Standing, what: Happening) -> Standing:
    return replace(now, state=advance(now.state, Event.CALLED))


def _signed(rungs: tuple[Rung, ...], now: Standing, what: Happening) -> Standing:
    return _heard(replace(_taken_up(now, what), signed=True, people=now.people or frozenset({what.officer})), what)


def _taken_up(now: Standing, what: Happening) -> Standing:
    """What was handed on is in somebody's hands from now on."""
    return replace(now, handed_to=0, until=None, told_at=what.at) if now.handed_to else now


def _heard(now: Standing, what: Happening) -> Standing:
    """A person has it: enough of them, and is the sender told?"""
    enough = len(now.people) >= now.wanted
    event = Event.NOT_ENOUGH if not enough else Event.SETTLED if now.signed else Event.ENOUGH
    state = advance(now.state, event)
    if now.state is State.HELD:
        return replace(now, state=state)
    return replace(now, state=state, told_at=what.at if state is State.HELD else now.told_at, until=None)


def _lapsed(rungs: tuple[Rung, ...], now: Standing, what: Happening) -> Standing:
    state = advance(now.state, Event.LAPSED)
    begun = Standing(state, what.at, what.at, now.cycle + 1, wanted=rungs[0].wants)
    return replace(begun, signed=now.signed, remind=now.remind)


def _dropped(rungs: tuple[Rung, ...], now: Standing, what: Happening) -> Standing:
    return replace(now, state=advance(now.state, Event.DROPPED))


_HAPPENS: Mapping[Kind, Callable[[tuple[Rung, ...], Standing, Happening], Standing]] = MappingProxyType(
    {
        Kind.TOLD: _told,
        Kind.HAS: _has,
        Kind.SNOOZED: _snoozed,
        Kind.HANDED: _handed,
        Kind.CALLED: _called,
        Kind.SIGNED: _signed,
        Kind.LAPSED: _lapsed,
        Kind.DROPPED: _dropped,
    }
)


def moment(snapshot: Snapshot, standing: Standing) -> datetime | None:
    """When something is next to be done; None when nothing is."""
    if standing.state is State.HELD and standing.until is not None:
        return standing.until
    if standing.state is State.HELD and standing.told_at is not None:
        return standing.told_at + timedelta(minutes=snapshot.plan.signed_within)
    if standing.state is not State.WAITING:
        return None
    if standing.told_at is None:
        return standing.begun
    if not standing.reached:
        return standing.told_at
    before = ladder(snapshot.plan)[: standing.place]
    planned = standing.begun + sum((rung.wait for rung in before), timedelta(0))
    return min(planned, standing.told_at + before[-1].wait)


def due(snapshot: Snapshot, history: Iterable[Happening], now: datetime) -> Tell | Lapse | None:
    """What is to be done now; one thing, to be noted before the next is asked for."""
    return due_of(snapshot, stand(snapshot, history), now)


def due_of(snapshot: Snapshot, standing: Standing, now: datetime, *, set_back: bool = False) -> Tell | Lapse | None:
    """The same of a history that was folded before; `set_back`: the clock was, although no line lies ahead of it."""
    at = moment(snapshot, standing)
    if at is None or (now < at and now >= standing.last_at - SET_BACK and not set_back):
        return None
    if standing.state is State.HELD:
        return Lapse(standing.cycle)
    also = tuple(sorted(standing.remind))
    return Tell(standing.cycle, standing.place, ladder(snapshot.plan)[standing.place], also)


@dataclass(frozen=True, slots=True)
class WouldTell:
    """One line of a simulation: when which rung would tell which officers."""

    at: datetime
    rung: Rung
    officers: tuple[int, ...]


def simulate(plan: Plan, who_answers: WhoAnswers, instant: datetime) -> tuple[WouldTell, ...]:
    """Who would be told of a message that came at an instant and that nobody acknowledged."""
    snapshot, told, history = Snapshot(plan, instant), list[WouldTell](), list[Happening]()
    at: datetime | None = instant
    while at is not None:
        next_ = due(snapshot, history, at)
        if not isinstance(next_, Tell):
            break
        officers = who_are(next_.rung, who_answers, at)
        told.append(WouldTell(at, next_.rung, officers))
        history.append(Happening(Kind.TOLD, at, next_.cycle, next_.place, reached=len(officers)))
        at = moment(snapshot, stand(snapshot, history))
    return tuple(told)


def who_are(rung: Rung, who_answers: WhoAnswers, at: datetime) -> tuple[int, ...]:
    """The officers whom a rung tells, each once, in the order of its targets."""
    return tuple(dict.fromkeys(officer for target in rung.tell for officer in who_answers(target, at)))
