"""Which steps does the requested side take at home, and until when does each hold?

    ordered     the order was made: 90 days at most, renewable      served      on the provider
    returned    the provider gave the data                          arrested    of a provisional arrest

    clocks = home_clocks(request, [HomeStep(Moment.ORDERED, at)], zone="Africa/Nairobi")

Invariants (docs/spec/requests.md, "Steps at home"): they are noted at one desk and leave it only as a word of an
answer; their days are those of the desk's own calendar; a renewal while an order holds moves its date, one after it ran
out begins another, and the gap stays visible as a step of the desk; what ends them may be a step of the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from liaison.cooperation.clock_rules import Clock as Rule
from liaison.cooperation.clock_rules import Event as Moment
from liaison.cooperation.clocks import Clock, ClockState, heed, start, stop
from liaison.cooperation.history.course import MOMENTS
from liaison.cooperation.lifecycle import OVER
from liaison.cooperation.requests import Request

AT_HOME = (Moment.ORDERED, Moment.SERVED, Moment.RETURNED, Moment.ARRESTED)


@dataclass(frozen=True, slots=True)
class HomeStep:
    """Something done at home, and when."""

    moment: Moment
    at: datetime


def home_clocks(request: Request, steps: Iterable[HomeStep], *, zone: str = "UTC") -> tuple[Clock, ...]:
    """The clocks that begin with a step at home, by their rules in the text of the request."""
    moments = sorted([*_moments(request), *((step.at, step.moment) for step in steps)], key=lambda each: each[0])
    found = []
    for name, rule in request.demands.clocks.items():
        if rule.starts in AT_HOME and (clock := _run(name, rule, moments, zone)) is not None:
            found.append(stop(clock, request.since) if request.state in OVER else clock)
    return tuple(found)


def _moments(request: Request) -> Iterator[tuple[datetime, Moment]]:
    for step in request.steps:
        yield from ((step.at, moment) for moment in MOMENTS.get(step.event, ()) if step.counted)


def _run(name: str, rule: Rule, moments: Iterable[tuple[datetime, Moment]], zone: str) -> Clock | None:
    clock: Clock | None = None
    for at, moment in moments:
        if moment is rule.starts:
            again = clock is None or rule.renewable or clock.at(at).state is ClockState.MISSED
            clock = start(name, rule, at, zone=zone) if again else clock
        elif clock is not None:
            clock = heed(clock, rule, moment, at)
    return clock


def ended_at_home(request: Request, clock: Clock, steps: Iterable[HomeStep]) -> Clock:
    """A clock of the messages that a step at home ends, as the desk itself sees it: an order served in time."""
    rule = request.demands.clocks.get(clock.id)
    for step in sorted(steps, key=lambda each: each.at):
        if rule is not None and step.at >= clock.began:
            clock = heed(clock, rule, step.moment, step.at)
    return clock
