"""What does a node keep of a guest page: whose case, how the code was told, who tried, until when?

Invariants: the code is nowhere here, only its hash; at most one page of a case is open; attempts are counted and never
taken away; a page that has ended stays as a row, so that what came through it can be explained.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.line import HASH, LOCAL_ID
from liaison.node.models.ways.mail import ADDRESS

UUID = 36


class GuestPage(models.Model):
    """A page for the other side of one case. `held_as` is where the vault keeps a code that goes inside a mail."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    case = models.CharField(max_length=UUID)
    mailbox = models.CharField(max_length=ADDRESS)
    asked = models.CharField(max_length=16)
    told = models.CharField(max_length=16)
    code = models.CharField(max_length=HASH)
    held_as = models.CharField(max_length=HASH, default="")
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    wrong = models.IntegerField(default=0)
    wrong_at = models.DateTimeField(null=True)
    entered = models.IntegerField(default=0)
    entered_at = models.DateTimeField(null=True)
    session = models.CharField(max_length=HASH, default="")
    session_until = models.DateTimeField(null=True)
    said = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "case"],
                condition=models.Q(closed_at__isnull=True),
                name="guest_page_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["session"], condition=~models.Q(session=""), name="guest_page_session"),
        ]
