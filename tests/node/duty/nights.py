"""A night of a desk, drawn at random: who is on duty, what comes in under which plan, who takes it, and when the worker
stops or is killed. What was written down is judged by walking through it with a watch.

    night = draw(chance, officers)
    lived = live(stage, night)              over the tables of a node, with its own services
    judge(night, lived)                     nothing where every rule held, else the broken ones in words

Invariants: the judge knows nothing of folds, ladders and states; who is on duty it asks `tests.duty.twin`.
The worker is killed at any statement and at any handing over, as a process is: what was open is undone.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connections

from liaison.duty.plans import Plan, Step, print_plan
from liaison.duty.rota import ALL_DAYS, DAY, Layer, Override, Rota, Spell, Window
from liaison.node.models import (
    DutyHoliday,
    DutyLayer,
    DutySpell,
    Escalation,
    EscalationEvent,
    EscalationPlan,
    Notification,
    NotificationAttempt,
)
from liaison.node.services.desk.answering import acknowledge_message
from liaison.node.services.duty import rotas
from liaison.node.services.escalation.keeping import note_has
from liaison.node.services.escalation.sending import free_tries, send_due
from liaison.node.services.escalation.telling import escalate_due
from liaison.node.services.people.officers import desk_filter
from liaison.node.unit_of_work import reading, unit_of_work
from tests.node.duty.desk import Stage

END = 45 * 60
LATE = timedelta(seconds=5)
MESSAGES = 8
# Some minutes before clocks change there: by an hour, by half an hour, and a night on which none does.
BEGINS = {
    "Europe/Berlin": ("2027-03-28T00:40", "2027-10-31T00:35"),
    "America/St_Johns": ("2027-03-14T05:10", "2027-11-07T04:15"),
    "Australia/Lord_Howe": ("2027-04-03T14:45", "2027-10-02T15:10"),
    "Asia/Kathmandu": ("2027-01-05T18:00",),
    "UTC": ("2026-12-24T02:50",),
}


class Killed(BaseException):
    """The worker is gone, wherever it stood."""


@dataclass(frozen=True)
class Act:
    """So many seconds after a message came, an officer takes it; `signs`: and says so to the sender."""

    after: int
    officer: int
    signs: bool


@dataclass(frozen=True)
class Coming:
    """A message, at which second it comes, and under which plan."""

    at: int
    plan: Plan
    acts: tuple[Act, ...]


@dataclass(frozen=True)
class Night:
    begins: datetime
    rota: Rota
    comings: tuple[Coming, ...]
    stops: tuple[tuple[int, int], ...]
    """From when to when the worker is stopped, in seconds."""
    kills: tuple[tuple[int, int], ...]
    """After how many statements or handings over it is killed, and how many seconds later one runs again."""
    looks: frozenset[int]
    """Seconds at which it looks although nothing is due."""
    officers: tuple[int, ...]
    reached: frozenset[int]
    """Those who have a way to be told."""


@dataclass
class Lived:
    """What was written down of a night."""

    down: list[tuple[datetime, datetime]] = field(default_factory=list)
    messages: dict[int, str] = field(default_factory=dict)
    events: dict[int, list[Any]] = field(default_factory=dict)
    told: dict[int, list[Any]] = field(default_factory=dict)
    tries: dict[int, list[Any]] = field(default_factory=dict)
    rung: dict[str, int] = field(default_factory=dict)
    rings: dict[int, list[datetime]] = field(default_factory=dict)
    """When each notification was tried that carried itself and others."""
    rings_by_way: dict[int, list[datetime]] = field(default_factory=dict)
    kills: int = 0

    def up_from(self, at: datetime) -> datetime:
        """The first moment from `at` on at which a worker runs."""
        for begin, end in sorted(self.down):
            if begin <= at < end:
                at = end
        return at


def draw(chance: random.Random, officers: Mapping[int, bool]) -> Night:
    """A random night of officers, who have a way to be told or none."""
    zone = chance.choice(sorted(BEGINS))
    begins = datetime.fromisoformat(chance.choice(BEGINS[zone])).replace(tzinfo=UTC)
    comings = tuple(_coming(chance, officers) for _ in range(MESSAGES))
    stops = tuple((at, at + chance.randrange(1, 900)) for at in chance.sample(range(END), chance.randint(0, 2)))
    back = (0, 1, 4, 60, 400)
    kills = tuple((chance.randint(1, 250), chance.choice(back)) for _ in range(chance.randint(0, 4)))
    looks = frozenset(chance.sample(range(END), 4))
    reached = frozenset(number for number, way in officers.items() if way)
    return Night(
        begins, draw_rota(chance, zone, begins, officers), comings, stops, kills, looks, tuple(officers), reached
    )


def _coming(chance: random.Random, officers: Mapping[int, bool]) -> Coming:
    targets = ["rota", "desk", *(f"officer:{each}" for each in officers)]
    steps = tuple(
        Step(tuple(chance.sample(targets, chance.randint(1, 2))), chance.randint(1, 6), chance.choice((1, 1, 2)))
        for _ in range(chance.randint(1, 3))
    )
    last = (chance.choice(targets),)
    plan = Plan(steps, last, repeats=chance.randint(0, 2), signed_within=chance.randint(1, 8))
    acts = tuple(
        Act(chance.randrange(0, 1500), chance.choice(list(officers)), chance.random() < 0.5)
        for _ in range(chance.randint(0, 3))
    )
    return Coming(chance.randrange(0, 600), plan, acts)


def draw_rota(chance: random.Random, zone: str, begins: datetime, officers: Mapping[int, bool]) -> Rota:
    """A random rota around the beginning of a night."""
    names = [str(each) for each in officers]
    first = begins.replace(tzinfo=None, hour=0, minute=0) - timedelta(days=1)
    windows = (None, None, Window(ALL_DAYS, time(20), time(8)), Window(frozenset(range(5)), time(8), time(18)))
    layers = tuple(
        Layer(
            name,
            zone,
            first + timedelta(minutes=chance.choice((0, 30, 55))),
            chance.choice((1, 2, 8, DAY)),
            tuple(chance.sample(names, chance.randint(1, len(names)))),
            chance.choice(windows),
            chance.random() < 0.8,
        )
        for name in ("day", "night")[: chance.randint(0, 2)]
    )
    known = ["", *(each.name for each in layers)]
    overrides = tuple(
        Override(chance.choice(known), _spell(chance, begins, names)) for _ in range(chance.randint(0, 2))
    )
    absences = tuple(_spell(chance, begins, names) for _ in range(chance.randint(0, 2)))
    days = frozenset({begins.date()} if chance.random() < 0.3 else ())
    return Rota(layers, overrides, (), absences, days)


def _spell(chance: random.Random, begins: datetime, names: list[str]) -> Spell:
    start = begins + timedelta(minutes=chance.randint(-60, 40))
    end = max(begins, start) + timedelta(minutes=chance.randint(1, 60))
    return Spell(start, end, chance.choice(names))


def live(stage: Stage, night: Night) -> Lived:
    """Play the night at the desk of the stage; what it left is taken away again."""
    lived, node = Lived(), stage.node
    _clear(stage)
    stage.world.clock.at = night.begins
    _keep(stage, night.rota)
    worker = _Worker(stage, night, lived)
    acts = {number: sorted(coming.acts, key=lambda act: act.after) for number, coming in enumerate(night.comings)}
    moments = {0, *night.looks, *(coming.at for coming in night.comings), *(at for stop in night.stops for at in stop)}
    moments |= {coming.at + act.after for coming in night.comings for act in coming.acts}
    second = 0
    while second < END:
        stage.world.clock.at = night.begins + timedelta(seconds=second)
        for number, coming in enumerate(night.comings):
            if coming.at == second:
                lived.messages[number] = _receive(stage, coming.plan)
            while number in lived.messages and acts[number] and coming.at + acts[number][0].after <= second:
                _take(stage, lived.messages[number], acts[number].pop(0))
        worker.look(second)
        second = min([each for each in moments if each > second] + [worker.next_look(second), END])
    with reading(node):
        _read(lived)
    for each in stage.phones.rung:
        lived.rung[each.notice.name] = lived.rung.get(each.notice.name, 0) + 1
    lived.down = [(night.begins + timedelta(seconds=a), night.begins + timedelta(seconds=b)) for a, b in worker.down]
    lived.kills = worker.killed
    return lived


class _Worker:
    """Looks when something is due, as one that looks every second does; dies, and another one begins."""

    def __init__(self, stage: Stage, night: Night, lived: Lived) -> None:
        self.stage, self.night, self.lived = stage, night, lived
        self.down = list(night.stops)
        self.kills = list(night.kills)
        self.killed = 0
        self.fresh, self.dying = True, False
        stage.phones.after = self._handed_over

    def runs(self, second: int) -> bool:
        return not any(begin <= second < end for begin, end in self.down)

    def look(self, second: int) -> None:
        node = self.stage.node
        while self.runs(second):
            self.dying = False
            try:
                with connections[node.database].execute_wrapper(self._statement):
                    if self.fresh:
                        free_tries(node, [])
                    self.fresh = False
                    escalate_due(node)
                    send_due(node)
                return
            except Killed:
                _, back = self.kills.pop(0)
                self.killed, self.fresh = self.killed + 1, True
                self.down.append((second, second + back))
        self.fresh = True

    def next_look(self, second: int) -> int:
        """The next second at which a look would find something, or the worker is back."""
        back = [end for begin, end in self.down if begin <= second < end]
        if back:
            return max(back)
        with reading(self.stage.node):
            rows = [
                model.objects.exclude(due=None).order_by("due").values_list("due", flat=True).first()
                for model in (Escalation, Notification)
            ]
        found = [-(-(each - self.night.begins).total_seconds() // 1) for each in rows if each is not None]
        return max(second + 1, int(min(found))) if found else END

    def _statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self._count()
        return execute(sql, params, many, context)

    def _handed_over(self) -> None:
        self._count()

    def _count(self) -> None:
        if not self.kills or self.dying:
            return
        left, back = self.kills[0]
        if left <= 1:
            self.dying = True  # What is undone from now on is undone by the database.
            raise Killed
        self.kills[0] = (left - 1, back)


def _clear(stage: Stage) -> None:
    with unit_of_work(stage.node):
        for model in (Escalation, EscalationPlan, DutyLayer, DutySpell, DutyHoliday):
            model.objects.all().delete()
    stage.phones.rung.clear()
    stage.phones.tried.clear()
    stage.phones.after = lambda: None


def _keep(stage: Stage, rota: Rota) -> None:
    node, seat = stage.node, stage.seat
    for layer in rota.layers:
        rotas.keep_layer(node, seat, layer, by=0)
    for override in rota.overrides:
        rotas.override(node, seat, override, by=0)
    for spell in rota.absences:
        rotas.be_away(node, seat, spell, by=0)
    for day in rota.holidays:
        rotas.keep_holiday(node, seat, day, "", by=0)


def _receive(stage: Stage, plan: Plan) -> str:
    place = {"register": stage.world.register, **desk_filter(stage.world.desk("XD")), "urgency": "urgent"}
    values = {"plan": print_plan(plan).decode(), "changed_by": 0, "changed_at": stage.node.clock.now()}
    with unit_of_work(stage.node):
        EscalationPlan.objects.update_or_create(**place, defaults=values)
    return stage.receive("urgent")


def _take(stage: Stage, message: str, act: Act) -> None:
    desk = stage.world.desk("XD")
    if act.signs:
        acknowledge_message(stage.node, desk, message, officer=act.officer)
    else:
        note_has(stage.node, desk, message, officer=act.officer)


def _read(lived: Lived) -> None:
    numbers = {message: number for number, message in lived.messages.items()}
    for row in Escalation.objects.select_related("incoming"):
        number = numbers[row.incoming.message_id]
        lived.events[number] = list(EscalationEvent.objects.filter(escalation=row).order_by("pk"))
        lived.told[number] = list(Notification.objects.filter(escalation=row).order_by("pk"))
        tries = NotificationAttempt.objects.filter(notification__escalation=row).select_related("notification")
        lived.tries[number] = list(tries.order_by("pk"))
        for each in lived.tries[number]:
            lived.rings.setdefault(each.notification_id, []).append(each.at)
            lived.rings_by_way.setdefault(each.notification.method_id, []).append(each.at)
