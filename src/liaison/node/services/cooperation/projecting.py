"""How do the tables of requests and clocks follow the messages of a desk?

    note_request(node, core, desk)       inside the unit of work that stores a message of a case
    note_had(node, register, desk, …)    inside the one that stores a receipt: the other node has a request
    refold(node, register, desk, cases)  inside a unit of work: make the rows of these cases again
    rebuild(node)                        drop all rows and make them again from what is kept

Invariants: rows are what `cooperation.history` makes of the messages and of the desk's own notes, and nothing else, so
they can be dropped at any time; requests that refer to one another are made again together, in whichever cases they
are; a message that speaks of no request costs one look at its form.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.cooperation.clock_rules import Event as Moment
from liaison.cooperation.clocks import Clock, ClockState
from liaison.cooperation.domestic import HomeStep as Step
from liaison.cooperation.domestic import ended_at_home, home_clocks
from liaison.cooperation.history.folding import histories
from liaison.cooperation.history.reading import BESIDE, speaks_of_requests
from liaison.cooperation.lifecycle import OVER, Event, Side, State
from liaison.cooperation.reminding import AGAIN, next_reminder
from liaison.cooperation.requests import Request, stand
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, HomeStep, RequestClock, RequestFile, RequestReminder, SpokenRequest
from liaison.node.node import Node
from liaison.node.reads.cooperation.spoken import spoken_clocks
from liaison.node.reads.cooperation.tied import tied_words
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import unit_of_work


def note_request(node: Node, core: Core, desk: DeskRef, now: datetime) -> None:
    """Inside a unit of work: a message was stored in a case of this desk."""
    if speaks_of_requests(core.form) or (core.form in BESIDE and _has_requests(core.register, desk, core.case)):
        refold(node, core.register, desk, {core.case}, now)


def note_had(node: Node, register: str, desk: DeskRef, case: str, now: datetime) -> None:
    """Inside a unit of work: a receipt came for what this desk sent in a case."""
    if _has_requests(register, desk, case):
        refold(node, register, desk, {case}, now)


def _has_requests(register: str, desk: DeskRef, case: str) -> bool:
    return bool(RequestFile.objects.filter(**columns(register, desk), case=case).exists())


def refold(node: Node, register: str, desk: DeskRef, cases: Collection[str], now: datetime) -> tuple[Request, ...]:
    """Inside a unit of work: make the rows of these cases, and of those tied to them, again; the requests in them."""
    place = columns(register, desk)
    words, tied = tied_words(register, desk, cases)
    found = tuple(stand(request, now) for request in histories(words))
    readable = {word.case for word in words}
    RequestFile.objects.filter(**place, case__in=readable).exclude(root__in=[each.root for each in found]).delete()
    for request in found:
        _keep_file(place, desk, request)
    clocks = [
        *_clocks_of(place, desk, found),
        *(_spoken(row, clock) for row, clock in spoken_clocks(place, tied, found)),
    ]
    _keep_clocks(place, tied, clocks)
    return found


def rebuild(node: Node) -> int:
    """Drop every row that follows from messages and make it again; how many requests there are."""
    now, made = node.clock.now(), 0
    with unit_of_work(node):
        RequestFile.objects.exclude(case__in=Case.objects.exclude(destroyed_at=None).values("case")).delete()
        RequestClock.objects.all().delete()
        for row in Case.objects.filter(destroyed_at=None).order_by("pk").iterator():
            desk = DeskRef(row.participant, row.node, row.desk)
            made += len([each for each in refold(node, row.register, desk, {row.case}, now) if each.case == row.case])
    return made


def _keep_file(place: dict[str, Any], desk: DeskRef, request: Request) -> None:
    answered = request.first(Event.ANSWERED) or request.first(Event.REFUSED)
    RequestFile.objects.update_or_create(
        **place,
        root=request.root,
        defaults={
            "case": request.case,
            "message_id": request.message_id,
            "form": request.form,
            "instrument": request.instrument,
            "basis": request.basis,
            "ours": request.side_of(desk) is Side.REQUESTING,
            "parent": request.parent,
            "urgency": request.urgency,
            "exercise": request.exercise,
            "state": request.state.value,
            "since": request.since,
            "sent_at": request.sent_at,
            "answered_at": answered.at if answered is not None else None,
            "grounds": list(request.grounds),
            "marked": any(step.marks for step in request.steps),
        },
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """A clock with what its row says beside it."""

    case: str
    root: str
    clock: Clock
    ours: bool
    home: bool
    over: bool
    urgency: str
    exercise: bool


def _clocks_of(place: dict[str, Any], desk: DeskRef, requests: Iterable[Request]) -> Iterator[Kept]:
    for request in requests:
        rows = list(HomeStep.objects.filter(**place, root=request.root).order_by("at", "pk"))
        steps = [Step(Moment(row.moment), row.at) for row in rows]
        side = request.side_of(desk)
        own = home_clocks(request, steps, zone=rows[-1].zone if rows else "UTC")
        names = {clock.id for clock in own}
        for clock in (*(ended_at_home(request, each, steps) for each in request.clocks if each.id not in names), *own):
            yield Kept(
                request.case,
                request.root,
                clock,
                ours=clock.acts.value == side.value,
                home=clock.id in names,
                over=request.state in OVER and request.state is not State.LAPSED,
                urgency=request.urgency,
                exercise=request.exercise,
            )


def _spoken(row: SpokenRequest, clock: Clock) -> Kept:
    return Kept(row.case, "", clock, row.ours, home=False, over=False, urgency=row.urgency, exercise=row.exercise)


def _keep_clocks(place: dict[str, Any], cases: Collection[str], clocks: Iterable[Kept]) -> None:
    kept = set()
    for each in clocks:
        clock = each.clock
        row, _ = RequestClock.objects.update_or_create(
            **place,
            case=each.case,
            root=each.root,
            clock=clock.id,
            defaults={
                "acts": clock.acts.value,
                "ours": each.ours,
                "home": each.home,
                "lapses": clock.lapses,
                "urgency": each.urgency,
                "exercise": each.exercise,
                "began": clock.began,
                "due_at": clock.due.at,
                "due_day": clock.due.day,
                "zone": clock.due.zone,
                "state": clock.state.value,
                "ended": clock.ended,
                "asked_at": clock.asked_at,
                "held": clock.held,
                "remind_at": _remind_at(place, each),
            },
        )
        kept.add(row.pk)
    RequestClock.objects.filter(**place, case__in=cases).exclude(pk__in=kept).delete()


def _remind_at(place: dict[str, Any], kept: Kept) -> datetime | None:
    """When the desk is next told of this date: what came after the last time, or a day later if nobody looked."""
    clock = kept.clock
    if kept.over:
        return None
    told = RequestReminder.objects.filter(
        **place, case=kept.case, root=kept.root, clock=clock.id, due_at=clock.due.at
    ).order_by("-moment")
    last = told.values_list("moment", flat=True).first()
    ahead = next_reminder(clock, after=last or clock.began, ours=kept.ours)
    if ahead is not None or last is None or not kept.ours or clock.state is not ClockState.MISSED:
        return ahead
    seen = told.filter(moment__gte=clock.due.at, seen_at__isnull=False).exists()
    return None if seen else last + AGAIN
