"""What does a desk keep of evidence: the item, the signed lines about it, and the messages that brought them?

Invariants:
- a line is written once and never changed; a stamp is added to it when it comes;
- `attachments` name the sealed files in the order of the manifest, as a message does, and keep them from the sweep;
- what becomes of a message about evidence is one row beside it: `waiting` until its record is here, then `taken` or
  `refused` with the reason.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from liaison.node.models.inside import OfDesk
from liaison.node.models.line import UUID, IncomingCopy
from liaison.node.models.register import HASH


class EvidenceItem(OfDesk):
    """One item of evidence as an own desk has it: `held`, or `destroyed`; the record stays either way.

    `given_in` and `given_core` are the message of the hand-over it was taken from, empty where the desk collected it;
    `ends_by` is until when the conditions let it be kept, `reminded_at` when the desk was last told so.
    """

    evidence = models.CharField(max_length=HASH)
    case = models.CharField(max_length=UUID)
    manifest = models.BinaryField()
    attachments = models.JSONField(default=list)
    given_in = models.CharField(max_length=UUID, default="")
    given_core = models.CharField(max_length=HASH, default="")
    state = models.CharField(max_length=16, default="held")
    ends_by = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "participant", "node", "desk", "register"], name="evidence_once_a_desk"
            )
        ]
        indexes = [
            models.Index(fields=["ends_by"], condition=Q(state="held", ends_by__isnull=False), name="evidence_ending"),
            models.Index(fields=["participant", "node", "desk", "case"], name="evidence_by_case"),
        ]


class EvidenceLine(models.Model):
    """A signed line of the record of an item; `own` where this desk signed it and may have it stamped."""

    item = models.ForeignKey(EvidenceItem, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line_hash = models.CharField(max_length=HASH)
    line = models.BinaryField()
    own = models.BooleanField()
    stamp = models.BinaryField(default=b"")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "line_hash"], name="evidence_line_once")]
        indexes = [models.Index(fields=["id"], condition=Q(own=True, stamp=b""), name="evidence_line_unstamped")]


class EvidenceMessage(models.Model):
    """What became of a received message that carries a custody record."""

    incoming = models.OneToOneField(IncomingCopy, on_delete=models.CASCADE, related_name="evidence")
    state = models.CharField(max_length=16, default="waiting")
    reason = models.CharField(max_length=64, default="")

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(state="waiting"), name="evidence_message_waiting")]
