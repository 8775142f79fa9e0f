"""Who works at this node's desks, in which role, and what did they do?

Invariants:
- Officers are known to their own node only: nothing here ever enters the register or a message.
- A person who left keeps the row, so that the audit trail can name them; they can no longer sign in.
- The audit trail is only ever appended to: each row's hash covers the row and the hash before it.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from liaison.node.models.line import UUID
from liaison.node.models.register import HASH, LOCAL_ID

ROLE = 24


class Officer(AbstractBaseUser):
    """A person who signs in; `login` is what they type, `zone` an IANA name, `duty_notices` whether they are told that
    their duty begins and ends, `last_login` when they were last seen."""

    login = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True, default="")
    language = models.CharField(max_length=8, default="en")
    zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    duty_notices = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: list[str] = []
    objects = BaseUserManager()


class Membership(models.Model):
    """One role of one officer at one own desk; between `begins` and `until` where they stand in for `deputy_for`."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="memberships")
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    role = models.CharField(max_length=ROLE)
    since = models.DateTimeField()
    begins = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    deputy_for = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="deputies")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["officer", "register", "participant", "node", "desk", "role"], name="membership_once"
            )
        ]


def in_force(now: datetime) -> models.Q:
    """What keeps a query to the roles that are held now: those for good, and a deputy's between their dates."""
    begun, not_over = models.Q(begins=None) | models.Q(begins__lte=now), models.Q(until=None) | models.Q(until__gt=now)
    return begun & not_over


class Invitation(models.Model):
    """A link, used once, with which an officer signs in for the first time or after losing every key."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=HASH, unique=True)
    until = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class AuditRow(models.Model):
    """One thing somebody did; `officer` is 0 for the node itself and for the command line.

    `participant` is whose administrators and auditors read the line; empty where it is about the whole node.
    """

    at = models.DateTimeField(db_index=True)
    participant = models.CharField(max_length=HASH, default="", db_index=True)
    officer = models.BigIntegerField(default=0)
    action = models.CharField(max_length=48)
    subject = models.CharField(max_length=200, default="")
    params = models.JSONField(default=dict)
    previous = models.CharField(max_length=HASH)
    hash = models.CharField(max_length=HASH)


class CaseAccess(models.Model):
    """A case that one own desk closed to named officers: one row for each of them."""

    register = models.CharField(max_length=HASH)
    case = models.CharField(max_length=UUID)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="case_access")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "case", "participant", "node", "desk", "officer"], name="case_access_once"
            )
        ]


class LeavingStep(models.Model):
    """One thing to do when an officer leaves a participant's desks, and who ticked it."""

    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="leaving")
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    step = models.CharField(max_length=24)
    since = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "register", "participant", "step"], name="leaving_step_once")
        ]
