"""What does the next officer on duty have to know?

    leave_note(node, seat, "XD promised logs by 06:00.", by=7)
    see_note(node, seat, number, by=9)        it stands no more on the desk page

Invariants: a note stays on the node and is never part of a message or an export; who wrote it does not tick it off
for the next; the trail says that there was one, never what it says.
"""

from __future__ import annotations

from liaison.errors import UsageError
from liaison.node.models import HandoverNote
from liaison.node.models.inside import WORDS
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.duty.rotas import tell
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, require

MOST = 50


def leave_note(node: Node, seat: Seat, words: str, *, by: int) -> None:
    """Leave a note for whoever is on duty next. Raises UsageError."""
    require(Action.ACKNOWLEDGE, seat.roles)
    place = columns(seat.register, seat.desk)
    if not 0 < len(words.strip()) <= WORDS:
        raise UsageError("handover-note-words", limit=WORDS)
    with unit_of_work(node):
        if HandoverNote.objects.filter(**place, seen_at=None).count() >= MOST:
            raise UsageError("duty-too-many", most=MOST)
        row = HandoverNote.objects.create(**place, words=words.strip(), written_by=by, written_at=node.clock.now())
        tell(node, seat, "handover-note-left", by, subject=str(row.pk))


def see_note(node: Node, seat: Seat, number: int, *, by: int) -> None:
    """Say that one has read a note of somebody else; idempotent. Raises UsageError."""
    require(Action.ACKNOWLEDGE, seat.roles)
    with unit_of_work(node):
        rows = HandoverNote.objects.filter(**columns(seat.register, seat.desk), pk=number, seen_at=None)
        if rows.filter(written_by=by).exists():
            raise UsageError("handover-note-own")
        if rows.update(seen_by=by, seen_at=node.clock.now()):
            tell(node, seat, "handover-note-seen", by, subject=str(number))
