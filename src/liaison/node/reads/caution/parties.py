"""Who else reads along at a desk, and is its owner's name what it seems?

    host_of(facts, desk)          the node that hosts the desk's node, None where the participant runs its own
    same_host(facts, a, b)        whether two participants' desks lie on one installation
    name_warnings(node, …)        what is odd about a participant's name beside all others of its register

Invariants: the register says who is hosted, never this node's own tables; nothing here forbids anything.
"""

from __future__ import annotations

from liaison.messages.parties import DeskRef, NodeRef
from liaison.node.node import Node
from liaison.node.reads.facts import RegisterFacts
from liaison.node.reads.register import directory
from liaison.register.lookup import Directory


def host_of(facts: RegisterFacts, desk: DeskRef) -> NodeRef | None:
    """The node that opens what is sealed to the desk, where that is not its owner's."""
    state = facts.participant(desk.participant)
    node = state.nodes.get(desk.node) if state is not None else None
    return node.host if node is not None else None


def same_host(facts: RegisterFacts, one: DeskRef, other: DeskRef) -> bool:
    """Whether the desks are of two participants and one installation holds both."""
    if one.participant == other.participant:
        return False
    return (host_of(facts, one) or one.at) == (host_of(facts, other) or other.at)


def name_warnings(node: Node, register: str, participant: str) -> tuple[str, ...]:
    """The codes of what is odd about a participant's name, sorted."""
    return warnings_in(directory(node, register), participant)


def warnings_in(found: Directory, participant: str) -> tuple[str, ...]:
    """The same in a directory that was looked up before, for lists of many."""
    state = found.participants.get(participant)
    return tuple(sorted(found.name_warnings(state.labels.name))) if state is not None else ()
