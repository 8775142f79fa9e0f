"""What do the people of a participant write together about a text, before it is published?

Invariants:
- A draft belongs to the participant: one for a text and a year, whichever of its desks began it.
- `typed` is what stood in the inputs of a clause's page, as it stood there; `version` grows with each save.
- No text is replaced by another person's: what stood is kept as a `ReportEdit` first, and what was typed over an older
  version stays `beside` the answer until somebody chooses.
- `page` names the one page in one browser that a text was typed on; only that page replaces it.
- A proposal is never changed, only withdrawn, replaced or published; at most one of a draft is open.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from liaison.node.models.register import HASH, LOCAL_ID

PAGE = 32


class ReportDraft(models.Model):
    """A report that is being written."""

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    node = models.CharField(max_length=LOCAL_ID)
    desk = models.CharField(max_length=LOCAL_ID)
    instrument = models.CharField(max_length=LOCAL_ID)
    period = models.IntegerField()
    profile = models.CharField(max_length=LOCAL_ID, default="")
    begun_by = models.BigIntegerField()
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "instrument", "period"], name="report_draft_once_a_year"
            )
        ]


class ReportAnswer(models.Model):
    """What stands for one clause; `mark` is how far it is."""

    draft = models.ForeignKey(ReportDraft, on_delete=models.CASCADE, related_name="answers")
    clause = models.CharField(max_length=LOCAL_ID)
    typed = models.JSONField(default=dict)
    mark = models.CharField(max_length=16)
    version = models.IntegerField(default=1)
    page = models.CharField(max_length=PAGE, default="")
    changed_by = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "clause"], name="report_answer_once")]


class ReportEdit(models.Model):
    """A text that does not stand: an earlier one, or one that waits `beside` the answer for somebody to choose."""

    draft = models.ForeignKey(ReportDraft, on_delete=models.CASCADE, related_name="edits")
    clause = models.CharField(max_length=LOCAL_ID)
    typed = models.JSONField(default=dict)
    mark = models.CharField(max_length=16)
    beside = models.BooleanField()
    page = models.CharField(max_length=PAGE, default="")
    written_by = models.BigIntegerField()
    written_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["draft", "clause", "beside"], name="report_edit_of_answer")]


class ReportProposal(models.Model):
    """A report as somebody proposed to publish it; `follows` is the version of the published one it was made after."""

    draft = models.ForeignKey(ReportDraft, on_delete=models.CASCADE, related_name="proposals")
    plan = models.BinaryField()
    follows = models.IntegerField(default=0)
    state = models.CharField(max_length=16, default="open")
    proposed_by = models.BigIntegerField()
    proposed_at = models.DateTimeField()
    decided_by = models.BigIntegerField(default=0)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft"], condition=Q(state="open"), name="report_proposal_open_once")
        ]
