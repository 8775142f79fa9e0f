"""How soon do other desks usually acknowledge what this one sends?

    usual_minutes(node, place, {xd})      {DeskRef(XD, main, duty): Usual(minutes=20, cases=7)}

Invariants: from this desk's own cases alone, and told to it alone; exercises do not count, nor cases of several desks,
where nobody knows who answered first; fewer than three cases say nothing. It is the median of the newest of a year.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from liaison.messages.parties import DeskRef
from liaison.node.models import Case
from liaison.node.node import Node
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.line.cases import parties_bytes
from liaison.node.unit_of_work import reading

LOOKED_AT, LEAST, NEWEST = 500, 3, 20
SINCE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Usual:
    """The median time to an acknowledgement, in whole minutes, and of how many cases."""

    minutes: int
    cases: int


def usual_minutes(node: Node, place: Place, others: Collection[DeskRef]) -> Mapping[DeskRef, Usual]:
    """What is known of each of `others` that this one wrote to."""
    since = node.clock.now() - SINCE
    between = {parties_bytes({place.desk, each}): each for each in others if each != place.desk}
    if not between:
        return {}
    with reading(node):
        rows = Case.objects.filter(**place.columns, ours=True, exercise=False, opened_at__gt=since)
        told = rows.filter(parties__in=list(between)).exclude(acknowledged_at=None).order_by("-opened_at")
        newest = told[: NEWEST if len(between) == 1 else LOOKED_AT]
        heard = list(newest.values_list("parties", "opened_at", "acknowledged_at"))
    times: dict[DeskRef, list[float]] = {}
    for parties, opened, acknowledged in heard:
        took = max(0.0, (acknowledged - opened).total_seconds())
        times.setdefault(between[bytes(parties)], []).append(took)
    return {desk: _usual(found[:NEWEST]) for desk, found in times.items() if len(found) >= LEAST}


def _usual(seconds: list[float]) -> Usual:
    middle = sorted(seconds)[-(-len(seconds) // 2) - 1]
    return Usual(max(1, -(-int(middle) // 60)), len(seconds))
