"""What did a participant declare about instruments, and what is proposed at one of its desks?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liaison.messages.parties import DeskRef
from liaison.node.models import StandProposal
from liaison.node.node import Node
from liaison.node.reads.register import view
from liaison.node.unit_of_work import reading
from liaison.register.bodies import StandDeclared
from liaison.register.facts import Stated
from liaison.wire.canonical import decode_struct

OPEN, DECLARED, WITHDRAWN = "open", "declared", "withdrawn"
STAND_LIMIT = 1 << 16


@dataclass(frozen=True, slots=True)
class Proposed:
    """One open proposal of a desk."""

    number: int
    stand: StandDeclared
    by: int
    at: datetime


def open_proposals(node: Node, register: str, desk: DeskRef) -> list[Proposed]:
    """What is proposed at a desk, the oldest first."""
    place = {"register": register, "participant": desk.participant, "desk": desk.desk, "state": OPEN}
    with reading(node):
        rows = list(StandProposal.objects.filter(**place).order_by("pk"))
    return [_proposed(row) for row in rows]


def declared_stands(node: Node, register: str, participant: str) -> list[Stated]:
    """Everything a participant declared, replaced statements included, in the order of the log."""
    with reading(node):
        state = view(node, register).participant(participant)
    made = [each for stated in state.stands.values() for each in stated] if state is not None else []
    return sorted(made, key=lambda each: each.index)


def _proposed(row: StandProposal) -> Proposed:
    stand = decode_struct(bytes(row.stand), StandDeclared, limit=STAND_LIMIT)
    return Proposed(row.pk, stand, row.proposed_by, row.proposed_at)
