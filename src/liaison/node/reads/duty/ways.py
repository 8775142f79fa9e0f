"""By which ways would these officers be told at an instant?

    usable_ways((7, 9), "urgent", now)      [Usable(Ada's telephone), Usable(Bo's mail, out_of_hours=True)]
    ways_then(node, register, desk, officers, "urgent", sunday)    the same as names of channels, for a page

Invariants: confirmed ways alone; no address goes out to a page; whose zone is not known here is read by UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from liaison.duty.checks.planned_work import Work, waits_until
from liaison.duty.hours import Hours, OwnWay, make_hours, ways_at
from liaison.duty.wall import find_zone
from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import ContactMethod
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import at_the_desk
from liaison.node.unit_of_work import reading


@dataclass(frozen=True, slots=True)
class Usable:
    """A way that is used; `out_of_hours` where it should be silent, and the officer has no other."""

    method: ContactMethod
    out_of_hours: bool = False


@dataclass(frozen=True, slots=True)
class WayThen:
    """One way of an officer as a page shows it; `waits_until` is when the planned work is over that it waits for."""

    officer: int
    channel: str
    after_minutes: int
    out_of_hours: bool
    waits_until: datetime | None = None


def usable_ways(officers: Iterable[int], urgency: str, at: datetime) -> list[Usable]:
    """Inside a reading: the ways of these officers for a step that is told at an instant, in their order."""
    rows = ContactMethod.objects.filter(officer__in=officers, removed_at=None).exclude(verified_at=None)
    by_officer: dict[int, dict[int, ContactMethod]] = {}
    for row in rows.select_related("officer").order_by("officer", "position", "pk"):
        by_officer.setdefault(row.officer_id, {})[row.pk] = row
    return [
        Usable(mine[each.key], each.out_of_hours)
        for mine in by_officer.values()
        for each in ways_at(map(own_way, mine.values()), zone_of(next(iter(mine.values()))), urgency, at)
    ]


def own_way(row: Any) -> OwnWay:
    """A row as a value."""
    return OwnWay(row.pk, row.channel, row.urgency, row.wait, hours_of(row))


def hours_of(row: Any) -> Hours | None:
    """When a way may ring."""
    return make_hours(row.weekdays, row.begins, row.ends, row.any_time_from)


def zone_of(row: Any) -> tzinfo:
    """The zone of the officer whose way it is."""
    try:
        return find_zone(row.officer.zone)
    except UsageError:
        return UTC


def ways_then(
    node: Node,
    register: str,
    desk: DeskRef,
    officers: Iterable[int],
    *,
    urgency: str,
    at: datetime,
    works: tuple[Work, ...] = (),
) -> tuple[WayThen, ...]:
    """By which channels officers of a desk would be told at an instant, and what of it waits for these works; of others
    nothing."""
    with reading(node):
        here = set(at_the_desk(node, register, desk, at)) & set(officers)
        found = usable_ways(here, urgency, at)
    return tuple(_then(each, at, works) for each in found)


def _then(way: Usable, at: datetime, works: tuple[Work, ...]) -> WayThen:
    method, minutes = way.method, way.method.after_minutes
    until = waits_until(works, at + timedelta(minutes=minutes))
    return WayThen(method.officer_id, method.channel, minutes, way.out_of_hours, until)
