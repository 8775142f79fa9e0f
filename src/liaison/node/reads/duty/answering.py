"""Which officers stand behind a target of an escalation plan at an instant?

    answering = who_answers(node, register, desk)
    answering("rota", now)          who is on duty; whoever may acknowledge where the desk has no rota
    answering("desk:cabinet", now)  who is on duty at another own desk of the participant

Invariants: nobody who may not acknowledge at the desk is told of what comes there, whatever a plan says.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from liaison.duty.escalation import WhoAnswers
from liaison.duty.plans import DESK, OFFICER, OTHER_DESK, ROTA
from liaison.messages.parties import DeskRef
from liaison.node.models import Membership
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import officers_on_duty
from liaison.node.services.people.officers import desk_filter
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import MAY, Action

ROLES = [role.value for role, may in MAY.items() if Action.ACKNOWLEDGE in may]


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


def at_the_desk(node: Node, register: str, desk: DeskRef, instant: datetime) -> tuple[int, ...]:
    """Every officer who may acknowledge at a desk at an instant, deputies between their dates."""
    with reading(node):
        rows = Membership.objects.filter(
            Q(begins=None) | Q(begins__lte=instant),
            Q(until=None) | Q(until__gt=instant),
            register=register,
            **desk_filter(desk),
            role__in=ROLES,
            officer__is_active=True,
        )
        return tuple(sorted(set(rows.values_list("officer", flat=True))))
