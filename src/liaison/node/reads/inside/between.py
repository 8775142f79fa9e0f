"""What do this desk and desks of its participant on other nodes share, and does the transcript that came hold?

    received_cases(node, seat)                   the cases that desks of other nodes share with this one
    shared = read_shared(node, seat, internal)   the transcript, verified now; shared.report says who said what
    letter = read_letter(node, seat, 7)          a letter that waits at the other desk for this one's word

Invariants (docs/spec/inside.md): rows of the desk alone; nothing of a transcript is told before all of it was verified
by this node's own copy of the register, each time it is shown; what came is read and never becomes a case here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.errors import UsageError
from liaison.messages.inside import (
    LARGEST_PROPOSAL,
    LETTER,
    TAKEN_OVER,
    TRANSCRIPT,
    Offer,
    Proposal,
    check_shared,
    decode_proposal,
)
from liaison.messages.message import Core, ReceivedMessage, open_message
from liaison.messages.parties import DeskRef
from liaison.messages.transcript import Report, decode_transcript, verify_transcript
from liaison.messages.transcript.pack import LARGEST_TRANSCRIPT
from liaison.node.models import AttachmentRow, ClearanceElsewhere, HostedNode, IncomingCopy, InternalCase
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.facts import RegisterFacts, register_facts
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.inside.sharing import offer_of
from liaison.node.reads.judging import own_mirror
from liaison.node.services.line.attachments import open_attachment
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading

MOST = 100


@dataclass(frozen=True, slots=True)
class InternalRead:
    """A case in which two desks of the participant on different nodes speak about the case `about`."""

    internal: str
    about: str
    other: DeskRef
    ours: bool
    purpose: str
    state: str
    since: datetime
    offer: Offer | None = None
    """Until when it is to be taken over, where it is handed over."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A case as a desk of another node has it: verified, to be read."""

    row: InternalRead
    core: Core
    core_hash: str
    message_id: str
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterElsewhere:
    """A letter of another node's desk that this one may clear; `answer` is empty while it waits."""

    number: int
    internal: str
    other: DeskRef
    form: str
    urgency: str
    exercise: bool
    deadline: datetime
    silence: str
    answer: str
    asked_at: datetime


def elsewhere_desks(node: Node, seat: Seat) -> list[DeskRef]:
    """The live desks of the participant on other nodes, in order."""
    facts, own = register_facts(node, seat.register), seat.desk.participant
    state = facts.participant(own)
    if state is None or set(state.nodes) <= {seat.desk.node}:
        return []
    return sorted(_live(facts, own, state))


def _live(facts: RegisterFacts, own: str, state: Any) -> Iterator[DeskRef]:
    with reading(facts.node):
        rows = HostedNode.objects.filter(register=facts.register, participant=own)
        here = set(rows.values_list("node", flat=True))
    for name, published in state.nodes.items():
        for desk in published.desks if name not in here else ():
            with suppress(UsageError):
                found = facts.desk(own, desk)
                if found.node == name:
                    yield found


def received_cases(node: Node, seat: Seat) -> list[InternalRead]:
    """What other desks share with this one now, what it took over first."""
    with reading(node):
        rows = InternalCase.objects.filter(**columns(seat.register, seat.desk), ours=False)
        found = [_internal(row) for row in rows.filter(state__in=("open", TAKEN_OVER)).order_by("-since")[:MOST]]
    return sorted(found, key=lambda each: each.state != TAKEN_OVER)


def find_internal(node: Node, seat: Seat, internal: str) -> InternalRead | None:
    """The internal case, whichever desk began it; None where a case is an ordinary one."""
    with reading(node):
        row = InternalCase.objects.filter(**columns(seat.register, seat.desk), internal=internal).first()
        return _internal(row) if row is not None else None


