"""How does one request go on, word by word?

    course = begin(word, parent)        the message that asks
    take(course, Event.ACCEPTED, word)  whether it counted as a step
    course.done()                       the request as it then is

Invariants (docs/spec/requests.md, "History"): what `lifecycle` does not allow moves nothing and is kept with the
reason; an answer that says again what stands is no step; dates that passed before a word was said have passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from liaison.cooperation.clock_rules import Clock as Rule
from liaison.cooperation.clock_rules import Event as Moment
from liaison.cooperation.clock_rules import Side as Acting
from liaison.cooperation.clock_rules import Then
from liaison.cooperation.clocks import (
    Clock,
    ClockState,
    Due,
    ask_more,
    deny_more,
    extend,
    heed,
    once_more,
    start,
    stop,
    too_short,
)
from liaison.cooperation.lifecycle import OVER, STEPS, WHO, Event, Side, State
from liaison.cooperation.requests import Mark, Request, Step, Word, stand

# What a step is for the clocks. Of assistance, its end is its decision: what is kept for it is kept until then.
MOMENTS: Mapping[Event, tuple[Moment, ...]] = {
    Event.SENT: (Moment.SENT,),
    # Complete as long as nobody asks for more; what supplements it lets that time begin anew.
    Event.RECEIVED: (Moment.RECEIVED, Moment.COMPLETE),
    Event.EXPLAINED: (Moment.COMPLETE,),
    Event.ACCEPTED: (Moment.DECIDED,),
    Event.PARTLY: (Moment.DECIDED,),
    Event.POSTPONED: (Moment.DECIDED,),
    Event.REFUSED: (Moment.DECIDED, Moment.ANSWERED),
    Event.SECURED: (Moment.SECURED,),
    Event.ANSWERED: (Moment.ANSWERED,),
    Event.EXTENDED: (Moment.EXTENDED,),
    Event.ASSISTANCE_ASKED: (Moment.ASSISTANCE_ASKED,),
    Event.ASSISTANCE_ENDED: (Moment.ASSISTANCE_DECIDED,),
    Event.RELEASED: (Moment.RELEASED,),
    Event.WITHDRAWN: (Moment.WITHDRAWN,),
    Event.CLOSED: (Moment.CLOSED,),
}
WANTED, PUT_OFF = "answer-wanted", "postponed"
_OF_A_DATE = Rule(
    starts=Moment.SENT,
    ends=(Moment.DECIDED, Moment.SECURED, Moment.ANSWERED),
    acts=Acting.REQUESTED,
    then=Then.OVERDUE,
    article="",
    en="",
    days=1,
)
DATED: Mapping[str, Rule] = {WANTED: _OF_A_DATE, PUT_OFF: _OF_A_DATE}
"""The clocks of the messages themselves: until when an answer is wanted, and until when it was put off."""
DECISIONS = frozenset({Event.ACCEPTED, Event.PARTLY, Event.POSTPONED, Event.REFUSED})
ONCE = frozenset({Event.REVIEWED, Event.EXECUTED, Event.SECURED})
"""What is said again in later answers and happened once."""
DATES_WHAT_IS_KEPT = frozenset({Event.ACCEPTED, Event.PARTLY, Event.EXECUTED, Event.SECURED, Event.ANSWERED})


@dataclass(slots=True)
class Course:
    """A request while its words are gone through; `assists` that earlier ones are kept for it, `granted` that the time
    it asks for was given, `needed` that assistance it is kept for is undecided."""

    request: Request
    assists: bool
    clocks: dict[str, Clock] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    decision: Event | None = None
    granted: bool = False
    needed: bool = False

    def done(self) -> Request:
        """The request as it is after the words so far."""
        return replace(self.request, clocks=tuple(self.clocks.values()), steps=tuple(self.steps))

    def pass_time(self, at: datetime) -> None:
        """What ran out by then has run out."""
        now = stand(self.done(), at)
        if now.state is not self.request.state:
            self.request, self.steps = now, list(now.steps)
            self.clocks = {clock.id: clock for clock in now.clocks}

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules of its clocks by their names."""
        return {**self.request.demands.clocks, **DATED}

    def lengthened(self, word: Word) -> list[str]:
        """The clocks that more time is asked or given for: the one that is named, or those that lapse."""
        if word.clock in self.rules:
            return [word.clock]
        extension = self.request.demands.extension
        return [extension.clock] if extension is not None else []


def begin(word: Word, parent: str) -> Course:
    """The course of the request that `word` makes."""
    request = Request(
        root=word.hash,
        message_id=word.message_id,
        case=word.case,
        form=word.form,
        instrument=word.instrument,
        basis=word.basis,
        exercise=word.exercise,
        urgency=word.urgency,
        asker=word.by,
        asked=word.to,
        sent_at=word.at,
        state=State.CLEARED,
        since=word.at,
        demands=word.demands,
        parent=parent,
    )
    course = Course(request, word.assists)
    take(course, Event.SENT, word)
    if word.wanted is not None:
        course.clocks[WANTED] = start(WANTED, DATED[WANTED], word.at, until=Due(word.wanted))
    if word.received is not None:
        take(course, Event.RECEIVED, replace(word, at=word.received, by=word.to[0]))
    return course


