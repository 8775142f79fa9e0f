"""What must an escalation do, written so plainly that one sees it is right? The twin of `liaison.duty.escalation`.

It walks through time in steps of five seconds with lists and flags, and knows nothing of folds, tables or ladders.
`Schedule` is a story: a plan, who does what at which second, when the worker was down, and how the clock jumped.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from liaison.duty.escalation import Happening, Kind, Lapse, Snapshot, State, Tell, due_of, moment, stand
from liaison.duty.plans import Plan, Step
from tests.mirrored import START

POLL = 5
END = 30 * 60


@dataclass(frozen=True)
class Act:
    """Somebody has it, puts it off, is handed it, or tells the sender, or the message is owed nothing any more."""

    at: int
    kind: Kind
    officer: int = 0
    minutes: int = 0
    by: int = 0


@dataclass(frozen=True)
class Schedule:
    plan: Plan
    acts: tuple[Act, ...] = ()
    down: tuple[tuple[int, int], ...] = ()
    """From when to when no worker ran, in seconds of real time."""
    jumps: tuple[tuple[int, int], ...] = ()
    """At which second the clock was set by how many seconds."""
    empty: frozenset[str] = frozenset()
    """Targets behind which there is nobody."""

    def runs(self, second: int) -> bool:
        """Whether a worker runs at a real second."""
        return not any(begin <= second < end for begin, end in self.down)

    def ticks(self) -> list[tuple[int, int, bool]]:
        """Every look of a worker: the real second, what the clock shows then, and whether the worker runs."""
        found, ahead, jumps = [], 0, sorted(self.jumps, reverse=True)
        for second in range(0, END, POLL):
            while jumps and jumps[-1][0] <= second:
                ahead += jumps.pop()[1]
            found.append((second, second + ahead, self.runs(second)))
        return found

    def reached(self, tell: tuple[str, ...]) -> int:
        return len([target for target in tell if target not in self.empty])


@dataclass
class Said:
    """What came of a schedule: (real second, cycle, place), a lapse has no place."""

    told: list[tuple[int, int, int | None]] = field(default_factory=list)
    reminded: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    """At which second a step told those as well who had put it off."""


@dataclass
class _Hands:
    """In whose hands it is, as the twin counts it."""

    people: set[int] = field(default_factory=set)
    signed: bool = False
    held_since: int | None = None
    until: int | None = None
    handed: bool = False
    later: set[int] = field(default_factory=set)
    finished: bool = False

    def take(self, act: Act, now: int, wanted: int) -> None:
        """Somebody does something."""
        if act.kind is Kind.DROPPED:
            self.finished = True
            return
        if act.kind is Kind.HANDED:
            self.people -= set() if self.signed else {act.by}
            self.later.discard(act.by)
            self.handed, self.held_since, self.until = True, now, now + act.minutes * 60
            return
        if self.handed:
            self.handed, self.held_since, self.until = False, now, None
        if act.kind is Kind.SIGNED:
            self.signed = True
            self.people = self.people or {act.officer}
        else:
            self.people.add(act.officer)
        if len(self.people) >= wanted:
            self.finished = self.signed
            self.held_since, self.until = (now, None) if self.held_since is None else (self.held_since, self.until)
        if act.kind is Kind.SNOOZED:
            self.later.add(act.officer)
            self.until = now + act.minutes * 60 if self.held_since is not None else None


def naive(schedule: Schedule) -> Said:
    """The twin: everything by counting."""
    plan, said = schedule.plan, Said()
    steps = [(step.tell, step.wants, step.minutes * 60) for step in plan.steps] * (plan.repeats + 1)
    steps.append((plan.last, 1, 0))
    cycle, place, base = 0, 0, 0
    last_told: int | None = None
    last_reached = 0
    wanted, hands, newest = steps[0][1], _Hands(), 0
    acts = sorted(schedule.acts, key=lambda act: act.at)
    for second, now, runs in schedule.ticks():
        while acts and acts[0].at <= second and not hands.finished:
            act = acts.pop(0)
            newest = now
            hands.take(act, now, wanted)
        while runs and not hands.finished:
            set_back = newest - now > 60
            if hands.held_since is not None:
                if (
                    now < (hands.held_since + plan.signed_within * 60 if hands.until is None else hands.until)
                    and not set_back
                ):
                    break
                said.told.append((second, cycle, None))
                cycle, place, base, last_told, hands.held_since = cycle + 1, 0, now, None, None
                wanted, hands.people, newest, hands.until, hands.handed = steps[0][1], set(), now, None, False
                continue
            if place == len(steps):
                break
            so_far = base + sum(wait for _, _, wait in steps[:place])
            if last_told is None or last_reached == 0:
                waited = now >= (base if last_told is None else last_told)
            else:
                waited = now >= so_far or now >= last_told + steps[place - 1][2]
            if not waited and not set_back:
                break
            said.told.append((second, cycle, place))
            said.reminded += [(second, tuple(sorted(hands.later)))] if hands.later else []
            hands.later = set()
            wanted = steps[0][1] if place == 0 else max(wanted, steps[place][1])
            last_reached, last_told, newest = schedule.reached(steps[place][0]), now, now
            place += 1
    return said


def engine(schedule: Schedule) -> Said:
    """The same story told to `liaison.duty.escalation`, as the worker does it: fold, look, note, look again."""
    said, history = Said(), list[Happening]()
    snapshot = Snapshot(schedule.plan, clock(0))
    acts = sorted(schedule.acts, key=lambda act: act.at)
    standing, ran = stand(snapshot, history), True
    due_at, last_at = _seconds(moment(snapshot, standing)), 0
    for second, shows, runs in schedule.ticks():
        fresh = runs and not ran  # A worker that starts knows what was noted, and nothing else.
        while acts and acts[0].at <= second:
            act = acts.pop(0)
            if act.kind is Kind.HANDED and stand(snapshot, history).state is State.OVER:
                continue
            history.append(Happening(act.kind, clock(shows), officer=act.officer, minutes=act.minutes, by=act.by))
            fresh = True
        ran = runs
        while fresh or (runs and due_at is not None and (due_at <= shows or last_at > shows)):
            if not fresh:
                next_ = due_of(snapshot, standing, clock(shows))
                if next_ is None:
                    break
                history.append(_noted(schedule, next_, clock(shows)))
                if isinstance(next_, Tell) and next_.also:
                    said.reminded.append((second, next_.also))
                said.told.append((second, next_.cycle, next_.place if isinstance(next_, Tell) else None))
            standing, fresh = stand(snapshot, list(history)), False
            due_at, last_at = _seconds(moment(snapshot, standing)), int((standing.last_at - START).total_seconds())
    return said


def _noted(schedule: Schedule, what: Tell | Lapse, at: datetime) -> Happening:
    if isinstance(what, Lapse):
        return Happening(Kind.LAPSED, at, what.cycle)
    return Happening(Kind.TOLD, at, what.cycle, what.place, reached=schedule.reached(what.rung.tell))


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int((at - START).total_seconds())


def clock(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


def draw(chance: random.Random, *, jumps: bool) -> Schedule:
    """A random schedule."""
    steps = tuple(_step(chance) for _ in range(chance.randint(1, 3)))
    plan = Plan(steps, ("desk",), repeats=chance.randint(0, 2), signed_within=chance.randint(1, 8))
    kinds = [Kind.HAS, Kind.HAS, Kind.SIGNED, Kind.DROPPED, Kind.SNOOZED, Kind.SNOOZED, Kind.HANDED, Kind.HANDED]
    acts = tuple(_act(chance, chance.choice(kinds)) for _ in range(chance.randint(0, 5)))
    down = tuple((begin, begin + chance.randrange(5, 900)) for begin in chance.sample(range(END), chance.randint(0, 2)))
    leaps = tuple((chance.randrange(0, END), chance.choice((-7200, -300, -30, 30, 7200))) for _ in range(2))
    empty = frozenset(target for target in ("rota", "officer:1") if chance.random() < 0.2)
    return Schedule(plan, acts, down, leaps if jumps else (), empty)


def _act(chance: random.Random, kind: Kind) -> Act:
    at, officer, by = chance.randrange(0, END, POLL), chance.randint(1, 3), chance.randint(1, 3)
    return Act(at, kind, officer, chance.randint(1, 12) if kind in (Kind.SNOOZED, Kind.HANDED) else 0, by)


def _step(chance: random.Random) -> Step:
    tell = tuple(chance.sample(["rota", "desk", "officer:1"], chance.randint(1, 2)))
    return Step(tell, chance.randint(1, 6), chance.choice((1, 1, 2)))
