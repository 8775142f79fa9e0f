"""By which ways is who told, and how is a notification put in the queue?

    ways = ways_to_desk(node, register, desk, "urgent", now)     of who is on duty, or of everybody there
    queue(ways, now, purpose="clock", code="4821", urgency="urgent", exercise=False, reminder=row)

Invariants: only confirmed ways that take such an urgency and are not silent then, or the loudest of an officer's; where
who is on duty cannot be reached, the whole desk is told rather than nobody; what is queued is sent by the worker
(`sending`), never here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from liaison.duty.hours import Hours, ways_at
from liaison.duty.rota import Window
from liaison.messages.parties import DeskRef
from liaison.node.models import ContactMethod, Notification
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import at_the_desk, officers_on_duty
from liaison.node.reads.duty.ways import Usable, own_way, usable_ways

OF = ("escalation_id", "awaited_id", "reminder_id")
"""What a notification can be of."""
NEVER = Hours(Window(frozenset(), time(0), time(0)))
"""The hours of a way that is silent, whatever its own are."""


def ways_to_desk(node: Node, register: str, desk: DeskRef, urgency: str, now: datetime) -> list[Usable]:
    """Inside a reading: the ways to whoever is on duty, or, where none reaches them, to everybody at the desk."""
    on_duty = usable_ways(officers_on_duty(node, register, desk, now), urgency, now)
    return on_duty or usable_ways(at_the_desk(node, register, desk, now), urgency, now)


def queue(ways: Iterable[Usable], now: datetime, **of: Any) -> list[Notification]:
    """Inside a unit of work: one notification for each way, after the wait its officer asked for."""
    return Notification.objects.bulk_create(
        Notification(
            officer_id=each.method.officer_id,
            method=each.method,
            out_of_hours=each.out_of_hours,
            state="queued",
            due=now + each.method.wait,
            made_at=now,
            **of,
        )
        for each in ways
    )


def wake_silent(row: Notification, now: datetime) -> None:
    """Inside a unit of work: where the ways that rang reach nobody, the loudest of those that were silent rings too."""
    same = {name: getattr(row, name) for name in OF}
    used = Notification.objects.filter(**same, cycle=row.cycle, place=row.place, officer=row.officer_id)
    left = ContactMethod.objects.filter(officer=row.officer_id, removed_at=None).exclude(verified_at=None)
    rows = {each.pk: each for each in left.exclude(pk__in=used.values("method")).order_by("position", "pk")}
    silent = [replace(own_way(each), hours=NEVER) for each in rows.values()]
    for each in ways_at(silent, UTC, row.urgency, now):
        said = {name: getattr(row, name) for name in ("purpose", "cycle", "place", "code", "urgency", "exercise")}
        woken = queue([Usable(rows[each.key], out_of_hours=True)], now, **same, **said)
        Notification.objects.filter(pk__in=[made.pk for made in woken]).update(due=now)


def reached(ways: Iterable[Usable]) -> int:
    """How many officers these ways are of."""
    return len({each.method.officer_id for each in ways})