def take(course: Course, event: Event, word: Word) -> bool:
    """Take one step if it may be taken; whether it counted."""
    course.pass_time(word.at)
    event = _meant(course, event, word)
    if _said_before(course, event):
        _note_dates(course, event, word)
        return False
    state, side = course.request.state, course.request.side_of(word.by)
    if event is Event.REVIEWED and side is Side.REQUESTING:
        return False  # Whoever asked has seen an answer.
    if marks := _refusal(state, event, side):
        course.steps.append(Step(event, side, word.at, word.hash, counted=False, marks=marks))
        return False
    marks = _owed(course, word) if event is Event.REFUSED else ()
    course.steps.append(Step(event, side, word.at, word.hash, counted=True, marks=marks))
    after = STEPS[state, event]
    if after is not state:
        course.request = replace(course.request, state=after, since=word.at)
    if event in (Event.ASSISTANCE_ASKED, Event.ASSISTANCE_ENDED):
        course.needed = event is Event.ASSISTANCE_ASKED
    if event in DECISIONS:
        course.decision = event
        course.request = replace(course.request, grounds=word.grounds)
    _run_clocks(course, event, word)
    return True


def _meant(course: Course, event: Event, word: Word) -> Event:
    """More time for what lapses is an extension; for what is only overdue it is a word between the two."""
    lapsing = any(course.rules[name].then is Then.LAPSES for name in course.lengthened(word))
    if event is not Event.MORE_TIME or not lapsing:
        return event
    asks = course.request.side_of(word.by) is Side.REQUESTING
    return Event.EXTENSION_ASKED if asks else Event.EXTENDED


def _said_before(course: Course, event: Event) -> bool:
    if event in DECISIONS:
        return event is course.decision
    return event in ONCE and any(step.event is event and step.counted for step in course.steps)


def _refusal(state: State, event: Event, side: Side) -> tuple[Mark, ...]:
    """Why a step does not count; empty where it does."""
    if side not in WHO[event]:
        return (Mark.NOT_THEIRS,)
    if (state, event) in STEPS:
        return ()
    late = state is State.LAPSED and event in (Event.EXTENSION_ASKED, Event.EXTENDED, Event.ASSISTANCE_ASKED)
    return (Mark.TOO_LATE if late else Mark.OUT_OF_TURN,)


def _owed(course: Course, word: Word) -> tuple[Mark, ...]:
    """What the text asks of a refusal and this one does not have."""
    demands = course.request.demands
    no_ground = (Mark.NO_GROUND,) if demands.ground_owed and not word.grounds else ()
    consulted = not demands.consult_owed or course.done().first(Event.CONSULTED) is not None
    return no_ground if consulted else (*no_ground, Mark.NOT_CONSULTED)


def _run_clocks(course: Course, event: Event, word: Word) -> None:
    """Start, hold, lengthen and end clocks."""
    for name, rule in course.rules.items():
        for moment in MOMENTS.get(event, ()):
            clock = course.clocks.get(name)
            if moment is rule.starts and name not in DATED and (clock is None or _begins_anew(clock, moment)):
                course.clocks[name] = _started(course, start(name, rule, word.at), rule)
            elif clock is not None:
                course.clocks[name] = heed(clock, rule, moment, word.at)
    _lengthen(course, event, word)
    _note_dates(course, event, word)
    if course.request.state in OVER:
        course.clocks = {name: stop(clock, word.at) for name, clock in course.clocks.items()}


def _started(course: Course, clock: Clock, rule: Rule) -> Clock:
    """A clock that begins while what would hold it is under way is held from its beginning."""
    return replace(clock, held=course.needed and rule.held is not None)


def _begins_anew(clock: Clock, moment: Moment) -> bool:
    return moment is Moment.COMPLETE and clock.state is ClockState.RUNNING


def _lengthen(course: Course, event: Event, word: Word) -> None:
    side = course.request.side_of(word.by)
    for name in course.lengthened(word):
        clock, rule = course.clocks.get(name), course.rules[name]
        if clock is None:
            continue
        if event is Event.EXTENSION_ASKED:
            clock = ask_more(clock, word.at)
        elif event is Event.EXTENSION_ENDED:
            clock = deny_more(clock)
        elif event is Event.EXTENDED:
            extension = course.request.demands.extension
            days = extension.days if extension is not None else None
            clock = extend(clock, word.time_until or once_more(clock.due, rule, days), word.at)
        elif event is Event.MORE_TIME and clock.acts.value != side.value and word.time_until is not None:
            clock = extend(clock, word.time_until, word.at)
        course.clocks[name] = clock


def _note_dates(course: Course, event: Event, word: Word) -> None:
    """Dates that the requested side names: until when it keeps what it has, or when it will come back to it."""
    if event is Event.POSTPONED and word.put_off_until is not None:
        course.clocks[PUT_OFF] = start(PUT_OFF, DATED[PUT_OFF], word.at, until=word.put_off_until)
    if word.kept_until is None or event not in DATES_WHAT_IS_KEPT or not _theirs(course, word):
        return
    for name, rule in course.rules.items():
        if rule.then is Then.LAPSES and Moment.SECURED is rule.starts:
            _date(course, name, rule, word)


def _theirs(course: Course, word: Word) -> bool:
    return course.request.side_of(word.by) is Side.REQUESTED and course.request.state not in OVER


def _date(course: Course, name: str, rule: Rule, word: Word) -> None:
    """What was said last counts, unless the date passed or nothing runs."""
    clock = course.clocks.get(name)
    if word.kept_until is None or (clock is not None and clock.state is not ClockState.RUNNING):
        return
    dated = start(name, rule, clock.began if clock else word.at, until=word.kept_until)
    course.clocks[name] = _started(course, dated, rule) if clock is None else replace(clock, due=word.kept_until)
    if too_short(dated, rule):
        _mark_last(course.steps, word.hash)


def _mark_last(steps: list[Step], hash_: str) -> None:
    last = max((at for at, step in enumerate(steps) if step.hash == hash_), default=None)
    if last is not None and Mark.TOO_SHORT not in steps[last].marks:
        steps[last] = replace(steps[last], marks=(*steps[last].marks, Mark.TOO_SHORT))
