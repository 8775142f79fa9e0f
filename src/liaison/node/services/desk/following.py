"""How does a desk remember to come back to a case? A date and a line of its own, seen by nobody else.

Invariants: one a case; setting it again replaces it; it never leaves the node, the reminder that it drafts does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, FollowUp
from liaison.node.models.casework import NOTE
from liaison.node.node import Node
from liaison.node.reads.desk.kept import require_kept
from liaison.node.reads.desk.listing import of_desk
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import reading, unit_of_work

TODAY = timedelta(days=1)
"""The morning of today may be over; the case then comes back at once."""


@dataclass(frozen=True, slots=True)
class FollowUpRead:
    """When to come back to a case, and why."""

    due: datetime
    note: str


def follow_up_of(node: Node, desk: DeskRef, case: str) -> FollowUpRead | None:
    """When the desk means to come back to a case."""
    with reading(node):
        row = FollowUp.objects.filter(**of_desk(desk), case=case).first()
    return FollowUpRead(row.due, row.note) if row is not None else None


def set_follow_up(node: Node, desk: DeskRef, case: str, wanted: FollowUpRead, *, officer: int) -> None:
    """Come back to a case at that time. Raises UsageError for a day that is over, a case the desk does not have, or too
    long a note."""
    if len(wanted.note) > NOTE:
        raise UsageError("note-too-long", limit=NOTE)
    if wanted.due < node.clock.now() - TODAY:
        raise UsageError("follow-up-past")
    with unit_of_work(node):
        require_kept(desk, case)
        row = Case.objects.get(**of_desk(desk), case=case)
        FollowUp.objects.update_or_create(
            **of_desk(desk),
            register=row.register,
            case=row.case,
            defaults={"due": wanted.due, "note": wanted.note, "set_by": officer, "set_at": node.clock.now()},
        )
        note(node, "follow-up-set", officer=officer, subject=case)


def drop_follow_up(node: Node, desk: DeskRef, case: str, *, officer: int) -> None:
    """Do not come back any more; idempotent."""
    with unit_of_work(node):
        gone, _ = FollowUp.objects.filter(**of_desk(desk), case=case).delete()
        if gone:
            note(node, "follow-up-done", officer=officer, subject=case)
