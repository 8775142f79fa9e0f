"""Which own desk writes a report to which desk, and in which register?

    senders = sending_desks(node, {register, …}, "duty")
    find_parties(node, desk, senders)        Parties(register, sender, recipient), or None: nobody here writes to it

Invariants: a message is sealed within one register, where both are participants; a desk of another register (providers
never stand beside States, rule 18) is written to by mail, as the correspondent that an own desk keeps; a rehearsal and
what is none never meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import OwnDesk
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.mail.targets import kept_mailbox
from liaison.node.unit_of_work import reading
from liaison.register.vocabulary import DeskKind
from liaison.routing.claims import Desk


class Parties(NamedTuple):
    """Who writes to whom, and in which register both are parties of a case."""

    register: str
    sender: DeskRef
    recipient: DeskRef


def sending_desks(node: Node, registers: set[str], named: str) -> Mapping[str, DeskRef]:
    """The own desk that speaks in each of these registers; in all of ours where none speaks in one of them.

    Raises UsageError as `sending_desk` does.
    """
    found = {register: sending_desk(node, register, named) for register in sorted(registers)}
    if None in found.values():  # Its desks may be correspondents of one of our other registers.
        with reading(node):
            own = set(OwnDesk.objects.values_list("register", flat=True))
        found |= {register: sending_desk(node, register, named) for register in sorted(own - registers)}
    return {register: desk for register, desk in found.items() if desk is not None}


def sending_desk(node: Node, register: str, named: str = "") -> DeskRef | None:
    """The own desk that speaks in a register: the one named, else the only one, else the only technical one.

    None when there is none; raises UsageError when several remain or none has the name.
    """
    with reading(node):
        rows = list(OwnDesk.objects.filter(register=register).order_by("participant", "desk"))
    found = [(row.kind, DeskRef(row.participant, row.node, row.desk)) for row in rows]
    if not found:
        return None
    if named:
        found = [each for each in found if named in (each[1].desk, str(each[1]))]
    elif len(found) > 1:
        found = [each for each in found if each[0] == DeskKind.TECHNICAL.value]
    if len(found) != 1:
        raise UsageError("sending-desk-not-clear", given=named or "-", count=len(found))
    return found[0][1]


def find_parties(node: Node, desk: Desk, senders: Mapping[str, DeskRef]) -> Parties | None:
    """How a desk is written to: sealed by who speaks in its register, else by mail as a kept correspondent."""
    named = named_desk(desk)
    if named is not None and desk.register in senders:
        return Parties(desk.register, senders[desk.register], named)
    rehearsal = register_facts(node, desk.register).globals.rehearsal
    for register, sender in senders.items():
        if named is None and register != desk.register:
            continue  # A letter nominates a desk to the participants of its own register.
        if register_facts(node, register).globals.rehearsal == rehearsal:
            recipient = kept_mailbox(node, register, sender, desk)
            if recipient is not None:
                return Parties(register, sender, recipient)
    return None


def named_desk(desk: Desk) -> DeskRef | None:
    """The desk as messages name it; None for one that is only nominated."""
    if desk.participant is None or desk.node is None:
        return None
    return DeskRef(desk.participant, desk.node, desk.desk)
