"""When is work planned at an own desk, and what did other nodes tell of theirs?

    planned_at(node, register, desk)         what is not over, of the desk and of the whole node, the next to end first
    planned_now(node)                        what goes on at this moment, by desk
    planned_there(node, register)            what other desks told with their last answer and is not over
    told_there(node, register, participants) the same, with since when somebody is on duty there and when that was said
    planned_then(register, [(desk, at), …])  of moments that are over, those that fell into work another desk told of
    went_on(register, desk, since=…)         what went on at an own desk since then

Invariants: of a desk, what is said of it and of the whole node; never of another desk; what went on elsewhere at a
moment is what the check of its node just before it was told, or the one just after; that somebody is on duty there is
told for `TOLD_FOR`, and always with when it was said.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from liaison.duty.checks.planned_work import LONGEST, Work
from liaison.messages.parties import DeskRef
from liaison.node.models import CheckedDesk, NodeCheck, PlannedWork
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import reading

WHOLE_NODE = Q(desk="")
AROUND = LONGEST + timedelta(days=1)
"""A check of a node further away than this tells nothing of a moment: they are made daily."""


TOLD_FOR = timedelta(hours=25)
"""A node that was not asked again for so long said nothing of today."""


@dataclass(frozen=True, slots=True)
class ToldThere:
    """What another desk told of itself with the last check of its node."""

    said_at: datetime
    work: Work | None
    """What is planned and not over."""
    duty_since: datetime | None


@dataclass(frozen=True, slots=True)
class PlannedRead:
    """Work that is planned, with its number; of the whole node where it is of no desk."""

    number: int
    work: Work
    whole_node: bool


def planned_at(node: Node, register: str, desk: DeskRef, *, since: datetime | None = None) -> tuple[PlannedRead, ...]:
    """What is not over at an own desk now, or was not at an earlier or is not at a later instant."""
    after = since or node.clock.now()
    with reading(node):
        rows = PlannedWork.objects.filter(WHOLE_NODE | Q(**columns(register, desk)), ends__gt=after)
        return tuple(PlannedRead(row.pk, Work(row.begins, row.ends), not row.desk) for row in rows.order_by("ends"))


def planned_now(node: Node) -> tuple[Any, ...]:
    """Inside a reading or a unit of work: the rows of what goes on now."""
    now = node.clock.now()
    return tuple(PlannedWork.objects.filter(begins__lte=now, ends__gt=now))


def planned_there(node: Node, register: str) -> dict[DeskRef, Work]:
    """What other desks told, where it is not over."""
    until = "last__planned_until"
    with reading(node):
        rows = CheckedDesk.objects.filter(register=register, **{f"{until}__gt": node.clock.now()})
        found = rows.values_list("peer_participant", "peer_node", "peer_desk", "last__planned_from", until)
        return {DeskRef(*row[:3]): Work(*row[3:]) for row in found}


def told_there(node: Node, register: str, participants: Collection[str]) -> dict[DeskRef, ToldThere]:
    """What the desks of these participants told, where it still counts."""
    now = node.clock.now()
    planned = Q(last__planned_until__gt=now)
    on_duty = Q(last__duty_since__isnull=False, asked_at__gt=now - TOLD_FOR)
    names = ("asked_at", "last__planned_from", "last__planned_until", "last__duty_since")
    with reading(node):
        rows = CheckedDesk.objects.filter(planned | on_duty, register=register, peer_participant__in=participants)
        found = list(rows.values_list("peer_participant", "peer_node", "peer_desk", *names))
    told = {}
    for *desk, said_at, begins, ends, since in found:
        work = Work(begins, ends) if ends is not None and ends > now else None
        told[DeskRef(*desk)] = ToldThere(said_at, work, since if said_at > now - TOLD_FOR else None)
    return told


def planned_then(register: str, moments: Collection[tuple[DeskRef, datetime]]) -> dict[tuple[DeskRef, datetime], Work]:
    """Inside a reading: the work that went on at these moments at these desks, as they told it."""
    if not moments:
        return {}
    times = [at for _, at in moments]
    rows = NodeCheck.objects.filter(
        register=register,
        peer_participant__in={desk.participant for desk, _ in moments},
        asked_at__range=(min(times) - AROUND, max(times) + AROUND),
    )
    names = ("peer_participant", "peer_node", "peer_desk", "asked_at", "planned_from", "planned_until")
    told: defaultdict[DeskRef, list[tuple[datetime, Work | None]]] = defaultdict(list)
    for *desk, asked, begins, ends in rows.order_by("asked_at", "pk").values_list(*names):
        told[DeskRef(*desk)].append((asked, Work(begins, ends) if begins is not None else None))
    found = {(desk, at): _work_at(told[desk], at) for desk, at in moments}
    return {moment: work for moment, work in found.items() if work is not None}


def _work_at(told: list[tuple[datetime, Work | None]], at: datetime) -> Work | None:
    place = bisect_right(told, at, key=lambda each: each[0])
    around = (work for _, work in told[max(place - 1, 0) : place + 1])
    return next((work for work in around if work is not None and work.covers(at)), None)


def went_on(register: str, desk: DeskRef, *, since: datetime) -> tuple[Work, ...]:
    """Inside a reading: the work at an own desk that was not over then, in the order of its beginning."""
    rows = PlannedWork.objects.filter(WHOLE_NODE | Q(**columns(register, desk)), ends__gt=since)
    return tuple(Work(*row) for row in rows.order_by("begins").values_list("begins", "ends"))


def whole_node_until(node: Node, now: datetime) -> datetime | None:
    """Inside a reading: until when work goes on at the whole node; None where none does."""
    rows = PlannedWork.objects.filter(WHOLE_NODE, begins__lte=now, ends__gt=now)
    return rows.order_by("-ends").values_list("ends", flat=True).first()
