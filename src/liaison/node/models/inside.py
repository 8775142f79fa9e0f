"""What does one State keep about its own desks' work: who clears what, who sees whose case, and for how long?

Invariants:
- nothing here is ever part of a message, a transcript or another export; rows name their own desk;
- what waits for clearance is an unsigned letter: it has no number, and nothing of it was sealed;
- a `CaseStub` is what is left of a case whose texts were destroyed; its bytes are signed and never change.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.line import UUID
from liaison.node.models.register import HASH, LOCAL_ID

CODE = 32
REASON = 500
WORDS = 4000


class OfDesk(models.Model):
    """The columns that keep a row to one own desk."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)

    class Meta:
        abstract = True


class ClearanceRule(OfDesk):
    """Who else has to do with messages of a form and urgency (empty: any): `nobody`, `inform` or `needed`."""

    form = models.CharField(max_length=CODE, default="")
    urgency = models.CharField(max_length=16, default="")
    demand = models.CharField(max_length=16)
    minutes = models.IntegerField(default=0)
    silence = models.CharField(max_length=16, default="")
    changed_by = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "form", "urgency"], name="clearance_rule_once"
            )
        ]


class ClearanceRequest(OfDesk):
    """A letter that waits for a second person; `letter` is emptied when it was decided.

    `authors` are all who wrote it; `typed` what stood in the inputs of an answer, which has no draft to go back to;
    `answer` what a desk of another node said of it, `node/desk` in `answered_by`, until this node acts on it.
    """

    draft = models.BigIntegerField(default=0)
    case = models.CharField(max_length=UUID, default="", db_index=True)
    form = models.CharField(max_length=CODE)
    urgency = models.CharField(max_length=16)
    exercise = models.BooleanField(default=False)
    letter = models.BinaryField()
    typed = models.JSONField(default=dict)
    authors = models.JSONField(default=list)
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    deadline = models.DateTimeField(db_index=True)
    silence = models.CharField(max_length=16)
    state = models.CharField(max_length=16, default="waiting")
    reason = models.CharField(max_length=REASON, default="")
    decided_by = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=16, default="")
    answered_by = models.CharField(max_length=2 * LOCAL_ID + 1, default="")
    sent_as = models.CharField(max_length=UUID, default="")

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "state"], name="clearance_of_desk")]


class Review(OfDesk):
    """A message that left without a second person's word and is looked at by one later; `cleared` says why."""

    message_id = models.CharField(max_length=UUID)
    case = models.CharField(max_length=UUID, db_index=True)
    form = models.CharField(max_length=CODE)
    urgency = models.CharField(max_length=16)
    exercise = models.BooleanField(default=False)
    cleared = models.CharField(max_length=48)
    written_by = models.BigIntegerField()
    sent_at = models.DateTimeField()
    due = models.DateTimeField()
    seen_by = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "seen_at"], name="review_of_desk")]


class CaseShare(OfDesk):
    """A case of this desk that another of its participant sees, for `information`, `clearance` or `handed-over`.

    With a desk of another node it travels in the case `internal`. `handing-over` waits for that desk's word until
    `deadline`, and `silence` is what it means that none came.
    """

    case = models.CharField(max_length=UUID)
    to_node = models.CharField(max_length=LOCAL_ID)
    to_desk = models.CharField(max_length=LOCAL_ID)
    purpose = models.CharField(max_length=16)
    deadline = models.DateTimeField(null=True)
    silence = models.CharField(max_length=16, default="")
    internal = models.CharField(max_length=UUID, default="", db_index=True)
    shared_by = models.BigIntegerField()
    shared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "case", "participant", "node", "desk", "to_node", "to_desk"],
                name="case_share_once_a_desk",
            ),
            models.UniqueConstraint(
                fields=["register", "case", "participant", "node", "desk"],
                condition=models.Q(purpose="handed-over"),
                name="case_handed_to_one",
            ),
        ]
        indexes = [models.Index(fields=["participant", "to_node", "to_desk"], name="case_share_by_other")]


class InternalCase(OfDesk):
    """The case in which this desk and one of another node of its participant speak about the case `about`.

    It stays when the share has ended, so that the transcripts in it are destroyed with the case. At the desk that
    received it, `core_hash` is that of the newest share, and `state` one of `open`, `taken-over`, `ended`; `deadline`
    and `silence` are those of an offer.
    """

    internal = models.CharField(max_length=UUID)
    about = models.CharField(max_length=UUID, db_index=True)
    with_node = models.CharField(max_length=LOCAL_ID)
    with_desk = models.CharField(max_length=LOCAL_ID)
    ours = models.BooleanField()
    message_id = models.CharField(max_length=UUID, default="")
    core_hash = models.CharField(max_length=HASH, default="")
    purpose = models.CharField(max_length=16, default="")
    deadline = models.DateTimeField(null=True)
    silence = models.CharField(max_length=16, default="")
    state = models.CharField(max_length=16, default="open")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "internal"], name="internal_case_once_a_desk"
            )
        ]


class ClearanceElsewhere(OfDesk):
    """A letter that desks of two nodes have to do with: `ours` waits here and was shown there, or the other way round.

    `request` is our `ClearanceRequest`; `answer` what was decided, `deadline` and `silence` as that desk has set them.
    """

    ours = models.BooleanField()
    request = models.BigIntegerField(default=0)
    internal = models.CharField(max_length=UUID)
    message_id = models.CharField(max_length=UUID)
    core_hash = models.CharField(max_length=HASH, db_index=True)
    with_node = models.CharField(max_length=LOCAL_ID)
    with_desk = models.CharField(max_length=LOCAL_ID)
    form = models.CharField(max_length=CODE)
    urgency = models.CharField(max_length=16)
    exercise = models.BooleanField(default=False)
    deadline = models.DateTimeField()
    silence = models.CharField(max_length=16)
    answer = models.CharField(max_length=16, default="")
    asked_at = models.DateTimeField()
    decided_by = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "answer"], name="clearance_elsewhere")]


class CaseNote(OfDesk):
    """A note of the participant's own people on a case of this desk; `by_desk` is where they wrote it."""

    case = models.CharField(max_length=UUID)
    by_desk = models.CharField(max_length=LOCAL_ID)
    written_by = models.BigIntegerField()
    written_at = models.DateTimeField()
    words = models.TextField(max_length=WORDS)

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "case"], name="case_note_by_case")]


class RetentionRule(OfDesk):
    """After how many silent days cases of a form and own marking (empty: any) are closed, archived, destroyed."""

    form = models.CharField(max_length=CODE, default="")
    marking = models.CharField(max_length=80, default="")
    close_days = models.IntegerField(null=True)
    archive_days = models.IntegerField(null=True)
    destroy_days = models.IntegerField(null=True)
    changed_by = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "form", "marking"], name="retention_rule_once"
            )
        ]


class RetentionHold(OfDesk):
    """While it stands, nothing of the case (empty: of the whole desk) is destroyed."""

    case = models.CharField(max_length=UUID, default="")
    reason = models.CharField(max_length=REASON)
    set_by = models.BigIntegerField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "case"], name="retention_hold_once"
            )
        ]


class CaseStub(OfDesk):
    """What a destroyed case leaves: a signed statement of what stood there; one each time, if it woke again."""

    case = models.CharField(max_length=UUID)
    stub = models.BinaryField()
    stub_hash = models.CharField(max_length=HASH)
    destroyed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["participant", "node", "desk", "case"], name="case_stub_by_case")]
