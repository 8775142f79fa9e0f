"""What does a desk see of its cases? Messages in and out, newest last, with who has them and who has seen them.

Invariants: values only; times are instants, the caller shows them in the reader's zone; a rejected message is listed
with its reason and never as if it had been said.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from liaison.errors import UsageError
from liaison.messages.case import CaseItem, CaseView, view_case
from liaison.messages.lifecycle import IN_OUTBOX
from liaison.messages.message import Core, open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, IncomingCopy, OutgoingCopy, OutgoingMessage, OwnDesk
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.letter_boxes import LeftRead, left_copies, obtained
from liaison.node.reads.line import Trial, trials_of
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant

NO_TRIALS: Mapping[int, Trial] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one copy has come, and how the outbox fares while it is not through; of one message also where it lies in
    a letter box, and how its receipt came."""

    desk: DeskRef
    state: str
    reason: str
    at: datetime | None
    left: LeftRead | None = None
    obtained: str = ""
    trial: Trial | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One message in a list; `reach` is empty for what came in."""

    register: str
    direction: str
    message_id: str
    case: str
    form: str
    urgency: str
    at: datetime
    own: DeskRef
    other: DeskRef
    verdict: str
    reason: str
    exercise: bool
    reach: tuple[Reach, ...]

    @property
    def others(self) -> tuple[DeskRef, ...]:
        """The desks at the other end: who wrote it, or whom it was sent to."""
        return (self.other,) if self.direction == "in" else tuple(copy.desk for copy in self.reach)


@dataclass(frozen=True, slots=True)
class Opened:
    """One message with what it says."""

    listed: Listed
    core: Core
    core_hash: str
    fields: Mapping[str, JSON]
    attachments: tuple[tuple[str, str], ...]
    """Of each its sealed hash and whether it is here."""
    notes: tuple[str, ...]


def list_messages(node: Node, *, own: DeskRef | None = None, limit: int = 50) -> list[Listed]:
    """The newest messages of this node's desks (or of one of them), oldest of them first."""
    with reading(node):
        incoming = IncomingCopy.objects.order_by("-received_at", "-pk").prefetch_related("attachments")
        outgoing = OutgoingMessage.objects.order_by("-composed_at", "-pk").prefetch_related("copies")
        incoming, outgoing = incoming.filter(**_of(own)), outgoing.filter(**_of(own))
        rows = (list(incoming[:limit]), list(outgoing[:limit]))
        exercises, trials = _exercises(row.case for part in rows for row in part), _trials(_copies(rows[1]))
        found = [_incoming(row, exercises) for row in rows[0]] + [_outgoing(row, exercises, trials) for row in rows[1]]
    return sorted(found, key=lambda each: (each.at, each.message_id))[-limit:]


def messages_below(
    node: Node, own: DeskRef, *, received: bool, owed: bool, below: int | None, limit: int
) -> list[tuple[int, Listed]]:
    """Messages of one own desk in one direction, the newest first, from below a row's key on; each with its key.

    `owed` leaves only what nobody acknowledged yet.
    """
    with reading(node):
        table = IncomingCopy if received else OutgoingMessage
        rows = table.objects.filter(**_of(own)).order_by("-pk")
        rows = rows.filter(owed=True) if received and owed else rows
        rows = rows if below is None else rows.filter(pk__lt=below)
        found = list((rows if received else rows.prefetch_related("copies"))[:limit])
        exercises = _exercises(row.case for row in found)
        if received:
            return [(row.pk, _incoming(row, exercises)) for row in found]
        trials = _trials(_copies(found))
        return [(row.pk, _outgoing(row, exercises, trials)) for row in found]


def show_message(node: Node, message_id: str, *, own: DeskRef | None = None) -> Opened:
    """The message with this identifier or its beginning, sent or received (by one own desk). Raises UsageError."""
    with reading(node):
        named = {"message_id__startswith": message_id.lower(), **_of(own)}
        received = list(IncomingCopy.objects.filter(**named).order_by("pk")[:2])
        sent = list(OutgoingMessage.objects.filter(**named).order_by("pk")[:2])
        if not received and not sent:
            raise UsageError("message-not-found", message=message_id[:36])
        if len({row.message_id for row in (*received, *sent)}) > 1:
            raise UsageError("message-ambiguous", message=message_id[:36])
        return _open_received(received[0]) if received else _open_sent(sent[0])


def show_case(node: Node, case: str, *, own: DeskRef | None = None) -> CaseView:
    """The thread of a case (as one own desk has it) with its gaps. Raises UsageError."""
    with reading(node):
        rows = list(Case.objects.filter(case__startswith=case.lower(), **_of(own)).order_by("case", "pk"))
        if len({row.case for row in rows}) != 1:
            raise UsageError("case-ambiguous" if rows else "case-not-found", case=case[:36])
        return view_case(list(_items(rows[0])))


