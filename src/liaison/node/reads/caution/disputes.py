"""Whose keys are disputed, who are the rivals, and which of them did a desk choose?

    XC, re-admitted as XC again, the old roots not having signed over: both stand, none is the default, and a desk
    sends to either only after `liaison register pin`

Invariants: the software never judges which of them governs; a pin is of one own desk and one family of rivals, and
falls silent when the dispute ends. Spec page: docs/spec/trusted-state.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from liaison.errors import VerificationError
from liaison.messages.parties import DeskRef
from liaison.node.models import PinnedKeys
from liaison.node.node import Node
from liaison.node.reads.facts import RegisterFacts
from liaison.node.reads.register import view
from liaison.node.unit_of_work import reading
from liaison.register.facts import ParticipantState
from liaison.register.state import RegisterView


@dataclass(frozen=True, slots=True)
class Rival:
    """One side of a dispute: its name, the fingerprints of its roots, and whether it came by re-admission."""

    participant: str
    name: str
    roots: tuple[str, ...]
    threshold: int
    readmitted: bool


@dataclass(frozen=True, slots=True)
class Dispute:
    """Participants that claim to be the same one; `pins` are (own participant, own desk, chosen participant)."""

    family: str
    rivals: tuple[Rival, ...]
    pins: tuple[tuple[str, str, str], ...]


def family_of(state: ParticipantState) -> str:
    """The participant whose place is disputed."""
    return state.replaces or state.id


def rivals_of(register: RegisterView, family: str) -> list[ParticipantState]:
    """The participants that dispute one place, the oldest first; fewer than two once it is settled."""
    old = register.participant(family)
    named = [old] if old is not None else []
    named += [state for name in (old.disputed_by if old else ()) if (state := register.participant(name))]
    return [state for state in named if state.disputed and state.succeeded_by is None]


def disputes(node: Node, register: str) -> list[Dispute]:
    """Every dispute of a register, with what the own desks chose."""
    with reading(node):
        listing = view(node, register)
        families = sorted({family_of(state) for state in listing.participants() if state.disputed})
        return [_dispute(register, family, rivals_of(listing, family)) for family in families]


def check_pinned(facts: RegisterFacts, sender: DeskRef, recipient: DeskRef) -> None:
    """Return unless the recipient's keys are disputed and the sending desk did not choose them.

    Raises VerificationError.
    """
    state = facts.participant(recipient.participant)
    if state is None or not state.disputed:
        return
    with reading(facts.node):
        pins = PinnedKeys.objects.filter(register=facts.register, participant=sender.participant, desk=sender.desk)
        chosen = pins.filter(family=family_of(state)).values_list("chosen", flat=True).first()
    if chosen != state.id:
        raise VerificationError("keys-disputed", participant=state.id[:16], desk=sender.desk)


def _dispute(register: str, family: str, states: list[ParticipantState]) -> Dispute:
    pins = PinnedKeys.objects.filter(register=register, family=family).order_by("participant", "desk")
    return Dispute(family, tuple(map(_rival, states)), tuple(pins.values_list("participant", "desk", "chosen")))


def _rival(state: ParticipantState) -> Rival:
    roots = tuple(key.fingerprint for key in state.roots.keys)
    return Rival(state.id, state.labels.name, roots, state.roots.threshold, state.replaces is not None)
