"""How does a node reach others through letter boxes, what lies there, and what does it keep itself? As plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Sum

from liaison.errors import NotNowError
from liaison.messages.letter_box import Kind
from liaison.messages.parties import NodeRef
from liaison.node.models import KeptLetter, LeftLetter, TakenReceipt
from liaison.node.models.ways.letter_box import LIVE
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.unit_of_work import reading
from liaison.register.records import Way


@dataclass(frozen=True, slots=True)
class LeftRead:
    """A copy that lies, or lay, in a letter box: where, since when in this state, until when; how often it expired."""

    by: NodeRef
    state: str
    at: datetime
    until: datetime
    expired: int


@dataclass(frozen=True, slots=True)
class KeptFor:
    """How much this node keeps for another; `size` in bytes."""

    owner: NodeRef
    letters: int
    size: int


@dataclass(frozen=True, slots=True)
class ReachedBy:
    """How a node says it is reached: whether it can be called itself, and the names of those who keep its letters."""

    door: bool
    keepers: tuple[str, ...]


def reached_by(node: Node, register: str, at: NodeRef) -> ReachedBy:
    """What the address record of a node says, its letter boxes by the names of their participants."""
    try:
        facts = register_facts(node, register)
    except NotNowError:  # Nothing of the register is trusted yet.
        return ReachedBy(False, ())
    ways = facts.ways(at)
    keepers = [way.by for way in ways if way.by is not None]
    named = [(each, facts.participant(each.participant)) for each in keepers]
    names = [state.labels.name if state is not None else each.participant[:8] for each, state in named]
    return ReachedBy(any(way.way is Way.PEER for way in ways), tuple(names))


def obtained(copies: Iterable[int]) -> Mapping[int, str]:
    """How the receipt of each of these copies came, by their keys; inside a reading."""
    return dict(TakenReceipt.objects.filter(copy__in=copies, n=0).values_list("copy", "way"))


def left_copies(copies: Iterable[int]) -> Mapping[int, LeftRead]:
    """What lies in letter boxes of these copies, by their keys; inside a reading."""
    rows = LeftLetter.objects.filter(copy__in=copies, kind=Kind.MESSAGE.value).order_by("pk")
    return {
        row.copy_id: LeftRead(NodeRef(row.by_participant, row.by_node), row.state, row.at, row.until, row.expired)
        for row in rows.defer("note")
    }


def kept_counts(node: Node) -> list[KeptFor]:
    """What this node keeps for others now, a line a node."""
    with reading(node):
        rows = KeptLetter.objects.filter(state__in=LIVE).values("participant", "node")
        found = rows.annotate(letters=Count("pk"), bytes=Sum("size")).order_by("participant", "node")
        return [KeptFor(NodeRef(row["participant"], row["node"]), row["letters"], row["bytes"]) for row in found]
