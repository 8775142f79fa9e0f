"""What does a node keep for the programs that work for its desks: tokens, answers, files, events, webhooks?

Invariants:
- A token and the secret of a webhook are shown once: of the one a hash is kept here, the other is a file of the vault.
- Events carry a kind, a case, a message and a time, never what was said; they are numbered without gaps within a desk.
- An answer to a request with an idempotency key is written in the transaction of what the request did.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.inside import OfDesk
from liaison.node.models.line import UUID
from liaison.node.models.people import Officer
from liaison.node.models.register import HASH

KEY = 128


class ApiToken(OfDesk):
    """What a program shows instead of signing in; it acts for `officer`, at most until `until`."""

    name = models.CharField(max_length=100)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="tokens")
    token_hash = models.CharField(max_length=HASH, unique=True)
    ending = models.CharField(max_length=4)
    scopes = models.JSONField()
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["register", "participant", "node", "desk"], name="token_of_desk")]


class KeptAnswer(models.Model):
    """What a request with this idempotency key was answered, so that sending it again changes nothing."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=KEY)
    request_hash = models.CharField(max_length=HASH)
    status = models.SmallIntegerField(default=0)
    body = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="kept_answer_once")]


class Upload(OfDesk):
    """A file that a program sealed here for a message it has yet to send; `attachment` as a message names it."""

    upload = models.CharField(max_length=UUID, unique=True)
    attachment = models.JSONField()
    at = models.DateTimeField(db_index=True)


class EventHead(OfDesk):
    """The number of the last event of a desk that somebody listens to; without the row nothing is written for it."""

    last = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["register", "participant", "node", "desk"], name="event_head_once")
        ]


class EventRow(OfDesk):
    """That something happened at a desk: which kind, in which case, with which message, and when."""

    number = models.BigIntegerField()
    kind = models.CharField(max_length=32)
    case = models.CharField(max_length=UUID)
    message = models.CharField(max_length=UUID)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["register", "participant", "node", "desk", "number"], name="event_once")
        ]


class Webhook(OfDesk):
    """Where the events of a desk are sent: up to which number that was done, and when it is tried again.

    `secret` names a file of the vault; `failing_since` is when what is tried now was first refused; a hook that is
    `stopped_at` is tried no more until somebody says so.
    """

    url = models.CharField(max_length=2000)
    secret = models.CharField(max_length=HASH)
    reached = models.BigIntegerField()
    attempts = models.IntegerField(default=0)
    due = models.DateTimeField(db_index=True)
    failing_since = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, default="")
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()


class WebhookAttempt(models.Model):
    """One try to send one event; `status` is 0 where no answer came, `error` then says why."""

    hook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="log")
    number = models.BigIntegerField()
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    status = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=64, default="")
