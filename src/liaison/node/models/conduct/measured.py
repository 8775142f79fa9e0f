"""What did a desk measure of networks, or was it told of its own, and what was said of it since?

Invariants: a row of a measurement that was told of is made in the unit of work that stores the notice, and its state is
what `conduct.measured.lifecycle` makes of its steps and nothing else; steps hold codes and counts, never what somebody
wrote: that stays in the messages of the case. With the case the measurement goes.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID

UUID = 36
CODE = 32


class Measurement(models.Model):
    """What was counted of one network by one measure, at the desk that counted it or at the one it was told to.

    `case`, `notice` and `answer_until` are empty before the notice, which may wait for clearance under the number
    `waits`; `evidence` is what the notice says, or will say.
    `state` is the standing but for the end of the period to answer, which time alone brings.
    """

    side = models.CharField(max_length=16)
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    other_participant = models.CharField(max_length=HASH)
    other_node = models.CharField(max_length=LOCAL_ID)
    other_desk = models.CharField(max_length=LOCAL_ID)
    asn = models.BigIntegerField()
    measure = models.CharField(max_length=CODE)
    evidence = models.JSONField()
    exercise = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    case = models.CharField(max_length=UUID, default="")
    notice = models.CharField(max_length=UUID, default="")
    notice_hash = models.CharField(max_length=HASH, default="")
    answer_until = models.DateTimeField(null=True)
    waits = models.BigIntegerField(default=0)
    state = models.CharField(max_length=CODE)
    agreed_to = models.CharField(max_length=16, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "notice_hash"],
                condition=~models.Q(notice_hash=""),
                name="measurement_once",
            )
        ]
        indexes = [
            models.Index(fields=["participant", "node", "desk", "made_at"], name="measurement_by_desk"),
            models.Index(
                fields=["register", "agreed_to"], condition=~models.Q(agreed_to=""), name="measurement_agreed"
            ),
        ]


class MeasurementStep(models.Model):
    """One thing that either side said of a measurement, by its message; `about` is the hash of the one it follows."""

    measurement = models.ForeignKey(Measurement, on_delete=models.CASCADE, related_name="steps")
    event = models.CharField(max_length=CODE)
    by = models.CharField(max_length=16)
    at = models.DateTimeField()
    hash = models.CharField(max_length=HASH)
    about = models.CharField(max_length=HASH, default="")
    message_id = models.CharField(max_length=UUID)
    code = models.CharField(max_length=CODE, default="")
    counts = models.JSONField(default=dict)
    shown_to = models.CharField(max_length=16, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["measurement", "hash"], name="measurement_step_once")]
