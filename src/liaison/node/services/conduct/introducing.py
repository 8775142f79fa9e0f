"""How does an introduction about help leave a desk at the terminal? As every message does, by its rules of clearance.

    gone = introduce(node, seat, introduction_fields(match, subject), to=desk, by=7)

Invariants: nobody is introduced but by their own desk; the message and the line of the trail are one unit of work.
"""

from __future__ import annotations

from collections.abc import Mapping

from liaison.conduct.help import INTRODUCTION
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.services.inside.clearance import Asking, Gone, send_or_ask
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require
from liaison.wire.canonical import JSON


def introduce(node: Node, seat: Seat, fields: Mapping[str, JSON], *, to: DeskRef, by: int) -> Gone:
    """Send an introduction in a case of its own, or have it wait for clearance; the first attempt is the caller's.

    Raises UsageError, MalformedError and what `send_letter` raises.
    """
    require(Action.WRITE, seat.roles)
    letter = Letter(register=seat.register, sender=seat.desk, to=(to,), form=INTRODUCTION, fields=fields)
    with unit_of_work(node):
        gone = send_or_ask(node, letter, Asking(officer=by, leased=True))
        for sent in gone.sent:
            note(node, "message-sent", officer=by, subject=sent.message_id, params={"form": INTRODUCTION})
    return gone
