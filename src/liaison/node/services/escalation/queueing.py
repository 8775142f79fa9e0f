"""By which ways is who told, and how is a notification put in the queue?

    ways = ways_to_desk(node, register, desk, "urgent", now)     of who is on duty, or of everybody there
    queue(ways, now, purpose="clock", code="4821", urgency="urgent", exercise=False, reminder=row)

Invariants: only confirmed ways that take such an urgency; where who is on duty cannot be reached, the whole desk is
told rather than nobody; what is queued is sent by the worker (`sending`), never here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from liaison.duty.plans import URGENCIES
from liaison.messages.parties import DeskRef
from liaison.node.models import ContactMethod, Notification
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import at_the_desk, officers_on_duty


def usable_methods(officers: tuple[int, ...], urgency: str) -> list[ContactMethod]:
    """Inside a reading: the confirmed ways to reach these officers for such a message, in their order."""
    enough = URGENCIES[: URGENCIES.index(urgency) + 1]
    rows = ContactMethod.objects.filter(officer__in=officers, urgency__in=enough, removed_at=None)
    return list(rows.exclude(verified_at=None).order_by("officer", "position", "pk"))


def ways_to_desk(node: Node, register: str, desk: DeskRef, urgency: str, now: datetime) -> list[ContactMethod]:
    """Inside a reading: the ways to whoever is on duty, or, where none reaches them, to everybody at the desk."""
    on_duty = usable_methods(officers_on_duty(node, register, desk, now), urgency)
    return on_duty or usable_methods(at_the_desk(node, register, desk, now), urgency)


def queue(methods: Iterable[ContactMethod], now: datetime, **of: Any) -> list[Notification]:
    """Inside a unit of work: one notification for each way, after the wait its officer asked for."""
    return [
        Notification.objects.create(
            officer_id=method.officer_id, method=method, state="queued", due=now + method.wait, made_at=now, **of
        )
        for method in methods
    ]


def reached(methods: Iterable[ContactMethod]) -> int:
    """How many officers these ways are of."""
    return len({method.officer_id for method in methods})
