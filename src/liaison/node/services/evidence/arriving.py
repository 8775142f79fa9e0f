"""Which messages carry a custody record? They are noted when they are received, and looked at once it is here."""

from __future__ import annotations

from collections.abc import Sequence

from liaison.errors import UsageError
from liaison.messages.message import Attachment, Core
from liaison.node.models import EvidenceMessage

HAND_OVER, ANSWER, DESTRUCTION = "evidence-handover", "onward-answer", "destruction-record"
REQUEST = "onward-request"
WITH_RECORD = frozenset({HAND_OVER, ANSWER, DESTRUCTION})
RECORD_NAME, RECORD_TYPE = "custody-record.json", "application/json"


def require_record(form: str, attachments: Sequence[Attachment]) -> None:
    """Return unless a message about evidence would leave without its record. Raises UsageError."""
    if form in WITH_RECORD and (not attachments or attachments[0].name != RECORD_NAME):
        raise UsageError("evidence-without-record", form=form)


def note_evidence(core: Core, incoming: int) -> None:
    """Inside the unit of work that keeps an accepted message: it may carry a custody record."""
    if core.form in WITH_RECORD and core.attachments:
        EvidenceMessage.objects.create(incoming_id=incoming)
