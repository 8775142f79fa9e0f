"""By which gateways and ways can officers not be told just now?

    failing_gateways(node)                (FailingGateway("sms", "first gateway", since=03:10, tries=3, …),)
    failing_at(node, register, desk)      the same, and the officers of the desk whom no way reaches

Invariants: a gateway fails when its newest `FAILING_AFTER` tries all failed, whatever another gateway did with the same
notification, so that one which is always stood in for is seen before the other fails too; what nobody knows the end of
says nothing. No address is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.messages.parties import DeskRef
from liaison.node.models import ContactMethod, NotificationAttempt, Officer
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import at_the_desk
from liaison.node.unit_of_work import reading

FAILING_AFTER = 3
LOOKED_AT = 200
"""So many of the newest tries are looked at; a gateway that none of them used is not known to fail."""


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


@dataclass(frozen=True, slots=True)
class _Tried:
    channel: str
    provider: str
    failed: bool
    error: str
    at: datetime


def failing_gateways(node: Node) -> tuple[FailingGateway, ...]:
    """The gateways that take nothing, in the order of their channels."""
    columns = ("notification__method__channel", "provider", "state", "error", "at")
    with reading(node):
        ended = NotificationAttempt.objects.filter(state__in=("sent", "failed")).order_by("-pk")
        newest = [
            _Tried(channel, provider, state == "failed", error, at)
            for channel, provider, state, error, at in ended.values_list(*columns)[:LOOKED_AT]
        ]
    by_gateway: dict[tuple[str, str], list[_Tried]] = {}
    for each in newest:
        by_gateway.setdefault((each.channel, each.provider), []).append(each)
    works = {each.channel for tried in by_gateway.values() if not (each := tried[0]).failed}
    found = (_failing(tried, works) for tried in by_gateway.values())
    return tuple(sorted((each for each in found if each), key=lambda each: (each.channel, each.provider)))


def _failing(tried: list[_Tried], works: set[str]) -> FailingGateway | None:
    """Of the tries of one gateway, the newest first: how it fails, if it does."""
    last = next((number for number, each in enumerate(tried) if not each.failed), len(tried))
    if last < FAILING_AFTER:
        return None
    newest, oldest = tried[0], tried[last - 1]
    return FailingGateway(newest.channel, newest.provider, oldest.at, last, newest.error, newest.channel in works)


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
