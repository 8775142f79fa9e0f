"""What does a node that was put back to an earlier state keep until it is whole again?

Invariants:
- a `RecoveredReceipt` leaves when its message is here and becomes the `GivenReceipt` it was, byte for byte;
- a `LostMessage` leaves when its text is here; until then its numbers and its receipts are known;
- a `PeerInquiry` is one question to one peer; `required` says that there were dealings, so nothing opens before it
  was answered.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID

UUID = 36


class PeerInquiry(models.Model):
    """One peer that is asked what passed between it and one of our nodes."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    peer_participant = models.CharField(max_length=HASH)
    peer_node = models.CharField(max_length=LOCAL_ID)
    required = models.BooleanField()
    since = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "peer_participant", "peer_node"], name="inquiry_once_a_peer"
            )
        ]


class RecoveredReceipt(models.Model):
    """A receipt that this node once gave for a message it does not have, as the peer kept it."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    to_participant = models.CharField(max_length=HASH)
    to_node = models.CharField(max_length=LOCAL_ID)
    message_hash = models.CharField(max_length=HASH)
    n = models.IntegerField()
    receipt_hash = models.CharField(max_length=HASH)
    receipt = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message_hash", "n"], name="recovered_receipt_once")]


class LostMessage(models.Model):
    """A copy that this node once sent and does not have: its place, and the receipts the peer gave for it."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    to_participant = models.CharField(max_length=HASH)
    to_node = models.CharField(max_length=LOCAL_ID)
    to_desk = models.CharField(max_length=LOCAL_ID)
    message_id = models.CharField(max_length=UUID)
    case = models.CharField(max_length=UUID)
    epoch = models.CharField(max_length=32)
    seq = models.BigIntegerField()
    core_hash = models.CharField(max_length=HASH)
    message_hash = models.CharField(max_length=HASH, unique=True)
    receipts = models.JSONField()
    why = models.CharField(max_length=64, default="")
    noticed_at = models.DateTimeField()
