"""What does a node keep of its OpenPGP mail: keys, correspondents, what it handed over, what it fetched?

Invariants:
- A correspondent is one desk's own and its certificate was confirmed by an officer over a channel that is named.
- A `SentMail` is written with its copy and keeps the certificate it is sealed to: an answer counts by that one alone.
- A mail is stored once, by the hash of its bytes; of what was signed the same words enter a case once.
- Nothing is deleted from the mailbox, so the place reached there is all that a fetch has to remember.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.line import HASH, LOCAL_ID, IncomingCopy, OutgoingCopy

FINGERPRINT = 40
ADDRESS = 254


class MailKey(models.Model):
    """An OpenPGP key of an own desk; the vault keeps its private half under `held_as`. The newest one signs."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    fingerprint = models.CharField(max_length=FINGERPRINT, unique=True)
    held_as = models.CharField(max_length=HASH)
    certificate = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["register", "participant", "node", "desk"], name="mail_key_of_desk")]


class MailContact(models.Model):
    """A desk that has a mailbox and no node; `who` stands for it where a participant's hash stands for others.

    `certificate` was compared with what the desk read out, by whom and when; `offered` was attached and not compared
    yet, so nothing is sealed to it; `claimed` is the fingerprint that a list names.
    """

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    who = models.CharField(max_length=HASH)
    name = models.CharField(max_length=200)
    mailbox = models.CharField(max_length=ADDRESS)
    languages = models.JSONField(default=list)
    certificate = models.BinaryField(default=b"")
    fingerprint = models.CharField(max_length=FINGERPRINT, default="")
    channel = models.CharField(max_length=16, default="")
    checked_at = models.DateTimeField(null=True)
    checked_by = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    offered = models.BinaryField(default=b"")
    offered_as = models.CharField(max_length=FINGERPRINT, default="")
    claimed = models.CharField(max_length=FINGERPRINT, default="")
    source = models.CharField(max_length=200)
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "who"], name="mail_contact_once_a_desk"
            )
        ]


class SentMail(models.Model):
    """A copy that goes by mail. Without a certificate the mail only asks to be telephoned."""

    copy = models.OneToOneField(OutgoingCopy, on_delete=models.PROTECT, related_name="mail")
    token = models.CharField(max_length=24, unique=True)
    mailbox = models.CharField(max_length=ADDRESS)
    languages = models.JSONField(default=list)
    certificate = models.BinaryField(default=b"")
    fingerprint = models.CharField(max_length=FINGERPRINT, default="")
    ticket = models.CharField(max_length=60, default="")
    handed_at = models.DateTimeField(null=True)
    expected_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=80, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["expected_at"], condition=models.Q(expected_at__isnull=False), name="sent_mail_expected"
            )
        ]


class FetchedMail(models.Model):
    """A mail of the mailbox: `standing` says what became of it, `reason` why. `raw` is as it came where it
    belongs to a case."""

    digest = models.CharField(max_length=HASH, unique=True)
    message_id = models.CharField(max_length=ADDRESS, default="", db_index=True)
    sender = models.CharField(max_length=ADDRESS, default="")
    sort = models.CharField(max_length=16, default="")
    standing = models.CharField(max_length=16)
    reason = models.CharField(max_length=64, default="")
    sent = models.ForeignKey(SentMail, null=True, on_delete=models.PROTECT, related_name="answers")
    incoming = models.OneToOneField(IncomingCopy, null=True, on_delete=models.PROTECT, related_name="mail")
    words = models.CharField(max_length=HASH, null=True, unique=True)
    raw = models.BinaryField()
    fetched_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["fetched_at"], condition=models.Q(standing="unverified"), name="fetched_mail_unverified"
            )
        ]


class MailboxPlace(models.Model):
    """How far the mailbox was read: the number of its last mail, under the number that says which mailbox it is."""

    address = models.CharField(max_length=ADDRESS, primary_key=True)
    validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    checked_at = models.DateTimeField()
    trouble = models.CharField(max_length=64, default="")