def _of(own: DeskRef | None) -> dict[str, str]:
    """The filter that keeps a query to one own desk."""
    return {} if own is None else {"participant": own.participant, "node": own.node, "desk": own.desk}


def _items(case: Case) -> Iterator[CaseItem]:
    place = {"register": case.register, "case": case.case}
    received = (
        IncomingCopy.objects.filter(**place, participant=case.participant, desk=case.desk, verdict="accepted")
        .filter(READABLE)
        .values_list("plaintext", "received_at")
    )
    sent = (
        OutgoingCopy.objects.filter(
            message__register=case.register,
            message__case=case.case,
            message__participant=case.participant,
            message__desk=case.desk,
        )
        .filter(READABLE)
        .values_list("plaintext", "message__composed_at")
    )
    for plaintext, at in (*received, *sent):
        message = open_message(bytes(plaintext))
        yield CaseItem(message.core, message.copy, message.core_hash, message.message_hash, format_instant(at))


def own_desks(node: Node, register: str) -> list[DeskRef]:
    """The desks this installation answers for in a register."""
    with reading(node):
        rows = OwnDesk.objects.filter(register=register).order_by("participant", "desk")
        return [DeskRef(row.participant, row.node, row.desk) for row in rows]


def _exercises(cases: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Which of the cases are exercises, as (register, case); the flag holds for a whole case."""
    rows = Case.objects.filter(case__in=set(cases), exercise=True)
    return frozenset(rows.values_list("register", "case"))


def _incoming(row: IncomingCopy, exercises: Container[tuple[str, str]]) -> Listed:
    return Listed(
        register=row.register,
        direction="in",
        message_id=row.message_id,
        case=row.case,
        form=row.form,
        urgency=row.urgency,
        at=row.received_at,
        own=DeskRef(row.participant, row.node, row.desk),
        other=DeskRef(row.from_participant, row.from_node, row.from_desk),
        verdict=row.verdict,
        reason=row.reason,
        exercise=(row.register, row.case) in exercises,
        reach=(),
    )


def _trials(copies: Iterable[Any]) -> Mapping[int, Trial]:
    """How the outbox fares with those of these copies that are not through."""
    return trials_of([copy.pk for copy in copies if copy.state in IN_OUTBOX])


def _copies(rows: Iterable[OutgoingMessage]) -> Iterator[Any]:
    return (copy for row in rows for copy in row.copies.all())


def _outgoing(
    row: OutgoingMessage, exercises: Container[tuple[str, str]], trials: Mapping[int, Trial] = NO_TRIALS
) -> Listed:
    return Listed(
        register=row.register,
        direction="out",
        message_id=row.message_id,
        case=row.case,
        form=row.form,
        urgency=row.urgency,
        at=row.composed_at,
        own=DeskRef(row.participant, row.node, row.desk),
        other=DeskRef(row.participant, row.node, row.desk),
        verdict=row.state,
        reason="",
        exercise=(row.register, row.case) in exercises,
        reach=reach_of(row.copies.all(), trials=trials),
    )


def reach_of(
    copies: Iterable[Any], *, closely: bool = False, trials: Mapping[int, Trial] = NO_TRIALS
) -> tuple[Reach, ...]:
    """How far copies have come, inside a reading; `closely`: with letter boxes and ways, for one message."""
    rows = list(copies)
    keys = [row.pk for row in rows] if closely else []
    left, ways = (left_copies(keys), obtained(keys)) if closely else ({}, {})
    trials = _trials(rows) if closely else trials
    return tuple(
        Reach(
            DeskRef(row.participant, row.node, row.desk),
            row.state,
            row.reason,
            row.settled_at,
            left.get(row.pk),
            ways.get(row.pk, ""),
            trials.get(row.pk),
        )
        for row in rows
    )


def _open_received(row: IncomingCopy) -> Opened:
    if not row.plaintext:
        raise UsageError("message-destroyed", message=row.message_id)
    message = open_message(bytes(row.plaintext))
    return Opened(
        _incoming(row, _exercises([row.case])),
        message.core,
        message.core_hash,
        message.fields,
        _states(row),
        tuple(row.notes),
    )


def _open_sent(row: OutgoingMessage) -> Opened:
    copy = row.copies.filter(READABLE).order_by("pk").first()
    if copy is None:
        raise UsageError("message-destroyed", message=row.message_id)
    message = open_message(bytes(copy.plaintext))
    listed = replace(_outgoing(row, _exercises([row.case])), reach=reach_of(row.copies.all(), closely=True))
    return Opened(listed, message.core, message.core_hash, message.fields, _states(row), ())


def _states(row: Any) -> tuple[tuple[str, str], ...]:
    return tuple((each.sealed, each.state) for each in row.attachments.order_by("position"))
