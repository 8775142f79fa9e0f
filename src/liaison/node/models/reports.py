"""Which rows of feeds was each desk sent, and when?

Invariants: a row is written in the unit of work that writes the message's outbox rows, so a report that is on its way
is always known here, and one that is known here is always on its way; `row_digests` holds 8 bytes a row, keyed with
the node's secret and the desk, so that the rows themselves cannot be read or guessed from them.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID


class SentReport(models.Model):
    """One report to one desk; `digest` is the SHA-256 of its bytes and may be sent again only after the window."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    digest = models.CharField(max_length=HASH)
    message_id = models.CharField(max_length=36)
    case = models.CharField(max_length=36)
    batch = models.CharField(max_length=36)
    rows = models.BigIntegerField()
    row_digests = models.BinaryField()
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "digest"], name="report_sent_once"
            )
        ]
