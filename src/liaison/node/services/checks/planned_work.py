"""How does a desk, or who runs the node, say that work is planned?

    plan_work(node, seat, make_work(…), by=3)       at the desk; of the whole node without a seat
    end_work(node, seat, number, by=3)              it is over from now on, or does not come

Invariants (docs/spec/escalation.md, "Planned work"): a desk says so of itself alone, and ends nothing of the whole
node; each is a line of the audit trail.
"""

from __future__ import annotations

from liaison.duty.checks.planned_work import MOST, Work
from liaison.errors import UsageError
from liaison.node.models import PlannedWork
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.identifiers import format_instant

NO_DESK = {"register": "", "participant": "", "node": "", "desk": ""}


def plan_work(node: Node, seat: Seat | None, work: Work, *, by: int) -> int:
    """Say that work is planned; its number. Raises UsageError."""
    place, now = _place(seat), node.clock.now()
    with unit_of_work(node):
        if PlannedWork.objects.filter(**place, ends__gt=now).count() >= MOST:
            raise UsageError("planned-work-too-many", most=MOST)
        row = PlannedWork.objects.create(**place, begins=work.begins, ends=work.ends, made_by=by, made_at=now)
        told = {"begins": format_instant(work.begins), "ends": format_instant(work.ends)}
        note(node, "work-planned", officer=by, subject=str(row.pk), params=told, participant=place["participant"])
    return int(row.pk)


def end_work(node: Node, seat: Seat | None, number: int, *, by: int) -> bool:
    """End it now, or take it back before it begins; idempotent: whether it stood until now. Raises UsageError."""
    place, now = _place(seat), node.clock.now()
    with unit_of_work(node):
        rows = PlannedWork.objects.filter(**place, pk=number, ends__gt=now)
        begun, coming = rows.filter(begins__lt=now).update(ends=now), rows.filter(begins__gte=now).delete()[0]
        if begun or coming:
            note(node, "planned-work-ended", officer=by, subject=str(number), participant=place["participant"])
    return bool(begun or coming)


def _place(seat: Seat | None) -> dict[str, str]:
    """Of which desk it is; of none for the whole node. Raises UsageError for who may not say so."""
    if seat is None:
        return NO_DESK
    require(Action.SET_RULES, seat.roles)
    return columns(seat.register, seat.desk)
