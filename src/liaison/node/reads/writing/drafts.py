"""What has a desk begun to write, and what became of what it sent from here?

Invariants: every query names the desk (`Place`), so that no desk sees another's drafts; what a draft is known by when
it is sent is a hash over everything in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from liaison.errors import UsageError
from liaison.messages.message import Attachment
from liaison.messages.parties import DeskRef
from liaison.node.models import ClearanceRequest, Draft, Officer, OutgoingMessage
from liaison.node.node import Node
from liaison.node.reads.inbox import Reach, reach_of
from liaison.node.services.inside.clearance import RETURNED
from liaison.node.services.people.audit import SYSTEM
from liaison.node.unit_of_work import reading
from liaison.wire.typed import convert

LISTED = 200
LOOKED_BACK = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Place:
    """An own desk in its register."""

    register: str
    desk: DeskRef

    @property
    def columns(self) -> dict[str, str]:
        """What every row of this desk holds."""
        desk = self.desk
        return {"register": self.register, "participant": desk.participant, "node": desk.node, "desk": desk.desk}

    def drafts(self, *, sent: bool = False) -> Any:
        """The drafts of this desk, and those that were sent if asked for; inside a reading or a unit of work."""
        rows = Draft.objects.filter(**self.columns)
        return rows if sent else rows.filter(sent_as="")


@dataclass(frozen=True, slots=True)
class DraftRead:
    """One draft; `by` is the name of who changed it last."""

    number: int
    form: str
    typed: Mapping[str, Sequence[str]]
    attachments: tuple[Attachment, ...]
    version: int
    begun_at: datetime
    changed_at: datetime
    by: str
    sent_as: str
    awaiting: bool
    not_cleared: bool
    """Whether it came back from clearance last, other than by its writer's own hand."""
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SentRead:
    """One message that was sent, and how far each copy has come."""

    message_id: str
    case: str
    exercise: bool
    reach: tuple[Reach, ...]


def read_draft(node: Node, place: Place, number: int) -> DraftRead:
    """One draft of a desk, sent or not. Raises UsageError."""
    with reading(node):
        row = place.drafts(sent=True).filter(pk=number).first()
        if row is None:
            raise UsageError("draft-not-found", number=number)
        return _read(row, _names([row]), _not_cleared(place, [row]))


def list_drafts(node: Node, place: Place) -> list[DraftRead]:
    """The drafts of a desk, the last changed first."""
    with reading(node):
        rows = list(place.drafts().order_by("-changed_at", "-pk")[:LISTED])
        names, back = _names(rows), _not_cleared(place, rows)
        return [_read(row, names, back) for row in rows]


def forms_used(node: Node, place: Place) -> Mapping[str, int]:
    """How many messages of each form the desk sent in the last year."""
    since = node.clock.now() - LOOKED_BACK
    with reading(node):
        rows = OutgoingMessage.objects.filter(**place.columns, composed_at__gte=since)
        return dict(rows.values_list("form").annotate(count=Count("pk")))


def sent_together(node: Node, place: Place, sent_as: str) -> list[SentRead]:
    """The messages a draft was sent as: one, or all of a batch. Raises UsageError."""
    with reading(node):
        own = OutgoingMessage.objects.filter(**place.columns).prefetch_related("copies").order_by("pk")
        rows = list(own.filter(message_id=sent_as)) or list(own.filter(batch=sent_as))
    if not rows:
        raise UsageError("message-not-found", message=sent_as[:36])
    return [_sent(row) for row in rows]


def fingerprint_of(row: Draft) -> str:
    """What a draft says as a whole; another text, form or file gives another."""
    told = json.dumps([row.form, row.typed, row.attachments], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def _sent(row: OutgoingMessage) -> SentRead:
    reach = reach_of(row.copies.all(), closely=True)
    exercise = bool(json.loads(bytes(row.core))["exercise"])
    return SentRead(row.message_id, row.case, exercise, reach)


def _names(rows: Sequence[Draft]) -> dict[int, str]:
    return dict(Officer.objects.filter(pk__in={row.changed_by for row in rows}).values_list("pk", "name"))


def _not_cleared(place: Place, rows: Sequence[Draft]) -> frozenset[int]:
    """The drafts that a second person, or silence, sent back last."""
    if not rows:
        return frozenset()
    asked = ClearanceRequest.objects.filter(**place.columns, draft__in=[row.pk for row in rows]).order_by("pk")
    last = {each.draft: each for each in asked.only("draft", "state", "reason", "decided_by")}
    back = (each for each in last.values() if each.state == RETURNED and (each.reason or each.decided_by == SYSTEM))
    return frozenset(each.draft for each in back)


def _read(row: Draft, names: Mapping[int, str], not_cleared: frozenset[int]) -> DraftRead:
    return DraftRead(
        number=row.pk,
        form=row.form,
        typed=row.typed,
        attachments=convert(row.attachments, tuple[Attachment, ...]),
        version=row.version,
        begun_at=row.begun_at,
        changed_at=row.changed_at,
        by=names.get(row.changed_by, ""),
        sent_as=row.sent_as,
        awaiting=row.awaiting,
        not_cleared=not row.awaiting and row.pk in not_cleared,
        fingerprint=fingerprint_of(row),
    )
