"""What does a node keep for others, what did it leave with others, and who keeps its own letters?

Invariants:
- `KeptLetter` is on the keeping node: bytes that stand here are durable before the note is signed; one that was
  fetched or expired has no bytes any more and is remembered for as long again, so that its sender can be told;
- `LeftLetter` is on the sending node, one a thing and keeping node, with the note as it was signed;
- `OwnLetterBox` says which nodes the address record of a node of ours names; `emptied_at` is when all that was listed
  there had been taken.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from liaison.node.models.line import GivenReceipt, OutgoingCopy
from liaison.node.models.register import HASH, LOCAL_ID

LIVE = ("arriving", "kept")


class KeptLetter(models.Model):
    """Sealed bytes kept by `by` for the node `participant`/`node`; an attachment's stand among the blobs."""

    register = models.CharField(max_length=HASH)
    by_participant = models.CharField(max_length=HASH)
    by_node = models.CharField(max_length=LOCAL_ID)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    from_participant = models.CharField(max_length=HASH)
    from_node = models.CharField(max_length=LOCAL_ID)
    kind = models.CharField(max_length=16)
    sealed = models.CharField(max_length=HASH)
    size = models.BigIntegerField()
    data = models.BinaryField(default=b"")
    state = models.CharField(max_length=16)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "node", "from_participant", "from_node", "sealed", "register"],
                condition=Q(state__in=LIVE),
                name="kept_letter_once",
            )
        ]
        indexes = [
            models.Index(fields=["participant", "node", "id"], condition=Q(state__in=LIVE), name="kept_letter_waiting"),
            models.Index(fields=["sealed"], name="kept_letter_by_bytes"),
            models.Index(fields=["state", "at"], name="kept_letter_by_state"),
        ]


class LeftLetter(models.Model):
    """A copy, a receipt or a file of a copy that this node left at another's; `asked_at` is when it last asked."""

    register = models.CharField(max_length=HASH)
    by_participant = models.CharField(max_length=HASH)
    by_node = models.CharField(max_length=LOCAL_ID)
    copy = models.ForeignKey(OutgoingCopy, null=True, on_delete=models.CASCADE, related_name="left")
    receipt = models.ForeignKey(GivenReceipt, null=True, on_delete=models.CASCADE, related_name="left")
    kind = models.CharField(max_length=16)
    sealed = models.CharField(max_length=HASH, db_index=True)
    state = models.CharField(max_length=16)
    at = models.DateTimeField()
    until = models.DateTimeField()
    asked_at = models.DateTimeField()
    expired = models.IntegerField(default=0)
    note = models.BinaryField(default=b"")


class OwnLetterBox(models.Model):
    """A node that keeps the letters of one of our nodes."""

    pk = models.CompositePrimaryKey("register", "participant", "node", "by_participant", "by_node")
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    by_participant = models.CharField(max_length=HASH)
    by_node = models.CharField(max_length=LOCAL_ID)
    since = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=64, default="")
