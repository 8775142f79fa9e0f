"""When is work planned at an own desk, and what did other nodes tell of theirs?

    planned_at(node, register, desk)         what is not over, of the desk and of the whole node, the next to end first
    planned_now(node)                        what goes on at this moment, by desk
    planned_there(node, register)            what other desks told with their last answer and is not over

Invariants: of a desk, what is said of it and of the whole node; never of another desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from liaison.duty.checks.planned_work import Work
from liaison.messages.parties import DeskRef
from liaison.node.models import CheckedDesk, PlannedWork
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import reading

WHOLE_NODE = Q(desk="")


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


def whole_node_until(node: Node, now: datetime) -> datetime | None:
    """Inside a reading: until when work goes on at the whole node; None where none does."""
    rows = PlannedWork.objects.filter(WHOLE_NODE, begins__lte=now, ends__gt=now)
    return rows.order_by("-ends").values_list("ends", flat=True).first()
