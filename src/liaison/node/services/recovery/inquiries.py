"""Which peers is a node to ask what passed between them, and since when?

Invariants: whoever the tables name as sender or recipient of a copy is `required`; every other node of the registers is
asked too, because the node may have forgotten that there were dealings, but its silence keeps nothing closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.messages.parties import NodeRef
from liaison.node.models import IncomingCopy, OutgoingCopy, PeerInquiry
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.overview import participant_ids
from liaison.node.reads.own import hostings
from liaison.node.unit_of_work import catching_up, reading, unit_of_work

CLOCKS_MAY_DIFFER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Between:
    """One of our nodes and a peer of it, in one register."""

    register: str
    own: NodeRef
    peer: NodeRef


def begin_inquiries(node: Node, since: datetime | None) -> None:
    """Forget earlier answers and have every peer with dealings asked, inside a unit of work."""
    PeerInquiry.objects.all().delete()
    asked = since - CLOCKS_MAY_DIFFER if since is not None else None
    for between in _dealt_with(node):
        PeerInquiry.objects.create(**_place(between), required=True, since=asked)


def note_peers(node: Node) -> None:
    """A row for every node of the registers that has none: this node may have forgotten that there were dealings."""
    with reading(node):
        columns = ("register", "participant", "node", "peer_participant", "peer_node")
        known = {
            Between(row[0], NodeRef(*row[1:3]), NodeRef(*row[3:5])) for row in PeerInquiry.objects.values_list(*columns)
        }
    missing = set(other_nodes(node)) - known
    with catching_up(), unit_of_work(node):
        for between in sorted(missing, key=lambda each: (each.register, each.own, each.peer)):
            PeerInquiry.objects.get_or_create(**_place(between), defaults={"required": False})


def _dealt_with(node: Node) -> set[Between]:
    """Everybody the tables name as sender or recipient of a copy, but this installation itself."""
    sent = OutgoingCopy.objects.values_list(
        "register", "message__participant", "message__node", "participant", "node"
    ).distinct()
    received = IncomingCopy.objects.values_list(
        "register", "participant", "node", "from_participant", "from_node"
    ).distinct()
    own = {(each.register, NodeRef(each.participant, each.node)) for each in hostings(node)}
    pairs = {Between(row[0], NodeRef(*row[1:3]), NodeRef(*row[3:5])) for row in (*sent, *received)}
    return {each for each in pairs if (each.register, each.peer) not in own}


def other_nodes(node: Node) -> Iterator[Between]:
    """Every node of the registers that has a door, with each of ours that may ask it."""
    own = hostings(node)
    hosted = {(each.register, NodeRef(each.participant, each.node)) for each in own}
    for register in sorted({each.register for each in own}):
        facts = register_facts(node, register)
        for participant in participant_ids(node, register):
            state = facts.participant(participant)
            for name in state.nodes if state is not None else ():
                peer = NodeRef(participant, name)
                if (register, peer) in hosted or facts.address(peer) is None:
                    continue
                for each in own:
                    if each.register == register:
                        yield Between(register, NodeRef(each.participant, each.node), peer)


def waiting_peers() -> list[PeerInquiry]:
    """The peers with dealings that have not answered, inside a unit of work or a reading."""
    return list(PeerInquiry.objects.filter(required=True, answered_at=None).order_by("pk"))


def _place(between: Between) -> dict[str, str]:
    return {
        "register": between.register,
        "participant": between.own.participant,
        "node": between.own.node,
        "peer_participant": between.peer.participant,
        "peer_node": between.peer.node,
    }
