"""Which injects are due now, and who did what was expected of them in time?

    due(course, sent, done, now)       (("first-call", "9ab0…/cert/duty", 2026-11-26T09:00Z), …)
    judge(course, sent, done, now)     each expectation of each inject that was sent, with what became of it

A desk is an opaque name. Its own clock of the exercise runs from `begins` (regional waves begin one after the other)
and stands still while the exercise is paused, for all or for that desk.

Invariants (docs/spec/exercises.md):
- an inject goes to a desk once; nothing is due before it begins, while it is paused, or after it ended;
- what waits for an act is due when a desk that got the earlier inject did it: the same desk, where it plays in both;
- the minutes that somebody had are counted by the clock that stood still while they could not act;
- what is asked of a desk that was called away by a real message is excused, not missed;
- what had its minutes still before it when the exercise ended stays open: nobody can know what would have come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from liaison.duty.exercises.scenario import Act, Expected, Inject, Scenario

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """From when (inclusive) until when (exclusive, None: still); of one desk, or of all."""

    begins: datetime
    ends: datetime | None
    desk: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """One exercise as it was planned and went: who plays what, when it began for each, when it stood still."""

    scenario: Scenario
    cast: Mapping[str, tuple[str, ...]]
    begins: Mapping[str, datetime]
    pauses: tuple[Pause, ...] = ()
    ended: datetime | None = None

    def clock(self, desk: str, at: datetime) -> timedelta:
        """How long the exercise has run for a desk; negative before it begins."""
        begins, at = self.begins[desk], min(at, self.ended or at)
        stood = sum((_overlap(each, begins, at) for each in self._pauses_of(desk)), timedelta())
        return at - begins - stood

    def paused(self, desk: str, at: datetime) -> bool:
        """Whether it stands still for a desk."""
        return any(each.begins <= at and (each.ends is None or at < each.ends) for each in self._pauses_of(desk))

    def called_away(self, desk: str, since: datetime, until: datetime) -> bool:
        """Whether the desk itself was out for some of this time."""
        return any(each.desk == desk and _overlap(each, since, until) > timedelta() for each in self.pauses)

    def _pauses_of(self, desk: str) -> Iterator[Pause]:
        """Those that count for a desk, put together where they overlap, so that no minute stands still twice."""
        own = sorted((each for each in self.pauses if each.desk in ("", desk)), key=lambda each: each.begins)
        reached: datetime | None = None
        for each in own:
            begins = each.begins if reached is None else max(each.begins, reached)
            if each.ends is None:
                yield Pause(begins, None, each.desk)
                return
            if each.ends > begins:
                yield Pause(begins, each.ends, each.desk)
                reached = each.ends


@dataclass(frozen=True, slots=True)
class Sent:
    """An inject that a desk got."""

    inject: str
    desk: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """Something a desk did: about the inject in whose case it was, or by telling other desks (`inject` is empty)."""

    act: Act
    desk: str
    at: datetime
    inject: str = ""
    form: str = ""
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class DueInject:
    """An inject that is to be sent to a desk."""

    at: datetime
    inject: str
    desk: str


class Outcome(StrEnum):
    """What became of an expectation."""

    OPEN = "open"
    IN_TIME = "in-time"
    LATE = "late"
    MISSED = "missed"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class Judged:
    """One expectation of one desk: how long it took by the desk's clock, or None."""

    inject: str
    desk: str
    expected: Expected
    outcome: Outcome
    took: timedelta | None = field(default=None)


def due(course: Course, sent: Iterable[Sent], done: Sequence[Done], now: datetime) -> tuple[DueInject, ...]:
    """What is to be sent by now, the longest due first."""
    if course.ended is not None:
        return ()
    reached = {(each.inject, each.desk): each for each in sent}
    found = [
        DueInject(at, name, desk)
        for name, inject in course.scenario.injects.items()
        for desk in players(course, inject.to)
        if (name, desk) not in reached and not course.paused(desk, now)
        for at in _due_at(course, inject, desk, reached, done)
        if course.clock(desk, now) >= at - course.begins[desk]
    ]
    return tuple(sorted(found))


def players(course: Course, roles: Iterable[str]) -> tuple[str, ...]:
    """The desks that play these roles, each once, in the order of the cast."""
    return tuple(dict.fromkeys(desk for role in roles for desk in course.cast.get(role, ())))


def judge(course: Course, sent: Iterable[Sent], done: Sequence[Done], now: datetime) -> tuple[Judged, ...]:
    """Every expectation of every inject that was sent, in the order of the scenario."""
    order = {name: at for at, name in enumerate(course.scenario.injects)}
    reached = sorted(sent, key=lambda each: (order[each.inject], each.at, each.desk))
    return tuple(
        _judge(course, each, expected, done, now)
        for each in reached
        for expected in course.scenario.injects[each.inject].expected
    )


def _due_at(
    course: Course, inject: Inject, desk: str, sent: Mapping[tuple[str, str], Sent], done: Sequence[Done]
) -> Iterator[datetime]:
    """When it is due for a desk, as if its clock had never stood still; at most one."""
    begins = course.begins[desk]
    if inject.after is None:
        yield begins + inject.minutes * MINUTE
        return
    times = []
    earlier = players(course, course.scenario.injects[inject.after.inject].to)
    for who in (desk,) if desk in earlier else earlier:
        first = sent.get((inject.after.inject, who))
        if first is None:
            continue
        times += [each.at for each in done if each.act is inject.after.action and _about(course, each, first)]
    if times:
        yield begins + course.clock(desk, min(times)) + inject.minutes * MINUTE
    elif inject.at_latest is not None:
        yield begins + inject.at_latest * MINUTE


def _about(course: Course, done: Done, sent: Sent) -> bool:
    """Whether what was done may be about what was sent: after that, and before the exercise ended."""
    if done.desk != sent.desk or done.at < sent.at or (course.ended is not None and done.at > course.ended):
        return False
    return done.inject == sent.inject if done.act is not Act.TOLD else True


def _judge(course: Course, sent: Sent, expected: Expected, done: Sequence[Done], now: datetime) -> Judged:
    times = [each.at for each in done if _meets(course, each, sent, expected)]
    began = course.clock(sent.desk, sent.at)
    allowed = expected.within * MINUTE
    if times:
        took = course.clock(sent.desk, min(times)) - began
        outcome = Outcome.IN_TIME if took <= allowed else Outcome.LATE
        return Judged(sent.inject, sent.desk, expected, outcome, took)
    until = min(now, course.ended or now)
    if course.clock(sent.desk, until) - began <= allowed:
        outcome = Outcome.OPEN
    else:
        outcome = Outcome.EXCUSED if course.called_away(sent.desk, sent.at, until) else Outcome.MISSED
    return Judged(sent.inject, sent.desk, expected, outcome)


def _meets(course: Course, done: Done, sent: Sent, expected: Expected) -> bool:
    if done.act is not expected.action or not _about(course, done, sent):
        return False
    if expected.form and done.form != expected.form:
        return False
    return expected.action is not Act.TOLD or bool(set(done.to) & set(course.cast.get(expected.to, ())))


def _overlap(pause: Pause, begins: datetime, ends: datetime) -> timedelta:
    """How much of the time between is in the pause."""
    return max(timedelta(), min(pause.ends or ends, ends) - max(pause.begins, begins))
