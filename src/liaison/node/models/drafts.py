"""What is a desk writing, and whom does it know outside the register? Kept here only, never part of a message.

Invariants:
- A draft belongs to the desk, not to the officer who began it, so that the next shift can finish it.
- `typed` is what stood in the inputs, as it stood there; `version` grows with each save, so that two windows notice.
- A draft that awaits clearance is not changed by anybody until it was decided on.
- A draft that was sent keeps only what it was sent as: pressing the button twice sends once.
- A contact of the address book carries its source and the day it is of; it is never in the register's name.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID

UUID = 36


class Draft(models.Model):
    """A message before it is sent; `attachments` are the sealed files already here, as a message names them."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    form = models.CharField(max_length=32, default="")
    typed = models.JSONField(default=dict)
    attachments = models.JSONField(default=list)
    version = models.IntegerField(default=1)
    begun_by = models.BigIntegerField()
    changed_by = models.BigIntegerField()
    begun_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    sent_as = models.CharField(max_length=UUID, default="")
    awaiting = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["register", "participant", "node", "desk", "sent_as"], name="draft_of_desk")]


class BookContact(models.Model):
    """Somebody a desk knows from elsewhere; `searched` is all of its words, `expires` when its page is old.

    `key` is the OpenPGP certificate that stood in the card itself, in base 64, `fingerprint` the one it names; neither
    was compared with anything.
    """

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, default="")
    country = models.CharField(max_length=2, default="")
    mailbox = models.CharField(max_length=254, default="")
    telephone = models.CharField(max_length=64, default="")
    note = models.CharField(max_length=500, default="")
    domains = models.JSONField(default=list)
    expires = models.CharField(max_length=20, default="")
    key = models.TextField(default="")
    fingerprint = models.CharField(max_length=40, default="")
    source = models.CharField(max_length=200)
    dated = models.CharField(max_length=10)
    imported_at = models.DateTimeField()
    searched = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["register", "participant", "node", "desk", "source"], name="book_of_desk")]
