"""What is a request for cooperation, as the messages at hand show it?

    request.state, request.since        where it stands, and since when by the clock of whoever moved it there
    request.clock("preservation")       until when what was asked for is kept
    request.steps                       everything that was said of it, also what did not count, with the reason
    stand(request, now)                 the same as it stands now: what ran out has lapsed

Invariants (docs/spec/requests.md, "History"):
- it is made by `history` from what both sides signed and holds nothing else;
- `root`, the hash of the message that asks, names it on both sides;
- what the other side did without having to stands as it did: a refusal without a ground is one, and is marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from liaison.cooperation.clock_rules import Clock as Rule
from liaison.cooperation.clock_rules import Extension
from liaison.cooperation.clocks import Clock, Due, stop
from liaison.cooperation.lifecycle import STEPS, Event, Side, State
from liaison.messages.parties import DeskRef


class Mark(StrEnum):
    """What a reader has to know of a step."""

    OUT_OF_TURN = "out-of-turn"
    NOT_THEIRS = "not-theirs"
    TOO_LATE = "too-late"
    NO_GROUND = "no-ground"
    NOT_CONSULTED = "not-consulted"
    TOO_SHORT = "too-short"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What the text that a request rests on demands of its course. Where there are `no_others`, only the `grounds` it
    lists let a State refuse."""

    clocks: Mapping[str, Rule] = field(default_factory=dict)
    extension: Extension | None = None
    grounds: frozenset[str] = frozenset()
    no_others: bool = False
    ground_owed: bool = False
    consult_owed: bool = False


NO_DEMANDS = Demands()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One message as it counts for a request, with what it brings about, in order.

    `about` is the message that it refers to, `linked` the hash or identifier of an earlier request that it names;
    `received` when, by its receipt, the other node had it. `kept_until`, `put_off_until` and `time_until` are dates it
    names: of what is kept, of a postponement, and of the clock `clock`.
    """

    hash: str
    message_id: str
    case: str
    form: str
    events: tuple[Event, ...]
    by: DeskRef
    to: tuple[DeskRef, ...]
    at: datetime
    about: str = ""
    linked: str = ""
    demands: Demands = NO_DEMANDS
    instrument: str = ""
    basis: str = ""
    assists: bool = False
    exercise: bool = False
    urgency: str = "routine"
    wanted: datetime | None = None
    received: datetime | None = None
    grounds: tuple[str, ...] = ()
    kept_until: Due | None = None
    put_off_until: Due | None = None
    clock: str = ""
    time_until: Due | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was said of a request. `counted` says that the table of steps has it."""

    event: Event
    side: Side
    at: datetime
    hash: str
    counted: bool
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as the messages at hand show it; `parent` is the one that it extends or carries on."""

    root: str
    message_id: str
    case: str
    form: str
    instrument: str
    basis: str
    exercise: bool
    urgency: str
    asker: DeskRef
    asked: tuple[DeskRef, ...]
    sent_at: datetime
    state: State
    since: datetime
    demands: Demands
    parent: str = ""
    grounds: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    steps: tuple[Step, ...] = ()

    def side_of(self, desk: DeskRef) -> Side:
        """On which side a desk of the case stands."""
        return side_of(desk, self.asker, self.asked)

    def clock(self, name: str) -> Clock | None:
        """The clock of this id, if it was started."""
        return next((clock for clock in self.clocks if clock.id == name), None)

    def first(self, event: Event) -> Step | None:
        """When something first happened to it."""
        return next((step for step in self.steps if step.event is event and step.counted), None)


def side_of(desk: DeskRef, asker: DeskRef, asked: Sequence[DeskRef]) -> Side:
    """On which side a desk stands: that of whoever it shares a participant with."""
    if desk == asker:
        return Side.REQUESTING
    others = {each.participant for each in asked} - {asker.participant}
    return Side.REQUESTED if not others or desk.participant in others else Side.REQUESTING


def stand(request: Request, now: datetime) -> Request:
    """The request as it stands now: a date that passed has made it lapse."""
    gone = [clock for clock in request.clocks if clock.runs_out(now)]
    if not gone or (request.state, Event.LAPSED) not in STEPS:
        return replace(request, clocks=tuple(clock.at(now) for clock in request.clocks))
    at = min(clock.due.at for clock in gone)
    lapsed = Step(Event.LAPSED, Side.TIME, at, "", counted=True)
    clocks = tuple(stop(clock, at) for clock in request.clocks)
    return replace(request, state=State.LAPSED, since=at, clocks=clocks, steps=(*request.steps, lapsed))
