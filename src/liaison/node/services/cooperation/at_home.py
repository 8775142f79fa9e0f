"""What did the requested side do at home for a request: ordered, served, given by the provider?

    note_step(node, seat, root, Taken(Moment.ORDERED, at, zone="Africa/Nairobi", reference="…"), by=9)

Invariants: only the side that was asked has steps at home; they stay on the node; a step may be noted later than it was
taken, never before; the clocks follow in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liaison.cooperation.clock_rules import Event as Moment
from liaison.cooperation.clocks import find_zone
from liaison.cooperation.domestic import AT_HOME
from liaison.cooperation.lifecycle import Side
from liaison.errors import UsageError
from liaison.node.models import HomeStep
from liaison.node.models.inside import REASON
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.cooperation.finding import find_request
from liaison.node.services.cooperation.projecting import refold
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.services.people.case_access import require_case_access
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require


@dataclass(frozen=True, slots=True)
class Taken:
    """A step, when it was taken, by the days of which zone its time counts, and the order's own reference."""

    moment: Moment
    at: datetime
    zone: str = "UTC"
    reference: str = ""


def note_step(node: Node, seat: Seat, name: str, taken: Taken, *, by: int) -> None:
    """Note a step at home of a request. Raises UsageError."""
    require(Action.WRITE, seat.roles)
    find_zone(taken.zone)
    found = find_request(node, seat, name)
    now = node.clock.now()
    if found.request.side_of(seat.desk) is not Side.REQUESTED:
        raise UsageError("request-no-steps-at-home")
    if taken.moment not in AT_HOME:
        raise UsageError("request-step-unknown", step=taken.moment.value)
    if taken.at > now:
        raise UsageError("request-step-ahead")
    if len(taken.reference) > REASON:
        raise UsageError("note-too-long", limit=REASON)
    if by != SYSTEM:
        require_case_access(node, seat, by, found.request.case)
    with unit_of_work(node):
        HomeStep.objects.create(
            **columns(seat.register, seat.desk),
            case=found.request.case,
            root=found.request.root,
            moment=taken.moment.value,
            at=taken.at,
            zone=taken.zone,
            reference=taken.reference,
            noted_by=by,
            noted_at=now,
        )
        note(node, "request-home-step", officer=by, subject=found.request.case, params={"step": taken.moment.value})
        refold(node, seat.register, seat.desk, {found.request.case}, now)
