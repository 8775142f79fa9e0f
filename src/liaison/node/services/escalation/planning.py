"""How does a desk make its escalation plan, and whom would it tell?

    make_plan_of(node, seat, "urgent", {"steps": […], "last": ["desk"]}, by=7)
    simulate_plan(node, seat, "urgent", sunday)
    works_waited_for(node, seat, "routine", sunday)      for what would wait then; never for what is urgent

Invariants: a plan names officers of the desk and own desks of the participant, or it is refused; one that would reach
nobody now is kept, and said so by the page.
"""

from __future__ import annotations

from datetime import datetime

from liaison.duty.checks.planned_work import Work
from liaison.duty.escalation import WouldTell, simulate
from liaison.duty.plans import DESK, OFFICER, OTHER_DESK, ROTA, URGENCIES, Plan, make_plan, named, print_plan
from liaison.errors import UsageError
from liaison.node.models import EscalationPlan, OwnDesk
from liaison.node.node import Node
from liaison.node.reads.checks.planned_work import planned_at
from liaison.node.reads.duty.answering import who_answers
from liaison.node.reads.duty.escalations import plans_of
from liaison.node.reads.duty.rotas import at_the_desk
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work


def make_plan_of(node: Node, seat: Seat, urgency: str, value: object, *, by: int) -> None:
    """Keep a plan for messages that come from now on. Raises UsageError."""
    plan = make_plan(value)
    with unit_of_work(node):
        _check_targets(node, seat, plan)
        EscalationPlan.objects.update_or_create(
            **columns(seat.register, seat.desk),
            urgency=_urgency(node, seat, urgency),
            defaults={"plan": print_plan(plan).decode(), "changed_by": by, "changed_at": node.clock.now()},
        )
        note(node, "escalation-plan-made", officer=by, subject=urgency, participant=seat.desk.participant)


def drop_plan(node: Node, seat: Seat, urgency: str, *, by: int) -> None:
    """Go back to the plan that every desk begins with. Raises UsageError."""
    with unit_of_work(node):
        rows = EscalationPlan.objects.filter(**columns(seat.register, seat.desk), urgency=_urgency(node, seat, urgency))
        if rows.delete()[0]:
            note(node, "escalation-plan-dropped", officer=by, subject=urgency, participant=seat.desk.participant)


def simulate_plan(node: Node, seat: Seat, urgency: str, instant: datetime) -> tuple[WouldTell, ...]:
    """Who would be told of a message that came then and that nobody acknowledged. Raises UsageError."""
    urgency = _urgency(node, seat, urgency)
    plan = next(each.plan for each in plans_of(node, seat.register, seat.desk) if each.urgency == urgency)
    return simulate(plan, who_answers(node, seat.register, seat.desk), instant)


def works_waited_for(node: Node, seat: Seat, urgency: str, instant: datetime) -> tuple[Work, ...]:
    """The planned work from an instant on that holds up what is so urgent: none but for what is routine."""
    if urgency != URGENCIES[0]:
        return ()
    return tuple(each.work for each in planned_at(node, seat.register, seat.desk, since=instant))


def other_desks(node: Node, seat: Seat) -> tuple[str, ...]:
    """The other desks of the participant on this node."""
    place = {"register": seat.register, "participant": seat.desk.participant, "node": seat.desk.node}
    with reading(node):
        rows = OwnDesk.objects.filter(**place).exclude(desk=seat.desk.desk)
        return tuple(rows.order_by("desk").values_list("desk", flat=True))


def _urgency(node: Node, seat: Seat, urgency: str) -> str:
    if urgency not in {each.urgency for each in plans_of(node, seat.register, seat.desk)}:
        raise UsageError("plan-not-understood", reason="urgency")
    return urgency


def _check_targets(node: Node, seat: Seat, plan: Plan) -> None:
    """Inside a unit of work. Raises UsageError for a target that is not here."""
    here = at_the_desk(node, seat.register, seat.desk, node.clock.now())
    known = {ROTA, DESK} | {f"{OFFICER}{each}" for each in here}
    known |= {f"{OTHER_DESK}{desk}" for desk in other_desks(node, seat)}
    for target in named(plan):
        if target not in known:
            raise UsageError("plan-target-unknown", target=target)