def read_shared(node: Node, seat: Seat, internal: str) -> Shared:
    """What was shared, verified. Raises UsageError while it is not here, VerificationError and MalformedError."""
    with reading(node):
        found = InternalCase.objects.filter(**columns(seat.register, seat.desk), internal=internal, ours=False).first()
        if found is None or found.state not in ("open", TAKEN_OVER):
            raise UsageError("internal-not-open")
        message = _message(seat, found.message_id)
        core = message.core
        data = _file(node, seat, message, TRANSCRIPT, limit=LARGEST_TRANSCRIPT)
        given = decode_transcript(data)
        report = verify_transcript(given, own_mirror(node, seat.register), {})
    check_shared(core, found.about, given, report)
    return Shared(_internal(found), core, message.core_hash, found.message_id, report)


def waiting_elsewhere(node: Node, seat: Seat) -> list[LetterElsewhere]:
    """The letters of other nodes' desks that wait for this one, the nearest deadline first."""
    with reading(node):
        rows = ClearanceElsewhere.objects.filter(**columns(seat.register, seat.desk), ours=False, answer="")
        return [_letter(row) for row in rows.filter(deadline__gt=node.clock.now()).order_by("deadline", "pk")[:MOST]]


def find_elsewhere(node: Node, seat: Seat, number: int) -> LetterElsewhere | None:
    """One of them, decided or not."""
    with reading(node):
        row = ClearanceElsewhere.objects.filter(**columns(seat.register, seat.desk), ours=False, pk=number).first()
        return _letter(row) if row is not None else None


def asked_at(node: Node, seat: Seat, request: int) -> list[DeskRef]:
    """The desks of other nodes that a letter of this desk was shown to."""
    with reading(node):
        rows = ClearanceElsewhere.objects.filter(**columns(seat.register, seat.desk), ours=True, request=request)
        return [_other(row) for row in rows.order_by("pk")]


def read_letter(node: Node, seat: Seat, number: int) -> tuple[Proposal, Core]:
    """The letter, and the message it came in. Raises UsageError while it is not here, MalformedError."""
    with reading(node):
        row = ClearanceElsewhere.objects.filter(**columns(seat.register, seat.desk), ours=False, pk=number).first()
        if row is None:
            raise UsageError("clearance-not-found")
        message = _message(seat, row.message_id)
        proposal = decode_proposal(_file(node, seat, message, LETTER, limit=LARGEST_PROPOSAL))
    if proposal.form != row.form:
        raise UsageError("clearance-not-found")
    return proposal, message.core


def _message(seat: Seat, message_id: str) -> ReceivedMessage:
    place = columns(seat.register, seat.desk)
    row = IncomingCopy.objects.filter(READABLE, **place, message_id=message_id, verdict="accepted").first()
    if row is None:
        raise UsageError("message-not-found", message=message_id[:36])
    return open_message(bytes(row.plaintext))


def _file(node: Node, seat: Seat, message: ReceivedMessage, name: str, *, limit: int) -> bytes:
    """The first file of a message, whole. Raises UsageError while it is being fetched, or when it is another."""
    first = next(iter(message.core.attachments), None)
    place = {f"incoming__{column}": value for column, value in columns(seat.register, seat.desk).items()}
    held = AttachmentRow.objects.filter(**place, incoming__message_id=message.core.id, position=0, state="held")
    if first is None or first.name != name or first.size > limit or not held.exists():
        raise UsageError("shared-not-here")
    return b"".join(open_attachment(node, first))


def _internal(row: Any) -> InternalRead:
    other, offer = _other(row), offer_of(row)
    return InternalRead(row.internal, row.about, other, row.ours, row.purpose, row.state, row.since, offer)


def _letter(row: Any) -> LetterElsewhere:
    return LetterElsewhere(
        number=row.pk,
        internal=row.internal,
        other=_other(row),
        form=row.form,
        urgency=row.urgency,
        exercise=row.exercise,
        deadline=row.deadline,
        silence=row.silence,
        answer=row.answer,
        asked_at=row.asked_at,
    )


def _other(row: Any) -> DeskRef:
    return DeskRef(row.participant, row.with_node, row.with_desk)
