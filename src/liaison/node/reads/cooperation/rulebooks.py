"""What does a participant say of requests sent to it, as far as its record is here?

    rulebook_for(node, register, desk)        of the desk that is asked, else of another desk of its participant

Invariants: only a part that hashes to what the log names counts; the desk that is asked comes first, then central
authorities, then the others by their ids, so that everybody who asks reads the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from liaison.messages.parties import DeskRef
from liaison.node.log.parts import read_parts
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.unit_of_work import reading
from liaison.register.records import Rulebook
from liaison.register.vocabulary import DeskKind


@dataclass(frozen=True, slots=True)
class PublishedRulebook:
    """A rulebook and the desk in whose record it stands."""

    desk: DeskRef
    rulebook: Rulebook


def rulebook_for(node: Node, register: str, desk: DeskRef) -> PublishedRulebook | None:
    """The rulebook that counts for requests to a desk; None where none is here."""
    state = register_facts(node, register).participant(desk.participant)
    if state is None:
        return None
    parts = {
        DeskRef(desk.participant, at.node, name): (each.kind, [part.digest for part in each.parts])
        for at in state.nodes.values()
        if at.retired_index is None
        for name, each in at.desks.items()
        if each.withdrawn_index is None
    }
    with reading(node):
        held = read_parts(register, [digest for _, digests in parts.values() for digest in digests])
    found = [
        (where != desk, kind is not DeskKind.CENTRAL_AUTHORITY, where, content)
        for where, (kind, digests) in parts.items()
        for digest in digests
        if isinstance(content := held.get(digest), Rulebook)
    ]
    if not found:
        return None
    *_, where, rulebook = min(found, key=lambda each: each[:3])
    return PublishedRulebook(where, rulebook)
