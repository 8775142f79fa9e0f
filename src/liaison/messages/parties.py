"""Which desks does a message speak of?

    {"desk":"duty","node":"cert","participant":"5e0c…64 hex…"}

Invariants (docs/spec/message.md):
- a desk is named by participant, node and desk; codes and names are labels and never stand in a message;
- a list of desks is sorted and names nobody twice;
- the parties of a case are its sender and its recipients together, whoever of them speaks.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from liaison.errors import MalformedError
from liaison.register.vocabulary import NodeRef, ParticipantId
from liaison.wire.identifiers import LocalId

__all__ = ["DeskRef", "NodeRef", "ParticipantId", "check_recipients", "sorted_desks"]

LARGEST_CASE = 256


class DeskRef(msgspec.Struct, frozen=True, order=True):
    """One desk: what a message is sealed to, and what speaks."""

    participant: ParticipantId
    node: LocalId
    desk: LocalId

    @property
    def at(self) -> NodeRef:
        """The node that keeps this desk."""
        return NodeRef(self.participant, self.node)

    def __str__(self) -> str:
        return f"{self.participant[:8]}/{self.node}/{self.desk}"


def sorted_desks(desks: Iterable[DeskRef]) -> tuple[DeskRef, ...]:
    """The desks in the one order in which they are signed, each once."""
    return tuple(sorted(set(desks)))


def check_recipients(sender: DeskRef, recipients: tuple[DeskRef, ...]) -> None:
    """Raises MalformedError when the list is empty, too long, unsorted, repeats a desk or names the sender."""
    if not 1 <= len(recipients) <= LARGEST_CASE:
        raise MalformedError("recipients-count", count=len(recipients), limit=LARGEST_CASE)
    if recipients != sorted_desks(recipients):
        raise MalformedError("recipients-unsorted")
    if sender in recipients:
        raise MalformedError("sent-to-itself", desk=str(sender))
