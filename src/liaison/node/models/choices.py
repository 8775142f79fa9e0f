"""What did people at this node decide about keys the register alone does not settle?

Invariants: a choice is one desk's own and is never published; it names keys by what the log fixes (a participant's
admission, a key's fingerprint), so it never slides to other keys.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID


class PinnedKeys(models.Model):
    """Of the participants that dispute each other's keys, the one this own desk relies on; `family` is the oldest."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    desk = models.CharField(max_length=LOCAL_ID)
    family = models.CharField(max_length=HASH)
    chosen = models.CharField(max_length=HASH)
    pinned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["register", "participant", "desk", "family"], name="pinned_once_a_desk")
        ]


class CallBack(models.Model):
    """An officer had a key that is only pending read out over `channel`; who the officer was is not kept."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    desk = models.CharField(max_length=LOCAL_ID)
    digest = models.CharField(max_length=HASH)
    fingerprint = models.CharField(max_length=HASH)
    channel = models.CharField(max_length=16)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["register", "participant", "desk", "digest"], name="called_back_once_a_key")
        ]
