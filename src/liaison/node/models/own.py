"""What is this node's own? Which nodes it runs for whom, the keys it holds, its desks, its epochs and settings.

Invariants: a `HeldKey` row says that the vault has the seed, never the seed; a key is retired before it is destroyed;
`participant` is a participant's hash, or `register` for the secretariat.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID


class HostedNode(models.Model):
    """A node of a participant that this installation runs."""

    pk = models.CompositePrimaryKey("register", "participant", "node")
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    since = models.DateTimeField()


class HeldKey(models.Model):
    """A private key in the vault and what it is for."""

    fingerprint = models.CharField(max_length=HASH, primary_key=True)
    algorithm = models.CharField(max_length=32)
    public = models.TextField()
    purpose = models.CharField(max_length=16)
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["register", "participant", "node", "purpose"], name="held_key_by_role")]


class OwnDesk(models.Model):
    """A desk this installation answers for, as it was or will be published."""

    pk = models.CompositePrimaryKey("register", "participant", "desk")
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    desk = models.CharField(max_length=LOCAL_ID)
    node = models.CharField(max_length=LOCAL_ID)
    kind = models.CharField(max_length=32)
    languages = models.JSONField()
    expected = models.JSONField()
    parts = models.JSONField()


class Epoch(models.Model):
    """A stretch of this node's life; a new one begins at init and after every restore."""

    value = models.CharField(max_length=32, primary_key=True)
    begun_at = models.DateTimeField()
    reason = models.CharField(max_length=16)


class Setting(models.Model):
    """One fact about this installation by name: `tls`, `read-only` (since when)."""

    name = models.CharField(max_length=64, primary_key=True)
    value = models.TextField()


class InstrumentFile(models.Model):
    """A file of the operator: an `instrument` that is not shipped, or `positions` of States outside the register."""

    name = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=16)
    data = models.BinaryField()
    taken_from = models.CharField(max_length=255)
    imported_at = models.DateTimeField()
