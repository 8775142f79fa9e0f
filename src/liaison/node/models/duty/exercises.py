"""What does a desk keep of an exercise, as exercise control and as one that plays?

Invariants: the plan stands from when it is made; an inject goes to a desk once; nothing here is part of a message.
Desks in JSON are `participant/node/desk`, instants as on the wire.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.inside import OfDesk
from liaison.node.models.line import UUID
from liaison.node.models.register import HASH, LOCAL_ID

EXERCISE_STATES = ("planned", "running", "paused", "ended", "cancelled")


class Exercise(OfDesk):
    """An exercise that an own desk controls; `scenario` is JSON of the scenario in the language it is held in."""

    exercise = models.CharField(max_length=UUID, unique=True)
    scenario = models.BinaryField()
    guidance = models.TextField(default="")
    cast = models.JSONField()
    begins = models.JSONField()
    pauses = models.JSONField(default=list)
    state = models.CharField(max_length=16)
    planned_by = models.BigIntegerField()
    planned_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class ExerciseInject(models.Model):
    """An event that went to a desk that plays; `reason` says why it could not, and then there is no message."""

    exercise = models.ForeignKey(Exercise, on_delete=models.CASCADE, related_name="sent", db_index=False)
    inject = models.CharField(max_length=LOCAL_ID)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    message_id = models.CharField(max_length=UUID, default="")
    case = models.CharField(max_length=UUID, default="", db_index=True)
    sent_at = models.DateTimeField()
    reason = models.CharField(max_length=64, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "inject", "participant", "node", "desk"], name="exercise_inject_once"
            )
        ]


class ExerciseReturn(OfDesk):
    """When an own desk that plays said, after a real message, that it takes part again."""

    returned_by = models.BigIntegerField()
    returned_at = models.DateTimeField()
