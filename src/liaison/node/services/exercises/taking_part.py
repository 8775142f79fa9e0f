"""How does a desk that plays say that a real message calls it away, and that it takes part again?

    call_away(node, seat, by=7)      tells exercise control, so that nothing is held against the desk meanwhile
    come_back(node, seat, by=7)      tells it, and lets the exercise go on here

That a real message breaks through is seen by the node itself and holds the exercise up here at once
(`reads.duty.exercises`); telling exercise control of it is a person's word, because it tells that something happened.
"""

from __future__ import annotations

from liaison.errors import UsageError
from liaison.node.models import ExerciseReturn
from liaison.node.node import Node
from liaison.node.reads.duty.exercises import CONTROL, Part, taking_part
from liaison.node.reads.inside.rules import columns
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require


def call_away(node: Node, seat: Seat, *, by: int) -> None:
    """Tell exercise control that this desk is called away. Raises UsageError."""
    _say(node, seat, "called-away", by=by)


def come_back(node: Node, seat: Seat, *, by: int) -> None:
    """Take part again. Raises UsageError."""
    _say(node, seat, "back", by=by)


def _say(node: Node, seat: Seat, event: str, *, by: int) -> None:
    require(Action.WRITE, seat.roles)
    part = taking_part(node, seat.register, seat.desk)
    if part is None:
        raise UsageError("exercise-not-playing")
    with unit_of_work(node):
        if event == "back":
            now = node.clock.now()
            ExerciseReturn.objects.create(**columns(seat.register, seat.desk), returned_by=by, returned_at=now)
        note(node, f"exercise-{event}", officer=by, subject=part.exercise)
        send_letter(node, _letter(seat, part, event))


def _letter(seat: Seat, part: Part, event: str) -> Letter:
    return Letter(
        register=seat.register,
        sender=seat.desk,
        to=(part.control,),
        form=CONTROL,
        fields={"exercise": part.exercise, "event": event},
        exercise=True,
        case=part.case,
        re=part.last_core,
    )
