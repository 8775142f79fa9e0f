"""What does a node keep of the registers it follows? The log itself, its projections, the alarms.

Invariants:
- Every row names its register by the hash of leaf 0, so nothing of one register is read as another's.
- `Tile` is the log. `LoggedEntry` and `FactRow` are projections: dropped and made again from the tiles they are the
  same rows, which is why they have natural keys only.
- `size` entries are under an accepted checkpoint, `applied` of them are folded, `trusted_size` have a quorum:
  trusted_size ≤ applied ≤ size.
"""

from __future__ import annotations

from django.db import models

HASH = 64
LOCAL_ID = 32


class FollowedRegister(models.Model):
    """One register this node mirrors, and how far."""

    register = models.CharField(max_length=HASH, primary_key=True)
    origin = models.TextField(unique=True)
    title = models.TextField()
    rehearsal = models.BooleanField()
    anchor = models.BinaryField()
    size = models.BigIntegerField(default=0)
    applied = models.BigIntegerField(default=0)
    trusted_size = models.BigIntegerField(default=0)
    checkpoint = models.BinaryField(default=b"")
    trusted_checkpoint = models.BinaryField(default=b"")
    checked_at = models.DateTimeField(null=True)
    stopped = models.TextField(default="")
    parts_kept = models.BigIntegerField(default=0)
    """How often record parts were stored here: what was read from parts before the last time may have changed."""


class Tile(models.Model):
    """A tile or entry bundle at its full width so far; `path` is the C2SP path without `.p/W`."""

    pk = models.CompositePrimaryKey("register", "path")
    register = models.CharField(max_length=HASH)
    path = models.CharField(max_length=128)
    data = models.BinaryField()


class LoggedEntry(models.Model):
    """One leaf and its verdict: `applied`, `void` by a rule, or `not-understood`."""

    pk = models.CompositePrimaryKey("register", "index")
    register = models.CharField(max_length=HASH)
    index = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    payload_hash = models.CharField(max_length=HASH)
    verdict = models.CharField(max_length=16)
    rule = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["register", "payload_hash"], name="entry_by_hash"),
            models.Index(fields=["register", "verdict"], name="entry_by_verdict"),
            models.Index(fields=["register", "participant", "index"], name="entry_by_participant"),
        ]


class FactRow(models.Model):
    """One fact of the fold, trusted, or (where later entries changed it) pending.

    `kind` is globals, participant, key, nomination, quorum or time; `name` its id, an index padded to 20 digits, or
    empty; `data` the canonical bytes of the fact.
    """

    pk = models.CompositePrimaryKey("register", "kind", "name", "pending")
    register = models.CharField(max_length=HASH)
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=HASH)
    pending = models.BooleanField()
    data = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["kind", "name"], name="fact_by_name")]


class RecordPart(models.Model):
    """One part of a record: `draft` (not in the log yet), `current`, or `erased` (then without bytes)."""

    pk = models.CompositePrimaryKey("register", "digest")
    register = models.CharField(max_length=HASH)
    digest = models.CharField(max_length=HASH)
    audience = models.TextField()
    part = models.BinaryField()
    state = models.CharField(max_length=16)
    stored_at = models.DateTimeField()


class WitnessedHead(models.Model):
    """The largest head this node cosigned as a witness; it never signs one that does not extend it."""

    register = models.CharField(max_length=HASH, primary_key=True)
    size = models.BigIntegerField()
    root = models.CharField(max_length=HASH)


class WitnessProgress(models.Model):
    """What the secretariat last had cosigned by one witness."""

    pk = models.CompositePrimaryKey("register", "participant", "node")
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    size = models.BigIntegerField()


class Alarm(models.Model):
    """Something a person must look at, once a subject; `code` and `params` are told in words by the explanations."""

    pk = models.CompositePrimaryKey("register", "code", "subject")
    register = models.CharField(max_length=HASH)
    code = models.CharField(max_length=64)
    subject = models.CharField(max_length=128)
    params = models.JSONField()
    evidence = models.BinaryField()
    raised_at = models.DateTimeField()
