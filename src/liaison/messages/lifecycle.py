"""What may happen next to a message that leaves, and to each of its copies?

    message   draft → awaiting-clearance → cleared → outgoing
    copy      queued → received → acknowledged
    by mail   queued → handed-over → answered, or bounced, or silent

Invariants (docs/spec/lifecycle.md prints both tables, a test compares):
- an event that the table does not name for a state is refused, never ignored;
- clearance is a step every message takes; where the desk's rules ask nobody it passes at once and says so;
- a verdict is final: what was received is never rejected later, nor the other way round;
- a mail server is no desk: what it took is handed over, never received; a bounce and silence end nothing, because an
  answer may still come;
- an acknowledgement may overtake the receipt: the copy stays with the outbox until the receipt is here too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from liaison.errors import UsageError
from liaison.messages.message import Draft


class MessageState(StrEnum):
    """Where a message stands at its own desk."""

    DRAFT = "draft"
    AWAITING_CLEARANCE = "awaiting-clearance"
    CLEARED = "cleared"
    OUTGOING = "outgoing"
    DISCARDED = "discarded"


class MessageEvent(StrEnum):
    """What officers and the outbox do to a message."""

    SUBMITTED = "submitted"
    PASSED = "passed"
    RETURNED = "returned"
    NUMBERED = "numbered"
    DISCARDED = "discarded"


class CopyState(StrEnum):
    """Where a copy for one desk stands, as far as this node knows."""

    QUEUED = "queued"
    STOPPED = "stopped"
    RECEIVED = "received"
    REJECTED = "rejected"
    ACKNOWLEDGED_FIRST = "acknowledged-first"
    ACKNOWLEDGED = "acknowledged"
    HANDED_OVER = "handed-over"
    BOUNCED = "bounced"
    SILENT = "silent"
    ANSWERED = "answered"


class CopyEvent(StrEnum):
    """What the outbox and the other side do to a copy."""

    FAILED = "failed"
    STOPPED = "stopped"
    RESUMED = "resumed"
    RECEIPT_ACCEPTED = "receipt-accepted"
    RECEIPT_REJECTED = "receipt-rejected"
    ACKNOWLEDGED = "acknowledged"
    HANDED_OVER = "handed-over"
    BOUNCED = "bounced"
    FELL_SILENT = "fell-silent"
    ANSWERED = "answered"


MESSAGE_STEPS: Mapping[tuple[MessageState, MessageEvent], MessageState] = MappingProxyType(
    {
        (MessageState.DRAFT, MessageEvent.SUBMITTED): MessageState.AWAITING_CLEARANCE,
        (MessageState.DRAFT, MessageEvent.DISCARDED): MessageState.DISCARDED,
        (MessageState.AWAITING_CLEARANCE, MessageEvent.PASSED): MessageState.CLEARED,
        (MessageState.AWAITING_CLEARANCE, MessageEvent.RETURNED): MessageState.DRAFT,
        (MessageState.AWAITING_CLEARANCE, MessageEvent.DISCARDED): MessageState.DISCARDED,
        (MessageState.CLEARED, MessageEvent.NUMBERED): MessageState.OUTGOING,
        (MessageState.CLEARED, MessageEvent.RETURNED): MessageState.DRAFT,
    }
)

COPY_STEPS: Mapping[tuple[CopyState, CopyEvent], CopyState] = MappingProxyType(
    {
        (CopyState.QUEUED, CopyEvent.FAILED): CopyState.QUEUED,
        (CopyState.QUEUED, CopyEvent.STOPPED): CopyState.STOPPED,
        (CopyState.QUEUED, CopyEvent.RECEIPT_ACCEPTED): CopyState.RECEIVED,
        (CopyState.QUEUED, CopyEvent.RECEIPT_REJECTED): CopyState.REJECTED,
        (CopyState.QUEUED, CopyEvent.ACKNOWLEDGED): CopyState.ACKNOWLEDGED_FIRST,
        # A stopped copy may have left before it was stopped.
        (CopyState.STOPPED, CopyEvent.FAILED): CopyState.STOPPED,
        (CopyState.STOPPED, CopyEvent.RESUMED): CopyState.QUEUED,
        (CopyState.STOPPED, CopyEvent.RECEIPT_ACCEPTED): CopyState.RECEIVED,
        (CopyState.STOPPED, CopyEvent.RECEIPT_REJECTED): CopyState.REJECTED,
        (CopyState.STOPPED, CopyEvent.ACKNOWLEDGED): CopyState.ACKNOWLEDGED_FIRST,
        (CopyState.ACKNOWLEDGED_FIRST, CopyEvent.FAILED): CopyState.ACKNOWLEDGED_FIRST,
        (CopyState.ACKNOWLEDGED_FIRST, CopyEvent.ACKNOWLEDGED): CopyState.ACKNOWLEDGED_FIRST,
        (CopyState.ACKNOWLEDGED_FIRST, CopyEvent.RECEIPT_ACCEPTED): CopyState.ACKNOWLEDGED,
        # Receipts repeat, and later ones add attachments.
        (CopyState.RECEIVED, CopyEvent.RECEIPT_ACCEPTED): CopyState.RECEIVED,
        (CopyState.RECEIVED, CopyEvent.ACKNOWLEDGED): CopyState.ACKNOWLEDGED,
        (CopyState.ACKNOWLEDGED, CopyEvent.RECEIPT_ACCEPTED): CopyState.ACKNOWLEDGED,
        (CopyState.ACKNOWLEDGED, CopyEvent.ACKNOWLEDGED): CopyState.ACKNOWLEDGED,
        (CopyState.REJECTED, CopyEvent.RECEIPT_REJECTED): CopyState.REJECTED,
        # By mail. What was handed over twice, because the first time was not noted, stays what it has become.
        (CopyState.QUEUED, CopyEvent.HANDED_OVER): CopyState.HANDED_OVER,
        (CopyState.QUEUED, CopyEvent.BOUNCED): CopyState.BOUNCED,
        (CopyState.QUEUED, CopyEvent.ANSWERED): CopyState.ANSWERED,
        (CopyState.STOPPED, CopyEvent.HANDED_OVER): CopyState.HANDED_OVER,
        (CopyState.STOPPED, CopyEvent.BOUNCED): CopyState.BOUNCED,
        (CopyState.STOPPED, CopyEvent.ANSWERED): CopyState.ANSWERED,
        (CopyState.HANDED_OVER, CopyEvent.HANDED_OVER): CopyState.HANDED_OVER,
        (CopyState.HANDED_OVER, CopyEvent.BOUNCED): CopyState.BOUNCED,
        (CopyState.HANDED_OVER, CopyEvent.FELL_SILENT): CopyState.SILENT,
        (CopyState.HANDED_OVER, CopyEvent.ANSWERED): CopyState.ANSWERED,
        (CopyState.BOUNCED, CopyEvent.HANDED_OVER): CopyState.BOUNCED,
        (CopyState.BOUNCED, CopyEvent.BOUNCED): CopyState.BOUNCED,
        (CopyState.BOUNCED, CopyEvent.ANSWERED): CopyState.ANSWERED,
        (CopyState.SILENT, CopyEvent.HANDED_OVER): CopyState.SILENT,
        (CopyState.SILENT, CopyEvent.BOUNCED): CopyState.BOUNCED,
        (CopyState.SILENT, CopyEvent.FELL_SILENT): CopyState.SILENT,
        (CopyState.SILENT, CopyEvent.ANSWERED): CopyState.ANSWERED,
        (CopyState.ANSWERED, CopyEvent.HANDED_OVER): CopyState.ANSWERED,
        (CopyState.ANSWERED, CopyEvent.BOUNCED): CopyState.ANSWERED,
        (CopyState.ANSWERED, CopyEvent.ANSWERED): CopyState.ANSWERED,
    }
)

# What the outbox still has to carry.
IN_OUTBOX = frozenset({CopyState.QUEUED, CopyState.ACKNOWLEDGED_FIRST})

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


def advance_message(state: MessageState, event: MessageEvent) -> MessageState:
    """The state after `event`. Raises UsageError where the table has none."""
    return _advance(MESSAGE_STEPS, state, event)


def advance_copy(state: CopyState, event: CopyEvent) -> CopyState:
    """The state after `event`. Raises UsageError where the table has none."""
    return _advance(COPY_STEPS, state, event)


def one_case_each(draft: Draft, cases: Sequence[str], batch: str) -> tuple[Draft, ...]:
    """A notice to many as bilateral cases: one draft a recipient, in the order of `to`, tied by `batch`."""
    if len(cases) != len(draft.to) or len(set(cases)) != len(cases):
        raise UsageError("cases-count", count=len(cases), recipients=len(draft.to))
    return tuple(
        dataclasses.replace(draft, to=(desk,), case=case, batch=batch)
        for desk, case in zip(draft.to, cases, strict=True)
    )


def _advance(steps: Mapping[tuple[S, E], S], state: S, event: E) -> S:
    try:
        return steps[state, event]
    except KeyError as error:
        raise UsageError("no-such-step", state=state, event=event) from error
