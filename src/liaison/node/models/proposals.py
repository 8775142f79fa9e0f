"""What has been proposed for a desk's own entry in the register, by whom, and what came of it?

Invariants: at most one proposal of a desk is open; `plan` is canonical JSON of what the entry shall say; a proposal is
never changed, only withdrawn, replaced or published.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from liaison.node.models.register import HASH, LOCAL_ID


class EntryProposal(models.Model):
    """A new version of what the register says of an own desk; `based_on` is the hash of the version it changes."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    plan = models.BinaryField()
    based_on = models.CharField(max_length=HASH)
    state = models.CharField(max_length=16, default="open")
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    decided_by = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "desk"], condition=Q(state="open"), name="proposal_open_once"
            )
        ]


class StandProposal(models.Model):
    """What an officer proposed that the participant declare about an instrument; `stand` is the body of the entry.

    Several may be open, because a deposit often comes with reservations; one is never changed, only decided.
    """

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    instrument = models.CharField(max_length=LOCAL_ID)
    stand = models.BinaryField()
    state = models.CharField(max_length=16, default="open")
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    decided_by = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["register", "participant", "desk", "state"], name="stand_proposed_of_desk")]
