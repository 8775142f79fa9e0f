"""Which nodes keep the letters of a node of ours, and how does that stand?

    use_letter_box(node, place, by)      asked whether it agrees, noted, and published in the address record
    leave_letter_box(node, place, by)    no longer published; asked for what still lies there until it is empty

Invariants: a letter box is published only when the node that keeps it said that it keeps for this one; the address
record names the peer door first where there is one, then the letter boxes in the order they were taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liaison.errors import UsageError
from liaison.messages.letter_box import Terms
from liaison.messages.parties import NodeRef
from liaison.node.models import OwnLetterBox
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.memory import own_memory
from liaison.node.reads.own import require_writable
from liaison.node.services.letterbox.keeper import own_box
from liaison.node.services.publication import Place, publish_node
from liaison.node.services.secretariat import Handed
from liaison.node.unit_of_work import reading, unit_of_work


@dataclass(frozen=True, slots=True)
class KeptElsewhere:
    """A letter box of a node of ours; `emptied_at` is when all that lay there had been taken."""

    place: Place
    by: NodeRef
    asked_at: datetime | None
    emptied_at: datetime | None
    last_error: str


def use_letter_box(node: Node, place: Place, by: NodeRef) -> tuple[Terms, list[Handed]]:
    """Have `by` keep the letters of the node at `place`, and publish that; what it agreed to.

    Raises UsageError when it does not agree, UnreachableError, NotNowError.
    """
    require_writable(node)
    own = NodeRef(place.participant, place.node)
    if own_memory(node).is_hosted(place.register, by):
        raise UsageError("letter-box-at-home", node=by.node)
    if register_facts(node, place.register).participant(by.participant) is None:
        raise UsageError("node-not-in-register", participant=by.participant[:16], node=by.node)
    terms = own_box(node, place.register, own, by).page(0).terms
    if terms is None:
        raise UsageError("letter-box-not-agreed")
    with unit_of_work(node):
        OwnLetterBox.objects.get_or_create(
            register=place.register,
            participant=place.participant,
            node=place.node,
            by_participant=by.participant,
            by_node=by.node,
            defaults={"since": node.clock.now()},
        )
    return terms, publish_node(node, place)


def leave_letter_box(node: Node, place: Place, by: NodeRef) -> list[Handed]:
    """No longer name `by` as a letter box. Raises UsageError when it is none."""
    require_writable(node)
    with unit_of_work(node):
        rows = OwnLetterBox.objects.filter(
            register=place.register,
            participant=place.participant,
            node=place.node,
            by_participant=by.participant,
            by_node=by.node,
        )
        if not rows.delete()[0]:
            raise UsageError("letter-box-not-own", node=by.node)
    return publish_node(node, place)


def own_letter_boxes(node: Node) -> list[KeptElsewhere]:
    """The letter boxes of all our nodes, in the order of their address records."""
    with reading(node):
        rows = OwnLetterBox.objects.order_by("register", "participant", "node", "since", "by_participant", "by_node")
        return [
            KeptElsewhere(
                Place(row.register, row.participant, row.node),
                NodeRef(row.by_participant, row.by_node),
                row.asked_at,
                row.emptied_at,
                row.last_error,
            )
            for row in rows
        ]


def own_keepers(node: Node, register: str, own: NodeRef) -> list[NodeRef]:
    """The nodes that keep the letters of one of ours."""
    place = Place(register, own.participant, own.node)
    return [each.by for each in own_letter_boxes(node) if each.place == place]
