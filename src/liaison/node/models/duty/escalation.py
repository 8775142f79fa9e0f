"""Who was told of a message that waits for a person, by which way, and what came of it?

Invariants (docs/spec/escalation.md):
- An escalation keeps the plan as it was when the message arrived, and every step that was taken, in order; a step of a
  cycle is there once, because the table lets no second one in.
- Nothing here says what a message is about; a link that was sent out is kept as its hash only.
- A notification is one officer by one way; an attempt that was begun and whose end nobody wrote down is `unknown`.
- One that leaves together with others names the one that carries it (`leader`); its tries are that one's.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q

from liaison.node.models.cooperation.requests import RequestReminder
from liaison.node.models.inside import OfDesk
from liaison.node.models.line import UUID, IncomingCopy, OutgoingCopy
from liaison.node.models.people import Officer
from liaison.node.models.register import HASH

CODE = 16
ADDRESS = 2000
PROVIDER = 48


class EscalationPlan(OfDesk):
    """The plan that a desk made for one urgency, as canonical JSON."""

    urgency = models.CharField(max_length=CODE)
    plan = models.TextField()
    changed_by = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "urgency"], name="escalation_plan_once"
            )
        ]


class Escalation(OfDesk):
    """A message that came in and waits for a person; `due` is when something is next to be done, null for never.

    `code` is what a notification names it by; `last_at` when its history last grew; `held_until` when what was put off
    or handed on begins again, and `handed_to` who was given it and said nothing yet.
    """

    incoming = models.OneToOneField(IncomingCopy, on_delete=models.CASCADE, related_name="escalation")
    case = models.CharField(max_length=UUID)
    urgency = models.CharField(max_length=CODE)
    exercise = models.BooleanField()
    plan = models.TextField()
    code = models.CharField(max_length=4)
    state = models.CharField(max_length=CODE)
    begun_at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    last_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    handed_to = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["due"], condition=Q(due__isnull=False), name="escalation_due"),
            models.Index(fields=["participant", "node", "desk", "case"], name="escalation_of_case"),
        ]


class EscalationEvent(models.Model):
    """One line of the history of an escalation (`liaison.duty.escalation.Happening`)."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=CODE)
    cycle = models.IntegerField(default=0)
    place = models.IntegerField(default=0)
    officer = models.BigIntegerField(default=0)
    reached = models.IntegerField(default=0)
    minutes = models.IntegerField(default=0)
    by = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "cycle", "place"], condition=Q(kind="told"), name="escalation_step_once"
            )
        ]


class AwaitedAnswer(OfDesk):
    """A copy that an own desk sent, for a person over there to acknowledge by then; `told_at` once nobody did."""

    copy = models.OneToOneField(OutgoingCopy, on_delete=models.CASCADE, related_name="awaited")
    urgency = models.CharField(max_length=CODE)
    exercise = models.BooleanField()
    code = models.CharField(max_length=4)
    expected_at = models.DateTimeField()
    due = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due"], condition=Q(due__isnull=False), name="awaited_due"),
            models.Index(
                fields=["participant", "node", "desk", "expected_at"],
                condition=Q(told_at__isnull=False, answered_at__isnull=True),
                name="awaited_silent",
            ),
        ]


class ContactMethod(models.Model):
    """How an officer is told: an address in a channel, from which urgency on, and so many minutes after a step began.

    It is used once `verified_at` is set, which takes the code that was sent there; `code_hash` keeps that code. It is
    silent outside of its hours (`liaison.duty.hours`), which are of the officer's zone; `weekdays` are digits from 0
    for Monday.
    """

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="methods")
    channel = models.CharField(max_length=CODE)
    address = models.TextField()
    label = models.CharField(max_length=80, default="")
    position = models.SmallIntegerField(default=0)
    urgency = models.CharField(max_length=CODE, default="routine")
    after_minutes = models.SmallIntegerField(default=0)
    weekdays = models.CharField(max_length=7, default="")
    begins = models.CharField(max_length=5, default="")
    ends = models.CharField(max_length=5, default="")
    any_time_from = models.CharField(max_length=CODE, default="")
    made_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    code_hash = models.CharField(max_length=HASH, default="")
    code_until = models.DateTimeField(null=True)
    code_tries = models.SmallIntegerField(default=0)
    worked_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    last_error = models.CharField(max_length=64, default="")
    removed_at = models.DateTimeField(null=True)

    @property
    def wait(self) -> timedelta:
        """How long after a step it is used."""
        return timedelta(minutes=self.after_minutes)


class Notification(models.Model):
    """One officer to be told by one method; `state` as in docs/spec/escalation.md.

    `told_at` is when it left as the carrier of itself and of those that name it as `leader`, `told_urgency` that of the
    most urgent of them, and `list_code` what the list of them is opened by.
    """

    purpose = models.CharField(max_length=CODE)
    escalation = models.ForeignKey(Escalation, null=True, on_delete=models.CASCADE, related_name="notifications")
    awaited = models.ForeignKey(AwaitedAnswer, null=True, on_delete=models.CASCADE, related_name="notifications")
    reminder = models.ForeignKey(RequestReminder, null=True, on_delete=models.CASCADE, related_name="notifications")
    cycle = models.IntegerField(default=0)
    place = models.IntegerField(default=0)
    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="notifications")
    method = models.ForeignKey(ContactMethod, on_delete=models.CASCADE, related_name="notifications")
    code = models.CharField(max_length=8, default="")
    urgency = models.CharField(max_length=CODE, default="routine")
    exercise = models.BooleanField(default=False)
    out_of_hours = models.BooleanField(default=False)
    state = models.CharField(max_length=CODE)
    provider = models.SmallIntegerField(default=0)
    repeated = models.BooleanField(default=False)
    due = models.DateTimeField(null=True)
    rounds = models.SmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    lease_by = models.CharField(max_length=CODE, default="")
    leader = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="followers")
    list_code = models.CharField(max_length=4, default="")
    told_at = models.DateTimeField(null=True)
    told_urgency = models.CharField(max_length=CODE, default="")
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["escalation", "cycle", "place", "method"],
                condition=Q(escalation__isnull=False),
                name="notification_once",
            )
        ]
        indexes = [
            models.Index(fields=["due"], condition=Q(due__isnull=False), name="notification_due"),
            models.Index(fields=["method", "told_at"], condition=Q(told_at__isnull=False), name="notification_rang"),
        ]


class NotificationAttempt(models.Model):
    """One try by one provider; `sending` until its end is written down; `token_hash` of the link it carried."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="attempts")
    provider = models.CharField(max_length=PROVIDER)
    state = models.CharField(max_length=CODE)
    error = models.CharField(max_length=64, default="")
    token_hash = models.CharField(max_length=HASH, null=True, unique=True)
    token_until = models.DateTimeField(null=True)
    token_used_at = models.DateTimeField(null=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class NoticeGateway(models.Model):
    """How one provider of a channel does: how many of its newest tries failed in a row, since when, and why."""

    channel = models.CharField(max_length=CODE)
    provider = models.CharField(max_length=PROVIDER)
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=64, default="")
    tried_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "provider"], name="notice_gateway_once")]
