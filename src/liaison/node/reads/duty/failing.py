"""By which gateways and ways can officers not be told just now?

    failing_gateways(node)                (FailingGateway("sms", "first gateway", since=03:10, tries=3, …),)
    failing_at(node, register, desk)      the same, and the officers of the desk whom no way reaches

Invariants: a gateway fails when its newest `FAILING_AFTER` tries all failed, whatever another gateway did with the same
notification, so that one which is always stood in for is seen before the other fails too; what nobody knows the end of
says nothing, nor does a gateway that the node has no more, or that nothing tried for `REMEMBERED`. How each does is
kept with every try, one row a gateway, so that a look reads these and no tries. No address is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from liaison.messages.parties import DeskRef
from liaison.node.models import ContactMethod, NoticeGateway, Officer
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import at_the_desk
from liaison.node.unit_of_work import reading

FAILING_AFTER = 3
REMEMBERED = timedelta(days=30)
"""A gateway that was not used for so long is not known to fail."""


@dataclass(frozen=True, slots=True)
class FailingGateway:
    """One provider of a channel, since when it has taken nothing, and the last of its errors."""

    channel: str
    provider: str
    since: datetime
    tries: int
    error: str
    stood_in: bool
    """Whether another provider of the channel took what it did not."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """An officer all of whose confirmed ways fail, since the first of them did."""

    number: int
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Failing:
    """What a desk should know of how its officers are told."""

    gateways: tuple[FailingGateway, ...]
    officers: tuple[Unreached, ...]


def failing_gateways(node: Node) -> tuple[FailingGateway, ...]:
    """The gateways that take nothing, in the order of their channels."""
    with reading(node):
        kept = list(NoticeGateway.objects.filter(tried_at__gt=node.clock.now() - REMEMBERED).order_by("channel", "pk"))
    rows = [row for row in kept if row.provider in node.notifier.providers(row.channel)]
    works = {row.channel for row in rows if not row.failures}
    return tuple(
        FailingGateway(row.channel, row.provider, row.failing_since, row.failures, row.last_error, row.channel in works)
        for row in rows
        if row.failures >= FAILING_AFTER
    )


def failing_ways(node: Node) -> int:
    """How many confirmed ways of officers nothing got through by, for `FAILING_AFTER` tries or more."""
    with reading(node):
        return int(_confirmed().filter(failures__gte=FAILING_AFTER).count())


def failing_at(node: Node, register: str, desk: DeskRef) -> Failing:
    """What fails, as far as it touches a desk."""
    with reading(node):
        suspects = set(_confirmed().filter(failures__gte=FAILING_AFTER).values_list("officer_id", flat=True))
        here = suspects & set(at_the_desk(node, register, desk, node.clock.now())) if suspects else set()
        return Failing(failing_gateways(node), tuple(_unreached(here)))


def _unreached(officers: set[int]) -> Iterable[Unreached]:
    """Inside a reading: those of them all of whose ways fail."""
    ways: dict[int, list[Any]] = {}
    for row in _confirmed().filter(officer__in=officers) if officers else ():
        ways.setdefault(row.officer_id, []).append(row)
    named = dict(Officer.objects.filter(pk__in=ways).values_list("pk", "name")) if ways else {}
    for number, name in sorted(named.items(), key=lambda each: each[1]):
        mine = ways[number]
        since = [each.failing_since for each in mine if each.failures >= FAILING_AFTER and each.failing_since]
        if len(since) == len(mine):
            yield Unreached(number, name, max(since))


def _confirmed() -> Any:
    return ContactMethod.objects.filter(removed_at=None).exclude(verified_at=None)
