"""What does a node keep of checks? What came of those of nodes, when persons are asked again, the heartbeat.

Invariants:
- Checks of persons have no rows of their own: they are messages, and what came of them is read from those.
- What a desk told of planned work stands with the check that heard it, and with those after it that heard nothing.
- `CheckedDesk` is the last of each desk in `NodeCheck` and when it last answered, so that lists need no history.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID


class NodeCheck(models.Model):
    """One check of a peer through one of its desks, made by a node of ours; times in milliseconds and seconds."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    peer_participant = models.CharField(max_length=HASH)
    peer_node = models.CharField(max_length=LOCAL_ID)
    peer_desk = models.CharField(max_length=LOCAL_ID)
    asked_at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=16)
    took_ms = models.IntegerField(null=True)
    skew = models.BigIntegerField(null=True)
    worker = models.BigIntegerField(null=True)
    key_made = models.DateTimeField(null=True)
    version = models.CharField(max_length=32, default="")
    planned_from = models.DateTimeField(null=True)
    planned_until = models.DateTimeField(null=True)
    duty_since = models.DateTimeField(null=True)
    error = models.CharField(max_length=64, default="")

    class Meta:
        indexes = [
            models.Index(
                fields=["register", "peer_participant", "peer_node", "peer_desk", "asked_at"], name="node_check_by_desk"
            )
        ]


class CheckedDesk(models.Model):
    """The last check of a desk's node, and the last one that it answered."""

    pk = models.CompositePrimaryKey("register", "peer_participant", "peer_node", "peer_desk")
    register = models.CharField(max_length=HASH)
    peer_participant = models.CharField(max_length=HASH)
    peer_node = models.CharField(max_length=LOCAL_ID)
    peer_desk = models.CharField(max_length=LOCAL_ID)
    last = models.ForeignKey(NodeCheck, on_delete=models.CASCADE)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)


class CheckPlan(models.Model):
    """How often a desk asks the persons at the others; `begun` is the round in hand, `due` the next one."""

    pk = models.CompositePrimaryKey("register", "participant", "node", "desk")
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    cadence = models.CharField(max_length=16)
    due = models.DateTimeField(null=True, db_index=True)
    begun = models.DateTimeField(null=True)
    batch = models.CharField(max_length=36, default="")
    last_error = models.CharField(max_length=64, default="")


class PlannedWork(models.Model):
    """Work that is planned at an own desk, or at the whole node where it names none."""

    register = models.CharField(max_length=HASH, default="")
    participant = models.CharField(max_length=HASH, default="")
    node = models.CharField(max_length=LOCAL_ID, default="")
    desk = models.CharField(max_length=LOCAL_ID, default="")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    made_by = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ends"], name="planned_work_ends")]


class Heartbeat(models.Model):
    """When something that must never be silent last gave a sign; `worker` is the loop that empties the outbox."""

    name = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField()
