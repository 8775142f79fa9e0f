"""What does a desk have of one request: its course, its clocks, the steps at home, and what can be done next?

    shown = show_request(node, seat, "019ac1")
    shown.request.steps, shown.clocks, shown.choices, shown.parent, shown.followers

Invariants: only requests of the seat's own desk; what was said stays in the messages of the case, here stand codes and
times; what is offered is what the table of steps allows this side now.
"""

from __future__ import annotations

from dataclasses import dataclass

from liaison.cooperation.lifecycle import Event, Side, choices
from liaison.cooperation.requests import Request
from liaison.node.models import RequestClock
from liaison.node.node import Node
from liaison.node.reads.cooperation.listing import ClockRead, HomeStepRead, home_steps, read_clock
from liaison.node.reads.inside.rules import columns
from liaison.node.services.cooperation.finding import find_request
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading

_OF_OTHERS = frozenset(
    {Event.CLEARED, Event.RETURNED, Event.SENT, Event.RECEIVED, Event.EXTENSION_ASKED, Event.EXTENSION_ENDED,
     Event.ASSISTANCE_ASKED, Event.ASSISTANCE_ENDED, Event.EXTENDED}
)  # fmt: skip
"""What comes about by other messages, and is not offered as a step of its own."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One request; `parent` is what it extends or carries on, `followers` what extends it or carries it on."""

    request: Request
    side: Side
    clocks: tuple[ClockRead, ...]
    at_home: tuple[HomeStepRead, ...]
    choices: tuple[Event, ...]
    parent: Request | None
    followers: tuple[Request, ...]


def show_request(node: Node, seat: Seat, name: str) -> Shown:
    """One request of the desk, by the beginning of an identifier. Raises UsageError."""
    found = find_request(node, seat, name)
    request, now = found.request, node.clock.now()
    with reading(node):
        rows = RequestClock.objects.filter(**columns(seat.register, seat.desk), root=request.root)
        clocks = tuple(read_clock(row, now) for row in rows.order_by("due_at", "pk"))
    side = request.side_of(seat.desk)
    return Shown(
        request=request,
        side=side,
        clocks=clocks,
        at_home=tuple(home_steps(node, seat.register, seat.desk, request.root)),
        choices=tuple(each for each in choices(request.state, side) if each not in _OF_OTHERS),
        parent=next((each for each in found.tied if each.root == request.parent), None),
        followers=tuple(each for each in found.tied if each.parent == request.root),
    )
