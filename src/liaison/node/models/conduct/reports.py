"""What did the participants run here report, as a whole? What others see of it stands in record parts."""

from __future__ import annotations

from django.db import models

from liaison.node.models.register import HASH, LOCAL_ID


class OwnReport(models.Model):
    """One version of an own report, with the answers that are for the participant alone.

    `entry` is the leaf that names its parts, null while it is being handed in; `withdrawn` says that this version took
    the report back, and its `report` is empty.
    """

    register = models.CharField(max_length=HASH)
    participant = models.CharField(max_length=HASH)
    instrument = models.CharField(max_length=LOCAL_ID)
    period = models.IntegerField()
    version = models.IntegerField()
    report = models.BinaryField()
    withdrawn = models.BooleanField(default=False)
    entry = models.BigIntegerField(null=True)
    by = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["register", "participant", "instrument", "period", "version"], name="own_report_once"
            )
        ]
