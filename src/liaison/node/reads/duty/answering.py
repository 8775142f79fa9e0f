"""Which officers stand behind a target of an escalation plan at an instant?

    answering = who_answers(node, register, desk)
    answering("rota", now)          who is on duty; whoever may acknowledge where the desk has no rota
    answering("desk:cabinet", now)  who is on duty at another own desk of the participant

Invariants: nobody who may not acknowledge at the desk is told of what comes there, whatever a plan says.
"""

from __future__ import annotations

from datetime import datetime

from liaison.duty.escalation import WhoAnswers
from liaison.duty.plans import DESK, OFFICER, OTHER_DESK, ROTA
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import at_the_desk, officers_on_duty


def who_answers(node: Node, register: str, desk: DeskRef) -> WhoAnswers:
    """The officers behind the targets of a plan of this desk."""

    def answering(target: str, at: datetime) -> tuple[int, ...]:
        if target == ROTA:
            return officers_on_duty(node, register, desk, at)
        if target == DESK:
            return at_the_desk(node, register, desk, at)
        if target.startswith(OTHER_DESK):
            other = DeskRef(desk.participant, desk.node, target.removeprefix(OTHER_DESK))
            return officers_on_duty(node, register, other, at)
        named = int(target.removeprefix(OFFICER))
        return (named,) if named in at_the_desk(node, register, desk, at) else ()

    return answering
