"""Which copy did this node send a desk last in a case, so that the next one can say what it follows?

Invariants: one row a case, sending node and recipient, changed in the transaction that writes the copy.
"""

from __future__ import annotations

from dataclasses import dataclass

from liaison.messages.message import ComposedMessage, SignedCopy
from liaison.messages.parties import DeskRef
from liaison.node.models import SentHead
from liaison.node.work.statements import add, change, fetch


@dataclass(frozen=True, slots=True)
class Head:
    """The last copy that this node sent a desk in a case."""

    row: int
    epoch: str
    seq: int
    message_hash: str


def head_of(message: ComposedMessage, recipient: DeskRef) -> Head | None:
    """What the next copy for this desk follows; None where none was sent."""
    core = message.core
    rows = fetch(
        SentHead,
        ("id", "epoch", "seq", "message_hash"),
        register=core.register,
        case=core.case,
        participant=core.sender.participant,
        node=core.sender.node,
        to_participant=recipient.participant,
        to_node=recipient.node,
        to_desk=recipient.desk,
    )
    return Head(*rows[0]) if rows else None


def advance_head(message: ComposedMessage, head: Head | None, signed: SignedCopy) -> None:
    """Inside the unit of work that writes it: this copy is now the last."""
    core, copy, now = message.core, signed.payload.copy, signed.message_hash
    if head is not None:
        change(SentHead, head.row, epoch=copy.epoch, seq=copy.seq, message_hash=now)
        return
    add(
        SentHead,
        register=core.register,
        case=core.case,
        participant=core.sender.participant,
        node=core.sender.node,
        to_participant=copy.desk.participant,
        to_node=copy.desk.node,
        to_desk=copy.desk.desk,
        epoch=copy.epoch,
        seq=copy.seq,
        message_hash=now,
    )
