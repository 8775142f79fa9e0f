"""What did a participant declare about instruments, and what is proposed at one of its desks?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liaison.conduct.stands import Declared, history
from liaison.instruments.stands import claimed_networks
from liaison.messages.parties import DeskRef
from liaison.node.models import StandProposal
from liaison.node.node import Node
from liaison.node.reads.register import view
from liaison.node.unit_of_work import reading
from liaison.register.bodies import StandDeclared
from liaison.register.vocabulary import ParticipantType
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


@dataclass(frozen=True, slots=True)
class StandsOf:
    """A participant of the register with all that it declared, in the order of the log."""

    participant: str
    name: str
    type: ParticipantType
    declared: tuple[Declared, ...]
    claimed: tuple[int, ...]
    """The AS numbers it claims in the register."""

    def about(self, instrument: str) -> tuple[Declared, ...]:
        """What it declared about one text."""
        return tuple(each for each in self.declared if each.body.instrument == instrument)


def open_proposals(node: Node, register: str, desk: DeskRef) -> list[Proposed]:
    """What is proposed at a desk, the oldest first."""
    place = {"register": register, "participant": desk.participant, "desk": desk.desk, "state": OPEN}
    with reading(node):
        rows = list(StandProposal.objects.filter(**place).order_by("pk"))
    return [_proposed(row) for row in rows]


def declared_stands(node: Node, register: str, participant: str) -> StandsOf | None:
    """Everything a participant declared and what became of it; None for one that the register does not know."""
    with reading(node):
        state = view(node, register).participant(participant)
    if state is None or state.type is None:
        return None
    return StandsOf(state.id, state.labels.name, state.type, history(state), tuple(sorted(claimed_networks(state))))


def _proposed(row: StandProposal) -> Proposed:
    stand = decode_struct(bytes(row.stand), StandDeclared, limit=STAND_LIMIT)
    return Proposed(row.pk, stand, row.proposed_by, row.proposed_at)
