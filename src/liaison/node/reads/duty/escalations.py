"""Who was told of a message that waits for a person, by which way, and who has it?

    escalations(node, desk, case=…)      of one case, in the order they came
    escalations(node, desk)              those at the desk that are not over

Invariants: rows of the desk alone; nothing of a message is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liaison.duty.escalation import Happening, Kind, Snapshot, Standing, stand
from liaison.duty.plans import Plan, Rung, ladder, plans_at_first, read_plan
from liaison.messages.parties import DeskRef
from liaison.node.models import ContactMethod, Escalation, EscalationEvent, EscalationPlan, Notification, Officer
from liaison.node.node import Node
from liaison.node.reads.desk.listing import of_desk
from liaison.node.reads.duty.rotas import at_the_desk
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import reading

MOST = 100
HAVE = (Kind.HAS, Kind.SNOOZED)
"""Lines by which an officer says that they have it."""


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt by one provider; `ended_at` is None while nobody knows its end."""

    provider: str
    state: str
    error: str
    at: datetime
    ended_at: datetime | None

    @property
    def seconds(self) -> int:
        """How long the provider took, in whole seconds; 0 while nobody knows."""
        return max(0, int((self.ended_at - self.at).total_seconds())) if self.ended_at else 0


@dataclass(frozen=True, slots=True)
class Sent:
    """One notification: to whom, by which way, what came of it, and every try; `due` is when the next one is made.

    `together` is the code of the notification that told of several messages, and of this one among them; `out_of_hours`
    says that all ways of the officer should have been silent.
    """

    officer: str
    channel: str
    state: str
    made_at: datetime
    due: datetime | None
    repeated: bool
    tries: tuple[Try, ...]
    together: str = ""
    out_of_hours: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a history, with the name of the officer it speaks of and what was sent for it.

    `until` is when what was put off or handed on begins again, `by` who handed it on, or called the officer in.
    """

    kind: str
    at: datetime
    officer: str
    rung: Rung | None
    reached: int
    sent: tuple[Sent, ...]
    until: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class EscalationRead:
    """An escalation with its history; `more` people have to have it before it stops.

    `until` is when what was put off begins again, or what was `handed_to` a colleague who has said nothing yet.
    """

    message_id: str
    case: str
    code: str
    state: str
    begun_at: datetime
    due: datetime | None
    more: int
    lines: tuple[Line, ...]
    until: datetime | None = None
    handed_to: str = ""

    @property
    def told(self) -> tuple[Line, ...]:
        """The steps that were taken."""
        return tuple(each for each in self.lines if each.kind == Kind.TOLD)

    @property
    def escalated_at(self) -> datetime | None:
        """When more than the first step was needed."""
        return next((each.at for each in self.told[1:]), None)

    @property
    def held_by(self) -> tuple[str, ...]:
        """Who said "I have it", since it last began again."""
        return tuple(dict.fromkeys(each.officer for each in self._have if each.officer))

    @property
    def has_at(self) -> datetime | None:
        """When the first of them said so."""
        return next((each.at for each in self._have), None)

    @property
    def _have(self) -> tuple[Line, ...]:
        """What was said before it began again counts no more."""
        begins = max((place for place, each in enumerate(self.lines, 1) if each.kind == Kind.LAPSED), default=0)
        return tuple(each for each in self.lines[begins:] if each.kind in HAVE)

    @property
    def signed_at(self) -> datetime | None:
        """When the sender was told."""
        return next((each.at for each in self.lines if each.kind == Kind.SIGNED), None)

    @property
    def nobody(self) -> bool:
        """Whether steps were taken and none of them reached anybody."""
        return bool(self.told) and not any(each.reached for each in self.told)


def escalations(node: Node, desk: DeskRef, *, case: str = "") -> tuple[EscalationRead, ...]:
    """The escalations of a case, or all at the desk that are not over."""
    with reading(node):
        rows = Escalation.objects.filter(**of_desk(desk)).select_related("incoming")
        rows = rows.filter(case=case) if case else rows.exclude(state="over")
        found = list(rows.defer("incoming__plaintext").order_by("pk")[:MOST])
        if not found:
            return ()
        keys = [row.pk for row in found]
        events: dict[int, list[Any]] = {}
        for event in EscalationEvent.objects.filter(escalation__in=keys).order_by("pk"):
            events.setdefault(event.escalation_id, []).append(event)
        sent = _sent(keys)
        named = dict(
            Officer.objects.filter(
                pk__in={one for es in events.values() for e in es for one in (e.officer, e.by)}
            ).values_list("pk", "name")
        )
        return tuple(_read(row, events.get(row.pk, []), sent, named) for row in found)


def _sent(keys: list[int]) -> dict[tuple[int, int, int], list[Sent]]:
    found: dict[tuple[int, int, int], list[Sent]] = {}
    rows = Notification.objects.filter(escalation__in=keys).select_related("officer", "method", "leader")
    for row in rows.prefetch_related("attempts", "leader__attempts").order_by("pk"):
        carrier = row.leader or row
        tries = tuple(
            Try(each.provider, each.state, each.error, each.at, each.ended_at)
            for each in sorted((*row.attempts.all(), *_carried(row)), key=lambda each: each.pk)
        )
        due = row.due if row.state == "queued" else None
        who, how = (row.officer.name, row.method.channel, row.state), (carrier.list_code, row.out_of_hours)
        told = Sent(*who, row.made_at, due, row.repeated, tries, *how)
        found.setdefault((row.escalation_id, row.cycle, row.place), []).append(told)
    return found


def _carried(row: Notification) -> list[Any]:
    """The tries of the notification that told of this one too."""
    return list(row.leader.attempts.all()) if row.leader is not None else []


def _read(
    row: Escalation, events: list[Any], sent: dict[tuple[int, int, int], list[Sent]], named: dict[int, str]
) -> EscalationRead:
    plan = read_plan(row.plan.encode())
    standing = _standing(plan, row, events)
    lines = tuple(_lines(row, plan, events, sent, named))
    more = max(0, standing.wanted - len(standing.people))
    handed = next((line.officer for line in reversed(lines) if line.kind == Kind.HANDED), "") if row.handed_to else ""
    found = (row.incoming.message_id, row.case, row.code, row.state, row.begun_at, row.due)
    return EscalationRead(*found, more, lines, row.held_until, handed)


def _standing(plan: Plan, row: Escalation, events: list[Any]) -> Standing:
    history = [Happening(Kind(e.kind), e.at, e.cycle, e.place, e.officer, e.reached, e.minutes, e.by) for e in events]
    return stand(Snapshot(plan, row.begun_at), history)


def _lines(
    row: Escalation, plan: Plan, events: list[Any], sent: dict[tuple[int, int, int], list[Sent]], named: dict[int, str]
) -> Iterator[Line]:
    rungs = ladder(plan)
    for event in events:
        told = event.kind == Kind.TOLD
        rung = rungs[event.place] if told else None
        key = (row.pk, event.cycle, event.place)
        by_step = tuple(sent.get(key, ())) if told or event.kind in (Kind.HANDED, Kind.CALLED) else ()
        until = event.at + timedelta(minutes=event.minutes) if event.minutes else None
        who = named.get(event.officer, "")
        yield Line(event.kind, event.at, who, rung, event.reached, by_step, until, named.get(event.by, ""))


@dataclass(frozen=True, slots=True)
class PlanRead:
    """The plan of one urgency; `made` is false for the one that every desk begins with."""

    urgency: str
    plan: Plan
    made: bool
    changed_by: str
    changed_at: datetime | None


def plans_of(node: Node, register: str, desk: DeskRef) -> tuple[PlanRead, ...]:
    """The plans of a desk, one for each urgency."""
    with reading(node):
        rows = {row.urgency: row for row in EscalationPlan.objects.filter(**columns(register, desk))}
        named = dict(Officer.objects.filter(pk__in={row.changed_by for row in rows.values()}).values_list("pk", "name"))
    found = []
    for urgency, first in plans_at_first().items():
        row = rows.get(urgency)
        plan = read_plan(row.plan.encode()) if row else first
        by, at = (named.get(row.changed_by, ""), row.changed_at) if row else ("", None)
        found.append(PlanRead(urgency, plan, row is not None, by, at))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Reachable:
    """An officer of the desk, by how many confirmed ways they are told, and which of their ways fail since when."""

    number: int
    name: str
    ways: int
    failing: tuple[tuple[str, datetime, str], ...]


def reachable(node: Node, register: str, desk: DeskRef) -> tuple[Reachable, ...]:
    """How the officers of a desk are reached, without any address."""
    with reading(node):
        here = at_the_desk(node, register, desk, node.clock.now())
        methods: dict[int, list[Any]] = {}
        for row in ContactMethod.objects.filter(officer__in=here, removed_at=None).exclude(verified_at=None):
            methods.setdefault(row.officer_id, []).append(row)
        named = Officer.objects.filter(pk__in=here).order_by("name").values_list("pk", "name")
        return tuple(
            Reachable(
                number,
                name,
                len(methods.get(number, ())),
                tuple((m.channel, m.failing_since, m.last_error) for m in methods.get(number, ()) if m.failing_since),
            )
            for number, name in named
        )
