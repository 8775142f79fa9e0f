"""How soon do other desks usually acknowledge what this one sends?

    usual_minutes(node, place)      {DeskRef(XD, main, duty): Usual(minutes=20, cases=7), …}

Invariants: from this desk's own cases alone, and told to it alone; exercises do not count, nor cases of several desks,
where nobody knows who answered first; fewer than three cases say nothing. It is the median of the newest of a year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from liaison.messages.parties import DeskRef
from liaison.node.models import Case
from liaison.node.node import Node
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.line.cases import read_parties
from liaison.node.unit_of_work import reading

LOOKED_AT, LEAST, NEWEST = 500, 3, 20
SINCE = timedelta(days=366)
BOTH = 2


@dataclass(frozen=True, slots=True)
class Usual:
    """The median time to an acknowledgement, in whole minutes, and of how many cases."""

    minutes: int
    cases: int


def usual_minutes(node: Node, place: Place) -> Mapping[DeskRef, Usual]:
    """What is known of each desk that this one wrote to."""
    since = node.clock.now() - SINCE
    with reading(node):
        rows = Case.objects.filter(**place.columns, ours=True, exercise=False, opened_at__gt=since)
        told = rows.exclude(acknowledged_at=None).order_by("-opened_at")[:LOOKED_AT]
        heard = list(told.values_list("parties", "opened_at", "acknowledged_at"))
    times: dict[DeskRef, list[float]] = {}
    # Many cases have the same parties: each is read once.
    desks = {data: read_parties(data) for data in {bytes(each[0]) for each in heard}}
    for parties, opened, acknowledged in heard:
        others = [each for each in desks[bytes(parties)] if each != place.desk]
        if len(others) == BOTH - 1:
            times.setdefault(others[0], []).append(max(0.0, (acknowledged - opened).total_seconds()))
    return {desk: _usual(found[:NEWEST]) for desk, found in times.items() if len(found) >= LEAST}


def _usual(seconds: list[float]) -> Usual:
    middle = sorted(seconds)[-(-len(seconds) // 2) - 1]
    return Usual(max(1, -(-int(middle) // 60)), len(seconds))
