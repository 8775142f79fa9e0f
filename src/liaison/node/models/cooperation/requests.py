"""Which requests does an own desk have, which clocks run, and what did it note of them at home?

Invariants (docs/spec/requests.md):
- `RequestFile` and `RequestClock` are projections of a desk's messages and of its own notes below: dropped and made
  again they are the same; of a case whose texts were destroyed the file stays, without grounds and clocks.
- `HomeStep`, `SpokenRequest` and `AuditGrant` are the desk's own and never part of a message.
- A `RequestReminder` is one moment of one date of one clock; it is there once, so a desk is told of it once.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from liaison.node.models.inside import CODE, REASON, OfDesk
from liaison.node.models.line import UUID
from liaison.node.models.people import Officer
from liaison.node.models.register import HASH

ZONE = 64
OF_DESK = ("register", "participant", "node", "desk")


class RequestFile(OfDesk):
    """One request as its messages show it (`liaison.cooperation.requests.Request`); `ours` that this side asked.

    `parent` is the root of the one that it extends or carries on; `marked` that a step is out of the order of the text.
    """

    case = models.CharField(max_length=UUID)
    root = models.CharField(max_length=HASH)
    message_id = models.CharField(max_length=UUID)
    form = models.CharField(max_length=CODE)
    instrument = models.CharField(max_length=CODE, default="")
    basis = models.CharField(max_length=CODE, default="")
    ours = models.BooleanField()
    parent = models.CharField(max_length=HASH, default="")
    urgency = models.CharField(max_length=16)
    exercise = models.BooleanField()
    state = models.CharField(max_length=CODE)
    since = models.DateTimeField()
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    grounds = models.JSONField(default=list)
    marked = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=[*OF_DESK, "root"], name="request_once_a_desk")]
        indexes = [
            models.Index(fields=["participant", "node", "desk", "state", "since"], name="request_by_state"),
            models.Index(fields=["participant", "node", "desk", "case"], name="request_by_case"),
            models.Index(fields=["participant", "node", "desk", "parent"], name="request_by_parent"),
        ]


class RequestClock(OfDesk):
    """One clock of a request, or of one that was only spoken of (then `root` is empty).

    `ours` says that this side has to act, `home` that a step at home began it; `remind_at` when the desk is next told.
    """

    case = models.CharField(max_length=UUID)
    root = models.CharField(max_length=HASH, default="")
    clock = models.CharField(max_length=CODE)
    acts = models.CharField(max_length=16)
    ours = models.BooleanField()
    home = models.BooleanField(default=False)
    lapses = models.BooleanField()
    urgency = models.CharField(max_length=16)
    exercise = models.BooleanField()
    began = models.DateTimeField()
    due_at = models.DateTimeField()
    due_day = models.DateField(null=True)
    zone = models.CharField(max_length=ZONE, default="UTC")
    state = models.CharField(max_length=16)
    ended = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    held = models.BooleanField(default=False)
    remind_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=[*OF_DESK, "case", "root", "clock"], name="request_clock_once")]
        indexes = [
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="request_clock_remind"),
            models.Index(fields=["participant", "node", "desk", "due_at"], name="request_clock_by_due"),
        ]


class RequestReminder(OfDesk):
    """A moment at which a desk was told of a date; `reached` is how many officers, `seen_at` when one said so."""

    case = models.CharField(max_length=UUID)
    root = models.CharField(max_length=HASH, default="")
    clock = models.CharField(max_length=CODE)
    due_at = models.DateTimeField()
    moment = models.DateTimeField()
    code = models.CharField(max_length=4)
    told_at = models.DateTimeField()
    reached = models.IntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[*OF_DESK, "case", "root", "clock", "due_at", "moment"], name="request_reminder_once"
            )
        ]


class HomeStep(OfDesk):
    """What the requested side did at home for a request: an order, its service, the data given."""

    case = models.CharField(max_length=UUID)
    root = models.CharField(max_length=HASH)
    moment = models.CharField(max_length=CODE)
    at = models.DateTimeField()
    zone = models.CharField(max_length=ZONE, default="UTC")
    reference = models.CharField(max_length=REASON, default="")
    noted_by = models.BigIntegerField()
    noted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "root"], name="home_step_of_request")]


class SpokenRequest(OfDesk):
    """A request that was made by telephone, in the case of its call note; a request of its form there confirms it."""

    case = models.CharField(max_length=UUID)
    message_id = models.CharField(max_length=UUID)
    form = models.CharField(max_length=CODE)
    instrument = models.CharField(max_length=CODE)
    ours = models.BooleanField()
    urgency = models.CharField(max_length=16)
    exercise = models.BooleanField()
    spoken_at = models.DateTimeField()
    noted_by = models.BigIntegerField()
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=[*OF_DESK, "case"], name="spoken_request_once_a_case")]


class AuditGrant(OfDesk):
    """Leave for an auditor to read what one case says, until then; `reason` says what for."""

    case = models.CharField(max_length=UUID)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="audit_grants")
    reason = models.CharField(max_length=REASON)
    granted_by = models.BigIntegerField()
    granted_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "officer"], name="audit_grant_of_officer")]
