"""Which rows of feeds was each desk sent, when, and what became of them?

Invariants: a row of `SentReport` is written in the unit of work that writes the message's outbox rows, so a report that
is on its way is always known here, and one that is known here is always on its way; `row_digests` holds 8 bytes a row,
keyed with the node's secret and the desk, so that the rows themselves cannot be read or guessed from them. The rows of
reports themselves are in no table: they are read from the sealed files of the message, and go with it.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID

UUID = 36
SENT, RECEIVED = "sent", "received"


class SentReport(models.Model):
    """One report to one desk; `digest` is the SHA-256 of its bytes and may be sent again only after the window."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    digest = models.CharField(max_length=HASH)
    message_id = models.CharField(max_length=36)
    case = models.CharField(max_length=36)
    batch = models.CharField(max_length=36)
    rows = models.BigIntegerField()
    row_digests = models.BinaryField()
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "digest"], name="report_sent_once"
            )
        ]


class HeldReport(models.Model):
    """A report that waits for the interval its desk asked for: the letter as it will leave, its files sealed already.

    `sent` is the note of its rows, dated `due` until it leaves; `trouble` is the code of what kept it back last.
    """

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    to_participant = models.CharField(max_length=HASH)
    to_node = models.CharField(max_length=LOCAL_ID)
    to_desk = models.CharField(max_length=LOCAL_ID)
    sent = models.ForeignKey(SentReport, on_delete=models.CASCADE)
    letter = models.BinaryField()
    attachments = models.JSONField(default=list)
    rows = models.BigIntegerField()
    due = models.DateTimeField(db_index=True)
    trouble = models.CharField(max_length=64, default="")


class TrackedReport(models.Model):
    """A report that an own desk sent or received, with how many of its rows were answered how.

    `whole` is what was last said of the whole file, by the answer `whole_by`; `answers` counts the rows of each code,
    whole and single answers taken together, and `done` says that no row is left. The last columns are of a received
    one: the number it has in the desk's own system, the files of answers taken from that, and when it was handed to it.
    """

    side = models.CharField(max_length=8)
    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    other_participant = models.CharField(max_length=HASH)
    other_node = models.CharField(max_length=LOCAL_ID)
    other_desk = models.CharField(max_length=LOCAL_ID)
    message_id = models.CharField(max_length=UUID)
    case = models.CharField(max_length=UUID)
    core_hash = models.CharField(max_length=HASH)
    feed = models.CharField(max_length=200)
    reference = models.CharField(max_length=100, default="")
    incident_type = models.CharField(max_length=64, default="")
    exercise = models.BooleanField()
    rows = models.BigIntegerField()
    at = models.DateTimeField()
    ticket = models.CharField(max_length=60, default="")
    ticket_by = models.CharField(max_length=UUID, default="")
    whole = models.JSONField(default=dict)
    whole_by = models.CharField(max_length=UUID, default="")
    answered = models.BigIntegerField(default=0)
    done = models.BooleanField(default=False)
    answers = models.JSONField(default=dict)
    own_ticket = models.CharField(max_length=60, default="")
    token = models.CharField(max_length=24, default="")
    taken = models.JSONField(default=list)
    spooled_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["core_hash", "participant", "node", "desk", "other_participant", "other_node", "other_desk",
                        "side"],
                name="tracked_report_once",
            )
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["participant", "node", "desk", "side", "at"], name="tracked_report_by_desk"),
            models.Index(
                fields=["participant", "node", "desk", "side", "at"],
                condition=models.Q(done=False),
                name="tracked_report_open",
            ),
            models.Index(fields=["message_id"], name="tracked_report_by_message"),
            models.Index(fields=["token"], condition=~models.Q(token=""), name="tracked_report_by_token"),
        ]


class RowAnswers(models.Model):
    """What was said of the rows of one report, `said` is JSON: runs of neighbouring rows of which the same was said."""

    report = models.ForeignKey(TrackedReport, on_delete=models.CASCADE, related_name="blocks", db_index=False)
    block = models.IntegerField()
    said = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "block"], name="row_answers_once")]
