"""Which norms has a case of a desk to do with: as its messages say, or as the desk noted for itself?

Invariants: nothing here is ever part of a message or leaves the node; rows name their own desk; what a message says
stands here as long as the case has its texts.
"""

from __future__ import annotations

from django.db import models

from liaison.node.models.inside import OfDesk
from liaison.node.models.line import UUID
from liaison.node.models.register import LOCAL_ID


class CitedNorm(OfDesk):
    """One norm of one case; `said` that a message of the case cites it, `noted_by` who noted it, 0 for nobody."""

    case = models.CharField(max_length=UUID)
    instrument = models.CharField(max_length=LOCAL_ID)
    clause = models.CharField(max_length=LOCAL_ID)
    said = models.BooleanField(default=False)
    noted_by = models.BigIntegerField(default=0)
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "node", "desk", "case", "instrument", "clause"],
                name="cited_norm_once_a_case",
            )
        ]
