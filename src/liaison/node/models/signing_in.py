"""With what does an officer sign in, and where are they signed in now?

Invariants:
- A passkey row holds the public half only; the secret of one-time codes is a file of the vault, named here; recovery
  codes are kept as their hashes.
- A session lives as long as its row: whoever removes the row ends the session with its next request.
- `SignInAttempt` names what was tried by its hash, so that a mistyped password never stands in a table.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.people import Officer
from liaison.node.models.register import HASH


class Passkey(models.Model):
    """A passkey of an officer; `credential` is its attested data as WebAuthn encodes them."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=64)
    credential_hash = models.CharField(max_length=HASH, unique=True)
    credential = models.BinaryField()
    uses = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)


class OneTimeCodes(models.Model):
    """The one-time codes of an officer: the seed's name in the vault, the last counter that was used."""

    officer = models.OneToOneField(Officer, primary_key=True, on_delete=models.CASCADE, related_name="one_time_codes")
    seed = models.CharField(max_length=HASH)
    last_counter = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()


class RecoveryCode(models.Model):
    """One recovery code, which stands in for a one-time code once."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=HASH)
    used_at = models.DateTimeField(null=True)


class ProviderAccount(models.Model):
    """The account at the identity provider that is this officer: the one that signed in first."""

    officer = models.OneToOneField(Officer, primary_key=True, on_delete=models.CASCADE, related_name="provider_account")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="provider_account_once")]


class OfficerSession(models.Model):
    """One browser in which an officer is signed in; `confirmed_at` is when they last proved who they are."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="sessions")
    key_hash = models.CharField(max_length=HASH, unique=True)
    method = models.CharField(max_length=16)
    address = models.CharField(max_length=64, default="")
    agent = models.CharField(max_length=200, default="")
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    confirmed_at = models.DateTimeField()


class SignInAttempt(models.Model):
    """One attempt that failed, under the hash of the login or address it counts against."""

    subject = models.CharField(max_length=HASH)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="attempt_by_subject")]
