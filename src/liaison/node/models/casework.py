"""What does a desk note about its own cases, for itself alone?

Invariants: nothing here is ever part of a message or leaves the node; rows name their own desk.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID

UUID = 36
NOTE = 500


class FollowUp(models.Model):
    """A day on which the desk wants to come back to a case, and why; one a case and desk."""

    register = models.CharField(max_length=HASH)
    case = models.CharField(max_length=UUID)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    due = models.DateTimeField()
    note = models.CharField(max_length=NOTE, default="")
    set_by = models.BigIntegerField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "case", "participant", "node", "desk"], name="follow_up_once_a_case"
            )
        ]
        indexes = [models.Index(fields=["participant", "node", "desk", "due"], name="follow_up_by_desk_due")]
